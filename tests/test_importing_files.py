"""What comes in as a file of rows: what is refused, at once and within bounds; text of every make; where it leaves
nothing behind."""

import io
import time
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from deals.importing import judging, sheets
from deals.importing.judging import RefusedError
from deals.models import ImportBatch
from tests import factories, files, registers

EXCEL = files.EXCEL
SHEET = "xl/worksheets/sheet1.xml"


def book(**parts: bytes) -> bytes:
    """A workbook whose sheets are the given parts, each `sheet1` and so on."""
    return files.office(EXCEL, **{f"xl/worksheets/{name}.xml": content for name, content in parts.items()})


def truncated() -> bytes:
    content = registers.flat(["1"])
    return content[: len(content) // 2]


def entity() -> bytes:
    return book(sheet1=b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData>&a;</sheetData></worksheet>')


REFUSED: dict[str, tuple[Any, str]] = {
    "nothing": (lambda: b"", "empty"),
    "20 MB and a byte": (lambda: b"a,b\n" * (5 * 2**20 + 1), "too_big"),
    "a picture": (lambda: files.PNG, "wrong"),
    "a PDF": (lambda: files.pdf(), "wrong"),
    "a Word file": (lambda: files.office(), "wrong"),
    "any zip": (lambda: files.zipped({"a.txt": b"x"}), "wrong"),
    "bytes": (lambda: bytes(range(256)) * 40, "wrong"),
    "a workbook of an older Excel": (lambda: files.ole("Workbook"), "old_office"),
    "a workbook with a password": (lambda: files.ole("EncryptedPackage"), "password"),
    "a workbook with macros": (lambda: files.office(EXCEL, **{"xl/vbaProject.bin": b"x"}), "macros"),
    "a workbook without a row": (lambda: registers.workbook({"A": [], "B": []}), "empty"),
    "half a workbook": (truncated, "broken"),
    "a workbook with entities": (entity, "broken"),
    "a bomb of 4 GB": (lambda: files.bomb(2**32 - 2), "bomb"),
    "a sheet of 200 MB": (lambda: book(sheet1=b"<row/>" + bytes(200 * 2**20)), "bomb"),
    "two million cells": (lambda: book(sheet1=b"<row>" + b'<c r="A1"/>' * 2 * 10**6), "bomb"),
    "a million rows": (lambda: book(sheet1=b'<row r="1"/>' * 10**6), "too_many"),
    "two million texts": (lambda: files.office(EXCEL, **{"xl/sharedStrings.xml": b"<si/>" * 2 * 10**6}), "bomb"),
    "text of a million rows": (lambda: b"a,b\n" * 10**6, "too_many"),
}


@pytest.mark.parametrize(("build", "why"), REFUSED.values(), ids=REFUSED)
def test_a_bad_file_is_refused_within_a_second(build, why):
    content = build()
    began = time.process_time()
    with pytest.raises(RefusedError) as refused:
        judging.judge(content)
    assert time.process_time() - began < 1
    assert refused.value.why == why
    assert str(refused.value)


@pytest.mark.django_db
def test_a_refused_file_is_told_and_leaves_nothing(client):
    client.force_login(factories.person(role="stewards"))
    client.cookies["django_language"] = "en"
    root = Path(settings.MEDIA_ROOT)
    before = sorted(root.rglob("*"))
    for build, why in (REFUSED["a workbook with macros"], REFUSED["half a workbook"], REFUSED["nothing"]):
        answer = client.post("/import/", {"file": SimpleUploadedFile("a.xlsx", build())})
        assert answer.status_code == 422
        with translation.override("en"):
            assert str(judging.REFUSALS[why]) in answer.content.decode()
    assert ImportBatch.objects.count() == 0
    assert sorted(root.rglob("*")) == before


ROWS = "Mã;Tên thương vụ;Doanh nghiệp\n;Máy bay “787”;Đường sắt\n"
WRITTEN = {
    "UTF-8": ROWS.encode(),
    "UTF-8 with its mark": b"\xef\xbb\xbf" + ROWS.encode(),
    "UTF-16": ROWS.encode("utf-16"),
    "UTF-16, the other way round": b"\xfe\xff" + ROWS.encode("utf-16-be"),
    "lines of a Mac": ROWS.replace("\n", "\r").encode(),
    "tabs": ROWS.replace(";", "\t").encode(),
    "commas": ROWS.replace(";", ",").encode(),
}


@pytest.mark.parametrize("content", WRITTEN.values(), ids=WRITTEN)
def test_text_of_every_make_is_read(content):
    assert judging.judge(content) == "csv"
    (grid,) = sheets.read(content, "csv")
    assert grid.rows[0].cells == ["Mã", "Tên thương vụ", "Doanh nghiệp"]
    assert grid.rows[1].cells[2] == "Đường sắt"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('Mã,Tên\nA,"Một\nB,Hai\nC,Ba\n'.encode(), "quote"),
        ("Mã,Tên\nA,Đường sắt Hà Nội\n".encode() + b"\xff\n", "encoding"),
        # Letters of TCVN 3, as they were before Unicode.
        (b"M\xb7,T\xaan\nA,\xa7\xad\xeang s\xbet H\xb5 N\xe9i\n", "encoding"),
    ],
    ids=["a quotation mark left open", "a byte that is none", "letters of before Unicode"],
)
def test_text_that_cannot_be_read_says_why(content, why):
    with pytest.raises(RefusedError) as refused:
        sheets.read(content, judging.judge(content))
    assert refused.value.why == why


def test_what_vietnamese_windows_wrote_is_read():
    text = "Mã,Tên\nA,Điện lực Hòa Bình và dầu khí\n"
    # Windows-1258 writes tones as letters of their own.
    content = b""
    for char in unicodedata.normalize("NFC", text):
        try:
            content += char.encode("cp1258")
        except UnicodeEncodeError:
            base, *marks = unicodedata.normalize("NFD", char)
            letter = unicodedata.normalize("NFC", base + "".join(m for m in marks if m in "\u0302\u0306\u031b"))
            tone = "".join(mark for mark in marks if mark not in "\u0302\u0306\u031b")
            content += (letter + tone).encode("cp1258")
    (grid,) = sheets.read(content, "csv")
    assert grid.rows[1].cells == ["A", "Điện lực Hòa Bình và dầu khí"]


def test_a_cell_with_delimiter_quotes_and_lines_is_one_cell():
    (grid,) = sheets.read('Mã,Tên\nA,"Một, hai\n""ba"""\n'.encode(), "csv")
    assert grid.rows[1].cells == ["A", 'Một, hai\n"ba"']


def test_a_text_guarded_against_formulas_comes_back_as_it_was():
    (grid,) = sheets.read("Mã,Tên\n'=1+1,'-5 kg\n'@x,'' là\n".encode(), "csv")
    assert grid.rows[1].cells == ["=1+1", "-5 kg"]
    assert grid.rows[2].cells == ["@x", "' là"]


def test_letters_that_do_not_show_and_spaces_of_any_kind_are_tidied():
    (grid,) = sheets.read(registers.workbook({"A": [["Mã", "Te\u0302n\u200b  gọi"], ["\u00a0", "a\u00a0b"]]}), "xlsx")
    assert grid.rows[0].cells == ["Mã", "Tên gọi"]
    assert grid.rows[1].cells == [None, "a b"]


def test_hidden_columns_and_rows_are_seen():
    from openpyxl import Workbook

    book_: Any = Workbook()
    page = book_.active
    for row in (["Mã", "Tên", "C"], ["1", "a", "x"], ["2", "b", "y"]):
        page.append(row)
    page.column_dimensions["B"].hidden = True
    page.row_dimensions[3].hidden = True
    page.merge_cells("A1:B1")
    (grid,) = sheets.read(registers.saved(book_), "xlsx")
    assert (grid.hidden_columns, grid.hidden_rows, grid.merged) == ({1}, {3}, [(1, 0, 1, 1)])


def test_a_file_that_lies_about_a_part_is_broken():
    content = bytearray(registers.flat(["1"]))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        info = archive.getinfo(SHEET)
    content[info.header_offset + 60] ^= 0xFF
    with pytest.raises(RefusedError):
        sheets.read(bytes(content), judging.judge(bytes(content)))


def test_a_cell_far_out_is_no_trap():
    """One cell far down is refused, one far to the right does not make all rows that long."""
    from openpyxl import Workbook

    book_: Any = Workbook()
    book_.active["A1048576"] = "x"
    began = time.process_time()
    with pytest.raises(RefusedError) as refused:
        sheets.read(registers.saved(book_), "xlsx")
    assert refused.value.why == "too_many"
    book_ = Workbook()
    for number in range(1, 2001):
        book_.active.cell(number, 1).value = number
        book_.active.cell(number, 16384).value = number
    (grid,) = sheets.read(registers.saved(book_), "xlsx")
    assert len(grid.rows) == 2000
    assert time.process_time() - began < 20


def test_a_hidden_sheet_is_named_and_not_read():
    from openpyxl import Workbook

    book_: Any = Workbook()
    book_.active.append(["Mã", "Tên"])
    book_.create_sheet("Nháp").append(["x"])
    book_["Nháp"].sheet_state = "hidden"
    found = sheets.read(registers.saved(book_), "xlsx")
    assert [(grid.name, grid.is_hidden, len(grid.rows)) for grid in found] == [("Sheet", False, 1), ("Nháp", True, 0)]
