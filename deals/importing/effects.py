"""What entering or taking back an import does to the totals, worked out before it is done. Nothing is written."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from deals import ledger, positions
from deals.actions import imports, proposals, undoing
from deals.actions.positions import facts_with
from deals.choices import ImportOutcome
from deals.models import Deal, ImportBatch, Target
from deals.periods import Moment
from deals.positions import BAND_NAMES, Bands


@dataclass(frozen=True, slots=True)
class Effect:
    """The totals before and after. What is done to them was worked out as of the day `on`."""

    all_before: Bands
    all_after: Bands
    target: Decimal | None
    on: date


def of_entering(plan: imports.Plan, day: date) -> Bands:
    """By how much the plan changes each band as of the day. A few queries for each deal that is there already."""
    found = ledger.add(*(positions.bands(new.facts, day) for new in plan.deals))
    deals = Deal.objects.in_bulk(plan.changes)
    for key, records in plan.changes.items():
        _papers, after = facts_with(proposals.deal_after(deals[key], records), kept=records, gone=())
        found += positions.bands(after, day) - positions.bands(ledger.facts(deals[key]), day)
    return found


def of_return(batch: ImportBatch, day: date) -> Bands:
    """By how much taking the import back changes each band as of the day. A few queries for each deal that it found
    there already, and one for all that it made."""
    parts = undoing.parts(batch)
    made = batch.rows.filter(record_kind="Deal", outcome=ImportOutcome.NEW).values_list("record_key", flat=True)
    found = Bands() - ledger.total(Moment(day), Deal.objects.filter(pk__in=made))
    own = set(made)
    for key, several in parts.by_deal.items():
        if key in own:
            continue
        deal = Deal.objects.get(pk=key)
        before = positions.bands(ledger.facts(deal), day)
        kept, gone = [], []
        for row, record in several:
            if row.outcome == ImportOutcome.CHANGED:
                undoing.give_back(record, row)
                kept.append(record)
            else:
                gone.append(record)
        _papers, after = facts_with(proposals.deal_after(deal, kept), kept=kept, gone=gone)
        found += positions.bands(after, day) - before
    return found


def as_found(change: Bands, day: date) -> dict[str, Any]:
    """The change as it is kept with what a look found."""
    return {"on": day.isoformat(), **{name: str(usd) for name, usd in change.as_dict().items()}}


def shown(batch: ImportBatch) -> Effect | None:
    """What is kept with the import beside the totals of today; None where it was not worked out. A few queries."""
    kept = batch.findings.get("effect")
    if not kept:
        return None
    today = timezone.localdate()
    before, target = ledger.portfolio(Moment(today)), Target.objects.on(today)
    change = Bands(**{name: Decimal(kept[name]) for name in BAND_NAMES})
    usd = target.amount_usd if target else None
    return Effect(before, before + change, usd, date.fromisoformat(kept["on"]))
