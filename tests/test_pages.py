"""The pages: what they answer, to whom, and with how many queries."""

import re
from datetime import date
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from deals.management import portfolio
from deals.models import Deal
from tests import factories

LISTS = ["/", "/deals/", "/enterprises/", "/partners/", "/obstacles/", "/trade/"]
PAGES = [
    "/",
    "/?as_of=2025-05-07",
    "/deals/",
    "/deals/?as_of=2025-05-07",
    "/deals/?stage=mou_signed",
    "/enterprises/",
    "/partners/",
    "/obstacles/",
    "/trade/",
]


def body(response):
    return unescape(response.content.decode())


def main_of(answer):
    """What the page is about, without the token, which is another each time."""
    main = html.fromstring(answer.content).get_element_by_id("main")
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", html.tostring(main))


def portfolio_of(count, *, by):
    for _ in range(count):
        deal = factories.deal(by=by)
        paper = factories.mou(deal, "1e9", by=by)
        factories.contract(deal, "4e8", under=paper, discharges="5e8", by=by)


def queries(client, path):
    client.get(path)  # what is read once for each process is not counted
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(path).status_code == 200
    return len(found)


@pytest.mark.parametrize("path", [*LISTS, "/definitions/", "/deals/VNUS-2025-0001/", "/admin/"])
def test_nobody_sees_anything_without_signing_in(client, db, path):
    response = client.get(path)
    assert response.status_code == 302
    assert "sign-in" in response["Location"] or "login" in response["Location"]


def test_a_sign_in_page_that_is_vietnamese_unless_asked_otherwise(client, db):
    page = client.get(reverse("deals:login"), headers={"accept-language": "en-US"})
    assert '<html lang="vi">' in body(page)
    client.post(reverse("deals:language"), {"language": "en", "next": "/sign-in/"})
    assert '<html lang="en">' in body(client.get(reverse("deals:login")))


def test_the_number_of_queries_does_not_grow_with_the_rows(browse, system):
    portfolio_of(1, by=system)
    once = {path: queries(browse, path) for path in PAGES}
    portfolio_of(19, by=system)
    assert {path: queries(browse, path) for path in PAGES} == once
    assert max(once.values()) <= 40


def test_a_deal_page_takes_the_same_queries_for_one_paper_and_for_many(browse, system):
    deal = factories.deal(by=system)
    factories.contract(deal, "1e9", by=system)
    path = f"/deals/{deal.code}/"
    once = queries(browse, path)
    for number in range(1, 8):
        factories.contract(deal, "1e8", on=date(2025, 3, number), by=system)
        factories.valuation(deal, "5e9", on=date(2025, 3, number), by=system)
    assert queries(browse, path) == once


def test_a_page_reads_well_when_there_is_nothing_yet(in_english):
    for path in LISTS:
        assert in_english.get(path).status_code == 200
    assert "Nothing is signed or under negotiation" in body(in_english.get("/"))
    page = body(in_english.get("/?known=2025-01-01"))
    assert "Nothing that was known by then is signed or under negotiation" in page
    assert '<a href="?">Show what is known of the day now</a>' in page


def test_a_document_is_served_to_those_signed_in_alone_and_unchanged(client, browse, officer):
    held = factories.document(factories.deal(by=officer), by=officer)
    response = browse.get(held.get_absolute_url())
    assert b"".join(response.streaming_content).startswith(b"%PDF-")
    assert response["Content-Disposition"].startswith("attachment")
    browse.logout()
    assert browse.get(held.get_absolute_url()).status_code == 302


def test_what_was_typed_is_shown_and_never_run(in_english, officer):
    nasty = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    partner = factories.partner(name=nasty[:190], by=officer)
    enterprise = factories.enterprise(name_en=nasty, name_vi=nasty, by=officer)
    deal = factories.deal(title_en=nasty, title_vi=nasty, partner=partner, enterprise=enterprise, by=officer)
    factories.contract(deal, "1e9", title_en=nasty, title_vi=nasty, goods_en=nasty, by=officer)
    for path in ("/", "/deals/", f"/deals/{deal.code}/", "/enterprises/", "/partners/", f"/deals/?q={nasty}"):
        raw = in_english.get(path).content.decode()
        assert "<script>alert" not in raw
        assert "<img src=x" not in raw


def test_the_dashboard_asks_as_much_for_ten_deals_as_for_a_thousand(browse, system):
    asked = {}
    for deals in (10, 1000):
        with transaction.atomic():
            portfolio.build(deals)
            with connection.cursor() as cursor:
                # So many rows at once: without their statistics PostgreSQL plans as if there were none.
                cursor.execute("ANALYZE")
            assert Deal.objects.count() == deals
            asked[deals] = {path: queries(browse, path) for path in PAGES}
            transaction.set_rollback(True)
    assert asked[10] == asked[1000]


@pytest.mark.parametrize("blank", ["", "+", "%09", "%C2%A0", "%CC%81"])
def test_a_search_for_nothing_asks_for_nothing(in_english, blank):
    factories.contract(factories.deal(), "3e9")
    factories.opening("7e9")
    found = in_english.get(f"/deals/?q={blank}").context["report"]
    assert (found.count, found.total.four) == (1, factories.money("10e9"))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?as_of=2025-05-07&since=2025-01-01&order=name&unfold=partner",
        "/deals/?stage=talks&sort=code&q=may",
        "/what-if/?slip={code}%3A6",
        "/obstacles/?state=resolved",
        "/deals/{code}/?show=papers",
    ],
)
@pytest.mark.parametrize("now", ["", "firm"])
def test_the_reading_is_switched_in_place_and_nothing_else_with_it(browse, path, now):
    deal = factories.deal(on=date(2025, 1, 1))
    factories.contract(deal, "1e9", on=date(2025, 2, 1))
    parts = urlsplit(path.format(code=deal.code))
    asked = parse_qs(parts.query) | ({"reading": [now]} if now else {})
    page = body(browse.get(parts.path, asked))
    group = page.partition('class="readings"')[2].partition("</span>")[0]
    announced, firm = (parse_qs(urlsplit(href).query) for href in re.findall(r'href="([^"]*)"', group))
    assert firm == {**asked, "reading": ["firm"]}
    assert announced == {name: value for name, value in asked.items() if name != "reading"}
    assert group.count("aria-current") == 1


@pytest.mark.parametrize(
    ("path", "asked"),
    [("/", {}), ("/deals/", {"stage": "talks"}), ("/obstacles/", {}), ("/audit/", {}), ("/briefing/", {}),
     ("/what-if/", {}), ("/returns/", {})],
)  # fmt: skip
def test_a_field_left_empty_asks_for_nothing(client, officer, path, asked):
    """Then the script of the forms may leave it out of the address."""
    factories.contract(factories.deal(), "1e9")
    factories.opening("7e9")
    client.force_login(officer)
    page = html.fromstring(client.get(path, asked).content)
    fields = {
        name: value or ""
        for form in page.iterfind('.//form[@method="get"]')
        if form.get("action") in (None, path)
        for name, value in form.form_values()
    }
    left = {name: value for name, value in fields.items() if value}
    assert fields != left or path == "/returns/"
    whole, short = (main_of(client.get(path, sent, follow=True)) for sent in (fields, left))
    assert whole == short
