"""Amounts of money as people write them. Pure: the language is passed in, nothing is rounded but for display."""

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
MOST = Decimal("999999999999.99")
BILLION = Decimal(10) ** 9
MILLION = Decimal(10) ** 6

MINUS = "\N{MINUS SIGN}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
SPACE = "\N{NO-BREAK SPACE}"
SEPARATORS = {"vi": (".", ","), "en": (",", ".")}
FULL = {"vi": "{number} USD", "en": "US${number}"}
IN_BILLIONS = {"vi": "{number} tỷ USD", "en": "US${number}bn"}
IN_MILLIONS = {"vi": "{number} triệu USD", "en": "US${number}m"}


def is_whole_cents(amount: Decimal) -> bool:
    """Whether the amount has no fraction of a cent, and is a number at all."""
    return amount.is_finite() and amount == amount.quantize(CENT)


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


def full(amount: Decimal, *, language: str) -> str:
    """The exact amount to the cent, with its currency: 90.300.000.000,00 USD; US$90,300,000,000.00."""
    return _worded(FULL, number(amount, language=language), language)


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


def percent(part: Decimal, whole: Decimal, *, language: str, places: int = 1) -> str:
    """The share of `part` in `whole`: 100,3 %; 100.3%. A whole of zero has no shares: an en dash."""
    if not whole:
        return "–"
    share = number(part / whole * 100, language=language, places=places)
    return f"{share}{SPACE}%" if _known(language) == "vi" else f"{share}%"


def _known(language: str) -> str:
    return "en" if language.startswith("en") else "vi"


def _worded(patterns: dict[str, str], digits: str, language: str) -> str:
    text = patterns[_known(language)].format(number=digits).replace(" ", SPACE)
    # The sign stands before the currency: −US$1.00bn.
    return MINUS + text.replace(MINUS, "") if MINUS in text else text
