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


# Numbers as people type them


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        # A separator before exactly three digits stands between groups or is the point.
        ("3.300", ("3300", "3.3")),
        ("90,300", ("90300", "90.3")),
        ("-1.234", ("-1234", "-1.234")),
        ("999.000", ("999000", "999")),
        # In one way only
        ("0", ("0",)),
        ("-0", ("0",)),
        ("3300000000", ("3300000000",)),
        ("0.300", ("0.3",)),
        ("0,125", ("0.125",)),
        ("3,3", ("3.3",)),
        ("3.30", ("3.3",)),
        ("3.3000", ("3.3",)),
        ("1234.567", ("1234.567",)),
        ("1.234.567", ("1234567",)),
        ("1,234,567", ("1234567",)),
        ("1.234,5", ("1234.5",)),
        ("1,234.50", ("1234.5",)),
        ("1.234,567", ("1234.567",)),
        ("1 234 567", ("1234567",)),
        ("1 234,567", ("1234.567",)),
        (f"1{NBSP}234{NBSP}567,5", ("1234567.5",)),
        (f"1{money.NARROW}234", ("1234",)),
        ("1'234'567.50", ("1234567.5",)),
        ("1’234", ("1234",)),
        ("1'234,5", ("1234.5",)),
        ("  12,5\t", ("12.5",)),
        ("-5", ("-5",)),
        (f"{MINUS}5", ("-5",)),
        (f"{MINUS} 5", ("-5",)),
        ("+5", ("5",)),
        # As NFKC writes them, and without what cannot be seen
        ("１２，５", ("12.5",)),
        ("３．３００", ("3300", "3.3")),
        ("－５", ("-5",)),
        ("3\N{ZERO WIDTH SPACE}300\N{WORD JOINER}000", ("3300000",)),
        # In none
        ("", ()),
        (" ", ()),
        ("-", ()),
        (".", ()),
        ("5.", ()),
        (",5", ()),
        ("12.34.5", ()),
        ("1,23,456", ()),
        ("1.2345,6", ()),
        ("1.234,567.8", ()),
        ("1.234.567.8", ()),
        ("1,234 567", ()),
        ("0.300.000", ()),
        ("12 34", ()),
        ("1  2", ()),
        ("--5", ()),
        (f"-{MINUS}5", ()),
        ("5-", ()),
        ("1e5", ()),
        ("0x10", ()),
        ("NaN", ()),
        ("Infinity", ()),
        ("1_000", ()),
        ("3,3 tỷ", ()),
        ("10²", ()),
        ("½", ()),
        ("①", ()),
        ("٣٣", ()),
        ("三", ()),
        ("1" * 29, ()),
    ],
)
def test_a_typed_number_is_read_in_every_way_it_can_be_read(text, readings):
    assert money.readings(text) == tuple(map(Decimal, readings))


CENTS = st.integers(-99_999_999_999_999, 99_999_999_999_999).map(lambda cents: Decimal(cents).scaleb(-2))
LANGUAGES = st.sampled_from(["vi", "en"])


@given(CENTS, LANGUAGES)
def test_what_is_printed_to_the_cent_can_be_read_in_one_way(amount, language):
    assert money.readings(money.number(amount, language=language)) == (amount,)


@given(st.decimals(-(10**6), 10**6, places=8), LANGUAGES)
def test_a_number_written_clearly_keeps_all_its_decimals_and_is_read_in_one_way(value, language):
    assert money.readings(money.clear(value, language=language)) == (value,)


@given(CENTS, st.sampled_from(list(money.UNITS)), LANGUAGES)
def test_an_amount_in_any_unit_is_read_back_to_the_cent(amount, unit, language):
    text = money.clear(amount / money.UNITS[unit], language=language)
    assert [number * money.UNITS[unit] for number in money.readings(text)] == [amount]


@given(st.text(alphabet="0123456789.,' -+%", max_size=30))
def test_two_readings_differ_by_a_factor_of_a_thousand(text):
    found = money.readings(text)
    assert len(found) <= 2
    if len(found) == 2:
        assert found[0] == 1000 * found[1]


@pytest.mark.parametrize(
    ("amount", "vi", "en", "unit"),
    [
        ("3300000000", "3,3", "3.3", "billion"),
        ("90300000000", "90,3", "90.3", "billion"),
        ("999999999999.99", "999.999.999.999,99", "999,999,999,999.99", "one"),
        ("1000000000", "1", "1", "billion"),
        ("-700000000", f"{MINUS}700", f"{MINUS}700", "million"),
        # One decimal more where it would have been read in two ways
        ("3305000000", "3.305,00", "3,305.00", "million"),
        ("999999", "999.999,00", "999,999.00", "one"),
        ("1234567", "1.234.567", "1,234,567", "one"),
        ("12.5", "12,5", "12.5", "one"),
        ("0", "0", "0", "one"),
    ],
)
def test_an_amount_is_written_as_a_person_would_type_it(amount, vi, en, unit):
    assert money.written(Decimal(amount), language="vi") == (vi, unit)
    assert money.written(Decimal(amount), language="en") == (en, unit)


@pytest.mark.parametrize(
    ("text", "number", "unit", "dollars"),
    [
        ("3,3", "3,3", "", False),
        ("3,3 tỷ", "3,3", "billion", False),
        ("3,3tỉ", "3,3", "billion", False),
        ("3,3 TỶ USD", "3,3", "billion", True),
        ("3,3 ty\u0309", "3,3", "billion", False),  # typed as letter and mark
        ("700 triệu", "700", "million", False),
        ("US$3.3bn", "3.3", "billion", True),
        ("$700m", "700", "million", True),
        ("3.3 billion", "3.3", "billion", False),
        ("USD 5 million", "5", "million", True),
        ("3300000000 USD", "3300000000", "", True),
        ("$1,234,567.50", "1,234,567.50", "", True),
        (f"{MINUS}US$1.00bn", "-1.00", "billion", True),
    ],
)
def test_a_unit_and_the_sign_of_the_dollar_may_be_typed_with_the_number(text, number, unit, dollars):
    assert money.split(text) == (number, unit, dollars)


@pytest.mark.parametrize(
    "text", ["3.3 billion tỷ", "tỷ 3,3", "3,3 nghìn tỷ", "3.3x", "-$-5", "3.3 bnm", "€5", "5 EUR", "tỷ", "$", "3²m"]
)
def test_what_is_built_otherwise_is_no_number(text):
    assert money.readings(money.split(text).number) == ()


@given(CENTS, LANGUAGES)
def test_a_full_amount_can_be_pasted_back(amount, language):
    typed = money.split(money.full(amount, language=language))
    assert (money.readings(typed.number), typed.unit, typed.dollars) == ((amount,), "", True)


def test_an_amount_in_another_currency_names_it():
    assert spaced(money.full(Decimal("1234.5"), language="vi", currency="EUR")) == "1.234,50 EUR"
    assert spaced(money.full(Decimal("-1234.5"), language="en", currency="EUR")) == f"{MINUS}EUR 1,234.50"


# Amounts in words


@pytest.mark.parametrize(
    ("amount", "vi", "en"),
    [
        ("0", "không đô la Mỹ", "zero US dollars"),
        ("1", "một đô la Mỹ", "one US dollar"),
        ("4", "bốn đô la Mỹ", "four US dollars"),
        ("10", "mười đô la Mỹ", "ten US dollars"),
        ("11", "mười một đô la Mỹ", "eleven US dollars"),
        ("15", "mười lăm đô la Mỹ", "fifteen US dollars"),
        ("20", "hai mươi đô la Mỹ", "twenty US dollars"),
        ("21", "hai mươi mốt đô la Mỹ", "twenty-one US dollars"),
        ("25", "hai mươi lăm đô la Mỹ", "twenty-five US dollars"),
        ("101", "một trăm linh một đô la Mỹ", "one hundred and one US dollars"),
        ("105", "một trăm linh năm đô la Mỹ", "one hundred and five US dollars"),
        ("110", "một trăm mười đô la Mỹ", "one hundred and ten US dollars"),
        ("111", "một trăm mười một đô la Mỹ", "one hundred and eleven US dollars"),
        ("115", "một trăm mười lăm đô la Mỹ", "one hundred and fifteen US dollars"),
        ("121", "một trăm hai mươi mốt đô la Mỹ", "one hundred and twenty-one US dollars"),
        # The zeros inside a number, which num2words leaves out
        ("1005", "một nghìn không trăm linh năm đô la Mỹ", "one thousand and five US dollars"),
        ("1050", "một nghìn không trăm năm mươi đô la Mỹ", "one thousand and fifty US dollars"),
        ("1050000", "một triệu không trăm năm mươi nghìn đô la Mỹ", "one million, fifty thousand US dollars"),
        ("3000000500", "ba tỷ không triệu không nghìn năm trăm đô la Mỹ", "three billion, five hundred US dollars"),
        ("3300000000", "ba tỷ ba trăm triệu đô la Mỹ", "three billion, three hundred million US dollars"),
        ("90300000000", "chín mươi tỷ ba trăm triệu đô la Mỹ", "ninety billion, three hundred million US dollars"),
        # Above 999 billion: nothing that can be kept, but one of the readings of 3.300 tỷ
        ("3300000000000", "ba nghìn ba trăm tỷ đô la Mỹ", "three trillion, three hundred billion US dollars"),
        ("90000000000000000", "chín mươi triệu tỷ đô la Mỹ", "ninety quadrillion US dollars"),
        ("2.50", "hai đô la Mỹ và năm mươi xu", "two US dollars and fifty cents"),
        ("0.01", "không đô la Mỹ và một xu", "zero US dollars and one cent"),
        ("-700000000", "âm bảy trăm triệu đô la Mỹ", "minus seven hundred million US dollars"),
        ("-0.15", "âm không đô la Mỹ và mười lăm xu", "minus zero US dollars and fifteen cents"),
    ],
)
def test_amounts_are_said_in_words(amount, vi, en):
    assert money.words(Decimal(amount), language="vi") == vi
    assert money.words(Decimal(amount), language="en") == en


@pytest.mark.parametrize(
    ("currency", "vi", "en"),
    [
        ("EUR", "một nghìn euro và hai xu", "one thousand euros and two cents"),
        ("GBP", "một nghìn bảng Anh và hai xu", "one thousand pounds sterling and two pence"),
        ("JPY", "một nghìn yên Nhật và hai xu", "one thousand Japanese yen and two sen"),
    ],
)
def test_other_currencies_have_their_own_names(currency, vi, en):
    assert money.words(Decimal("1000.02"), language="vi", currency=currency) == vi
    assert money.words(Decimal("1000.02"), language="en", currency=currency) == en


VIETNAMESE_DIGITS = "không một hai ba bốn năm sáu bảy tám chín".split()  # noqa: SIM905


def heard(words: str) -> int:
    """The whole number that a Vietnamese hearer writes down: digit by digit, group by group."""
    total = group = digit = 0
    for word in words.split():
        if word in VIETNAMESE_DIGITS:
            digit = VIETNAMESE_DIGITS.index(word)
        elif word in ("mốt", "lăm"):
            digit = {"mốt": 1, "lăm": 5}[word]
        elif word in ("trăm", "mươi", "mười"):
            group, digit = group + {"trăm": 100 * digit, "mươi": 10 * digit, "mười": 10}[word], 0
        elif word in ("nghìn", "triệu"):
            total, group, digit = total + (group + digit) * {"nghìn": 10**3, "triệu": 10**6}[word], 0, 0
        elif word == "tỷ":
            total, group, digit = (total + group + digit) * 10**9, 0, 0
        else:
            assert word == "linh", word
    return total + group + digit


@given(st.one_of(st.integers(0, 999), st.integers(0, 10**6), st.integers(0, 10**15 - 1)))
def test_a_number_heard_in_vietnamese_is_the_number_said(number):
    said = money.words(Decimal(number), language="vi").removesuffix(" đô la Mỹ")
    assert heard(said) == number
    assert "  " not in said


def test_every_number_of_three_digits_is_said_as_it_is_heard():
    for number in range(1000):
        assert heard(money.words(Decimal(number), language="vi").removesuffix(" đô la Mỹ")) == number


def test_a_fraction_of_a_cent_has_no_words():
    with pytest.raises(ValueError, match="whole number of cents"):
        money.words(Decimal("0.005"), language="en")
