"""How far a deal is, what it still needs to go further, and what comes next."""

from dataclasses import dataclass
from datetime import date

from deals import stages
from deals.choices import Stage, UpdateKind
from deals.models import Deal, ProgressUpdate
from deals.stages import Requirement


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a deal stands today. `lacking` is what it needs for the `following` stage (None: there is none), `behind`
    what it should have had at its own; `latest` the update that says what comes next, `overdue` whether it is late."""

    stage: str
    passed: frozenset[str]
    following: Stage | None
    lacking: list[Requirement]
    behind: list[Requirement]
    latest: ProgressUpdate | None
    overdue: bool


def progress(deal: Deal, *, today: date) -> Progress:
    """Where the deal stands. Five queries."""
    known = stages.met(
        deal,
        papers=deal.instruments.active(),
        valuations=deal.valuations.active(),
        deliveries=deal.deliveries.active()[:1],
    )
    following = None if deal.stage == Stage.CLOSED else stages.following(deal.stage)
    latest = deal.updates.active().exclude(kind=UpdateKind.NOTE).order_by("-on", "-id").first()
    due = latest.next_step_by if latest else None
    return Progress(
        stage=deal.stage,
        passed=frozenset(deal.stage_changes.values_list("stage", flat=True)) - {deal.stage},
        following=following,
        lacking=stages.missing(following, known) if following else [],
        behind=stages.missing(deal.stage, known),
        latest=latest,
        overdue=bool(due and due < today and deal.stage != Stage.CLOSED),
    )
