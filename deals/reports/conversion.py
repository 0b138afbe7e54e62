"""From memorandum to contract: how many were converted, how much of their value, in how many days; what is still open,
by age; and what may be signed in the coming quarters.

A case is a counting memorandum that stands under no other; memoranda under it carry it on and are counted with it. It
is converted by its first contract, however far below it, wholly or in part. Its converted value is what contracts take
over from it or from those below it, never more than its own value; a contract that was ended before it was carried
through converts nothing. Values here are those of papers, not of bands: they are no part of any total.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median
from typing import NamedTuple

from django.db.models import BigIntegerField, Q, QuerySet
from django.db.models.functions import Cast

from deals import ledger
from deals.choices import InstrumentKind
from deals.ledger import Line
from deals.models import Deal, Instrument, Sector, recorded
from deals.models import conversion as ages
from deals.periods import Moment
from deals.positions import CARRIED_ON, NON_BINDING, Bands

from .forecast import Course, Forecast, forecast


class Paper(NamedTuple):
    """What is read of a paper, in the order in which it is read. Amounts are whole cents: there may be very many."""

    id: int
    kind: str
    under: int | None
    on: date
    cents: int | None
    discharged: int | None
    ended_on: date | None
    end_reason: str
    sector: str


@dataclass
class Case:
    """A memorandum with those below it: when it was signed, when the first contract followed, when all of it ended."""

    sector: str
    on: date
    cents: int | None
    converted_on: date | None = None
    ended_on: date | None = None
    converted: int = 0  # cents

    def course(self, day: date) -> Course:
        """How long it was open by the day, and how that ended."""
        if self.converted_on:
            return Course((self.converted_on - self.on).days, converted=True)
        return Course(((self.ended_on or day) - self.on).days, ended=self.ended_on is not None)


@dataclass
class Group:
    """Cases together: how many, of them converted, ended without a contract; their value as far as it is known; the
    days from memorandum to contract."""

    key: str
    label: str
    cases: int = 0
    converted: int = 0
    ended: int = 0
    undisclosed: int = 0
    cents: int = 0
    converted_cents: int = 0
    days: list[int] = field(default_factory=list)

    @property
    def usd(self) -> Decimal:
        return Decimal(self.cents).scaleb(-2)

    @property
    def converted_usd(self) -> Decimal:
        return Decimal(self.converted_cents).scaleb(-2)

    @property
    def open(self) -> int:
        return self.cases - self.converted - self.ended

    @property
    def median_days(self) -> int | None:
        return round(median(self.days)) if self.days else None

    @property
    def least_days(self) -> int | None:
        return min(self.days, default=None)

    @property
    def most_days(self) -> int | None:
        return max(self.days, default=None)

    def add(self, case: Case) -> None:
        self.cases += 1
        if case.converted_on:
            self.converted += 1
            self.days.append((case.converted_on - case.on).days)
        elif case.ended_on:
            self.ended += 1
        if case.cents is None:
            self.undisclosed += 1
        else:
            self.cents += case.cents
            self.converted_cents += min(case.converted, case.cents)


@dataclass(frozen=True, slots=True)
class Age:
    """What deals hold under memoranda of one age: `key` is the value of the filter that opens them."""

    key: str
    label: str
    deals: int
    usd: Decimal


@dataclass(frozen=True)
class Conversion:
    """All cases and those of each sector, the most first; what stands under memoranda by age, which together with what
    is not itemised is the memorandum band; the forecast."""

    together: Group
    sectors: list[Group]
    ages: list[Age]
    not_itemised: Decimal
    forecast: Forecast

    @property
    def standing(self) -> Decimal:
        return self.forecast.of + self.not_itemised


def conversion(at: Moment, lines: Mapping[str, Line], *, deals: QuerySet[Deal], not_itemised: Bands) -> Conversion:
    """The record up to the day, from the lines by age of memorandum of a summary of the deals. Two queries, of which
    one reads a line of each memorandum, amendment and contract under another paper."""
    cases = cases_of(_papers(at, deals), at.as_of)
    names = {sector.code: sector.name for sector in Sector.objects.all()}
    together = Group("", "")
    sectors: dict[str, Group] = {}
    for case in cases:
        together.add(case)
        sectors.setdefault(case.sector, Group(case.sector, names[case.sector])).add(case)
    standing = {int(age): line.bands.memorandum for age, line in lines.items() if line.bands.memorandum}
    return Conversion(
        together=together,
        sectors=sorted(sectors.values(), key=lambda group: (-group.cases, group.label)),
        ages=_ages(lines),
        not_itemised=not_itemised.memorandum,
        forecast=forecast([case.course(at.as_of) for case in cases], standing, day=at.as_of),
    )


def _papers(at: Moment, deals: QuerySet[Deal]) -> Iterable[Paper]:
    """Memoranda, the contracts and amendments under them, and the amendments of those contracts."""
    of_contract = Q(kind=InstrumentKind.AMENDMENT, under__under__kind__in=NON_BINDING)
    wanted = Q(kind__in=NON_BINDING) | Q(under__kind__in=NON_BINDING) | of_contract
    papers = recorded.in_use(Instrument, at.known_at).filter(wanted, counts=True, signed_on__lte=at.as_of)
    papers = papers.filter(deal__in=deals.order_by().values("pk")).order_by()
    cents, discharged = (Cast(name, BigIntegerField()) for name in ("usd", "discharges_usd"))
    fields = ("id", "kind", "under_id", "signed_on", cents, discharged, "ended_on", "end_reason")
    return (Paper(*row) for row in papers.values_list(*fields, "deal__sector__code").iterator(chunk_size=5000))


def cases_of(papers: Iterable[Paper], day: date) -> list[Case]:
    """The cases that the papers make, as they stand on the day; papers signed later are not among them."""
    memoranda: dict[int | None, Paper] = {}
    contracts: list[Paper] = []
    amended: dict[int | None, int] = {}
    for paper in papers:
        if paper.kind in NON_BINDING:
            memoranda[paper.id] = paper
        elif paper.kind == InstrumentKind.AMENDMENT:
            amended[paper.under] = amended.get(paper.under, 0) + (paper.cents or 0)
        elif paper.kind == InstrumentKind.CONTRACT:
            contracts.append(paper)
    found: dict[int, Case] = {}
    for paper in memoranda.values():
        if paper.under not in memoranda:
            cents = None if paper.cents is None else max(paper.cents + amended.get(paper.id, 0), 0)
            found[paper.id] = Case(paper.sector, paper.on, cents)
    still_open: set[int] = set()
    for paper in memoranda.values():
        case = found[root := _root(paper, memoranda)]
        if paper.ended_on is None or paper.ended_on > day:
            still_open.add(root)
        else:
            case.ended_on = max(case.ended_on or paper.ended_on, paper.ended_on)
    for root in still_open:
        found[root].ended_on = None
    for paper in contracts:
        if above := memoranda.get(paper.under):
            _convert(found[_root(above, memoranda)], paper, amended.get(paper.id, 0), day)
    return list(found.values())


def _root(paper: Paper, memoranda: Mapping[int | None, Paper]) -> int:
    """The memorandum at the top; the rules of the numbers refuse a loop."""
    while above := memoranda.get(paper.under):
        paper = above
    return paper.id


def _convert(case: Case, contract: Paper, amended: int, day: date) -> None:
    case.converted_on = min(case.converted_on or contract.on, contract.on)
    in_force = contract.ended_on is None or contract.ended_on > day
    if in_force or contract.end_reason in CARRIED_ON:
        own = max((contract.cents or 0) + amended, 0)
        case.converted += own if contract.discharged is None else contract.discharged


def _ages(lines: Mapping[str, Line]) -> list[Age]:
    found = []
    for key, (least, most) in ages.QUARTERS.items():
        of_age = [line for age, line in lines.items() if least <= int(age) and (most is None or int(age) <= most)]
        together = ledger.add(*(line.bands for line in of_age))
        found.append(Age(key, str(ages.AGES[key]), sum(line.deals for line in of_age), together.memorandum))
    return found
