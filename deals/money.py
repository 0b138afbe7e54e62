"""Amounts of money as people write them. Pure: the language is passed in, nothing is rounded but for display."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from num2words import num2words

CENT = Decimal("0.01")
MOST = Decimal("999999999999.99")
BILLION = Decimal(10) ** 9
MILLION = Decimal(10) ** 6

MINUS = "\N{MINUS SIGN}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
SPACE = "\N{NO-BREAK SPACE}"
SEPARATORS = {"vi": (".", ","), "en": (",", ".")}
FULL = {"vi": "{number} USD", "en": "US${number}"}
ELSEWHERE = {"vi": "{number} {currency}", "en": "{currency} {number}"}
IN_BILLIONS = {"vi": "{number} tỷ USD", "en": "US${number}bn"}
IN_MILLIONS = {"vi": "{number} triệu USD", "en": "US${number}m"}

# The units in which an amount is entered, largest last, and what people write for them.
UNITS = {"one": Decimal(1), "million": MILLION, "billion": BILLION}
UNIT_WORDS = {
    "tỷ": "billion", "tỉ": "billion", "billion": "billion", "bn": "billion",
    "triệu": "million", "tr": "million", "million": "million", "m": "million",
}  # fmt: skip
# A Decimal holds 28 digits exactly, and no longer number is an amount.
LONGEST_NUMBER, LONGEST_TYPED = 28, 60


class Currency(NamedTuple):
    """What a currency and its hundredth are called; in Vietnamese any hundredth is a xu."""

    vi: str
    one: str
    many: str
    cent: str
    cents: str


CURRENCIES = {
    "USD": Currency("đô la Mỹ", "US dollar", "US dollars", "cent", "cents"),
    "EUR": Currency("euro", "euro", "euros", "cent", "cents"),
    "VND": Currency("đồng", "Vietnamese dong", "Vietnamese dong", "xu", "xu"),
    "JPY": Currency("yên Nhật", "Japanese yen", "Japanese yen", "sen", "sen"),
    "GBP": Currency("bảng Anh", "pound sterling", "pounds sterling", "penny", "pence"),
    "KRW": Currency("won Hàn Quốc", "South Korean won", "South Korean won", "jeon", "jeon"),
    "CNY": Currency("nhân dân tệ", "Chinese yuan", "Chinese yuan", "fen", "fen"),
    "SGD": Currency("đô la Singapore", "Singapore dollar", "Singapore dollars", "cent", "cents"),
    "AUD": Currency("đô la Úc", "Australian dollar", "Australian dollars", "cent", "cents"),
    "CAD": Currency("đô la Canada", "Canadian dollar", "Canadian dollars", "cent", "cents"),
    "CHF": Currency("franc Thụy Sĩ", "Swiss franc", "Swiss francs", "rappen", "rappen"),
}


def is_whole_cents(amount: Decimal) -> bool:
    """Whether the amount has no fraction of a cent, and is a number at all."""
    return amount.is_finite() and amount == amount.quantize(CENT)


def of_cents(cents: int | None) -> Decimal | None:
    """The amount of so many whole cents, with two decimals; nothing of nothing."""
    return None if cents is None else Decimal(cents).scaleb(-2)


def number(value: Decimal, *, language: str, places: int = 2, signed: bool = False) -> str:
    """The number with the separators of the language (`vi`: 1.234,5; `en`: 1,234.5), rounded half up to `places`.

    `signed` puts a plus before what is above zero and ± before zero, as in columns of changes.
    """
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    thousands, point = SEPARATORS[_known(language)]
    digits = f"{abs(rounded):,.{places}f}".replace(",", "\0").replace(".", point).replace("\0", thousands)
    if rounded < 0:
        return MINUS + digits
    if signed:
        return ("+" if rounded > 0 else "±") + digits
    return digits


def full(amount: Decimal, *, language: str, currency: str = "USD") -> str:
    """The exact amount to the cent, with its currency: 90.300.000.000,00 USD; US$90,300,000,000.00; EUR 1.00."""
    return _worded(FULL if currency == "USD" else ELSEWHERE, number(amount, language=language), language, currency)


def in_column(amount: Decimal, *, language: str, signed: bool = False, unit: Decimal = BILLION) -> tuple[str, str]:
    """The amount for a column in one unit, and exactly, for the pointer: 0,70 and 700.000.000,00 USD; what is too small
    to be seen is <0,01, nothing a dash. `signed` puts a plus before what is above zero."""
    if not amount:
        return "–", ""
    size, least = abs(amount) / unit, Decimal("0.01")
    text = number(size, language=language) if size >= least / 2 else "<" + number(least, language=language)
    sign = MINUS if amount < 0 else "+" if signed else ""
    return sign + text, sign + full(abs(amount), language=language)


def billions(amount: Decimal, *, language: str, places: int = 2) -> str:
    """The amount in billions with its unit: 90,30 tỷ USD; US$90.30bn."""
    return _worded(IN_BILLIONS, number(amount / BILLION, language=language, places=places), language)


def short(amount: Decimal, *, language: str) -> str:
    """The amount in the unit a person would say: billions from one billion up, millions from 100,000 up, else full."""
    size = abs(amount)
    if size >= BILLION:
        return billions(amount, language=language)
    if size >= MILLION / 10:
        return _worded(IN_MILLIONS, number(amount / MILLION, language=language), language)
    return full(amount, language=language)


def change(amount: Decimal, *, language: str) -> str:
    """The amount of a change as `short` writes it, with its sign: +1,90 tỷ USD; ± before nothing."""
    return (MINUS if amount < 0 else "+" if amount else "±") + short(abs(amount), language=language)


def percent(part: Decimal, whole: Decimal, *, language: str, places: int = 1) -> str:
    """The share of `part` in `whole`: 100,3 %; 100.3%; of something too small to be seen <0,1 %. A whole of zero has no
    shares: an en dash."""
    if not whole:
        return "–"
    least = Decimal(1).scaleb(-places)
    exact = part / whole * 100
    share = number(exact, language=language, places=places)
    if 0 < exact < least / 2:
        share = "<" + number(least, language=language, places=places)
    return f"{share}{SPACE}%" if _known(language) == "vi" else f"{share}%"


# Amounts as people type them


class Typed(NamedTuple):
    """The parts of an amount typed in one go: the number, the unit named with it, whether US dollars are named."""

    number: str
    unit: str = ""
    dollars: bool = False


def split(text: str) -> Typed:
    """The number typed, apart from the unit and the sign of the dollar: 3,3 tỷ USD; US$3.3bn.

    What is built otherwise comes back whole, as a number that `readings` cannot read.
    """
    text = _tidy(text, LONGEST_TYPED)
    found = TYPED.fullmatch(text.casefold())
    if not found:
        return Typed(text)
    dollars = bool(found["before"] or found["after"])
    return Typed(found["sign"] + found["number"], UNIT_WORDS.get(found["unit"] or "", ""), dollars)


def readings(text: str) -> tuple[Decimal, ...]:
    """Every way the typed number can be read: none, one, or two, the larger first.

    Two where a single separator stands before exactly three digits: 3.300 is 3300 in Vietnamese, 3.3 in English.
    """
    text = _tidy(text, LONGEST_NUMBER)
    found = set()
    for pattern in NUMBERS:
        if match := pattern.fullmatch(text):
            digits = re.sub("[^0-9]", "", match["whole"])
            found.add(Decimal(f"{match['sign']}{digits}.{match['fraction'] or ''}"))
    return tuple(sorted(found, key=abs, reverse=True))


def clear(value: Decimal, *, language: str) -> str:
    """The number with all its decimals, written so that it can be read in only one way."""
    places = _places(value)
    text = number(value, language=language, places=places)
    # One decimal more tells 3,305 (3.3050) from 3.305 (3,305.00).
    return text if len(readings(text)) == 1 else number(value, language=language, places=max(places + 1, 2))


def written(amount: Decimal, *, language: str) -> tuple[str, str]:
    """The amount as it would be typed: a number and its unit, the largest that leaves at most two decimals."""
    fitting = [unit for unit, factor in UNITS.items() if abs(amount) >= factor and not amount % (factor * CENT)]
    unit = fitting[-1] if fitting else "one"
    return clear(amount / UNITS[unit], language=language), unit


def _numbers(point: str, groups: str) -> re.Pattern[str]:
    """Numbers with this decimal point, in which one and the same of `groups` may stand before each three digits."""
    grouped = rf"[1-9][0-9]{{0,2}}(?P<group>[{groups}])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*"
    return re.compile(rf"(?P<sign>[-+]?) ?(?P<whole>{grouped}|[0-9]+)(?:{re.escape(point)}(?P<fraction>[0-9]+))?")


NUMBERS = (_numbers(",", ". '’"), _numbers(".", ", '’"))
TYPED = re.compile(
    r"(?P<sign>[-+]?) ?(?P<before>us\$|usd|\$)? ?(?P<number>[-+0-9.,'’ ]*?)"
    rf" ?(?P<unit>{'|'.join(UNIT_WORDS)})? ?(?P<after>us\$|usd|\$)?"
)


def _tidy(text: str, longest: int) -> str:
    """The text in NFKC, without invisible characters, minus as a hyphen; nothing where it cannot be an amount."""
    text = text.strip()
    # NFKC would make 10² into 102 and ½ into 1⁄2.
    if len(text) > longest or any(char.isnumeric() and not char.isdecimal() for char in text):
        return ""
    normal = unicodedata.normalize("NFKC", text).replace(MINUS, "-")
    return " ".join("".join(char for char in normal if unicodedata.category(char) != "Cf").split())


def _places(value: Decimal) -> int:
    """How many decimals the value has, zeros at the end left out."""
    return max(0, -int(value.normalize().as_tuple().exponent))


# Amounts in words


def words(amount: Decimal, *, language: str, currency: str = "USD") -> str:
    """The amount in words: ba tỷ ba trăm triệu đô la Mỹ; three billion, three hundred million US dollars.

    KeyError for a currency not listed here, ValueError where there is a fraction of a cent.
    """
    if not is_whole_cents(amount):
        raise ValueError(f"{amount} is not a whole number of cents")
    name = CURRENCIES[currency]
    whole, cents = divmod(int(abs(amount) * 100), 100)
    if _known(language) == "vi":
        said = f"{_vietnamese(whole)} {name.vi}" + (f" và {_vietnamese(cents)} xu" if cents else "")
        return f"âm {said}" if amount < 0 else said
    said = f"{num2words(whole)} {name.one if whole == 1 else name.many}"
    if cents:
        said += f" and {num2words(cents)} {name.cent if cents == 1 else name.cents}"
    return f"minus {said}" if amount < 0 else said


def _vietnamese(whole: int) -> str:
    """The number in words, as school and ministry read it: một triệu không nghìn không trăm linh năm.

    num2words reads up to 999. Beyond, it leaves out the zeros inside, so that 3,000,000,500 sounds as people say 3.5
    billion, and it knows no number of Vietnamese above 999 billion.
    """
    billions, rest = divmod(whole, 10**9)
    said = [_vietnamese(billions), "tỷ"] if billions else []
    for factor, name in ((10**6, "triệu"), (1000, "nghìn"), (1, "")):
        group, following = divmod(rest, factor)
        if rest and (said or group):
            said += [_three_digits(group, inside=bool(said), last=factor == 1), name]
        rest = following
    return " ".join(filter(None, said)) or "không"


def _three_digits(group: int, *, inside: bool, last: bool) -> str:
    """A group of three digits in words; `inside` a number its zeros are said."""
    said: str = num2words(group, lang="vi").replace("lẻ", "linh")
    if not inside or group >= 100 or (not group and not last):
        return said
    return "không trăm " + ("linh " if group < 10 else "") + said


def _known(language: str) -> str:
    return "en" if language.startswith("en") else "vi"


def _worded(patterns: dict[str, str], digits: str, language: str, currency: str = "USD") -> str:
    text = patterns[_known(language)].format(number=digits, currency=currency).replace(" ", SPACE)
    # The sign stands before the currency: −US$1.00bn.
    return MINUS + text.replace(MINUS, "") if MINUS in text else text
