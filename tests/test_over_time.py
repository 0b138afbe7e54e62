"""Value over time: months that end on the ledger's total, the path from the deals' own days, deliveries by year."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from deals import ledger, series
from deals.actions import records
from deals.choices import Cause
from deals.models import Deal, recorded
from deals.periods import Moment
from deals.positions import Bands
from deals.reports import dashboard, over_time
from deals.reports.over_time import Year
from tests import behind, factories, strategies

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("settled")]

TODAY = Moment(date(2026, 3, 15))


def usd(text) -> Decimal:
    return Decimal(text).quantize(Decimal("0.01"))


def report(at=TODAY, *, reading="announced", target=None, deals=None, openings=True):
    deals = Deal.objects.active() if deals is None else deals
    return over_time.over_time(at, reading=reading, target=target, deals=deals, openings=openings)


def amounts(found, band):
    return [(point.on, getattr(point.bands, band)) for point in found]


@pytest.fixture
def target(db):
    return factories.target(usd="10e9", period_end=date(2026, 12, 31))


# Months


@settings(max_examples=30)
@given(
    st.lists(strategies.valid_facts(), min_size=1, max_size=3),
    st.lists(strategies.days, min_size=1, max_size=3),
    st.one_of(st.none(), strategies.days),
)
def test_each_month_ends_on_the_total_of_its_last_day(system, stories, days, opening_on):
    with transaction.atomic():
        for facts in stories:
            deal = factories.deal(on=strategies.START)
            behind.put(deal, facts)
            ledger.post(deal, by=system, cause=Cause.CORRECTION)
        if opening_on:
            factories.opening("5e9", on=opening_on)
        for day in days:
            at = Moment(day)
            months = series.by_month(at, Deal.objects.active(), openings=True)
            assert (months[-1][1] if months else Bands()) == ledger.portfolio(at)
            for month, bands in months[:-1]:
                end = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
                assert bands == ledger.portfolio(Moment(end))
            alone = series.by_month(at, Deal.objects.active())
            assert (alone[-1][1] if alone else Bands()) == ledger.total(at)
        transaction.set_rollback(True)


def test_months_follow_each_other_from_the_first_money_to_the_day(system):
    deal = factories.deal(on=date(2025, 1, 1))
    factories.option(deal, "9e9", on=date(2025, 1, 5))  # outside the target: no value over time yet
    factories.mou(deal, "5e9", on=date(2025, 2, 10))
    factories.contract(deal, "1e9", on=date(2025, 5, 7))
    found = report(Moment(date(2025, 5, 20)))
    assert found.period == "month"
    assert amounts(found.points, "memorandum") == [
        (date(2025, 2, 28), usd("5e9")),
        (date(2025, 3, 31), usd("5e9")),
        (date(2025, 4, 30), usd("5e9")),
        (date(2025, 5, 20), usd("5e9")),
    ]
    assert found.now.contracted == usd("1e9")


def test_what_was_known_then_stays_as_it_was(system):
    deal = factories.deal(on=date(2025, 1, 1), expected_on=date(2026, 6, 1))
    factories.valuation(deal, "5e9", on=date(2025, 2, 1))
    contract = factories.contract(factories.deal(), "2e9", on=date(2025, 2, 1))
    plan = factories.planned(contract, "1e9", on=date(2026, 9, 1))
    then = Moment(TODAY.as_of, timezone.now())
    before = report(then)
    factories.valuation(deal, "7e9", on=date(2025, 3, 1))
    deal.refresh_from_db()
    deal.expected_on = date(2027, 6, 1)
    records.keep(deal, by=system, reason="slipped")
    plan.on = date(2028, 9, 1)
    records.keep(plan, by=system, reason="slipped")
    factories.planned(contract, "0.5e9", on=date(2029, 9, 1))
    assert report(then) == before
    assert list(before.expected) == [date(2026, 6, 1)]
    assert report().now.negotiating == usd("7e9")
    assert list(report().expected) == [date(2027, 6, 1)]
    assert report().years[-1].year == 2029


def test_a_deal_archived_since_is_still_in_what_was_known_then(system):
    factories.contract(factories.deal(), "2e9")
    deal = factories.deal(expected_on=date(2026, 6, 1))
    factories.valuation(deal, "1e9")
    then = Moment(TODAY.as_of, timezone.now())
    factories.archive(deal)
    deals = recorded.among(Deal.objects.in_use_since(then.known_at), then.known_at)
    found = dashboard.dashboard(then, reading="announced", target=None, deals=deals)
    assert found.over.now == found.bands == ledger.total(then)
    assert found.over.at_the_end.contracted == usd("3e9")
    assert report().now.four == usd("2e9")


def test_a_deal_that_was_archived_is_in_no_month(system):
    deal = factories.deal(expected_on=date(2026, 6, 1))
    factories.contract(deal, "1e9")
    kept = factories.contract(factories.deal(), "2e9")
    assert kept
    factories.archive(deal)
    found = report()
    assert {point.bands.four for point in found.points} == {usd("2e9")}
    assert not found.expected


@pytest.mark.parametrize(
    ("first", "period", "points"),
    [(2025, "month", 15), (2012, "month", 171), (2010, "quarter", 65), (1970, "year", 57)],
)
def test_many_months_are_shown_by_quarter_and_more_by_year(system, first, period, points):
    factories.contract(factories.deal(on=date(first, 1, 1)), "1e9", on=date(first, 1, 10))
    found = report()
    assert (found.period, len(found.points)) == (period, points)
    assert found.points[-1].on == TODAY.as_of
    assert len({point.on for point in found.points}) == points


# The path


def test_pending_value_is_signed_on_the_day_its_deal_expects_and_delivered_as_planned(system, target):
    talks = factories.deal(expected_on=date(2026, 5, 20))
    factories.valuation(talks, "4e9", on=date(2025, 6, 1))
    memorandum = factories.deal(expected_on=date(2026, 8, 1))
    factories.mou(memorandum, "2e9", on=date(2025, 7, 1))
    contract = factories.contract(factories.deal(), "3e9", on=date(2025, 8, 1))
    factories.planned(contract, "1e9", on=date(2026, 6, 30))
    found = report(target=target)
    assert [point.on for point in found.path][::8] == [date(2026, 4, 30), date(2026, 12, 31)]
    by_day = {point.on: point.bands for point in found.path}
    assert by_day[date(2026, 4, 30)] == found.now
    assert by_day[date(2026, 5, 31)] == Bands(usd(0), usd("7e9"), usd("2e9"), usd(0), usd(0))
    assert by_day[date(2026, 6, 30)] == Bands(usd("1e9"), usd("6e9"), usd("2e9"), usd(0), usd(0))
    assert by_day[date(2026, 12, 31)] == Bands(usd("1e9"), usd("8e9"), usd(0), usd(0), usd(0))
    assert {bands.four for bands in found.all_bands[-9:]} == {found.now.four}
    assert (found.pending, found.without_day, found.overdue, found.beyond) == (usd("4e9"), 0, 0, 0)
    firm = report(target=target, reading="firm")
    assert (firm.pending, firm.without_day) == (usd("6e9"), 0)


def test_what_has_no_day_is_overdue_or_lies_beyond_the_end_is_named(system, target):
    for expected, value in (
        (None, "1e9"),
        (date(2026, 1, 1), "2e9"),
        (date(2026, 6, 1), "3e9"),
        (date(2027, 1, 1), "4e9"),
    ):
        factories.valuation(factories.deal(expected_on=expected), value, on=date(2025, 6, 1))
    factories.opening("5e9", band="negotiating", on=date(2025, 6, 1))
    found = report(target=target)
    assert found.pending == usd("15e9")
    assert found.without_day == usd("6e9")
    assert found.overdue == usd("2e9")
    assert found.beyond == usd("4e9")
    assert amounts(found.path, "contracted")[0] == (date(2026, 4, 30), usd("2e9"))
    assert found.path[-1].bands.contracted == usd("5e9")


def test_without_a_period_the_path_ends_with_the_last_day_a_deal_names(system):
    deal = factories.deal(expected_on=date(2031, 2, 3))
    factories.valuation(deal, "1e9", on=date(2026, 1, 1))
    assert report(target=factories.target()).end == date(2031, 2, 28)
    late = factories.deal(expected_on=date(2020, 2, 3))
    factories.valuation(late, "1e9", on=date(2026, 1, 1))
    only_late = report(deals=Deal.objects.filter(pk=late.pk), openings=False)
    assert amounts(only_late.path, "contracted") == [(date(2026, 4, 30), usd("1e9"))]
    assert only_late.overdue == usd("1e9")


@pytest.mark.parametrize("day", [date(2100, 12, 31), date(2099, 1, 1)])
def test_a_slip_of_the_pen_does_not_stretch_the_path_for_ever(system, day):
    factories.valuation(factories.deal(expected_on=day), "1e9", on=date(2026, 1, 1))
    found = report()
    assert len(found.path) <= 122
    assert found.beyond == usd("1e9")


def test_a_deal_delivers_no_more_than_it_has_contracted_and_nothing_twice(system):
    deal = factories.deal()
    contract = factories.contract(deal, "3e9", on=date(2025, 1, 10))
    for year, value in ((2025, "1e9"), (2027, "1.5e9"), (2028, "9e9")):
        factories.planned(contract, value, on=date(year, 6, 30))
    factories.delivery(contract, "0.4e9", on=date(2025, 7, 1))
    other = factories.contract(factories.deal(), "8e9", on=date(2025, 1, 10))
    factories.delivery(other, "2e9", on=date(2025, 7, 1))  # ahead of its plan, and no help to the other
    for at in (TODAY, Moment(date(2025, 12, 31)), Moment(TODAY.as_of, timezone.now())):
        found = report(at)
        assert found.overdue_deliveries == usd("0.6e9")
        to_come = {row.month: row.to_come for row in series.deliveries(at, Deal.objects.active()) if row.to_come}
        assert to_come == {
            date(2025, 6, 1): usd("0.6e9"),
            date(2027, 6, 1): usd("1.5e9"),
            date(2028, 6, 1): usd("0.5e9"),
        }
        assert found.path[0].bands.delivered == usd("3e9")
        assert found.at_the_end.delivered == usd("5e9")


def test_a_plan_of_a_contract_that_is_not_signed_yet_or_has_ended_counts_nowhere(system):
    contract = factories.contract(factories.deal(), "3e9", on=date(2025, 6, 1))
    factories.planned(contract, "1e9", on=date(2027, 6, 30))
    factories.planned(contract, "1e9", on=date(2025, 12, 31))
    assert [year.year for year in report().years] == [2025, 2026, 2027]
    assert report(Moment(date(2025, 5, 31))).years == []
    factories.ended(contract, on=date(2026, 2, 1))
    assert report().years == [Year(2025, planned=usd("1e9"))]
    assert report().path == []


def test_a_straight_line_only_where_no_deal_names_a_day(system, target):
    deal = factories.deal()
    factories.mou(deal, "5e9", on=date(2026, 1, 1))
    assert report(target=target).is_straight
    assert report(target=target).end == date(2026, 12, 31)
    assert not report(target=factories.target(usd="5e9")).is_straight
    factories.valuation(factories.deal(expected_on=date(2026, 9, 1)), "1e9", on=date(2026, 1, 1))
    assert not report(target=target).is_straight


def test_no_line_past_the_end_of_the_target_nor_where_it_is_reached(system, target):
    factories.contract(factories.deal(), "15e9", on=date(2026, 1, 1))
    assert report(target=target).path == []
    past = report(Moment(date(2028, 1, 1)), target=target)
    assert (past.path, past.is_straight) == ([], False)
    factories.valuation(factories.deal(expected_on=date(2028, 6, 1)), "1e9", on=date(2026, 1, 1))
    past = report(Moment(date(2028, 1, 1)), target=target)
    assert past.end == date(2028, 6, 30)
    assert past.path[-1].bands.signed("announced") > target.amount_usd


def test_nothing_is_no_point_and_no_path(target):
    found = report(target=target)
    assert (found.points, found.now, found.pending, found.years) == ([], Bands(), 0, [])
    unknown = factories.mou(factories.deal(), None, on=date(2026, 1, 1))
    assert unknown and report(target=target).points == []


# Deliveries by year


def test_years_of_deliveries_add_up_to_what_is_delivered_and_name_what_is_not_known(system):
    contract = factories.contract(factories.deal(), "9e9", on=date(2024, 1, 10))
    factories.delivery(contract, "1e9", on=date(2024, 6, 1))
    factories.delivery(contract, "0.5e9", on=date(2024, 12, 31))
    factories.delivery(contract, None, on=date(2026, 1, 1))
    factories.planned(contract, "2e9", on=date(2025, 1, 1))
    factories.planned(contract, "3e9", on=date(2033, 12, 31))
    factories.planned(contract, None, on=date(2033, 1, 1))
    found = report()
    assert [year.year for year in found.years] == list(range(2024, 2034))
    assert found.years[:3] == [
        Year(2024, actual=usd("1.5e9")),
        Year(2025, planned=usd("2e9")),
        Year(2026, actual_undisclosed=1),
    ]
    assert found.years[-1] == Year(2033, planned=usd("3e9"), planned_undisclosed=1)
    assert sum(year.actual for year in found.years) == found.now.delivered
    assert found.deliveries_undisclosed == 2
    assert report(Moment(date(2024, 6, 30))).years[0].actual == usd("1e9")


# Costs, and the pages


def several(count, months, *, by):
    for number in range(count):
        deal = factories.deal(by=by, expected_on=date(2027, 1 + number % 12, 1))
        on = date(2026 - months // 12, 1, 1 + number)
        paper = factories.mou(deal, "1e9", on=on, by=by)
        contract = factories.contract(deal, "4e8", under=paper, on=on, by=by)
        factories.planned(contract, "1e8", on=date(2028, 1, 1), by=by)
        factories.delivery(contract, "1e7", on=on, by=by)


def test_the_number_of_queries_is_fixed_whatever_the_deals_and_the_months(system, target):
    counts = {}
    for count, months in ((1, 1), (19, 1), (1, 100)):
        several(count, months, by=system)
        for at in (TODAY, Moment(date(2026, 2, 1)), Moment(TODAY.as_of, timezone.now())):
            with CaptureQueriesContext(connection) as asked:
                report(at, target=target)
            counts.setdefault(at.as_of if at.known_at is None else "known", set()).add(len(asked))
    assert all(len(found) == 1 for found in counts.values())
    assert max(max(found) for found in counts.values()) <= 8


@pytest.mark.usefixtures("sample_loaded")
@pytest.mark.parametrize("day", [date(2025, 5, 7), date(2019, 6, 30), date(2026, 11, 22)])
def test_the_last_point_is_the_headline_of_the_dashboard(day):
    found = dashboard.dashboard(Moment(day), reading="firm", target=None, deals=Deal.objects.active())
    assert found.over.now == found.bands == ledger.portfolio(Moment(day))
    assert found.over.points[-1].on == day


@pytest.mark.usefixtures("sample_loaded")
def test_the_pages_of_a_party_show_its_own_value_over_time(in_english):
    page = in_english.get("/partners/boeing/")
    assert page.context["report"].over.now == page.context["report"].bands
    assert 'id="over-time"' in page.content.decode()
    group = in_english.get("/enterprises/SOVICO/")
    assert group.context["report"].over.now == group.context["report"].bands
