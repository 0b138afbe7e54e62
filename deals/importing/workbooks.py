"""The register as a workbook: empty, to be filled in, or with all that is recorded, so that it can come back."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.db.models import Prefetch, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from deals.models import Deal, Delivery, Enterprise, Instrument, Partner, Sector, Valuation

from . import words
from .columns import CHOICE, DAY, ENTERPRISE, NUMBER, PARTNER, SAMPLE, SECTOR, SHEETS, USD, YES, Column, Sheet

LISTS = "lists"
LAST_ROW = 5000  # down to which cells have drop-downs
AT_ONCE = 500
NO_CHARACTER = re.compile("[\ufffe\uffff]")  # XML has no way to write them
INSTRUCTIONS = (
    gettext_noop("Fill in the sheets you need and leave the others as they are. One row is one record."),
    gettext_noop("The grey row of each sheet is a sample: it is ignored, and may be removed."),
    gettext_noop("Codes and IDs are given by the system: leave them empty for what is new, and never change them."),
    gettext_noop("A cell left empty says nothing: what is recorded stays. Nothing is deleted by an import."),
    gettext_noop("Enterprises, partners and sectors are named by code or by any name they are known by."),
    gettext_noop("Papers and deliveries name their deal by its code, or by its title where it is new in this file."),
    gettext_noop("A paper that stands under another comes after it, and names it by its ID or its number."),
    gettext_noop("Amounts are US dollars in full; with the unit in the heading, as in “Value (US$ million)”, in that."),
    gettext_noop("Days are dates of the workbook, or written as 7/5/2025; a month, a quarter or a year alone will do."),
    gettext_noop("Columns may stand in any order, and others may be added: the import asks what it does not know."),
    gettext_noop("Nothing counts before you have looked at what would change and entered it."),
    gettext_noop("An import can be taken back as a whole."),
)
EXAMPLE: Mapping[str, Mapping[str, Any]] = {
    "deals": {
        "title_vi": "20 máy bay thân hẹp", "title_en": "20 narrow-body aircraft", "enterprise": "", "partner": "",
        "stage": "mou_signed", "expected_usd": Decimal("2500000000"), "expected_day": date(2025, 5, 7),
    },
    "papers": {"deal": "20 máy bay thân hẹp", "kind": "mou", "signed_on": date(2025, 5, 7),
               "usd": Decimal("2500000000")},
    "deliveries": {"deal": "20 máy bay thân hẹp", "kind": "planned", "on": date(2027, 12, 31), "quantity": Decimal(5)},
    "enterprises": {"name_vi": "Tổng công ty Ví dụ", "name_en": "Example Corporation", "ownership": "state"},
    "partners": {"state": "TX"},
    "sectors": {"name_vi": "Lĩnh vực ví dụ", "name_en": "Example sector"},
}  # fmt: skip
Record = Mapping[str, Any]


def columns_of(sheet: Sheet) -> list[Column]:
    """The columns of the register; those by which a plain list names a paper beside its deal are left to it."""
    return [column for column in sheet.columns if not (sheet.kind == "deals" and column.name.startswith("paper_"))]


def write_template(into: IO[bytes], *, language: str) -> None:
    """The empty register, with drop-downs, a sample row for each sheet and how to fill it in."""
    _write(into, language, {kind: iter(()) for kind in SHEETS}, has_sample=True)


def write_register(
    into: IO[bytes], deals: QuerySet[Deal], *, language: str, lists: Mapping[str, QuerySet[Any]]
) -> None:
    """All that is recorded of the deals, and the lists, by kind of sheet; a few queries for each AT_ONCE deals, and the
    memory of as many."""
    rows: dict[str, Iterator[Record]] = {
        "sectors": map(_plain, lists["sectors"].iterator(AT_ONCE)),
        "enterprises": (_plain(each) for each in _parents_first(lists["enterprises"].select_related("parent"))),
        "partners": map(_plain, lists["partners"].iterator(AT_ONCE)),
        "deals": (_deal(deal) for deal in _full(deals)),
        "papers": (_paper(paper) for deal in _full(deals) for paper in _above_first(deal.instruments.all())),
        "deliveries": (_delivery(each) for deal in _full(deals) for each in deal.deliveries.all()),
    }
    _write(into, language, rows, has_sample=False)


# Records as rows


def _full(deals: QuerySet[Deal]) -> Iterator[Deal]:
    papers: Any = Prefetch("instruments", Instrument.objects.active().select_related("partner", "under", "deal"))
    given = deals.select_related("enterprise", "partner", "sector", "officer").order_by("pk")
    return given.prefetch_related(
        papers,
        Prefetch("valuations", Valuation.objects.active().order_by("on", "id")),
        Prefetch("deliveries", Delivery.objects.active().select_related("contract", "deal")),
    ).iterator(AT_ONCE)


def _plain(record: Any) -> Record:
    found = {field.name: getattr(record, field.name) for field in record._meta.concrete_fields}
    for name, value in found.items():
        if isinstance(value, Enterprise | Sector):
            found[name] = value.code
        elif isinstance(value, Partner):
            found[name] = value.name
        elif isinstance(value, list):
            found[name] = "; ".join(value)
    return found


def _deal(deal: Deal) -> Record:
    valuations = list(deal.valuations.all())
    last = valuations[-1] if valuations else None
    officer = deal.officer.username if deal.officer else ""
    found = {**_plain(deal), "officer": officer}
    return {**found, "expected_usd": last.usd, "expected_day": last.on} if last and last.usd is not None else found


def _paper(paper: Instrument) -> Record:
    above = paper.under_id or ""
    return {**_plain(paper), "key": paper.pk, "deal": paper.deal.code, "under": str(above)}


def _delivery(delivery: Delivery) -> Record:
    known = {"key": delivery.pk, "deal": delivery.deal.code, "contract": str(delivery.contract_id)}
    return {**_plain(delivery), **known}


def _above_first(papers: Iterable[Instrument]) -> list[Instrument]:
    """Each paper after the one it stands under: a row refers to rows above it."""
    left, found = list(papers), []
    while left:
        ready = [paper for paper in left if not any(other.pk == paper.under_id for other in left)] or left
        found += ready
        left = [paper for paper in left if paper not in ready]
    return found


def _parents_first(enterprises: Iterable[Enterprise]) -> list[Enterprise]:
    left, found = list(enterprises), []
    while left:
        ready = [each for each in left if not any(other.pk == each.parent_id for other in left)] or left
        found += ready
        left = [each for each in left if each not in ready]
    return found


# Writing


def write_text(page: Any, row: int, place: int, text: str, shown: Any = None) -> None:
    """Write a text as it is: what stands between <r> and </r> the library would take for markup of its own."""
    text = NO_CHARACTER.sub("\ufffd", text)
    if text.startswith("<r>") and text.endswith("</r>"):
        page.write_rich_string(row, place, text[:1], text[1:2], text[2:], *([shown] if shown else []))
    else:
        page.write_string(row, place, text, shown)


def _write(into: IO[bytes], language: str, rows: Mapping[str, Iterator[Record]], *, has_sample: bool) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with translation.override(language), xlsxwriter.Workbook(into, options) as book:
        formats = _formats(book)
        _explain(book.add_worksheet(_("Instructions")), formats)
        offered = _offered()
        for kind in ("deals", "papers", "deliveries", "enterprises", "partners", "sectors"):
            page = book.add_worksheet(SHEETS[kind].name(language))
            _fill(page, SHEETS[kind], rows[kind], language, formats, offered, has_sample=has_sample)
        _list(book.add_worksheet(LISTS), offered)


def _formats(book: Any) -> dict[str, Any]:
    return {
        "head": book.add_format({"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "text_wrap": True,
                                 "valign": "top", "border": 1}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "text": book.add_format({"num_format": "@"}),
        DAY: book.add_format({"num_format": "dd/mm/yyyy"}),
        USD: book.add_format({"num_format": "#,##0.00"}),
        NUMBER: book.add_format({"num_format": "#,##0.###"}),
        "sample": book.add_format({"italic": True, "font_color": "#7A7A7A", "bg_color": "#F2F2F2"}),
        "sample_day": book.add_format({"italic": True, "font_color": "#7A7A7A", "bg_color": "#F2F2F2",
                                       "num_format": "dd/mm/yyyy"}),
    }  # fmt: skip


def _explain(page: Any, formats: Mapping[str, Any]) -> None:
    page.set_column(0, 0, 110, formats["wrap"])
    page.write_string(0, 0, _("How to fill in this register"), formats["title"])
    for number, line in enumerate(INSTRUCTIONS, start=2):
        page.write_string(number, 0, str(_(line)), formats["wrap"])


def _fill(
    page: Any, sheet: Sheet, rows: Iterator[Record], language: str, formats: Mapping[str, Any],
    offered: Mapping[str, Sequence[str]], *, has_sample: bool,
) -> None:  # fmt: skip
    columns = columns_of(sheet)
    page.freeze_panes(1, 2)
    page.autofilter(0, 0, LAST_ROW, len(columns) - 1)
    for place, column in enumerate(columns):
        page.set_column(place, place, column.width, formats.get(column.holds, formats["text"]))
        if options := _drop_down(column, offered):
            page.data_validation(1, place, LAST_ROW, place, options)
    for place, column in enumerate(columns):
        page.write_string(0, place, column.heading(language), formats["head"])
    if has_sample:
        sample = {columns[0].name: SAMPLE[language], **EXAMPLE[sheet.kind]}
        for place, column in enumerate(columns):
            _put(page, 1, place, column, sample.get(column.name), language, formats, shade="sample")
    for number, row in enumerate(rows, start=2 if has_sample else 1):
        for place, column in enumerate(columns):
            _put(page, number, place, column, row.get(column.name), language, formats)


def _put(
    page: Any, row: int, place: int, column: Column, value: Any, language: str, formats: Mapping[str, Any], *,
    shade: str = "",
) -> None:  # fmt: skip
    """Write one cell by its type; what is empty is left out."""
    shown = formats[shade] if shade else formats.get(column.holds, formats["text"])
    if value is None or value == "":
        if shade:
            page.write_blank(row, place, None, shown)
    elif isinstance(value, bool):
        page.write_string(row, place, _("yes") if value else _("no"), shown)
    elif isinstance(value, date):
        page.write_datetime(row, place, value, formats["sample_day"] if shade else formats[DAY])
    elif isinstance(value, Decimal | int) and column.holds in (USD, NUMBER):
        page.write_number(row, place, float(value), shown)
    elif column.holds == CHOICE:
        page.write_string(
            row, place, words.label(column.choices, str(value), language) if value != SAMPLE[language] else value, shown
        )
    else:
        write_text(page, row, place, str(value), shown)


def _offered() -> dict[str, Sequence[str]]:
    """What the drop-downs offer, by a name for each."""
    found: dict[str, Sequence[str]] = {
        ENTERPRISE: list(Enterprise.objects.active().values_list("code", flat=True)),
        PARTNER: list(Partner.objects.active().values_list("name", flat=True)),
        SECTOR: list(Sector.objects.active().values_list("code", flat=True)),
        YES: [_("yes"), _("no")],
    }
    for sheet in SHEETS.values():
        for column in sheet.columns:
            if column.holds == CHOICE:
                found[column.choices.__name__] = [str(label) for label in column.choices.labels]
    return found


def _drop_down(column: Column, offered: Mapping[str, Sequence[str]]) -> dict[str, Any] | None:
    """The list of a column's choices; another value is warned of, not refused: names are learnt by the import."""
    name = column.choices.__name__ if column.choices else column.holds
    if not offered.get(name):
        return None
    place = xlsxwriter.utility.xl_col_to_name(list(offered).index(name))
    source = f"={LISTS}!${place}$1:${place}${len(offered[name])}"
    return {"validate": "list", "source": source, "error_type": "warning"}


def _list(page: Any, offered: Mapping[str, Sequence[str]]) -> None:
    longest = max(map(len, offered.values()))
    for row in range(longest):
        for place, several in enumerate(offered.values()):
            if row < len(several):
                write_text(page, row, place, several[row])
    page.very_hidden()
