"""What pictures over time share: a scale with round steps, years under it, shares of the width."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from deals import money, periods

STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
YEAR_STEPS = (1, 2, 5, 10, 20)
WIDE = 1000  # the places across in which lines are drawn
TARGET = SafeString('stroke="var(--ink)" stroke-width="1.5"')
FEW = Decimal(10) ** 8  # below, billions would have too many decimals
MOST_YEARS = 7  # so many four-digit years fit side by side on a phone


@dataclass(frozen=True, slots=True)
class Axis:
    """An upright scale: where an amount stands between its foot and its head, in pixels, and the marks on it."""

    foot: int
    head: int
    top: Decimal
    step: Decimal

    def y(self, usd: Decimal) -> Decimal:
        return self.foot - usd / self.top * (self.foot - self.head)

    @property
    def marks(self) -> list[Decimal]:
        return [self.step * number for number in range(int(self.top / self.step) + 1)]


def axis(most: Decimal, *, foot: int, head: int, marks: int = 5) -> Axis:
    """The scale for amounts up to `most`, ending on a round mark; at most so many marks above its foot."""
    rough = max(most, Decimal(1)) / marks
    size = Decimal(10) ** rough.adjusted()
    step = next(size * factor for factor in STEPS if size * factor >= rough)
    return Axis(foot, head, (max(most, Decimal(1)) / step).to_integral_value(rounding=ROUND_CEILING) * step, step)


def grid(scale: Axis, *, language: str) -> SafeString:
    """A line at each mark, and its name to the left of the picture: in billions, small amounts in named millions."""
    return format_html_join(
        "",
        '<line x1="0" x2="100%" y1="{0}" y2="{0}" stroke="{3}"/>'
        '<text x="-8" y="{1}" font-size="12" text-anchor="end" fill="var(--ink-2)">{2}</text>',
        (
            (
                line := round(scale.y(mark)) + Decimal("0.5"),
                line + 4,
                _mark_name(mark, scale, language) if mark else "0",
                "var(--line)" if mark else "var(--ink-2)",
            )
            for mark in scale.marks
        ),
    )


def _mark_name(mark: Decimal, scale: Axis, language: str) -> str:
    is_small = scale.top < FEW
    unit = money.MILLION if is_small else money.BILLION
    places = max(0, -int((scale.step / unit).normalize().as_tuple().exponent))
    number = money.number(mark / unit, language=language, places=places)
    return pgettext("millions on a scale", "%(number)sm") % {"number": number} if is_small else number


def years(days: Sequence[date], *, y: int, language: str) -> SafeString:
    """The years under a picture with an equally wide place for each day, each year where its first place begins; none
    so near the right edge that its name would pass it. Of days within one year, the month of the first."""
    first: dict[int, int] = {}
    for place, day in enumerate(days):
        first.setdefault(day.year, place)
    span = max(first, default=0) - min(first, default=0) + 1
    step = next((step for step in YEAR_STEPS if span <= step * MOST_YEARS), span)
    shown: list[tuple[object, int]] = [(year, place) for year, place in first.items() if year % step == 0]
    if len(first) == 1:
        shown = [(periods.day_name(days[0], language=language, precision="month"), 0)]
    return format_html_join(
        "",
        '<line x1="{0}%" x2="{0}%" y1="{1}" y2="{2}" stroke="var(--ink-2)"/>'
        '<text x="{0}%" dx="3" y="{3}" font-size="12" fill="var(--ink-2)">{4}</text>',
        ((share(place, len(days)), y, y + 5, y + 16, year) for year, place in shown if place / len(days) <= 0.9),
    )


def lines(drawn: Iterable[tuple[str, SafeString]], *, height: int) -> SafeString:
    """Lines through corners, `WIDE` places across whatever the width on the screen, each in its own style."""
    return format_html(
        '<svg width="100%" height="{0}" viewBox="0 0 {1} {0}" preserveAspectRatio="none">{2}</svg>',
        height,
        WIDE,
        format_html_join("", '<polyline points="{}" fill="none" vector-effect="non-scaling-stroke" {}/>', drawn),
    )


def share(part: Decimal | int, whole: Decimal | int) -> str:
    """The part in hundredths of the whole, as it stands in an attribute."""
    text = f"{Decimal(part) * 100 / Decimal(whole):.3f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def pixels(value: Decimal) -> str:
    """A length in pixels, as it stands in an attribute."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def key(line: SafeString) -> SafeString:
    """The little line that stands for one drawn so."""
    return format_html(
        '<svg class="key" width="22" height="12" aria-hidden="true" focusable="false">'
        '<line x1="0" x2="22" y1="6" y2="6" {}/></svg>',
        line,
    )


def name(text: str) -> SafeString:
    """The title of a shape, which the pointer shows."""
    return format_html("<title>{}</title>", text)
