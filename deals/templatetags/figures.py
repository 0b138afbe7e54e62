"""Figures, days and addresses in templates, in the language of the page."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from deals import money, periods
from deals.charts import value_bar
from deals.choices import Band, Reading, Stage
from deals.forms.screens import Screen
from deals.positions import BAND_NAMES, Bands

register = template.Library()

NOTHING = SafeString('<span class="muted">–</span>')


def _language() -> str:
    return get_language() or "vi"


@register.filter
def usd(amount: Decimal | None) -> str:
    """The exact amount, or words where it is not known."""
    return _("not known") if amount is None else money.full(amount, language=_language())


@register.filter
def short(amount: Decimal | None) -> str:
    """The amount in the unit a person would say, or words where it is not known."""
    return _("not known") if amount is None else money.short(amount, language=_language())


@register.filter
def signed_usd(amount: Decimal) -> str:
    """The exact amount of a change, with its sign."""
    text = money.full(abs(amount), language=_language())
    return (money.MINUS if amount < 0 else "+" if amount else "±") + text


@register.filter
def signed_short(amount: Decimal) -> str:
    """A change in the unit a person would say, with its sign."""
    return money.change(amount, language=_language())


@register.simple_tag
def change(was: Decimal, now: Decimal) -> str:
    """By how much an amount changes; a dash where it does not."""
    return signed_usd(now - was) if now != was else "–"


@register.filter
def usd_in_words(amount: Decimal) -> str:
    """The amount in words."""
    return money.words(amount, language=_language())


@register.simple_tag
def bands_of(*found: Bands) -> list[str]:
    """The names of the bands in which any of these has an amount, in the order of the value bar."""
    return [name for name in BAND_NAMES if any(getattr(bands, name) for bands in found)]


@register.filter
def billions(amount: Decimal) -> str:
    """The amount in billions, without its unit."""
    return money.number(amount / money.BILLION, language=_language())


@register.simple_tag
def cell(amount: Decimal, href: str | None = "", signed: bool = False) -> SafeString:
    """An amount in a column of billions, exact under the pointer, opening the rows behind it; nothing is a dash.
    `signed` for a change."""
    text, exact = money.in_column(amount, language=_language(), signed=signed)
    if not exact:
        return NOTHING
    tag, to = ("a", f' href="{escape(href)}"') if href else ("span", "")
    return mark_safe(f'<{tag}{to} title="{escape(exact)}">{escape(text)}</{tag}>')


@register.simple_tag
def share(part: Decimal, whole: Decimal | None) -> str:
    """The part as a percentage of the whole."""
    return money.percent(part, whole or Decimal(0), language=_language())


@register.filter
def quantity(amount: Decimal | None) -> str:
    """A quantity with no more decimals than it has."""
    if amount is None:
        return ""
    places = max(0, -int(amount.normalize().as_tuple().exponent))
    return money.number(amount, language=_language(), places=places)


@register.filter
def day(value: date | None, precision: str = "day") -> str:
    """The day as people write it, no more precise than it is known."""
    return periods.day_name(value, language=_language(), precision=precision) if value else ""


def moment(at: datetime) -> str:
    """The day and the time of day in Vietnam."""
    return _moment(at, _language())


@lru_cache(maxsize=1000)
def _moment(at: datetime, _language: str) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")


@register.filter
def band_name(name: str) -> str:
    return str(Band(name).label)


@register.filter
def band_of(bands: Bands, name: str) -> Decimal:
    return getattr(bands, name)


@register.filter
def reading_name(name: str) -> str:
    return str(Reading(name).label)


@register.filter
def stage_name(name: str) -> str:
    return str(Stage(name).label) if name else "–"


@register.simple_tag
def all_readings() -> list[str]:
    return list(Reading.values)


@register.filter
def signed_in(bands: Bands, reading: str) -> Decimal:
    return bands.signed(reading)


@register.filter
def pending_in(bands: Bands, reading: str) -> Decimal:
    return bands.pending(reading)


@register.simple_tag
def bar(bands: Bands, largest: Decimal) -> SafeString:
    """The value bar of a table row, to the scale of the largest."""
    return value_bar.small(bands, largest=largest, language=_language())


@register.simple_tag
def headline_bar(bands: Bands, target: Decimal | None) -> SafeString:
    """The value bar of a page, with its axis."""
    return value_bar.large(bands, target=target, language=_language())


@register.simple_tag
def band_key(name: str) -> SafeString:
    """The little square that stands for a band."""
    return value_bar.key(name)


@register.simple_tag
def to(screen: Screen, view: str, *args: object, **parameters: object) -> str:
    """The address of a page at the same day and in the same reading, with these parameters."""
    return reverse(f"deals:{view}", args=args) + screen.query(**parameters)


@register.simple_tag
def here(screen: Screen, **parameters: object) -> str:
    """This very page with other parameters; only the day and the reading are kept besides."""
    return screen.query(**parameters) or "?"


@register.simple_tag
def in_reading(screen: Screen, reading: str, keep: dict[str, str] | None = None) -> str:
    """This very page in the reading, with the parameters to keep."""
    chosen = "" if reading == screen.default_reading else reading
    return screen.query(**{**(keep or {}), "reading": chosen}) or "?"


@register.simple_tag
def here_today(screen: Screen, keep: dict[str, str] | None = None) -> str:
    """This very page as of today, with the parameters to keep."""
    return screen.query(**{**(keep or {}), "as_of": ""}) or "?"
