"""Two clocks: what was shown for a day, as known then, is shown for ever, whatever is recorded afterwards."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from deals import ledger, permissions
from deals.actions import records
from deals.models import Deal, Partner, recorded
from deals.periods import Moment
from deals.reports import dashboard, lists, parties
from tests import factories
from tests.ministry import START, Ministry, seen_at
from tests.test_pages import body

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("settled")]
DAYS = [START + timedelta(days=n) for n in (40, 120, 200, 400)]
QUESTIONS = ["", "band=memorandum", "show=undisclosed", "stage=contract_signed", "sort=code&q=thuong"]
QUESTIONS += ["q=thuong&band=contracted", "q=thuong&stage=contract_signed"]


def figures(at):
    """All that is shown of the moment: of the dashboard, of lists with their rows, of the indexes of parties."""
    deals = recorded.among(seen_at(at.known_at), at.known_at)
    board = dashboard.dashboard(at, reading="announced", target=None, deals=deals)
    shown = [board.bands, board.not_itemised, board.undisclosed, *((row.by, row.rows) for row in board.breakdowns)]
    for question in QUESTIONS:
        asked = lists.asked_for(QueryDict(question), deals=seen_at(at.known_at), at=at, of_all=True)
        found = lists.deal_list(asked, page=1)
        rows = {(deal.pk, deal.four, deal.outside, deal.stage_then) for deal in found.page.object_list}
        shown.append((question, found.count, found.total, found.deals_total, found.undisclosed, rows))
    index = parties.partners(at, partners=Partner.objects.in_use_since(at.known_at), deals=seen_at(at.known_at))
    return [*shown, index.total, {(line.party.pk, line.with_below) for line in index.lines if line.bands}]


@pytest.mark.parametrize("seed", range(4))
def test_what_was_shown_then_is_shown_for_ever(officer, seed):
    ministry = Ministry(seed, officer)
    shown = {}
    for _ in range(3):
        ministry.work(45)
        known_at = timezone.now()
        shown |= {Moment(day, known_at): figures(Moment(day, known_at)) for day in DAYS}
    ministry.work(60)
    for at, then in shown.items():
        assert figures(at) == then, at
    assert len({str(then) for then in shown.values()}) > 3


@pytest.mark.parametrize("seed", range(4))
def test_as_known_this_moment_equals_live_on_every_day(officer, seed):
    ministry = Ministry(seed, officer)
    ministry.work(120)
    ministry.do_archive()
    for day in (*DAYS, timezone.localdate()):
        assert figures(Moment(day, timezone.now())) == figures(Moment(day))


def test_the_totals_of_some_deals_are_theirs_alone(officer):
    """Of all there are the roll-ups are added up as they stand; not where only some may be seen, or are meant."""
    ministry = Ministry(1, officer)
    ministry.work(60)
    deals, at = Deal.objects.active(), Moment(timezone.localdate())
    some = deals.filter(pk__in=[deal.pk for deal in deals][::3])
    for question in QUESTIONS:
        found = lists.totals(lists.asked_for(QueryDict(question), deals=some, at=at))
        whole = lists.asked_for(QueryDict(question), deals=deals, at=at, of_all=True)
        own = whole.deals.filter(pk__in=some.values("pk"))
        assert (found.count, found.deals_total) == (own.count(), ledger.total(at, own)), question
        assert lists.totals(whole).count == whole.deals.count() >= found.count


@pytest.mark.parametrize("sort", ["value", "contracted", "enterprise"])
def test_a_list_by_the_roll_ups_is_the_list_by_the_deals(officer, sort):
    """Stage and sector are asked of the roll-ups where these say how all deals stand; nothing shown differs by it."""
    ministry = Ministry(2, officer)
    ministry.work(120)
    at, deals, several = Moment(timezone.localdate()), Deal.objects.active(), 0
    for usd in ("1e8", "3e8", "1e8", None):
        factories.contract(factories.deal(by=officer, sector=deals[0].sector), usd, by=officer)
    ministry.do_archive()
    places = {*deals.values_list("stage", "sector__code"), ("closed", deals[0].sector.code), ("none", "")}
    for stage, sector in sorted(places):
        question = QueryDict(f"stage={stage}&sector={sector}&sort={sort}")
        by_deals, by_balances = (
            lists.deal_list(lists.asked_for(question, deals=deals, at=at, of_all=of_all), page=1)
            for of_all in (False, True)
        )
        assert by_balances == by_deals, question
        several += by_deals.count > 3
    assert several


def test_a_deal_that_was_archived_then_and_is_not_now_is_not_shown_of_then(officer):
    deal = factories.deal(by=officer)
    factories.contract(deal, None, by=officer)
    before = timezone.now()
    records.archive(deal, by=officer, reason="a duplicate")
    between = timezone.now()
    deal.refresh_from_db()
    records.restore(deal, by=officer, reason="it was none")
    found = {at: lists.deal_list(lists.asked_for(QueryDict(), deals=seen_at(at), at=Moment(DAYS[3], at)), page=1)
             for at in (before, between, None)}  # fmt: skip
    assert [(report.count, report.undisclosed) for report in found.values()] == [(1, 1), (0, 0), (1, 1)]


def test_what_was_archived_is_not_added_for_one_who_does_not_see_everything(officer):
    mine, gone = factories.deal(by=officer), factories.deal(by=officer)
    factories.deal(by=officer)
    then = timezone.now()
    records.archive(gone, by=officer, reason="a duplicate")
    viewer = factories.person(role="viewers")
    respondent = factories.person(role="respondents", enterprises=[mine.enterprise])
    assert set(recorded.among(permissions.visible_deals(respondent, then), then)) == {mine}
    assert gone in recorded.among(permissions.visible_deals(viewer, then), then)
    assert not recorded.among(permissions.visible_deals(factories.person(), then), then).exists()


def test_a_new_grouping_regroups_the_past_and_leaves_its_total(officer):
    deal = factories.deal(by=officer)
    factories.contract(deal, "3e9", by=officer)
    at = Moment(DAYS[3], timezone.now())
    deal.refresh_from_db()
    deal.sector = factories.sector(by=officer)
    records.keep(deal, by=officer)
    assert list(ledger.breakdown(at, "sector")) == [deal.sector.code]
    assert ledger.total(at).contracted == 3 * 10**9


# The pages


@pytest.fixture
def long_ago(officer):
    deal = factories.deal(on=START, by=officer)
    factories.contract(deal, "3e9", on=START, by=officer)
    return deal


def test_every_page_says_both_clocks_and_leads_back_to_today(in_english, long_ago):
    for path in ("/", "/deals/", "/enterprises/", "/partners/", f"/deals/{long_ago.code}/"):
        page = body(in_english.get(f"{path}?as_of=2025-05-07&known=2025-05-08"))
        assert "7 May 2025" in page and "at the end of <strong>8 May 2025</strong>" in page
        assert 'role="status"' in page and "Show today" in page
        assert 'name="known" value="2025-05-08"' in page
        if "VNUS" not in path:
            assert "US$3" not in page, path  # nothing had been entered by then
    today = body(in_english.get("/?known=2025-05-08"))
    assert "figures of today as they were known" in today
    assert 'role="status"' not in body(in_english.get("/"))


def test_the_deal_page_says_which_facts_are_as_known_then(in_english, long_ago):
    page = body(in_english.get(f"/deals/{long_ago.code}/?known=2025-05-08"))
    assert "papers, deliveries and all other facts are as recorded now" in page
    assert "no entry for this deal" in page


def test_nothing_is_changed_beside_figures_of_another_time(client, officer, long_ago):
    client.force_login(officer)
    for query in ("known=2025-05-08", "as_of=2025-05-08"):
        assert f"/deals/{long_ago.code}/log/" not in body(client.get(f"/deals/{long_ago.code}/?{query}"))


def test_links_keep_both_clocks(in_english, long_ago):
    page = body(in_english.get("/deals/?as_of=2025-05-07&known=2025-05-08&since=2025-01-01"))
    assert "as_of=2025-05-07&known=2025-05-08&since=2025-01-01" in page
