"""Which changes need a second person: the rule alone. How a deal stands and how it would stand come in, the grounds
come out; no database (docs/decisions/0012-second-person.md)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from deals import positions
from deals.choices import Ground
from deals.positions import BINDING, CARRIED_ON, ZERO, Facts, Paper

_settled: ContextVar[bool] = ContextVar("settled", default=False)


@contextmanager
def settled() -> Iterator[None]:
    """What is kept within needs no second person: a past that was reported elsewhere and is only loaded, or a change
    that was confirmed. For loaders and for `confirmations`; no form leads here, and a test says so."""
    token = _settled.set(True)
    try:
        yield
    finally:
        _settled.reset(token)


def is_settled() -> bool:
    return _settled.get()


@dataclass(frozen=True)
class Standing:
    """How a deal stands, as far as the rule looks: its facts, the day by which its contract is expected, until when
    each paper runs, when each planned delivery is due, and which deliveries were received."""

    facts: Facts = field(default_factory=Facts)
    expected_on: date | None = None
    runs_until: Mapping[object, date | None] = field(default_factory=dict)
    due_on: Mapping[object, date] = field(default_factory=dict)
    received: frozenset[object] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """A ground, and the paper it is about; None: the deal itself."""

    ground: Ground
    paper: object = None


def grounds(before: Standing, after: Standing, *, threshold: Decimal, today: date) -> list[Found]:
    """Why the step from one standing to the other needs a second person; empty where it passes at once.

    Whatever else it is called, a change that lowers what the deal counts as signed by the threshold or more is a cut.
    """
    found = [*_contracts(before, after, threshold), *_cuts(before, after), *_postponed(before, after, today)]
    if not found and -effect(before, after, today=today) >= threshold:
        found.append(Found(Ground.CUT))
    return found


def most(facts: Facts) -> Decimal:
    """What no contract of these facts is worth more than, with all its amendments; quicker than to work each out."""
    return sum((paper.usd for paper in facts.papers if paper.usd and paper.usd > 0), ZERO)


def effect(before: Standing, after: Standing, *, today: date) -> Decimal:
    """By how many US$ the step changes what the deal counts as signed (announced), below zero where it lowers it."""
    was, becomes = (positions.bands(each.facts, today).signed("announced") for each in (before, after))
    return becomes - was


def _contracts(before: Standing, after: Standing, threshold: Decimal) -> Iterator[Found]:
    """Contracts that come to count at or above the threshold, or that do already and rise."""
    was, becomes = _worth(before, binding=True), _worth(after, binding=True)
    for paper, net in becomes.items():
        if net >= threshold and net > was.get(paper, ZERO):
            yield Found(Ground.CONTRACT, paper)


def _cuts(before: Standing, after: Standing) -> Iterator[Found]:
    """Papers that counted and do not any more, are worth less, or bind no longer."""
    becomes, binding = _worth(after), _worth(after, binding=True)
    for paper, net in _worth(before).items():
        binds_no_longer = paper in _worth(before, binding=True) and paper not in binding
        if paper not in becomes or becomes[paper] < net or binds_no_longer:
            yield Found(Ground.CUT, paper)


def _postponed(before: Standing, after: Standing, today: date) -> Iterator[Found]:
    """Dates of a deal with a paper in force that are put off, or taken away: so they could be put off in two steps."""
    in_force = {paper.id for paper in before.facts.papers if _counts(paper) and paper.in_force(today)}
    if not in_force:
        return
    due = [(day, after.due_on.get(each)) for each, day in before.due_on.items() if each not in after.received]
    if any(_is_later(was, becomes) for was, becomes in [(before.expected_on, after.expected_on), *due]):
        yield Found(Ground.POSTPONED)
    signed_on = {paper.id: paper.on for paper in before.facts.papers}
    for paper in after.facts.papers:
        if paper.id in in_force and paper.on > signed_on[paper.id]:
            yield Found(Ground.POSTPONED, paper.id)
    for each in sorted(in_force & set(after.runs_until), key=str):
        if _is_later(before.runs_until.get(each), after.runs_until[each]):
            yield Found(Ground.POSTPONED, each)


def _is_later(was: date | None, becomes: date | None) -> bool:
    return was is not None and (becomes is None or becomes > was)


def _worth(standing: Standing, *, binding: bool = False) -> dict[object, Decimal]:
    """The value of each paper that counts, as amended, whatever the day; with `binding`, of the contracts alone."""
    values = positions.papers(standing.facts, date.max)
    return {
        paper.id: values[paper.id].net
        for paper in standing.facts.papers
        if _counts(paper) and (not binding or paper.kind in BINDING)
    }


def _counts(paper: Paper) -> bool:
    """Whether the paper counts and was not cut off: what was fulfilled or superseded went on."""
    return paper.stands and (paper.ended_on is None or paper.end_reason in CARRIED_ON)
