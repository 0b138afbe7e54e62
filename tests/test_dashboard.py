"""The overview and the pages of its parts: parts that add up, figures that open lists of the same total, on any day."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.http import QueryDict
from django.utils import timezone

from deals import ledger
from deals.actions import updates
from deals.choices import Condition, Reading
from deals.models import Deal, Partner, Posting, recorded
from deals.periods import Moment
from deals.positions import Bands
from deals.reports import bridge, dashboard, lists, scopes, upcoming
from tests import factories
from tests.ministry import START, Ministry, seen_at, visible
from tests.test_pages import body

pytestmark = pytest.mark.django_db
DAYS = [START + timedelta(days=n) for n in (60, 150, 280)]


class Parts(Ministry):
    """A ministry with groups of enterprises, several sectors, partners of several states and of none."""

    def __init__(self, seed, by):
        super().__init__(seed, by)
        top = [factories.enterprise(by=by) for _ in range(2)]
        below = [factories.enterprise(by=by, parent=parent) for parent in top]
        self.enterprises = [*top, *below, factories.enterprise(by=by, parent=below[0])]
        self.sectors = [factories.sector(by=by) for _ in range(3)]
        self.partners = [None, *(factories.partner(by=by, state=state) for state in ("TX", "WA", ""))]
        factories.opening("7e9", on=START + timedelta(days=50), by=by)

    def do_deal(self):
        self.parties = {
            "enterprise": self.dice.choice(self.enterprises),
            "sector": self.dice.choice(self.sectors),
            "partner": self.dice.choice(self.partners),
        }
        super().do_deal()

    do_another_deal = do_deal

    def scopes(self):
        found = [scopes.of_enterprise(each) for each in self.enterprises]
        found += [scopes.of_sector(each) for each in self.sectors]
        found += [scopes.of_partner(each) for each in self.partners if each]
        return [scopes.WHOLE, *found, scopes.of_state("TX"), scopes.of_state("CA")]


def board(at, scope, *, since, as_shown=False):
    """What the page shows, with what it is compared with."""
    before = Moment(since, at.known_at)
    if as_shown:
        earlier = Posting.objects.order_by("recorded_at").values_list("recorded_at", flat=True)
        middle = list(earlier)[len(earlier) // 2]
        before = Moment(since, middle if at.known_at is None else min(middle, at.known_at))
    stood = seen_at(before.known_at)
    compared = dashboard.Compared(bridge.Comparison(before, at, as_shown), stood)
    deals = recorded.among(seen_at(at.known_at), at.known_at)
    return dashboard.dashboard(at, reading="announced", target=None, deals=deals, scope=scope, compared=compared)


def listed(question, at):
    asked = lists.asked_for(QueryDict(question), deals=seen_at(at.known_at), at=at, of_all=True)
    return lists.deal_list(asked, page=1)


@pytest.mark.parametrize("as_shown", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_all_parts_of_every_page_add_up_and_so_do_their_changes(officer, seed, as_shown):
    ministry = Parts(seed, officer)
    ministry.work(90)
    found = 0
    for scope in ministry.scopes():
        for at in (Moment(DAYS[2]), Moment(timezone.localdate()), Moment(DAYS[1], timezone.now())):
            report = board(at, scope, since=DAYS[0], as_shown=as_shown)
            assert report.bridge.closing == report.bands
            steps = ledger.add(*(step.bands for step in report.bridge.steps))
            assert report.bridge.opening + steps == report.bands
            scales = report.sureness.scales
            for part in (*report.breakdowns, *scales):
                assert ledger.add(*(row.bands for row in part.rows), part.not_itemised) == report.bands, part.by
                before = ledger.add(*(row.before for row in part.rows), part.whole.before.not_itemised)
                assert before == report.bridge.opening, (part.by, scope.by)
                changes = sum((row.change for row in part.rows), part.whole.not_itemised_change)
                assert changes == part.whole.change == report.bridge.difference.four
                assert sum(row.undisclosed for row in part.rows) == report.undisclosed
                found += len(part.rows)
            assert scope.is_whole or report.not_itemised == Bands()
    assert found > 100


@pytest.mark.parametrize("seed", range(2))
def test_every_row_of_every_page_is_the_list_that_it_opens_now_and_then(officer, seed):
    ministry = Parts(seed, officer)
    ministry.work(70)
    at = Moment(timezone.localdate())
    for scope in ministry.scopes():
        report = board(at, scope, since=DAYS[1])
        whole = listed("&".join(f"{name}={value}" for name, value in scope.filters.items()), at)
        assert (whole.total, whole.count, whole.undisclosed) == (report.bands, report.count, report.undisclosed)
        for part in report.breakdowns:
            for row in part.rows:
                question = "&".join(f"{n}={v}" for n, v in {**scope.filters, part.by: row.key}.items())
                assert listed(question, at).deals_total == row.bands, question
                assert listed(question, Moment(DAYS[1])).deals_total == row.before, question


def test_a_group_counts_a_deal_once_and_a_partner_beside_another_does_not_count_it(officer):
    top = factories.enterprise()
    below = factories.enterprise(parent=top)
    one, other = factories.partner(state="WA"), factories.partner(state="TX")
    deal = factories.deal(enterprise=below, partner=one, other_enterprises=[top], other_partners=[other])
    factories.contract(deal, "3e9")
    at = Moment(timezone.localdate())
    assert board(at, scopes.of_enterprise(top), since=DAYS[0]).bands.four == Decimal("3e9")
    assert board(at, scopes.of_partner(one), since=DAYS[0]).bands.four == Decimal("3e9")
    assert board(at, scopes.of_partner(other), since=DAYS[0]).bands.four == 0
    assert board(at, scopes.of_state("TX"), since=DAYS[0]).bands.four == 0


# The pages


def test_the_pages_of_a_sector_and_a_state_show_their_own(in_english, officer):
    deal = factories.deal(partner=factories.partner(state="WA", name="Boeing"))
    factories.contract(deal, "3e9")
    factories.contract(factories.deal(), "5e9")
    for path in (f"/sectors/{deal.sector.code}/", "/states/WA/"):
        page = in_english.get(path)
        assert page.context["report"].bands.four == Decimal("3e9")
        assert deal.title_en in body(page)
        for block in ("changes", "over-time", "attention", "sureness", "conversion", "by-group"):
            assert f'id="{block}"' in body(page), block
    assert "Boeing" in body(in_english.get("/states/WA/"))
    assert in_english.get("/states/CA/").status_code == 200
    for path in ("/states/XX/", "/states/wa/", "/sectors/nothing/"):
        assert in_english.get(path).status_code == 404


def test_figures_within_a_page_open_lists_within_it(in_english):
    deal = factories.deal(partner=factories.partner(state="WA"))
    factories.contract(deal, "3e9")
    page = body(in_english.get(f"/sectors/{deal.sector.code}/"))
    block = page[page.index('id="by-partner"') : page.index('id="sureness"')]
    lists_opened = set(re.findall(r'href="(/deals/\?[^"]*)"', block))
    assert lists_opened
    assert all(f"sector={deal.sector.code}" in each for each in lists_opened)


@pytest.fixture
def many(system):
    """More partners than have room; the first is worth least and changed most."""
    for number in range(14):
        partner = factories.partner(name=f"Partner {chr(65 + number)}")
        deal = factories.deal(partner=partner)
        factories.contract(deal, f"{number + 1}e9", on=date(2024, 1, 1))
    factories.contract(Deal.objects.order_by("pk").first(), "5e8", on=timezone.localdate())
    return Partner.objects.all()


def names_in(page, by):
    block = page[page.index(f'id="by-{by}"') :]
    return re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', block[: block.index("</tbody>")])


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("", "Partner N"),
        ("order=value", "Partner N"),
        ("order=-value", "Partner G"),
        ("order=name", "Partner G"),
        ("order=-name", "Partner N"),
        ("order=change", "Partner A"),
        ("order=contracted", "Partner N"),
    ],
)
def test_breakdowns_come_in_the_order_asked_for_and_add_up_in_each(in_english, many, query, first):
    page = body(in_english.get(f"/?compare=world&{query}"))
    assert names_in(page, "partner")[0] == first
    block = page[page.index('id="by-partner"') :]
    table = block[: block.index("</table>")]
    assert "6 others" in table
    totals = [Decimal(text) for text in re.findall(r'number total"><[^>]*>([\d.]+)<', table)]
    assert sum(totals[:-1]) == totals[-1] == Decimal("105.50")
    if "change" not in query:
        assert sorted(names_in(page, "partner")) == [f"Partner {name}" for name in "GHIJKLMN"], (
            "the smallest are folded"
        )
    if query:
        assert table.count("aria-sort") == 1
        assert query.split("=")[1] in in_english.get(f"/?{query}").context["screen"].query()


def test_what_was_received_without_a_known_value_is_said_beside_what_was_delivered(in_english, system):
    deal = factories.deal()
    contract = factories.contract(deal, "5e9")
    sentence = "1 delivery that was received has no known value"
    for path in ("/", f"/enterprises/{deal.enterprise.code}/"):
        assert sentence not in body(in_english.get(path))
    factories.delivery(contract, None, on=date(2025, 6, 1))
    factories.planned(contract, None, on=date(2027, 6, 1))
    for path in ("/", f"/enterprises/{deal.enterprise.code}/"):
        assert sentence in body(in_english.get(path))
    assert sentence not in body(in_english.get("/?as_of=2025-05-31"))


def test_rows_that_are_told_together_are_shown_each_where_that_is_asked_for(in_english, many):
    page = body(in_english.get("/?compare=world"))
    folded = names_in(page, "partner")
    (href,) = re.findall(r'others <a href="([^"]*#by-partner)">show each</a>', page)
    whole = body(in_english.get("/" + unescape(href).partition("#")[0]))
    shown = names_in(whole, "partner")
    assert (len(folded), len(shown)) == (8, 14)
    assert "others <a" not in whole[whole.index('id="by-partner"') :].partition("</table>")[0]
    # Another order, another reading and another page leave them so.
    assert "unfold=partner" in whole[whole.index('id="by-partner"') :].partition("</thead>")[0]
    assert "unfold=partner" in whole.partition("<main")[0]
    (back,) = re.findall(r'<a href="([^"]*#by-partner)">show fewer</a>', whole)
    assert names_in(body(in_english.get("/" + unescape(back).partition("#")[0])), "partner") == folded


def test_an_order_that_does_not_exist_gets_a_message_and_no_figures(in_english, many):
    page = in_english.get("/?order=colour")
    assert page.context["report"] is None
    assert "There is no order “colour”" in body(page)


def test_the_questions_are_answered_on_the_first_screen(in_english, many):
    page = body(in_english.get("/?compare=world"))
    glance = page[page.index('class="glance"') : page.index('id="changes"')]
    for block, answer in (
        ("changes", "+US$500.00m"),
        ("attention", "14 deals"),
        ("upcoming", "no deal names a day"),
        ("sureness", "0.0%"),
    ):
        assert f'href="#{block}"' in glance
        assert answer in glance, block
    past = body(in_english.get("/?as_of=2025-01-01"))
    assert "#upcoming" not in past[past.index('class="glance"') : past.index('id="changes"')]


# What comes next


def test_what_comes_next_is_what_the_deals_name_the_soonest_first(in_english, system):
    today = timezone.localdate()
    talks = factories.deal(expected_on=today + timedelta(days=20))
    factories.valuation(talks, "2e9")
    owed = factories.deal()
    said = {"sentence_vi": "Đã họp", "next_step_vi": "Gửi dự thảo", "next_step_owner": "EVN"}
    for days in (80, 5):  # the latest says what comes next
        due = today + timedelta(days=days)
        updates.update(owed, condition=Condition.ON_TRACK, on=today, by=system, next_step_by=due, **said)
    buyer = factories.deal()
    contract = factories.contract(buyer, "1e9", on=date(2025, 1, 1))
    factories.planned(contract, "4e8", on=today + timedelta(days=10))
    factories.planned(contract, "4e8", on=today + timedelta(days=200))
    factories.deal(expected_on=today - timedelta(days=1))
    found = upcoming.upcoming(today, deals=visible())
    assert [(item.kind, item.deal, item.usd) for item in found.items] == [
        (upcoming.STEP, owed, Decimal(0)),
        (upcoming.DELIVERY, buyer, Decimal("4e8")),
        (upcoming.CONTRACT, talks, Decimal("2e9")),
    ]
    assert (found.count, found.others) == (3, 0)
    page = body(in_english.get("/"))
    block = page[page.index('id="upcoming"') : page.index('id="attention"')]
    assert block.index("Gửi dự thảo") < block.index("Delivery due") < block.index("Contract expected")
    assert "EVN" in block


def test_only_the_first_of_what_comes_next_is_named(system):
    day = timezone.localdate()
    for number in range(upcoming.SHOWN + 3):
        factories.deal(expected_on=day + timedelta(days=number))
    found = upcoming.upcoming(day, deals=visible())
    assert (len(found.items), found.others) == (upcoming.SHOWN, 3)
    assert found.items[0].on == day


@pytest.mark.parametrize("reading", Reading.values)
def test_over_one_hundred_per_cent_no_target_and_nothing_at_all_are_all_right(in_english, system, reading):
    assert in_english.get(f"/?reading={reading}").status_code == 200
    factories.contract(factories.deal(), "3e9")
    assert "No target was in force" in body(in_english.get(f"/?reading={reading}"))
    factories.target(usd="1e9", by=system)
    assert "300.0%" in body(in_english.get(f"/?reading={reading}"))
