"""A sheet is read as openpyxl reads it."""

import zipfile
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from openpyxl import load_workbook

from deals.importing.cells import Cells
from tests import registers

DAY = datetime(2025, 5, 7)


def _written(**options: Any) -> bytes:
    into = BytesIO()
    with xlsxwriter.Workbook(into, {"in_memory": True, **options}) as book:
        page = book.add_worksheet()
        day, span, bold = (book.add_format(how) for how in ({"num_format": "dd/mm/yyyy"}, {"num_format": "[h]:mm"},
                                                            {"bold": True}))  # fmt: skip
        page.write_row(0, 0, ["Tên", "một\nhai", "  ba ", 1, 2.5, True, False, 1e300, -3])
        page.write_datetime(2, 1, DAY, day)
        page.write_datetime(2, 2, DAY.replace(hour=13, minute=5), day)
        page.write_number(3, 0, 1.5, span)
        page.write_number(3, 1, 10**11, day)  # no day at all
        page.write_formula(4, 0, "=1+1", None, 2)
        page.write_formula(4, 1, "=1/0", None, "#DIV/0!")
        page.write_formula(4, 2, '="a"', None, "a")
        page.write_rich_string(5, 0, "một ", bold, "hai", " ba")
        page.write_blank(6, 3, None, day)
        page.write_string(8, 4, "sau")
    return into.getvalue()


CASES = {
    "shared texts": lambda: _written(),
    "texts in their cells": lambda: _written(constant_memory=True),
    "days since 1904": lambda: _written(date_1904=True),
    "a register as a ministry has it": registers.messy,
}


@pytest.mark.filterwarnings("ignore:Cell .* is marked as a date")
@pytest.mark.parametrize("case", CASES)
def test_what_is_read_is_what_openpyxl_reads(case):
    content = CASES[case]()
    book: Any = load_workbook(BytesIO(content), read_only=True, data_only=True)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        for sheet in book.worksheets:
            read = dict(Cells(sheet, most=702).read(archive.read(sheet._worksheet_path)))
            sheet.reset_dimensions()
            expected = {number: list(row) for number, row in enumerate(sheet.iter_rows(values_only=True), start=1)}
            assert read == {number: row for number, row in expected.items() if number in read}
            assert not any(filter(None, (row for number, row in expected.items() if number not in read)))


@pytest.mark.parametrize("number", ["1.5", "x", "inf"])
def test_a_row_without_a_number_is_a_broken_sheet(number):
    xml = registers.flat(["a"])
    book: Any = load_workbook(BytesIO(xml), read_only=True)
    (sheet,) = book.worksheets
    with zipfile.ZipFile(BytesIO(xml)) as archive:
        content = archive.read(sheet._worksheet_path).replace(b'<row r="1"', f'<row r="{number}"'.encode())
    with pytest.raises(ValueError, match=number):
        Cells(sheet, most=702).read(content)
