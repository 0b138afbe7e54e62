"""Amounts in forms: typed with a unit, asked back where there are two readings, repeated in digits and words."""

import re
import time
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from uuid import uuid4

import pytest
from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from deals import money
from deals.forms.amounts import AmountField, PricedForm
from deals.models import Instrument, User

TODAY = date(2026, 11, 22)
LANGUAGES = ("vi", "en")
CENTS = st.integers(-99_999_999_999_999, 99_999_999_999_999).map(lambda cents: Decimal(cents).scaleb(-2))


class Price(forms.Form):
    usd = AmountField(required=False)


class Change(forms.Form):
    usd = AmountField(required=False, allow_negative=True)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def sent(number="", unit="", chosen=None, form=Price):
    typed = {"usd_0": number, "usd_1": unit}
    return form(typed if chosen is None else typed | {"usd_2": chosen})


def codes(form, field="usd"):
    return [error.code for error in form.errors.as_data().get(field, [])]


def inputs(html):
    """What a browser would send of the rendered amount if nothing more was typed: the number, and the unit."""
    number = unescape(re.search(r'<input type="text" name="\w+_0" value="([^"]*)"', html)[1])
    unit = re.search(r'<option value="(\w*)" selected>', html)
    return number, unit[1] if unit else ""


def buttons(html):
    """The buttons that choose a reading: what each sends, and what stands on it."""
    found = re.findall(r'<button type="submit" name="(\w+)" value="([^"]*)" formnovalidate>(.*?)</button>', html)
    return [(name, value, words_of(text)) for name, value, text in found]


def words_of(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


# What is typed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("number", "unit", "amount"),
    [
        ("3,3", "billion", "3300000000"),
        ("3.3", "billion", "3300000000"),
        ("90,30", "billion", "90300000000"),
        ("700", "million", "700000000"),
        ("3.300.000.000", "one", "3300000000"),
        ("3,300,000,000.50", "one", "3300000000.50"),
        ("999.999.999.999,99", "one", "999999999999.99"),
        ("0,01", "one", "0.01"),
        ("0,00000001", "million", "0.01"),
        ("３，３", "billion", "3300000000"),
        ("0", "one", "0"),
        # The unit typed with the number
        ("3,3 tỷ", "", "3300000000"),
        ("3,3 tỷ USD", "", "3300000000"),
        ("700 triệu", "", "700000000"),
        ("US$3.3bn", "", "3300000000"),
        ("$5m", "", "5000000"),
        ("5 million", "", "5000000"),
        ("3.3 billion", "billion", "3300000000"),
        ("$3.3", "billion", "3300000000"),
        ("3300000000 USD", "", "3300000000"),
        ("$1,234,567.50", "", "1234567.50"),
    ],
)
def test_an_amount_is_a_number_times_its_unit(language, number, unit, amount):
    with translation.override(language):
        form = sent(number, unit)
        assert form.is_valid(), form.errors
    assert form.cleaned_data["usd"] == Decimal(amount)
    assert form.cleaned_data["usd"].as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("number", "unit", "code"),
    [
        ("3,3", "", "unit"),
        ("3,3", "trillion", "unit"),
        ("3,3 tỷ", "million", "units"),
        ("3,3 tỷ", "one", "units"),
        ("700m", "billion", "units"),
        ("3.300", "billion", "ambiguous"),
        ("90,300", "million", "ambiguous"),
        ("3.300 tỷ", "", "ambiguous"),
        ("3.300", "one", "ambiguous"),
        ("0,001", "one", "fraction"),
        ("0,000000001", "million", "fraction"),
        ("1.0000000000000000000000001", "billion", "fraction"),
        ("1000", "billion", "too_much"),
        ("999999999999.995", "one", "too_much"),
        ("-5", "million", "negative"),
        ("tỷ", "", "number"),
        ("much", "million", "number"),
        ("1.23.456", "one", "number"),
        ("1e3", "million", "number"),
        ("3,3 nghìn tỷ", "", "number"),
        ("\x00", "one", "number"),
    ],
)
def test_what_is_not_one_amount_is_refused(number, unit, code):
    assert codes(sent(number, unit)) == [code]


@pytest.mark.parametrize("typed", [{}, {"usd_0": "", "usd_1": ""}, {"usd_0": " ", "usd_1": "billion"}])
def test_nothing_is_no_amount_and_neither_is_a_unit_alone(typed):
    class Required(forms.Form):
        usd = AmountField()

    form = Price(typed)
    assert form.is_valid()
    assert form.cleaned_data["usd"] is None
    assert codes(Required(typed)) == ["required"]


def test_below_zero_only_where_it_is_allowed():
    form = sent("−700", "million", form=Change)
    assert form.is_valid()
    assert form.cleaned_data["usd"] == -700_000_000
    assert codes(sent("−1000", "billion", form=Change)) == ["too_much"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_unit_is_chosen_until_somebody_chooses_it(language):
    with translation.override(language):
        assert inputs(str(Price())) == ("", "")
        assert inputs(str(sent("3,3"))) == ("3,3", "")


def test_the_label_leads_to_the_number_and_the_unit_has_a_name():
    html = str(Price())
    assert '<label for="id_usd_0">' in html
    assert 'id="id_usd_0"' in html
    assert re.search(r'<select name="usd_1"[^>]* aria-label="Unit"', html)
    assert re.search(r'<input[^>]* inputmode="decimal"[^>]* autocomplete="off"', html)


# Two readings


@pytest.mark.parametrize(
    ("language", "figures"),
    [
        (
            "vi",
            (
                "3.300.000.000,00 USD ba tỷ ba trăm triệu đô la Mỹ",
                "3.300.000,00 USD ba triệu ba trăm nghìn đô la Mỹ",
            ),
        ),
        (
            "en",
            (
                "US$3,300,000,000.00 three billion, three hundred million US dollars",
                "US$3,300,000.00 three million, three hundred thousand US dollars",
            ),
        ),
    ],
)
def test_what_can_be_read_in_two_ways_is_asked_with_a_button_for_each(language, figures):
    with translation.override(language):
        html = str(sent("3.300", "million"))
    assert buttons(html) == [("usd_2", "3300", figures[0]), ("usd_2", "3.3", figures[1])]
    assert inputs(html) == ("3.300", "million")


def test_the_question_names_both_readings():
    [error] = sent("90,300", "million").errors["usd"]
    assert "90,300" in error
    assert "US$90,300,000,000.00" in error
    assert "US$90,300,000.00" in error


def test_three_decimals_before_ty_are_asked_for_too():
    html = str(sent("3.300", "billion"))
    assert [value for _name, value, _text in buttons(html)] == ["3300", "3.3"]
    assert codes(sent("3.300", "billion", "3300")) == ["too_much"]
    assert sent("3.300", "billion", "3.3").is_valid()


def test_a_reading_with_a_fraction_of_a_cent_is_shown_exactly_and_refused():
    _more, less = buttons(str(sent("3.305", "one")))
    assert less == ("usd_2", "3.305", "3.3050 USD")
    assert codes(sent("3.305", "one", "3.305")) == ["fraction"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("chosen", "amount", "shown"),
    [
        ("3300", "3300000000", {"vi": "3.300,00", "en": "3,300.00"}),
        ("3.3", "3300000", {"vi": "3,3", "en": "3.3"}),
    ],
)
@pytest.mark.parametrize(("number", "unit"), [("3.300", "million"), ("3,300", "million"), ("3.300 triệu", "")])
def test_the_reading_chosen_counts_and_is_then_written_beyond_doubt(language, chosen, amount, shown, number, unit):
    with translation.override(language):
        form = sent(number, unit, chosen)
        assert form.is_valid()
        assert form.cleaned_data["usd"] == Decimal(amount)
        html = str(form)
        assert inputs(html) == (shown[language], "million")
        assert buttons(html) == []
        # What is shown can be sent again without choosing.
        again = sent(*inputs(html))
        assert again.is_valid()
        assert again.cleaned_data["usd"] == Decimal(amount)


@pytest.mark.parametrize(
    "forged",
    ["", "33", "3299", "3.30", "3.300", "03300", "3300.0", "3,3", "-3300", "3.3e3", "NaN", "３300", "x" * 9999],
)
def test_a_reading_that_is_none_of_the_two_is_not_chosen(forged):
    form = sent("3.300", "million", forged)
    assert codes(form) == ["ambiguous"]
    assert inputs(str(form)) == ("3.300", "million")


def test_a_reading_chosen_before_does_not_outlive_the_number():
    form = sent("5", "million", "3.3")
    assert form.is_valid()
    assert form.cleaned_data["usd"] == 5_000_000
    assert inputs(str(form)) == ("5", "million")


def test_enter_chooses_no_reading():
    html = str(sent("3.300", "million"))
    first = re.search(r"<button[^>]*>", html)[0]
    assert first == '<button type="submit" hidden>'


# Said back without JavaScript


@pytest.mark.parametrize(
    ("language", "echo"),
    [
        ("vi", "3.300.000.000,00 USD ba tỷ ba trăm triệu đô la Mỹ"),
        ("en", "US$3,300,000,000.00 three billion, three hundred million US dollars"),
    ],
)
def test_a_form_that_comes_back_says_the_amount_in_digits_and_words(language, echo):
    with translation.override(language):
        assert echo in words_of(str(sent("3,3", "billion")))
        assert echo in words_of(str(Price(initial={"usd": Decimal("3300000000.00")})))


def test_the_problem_is_said_once_by_the_errors_of_the_field():
    html = words_of(str(sent("3,3")))
    assert html.count("Choose the unit beside the number") == 1


@given(CENTS, st.sampled_from(LANGUAGES))
def test_an_amount_shown_and_sent_back_is_the_same_amount(amount, language):
    with translation.override(language):
        number, unit = inputs(str(Change(initial={"usd": amount})))
        form = sent(number, unit, form=Change)
        assert form.is_valid(), (number, unit)
        assert form.cleaned_data["usd"] == amount
        assert not Change({"usd_0": number, "usd_1": unit}, initial={"usd": amount}).has_changed()


@given(CENTS, st.sampled_from(list(money.UNITS)), st.sampled_from(LANGUAGES))
def test_an_amount_typed_in_any_unit_is_the_same_amount(amount, unit, language):
    with translation.override(language):
        form = sent(money.clear(amount / money.UNITS[unit], language=language), unit, form=Change)
        assert form.is_valid()
    assert form.cleaned_data["usd"] == amount


@pytest.mark.parametrize("text", ["1" * 100_000, "1." * 50_000, " " * 100_000 + "5", "1 " * 50_000, "tỷ" * 50_000])
def test_an_endless_number_is_answered_at_once(text):
    start = time.perf_counter()
    form = sent(text, "million")
    html = str(form)
    assert time.perf_counter() - start < 0.5
    assert form.is_valid() == text.endswith("5")
    assert len(html) < len(text) + 10_000


# Values


def priced(form=PricedForm, *, today=TODAY, prefix=None, **typed):
    """The form as sent with this typed into it; a list is sent as several values."""
    data = QueryDict(mutable=True)
    for name, value in {"token": str(uuid4()), "currency": "USD", **typed}.items():
        data.setlist(f"{prefix}-{name}" if prefix else name, value if isinstance(value, list) else [value])
    return form(data, by=User(), today=today, prefix=prefix)


def at(form):
    return {name: [error.code for error in errors] for name, errors in form.errors.as_data().items()}


KNOWN = {"amount_0": "3,3", "amount_1": "billion"}
AWAITED = {"unknown": "on", "awaited_from": "EVN", "awaited_by": "2027-01-31"}
EUROS = {
    "amount_0": "10",
    "amount_1": "million",
    "currency": "EUR",
    "rate": "1,0850",
    "rate_on": "2026-11-20",
    "rate_source": "ECB",
}


def test_a_known_value_becomes_the_fields_of_a_record():
    form = priced(**KNOWN, basis="contract_price", evidence="document_held")
    assert form.is_valid(), form.errors
    assert form.priced == {
        "usd": Decimal("3300000000.00"),
        "currency": "USD",
        "amount": None,
        "rate": None,
        "rate_on": None,
        "rate_source": "",
        "basis": "contract_price",
        "evidence": "document_held",
        "awaited_from": "",
        "awaited_by": None,
    }
    Instrument(kind="contract", **form.priced).clean_fields(exclude=["deal", "signed_on", "title_vi", "title_en"])


def test_a_value_not_known_yet_says_who_is_to_supply_it_and_when():
    form = priced(**AWAITED)
    assert form.is_valid(), form.errors
    found = {name: value for name, value in form.priced.items() if value}
    assert found == {"currency": "USD", "awaited_from": "EVN", "awaited_by": date(2027, 1, 31)}
    assert form.priced["usd"] is None


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({}, {"amount"}),
        ({"unknown": "on"}, {"awaited_from", "awaited_by"}),
        ({"unknown": "on", "awaited_from": "EVN"}, {"awaited_by"}),
        ({**KNOWN, **AWAITED}, {"unknown"}),
        ({**KNOWN, "awaited_from": "EVN"}, {"awaited_from"}),
        ({"awaited_by": "2027-01-31"}, {"unknown"}),
        # An amount typed wrongly is asked for once.
        ({"amount_0": "much", "amount_1": "one"}, {"amount"}),
        ({"amount_0": "3.300", "amount_1": "million", **AWAITED}, {"amount", "unknown"}),
    ],
)
def test_a_value_is_known_or_awaited_and_not_both(typed, fields):
    form = priced(**typed)
    assert not form.is_valid()
    assert set(form.errors) == fields
    assert all(len(errors) == 1 for errors in form.errors.values())


def test_a_value_that_is_optional_may_be_left_out_but_not_half_awaited():
    class Optional(PricedForm):
        value_required = False

    form = priced(Optional)
    assert form.is_valid()
    assert form.priced["usd"] is None
    assert set(priced(Optional, awaited_from="EVN").errors) == {"unknown"}


def test_what_changes_a_value_may_be_below_zero():
    class Amending(PricedForm):
        allow_negative = True

    form = priced(Amending, amount_0="-700", amount_1="million")
    assert form.is_valid()
    assert form.priced["usd"] == -700_000_000
    assert at(priced(amount_0="-700", amount_1="million")) == {"amount": ["negative"]}
    assert "negative=1" in str(form["amount"])
    assert "negative=1" not in str(priced()["amount"])


def test_only_the_day_on_which_a_value_is_awaited_may_be_still_to_come():
    form = priced()
    assert "max" not in form.fields["awaited_by"].widget.attrs
    assert form.fields["rate_on"].widget.attrs["max"] == TODAY.isoformat()
    late = priced(**EUROS | {"rate_on": (TODAY + timedelta(1)).isoformat()})
    assert at(late) == {"rate_on": ["future"]}


# Other currencies


def test_another_currency_keeps_its_amount_and_fixes_the_dollars():
    form = priced(**EUROS)
    assert form.is_valid(), form.errors
    found = form.priced
    assert (found["usd"], found["currency"], found["amount"]) == (Decimal("10850000.00"), "EUR", Decimal("10000000.00"))
    assert (found["rate"], found["rate_on"], found["rate_source"]) == (Decimal("1.085"), date(2026, 11, 20), "ECB")


@pytest.mark.parametrize(
    ("amount", "rate", "usd"), [("1", "0,125", "0.12"), ("1", "0,135", "0.14"), ("1", "0,1251", "0.13")]
)
def test_the_dollars_are_rounded_half_to_even(amount, rate, usd):
    form = priced(**EUROS | {"amount_0": amount, "amount_1": "one", "rate": rate})
    assert form.is_valid(), form.errors
    assert str(form.priced["usd"]) == usd


@pytest.mark.parametrize("missing", ["rate", "rate_on", "rate_source"])
def test_another_currency_needs_its_rate_with_day_and_source(missing):
    assert set(priced(**EUROS | {missing: ""}).errors) == {missing}


def test_another_currency_needs_its_amount():
    assert "currency" in priced(**EUROS | {"amount_0": "", "amount_1": "", **AWAITED}).errors


@pytest.mark.parametrize("given", ["rate", "rate_on", "rate_source"])
def test_dollars_have_no_rate(given):
    form = priced(**KNOWN, **{given: EUROS[given]})
    assert set(form.errors) == {given}


@pytest.mark.parametrize(
    ("rate", "code"),
    [
        ("1,085", "ambiguous"),
        ("0", "rate"),
        ("-1,1", "rate"),
        ("1,123456789", "rate"),
        ("1000000", "rate"),
        ("one", "rate"),
    ],
)
def test_a_rate_that_is_none_or_could_be_another_is_refused(rate, code):
    assert at(priced(**EUROS | {"rate": rate})) == {"rate": [code]}


def test_the_two_rates_that_were_meant_are_named_as_they_can_be_written():
    form = priced(**EUROS | {"rate": "1,085"})
    assert "1,085.00" in str(form.errors["rate"])
    assert "1.0850" in str(form.errors["rate"])
    assert priced(**EUROS | {"rate": "1.0850"}).is_valid()


def test_a_small_rate_keeps_its_eight_decimals_when_it_is_shown_again():
    form = PricedForm(by=User(), today=TODAY, initial={"rate": Decimal("0.00003846")})
    assert 'value="0.00003846"' in str(form["rate"])
    with translation.override("vi"):
        assert 'value="1,0850"' in str(
            PricedForm(by=User(), today=TODAY, initial={"rate": Decimal("1.08500000")})["rate"]
        )


def test_more_dollars_than_can_be_kept_are_refused():
    form = priced(**EUROS | {"amount_0": "999", "amount_1": "billion"})
    assert set(form.errors) == {"amount"}


def test_dollars_named_beside_another_currency_are_refused():
    assert at(priced(**EUROS | {"amount_0": "$10"})) == {"amount": ["currencies"]}


def test_a_currency_nobody_knows_is_refused_and_shown_without_harm():
    form = priced(**EUROS | {"currency": "XXX"})
    assert at(form) == {"currency": ["invalid_choice"]}
    assert "US$10,000,000.00" in words_of(str(form["amount"]))


def test_the_echo_is_in_the_currency_of_the_form():
    assert "EUR 10,000,000.00 ten million euros" in words_of(str(priced(**EUROS)["amount"]))
    assert "EUR 10,000,000.00" in words_of(str(priced(**EUROS, prefix="a")["amount"]))
    first = PricedForm(by=User(), today=TODAY, initial={"amount": Decimal(5), "currency": "JPY"})
    assert "five Japanese yen" in words_of(str(first["amount"]))


# A value on record


@pytest.mark.parametrize(
    "record",
    [
        Instrument(usd=Decimal("3300000000.00"), basis="list_price", evidence="press_report"),
        Instrument(usd=None, awaited_from="EVN", awaited_by=date(2027, 1, 31)),
        Instrument(
            usd=Decimal("10850000.00"),
            currency="EUR",
            amount=Decimal("10000000.00"),
            rate=Decimal("1.08500000"),
            rate_on=date(2026, 11, 20),
            rate_source="ECB",
        ),
    ],
    ids=["known", "awaited", "euros"],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_value_on_record_is_shown_and_sent_back_unchanged(record, language):
    with translation.override(language):
        form = PricedForm(record=record, by=User(), today=TODAY)
        number, unit = inputs(str(form["amount"]))
        typed = {name: form[name].value() for name in form.fields if name not in ("amount", "token")}
        again = {name: str(value) for name, value in typed.items() if value not in (None, "", False)}
        sent_back = priced(**again, amount_0=number, amount_1=unit)
        assert sent_back.is_valid(), sent_back.errors
    for name, value in sent_back.priced.items():
        assert getattr(record, name) == value, name


# Values that may be wrong by a factor of a thousand


class After(PricedForm):
    last_usd = Decimal("1000000000.00")


def asked(form):
    form.is_valid()
    return [question.code for question in form.asked]


@pytest.mark.parametrize(
    ("form", "number", "unit", "questions"),
    [
        (PricedForm, "10", "billion", []),
        (PricedForm, "10.000.000.000,01", "one", ["large"]),
        (After, "3", "billion", []),
        (After, "3.000.000.000,01", "one", ["tripled"]),
        (After, "300", "billion", ["large", "tripled"]),
    ],
)
def test_a_very_large_value_is_asked_back(form, number, unit, questions):
    assert asked(priced(form, amount_0=number, amount_1=unit)) == questions


def test_it_is_the_dollars_that_are_compared():
    yen = EUROS | {"currency": "JPY", "amount_0": "500", "amount_1": "billion", "rate": "0,0065"}
    assert asked(priced(**yen)) == []
    assert asked(priced(**EUROS | {"amount_0": "9,9", "amount_1": "billion"})) == ["large"]


@pytest.mark.parametrize("before", ["0", "-5"])
def test_nothing_is_three_times_what_was_nothing_or_below(before):
    class AfterNothing(PricedForm):
        last_usd = Decimal(before)

    assert asked(priced(AfterNothing, **KNOWN)) == []


def test_the_questions_name_the_values_and_are_answered_with_a_tick():
    form = priced(After, amount_0="33", amount_1="billion")
    assert not form.is_valid()
    large, tripled = (question.text for question in form.asked)
    assert "US$33,000,000,000.00" in large
    assert "thirty-three billion US dollars" in large
    assert "US$33,000,000,000.00" in tripled
    assert "US$1,000,000,000.00" in tripled
    assert not priced(After, amount_0="33", amount_1="billion", confirmed="large").is_valid()
    assert priced(After, amount_0="33", amount_1="billion", confirmed=["large", "tripled"]).is_valid()


# The live echo


def echoed(client, language="en", **typed):
    client.cookies["django_language"] = language
    answer = client.get(reverse("deals:amount-echo"), typed)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_echo_is_for_those_who_are_signed_in(client):
    answer = client.get(reverse("deals:amount-echo"), {"amount_0": "5"})
    assert answer.status_code == 302
    assert reverse("deals:login") in answer.url


def test_the_echo_only_reads(browse):
    assert browse.post(reverse("deals:amount-echo"), {"amount_0": "5"}).status_code == 405


def test_the_echo_says_the_amount_in_the_language_of_the_page(browse):
    typed = {"amount_0": "3,3", "amount_1": "billion"}
    assert words_of(echoed(browse, "vi", **typed)) == "3.300.000.000,00 USD ba tỷ ba trăm triệu đô la Mỹ"
    found = words_of(echoed(browse, "en", **typed))
    assert found == "US$3,300,000,000.00 three billion, three hundred million US dollars"


def test_the_echo_offers_both_readings_and_takes_the_one_chosen(browse):
    typed = {"amount_0": "3.300", "amount_1": "million"}
    html = echoed(browse, **typed)
    assert [(name, value) for name, value, _text in buttons(html)] == [("amount_2", "3300"), ("amount_2", "3.3")]
    assert "can be read in two ways" in html
    html = echoed(browse, **typed, amount_2="3.3")
    assert buttons(html) == []
    assert "US$3,300,000.00" in words_of(html)


def test_the_echo_says_what_is_wrong_and_nothing_about_nothing(browse):
    assert "Choose the unit" in echoed(browse, amount_0="3,3")
    assert "is no amount" in echoed(browse, amount_0="much")
    assert "below zero" in echoed(browse, amount_0="-5", amount_1="one")
    assert "five US dollars" in echoed(browse, amount_0="-5", amount_1="one", negative="1")
    assert words_of(echoed(browse)) == ""


def test_the_echo_takes_the_names_of_the_fields_it_is_asked_for(browse):
    html = echoed(browse, field="a-price", **{"a-price_0": "3.300", "a-price_1": "one", "a-currency": "EUR"})
    assert 'name="a-price_2"' in html
    assert "three thousand, three hundred euros" in words_of(html)
    html = echoed(browse, field='"><b>', **{'"><b>_0': "3.300", '"><b>_1': "one"})
    assert 'name="&quot;&gt;&lt;b&gt;_2"' in html
    assert "five US dollars" in words_of(echoed(browse, amount_0="5", amount_1="one", currency="XXX"))


@pytest.mark.parametrize("text", ["\x00", "\ud800", "<b>", '"', "1" * 100_000, "1." * 50_000, "½", "🂡", "%", "{{ 7 }}"])
@pytest.mark.parametrize("name", ["amount_0", "amount_1", "amount_2", "currency", "field", "negative"])
def test_the_echo_answers_whatever_it_is_asked(browse, name, text):
    typed = {"amount_0": "3.300", "amount_1": "million", name: text.encode("utf-8", "surrogatepass")}
    start = time.perf_counter()
    html = echoed(browse, **typed)
    assert time.perf_counter() - start < 1
    assert "<b>" not in html
    assert len(html) < 3000


@given(st.text(max_size=40), st.text(max_size=10), st.text(max_size=10), st.sampled_from(LANGUAGES))
def test_any_text_can_be_sent_and_shown(number, unit, chosen, language):
    with translation.override(language):
        form = sent(number, unit, chosen, form=Change)
        assert form.is_valid() or codes(form)
        assert unescape(str(form["usd"]))


def test_the_box_asks_for_its_echo_and_shows_it_beside_itself():
    html = str(priced(prefix="a")["amount"])
    assert 'hx-get="/amounts/echo/?field=a-amount"' in html
    trigger = re.search(r'hx-trigger="([^"]+)"', html)[1].split(", ")
    assert trigger == ["input changed delay:300ms", "change from:#id_a-amount_1", "change from:#id_a-currency"]
    target = re.search(r'hx-target="#([^"]+)"', html)[1]
    assert re.search(rf'<div id="{target}"[^>]* aria-live="polite">', html)
    included = re.search(r'hx-include="([^"]+)"', html)[1].split(", ")
    whole = str(priced(prefix="a"))
    assert included == ["#id_a-amount_1", "#id_a-currency"]
    assert all(f'id="{selector[1:]}"' in whole for selector in included)
    assert "currency" not in str(Price())
