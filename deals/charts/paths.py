"""What is signed by days to come, before and after what is supposed: two lines over one scale, and that of the target.

Days stand as far apart as they are; lengths across are shares of the width, as in the picture of value over time.
"""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from deals import money, periods
from deals.positions import ZERO
from deals.reports.what_if import Point, WhatIf

from . import axes
from .axes import Axis, share

HEIGHT, FOOT, HEAD = 186, 162, 22
LAST = Decimal("0.92")  # of the width: what is signed on the last day is to be seen too
LINES = {
    "before": SafeString('stroke="var(--contracted)" stroke-width="4"'),
    "after": SafeString('stroke="var(--ink)" stroke-width="2.5" stroke-dasharray="6 4"'),
    "target": axes.TARGET,
}


def paths(report: WhatIf, *, language: str) -> SafeString:
    """The picture; nothing where the deals draw no path, or there is nothing on it."""
    most = max([report.target_usd or ZERO, *(max(point.before, point.after) for point in report.path)])
    if len(report.path) < 2 or not most:
        return SafeString("")
    scale = axes.axis(most, foot=FOOT, head=HEAD)
    return format_html(
        '<svg class="paths" width="100%" height="{}" role="img" aria-label="{}">{}{}{}{}{}</svg>',
        HEIGHT,
        label(report, language),
        axes.grid(scale, language=language),
        _lines(report, scale),
        _target(report, scale),
        _ends(report, language),
        _titles(report, language),
    )


def line_key(name: str) -> SafeString:
    """The little line that stands for what is signed `before` or `after`, or for the `target`."""
    return axes.key(LINES[name])


def label(report: WhatIf, language: str) -> str:
    """What the picture says, for those who do not see it."""
    last = report.path[-1]
    return _("Signed by %(day)s: %(before)s before, %(after)s after what is supposed") % {
        "day": periods.day_name(last.on, language=language),
        "before": money.short(last.before, language=language),
        "after": money.short(last.after, language=language),
    }


def _across(report: WhatIf, point: Point) -> Decimal:
    """Where the day of the point stands between the first day, 0, and LAST."""
    first, last = report.path[0].on, report.path[-1].on
    return LAST * (point.on - first).days / (last - first).days


def _lines(report: WhatIf, scale: Axis) -> SafeString:
    drawn = [(" ".join(_corners(report, name, scale)), LINES[name]) for name in ("before", "after")]
    return axes.lines(drawn, height=HEIGHT)


def _corners(report: WhatIf, name: str, scale: Axis) -> Iterator[str]:
    """A step on each day: until then it is what it was."""
    height = scale.y(getattr(report.path[0], name))
    for point in report.path:
        across = axes.pixels(axes.WIDE * _across(report, point))
        yield f"{across},{axes.pixels(height)}"
        height = scale.y(getattr(point, name))
        yield f"{across},{axes.pixels(height)}"
    yield f"{axes.WIDE},{axes.pixels(height)}"


def _target(report: WhatIf, scale: Axis) -> SafeString:
    """The line of the target; its amount stands in the key, where it covers no other line."""
    if report.target_usd is None:
        return SafeString("")
    y = axes.pixels(scale.y(report.target_usd))
    return format_html('<line x1="0" x2="100%" y1="{0}" y2="{0}" {1}/>', y, LINES["target"])


def _ends(report: WhatIf, language: str) -> SafeString:
    """The first and the last day, under the picture."""
    return format_html_join(
        "",
        '<text x="{}%" y="{}" font-size="12" fill="var(--ink-2)" text-anchor="{}">{}</text>',
        (
            (x, FOOT + 18, anchor, periods.day_name(point.on, language=language))
            for x, anchor, point in ((0, "start", report.path[0]), (LAST * 100, "end", report.path[-1]))
        ),
    )


def _titles(report: WhatIf, language: str) -> SafeString:
    """Over the stretch from each day to the next a shape that is not seen and gives the exact figures of the day."""
    ends = [*(_across(report, point) for point in report.path), Decimal(1)]
    return format_html_join(
        "",
        '<rect class="place" x="{}%" width="{}%" y="{}" height="{}" fill="none" pointer-events="all">{}</rect>',
        (
            (share(left, 1), share(right - left, 1), HEAD, FOOT - HEAD, axes.name(_figures(point, language)))
            for point, left, right in zip(report.path, ends, ends[1:], strict=False)
        ),
    )


def _figures(point: Point, language: str) -> str:
    return "\n".join(
        [
            periods.day_name(point.on, language=language),
            _("Before: %(amount)s") % {"amount": money.full(point.before, language=language)},
            _("After: %(amount)s") % {"amount": money.full(point.after, language=language)},
        ]
    )
