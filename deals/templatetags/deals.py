"""Deals as rows of a table. They are written here and not in a template: a page has fifty of them."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from deals.charts import value_bar
from deals.models import Deal, Posting
from deals.positions import BAND_NAMES, Bands
from deals.reports import called
from deals.tables import Column

from .figures import NOTHING, band_key, cell, day, moment, stage_name, usd
from .rights import may_change

register = template.Library()


class _Table(NamedTuple):
    """What all rows of a table have in common: the columns, each a band with its label; the largest value; the state
    of the screen; whether rows can be ticked; the language."""

    columns: tuple[tuple[str, str], ...]
    largest: Decimal
    state: str
    may_tick: bool
    language: str


class _Row(NamedTuple):
    """What a row shows of a deal."""

    code: str
    title: str
    enterprise: str
    partner: str
    sector: str
    stage: str
    bands: Bands
    may_log: bool


@register.simple_tag(takes_context=True)
def deal_rows(context: Context, deals: Iterable[Deal], columns: list[Column], largest: Decimal) -> SafeString:
    """The rows of the deals, which come with their bands and their stage; with what the person may do to each, where
    the page shows today."""
    screen, names = context["screen"], called.names()
    table = _Table(
        tuple((each.band, str(each.label)) for each in columns),
        largest,
        escape(screen.query()),
        may_tick="asked" in context,
        language=get_language() or "vi",
    )
    shown = (
        _Row(
            deal.code,
            deal.title,
            *names.of(deal),
            deal.stage_then,
            Bands(*(getattr(deal, name) for name in BAND_NAMES)),
            may_log=screen.is_today and may_change(context, deal),
        )
        for deal in deals
    )
    return mark_safe("".join(_written(table, row) for row in shown))


@lru_cache(maxsize=1000)
def _written(table: _Table, row: _Row) -> str:
    """The row in the language of the page. From one look at a list to the next few rows change, so they are kept."""
    bar = value_bar.small(row.bands, largest=table.largest, language=table.language) if table.columns else ""
    cells = [
        f'<tr><th scope="row" class="deal">{_head(table, row)}</th>',
        f'<td class="text">{escape(row.enterprise)}</td>',
        f'<td class="text">{escape(row.partner) if row.partner else NOTHING}</td>',
        f'<td class="text">{escape(row.sector)}</td>',
        f'<td class="text">{escape(stage_name(row.stage))}</td>',
        f'<td class="picture">{bar}</td>' if table.columns else "",
        *(amount(getattr(row.bands, band), label=label) for band, label in table.columns),
        amount(row.bands.four, kind="total"),
        "</tr>\n",
    ]
    return "".join(cells)


def _head(table: _Table, row: _Row) -> str:
    """The first cell: what the deal is called and what may be done with it."""
    code, detail = escape(row.code), reverse("deals:deal-detail", args=[row.code])
    found = f'<a href="{detail}{table.state}">{escape(row.title)}</a> <small>{code}</small>'
    if not row.may_log:
        return found
    if table.may_tick:
        label = escape(_("Tick: %(title)s") % {"title": row.title})
        found = f'<input type="checkbox" name="deal" value="{code}" form="bulk" aria-label="{label}"> {found}'
    label = escape(_("Log progress: %(title)s") % {"title": row.title})
    menu, words = reverse("deals:deal-log-menu", args=[row.code]), escape(_("Log progress"))
    return f'{found} <small><a href="{menu}" aria-label="{label}">{words}</a></small>'


@register.simple_tag
def ledger_rows(postings: Iterable[Posting]) -> SafeString:
    """The entries of a deal's ledger as rows: the day, the band, the amount, why, and when it was posted, by whom."""
    band, usd_name, cause, recorded = (escape(each) for each in (_("Band"), _("Amount"), _("Cause"), _("Recorded")))
    rows = []
    for posting in postings:
        reason = f"<small>{escape(posting.reason)}</small>" if posting.reason else ""
        rows.append(
            f'<tr><th scope="row">{escape(day(posting.effective_on))}</th><td data-label="{band}"><span>'
            f"{band_key(posting.band)} {escape(posting.get_band_display())}</span></td>"
            f'<td class="number" data-label="{usd_name}">{escape(usd(posting.amount_usd))}</td>'
            f'<td data-label="{cause}"><span>{escape(posting.get_cause_display())}{reason}</span></td>'
            f'<td data-label="{recorded}"><span>{escape(moment(posting.recorded_at))}'
            f"<small>{escape(posting.actor)}</small></span></td></tr>"
        )
    return mark_safe("".join(rows))


def amount(usd: Decimal, *, href: str | None = "", label: str = "", kind: str = "", signed: bool = False) -> str:
    """A table cell with an amount of a column of billions; see `figures.cell`."""
    named = f' data-label="{escape(label)}"' if label else ""
    return f'<td class="number{"" if usd else " nil"} {kind}"{named}>{cell(usd, href, signed)}</td>'
