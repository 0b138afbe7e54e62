"""Value over time: the bands stacked by month, quarter or year, the target as a line, the path as dashes after today.

The colours and textures are those of the value bar. Lengths across are shares of the width, so that one picture serves
every width and its text keeps its size; the names of the scale stand to the left of the picture, in the margin.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from deals import money, periods
from deals.choices import Band, Reading
from deals.reports.over_time import OverTime, Point

from . import axes
from .axes import Axis, share
from .value_bar import FILLS, SHOWN

HEIGHT, FOOT, HEAD = 262, 238, 34


def over_time(report: OverTime, *, language: str) -> SafeString:
    """The picture; nothing where there is neither a point nor a target to draw."""
    if not report.points:
        return SafeString("")
    days = [point.on for point in (*report.points, *report.path)]
    most = max(point.bands.four for point in (*report.points, *report.path))
    scale = axes.axis(max(most, report.target_usd or most), foot=FOOT, head=HEAD)
    return format_html(
        '<svg class="over-time" width="100%" height="{}" data-here="{}" role="img" aria-label="{}">'
        "{}{}{}{}{}{}{}</svg>",
        HEIGHT,
        len(report.points) - 1,  # the place of the day that is looked at: where the keys begin
        label(report, language),
        axes.grid(scale, language=language),
        _bars(report, scale, len(days)),
        _path(report, scale, len(days)),
        _target(report, scale, days, language),
        _moment(report, len(days), language),
        axes.years(days, y=FOOT, language=language),
        _titles(report, len(days), language),
    )


def line_key(name: str) -> SafeString:
    """The little line that stands for the `target`, for what is `signed` or for what is `delivered` on the path."""
    return axes.key(LINES[name])


LINES = {
    "target": axes.TARGET,
    "signed": SafeString('stroke="var(--ink)" stroke-width="2" stroke-dasharray="6 4"'),
    "delivered": SafeString('stroke="var(--delivered)" stroke-width="2" stroke-dasharray="2 3"'),
}


def label(report: OverTime, language: str) -> str:
    """What the picture says, for those who do not see it."""
    first, last = report.points[0], report.points[-1]
    parts = [
        _("Value by band from %(first)s to %(last)s, stacked")
        % {
            "first": periods.day_name(first.on, language=language, precision="month"),
            "last": periods.day_name(last.on, language=language),
        },
        *(f"{band.label}: {money.short(getattr(last.bands, band), language=language)}" for band in SHOWN),
    ]
    if report.target_usd:
        parts.append(_("target %(amount)s") % {"amount": money.short(report.target_usd, language=language)})
    if report.path:
        signed = money.short(_ahead(report)[-1], language=language)
        day = periods.day_name(report.path[-1].on, language=language, precision="month")
        parts.append(_("the path leads to %(amount)s signed in %(day)s") % {"amount": signed, "day": day})
    return "; ".join(parts)


def _bars(report: OverTime, scale: Axis, places: int) -> SafeString:
    """The bands. Neighbours of one value are drawn as one, so that quiet years cost little."""
    drawn = [
        (share(start, places), share(end - start, places), axes.pixels(top), axes.pixels(bottom - top), FILLS[band])
        for band in SHOWN
        for start, end, top, bottom in _runs(report.points, band, scale)
    ]
    bars = format_html_join("", '<rect x="{}%" width="{}%" y="{}" height="{}" fill="{}"/>', drawn)
    return format_html('<g shape-rendering="crispEdges">{}</g>', bars)


def _runs(points: list[Point], band: Band, scale: Axis) -> Iterator[tuple[int, int, Decimal, Decimal]]:
    """The stretches of one height of a band: first place, place after the last, top, bottom."""
    below = SHOWN[: SHOWN.index(band)]
    spans = []
    for point in points:
        foot = sum((getattr(point.bands, name) for name in below), Decimal(0))
        spans.append((foot, foot + getattr(point.bands, band)))
    start = 0
    for place, span in enumerate(spans):
        if place + 1 == len(spans) or spans[place + 1] != span:
            if span[1] > span[0]:
                yield start, place + 1, scale.y(span[1]), scale.y(span[0])
            start = place + 1


def _ahead(report: OverTime) -> list[Decimal]:
    """What is signed on the path, from now on."""
    now = report.now.signed(report.reading)
    if report.is_straight and report.target_usd:
        rise = report.target_usd - now
        return [now + rise * step / len(report.path) for step in range(len(report.path) + 1)]
    return [now, *(point.bands.signed(report.reading) for point in report.path)]


def _path(report: OverTime, scale: Axis, places: int) -> SafeString:
    if not report.path:
        return SafeString("")
    lines = {"signed": _ahead(report)}
    delivered = [report.now.delivered, *(point.bands.delivered for point in report.path)]
    if report.path_delivers:
        lines["delivered"] = delivered
    first = len(report.points)
    drawn = [(_corners(amounts, scale, first, places), LINES[name]) for name, amounts in lines.items()]
    return axes.lines(drawn, height=HEIGHT)


def _corners(amounts: list[Decimal], scale: Axis, first: int, places: int) -> str:
    return " ".join(
        f"{axes.pixels(Decimal(axes.WIDE) * (first + step) / places)},{axes.pixels(scale.y(usd))}"
        for step, usd in enumerate(amounts)
    )


def _target(report: OverTime, scale: Axis, days: Sequence[date], language: str) -> SafeString:
    """The line of the target, from when it came into force. Its name stands on it, or before it where it is short, with
    a rim in the colour of the page, so that it can be read over any bar."""
    if not report.target:
        return SafeString("")
    usd = report.target.amount_usd
    first = next((place for place, day in enumerate(days) if day >= report.target.in_force_from), len(days) - 1)
    dx, dy, anchor = ("-6", "4", "end") if first * 2 > len(days) else ("4", "-5", "start")
    return format_html(
        '<line x1="{0}%" x2="100%" y1="{1}" y2="{1}" {2}/><text x="{0}%" y="{1}" dx="{3}" dy="{4}" font-size="12" '
        'fill="var(--ink)" stroke="var(--canvas)" stroke-width="4" stroke-linejoin="round" paint-order="stroke" '
        'text-anchor="{5}">{6}</text>',
        *(share(first, len(days)), axes.pixels(scale.y(usd)), LINES["target"], dx, dy, anchor),
        _("target %(amount)s") % {"amount": money.short(usd, language=language)},
    )


def _moment(report: OverTime, places: int, language: str) -> SafeString:
    """Where the path begins: an upright line with its day above the picture."""
    if not report.path:
        return SafeString("")
    here = Decimal(len(report.points)) / places
    return format_html(
        '<line x1="{0}%" x2="{0}%" y1="16" y2="{1}" stroke="var(--ink-2)" stroke-dasharray="2 3"/>'
        '<text x="{0}%" y="11" font-size="12" fill="var(--ink-2)" text-anchor="{2}">{3}</text>',
        share(len(report.points), places),
        FOOT,
        "start" if here < Decimal("0.2") else "end" if here > Decimal("0.8") else "middle",
        periods.day_name(report.at.as_of, language=language),
    )


def _titles(report: OverTime, places: int, language: str) -> SafeString:
    """Over each place a shape that is not seen and gives the exact figures of its bar."""
    ahead = _ahead(report)
    texts = [_figures(report, point, language) for point in report.points]
    texts += [_expected(report, point, signed, language) for point, signed in zip(report.path, ahead[1:], strict=True)]
    return format_html_join(
        "",
        '<rect class="place" x="{}%" width="{}%" y="{}" height="{}" fill="none" pointer-events="all">{}</rect>',
        (
            (share(place, places), share(1, places), HEAD, FOOT - HEAD, axes.name(text))
            for place, text in enumerate(texts)
        ),
    )


def _figures(report: OverTime, point: Point, language: str) -> str:
    is_whole = point.on != report.at.as_of
    day = periods.day_name(point.on, language=language, precision=report.period if is_whole else "day")
    amounts = [
        f"{band.label}: {money.full(usd, language=language)}" for band in SHOWN if (usd := getattr(point.bands, band))
    ]
    return "\n".join([day, *amounts, _("Total: %(amount)s") % {"amount": _exact(point.bands.four, language)}])


def _expected(report: OverTime, point: Point, signed: Decimal, language: str) -> str:
    day = periods.day_name(point.on, language=language, precision=report.period)
    said = {"day": day, "amount": _exact(signed, language), "reading": Reading(report.reading).label}
    parts = [
        _("%(day)s, a straight line to the target: %(amount)s") % said
        if report.is_straight
        else _("%(day)s, by the deals' own days: signed (%(reading)s) %(amount)s") % said
    ]
    if delivered := point.bands.delivered:
        parts.append(f"{Band.DELIVERED.label}: {_exact(delivered, language)}")
    return "\n".join(parts)


def _exact(usd: Decimal, language: str) -> str:
    return money.full(usd.quantize(money.CENT), language=language)
