"""The trade balance: reporters and kinds of period are never mixed, what follows is told from what was said."""

import xml.etree.ElementTree as ET
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from deals.actions import records, trade
from deals.charts import trade as charts
from deals.choices import Reporter
from deals.importing import reported
from deals.models import TradeFlow, User
from deals.periods import Moment
from deals.reports import trade as reports
from tests import factories
from tests.test_pages import body as text_of

pytestmark = pytest.mark.django_db
BILLION = Decimal(10) ** 9
TODAY = Moment(date(2026, 6, 30))


def year(number, **fields):
    return factories.trade_flow(date(number, 1, 1), date(number, 12, 31), **fields)


def months(number, last, **fields):
    end = date.fromordinal(date(number, last + 1, 1).toordinal() - 1)
    return factories.trade_flow(date(number, 1, 1), end, **fields)


def report(at=TODAY, **asked):
    return reports.trade(at, flows=TradeFlow.objects.active(), **asked)


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ({"exports": "100e9", "imports": "10e9"}, (100, 10, 90, False)),
        ({"exports": "100e9", "two_way": "110e9"}, (100, 10, 90, True)),
        ({"imports": "10e9", "two_way": "110e9"}, (100, 10, 90, True)),
        ({"exports": "100e9", "surplus": "90e9"}, (100, 10, 90, True)),
        ({"imports": "10e9", "surplus": "90e9"}, (100, 10, 90, True)),
        ({"two_way": "110e9", "surplus": "90e9"}, (100, 10, 90, True)),
        ({"imports": "100e9", "exports": "90e9"}, (90, 100, -10, False)),
        ({"surplus": "90e9"}, (None, None, 90, False)),
        ({"two_way": "110e9"}, (None, None, None, False)),
    ],
)
def test_any_two_figures_give_the_others_and_it_is_said(said, figures):
    found = year(2024, **said).figures
    amounts = [None if each is None else each / BILLION for each in found[:3]]
    assert (*amounts, found.is_worked_out) == figures


def test_a_reporter_says_a_period_once(system):
    first = year(2024, exports="1e9")
    year(2024, exports="2e9", reporter="us_census")
    with pytest.raises(ValidationError):
        year(2024, exports="3e9")
    records.archive(first, by=system, reason="misread")
    year(2024, exports="3e9")


def test_a_period_that_is_not_over_is_refused():
    end = date(timezone.localdate().year + 1, 12, 31)
    with pytest.raises(ValidationError) as error:
        trade.count(
            Reporter.VIETNAM_CUSTOMS,
            start=date(end.year, 1, 1),
            end=end,
            by=User.objects.system(),
            exports_usd=Decimal(1),
        )
    assert "period_end" in error.value.message_dict


def test_reporters_are_never_mixed():
    year(2023, exports="90e9", imports="10e9")
    year(2024, exports="100e9", imports="10e9", reporter="us_census")
    found = report()
    assert [(each.reporter, len(each.years)) for each in found.reporters] == [("vn_customs", 1), ("us_census", 1)]
    # The year before is another reporter's.
    assert [each.latest.before for each in found.reporters] == [None, None]
    # Customs first where both say as much; the one asked for where one is.
    assert found.shown.reporter == "vn_customs"
    assert report(reporter="us_census").shown.reporter == "us_census"
    year(2022, exports="80e9", reporter="us_census")
    assert report().shown.reporter == "us_census"


def test_a_part_of_a_year_is_compared_with_the_same_part_and_never_drawn():
    year(2023, exports="100e9", imports="10e9")
    months(2024, 6, exports="60e9", imports="6e9")
    months(2025, 6, exports="70e9", imports="9e9")
    months(2025, 7, exports="80e9", imports="10e9")
    (customs,) = report().reporters
    assert [period.year for period in customs.years] == [2023]
    latest = customs.latest
    assert (latest.now.flow.period_end, latest.before.flow.period_end) == (date(2025, 6, 30), date(2024, 6, 30))
    assert [each / BILLION for each in (latest.exports, latest.imports, latest.surplus)] == [10, 3, 7]
    assert {period.kind for period in customs.periods} == {"year", "to_date"}


def test_a_leap_year_ends_its_second_month_a_day_later():
    months(2024, 2, exports="10e9")
    months(2025, 2, exports="12e9")
    assert report().shown.latest.exports == 2 * BILLION


def test_a_month_is_no_year_to_date():
    factories.trade_flow(date(2025, 4, 1), date(2025, 4, 30), exports="10e9")
    (customs,) = report().reporters
    assert (customs.periods[0].kind, customs.latest, customs.years) == ("part", None, [])


def test_figures_count_once_they_are_published_and_as_they_were_known(system):
    flow = year(2024, exports="100e9", imports="10e9", source_on=date(2025, 2, 1))
    assert report(Moment(date(2025, 1, 31))).shown is None
    assert report(Moment(date(2025, 2, 1))).shown is not None
    then = timezone.now()
    flow.exports_usd = Decimal(120) * BILLION
    records.keep(flow, by=system, reason="revised")
    late = year(2023, exports="1e9")
    known = report(Moment(TODAY.as_of, then)).shown
    assert [period.figures.exports / BILLION for period in known.periods] == [100]
    records.archive(late, by=system, reason="misread")
    assert [period.figures.exports / BILLION for period in report().shown.periods] == [120]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_picture_draws_exports_imports_and_what_is_left(language):
    year(2022, exports="100e9", imports="25e9", is_derived=True)
    year(2024, surplus="50e9")
    with translation.override(language):
        svg = charts.trade(report().shown, language=language)
    picture = ET.fromstring(svg.replace("&nbsp;", " "))
    bars = [rect for rect in picture.iter("rect") if rect.get("pointer-events") is None and rect.get("x")]
    heights = [Decimal(rect.get("height")) for rect in bars]
    # Exports; imports and, above them, the surplus: together as high as the exports.
    assert heights[0] == heights[1] + heights[2] and heights[1] * 3 == heights[2]
    assert Decimal(bars[1].get("y")) == Decimal(bars[2].get("y")) + heights[2]
    assert len(bars) == 4 and heights[3] * 2 == heights[0]
    places = [rect for rect in picture.iter("rect") if rect.get("pointer-events")]
    assert len(places) == 3, "a year without figures has its place"
    assert picture.find("title").text and picture.find("desc").text
    assert ("25,00 tỷ USD" if language == "vi" else "US$25.00bn") in svg.replace("\N{NO-BREAK SPACE}", " ")
    assert "style=" not in svg
    with translation.override(language):
        told = [title.text.endswith(str(_("worked out"))) for title in picture.iter("title") if title.text[0] == "2"]
    assert told == [True, False, False], "what was worked out is said to be, as in the table"


def test_nothing_is_drawn_of_nothing():
    months(2025, 6, exports="70e9")
    assert charts.trade(report().shown, language="vi") == ""


def test_the_page_shows_all_reporters_with_their_sources(in_english):
    year(2023, exports="90e9", imports="10e9", source_title="Customs yearbook")
    year(2024, exports="100e9", two_way="111e9", reporter="us_census", source_title="Census table")
    page = text_of(in_english.get("/trade/"))
    for words in ("Customs yearbook", "Census table", "Vietnam Customs", "US Census Bureau", "worked out"):
        assert words in page
    assert in_english.get("/trade/?reporter=us_census").context["trade"].shown.reporter == "us_census"
    wrong = in_english.get("/trade/?reporter=x")
    assert 'role="alert"' in text_of(wrong) and "Census table" not in text_of(wrong)
    assert "No trade figures" in text_of(in_english.get("/trade/?as_of=2020-01-01"))


def test_the_page_takes_the_same_queries_for_one_and_for_many(browse):
    def taken():
        with CaptureQueriesContext(connection) as queries:
            assert browse.get("/trade/").status_code == 200
        return len(queries)

    year(2010, exports="1e9")
    taken()
    once = taken()
    for number in range(2011, 2020):
        year(number, exports="1e9")
        year(number, surplus="1e9", reporter="us_census")
    assert taken() == once


def test_the_sample_says_what_was_reported(sample_loaded):
    rows = reported.rows("reported/trade_stats.csv")
    assert TradeFlow.objects.count() == len(rows) == 50
    assert TradeFlow.objects.filter(is_derived=True).count() == sum(row["derived"] == "yes" for row in rows)
    assert not TradeFlow.objects.filter(note_vi="").exclude(note_en="").exists()
    census = report(Moment(date(2026, 4, 1)), reporter="us_census").shown
    assert (census.latest.now.year, census.latest.before.year) == (2025, 2024)
    assert census.latest.surplus == Decimal("54.5") * BILLION
