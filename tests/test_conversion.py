"""From memorandum to contract: cases worked out by hand, the record by age, and the forecast."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings

from deals import ledger
from deals.models import Deal, Instrument, conversion, recorded, sureness
from deals.models.conversion import QUARTER
from deals.periods import Moment
from deals.positions import CARRIED_ON, NON_BINDING, Bands
from deals.reports import conversion as reports
from deals.reports import forecast
from deals.reports.forecast import FEWEST, Course, Rate
from tests import behind, factories, strategies
from tests.ministry import START, Ministry, visible
from tests.test_pages import body

pytestmark = pytest.mark.django_db
SIGNED = date(2024, 1, 1)
DAY = date(2026, 6, 30)


def after(days):
    return SIGNED + timedelta(days=days)


def signed(of, usd="100", *, on=0, ended=None, why="", kind="mou", takes=None, **fields):
    """A paper of the deal, or under a paper."""
    under = {} if isinstance(of, Deal) else {"under": of}
    deal = of if isinstance(of, Deal) else of.deal
    paper = factories.paper(deal, kind, usd, on=after(on), discharges=takes, **under, **fields)
    return factories.ended(paper, on=after(ended), why=why) if ended else paper


def contract(under, usd="50", *, on=100, **fields):
    return signed(under, usd, on=on, kind="contract", **fields)


def counted(day=DAY, known_at=None, deals=None):
    """All cases together, and how they went."""
    at = Moment(day, known_at)
    deals = Deal.objects.active() if deals is None else deals
    found = reports.conversion(at, {}, deals=deals, not_itemised=Bands()).together
    return found, list(courses(at, deals).items())


def courses(at, deals):
    found = Counter()
    for cases in reports.counted(at, deals):
        found[cases.course] += cases.number
    return found


@pytest.fixture
def mou():
    return signed(factories.deal())


# Cases, by hand


def test_a_memorandum_is_converted_by_its_first_contract(mou):
    contract(mou, "40", on=200)
    contract(mou, "30", on=120)
    group, went = counted()
    assert (group.days, group.usd, group.converted_usd) == ([120], 100, 70)
    assert went == [(Course(120, converted=True), 1)]


@pytest.mark.parametrize(("takes", "converted"), [("40", 40), (None, 38)])
def test_a_stated_discharge_counts_and_an_amendment_changes_what_is_not_stated(mou, takes, converted):
    factories.amendment(contract(mou, "33", takes=takes), "5", on=after(130))
    assert counted()[0].converted_usd == converted
    assert counted(after(129))[0].converted_usd == (40 if takes else 33)


def test_an_amendment_changes_what_there_is_to_convert_and_never_below_nothing(mou):
    factories.amendment(mou, "-40", on=after(50))
    assert counted()[0].usd == 60
    factories.amendment(mou, "-80", on=after(60))
    contract(mou, "10")
    group, _went = counted()
    assert (group.usd, group.converted_usd) == (0, 0)


@pytest.mark.parametrize(("why", "converted"), [("terminated", 0), ("fulfilled", 50)])
def test_a_contract_that_fell_through_converts_no_value_but_was_signed(mou, why, converted):
    contract(mou, ended=150, why=why)
    group, _went = counted()
    assert (group.converted, group.converted_usd) == (1, converted)
    assert counted(after(149))[0].converted_usd == 50


def test_memoranda_under_a_memorandum_are_one_case():
    second = signed(signed(factories.deal(), ended=300, why="superseded"), "80", on=300)
    open_since = Course((DAY - SIGNED).days // QUARTER * QUARTER)
    assert counted()[1] == [(open_since, 1)], "the second carries it on"
    third = signed(second, "70", on=400, kind="framework")
    contract(third, on=500)
    group, went = counted()
    assert (group.usd, group.converted_usd, went) == (100, 50, [(Course(500, converted=True), 1)])


def test_a_memorandum_ends_or_stays_open():
    signed(factories.deal(), ended=95, why="expired")
    assert counted()[1] == [(Course(QUARTER, ended=True), 1)]
    assert counted(after(94))[1] == [(Course(QUARTER), 1)], "in force until the day before"
    assert counted(after(90))[1] == [(Course(0), 1)]


def test_of_memoranda_that_all_ended_the_last_end_counts():
    signed(signed(factories.deal(), ended=300, why="superseded"), on=100, ended=200, why="expired")
    assert counted()[1] == [(Course(3 * QUARTER, ended=True), 1)]


def test_a_memorandum_under_a_contract_and_what_does_not_count():
    deal = factories.deal()
    first = signed(deal, kind="contract")
    signed(first, "30", on=10)
    signed(deal, counts=False)
    factories.option(deal, "7", on=SIGNED)
    group, _went = counted()
    assert (group.cases, group.usd, group.converted) == (1, 30, 0)


def test_unknown_values_are_counted_and_not_valued_and_no_more_than_all_is_converted():
    for usd, price, on in ((None, "50", 100), ("40", "60", 300)):
        contract(signed(factories.deal(), usd), price, on=on)
    group, _went = counted()
    assert (group.cases, group.converted, group.undisclosed) == (2, 2, 1)
    assert (group.usd, group.converted_usd) == (40, 40)
    assert (group.median_days, group.least_days, group.most_days) == (200, 100, 300)


def test_the_median_of_three_and_of_none():
    group, _went = counted()
    assert (group.median_days, group.least_days, group.cases) == (None, None, 0)
    for on in (10, 500, 40):
        contract(signed(factories.deal()), on=on)
    group, _went = counted()
    assert (group.median_days, group.least_days, group.most_days) == (40, 10, 500)


def test_no_deals_have_no_cases(mou):
    assert counted(deals=Deal.objects.none())[0].cases == 0


# Cases, in plain Python


def told(at, deals):
    """Of each case the sector, whether and when it was converted or ended, its cents and those converted: as `counted`
    by the database, but one paper after the other."""
    lines = recorded.in_use(Instrument, at.known_at).filter(counts=True, signed_on__lte=at.as_of, deal__in=deals)
    papers = {paper.id: paper for paper in lines}
    found = []
    for paper in papers.values():
        if paper.kind in NON_BINDING and not (paper.under_id in papers and papers[paper.under_id].kind in NON_BINDING):
            below = list(_below(paper, papers))
            memoranda = [each for each in below if each.kind in NON_BINDING]
            contracts = [each for each in below if each.kind == "contract"]
            cents = None if paper.usd is None else _own(paper, papers)
            converted = sum(_taken(each, papers, at.as_of) for each in contracts)
            on = min((each.signed_on for each in contracts), default=None)
            ends = [each.ended_on for each in memoranda if each.ended_on and each.ended_on <= at.as_of]
            ended = max(ends) if len(ends) == len(memoranda) and not on else None
            days = ((on or ended or at.as_of) - paper.signed_on).days
            course = Course(days if on else days // QUARTER * QUARTER, converted=bool(on), ended=bool(ended))
            found.append((paper.deal.sector_id, course, cents, None if cents is None else min(converted, cents)))
    return found


def _below(paper, papers):
    """The memorandum, those below it, and the contracts under any of them."""
    yield paper
    for each in papers.values():
        if each.under_id == paper.id and each.kind in NON_BINDING:
            yield from _below(each, papers)
        elif each.under_id == paper.id and each.kind == "contract":
            yield each


def _own(paper, papers):
    amended = (each.usd or 0 for each in papers.values() if each.kind == "amendment" and each.under_id == paper.id)
    return max((paper.usd or 0) + sum(amended), Decimal(0))


def _taken(paper, papers, day):
    if paper.ended_on and paper.ended_on <= day and paper.end_reason not in CARRIED_ON:
        return 0
    return _own(paper, papers) if paper.discharges_usd is None else paper.discharges_usd


def assert_told(at, deals):
    """That the database counts what the papers tell, in every sector and course."""
    expected = {}
    for sector, course, usd, converted in told(at, deals):
        line = expected.setdefault((sector, course), [0, 0, Decimal(0), Decimal(0)])
        line[0] += 1
        line[1] += usd is None
        line[2] += usd or 0
        line[3] += converted or 0
    found = {
        (cases.sector, cases.course): [
            cases.number,
            cases.undisclosed,
            Decimal(cases.cents).scaleb(-2),
            Decimal(cases.converted_cents).scaleb(-2),
        ]
        for cases in reports.counted(at, deals)
    }
    assert found == expected
    return found


@pytest.mark.parametrize("seed", range(4))
def test_the_database_counts_what_the_papers_tell_whatever_was_recorded_when(officer, seed):
    ministry, moments = Ministry(seed, officer), [None]
    for _ in range(2):
        ministry.work(60)
        moments.append(timezone.now())
    ministry.work(30)
    few = Deal.objects.filter(pk__in=list(Deal.objects.values_list("pk", flat=True))[::2])
    for moment in moments:
        for days in (0, 90, 200, 400):
            at = Moment(START + timedelta(days=days), moment)
            assert_told(at, visible())
            assert_told(at, few)


@given(strategies.valid_facts(), strategies.days)
@settings(max_examples=40)
def test_the_database_counts_any_papers_as_they_tell(system, facts, day):
    with transaction.atomic():
        deal = factories.deal(by=system)
        behind.put(deal, facts)
        assert_told(Moment(day), Deal.objects.filter(pk=deal.pk))
        transaction.set_rollback(True)


# The forecast


def test_the_rates_of_a_record_worked_out_by_hand():
    # 20 cases: 5 converted and 1 ended in the first quarter, 2 still open in it; 12 reach the second, 6 convert there,
    # 6 reach the third, of whom 3 convert in the fourth and 3 are open at its start.
    courses = [Course(30, converted=True)] * 5 + [Course(60, ended=True)] + [Course(50)] * 2
    courses += [Course(QUARTER + 10, converted=True)] * 6
    courses += [Course(3 * QUARTER + 5, converted=True)] * 3 + [Course(3 * QUARTER)] * 3
    first, second, late = forecast.rates_of(Counter(courses))
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
    found = forecast.forecast(Counter([*closed, *[Course(80)] * 50]), {2: Decimal("1e9")}, day=DAY)
    assert (found.steps, found.closed, found.cases) == ([], FEWEST - 1, FEWEST + 49)
    enough = forecast.forecast(Counter([*closed, Course(90, ended=True)]), {2: Decimal("1e9")}, day=DAY)
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


def test_an_open_memorandum_has_an_age_and_a_deal_that_of_its_oldest():
    deal = factories.deal()
    assert age_of(deal, Moment(DAY)) == []
    for days, age in ((0, "6"), (181, "6"), (182, "12"), (363, "12"), (364, "24"), (727, "24"), (728, "older")):
        deal = factories.deal()
        factories.mou(deal, "1e9", on=DAY - timedelta(days=days))
        assert age_of(deal, Moment(DAY)) == [age], days
    factories.loi(deal, "1e9", on=DAY)
    assert age_of(deal, Moment(DAY)) == ["older"]


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


def test_a_day_knows_only_what_was_signed_by_then(system):
    deal = factories.deal()
    paper = factories.mou(deal, "1e9", on=date(2024, 1, 1))
    factories.contract(deal, "1e9", under=paper, on=date(2025, 1, 1))
    before, now = report(Moment(date(2024, 12, 31))), report(Moment(date(2025, 1, 1)))
    assert (before.together.converted, now.together.converted) == (0, 1)
    assert (before.standing, now.standing) == (Decimal("1e9"), 0)


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
