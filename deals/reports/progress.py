"""How far a deal is, what it still needs to go further, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from deals import stages
from deals.choices import Stage, UpdateKind
from deals.models import Deal, ProgressUpdate, StageChange
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


def progress(
    deal: Deal,
    *,
    today: date,
    known: frozenset[str],
    changes: Iterable[StageChange],
    updates: Iterable[ProgressUpdate],
) -> Progress:
    """Where the deal stands, from the requirements it meets (`stages.met`), its stage changes and its updates."""
    following = None if deal.stage == Stage.CLOSED else stages.following(deal.stage)
    said = [update for update in updates if update.kind != UpdateKind.NOTE]
    latest = max(said, key=lambda update: (update.on, update.pk), default=None)
    due = latest.next_step_by if latest else None
    return Progress(
        stage=deal.stage,
        passed=frozenset(change.stage for change in changes) - {deal.stage},
        following=following,
        lacking=stages.missing(following, known) if following else [],
        behind=stages.missing(deal.stage, known),
        latest=latest,
        overdue=bool(due and due < today and deal.stage != Stage.CLOSED),
    )
