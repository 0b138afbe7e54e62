"""Figures and addresses of a supposition."""

from decimal import Decimal

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from deals import money
from deals.forms.screens import Screen
from deals.forms.what_if import Asked, Change

register = template.Library()


@register.filter
def months(amount: Decimal) -> int:
    return int(amount)


@register.simple_tag
def without(screen: Screen, asked: Asked, change: Change) -> str:
    """The same supposition without one of its changes."""
    return reverse("deals:what-if") + screen.query(**asked.without(change))


@register.simple_tag
def plain(amount: Decimal) -> SafeString:
    """An amount in billions that may be zero or below it, exact under the pointer."""
    return _in_billions(amount, signed=False)


@register.simple_tag
def moved(before: Decimal, after: Decimal) -> SafeString:
    """By how much an amount changes, in billions, with its sign; a dash where it does not."""
    if before == after:
        return format_html('<span class="muted">{}</span>', "–")
    return _in_billions(after - before, signed=True)


def _in_billions(amount: Decimal, *, signed: bool) -> SafeString:
    language = get_language() or "vi"
    exact = money.full(amount, language=language)
    return format_html(
        '<span title="{}">{}</span>', exact, money.number(amount / money.BILLION, language=language, signed=signed)
    )
