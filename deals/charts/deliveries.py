"""Deliveries by year: what was received beside what the schedules say, to one scale."""

from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from deals import money
from deals.reports.over_time import Year

from . import axes
from .axes import Axis, share

HEIGHT, FOOT, HEAD = 202, 178, 14
# Received is the band it stands in; what is planned is only outlined.
LOOKS = {
    "actual": SafeString('fill="var(--delivered)"'),
    "planned": SafeString('fill="var(--canvas)" stroke="var(--contracted)" stroke-width="1.5"'),
}
MOST_NAMES = 5  # the picture may stand in a third of a page
INSET, WIDTH = Decimal("0.14"), Decimal("0.36")  # of the place of a year


def deliveries(years: list[Year], *, language: str) -> SafeString:
    """The picture; nothing where no delivery has a known value."""
    most = max((max(year.actual, year.planned) for year in years), default=Decimal(0))
    if not most:
        return SafeString("")
    scale = axes.axis(most, foot=FOOT, head=HEAD, marks=4)
    return format_html(
        '<svg class="deliveries" width="100%" height="{}" role="img" aria-label="{}">{}{}{}{}</svg>',
        HEIGHT,
        label(years, language),
        axes.grid(scale, language=language),
        _bars(years, scale),
        _names(years),
        _titles(years, language),
    )


def key(name: str) -> SafeString:
    """The little square that stands for `actual` or `planned`."""
    return format_html(
        '<svg class="key" width="12" height="12" aria-hidden="true" focusable="false">'
        '<rect x="1" y="1" width="10" height="10" {}/></svg>',
        LOOKS[name],
    )


def label(years: list[Year], language: str) -> str:
    """What the picture says, for those who do not see it."""
    actual = sum((year.actual for year in years), Decimal(0))
    planned = sum((year.planned for year in years), Decimal(0))
    return _("Deliveries by year from %(first)s to %(last)s: received %(actual)s, planned %(planned)s") % {
        "first": years[0].year,
        "last": years[-1].year,
        "actual": money.short(actual, language=language),
        "planned": money.short(planned, language=language),
    }


def _bars(years: list[Year], scale: Axis) -> SafeString:
    drawn = [
        (
            share(place + INSET + (WIDTH if name == "planned" else 0), len(years)),
            share(WIDTH, len(years)),
            axes.pixels(scale.y(usd)),
            axes.pixels(FOOT - scale.y(usd)),
            LOOKS[name],
        )
        for place, year in enumerate(years)
        for name in LOOKS
        if (usd := getattr(year, name)) > 0
    ]
    return format_html_join("", '<rect x="{}%" width="{}%" y="{}" height="{}" {}/>', drawn)


def _names(years: list[Year]) -> SafeString:
    """As many of the years as fit side by side, in the middle of their places, the last within the edge."""
    every = -(-len(years) // MOST_NAMES)
    middles = [(Decimal(place) + Decimal("0.5")) / len(years) for place in range(0, len(years), every)]
    return format_html_join(
        "",
        '<text x="{}%" y="{}" font-size="12" text-anchor="{}" fill="var(--ink-2)">{}</text>',
        (
            (
                *(("100", FOOT + 16, "end") if middle > Decimal("0.95") else (share(middle, 1), FOOT + 16, "middle")),
                year,
            )
            for middle, year in zip(middles, (year.year for year in years[::every]), strict=True)
        ),
    )


def _titles(years: list[Year], language: str) -> SafeString:
    """Over each year a shape that is not seen and gives its exact figures."""
    return format_html_join(
        "",
        '<rect class="place" x="{}%" width="{}%" y="{}" height="{}" fill="none" pointer-events="all">{}</rect>',
        (
            (share(place, len(years)), share(1, len(years)), HEAD, FOOT - HEAD, axes.name(_figures(year, language)))
            for place, year in enumerate(years)
        ),
    )


def _figures(year: Year, language: str) -> str:
    said = {
        "year": year.year,
        "actual": money.full(year.actual, language=language),
        "planned": money.full(year.planned, language=language),
    }
    return _("%(year)s: received %(actual)s, planned %(planned)s") % said
