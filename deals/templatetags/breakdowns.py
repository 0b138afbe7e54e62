"""Breakdowns as tables: their rows in the order asked for, and the cells of each row. The cells are written here and
not in a template: a page has hundreds of them."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from deals import money, tables
from deals.charts import value_bar
from deals.filters import NONE
from deals.positions import Bands
from deals.reports.breakdowns import Breakdown, Row, in_order, largest, together
from deals.tables import Column

from .deals import amount
from .scopes import behind, deals_where, entries_where

register = template.Library()

# Pages of the rows of a breakdown, and of all of them.
PAGES = {
    "group": "enterprise-detail",
    "enterprise": "enterprise-detail",
    "sector": "sector-detail",
    "partner": "partner-detail",
    "state": "state-detail",
}
# Deals change their row in these, by a new stage or a new paper.
MOVING = {"stage", "evidence", "basis", "freshness"}
MOST = 8
ASCENDING = ("descending", "ascending")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a breakdown is laid out: its largest rows in full, `others` together in a line, unless `is_unfolded`; those
    without a value are folded into a line or two, unless there is nothing else to show."""

    columns: list[Column]
    rows: list[Row]
    others: list[Row]
    undisclosed_only: list[Row]
    outside_only: list[Row]
    with_change: bool
    is_unfolded: bool = False

    @property
    def span(self) -> int:
        """How many columns stand before that of the undisclosed papers."""
        return len(self.columns) + 4 + self.with_change if self.columns else 1

    @property
    def folded_undisclosed(self) -> int:
        return sum(row.undisclosed for row in self.undisclosed_only)

    @property
    def undisclosed(self) -> int:
        return sum(row.undisclosed for row in [*self.rows, *self.others, *self.undisclosed_only])


@register.simple_tag(takes_context=True)
def page_of(context: Context, by: str, key: str) -> str:
    """The page of a row of a breakdown where it has one, else the deals behind it."""
    if by not in PAGES or key == NONE:
        return behind(context, by, key)
    return reverse(f"deals:{PAGES[by]}", args=[key]) + context["screen"].query()


@register.simple_tag(takes_context=True)
def unfolded(context: Context, by: str) -> str:
    """Where all rows of the breakdown stand: the same page, with none of them told together."""
    return f"{context['screen'].query(unfold=by)}#by-{by}"


@register.simple_tag(takes_context=True)
def folded(context: Context, by: str) -> str:
    """The way back: where the smallest rows of the breakdown are told together."""
    return f"{context['screen'].query(unfold='') or '?'}#by-{by}"


@register.simple_tag(takes_context=True)
def heads(context: Context, breakdown: Breakdown, table: Layout, name: str) -> SafeString:
    """The heads of all columns, each of which puts the breakdowns of the page in its order; a second time it turns the
    order round."""
    columns = [("", _("Value by band")), *((column.band, str(column.label)) for column in table.columns)]
    columns += [("value", _("Total")), ("", _("Share"))]
    columns += [("change", pgettext("difference", "Change"))] if table.with_change else []
    columns = columns if table.columns else []
    own = f"#by-{breakdown.by}"
    found = [_head(context, "name", name, own, kind="")]
    for order, label in columns:
        found.append(_head(context, order, label, own, kind="picture" if label == columns[0][1] else "number"))
    return mark_safe("".join([*found, _head(context, "undisclosed", _("Undisclosed"), own, kind="number")]))


def _head(context: Context, order: str, label: str, own: str, *, kind: str) -> str:
    of_kind = f' class="{kind}"' if kind else ""
    if not order:
        text = f'<span class="hidden">{escape(label)}</span>' if kind == "picture" else escape(label)
        return f'<th scope="col"{of_kind}>{text}</th>'
    screen = context["screen"]
    is_first, is_turned = screen.order == order, screen.order == f"-{order}"
    now = f' aria-sort="{ASCENDING[(order == "name") != is_turned]}"' if is_first or is_turned else ""
    href = escape((screen.query(order=f"-{order}" if is_first else order) or "?") + own)
    return f'<th scope="col"{of_kind}{now}><a href="{href}">{escape(label)}</a></th>'


@register.simple_tag(takes_context=True)
def cells_of(context: Context, breakdown: Breakdown, table: Layout, row: Row) -> SafeString:
    """The cells of a row, each of which opens what is behind it."""

    def href(**filters: object) -> str:
        return behind(context, breakdown.by, row.key, **filters)

    return _cells(breakdown, table, row.bands, row.undisclosed, href, row.change, _change_href(context, breakdown, row))


@register.simple_tag(takes_context=True)
def cells_of_others(context: Context, breakdown: Breakdown, table: Layout) -> SafeString:
    """The cells of all rows that are too many to be shown, together; they open the table of each."""
    row, each = together(table.others), unfolded(context, breakdown.by)
    return _cells(breakdown, table, row.bands, row.undisclosed, lambda **_: each, row.change, each)


@register.simple_tag(takes_context=True)
def cells_of_rest(context: Context, breakdown: Breakdown, table: Layout) -> SafeString:
    """The cells of what is not itemised."""

    def href(**filters: object) -> str:
        return deals_where(context, **{"show": "not_itemised", **filters})

    return _cells(breakdown, table, breakdown.not_itemised, 0, href, breakdown.whole.not_itemised_change, "")


@register.simple_tag(takes_context=True)
def cells_of_total(context: Context, breakdown: Breakdown, table: Layout) -> SafeString:
    """The cells of all rows together, without a bar."""

    def href(**filters: object) -> str:
        return deals_where(context, **filters)

    change = entries_where(context) if table.with_change else ""
    return _cells(
        breakdown, table, breakdown.total, table.undisclosed, href, breakdown.whole.change, change, is_sum=True
    )


@register.simple_tag(takes_context=True)
def scale_cells(context: Context, scale: Breakdown, row: Row) -> SafeString:
    """The cells of a row of a scale: what is signed, its share of all that is, its change, all four bands."""
    change = _change_href(context, scale, row)
    return _scale_cells(context, scale, row.bands, behind(context, scale.by, row.key), row.change, change)


@register.simple_tag(takes_context=True)
def scale_cells_of_rest(context: Context, scale: Breakdown) -> SafeString:
    href = deals_where(context, show="not_itemised")
    return _scale_cells(context, scale, scale.not_itemised, href, scale.whole.not_itemised_change, "")


@register.simple_tag(takes_context=True)
def scale_cells_of_total(context: Context, scale: Breakdown) -> SafeString:
    return _scale_cells(context, scale, scale.total, deals_where(context), scale.whole.change, "", is_sum=True)


def _scale_cells(
    context: Context,
    scale: Breakdown,
    bands: Bands,
    href: str,
    change: Decimal,
    change_href: str,
    *,
    is_sum: bool = False,
) -> SafeString:
    language, reading = get_language() or "vi", context["screen"].reading
    signed = bands.signed(reading)
    bar = "" if is_sum else value_bar.small(bands, largest=scale.largest, language=language)
    found = [
        f'<td class="picture">{bar}</td>',
        amount(signed, label=_("Signed")),
        _share(signed, scale.total.signed(reading), language),
    ]
    if scale.whole.before:
        found.append(
            amount(change, href=change_href, kind="change", label=pgettext("difference", "Change"), signed=True)
        )
    return mark_safe("".join([*found, amount(bands.four, href=href, kind="total")]))


def _change_href(context: Context, breakdown: Breakdown, row: Row) -> str:
    """What explains a change: the entries of the deals of the row. Where deals move between rows there are no entries
    that would add up to it."""
    if not row.change or breakdown.by in MOVING:
        return ""
    return entries_where(context, **{breakdown.by: row.key})


def _cells(
    breakdown: Breakdown,
    table: Layout,
    bands: Bands,
    undisclosed: int,
    href: Callable[..., str] | None,
    change: Decimal,
    change_href: str,
    *,
    is_sum: bool = False,
) -> SafeString:
    language = get_language() or "vi"
    found = []
    if table.columns:
        bar = "" if is_sum else value_bar.small(bands, largest=breakdown.largest, language=language)
        found.append(f'<td class="picture">{bar}</td>')
        for column in table.columns:
            usd = getattr(bands, column.band)
            found.append(amount(usd, href=href and href(band=column.band), label=str(column.label)))
        found.append(amount(bands.four, href=href and href(), kind="total"))
        found.append(_share(bands.four, breakdown.total.four, language))
        if table.with_change:
            found.append(
                amount(
                    change,
                    href=change_href,
                    kind="change",
                    label=pgettext("difference", "Change"),
                    signed=True,
                )
            )
    found.append(_count(undisclosed, href and href(show="undisclosed")))
    return mark_safe("".join(found))


def _share(part: Decimal, of: Decimal, language: str) -> str:
    label = escape(_("Share"))
    if not part:
        return f'<td class="number share nil" data-label="{label}"><span class="muted">–</span></td>'
    text = escape(money.percent(part, of, language=language))
    return f'<td class="number share" data-label="{label}">{text}</td>'


def _count(undisclosed: int, href: str | None) -> str:
    label = escape(_("Undisclosed"))
    if not undisclosed:
        return f'<td class="number nil" data-label="{label}"><span class="muted">–</span></td>'
    if not href:
        return f'<td class="number" data-label="{label}">{undisclosed}</td>'
    words = ngettext(
        "%(counter)s paper of undisclosed value", "%(counter)s papers of undisclosed value", undisclosed
    ) % {"counter": undisclosed}
    inner = f'<a href="{escape(href)}" title="{escape(words)}">{undisclosed}</a>'
    return f'<td class="number" data-label="{label}">{inner}</td>'


@register.simple_tag(takes_context=True)
def layout(context: Context, breakdown: Breakdown) -> Layout:
    """The rows and columns of a breakdown worth their space, in the order asked for; all rows where the address asks
    to `unfold` it."""
    columns = tables.band_columns(breakdown.total)
    screen = context["screen"]
    order = screen.order
    rows = in_order(breakdown.rows, order) if order else breakdown.rows
    with_change = breakdown.whole.before is not None
    if not columns and not (with_change and breakdown.whole.change):
        return Layout([], rows, [], [], [], with_change)
    full = [row for row in rows if row.bands.four or row.change]
    without = [row for row in rows if not row.bands.four and not row.change]
    is_long, is_unfolded = len(full) > MOST + 1, screen.unfold == breakdown.by
    most = MOST if is_long and not is_unfolded else len(full)
    shown = largest(full, order, most)
    return Layout(
        columns,
        rows=shown,
        others=[row for row in full if row not in shown],
        undisclosed_only=sorted((row for row in without if row.undisclosed), key=lambda row: -row.undisclosed),
        outside_only=[row for row in without if not row.undisclosed],
        with_change=with_change,
        is_unfolded=is_long and is_unfolded,
    )
