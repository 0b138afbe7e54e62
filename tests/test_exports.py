"""Files of what a page shows: the same rows and totals, for every role and audience, and nothing more."""

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from django.utils.html import escape

from deals import ledger, permissions
from deals.actions import updates
from deals.choices import AuditKind, Condition, Release
from deals.models import AuditEntry, Deal, User
from deals.periods import Moment
from tests import exported, factories
from tests.test_dashboard import DAYS, Parts

pytestmark = pytest.mark.django_db

FORMS = ["xlsx", "csv", "json"]
WIDER = [Release.GOVERNMENT, Release.PARTNER, Release.PUBLIC]
OF_ONE_PARTNER = {"deal-list-export", "partner-export", "trade-export"}
# What is told to nobody else, and what goes no further than the government.
OF_THE_MINISTRY = {"deal-export", "changes-export"}
OF_THE_GOVERNMENT = {"obstacle-list-export"}


def exporters() -> list[str]:
    """The routes that make a file in a form that the address names."""
    found = [pattern for pattern in get_resolver().url_patterns if getattr(pattern, "namespace", "") == "deals"]
    return [each.name for each in found[0].url_patterns if "form" in each.pattern.converters]


class World:
    """A deal for each level, all of one enterprise, partner and sector of their own, with words and amounts that are
    nowhere else; and a public one with a paper that is kept inside."""

    def __init__(self) -> None:
        self.deals, self.obstacles, self.amounts = {}, {}, {}
        for number, level in enumerate([*Release.values, "mixed"]):
            release = Release.PUBLIC if level == "mixed" else level
            partner = factories.partner(name=f"Partner of {level}", state="TX")
            deal = factories.deal(
                title_vi=f"Thương vụ {level}", title_en=f"Deal {level}", release=release, partner=partner
            )
            factories.contract(deal, self.amount(level, number))
            factories.valuation(deal, Decimal("4e9"))
            self.deals[level] = deal
            self.obstacles[level] = factories.obstacle(deal, title_en=f"Hindrance {level}", title_vi=f"Vướng {level}")
            said = {"sentence_en": f"Said of {level}", "sentence_vi": f"Nói {level}", "obstacle": self.obstacles[level]}
            updates.update(deal, condition=Condition.AT_RISK, on=factories.DAY, by=User.objects.system(), **said)
        factories.mou(self.deals["mixed"], "771300000.13", release="internal", on=date(2025, 4, 1))
        factories.opening("9e9")
        factories.trade_flow(date(2024, 1, 1), date(2024, 12, 31), exports="1e9", imports="5e8", note_en="A house word")

    def amount(self, level: str, number: int) -> str:
        self.amounts[level] = f"13{number}7{number}9{number}31.{number}7"
        return self.amounts[level]

    def told(self, audience: Release) -> set[str]:
        return {level for level in Release.values if Release(level) in audience.suffices}

    def secrets(self, audience: Release) -> list[str]:
        told = self.told(audience)
        found = []
        for level in {*self.deals} - told:
            found += [self.amounts[level], f"Hindrance {level}", f"Said of {level}"]
            if level != "mixed":
                found += [self.deals[level].title_en, self.deals[level].code, f"Partner of {level}"]
        if audience not in permissions.WORDS_OF_THE_HOUSE:
            found += ["Hindrance", "Said of", "A house word", "/deals/"]
        return [*found, "771300000"]

    def address(self, name: str, form: str = "csv", level: str = "public") -> str:
        deal = self.deals[level]
        arguments = {
            "deal-export": [deal.code],
            "enterprise-export": [deal.enterprise.code],
            "partner-export": [deal.partner.slug],
            "sector-export": [deal.sector.code],
            "state-export": ["TX"],
        }
        return reverse(f"deals:{name}", args=[*arguments.get(name, []), form])


@pytest.fixture
def world(system: Any) -> World:
    return World()


@pytest.fixture
def reader(in_english: Client) -> Client:
    return in_english


def asked(client: Client, path: str, question: dict[str, Any] | None = None) -> bytes:
    answer: Any = client.get(path, question or {})
    assert answer.status_code == 200, (path, question, answer.status_code)
    assert answer.streaming
    return answer.getvalue()


def found_in(
    client: Client, question: dict[str, Any] | None = None, path: str = "/deals/export/json/"
) -> dict[str, Any]:
    return exported.notation(asked(client, path, question))


# For an audience


def test_the_registry_is_the_list_of_routes():
    assert {*exporters()} >= {
        "dashboard-export",
        "deal-list-export",
        "state-export",
        *OF_THE_MINISTRY,
        *OF_THE_GOVERNMENT,
    }
    assert len(exporters()) == 12


@pytest.mark.parametrize("name", exporters())
def test_no_file_tells_an_audience_what_is_not_released_to_it(world, reader, name):
    for audience, form in product(WIDER, FORMS):
        path, question = world.address(name, form), {"audience": audience.value}
        is_refused = name in OF_THE_MINISTRY or (
            name in OF_THE_GOVERNMENT and audience not in permissions.WORDS_OF_THE_HOUSE
        )
        if audience == Release.PARTNER:
            is_refused |= name not in OF_ONE_PARTNER
            if name == "deal-list-export":
                question["partner"] = world.deals["public"].partner.slug
        if is_refused:
            answer = reader.get(path, question)
            assert (answer.status_code, answer.streaming) == (422, False)
            continue
        text = exported.text_of(asked(reader, path, question), form)
        assert [secret for secret in world.secrets(audience) if secret in text] == [], (audience, form)
        if name == "deal-list-export" and audience != Release.PARTNER:
            assert all(world.deals[level].title_en in text for level in [*world.told(audience), "mixed"])
            assert all(world.amounts[level] in text for level in world.told(audience))
            assert "is not released to this audience" in text or "are not released to this audience" in text
    inside = exported.text_of(asked(reader, world.address(name, "json"), {"since": "2025-02-01"}), "json")
    words = {"trade-export": "A house word", "obstacle-list-export": "Hindrance internal"}
    assert words.get(name, world.amounts["public"]) in inside


def test_what_is_shared_with_a_partner_is_of_one_partner(world, reader):
    """Of no other, and of no deal in which another sells too, but for what is public."""
    boeing, other = world.deals["partner"].partner, factories.partner(name="GE")
    prices = {"beside": "17171717.17", "paper": "18181818.18", "public": "19191919.19"}
    known = {"partner": boeing, "release": Release.PARTNER}
    beside = factories.deal(**known, other_partners=[other])
    factories.contract(beside, prices["beside"])
    factories.contract(factories.deal(**known), prices["paper"], partner=other)
    factories.contract(factories.deal(partner=boeing, other_partners=[other], release="public"), prices["public"])
    question = {"audience": "partner"}
    of_list, of_page = {**question, "partner": boeing.slug}, f"{boeing.get_absolute_url()}export/json/"
    for path, wanted in (("/deals/export/json/", of_list), (of_page, question)):
        text = asked(reader, path, wanted).decode()
        assert f"partner: {boeing.name}" in text and world.amounts["partner"] in text
        assert [name for name, price in prices.items() if price in text] == ["public"], path
        assert world.deals["public"].title_en not in text
    for path in ("/", "/deals/", "/partners/", "/enterprises/", world.deals["partner"].enterprise.get_absolute_url()):
        answer = reader.get(f"{path}export/json/", question)
        assert answer.status_code == 422 and answer.context["problems"], path
    assert reader.get("/deals/export/json/", {**question, "partner": "none"}).status_code == 422


@pytest.mark.parametrize("audience", [each for each in Release if each != Release.PARTNER])
def test_what_is_told_adds_up_to_the_deals_that_are_told(world, reader, audience):
    found = found_in(reader, {"audience": audience.value})
    told = permissions.cleared(Deal.objects.active(), audience)
    total = ledger.total(Moment(timezone.localdate()), told).four
    rows, last = found["deals"]["rows"], found["deals"]["totals"][-1]
    assert {row["code"] for row in rows} == {deal.code for deal in told}
    openings = Decimal("9e9") if audience == Release.INTERNAL else 0
    assert exported.summed(rows, "total_usd") + openings == Decimal(last["total_usd"]) == total + openings
    if audience == Release.INTERNAL:
        assert "named" not in found and "withheld" not in found["head"]
        return
    assert found["head"]["withheld"] == len(Release) - len(world.told(audience))
    named = found["named"]["rows"]
    assert [(row["code"], row["from_usd"], row["below_usd"]) for row in named] == [
        (world.deals["mixed"].code, "1000000000", "5000000000")
    ]


def test_who_is_asked_for_by_more_than_its_face_is_not_named(world, reader):
    found = found_in(reader, {"audience": "public", "band": "contracted"})
    assert "named" not in found
    assert ([row["code"] for row in found["deals"]["rows"]], found["head"]["withheld"]) == (
        [world.deals["public"].code], 4
    )  # fmt: skip


def test_what_is_not_released_at_all_is_not_even_asked_for(world, reader):
    """The file would say of whom it has nothing to say."""
    partner = world.deals["internal"].partner.slug
    for path, question in (
        (f"/partners/{partner}/export/csv/", {}),
        ("/deals/export/csv/", {"partner": partner}),
        ("/deals/export/csv/", {"band": "memorandum"}),
    ):
        answer = reader.get(path, {"audience": "public", **question})
        assert answer.status_code == 422 and not answer.streaming, (path, question)
        # The way back leads to what was looked at, without the audience.
        back = answer.context["of"]
        assert back.endswith(urlencode(question)) and "audience" not in back
        assert escape(back) in answer.content.decode() and reader.get(back).status_code == 200
    assert reader.get(f"/partners/{partner}/export/csv/").status_code == 200


@pytest.mark.parametrize(
    "question",
    [
        {"audience": "everybody"},
        {"audience": "public", "known": "2025-05-01"},
        {"audience": "public", "condition": "at_risk"},
        {"audience": "partner", "obstacle": "1"},
        {"stage": "nope"},
        {"as_of": "soon"},
        {"nothing": "such"},
    ],
)
def test_what_cannot_be_answered_makes_no_file(world, reader, question):
    for form in FORMS:
        answer = reader.get(f"/deals/export/{form}/", question)
        assert answer.status_code == 422 and answer.context["problems"]
        assert not answer.streaming
    assert not AuditEntry.objects.filter(kind=AuditKind.EXPORTED).exists()


def test_there_is_no_other_form(world, reader):
    assert [reader.get(f"/deals/export/{form}/").status_code for form in ("pdf", "XLSX", "xls")] == [404] * 3


def test_a_figure_page_for_an_audience_compares_what_happened_in_the_world(world, reader):
    """What was shown before holds what was taken back since."""
    paper = factories.contract(world.deals["public"], "123456789.12")
    factories.archive(paper)
    text = asked(reader, "/export/json/", {"audience": "public", "compare": "shown", "since": "2025-02-01"}).decode()
    assert "123456789.12" not in text


# The same as the screen


@pytest.fixture
def ministry(officer: Any) -> Parts:
    found = Parts(5, officer)
    found.work(80)
    return found


QUESTIONS: list[dict[str, str]] = [
    {},
    {"sort": "enterprise"},
    {"stage": "mou_signed", "sort": "code"},
    {"band": "contracted", "reading": "firm"},
    {"state": "TX", "sort": "sector"},
    {"show": "not_itemised"},
    {"show": "undisclosed"},
    {"q": "thuong vu"},
]


def test_a_file_holds_the_rows_the_order_and_the_totals_of_the_screen(ministry, reader):
    known = timezone.localdate() - timedelta(days=1)
    moments = [{}, {"as_of": str(DAYS[1])}, {"as_of": str(DAYS[2]), "known": str(known)}]
    for question, moment in product(QUESTIONS, moments):
        wanted = {**question, **moment}
        page = reader.get("/deals/", wanted)
        report = page.context["report"]
        found = found_in(reader, wanted)["deals"]
        assert [row["code"] for row in found["rows"]][:50] == [deal.code for deal in report.page.object_list], wanted
        assert len(found["rows"]) == report.count
        last = found["totals"][-1]
        for band in ("delivered", "contracted", "memorandum", "negotiating"):
            if f"{band}_usd" in last:
                assert Decimal(last[f"{band}_usd"]) == getattr(report.total, band), wanted
                of_openings = sum(getattr(bands, band) for _opening, bands in report.openings)
                assert exported.summed(found["rows"], f"{band}_usd") + of_openings == getattr(report.total, band)
            else:
                assert not getattr(report.total, band)
        assert Decimal(last["total_usd"]) == report.total.four
        reading = wanted.get("reading", "announced")
        assert Decimal(last["signed_usd"]) == report.total.signed(reading)
        signed_of_openings = sum(bands.signed(reading) for _opening, bands in report.openings)
        assert exported.summed(found["rows"], "signed_usd") + signed_of_openings == report.total.signed(reading)


def test_the_three_forms_say_the_same(ministry, reader):
    found = found_in(reader, {"sort": "code"})["deals"]
    names = [column["name"] for column in found["columns"]]
    [table] = exported.csv_tables(asked(reader, "/deals/export/csv/", {"sort": "code"}))
    book = exported.workbook(asked(reader, "/deals/export/xlsx/", {"sort": "code"}))
    head, *lines = exported.sheet_rows(book["Deals"])
    assert table[0] == head == [column["label"] for column in found["columns"]]
    count = len(found["rows"])
    assert len(table) == len(lines) + 1 == 1 + count + len(found["totals"])
    for row, of_csv, of_book in zip(found["rows"], table[1:], lines, strict=False):
        assert of_csv == [row[name] or "" for name in names]
        assert [
            cell or None if isinstance(cell, str) else f"{cell:.2f}" if cell is not None else None for cell in of_book
        ] == [row[name] or None for name in names]


def test_every_table_of_figures_adds_up(ministry, reader):
    for question in ({}, {"reading": "firm"}, {"as_of": str(DAYS[1])}, {"audience": "internal", "order": "-name"}):
        found = found_in(reader, question, "/export/json/")
        report = reader.get("/", {key: text for key, text in question.items() if key != "audience"}).context["report"]
        total = report.bands.four
        assert exported.summed(found["figures"]["rows"][:4], "amount_usd") == total
        for name in ("group", "sector", "partner", "stage", "state"):
            table = found[f"by_{name}"]
            rest = exported.summed(table["totals"][:-1], "total_usd")
            assert exported.summed(table["rows"], "total_usd") + rest == total
            assert Decimal(table["totals"][-1]["total_usd"]) == total
        for name in ("evidence", "basis", "freshness"):
            table = found[f"by_{name}"]
            rest = exported.summed(table["totals"][:-1], "signed_usd")
            assert exported.summed(table["rows"], "signed_usd") + rest == report.signed
        bridge = found["changes"]
        assert exported.summed(bridge["rows"], "all_four_usd") == Decimal(bridge["totals"][0]["all_four_usd"]) == total
        assert Decimal(found["over_time"]["rows"][0]["total_usd"]) == total


@pytest.mark.parametrize("level", ["public", "mixed"])
def test_a_scoped_file_holds_what_its_screen_shows(world, reader, level):
    """Nothing of what holds up the deals of others, and all that stands beside the figures."""
    deal, body = world.deals[level], world.obstacles[level].body
    factories.obstacle(world.deals["internal"], body=body, title_en="Not of this one")
    factories.mou(deal, None, on=date(2025, 5, 1))
    contract = deal.instruments.filter(kind="contract").get()
    factories.planned(contract, "1000000", on=timezone.localdate() + timedelta(days=9))
    for path in (deal.partner.get_absolute_url(), deal.enterprise.get_absolute_url()):
        found, shown = found_in(reader, {}, f"{path}export/json/"), reader.get(path).context
        held = shown["held"]
        assert [row["obstacle"] for row in found["by_obstacle"]["rows"]] == [
            each.obstacle.title_en for each in held.felt
        ]
        assert len(held.felt) == 1
        assert [(row["body"], row["obstacles"]) for row in found["by_body"]["rows"]] == [(body.name_en, 1)]
        assert [row["code"] for row in found["deals"]["rows"]] == [each.code for each in shown["party"].deals]
        assert [row["on"] for row in found["coming"]["rows"]] == [str(each.on) for each in shown["upcoming"].items]
        assert len(found["undisclosed"]["rows"]) == len(shown["report"].sureness.papers) == 1


def test_entries_add_up_to_their_step_and_to_the_deal(ministry, reader):
    since = {"since": str(DAYS[0])}
    for step in ("", "signed", "converted", "delivered", "ended", "expected", "itemised"):
        found = found_in(reader, {**since, "step": step}, "/changes/export/json/")["changes"]
        report = reader.get("/changes/", {**since, "step": step}).context["report"]
        assert Decimal(found["totals"][-1]["amount_usd"]) == report.total.four
        outside = exported.summed([row for row in found["rows"] if row["band"] == "Outside the target"], "amount_usd")
        assert exported.summed(found["rows"], "amount_usd") - outside == report.total.four
    deal = Deal.objects.active().filter(postings__isnull=False).first()
    found = found_in(reader, {}, f"/deals/{deal.code}/export/json/")
    assert exported.summed(found["ledger"]["rows"], "amount_usd") == ledger.total(
        Moment(timezone.localdate()), Deal.objects.filter(pk=deal.pk)
    ).four + exported.summed(found["ledger"]["totals"][:-1], "amount_usd") - Decimal(
        found["ledger"]["totals"][-1]["amount_usd"]
    )
    page = reader.get(deal.get_absolute_url(), {"all": "1"})
    assert len(found["timeline"]["rows"]) == len(page.context["timeline"].entries)


# Who asks


def test_a_respondent_exports_what_they_see_and_its_sums(world, system):
    own, other = world.deals["internal"], world.deals["public"]
    person = factories.person(role="respondents", enterprises=[own.enterprise])
    client = Client()
    client.force_login(person)
    client.cookies["django_language"] = "en"
    for number, name in enumerate(exporters()):
        form = FORMS[number % len(FORMS)]
        if name == "trade-export":
            assert client.get(world.address(name, form)).status_code == 403
        elif name in {"deal-export", "enterprise-export", "partner-export"}:
            assert client.get(world.address(name, form)).status_code == 404
        if name not in {"trade-export", "sector-export"}:
            path = world.address(name, form, "internal")
            text = exported.text_of(asked(client, path, {"since": "2025-02-01"}), form)
            assert [
                word for word in (other.code, other.title_en, world.amounts["public"], "Not itemised") if word in text
            ] == []
    rows = found_in(client)["deals"]
    assert [row["code"] for row in rows["rows"]] == [own.code]
    assert (
        Decimal(rows["totals"][-1]["total_usd"])
        == ledger.total(Moment(timezone.localdate()), permissions.visible_deals(person)).four
    )
    assert found_in(client, {"audience": "public"})["deals"]["rows"] == []
    assert "Changes to the record" not in asked(client, world.address("deal-export", "csv", "internal")).decode()


@pytest.mark.parametrize("role", [role for role in permissions.ROLES if role != permissions.RESPONDENTS])
def test_who_sees_everything_exports_everything(world, role):
    client = Client()
    client.force_login(factories.person(role=role))
    assert len(found_in(client)["deals"]["rows"]) == len(world.deals)


# What is noted, and how it is sent


def test_each_file_is_noted(world, reader, manager):
    for name, form in product(exporters(), FORMS):
        answer: Any = reader.get(world.address(name, form), {"since": "2025-02-01"})
        content = answer.getvalue()
        last = AuditEntry.objects.first()
        assert (last.kind, last.actor, last.details["how"]) == ("exported", manager, [form.upper()])
        assert (last.details["audience"], last.details["filters"]) == ("internal", {"since": "2025-02-01"})
        assert last.thing and last.details["rows"]
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer["Content-Disposition"].endswith(f'-{timezone.localdate()}.{form}"')
        assert content
    asked(reader, "/deals/export/csv/", {"audience": "public"})
    assert AuditEntry.objects.first().details["audience"] == "public"


def test_totals_and_rows_are_of_one_state_of_the_record(world, reader):
    """What is recorded between the question and the file is in both, or in neither."""
    answer: Any = reader.get("/deals/export/json/")
    late = factories.deal()
    factories.contract(late, "5e8")
    found = json.loads(answer.getvalue())["tables"][0]
    assert late.code in {row["code"] for row in found["rows"]}
    total = Decimal(found["totals"][-1]["total_usd"])
    assert exported.summed(found["rows"], "total_usd") + Decimal("9e9") == total


def test_a_file_asks_as_much_for_fifty_deals_as_for_one(reader, system, django_assert_max_num_queries):
    factories.contract(factories.deal(), "1e9")
    asked(reader, "/deals/export/csv/")
    for _ in range(50):
        factories.deal()
    with django_assert_max_num_queries(30):
        asked(reader, "/deals/export/csv/")


def test_the_language_of_the_page_is_that_of_the_file(world, browse):
    for form in FORMS:
        text = exported.text_of(asked(browse, f"/deals/export/{form}/"), form)
        assert "Thương vụ internal" in text and "Deal internal" not in text


def test_what_somebody_typed_comes_back_and_never_runs(reader, system):
    typed = ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "<r><t>x</t></r>", "'=1+1", "@SUM(A1)"]
    for text in typed:
        factories.contract(factories.deal(title_en=text, title_vi=text), "1e9", title_en=text, title_vi=text)
    [table] = exported.csv_tables(asked(reader, "/deals/export/csv/"))
    content = asked(reader, "/deals/export/xlsx/")
    lines = exported.sheet_rows(exported.workbook(content)["Deals"])
    rows = found_in(reader)["deals"]["rows"]
    for found in ([row[1] for row in table[1:-1]], [row[1] for row in lines[1:-1]], [row["deal"] for row in rows]):
        assert sorted(found) == sorted(typed)
    assert not exported.has_formula(content)
    deal = Deal.objects.get(title_en=typed[0])
    content = asked(reader, f"/deals/{deal.code}/export/xlsx/")
    assert not exported.has_formula(content)
    assert any(typed[0] in str(row[3]) for row in exported.sheet_rows(exported.workbook(content)["Timeline"]))


@pytest.mark.django_db(transaction=True)
def test_a_file_is_streamed_in_a_state_of_its_own_and_gives_it_back(in_english, transactional_db):
    """As on a server, where no test holds a transaction around it; a reader who goes away leaves nothing open."""
    deal = factories.deal()
    factories.contract(deal, "1e9")
    for path in ("/deals/export/csv/", "/deals/export/xlsx/", "/changes/export/json/?since=2025-02-01"):
        assert deal.code in exported.text_of(asked(in_english, path), "xlsx" if "xlsx" in path else "csv")
        assert not connection.in_atomic_block
    halfway: Any = in_english.get("/changes/export/csv/?since=2025-02-01")
    next(iter(halfway.streaming_content))
    halfway.close()
    assert not connection.in_atomic_block
    factories.contract(deal, "2e9")
    assert Deal.objects.count() == 1


# Nothing, and what is not counted


def test_what_stands_outside_the_target_is_listed_with_its_amounts(reader):
    deal = factories.deal()
    factories.contract(deal, "20e6")
    factories.option(deal, "7e6")
    factories.financing(factories.deal(), "3e6")
    page = reader.get("/deals/?band=outside").content.decode()
    head = re.findall(r"<th[^>]*>(?:<a[^>]*>)?([^<]+)", page.split("<thead>")[1].split("</thead>")[0])
    assert head[-3:] == ["Contracted", "Outside the target", "All four bands"]
    assert "Outside the target" not in reader.get("/deals/").content.decode().split("<thead>")[1].split("</thead>")[0]
    outside = Decimal("10e6").quantize(Decimal("0.01"))
    found = found_in(reader, {"band": "outside"})["deals"]
    assert exported.summed(found["rows"], "outside_usd") == outside
    assert Decimal(found["totals"][0]["outside_usd"]) == outside
    assert Decimal(found["totals"][0]["total_usd"]) == Decimal("20e6")


def test_a_value_that_is_not_known_is_no_zero_in_a_file(reader):
    factories.mou(factories.deal(code="VNUS-2025-0001"), None)
    factories.contract(factories.deal(code="VNUS-2025-0002"), "5e6")
    question = {"sort": "code"}
    rows = {row["code"]: row for row in found_in(reader, question)["deals"]["rows"]}
    names = ["contracted_usd", "total_usd", "signed_usd"]
    assert [rows["VNUS-2025-0001"][name] for name in names] == [None] * 3
    assert [rows["VNUS-2025-0002"][name] for name in names] == ["5000000.00"] * 3
    (table,) = exported.csv_tables(asked(reader, "/deals/export/csv/", question))
    unknown = next(row for row in table if row[0] == "VNUS-2025-0001")
    assert unknown[-3:] == ["", "", ""]
    book = exported.workbook(asked(reader, "/deals/export/xlsx/", question))
    unknown = next(row for row in exported.sheet_rows(book.worksheets[1]) if row[0] == "VNUS-2025-0001")
    assert unknown[-3:] == [None] * 3
