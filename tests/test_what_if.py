"""What if: totals are the ledger's plus the change, the address holds everything, and nothing is stored."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from deals import ledger
from deals.forms import what_if as forms
from deals.forms.what_if import Change
from deals.models import Deal, Posting, Target
from deals.periods import Moment
from deals.positions import Bands
from deals.reports import what_if as reports
from tests import factories
from tests.strategies import amounts
from tests.test_pages import body

DAY = date(2026, 6, 30)


def read(query):
    return forms.read(QueryDict(query))


# The address


@pytest.mark.parametrize(
    ("query", "changes"),
    [
        ("slip=A:6", [Change("A", "slip", Decimal(6))]),
        ("drop=A,B", [Change("A", "drop"), Change("B", "drop")]),
        ("resize=A:50&resize=B:12.5", [Change("A", "resize", Decimal(50)), Change("B", "resize", Decimal("12.5"))]),
        ("worth=A:1200000000", [Change("A", "worth", Decimal(1200000000))]),
        ("slip=A:6&resize=A:50", [Change("A", "slip", Decimal(6)), Change("A", "resize", Decimal(50))]),
        ("code=A&do=slip&by=6", [Change("A", "slip", Decimal(6))]),
        ("code=A&do=resize&by=50 %25", [Change("A", "resize", Decimal(50))]),
        ("code=A&do=resize&by=1,2 tỷ", [Change("A", "worth", Decimal("1.2e9"))]),
        ("code=A&do=resize&by=US$3.3bn", [Change("A", "worth", Decimal("3.3e9"))]),
        ("code=A&do=drop&by=", [Change("A", "drop")]),
        ("slip=vnus-2026-0001:6", [Change("VNUS-2026-0001", "slip", Decimal(6))]),
        ("code=vnus-2026-0001&do=drop&by=", [Change("VNUS-2026-0001", "drop")]),
        ("", []),
        ("slip=&drop=", []),
    ],
)
def test_an_address_says_what_is_supposed(query, changes):
    asked = read(query)
    assert (asked.changes, asked.problems) == (changes, [])


@pytest.mark.parametrize(
    "query",
    [
        "slip=A",
        "slip=A:0",
        "slip=A:1.5",
        "slip=A:-3",
        "slip=A:241",
        "slip=:3",
        "resize=A:1001",
        "resize=A:x",
        "resize=A:-1",
        "worth=A:1e9",
        "worth=A:9999999999999",
        "worth=A:NaN",
        "drop=A:1",
        "drop=A&slip=A:3",
        "drop=A,A",
        "resize=A:50&worth=A:5",
        "slip=A:3,A:6",
        "code=A&do=fly&by=3",
        "code=A&do=slip&by=",
        "code=A&do=resize&by=1200",
        "code=A&do=resize&by=3.300 tỷ",
        "&".join(f"drop=A{number}" for number in range(51)),
    ],
)
def test_what_makes_no_sense_is_refused_with_words(query):
    assert read(query).problems


def test_an_address_is_written_in_one_way():
    asked = read("resize=A:50.0&slip=B:6&slip=C:12&drop=&code=D&do=drop")
    assert asked.is_loose
    assert asked.state == {"slip": "B:6,C:12", "drop": "D", "resize": "A:50"}
    again = read("&".join(f"{name}={value}" for name, value in asked.state.items()))
    assert not again.is_loose
    assert {*again.changes} == {*asked.changes}
    assert again.without(Change("D", "drop")) == {"slip": "B:6,C:12", "drop": "", "resize": "A:50", "worth": ""}


# The bands


bands = st.builds(Bands, amounts, amounts, amounts, amounts, amounts)


@given(bands, st.integers(0, 1000))
def test_a_resized_deal_comes_to_the_share_but_never_below_what_was_delivered(before, percent):
    after = reports.changed(before, {"resize": Change("A", "resize", Decimal(percent))})
    wanted = (before.four * percent / 100).quantize(Decimal("0.01"))
    assert after.four == max(wanted, before.delivered)
    assert (after.delivered, after.outside) == (before.delivered, before.outside)
    assert min(after.as_dict().values()) >= 0


@given(bands, amounts)
def test_a_deal_worth_an_amount_comes_to_it(before, usd):
    after = reports.changed(before, {"worth": Change("A", "worth", usd)})
    assert after.four == max(usd, before.delivered)


@given(bands)
def test_of_a_dropped_deal_what_was_delivered_stays(before):
    assert reports.changed(before, {"drop": Change("A", "drop")}) == Bands(delivered=before.delivered)
    assert reports.changed(before, {"slip": Change("A", "slip", Decimal(6))}) == before


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 6, 30), 6, date(2026, 12, 30)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
    ],
)
def test_months_later(day, months, later):
    assert reports.months_later(day, months) == later


# The figures


def supposed(query, reading="announced"):
    deals = Deal.objects.active()
    target = Target.objects.on(DAY)
    return reports.what_if(Moment(DAY), read(query).changes, reading=reading, target=target, deals=deals)


@pytest.mark.django_db
@pytest.mark.parametrize("reading", ["announced", "firm"])
def test_totals_are_those_of_the_ledger_and_the_change(reading):
    factories.target(usd="9e10")
    factories.opening("5e9", on=date(2025, 3, 13))
    half, gone, kept = (factories.deal() for _ in range(3))
    factories.mou(half, "1e9")
    paper = factories.contract(gone, "3e9")
    factories.delivery(paper, "5e8", on=date(2025, 6, 1))
    factories.contract(kept, "7e9")
    found = supposed(f"resize={half.code}:50&drop={gone.code}", reading)
    assert found.before == ledger.portfolio(Moment(DAY))
    assert found.after == found.before - Bands(contracted=Decimal("2.5e9"), memorandum=Decimal("5e8"))
    figures = {name: (before, after) for name, before, after in found.figures}
    assert figures["gap"] == (9 * 10**10 - figures["signed"][0], 9 * 10**10 - figures["signed"][1])
    assert figures["together"][0] - figures["together"][1] == Decimal("3e9")
    assert supposed("", reading).after == found.before


@pytest.mark.django_db
def test_a_slip_moves_the_path_and_not_the_day():
    factories.target(usd="9e10", period_end=date(2027, 12, 31))
    deal = factories.deal(expected_on=date(2026, 9, 15))
    factories.valuation(deal, "4e9")
    other = factories.deal(expected_on=date(2027, 6, 1))
    factories.valuation(other, "1e9")
    found = supposed(f"slip={deal.code}:12")
    assert found.after == found.before
    assert found.supposed[0].slipped_to == date(2027, 9, 15)
    for point in found.path:
        assert point.before == (point.on >= date(2026, 9, 15)) * 4 * 10**9 + (point.on >= date(2027, 6, 1)) * 10**9
        assert point.after == (point.on >= date(2027, 9, 15)) * 4 * 10**9 + (point.on >= date(2027, 6, 1)) * 10**9
    assert found.path[-1].before == found.path[-1].after == 5 * 10**9
    assert any(point.before != point.after for point in found.path)


@pytest.mark.django_db
def test_the_path_goes_on_to_the_day_to_which_a_deal_slips():
    factories.target(usd="9e10")
    deal = factories.deal(expected_on=date(2027, 6, 30))
    factories.valuation(deal, "4e9")
    signed = factories.deal()
    factories.contract(signed, "1e9")
    found = supposed(f"slip={deal.code}:24&resize={signed.code}:50")
    first, *_between, last = found.path
    billion = Decimal(10) ** 9
    assert (first.on, first.before, first.after) == (DAY, billion, billion / 2)
    assert (last.on, last.before, last.after) == (date(2029, 6, 30), 5 * billion, 4 * billion + billion / 2)
    assert found.path[-2].after == billion / 2


@pytest.mark.django_db
def test_a_slip_of_a_deal_that_names_no_day_says_so(in_english):
    deal = factories.deal()
    factories.valuation(deal, "4e9")
    page = body(in_english.get(f"/what-if/?slip={deal.code}:6"))
    assert "nothing moves" in page


# The page


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_shows_before_and_after_and_stores_nothing(browse, system, language):
    browse.cookies["django_language"] = language
    factories.target(usd="9e10")
    deal, other = factories.deal(), factories.deal()
    factories.contract(deal, "3.3e9")
    factories.mou(other, "1e9")
    stored = Posting.objects.count()
    page = browse.get(f"/what-if/?drop={deal.code}&resize={other.code}:200")
    assert page.status_code == 200
    report = page.context["report"]
    assert report.after.four == Decimal("2e9")
    assert ("−1,30" if language == "vi" else "−1.30") not in body(page)
    assert ("−2,30" if language == "vi" else "−2.30") in body(page)
    rows = re.findall(r'<tr><th scope="row"><svg class="key".*?</tr>', body(page))
    told = [
        re.sub(r"<[^>]*>", " ", row).replace("\N{NO-BREAK SPACE}", " ").replace(",", ".").split()[-3:] for row in rows
    ]
    assert told == [["3.30", "0.00", "−3.30"], ["1.00", "2.00", "+1.00"]], (
        "each band that holds anything, as its bar shows"
    )
    assert Posting.objects.count() == stored
    assert ledger.portfolio(Moment(date.today())).four == Decimal("4.3e9")


@pytest.mark.django_db
def test_a_form_that_is_sent_leads_to_the_short_address(in_english, system):
    deal = factories.deal()
    factories.contract(deal, "3.3e9")
    query = f"slip=&slip={deal.code}:6&resize=&code={deal.code}&do=resize&by=50%25&reading=firm"
    page = in_english.get(f"/what-if/?{query}")
    assert page.status_code == 302
    assert page["Location"] == f"/what-if/?slip={deal.code}%3A6&resize={deal.code}%3A50&reading=firm"
    assert body(in_english.get(page["Location"])).count(" selected>") == 2


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["drop=VNUS-1999-0001", "slip={code}", "resize={code}:5000", "as_of=2999-01-01"])
def test_an_address_that_makes_no_sense_gets_words_and_no_figures(in_english, system, query):
    deal = factories.deal()
    factories.contract(deal, "3.3e9")
    page = in_english.get("/what-if/?" + query.format(code=deal.code))
    assert page.status_code == 200
    assert 'role="alert"' in body(page)
    assert 'id="after"' not in body(page)


@pytest.mark.django_db
def test_nobody_supposes_anything_without_signing_in(client):
    assert client.get("/what-if/").status_code == 302


@pytest.mark.django_db
def test_the_page_takes_as_many_queries_for_one_deal_as_for_twenty(browse, system):
    asked = []
    for number in (1, 19):
        codes = []
        for _ in range(number):
            deal = factories.deal(expected_on=date(2027, 1, 1))
            factories.mou(deal, "1e9")
            codes.append(deal.code)
        browse.get("/what-if/")
        with CaptureQueriesContext(connection) as queries:
            browse.get(f"/what-if/?drop={','.join(codes)}")
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 30


# What is typed


@pytest.mark.parametrize(
    ("do", "by", "written"),
    [
        ("resize", "5.000.000.000,00 USD", "worth=VNUS-2025-0001%3A5000000000"),
        ("resize", "5,5 tỷ USD", "worth=VNUS-2025-0001%3A5500000000"),
        ("resize", "50 %", "resize=VNUS-2025-0001%3A50"),
        ("slip", "6 tháng", "slip=VNUS-2025-0001%3A6"),
        ("slip", "1 Month", "slip=VNUS-2025-0001%3A1"),
    ],
)
def test_a_change_is_typed_as_the_pages_write_it(browse, do, by, written):
    answer = browse.get("/what-if/", {"code": "vnus-2025-0001", "do": do, "by": by})
    assert (answer.status_code, answer.url) == (302, f"/what-if/?{written}")


@pytest.mark.parametrize(
    ("code", "do", "by"),
    [("VNUS-2025-0001", "resize", "1.500 tỷ"), ("VNUS-2025-0001", "slip", "241"),
     ("VNUS-2025-0001", "slip", "50 %"), ("VNUS-2025-0001", "resize", "1001 %"), ("VNUS-2025-0001", "resize", "5"),
     ("", "resize", "50%")],
)  # fmt: skip
def test_what_cannot_be_taken_stays_in_the_form(browse, code, do, by):
    answer = browse.get("/what-if/", {"code": code, "do": do, "by": by})
    page = answer.content.decode()
    assert answer.context["problems"] and f'value="{by}"' in page and f'<option value="{do}" selected>' in page
    assert not code or f'value="{code}"' in page
