"""Names as they are compared, searched and sorted."""

import random
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deals import names
from deals.models import Enterprise
from tests import factories

# As in a Vietnamese dictionary: letters first (a ă â … d đ … o ô ơ … u ư), then tones: none, huyền, hỏi, ngã,
# sắc, nặng.
LINES = """
3M, An Giang, Ánh Dương, Ăn Quốc, Ấn Độ, ba, bà, bả, bã, bá, bạ, Bắc Ninh
Dầu khí, Đà Nẵng, Điện lực, Hà Nội, Hải Phòng, Lào Cai, Long An, Lô, Lơ, ma, mả, Nha Trang
Ô Môn, Ơn, Tập đoàn, Thái Bình, Uông Bí, Ước, Vietjet, Việt Nam, Vinh
"""
IN_ORDER = [name.strip() for line in LINES.splitlines() for name in line.split(",") if name.strip()]


def test_tidying_takes_what_cannot_be_seen_and_composes_letters():
    assert names.tidy("  Điện\u00a0 lực\u200b \t\n Việt\ufeff Nam ") == "Điện lực Việt Nam"
    assert names.tidy(unicodedata.normalize("NFD", "Điện lực")) == "Điện lực"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Điện lực", "dien luc"),
        ("ĐỒNG NAI", "dong nai"),
        ("ðồng", "dong"),
        ("Tập  đoàn Dầu khí", "tap doan dau khi"),
        ("Boeing 737-8 (MAX)", "boeing 737-8 (max)"),
        ("Ư Ơ Ă Â Ê Ô", "u o a a e o"),
        ("Straße", "strasse"),
    ],
)
def test_folding_takes_marks_and_case_and_bars(text, folded):
    assert names.fold(text) == folded
    assert names.fold(unicodedata.normalize("NFD", text)) == folded


@given(st.text())
def test_folding_and_tidying_twice_is_the_same_as_once(text):
    assert names.tidy(names.tidy(text)) == names.tidy(text)
    assert names.fold(names.fold(text)) == names.fold(text)


def test_what_is_searched_by_words_has_each_word_once_and_in_order():
    assert names.each_word(["Điện lực Dầu khí", "điện LỰC Hậu Giang", ""]) == "dien luc dau khi hau giang"


def test_a_name_as_part_of_an_address_has_only_letters_digits_and_hyphens():
    assert names.slug("GE Vernova (Hoa Kỳ), Đức & Co.") == "ge-vernova-hoa-ky-duc-co"
    assert names.slug("—") == ""


def test_the_order_is_that_of_a_vietnamese_dictionary():
    shuffled = random.Random(1).sample(IN_ORDER, len(IN_ORDER))
    assert sorted(shuffled, key=names.sort_key) == IN_ORDER


def test_case_and_the_way_letters_are_composed_do_not_matter_for_the_order():
    assert names.sort_key("điện LỰC") == names.sort_key("Điện lực") == names.sort_key("Điện lực")


@pytest.mark.django_db
def test_the_database_lists_in_the_same_order_as_python():
    for name in random.Random(2).sample(IN_ORDER, len(IN_ORDER)):
        factories.enterprise(name_vi=name)
    assert [enterprise.name_vi for enterprise in Enterprise.objects.all()] == IN_ORDER


# Names as they are compared

NAMES = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyzàáảãạ ĐÀ.,-&()0123", min_size=1, max_size=40).filter(
    lambda name: any(char.isalpha() for char in name)
)


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Tổng công ty Hàng không Việt Nam - CTCP", "hangkhongvietnam"),
        ("TCT Hàng không Việt Nam", "hangkhongvietnam"),
        ("HÀNG KHÔNG VIỆT NAM, TỔNG CÔNG TY", "hangkhongvietnam"),
        ("Công ty cổ phần Hàng không Vietjet", "hangkhongvietjet"),
        ("Vietjet Aviation JSC", "vietjetaviation"),
        ("Vietjet Aviation J.S.C.", "vietjetaviation"),
        ("Vietjet Aviation Joint Stock Company", "vietjetaviation"),
        ("Tập đoàn Vingroup - Công ty CP", "vingroup"),
        ("TĐ Vingroup", "vingroup"),
        ("Công ty cổ phần Tập đoàn Mặt Trời", "mattroi"),
        ("Công ty TNHH MTV Sữa Việt", "suaviet"),
        ("Công ty Trách nhiệm hữu hạn Một thành viên Sữa Việt", "suaviet"),
        ("Cty Sữa Việt", "suaviet"),
        ("Vitana Co., Ltd", "vitana"),
        ("Vitana Co.,Ltd.", "vitana"),
        ("Vitana Company Limited", "vitana"),
        ("The Boeing Company", "boeing"),
        ("Cargill Group Holdings PLC", "cargill"),
        ("AES Corporation", "aes"),
        ("Pfizer, Inc.", "pfizer"),
        ("Northeast Timber & Lumber LLC", "northeasttimberlumber"),
        ("Northeast Timber and Lumber", "northeasttimberlumber"),
        ("T&T Group", "tt"),
        ("PV GAS", "pvgas"),
        ("PVGas", "pvgas"),
    ],
)
def test_a_name_is_compared_without_its_legal_form(name, bare):
    assert names.bare(name) == bare


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Incorporated Council", "council"),
        ("Coca Cola", "cocacola"),
        ("Limitless", "limitless"),
        ("TD Bank", "tdbank"),
        ("Groupon", "groupon"),
    ],
)
def test_only_whole_words_are_a_legal_form(name, bare):
    assert names.bare(name) == bare


@pytest.mark.parametrize("name", ["Công ty TNHH", "Group Holdings", "Co., Ltd", "JSC", "The Company", "—", "…"])
def test_a_name_of_nothing_but_legal_forms_keeps_them(name):
    assert names.bare(name)


@given(NAMES)
def test_a_name_as_it_is_compared_is_never_empty_and_stays_as_it_is(name):
    assert names.bare(name)
    assert names.bare(names.bare(name)) == names.bare(name)


@given(NAMES)
def test_neither_case_nor_spaces_nor_composition_matter_where_names_are_compared(name):
    bare = names.bare(name)
    assert names.bare(name.upper()) == bare
    assert names.bare(unicodedata.normalize("NFD", name)) == bare
    assert names.bare("  " + name.replace(" ", " \u00a0 ") + "\t") == bare


@given(st.text(max_size=60))
def test_any_text_at_all_may_be_compared(text):
    assert names.bare(names.bare(text)) == names.bare(text)
    assert names.goods_of(text) is not None
    assert all(quantity > 0 for quantity in names.quantities_of(text))


def test_the_name_that_was_meant():
    known = ["PetroVietnam", "Petrolimex", "Vietnam Airlines", "Boeing"]
    assert names.closest("petro vietnam corp.", known)[0] == "PetroVietnam"
    assert names.closest("Boieng", known) == ["Boeing"]
    assert names.closest("Siemens", known) == []
    assert len(names.closest("Deal", [f"Deal {n}" for n in range(9)])) == 3


# Titles


@pytest.mark.parametrize(
    ("title", "goods"),
    [
        ("50 máy bay Boeing 737 MAX cho Vietnam Airlines", {"aircraft", "boeing", "737", "max", "airline"}),
        ("Hợp đồng mua 50 tàu bay Boeing 737-8", {"aircraft", "boeing", "737"}),
        ("Purchase agreement for 50 Boeing 737-8 aircraft (MoU 2025)", {"aircraft", "boeing", "737"}),
        ("900.000 tấn ngô và lúa mì", {"corn", "wheat"}),
        ("900,000 tonnes of corn and wheat", {"corn", "wheat"}),
        ("Bảo dưỡng tua-bin khí", {"maintenance", "turbine", "gas"}),
        ("Maintenance of gas turbines", {"maintenance", "turbine", "gas"}),
        ("Biên bản ghi nhớ mua bán năm 2025", set()),
        ("", set()),
    ],
)
def test_the_words_of_a_title_that_say_what_is_bought(title, goods):
    assert names.goods_of(title) == goods
    assert names.goods_of(unicodedata.normalize("NFD", title)) == goods
    assert names.goods_of(names.fold(title)) == goods


@pytest.mark.parametrize(
    ("title", "quantities"),
    [
        ("50 Boeing 737 MAX", {50}),
        ("50 boeing 737 max", {50}),
        ("Vietjet đặt mua thêm 100 máy bay Boeing 737 MAX 200", {100}),
        ("100 Boeing 737 MAX 200 aircraft for Vietjet (2016 order)", {100}),
        ("Động cơ GTF cho 63 máy bay A320neo/A321neo", {63}),
        ("40 máy bay Boeing 787-9", {40}),
        ("Engines for the 737 MAX and 787-9 fleet", set()),
        ("777 MW", {777}),
        ("Thiết bị cho trang trại điện gió 800MW", {800}),
        ("Tua-bin cho Nhơn Trạch 3 và 4", set()),
        ("1,25 triệu tấn ngô", {1_250_000}),
        ("1.25 million tonnes of corn", {1_250_000}),
        ("Mua lúa mì, 900.000 tấn", {900_000}),
        ("900,000 tonnes of wheat", {900_000}),
        ("1.250,5 tấn", {Decimal("1250.5")}),
        ("Hợp đồng trị giá 10 tỷ USD mua 50 máy bay", {50}),
        ("US$ 3 billion for 12 A321neo", {12}),
        ("$8bn of LNG", set()),
        ("Lô dầu thô WTI (tháng 11/2025)", set()),
        ("Mua than năm 2020", set()),
        ("Mua 2020 tấn than", {2020}),
        ("LNG 2026–2040", set()),
        ("Mỏ dầu lô 15-1/05", set()),
        ("COVID-19, 5G, E10", set()),
        ("99999999999999999999 tấn", set()),
        ("1.2.3.4 tấn", set()),
    ],
)
def test_the_numbers_of_a_title_that_are_quantities(title, quantities):
    assert names.quantities_of(title) == quantities
