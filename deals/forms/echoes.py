"""What was typed as an amount, what it can mean, and what is said back about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from deals import money


@dataclass(frozen=True, slots=True)
class Parts:
    """What was typed into an amount: the number, its unit, the reading chosen where there are two, the currency."""

    number: str = ""
    unit: str = ""
    chosen: str = ""
    currency: str = "USD"

    @classmethod
    def of(cls, values: Sequence[str | None]) -> "Parts":
        """From the four values as sent. A currency not known here is refused by its own field; it counts as US$."""
        number, unit, chosen, currency = ((value or "").strip() for value in values)
        return cls(number, unit, chosen, currency if currency in money.CURRENCIES else "USD")


@dataclass(frozen=True, slots=True)
class Meaning:
    """One way to read what was typed: the value its button sends, and the amount in digits and in words."""

    value: str
    figure: str
    words: str


@dataclass(frozen=True, slots=True)
class Echo:
    """What is said back about the field `name`: the amount, or its meanings, or what is wrong; or nothing at all."""

    name: str
    figure: str = ""
    words: str = ""
    meanings: tuple[Meaning, ...] = ()
    problem: str = ""


def read(parts: Parts, *, allow_negative: bool = False) -> Decimal | None:
    """The amount to the cent; None where no number was typed.

    ValidationError where there is not exactly one, or it is out of bounds; its code is "ambiguous" where there are two.
    """
    found = _chosen(_meant(parts), parts)
    if not found:
        return None
    if len(found) > 1:
        more, less = (in_digits(amount, parts.currency) for amount in found.values())
        raise ValidationError(
            _("“%(text)s” can be read in two ways: %(more)s or %(less)s. Choose the one that is meant."),
            code="ambiguous",
            params={"text": cut(parts.number), "more": more, "less": less},
        )
    [amount] = found.values()
    if abs(amount) > money.MOST:
        raise ValidationError(_("An amount is at most 999,999,999,999.99."), code="too_much")
    if not money.is_whole_cents(amount):
        raise ValidationError(_("An amount has at most two decimals."), code="fraction")
    if amount < 0 and not allow_negative:
        raise ValidationError(_("This amount cannot be below zero."), code="negative")
    return amount.quantize(money.CENT)


def echo(name: str, parts: Parts, *, allow_negative: bool = False) -> Echo:
    """What to say back about what was typed into the field. Raises nothing."""
    try:
        amount = read(parts, allow_negative=allow_negative)
    except ValidationError as error:
        meanings = [
            Meaning(_sent(number), in_digits(amount, parts.currency), in_words(amount, parts.currency))
            for number, amount in (_meant(parts) if error.code == "ambiguous" else {}).items()
        ]
        return Echo(name, meanings=tuple(meanings), problem=error.messages[0])
    if amount is None:
        return Echo(name)
    return Echo(name, in_digits(amount, parts.currency), in_words(amount, parts.currency))


def to_show(parts: Parts) -> tuple[str, str]:
    """The number and unit to show again: as typed but, once one of two readings was chosen, that one beyond doubt."""
    try:
        found = _meant(parts)
    except ValidationError:
        return parts.number, parts.unit
    chosen = _chosen(found, parts)
    if len(found) == len(chosen):
        return parts.number, parts.unit
    [number] = chosen
    return money.clear(number, language=language()), _unit(parts)


def in_digits(amount: Decimal, currency: str = "USD") -> str:
    """The exact amount with its currency, in the language of the page, even where it has a fraction of a cent."""
    if money.is_whole_cents(amount):
        return money.full(amount, language=language(), currency=currency)
    return f"{money.clear(amount, language=language())}{money.SPACE}{currency}"


def in_words(amount: Decimal, currency: str = "USD") -> str:
    """The amount in words, in the language of the page; nothing where it has a fraction of a cent."""
    return money.words(amount, language=language(), currency=currency) if money.is_whole_cents(amount) else ""


def language() -> str:
    return get_language() or "vi"


def cut(text: str) -> str:
    """The text as a message repeats it."""
    return text if len(text) <= money.LONGEST_TYPED else text[: money.LONGEST_TYPED] + "…"


def _meant(parts: Parts) -> dict[Decimal, Decimal]:
    """Every amount that the parts can mean, by the number read; none where no number was typed.

    ValidationError where the number is none, or the unit is missing, or two units or currencies are named.
    """
    if not parts.number:
        return {}
    typed = money.split(parts.number)
    found = money.readings(typed.number)
    text = {"text": cut(parts.number)}
    if not found:
        raise ValidationError(
            _("“%(text)s” is no amount: write a number such as 3.3 or 3,300,000,000."), code="number", params=text
        )
    if typed.dollars and parts.currency != "USD":
        raise ValidationError(
            _("“%(text)s” names US dollars, but the currency chosen is %(currency)s: change one of them."),
            code="currencies",
            params={**text, "currency": parts.currency},
        )
    if typed.unit and parts.unit and typed.unit != parts.unit:
        raise ValidationError(
            _("“%(text)s” names another unit than the one chosen: change one of them."), code="units", params=text
        )
    factor = money.UNITS.get(_unit(parts))
    if factor is None:
        raise ValidationError(
            _("Choose the unit beside the number, or write it after the number, as in 3.3 billion."), code="unit"
        )
    return {number: number * factor for number in found}


def _unit(parts: Parts) -> str:
    """The unit chosen or, where none is, the one typed with the number; the sign of the dollar alone means dollars."""
    typed = money.split(parts.number)
    return parts.unit or typed.unit or ("one" if typed.dollars else "")


def _chosen(found: dict[Decimal, Decimal], parts: Parts) -> dict[Decimal, Decimal]:
    """Of two readings the one chosen by its button; anything else that was sent as chosen counts for nothing."""
    return {number: amount for number, amount in found.items() if _sent(number) == parts.chosen} or found


def _sent(number: Decimal) -> str:
    """What the button of a reading sends."""
    return format(number.normalize(), "f")
