"""The value bar: the bands of anything, in one order and one grammar at every size, against a target.

Told apart without colour: solid, solid lighter, hatched, dotted, outlined. Fills are presentation attributes, so that
the picture keeps its colours wherever it is shown; on screen they are the role colours of the page. Lengths are shares
of the width, so that one picture serves every width and its text keeps its size.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from django.utils.html import escape, format_html, format_html_join
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
WHOLE = Decimal(100)
STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True, slots=True)
class Segment:
    """One band's stretch of the bar, in hundredths of its width."""

    band: Band
    x: Decimal
    width: Decimal
    usd: Decimal


def segments(bands: Bands, *, scale: Decimal, least: Decimal) -> list[Segment]:
    """The stretches of the bands along a bar as long as `scale` US$. What is there is at least `least` long, and so
    never invisible; the longest stretch gives way where that would pass the end."""
    if scale <= 0:
        return []
    lengths = {band: max(usd / scale * WHOLE, least) for band in SHOWN if (usd := Decimal(getattr(bands, band))) > 0}
    excess = sum(lengths.values()) - WHOLE
    if lengths and excess > 0:
        lengths[max(lengths, key=lengths.__getitem__)] -= excess
    found, x = [], Decimal(0)
    for band, length in lengths.items():
        found.append(Segment(band, x, length, getattr(bands, band)))
        x += length
    return found


def small(bands: Bands, *, largest: Decimal, language: str) -> SafeString:
    """The bar in a table cell, to the scale of the largest row. The figures stand beside it, so it is only a picture
    with a title for the pointer."""
    return format_html(
        '<svg class="value-bar" width="100%" height="12" aria-hidden="true" focusable="false">{}</svg>',
        _stretches(segments(bands, scale=largest, least=Decimal(2)), y=0, height=12, language=language),
    )


def large(bands: Bands, *, target: Decimal | None, language: str) -> SafeString:
    """The bar of a page with its axis and the target as an upright line.

    The axis reaches past the target and past the value, whichever is larger, so that a bar over 100 % still fits.
    """
    top = max(bands.four, target or Decimal(0))
    scale, step = _axis(top)
    unit = money.BILLION if top >= money.BILLION else money.MILLION
    stretches = segments(bands, scale=scale, least=Decimal("0.6"))
    return format_html(
        '<svg class="value-bar" width="100%" height="74" role="img" aria-label="{}">'
        '{}<line x1="0" x2="100%" y1="54.5" y2="54.5" stroke="var(--ink-2)" stroke-opacity=".5"/>{}{}{}</svg>',
        _label(bands, target, language),
        _stretches(stretches, y=20, height=34, language=language),
        _ticks(scale, step, unit, language),
        _unit_name(unit, is_left=not target or target > scale / 2),
        _target_line(target, scale, language) if target else "",
    )


def key(band: str) -> SafeString:
    """The little square that stands for a band in a legend or a table head."""
    fill = FILLS.get(Band(band), "none")
    outline = format_html(' stroke="{}"', "var(--ink-2)") if fill == "none" else ""
    return format_html(
        '<svg class="key" width="12" height="12" aria-hidden="true" focusable="false">'
        '<rect x="0.5" y="0.5" width="11" height="11" fill="{}"{}/></svg>',
        fill,
        outline,
    )


def _stretches(stretches: list[Segment], *, y: int, height: int, language: str) -> SafeString:
    """The bands, with a thin gap where one ends and the next begins. Written without a template: a page has a hundred,
    and all but the names are numbers of our own."""
    drawn = []
    for part in stretches:
        name = escape(f"{part.band.label}: {money.full(part.usd, language=language)}")
        drawn.append(
            f'<rect x="{_share(part.x)}%" y="{y}" width="{_share(part.width)}%" height="{height}"'
            f' fill="{FILLS[part.band]}"><title>{name}</title></rect>'
        )
    for part in stretches[1:]:
        x = _share(part.x)
        drawn.append(
            f'<line x1="{x}%" x2="{x}%" y1="{y}" y2="{y + height}" stroke="var(--canvas)" stroke-width="1.5"/>'
        )
    return SafeString("".join(drawn))


def _ticks(scale: Decimal, step: Decimal, unit: Decimal, language: str) -> SafeString:
    marks = [step * number for number in range(int(scale / step) + 1)] if step else [Decimal(0)]
    return format_html_join(
        "",
        '<text x="{}%" y="70" font-size="12" fill="var(--ink-2)" text-anchor="{}">{}</text>',
        (
            (_share(mark / scale * WHOLE), _anchor(mark / scale), _tick_name(mark, step, unit, language))
            for mark in marks
        ),
    )


def _unit_name(unit: Decimal, *, is_left: bool) -> SafeString:
    """The unit of the axis, above the end of the bar at which the target is not."""
    return format_html(
        '<text x="{}" y="13" font-size="12" fill="var(--ink-2)" text-anchor="{}">{}</text>',
        "0" if is_left else "100%",
        "start" if is_left else "end",
        _("US$ billion") if unit == money.BILLION else _("US$ million"),
    )


def _anchor(share: Decimal) -> str:
    if not share:
        return "start"
    return "end" if share > Decimal("0.97") else "middle"


def _target_line(target: Decimal, scale: Decimal, language: str) -> SafeString:
    x = target / scale * WHOLE
    before = x > WHOLE / 2
    return format_html(
        '<g pointer-events="none"><line x1="{}%" x2="{}%" y1="3" y2="60" stroke="var(--ink)" stroke-width="2"/>'
        '<text x="{}%" dx="{}" y="13" font-size="13" text-anchor="{}" fill="var(--ink)">{}</text></g>',
        _share(x),
        _share(x),
        _share(x),
        "-6" if before else "6",
        "end" if before else "start",
        target_name(target, language),
    )


def target_name(target: Decimal, language: str) -> str:
    """What stands at the target: “target US$90.00 billion”."""
    return _("target %(amount)s") % {"amount": money.short(target, language=language)}


def _label(bands: Bands, target: Decimal | None, language: str) -> str:
    parts = [f"{band.label}: {money.short(getattr(bands, band), language=language)}" for band in SHOWN]
    if target:
        parts.append(target_name(target, language))
    return "; ".join(parts)


def _axis(top: Decimal) -> tuple[Decimal, Decimal]:
    """A scale a little past the top, and a round step that gives four to eight marks; they fit on a phone."""
    if top <= 0:
        return Decimal(1), Decimal(0)
    rough = top / 7
    size = Decimal(10) ** rough.adjusted()
    step = next(size * factor for factor in STEPS if size * factor >= rough)
    next_mark = (top / step).to_integral_value(rounding=ROUND_CEILING) * step
    # The axis ends on a mark where the next one is near, else just past the top.
    return (next_mark if next_mark <= top * Decimal("1.08") else top * Decimal("1.03")), step


def _tick_name(usd: Decimal, step: Decimal, unit: Decimal, language: str) -> str:
    if not usd:
        return "0"
    places = max(0, -int((step / unit).normalize().as_tuple().exponent))
    return money.number(usd / unit, language=language, places=places)


def _share(value: Decimal) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
