"""Days and periods as people write them. Pure: no clock, the language is passed in."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

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
