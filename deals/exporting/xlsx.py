"""Tables as a workbook: a first sheet that says what the file is of, then a sheet a table. Cells are typed, so that a
spreadsheet counts with them; texts are texts, whatever they begin with: no cell is a formula. Rows go to a file as they
come; memory does not grow with them."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from tempfile import TemporaryDirectory
from typing import IO, Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from deals import money

from .tables import WIDTHS, Export, Field, Kind, Row, Table, texts

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a workbook can hold at most.
ROWS, CHARACTERS, NAME = 1_048_576, 32_767, 31
FORMATS = {
    Kind.USD: "#,##0.00",
    Kind.SHARE: "0.0%",
    Kind.NUMBER: "#,##0",
    Kind.DAY: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
NO_CHARACTER = re.compile("[\ufffe\uffff]")  # XML has no way to write them
Cell = Callable[[int, int, Any], Any]


def write(export: Export, file: IO[bytes], *, by: str) -> None:
    """Write the workbook into the file. What is put aside meanwhile is gone afterwards, whatever happens."""
    with TemporaryDirectory(prefix="dealtracker-export-") as aside:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": aside}
        book = xlsxwriter.Workbook(file, options)
        book.set_properties({"title": export.title, "author": by})
        _Book(book).write(export)
        book.close()


class _Book:
    """A workbook while it is written."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.names: set[str] = set()
        self.long_texts: Worksheet | None = None
        self.long_text_rows = 0
        self.plain = self._formats({})
        self.total = self._formats({"bold": True, "top": 1})
        self.head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#EDEFF2"}
        )
        self.bold = book.add_format({"bold": True, "valign": "top"})
        self.heading = book.add_format({"bold": True, "font_size": 14})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top", "align": "left"})

    def _formats(self, looks: dict[str, Any]) -> dict[Kind, Format | None]:
        formats = {kind: self.book.add_format({**looks, "num_format": text}) for kind, text in FORMATS.items()}
        return {Kind.TEXT: self.book.add_format(looks) if looks else None, **formats}

    def write(self, export: Export) -> None:
        self._about(export)
        for table in export.tables:
            self._table(table)

    def _about(self, export: Export) -> None:
        sheet = self._sheet(_("About this file"))
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 90)
        sheet.write_string(0, 0, export.title, self.heading)
        at = 2
        for fact in export.facts:
            for number, value in enumerate(texts(fact.value)):
                sheet.write_string(at, 0, "" if number else fact.label, self.bold)
                self._text(sheet, self.wrapped, at, 1, _said(value))
                at += 1
        for table in export.tables:
            if table.note:
                sheet.write_string(at, 0, table.title, self.bold)
                self._text(sheet, self.wrapped, at, 1, table.note)
                at += 1
        at += 1
        for word, meaning in export.definitions:
            sheet.write_string(at, 0, word, self.bold)
            sheet.write_string(at, 1, meaning, self.wrapped)
            at += 1

    def _table(self, table: Table) -> None:
        """The rows of a table, on as many sheets as they need, with the totals below the last of them."""
        sheet = self._headed(table)
        cells, last = self._cells(sheet, table.fields, self.plain, table.in_cents), len(table.fields) - 1
        at = 0
        for row in table.told():
            at += 1
            if at == ROWS:
                sheet.autofilter(0, 0, at - 1, last)
                sheet, at = self._headed(table), 1
                cells = self._cells(sheet, table.fields, self.plain, table.in_cents)
            for column, value in enumerate(row):
                if value is not None and value != "":
                    cells[column](at, column, value)
        sheet.autofilter(0, 0, at, last)
        if at + len(table.totals) >= ROWS:
            sheet, at = self._headed(table), 0
        for row in table.totals:
            at += 1
            self._totals(sheet, table.fields, at, row)

    def _totals(self, sheet: Worksheet, fields: Sequence[Field], at: int, row: Row) -> None:
        self._text(sheet, self.total[Kind.TEXT], at, 0, str(row[0]))
        cells = self._cells(sheet, fields, self.total)
        for column, value in enumerate(row[1:], 1):
            if value is None or value == "":
                sheet.write_blank(at, column, None, self.total[Kind.TEXT])
            else:
                cells[column](at, column, value)

    def _headed(self, table: Table) -> Worksheet:
        sheet = self._sheet(table.title)
        for column, each in enumerate(table.fields):
            sheet.set_column(column, column, each.breadth)
            sheet.write_string(0, column, each.label, self.head)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _sheet(self, title: str) -> Worksheet:
        """A new sheet under a name that may be one, cut short where it must be and unlike all others."""
        name = " ".join(NOT_IN_NAMES.sub(" ", title).split()).strip("'")[:NAME].strip(" '") or "-"
        number, found = 1, name
        while found.casefold() in self.names:
            number += 1
            found = f"{name[: NAME - len(str(number)) - 3]} ({number})"
        self.names.add(found.casefold())
        return self.book.add_worksheet(found)

    # Cells

    def _cells(
        self, sheet: Worksheet, fields: Sequence[Field], formats: dict[Kind, Format | None], in_cents: bool = False
    ) -> list[Cell]:
        """How the cells of each column are written."""
        return [self._cell(sheet, each.kind, formats[each.kind], in_cents) for each in fields]

    def _cell(self, sheet: Worksheet, kind: Kind, look: Format | None, in_cents: bool) -> Cell:
        if kind == Kind.TEXT:
            return partial(self._text, sheet, look)
        if kind == Kind.DAY:
            return lambda row, column, value: sheet.write_datetime(row, column, value, look)
        if kind == Kind.MOMENT:
            return lambda row, column, value: sheet.write_datetime(row, column, _naive(value), look)
        if kind == Kind.USD and in_cents:
            return lambda row, column, value: value and sheet.write_number(row, column, money.of_cents(value), look)
        return lambda row, column, value: sheet.write_number(row, column, value, look)

    def _text(self, sheet: Worksheet, look: Format | None, row: int, column: int, text: str) -> None:
        if not text.isprintable():
            text = NO_CHARACTER.sub("\ufffd", text)
        if len(text) > CHARACTERS // 2 and len(text.encode("utf-16-le")) // 2 > CHARACTERS:
            text = self._continued(sheet, row, column, text)
        if text.startswith("<r>") and text.endswith("</r>"):
            # What stands between these two the library takes for markup of its own; in pieces, for text.
            sheet.write_rich_string(row, column, text[:1], text[1:2], text[2:], *([look] if look else []))
        else:
            sheet.write_string(row, column, text, look)

    def _continued(self, sheet: Worksheet, row: int, column: int, text: str) -> str:
        """What a cell can hold of the text; all of it stands, in pieces, on a sheet of long texts."""
        if self.long_texts is None:
            self.long_texts = self._sheet(_("Long texts"))
            for number, label in enumerate((_("Sheet"), _("Row"), _("Column"), _("Piece"), _("Text"))):
                self.long_texts.write_string(0, number, label, self.head)
            self.long_texts.set_column(0, 0, WIDTHS[Kind.TEXT])
            self.long_texts.set_column(4, 4, 90)
        size = CHARACTERS if max(text) < "\U00010000" else CHARACTERS // 2
        pieces = [text[start : start + size] for start in range(0, len(text), size)]
        for number, piece in enumerate(pieces, 1):
            self.long_text_rows += 1
            self.long_texts.write_string(self.long_text_rows, 0, sheet.get_name())
            for place, value in enumerate((row + 1, column + 1, number), 1):
                self.long_texts.write_number(self.long_text_rows, place, value)
            self._text(self.long_texts, None, self.long_text_rows, 4, piece)
        return pieces[0]


def _naive(value: datetime) -> datetime:
    """The moment in our own time: a workbook knows no zones."""
    return timezone.localtime(value).replace(tzinfo=None)


def _said(value: Any) -> str:
    if isinstance(value, datetime):
        return _naive(value).isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date) else str(value)
