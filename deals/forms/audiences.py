"""For whom a briefing or an export is made."""

from django.http import QueryDict
from django.utils.translation import gettext as _

from deals.choices import Release


def read(asked: QueryDict, problems: list[str]) -> Release:
    """The audience that the address names, the ministry itself where it names none. One that does not exist is a
    sentence among the problems, and nothing may be made while there are any."""
    text = asked.get("audience", "").strip() or Release.INTERNAL
    if text not in Release.values:
        problems.append(
            _("There is no audience “%(text)s”: choose internal, government, partner or public; nothing was made.")
            % {"text": text[:40]}
        )
        return Release.PUBLIC
    return Release(text)
