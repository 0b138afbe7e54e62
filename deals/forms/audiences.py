"""For whom a briefing or an export is made."""

from django.http import QueryDict
from django.utils.translation import gettext as _

from deals.choices import Release

PARAMETER = "audience"


def one_partner(audience: Release, partner: str) -> list[str]:
    """Why there is nothing for a partner as a sentence, where what is asked for is not that of one `partner` (its
    address): a file of several would tell each of them the prices of the others."""
    if audience != Release.PARTNER or partner:
        return []
    return [
        _(
            "What is shared with a partner must be about that partner alone: choose one US partner – its briefing, the "
            "export of its page, or the list of deals filtered by it; nothing was made."
        )
    ]


def read(asked: QueryDict, problems: list[str]) -> Release:
    """The audience that the address names, the ministry itself where it names none. One that does not exist is a
    sentence among the problems, and nothing may be made while there are any."""
    text = asked.get(PARAMETER, "").strip() or Release.INTERNAL
    if text not in Release.values:
        problems.append(
            _("There is no audience “%(text)s”: choose internal, government, partner or public; nothing was made.")
            % {"text": text[:40]}
        )
        return Release.PUBLIC
    return Release(text)
