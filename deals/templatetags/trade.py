"""Periods and balances in templates, in the language of the page."""

from decimal import Decimal

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from deals import periods
from deals.reports import trade as reports

from .figures import NOTHING, cell

register = template.Library()


@register.simple_tag
def period(one: reports.Period) -> str:
    """The period in words: a whole year, so many months of one, a month."""
    start, end, language = one.flow.period_start, one.flow.period_end, get_language() or "vi"
    if one.kind == reports.YEAR:
        return str(one.year)
    if (start.year, start.month) == (end.year, end.month):
        return periods.day_name(end, language=language, precision="month")
    if one.kind == reports.TO_DATE:
        return _("first %(months)d months of %(year)d") % {"months": end.month, "year": end.year}
    return f"{periods.day_name(start, language=language)} – {periods.day_name(end, language=language)}"


@register.simple_tag
def known(amount: Decimal | None) -> SafeString:
    """An amount in billions; a dash where it is not known."""
    return NOTHING if amount is None else cell(amount)
