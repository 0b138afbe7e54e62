"""How a deal goes, as an officer learns it."""

from datetime import date
from typing import Any

from django.db import transaction

from deals import ledger
from deals.choices import Condition, UpdateKind
from deals.models import Deal, Obstacle, ProgressUpdate, Record, User

from . import obstacles
from .records import keep

# What "nothing has changed" carries on.
CARRIED_ON = ("obstacle", "next_step_vi", "next_step_en", "next_step_owner", "next_step_by")


@transaction.atomic
def update(
    deal: Deal, *, condition: Condition, on: date, by: User, obstacle: Obstacle | None = None, reason: str = "",
    **fields: Any,
) -> ProgressUpdate:  # fmt: skip
    """Enter what is new on the day: how the deal goes, a sentence, the next step. A condition other than on track is
    the deal's own, with the sentence as its words. A blocked deal is blocked by an obstacle: the one named, which then
    holds it back, else the latest that does. Raises ValidationError where words or the obstacle are missing, StaleError
    where somebody else changed the deal after it was read."""
    read = deal.version
    ledger.lock(deal)
    deal.refresh_from_db()
    blocking = _blocking(deal, obstacle, on=on, by=by) if condition == Condition.BLOCKED else None
    entry = ProgressUpdate(deal=deal, kind=UpdateKind.NEWS, condition=condition, obstacle=blocking, on=on, **fields)
    records: list[Record] = [entry]
    note = ("", "") if condition == Condition.ON_TRACK else (entry.sentence_vi, entry.sentence_en)
    is_latest = not deal.updates.telling().filter(on__gt=on).exists()
    if is_latest and (deal.condition, deal.condition_note_vi, deal.condition_note_en) != (condition, *note):
        deal.version = read
        deal.condition, (deal.condition_note_vi, deal.condition_note_en) = condition, note
        records.append(deal)
    keep(*records, by=by, on=on, reason=reason)
    return entry


def _blocking(deal: Deal, obstacle: Obstacle | None, *, on: date, by: User) -> Obstacle:
    """The obstacle that blocks the deal on the day."""
    if obstacle is not None:
        obstacles.hold(obstacle, deals=[deal], by=by)
        return obstacle
    return obstacles.blocking(deal, on=on)


@transaction.atomic
def unchanged(deal: Deal, *, on: date, by: User, reason: str = "") -> ProgressUpdate:
    """Enter that nothing has changed: the condition stays, and the next step stays open. Said twice on one day by one
    person it is entered once."""
    ledger.lock(deal)
    deal.refresh_from_db()
    latest = latest_of(deal)
    if latest and latest.kind == UpdateKind.UNCHANGED and latest.on == on:
        return latest
    known = {name: getattr(latest, name) for name in CARRIED_ON} if latest else {}
    entry = ProgressUpdate(deal=deal, kind=UpdateKind.UNCHANGED, condition=deal.condition, on=on, **known)
    keep(entry, by=by, on=on, reason=reason)
    return entry


def note(deal: Deal, *, on: date, by: User, **fields: Any) -> ProgressUpdate:
    """Enter a note, which says nothing of how the deal goes."""
    entry = ProgressUpdate(deal=deal, kind=UpdateKind.NOTE, on=on, **fields)
    keep(entry, by=by, on=on)
    return entry


def latest_of(deal: Deal) -> ProgressUpdate | None:
    """The update that says how the deal goes and what comes next. One query."""
    return deal.updates.telling().order_by("-on", "-id").first()
