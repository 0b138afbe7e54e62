"""What is done with the papers of a deal."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deals import ledger, stages
from deals.choices import Cause, EndReason, InstrumentKind, Stage
from deals.models import Deal, Document, Instrument, Record, User

from .records import keep


def sign(
    deal: Deal,
    *,
    kind: InstrumentKind,
    on: date,
    by: User,
    under: Instrument | None = None,
    discharges_usd: Decimal | None = None,
    reason: str = "",
    **fields: Any,
) -> Instrument:
    """Enter a paper signed on the day. `under` names the paper it carries on and `discharges_usd` how much of it is
    taken over in US$ (None: as much as its own value). Raises ValidationError where it cannot stand."""
    paper = Instrument(deal=deal, kind=kind, signed_on=on, under=under, discharges_usd=discharges_usd, **fields)
    keep(paper, by=by, on=on, cause=Cause.SIGNING, reason=reason)
    return paper


@transaction.atomic
def conclude(
    paper: Instrument,
    *,
    by: User,
    reason: str = "",
    document: Document | None = None,
    **deal_fields: Any,
) -> Instrument:
    """Enter a signed paper with all that goes with it, at once: the end of the paper above where this one completes
    it, the stage that the deal reaches, the `deal_fields` that the stage asks for, and the document.

    What is signed is signed: the deal is moved on even where it lacks something that the stage requires, and its page
    says what. Raises ValidationError, with nothing written, where the paper cannot stand.
    """
    deal = paper.deal
    ledger.lock(deal)
    deal.refresh_from_db()
    records: list[Record] = [paper]
    if paper.completes and paper.under:
        above = paper.under
        above.refresh_from_db()
        above.ended_on, above.end_reason = paper.signed_on, EndReason.FULFILLED
        records.append(above)
    for name, value in deal_fields.items():
        setattr(deal, name, value)
    reached = stage_reached(paper, deal)
    if reached:
        deal.stage = reached
    if reached or deal_fields:
        records.append(deal)
    if document is not None:
        document.instrument = paper
        records.append(document)
    keep(*records, by=by, on=paper.signed_on, cause=Cause.SIGNING, reason=reason, as_reported=True)
    return paper


@transaction.atomic
def withdraw(paper: Instrument, *, by: User, reason: str) -> None:
    """Undo the entry of a paper: it is archived, the paper above that it completed is in force again, and the deal
    goes back to the stage it had before where no other paper holds it there. The ledger keeps both entries.

    Raises ValidationError where no reason is given, or where something stands on the paper.
    """
    deal = paper.deal
    ledger.lock(deal)
    deal.refresh_from_db()
    paper.refresh_from_db()
    records: list[Record] = []
    above = paper.under
    if paper.completes and above and (above.ended_on, above.end_reason) == (paper.signed_on, EndReason.FULFILLED):
        above.ended_on, above.end_reason = None, ""
        records.append(above)
    stage = _stage_without(paper, deal)
    if stage != deal.stage:
        deal.stage = stage
        records.append(deal)
    keep(*records, by=by, cause=Cause.ARCHIVING, reason=reason, archived=[paper])


def _stage_without(paper: Instrument, deal: Deal) -> str:
    """The latest stage the deal reached that does not rest on the paper."""
    rests = stages.RESTS_ON.get(Stage(deal.stage))
    others = [other for other in deal.instruments.active().exclude(pk=paper.pk) if other.counts]
    if rests is None or paper.kind not in rests or any(other.kind in rests for other in others):
        return deal.stage
    for change in deal.stage_changes.order_by("-on", "-id"):
        rests = stages.RESTS_ON.get(Stage(change.stage))
        if change.stage != Stage.CLOSED and (rests is None or any(other.kind in rests for other in others)):
            return change.stage
    return Stage.TALKS


def stage_reached(paper: Instrument, deal: Deal) -> Stage | None:
    """The further stage that the paper brings the deal to; None where it brings it no further."""
    stage = stages.REACHED_BY.get(InstrumentKind(paper.kind))
    return stage if stage and paper.counts and stages.is_forward(deal.stage, stage) else None


def amend(paper: Instrument, *, usd: Decimal | None, on: date, by: User, reason: str = "", **fields: Any) -> Instrument:
    """Enter an amendment that changes the value of the paper by `usd` (below zero lowers it, None: not known)."""
    amendment = Instrument(deal=paper.deal, kind=InstrumentKind.AMENDMENT, signed_on=on, under=paper, usd=usd, **fields)
    keep(amendment, by=by, on=on, cause=Cause.AMENDMENT, reason=reason)
    return amendment


@transaction.atomic
def end(paper: Instrument, *, on: date, why: EndReason, by: User, reason: str = "") -> Instrument:
    """End the paper on the day: it is in force until the day before."""
    ledger.lock(paper.deal)
    paper.refresh_from_db()
    paper.ended_on, paper.end_reason = on, why
    keep(paper, by=by, on=on, cause=Cause.ENDING, reason=reason)
    return paper


@transaction.atomic
def revive(paper: Instrument, *, by: User, reason: str) -> Instrument:
    """Take the end of the paper back, as if it had never been; the reason is asked for."""
    if not reason.strip():
        raise ValidationError(_("Say why the end of the paper is taken back."), code="reason")
    ledger.lock(paper.deal)
    paper.refresh_from_db()
    paper.ended_on, paper.end_reason = None, ""
    keep(paper, by=by, cause=Cause.REOPENING, reason=reason)
    return paper
