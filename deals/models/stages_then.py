"""The stage a deal had reached at a moment."""

from django.db import models
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from deals.periods import Moment

from . import revisions
from .deals import Deal, StageChange


def with_stage(deals: QuerySet[Deal], at: Moment) -> QuerySet[Deal]:
    """Each deal with `stage_then`: the stage it had reached at the moment, empty before its first."""
    columns = {"stage_then": F("stage") if is_latest_stage(at) else _stage_at(at, "pk")}
    return deals.annotate(**columns)


def is_latest_stage(at: Moment) -> bool:
    """Whether no deal changes its stage after the moment. A deal may do so long after its last entry. One query, once
    a state."""
    if at.known_at is not None:
        return False
    later = StageChange.objects.filter(on__gt=at.as_of)
    return not revisions.once(("later stage", at.as_of), later.exists)


def _stage_at(at: Moment, deal: str) -> Coalesce:
    changes = StageChange.objects.filter(deal=OuterRef(deal), on__lte=at.as_of)
    if at.known_at is not None:
        changes = changes.filter(recorded_at__lte=at.known_at)
    latest = changes.order_by("-on", "-id").values("stage")[:1]
    return Coalesce(Subquery(latest), Value(""), output_field=models.CharField())
