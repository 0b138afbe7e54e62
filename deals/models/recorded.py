"""What was recorded at a past moment: read from the history that every write of a tracked record leaves.

The bands need none of this: a posting carries the moment of its entry, and a deal that was archived by then sums to
nothing. It is for what is counted or named beside them.
"""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from deals.periods import Moment

from .instruments import Instrument
from .records import Record

_Record = TypeVar("_Record", bound=Record)


def in_use(model: type[Record], known_at: datetime | None) -> QuerySet[Any]:
    """The records of the kind that are in use, as known at the moment (None: as they stand).

    Of a past moment these are lines of the history, which have the fields of the record and its key as `id`. Set-based:
    it reads the lines up to the moment once, and looks for a later one of the same record only where a line remains.
    """
    if known_at is None:
        return model.objects.active()
    lines = model.history.model._default_manager  # type: ignore[attr-defined]
    later = lines.filter(id=OuterRef("id"), history_id__gt=OuterRef("history_id"), history_date__lte=known_at)
    return lines.filter(~Exists(later), history_date__lte=known_at, archived_at=None).order_by()


def among(visible: QuerySet[_Record], known_at: datetime | None) -> QuerySet[_Record]:
    """Of the records given (what a person may see, with what was archived since the moment), those that were entered
    and in use at the moment; None: all of them."""
    if known_at is None:
        return visible
    found = visible.filter(recorded_at__lte=known_at)
    lines = visible.model.history.model._default_manager  # type: ignore[attr-defined]
    later = lines.filter(id=OuterRef("id"), history_id__gt=OuterRef("history_id"), history_date__lte=known_at)
    archived = lines.filter(~Exists(later), history_date__lte=known_at, archived_at__isnull=False).order_by()
    return found.exclude(pk__in=archived.values("id"))


def undisclosed(at: Moment) -> QuerySet[Any]:
    """The counting papers in force on the day whose value is not known, all as known at the moment; whether their deals
    are in use is not asked."""
    in_force = Q(ended_on=None) | Q(ended_on__gt=at.as_of)
    papers = in_use(Instrument, at.known_at).filter(signed_on__lte=at.as_of).filter(in_force)
    return papers.filter(counts=True, usd=None)
