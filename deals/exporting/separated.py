"""Tables as a CSV file, for spreadsheets and for machines: UTF-8 with its mark, commas, days and moments as ISO 8601
has them, amounts with a point and two decimals in every language, row by row as they come.

A text that a spreadsheet would work out as a formula stands behind an apostrophe, as does one that begins with an
apostrophe itself or with the sign of a comment: so taking one apostrophe away, where a cell begins with one, gives
every text back as it was (`text_of`). What is said of the file stands above its tables, behind the sign of a comment.
"""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from itertools import islice
from typing import Any

from django.utils import timezone

from deals import money

from .tables import Export, Field, Kind, Row, Table, texts

TYPE = "text/csv; charset=utf-8"
MARK = "\ufeff"  # for spreadsheets, which else take it for another alphabet
APOSTROPHE, COMMENT = "'", "#"
RUNS = frozenset("=+-@|%＝＋－＠")
FIRST = frozenset(f"\t\r\n{APOSTROPHE}{COMMENT}")
QUOTED = re.compile('[",\r\n]')  # a cell in which one of these is stands between quotes
NOTHING = '""'  # a row of one cell that says nothing, which else were no row
AT_ONCE = 500  # rows


def written(export: Export) -> Iterator[bytes]:
    """The file, piece by piece: what is said of it, then each table with its headings, rows and totals."""
    yield (MARK + "".join(_lines(_said(export)))).encode()
    for number, table in enumerate(export.tables):
        head = [[], [f"{COMMENT} {table.title}"]] if len(export.tables) > 1 or number else [[]]
        yield from rows([*head, *([[f"{COMMENT} {table.note}"]] if table.note else [])])
        yield from bare(table)


def bare(table: Table) -> Iterator[bytes]:
    """A table alone: headings, rows and totals."""
    yield from rows([[safe(field.label) for field in table.fields]])
    columns = [_column(field, table.in_cents) for field in table.fields]
    found = iter(table.rows())
    # A column at a time, and put together by ourselves: a call for each cell takes longer than all the rest.
    while several := list(islice(found, AT_ONCE)):
        cells = [column(values) for column, values in zip(columns, zip(*several, strict=True), strict=True)]
        lines = list(map(",".join, zip(*cells, strict=True)))
        if len(columns) == 1:
            lines = [line or NOTHING for line in lines]
        yield ("\r\n".join(lines) + "\r\n").encode()
    yield from rows(_total(table.fields, row) for row in table.totals)


def rows(found: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Rows of cells as they are to stand in the file, some hundred at a time."""
    buffer = StringIO()
    writer, number = csv.writer(buffer), 0
    for number, row in enumerate(found, 1):
        writer.writerow(row)
        if number % AT_ONCE == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    if number % AT_ONCE:
        yield buffer.getvalue().encode()


def safe(text: str | None) -> str:
    """The text as a cell that no spreadsheet works out."""
    if not text or text[0].isalnum():
        return text or ""
    return APOSTROPHE + text if text[0] in FIRST or _begins(text) in RUNS else text


def text_of(cell: str) -> str:
    """The text that `safe` made the cell of."""
    return cell.removeprefix(APOSTROPHE)


def _begins(text: str) -> str:
    """The first character that is seen: blanks and marks without width before it do not count for all spreadsheets."""
    return next((sign for sign in text if not sign.isspace() and unicodedata.category(sign) not in ("Cf", "Cc")), "")


def _said(export: Export) -> Iterator[list[str]]:
    yield [f"{COMMENT} {export.title}"]
    for fact in export.facts:
        for value in texts(fact.value):
            yield [f"{COMMENT} {fact.label}", plain(value)]
    for word, meaning in export.definitions:
        yield [f"{COMMENT} {word}", safe(meaning)]


def plain(value: Any) -> str:
    """A value of any kind as a cell."""
    if value is None:
        return ""
    if isinstance(value, str):
        return safe(value)
    if isinstance(value, datetime):
        return _moment(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _usd(value: Decimal | None) -> str:
    if value is None:
        return ""
    text = str(value)  # what the database gives has two decimals, and this is the quicker way to them
    return text if text[-3:-2] == "." else f"{value:.2f}"


def _cents(column: Sequence[int | None]) -> list[str]:
    """Amounts in whole cents, exactly: their digits with a point before the last two; of nothing, nothing."""
    return [
        ""
        if not cents
        else f"{(digits := str(cents))[:-2]}.{digits[-2:]}"
        if cents > 99
        else _usd(money.of_cents(cents))
        for cents in column
    ]


class _Cells(dict[Any, str]):
    """The few words of a column, as cells, by their keys: each is written once."""

    def __init__(self, words: Mapping[Any, str | None]) -> None:
        super().__init__()
        self.words = words

    def __missing__(self, key: Any) -> str:
        [self[key]] = _texts([self.words[key]])
        return self[key]


def _texts(column: Sequence[str | None]) -> list[str]:
    """Texts as `safe` and the writer of the library would have them."""
    cells = [text if text and text[0].isalnum() else safe(text) for text in column]
    is_marked = QUOTED.search
    return [_quoted(cell) if is_marked(cell) else cell for cell in cells]


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _moment(value: datetime | None) -> str:
    return timezone.localtime(value).isoformat(timespec="seconds") if value else ""


def _column(field: Field, in_cents: bool) -> Callable[[Sequence[Any]], list[str]]:
    """How the cells of a column are written."""
    if field.kind == Kind.USD and in_cents:
        return _cents
    if field.words is not None:
        cell_of = _Cells(field.words).__getitem__
        return lambda column: list(map(cell_of, column))
    if field.kind == Kind.TEXT:
        return _texts
    cell = _CELLS[field.kind]
    return lambda column: [cell(value) for value in column]


_CELLS: dict[Kind, Callable[[Any], str]] = {
    Kind.TEXT: safe,
    Kind.USD: _usd,
    Kind.SHARE: plain,
    Kind.NUMBER: plain,
    Kind.DAY: plain,
    Kind.MOMENT: _moment,
}


def _total(fields: Sequence[Field], row: Row) -> list[str]:
    label, *values = row
    return [plain(label), *(_CELLS[field.kind](value) for field, value in zip(fields[1:], values, strict=True))]


def _lines(found: Iterable[Sequence[str]]) -> Iterator[str]:
    return (piece.decode() for piece in rows(found))
