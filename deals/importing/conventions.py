"""Numbers and days as people write them in registers: read where there is one way to read them, else asked back."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from deals import money, names, periods
from deals.choices import DatePrecision

# What is written where nothing is known.
UNKNOWN = frozenset(
    ["-", "–", "—", ".", "…", "n/a", "na", "tbd", "tba", "?", "x", "/", "unknown", "undisclosed", "none"]
) | frozenset(
    ["chua ro", "chua xac dinh", "chua co", "chua cong bo", "khong cong bo", "khong ro", "dang cap nhat", "not known",
     "khong co", "to be determined"]
)  # fmt: skip
MONTHS = {name: number for number, name in enumerate(
    ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
     "december"), start=1)}  # fmt: skip
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
TIME = re.compile(r"[ t]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?z?$")
NUMERIC = re.compile(r"(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})")
IN_WORDS = re.compile(r"(?:ngay )?(\d{1,2}) thang (\d{1,2}) nam (\d{4})")
ENGLISH = re.compile(r"(?:(\d{1,2}) )?([a-z]{3,9})\.?(?: (\d{1,2}),?)? (\d{4})")
MONTH = re.compile(r"(?:thang |t)?(\d{1,2}) ?(?:[/.-]|nam)? ?(\d{4})")
QUARTER = re.compile(r"(?:quy |q) ?(iv|i{1,3}|[1-4]) ?(?:[/.-]|nam)? ?(\d{4})")
YEAR = re.compile(r"(?:nam )?(\d{4})")
TOO_FINE = 15  # digits that a workbook keeps of a number


class AmbiguousError(Exception):
    """It can be read in two ways, and which is the convention of the file was not said."""


class UnitsError(Exception):
    """The cell names US dollars without a unit, its column has another unit, and nobody said which of them counts."""


class NoValueError(Exception):
    """What stands there is no value of its kind; the error says so in words."""


@dataclass(frozen=True, slots=True)
class Conventions:
    """How the file writes: numbers as "vi" (1.234,5) or "en" (1,234.5), days "dmy" or "mdy"; empty: not said."""

    numbers: str = ""
    days: str = ""


def is_unknown(value: Any) -> bool:
    """Whether the cell says that nothing is known."""
    return isinstance(value, str) and _says_nothing(value)


@lru_cache(maxsize=2048)  # a register has few words, many times
def _says_nothing(text: str) -> bool:
    return names.fold(text) in UNKNOWN


def number(value: Any, how: Conventions) -> Decimal:
    """The number in the cell. AmbiguousError, NoValueError."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise NoValueError(_("This is no number."))
    if not isinstance(value, str):
        return Decimal(format(value, f".{TOO_FINE}g"))
    found = money.readings(value)
    if not found:
        raise NoValueError(_("This is no number: write 3300000000, 3.3 or 3,3."))
    if len(found) == 1:
        return found[0]
    if not how.numbers:
        raise AmbiguousError
    # The larger reading takes the separator for thousands, as a point is in Vietnamese and a comma in English.
    groups = "." if how.numbers == "vi" else ","
    return found[0] if groups in value else found[1]


def amount(value: Any, unit: str, how: Conventions, *, in_full: str = "") -> Decimal:
    """The US dollars in the cell, to the cent; `unit` is that of the column, and a unit in the cell goes before it.
    `in_full` says what US dollars without a unit are under a heading that has one: "one" or "heading". AmbiguousError,
    UnitsError, NoValueError; KeyError where no unit is known."""
    typed = money.Typed("")
    if isinstance(value, str):
        text = re.sub(r"\b(đô la mỹ|đô la|đô|dollars?|us dollars?)\b", "usd", value.casefold())
        if re.search(r"\b(đồng|vnđ|vnd|eur|euro)\b", text):
            raise NoValueError(_("This amount is not in US dollars: enter it on the page of the deal, with its rate."))
        typed = money.split(re.sub(r"\busd usd\b", "usd", text))
        if not money.readings(typed.number):
            raise NoValueError(
                _("This is no amount: write a number, with tỷ, triệu, billion or million where it helps.")
            )
    found = number(typed.number if isinstance(value, str) else value, how)
    if typed.dollars and not typed.unit and unit != "one":
        # "500 USD" under "tỷ USD": dollars where nothing else is possible, else it is to be asked.
        if unit and not in_full and abs(found) * money.UNITS[unit] <= money.MOST:
            raise UnitsError
        unit = "one" if in_full != "heading" else unit
    exact = found * money.UNITS[typed.unit or unit]
    usd = exact.quantize(money.CENT, rounding=ROUND_HALF_EVEN)
    if usd != exact and isinstance(value, str):
        raise NoValueError(_("An amount has at most two decimals."))
    if abs(usd) > money.MOST:
        raise NoValueError(_("An amount is at most 999,999,999,999.99."))
    return usd


def day(value: Any, how: Conventions, *, ends: bool = False) -> tuple[date, str]:
    """The day in the cell and how precisely it is known; of a month or a year the first day, or the last where `ends`.
    AmbiguousError, NoValueError."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        found: tuple[date, str] | None = (value, DatePrecision.DAY)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = _period(int(value), 1, 12, DatePrecision.YEAR, ends) if 1990 <= value <= 2100 else None
    else:
        try:
            found = _written(str(value), how, ends)
        except ValueError as error:
            raise NoValueError(_("There is no such day.")) from error
    if found is None:
        raise NoValueError(_("This is no day: write it as 7/5/2025, or as a date of the workbook."))
    if not periods.is_plausible(found[0]):
        raise NoValueError(_("This year cannot be right: check the day."))
    return found


def _written(text: str, how: Conventions, ends: bool) -> tuple[date, str] | None:
    text = TIME.sub("", names.fold(text).strip(" ."))
    if match := NUMERIC.fullmatch(text):
        return _of_numbers(match[1], match[2], match[3], how), DatePrecision.DAY
    if match := IN_WORDS.fullmatch(text):
        return date(int(match[3]), int(match[2]), int(match[1])), DatePrecision.DAY
    if match := ENGLISH.fullmatch(text.replace("-", " ")):
        month = next((number for name, number in MONTHS.items() if len(match[2]) > 2 and name.startswith(match[2])), 0)
        if month and (on := match[1] or match[3]):
            return date(int(match[4]), month, int(on)), DatePrecision.DAY
        return _period(int(match[4]), month, month, DatePrecision.MONTH, ends) if month else None
    if match := QUARTER.fullmatch(text):
        quarter = ROMAN[match[1]]
        return _period(int(match[2]), quarter * 3 - 2, quarter * 3, DatePrecision.QUARTER, ends)
    if match := YEAR.fullmatch(text):
        return _period(int(match[1]), 1, 12, DatePrecision.YEAR, ends)
    if match := MONTH.fullmatch(text):
        return _period(int(match[2]), int(match[1]), int(match[1]), DatePrecision.MONTH, ends)
    return None


def _of_numbers(first: str, second: str, third: str, how: Conventions) -> date:
    if len(first) == 4:
        return date(int(first), int(second), int(third))
    if len(third) != 4:
        raise NoValueError(_("Write the year with four digits."))
    one, other, year = int(first), int(second), int(third)
    if one == other or (one > 12) != (other > 12):
        return date(year, min(one, 12) if other > 12 else other, other if other > 12 else one)
    if one > 12:
        raise ValueError(first)
    if not how.days:
        raise AmbiguousError
    return date(year, other, one) if how.days == "dmy" else date(year, one, other)


def _period(year: int, first: int, last: int, precision: str, ends: bool) -> tuple[date, str]:
    if not ends:
        return date(year, first, 1), precision
    following = date(year + last // 12, last % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1), precision
