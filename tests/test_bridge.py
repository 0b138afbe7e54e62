"""What changed between two moments: the bridge sums to the cent, each step is what it says, its rows make it up."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone, translation
from hypothesis import given, settings

from deals import ledger
from deals.actions import deals as deal_actions
from deals.actions import records
from deals.charts import bridge as charts
from deals.choices import Cause, Outcome
from deals.models import Deal
from deals.periods import Moment
from deals.positions import BAND_NAMES, Bands
from deals.reports import bridge
from deals.reports.bridge import Comparison
from tests import behind, factories, strategies
from tests.ministry import START, Ministry
from tests.test_pages import body, portfolio_of, queries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("settled")]
JAN, FEB, MAR, APR, MAY = (date(2025, month, 1) for month in range(1, 6))


def usd(text):
    return Decimal(text).quantize(Decimal("0.01"))


def standing(at, deals, openings=True):
    """What the deals make at the moment, summed from the ledger without the bridge."""
    rows = [bands for _opening, bands in ledger.openings(at)] if openings else []
    return ledger.add(ledger.total(at, deals), *rows)


def bridged(comparison, deals=None, *, openings=True):
    deals = Deal.objects.in_use_since(comparison.before.known_at) if deals is None else deals
    closing = standing(comparison.after, deals, openings)
    return bridge.bridge(comparison, closing=closing, deals=deals, openings=openings), deals


def steps(found):
    return {step.key: {name: usd for name, usd in step.bands.as_dict().items() if usd} for step in found.steps}


def world(since, as_of, known_at=None):
    return Comparison(Moment(since, known_at), Moment(as_of, known_at), is_as_shown=False)


def shown(since, then, as_of, known_at=None):
    return Comparison(Moment(since, then), Moment(as_of, known_at), is_as_shown=True)


def rows_of(comparison, deals, step="", band="", openings=True):
    found, number = [], 1
    while True:
        page = bridge.changes(comparison, deals=deals, openings=openings, step=step, band=band, page=number)
        found += page.rows
        if number == page.pages:
            return page.total, found
        number += 1


def added(rows):
    totals = dict.fromkeys(BAND_NAMES, Decimal(0))
    for row in rows:
        totals[row.band] += row.usd
    return Bands(**totals)


def assert_exact(comparison, deals=None, *, openings=True):
    found, deals = bridged(comparison, deals, openings=openings)
    assert found.opening == standing(comparison.before, deals, openings)
    assert ledger.add(found.opening, *(step.bands for step in found.steps)) == found.closing
    if not comparison.is_as_shown:
        assert "corrected" not in steps(found)
    total, rows = rows_of(comparison, deals, openings=openings)
    assert added(rows) == total == found.difference
    return found, deals


def assert_rows_make_the_steps(comparison, found, deals, *, openings=True):
    for step in found.steps:
        total, rows = rows_of(comparison, deals, step.key, openings=openings)
        assert added(rows) == total == step.bands, step.key
        for band in BAND_NAMES:
            total, rows = rows_of(comparison, deals, step.key, band, openings=openings)
            assert added(rows) == total == Bands(**{band: getattr(step.bands, band)}), (step.key, band)


# Exactly


@pytest.mark.parametrize("seed", range(3))
def test_opening_and_steps_make_the_closing_whatever_was_recorded_when(officer, seed):
    ministry, moments = Ministry(seed, officer), []
    for _ in range(3):
        ministry.work(35)
        moments.append(timezone.now())
    dice = ministry.dice
    for _ in range(4):
        a, b = sorted(START + timedelta(days=dice.randrange(420)) for _ in range(2))
        then, later = sorted(dice.sample(moments, 2))
        few = Deal.objects.filter(pk__in=list(Deal.objects.values_list("pk", flat=True))[::2])
        for comparison in (world(a, b), world(a, b, then), shown(a, then, b), shown(a, then, b, later)):
            found, deals = assert_exact(comparison)
            assert_exact(comparison, few, openings=False)
        assert_rows_make_the_steps(comparison, found, deals)


@given(strategies.valid_facts(), strategies.valid_facts(), strategies.days, strategies.days)
@settings(max_examples=15)
def test_any_facts_corrected_into_any_others_are_bridged_to_the_cent(system, first, second, one, other):
    with transaction.atomic():
        deal = factories.deal(by=system)
        behind.put(deal, first)
        ledger.post(deal, by=system, cause=Cause.SIGNING)
        then = timezone.now()
        behind.put(deal, second)
        ledger.post(deal, by=system, cause=Cause.CORRECTION)
        a, b = sorted((one, other))
        for comparison in (world(a, b), shown(a, then, b)):
            assert_rows_make_the_steps(comparison, *assert_exact(comparison))
        transaction.set_rollback(True)


# Each step


@pytest.fixture
def deal(system):
    return factories.deal(on=JAN, by=system)


def changed(since=JAN, as_of=MAY):
    return steps(bridged(world(since, as_of))[0])


def test_what_is_signed_takes_from_what_was_expected(deal):
    factories.valuation(deal, "5e9", on=JAN)
    factories.mou(deal, "3e9", on=MAR)
    assert changed() == {"signed": {"memorandum": usd("3e9"), "negotiating": usd("-3e9")}}


def test_a_conversion_moves_what_it_takes_over_and_shows_its_price_apart(deal):
    mou = factories.mou(deal, "10e9", on=JAN)
    factories.contract(deal, "3.3e9", under=mou, discharges="4e9", on=MAR)
    assert changed() == {
        "converted": {"memorandum": usd("-4e9"), "contracted": usd("4e9")},
        "repriced": {"contracted": usd("-0.7e9")},
    }


def test_a_conversion_of_unknown_price_is_no_repricing(deal):
    mou = factories.mou(deal, "10e9", on=JAN)
    factories.contract(deal, None, under=mou, discharges="4e9", on=MAR)
    assert changed() == {"converted": {"memorandum": usd("-4e9")}}


def test_what_follows_a_memorandum_of_unknown_value_is_newly_signed(deal):
    factories.contract(deal, "3e9", under=factories.mou(deal, None, on=JAN), on=MAR)
    assert changed() == {"signed": {"contracted": usd("3e9")}}


def test_a_memorandum_and_its_contract_of_one_day_are_newly_signed(deal):
    mou = factories.mou(deal, "10e9", on=MAR)
    factories.contract(deal, "3e9", under=mou, on=MAR)
    assert changed() == {"signed": {"memorandum": usd("7e9"), "contracted": usd("3e9")}}


def test_a_memorandum_that_follows_a_letter_of_intent_shows_the_difference(deal):
    factories.mou(deal, "5e9", under=factories.loi(deal, "4e9", on=JAN), on=MAR)
    assert changed() == {"repriced": {"memorandum": usd("1e9")}}


def test_amended_delivered_ended_and_expected(deal):
    contract = factories.contract(deal, "3e9", on=JAN)
    factories.amendment(contract, "-0.5e9", on=FEB)
    factories.delivery(contract, "1e9", on=MAR)
    factories.valuation(deal, "4e9", on=APR)
    factories.ended(contract, on=MAY)
    assert changed() == {
        "amended": {"contracted": usd("-0.5e9")},
        "delivered": {"delivered": usd("1e9"), "contracted": usd("-1e9")},
        "ended": {"contracted": usd("-1.5e9"), "negotiating": usd("1.5e9")},
        "expected": {"negotiating": usd("1.5e9")},
    }


def test_a_closing_ends_what_was_left(deal, system):
    factories.valuation(deal, "5e9", on=JAN)
    factories.mou(deal, "3e9", on=JAN)
    deal.refresh_from_db()
    deal_actions.close(deal, on=MAR, outcome=Outcome.CANCELLED, by=system, reason="no funds")
    assert changed() == {"ended": {"memorandum": usd("-3e9"), "negotiating": usd("-2e9")}}


def test_what_is_entered_out_of_order_stands_with_what_happened_on_its_day(deal):
    factories.valuation(deal, "10e9", on=APR)
    factories.mou(deal, "4e9", on=FEB)
    assert changed() == {"signed": {"memorandum": usd("4e9")}, "expected": {"negotiating": usd("6e9")}}


def test_a_correction_of_what_happened_in_between_belongs_to_what_happened(deal, system):
    contract = factories.contract(deal, "3e9", on=MAR)
    contract.usd, contract.signed_on = usd("2e9"), APR
    records.keep(contract, by=system, reason="typed wrongly")
    assert changed() == {"signed": {"contracted": usd("2e9")}}
    assert changed(as_of=MAR) == {}


def test_a_correction_of_what_happened_before_stands_apart(deal, system):
    contract = factories.contract(deal, "3e9", on=JAN)
    then = timezone.now()
    contract.usd = usd("2.5e9")
    records.keep(contract, by=system, reason="typed wrongly")
    factories.contract(deal, "1e9", on=MAR)
    assert changed(since=FEB) == {"signed": {"contracted": usd("1e9")}}
    found, _deals = bridged(shown(FEB, then, MAY))
    assert found.opening == Bands(contracted=usd("3e9"))
    assert steps(found) == {"signed": {"contracted": usd("1e9")}, "corrected": {"contracted": usd("-0.5e9")}}


def test_a_deal_archived_since_is_taken_out_by_correction(deal, system):
    factories.contract(deal, "3e9", on=JAN)
    then = timezone.now()
    records.archive(deal, by=system, reason="a duplicate")
    found, _deals = bridged(shown(FEB, then, MAY))
    assert (found.opening.contracted, found.closing.contracted) == (usd("3e9"), 0)
    assert steps(found) == {"corrected": {"contracted": usd("-3e9")}}


def test_a_sum_announced_and_what_deals_itemise_of_it(deal, system):
    opening = factories.opening("50e9", on=MAR)
    factories.contract(deal, "3e9", on=JAN)
    factories.itemisation(opening, deal, "3e9")
    assert changed(since=FEB) == {"announced": {"contracted": usd("50e9")}, "itemised": {"contracted": usd("-3e9")}}
    then = timezone.now()
    newcomer = factories.deal(on=JAN, by=system)
    factories.contract(newcomer, "2e9", on=FEB)
    factories.itemisation(opening, newcomer, "2e9")
    # Entered later, for a time before: the deal and what it itemises are of one step, in which they cancel each other.
    found, deals = bridged(shown(APR, then, MAY))
    assert steps(found) == {} and not found.difference
    behind = bridge.changes(shown(APR, then, MAY), deals=deals, openings=True, step="corrected")
    assert {row.usd for row in behind.rows} == {usd("2e9"), usd("-2e9")}


def test_steps_of_a_past_moment_do_not_change_with_what_is_recorded_later(officer):
    ministry = Ministry(11, officer)
    ministry.work(60)
    then = timezone.now()
    ministry.work(60)
    later = timezone.now()
    deals = Deal.objects.filter(pk__in=list(Deal.objects.values_list("pk", flat=True)))
    comparisons = [world(day, END, later) for day in (START, MAR, MAY)] + [shown(MAR, then, END, later)]
    before = [bridged(comparison, deals)[0] for comparison in comparisons]
    ministry.work(80)
    assert [bridged(comparison, deals)[0] for comparison in comparisons] == before


END = START + timedelta(days=500)


# What is compared


def test_it_is_compared_with_what_was_shown_where_anything_was(deal):
    factories.contract(deal, "3e9", on=JAN)
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    long_ago, today = datetime.combine(FEB, time.max, zone), timezone.now() + timedelta(hours=1)
    at = Moment(MAY)
    assert bridge.compared(at, since=FEB, then=long_ago) == world(FEB, MAY)
    assert bridge.compared(at, since=FEB, then=today) == shown(FEB, today, MAY)
    assert bridge.compared(at, since=FEB, then=today, chosen="world") == world(FEB, MAY)
    assert bridge.compared(at, since=FEB, then=long_ago, chosen="shown") == shown(FEB, long_ago, MAY)
    early = Moment(MAY, long_ago)
    assert bridge.compared(early, since=MAR, then=today, chosen="shown") == shown(MAR, long_ago, MAY, long_ago)


# The picture


def drawn(opening, closing, *found):
    report = bridge.Bridge(world(JAN, MAY), opening, [bridge.Step(key, bands) for key, bands in found], closing)
    with translation.override("en"):
        return str(charts.picture(report, start="A", end="B", language="en"))


def test_the_picture_draws_what_comes_and_what_goes_of_each_band():
    converted = Bands(memorandum=usd("-4e9"), contracted=usd("4e9"))
    svg = drawn(Bands(memorandum=usd("10e9")), Bands(usd(0), usd("4e9"), usd("6e9")), ("converted", converted))
    assert 'role="img"' in svg and "A) to US$10.00bn (B)" in svg
    titles = re.findall(r"<title>(.*?)</title>", svg)
    assert any("−US$4,000,000,000.00" in title for title in titles)
    assert any("+US$4,000,000,000.00" in title for title in titles)
    assert svg.count("stroke-dasharray") == 1


@pytest.mark.parametrize(
    ("opening", "change", "is_cut"),
    [
        ("90e9", "0.4e9", True),
        ("90e9", "-89e9", False),
        ("0", "5e9", False),
        ("2e9", "-4e9", False),
        ("1", "0.01", True),
    ],
)
def test_the_scale_holds_every_bar_and_is_cut_only_where_it_says_so(opening, change, is_cut):
    step = Bands(contracted=usd(change))
    svg = drawn(Bands(contracted=usd(opening)), Bands(contracted=usd(opening) + usd(change)), ("signed", step))
    bars = [
        (Decimal(x), Decimal(width)) for x, width in re.findall(r'<rect x="([\d.-]+)%" y="\d+" width="([\d.]+)%"', svg)
    ]
    assert len(bars) == 3
    assert all(x >= 0 and x + width <= Decimal("100.01") for x, width in bars)
    assert ("<path" in svg) is is_cut


def test_nothing_is_drawn_where_nothing_changed():
    assert drawn(Bands(contracted=usd("5e9")), Bands(contracted=usd("5e9"))) == ""
    assert drawn(Bands(), Bands(outside=usd("1e9")), ("signed", Bands(outside=usd("1e9")))) == ""


# The pages


def test_the_pages_take_as_many_queries_for_many_deals_as_for_one(browse, system):
    paths = [f"/{page}?since=2025-01-01{more}" for page in ("", "changes/") for more in ("", "&compare=shown")]
    paths += ["/changes/?since=2025-01-01&step=converted", "/?as_of=2025-06-01&known=2025-06-02&since=2025-01-01"]
    portfolio_of(1, by=system)
    once = {path: queries(browse, path) for path in paths}
    portfolio_of(19, by=system)
    assert {path: queries(browse, path) for path in paths} == once


def test_entries_come_by_the_page_with_the_total_of_all(in_english, system):
    deal = factories.deal(on=JAN, by=system)
    for day in range(120):
        factories.contract(deal, "1e6", on=JAN + timedelta(days=day), by=system)
    first, second = (in_english.get(f"/changes/?since=2024-12-31&step=signed&page={page}") for page in (1, 2))
    assert len(first.context["report"].rows) == 100 and len(second.context["report"].rows) == 20
    assert "page=2" in body(first) and "+US$120,000,000.00" in body(first) and "+US$120,000,000.00" in body(second)


@pytest.mark.parametrize("query", ["step=growth", "band=gold", "page=9", "page=x", "colour=red", "since=never"])
def test_a_question_that_makes_no_sense_gets_a_message_and_no_rows(in_english, system, query):
    factories.contract(factories.deal(on=JAN, by=system), "1e9", on=MAR, by=system)
    page = in_english.get(f"/changes/?{query}")
    assert page.status_code == 200 and 'role="alert"' in body(page) and "VNUS" not in body(page)


def cells(page):
    """Each change of the page that opens its entries: the address, and the exact amount under the pointer."""
    for address, sign, amount in re.findall(r'href="(/changes/[^"]*)" title="([+−])US\$([\d,.]+)"', body(page)):
        yield address, Decimal(amount.replace(",", "")) * (-1 if sign == "−" else 1)


@pytest.mark.usefixtures("sample_loaded")
class TestOverTheSample:
    @pytest.mark.parametrize("query", ["?since=2025-05-07", "?as_of=2025-05-07&since=2025-01-01", "?compare=shown"])
    def test_each_change_opens_entries_with_the_same_total(self, in_english, query):
        found = list(cells(in_english.get("/" + query)))
        assert len(found) > 5
        for address, amount in found:
            page = in_english.get(address)
            band = page.wsgi_request.GET.get("band", "four")
            assert getattr(page.context["report"].total, band) == amount, address

    def test_the_entries_of_a_filter_make_the_difference_of_its_lists(self, in_english):
        for question in ("sector=aviation", "group=PVN", "stage=contract_signed", "q=boeing"):
            then, now = (
                in_english.get(f"/deals/?{question}&as_of={day}").context["report"]
                for day in ("2025-05-07", "2026-11-01")
            )
            page = in_english.get(f"/changes/?{question}&since=2025-05-07&as_of=2026-11-01").context["report"]
            if not question.startswith("stage"):  # other deals had reached it then
                assert page.total == now.total - then.total
            assert added(page.rows) == page.total

    def test_both_comparisons_say_what_they_are(self, in_english):
        assert "both days as known now" in body(in_english.get("/?since=2025-05-07"))
        assert "Against what was shown on 7 May 2025" in body(in_english.get("/?since=2025-05-07&compare=shown"))
        known = body(in_english.get("/?since=2025-05-07&known=2025-06-01"))
        assert "figures of today as they were known" in known
