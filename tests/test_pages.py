"""The pages: what they answer, to whom, and with how many queries."""

from datetime import date
from html import unescape

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

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


PAGES = [
    "/",
    "/?as_of=2025-05-07",
    "/deals/",
    "/deals/?as_of=2025-05-07",
    "/deals/?stage=mou_signed",
    "/enterprises/",
    "/partners/",
]


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
