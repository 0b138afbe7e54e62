"""Who buys and who sells, as tables: the indexes of enterprises and of US partners, and a group."""

from collections.abc import Sequence

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from deals import tables
from deals.choices import Release, Stage
from deals.forms.screens import Screen
from deals.models import Deal, Enterprise
from deals.reports.clearance import Clearance
from deals.reports.parties import MOST_DEALS, Party, PartyIndex, PartyLine

from . import audiences, preamble
from .briefing_parts import bands_of
from .columns import amounts, deal_cells, deal_fields, usd, usd_fields
from .dashboard import SIGNED
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


def beside(party: Party, screen: Screen, audience: Release) -> list[Table]:
    """What stands beside the figures of a party, sector or US state: the enterprises of its group, its largest deals,
    those in which it takes part beside another. These are deals of other sellers, so no partner is told of them."""
    largest = _("Largest deals") if len(party.deals) == MOST_DEALS else _("Deals")
    theirs = [] if audience == Release.PARTNER else party.shared
    shared = capfirst(_("counted there, not here"))
    return [
        *_group(party.subsidiaries, audience),
        _deals("deals", largest, party.deals, screen),
        _deals("beside", _("Takes part beside another"), theirs, screen, note=shared),
    ]


def _deals(name: str, title: str, deals: Sequence[Deal], screen: Screen, note: str = "") -> Table:
    bands = [bands_of(deal) for deal in deals]
    columns = tables.band_columns(*bands)
    fields = [
        *deal_fields(),
        Field("stage", _("Stage"), width=18),
        *usd_fields(columns),
        usd("total", _("Total")),
        usd("signed", str(SIGNED[screen.reading])),
    ]
    rows = [
        (*deal_cells(deal), str(Stage(deal.stage_then).label) if deal.stage_then else None,
         *amounts(columns, found), found.four, found.signed(screen.reading))
        for deal, found in zip(deals, bands, strict=True)
    ]  # fmt: skip
    return listed(name, title, fields, rows, note=note)


def _group(lines: Sequence[PartyLine], audience: Release) -> list[Table]:
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
