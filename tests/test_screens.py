"""What a page is asked for by its address: the day, known when, the reading, the day compared with."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.utils import translation

from deals import ledger
from deals.choices import Reading
from deals.forms import screens
from deals.models import sureness
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 15)


def read(query=""):
    return screens.read(QueryDict(query), today=TODAY)


def test_nothing_asked_is_today_as_known_now_against_thirty_days_before():
    screen = read()
    assert (screen.at.as_of, screen.at.known_at, screen.since) == (TODAY, None, TODAY - timedelta(days=30))
    assert screen.is_today and screen.state == {} and screen.query() == "" and not screen.problems


def test_known_on_a_day_is_known_up_to_its_end_in_vietnam():
    screen = read("known=2025-05-08")
    end = datetime(2025, 5, 8, 16, 59, 59, 999999, tzinfo=ZoneInfo("UTC"))
    assert screen.at.known_at == end
    assert not screen.is_today and screen.is_of_today


def test_known_today_is_known_now():
    screen = read(f"known={TODAY}")
    assert screen.at.known_at is None and screen.is_today and screen.state == {}


@pytest.mark.parametrize(
    "query",
    [
        "as_of=2025-05-07",
        "as_of=2025-05-07&known=2025-05-08&reading=firm&since=2025-01-01&compare=shown&order=-value&unfold=partner",
    ],
)
def test_every_link_carries_what_was_asked(query):
    screen = read(query)
    assert not screen.problems
    assert screen.query() == f"?{query}"
    again = screens.read(QueryDict(screen.query(page=2)[1:]), today=TODAY)
    assert again == screen


def test_the_way_back_to_today_leads_to_what_is_known_now():
    screen = read("as_of=2025-05-07&known=2025-05-08&since=2025-01-01")
    assert screen.query(as_of="", band="delivered") == "?band=delivered&since=2025-01-01"


@pytest.mark.parametrize(
    "query",
    [
        "known=2026-06-16",
        "known=yesterday",
        "since=31/02/2025",
        "since=2026-07-01",
        "as_of=2025-05-07&since=2025-05-08",
        "compare=apples",
        "reading=optimistic",
        "order=colour",
        "unfold=colour",
        "as_of=2025-05-07&known=9999-12-31",
    ],
)
def test_what_makes_no_sense_is_said_and_shows_no_figures(query):
    with translation.override("en"):
        (problem,) = read(query).problems
    assert "no figures are shown" in problem


def test_every_breakdown_can_be_asked_to_show_each_of_its_rows():
    assert set(screens.BREAKDOWNS) == {*ledger.DIMENSIONS, *sureness.SCALES}


def test_the_first_days_of_the_calendar_break_nothing():
    screen = read("as_of=0001-01-03&known=0001-01-01")
    assert screen.since == date.min and screen.at.known_at and not screen.problems


def test_the_target_is_the_one_known_then(system):
    target = factories.target(usd="90e9", on=date(2025, 3, 15))
    recorded = target.history.get().history_date
    day = recorded.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).date()
    screen = screens.read(QueryDict(f"known={day - timedelta(days=1)}"), today=day)
    assert screen.target is None and screen.reading == Reading.ANNOUNCED
    screen = screens.read(QueryDict(f"known={day}"), today=day + timedelta(days=1))
    assert (screen.target.pk, screen.target.amount_usd) == (target.pk, target.amount_usd)
