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

CODE = "VNUS-0000-0000"  # stands in an address for that of a deal


@register.simple_tag(takes_context=True)
def deal_rows(context: Context, deals: Iterable[Deal], columns: list[Column], largest: Decimal) -> SafeString:
    """The rows of the deals, which come with their bands and their stage; with what the person may do to each, where
    the page shows today."""
    screen, language = context["screen"], get_language() or "vi"
    stages = {str(value): escape(str(label)) for value, label in Stage.choices}
    heads = _Heads(screen.query(), may_tick="asked" in context)
    named = [(each.band, str(each.label)) for each in columns]
    rows = []
    for deal in deals:
        may_log = screen.is_today and may_change(context, deal)
        bands = Bands(*(getattr(deal, name) for name in BAND_NAMES))
        bar = value_bar.small(bands, largest=largest, language=language) if columns else ""
        rows += [
            f'<tr><th scope="row" class="deal">{heads.of(deal, may_log=may_log)}</th>',
            f'<td class="text">{escape(deal.enterprise.short_name)}</td>',
            f'<td class="text">{escape(deal.partner.name) if deal.partner else NOTHING}</td>',
            f'<td class="text">{escape(deal.sector.name)}</td>',
            f'<td class="text">{stages.get(deal.stage_then, "–")}</td>',
            f'<td class="picture">{bar}</td>' if columns else "",
            *(amount(getattr(bands, band), label=label) for band, label in named),
            amount(bands.four, kind="total"),
            "</tr>\n",
        ]
    return mark_safe("".join(rows))


class _Heads:
    """The first cell of each row: what the deal is called and what may be done with it. Words and addresses are the
    same in each row but for the deal, so they are asked for once."""

    def __init__(self, state: str, *, may_tick: bool) -> None:
        self.state, self.may_tick = escape(state), may_tick
        self.detail = reverse("deals:deal-detail", args=[CODE])
        self.menu = reverse("deals:deal-log-menu", args=[CODE])
        self.words, self.tick, self.log = _("Log progress"), _("Tick: %(title)s"), _("Log progress: %(title)s")

    def of(self, deal: Deal, *, may_log: bool) -> str:
        code, title = escape(deal.code), deal.title
        found = f'<a href="{self.detail.replace(CODE, code)}{self.state}">{escape(title)}</a> <small>{code}</small>'
        if not may_log:
            return found
        if self.may_tick:
            label = escape(self.tick % {"title": title})
            found = f'<input type="checkbox" name="deal" value="{code}" form="bulk" aria-label="{label}"> {found}'
        label = escape(self.log % {"title": title})
        menu = self.menu.replace(CODE, code)
        return f'{found} <small><a href="{menu}" aria-label="{label}">{escape(self.words)}</a></small>'


def amount(usd: Decimal, *, href: str | None = "", label: str = "", kind: str = "", signed: bool = False) -> str:
    """A table cell with an amount of a column of billions; see `figures.cell`."""
    named = f' data-label="{escape(label)}"' if label else ""
    return f'<td class="number{"" if usd else " nil"} {kind}"{named}>{cell(usd, href, signed)}</td>'
