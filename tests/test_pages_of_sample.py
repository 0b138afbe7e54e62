"""The pages over the sample data: every number opens its own rows, every question gets an answer."""

import re
from datetime import date
from decimal import Decimal

import pytest

from deals import ledger
from deals.models import Deal, Target
from deals.periods import Moment
from tests import factories
from tests.test_pages import LISTS, body

DAYS = ["", "?as_of=2025-05-07", "?as_of=2025-05-07&reading=firm", "?as_of=2015-01-01"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_loaded")]


def numbers_of(page):
    """Each figure of the page that opens a list: the address, and the exact amount under the pointer."""
    links = re.findall(r'<a [^>]*href="(/deals/[^"]*)"[^>]*>', body(page))
    tags = re.findall(r'<a [^>]*href="/deals/[^"]*"[^>]*>', body(page))
    for address, tag in zip(links, tags, strict=True):
        if amount := re.search(r'title="US\$([\d,.]+)"', tag):
            yield address, Decimal(amount.group(1).replace(",", ""))


@pytest.mark.parametrize("query", DAYS)
@pytest.mark.parametrize("path", LISTS)
def test_every_list_answers_for_any_day_and_reading(browse, path, query):
    assert browse.get(path + query).status_code == 200


def test_the_dashboard_says_the_announced_figures_in_both_languages(browse):
    vietnamese = body(browse.get("/?as_of=2025-05-07"))
    for words in ("65,58\xa0tỷ\xa0USD", "50,15\xa0tỷ\xa0USD", "24,73\xa0tỷ\xa0USD", "100,3\xa0%"):
        assert words in vietnamese
    browse.cookies["django_language"] = "en"
    english = body(browse.get("/?as_of=2025-05-07&reading=firm"))
    for words in ("US$50.15bn", "US$40.15bn", "firm reading", "100.3%"):
        assert words in english


def test_the_target_is_the_version_in_force_on_the_day(in_english):
    assert "No target was in force" in body(in_english.get("/?as_of=2025-03-14"))
    first = Target.objects.get()
    factories.target(usd="100000000000", on=date(2026, 1, 1), programme=first.programme, version=2)
    assert "US$90.00bn" in body(in_english.get("/?as_of=2025-12-31"))
    assert "US$100.00bn" in body(in_english.get("/?as_of=2026-01-01"))


@pytest.mark.parametrize("query", ["", "?as_of=2025-05-07", "?as_of=2019-06-30&reading=firm"])
def test_each_number_of_the_dashboard_opens_rows_with_the_same_total(in_english, query):
    figures = set(numbers_of(in_english.get("/" + query)))
    assert len(figures) > 20
    for address, amount in sorted(figures):
        page = in_english.get(address)
        band = page.wsgi_request.GET.get("band", "four")
        assert getattr(page.context["report"].total, band) == amount, address


@pytest.mark.parametrize("band", ["delivered", "contracted", "memorandum", "negotiating", "outside"])
def test_each_band_of_the_headline_opens_rows_with_the_same_sum(in_english, band):
    at = Moment(date(2025, 5, 7))
    page = in_english.get(f"/deals/?as_of=2025-05-07&band={band}")
    assert getattr(page.context["report"].total, band) == getattr(ledger.portfolio(at), band)


@pytest.mark.parametrize("query", ["", "?as_of=2025-05-07", "?as_of=2025-05-07&sector=aviation", "?q=may+bay"])
def test_the_list_total_is_the_sum_of_its_rows(in_english, query):
    first = in_english.get("/deals/" + query).context["report"]
    rows, joint = [], "&" if query else "?"
    for number in range(1, first.pages + 1):
        rows += in_english.get(f"/deals/{query}{joint}page={number}").context["report"].page.object_list
    assert len(rows) == first.count == len({deal.pk for deal in rows})
    assert sum((deal.four for deal in rows), Decimal(0)) == first.deals_total.four
    openings = sum((bands.four for _opening, bands in first.openings), Decimal(0))
    assert first.total.four == first.deals_total.four + openings


@pytest.mark.parametrize("path", ["/enterprises/PVN/", "/enterprises/SOVICO/", "/partners/boeing/", "/enterprises/"])
def test_each_number_of_a_party_opens_rows_with_the_same_total(in_english, path):
    for address, amount in sorted(set(numbers_of(in_english.get(path)))):
        page = in_english.get(address)
        band = page.wsgi_request.GET.get("band", "four")
        assert getattr(page.context["report"].total, band) == amount, address


def test_deals_whose_partner_is_not_named_can_be_asked_for(in_english):
    report = in_english.get("/deals/?partner=none").context["report"]
    assert report.count == Deal.objects.filter(partner=None).count() > 0


def test_a_group_counts_each_deal_once(in_english):
    page = in_english.get("/enterprises/").context["report"]
    roots = [line.with_below for line in page.lines if line.depth == 0]
    assert ledger.add(*roots) == page.total == ledger.total(Moment(date.today()))
    group = in_english.get("/enterprises/SOVICO/").context["report"]
    assert group.bands == in_english.get("/deals/?group=SOVICO").context["report"].total
    inner = in_english.get("/enterprises/PVGAS/").context["report"]
    assert inner.count == in_english.get("/deals/?group=PVGAS").context["report"].count > 0


@pytest.mark.parametrize(
    ("words", "title"),
    [("dien luc", "EVN"), ("Điện lực", "EVN"), ("tap doan dau khi", "PetroVietnam"), ("BOEING 737", "737")],
)
def test_search_ignores_marks_and_case(in_english, words, title):
    report = in_english.get("/deals/", {"q": words}).context["report"]
    assert report.count
    names = " ".join(f"{deal.title} {deal.enterprise.group.short_name}" for deal in report.page.object_list)
    assert title in names


@pytest.mark.parametrize(
    "query",
    [
        "stage=nonsense",
        "sector=nothing",
        "enterprise=NOBODY",
        "group=NOBODY",
        "partner=no-one",
        "state=ZZ",
        "band=gold",
        "show=all",
        "condition=fine",
        "sort=colour",
        "colour=red",
        "as_of=2025-13-45",
        "as_of=yesterday",
        "as_of=2999-01-01",
        "reading=optimistic",
        "page=999",
        "page=-1",
        "page=0",
        "page=x",
        "page=99999999999999999999",
        "q=" + "x" * 101,
        "q=%00",
    ],
)
def test_a_question_that_makes_no_sense_gets_a_message_and_no_rows(in_english, query):
    page = in_english.get(f"/deals/?{query}")
    assert page.status_code == 200
    assert 'role="alert"' in body(page)
    assert "No rows are shown" in body(page) or "no rows are shown" in body(page) or "no figures" in body(page)
    for deal in Deal.objects.all():
        assert deal.code not in body(page)


@pytest.mark.parametrize("path", ["/", "/enterprises/", "/partners/", "/enterprises/PVN/", "/partners/boeing/"])
@pytest.mark.parametrize("query", ["as_of=31/02/2025", "reading=x"])
def test_a_wrong_day_or_reading_shows_no_figures(in_english, path, query):
    page = in_english.get(f"{path}?{query}")
    assert page.status_code == 200
    assert 'role="alert"' in body(page)
    assert "US$" not in re.sub(r"<title>.*?</title>", "", body(page)).replace("US$ billion", "")


def test_days_are_read_day_first(in_english):
    assert in_english.get("/?as_of=07/05/2025").context["screen"].at.as_of == date(2025, 5, 7)


def test_what_is_not_there_answers_404(in_english):
    for path in ("/deals/VNUS-1999-0001/", "/enterprises/NOBODY/", "/partners/no-one/", "/documents/1/"):
        assert in_english.get(path).status_code == 404


def test_the_security_policy_forbids_inline_code(browse):
    for path in [*LISTS, "/definitions/"]:
        page = browse.get(path)
        policy = page["Content-Security-Policy"]
        assert "unsafe-inline" not in policy and "default-src 'none'" in policy
        assert not re.search(r"<style|<script(?![^>]*src=)|\sstyle=|\son\w+=", page.content.decode())
