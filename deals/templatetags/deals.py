"""Deals as rows of a table. They are written here and not in a template: a page has fifty of them."""

from collections.abc import Iterable
from decimal import Decimal

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from deals.charts import value_bar
from deals.choices import Stage
from deals.models import Deal
from deals.positions import BAND_NAMES, Bands
from deals.tables import Column

from .figures import NOTHING, cell
from .rights import may_change

register = template.Library()


@register.simple_tag(takes_context=True)
def deal_rows(context: Context, deals: Iterable[Deal], columns: list[Column], largest: Decimal) -> SafeString:
    """The rows of the deals, which come with their bands and their stage; with what the person may do to each, where
    the page shows today."""
    screen, language = context["screen"], get_language() or "vi"
    state, may_tick = screen.query(), "asked" in context
    stages = {str(value): escape(str(label)) for value, label in Stage.choices}
    rows = []
    for deal in deals:
        may_log = screen.is_today and may_change(context, deal)
        bands = Bands(*(getattr(deal, name) for name in BAND_NAMES))
        bar = value_bar.small(bands, largest=largest, language=language) if columns else ""
        rows += [
            f'<tr><th scope="row" class="deal">{_name(deal, state, may_log=may_log, tick=may_log and may_tick)}</th>',
            f'<td class="text">{escape(deal.enterprise.short_name)}</td>',
            f'<td class="text">{escape(deal.partner.name) if deal.partner else NOTHING}</td>',
            f'<td class="text">{escape(deal.sector.name)}</td>',
            f'<td class="text">{stages.get(deal.stage_then, "–")}</td>',
            f'<td class="picture">{bar}</td>' if columns else "",
            *(amount(getattr(bands, each.band), label=str(each.label)) for each in columns),
            amount(bands.four, kind="total"),
            "</tr>\n",
        ]
    return mark_safe("".join(rows))


def _name(deal: Deal, state: str, *, may_log: bool, tick: bool) -> str:
    title, code = escape(deal.title), escape(deal.code)
    href = escape(reverse("deals:deal-detail", args=[deal.code]) + state)
    found = f'<a href="{href}">{title}</a> <small>{code}</small>'
    if tick:
        label = escape(_("Tick: %(title)s") % {"title": deal.title})
        found = f'<input type="checkbox" name="deal" value="{code}" form="bulk" aria-label="{label}"> {found}'
    if may_log:
        label = escape(_("Log progress: %(title)s") % {"title": deal.title})
        menu = reverse("deals:deal-log-menu", args=[deal.code])
        words = escape(_("Log progress"))
        found += f' <small><a href="{menu}" aria-label="{label}">{words}</a></small>'
    return found


def amount(usd: Decimal, *, href: str | None = "", label: str = "", kind: str = "", signed: bool = False) -> str:
    """A table cell with an amount of a column of billions; see `figures.cell`."""
    named = f' data-label="{escape(label)}"' if label else ""
    return f'<td class="number{"" if usd else " nil"} {kind}"{named}>{cell(usd, href, signed)}</td>'
