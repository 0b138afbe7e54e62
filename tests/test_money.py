"""Amounts as people write them, in both languages."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deals import money

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


def spaced(text: str) -> str:
    """The text with plain spaces, to be read here; its own never break a line."""
    assert " " not in text
    return text.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("value", "options", "vi", "en"),
    [
        ("1234.5", {}, "1.234,50", "1,234.50"),
        ("1234.5", {"places": 1}, "1.234,5", "1,234.5"),
        ("999", {"places": 0}, "999", "999"),
        ("1000000", {"places": 0}, "1.000.000", "1,000,000"),
        ("0", {}, "0,00", "0.00"),
        ("-1234.567", {}, f"{MINUS}1.234,57", f"{MINUS}1,234.57"),
        ("0.005", {}, "0,01", "0.01"),
        ("0.015", {}, "0,02", "0.02"),
        ("-0.005", {}, f"{MINUS}0,01", f"{MINUS}0.01"),
        ("-0.004", {}, "0,00", "0.00"),
        ("2.5", {"places": 0}, "3", "3"),
        ("12.3", {"signed": True}, "+12,30", "+12.30"),
        ("-12.3", {"signed": True}, f"{MINUS}12,30", f"{MINUS}12.30"),
        ("0", {"signed": True}, "±0,00", "±0.00"),
    ],
)
def test_numbers_have_the_separators_of_the_language_and_round_half_up(value, options, vi, en):
    assert money.number(Decimal(value), language="vi", **options) == vi
    assert money.number(Decimal(value), language="en", **options) == en
    assert money.number(Decimal(value), language="en-gb", **options) == en


@pytest.mark.parametrize(
    ("amount", "vi", "en"),
    [
        ("90300000000", "90.300.000.000,00 USD", "US$90,300,000,000.00"),
        ("-0.5", f"{MINUS}0,50 USD", f"{MINUS}US$0.50"),
        ("999999999999.99", "999.999.999.999,99 USD", "US$999,999,999,999.99"),
    ],
)
def test_the_full_amount_is_exact_with_its_currency(amount, vi, en):
    assert spaced(money.full(Decimal(amount), language="vi")) == vi
    assert spaced(money.full(Decimal(amount), language="en")) == en


@pytest.mark.parametrize(
    ("amount", "vi", "en"),
    [
        ("90300000000", "90,30 tỷ USD", "US$90.30bn"),
        ("54300000000", "54,30 tỷ USD", "US$54.30bn"),
        ("1000000000", "1,00 tỷ USD", "US$1.00bn"),
        ("-700000000", f"{MINUS}700,00 triệu USD", f"{MINUS}US$700.00m"),
        ("999999999.99", "1.000,00 triệu USD", "US$1,000.00m"),
        ("100000", "0,10 triệu USD", "US$0.10m"),
        ("99999.99", "99.999,99 USD", "US$99,999.99"),
        ("0", "0,00 USD", "US$0.00"),
    ],
)
def test_the_short_amount_takes_the_unit_a_person_would_say(amount, vi, en):
    assert spaced(money.short(Decimal(amount), language="vi")) == vi
    assert spaced(money.short(Decimal(amount), language="en")) == en


def test_billions_stay_billions_however_small():
    assert spaced(money.billions(Decimal("4150000"), language="vi", places=3)) == "0,004 tỷ USD"


def test_shares_are_rounded_and_a_whole_of_nothing_has_none():
    assert spaced(money.percent(Decimal("54.3"), Decimal("90.3"), language="vi")) == "60,1 %"
    assert money.percent(Decimal("54.3"), Decimal("90.3"), language="en") == "60.1%"
    assert money.percent(Decimal(101), Decimal(100), language="en", places=0) == "101%"
    assert money.percent(Decimal(1), Decimal(0), language="vi") == "–"


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_a_number_read_back_by_its_own_separators_is_the_number(value):
    for language, (thousands, point) in money.SEPARATORS.items():
        text = money.number(value, language=language)
        assert Decimal(text.replace(thousands, "").replace(point, ".").replace(MINUS, "-")) == value


@pytest.mark.parametrize(
    ("amount", "whole"),
    [("1", True), ("0.10", True), ("0.001", False), ("1E+3", True), ("NaN", False), ("Infinity", False)],
)
def test_whole_cents_are_told_from_fractions_and_from_what_is_no_number(amount, whole):
    assert money.is_whole_cents(Decimal(amount)) is whole
