"""Value over time: by month from the first money on, the path that the deals' own days draw, deliveries by year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from django.db.models import QuerySet

from deals import series
from deals.choices import DeliveryKind
from deals.ledger import Line
from deals.models import Deal, Target
from deals.periods import Moment
from deals.positions import ZERO, Bands
from deals.series import Due

MOST_POINTS = 180
PERIODS = {"month": 1, "quarter": 3, "year": 12}
FARTHEST = timedelta(days=30 * 366)  # a day beyond is a slip of the pen, and would press all the rest together


@dataclass(frozen=True, slots=True)
class Point:
    """The bands at the end of the day `on`, the last of its period; of the path, what they would then be."""

    on: date
    bands: Bands


@dataclass(frozen=True, slots=True)
class Year:
    """What was received in a year and what its schedules say; how many deliveries of each have no known value."""

    year: int
    actual: Decimal = ZERO
    planned: Decimal = ZERO
    actual_undisclosed: int = 0
    planned_undisclosed: int = 0


@dataclass(frozen=True)
class OverTime:
    """Points up to the moment and the path after it, both by `period` (month, quarter, year).

    The path moves what is pending to what is contracted on the days by which the deals expect their contracts, and that
    to what is delivered as the schedules say; its four bands together stay what they are. `is_straight`: no deal
    names a day, and the path is a line from what is signed to the target at the end of its period.
    """

    at: Moment
    reading: str
    target: Target | None
    period: str
    points: list[Point]
    path: list[Point]
    is_straight: bool
    expected: Mapping[date, Line]
    overdue_deliveries: Decimal
    years: list[Year]

    @property
    def now(self) -> Bands:
        return self.points[-1].bands if self.points else Bands()

    @property
    def target_usd(self) -> Decimal | None:
        return self.target.amount_usd if self.target else None

    @property
    def end(self) -> date | None:
        """The last day of the path."""
        return self.path[-1].on if self.path else None

    @property
    def all_bands(self) -> list[Bands]:
        return [point.bands for point in (*self.points, *self.path)]

    @property
    def at_the_end(self) -> Bands:
        """What the path leads to, or what there is where there is none."""
        return self.path[-1].bands if self.path else self.now

    @property
    def path_delivers(self) -> bool:
        """Whether the schedules deliver anything on the path."""
        return self.at_the_end.delivered != self.now.delivered

    @property
    def pending(self) -> Decimal:
        return self.now.pending(self.reading)

    @cached_property
    def without_day(self) -> Decimal:
        """What is pending and of which no deal says when."""
        return self.pending - self._pending(self.expected)

    @cached_property
    def overdue(self) -> Decimal:
        """What was expected to be signed by now; the path takes it for the next month."""
        return self._pending(day for day in self.expected if day < self.at.as_of)

    @cached_property
    def beyond(self) -> Decimal:
        """What is expected only after the end of the path."""
        return self._pending(day for day in self.expected if self.end and day > self.end)

    @property
    def has_deliveries(self) -> bool:
        """Whether any year has a delivery of known value."""
        return any(year.actual or year.planned for year in self.years)

    @property
    def deliveries_undisclosed(self) -> int:
        """How many deliveries, received or planned, have no known value."""
        return sum(year.actual_undisclosed + year.planned_undisclosed for year in self.years)

    @property
    def received_undisclosed(self) -> int:
        """How many deliveries that were received have no known value."""
        return sum(year.actual_undisclosed for year in self.years)

    def _pending(self, days: Iterable[date]) -> Decimal:
        return sum((self.expected[day].bands.pending(self.reading) for day in days), ZERO)


def over_time(
    at: Moment, *, reading: str, target: Target | None, deals: QuerySet[Deal], openings: bool = False
) -> OverTime:
    """The deals over time, together with what is not itemised where `openings` are asked for, which is for the whole
    portfolio alone. About eight queries, whatever the rows; the entries are read once."""
    months = series.by_month(at, deals, openings=openings)
    while months and not months[0][1].four:
        months.pop(0)
    expected, due = series.expected(at, deals, whole=openings), series.deliveries(at, deals, whole=openings)
    scheduled = [row for row in due if row.to_come]
    now = months[-1][1] if months else Bands()
    is_straight = _falls_back(at, now, reading, target, expected)
    ends = _months_ahead(
        at, _last_day(at, target, list(expected) or [row.month for row in scheduled], is_straight=is_straight)
    )
    period = _period(len(months) + len(ends))
    return OverTime(
        at=at,
        reading=reading,
        target=target,
        period=period,
        points=_points(months, at, PERIODS[period]),
        path=_path(now, _every(ends, PERIODS[period]), expected, scheduled),
        is_straight=is_straight,
        expected=expected,
        overdue_deliveries=sum((row.to_come for row in scheduled if row.is_past), ZERO),
        years=_years(months, due),
    )


def _falls_back(at: Moment, now: Bands, reading: str, target: Target | None, expected: Mapping[date, Line]) -> bool:
    """Whether nothing but a straight line can be drawn: no deal says when, and the target, not yet reached, does."""
    if expected or target is None or target.period_end is None or target.period_end <= at.as_of:
        return False
    return now.signed(reading) < target.amount_usd


def _last_day(at: Moment, target: Target | None, days: list[date], *, is_straight: bool) -> date:
    """To where the path goes: the end of the target's period, else the last of the days that the deals name; for what
    is overdue, at least through the next month."""
    if not days and not is_straight:
        return at.as_of
    end = target.period_end if target else None
    if end and end > at.as_of:
        return min(end, at.as_of + FARTHEST)
    next_month = _month_end(at.as_of) + timedelta(days=1)
    return max(next_month, min(max(days), at.as_of + FARTHEST))


def _months_ahead(at: Moment, last: date) -> list[date]:
    """The last days of the months after that of the moment, up to that of the last day."""
    months = range(at.as_of.year * 12 + at.as_of.month, last.year * 12 + last.month)
    return [_month_end(date(month // 12, month % 12 + 1, 1)) for month in months]


def _period(months: int) -> str:
    """The shortest period in which there are not too many points."""
    return next((name for name, length in PERIODS.items() if months <= MOST_POINTS * length), "year")


def _points(months: list[tuple[date, Bands]], at: Moment, length: int) -> list[Point]:
    """The months that end a period of that many months, and the last of all, which ends with the moment."""
    return [
        Point(min(_month_end(month), at.as_of), bands)
        for month, bands in months
        if month.month % length == 0 or month == months[-1][0]
    ]


def _every(ends: list[date], length: int) -> list[date]:
    """Those of the days that end a period, and the last of all."""
    return [day for day in ends if day.month % length == 0 or day == ends[-1]]


def _path(now: Bands, ends: list[date], expected: Mapping[date, Line], scheduled: list[Due]) -> list[Point]:
    """What the bands would be by each of the days. What was due before the moment counts by the first of them."""
    changes = [
        (day, Bands(ZERO, line.bands.four, -line.bands.memorandum, -line.bands.negotiating))
        for day, line in expected.items()
    ]
    changes += [(row.month, Bands(row.to_come, -row.to_come)) for row in scheduled]
    changes.sort(key=lambda change: change[0], reverse=True)
    found = []
    for day in ends:
        while changes and changes[-1][0] <= day:
            now += changes.pop()[1]
        found.append(Point(day, now))
    return found


def _years(months: list[tuple[date, Bands]], found: list[Due]) -> list[Year]:
    """Each year from the first delivery to the last. What was received is what the ledger says, to the cent."""
    received: dict[int, Decimal] = {}
    before = ZERO
    for month, bands in months:
        if bands.delivered != before:
            received[month.year] = received.get(month.year, ZERO) + bands.delivered - before
            before = bands.delivered
    years = {*received, *(row.month.year for row in found)}
    actual = [row for row in found if row.kind == DeliveryKind.ACTUAL]
    planned = [row for row in found if row.kind == DeliveryKind.PLANNED]
    return [
        Year(
            year,
            received.get(year, ZERO),
            sum((row.planned for row in planned if row.month.year == year), ZERO),
            sum(row.undisclosed for row in actual if row.month.year == year),
            sum(row.undisclosed for row in planned if row.month.year == year),
        )
        for year in (range(min(years), max(years) + 1) if years else ())
    ]


def _month_end(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)
