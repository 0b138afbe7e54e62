"""The cells of a file as they stand, with where they stand. Nothing is interpreted here."""

import codecs
import csv
import re
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO, StringIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from deals import files, names

from .cells import Cells
from .judging import MOST_ROWS, RefusedError

MOST_COLUMNS = 702  # as far as ZZ
DELIMITERS = ",;\t|"
# What an exported cell begins with where the text would have been worked out by a spreadsheet.
GUARDED = re.compile(r"'(?=[=+\-@\t\r＝＋－＠'])")
TAG = rb"<(?:\w+:)?"
HIDDEN_COLUMNS = re.compile(TAG + rb"col\b[^>]*>")
HIDDEN_ROWS = re.compile(TAG + rb"row\b[^>]*\bhidden=\"(?:1|true)\"[^>]*>")
MERGED = re.compile(TAG + rb'mergeCell\b[^>]*\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
NOT_WORKED_OUT = re.compile(
    TAG + rb'c\b[^>]*\br="([A-Z]+)(\d+)"[^>]*>' + TAG + rb"f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)(?!<(?:\w+:)?v>[^<])"
)
FAILED = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)")
FORMULA = re.compile(TAG + rb"f\b")
ATTRIBUTE = re.compile(rb'(\w+)="([^"]*)"')


class Unreadable(str):
    """What stands in a cell that holds no value: a formula that was not worked out, or one that failed."""


@dataclass(slots=True)
class Row:
    """A row with its number in the file, and what its cells hold; None where nothing does."""

    number: int
    cells: list[Any]

    def __bool__(self) -> bool:
        return any(cell is not None for cell in self.cells)


@dataclass
class Grid:
    """A sheet as it stands; of a hidden one only the name."""

    name: str
    rows: list[Row]
    hidden_columns: set[int] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  # row, column to row, column
    is_hidden: bool = False


def letter(column: int) -> str:
    """What a spreadsheet calls the column, counted from 0."""
    return get_column_letter(column + 1)


def read(content: bytes, kind: str) -> list[Grid]:
    """The sheets of the file that hold anything. Raises RefusedError where it cannot be read."""
    if kind == "csv":
        grids = [_text(content)]
    else:
        try:
            grids = list(_workbook(content))
        except (*files.BROKEN, InvalidFileException, TypeError, AttributeError) as error:
            raise RefusedError("broken") from error
    grids = [grid for grid in grids if any(grid.rows) or grid.is_hidden]
    if all(grid.is_hidden for grid in grids):
        raise RefusedError("empty")
    return grids


# Workbooks


def _workbook(content: bytes) -> Iterator[Grid]:
    book: Any = load_workbook(BytesIO(content), read_only=True, data_only=True)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for sheet in book.worksheets:
                if sheet.sheet_state == "visible":
                    xml = archive.read(sheet._worksheet_path)
                    grid = Grid(sheet.title, _rows(Cells(sheet, most=MOST_COLUMNS).read(xml)))
                    _look_around(grid, xml)
                    yield grid
                elif sheet.sheet_state == "hidden":
                    yield Grid(sheet.title, [], is_hidden=True)
    finally:
        book.close()


def _rows(read: Iterable[tuple[int, list[Any]]]) -> list[Row]:
    """The rows, with those between them. Raises RefusedError where one stands so far down that many are empty."""
    rows: list[Row] = []
    for number, cells in read:
        if number <= MOST_ROWS:
            rows += [Row(between, []) for between in range(len(rows) + 1, number)]
            if number > len(rows):  # what stands out of order is no row of its own
                rows.append(Row(number, [_plain(value) for value in cells]))
        elif any(value is not None for value in cells):
            raise RefusedError("too_many")
    return rows


def _look_around(grid: Grid, xml: bytes) -> None:
    """What reading by rows passes over: what is hidden, what is merged, formulas without a value."""
    for found in HIDDEN_COLUMNS.finditer(xml):
        says = dict(ATTRIBUTE.findall(found[0]))
        if says.get(b"hidden") in (b"1", b"true"):
            last = min(int(says[b"max"]), MOST_COLUMNS)
            grid.hidden_columns |= set(range(int(says[b"min"]) - 1, last))
    for found in HIDDEN_ROWS.finditer(xml):
        grid.hidden_rows.add(int(dict(ATTRIBUTE.findall(found[0])).get(b"r", b"0")))
    for found in MERGED.finditer(xml):
        left, top, right, bottom = found.groups()
        grid.merged.append((int(top), _column(left), int(bottom), _column(right)))
    by_number = {row.number: row for row in grid.rows}
    for found in NOT_WORKED_OUT.finditer(xml) if FORMULA.search(xml) else ():
        row, column = by_number.get(int(found[2])), _column(found[1])
        if row and column < len(row.cells) and row.cells[column] is None:
            row.cells[column] = Unreadable("=…")


def _column(letters: bytes) -> int:
    return column_index_from_string(letters.decode()) - 1


def _plain(value: Any) -> Any:
    """The value of a cell: text tidied, a moment without a time of day as its day."""
    if isinstance(value, str):
        return Unreadable(value) if value.startswith("#") and FAILED.fullmatch(value) else _tidy(value)
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    if isinstance(value, date | bool | int | float) or value is None:
        return value
    return str(value)


# Text


def _text(content: bytes) -> Grid:
    text = _decoded(content)
    if "\0" in text:
        raise RefusedError("broken")
    # A lone carriage return ends a line as well.
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    sign = _delimiter(lines)
    reader = csv.reader(StringIO(lines, newline=""), delimiter=sign)
    try:
        rows = [
            Row(number, [_unguarded(cell) for cell in row[:MOST_COLUMNS]]) for number, row in enumerate(reader, start=1)
        ]
    except csv.Error as error:  # a cell longer than any is
        raise RefusedError("quote" if '"' in lines else "broken") from error
    if _is_open(lines, sign):
        raise RefusedError("quote")
    return Grid("", rows)


def _is_open(lines: str, sign: str) -> bool:
    """Whether the last cell begins with a quotation mark that is never closed: a line more would be a part of it."""
    end = "\x03"  # no text has it
    (last,) = deque(csv.reader(StringIO(f"{lines}\n{end}", newline=""), delimiter=sign), maxlen=1)
    return last != [end]


def _decoded(content: bytes) -> str:
    """UTF-16 and UTF-8 with their marks, UTF-8 without, else what Vietnamese Windows wrote."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError as error:
                raise RefusedError("broken") from error
    for encoding in ("utf-8", "cp1258"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "utf-8" and _is_garbled(text):
            break
        return text
    raise RefusedError("encoding")


def _is_garbled(text: str) -> bool:
    """Whether more of what is no plain letter are signs than a text in this encoding has: it was written in another."""
    others = [char for char in text if char > "\x7f"]
    return sum("\x80" <= char <= "\xbf" for char in others) * 5 > len(others)


def _delimiter(text: str) -> str:
    """The sign between the cells: the one by which most of the first lines have equally many cells, and several."""
    start = "\n".join(text.split("\n", 60)[:60])

    def cells(sign: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(StringIO(start, newline=""), delimiter=sign) if row]
        usual = max(set(widths), key=widths.count) if widths else 0
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max(DELIMITERS, key=cells)


def _unguarded(cell: str) -> str | None:
    return _tidy(GUARDED.sub("", cell, count=1))


def _tidy(text: str) -> str | None:
    """The text line by line, without what does not show; nothing where nothing shows."""
    return "\n".join(names.tidy(line) for line in text.strip().splitlines()).strip() or None
