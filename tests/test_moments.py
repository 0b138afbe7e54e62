"""Two clocks: what was shown for a day, as known then, is shown for ever, whatever is recorded afterwards."""

import random
from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from deals import ledger
from deals.actions import corrections, instruments, records
from deals.actions import deals as deal_actions
from deals.choices import Outcome, Stage
from deals.models import Deal, Instrument, Itemisation, OpeningBalance, Valuation, recorded
from deals.periods import Moment
from deals.reports import dashboard, lists, parties
from deals.stages import is_forward
from tests import factories
from tests.test_pages import body

pytestmark = pytest.mark.django_db
START = date(2025, 1, 1)
DAYS = [START + timedelta(days=n) for n in (40, 120, 200, 400)]
QUESTIONS = ["", "band=memorandum", "show=undisclosed", "stage=contract_signed", "sort=code&q=thuong", "condition=on_track"]


def visible():
    return Deal.objects.active()


def figures(at):
    """All that is shown of the moment: of the dashboard, of lists with their rows, of the indexes of parties."""
    deals = recorded.among(visible(), at.known_at)
    board = dashboard.dashboard(at, reading="announced", target=None, deals=deals)
    shown = [board.bands, board.not_itemised, board.undisclosed, *((row.by, row.rows) for row in board.breakdowns)]
    for question in QUESTIONS:
        found = lists.deal_list(lists.asked_for(QueryDict(question), deals=visible(), at=at), page=1)
        rows = {(deal.pk, deal.four, deal.outside, deal.stage_then) for deal in found.page.object_list}
        shown.append((question, found.count, found.total, found.deals_total, found.undisclosed, rows))
    index = parties.partners(at, partners=Deal.partner.field.related_model.objects.active(), deals=visible())
    return [*shown, index.total, {(line.party.pk, line.with_below) for line in index.lines if line.bands}]


class Ministry:
    """People who record all kinds of things, in an order that a seed decides. What is refused is left alone."""

    def __init__(self, seed, by):
        self.dice, self.by = random.Random(seed), by
        self.programme = factories.programme(by=by)
        self.parties = {
            "enterprise": factories.enterprise(by=by),
            "partner": factories.partner(by=by),
            "sector": factories.sector(by=by),
        }

    def work(self, steps):
        kinds = [name for name in dir(self) if name.startswith("do_")]
        for _ in range(steps):
            with suppress(ValidationError, IndexError), transaction.atomic():
                getattr(self, self.dice.choice(kinds))()

    def day(self):
        return START + timedelta(days=self.dice.randrange(300))

    def usd(self):
        return self.dice.choice([None, self.dice.randrange(1, 10**13) / 100, 10**9, 4 * 10**8])

    def any(self, found):
        return self.dice.choice(list(found.order_by("pk")))

    def money(self):
        return factories.money(str(self.usd() or 1))

    def do_deal(self):
        deal = factories.deal(on=self.day(), by=self.by, **self.parties)
        factories.valuation(deal, self.usd() and self.money(), on=self.day(), by=self.by)

    do_another_deal = do_deal

    def do_sign(self):
        deal, kind = self.any(visible()), self.dice.choice(["mou", "contract", "contract", "option"])
        above = self.dice.choice([None, *deal.instruments.active().filter(kind="mou")])
        usd = self.usd() and self.money()
        factories.paper(deal, kind, usd, on=self.day(), under=above, by=self.by)

    do_sign_more = do_and_more = do_sign

    def do_amend(self):
        factories.amendment(self.any(papers()), self.money() - 10**9, on=self.day(), by=self.by)

    def do_deliver(self):
        factories.delivery(self.any(papers().filter(kind="contract")), self.money(), on=self.day(), by=self.by)

    def do_value(self):
        factories.valuation(self.any(visible()), self.usd() and self.money(), on=self.day(), by=self.by)

    def do_end(self):
        paper = self.any(papers().filter(ended_on=None))
        why = self.dice.choice(["expired", "terminated", "fulfilled"])
        factories.ended(paper, on=max(self.day(), paper.signed_on), why=why, by=self.by)

    def do_revive(self):
        instruments.revive(self.any(papers().exclude(ended_on=None)), by=self.by, reason="it had not ended")

    def do_correct(self):
        paper = self.any(papers())
        paper.usd, paper.signed_on = self.usd() and self.money(), self.dice.choice([paper.signed_on, self.day()])
        records.keep(paper, by=self.by, reason="typed wrongly")

    def do_withdraw(self):
        kind = self.dice.choice([Instrument, Valuation])
        corrections.withdraw(self.any(kind.objects.active().filter(deal__archived_at=None)), by=self.by, reason="twice")

    def do_move(self):
        deal = self.any(visible().exclude(stage=Stage.CLOSED))
        stage = self.dice.choice([stage for stage in Stage if is_forward(deal.stage, stage) and stage != Stage.CLOSED])
        deal_actions.move(deal, stage=stage, on=self.day(), by=self.by, as_reported=True)

    def do_close(self):
        deal = self.any(visible().exclude(stage=Stage.CLOSED))
        how = {"outcome": self.dice.choice(list(Outcome)), "reason": "over"}
        deal_actions.close(deal, on=self.day() + timedelta(days=60), by=self.by, **how)

    def do_reopen(self):
        closed = self.any(visible().filter(stage=Stage.CLOSED))
        deal_actions.reopen(closed, stage=Stage.TALKS, on=self.day(), by=self.by, reason="not over")

    def do_archive(self):
        records.archive(self.any(visible()), by=self.by, reason="a duplicate")

    def do_restore(self):
        records.restore(self.any(Deal.objects.exclude(archived_at=None)), by=self.by, reason="no duplicate")

    def do_open(self):
        if OpeningBalance.objects.count() < 3:
            factories.opening("5e9", on=self.day(), programme=self.programme, by=self.by)

    def do_itemise(self):
        factories.itemisation(self.any(OpeningBalance.objects.active()), self.any(visible()), "1e9", by=self.by)

    def do_itemise_no_more(self):
        records.archive(self.any(Itemisation.objects.active()), by=self.by, reason="wrong deal")


def papers():
    return Instrument.objects.active().exclude(kind="amendment").filter(deal__archived_at=None)


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


def test_a_deal_that_was_archived_then_and_is_not_now_is_not_shown_of_then(officer):
    deal = factories.deal(by=officer)
    factories.contract(deal, None, by=officer)
    before = timezone.now()
    records.archive(deal, by=officer, reason="a duplicate")
    between = timezone.now()
    deal.refresh_from_db()
    records.restore(deal, by=officer, reason="it was none")
    found = {at: lists.deal_list(lists.asked_for(QueryDict(), deals=visible(), at=Moment(DAYS[3], at)), page=1)
             for at in (before, between, None)}  # fmt: skip
    assert [(report.count, report.undisclosed) for report in found.values()] == [(1, 1), (0, 0), (1, 1)]


def test_what_was_archived_is_not_added_for_one_who_does_not_see_everything(officer):
    mine, gone = factories.deal(by=officer), factories.deal(by=officer)
    factories.deal(by=officer)
    then = timezone.now()
    records.archive(gone, by=officer, reason="a duplicate")
    assert set(recorded.among(visible().filter(pk=mine.pk), then)) == {mine}
    assert gone in recorded.among(visible(), then)
    assert not recorded.among(Deal.objects.none(), then).exists()


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
