"""The trade balance as a table: all periods of all reporters, each with its source."""

from django.utils.translation import gettext as _

from deals.forms.screens import Screen
from deals.permissions import WORDS_OF_THE_HOUSE
from deals.reports.clearance import Clearance
from deals.reports.trade import Period, Trade

from . import preamble
from .preamble import Making
from .tables import Export, Field, Kind, Row, listed


def trade(report: Trade, screen: Screen, making: Making, told: Clearance) -> Export:
    """All that was published by the day; notes of the house go no further than the government. No query."""
    with_notes = told.audience in WORDS_OF_THE_HOUSE
    fields = [
        Field("reporter", _("Reporter"), width=40),
        Field("from", _("From"), Kind.DAY),
        Field("to", _("To"), Kind.DAY),
        *(
            Field(f"{name}_usd", _("%(column)s, US$") % {"column": label}, Kind.USD)
            for name, label in (
                ("exports", _("Exports")),
                ("imports", _("Imports")),
                ("both_ways", _("Both ways")),
                ("surplus", _("Surplus")),
            )
        ),
        Field("worked_out", _("Worked out")),
        Field("source", _("Source"), width=48),
        Field("source_url", _("Address of the source"), width=40),
        *([Field("note", _("Note"), width=60)] if with_notes else []),
    ]
    rows = [_line(period, with_notes=with_notes) for each in report.reporters for period in each.periods]
    table = listed(
        "trade", _("Trade balance"), fields, rows, note=_("Reporters count differently and are never mixed.")
    )
    return Export("trade", _("Trade balance"), preamble.facts(screen, making, told), [table])


def _line(period: Period, *, with_notes: bool) -> Row:
    flow, figures = period.flow, period.figures
    return (
        str(flow.get_reporter_display()),
        flow.period_start,
        flow.period_end,
        figures.exports,
        figures.imports,
        period.both_ways,
        figures.surplus,
        _("yes") if period.is_derived else _("no"),
        flow.source_title,
        flow.source_url,
        *([flow.note] if with_notes else []),
    )
