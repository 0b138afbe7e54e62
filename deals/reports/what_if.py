"""What if deals slip, are dropped or resized: the figures before and after. A supposition: nothing is stored, and no
other figure knows of it.

What was delivered stays. A dropped deal keeps nothing else; a resized one has its other bands grow or shrink alike, so
that all four together are what was supposed. A slip changes no figure of the day; it moves what is pending to a later
day of the path. Sums not itemised stay as they are, also where a deal that itemised them is dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal

from django.db.models import F, Q, QuerySet

from deals import ledger
from deals.choices import Reading
from deals.forms.what_if import DROP, RESIZE, SLIP, WORTH, Change
from deals.models import Deal, Target
from deals.periods import Moment
from deals.positions import BAND_NAMES, CENT, ZERO, Bands

from .over_time import OverTime, over_time

OFFERED = 12
POINTS = 8
MOVING = ("contracted", "memorandum", "negotiating")


@dataclass(frozen=True)
class Supposed:
    """A deal with what is supposed of it: its bands and the day its contract is expected, before and after."""

    deal: Deal
    changes: list[Change]
    before: Bands
    after: Bands
    expected_on: date | None
    slipped_to: date | None

    @property
    def is_slip_idle(self) -> bool:
        """Whether a slip moves nothing: the deal names no day, or has nothing left to sign."""
        slips = any(change.kind == SLIP for change in self.changes)
        return slips and (self.expected_on is None or not self.before.pending(Reading.FIRM))

    def by(self, day: date, *, after: bool) -> Bands:
        """What it holds by a day to come, if its contract is signed on the day it names."""
        bands, on = (self.after, self.slipped_to) if after else (self.before, self.expected_on)
        if on is None or on > day:
            return bands
        signed = bands.pending(Reading.FIRM)
        return replace(bands, contracted=bands.contracted + signed, memorandum=ZERO, negotiating=ZERO)


@dataclass(frozen=True, slots=True)
class Point:
    """What is signed, in the reading, now or by a day to come: by the deals' own days, and under the changes."""

    on: date
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class WhatIf:
    """Everything before and after; the path of both, where the deals' own days draw one. `unknown` are the codes of
    deals that are not there: while there are any, the figures say nothing. `offered` are the largest deals with
    something left that may change."""

    reading: str
    target: Target | None
    supposed: list[Supposed]
    unknown: list[str]
    before: Bands
    after: Bands
    path: list[Point]
    offered: list[Deal]

    @property
    def target_usd(self) -> Decimal | None:
        return self.target.amount_usd if self.target else None

    @property
    def largest(self) -> Decimal:
        """By which the bars are drawn to one scale."""
        return max(self.before.four, self.after.four)

    @property
    def largest_deal(self) -> Decimal:
        return max((deal.four for deal in [*self.offered, *(each.deal for each in self.supposed)]), default=ZERO)

    @property
    def figures(self) -> list[tuple[str, Decimal, Decimal]]:
        """The name of each figure with its value before and after. The gap is what is missing from signed to target."""
        found = [
            ("signed", self.before.signed(self.reading), self.after.signed(self.reading)),
            ("pending", self.before.pending(self.reading), self.after.pending(self.reading)),
            ("together", self.before.four, self.after.four),
        ]
        if self.target_usd is not None:
            found.append(("gap", self.target_usd - found[0][1], self.target_usd - found[0][2]))
        return found


def what_if(
    at: Moment,
    changes: Sequence[Change],
    *,
    reading: str,
    target: Target | None,
    deals: QuerySet[Deal],
    openings: bool = True,
) -> WhatIf:
    """The figures of the deals on the day, with `openings` what they have not itemised too, and what they would be. A
    fixed number of queries."""
    held = ledger.with_bands(deals, at)
    named = held.filter(code__in={change.code for change in changes})
    found = {deal.code: deal for deal in named.select_related("enterprise")}
    supposed = [suppose(deal, [each for each in changes if each.code == code]) for code, deal in found.items()]
    over = over_time(at, reading=reading, target=target, deals=deals, openings=openings)
    not_itemised = [bands for _opening, bands in ledger.openings(at)] if openings else []
    left = Q(contracted__gt=0) | Q(memorandum__gt=0) | Q(negotiating__gt=0)
    offered = held.filter(left).select_related("enterprise").order_by(F("four").desc(), "code")[:OFFERED]
    before = ledger.add(ledger.total(at, deals), *not_itemised)
    after = before + ledger.add(*(each.after - each.before for each in supposed))
    now = Point(at.as_of, before.signed(reading), after.signed(reading))
    return WhatIf(
        reading=reading,
        target=target,
        supposed=supposed,
        unknown=sorted({change.code for change in changes} - set(found)),
        before=before,
        after=after,
        path=_path(over, supposed, now),
        offered=list(offered),
    )


def suppose(deal: Deal, changes: list[Change]) -> Supposed:
    """The deal, which comes with its bands, under the changes asked of it."""
    before = Bands(*(getattr(deal, name) for name in BAND_NAMES))
    by_kind = {change.kind: change for change in changes}
    slip, day = by_kind.get(SLIP), deal.expected_on
    slipped_to = months_later(day, int(slip.amount)) if day and slip else day
    return Supposed(deal, changes, before, changed(before, by_kind), day, slipped_to)


def changed(bands: Bands, by_kind: Mapping[str, Change]) -> Bands:
    """The bands of a deal that is dropped or resized; those of any other as they are."""
    if DROP in by_kind:
        return Bands(delivered=bands.delivered)
    if change := by_kind.get(RESIZE):
        return _resized(bands, (bands.four * change.amount / 100).quantize(CENT))
    if change := by_kind.get(WORTH):
        return _resized(bands, change.amount.quantize(CENT))
    return bands


def _resized(bands: Bands, four: Decimal) -> Bands:
    """All four bands come to the amount, as far as what was delivered allows. Without anything else, what is more is
    still to be negotiated."""
    rest, wanted = bands.four - bands.delivered, max(four - bands.delivered, ZERO)
    if not rest:
        return replace(bands, negotiating=wanted)
    parts = {name: (getattr(bands, name) * wanted / rest).quantize(CENT, ROUND_DOWN) for name in MOVING}
    # The cents that rounding leaves go to the largest.
    largest = max(parts, key=parts.__getitem__)
    parts[largest] += wanted - sum(parts.values(), ZERO)
    return replace(bands, **parts)


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or the last of that month where it has no such day."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = date.fromordinal(following.toordinal() - 1)
    return last.replace(day=min(day.day, last.day))


def _path(over: OverTime, supposed: list[Supposed], now: Point) -> list[Point]:
    """From now on not too many points of the path, the last of them always, and the days beyond it to which deals slip;
    none where no deal says when."""
    if over.is_straight or not over.path:
        return []
    every = -(-len(over.path) // POINTS)
    days = [(point.on, point.bands) for point in over.path[::-1][::every][::-1]]
    last, at_the_end = days[-1]
    slipped = {each.slipped_to for each in supposed if each.slipped_to and each.slipped_to > last}
    points = [now]
    for day, bands in [*days, *((day, at_the_end) for day in sorted(slipped))]:
        change = ledger.add(*(each.by(day, after=True) - each.by(day, after=False) for each in supposed))
        before = bands.signed(over.reading)
        points.append(Point(day, before, before + change.signed(over.reading)))
    return points
