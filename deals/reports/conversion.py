"""From memorandum to contract: how many were converted, how much of their value, in how many days; what is still open,
by age; and what may be signed in the coming quarters.

A case is a counting memorandum that stands under no other; memoranda under it carry it on and are counted with it. It
is converted by its first contract, however far below it, wholly or in part. Its converted value is what contracts take
over from it or from those below it, never more than its own value; a contract that was ended before it was carried
through converts nothing. Values here are those of papers, not of bands: they are no part of any total.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from deals import ledger
from deals.ledger import Line
from deals.models import Deal, Sector
from deals.models import conversion as records
from deals.models.conversion import QUARTER
from deals.periods import Moment
from deals.positions import Bands

from .forecast import Course, Forecast, forecast


class Cases(NamedTuple):
    """Cases that went one way in the same time: how many, how many of them of unknown value, the cents of the others
    and what was converted of them. `time` is in days of the converted ones, in whole quarters of the others."""

    sector: int
    outcome: str
    time: int
    number: int
    undisclosed: int
    cents: int
    converted_cents: int

    @property
    def course(self) -> Course:
        """How long they were open by the day, and how that ended."""
        if self.outcome == records.CONVERTED:
            return Course(self.time, converted=True)
        return Course(self.time * QUARTER, ended=self.outcome == records.ENDED)


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

    def add(self, cases: Cases) -> None:
        self.cases += cases.number
        if cases.outcome == records.CONVERTED:
            self.converted += cases.number
            self.days += [cases.time] * cases.number
        elif cases.outcome == records.ENDED:
            self.ended += cases.number
        self.undisclosed += cases.undisclosed
        self.cents += cases.cents
        self.converted_cents += cases.converted_cents


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
    one counts the cases."""
    known = {sector.pk: sector for sector in Sector.objects.all()}
    together = Group("", "")
    sectors: dict[int, Group] = {}
    courses = Counter[Course]()
    for cases in counted(at, deals):
        sector = known[cases.sector]
        together.add(cases)
        sectors.setdefault(sector.pk, Group(sector.code, sector.name)).add(cases)
        courses[cases.course] += cases.number
    standing = {int(age): line.bands.memorandum for age, line in lines.items() if line.bands.memorandum}
    return Conversion(
        together=together,
        sectors=sorted(sectors.values(), key=lambda group: (-group.cases, group.label)),
        ages=_ages(lines),
        not_itemised=not_itemised.memorandum,
        forecast=forecast(courses, standing, day=at.as_of),
    )


def counted(at: Moment, deals: QuerySet[Deal]) -> list[Cases]:
    """The cases of the deals up to the day, by sector, outcome and time. One query."""
    try:
        statement, parameters = records.cases(at, deals)
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found = cursor.fetchall()
    return [Cases(sector, outcome, *(int(number or 0) for number in numbers)) for sector, outcome, *numbers in found]


def _ages(lines: Mapping[str, Line]) -> list[Age]:
    found = []
    for key, (least, most) in records.QUARTERS.items():
        of_age = [line for age, line in lines.items() if least <= int(age) and (most is None or int(age) <= most)]
        together = ledger.add(*(line.bands for line in of_age))
        found.append(Age(key, str(records.AGES[key]), sum(line.deals for line in of_age), together.memorandum))
    return found
