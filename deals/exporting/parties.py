"""Who buys and who sells, as tables: the indexes of enterprises and of US partners, and a group."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from deals import tables
from deals.choices import Release
from deals.forms.screens import Screen
from deals.models import Enterprise
from deals.reports.clearance import Clearance
from deals.reports.parties import PartyIndex, PartyLine

from . import audiences, preamble
from .dashboard import amounts, usd, usd_fields
from .preamble import Making
from .tables import Export, Field, Kind, Row, Table, listed


def enterprises(report: PartyIndex, screen: Screen, making: Making, told: Clearance) -> Export:
    """All enterprises, each together with those below it; the total counts each deal once. No query."""
    return _index("enterprises", _("Enterprises"), _("Enterprise"), report, screen, making, told)


def partners(report: PartyIndex, screen: Screen, making: Making, told: Clearance) -> Export:
    """All US partners. No query."""
    title = pgettext("heading", "US partners")
    return _index("partners", title, pgettext("heading", "US partner"), report, screen, making, told)


def _index(
    name: str, title: str, head: str, report: PartyIndex, screen: Screen, making: Making, told: Clearance
) -> Export:
    columns = tables.band_columns(report.total)
    total: Row = (_("Total"), *[None] * (len(_named(head)) - 1), *amounts(columns, report.total), report.total.four)
    fields = [*_named(head), *usd_fields(columns), usd("total", _("Total"))]
    lines = report.lines if told.audience == Release.INTERNAL else _with_deals(report.lines)
    rows = [_line(line, columns) for line in lines]
    note = _("Each line stands for a party together with those below it; the total counts each deal once.")
    table = listed(name, title, fields, rows, totals=[total], note=note)
    facts = preamble.facts(screen, making, told)
    return Export(name, title, facts, [table, *audiences.named(told)], preamble.definitions())


def _with_deals(lines: Sequence[PartyLine]) -> list[PartyLine]:
    """The parties with a deal that may be told of, and those above them: not even the name of another is told."""
    found: list[PartyLine] = []
    below = 0  # as deep stands the last one found: what is less deep is above it
    for line in reversed(lines):
        if line.deals or line.depth < below:
            found.append(line)
            below = line.depth
    return found[::-1]


def group(lines: Sequence[PartyLine], audience: Release) -> list[Table]:
    """The enterprises of a group, where it has several."""
    lines = lines if audience == Release.INTERNAL else _with_deals(lines)
    if not lines:
        return []
    columns = tables.BANDS
    fields = [*_named(_("Enterprise")), *usd_fields(columns), usd("total", _("Total"))]
    return [listed("group", _("In this group"), fields, [_line(line, columns) for line in lines])]


def _named(head: str) -> list[Field]:
    return [
        Field("name", head, width=32),
        Field("full_name", _("Full name"), width=44),
        Field("level", _("Level"), Kind.NUMBER),
        Field("deals", _("Own deals"), Kind.NUMBER),
    ]


def _line(line: PartyLine, columns: Sequence[tables.Column]) -> Row:
    party = line.party
    short = party.short_name if isinstance(party, Enterprise) else party.name
    return (short, party.name, line.depth, line.deals, *amounts(columns, line.with_below), line.with_below.four)
