"""How much of what stands under memoranda may be signed in the coming quarters, from our own record alone. The method
is docs/decisions/0006-forecast.md. It is a calculation beside the figures and enters none of them. Pure functions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from deals.models.conversion import QUARTER
from deals.positions import CENT, ZERO

AHEAD = 4  # quarters
FEWEST = 10  # closed cases; with fewer, nothing is said
Z = 1.2816  # low and high bound four of five outcomes


@dataclass(frozen=True, slots=True)
class Course:
    """How long a memorandum was open, in days, and how that ended: with a contract, without one, or not yet (both
    False)."""

    days: int
    converted: bool = False
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """Of the cases open at the start of a quarter of age, the shares converted and ended in it, and how many those
    cases were."""

    converted: float
    ended: float
    cases: int


@dataclass(frozen=True, slots=True)
class Step:
    """What may be signed by the end of the day `by`, of what stands under memoranda now."""

    by: date
    low: Decimal
    base: Decimal
    high: Decimal


@dataclass(frozen=True)
class Forecast:
    """The steps; none where there are too few closed cases to say. `of` is what stands under memoranda now."""

    steps: list[Step]
    closed: int
    cases: int
    of: Decimal

    @property
    def fewest(self) -> int:
        return FEWEST


def forecast(courses: Mapping[Course, int], standing: Mapping[int, Decimal], *, day: date) -> Forecast:
    """The coming quarters, from how many memoranda went which way and from what stands under memoranda by age in begun
    quarters."""
    closed = sum(count for course, count in courses.items() if course.converted or course.ended)
    steps = []
    if closed >= FEWEST:
        rates = rates_of(courses)
        steps = [_step(rates, standing, day=day, by=by) for by in quarter_ends(day)]
    return Forecast(steps, closed, sum(courses.values()), sum(standing.values(), ZERO))


def rates_of(courses: Mapping[Course, int]) -> list[Rate]:
    """The rates by quarter of age, the first quarter first. From the first quarter on which fewer than FEWEST cases
    reached, all later ones are taken together as the last rate. A case that is open in a quarter counts half in it."""
    converted, ended, still_open = Counter[int](), Counter[int](), Counter[int]()
    for course, count in courses.items():
        found = converted if course.converted else ended if course.ended else still_open
        found[course.days // QUARTER] += count
    last = max([*converted, *ended, *still_open], default=-1)
    reached = [0] * (last + 2)
    for quarter in range(last, -1, -1):
        reached[quarter] = reached[quarter + 1] + converted[quarter] + ended[quarter] + still_open[quarter]

    def rate(quarters: range) -> Rate:
        at_risk = sum(reached[quarter] - still_open[quarter] / 2 for quarter in quarters)
        gone, lost = (sum(kind[quarter] for quarter in quarters) for kind in (converted, ended))
        if not at_risk:
            return Rate(0.0, 0.0, 0)
        return Rate(gone / at_risk, lost / at_risk, reached[quarters.start])

    few = next(quarter for quarter, cases in enumerate(reached) if cases < FEWEST)
    return [*(rate(range(quarter, quarter + 1)) for quarter in range(few)), rate(range(few, last + 1))]


def share_by(rates: Sequence[Rate], age: int, days: int) -> float:
    """Of the memoranda in that quarter of age (1 is the first), the share converted within so many days. They are taken
    to stand in the middle of their quarter."""
    left, share, standing = float(days), 0.0, 1.0
    length = QUARTER / 2
    while left > 0:
        rate = rates[min(age, len(rates)) - 1]
        part = min(left, length) / QUARTER
        share += standing * rate.converted * part
        standing *= 1 - (rate.converted + rate.ended) * part
        left -= length
        age, length = age + 1, float(QUARTER)
    return share


def wilson(share: float, cases: int) -> tuple[float, float]:
    """The bounds of a share found in so many cases: wide where they are few, never below 0 or above 1."""
    if not cases:
        return 0.0, 1.0
    middle = share + Z * Z / (2 * cases)
    spread = Z * (share * (1 - share) / cases + Z * Z / (4 * cases * cases)) ** 0.5
    whole = 1 + Z * Z / cases
    return max((middle - spread) / whole, 0.0), min((middle + spread) / whole, 1.0)


def _step(rates: Sequence[Rate], standing: Mapping[int, Decimal], *, day: date, by: date) -> Step:
    low = base = high = ZERO
    for age, usd in standing.items():
        share = share_by(rates, age, (by - day).days)
        least, most = wilson(share, rates[min(age, len(rates)) - 1].cases)
        low, base, high = low + usd * Decimal(least), base + usd * Decimal(share), high + usd * Decimal(most)
    return Step(by, low.quantize(CENT), base.quantize(CENT), high.quantize(CENT))


def quarter_ends(day: date) -> list[date]:
    """The last days of the coming quarters of the calendar, the current one included unless it ends today."""
    found: list[date] = []
    month = day.year * 12 + (day.month - 1) // 3 * 3
    while len(found) < AHEAD:
        month += 3
        end = date(month // 12, month % 12 + 1, 1) - timedelta(days=1)
        if end > day:
            found.append(end)
    return found
