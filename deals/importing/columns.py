"""The sheets of a register and their columns: one table for reading, for the template and for the way out. Headings in
both languages, and what else people write for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from deals import names
from deals.choices import (
    Condition,
    DatePrecision,
    DeliveryKind,
    EndReason,
    Evidence,
    InstrumentKind,
    Outcome,
    Ownership,
    Stage,
    ValueBasis,
)
from deals.models import Deal, Delivery, Enterprise, Instrument, Partner, Record, Sector

TEXT, DAY, USD, NUMBER, YES, NAMES, CHOICE = "text", "day", "usd", "number", "yes", "names", "choice"
ENTERPRISE, PARTNER, SECTOR, OFFICER, DEAL, PAPER = "enterprise", "partner", "sector", "officer", "deal", "paper"


@dataclass(frozen=True)
class Column:
    """A column: what its values are called here, how each language heads it, what a cell of it holds. `also` are
    other headings, between commas; `ends` says of a day without a day that its last one is meant."""

    name: str
    vi: str
    en: str
    holds: str = TEXT
    also: str = ""
    choices: Any = None
    width: int = 16
    ends: bool = False

    def heading(self, language: str) -> str:
        return self.en if language.startswith("en") else self.vi

    @cached_property
    def keys(self) -> frozenset[str]:
        """All its headings as they are compared."""
        return frozenset(key(text) for text in (self.vi, self.en, *self.also.split(",")) if text.strip())


@dataclass(frozen=True)
class Sheet:
    """A kind of sheet: its name in both languages, what record a row is, its columns in order. `known_by` are columns
    one of which a sheet of this kind has at the least."""

    kind: str
    vi: str
    en: str
    model: type[Record]
    columns: tuple[Column, ...]
    known_by: frozenset[str]
    also: str = ""

    def name(self, language: str) -> str:
        return self.en if language.startswith("en") else self.vi

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def by_key(self) -> Mapping[str, Column]:
        return {text: column for column in reversed(self.columns) for text in column.keys}

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(key(text) for text in (self.kind, self.vi, self.en, *self.also.split(",")) if text.strip())


def key(text: str) -> str:
    """A heading as it is compared: its words, folded."""
    return " ".join(names.words(text))


SOURCE = (
    Column("source_title", "Nguồn", "Source", also="nguon tin, source title, nguon du lieu", width=30),
    Column("source_url", "Địa chỉ nguồn", "Address of the source", also="link, url, duong dan", width=30),
    Column("source_on", "Ngày của nguồn", "Day of the source", DAY, also="source date"),
)
NOTES = (
    Column("note_vi", "Ghi chú", "Note in Vietnamese", also="ghi chu tieng viet", width=30),
    Column("note_en", "Ghi chú (tiếng Anh)", "Note in English", also="note, notes, remark, remarks", width=30),
)
GOODS = (
    Column("quantity", "Số lượng", "Quantity", NUMBER, also="so luong hang, qty, khoi luong"),
    Column("unit_vi", "Đơn vị tính (tiếng Việt)", "Unit in Vietnamese", also="don vi tinh, dvt, don vi"),
    Column("unit_en", "Đơn vị tính (tiếng Anh)", "Unit in English", also="unit"),
)
VALUE = (
    Column("basis", "Cơ sở giá trị", "Value basis", CHOICE, choices=ValueBasis),
    Column("evidence", "Căn cứ", "Evidence", CHOICE, choices=Evidence, also="bang chung"),
)

DEALS = Sheet(
    "deals",
    "Thương vụ",
    "Deals",
    Deal,
    (
        Column("code", "Mã", "Code", also="ma thuong vu, deal code, ma so, ma tv"),
        Column("title_vi", "Tên thương vụ", "Title in Vietnamese", width=46,
               also="ten tieng viet, noi dung, noi dung thuong vu, ten giao dich, thuong vu, noi dung hop tac, "
                    "ten du an, hang hoa dich vu, noi dung giao dich"),
        Column("title_en", "Tên tiếng Anh", "Title in English", width=46,
               also="title, deal, deal name, deal title, name of deal, project, description of deal"),
        Column("enterprise", "Doanh nghiệp", "Enterprise", ENTERPRISE, width=22,
               also="ben mua, buyer, don vi mua, doanh nghiep viet nam, vietnamese enterprise, company, "
                    "ten doanh nghiep, doanh nghiep mua, ben viet nam, vietnamese company, cong ty, don vi"),
        Column("partner", "Đối tác Hoa Kỳ", "US partner", PARTNER, width=26,
               also="doi tac, partner, ben ban, seller, supplier, nha cung cap, doi tac my, us company, ben hoa ky"),
        Column("sector", "Lĩnh vực", "Sector", SECTOR, width=22, also="nganh, nganh hang, linh vuc hop tac, industry"),
        Column("stage", "Giai đoạn", "Stage", CHOICE, choices=Stage, width=20,
               also="tinh trang, trang thai, status, tien do, tinh hinh, hien trang, giai doan thuc hien"),
        Column("stage_on", "Ngày đạt giai đoạn", "Stage reached on", DAY, also="stage since, ngay cap nhat giai doan"),
        Column("condition", "Tình hình thực hiện", "Condition", CHOICE, choices=Condition, also="muc do"),
        Column("condition_note_vi", "Vấn đề (tiếng Việt)", "Matter in Vietnamese", also="van de, kho khan vuong mac",
               width=30),
        Column("condition_note_en", "Vấn đề (tiếng Anh)", "Matter in English", also="issue, issues", width=30),
        Column("officer", "Cán bộ phụ trách", "Officer in charge", OFFICER, also="officer, can bo, chuyen vien"),
        Column("expected_on", "Dự kiến ký hợp đồng", "Contract expected by", DAY, ends=True,
               also="du kien ky, ngay du kien ky, expected signing, expected contract, thoi gian du kien ky"),
        Column("expected_usd", "Giá trị dự kiến (USD)", "Expected value (US$)", USD, width=20,
               also="gia tri du kien, expected value, du kien gia tri, tong gia tri du kien"),
        Column("expected_day", "Ngày ước tính", "Day of the estimate", DAY, also="estimate date, ngay danh gia"),
        Column("closed_on", "Ngày kết thúc", "Closed on", DAY),
        Column("outcome", "Kết quả", "Outcome", CHOICE, choices=Outcome),
        Column("outcome_note_vi", "Lý do kết thúc (tiếng Việt)", "Reason for the outcome in Vietnamese", width=30),
        Column("outcome_note_en", "Lý do kết thúc (tiếng Anh)", "Reason for the outcome in English", width=30),
        Column("description_vi", "Mô tả (tiếng Việt)", "Description in Vietnamese", also="mo ta, dien giai", width=30),
        Column("description_en", "Mô tả (tiếng Anh)", "Description in English", also="description", width=30),
        # A register of one row a deal names the paper beside it.
        Column("paper_kind", "Loại văn kiện", "Kind of paper", CHOICE, choices=InstrumentKind,
               also="loai van ban, hinh thuc, document type, type, kind, loai hinh, hinh thuc van kien, van kien"),
        Column("paper_number", "Số văn kiện", "Number of the paper",
               also="so hop dong, contract no, so hieu, so van ban"),
        Column("paper_on", "Ngày ký", "Signed on", DAY,
               also="signing date, date signed, signed, thoi gian ky, ngay ky ket, thoi diem ky, date of signing"),
        Column("paper_usd", "Giá trị (USD)", "Value (US$)", USD, width=20,
               also="gia tri, value, amount, tri gia, gia tri hop dong, contract value, tong gia tri, so tien"),
    ),
    frozenset({"title_vi", "title_en"}),
    also="danh sach thuong vu, danh muc thuong vu, register, so theo doi",
)  # fmt: skip

PAPERS = Sheet(
    "papers",
    "Văn kiện",
    "Papers",
    Instrument,
    (
        Column("key", "Mã văn kiện", "Paper ID", also="ma vk", width=12),
        Column("deal", "Thương vụ", "Deal", DEAL, also="ma thuong vu, deal code", width=20),
        Column("kind", "Loại", "Kind", CHOICE, choices=InstrumentKind, also="loai van kien, loai van ban, type"),
        Column("title_vi", "Tên văn kiện", "Title in Vietnamese", also="ten tieng viet", width=46),
        Column("title_en", "Tên tiếng Anh", "Title in English", also="title", width=46),
        Column("number", "Số", "Number", also="so hieu, so van kien, so hop dong, contract no"),
        Column("signed_on", "Ngày ký", "Signed on", DAY, also="signing date, date signed, ngay ky ket"),
        Column("date_precision", "Ngày biết đến", "Day known to", CHOICE, choices=DatePrecision),
        Column("partner", "Đối tác ký khác", "Other counterparty", PARTNER, also="counterparty, doi tac ky"),
        Column("under", "Theo văn kiện", "Under the paper", PAPER, also="van kien tren, paper above", width=14),
        Column("discharges_usd", "Tiếp nhận từ văn kiện trên (USD)", "Takes over from the paper above (US$)", USD),
        Column("usd", "Giá trị (USD)", "Value (US$)", USD, also="gia tri, value, amount, tri gia", width=20),
        *VALUE,
        Column("goods_vi", "Hàng hóa (tiếng Việt)", "Goods in Vietnamese", also="hang hoa", width=30),
        Column("goods_en", "Hàng hóa (tiếng Anh)", "Goods in English", also="goods", width=30),
        *GOODS,
        Column("counts", "Tính vào mục tiêu", "Counts towards the target", YES),
        Column("expires_on", "Hiệu lực đến", "Runs until", DAY, also="ngay het han", ends=True),
        Column("ended_on", "Ngày chấm dứt", "Ended on", DAY),
        Column("end_reason", "Lý do chấm dứt", "Reason for the end", CHOICE, choices=EndReason),
        *SOURCE,
        *NOTES,
    ),
    frozenset({"kind", "signed_on"}),
    also="hop dong, contracts, instruments, danh sach van kien",
)

DELIVERIES = Sheet(
    "deliveries",
    "Giao hàng",
    "Deliveries",
    Delivery,
    (
        Column("key", "Mã lần giao", "Delivery ID", width=12),
        Column("deal", "Thương vụ", "Deal", DEAL, also="ma thuong vu, deal code", width=20),
        Column("contract", "Hợp đồng", "Contract", PAPER, also="ma hop dong, so hop dong, van kien", width=14),
        Column("kind", "Kế hoạch hay thực tế", "Planned or actual", CHOICE, choices=DeliveryKind, also="loai, kind"),
        Column("starts_on", "Từ ngày", "From", DAY),
        Column("on", "Ngày giao", "Day", DAY, ends=True, also="den ngay, delivery date, ngay, thoi gian giao"),
        Column("date_precision", "Ngày biết đến", "Day known to", CHOICE, choices=DatePrecision),
        *GOODS,
        Column("usd", "Giá trị (USD)", "Value (US$)", USD, also="gia tri, value, amount, tri gia", width=20),
        *VALUE,
        *SOURCE,
        *NOTES,
    ),
    frozenset({"contract"}),
    also="thuc hien, delivery, tien do giao hang",
)

INDUSTRY = (
    Column("industry_vi", "Ngành nghề (tiếng Việt)", "Business in Vietnamese", also="nganh nghe", width=30),
    Column("industry_en", "Ngành nghề (tiếng Anh)", "Business in English", also="business", width=30),
)
ENTERPRISES = Sheet(
    "enterprises",
    "Doanh nghiệp",
    "Enterprises",
    Enterprise,
    (
        Column("code", "Mã doanh nghiệp", "Enterprise code", also="ma, code, ma dn", width=14),
        Column("name_vi", "Tên doanh nghiệp", "Name in Vietnamese", also="ten tieng viet, ten", width=46),
        Column("name_en", "Tên tiếng Anh", "Name in English", also="name", width=46),
        Column("aliases", "Tên gọi khác", "Other names", NAMES, also="ten viet tat, aliases, ten khac", width=30),
        Column("parent", "Đơn vị cấp trên", "Parent enterprise", ENTERPRISE, also="cong ty me, parent", width=14),
        Column("ownership", "Sở hữu", "Ownership", CHOICE, choices=Ownership, also="loai hinh so huu"),
        *INDUSTRY,
        *SOURCE,
        *NOTES,
    ),
    frozenset({"ownership", "parent"}),
    also="danh muc doanh nghiep",
)
PARTNERS = Sheet(
    "partners",
    "Đối tác Hoa Kỳ",
    "US partners",
    Partner,
    (
        Column("name", "Tên đối tác", "Name", also="doi tac, partner, ten, partner name", width=40),
        Column("aliases", "Tên gọi khác", "Other names", NAMES, also="ten viet tat, aliases", width=30),
        Column("state", "Bang", "US state", also="tieu bang, state", width=10),
        Column("city", "Thành phố", "City"),
        *INDUSTRY,
        *SOURCE,
        *NOTES,
    ),
    frozenset({"state", "city"}),
    also="doi tac, partners, danh muc doi tac",
)
SECTORS = Sheet(
    "sectors",
    "Lĩnh vực",
    "Sectors",
    Sector,
    (
        Column("code", "Mã lĩnh vực", "Sector code", also="ma, code", width=20),
        Column("name_vi", "Tên lĩnh vực", "Name in Vietnamese", also="ten tieng viet, ten, linh vuc", width=40),
        Column("name_en", "Tên tiếng Anh", "Name in English", also="name, sector", width=40),
        Column("position", "Thứ tự", "Position", NUMBER, width=10),
    ),
    frozenset({"position"}),
    also="danh muc linh vuc",
)
SHEETS: Mapping[str, Sheet] = {
    sheet.kind: sheet for sheet in (SECTORS, ENTERPRISES, PARTNERS, DEALS, PAPERS, DELIVERIES)
}
# What the template's sample rows begin with, by which they are known.
SAMPLE = {"vi": "MẪU – bỏ qua", "en": "SAMPLE – ignored"}
# Columns that say nothing of a deal: they are passed over without a question.
IGNORED = frozenset(
    key(text)
    for text in ("STT", "TT", "No.", "No", "#", "Số thứ tự", "Order", "Record version", "Phiên bản")
)  # fmt: skip
