"""Names as they are compared, searched and sorted."""

import random
import unicodedata

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
