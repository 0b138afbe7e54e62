"""How sure the headline is: the grade of a deal, and parts that add up to the headline to the cent."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from deals import ledger
from deals.actions import updates
from deals.choices import Condition, Evidence, ValueBasis
from deals.management import portfolio
from deals.models import Deal, sureness
from deals.periods import Moment
from deals.positions import BAND_NAMES, SIGNED
from deals.reports import sureness as reports
from deals.reports.breakdowns import Whole
from tests import behind, factories
from tests.strategies import DAYS, START, valid_facts
from tests.test_pages import body

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 30)


def grade_of(deal, scale="evidence", at=None):
    at = at or Moment(DAY)
    (found,) = [
        grade
        for grade in sureness.SCALES[scale]
        if Deal.objects.filter(sureness.deals_of(scale, grade, at), pk=deal.pk).exists()
    ]
    return found


def report(at, deals=None):
    deals = Deal.objects.active() if deals is None else deals
    not_itemised = ledger.add(*(bands for _opening, bands in ledger.openings(at)))
    found = ledger.summary(at, (), deals, marks=reports.marks(at))
    whole = Whole(not_itemised, ledger.add(found[ledger.ALL][ledger.ALL].bands, not_itemised))
    return reports.sureness(at, found, whole, deals=deals)


def test_a_deal_stands_at_the_weakest_of_its_papers_of_known_value():
    deal = factories.deal()
    assert grade_of(deal) == "no_paper"
    factories.mou(deal, None, evidence="document_held")
    assert grade_of(deal) == "undisclosed"
    held = factories.contract(deal, "1e9", evidence="document_held", basis="contract_price")
    assert (grade_of(deal), grade_of(deal, "basis")) == ("document_held", "contract_price")
    weak = factories.mou(deal, "1e8", on=date(2025, 4, 1), evidence="press_report", basis="press_figure")
    assert (grade_of(deal), grade_of(deal, "basis")) == ("press_report", "press_figure")
    assert grade_of(deal, at=Moment(date(2025, 3, 31))) == "document_held", "it was not yet signed"
    factories.ended(weak, on=date(2025, 5, 1))
    assert grade_of(deal) == "document_held"
    factories.contract(deal, "1")
    assert (grade_of(deal), grade_of(deal, "basis")) == ("not_recorded", "not_recorded")
    assert held.pk


def test_what_counts_not_is_not_behind_a_deal():
    deal = factories.deal()
    factories.contract(deal, "1e9", counts=False, evidence="document_held")
    factories.financing(deal, "1e9", counts=False, evidence="press_report")
    assert grade_of(deal) == "no_paper"


def test_an_ended_contract_stays_behind_what_was_delivered_under_it():
    deal = factories.deal()
    paper = factories.contract(deal, "1e9", evidence="document_seen")
    factories.delivery(paper, "1e8", on=date(2025, 4, 1))
    factories.ended(paper, on=date(2025, 5, 1))
    assert grade_of(deal) == "document_seen"
    unused = factories.deal()
    factories.ended(factories.contract(unused, "1e9", evidence="document_seen"), on=date(2025, 5, 1))
    assert grade_of(unused) == "no_paper"


@pytest.mark.parametrize(
    ("ago", "grade"), [(0, "30"), (30, "30"), (31, "90"), (90, "90"), (91, "365"), (365, "365"), (366, "older")]
)
def test_freshness_goes_by_the_latest_update_or_change_of_money(ago, grade):
    on = DAY - timedelta(days=ago)
    by_update, by_money = factories.deal(on=date(2020, 1, 1)), factories.deal(on=date(2020, 1, 1))
    updates.update(
        by_update, on=on, condition=Condition.ON_TRACK, by=factories.User.objects.system(), sentence_vi="Tin"
    )
    updates.note(by_update, on=DAY, by=factories.User.objects.system(), sentence_vi="Ghi chú")
    factories.contract(by_money, "1e9", on=on)
    assert grade_of(by_update, "freshness") == grade_of(by_money, "freshness") == grade


@settings(max_examples=15)
@given(
    of_deals=st.lists(valid_facts(), min_size=1, max_size=4),
    grades=st.lists(st.tuples(st.sampled_from(["", *Evidence.values]), st.sampled_from(["", *ValueBasis.values]))),
    offset=st.integers(0, DAYS + 400),
)
def test_the_parts_add_up_to_the_headline_in_both_readings(system, of_deals, grades, offset):
    at = Moment(START + timedelta(days=offset))
    with transaction.atomic():
        factories.opening("5e9", on=START)
        for facts in of_deals:
            deal = factories.deal(on=START)
            behind.put(deal, facts)
            ledger.post(deal, by=system, cause="correction")
            for paper, (evidence, basis) in zip(deal.instruments.all(), grades, strict=False):
                behind.write(type(paper), paper.pk, evidence=evidence, basis=basis)
        found = report(at)
        headline = ledger.portfolio(at)
        for scale in found.scales:
            parts = ledger.add(*(row.bands for row in scale.rows), scale.not_itemised)
            assert parts == scale.total == headline
            for reading in SIGNED:
                signed = [row.bands.signed(reading) for row in scale.rows]
                assert sum(signed, scale.not_itemised.signed(reading)) == headline.signed(reading)
            for row in scale.rows:
                deals = Deal.objects.filter(sureness.deals_of(scale.by, row.key, at))
                assert ledger.total(at, deals) == row.bands
        transaction.set_rollback(True)


@pytest.mark.parametrize("day", [None, date(2022, 3, 3)])
def test_each_grade_opens_the_list_with_the_same_total(in_english, system, day):
    with transaction.atomic():
        portfolio.build(60)
        query = f"&as_of={day}" if day else ""
        found = in_english.get(f"/?{query}").context["report"].sureness
        for scale in found.scales:
            for row in scale.rows:
                rows = in_english.get(f"/deals/?{scale.by}={row.key}{query}").context["report"]
                assert {name: getattr(rows.total, name) for name in BAND_NAMES} == row.bands.as_dict()
                assert rows.undisclosed == row.undisclosed
        transaction.set_rollback(True)


def test_a_paper_recorded_later_is_unknown_as_known_before():
    deal = factories.deal()
    factories.valuation(deal, "1e9")
    known = timezone.now()
    paper = factories.contract(deal, "5e8", evidence="press_report")
    then = Moment(DAY, known)
    assert (grade_of(deal), grade_of(deal, at=then)) == ("press_report", "no_paper")
    known = timezone.now()
    factories.archive(paper)
    assert grade_of(deal, at=Moment(DAY, known)) == "press_report"
    found = report(then)
    assert found.evidence.total == ledger.portfolio(then)


def test_a_sum_announced_later_is_unknown_as_known_before():
    factories.opening("1e10")
    known = timezone.now()
    other = factories.opening("2e9")
    assert (report(Moment(DAY, known)).announced, report(Moment(DAY)).announced) == (Decimal("1e10"), Decimal("1.2e10"))
    known = timezone.now()
    factories.archive(other)
    assert report(Moment(DAY, known)).announced == Decimal("1.2e10")
    assert report(Moment(DAY)).announced == Decimal("1e10")


def test_a_paper_of_undisclosed_value_is_named_as_it_was_known(system):
    paper = factories.mou(factories.deal(), None, title_en="As first entered")
    known = timezone.now()
    factories.archive(paper)
    assert [named.title_en for named in report(Moment(DAY, known)).papers] == ["As first entered"]
    assert report(Moment(DAY)).papers == []


def test_what_is_itemised_and_what_is_not_disclosed(in_english):
    opening = factories.opening("1e10", on=date(2025, 3, 13))
    deal = factories.deal()
    factories.contract(deal, "4e9", on=date(2025, 3, 13))
    factories.itemisation(opening, deal, "4e9")
    for number in range(12):
        factories.mou(factories.deal(), None, on=date(2025, 4, 1 + number), title_en=f"Paper {number}")
    found = report(Moment(DAY))
    assert (found.announced, found.itemised) == (Decimal("1e10"), Decimal("4e9"))
    assert (found.undisclosed, len(found.papers), found.unnamed) == (12, 10, 2)
    assert found.papers[0].title_en == "Paper 11"
    page = body(in_english.get("/"))
    block = page[page.index('id="sureness"') : page.index('id="conversion"')]
    assert "Paper 11" in block
    assert "Paper 1<" not in block
    assert "40.0%" in block


def test_the_report_takes_as_many_queries_for_one_deal_as_for_twenty(system):
    asked = []
    for number in (1, 19):
        for _ in range(number):
            factories.contract(factories.deal(), None)
            factories.contract(factories.deal(), "1e9", evidence="press_report")
        with CaptureQueriesContext(connection) as queries:
            report(Moment(DAY))
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 8


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("reading", ["announced", "firm"])
def test_it_reads_in_both_languages(browse, system, language, reading):
    browse.cookies["django_language"] = language
    factories.contract(factories.deal(), "1e9", evidence="document_held", basis="contract_price")
    page = body(browse.get(f"/?reading={reading}"))
    assert 'id="sureness"' in page
    assert ("100,0\xa0%" if language == "vi" else "100.0%") in page
