"""The three writers: what goes in comes back, and nothing runs."""

import csv
import io
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from deals.exporting import notation, separated, xlsx
from deals.exporting.tables import Export, Fact, Field, Kind, Table, listed
from tests import exported


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


TEXTS = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "＝1+1",
    " =1+1",
    "\u200b=1",
    "\t=1",
    "'",
    "'=1",
    "''x",
    "# no comment",
    "%0A",
    "<script>alert(1)</script>",
    "<r><t>x</t></r>",
    "<r></r></is></c><c r='B9'><f>1+1</f></c><c t='inlineStr'><is><r></r>",
    "_x0041_",
    "Tập đoàn Điện lực",
    "Tâ\u0323p đoa\u0300n",
    "a\r\nb\rc\nd",
    "\x00\x01\x1f",
    'a,"b";c',
    "  around  ",
    "0012",
    "1e5",
    "🚢" * 3,
]
AMOUNTS = [
    Decimal("0.00"),
    Decimal("-0.01"),
    Decimal("1234.50"),
    Decimal("999999999999.99"),
    Decimal("12345678901234.56"),
    None,
]
MOMENT = datetime(2025, 5, 8, 17, 30, tzinfo=UTC)
FIELDS = [
    Field("text", "Text"),
    Field("usd", "Amount", Kind.USD),
    Field("count", "Count", Kind.NUMBER),
    Field("day", "Day", Kind.DAY),
    Field("moment", "Moment", Kind.MOMENT),
    Field("share", "Share", Kind.SHARE),
]


def rows() -> list[Any]:
    return [
        (text, AMOUNTS[number % len(AMOUNTS)], number, date(2025, 5, 8), MOMENT, Decimal("0.1234"))
        for number, text in enumerate(TEXTS)
    ]


def export(*tables: Table, title: str = "A file") -> Export:
    facts = [Fact("day", "As of", date(2025, 5, 8)), Fact("filters", "Filters", ["=1", "two"]), Fact("rows", "Rows", 7)]
    found = tables or (listed("all", "All", FIELDS, rows(), totals=[("Total", Decimal("5.00"), 3, None, None, None)]),)
    return Export("file", title, facts, list(found), [("Word", "=meaning")])


def book(of: Export) -> bytes:
    file = io.BytesIO()
    xlsx.write(of, file, by="Lan")
    return file.getvalue()


def test_what_goes_into_a_csv_comes_back():
    content = b"".join(separated.written(export()))
    [[head, *lines, total]] = exported.csv_tables(content)
    assert head == [field.label for field in FIELDS]
    assert [line[0] for line in lines] == TEXTS
    assert [line[1] for line in lines[:6]] == ["0.00", "-0.01", "1234.50", "999999999999.99", "12345678901234.56", ""]
    assert lines[0][2:] == ["0", "2025-05-08", "2025-05-09T00:30:00+07:00", "0.1234"]
    assert total == ["Total", "5.00", "3", "", "", ""]


def test_a_csv_is_what_the_writer_of_the_library_makes_of_its_cells():
    one = listed("one", "One", FIELDS[:1], [("",), ("a",), (None,), ("b, c",)])
    for table in (listed("all", "All", FIELDS, rows() * 60), one):
        content = b"".join(separated.bare(table)).decode()
        again = io.StringIO(newline="")
        csv.writer(again).writerows(csv.reader(io.StringIO(content, newline="")))
        assert content == again.getvalue()


@pytest.mark.parametrize("cents", [-12345, -100, -99, -1, 0, 1, 9, 10, 99, 100, 101, 1234567890, 10**14 - 1, None])
def test_amounts_in_whole_cents_are_written_as_those_with_a_point_and_nothing_of_none(cents):
    fields = [Field("text", "Text"), Field("usd", "Amount", Kind.USD), Field("count", "Count", Kind.NUMBER)]
    usd = None if cents is None else Decimal(cents).scaleb(-2)
    inside = [("a", cents, 7), ("b", 100, 8)]
    in_cents = export(Table("t", "T", fields, lambda: inside, 2, totals=[("Total", usd, 1)], in_cents=True))
    plain = export(
        Table("t", "T", fields, lambda: [("a", usd or None, 7), ("b", Decimal("1.00"), 8)], 2, [("Total", usd, 1)])
    )
    assert list(separated.written(in_cents)) == list(separated.written(plain))
    assert list(notation.written(in_cents)) == list(notation.written(plain))
    books = [exported.workbook(book(each))["T"] for each in (in_cents, plain)]
    assert exported.sheet_rows(books[0]) == exported.sheet_rows(books[1])


def test_no_cell_of_a_csv_is_worked_out():
    content = b"".join(separated.written(export(title="=1"))).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(content, newline="")):
        for number, cell in enumerate(row):
            is_text = not cell.removeprefix("-").replace(".", "").isdecimal()
            assert not (is_text and cell.strip(" \u200b").startswith(("=", "+", "-", "@", "＝", "\t", "%"))), row
            assert number or not cell.startswith("=")


def test_what_goes_into_a_workbook_comes_back():
    content = book(export())
    found = exported.workbook(content)
    assert found.sheetnames == ["About this file", "All"]
    sheet = found["All"]
    lines = exported.sheet_rows(sheet)[1:]
    assert [line[0] for line in lines[:-1]] == TEXTS
    for line, row in zip(lines, rows(), strict=False):
        assert (line[1] is None) == (row[1] is None)
        assert row[1] is None or Decimal(str(line[1])).quantize(Decimal("0.01")) == row[1]
    assert lines[0][2:5] == [0, datetime(2025, 5, 8), datetime(2025, 5, 9, 0, 30)]
    assert lines[-1][:3] == ["Total", 5, 3]
    assert not exported.has_formula(content)
    assert all(cell.data_type in "snd" for row in sheet.iter_rows() for cell in row)
    about = exported.sheet_rows(found["About this file"])
    assert ["As of", "2025-05-08"] in about and ["Filters", "=1"] in about and ["", "two"] in about


def test_a_sheet_is_ready_to_work_with():
    sheet = exported.workbook(book(export()))["All"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == f"A1:F{len(TEXTS) + 1}"
    assert sheet["B2"].number_format == "#,##0.00" and sheet["D2"].number_format == "yyyy-mm-dd"
    assert sheet["F2"].number_format == "0.0%"
    assert sheet.column_dimensions["A"].width > 20 and sheet["A1"].font.bold


@pytest.mark.parametrize("sign", ["x", "đ", "🚢"])
def test_a_text_longer_than_a_cell_is_whole_on_a_sheet_of_its_own(sign):
    text = "=" + sign * 70_000
    found = exported.workbook(book(export(listed("all", "All", FIELDS[:1], [["a"], [text]]))))
    sheet = found["All"]
    assert text.startswith(sheet["A3"].value) and len(sheet["A3"].value) > 16_000
    pieces = exported.sheet_rows(found["Long texts"])[1:]
    assert "".join(piece[4] for piece in pieces) == text
    assert {tuple(piece[:3]) for piece in pieces} == {("All", 3, 1)}
    assert json.loads(b"".join(notation.written(export(listed("all", "All", FIELDS[:1], [[text]])))))["tables"][0][
        "rows"
    ]
    [[_head, [cell]]] = exported.csv_tables(_csv_of(text))
    assert cell == text


def _csv_of(text: str) -> bytes:
    csv.field_size_limit(1_000_000)
    return b"".join(separated.written(export(listed("all", "All", FIELDS[:1], [[text]]))))


def test_rows_past_the_last_of_a_sheet_stand_on_the_next(monkeypatch):
    monkeypatch.setattr(xlsx, "ROWS", 10)
    table = listed(
        "all", "All", FIELDS[:3], [(str(n), Decimal(n), n) for n in range(25)], totals=[("Total", None, 300)]
    )
    found = exported.workbook(book(export(table)))
    sheets = [exported.sheet_rows(found[name]) for name in ("All", "All (2)", "All (3)")]
    assert [row[2] for sheet in sheets for row in sheet[1:]] == [*range(25), 300]
    assert max(len(sheet) for sheet in sheets) <= 10
    assert all(sheet[0] == ["Text", "Amount", "Count"] for sheet in sheets)


def test_sheets_have_names_that_may_be():
    titles = ["a/b:c*d?[e]\\f", "x" * 40, "x" * 40, "'quoted'", "", "all", "ALL"]
    found = exported.workbook(book(export(*(listed("t", title, FIELDS[:1], [["x"]]) for title in titles))))
    names = found.sheetnames[1:]
    assert names[:2] == ["a b c d e f", "x" * 31] and names[3:] == ["quoted", "-", "all", "ALL (2)"]
    assert all(len(name) <= 31 for name in names) and len({name.casefold() for name in names}) == len(names)


def test_what_no_workbook_can_hold_does_not_break_it():
    found = exported.workbook(book(export(listed("all", "All", FIELDS[:1], [["a\ufffeb\uffffc"]]))))
    assert found["All"]["A2"].value == "a\ufffdb\ufffdc"


def test_nothing_is_left_of_a_workbook_that_failed(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def broken() -> Any:
        yield ("a", None, None)
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        book(export(Table("all", "All", FIELDS[:3], broken, 2)))
    assert list(tmp_path.iterdir()) == []


def test_what_goes_into_json_comes_back():
    found = exported.notation(b"".join(notation.written(export())))
    assert [row["text"] for row in found["all"]["rows"]] == TEXTS
    assert [row["usd"] for row in found["all"]["rows"][:6]] == [
        "0.00", "-0.01", "1234.50", "999999999999.99", "12345678901234.56", None,
    ]  # fmt: skip
    assert found["all"]["rows"][0]["moment"] == "2025-05-09T00:30:00+07:00"
    assert found["all"]["totals"] == [
        {"label": "Total", "usd": "5.00", "count": 3, "day": None, "moment": None, "share": None}
    ]
    assert found["head"]["filters"] == ["=1", "two"] and found["head"]["day"] == "2025-05-08"


@pytest.mark.parametrize("writer", [separated.written, notation.written])
def test_the_first_bytes_go_before_the_first_row_is_read(writer):
    read = []

    def slow() -> Any:
        for number in range(5000):
            read.append(number)
            yield (str(number), Decimal(number), number)

    pieces = writer(export(Table("all", "All", FIELDS[:3], slow, 5000)))
    assert next(pieces) and read == []
    most = 0
    for _piece in pieces:
        most = max(most, len(_piece))
    assert len(read) == 5000 and most < 100_000


@pytest.mark.skipif(not shutil.which("soffice") and not os.environ.get("CI"), reason="LibreOffice is not installed")
def test_libreoffice_reads_the_workbook(tmp_path):
    source = Path(tmp_path, "file.xlsx")
    source.write_bytes(book(export(listed("all", "All", FIELDS, rows()))))
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    filters = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2"
    command = ["soffice", home, "--headless", "--convert-to", filters, "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    text = Path(tmp_path, "file-All.csv").read_text(encoding="utf-8")
    lines = list(csv.reader(io.StringIO(text, newline="")))[1:]
    plain = [number for number, each in enumerate(TEXTS) if each.isprintable()]
    assert [lines[number][0] for number in plain] == [TEXTS[number] for number in plain]
    assert Decimal(lines[2][1].replace(",", "")) == Decimal("1234.50")
