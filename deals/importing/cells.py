"""What the cells of a worksheet hold, from its XML: what openpyxl would say of them, in a fraction of its time. The
workbook, its styles and shared texts are read by openpyxl."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any
from xml.parsers import expat

from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.xml.constants import SHEET_MAIN_NS

ROW, CELL, VALUE, TEXT, SPOKEN = (f"{SHEET_MAIN_NS} {tag}" for tag in ("row", "c", "v", "t", "rPh"))
column_of = cache(column_index_from_string)


class Cells:
    """Reads a sheet of a workbook that openpyxl opened. Cells from the column `most` on are passed over."""

    def __init__(self, sheet: Any, *, most: int) -> None:
        self.sheet, self.book, self.most = sheet, sheet.parent, most
        self.rows: list[tuple[int, list[Any]]] = []
        self.number = self.column = 0
        self.row: list[Any] = []
        self.says: Mapping[str, str] = {}  # the attributes of the cell
        self.value: str | None = None
        self.texts: list[str] = []  # of a text that is written in the cell, its parts
        self.heard: list[str] = []  # all that stands between tags
        self.is_spoken = False  # how a text is pronounced is no part of it
        self.day = lru_cache(maxsize=4096)(self._day)

    def read(self, xml: bytes) -> list[tuple[int, list[Any]]]:
        """The rows that the sheet names, each with its number and what its cells hold, None where nothing does. Raises
        ExpatError, ValueError or IndexError where the sheet is broken."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._begin, self._end
        parser.CharacterDataHandler = self.heard.append
        parser.Parse(xml, True)
        return self.rows

    def _begin(self, tag: str, says: dict[str, str]) -> None:
        if tag in (VALUE, TEXT):
            self.heard.clear()
        elif tag == CELL:
            self.says, self.value, self.texts = says, None, []
            self.column = column_of(says["r"].rstrip("0123456789")) if "r" in says else self.column + 1
        elif tag == ROW:
            self.number = _whole(says["r"]) if "r" in says else self.number + 1
            self.row, self.column = [], 0
        elif tag == SPOKEN:
            self.is_spoken = True

    def _end(self, tag: str) -> None:
        if tag == VALUE:
            self.value = "".join(self.heard) if self.value is None else self.value
        elif tag == TEXT:
            self.texts += [] if self.is_spoken else ["".join(self.heard)]
        elif tag == CELL:
            if self.column <= self.most:
                self.row += [None] * (self.column - len(self.row))
                self.row[self.column - 1] = self._held()
        elif tag == ROW:
            self.rows.append((self.number, self.row))
        elif tag == SPOKEN:
            self.is_spoken = False

    def _held(self) -> Any:
        kind, value = self.says.get("t", "n"), self.value
        if kind == "inlineStr":
            return "".join(self.texts)
        if not value:
            return None
        match kind:
            case "n":
                style = int(self.says.get("s", 0))
                return self.day(value, style) if style in self.book._date_formats else _number(value)
            case "s":
                return self.sheet._shared_strings[int(value)]
            case "b":
                return bool(int(value))
            case "d":
                return from_ISO8601(value)
        return value

    def _day(self, value: str, style: int) -> Any:
        try:
            is_span = style in self.book._timedelta_formats
            return from_excel(_number(value), self.book.epoch, timedelta=is_span)
        except (OverflowError, ValueError):
            return "#VALUE!"


def _whole(value: str) -> int:
    """The number of a row: some write 1.0."""
    if not float(value).is_integer():
        raise ValueError(value)
    return int(float(value))


def _number(value: str) -> int | float:
    return float(value) if "." in value or "e" in value or "E" in value else int(value)
