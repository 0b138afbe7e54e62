"""Obstacles: what they hold up is added up once a deal, opens its own rows, and blocks no deal without a name."""

import random
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from deals import ledger
from deals.actions import corrections, obstacles, records, updates
from deals.actions import deals as deal_actions
from deals.choices import Condition, Outcome
from deals.importing import reported
from deals.models import Body, Deal, HeldDeal, Obstacle, ProgressUpdate, User
from deals.periods import Moment
from deals.reports import lists, timelines
from deals.reports import obstacles as reports
from deals.reports.deals import deal_report
from tests import factories
from tests.test_admin import of, row, save, url
from tests.test_pages import body as text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("settled")]
DAY = date(2026, 6, 30)
AT = Moment(DAY)
BILLION = Decimal(10) ** 9


def days(number):
    return DAY + timedelta(days=number)


def held_up(at=AT, **asked):
    return reports.held_up(at, deals=Deal.objects.active(), **asked)


def listed(query, at=AT):
    return lists.deal_list(lists.asked_for(QueryDict(query), deals=Deal.objects.active(), at=at), page=1)


def worth(billions, *, delivered=0):
    """A deal with a contract of so many billions, of which some are delivered."""
    deal = factories.deal()
    contract = factories.contract(deal, str(billions * BILLION))
    if delivered:
        factories.delivery(contract, str(delivered * BILLION))
    return deal


# The records


def test_an_obstacle_stands_in_the_way_from_its_day_until_the_day_before_it_is_resolved():
    obstacle = factories.obstacle(on=days(-10))
    assert not obstacle.is_open_on(days(-11))
    assert obstacle.is_open_on(days(-10))
    factories.resolved(obstacle, on=DAY)
    assert obstacle.is_open_on(days(-1))
    assert not obstacle.is_open_on(DAY)
    for day in (days(-11), days(-10), days(-1), DAY):
        assert Obstacle.objects.open_on(day).exists() == obstacle.is_open_on(day)


@pytest.mark.parametrize("name", ["since", "resolved_on"])
def test_what_is_still_to_come_is_refused(name):
    tomorrow = timezone.localdate() + timedelta(days=1)
    known = {"title_en": "No land", "body": factories.body(), "since": DAY, "resolution_en": "x", name: tomorrow}
    with pytest.raises(ValidationError) as error:
        records.keep(Obstacle(**known), by=User.objects.system())
    assert name in error.value.message_dict


def test_an_obstacle_holds_a_deal_back_once(system):
    deal = factories.deal()
    obstacle = factories.obstacle(deal)
    assert obstacles.hold(obstacle, deals=[deal], by=system) == []
    with pytest.raises(ValidationError):
        records.keep(HeldDeal(obstacle=obstacle, deal=deal), by=system)
    obstacles.release(obstacle, deals=[deal], by=system, reason="wrong deal")
    assert len(obstacles.hold(obstacle, deals=[deal], by=system)) == 1


def test_resolving_and_reopening_need_words_and_leave_history(officer):
    obstacle = factories.obstacle()
    with pytest.raises(ValidationError):
        obstacles.resolve(obstacle, on=DAY, by=officer)
    obstacle.refresh_from_db()
    obstacles.resolve(obstacle, on=DAY, by=officer, resolution_vi="Đã cấp phép")
    with pytest.raises(ValidationError):
        obstacles.resolve(obstacle, on=DAY, by=officer, resolution_vi="Lần nữa")
    with pytest.raises(ValidationError):
        obstacles.reopen(obstacle, on=DAY, by=officer, reason=" ")
    obstacles.reopen(obstacle, on=DAY, by=officer, reason="licence withdrawn")
    assert (obstacle.resolved_on, obstacle.resolution_vi) == (None, "")
    assert [row.history_change_reason for row in obstacle.history.order_by("history_id")][-1] == "licence withdrawn"
    with pytest.raises(ValidationError):
        obstacles.reopen(obstacle, on=DAY, by=officer, reason="again")


def test_a_body_stays_while_an_obstacle_waits_for_it_and_an_obstacle_takes_its_deals_with_it(system):
    obstacle = factories.obstacle(worth(1))
    with pytest.raises(ValidationError):
        records.archive(Body.objects.get(), by=system, reason="gone")
    records.archive(obstacle, by=system, reason="entered twice")
    assert held_up().obstacles == []
    records.archive(Body.objects.get(), by=system, reason="gone")


# What is held up


def test_what_was_delivered_is_not_held_up():
    deal = worth(10, delivered=4)
    obstacle = factories.obstacle(deal)
    (line,) = held_up().obstacles
    assert line.load.usd == 6 * BILLION
    assert line.load.bands.delivered == 0
    found = listed(f"obstacle={obstacle.pk}")
    assert (found.total.four, found.total.undelivered) == (10 * BILLION, 6 * BILLION)


def test_what_is_talked_of_and_what_is_on_paper_is_held_up_and_what_is_outside_is_not():
    deal = factories.deal()
    factories.valuation(deal, "10e9")
    factories.mou(deal, "4e9")
    factories.option(deal, "3e9")
    factories.obstacle(deal)
    load = held_up().load
    assert (load.bands.memorandum, load.bands.negotiating, load.bands.outside) == (4 * BILLION, 6 * BILLION, 0)
    assert load.usd == 10 * BILLION


def test_a_deal_under_several_obstacles_is_counted_once_in_each_total():
    one, other = worth(1), worth(2)
    bank, land = factories.body(), factories.body()
    factories.obstacle(one, other, body=bank)
    factories.obstacle(one, body=bank)
    factories.obstacle(one, body=land)
    found = held_up()
    by_body = {line.body: line.load for line in found.bodies}
    assert (by_body[bank].usd, by_body[bank].deals, by_body[bank].shared) == (3 * BILLION, 2, 1)
    assert (by_body[land].usd, by_body[land].deals, by_body[land].shared) == (BILLION, 1, 1)
    assert (found.load.usd, found.load.deals, found.load.shared) == (3 * BILLION, 2, 1)
    assert [line.load.usd / BILLION for line in found.obstacles] == [3, 1, 1]


def test_papers_of_unknown_value_are_counted_beside():
    deal = factories.deal()
    factories.mou(deal)
    factories.obstacle(deal)
    assert (held_up().load.usd, held_up().load.undisclosed) == (0, 1)


def test_only_what_is_open_on_the_day_holds_up():
    obstacle = factories.obstacle(worth(1), on=days(-20))
    factories.resolved(obstacle, on=days(-5))
    assert held_up(Moment(days(-21))).obstacles == []
    assert held_up(Moment(days(-20))).load.usd == held_up(Moment(days(-6))).load.usd == BILLION
    now = held_up()
    assert (now.obstacles, now.load.deals) == ([], 0)
    assert [(line.obstacle, line.days, line.load.deals) for line in now.resolved] == [(obstacle, 15, 0)]


def test_a_closed_deal_is_no_longer_held_up(system):
    deal = worth(1)
    obstacle = factories.obstacle(deal)
    deal_actions.close(deal, on=DAY, outcome=Outcome.CANCELLED, by=system, reason="letter")
    assert (held_up().load.usd, held_up().load.deals) == (0, 0)
    assert listed(f"obstacle={obstacle.pk}").count == 0
    before = Moment(days(-1))
    assert (held_up(before).load.usd, held_up(before).load.deals) == (BILLION, 1)
    assert listed(f"obstacle={obstacle.pk}", before).count == 1


def test_what_was_known_then_is_shown_again(officer):
    deal, late = worth(1), worth(2)
    obstacle = factories.obstacle(deal)
    then = timezone.now()
    obstacles.hold(obstacle, deals=[late], by=officer)
    obstacles.change(obstacle, on=DAY, by=officer, title_en="Another", body=factories.body())
    obstacles.resolve(obstacle, on=days(-1), by=officer, resolution_en="Settled")
    before = Moment(DAY, then)
    deals = Deal.objects.active()
    found = reports.held_up(before, deals=deals)
    assert (found.load.usd, [str(line.obstacle.title_en) for line in found.obstacles]) == (
        BILLION,
        [obstacle.history.order_by("history_id").first().title_en],
    )
    assert held_up().obstacles == []
    body = found.bodies[0].body
    assert listed(f"body={body.code}", before).total.undelivered == BILLION
    assert listed(f"body={body.code}").count == 0


@pytest.mark.parametrize("seed", range(6))
def test_totals_by_body_and_by_obstacle_agree_with_the_lists_and_with_the_ledger(seed, system):
    dice = random.Random(seed)
    bodies = [factories.body() for _ in range(3)]
    deals = [worth(dice.randint(2, 9), delivered=dice.randint(0, 1)) for _ in range(6)]
    sectors = [None, deals[0].sector]
    for _ in range(8):
        made = factories.obstacle(
            *dice.sample(deals, dice.randint(0, 4)),
            body=dice.choice(bodies),
            sector=dice.choice(sectors),
            on=days(-dice.randint(0, 40)),
        )
        if dice.random() < 0.2:
            factories.resolved(made, on=DAY)
    for day in (DAY, days(-20)):
        at = Moment(day)
        found = held_up(at)
        for line in found.obstacles:
            assert listed(f"obstacle={line.obstacle.pk}", at).total.undelivered == line.load.usd
        for line in found.bodies:
            rows = listed(f"body={line.body.code}", at)
            assert (rows.total.undelivered, rows.count) == (line.load.usd, line.load.deals)
            alone = held_up(at, body=line.body).load
            assert (alone.usd, alone.deals) == (line.load.usd, line.load.deals)
        held = {pk for line in found.obstacles for pk in line.obstacle.held.values_list("deal", flat=True)}
        together = ledger.total(at, Deal.objects.filter(pk__in=held))
        assert (found.load.usd, found.load.deals) == (together.undelivered, len(held))
        rows = listed("body=any", at)
        assert (rows.total.undelivered, rows.count) == (found.load.usd, found.load.deals)
        largest = max((line.load.usd for line in found.bodies), default=0)
        assert largest <= found.load.usd <= sum(line.load.usd for line in found.bodies)
        counted = sum(line.load.deals for line in found.bodies)
        assert found.load.deals <= counted
        if not any(line.load.shared for line in found.bodies):
            assert counted == found.load.deals


def test_by_sector_counts_the_obstacles_of_the_sector():
    deal = worth(1)
    factories.obstacle(deal, sector=deal.sector)
    factories.obstacle(deal)
    assert len(held_up(sector=deal.sector).obstacles) == 1


def test_the_report_takes_the_same_queries_for_one_and_for_many():
    def taken(at):
        with CaptureQueriesContext(connection) as queries:
            reports.held_up(at, deals=Deal.objects.active())
        return len(queries)

    factories.obstacle(worth(1), sector=factories.sector())
    past = Moment(DAY, timezone.now())
    once, once_then = taken(AT), taken(past)
    for _ in range(4):
        factories.obstacle(worth(1), worth(2), sector=factories.sector())
    assert taken(AT) == once
    assert taken(Moment(DAY, timezone.now())) == once_then


# Blocked by an obstacle


def update(deal, by, **fields):
    fields = {"condition": Condition.BLOCKED, "on": DAY, "sentence_en": "Stuck", **fields}
    return updates.update(deal, by=by, **fields)


def test_a_deal_is_blocked_by_an_obstacle(officer):
    deal = factories.deal()
    with pytest.raises(ValidationError) as error:
        update(deal, officer)
    assert "obstacle" in error.value.message_dict
    assert not deal.updates.exists()
    obstacle = factories.obstacle()
    made = update(deal, officer, obstacle=obstacle)
    assert made.obstacle == obstacle
    assert obstacle.held.active().get().deal == deal
    # Once it is known, it need not be named again, and "nothing has changed" keeps it.
    assert update(deal, officer).obstacle == obstacle
    assert updates.unchanged(deal, on=DAY, by=officer).obstacle == obstacle


def test_what_was_blocked_before_obstacles_were_asked_for_can_be_put_right(officer):
    old = ProgressUpdate(deal=factories.deal(), condition=Condition.BLOCKED, on=DAY, sentence_en="Stuck")
    records.keep(old, by=officer)
    corrections.correct(old, fields={"sentence_en": "No money"}, by=officer, reason="clearer")
    assert updates.unchanged(old.deal, on=DAY, by=officer).obstacle is None


@pytest.fixture
def desk(client, officer):
    client.force_login(officer)
    client.cookies["django_language"] = "en"
    return client


def send(desk, deal, kind, **typed):
    path = f"/deals/{deal.code}/log/{kind}/"
    return desk.post(path, {"token": str(uuid4()), "version": deal.version, **typed})


BLOCKED = {"condition": "blocked", "sentence": "The bank waits", "on": "2026-06-30"}


def test_the_update_form_asks_what_blocks_the_deal(desk):
    deal = factories.deal()
    answer = send(desk, deal, "update", **BLOCKED)
    assert answer.status_code == 422
    assert {"hindrance", "body", "since"} <= set(answer.context["form"].errors)
    assert not Obstacle.objects.exists()


def test_a_new_obstacle_is_reported_with_the_update(desk, officer):
    deal, body = factories.deal(), factories.body()
    new = {"hindrance": "No guarantee of the state", "body": body.pk, "ask": "Issue it.", "since": "2026-05-02"}
    assert send(desk, deal, "update", **BLOCKED, **new).status_code == 302
    made = ProgressUpdate.objects.get()
    obstacle = made.obstacle
    assert (obstacle.title_en, obstacle.body, obstacle.since) == (new["hindrance"], body, date(2026, 5, 2))
    assert (obstacle.ask_en, obstacle.ask_vi) == ("Issue it.", "")
    assert obstacle.sector == deal.sector
    assert obstacle.history.get().history_user == officer
    deal.refresh_from_db()
    assert deal.condition == Condition.BLOCKED
    # Sent again with another condition, the obstacle stays and the update names none.
    assert send(desk, deal, "update", **BLOCKED | {"condition": "at_risk"}).status_code == 302
    assert ProgressUpdate.objects.latest("pk").obstacle is None


def test_a_known_obstacle_is_chosen(desk):
    deal = factories.deal()
    own = factories.obstacle(deal)
    elsewhere = factories.obstacle(factories.deal(), sector=deal.sector)
    foreign = factories.obstacle(factories.deal(), sector=factories.sector())
    form = desk.get(f"/deals/{deal.code}/log/update/").context["form"]
    assert form["obstacle"].value() == own.pk
    offered = str(form["obstacle"])
    assert own.title_en in offered and elsewhere.title_en in offered and foreign.title_en not in offered
    assert send(desk, deal, "update", **BLOCKED, obstacle=elsewhere.pk).status_code == 302
    assert ProgressUpdate.objects.get().obstacle == elsewhere
    assert set(Obstacle.objects.of(deal)) == {own, elsewhere}


def test_an_obstacle_both_chosen_and_told_is_asked_back(desk):
    deal = factories.deal()
    own = factories.obstacle(deal)
    answer = send(desk, deal, "update", **BLOCKED, obstacle=own.pk, hindrance="Another")
    assert answer.status_code == 422
    assert "obstacle" in answer.context["form"].errors


def test_obstacles_are_reported_and_resolved_from_the_menu(desk):
    deal = factories.deal()
    menu = f"/deals/{deal.code}/log/"
    assert f"{menu}obstacle/" in text_of(desk.get(menu))
    assert f"{menu}resolved/" not in text_of(desk.get(menu))
    assert desk.get(f"{menu}resolved/").status_code == 404
    assert send(desk, deal, "obstacle").status_code == 422
    typed = {"hindrance": "No land", "body": factories.body().pk, "since": "2026-05-02"}
    assert send(desk, deal, "obstacle", **typed).status_code == 302
    obstacle = Obstacle.objects.of(deal).get()
    other = factories.deal()
    assert send(desk, other, "obstacle", obstacle=obstacle.pk).status_code == 302
    assert set(obstacle.held.values_list("deal", flat=True)) == {deal.pk, other.pk}
    how = {"obstacle": obstacle.pk, "resolution": "Handed over"}
    early = send(desk, deal, "resolved", **how, resolved_on="2026-05-01")
    assert "resolved_on" in early.context["form"].errors
    assert send(desk, deal, "resolved", **how, resolved_on="2026-06-01").status_code == 302
    obstacle.refresh_from_db()
    assert (obstacle.resolved_on, obstacle.resolution_en) == (date(2026, 6, 1), "Handed over")


def test_an_update_entered_before_is_corrected_without_an_obstacle_and_with_one(desk, officer):
    deal = factories.deal()
    old = ProgressUpdate(deal=deal, condition=Condition.BLOCKED, on=DAY, sentence_en="Stuck")
    records.keep(old, by=officer)
    path = f"/deals/{deal.code}/correct/update/{old.pk}/"
    assert "hindrance" not in desk.get(path).context["form"].fields
    typed = {"token": str(uuid4()), "version": 1, "reason": "clearer", **BLOCKED}
    assert desk.post(path, typed).status_code == 302
    own = factories.obstacle(deal)
    assert desk.post(path, {**typed, "token": str(uuid4()), "version": 2, "obstacle": own.pk}).status_code == 302
    old.refresh_from_db()
    assert (old.sentence_en, old.obstacle) == ("The bank waits", own)


# The pages


def test_the_page_ranks_by_what_is_held_up_and_each_amount_opens_its_deals(in_english):
    deal, body = worth(9), factories.body()
    small, large = factories.obstacle(worth(1)), factories.obstacle(deal, body=body)
    page = in_english.get("/obstacles/?as_of=2026-06-30")
    assert [line.obstacle for line in page.context["held"].obstacles] == [large, small]
    assert f"/deals/?obstacle={large.pk}&as_of=2026-06-30" in text_of(page)
    assert f"/deals/?body={body.code}&as_of=2026-06-30" in text_of(page)
    only = in_english.get(f"/obstacles/?body={body.code}").context["held"]
    assert [line.obstacle for line in only.obstacles] == [large]
    rows = in_english.get(f"/deals/?obstacle={large.pk}")
    assert [found.code for found in rows.context["report"].page.object_list] == [deal.code]
    assert "Held up: not yet delivered" in text_of(rows)


@pytest.mark.parametrize("query", ["body=nobody", "sector=x", "state=gone", "colour=red", "as_of=x"])
def test_a_question_that_makes_no_sense_gets_a_message_and_no_figures(in_english, query):
    factories.obstacle(worth(1), title_en="No land")
    page = in_english.get(f"/obstacles/?{query}")
    assert 'role="alert"' in text_of(page)
    assert page.context["held"] is None
    assert "No land" not in text_of(page)


@pytest.mark.parametrize("query", ["obstacle=x", "obstacle=999999", "body=nobody"])
def test_the_list_of_deals_refuses_obstacles_that_do_not_exist(in_english, query):
    worth(1)
    page = in_english.get(f"/deals/?{query}")
    assert 'role="alert"' in text_of(page)
    assert page.context["report"] is None


def test_the_page_of_an_obstacle_says_who_must_act_since_when_and_what_changed(in_english, officer):
    deal = worth(2)
    obstacle = factories.obstacle(deal, title_en="No land", on=date(2026, 6, 1), by=officer)
    page = text_of(in_english.get(f"/obstacles/{obstacle.pk}/?as_of=2026-06-30"))
    for words in ("No land", str(obstacle.body.name_en), "1 Jun 2026", "29 days", deal.title_en, "US$2.00bn"):
        assert words in page
    obstacles.resolve(obstacle, on=DAY, by=officer, resolution_en="Handed over")
    page = text_of(in_english.get(f"/obstacles/{obstacle.pk}/?as_of=2026-06-30"))
    assert "Resolved on 30 Jun 2026" in page and "Handed over" in page
    assert "US$2.00bn" not in page
    factories.archive(obstacle)
    assert in_english.get(f"/obstacles/{obstacle.pk}/").status_code == 404


@pytest.mark.parametrize(("language", "words"), [("en", "Obstacle: No land"), ("vi", "vướng mắc")])
def test_the_deal_tells_its_obstacles_open_ones_first(browse, officer, language, words):
    deal = worth(2)
    old = factories.obstacle(deal, on=date(2026, 1, 1), by=officer)
    factories.resolved(old, on=date(2026, 2, 1), by=officer)
    recent = factories.obstacle(deal, title_en="No land", title_vi="Chưa có đất", on=date(2026, 6, 1), by=officer)
    found = deal_report(deal, AT)
    assert [(line.obstacle, line.is_open, line.days) for line in found.obstacles] == [
        (recent, True, 29),
        (old, False, 31),
    ]
    kinds = [entry.kind for entry in found.timeline if entry.topic == "obstacles"]
    assert kinds == ["obstacle", "resolved", "obstacle"]
    browse.cookies["django_language"] = language
    with translation.override(language):
        assert words in text_of(browse.get(f"/deals/{deal.code}/?show=obstacles"))


def test_a_deal_that_is_released_keeps_it_in_its_timeline(officer):
    deal = factories.deal()
    obstacle = factories.obstacle(deal)
    obstacles.release(obstacle, deals=[deal], by=officer, reason="wrong deal")
    found = deal_report(deal, AT)
    assert found.obstacles == []
    (entry,) = [entry for entry in found.timeline if isinstance(entry.record, HeldDeal)]
    with CaptureQueriesContext(connection) as queries:
        assert str(obstacle) in str(entry.record)
    assert (entry.kind, entry.reason, len(queries)) == ("archived", "wrong deal", 0)
    assert [each.kind for each in timelines.of_record(obstacle, edits=True)] == ["obstacle"]


def test_pages_take_the_same_queries_for_one_and_for_many(browse):
    def taken():
        found = {}
        for path in (f"/deals/{deal.code}/", "/obstacles/", f"/obstacles/{obstacle.pk}/"):
            with CaptureQueriesContext(connection) as queries:
                assert browse.get(path).status_code == 200
            found[path] = len(queries)
        return found

    deal = worth(1)
    obstacle = factories.obstacle(deal, sector=deal.sector)
    factories.resolved(factories.obstacle(deal), on=DAY)
    taken()
    once = taken()
    for _ in range(3):
        factories.resolved(factories.obstacle(deal, worth(1), worth(2)), on=DAY)
        factories.obstacle(deal, worth(2), sector=factories.sector())
    assert taken() == once


# The administration


def test_an_obstacle_is_entered_in_the_administration_with_its_deals(desk, officer):
    deal, body = factories.deal(), factories.body()
    address = url(Obstacle, "add")
    change = {"title_en": "No land", "body": body.pk, "since": "2026-05-02", **row(desk, address, "held", deal=deal.pk)}
    assert save(desk, address, change).status_code == 302
    obstacle = Obstacle.objects.get()
    assert (obstacle.body, obstacle.held.get().deal) == (body, deal)
    assert obstacle.history.get().history_user == officer
    assert save(desk, of(obstacle), {"resolved_on": "2026-06-01", "resolution_en": "Handed over"}).status_code == 302
    obstacle.refresh_from_db()
    assert obstacle.resolved_on == date(2026, 6, 1)


def test_the_administration_blocks_a_deal_only_with_its_obstacle(desk):
    deal, obstacle = factories.deal(), factories.obstacle()
    blocked = {"condition": "blocked", "condition_note_en": "Stuck"}
    page = save(desk, of(deal), blocked)
    assert page.status_code == 200
    assert "condition" in page.context["adminform"].form.errors
    with_it = row(desk, of(deal), "held_by", obstacle=obstacle.pk)
    assert save(desk, of(deal), blocked | with_it).status_code == 302
    deal.refresh_from_db()
    assert deal.condition == Condition.BLOCKED
    # What is blocked already can be changed without naming it again.
    obstacles.resolve(obstacle, on=timezone.localdate(), by=User.objects.system(), resolution_en="Settled")
    assert save(desk, of(deal), {"title_en": "Another"}).status_code == 302


def test_many_deals_are_blocked_together_only_where_each_has_its_obstacle(officer):
    held, free = factories.deal(), factories.deal()
    factories.obstacle(held)
    blocked = {"condition": Condition.BLOCKED, "condition_note_en": "Stuck"}
    with pytest.raises(ValidationError):
        deal_actions.change_together([held, free], by=officer, on=DAY, reason="letter", **blocked)
    held.refresh_from_db()
    assert held.condition == Condition.ON_TRACK
    assert deal_actions.change_together([held], by=officer, on=DAY, reason="letter", **blocked) == 1


# The sample


def test_every_reported_difficulty_is_an_obstacle_that_says_what_is_our_own_reading(sample_loaded):
    rows = {row["description"]: row for row in reported.rows("reported/obstacles.csv")}
    found = list(Obstacle.objects.select_related("body"))
    assert {obstacle.description_en for obstacle in found} == set(rows)
    for obstacle in found:
        assert obstacle.title_vi and obstacle.title_en and obstacle.description_vi
        assert "reading of the sample" in obstacle.note_en and "cách hiểu của dữ liệu mẫu" in obstacle.note_vi
        assert str(obstacle.source_on) == rows[obstacle.description_en]["source_date"]


def test_the_deals_an_obstacle_holds_back_are_of_the_parties_that_were_reported(sample_loaded):
    rows = {row["description"]: row for row in reported.rows("reported/obstacles.csv")}
    for held in HeldDeal.objects.select_related("obstacle", "deal__enterprise__group", "deal__partner"):
        row, deal = rows[held.obstacle.description_en], held.deal
        others = {each.code for each in deal.other_enterprises.all()}
        buyers = {deal.enterprise.code, deal.enterprise.group.code, *others}
        sellers = {str(deal.partner)} | {each.name for each in deal.other_partners.all()}
        assert buyers & set(row["enterprise_codes"].split(";")) or sellers & set(row["partner_names"].split(";")), held


def test_the_amounts_of_the_sample_open_lists_with_the_same_total(sample_loaded):
    for day in (date(2025, 5, 7), timezone.localdate()):
        at = Moment(day)
        found = held_up(at)
        assert found.load.usd > 0
        for line in found.felt:
            assert listed(f"obstacle={line.obstacle.pk}", at).total.undelivered == line.load.usd
        for line in found.waited_for:
            assert listed(f"body={line.body.code}", at).total.undelivered == line.load.usd
