"""The rules of the numbers: from the facts of a deal to its bands on any day (DESIGN section 3).

Pure functions over frozen records: no database, no clock. All amounts are US dollars as `Decimal`, in whole cents.
Costs are linear in the facts of one deal for one day, and quadratic for all its days; a deal has tens of facts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cached_property

ZERO = Decimal("0.00")
CENT = Decimal("0.01")

BINDING = frozenset({"contract"})
NON_BINDING = frozenset({"loi", "mou", "framework"})
COUNTING = BINDING | NON_BINDING
CARRIED_ON = frozenset({"fulfilled", "superseded"})


@dataclass(frozen=True, slots=True)
class Bands:
    """One amount a band, in US$. Adds band by band."""

    delivered: Decimal = ZERO
    contracted: Decimal = ZERO
    memorandum: Decimal = ZERO
    negotiating: Decimal = ZERO
    outside: Decimal = ZERO

    def __add__(self, other: "Bands") -> "Bands":
        return Bands(*(getattr(self, name) + getattr(other, name) for name in BAND_NAMES))

    def __sub__(self, other: "Bands") -> "Bands":
        return Bands(*(getattr(self, name) - getattr(other, name) for name in BAND_NAMES))

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in BAND_NAMES)

    @property
    def four(self) -> Decimal:
        """All that bears on the target: every band but `outside`."""
        return self.delivered + self.contracted + self.memorandum + self.negotiating

    @property
    def binding(self) -> Decimal:
        """Delivered and contracted together: what rests on binding contracts."""
        return self.delivered + self.contracted

    @property
    def undelivered(self) -> Decimal:
        """What is still to come: under contracts, under memoranda, under negotiation."""
        return self.contracted + self.memorandum + self.negotiating

    def signed(self, reading: str) -> Decimal:
        """What counts as signed in the reading (`announced` or `firm`); KeyError for any other."""
        return sum((getattr(self, name) for name in SIGNED[reading]), ZERO)

    def pending(self, reading: str) -> Decimal:
        """What is not signed in the reading; with `signed` it makes `four`."""
        return self.four - self.signed(reading)

    def as_dict(self) -> dict[str, Decimal]:
        return {name: getattr(self, name) for name in BAND_NAMES}


BAND_NAMES = tuple(field.name for field in fields(Bands))
SIGNED: Mapping[str, tuple[str, ...]] = {
    "announced": ("delivered", "contracted", "memorandum"),
    "firm": ("delivered", "contracted"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A signed paper. `usd` is None where the value is not known, `under` the id of the paper above."""

    id: object
    kind: str
    on: date
    usd: Decimal | None = None
    under: object | None = None
    discharges_usd: Decimal | None = None
    ended_on: date | None = None
    end_reason: str | None = None
    counts: bool = True

    @property
    def stands(self) -> bool:
        """Whether the paper counts towards the target; options and financing never do."""
        return self.counts and self.kind in COUNTING

    def in_force(self, day: date) -> bool:
        """From the day it was signed until the day before it ended."""
        return self.on <= day and not self.ended(day)

    def ended(self, day: date) -> bool:
        return self.ended_on is not None and self.ended_on <= day


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the whole deal was thought to be worth from a day on; `usd` None where that was not known."""

    on: date
    usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Goods or services received under a contract; `usd` None where the value is not known."""

    contract: object
    on: date
    usd: Decimal | None


@dataclass(frozen=True)
class Facts:
    """All that is known of one deal. The order within each tuple does not matter, save that of two estimates of one
    day the later in the tuple is the latest."""

    closed_on: date | None = None
    papers: tuple[Paper, ...] = ()
    estimates: tuple[Estimate, ...] = ()
    receipts: tuple[Receipt, ...] = ()

    def on(self, day: date) -> "Facts":
        """Only what is dated on or before the day."""
        return Facts(
            closed_on=self.closed_on if self.closed_on and self.closed_on <= day else None,
            papers=tuple(paper for paper in self.papers if paper.on <= day),
            estimates=tuple(estimate for estimate in self.estimates if estimate.on <= day),
            receipts=tuple(receipt for receipt in self.receipts if receipt.on <= day),
        )

    @property
    def undisclosed(self) -> int:
        """How many papers that have not ended count and have no known value."""
        return sum(paper.counts and paper.usd is None and paper.ended_on is None for paper in self.papers)

    @cached_property
    def days(self) -> list[date]:
        """The days on which a band may change, in order."""
        found = {paper.on for paper in self.papers} | {estimate.on for estimate in self.estimates}
        found |= {receipt.on for receipt in self.receipts}
        found |= {paper.ended_on for paper in self.papers if paper.ended_on}
        if self.closed_on:
            found.add(self.closed_on)
        return sorted(found)


@dataclass(frozen=True, slots=True)
class PaperPosition:
    """What one paper says on a day: its own value, what was taken over from it and what is left of it."""

    net: Decimal
    delivered: Decimal
    discharged: Decimal
    discharges: Decimal
    remainder: Decimal
    accounted: Decimal


class _Day:
    """The rules applied to the facts of one deal on one day."""

    def __init__(self, facts: Facts, day: date) -> None:
        known = facts.on(day)
        self.day = day
        self.closed = known.closed_on is not None
        self.papers = [paper for paper in known.papers if paper.kind != "amendment"]
        self.estimates = known.estimates
        self.amended: dict[object, Decimal] = {}
        self.received: dict[object, Decimal] = {}
        self.below: dict[object, list[Paper]] = {}
        for paper in known.papers:
            if paper.kind == "amendment":
                self.amended[paper.under] = self.amended.get(paper.under, ZERO) + (paper.usd or ZERO)
            elif paper.under is not None:
                self.below.setdefault(paper.under, []).append(paper)
        for receipt in known.receipts:
            self.received[receipt.contract] = self.received.get(receipt.contract, ZERO) + (receipt.usd or ZERO)

    def net(self, paper: Paper) -> Decimal:
        return max((paper.usd or ZERO) + self.amended.get(paper.id, ZERO), ZERO)

    def discharged(self, paper: Paper) -> Decimal:
        """What the papers directly under it have taken over."""
        return sum((self.discharge(child) for child in self.below.get(paper.id, ())), ZERO)

    def discharge(self, paper: Paper) -> Decimal:
        """How much of the paper above it this one takes over."""
        if not paper.stands or paper.under is None:
            return ZERO
        net = self.net(paper)
        amount = net if paper.discharges_usd is None else paper.discharges_usd
        if not paper.ended(self.day) or paper.end_reason in CARRIED_ON:
            return amount
        if not net:
            return ZERO
        carried_on = self.delivered(paper) if paper.kind in BINDING else self.discharged(paper)
        return (amount * min(carried_on, net) / net).quantize(CENT)

    def delivered(self, paper: Paper) -> Decimal:
        return self.received.get(paper.id, ZERO) if paper.kind in BINDING else ZERO

    def remainder(self, paper: Paper) -> Decimal:
        if not paper.in_force(self.day):
            return ZERO
        return max(self.net(paper) - self.delivered(paper) - self.discharged(paper), ZERO)

    def accounted(self, paper: Paper) -> Decimal:
        carried_on = self.delivered(paper) + self.discharged(paper)
        if paper.in_force(self.day) or paper.end_reason in CARRIED_ON:
            return max(self.net(paper), carried_on)
        return carried_on

    def latest_estimate(self) -> Decimal:
        latest = ZERO
        on = date.min
        for estimate in self.estimates:
            if estimate.on >= on:
                on, latest = estimate.on, estimate.usd or ZERO
        return latest

    def bands(self) -> Bands:
        counting = [paper for paper in self.papers if paper.stands]
        contracts = [paper for paper in counting if paper.kind in BINDING]
        memoranda = [paper for paper in counting if paper.kind in NON_BINDING]
        accounted = sum((self.accounted(paper) for paper in counting if paper.under is None), ZERO)
        beside = (paper for paper in self.papers if not paper.stands and paper.in_force(self.day))
        return Bands(
            delivered=sum((self.delivered(paper) for paper in contracts), ZERO),
            contracted=sum((self.remainder(paper) for paper in contracts), ZERO),
            memorandum=ZERO if self.closed else sum((self.remainder(paper) for paper in memoranda), ZERO),
            negotiating=ZERO if self.closed else max(self.latest_estimate() - accounted, ZERO),
            outside=sum((self.net(paper) for paper in beside), ZERO),
        )


def bands(facts: Facts, as_of: date) -> Bands:
    """The bands of one deal at the end of the day `as_of`."""
    return _Day(facts, as_of).bands()


def papers(facts: Facts, as_of: date) -> dict[object, PaperPosition]:
    """What each paper that exists on the day says, by its id; amendments are part of the paper they amend."""
    day = _Day(facts, as_of)
    return {
        paper.id: PaperPosition(
            net=day.net(paper),
            delivered=day.delivered(paper),
            discharged=day.discharged(paper),
            discharges=day.discharge(paper),
            remainder=day.remainder(paper) if paper.stands else ZERO,
            accounted=day.accounted(paper),
        )
        for paper in day.papers
    }


def suggested_discharge(
    above: PaperPosition, *, usd: Decimal | None, quantity: Decimal | None, of_quantity: Decimal | None
) -> Decimal | None:
    """How much of the paper above a new one probably takes over, in US$: the share of its quantity where both state
    one, else as much as the new one is worth; never more than is left. None where there is nothing to go by."""
    if quantity and of_quantity:
        return min((above.net * quantity / of_quantity).quantize(CENT), above.remainder)
    return None if usd is None else min(usd, above.remainder)


def changes(facts: Facts) -> dict[tuple[date, str], Decimal]:
    """By how much each band changes on each day; days and bands without a change are left out."""
    found: dict[tuple[date, str], Decimal] = {}
    before = Bands()
    for day in facts.days:
        after = bands(facts, day)
        for name, amount in (after - before).as_dict().items():
            if amount:
                found[day, name] = amount
        before = after
    return found


def opening_remainder(amount: Decimal, itemised: Iterable[Decimal]) -> Decimal:
    """What is still to be itemised of an announced sum (an opening balance), never below zero."""
    return max(amount - sum(itemised, ZERO), ZERO)


def opening_changes(
    *, on: date, band: str, amount: Decimal, itemised: Iterable[Decimal]
) -> dict[tuple[date, str], Decimal]:
    """The changes an opening balance makes: its remainder in its one band, from its day on."""
    remainder = opening_remainder(amount, itemised)
    return {(on, band): remainder} if remainder else {}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the facts of a deal cannot stand: a code, the fact at fault and the amounts to name in the message."""

    code: str
    paper: object
    amounts: tuple[Decimal, ...] = ()


def problems(facts: Facts) -> list[Problem]:
    """What makes the facts of one deal impossible, as far as it takes several of them to see it.

    `loop`: a paper stands under itself or under its own child. `amendment_of_nothing`: an amendment under no paper, or
    under another amendment. `no_contract`: a delivery under something that is no contract. `over_discharge`: a paper
    that states what it takes over, and takes more than the paper above has left on the day of signing (a paper above
    of unknown value has no known limit).
    """
    by_id = {paper.id: paper for paper in facts.papers}
    found = []
    for paper in facts.papers:
        above = by_id.get(paper.under)
        if _loops(paper, by_id):
            found.append(Problem("loop", paper.id))
        elif paper.kind == "amendment" and (above is None or above.kind == "amendment"):
            found.append(Problem("amendment_of_nothing", paper.id))
    found += [
        Problem("no_contract", receipt.contract)
        for receipt in facts.receipts
        if (contract := by_id.get(receipt.contract)) is None or contract.kind != "contract"
    ]
    if not found:
        found = [problem for paper in facts.papers if (problem := _over_discharge(facts, paper, by_id))]
    return found


def _loops(paper: Paper, by_id: Mapping[object, Paper]) -> bool:
    seen = {paper.id}
    above = by_id.get(paper.under)
    while above is not None:
        if above.id in seen:
            return True
        seen.add(above.id)
        above = by_id.get(above.under)
    return False


def _over_discharge(facts: Facts, paper: Paper, by_id: Mapping[object, Paper]) -> Problem | None:
    above = by_id.get(paper.under)
    if above is None or above.usd is None or paper.discharges_usd is None or not paper.stands:
        return None
    day = _Day(facts, max(paper.on, above.on))
    net = day.net(above)
    # A paper that states no amount takes at most what there is, so it never overdraws by itself.
    others = sum(
        (
            day.discharge(child) if child.discharges_usd is not None else min(day.discharge(child), net)
            for child in day.below[above.id]
            if child.id != paper.id
        ),
        day.delivered(above),
    )
    left = max(net - others, ZERO)
    return Problem("over_discharge", paper.id, (paper.discharges_usd, left)) if paper.discharges_usd > left else None
