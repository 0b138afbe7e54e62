"""Keeping a briefing that was made."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from deals.models import KeptBriefing, User

# Who makes the same one again so soon, for its other file, is given the one that is there.
SOON = timedelta(minutes=15)


@transaction.atomic
def keep(*, by: User, at: datetime, figures: dict[str, str], **asked: Any) -> KeptBriefing:
    """Keep a briefing with its figures, as it was asked for (the other fields of the record); the moment `at` is the
    one at which it was made. The one that the same person made a little before comes back, if it says the same."""
    wanted = KeptBriefing(made_by=by, made_at=at, figures=figures, **asked)
    lately = KeptBriefing.objects.filter(made_by=by, made_at__gt=at - SOON).order_by("-made_at", "-pk")
    for found in lately:
        if _same(found) == _same(wanted):
            return found
    wanted.code = wanted.code_of(figures)
    wanted.save(force_insert=True)
    return wanted


def _same(briefing: KeptBriefing) -> list[Any]:
    """What two briefings share that say the same: when they were made is not part of it."""
    names = ("language", "audience", "scope_by", "scope_key", "everything", "as_of", "reading", "since",
             "since_known_at", "told", "figures")  # fmt: skip
    known_at = None if briefing.known_at == briefing.made_at else briefing.known_at
    return [known_at, *(getattr(briefing, name) for name in names)]
