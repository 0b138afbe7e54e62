"""The value bar: the bands of anything, in one order and one grammar at every size, against a target.

Told apart without colour: solid, solid lighter, hatched, dotted, outlined. Fills are presentation attributes, so that
the picture keeps its colours wherever it is shown; on screen they are the role colours of the page.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from deals import money
from deals.choices import Band
from deals.positions import Bands

FILLS = {
    Band.DELIVERED: "var(--delivered)",
    Band.CONTRACTED: "var(--contracted)",
    Band.MEMORANDUM: "url(#memorandum)",
    Band.NEGOTIATING: "url(#negotiating)",
}
SHOWN = tuple(FILLS)
GAP = Decimal(1)


@dataclass(frozen=True, slots=True)
class Segment:
    """One band's stretch of the bar, in the bar's own units."""

    band: Band
    x: Decimal
    width: Decimal
    usd: Decimal


def segments(bands: Bands, *, scale: Decimal, width: Decimal) -> list[Segment]:
    """The stretches of the bands along a bar on which `scale` US$ take `width`; what is there is never invisible."""
    found, x = [], Decimal(0)
    if scale <= 0:
        return found
    for band in SHOWN:
        usd = getattr(bands, band)
        if usd > 0:
            length = max(usd / scale * width, Decimal(2))
            found.append(Segment(band, x, length, usd))
            x += length + GAP
    return found


def small(bands: Bands, *, largest: Decimal, language: str, width: int = 160, height: int = 12) -> SafeString:
    """The bar in a table cell, to the scale of the largest row. The figures stand beside it, so it is only a picture
    with a title for the pointer."""
    stretches = segments(bands, scale=largest, width=Decimal(width - 8))
    return format_html(
        '<svg class="value-bar" width="{}" height="{}" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">{}</svg>',
        width,
        height,
        width,
        height,
        _rectangles(stretches, y=0, height=height, language=language),
    )


def large(
    bands: Bands, *, target: Decimal | None, language: str, width: int = 1264, class_name: str = "wide"
) -> SafeString:
    """The bar of the headline with its axis and the target as an upright line, drawn for the width in pixels.

    The scale reaches past the target and past the value, whichever is larger, so that a bar over 100 % still fits.
    """
    top = max(bands.four, target or Decimal(0))
    scale, ticks = _axis(top, count=5 if width > 600 else 3)
    label = _label(bands, target, language)
    right = Decimal(width - 12)
    stretches = segments(bands, scale=scale, width=right)
    return format_html(
        '<svg class="value-bar value-bar-{}" width="{}" height="74" viewBox="0 0 {} 74" role="img" aria-label="{}">'
        '{}<line x1="0" x2="{}" y1="54.5" y2="54.5" stroke="var(--line)"/>{}{}</svg>',
        class_name,
        width,
        width,
        label,
        _rectangles(stretches, y=20, height=34, language=language),
        width,
        _ticks(ticks, scale, right, language),
        _target_line(target, scale, right, language) if target else "",
    )


def key(band: str) -> SafeString:
    """The little square that stands for a band in a legend or a table head."""
    fill = FILLS.get(Band(band), "none")
    outline = format_html(' stroke="var(--ink-2)"') if fill == "none" else ""
    return format_html(
        '<svg class="key" width="12" height="12" aria-hidden="true" focusable="false">'
        '<rect x="0.5" y="0.5" width="11" height="11" fill="{}"{}/></svg>',
        fill,
        outline,
    )


def _rectangles(stretches: list[Segment], *, y: int, height: int, language: str) -> SafeString:
    return format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"><title>{}: {}</title></rect>',
        (
            (_px(part.x), y, _px(part.width), height, FILLS[part.band], part.band.label, money.full(part.usd, language=language))
            for part in stretches
        ),
    )


def _ticks(ticks: list[Decimal], scale: Decimal, right: Decimal, language: str) -> SafeString:
    return format_html_join(
        "",
        '<text x="{}" y="70" font-size="12" fill="var(--ink-2)" text-anchor="{}">{}</text>',
        (
            (_px(tick / scale * right), "middle" if tick else "start", _tick_name(tick, language))
            for tick in ticks
            if tick / scale * right < right - 8 or tick == 0
        ),
    )


def _target_line(target: Decimal, scale: Decimal, right: Decimal, language: str) -> SafeString:
    x = target / scale * right
    name = _("target %(amount)s") % {"amount": money.short(target, language=language)}
    return format_html(
        '<line x1="{}" x2="{}" y1="6" y2="62" stroke="var(--ink)" stroke-width="2"/>'
        '<text x="{}" y="13" font-size="12.5" text-anchor="{}" fill="var(--ink)">{}</text>',
        _px(x),
        _px(x),
        _px(x - 6 if x > right / 2 else x + 6),
        "end" if x > right / 2 else "start",
        name,
    )


def _label(bands: Bands, target: Decimal | None, language: str) -> str:
    parts = [f"{band.label}: {money.short(getattr(bands, band), language=language)}" for band in SHOWN]
    if target:
        parts.append(_("target %(amount)s") % {"amount": money.short(target, language=language)})
    return "; ".join(parts)


def _axis(top: Decimal, *, count: int) -> tuple[Decimal, list[Decimal]]:
    """A scale a little past the top, with round ticks."""
    if top <= 0:
        return Decimal(1), [Decimal(0)]
    rough = top / count
    size = Decimal(10) ** rough.adjusted()
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    last = (top / step).quantize(Decimal(1), rounding=ROUND_CEILING)
    scale = max(top * Decimal("1.04"), last * step)
    return scale, [step * number for number in range(int(last) + 1)]


def _tick_name(usd: Decimal, language: str) -> str:
    if not usd:
        return "0"
    amount = usd / money.BILLION
    places = max(0, -int(amount.normalize().as_tuple().exponent))
    return money.number(amount, language=language, places=places)


def _px(value: Decimal) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
