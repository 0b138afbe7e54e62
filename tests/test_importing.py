"""A register goes in: what it says is read, what is unclear is asked, what would change is shown, all of it is entered
or nothing, and taken back as a whole."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from deals import ledger
from deals.actions import deals as deal_actions
from deals.actions import imports, records
from deals.importing import commented, workbooks, working
from deals.models import Deal, Delivery, Enterprise, ImportBatch, Instrument, Partner, Posting, Sector, Valuation
from deals.models.balances import ROLLED_UP
from deals.periods import Moment
from tests import factories, registers
from tests.registers import answered, applied, flat, messy, taken_in, undone, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("settled")]


BEFOREHAND = ("reported", "enter")


def texts(batch: ImportBatch) -> list[str]:
    return [problem["text"] for problem in batch.findings["problems"]]


def asked(batch: ImportBatch) -> list[str]:
    """What is asked, but for what is answered beforehand."""
    return [each["key"] for each in batch.findings["questions"] if (each["key"], each["answer"]) != BEFOREHAND]


def outcomes(batch: ImportBatch) -> dict[str, int]:
    return {name: count for name, count in batch.counts.items() if count}


# The messy register


def test_the_messy_register_goes_in(steward, lists):
    batch = taken_in(messy(), steward)
    assert batch.state == "asking"
    assert texts(batch) == []
    # All that is unclear, and nothing else: whose names these are, how numbers and days are written, what "J" is.
    assert sorted(asked(batch)) == ["days", "enterprise:daukhi", "numbers", "partner:exxonmobile"]
    (table,) = batch.findings["tables"]
    named = {heading["text"]: heading for heading in table["headings"]}
    assert named["Các bên Doanh nghiệp"]["column"] == "enterprise"
    assert named["Giá trị (tỷ USD)"]["unit"] == "billion"
    assert named["Mã nội bộ"]["asked"] and named["Mã nội bộ"]["hidden"]
    assert [why for _place, _row, why in batch.findings["left_out"]] == ["a total", "a total"]
    given = {"enterprise_daukhi": str(lists.oil.pk), "partner": str(lists.exxon.pk), "days": "dmy", "numbers": "vi"}
    applied(answered(batch, steward, **given), steward)
    assert batch.state == "applied"
    deals = {deal.title_vi: deal for deal in Deal.objects.all()}
    assert len(deals) == 5
    assert deals["Mua 50 máy bay Boeing 737 MAX"].enterprise == lists.airline
    assert deals["Bảo dưỡng động cơ máy bay"].sector == lists.aviation  # NFC, whatever came
    papers = {paper.deal.title_vi: paper for paper in Instrument.objects.select_related("deal")}
    assert {title: paper.usd for title, paper in papers.items()} == {
        "Mua 50 máy bay Boeing 737 MAX": Decimal("10000000000.00"),
        "Tua-bin khí cho Ô Môn IV": Decimal("1500000000.00"),
        "LNG dài hạn cho Sơn Mỹ": Decimal("3300000000.00"),
        "Bảo dưỡng động cơ máy bay": Decimal("1234567890.00"),
    }
    assert papers["LNG dài hạn cho Sơn Mỹ"].signed_on == date(2025, 5, 7)
    month = papers["Bảo dưỡng động cơ máy bay"]
    assert (month.signed_on, month.date_precision) == (date(2025, 6, 1), "month")
    assert Valuation.objects.get().usd == Decimal("1234567890.00")
    assert deals["LNG dài hạn cho Sơn Mỹ"].stage == "contract_talks"


@pytest.mark.parametrize("seed", range(2, 6))
def test_the_order_of_its_rows_makes_no_difference(steward, lists, seed):
    batch = taken_in(messy(seed), steward)
    assert sorted(asked(batch)) == ["days", "enterprise:daukhi", "numbers", "partner:exxonmobile"]


def test_what_is_asked_says_what_each_answer_means(steward, lists):
    batch = taken_in(messy(), steward)
    offered = {each["key"]: [label for _value, label in each["options"]] for each in batch.findings["questions"]}
    assert offered["days"] == ["day first: it is 7 May 2025", "month first: it is 5 Jul 2025"]
    assert offered["numbers"] == ["1.234,5 as in Vietnamese: it is 3,300.00", "1,234.5 as in English: it is 3.3"]
    assert offered["partner:exxonmobile"][0] == "ExxonMobil"
    assert "a new partner: enter “Exxon Mobile”" in offered["partner:exxonmobile"]


def test_a_name_is_learnt_where_the_person_says_so(steward, lists):
    batch = taken_in(messy(), steward)
    given = {"enterprise_daukhi": str(lists.oil.pk), "partner": "new", "days": "dmy", "numbers": "vi"}
    batch.choices = {"alias:enterprise:daukhi": "1"}
    batch.save()
    applied(answered(batch, steward, **given), steward)
    lists.oil.refresh_from_db()
    assert lists.oil.aliases == ["PVN", "Petrovietnam", "Tập đoàn Dầu khí"]
    assert Partner.objects.filter(name="Exxon Mobile").exists()
    assert lists.oil.history.latest().history_change_reason == f"Import {batch.pk}: register.xlsx, as reported"


def test_a_flat_register_without_sector_is_asked_for_it(steward, lists):
    headings = [each for each in registers.FLAT if each != "Lĩnh vực"]
    rows = [1, "Tua-bin khí", "EVN", "GE Vernova", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]
    batch = taken_in(flat(rows, headings=headings), steward)
    assert asked(batch) == ["sector-of:EVN"]
    applied(answered(batch, steward, sector=str(lists.energy.pk)), steward)
    deal = Deal.objects.get()
    assert (deal.sector, deal.stage, deal.code) == (lists.energy, "mou_signed", "VNUS-2025-0001")


def test_a_unit_that_is_nowhere_named_is_asked(steward, lists):
    headings = [each.replace(" (tỷ USD)", "") for each in registers.FLAT]
    row = [1, "Tua-bin khí", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]
    batch = taken_in(flat(row, headings=headings), steward)
    assert asked(batch) == ["unit:Sheet1:5"]
    applied(answered(batch, steward, unit="million"), steward)
    assert Instrument.objects.get().usd == Decimal("1500000.00")


def test_dollars_that_are_few_and_those_that_are_many_are_asked_about(steward, lists):
    headings = [each.replace("tỷ USD", "USD") for each in registers.FLAT]
    row = [1, "Tua-bin khí", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]
    batch = taken_in(flat(row, headings=headings), steward)
    assert asked(batch) == ["unit:Sheet1:5"]
    assert batch.state == "asking"
    row[5] = 33e9
    batch = taken_in(flat(row, headings=headings), steward)
    assert asked(batch) == ["large:Sheet1!F2"]
    applied(answered(batch, steward), steward)
    assert Instrument.objects.get().usd == Decimal("33000000000.00")


def test_a_contract_beside_a_memorandum_is_asked_about_and_not_counted_twice(steward, lists):
    both = [
        [1, "50 máy bay", "VNA", "Boeing", "Hàng không", 10, date(2025, 3, 1), "MoU", "Đã ký hợp đồng"],
        [2, "50 máy bay", "VNA", "Boeing", "Hàng không", 4, date(2025, 5, 1), "Hợp đồng", "Đã ký hợp đồng"],
    ]
    batch = taken_in(flat(*both), steward)
    assert asked(batch) == ["above:Sheet1!3"]
    applied(answered(batch, steward, above="0"), steward)
    deal = Deal.objects.get()
    assert ledger.total(Moment(date(2025, 6, 1)), Deal.objects.filter(pk=deal.pk)).four == Decimal("10000000000.00")


# What is wrong


def test_a_problem_names_sheet_row_column_value_and_mending(steward, lists):
    rows = [
        [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", "nhiều", "32/05/2025", "BGN", "Đã ký MoU"],
        [2, None, "EVN", "GE Vernova", "Năng lượng", 1, date(2025, 5, 7), "BGN", "Đã ký MoU"],
        [3, "Ngô", "EVN", "GE Vernova", "Năng lượng", 1, "07/05/25", "BGN", "Đã ký MoU"],
        [4, "Than", "EVN", "GE Vernova", "Năng lượng", "5 tỷ đồng", date(2199, 1, 1), "BGN", "Đã ký MoU"],
        [5, "Dầu", "EVN", "GE Vernova", "Năng lượng", 1, date(2025, 5, 7), None, "Đã ký MoU"],
    ]
    batch = taken_in(flat(*rows), steward)
    found = {
        (p["place"], f"{p['column']}{p['row']}", p["heading"], p["raw"]): p["text"] for p in batch.findings["problems"]
    }
    assert found["Sheet1", "F2", "Giá trị (tỷ USD)", "nhiều"].startswith("This is no amount")
    assert found["Sheet1", "G2", "Ngày ký", "32/05/2025"] == "There is no such day."
    assert found["Sheet1", "G4", "Ngày ký", "07/05/25"] == "Write the year with four digits."
    assert found["Sheet1", "G5", "Ngày ký", "2199-01-01"] == "This year cannot be right: check the day."
    assert found["Sheet1", "F5", "Giá trị (tỷ USD)", "5 tỷ đồng"].startswith("This amount is not in US dollars")
    assert "A deal needs a title" in found["Sheet1", "B3", "Tên thương vụ", ""]
    assert "say what was signed" in found["Sheet1", "H6", "Loại văn kiện", ""]
    assert batch.state == "asking"


def test_the_same_workbook_comes_back_with_comments(steward, lists):
    row = [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", "nhiều", "07/05/2025", "BGN", "Đã ký MoU"]
    batch = taken_in(flat(row), steward)
    into = BytesIO()
    commented.write(batch, into)
    page = load_workbook(into)["Sheet1"]
    assert "This is no amount" in page["F2"].comment.text
    assert "can be read in two ways" in page["G2"].comment.text
    assert page["B2"].value == "Tua-bin"
    assert page["B2"].comment is None


def test_a_formula_is_its_value_or_refused(steward, lists):
    from openpyxl import load_workbook as open_book

    content = flat([1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", "=1+1", date(2025, 5, 7), "BGN", "Đã ký MoU"])
    batch = taken_in(content, steward)
    assert texts(batch) == ["This formula has no value here: write the value in its place."]
    book = open_book(BytesIO(content))
    book["Sheet1"]["F2"] = "#REF!"
    batch = taken_in(registers.saved(book), steward)
    assert texts(batch) == ["This formula has no value here: write the value in its place."]


def test_rules_of_the_records_are_told_at_their_rows(steward, lists):
    rows = [
        ["Mã", "Tên thương vụ", "Doanh nghiệp", "Lĩnh vực", "Giai đoạn", "Tình hình thực hiện"],
        [None, "Ngô", "EVN", "Năng lượng", "Kết thúc", None],
        [None, "Than", "EVN", "Năng lượng", "Đang đàm phán", "Có rủi ro"],
        ["VNUS-1999-0001", "Dầu", "EVN", "Năng lượng", "Đang đàm phán", None],
    ]
    batch = taken_in(workbook({"Thương vụ": rows}), steward)
    assert texts(batch) == [
        "There is no such deal. Leave the code empty for a new one.",
        "A closed deal needs the day it was closed and its outcome; any other deal has neither.",
        "Say what the matter is: only a deal on track needs no words.",
    ]


# Entering, once


def test_the_same_file_twice_changes_nothing(steward, lists):
    row = [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]
    first = applied(taken_in(flat(row), steward), steward)
    assert outcomes(first) == {"new": 2}
    before = (Posting.objects.count(), Deal.history.count(), Instrument.history.count())
    again = taken_in(flat(row), steward)
    assert (again.state, outcomes(again)) == ("ready", {"same": 2})
    applied(again, steward)
    assert (Posting.objects.count(), Deal.history.count(), Instrument.history.count()) == before


def test_an_existing_deal_is_changed_and_the_old_value_is_shown(steward, lists):
    row = [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]
    applied(taken_in(flat(row), steward), steward)
    row[5] = 1.75
    batch = taken_in(flat(row), steward)
    assert outcomes(batch) == {"changed": 1, "same": 1}
    (changed,) = batch.rows.filter(outcome="changed")
    assert changed.changes == [["Value (US$)", "US$1,500,000,000.00", "US$1,750,000,000.00"]]
    applied(batch, steward)
    assert Instrument.objects.get().usd == Decimal("1750000000.00")
    assert Posting.objects.latest("pk").reason == f"Import {batch.pk}: register.xlsx"


def test_what_may_be_there_already_is_asked(steward, lists):
    factories.deal(title_vi="50 máy bay Boeing 737 MAX", title_en="", enterprise=lists.airline, partner=lists.boeing)
    row = [1, "Mua 50 máy bay 737 MAX", "VNA", "Boeing", "Hàng không", 10, date(2025, 3, 1), "MoU", "Đã ký MoU"]
    batch = taken_in(flat(row), steward)
    assert asked(batch) == ["same:Sheet1!2"]
    existing = Deal.objects.get()
    applied(answered(batch, steward, same=existing.code), steward)
    existing.refresh_from_db()
    assert (Deal.objects.count(), existing.title_vi) == (1, "Mua 50 máy bay 737 MAX")
    assert existing.instruments.get().kind == "mou"


def test_what_changed_between_look_and_entering_is_looked_at_again(steward, lists):
    row = [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]
    batch = taken_in(flat(row), steward)
    factories.deal(title_vi="Tua-bin", enterprise=lists.power, partner=lists.ge, sector=lists.energy)
    applied(batch, steward)
    assert batch.state == "ready"
    assert "Nothing was entered" in batch.said
    assert outcomes(batch) == {"new": 1, "changed": 1}
    assert Instrument.objects.count() == 0


def test_a_deal_entered_between_look_and_entering_that_may_be_the_same_is_asked_about(steward, lists):
    row = [1, "Mua 50 máy bay 737 MAX", "VNA", "Boeing", "Hàng không", 10, date(2025, 3, 1), "MoU", "Đã ký MoU"]
    batch = taken_in(flat(row), steward)
    assert asked(batch) == []
    factories.deal(title_vi="50 máy bay Boeing 737 MAX", title_en="", enterprise=lists.airline, partner=lists.boeing)
    applied(batch, steward)
    assert (batch.state, asked(batch)) == ("asking", ["same:Sheet1!2"])
    assert Deal.objects.count() == 1


def test_history_and_ledger_say_who_and_with_which_file(steward, lists):
    row = [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]
    batch = applied(taken_in(flat(row), steward), steward)
    deal, paper, posting = Deal.objects.get(), Instrument.objects.get(), Posting.objects.get()
    for record in (deal, paper):
        entry = record.history.get()
        said = f"Import {batch.pk}: register.xlsx, as reported"
        assert (entry.history_user, entry.history_change_reason) == (steward, said)
        assert entry.version == record.version == 1
    assert (posting.actor, posting.cause, posting.effective_on) == (steward, "signing", date(2025, 5, 7))
    assert deal.stage_changes.get().on == date(2025, 5, 7)
    assert "tua-bin" in deal.balance.search_text and "evn" in deal.balance.search_text


def test_a_deal_is_found_by_the_name_that_the_same_file_gives_to_the_group_of_its_buyer(steward):
    top = factories.enterprise(code="TOP", name_vi="Mẹ lớn", aliases=["ML"], ownership="state")
    factories.enterprise(code="LOW", name_vi="Con nhỏ", aliases=["CN"], parent=top)
    factories.sector(code="energy", name_vi="Năng lượng")
    headings = ["Mã doanh nghiệp", "Tên doanh nghiệp", "Tên gọi khác", "Sở hữu"]
    asked = ["Code", "Title in Vietnamese", "Enterprise", "Sector", "Stage", "Expected value (US$ million)",
             "Day of the estimate"]  # fmt: skip
    book = workbook(
        {
            "Doanh nghiệp": [headings, ["TOP", "Mẹ đổi tên Zebra", "ML", "Doanh nghiệp nhà nước"]],
            "Deals": [asked, [None, "Tàu", "LOW", "energy", "Talks", 250, date(2025, 1, 5)]],
        }
    )
    applied(answered(taken_in(book, steward), steward), steward)
    assert "zebra" in Deal.objects.get(title_vi="Tàu").balance.search_text.split()


def test_entering_together_is_as_entering_one_by_one(steward, lists):
    """The same records, history, figures on each day, search text: whichever way they came in."""
    rows = [
        [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"],
        [2, "Dầu thô", "PVN", "ExxonMobil", "Năng lượng", 2, None, None, "Đang đàm phán"],
    ]
    applied(taken_in(flat(*rows), steward), steward)
    for kind, day, title, buyer, seller in (
        ("mou", date(2025, 5, 7), "Tua-bin", lists.power, lists.ge),
        ("", None, "Dầu thô", lists.oil, lists.exxon),
    ):
        one = Deal.objects.get(title_vi=title)
        two = deal_actions.create(
            by=steward, on=one.stage_changes.get().on, title_vi=title, enterprise=buyer, partner=seller,
            sector=lists.energy, stage=one.stage,
        )  # fmt: skip
        if kind:
            factories.paper(two, kind, "1.5e9", on=day)
        else:
            factories.valuation(two, "2e9", on=one.valuations.get().on)
        two.refresh_from_db()
        left = {"id", "code", "recorded_at"}
        assert [
            {k: v for k, v in vars(each).items() if k not in left and not k.startswith("_")} for each in (one,)
        ] == [{k: v for k, v in vars(each).items() if k not in left and not k.startswith("_")} for each in (two,)]
        for on in (date(2025, 5, 6), date(2025, 5, 7), date(2026, 12, 31)):
            sums = [ledger.total(Moment(on), Deal.objects.filter(pk=each.pk)) for each in (one, two)]
            assert sums[0] == sums[1]
        found = [each.balance.search_text.removeprefix(each.code.lower()) for each in (one, two)]
        assert found[0] == found[1]
        kept = [{name: getattr(each.balance, name) for name in ROLLED_UP} for each in (one, two)]
        assert kept[0] == kept[1]


# The whole workbook


CANONICAL = {
    "Doanh nghiệp": [
        ["Mã doanh nghiệp", "Tên doanh nghiệp", "Tên tiếng Anh", "Tên gọi khác", "Sở hữu", "Đơn vị cấp trên"],
        ["MAU", "Mẹ", "Mother", "Mẹ; Má", "Doanh nghiệp nhà nước", None],
        ["CON", "Con", "Child", None, "Doanh nghiệp tư nhân", "MAU"],
    ],
    "US partners": [["Name", "US state", "City"], ["Acme", "Texas", "Austin"]],
    "Sectors": [["Sector code", "Name in Vietnamese", "Name in English", "Position"], ["new", "Mới", "New", 40]],
    "Deals": [
        ["Code", "Title in Vietnamese", "Enterprise", "US partner", "Sector", "Stage", "Expected value (US$ million)",
         "Day of the estimate"],
        [None, "Tàu", "CON", "Acme", "new", "Contract signed", 250, date(2025, 1, 5)],
    ],
    "Papers": [
        ["Deal", "Kind", "Number", "Signed on", "Under the paper", "Takes over from the paper above (US$)",
         "Value (US$)", "Evidence"],
        ["Tàu", "MoU", "01/BGN", date(2025, 2, 1), None, None, 200e6, None],
        ["Tàu", "Contract", "02/HĐ", date(2025, 3, 1), "01/BGN", 50e6, 60e6, "Document held"],
    ],
    "Deliveries": [
        ["Deal", "Contract", "Planned or actual", "Day", "Value (US$)", "Quantity"],
        ["Tàu", "02/HĐ", "Actual", date(2025, 4, 1), 10e6, 2],
    ],
}  # fmt: skip


def test_a_whole_workbook_goes_in_with_lists_papers_and_deliveries(steward):
    batch = taken_in(workbook(CANONICAL), steward)
    assert (texts(batch), asked(batch)) == ([], [])
    applied(batch, steward)
    child = Enterprise.objects.get(code="CON")
    assert (child.parent.code, child.group.code) == ("MAU", "MAU")
    assert Partner.objects.get().state == "TX"
    deal = Deal.objects.get()
    assert (deal.sector, deal.partner.name, deal.enterprise) == (Sector.objects.get(), "Acme", child)
    contract = Instrument.objects.get(kind="contract")
    assert (contract.under.number, contract.discharges_usd, contract.evidence) == (
        "01/BGN",
        Decimal("50000000.00"),
        "document_held",
    )
    assert Delivery.objects.get().contract == contract
    bands = ledger.total(Moment(date(2025, 12, 31)), Deal.objects.all())
    assert (bands.delivered, bands.contracted, bands.memorandum) == (
        Decimal(10**7),
        Decimal(5 * 10**7),
        Decimal(15 * 10**7),
    )
    again = taken_in(workbook(CANONICAL), steward)
    assert outcomes(again) == {"same": 8}


def test_an_overdrawn_paper_is_told_before_anything_is_entered(steward):
    sheets_ = {
        **CANONICAL,
        "Papers": [*CANONICAL["Papers"][:2], ["Tàu", "Contract", "02/HĐ", date(2025, 3, 1), "01/BGN", 300e6, 60e6]],
    }
    batch = taken_in(workbook(sheets_), steward)
    assert any("takes over" in text for text in texts(batch))
    assert Deal.objects.count() == 0


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_template_is_read_as_it_is(steward, lists, language):
    into = BytesIO()
    workbooks.write_template(into, language=language)
    book = load_workbook(BytesIO(into.getvalue()))
    assert len(book.sheetnames) == 8
    assert any(rule.sqref for rule in book[book.sheetnames[1]].data_validations.dataValidation)
    batch = taken_in(into.getvalue(), steward)
    assert (texts(batch), asked(batch)) == ([], [])
    assert len(batch.findings["tables"]) == 6
    assert outcomes(batch) == {"left_out": 6}


# Taking back


def test_an_import_is_taken_back_as_a_whole(steward, lists):
    kept = factories.deal(title_vi="Dầu", enterprise=lists.oil, partner=lists.exxon, sector=lists.energy, stage="talks")
    before = ledger.total(Moment(date(2026, 1, 1)), Deal.objects.active())
    rows = [
        [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"],
        [2, "Dầu", "PVN", "ExxonMobil", "Năng lượng", 2, date(2025, 5, 8), "BGN", "Đã ký MoU"],
    ]
    batch = applied(taken_in(flat(*rows), steward), steward)
    assert outcomes(batch) == {"new": 3, "changed": 1}
    undone(batch, steward)
    assert batch.state == "undone"
    kept.refresh_from_db()
    assert kept.stage == "talks"
    assert [deal.pk for deal in Deal.objects.active()] == [kept.pk]
    assert Instrument.objects.active().count() == 0
    assert ledger.total(Moment(date(2026, 1, 1)), Deal.objects.active()) == before
    assert kept.history.latest().history_change_reason == f"Import {batch.pk} taken back: wrong file"
    gone = Deal.objects.exclude(archived_at=None).get()
    assert gone.archive_reason == f"Import {batch.pk} taken back: wrong file"
    assert taken_in(flat(*rows), steward).state in ("asking", "ready")  # it can come in once more


def test_lists_and_learnt_names_are_taken_back_too(steward):
    batch = applied(taken_in(workbook(CANONICAL), steward), steward)
    undone(batch, steward)
    assert batch.state == "undone", batch.said
    for kind in (Sector, Enterprise, Partner, Deal, Instrument, Delivery, Valuation):
        assert kind.objects.active().count() == 0


def test_what_was_changed_since_is_not_taken_back(steward, lists):
    row = [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]
    batch = applied(taken_in(flat(row), steward), steward)
    deal = Deal.objects.get()
    deal.title_en = "Turbines"
    records.keep(deal, by=steward)
    undone(batch, steward)
    assert batch.state == "applied"
    assert "Changed since it was imported" in batch.said and deal.code in batch.said
    assert Deal.objects.active().count() == 1


def test_what_was_added_since_is_not_taken_back(steward, lists):
    row = [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]
    batch = applied(taken_in(flat(row), steward), steward)
    factories.valuation(Deal.objects.get(), "2e9")
    undone(batch, steward)
    assert batch.state == "applied"
    assert "Entered since" in batch.said


# Who


def test_an_officer_enters_only_what_is_assigned(lists):
    officer = factories.person("assigned", role="officers", enterprises=[lists.power], is_staff=True)
    rows = [
        [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"],
        [2, "Dầu", "PVN", "ExxonMobil", "Năng lượng", 2, date(2025, 5, 8), "BGN", "Đã ký MoU"],
    ]
    batch = taken_in(flat(*rows), officer)
    assert texts(batch) == ["This enterprise is not assigned to you: its deals are entered by a colleague."]
    applied(taken_in(flat(rows[0]), officer), officer)
    assert Deal.objects.count() == 1
    batch = taken_in(workbook({"US partners": [["Name", "US state", "City"], ["Acme", "TX", "Austin"]]}), officer)
    assert texts(batch) == ["Your account does not change this list."]


def test_an_id_that_is_unknown_or_of_another_deal_is_refused(steward, lists):
    mine, other = (factories.deal(enterprise=lists.power, sector=lists.energy) for _ in range(2))
    paper = factories.mou(mine, "1e9")
    heading = ["Paper ID", "Deal", "Kind", "Signed on", "Value (US$)"]
    rows = [
        heading,
        [str(paper.pk), other.code, "MoU", date(2025, 3, 1), 5e9],
        ["999999", mine.code, "MoU", date(2025, 3, 1), 5e9],
    ]
    batch = taken_in(workbook({"Papers": rows}), steward)
    assert texts(batch) == [
        f"This ID is of another deal, {mine.code}.",
        "There is no such ID. Leave it empty for a new one.",
    ]


def test_a_mended_file_is_not_asked_about_the_same_names_again(steward, lists):
    row = [1, "LNG", "Tập đoàn Dầu khí", "ExxonMobil", "Năng lượng", "nhiều", date(2025, 5, 7), "BGN", "Đã ký MoU"]
    batch = taken_in(flat(row), steward)
    answered(batch, steward, enterprise_daukhi=str(lists.oil.pk))
    assert batch.state == "asking"
    row[5] = 2.5
    mended = taken_in(flat(row), steward, name="register-to-mend.xlsx")
    assert mended.state == "ready"
    assert [each["answer"] for each in mended.findings["questions"] if each["group"] == "names"] == [str(lists.oil.pk)]


def test_what_a_heading_means_is_asked_once(steward, lists):
    headings = [each.replace("Doanh nghiệp", "Chủ đầu tư") for each in registers.FLAT]
    row = [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]
    batch = taken_in(flat(row, headings=headings), steward)
    (unknown,) = [each for each in batch.findings["tables"][0]["headings"] if each["asked"]]
    assert (unknown["text"], unknown["sample"]) == ("Chủ đầu tư", "EVN")
    said = {"head:Sheet1:2": "enterprise"}
    imports.answer(batch, choices=said, headings={("deals", "chu dau tu"): "enterprise"}, by=steward)
    working.work(batch)
    assert batch.state == "ready"
    again = taken_in(flat([2, "Than", *row[2:]], headings=headings), steward, name="another.xlsx")
    assert again.state == "ready"
    assert again.findings["tables"][0]["headings"][2]["remembered"]


# The day of a stage


STAGED = ["Tên thương vụ", "Doanh nghiệp", "Lĩnh vực", "Giai đoạn", "Ngày đạt giai đoạn"]


def test_a_new_deal_reaches_its_stage_on_the_day_that_the_file_says(steward, lists):
    batch = taken_in(flat(["Ngô", "EVN", "Năng lượng", "Đang đàm phán", date(2025, 2, 3)], headings=STAGED), steward)
    (row,) = batch.rows.all()
    assert ["Stage reached on", "", "3 Feb 2025"] in row.changes
    applied(batch, steward)
    deal = Deal.objects.get()
    assert (deal.stage_changes.get().on, deal.code) == (date(2025, 2, 3), "VNUS-2025-0001")


def test_a_stage_day_of_a_deal_that_is_there_is_shown_and_one_that_cannot_be_is_told(steward, lists):
    row = ["Ngô", "EVN", "Năng lượng", "Đang đàm phán", date(2025, 2, 3)]
    applied(taken_in(flat(row, headings=STAGED), steward), steward)
    assert outcomes(taken_in(flat(row, headings=STAGED), steward)) == {"same": 1}
    later = taken_in(flat([*row[:3], "Đang đàm phán hợp đồng", date(2025, 4, 5)], headings=STAGED), steward)
    assert ["Stage reached on", "3 Feb 2025", "5 Apr 2025"] in later.rows.get().changes
    for stage, day, said in (
        ("Đang đàm phán hợp đồng", date(2035, 4, 5), "This day is still to come."),
        ("Đang đàm phán hợp đồng", date(2024, 4, 5), "The deal reached the stage before it on 3 Feb 2025"),
        ("Đang đàm phán", date(2025, 4, 5), "The deal stands at this stage since 3 Feb 2025"),
    ):
        (problem,) = taken_in(flat([*row[:3], stage, day], headings=STAGED), steward).findings["problems"]
        assert (problem["column"], problem["text"].startswith(said)) == ("E", True), problem
    applied(later, steward)
    assert Deal.objects.get().stage_changes.last().on == date(2025, 4, 5)


# A reported past


def test_stages_without_what_they_ask_for_are_asked_about_once(steward, lists):
    rows = [
        ["Tàu", "EVN", None, "Năng lượng", 1, date(2025, 2, 1), "Hợp đồng", "Đang thực hiện"],
        ["Than", "EVN", "GE Vernova", "Năng lượng", 1, None, None, "Có nhu cầu"],
        ["Dầu", "PVN", "ExxonMobil", "Năng lượng", 1, None, None, "Đang thực hiện"],
    ]
    content = flat(*rows, headings=registers.FLAT[1:])
    batch = taken_in(content, steward, reported="")
    assert (batch.state, asked(batch)) == ("asking", ["reported"])
    (question,) = batch.findings["questions"]
    assert question["text"].startswith("2 deals would stand at a stage without what the stage asks for: “Tàu” – ")
    for lacking in ("the US partner", "the officer in charge", "what evidences the contract", "a signed contract"):
        assert lacking in question["text"]
    assert "when deliveries are due" in question["text"] and "Than" not in question["text"]
    assert (question["where"], question["count"]) == (["Sheet1!2", "Sheet1!4"], 2)
    applied(answered(batch, steward, reported="-"), steward)
    assert [deal.title_vi for deal in Deal.objects.all()] == ["Than"]
    assert [row.row for row in batch.rows.filter(outcome="left_out")] == [2, 4]
    again = taken_in(content, steward, reported="enter")
    applied(again, steward)
    assert Deal.objects.count() == 3
    assert Deal.history.latest().history_change_reason == f"Import {again.pk}: register.xlsx, as reported"


def test_a_stage_moved_back_is_asked_about_and_a_met_one_is_not(steward, lists):
    deal = factories.deal(enterprise=lists.power, sector=lists.energy, stage="contract_talks")
    headings = ["Mã", "Tên thương vụ", "Giai đoạn"]
    batch = taken_in(flat([deal.code, deal.title_vi, "Đang đàm phán"], headings=headings), steward, reported="")
    assert "goes back from “Contract talks”" in batch.findings["questions"][0]["text"], batch.findings
    batch = taken_in(flat([deal.code, "Tên mới", None], headings=headings), steward, reported="")
    assert (batch.state, asked(batch)) == ("ready", [])


# Headings in two rows, unknown ones, none


def two_units(*rows: Any, merged: bool = True, title: str = "") -> bytes:
    from openpyxl import Workbook

    book: Any = Workbook()
    page = book.active
    page.title = "Sheet1"
    page.append([title or None])
    page.append(["Tên thương vụ", "Doanh nghiệp", "Lĩnh vực", "Loại văn kiện", "Ngày ký", "Giá trị", None])
    page.append([None, None, None, None, None, "tỷ USD", "triệu USD"])
    if merged:
        page.merge_cells("F2:G2")
        page.merge_cells("A2:A3")
    for row in rows:
        page.append([*row[:1], "EVN", "Năng lượng", "MoU", date(2025, 5, 7), *row[1:]])
    return registers.saved(book)


@pytest.mark.parametrize("merged", [True, False])
def test_units_in_a_second_row_of_headings_are_those_of_their_columns(steward, lists, merged):
    content = two_units(["Một", 1.5], ["Hai", None, 250], ["Ba", 2, 2000], merged=merged)
    batch = taken_in(content, steward)
    assert (batch.state, texts(batch), asked(batch)) == ("ready", [], [])
    units = {each["letter"]: each["unit"] for each in batch.findings["tables"][0]["headings"] if each["unit"]}
    assert units == {"F": "billion", "G": "million"}
    applied(batch, steward)
    assert {paper.deal.title_vi: paper.usd for paper in Instrument.objects.all()} == {
        "Một": Decimal("1500000000.00"), "Hai": Decimal("250000000.00"), "Ba": Decimal("2000000000.00"),
    }  # fmt: skip


def test_two_columns_of_one_meaning_that_differ_are_a_problem_of_the_cell(steward, lists):
    (problem,) = taken_in(two_units(["Một", 1.5, 15]), steward).findings["problems"]
    assert (problem["column"], problem["row"], problem["text"]) == (
        "G", 4, "F4 says another amount: leave one of them.",
    )  # fmt: skip


def test_a_unit_above_the_table_that_the_heading_does_not_say_is_asked(steward, lists):
    batch = taken_in(two_units(["Một", None, 250], title="Đơn vị tính: tỷ USD"), steward)
    assert asked(batch) == ["unit:Sheet1:6"]
    assert "Above the table stands: US$ billion." in batch.findings["questions"][0]["text"]
    applied(answered(batch, steward, unit="million"), steward)
    assert Instrument.objects.get().usd == Decimal("250000000.00")
    headings = [each.replace(" (tỷ USD)", "") for each in registers.FLAT]
    row = [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]
    batch = taken_in(workbook({"Sheet1": [["Đơn vị tính: tỷ USD"], headings, row]}), steward)
    assert asked(batch) == ["unit:Sheet1:5"]


def test_a_column_without_heading_is_asked_about_wherever_it_stands(steward, lists):
    row = [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]
    batch = taken_in(flat(*[row] * 250, [*row, "xem lại"]), steward)
    last = batch.findings["tables"][0]["headings"][-1]
    assert (last["letter"], last["text"], last["asked"]) == ("J", "(no heading)", True)


def test_headings_that_nobody_knows_are_mapped_by_hand(steward, lists):
    rows = [["BÁO CÁO"], ["Gói", "Ai mua", "Thuộc mảng", "Mức"], ["Tua-bin", "EVN", "Năng lượng", "Có nhu cầu"]]
    batch = taken_in(workbook({"Bảng": rows, "Ghi chú": [["a"]]}), steward)
    (table,) = batch.findings["tables"]
    assert [(each["text"], each["asked"]) for each in table["headings"]] == [
        ("Gói", True), ("Ai mua", True), ("Thuộc mảng", True), ("Mức", True),
    ]  # fmt: skip
    assert (texts(batch), batch.state, batch.findings["passed_over"]) == ([], "asking", ["Ghi chú"])
    said = {f"head:Bảng:{at}": name for at, name in enumerate(["title_vi", "enterprise", "sector", "stage"])}
    imports.answer(batch, choices=said, headings={}, by=steward)
    working.work(batch)
    applied(batch, steward)
    assert (Deal.objects.get().title_vi, Deal.objects.get().enterprise) == ("Tua-bin", lists.power)


# What a file does not say


def test_days_of_signing_without_what_was_signed_are_asked_about_once(steward, lists):
    headings = [each for each in registers.FLAT if each != "Loại văn kiện"]
    rows = [
        [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "Đã ký MoU"],
        [2, "Dầu", "PVN", "ExxonMobil", "Năng lượng", 2, date(2025, 5, 8), "Đang đàm phán"],
    ]
    batch = taken_in(flat(*rows, headings=headings), steward)
    assert (texts(batch), asked(batch)) == ([], ["signed:Sheet1"])
    assert "no column says what (“Kind of paper”)" in batch.findings["questions"][0]["text"]
    applied(answered(batch, steward, signed="-"), steward)
    assert Instrument.objects.count() == 0
    assert sorted(Valuation.objects.values_list("usd", "on")) == [
        (Decimal("1500000000.00"), date(2025, 5, 7)), (Decimal("2000000000.00"), date(2025, 5, 8)),
    ]  # fmt: skip
    assert {deal.stage_changes.get().on for deal in Deal.objects.all()} == {date(2025, 5, 7), date(2025, 5, 8)}
    undone(batch, steward)
    another = taken_in(flat(rows[0], headings=headings), steward, name="another.xlsx")
    applied(answered(another, steward, signed="mou", same="new"), steward)
    assert {paper.kind for paper in Instrument.objects.active()} == {"mou"}


def test_a_column_that_no_row_can_do_without_is_named_once(steward, lists):
    deal = factories.deal(enterprise=lists.power, sector=lists.energy)
    days = [[deal.code, date(2025, 6, day), "Thực tế"] for day in (1, 2)]
    rows = [["Thương vụ", "Ngày giao", "Kế hoạch hay thực tế"], *days]
    (said,) = texts(taken_in(workbook({"Giao hàng": rows}), steward))
    assert said == (
        "A new delivery needs “Contract”. No column says “Contract”: add it, or say below which column it is."
    )


def test_rows_of_an_enterprise_on_no_list_can_be_left_out(steward, lists):
    book = {
        "Deals": [
            ["Title in Vietnamese", "Enterprise", "Sector", "Stage", "US partner"],
            ["Tàu", "Công ty Lạ", "Năng lượng", "Identified", "Ai đó"],
            ["Than", "EVN", "Năng lượng", "Identified", None],
        ],
        "Papers": [["Deal", "Kind", "Signed on"], ["Tàu", "MoU", date(2025, 2, 1)]],
    }  # fmt: skip
    batch = taken_in(workbook(book), steward)
    (question,) = [each for each in batch.findings["questions"] if each["key"].startswith("enterprise:")]
    assert question["options"][-1] == ["-", "leave these rows out"]
    imports.answer(batch, choices={question["key"]: "-"}, headings={}, by=steward)
    working.work(batch)
    assert (batch.state, texts(batch)) == ("ready", [])
    assert [why for _place, _row, why in batch.findings["left_out"]] == [
        "its enterprise is on no list", "its deal is left out",
    ]  # fmt: skip
    applied(batch, steward)
    assert Deal.objects.get().title_vi == "Than"


def test_whose_name_has_the_words_is_offered_before_whose_letters_are_alike(steward, lists):
    lists.airline.aliases = ["Vietnam Airlines", "VNA (airline)"]
    lists.airline.save()
    factories.enterprise(code="VNG", name_vi="Công ty cổ phần VNG", name_en="VNG Corporation", aliases=["VNG"])
    row = [1, "Máy bay", "VNA", "Boeing", "Hàng không", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]
    batch = taken_in(flat(row), steward)
    offered = [label for _value, label in batch.findings["questions"][0]["options"]]
    assert offered[:2] == ["Vietnam Airlines (HVN)", "VNG Corporation (VNG)"]


def test_words_of_a_phrase_that_says_nothing_are_no_unknown_values():
    from deals.importing import conventions

    said = ["Có", "không", "chưa", "đang", "rõ", "Cập", "bố", "known"]
    assert [text for text in said if conventions.is_unknown(text)] == []
    assert all(conventions.is_unknown(text) for text in ("chưa rõ", "Đang cập nhật", "N/A", "–", "không có", "None"))


def test_how_numbers_and_days_are_written_is_asked_for_each_file(steward, lists):
    row = [1, "LNG", "PVN", "ExxonMobil", "Năng lượng", "1.500", "07/05/2025", "BGN", "Đã ký MoU"]
    batch = taken_in(flat(row), steward)
    assert sorted(asked(batch)) == ["days", "numbers"]
    answered(batch, steward, numbers="vi", days="dmy")
    row[1] = "Than"
    assert sorted(asked(taken_in(flat(row), steward, name="register-2.xlsx"))) == ["days", "numbers"]
