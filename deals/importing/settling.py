"""Each deal of a file looked at as a whole, once all its lines are taken in: by the rules of its records, and by those
that hold between them."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deals import stages
from deals.actions import entering, rules
from deals.actions.positions import refuse_impossible
from deals.choices import ImportOutcome, Stage
from deals.models import Deal, Delivery, Instrument, Valuation

from . import comparing
from .groups import Group
from .lines import LEAVE
from .papers import OF_DEAL, OF_DELIVERY, OF_ESTIMATE, OF_PAPER, OF_PAPER_BESIDE, Papers

BESIDE: dict[type, comparing.Fields] = {
    Deal: OF_DEAL,
    Instrument: OF_PAPER_BESIDE,
    Valuation: {**OF_ESTIMATE, "paper_usd": "usd"},
}
NAMED = 3  # deals named in the question
APART: dict[type, comparing.Fields] = {Instrument: OF_PAPER, Delivery: OF_DELIVERY}


def settle(dealings: Papers) -> None:
    """Put the deals into the plan; what is wrong with one is noted at its lines. What the forms would refuse of its
    stage is asked about, once for the file."""
    found = []
    for group in dealings.touched.values():
        _look(dealings, group)
        if not any(line.is_wrong for _record, line in group.touched):
            found.append(group)
    for group in _as_reported(dealings, found):
        if group.is_new:
            dealings.plan.deals.append(group.as_new(dealings.today))
        else:
            dealings.plan.changes[group.deal.pk] = [record for record, _line in group.touched]
            if group.stage_on:
                dealings.plan.days[group.deal.pk] = group.stage_on


def _as_reported(dealings: Papers, groups: list[Group]) -> list[Group]:
    """Those of the deals that are entered: where some would stand at a stage without what it asks for, somebody says
    whether they are entered as reported, or their rows are left out."""
    short = [(group, lacks) for group in groups if (lacks := _lacks(group))]
    if not short:
        return groups
    text = ngettext(
        "%(count)d deal would stand at a stage without what the stage asks for: %(named)s. Is it entered all the same?",
        "%(count)d deals would stand at a stage without what the stage asks for: %(named)s. Are they entered all the "
        "same?",
        len(short),
    ) % {"count": len(short), "named": "; ".join(f"“{group.deal.title}” – {lacks}" for group, lacks in short[:NAMED])}
    options = [("enter", _("enter them as reported")), (LEAVE, _("leave these rows out"))]
    answer = ""
    for group, _text in short:
        answer = dealings.reader.ask("reported", "lacking", text, lambda: options, group.touched[0][1].place)
    if answer != LEAVE:
        return groups
    gone = {id(group) for group, _text in short}
    for group, lacks in short:
        lines = {id(line): line for _record, line in group.touched}
        dealings.reader.left_out += [(line.table.name, line.number, lacks[:400]) for line in lines.values()]
    records = {id(record) for group, _text in short for record, _line in group.touched}
    dealings.plan.steps = [step for step in dealings.plan.steps if id(step.record) not in records]
    return [group for group in groups if id(group) not in gone]


def _lacks(group: Group) -> str:
    """What the forms would refuse of the stage that the deal is brought to; empty where that is nothing."""
    deal = group.deal
    if group.stood_at == deal.stage:
        return ""
    label = Stage(deal.stage).label
    if group.stood_at and not stages.is_forward(group.stood_at, deal.stage):
        before = Stage(group.stood_at).label
        return _("goes back from “%(before)s” to “%(after)s” without a reason") % {"before": before, "after": label}
    met = stages.met(deal, papers=group.papers, valuations=group.valuations, deliveries=group.deliveries)
    met |= {"partner"} if deal.partner else set()  # one that comes with the file has no key yet
    lacking = "; ".join(str(each.label) for each in stages.missing(deal.stage, met))
    return _("“%(stage)s” without: %(what)s") % {"stage": label, "what": lacking} if lacking else ""


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
