"""What is done with the papers of a deal."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deals import ledger
from deals.choices import Cause, EndReason, InstrumentKind
from deals.models import Deal, Instrument, User

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
