"""Entering many new deals at once, with their papers, estimates and deliveries: the same rules, history and postings
as one by one, in few inserts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from deals import ledger, positions
from deals.choices import Cause, DeliveryKind, InstrumentKind
from deals.models import Deal, Delivery, Instrument, Record, StageChange, User, Valuation, inserting, revisions
from deals.models.balances import words_of

from . import proposals, rules
from .deals import next_codes
from .positions import explain

AT_ONCE = 500
FILLED_IN_LATER = ("code",)


@dataclass
class NewDeal:
    """A deal to be entered as of the day `on`, with what belongs to it; nothing of it is stored yet."""

    deal: Deal
    on: date
    papers: list[Instrument] = field(default_factory=list)
    valuations: list[Valuation] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)

    @property
    def records(self) -> list[Record]:
        return [self.deal, *self.papers, *self.valuations, *self.deliveries]

    @property
    def facts(self) -> positions.Facts:
        return ledger.facts_of(self.deal, self.papers, self.valuations, self.deliveries)

    @property
    def causes(self) -> dict[date, Cause]:
        """Why the bands change on which day; of several reasons the weightiest."""
        found = {valuation.on: Cause.ESTIMATE for valuation in self.valuations}
        for paper in self.papers:
            found[paper.signed_on] = Cause.AMENDMENT if paper.kind == InstrumentKind.AMENDMENT else Cause.SIGNING
        actual = [delivery for delivery in self.deliveries if delivery.kind == DeliveryKind.ACTUAL]
        found |= {delivery.on: Cause.DELIVERY for delivery in actual}
        found |= {paper.ended_on: Cause.ENDING for paper in self.papers if paper.ended_on}
        return found | ({self.deal.closed_on: Cause.CLOSING} if self.deal.closed_on else {})


def refuse_facts(new: NewDeal) -> None:
    """Raise ValidationError, in words, where the facts of the deal could not stand together."""
    if found := positions.problems(new.facts):
        raise ValidationError(explain(found, {paper.pk or id(paper): paper for paper in new.papers}), code="impossible")


def refuse(new: NewDeal) -> None:
    """Raise ValidationError where a record of the deal could not stand by itself, or its facts together."""
    for record in new.records:
        rules.check(record, unset=FILLED_IN_LATER)
    refuse_facts(new)


@transaction.atomic
def enter(
    deals: Sequence[NewDeal],
    *,
    by: User,
    reason: str = "",
    told: Callable[[int], None] | None = None,
    is_looked_at: bool = False,
) -> None:
    """Enter the deals, all or none, as they were reported: stages are taken as they are. Each gets the next code of the
    year of its day, its stage, its history and its postings. `told` hears how many are done. `is_looked_at` says that
    the very same deals were just looked at as by `refuse`, and passed. Raises ValidationError
    (ConfirmationNeededError where a second person must confirm a deal), or IntegrityError where the database refuses
    what was not looked at; with nothing written.

    Some twenty statements for each AT_ONCE deals.
    """
    revisions.announce()
    for start in range(0, len(deals), AT_ONCE):
        several = deals[start : start + AT_ONCE]
        for new in () if is_looked_at else several:
            refuse(new)
        facts = [new.facts for new in several]
        proposals.refuse_new([new.deal for new in several], facts)
        _number(several)
        _insert(several, by=by, reason=reason)
        posted = [
            ledger.New(new.deal, known, new.causes, _found_by(new)) for new, known in zip(several, facts, strict=True)
        ]
        ledger.post_new(posted, by=by, reason=reason)
        if told:
            told(start + len(several))


def _number(deals: Sequence[NewDeal]) -> None:
    by_year: dict[int, list[NewDeal]] = {}
    for new in deals:
        by_year.setdefault(new.on.year, []).append(new)
    for year, several in sorted(by_year.items()):
        for new, code in zip(several, next_codes(year, len(several)), strict=True):
            new.deal.code = code


def _insert(deals: Sequence[NewDeal], *, by: User, reason: str) -> None:
    _keep([new.deal for new in deals], by=by, reason=reason)
    now = timezone.now()
    reached = ((new.deal.pk, new.deal.stage, new.on, now, by.pk, reason) for new in deals)
    inserting.insert(StageChange, ["deal_id", "stage", "on", "recorded_at", "by_id", "reason"], reached)
    for level in _levels([paper for new in deals for paper in new.papers]):
        _keep(level, by=by, reason=reason)
    _keep([valuation for new in deals for valuation in new.valuations], by=by, reason=reason)
    _keep([delivery for new in deals for delivery in new.deliveries], by=by, reason=reason)


def _found_by(new: NewDeal) -> str:
    deal = new.deal
    return words_of(deal, [deal.enterprise], [deal.partner] if deal.partner else [], new.papers)


def _levels(papers: list[Instrument]) -> Iterator[list[Instrument]]:
    """The papers that stand under none, then those under these, and so on: each is stored after the one above it."""
    left, stored = papers, {id(None)}
    while left:
        level = [paper for paper in left if id(paper.under) in stored or (paper.under and paper.under.pk)]
        if not level:
            raise ValidationError(explain([positions.Problem("loop", id(left[0]))], {id(left[0]): left[0]}))
        yield level
        stored |= {id(paper) for paper in level}
        left = [paper for paper in left if id(paper) not in stored]


def _keep(records: Sequence[Any], *, by: User, reason: str) -> None:
    """Insert the records and the line of history that each entry leaves."""
    if not records:
        return
    kind = type(records[0])
    kind.objects.enter(records)
    history = kind.history.model
    tracked = [field.attname for field in history.tracked_fields]
    beside = {"history_date": timezone.now(), "history_user_id": by.pk, "history_type": "+",
              "history_change_reason": reason}  # fmt: skip
    said = tuple(beside.values())
    inserting.insert(history, [*tracked, *beside], ((*held, *said) for held in map(attrgetter(*tracked), records)))
