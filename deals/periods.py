"""Days and periods as people write them. Pure: no clock, the language is passed in."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


FIRST, LAST = date(1950, 1, 1), date(2100, 12, 31)


def is_plausible(day: date) -> bool:
    """Whether something this system follows may happen on the day; another year is a slip of the hand."""
    return FIRST <= day <= LAST


def parse_day(text: str) -> date:
    """The day written as 2025-05-07 or, day first, 7/5/2025. ValueError for anything else or a day that is none."""
    text = text.strip()
    if found := ISO.fullmatch(text):
        year, month, day = map(int, found.groups())
    elif found := DAY_FIRST.fullmatch(text):
        day, month, year = map(int, found.groups())
    else:
        raise ValueError(text)
    return date(year, month, day)


def day_name(day: date, *, language: str, precision: str = "day") -> str:
    """The day as people write it, no more precise than it is known: 7/5/2025, tháng 5/2025, 2025; 7 May 2025."""
    english = language.startswith("en")
    if precision == "year":
        return f"{day.year}"
    if precision == "quarter":
        quarter = (day.month + 2) // 3
        return f"Q{quarter} {day.year}" if english else f"quý {quarter}/{day.year}"
    if precision == "month":
        return f"{MONTHS[day.month - 1]} {day.year}" if english else f"tháng {day.month}/{day.year}"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if english else f"{day.day}/{day.month}/{day.year}"


def end_of(day: date, zone: tzinfo) -> datetime:
    """The last moment of the day in the zone."""
    return datetime.combine(day, time.max, tzinfo=zone)


@dataclass(frozen=True, slots=True)
class Moment:
    """The two clocks of a question: as of the end of a day in the world, as known at a moment (None: as known now)."""

    as_of: date
    known_at: datetime | None = None


def days_before(day: date, days: int) -> date:
    """So many days earlier, or the first day of the calendar."""
    return date.fromordinal(max(day.toordinal() - days, 1))


QUARTER = re.compile(r"(\d{4})-([1-4])")


def quarter_of(day: date) -> date:
    """The first day of the quarter in which the day lies."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def quarter_end(start: date) -> date:
    """The last day of the quarter that begins on the day."""
    return date(start.year + (start.month == 10), (start.month + 2) % 12 + 1, 1) - timedelta(days=1)


def quarter_key(start: date) -> str:
    """The quarter as an address names it: 2026-4."""
    return f"{start.year}-{(start.month + 2) // 3}"


def parse_quarter(text: str) -> date:
    """The first day of the quarter written as 2026-4. ValueError for anything else."""
    found = QUARTER.fullmatch(text.strip())
    start = date(int(found[1]), int(found[2]) * 3 - 2, 1) if found else None
    if start is None or not is_plausible(start):
        raise ValueError(text)
    return start


def quarter_name(text: str, *, language: str) -> str:
    """The quarter that parse_quarter reads, as people write it; what it cannot read comes back, cut."""
    try:
        return day_name(parse_quarter(text), language=language, precision="quarter")
    except ValueError:
        return text[:10]
