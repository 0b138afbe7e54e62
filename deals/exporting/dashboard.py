"""The tables of a page of figures, of all deals or of those of its scope, as sheets of one file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from deals import periods, tables
from deals.choices import Band
from deals.forms.screens import Screen
from deals.permissions import WORDS_OF_THE_HOUSE
from deals.positions import BAND_NAMES, Bands
from deals.reports.attention import Attention
from deals.reports.breakdowns import Breakdown, in_order, together
from deals.reports.bridge import Bridge
from deals.reports.clearance import Clearance
from deals.reports.conversion import Conversion, Group
from deals.reports.dashboard import Dashboard
from deals.reports.obstacles import HeldUp
from deals.reports.over_time import OverTime
from deals.reports.sureness import Sureness
from deals.reports.upcoming import Upcoming

from . import audiences, obstacles, preamble
from .columns import amounts, usd, usd_fields
from .preamble import Making
from .tables import Export, Fact, Field, Kind, Row, Table, listed

SHARE = Decimal("0.0001")
SIGNED = {"announced": gettext_lazy("Signed (announced)"), "firm": gettext_lazy("Signed (firm)")}
PENDING = {"announced": gettext_lazy("Pending (announced)"), "firm": gettext_lazy("Pending (firm)")}


@dataclass(frozen=True)
class Board:
    """What stands on a page of figures: its title, its report, what is held up, what comes next (None where the day is
    not today), and the other tables it has."""

    title: str
    report: Dashboard
    held: HeldUp
    coming: Upcoming | None = None
    more: Sequence[Table] = ()


def dashboard(name: str, board: Board, screen: Screen, making: Making, told: Clearance) -> Export:
    """The tables of the page, those without rows left out. No query."""
    report, is_house = board.report, told.audience in WORDS_OF_THE_HOUSE
    words = [*_attention(report.attention), *obstacles.felt(board.held)] if is_house else []
    found = [
        _figures(report),
        *(_bridge(report.bridge, screen) if report.bridge else []),
        *board.more,
        _over_time(report.over),
        *(_coming(board.coming) if board.coming else []),
        _deliveries(report.over),
        *words,
        *(_breakdown(each, screen.order) for each in report.breakdowns),
        *_sureness(report.sureness, screen.reading),
        _papers(report.sureness),
        *_conversion(report.conversion),
        *(_forecast(report.conversion) if is_house else []),
        *audiences.named(told),
    ]
    since = [Fact("since", _("Compared with"), screen.since)] if report.bridge else []
    return Export(
        name=name,
        title=board.title,
        facts=preamble.facts(screen, making, told, filters=_scope(board), undisclosed=report.undisclosed, more=since),
        tables=[table for table in found if table.count],
        definitions=preamble.definitions(),
    )


def _scope(board: Board) -> list[tuple[str, str, str]]:
    return [] if not board.report.scope.by else [(board.report.scope.by, _("Only"), board.title)]


# Columns and cells


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return (part / whole).quantize(SHARE) if whole else None


# The tables, in the order of the page


def _figures(report: Dashboard) -> Table:
    rows: list[Row] = [(str(Band(name).label), getattr(report.bands, name)) for name in BAND_NAMES]
    totals: list[Row] = [
        (_("All four bands"), report.bands.four),
        (str(SIGNED[report.reading]), report.signed),
        (str(PENDING[report.reading]), report.pending),
    ]
    if report.not_itemised:
        totals.append((_("Of this not itemised"), report.not_itemised.four))
    if report.target_usd is not None:
        totals.append((_("Target"), report.target_usd))
    fields = [Field("band", _("Band"), width=36), usd("amount", _("Amount"))]
    return listed("figures", _("Figures"), fields, rows, totals=totals)


def _bridge(bridge: Bridge, screen: Screen) -> list[Table]:
    there = [bridge.opening, bridge.closing, *(step.bands for step in bridge.steps)]
    columns = tables.band_columns(*there)
    outside = [usd("outside", str(Band.OUTSIDE.label))] if bridge.has_outside else []

    def line(label: str, bands: Bands) -> Row:
        return (label, *amounts(columns, bands), bands.four, *([bands.outside] if outside else []))

    fields = [Field("step", _("Step"), width=36), *usd_fields(columns), usd("all_four", _("All four")), *outside]
    rows = [line(_day(screen.since), bridge.opening), *(line(step.label, step.bands) for step in bridge.steps)]
    return [listed("changes", _("What changed"), fields, rows, totals=[line(_day(screen.at.as_of), bridge.closing)])]


def _over_time(over: OverTime) -> Table:
    columns = tables.band_columns(*over.all_bands)
    path = [] if over.is_straight else over.path
    rows = [
        (point.on, kind, *amounts(columns, point.bands), point.bands.four)
        for kind, points in ((_("recorded"), reversed(over.points)), (_("by the deals' own days"), path))
        for point in points
    ]
    fields = [Field("on", _("At the end of"), Kind.DAY), Field("kind", _("What it is")), *usd_fields(columns)]
    return listed("over_time", _("Value over time"), [*fields, usd("total", _("Total"))], rows)


def _deliveries(over: OverTime) -> Table:
    fields = [
        Field("year", _("Year")),
        usd("received", _("Received")),
        usd("planned", _("Planned")),
        Field("received_unknown", _("Received, value not known"), Kind.NUMBER),
        Field("planned_unknown", _("Planned, value not known"), Kind.NUMBER),
    ]
    rows = [
        (str(year.year), year.actual, year.planned, year.actual_undisclosed, year.planned_undisclosed)
        for year in over.years
    ]
    return listed("deliveries", _("Deliveries by year"), fields, rows)


def _coming(coming: Upcoming) -> list[Table]:
    fields = [
        Field("on", _("Day"), Kind.DAY),
        Field("what", _("What"), width=44),
        Field("who", _("Who"), width=24),
        *_of_deals(),
        usd("value", _("Value")),
    ]
    rows = [(item.on, item.label, item.who or None, item.deal.code, item.deal.title, item.usd) for item in coming.items]
    note = _and_more(coming.others) if coming.others else ""
    return [listed("coming", _("What comes next"), fields, rows, note=note)]


def _attention(attention: Attention | None) -> list[Table]:
    if attention is None:
        return []
    fields = [
        Field("reason", _("Reason"), width=44),
        Field("deals", _("Deals"), Kind.NUMBER),
        usd("value", _("Value")),
    ]
    rows = [(str(each.reason.label), each.deals, each.bands.four) for each in attention.concerns]
    totals = [(_("Each deal once"), attention.deals, attention.bands.four)]
    return [listed("attention", _("Needs attention"), fields, rows, totals=totals)]


TITLES: dict[str, Callable[[], tuple[str, str]]] = {
    "group": lambda: (_("By enterprise"), _("Enterprise, with its group")),
    "enterprise": lambda: (_("By enterprise"), _("Enterprise")),
    "partner": lambda: (_("By US partner"), pgettext("heading", "US partner")),
    "sector": lambda: (_("By sector"), _("Sector")),
    "stage": lambda: (_("By stage"), _("Stage")),
    "state": lambda: (_("By US state of the partner"), _("US state")),
    "evidence": lambda: (_("By evidence"), _("Evidence")),
    "basis": lambda: (_("By value basis"), _("Value basis")),
    "freshness": lambda: (_("By when last heard of"), _("Last heard of")),
}


def _breakdown(found: Breakdown, order: str) -> Table:
    columns, total = tables.band_columns(found.total), found.total.four
    with_change = found.whole.before is not None
    title, head = TITLES[found.by]()

    def line(label: str, bands: Bands, change: Decimal, undisclosed: int, detail: str = "") -> Row:
        changes = [change] if with_change else []
        return (label, detail, *amounts(columns, bands), bands.four, _share(bands.four, total), *changes, undisclosed)

    rows = in_order(found.rows, order) if order else found.rows
    lines = [line(row.label, row.bands, row.change, row.undisclosed, row.detail) for row in rows]
    totals = [line(_("Total"), found.total, found.whole.change, together(found.rows).undisclosed)]
    if found.not_itemised or found.whole.not_itemised_change:
        totals.insert(0, line(_("Not itemised"), found.not_itemised, found.whole.not_itemised_change, 0))
    fields = [
        Field("name", head, width=32),
        Field("full_name", _("Full name"), width=32),
        *usd_fields(columns),
        usd("total", _("Total")),
        Field("share", _("Share"), Kind.SHARE),
        *([usd("change", pgettext("difference", "Change"))] if with_change else []),
        Field("undisclosed", _("Undisclosed"), Kind.NUMBER),
    ]
    return listed(f"by_{found.by}", title, fields, lines, totals=totals)


def _sureness(sureness: Sureness, reading: str) -> list[Table]:
    return [_scale(scale, reading) for scale in sureness.scales]


def _scale(scale: Breakdown, reading: str) -> Table:
    title, head = TITLES[scale.by]()
    with_change = scale.whole.before is not None
    whole = scale.total.signed(reading)

    def line(label: str, bands: Bands, change: Decimal) -> Row:
        signed = bands.signed(reading)
        return (label, signed, _share(signed, whole), *([change] if with_change else []), bands.four)

    totals = [line(_("Total"), scale.total, scale.whole.change)]
    if scale.not_itemised:
        totals.insert(0, line(_("Not itemised"), scale.not_itemised, scale.whole.not_itemised_change))
    fields = [
        Field("grade", head, width=36),
        usd("signed", str(SIGNED[reading])),
        Field("share", _("Share"), Kind.SHARE),
        *([usd("change", pgettext("difference", "Change"))] if with_change else []),
        usd("all_four", _("All four bands")),
    ]
    rows = [line(row.label, row.bands, row.change) for row in scale.rows]
    return listed(f"by_{scale.by}", title, fields, rows, totals=totals)


def _papers(sureness: Sureness) -> Table:
    """The papers of undisclosed value, the latest first, as many as the screen names."""
    fields = [Field("paper", _("Paper"), width=60), Field("signed_on", _("Signed on"), Kind.DAY), *_of_deals()]
    rows = [(str(paper), paper.signed_on, paper.deal.code, paper.deal.title) for paper in sureness.papers]
    note = _and_more(sureness.unnamed) if sureness.unnamed else ""
    return listed("undisclosed", _("Papers of undisclosed value"), fields, rows, note=note)


def _conversion(conversion: Conversion) -> list[Table]:
    fields = [
        Field("sector", _("Sector"), width=28),
        Field("memoranda", _("Memoranda"), Kind.NUMBER),
        Field("converted", _("Converted"), Kind.NUMBER),
        usd("value", _("Value")),
        usd("converted", _("Converted value")),
        Field("days", _("Days, median"), Kind.NUMBER),
        Field("least_days", _("Days, fewest"), Kind.NUMBER),
        Field("most_days", _("Days, most"), Kind.NUMBER),
    ]

    def line(label: str, group: Group) -> Row:
        days: list[Any] = [group.median_days, group.least_days, group.most_days]
        return (label, group.cases, group.converted, group.usd, group.converted_usd, *days)

    rows = [line(group.label, group) for group in conversion.sectors]
    totals = [line(_("Total"), conversion.together)]
    ages = [Field("age", _("Age"), width=28), Field("deals", _("Deals"), Kind.NUMBER), usd("value", _("Value"))]
    foot: list[Row] = [(_("Remaining under memoranda"), None, conversion.standing)]
    if conversion.not_itemised:
        foot.insert(0, (_("Not itemised"), None, conversion.not_itemised))
    standing = [(age.label, age.deals, age.usd) for age in conversion.ages] if conversion.together.cases else []
    return [
        listed("conversion", _("From memorandum to contract"), fields, rows, totals=totals),
        listed("ages", _("Memoranda by age"), ages, standing, totals=foot),
    ]


def _forecast(conversion: Conversion) -> list[Table]:
    fields = [Field("by", _("By the end of"), Kind.DAY), usd("low", _("Low")), usd("base", _("Base"))]
    rows = [(step.by, step.low, step.base, step.high) for step in conversion.forecast.steps]
    note = _("A calculation beside the figures, in none of them: low and high bound four of five outcomes.")
    fields = [*fields, usd("high", _("High"))]
    return [listed("forecast", _("What may be signed, by quarter"), fields, rows, note=note)]


def _of_deals() -> list[Field]:
    return [Field("code", _("Code"), width=16), Field("deal", _("Deal"), width=48)]


def _and_more(count: int) -> str:
    return _("and %(count)d more") % {"count": count}


def _day(day: Any) -> str:
    return periods.day_name(day, language=get_language() or "vi")
