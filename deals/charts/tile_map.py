"""The US states as tiles, each about where it lies, all of one size: shaded by value, with the amount in the tile.

A state is told apart by its number, not by its shade alone. Widths are shares of the width of the picture; the tiles
keep their height, so that their text keeps its size.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deals import money
from deals.choices import USState
from deals.reports.breakdowns import Breakdown, Row

from .axes import share

GRID = """
AK .. .. .. .. .. .. .. .. .. ME
.. .. .. .. .. .. .. .. .. VT NH
WA ID MT ND MN IL WI MI NY RI MA
OR NV WY SD IA IN OH PA NJ CT ..
CA UT CO NE MO KY WV VA MD DE ..
.. AZ NM KS AR TN NC SC DC .. ..
.. .. .. OK LA MS AL GA .. .. PR
HI .. .. TX .. .. .. .. FL .. ..
"""
PLACES = {
    state: (column, row)
    for row, line in enumerate(GRID.split("\n")[1:-1])
    for column, state in enumerate(line.split())
    if state != ".."
}
COLUMNS, ROWS, TILE, GAP = 11, 8, 38, 3
WIDE = Decimal("0.94")  # of its place across is a tile; the rest is the gap


@dataclass(frozen=True, slots=True)
class Shade:
    """One step of the scale: the least amount in it, how strong its colour is, and the colour of text on it."""

    least: Decimal
    opacity: str
    ink: str


def tile_map(breakdown: Breakdown, *, href: Callable[[str], str], language: str) -> SafeString:
    """The map of a breakdown by state; `href` gives the address of the rows behind a state."""
    rows = {row.key: row for row in breakdown.rows}
    scale = shades(breakdown)
    tiles = [_tile(state, rows.get(state), scale, href, language) for state in PLACES]
    return format_html(
        '<svg class="tile-map" width="100%" height="{}" role="group" aria-label="{}">{}</svg>',
        ROWS * (TILE + GAP) - GAP,
        _("US states by value; each opens its deals"),
        format_html_join("", "{}", ((tile,) for tile in tiles)),
    )


def shades(breakdown: Breakdown) -> list[Shade]:
    """The steps of the scale, the strongest first: powers of ten down from the largest state, three of them, and what
    is less. None where no state has a value."""
    largest = max((row.bands.four for row in breakdown.rows if row.key in PLACES), default=Decimal(0))
    if largest <= 0:
        return []
    top = Decimal(10) ** largest.adjusted()
    return [
        Shade(top, "1", "var(--canvas)"),
        Shade(top / 10, ".5", "var(--ink)"),
        Shade(top / 100, ".28", "var(--ink)"),
        Shade(Decimal(0), ".12", "var(--ink)"),
    ]


def legend(breakdown: Breakdown, *, language: str) -> list[tuple[SafeString, str]]:
    """Each step of the scale as a little square with its words, the least first."""
    found = []
    above = ""
    for shade in shades(breakdown):
        least = _plain(shade.least, language)
        if not shade.least:
            words = _("less than %(most)s") % {"most": above}
        elif not above:
            words = _("%(least)s and more") % {"least": least}
        else:
            words = _("%(least)s to %(most)s") % {"least": least, "most": above}
        found.append((_square(shade), words))
        above = least
    return found[::-1]


def _square(shade: Shade) -> SafeString:
    return format_html(
        '<svg class="key" width="14" height="14" aria-hidden="true" focusable="false">'
        '<rect x=".5" y=".5" width="13" height="13" fill="var(--accent)" fill-opacity="{}" stroke="var(--accent)"/>'
        "</svg>",
        shade.opacity,
    )


def _tile(state: str, row: Row | None, scale: list[Shade], href: Callable[[str], str], language: str) -> SafeString:
    column, line = PLACES[state]
    middle, y = share(column + WIDE / 2, COLUMNS), line * (TILE + GAP)
    frame = SafeString(f'x="{share(column, COLUMNS)}%" y="{y}.5" width="{share(WIDE, COLUMNS)}%" height="{TILE - 1}"')
    if row is None:
        return format_html(
            '<g><title>{}</title><rect {} fill="none" stroke="var(--line)"/>'
            '<text x="{}%" y="{}" font-size="12" text-anchor="middle" fill="var(--ink-2)">{}</text></g>',
            *(_("%(state)s: no value") % {"state": USState(state).label}, frame, middle, y + 23, state),
        )
    shade = next((step for step in scale if row.bands.four >= step.least), None) if row.bands.four else None
    return format_html(
        '<a href="{}"><title>{}</title><rect {} {} stroke="var(--accent)"/>'
        '<g text-anchor="middle" fill="{}"><text x="{}%" y="{}" font-size="12" font-weight="600">{}</text>'
        '<text x="{}%" y="{}" font-size="11">{}</text></g></a>',
        *(href(state), _title(row, language), frame, _fill(shade), shade.ink if shade else "var(--ink)"),
        *(middle, y + 16, state, middle, y + 30, _figure(row, language)),
    )


def _fill(shade: Shade | None) -> SafeString:
    if shade is None:
        return SafeString('fill="var(--canvas)" stroke-dasharray="3 2"')
    return format_html('fill="var(--accent)" fill-opacity="{}"', shade.opacity)


def _title(row: Row, language: str) -> str:
    parts = [money.full(row.bands.four, language=language)] if row.bands.four else []
    if row.undisclosed:
        papers = ngettext(
            "%(count)s paper of undisclosed value", "%(count)s papers of undisclosed value", row.undisclosed
        )
        parts.append(papers % {"count": row.undisclosed})
    if not parts:
        parts.append(_("%(amount)s outside the target") % {"amount": money.full(row.bands.outside, language=language)})
    return f"{row.label}: {'; '.join(parts)}"


def _figure(row: Row, language: str) -> str:
    """The amount in billions, in four characters or so; a question mark where it is not known, a dash for none."""
    size = row.bands.four / money.BILLION
    if not size:
        return "?" if row.undisclosed else "–"
    if size < Decimal("0.005"):
        return "<" + money.number(Decimal("0.01"), language=language)
    return money.number(size, language=language, places=0 if size >= 100 else 1 if size >= 10 else 2)


def _plain(usd: Decimal, language: str) -> str:
    """A round amount in billions with no more decimals than it has."""
    size = usd / money.BILLION
    return money.number(size, language=language, places=max(0, -int(size.normalize().as_tuple().exponent)))
