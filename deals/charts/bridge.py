"""The bridge from one moment to another: each step hangs where the one before it ended.

A line a step, so that one picture serves every width: its name and amount above, its bar below. What comes and what
goes is drawn in the bands' own colours and textures; what goes stands above, paler and in a broken outline, what comes
below it. Both ends are the sum of the four bands, and plain. Where the steps are small beside what they change, the
scale begins above zero, and the ends are drawn broken.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from deals import money
from deals.choices import Band
from deals.positions import ZERO, Bands
from deals.reports.bridge import Bridge

from . import axes
from .value_bar import FILLS

LINE, BAR = 37, 12  # the height of a line and of the bar in it
ABOVE = 17  # from the head of a line to its bar
MARKS = 5


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a step: what goes out of a band or comes into it."""

    band: Band
    usd: Decimal
    start: Decimal
    end: Decimal


@dataclass(frozen=True, slots=True)
class Scale:
    """The amounts at the left and right edge, and the step of the marks between them."""

    least: Decimal
    most: Decimal
    step: Decimal

    @property
    def is_cut(self) -> bool:
        return self.least > 0

    def x(self, usd: Decimal) -> str:
        return axes.share(usd - self.least, self.most - self.least)

    def width(self, usd: Decimal) -> str:
        return axes.share(usd, self.most - self.least)


def picture(report: Bridge, *, start: str, end: str, language: str) -> SafeString:
    """The picture of the bridge between two ends of these names; nothing where nothing changed."""
    drawn, at = [], report.opening.four
    for step in report.steps:
        if step.moves:
            drawn.append((step.label, step.bands.four, _parts(step.bands, at)))
            at += step.bands.four
    if not drawn:
        return SafeString("")
    edges = [edge for *_rest, parts in drawn for part in parts for edge in (part.start, part.end)]
    scale = _scale([report.opening.four, at, *edges])
    lines = [_end(0, start, report.opening.four, scale, language)]
    for number, (label, total, parts) in enumerate(drawn, 1):
        lines.append(_step(number, label, total, parts, scale, language))
    lines.append(_end(len(drawn) + 1, end, at, scale, language))
    height = LINE * (len(drawn) + 2) + 20
    return format_html(
        '<svg class="bridge-picture" width="100%" height="{}" role="img" aria-label="{}">{}{}</svg>',
        height,
        _label(report, drawn, start, end, language),
        _marks(scale, height, language),
        SafeString("".join(lines)),
    )


def _parts(bands: Bands, at: Decimal) -> list[Part]:
    """What goes, from where the step begins, then what comes, from where that ended."""
    parts = []
    for comes in (False, True):
        for band in reversed(FILLS) if not comes else FILLS:
            usd = Decimal(getattr(bands, band))
            if usd and (usd > 0) is comes:
                parts.append(Part(band, usd, at, at + usd))
                at += usd
    return parts


def _scale(points: Iterable[Decimal]) -> Scale:
    """From zero, or, where all points lie close together far above it, from a round amount a little below them."""
    found = list(points)
    least, most = min(*found, ZERO), max(*found, ZERO)
    if min(found) > (max(found) - min(found)) * 3:
        least = min(found) - (most - min(found)) / 4
    step = axes.axis(most - least, foot=1, head=0, marks=MARKS).step
    least = (least / step).to_integral_value(rounding=ROUND_FLOOR) * step
    return Scale(least, max(most, least + step) + (most - least) / 50, step)


def _step(number: int, label: str, total: Decimal, parts: list[Part], scale: Scale, language: str) -> SafeString:
    top = number * LINE
    both = len({part.usd > 0 for part in parts}) == 2
    bars = format_html_join("", "{}", ((_bar(part, label, top + ABOVE, both, scale, language),) for part in parts))
    return _heading(label, _amount(total, language, signed=True), top) + bars


def _bar(part: Part, label: str, top: int, both: bool, scale: Scale, language: str) -> SafeString:
    comes = part.usd > 0
    height = BAR // 2 if both else BAR
    return format_html(
        '<rect x="{}%" y="{}" width="{}%" height="{}" fill="{}"{}><title>{}: {}, {}</title></rect>',
        scale.x(min(part.start, part.end)),
        top + (height if both and comes else 0),
        scale.width(abs(part.usd)),
        height,
        FILLS[part.band],
        "" if comes else SafeString(' fill-opacity=".45" stroke="var(--ink-2)" stroke-dasharray="3 2"'),
        label,
        part.band.label,
        _signed(part.usd, language),
    )


def _end(number: int, label: str, total: Decimal, scale: Scale, language: str) -> SafeString:
    top = number * LINE
    edge = max(scale.least, ZERO)
    cut = format_html(
        '<svg x="2%" y="{}" width="12" height="{}" overflow="visible"><path d="M0 {}L5 -2M5 {}L10 -2" '
        'stroke="var(--canvas)" stroke-width="2"/></svg>',
        top + ABOVE,
        BAR,
        BAR + 2,
        BAR + 2,
    )
    return format_html(
        '{}<rect x="{}%" y="{}" width="{}%" height="{}" fill="var(--ink-2)"><title>{}: {}</title></rect>{}',
        _heading(label, _amount(total, language), top, weight=600),
        scale.x(min(edge, total)),
        top + ABOVE,
        scale.width(abs(total - edge)),
        BAR,
        label,
        money.full(total, language=language),
        cut if scale.is_cut else "",
    )


def _heading(label: str, amount: str, top: int, *, weight: int = 400) -> SafeString:
    return format_html(
        '<text x="0" y="{0}" font-size="13" font-weight="{1}" fill="var(--ink)">{2}</text>'
        '<text x="100%" y="{0}" font-size="13" font-weight="{1}" text-anchor="end" fill="var(--ink)">{3}</text>',
        top + 12,
        weight,
        label,
        amount,
    )


def _marks(scale: Scale, height: int, language: str) -> SafeString:
    """An upright line at each round amount, with the amount in billions below it."""
    count = int((scale.most - scale.least) / scale.step) + 1
    marks = [scale.least + scale.step * number for number in range(count)]
    return format_html_join(
        "",
        '<line x1="{0}%" x2="{0}%" y1="0" y2="{1}" stroke="var(--line-2)"/>'
        '<text x="{0}%" y="{2}" font-size="12" fill="var(--ink-2)" text-anchor="{3}">{4}</text>',
        (
            (
                scale.x(mark),
                height - 18,
                height - 3,
                _anchor((mark - scale.least) / (scale.most - scale.least)),
                _mark_name(mark, scale, language),
            )
            for mark in marks
        ),
    )


def _mark_name(mark: Decimal, scale: Scale, language: str) -> str:
    if not mark:
        return "0"
    if scale.step < money.MILLION:
        return money.short(mark, language=language)
    places = max(0, -int((scale.step / money.BILLION).normalize().as_tuple().exponent))
    return money.number(mark / money.BILLION, language=language, places=places)


def _amount(usd: Decimal, language: str, *, signed: bool = False) -> str:
    """The amount in billions; one too small for that in its own unit."""
    if usd and abs(usd) < money.MILLION * 5:
        return _signed(usd, language, short=True) if signed else money.short(usd, language=language)
    return money.number(usd / money.BILLION, language=language, signed=signed)


def _anchor(share: Decimal) -> str:
    if share < Decimal("0.04"):
        return "start"
    return "end" if share > Decimal("0.96") else "middle"


def _label(report: Bridge, drawn: list[tuple[str, Decimal, list[Part]]], start: str, end: str, language: str) -> str:
    opening, closing = (money.short(bands.four, language=language) for bands in (report.opening, report.closing))
    said = _("From %(opening)s (%(start)s) to %(closing)s (%(end)s), all four bands: %(steps)s") % {
        "opening": opening,
        "start": start,
        "closing": closing,
        "end": end,
        "steps": "; ".join(f"{label} {_signed(total, language, short=True)}" for label, total, _parts in drawn),
    }
    return str(said)


def _signed(usd: Decimal, language: str, *, short: bool = False) -> str:
    text = (money.short if short else money.full)(abs(usd), language=language)
    return (money.MINUS if usd < 0 else "+" if usd else "±") + text
