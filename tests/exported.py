"""Files that were exported, read again as their readers would."""

import csv
import io
import json
import re
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.utils.escape import unescape

from deals.exporting import separated


def text_of(content: bytes, form: str) -> str:
    """All there is in the file, to search in."""
    if form != "xlsx":
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist())


def workbook(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def sheet_rows(sheet: Any) -> list[list[Any]]:
    """The cells of a sheet, with the signs that the format escapes as they were."""
    rows = sheet.iter_rows(values_only=True)
    return [[unescape(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]


def csv_tables(content: bytes) -> list[list[list[str]]]:
    """The tables of a CSV file, each with its headings, without what is said of them."""
    tables: list[list[list[str]]] = [[]]
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        if not row:
            tables.append([])
        elif not row[0].startswith(separated.COMMENT):
            tables[-1].append([separated.text_of(cell) for cell in row])
    return [table for table in tables if table]


def notation(content: bytes) -> dict[str, Any]:
    """A JSON file: `head`, and `tables` by their names."""
    found = json.loads(content)
    return {"head": found["head"], **{table["name"]: table for table in found["tables"]}}


def summed(rows: list[dict[str, Any]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows if row[column] is not None), Decimal(0))


def has_formula(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        return any(re.search(rb"<f[ >]", book.read(name)) for name in sheets)
