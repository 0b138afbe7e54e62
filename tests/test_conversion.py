"""From memorandum to contract: cases worked out by hand, the record by age, and the forecast."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deals import ledger
from deals.models import Deal, conversion, sureness
from deals.models.conversion import QUARTER
from deals.periods import Moment
from deals.reports import conversion as reports
from deals.reports import forecast
from deals.reports.conversion import Paper, cases_of
from deals.reports.forecast import FEWEST, Course, Rate
from tests import factories
from tests.test_pages import body

SIGNED = date(2024, 1, 1)
DAY = date(2026, 6, 30)


def after(days):
    return SIGNED + timedelta(days=days)


def memo(number, usd="100", under=None, on=0, ended=None, why="", kind="mou"):
    return Paper(number, kind, under, after(on), usd and int(usd), None, ended and after(ended), why, "s")


def contract(number, under, usd="50", on=100, takes=None, ended=None, why=""):
    amount = None if takes is None else int(takes)
    return Paper(number, "contract", under, after(on), usd and int(usd), amount, ended and after(ended), why, "s")


def one(*papers):
    (case,) = cases_of(papers, DAY)
    return case


# Cases, by hand


def test_a_memorandum_is_converted_by_its_first_contract():
    case = one(memo(1), contract(2, 1, "40", on=200), contract(3, 1, "30", on=120))
    assert (case.course(DAY), case.converted) == (Course(120, converted=True), 70)


def test_a_stated_discharge_counts_and_an_amendment_changes_what_is_not_stated():
    amendment = Paper(3, "amendment", 2, after(130), 5, None, None, "", "s")
    assert one(memo(1), contract(2, 1, "33", takes="40"), amendment).converted == 40
    assert one(memo(1), contract(2, 1, "33"), amendment).converted == 38


def test_a_contract_that_fell_through_converts_no_value_but_was_signed():
    case = one(memo(1), contract(2, 1, ended=150, why="terminated"))
    assert (case.course(DAY).converted, case.converted) == (True, 0)
    assert one(memo(1), contract(2, 1, ended=150, why="fulfilled")).converted == 50


def test_memoranda_under_a_memorandum_are_one_case():
    papers = [memo(1, ended=300, why="superseded"), memo(2, "80", under=1, on=300), contract(3, 2, on=500)]
    case = one(*papers)
    assert (case.cents, case.course(DAY), case.converted) == (100, Course(500, converted=True), 50)
    assert one(*papers[:2]).course(DAY) == Course((DAY - SIGNED).days), "the second carries it on"


def test_a_memorandum_ends_or_stays_open():
    assert one(memo(1, ended=90, why="expired")).course(DAY) == Course(90, ended=True)
    assert one(memo(1)).course(DAY) == Course((DAY - SIGNED).days)
    assert one(memo(1, ended=(DAY - SIGNED).days + 1, why="expired")).course(DAY) == Course((DAY - SIGNED).days)


def test_unknown_values_are_counted_and_not_valued_and_no_more_than_all_is_converted():
    group = reports.Group("s", "S")
    for case in cases_of([memo(1, None), contract(2, 1), memo(3, "40"), contract(4, 3, "60", on=300)], DAY):
        group.add(case)
    assert (group.cases, group.converted, group.undisclosed) == (2, 2, 1)
    assert (group.cents, group.converted_cents) == (40, 40)
    assert (group.median_days, group.least_days, group.most_days) == (200, 100, 300)


def test_the_median_of_three_and_of_none():
    group = reports.Group("s", "S")
    assert (group.median_days, group.least_days) == (None, None)
    for number, on in enumerate((10, 500, 40)):
        group.add(one(memo(number), contract(9, number, on=on)))
    assert (group.median_days, group.least_days, group.most_days) == (40, 10, 500)


# The forecast


def test_the_rates_of_a_record_worked_out_by_hand():
    # 20 cases: 5 converted and 1 ended in the first quarter, 2 still open in it; 12 reach the second, 6 convert there,
    # 6 reach the third, of whom 3 convert in the fourth and 3 are open at its start.
    courses = [Course(30, converted=True)] * 5 + [Course(60, ended=True)] + [Course(50)] * 2
    courses += [Course(QUARTER + 10, converted=True)] * 6
    courses += [Course(3 * QUARTER + 5, converted=True)] * 3 + [Course(3 * QUARTER)] * 3
    first, second, late = forecast.rates_of(courses)
    assert first == Rate(5 / 19, 1 / 19, 20)
    assert second == Rate(6 / 12, 0, 12)
    # 6 case-quarters in the third, in the fourth 3 and three halves.
    assert late == Rate(3 / (6 + 3 + 1.5), 0, 6)


def test_the_share_converted_in_time_goes_by_the_rates_of_the_quarters_passed():
    rates = [Rate(0.2, 0.1, 50), Rate(0.4, 0.0, 30)]
    half = 0.2 * 0.5
    assert forecast.share_by(rates, 1, 0) == 0
    assert forecast.share_by(rates, 1, 91) == pytest.approx(half + (1 - 0.15) * 0.4 * 0.5)
    assert forecast.share_by(rates, 9, 91) == pytest.approx(0.2 + 0.8 * 0.2)
    assert forecast.share_by(rates, 1, 10_000) <= 1


def test_the_bounds_are_those_of_wilson():
    low, high = forecast.wilson(0.5, 10)
    assert (low, high) == (pytest.approx(0.3122, abs=1e-4), pytest.approx(0.6878, abs=1e-4))
    assert forecast.wilson(0, 20)[0] == pytest.approx(0)
    assert forecast.wilson(1, 20)[1] == pytest.approx(1)


def test_too_few_closed_cases_say_nothing():
    closed = [Course(50, converted=True)] * (FEWEST - 1)
    found = forecast.forecast([*closed, *[Course(80)] * 50], {2: Decimal("1e9")}, day=DAY)
    assert (found.steps, found.closed, found.cases) == ([], FEWEST - 1, FEWEST + 49)
    enough = forecast.forecast([*closed, Course(90, ended=True)], {2: Decimal("1e9")}, day=DAY)
    assert len(enough.steps) == 4
    for step in enough.steps:
        assert 0 <= step.low <= step.base <= step.high <= enough.of
    bases = [step.base for step in enough.steps]
    assert bases == sorted(bases)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 6, 29), date(2026, 6, 30)),
        (date(2026, 6, 30), date(2026, 9, 30)),
        (date(2026, 11, 22), date(2026, 12, 31)),
        (date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_the_coming_quarters_are_those_of_the_calendar(day, first):
    ends = forecast.quarter_ends(day)
    assert ends[0] == first
    assert len(ends) == 4
    assert all((after - before).days in range(90, 93) for before, after in pairwise(ends))


# From the records


def report(at):
    not_itemised = ledger.add(*(bands for _opening, bands in ledger.openings(at)))
    found = ledger.summary(at, (), Deal.objects.active(), marks=sureness.marks(at))
    return reports.conversion(at, found["memorandum_age"], deals=Deal.objects.active(), not_itemised=not_itemised)


def age_of(deal, at):
    return [key for key in conversion.AGES if Deal.objects.filter(sureness.deals_of_age(key, at), pk=deal.pk).exists()]


@pytest.mark.django_db
def test_an_open_memorandum_has_an_age_and_a_deal_that_of_its_oldest():
    deal = factories.deal()
    assert age_of(deal, Moment(DAY)) == []
    for days, age in ((0, "6"), (181, "6"), (182, "12"), (363, "12"), (364, "24"), (727, "24"), (728, "older")):
        deal = factories.deal()
        factories.mou(deal, "1e9", on=DAY - timedelta(days=days))
        assert age_of(deal, Moment(DAY)) == [age], days
    factories.loi(deal, "1e9", on=DAY)
    assert age_of(deal, Moment(DAY)) == ["older"]


@pytest.mark.django_db
def test_what_stands_under_memoranda_by_age_is_the_memorandum_band_and_opens_its_rows(in_english):
    factories.opening("5e9", band="memorandum", on=date(2025, 3, 13))
    for number in range(10):
        deal = factories.deal()
        paper = factories.mou(deal, f"{number + 1}e8", on=date(2024, 1 + number, 1), evidence="press_report")
        if number % 3 == 0:
            factories.contract(deal, "3e7", under=paper, on=date(2025, 1, 1 + number))
    page = in_english.get("/")
    found = page.context["report"].conversion
    assert found.standing == page.context["report"].bands.memorandum
    for age in found.ages:
        assert in_english.get(f"/deals/?memorandum_age={age.key}").context["report"].count == age.deals
        rows = in_english.get(f"/deals/?memorandum_age={age.key}&band=memorandum").context["report"]
        assert rows.deals_total.memorandum == age.usd
    assert (found.together.cases, found.together.converted) == (10, 4)
    assert found.together.usd == Decimal("5.5e9")
    assert found.together.converted_usd == Decimal("1.2e8")
    assert sum(group.cases for group in found.sectors) == 10
    assert "Too few cases to say" in body(page)


@pytest.mark.django_db
def test_a_day_knows_only_what_was_signed_by_then(system):
    deal = factories.deal()
    paper = factories.mou(deal, "1e9", on=date(2024, 1, 1))
    factories.contract(deal, "1e9", under=paper, on=date(2025, 1, 1))
    before, now = report(Moment(date(2024, 12, 31))), report(Moment(date(2025, 1, 1)))
    assert (before.together.converted, now.together.converted) == (0, 1)
    assert (before.standing, now.standing) == (Decimal("1e9"), 0)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_forecast_is_shown_with_its_cases_and_is_in_no_total(browse, system, language):
    browse.cookies["django_language"] = language
    for number in range(FEWEST + 2):
        deal = factories.deal()
        paper = factories.mou(deal, "1e9", on=date(2024, 1, 1))
        if number < FEWEST:
            factories.contract(deal, "9e8", under=paper, discharges="1e9", on=date(2024, 3 + number % 6, 1))
    page = browse.get("/")
    found = page.context["report"].conversion.forecast
    assert (found.cases, found.closed, found.of) == (FEWEST + 2, FEWEST, Decimal("2e9"))
    assert len(found.steps) == 4
    assert page.context["report"].bands == ledger.portfolio(Moment(date.today()))
    assert 'class="forecast"' in body(page)


@pytest.mark.django_db
def test_the_report_takes_as_many_queries_for_one_deal_as_for_twenty(system):
    asked = []
    for number in (1, 19):
        for _ in range(number):
            deal = factories.deal()
            paper = factories.mou(deal, "1e9")
            factories.contract(deal, "4e8", under=paper)
        with CaptureQueriesContext(connection) as queries:
            report(Moment(DAY))
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 8
