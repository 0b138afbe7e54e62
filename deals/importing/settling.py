"""Each deal of a file looked at as a whole, once all its lines are taken in: by the rules of its records, and by those
that hold between them."""

from typing import Any

from django.core.exceptions import ValidationError

from deals.actions import entering, rules
from deals.actions.positions import refuse_impossible
from deals.choices import ImportOutcome
from deals.models import Deal, Delivery, Instrument, Valuation

from . import comparing
from .groups import Group
from .papers import OF_DEAL, OF_DELIVERY, OF_ESTIMATE, OF_PAPER, OF_PAPER_BESIDE, Papers

BESIDE: dict[type, comparing.Fields] = {
    Deal: OF_DEAL,
    Instrument: OF_PAPER_BESIDE,
    Valuation: {**OF_ESTIMATE, "paper_usd": "usd"},
}
APART: dict[type, comparing.Fields] = {Instrument: OF_PAPER, Delivery: OF_DELIVERY}


def settle(dealings: Papers) -> None:
    """Put the deals into the plan; what is wrong with one is noted at its lines."""
    for group in dealings.touched.values():
        _look(dealings, group)
        if any(line.is_wrong for _record, line in group.touched):
            continue
        if group.is_new:
            dealings.plan.deals.append(group.as_new(dealings.today))
        else:
            dealings.plan.changes[group.deal.pk] = [record for record, _line in group.touched]
            if group.stage_on:
                dealings.plan.days[group.deal.pk] = group.stage_on


def _look(dealings: Papers, group: Group) -> None:
    for record, line in group.touched:
        fields = (BESIDE if line.table.sheet.kind == "deals" else APART).get(type(record), {})
        try:
            rules.check(record, unset=entering.FILLED_IN_LATER if record is group.deal else ())
        except ValidationError as error:
            comparing.problems(dealings.reader, line, error, fields)
    if any(line.is_wrong for _record, line in group.touched):
        return
    try:
        if group.is_new:
            entering.refuse_facts(group.as_new(dealings.today))
        else:
            _refuse_together(group)
    except ValidationError as error:
        comparing.problems(dealings.reader, group.touched[-1][1], error, {})


def _refuse_together(group: Group) -> None:
    """Raise ValidationError where the deal could not stand as it will be."""
    kept: list[Any] = [record for record, _line in group.touched]
    refuse_impossible([group.deal], kept=kept, gone=())


def counts(rows: Any) -> dict[str, int]:
    """How many rows come to what."""
    found = {outcome.value: 0 for outcome in ImportOutcome}
    for row in rows:
        found[row.outcome] += 1
    return found
