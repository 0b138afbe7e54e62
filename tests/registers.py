"""Registers for tests: workbooks and texts built from rows, and the messy one that a ministry has, from a seed."""

import random
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from openpyxl import Workbook

from deals.actions import imports
from deals.importing import judging, working
from deals.models import ImportBatch, User
from tests import factories

FLAT = ["STT", "Tên thương vụ", "Doanh nghiệp", "Đối tác", "Lĩnh vực", "Giá trị (tỷ USD)", "Ngày ký", "Loại văn kiện",
        "Tình trạng"]  # fmt: skip


def workbook(sheets: dict[str, Iterable[Sequence[Any]]]) -> bytes:
    """A workbook of the sheets, by name, each a list of rows."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    into = BytesIO()
    book.save(into)
    return into.getvalue()


def flat(*rows: Sequence[Any], headings: Sequence[str] = FLAT) -> bytes:
    return workbook({"Sheet1": [headings, *rows]})


def world() -> SimpleNamespace:
    """Those of whom the registers speak."""
    return SimpleNamespace(
        airline=factories.enterprise(code="HVN", name_vi="Tổng công ty Hàng không Việt Nam", name_en="Vietnam Airlines",
                                     aliases=["Vietnam Airlines", "VNA"]),
        oil=factories.enterprise(code="PVN", name_vi="Tập đoàn Công nghiệp - Năng lượng Quốc gia Việt Nam",
                                 name_en="Petrovietnam", aliases=["PVN", "Petrovietnam"]),
        power=factories.enterprise(code="EVN", name_vi="Tập đoàn Điện lực Việt Nam", name_en="Vietnam Electricity",
                                   aliases=["EVN"]),
        boeing=factories.partner(name="Boeing", aliases=["The Boeing Company"]),
        ge=factories.partner(name="GE Vernova", state="MA"),
        exxon=factories.partner(name="ExxonMobil"),
        aviation=factories.sector(code="aviation", name_vi="Hàng không", name_en="Aviation"),
        energy=factories.sector(code="energy", name_vi="Năng lượng", name_en="Energy"),
    )  # fmt: skip


def messy(seed: int = 1) -> bytes:
    """A register as it lies in a ministry: titles merged above two rows of headings, numbers and days of several kinds,
    names as people write them, blank rows, totals, a hidden column, letters in two forms."""
    dice = random.Random(seed)
    book = Workbook()
    page: Any = book.active
    page.title = "Danh sách 2025"
    page.append(["BỘ CÔNG THƯƠNG"])
    page.append(["DANH SÁCH CÁC THƯƠNG VỤ MUA HÀNG HÓA HOA KỲ"])
    page.merge_cells("A2:J2")
    page.append([None, None, None, None, None, None, None, None, None, "Đơn vị tính: tỷ USD"])
    page.append(["STT", "Tên thương vụ", "Các bên", None, "Lĩnh vực", "Giá trị", "Văn kiện", None, "Tình trạng",
                 "Mã nội bộ"])  # fmt: skip
    page.append([None, None, "Doanh nghiệp", "Đối tác", None, "(tỷ USD)", "Loại văn kiện", "Ngày ký", None, None])
    page.merge_cells("C4:D4")
    page.merge_cells("G4:H4")
    rows = [
        [1, "Mua 50 máy bay Boeing 737 MAX", "Viet Nam Airlines", "The Boeing Company", "Hàng không", 10.0, "MoU",
         datetime(2025, 3, 13), "Đã ký MoU", "a1"],
        [2, "Tua-bin khí cho Ô Môn IV", "Tập đoàn Điện lực Việt Nam", "GE Vernova", "Năng lượng", "1,5", "Hợp đồng",
         "25/04/2025", "Đã ký hợp đồng", "a2"],
        [3, "LNG dài hạn cho Sơn Mỹ", "Tập đoàn Dầu khí", "Exxon Mobile", "Năng lượng", "3.300 triệu USD", "BGN",
         "07/05/2025", "Đang đàm phán hợp đồng", "a3"],
        [4, unicodedata.normalize("NFD", "Bảo dưỡng động cơ máy bay"), "VNA", "Boeing\u200b", "hàng\xa0không",
         "1.234.567.890 USD", "Hợp đồng", "tháng 6/2025", "Đang thực hiện", "a4"],
        [5, "Dầu thô nhẹ WTI", "PVN", "ExxonMobil", "Năng lượng", "1,234,567,890 USD", None, None, "Đang đàm phán",
         "a5"],
    ]  # fmt: skip
    dice.shuffle(rows)
    page.append([])
    for number, row in enumerate(rows):
        page.append(row)
        if number == 2:
            page.append([])
            page.append([None, "Tổng cộng (3 thương vụ)", None, None, None, 99])
    page.append([])
    page.append(["Tổng", None, None, None, None, 123.4])
    page.column_dimensions["J"].hidden = True
    return saved(book)


def taken_in(
    content: bytes, by: User, *, name: str = "register.xlsx", language: str = "en", reported: str = "enter"
) -> ImportBatch:
    """The file sent in and looked at. `reported` answers beforehand what is asked about stages without what they ask
    for, as nearly every register has them; empty leaves it open."""
    batch = imports.begin(content, kind=judging.judge(content), name=name, by=by, language=language)
    batch.choices = {**batch.choices, "reported": reported}
    batch.save()
    working.work(batch)
    return batch


def answered(batch: ImportBatch, by: User, **more: str) -> ImportBatch:
    """The questions answered as a person would who knows: those given, else the first that is offered."""
    for _round in range(5):
        chosen = {}
        for question in batch.findings["questions"]:
            offered = [value for value, _label in question["options"]]
            given = next((value for part, value in more.items() if part in question["key"].replace(":", "_")), "")
            chosen[question["key"]] = given or question["answer"] or offered[0]
        for table in batch.findings["tables"]:
            for heading in table["headings"]:
                if heading["asked"]:
                    chosen[f"head:{table['place']}:{heading['index']}"] = "-"
        before = batch.choices
        if batch.state == "ready" or {**before, **chosen} == before:
            break
        imports.answer(batch, choices=chosen, headings={}, by=by)
        working.work(batch)
    return batch


def applied(batch: ImportBatch, by: User) -> ImportBatch:
    assert imports.move(batch, ["ready"], "applying", applied_by=by, run="", said=""), (batch.state, batch.findings)
    working.work(batch)
    return batch


def undone(batch: ImportBatch, by: User, reason: str = "wrong file") -> ImportBatch:
    assert imports.move(batch, ["applied"], "undoing", undone_by=by, undo_reason=reason, run="", said="")
    working.work(batch)
    return batch
