"""What is done with a deal as a whole."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from deals import ledger
from deals.choices import Cause, Condition, Outcome, Stage
from deals.models import Deal, DealCode, Enterprise, Partner, User

from . import obstacles
from .records import index, keep


@transaction.atomic
def create(
    *,
    by: User,
    on: date,
    other_enterprises: Iterable[Enterprise] = (),
    other_partners: Iterable[Partner] = (),
    deal: Deal | None = None,
    **fields: Any,
) -> Deal:
    """Enter a new deal as of the day `on`, with the next code of that year; `fields` are those of the record.

    A deal filled in by a form may be passed instead of fields. Raises ValidationError where it cannot stand.
    """
    deal = deal or Deal(**fields)
    deal.code = next_code(on.year)
    keep(deal, by=by, on=on)
    if other_enterprises:
        deal.other_enterprises.set(other_enterprises)
    if other_partners:
        deal.other_partners.set(other_partners)
    index(Deal.objects.filter(pk=deal.pk))
    return deal


def next_code(year: int) -> str:
    """The next deal code of the year. Locked until the transaction ends, so no two people get one code."""
    return next_codes(year, 1)[0]


def next_codes(year: int, count: int) -> list[str]:
    """The next so many deal codes of the year, in order."""
    DealCode.objects.get_or_create(year=year)
    DealCode.objects.filter(year=year).update(last=F("last") + count)
    last = DealCode.objects.get(year=year).last
    return [str(DealCode(year=year, last=number)) for number in range(last - count + 1, last + 1)]


@transaction.atomic
def move(
    deal: Deal,
    *,
    stage: Stage,
    on: date,
    by: User,
    reason: str = "",
    as_reported: bool = False,
    **fields: Any,
) -> Deal:
    """Note that the deal reached a stage on the day, with the `fields` of the deal that the stage asked for. Raises
    ValidationError for what is still missing, unless it is entered `as_reported`. To close or reopen a deal, use those
    actions."""
    _hold(deal)
    if Stage.CLOSED in (stage, deal.stage):
        raise ValidationError(_("A deal is closed and reopened by its own steps, each with a reason."), code="stage")
    deal.stage = stage
    _fill(deal, fields)
    keep(deal, by=by, on=on, reason=reason, as_reported=as_reported)
    return deal


@transaction.atomic
def close(
    deal: Deal,
    *,
    on: date,
    outcome: Outcome,
    by: User,
    note_vi: str = "",
    note_en: str = "",
    reason: str = "",
    as_reported: bool = False,
) -> Deal:
    """Close the deal on the day, and end its papers with it: what was only talked of or only on paper counts no more
    from then on. `as_reported` leaves the papers as they were reported. Raises ValidationError where no reason is
    given, or a paper was signed after the day."""
    _hold(deal)
    deal.stage, deal.closed_on, deal.outcome = Stage.CLOSED, on, outcome
    deal.outcome_note_vi, deal.outcome_note_en = note_vi, note_en
    keep(deal, by=by, on=on, cause=Cause.CLOSING, reason=reason, as_reported=as_reported)
    return deal


@transaction.atomic
def reopen(deal: Deal, *, stage: Stage, on: date, by: User, reason: str) -> Deal:
    """Take the closing back, as if it had never been, and with it the end of the papers that ended with it; the reason
    is asked for."""
    if not reason.strip():
        raise ValidationError(_("Say why the deal is reopened."), code="reason")
    _hold(deal)
    deal.stage, deal.closed_on, deal.outcome = stage, None, ""
    deal.outcome_note_vi = deal.outcome_note_en = ""
    keep(deal, by=by, on=on, cause=Cause.REOPENING, reason=reason)
    return deal


def _hold(deal: Deal) -> None:
    """Lock the deal and read it anew; the version stays the one it was read as, so that a stale one is refused."""
    read = deal.version
    ledger.lock(deal)
    deal.refresh_from_db()
    deal.version = read


def _fill(deal: Deal, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(deal, name, value)


@transaction.atomic
def change(deal: Deal, *, by: User, on: date, reason: str = "", **fields: Any) -> Deal:
    """Change what is known of the deal itself; the version is the one it was read as. Raises StaleError where somebody
    else changed it since, ValidationError where it is to be blocked by nothing."""
    _hold(deal)
    before = {name: getattr(deal, name) for name in fields}
    if fields.get("condition") == Condition.BLOCKED != deal.condition:
        obstacles.blocking(deal, on=on)
    _fill(deal, fields)
    if before != fields:
        keep(deal, by=by, on=on, reason=reason)
    return deal


@transaction.atomic
def change_together(deals: Iterable[Deal], *, by: User, on: date, reason: str, **fields: Any) -> int:
    """Change the same things in many deals, in one transaction, each with its own history; how many changed. Raises
    StaleError where one of them is no longer the version it was read as: then none is changed."""
    changed = 0
    for deal in sorted(deals, key=lambda deal: deal.pk):
        before = {name: getattr(deal, name) for name in fields}
        if before != fields:
            change(deal, by=by, on=on, reason=reason, **fields)
            changed += 1
    return changed
