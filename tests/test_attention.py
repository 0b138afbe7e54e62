"""What needs attention: each reason at its boundary day, and the same deals and total in the list it opens."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deals import ledger, stages
from deals.actions import records, updates
from deals.choices import Condition, Stage
from deals.models import Deal, attention
from deals.models.attention import DAYS_ALLOWED, FLAGS, Reason
from deals.periods import Moment
from deals.reports import attention as reports
from tests import factories
from tests.test_pages import body

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("settled")]
DAY = date(2026, 6, 30)


def days(number):
    return DAY + timedelta(days=number)


def reasons_of(deal, day=DAY):
    return {reason for reason in Reason if Deal.objects.filter(attention.deals_with(reason, day), pk=deal.pk).exists()}


def report(day=DAY, deals=None):
    at = Moment(day)
    deals = Deal.objects.active() if deals is None else deals
    lines = ledger.summary(at, (), deals, marks=[reports.marks(at)], first=reports.FIRST)["attention"]
    return reports.attention(at, lines, deals=deals)


def at_stage(stage, on):
    """A deal that was entered at the stage on the day, as a past of which not everything was recorded."""
    deal = factories.deal(on=on)
    if deal.stage != stage:
        deal.stage = stage
        records.keep(deal, by=factories.User.objects.system(), on=on, as_reported=True)
    return deal


def news(deal, on, **fields):
    fields = {"condition": Condition.ON_TRACK, "sentence_vi": "Có tin mới", **fields}
    return updates.update(deal, on=on, by=factories.User.objects.system(), **fields)


@pytest.mark.parametrize("stage", sorted(DAYS_ALLOWED))
def test_a_deal_is_unreported_from_the_day_after_the_last_allowed_at_its_stage(stage):
    allowed = DAYS_ALLOWED[stage]
    assert Reason.UNREPORTED not in reasons_of(at_stage(stage, days(-allowed)))
    late = at_stage(stage, days(-allowed - 1))
    assert Reason.UNREPORTED in reasons_of(late)
    updates.note(late, on=DAY, by=factories.User.objects.system(), sentence_vi="Ghi chú")
    assert Reason.UNREPORTED in reasons_of(late), "a note is no update"
    updates.unchanged(late, on=days(-allowed), by=factories.User.objects.system())
    assert Reason.UNREPORTED not in reasons_of(late)


@pytest.mark.parametrize("allowed", [5, 400])
def test_a_sector_may_allow_its_own_days_more_or_fewer(in_english, allowed):
    kept, late = at_stage(Stage.TALKS, days(-allowed)), at_stage(Stage.TALKS, days(-allowed - 1))
    other = at_stage(Stage.TALKS, days(-DAYS_ALLOWED[Stage.TALKS]))
    for deal in (kept, late):
        deal.sector.days_allowed = allowed
        factories.kept(deal.sector)
    assert Reason.UNREPORTED not in reasons_of(kept)
    assert Reason.UNREPORTED in reasons_of(late)
    assert Reason.UNREPORTED not in reasons_of(other)
    assert f"{late.sector.name_en}: {allowed}" in body(in_english.get("/"))


def test_every_open_stage_has_its_days():
    assert set(DAYS_ALLOWED) == set(stages.OPEN)


def test_a_next_step_is_overdue_the_day_after_and_only_the_latest_counts():
    deal = factories.deal(on=days(-20))
    news(deal, days(-10), next_step_vi="Gửi dự thảo", next_step_by=days(-1), next_step_owner="EVN")
    assert Reason.OVERDUE_STEP in reasons_of(deal)
    assert Reason.OVERDUE_STEP not in reasons_of(deal, days(-1)), "due on that very day"
    case = next(found for found in report().concerns if found.reason == Reason.OVERDUE_STEP).cases[0]
    assert (case.matter.days, case.matter.who, case.matter.what) == (1, "EVN", "Gửi dự thảo")
    updates.note(deal, on=days(-5), by=factories.User.objects.system(), sentence_vi="Ghi chú")
    assert Reason.OVERDUE_STEP in reasons_of(deal), "a note leaves the step open"
    updates.unchanged(deal, on=days(-4), by=factories.User.objects.system())
    assert Reason.OVERDUE_STEP in reasons_of(deal), "nothing has changed carries it on"
    news(deal, days(-3), next_step_vi="Ký", next_step_by=DAY)
    assert Reason.OVERDUE_STEP not in reasons_of(deal)


def test_a_closed_deal_needs_no_attention():
    deal = factories.deal(on=days(-400))
    news(deal, days(-300), next_step_vi="Gửi", next_step_by=days(-200))
    deal.refresh_from_db()
    deal.expected_on = days(-100)
    records.keep(deal, by=factories.User.objects.system(), on=days(-50))
    assert {Reason.OVERDUE_STEP, Reason.PASSED, Reason.UNREPORTED} <= reasons_of(deal)
    deal.stage, deal.closed_on, deal.outcome, deal.outcome_note_vi = "closed", days(-10), "cancelled", "Dừng"
    records.keep(deal, by=factories.User.objects.system(), on=days(-10), reason="Dừng", as_reported=True)
    assert reasons_of(deal) == set()


def test_an_expected_day_is_passed_the_day_after_and_moved_each_time_it_is_later():
    deal = factories.deal(expected_on=days(-1))
    assert {Reason.PASSED} == reasons_of(deal) & {Reason.PASSED, Reason.SLIPPED}
    assert Reason.PASSED not in reasons_of(deal, days(-1))
    for on in (days(30), days(20), days(50)):
        deal.expected_on = on
        records.keep(deal, by=factories.User.objects.system())
    assert {Reason.SLIPPED} == reasons_of(deal) & {Reason.PASSED, Reason.SLIPPED}
    case = next(found for found in report().concerns if found.reason == Reason.SLIPPED).cases[0]
    assert (case.matter.times, case.matter.days, case.matter.on) == (2, 61, days(50))
    earlier = factories.deal(expected_on=days(90))
    earlier.expected_on = days(60)
    records.keep(earlier, by=factories.User.objects.system())
    assert Reason.SLIPPED not in reasons_of(earlier)
    factories.contract(deal, "1e9", on=days(-5))
    deal.refresh_from_db()
    deal.stage = "contract_signed"
    records.keep(deal, by=factories.User.objects.system(), on=days(-5), as_reported=True)
    assert not {Reason.PASSED, Reason.SLIPPED} & reasons_of(deal), "the contract is there"


def test_a_memorandum_near_its_end_counts_while_something_is_left_of_it():
    deal = factories.deal()
    paper = factories.mou(deal, "1e9", expires_on=days(60))
    assert Reason.EXPIRING in reasons_of(deal)
    assert Reason.EXPIRING not in reasons_of(deal, days(-1))
    assert Reason.EXPIRING in reasons_of(deal, days(400)), "it ran out and was not ended"
    factories.contract(deal, "1e9", under=paper)
    assert Reason.EXPIRING not in reasons_of(deal), "nothing is left"
    unknown = factories.deal()
    factories.mou(unknown, None, expires_on=DAY)
    assert Reason.EXPIRING in reasons_of(unknown)


def test_a_paper_without_a_document_without_a_value_or_without_a_schedule():
    deal = factories.deal()
    paper = factories.contract(deal, None, awaited_from="EVN", awaited_by=days(-3))
    both = {Reason.NO_DOCUMENT, Reason.UNKNOWN_VALUE, Reason.NO_SCHEDULE}
    assert both <= reasons_of(deal)
    matter = next(found for found in report().concerns if found.reason == Reason.UNKNOWN_VALUE).cases[0].matter
    assert (matter.who, matter.days, matter.times) == ("EVN", 3, 1)
    factories.document(deal)
    assert Reason.NO_DOCUMENT in reasons_of(deal), "a document of the deal, not of the paper"
    factories.document(deal, instrument=paper)
    factories.planned(paper, "1e8", on=days(100))
    paper.usd = Decimal("1e9")
    records.keep(paper, by=factories.User.objects.system())
    assert not both & reasons_of(deal)


def test_an_ended_paper_needs_nothing():
    deal = factories.deal()
    paper = factories.contract(deal, None)
    factories.ended(paper, on=DAY)
    assert not {Reason.NO_DOCUMENT, Reason.UNKNOWN_VALUE, Reason.NO_SCHEDULE} & reasons_of(deal)
    assert {Reason.NO_DOCUMENT, Reason.UNKNOWN_VALUE, Reason.NO_SCHEDULE} <= reasons_of(deal, days(-1))


@pytest.mark.parametrize("condition", ["blocked", "at_risk"])
def test_a_condition_is_a_reason_of_its_own(condition):
    deal = factories.deal(on=DAY)
    factories.obstacle(deal)
    news(deal, DAY, condition=Condition(condition), sentence_vi="Chờ bảo lãnh")
    assert Reason(condition) in reasons_of(deal)
    case = next(found for found in report().concerns if found.reason == condition).cases[0]
    assert case.matter.what == "Chờ bảo lãnh"


def test_counts_and_totals_are_those_of_the_list_and_each_deal_counts_once(in_english, system):
    for number in range(1, 9):
        deal = factories.deal(on=date(2025, 1, number), expected_on=date(2025, 6, 1))
        factories.valuation(deal, f"{number}e9", on=date(2025, 2, 1))
        if number % 2:
            paper = factories.mou(deal, f"{number}e8", expires_on=date(2025, 12, 31))
            factories.contract(deal, None, under=paper, discharges="1e7")
    page = in_english.get("/")
    found = page.context["report"].attention
    assert len(found.concerns) >= 5
    for concern in found.concerns:
        rows = in_english.get(f"/deals/?attention={concern.reason.value}").context["report"]
        assert (rows.count, rows.total) == (concern.deals, concern.bands), concern.reason
        assert [case.four for case in concern.cases] == [deal.four for deal in rows.page.object_list][:5]
    assert found.deals == 8
    assert found.bands == ledger.total(Moment(date.today()))
    assert body(page).count('href="/deals/?attention=any"') == 2
    rows = in_english.get("/deals/?attention=any").context["report"]
    assert (rows.count, rows.total) == (found.deals, found.bands)
    assert "Needs attention" in body(page)


def test_the_report_takes_as_many_queries_for_one_deal_as_for_twenty(system):
    def entered(number):
        for _ in range(number):
            deal = factories.deal(expected_on=date(2025, 6, 1))
            news(deal, date(2025, 3, 2), next_step_vi="Gửi", next_step_by=date(2025, 4, 1))
            factories.mou(deal, "1e9", expires_on=date(2025, 12, 31))
            factories.contract(deal, None)

    asked = []
    for number in (1, 19):
        entered(number)
        with CaptureQueriesContext(connection) as queries:
            report()
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 14


def test_flags_tell_the_reasons_apart():
    assert sorted(FLAGS.values()) == [1 << place for place in range(len(Reason))]


def test_only_todays_overview_says_what_needs_attention(browse, system):
    factories.contract(factories.deal(), None)
    assert 'id="attention"' in body(browse.get("/"))
    assert 'id="attention"' not in body(browse.get("/?as_of=2025-05-07"))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_it_reads_in_both_languages(browse, system, language):
    browse.cookies["django_language"] = language
    for number in range(7):
        deal = factories.deal(expected_on=date(2025, 6, 1 + number))
        news(deal, date(2025, 3, 2), next_step_vi="Gửi", next_step_by=date(2025, 4, 1), condition=Condition.AT_RISK)
        factories.mou(deal, "1e9", expires_on=date(2025, 12, 31))
    page = body(browse.get("/"))
    assert ("1/4/2025" if language == "vi" else "1 Apr 2025") in page


@pytest.mark.parametrize("asked", ["attention=nothing", "attention=BLOCKED", "evidence=gold", "basis=0", "freshness=1"])
def test_a_reason_or_a_grade_that_does_not_exist_shows_no_rows(in_english, system, asked):
    deal = factories.deal()
    page = body(in_english.get(f"/deals/?{asked}"))
    assert 'role="alert"' in page
    assert deal.code not in page
