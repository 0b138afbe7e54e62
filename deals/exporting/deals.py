"""The deals list as a file: the rows, order, columns and totals of the screen."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Func, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from deals import permissions, tables
from deals.choices import Release, Stage
from deals.forms.screens import Screen
from deals.positions import Bands
from deals.reports import called, lists
from deals.reports.lists import DealList, ListFilter
from deals.tables import Column

from . import audiences, preamble
from .preamble import Making
from .tables import Export, Field, Kind, Row, Table

NAMES = {"code": 16, "deal": 48, "enterprise": 24, "partner": 28, "sector": 22, "stage": 18}


def deals(asked: ListFilter, screen: Screen, making: Making, *, audience: Release = Release.INTERNAL) -> Export:
    """The deals that the filter asks for, as far as they may be told to the audience. A fixed number of queries, and
    one that reads the rows as they are written."""
    told = audiences.of_list(asked, audience)
    report = lists.totals(asked, audience=audience)
    return Export(
        name="deals",
        title=_("Deals"),
        facts=preamble.facts(screen, making, told, filters=asked.in_words, undisclosed=report.undisclosed),
        tables=[_table(asked, screen, report, audience), *audiences.named(told)],
        definitions=preamble.definitions(),
    )


def _table(asked: ListFilter, screen: Screen, report: DealList, audience: Release) -> Table:
    on_screen = tables.list_columns(tables.deal_columns(screen.reading), report.total, asked.bands_asked)
    shown = [column for column in on_screen if column.name != "bar"]
    # The reading is not told by the list of the screen, but by its totals: each row says what is signed of it.
    signed = next(column for column in tables.deal_columns(screen.reading) if column.name == "signed")
    bands = [column.band for column in shown if column.band]
    words, cleared = _words(), permissions.cleared(asked.deals, audience)
    found = lists.read(cleared, _columns(), [*bands, "four"], reading=screen.reading)
    return Table(
        name="deals",
        title=_("Deals"),
        fields=[Field("code", _("Code"), width=NAMES["code"]), *(_field(column, words) for column in [*shown, signed])],
        rows=lambda: found,
        in_cents=True,
        count=report.count,
        totals=_totals(report, bands, screen.reading, texts=sum(1 for column in shown if not column.numeric)),
    )


def _field(column: Column, words: Mapping[str, Mapping[Any, str | None]]) -> Field:
    if column.numeric:
        return Field(f"{column.name}_usd", _("%(column)s, US$") % {"column": capfirst(str(column.label))}, Kind.USD)
    return Field(column.name, str(column.label), width=NAMES[column.name], words=words.get(column.name))


def _columns() -> tuple[str | Func, ...]:
    """What is read of each deal before its amounts, in the order of the texts of the list."""
    is_english = (get_language() or "vi").startswith("en")
    first, second = ("title_en", "title_vi") if is_english else ("title_vi", "title_en")
    title = Coalesce(NullIf(first, Value("")), second)
    return "code", title, "enterprise_id", "partner_id", "sector_id", "stage_then"


def _words() -> Mapping[str, Mapping[Any, str | None]]:
    """What stands in the file for the keys that are read, by column; a deal may have no partner, and no stage yet."""
    enterprises, partners, sectors = called.names()
    stages = {str(stage): str(label) for stage, label in Stage.choices}
    return {
        "enterprise": enterprises,
        "partner": {None: None, **partners},
        "sector": sectors,
        "stage": {None: None, "": None, **stages},
    }


def _totals(report: DealList, bands: list[str], reading: str, *, texts: int) -> list[Row]:
    """The foot of the list: where there is something not itemised, the deals, each such sum, and all together."""

    def line(label: str, found: Bands) -> Row:
        amounts = [getattr(found, band) for band in bands]
        return (label, *[None] * texts, *amounts, found.four, found.signed(reading))

    foot = [line(_("Total"), report.total)]
    if not report.openings:
        return foot
    count = ngettext("%(counter)s deal", "%(counter)s deals", report.count) % {"counter": report.count}
    not_itemised = _("Not itemised")
    sums = [line(f"{not_itemised}: {opening.label}", found) for opening, found in report.openings]
    return [line(count, report.deals_total), *sums, *foot]
