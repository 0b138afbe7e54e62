"""The trade balance by year, as one reporter counts it: exports beside imports, and above the imports what is left of
the exports, the surplus. A year of which nothing was found stays empty."""

from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from deals import money
from deals.reports.trade import Period, Reported

from . import axes
from .axes import Axis, share

HEIGHT, FOOT, HEAD = 222, 198, 14
# Solid, hatched and only outlined: told apart without colour.
LOOKS = {
    "exports": SafeString('fill="var(--ink-2)"'),
    "imports": SafeString('fill="url(#trade-imports)" stroke="var(--link)"'),
    "surplus": SafeString('fill="var(--canvas)" stroke="var(--ink)" stroke-width="1.5" stroke-dasharray="4 3"'),
}
HATCH = SafeString(
    '<defs><pattern id="trade-imports" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(-45)"><rect width="6" height="6" fill="var(--link)" fill-opacity=".2"/>'
    '<rect width="2.6" height="6" fill="var(--link)"/></pattern></defs>'
)
MOST_NAMES = 6
INSET, WIDTH, GAP = Decimal("0.14"), Decimal("0.34"), Decimal("0.04")  # of the place of a year


def trade(reported: Reported, *, language: str) -> SafeString:
    """The picture; nothing where no whole year is known."""
    years = {period.year: period for period in reported.years}
    if not years:
        return SafeString("")
    places = list(range(min(years), max(years) + 1))
    scale = axes.axis(max(_top(period) for period in years.values()), foot=FOOT, head=HEAD, marks=4)
    return format_html(
        '<svg class="trade" width="100%" height="{}" role="img" aria-label="{}">'
        "<title>{}</title><desc>{}</desc>{}{}{}{}{}</svg>",
        HEIGHT,
        label(reported, language),
        _("Trade balance by year, %(reporter)s") % {"reporter": reported.reporter.label},
        label(reported, language),
        HATCH,
        axes.grid(scale, language=language),
        _bars(years, places, scale),
        _names(places),
        _titles(years, places, language),
    )


def key(name: str) -> SafeString:
    """The little square that stands for `exports`, `imports` or the `surplus`."""
    return format_html(
        '<svg class="key" width="12" height="12" aria-hidden="true" focusable="false">'
        '<rect x="1" y="1" width="10" height="10" {}/></svg>',
        LOOKS[name],
    )


def label(reported: Reported, language: str) -> str:
    """What the picture says, for those who do not see it."""
    return "; ".join(
        [
            _("Trade balance by year from %(first)s to %(last)s, %(reporter)s")
            % {
                "first": reported.years[0].year,
                "last": reported.years[-1].year,
                "reporter": reported.reporter.label,
            },
            _figures(reported.years[-1], language),
        ]
    )


def _top(period: Period) -> Decimal:
    return max((each for each in period.figures[:3] if each is not None), default=Decimal(0))


def _bars(years: dict[int, Period], places: list[int], scale: Axis) -> SafeString:
    drawn = [
        (
            share(place + INSET + (0 if name == "exports" else WIDTH + GAP), len(places)),
            share(WIDTH, len(places)),
            axes.pixels(scale.y(top)),
            axes.pixels(scale.y(foot) - scale.y(top)),
            LOOKS[name],
        )
        for place, year in enumerate(places)
        if year in years
        for name, foot, top in _shapes(years[year])
    ]
    return format_html_join("", '<rect x="{}%" width="{}%" y="{}" height="{}" {}/>', drawn)


def _shapes(period: Period) -> list[tuple[str, Decimal, Decimal]]:
    """What is drawn of a year, each from its foot to its top: the surplus stands on the imports, a deficit is only
    told."""
    exports, imports, surplus, _worked_out = period.figures
    zero = Decimal(0)
    found = [
        ("exports", zero, exports or zero),
        ("imports", zero, imports or zero),
        ("surplus", imports or zero, (imports or zero) + (surplus or zero)),
    ]
    return [(name, foot, top) for name, foot, top in found if top > foot]


def _names(places: list[int]) -> SafeString:
    """As many of the years as fit side by side, in the middle of their places."""
    every = -(-len(places) // MOST_NAMES)
    return format_html_join(
        "",
        '<text x="{}%" y="{}" font-size="12" text-anchor="middle" fill="var(--ink-2)">{}</text>',
        (
            (share(place + Decimal("0.5"), len(places)), FOOT + 16, year)
            for place, year in enumerate(places)
            if (len(places) - 1 - place) % every == 0
        ),
    )


def _titles(years: dict[int, Period], places: list[int], language: str) -> SafeString:
    """Over each year a shape that is not seen and gives its figures."""
    return format_html_join(
        "",
        '<rect class="place" x="{}%" width="{}%" y="{}" height="{}" fill="none" pointer-events="all">{}</rect>',
        (
            (
                share(place, len(places)),
                share(1, len(places)),
                HEAD,
                FOOT - HEAD,
                axes.name(_figures(years[year], language) if year in years else _nothing(year)),
            )
            for place, year in enumerate(places)
        ),
    )


def _nothing(year: int) -> str:
    return _("%(year)s: no figures of the whole year") % {"year": year}


def _figures(period: Period, language: str) -> str:
    said = {name: _amount(getattr(period.figures, name), language) for name in ("exports", "imports", "surplus")}
    text = _("%(year)s: exports %(exports)s, imports %(imports)s, surplus %(surplus)s") % {"year": period.year, **said}
    return ", ".join([text, _("worked out")]) if period.is_derived else text


def _amount(usd: Decimal | None, language: str) -> str:
    return _("not known") if usd is None else money.short(usd, language=language)
