"""The admin: every record, through the same actions, with nothing lost and nothing deleted.

`conftest.ledger_is_clean` checks the ledger after each of these tests.
"""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from deals import checking
from deals.admin.fields import plain
from deals.choices import Cause
from deals.models import (
    Announcement,
    Deal,
    Delivery,
    Document,
    Enterprise,
    ImportBatch,
    Instrument,
    Itemisation,
    OpeningBalance,
    Posting,
    StageChange,
    User,
    Valuation,
)
from tests import factories
from tests.confirming import confirmed, request_of

pytestmark = pytest.mark.django_db
LANGUAGES = ["vi", "en"]
KEPT = {"posting", "balance", "stagechange", "dealcode", "changerequest", "importbatch", "keptbriefing"}
KEPT |= {"return", "returnedchange"}


# What every test asks of the pages


@pytest.fixture
def chief(client: Client, officer: User) -> Client:
    """A browser in which the officer is signed in, in English so that sentences can be looked for."""
    client.force_login(officer)
    client.cookies["django_language"] = "en"
    return client


def url(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def of(record: Any, page: str = "change") -> str:
    return url(type(record), page, record.pk)


def typed(response: Any) -> dict[str, Any]:
    """What a browser would send back of the page: the values of every field of every form on it."""
    found: dict[str, Any] = {}
    forms = [response.context["adminform"].form]
    for group in response.context["inline_admin_formsets"]:
        forms += [group.formset.management_form, *group.formset.forms]
    for form in forms:
        for field in form:
            if field.field.disabled:
                continue
            value = field.value()
            if value is None or value is False:
                continue
            if isinstance(value, list):
                found[field.html_name] = [str(getattr(item, "pk", item)) for item in value]
                continue
            shown = field.field.widget.format_value(value) if hasattr(field.field.widget, "format_value") else value
            shown = shown[0] if isinstance(shown, list) else shown
            if value is True:
                shown = "on"
            found[field.html_name] = "" if shown is None else str(shown)
    return found


def save(chief: Client, address: str, change: dict[str, Any] | None = None, *, drop: tuple[str, ...] = ()) -> Any:
    """Open the page, change what is named, and save it."""
    data = typed(chief.get(address)) | (change or {})
    return chief.post(address, {name: value for name, value in data.items() if name not in drop})


def row(chief: Client, address: str, prefix: str, **fields: Any) -> dict[str, Any]:
    """One more row of a kind on the page, with the page's own defaults."""
    page = chief.get(address)
    group = next(g for g in page.context["inline_admin_formsets"] if g.formset.prefix == prefix)
    place = group.formset.total_form_count()
    defaults = {field.name: field.value() for field in group.formset.empty_form if field.value() not in (None, False)}
    data = {f"{prefix}-{place}-{name}": "on" if value is True else value for name, value in defaults.items()}
    data |= {f"{prefix}-{place}-{name}": value for name, value in fields.items()}
    return data | {f"{prefix}-TOTAL_FORMS": place + 1}


def place(chief: Client, record: Any, prefix: str) -> str:
    """The prefix of the record's row on its deal's page."""
    page = chief.get(of(record.deal))
    group = next(g for g in page.context["inline_admin_formsets"] if g.formset.prefix == prefix)
    return next(form.prefix for form in group.formset.forms if form.instance.pk == record.pk)


def saved(response: Any) -> None:
    if response.status_code == 200:
        raise AssertionError(errors(response))
    confirmed(response)


def errors(response: Any) -> str:
    """Every error on the page."""
    assert response.status_code == 200
    with translation.override("en"):
        found = [str(response.context["adminform"].form.errors)]
        for group in response.context["inline_admin_formsets"]:
            found += [str(group.formset.non_form_errors()), *map(str, group.formset.errors)]
        return " ".join(found)


def refused(response: Any, *words: str) -> None:
    """The page came back with the reason on it."""
    text = errors(response)
    assert all(word in text for word in words), text
    page = response.content.decode()
    assert "errornote" in page
    for word in words:
        assert word in page.replace("&quot;", '"').replace("&#x27;", "'")


def clean() -> None:
    assert list(checking.check()) == []


# Every page


def models() -> list[Any]:
    return list(admin.site._registry)


def some(count: int) -> dict[str, Any]:
    """So many of every record."""
    found: dict[str, Any] = {}
    opening = factories.opening("50000000000")
    for _ in range(count):
        deal = factories.deal(officer=factories.person())
        mou = factories.mou(deal, "10000000000", event=factories.event(), partner=factories.partner())
        contract = factories.contract(deal, "3300000000", under=mou, discharges="4000000000", event=mou.event)
        factories.valuation(deal, "12000000000")
        factories.delivery(contract, "1000000")
        factories.announcement(deal, "5", event=mou.event)
        factories.document(deal, instrument=mou)
        factories.itemisation(opening, deal, "1000")
        factories.opening("1000")
        factories.target()
        request_of(deal, deal.officer)
        factories.enterprise(parent=deal.enterprise)
        known = {"kind": "csv", "file_name": "a.csv", "size": 1, "sha256": "0", "language": "vi"}
        ImportBatch.objects.create(**known, by=factories.person(), applied_by=factories.person())
        found |= {"deal": deal, "mou": mou, "contract": contract}
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_list_and_page_opens(chief: Client, language: str) -> None:
    some(2)
    chief.cookies["django_language"] = language
    assert len(models()) > 15
    for model in models():
        kept = model._meta.model_name in KEPT
        record = model._default_manager.first()
        for address, status in [
            (url(model, "changelist"), 200),
            (url(model, "changelist") + "?q=dien+luc", 200),
            (url(model, "add"), 403 if kept else 200),
            *((of(record, page), 200) for page in ("change", "history") if record),
        ]:
            answer = chief.get(address)
            assert answer.status_code == status, address
            inline(answer)
            if status == 200:
                assert f'lang="{language}"' in answer.content.decode()


def inline(response: Any) -> None:
    """Nothing that the content security policy would not let through."""
    page = response.content.decode()
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", page)
    assert all("src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert "unsafe" not in response.headers.get("Content-Security-Policy", "")


def test_a_list_asks_no_more_for_twenty_rows_than_for_one(chief: Client) -> None:
    addresses = [url(model, "changelist") + search for model in models() for search in ("", "?q=a")]
    counts: list[dict[str, int]] = []
    for more in (1, 19):
        some(more)
        for address in addresses:  # what is read once and kept: content types
            chief.get(address)
        counts.append({address: queries(chief, address) for address in addresses})
    assert counts[0] == counts[1]


def queries(chief: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert chief.get(address).status_code == 200
    return len(found)


def test_a_deal_asks_no_more_for_twenty_rows_of_each_kind_than_for_one(chief: Client) -> None:
    deal = factories.deal()
    counts = []
    for more in (1, 19):
        for _ in range(more):
            event, partner = factories.event(), factories.partner()
            contract = factories.contract(deal, "1000", event=event, partner=partner)
            factories.delivery(contract, "1")
            factories.valuation(deal, "5")
            factories.announcement(deal, event=event)
            factories.document(deal, instrument=contract)
            factories.itemisation(factories.opening("100"), deal, "1")
        for page in ("change", "history"):
            chief.get(of(deal, page))  # what Django keeps from page to page is kept by now
        counts.append([queries(chief, of(deal)), queries(chief, of(deal, "history"))])
    assert counts[0] == counts[1]


def test_the_history_asks_no_more_for_ten_changes_than_for_two(chief: Client, officer: User) -> None:
    deal = factories.deal(other_partners=[factories.partner()])
    counts = []
    for more in (1, 9):
        for _ in range(more):
            deal.officer, deal.sector = factories.person(), factories.sector()
            factories.kept(deal, by=officer)
        chief.get(of(deal, "history"))
        counts.append(queries(chief, of(deal, "history")))
    assert counts[0] == counts[1]


# Signing in, and what one may do


def test_one_signs_in_on_the_products_own_page(client: Client, manager: User) -> None:
    answer = client.get(url(Deal, "changelist"), follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("deals:login"))
    client.force_login(manager)
    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_an_officer_who_is_signed_in_goes_straight_in(chief: Client) -> None:
    answer = chief.get(reverse("admin:login"))
    assert answer.status_code == 302
    assert answer.url == reverse("admin:index")
    assert reverse("deals:dashboard") in chief.get(answer.url).content.decode()


def test_permissions_of_the_models_hold(client: Client) -> None:
    deal = factories.deal()
    mou = factories.mou(deal, "1000")
    reader = factories.person(is_staff=True)
    client.force_login(reader)
    assert client.get(of(deal)).status_code == 403
    reader.groups.add(Group.objects.get(name="auditors"))
    page = client.get(of(deal))
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert client.post(of(deal), {"title_vi": "x"}).status_code == 403
    assert client.get(of(deal, "delete")).status_code == 403
    assert client.post(of(mou, "delete"), {"post": "yes", "reason": "x"}).status_code == 403
    assert client.get(of(mou, "restore")).status_code == 403
    bulk(client, Instrument, "archive_selected", [mou], post="yes", reason="x")
    mou.refresh_from_db()
    assert mou.archived_at is None


def test_only_a_superuser_gives_rights_and_nobody_deletes_an_account(client: Client) -> None:
    clerk = factories.person(is_staff=True, role="auditors")
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=["change_user", "view_user", "delete_user"]))
    other = factories.person()
    client.force_login(clerk)
    fields = client.get(of(other)).context["adminform"].form.fields
    assert {"is_superuser", "groups", "user_permissions", "is_staff", "is_sample"} & set(fields) == set()
    assert client.get(of(other, "delete")).status_code == 403


def test_what_the_system_keeps_is_only_read(chief: Client) -> None:
    factories.mou(factories.deal(), "1000")
    for model in (Posting, StageChange):
        record = model.objects.first()
        assert chief.post(of(record), {}).status_code == 403
        assert chief.get(of(record, "delete")).status_code == 403
        assert chief.get(url(model, "add")).status_code == 403


# Adding


def test_a_deal_is_added_with_its_papers(chief: Client, officer: User) -> None:
    buyer, other, seller, sector = (
        factories.enterprise(),
        factories.enterprise(),
        factories.partner(),
        factories.sector(),
    )
    address = url(Deal, "add")
    data = {
        "title_vi": "Tua-bin khí Nhơn Trạch",
        "title_en": "Gas turbines",
        "enterprise": buyer.pk,
        "other_enterprises": [other.pk],
        "partner": seller.pk,
        "sector": sector.pk,
        "stage": "mou_signed",
        "holds_from": "2025-03-12",
        **row(chief, address, "instruments", kind="mou", signed_on="2025-03-12", usd="3,300,000,000.00"),
        **row(chief, address, "valuations", on="2025-03-12", usd="4000000000"),
    }
    saved(save(chief, address, data))
    deal = Deal.objects.get()
    assert deal.code == "VNUS-2025-0001"
    assert list(deal.other_enterprises.all()) == [other]
    assert deal.balance.search_text.startswith("vnus-2025-0001 tua-bin khi nhon trach")
    assert [(change.stage, change.on, change.by) for change in deal.stage_changes.all()] == [
        ("mou_signed", date(2025, 3, 12), officer)
    ]
    clean()
    assert deal.balance.memorandum == factories.money("3300000000")
    assert deal.balance.negotiating == factories.money("700000000")
    assert {posting.actor for posting in deal.postings.all()} == {officer}
    assert {record.history_user for record in deal.history.all()} == {officer}
    assert Instrument.history.get().history_user == officer


@pytest.mark.parametrize(
    ("make", "prefix", "fields", "cause"),
    [
        (factories.deal, "instruments", {"kind": "mou", "signed_on": "2025-04-01", "usd": "1000"}, Cause.SIGNING),
        (factories.deal, "valuations", {"on": "2025-04-01", "usd": "1000"}, Cause.ESTIMATE),
    ],
)
def test_one_thing_added_gives_its_cause(
    chief: Client, make: Any, prefix: str, fields: dict[str, str], cause: str
) -> None:
    deal = make()
    saved(save(chief, of(deal), row(chief, of(deal), prefix, **fields)))
    assert {posting.cause for posting in deal.postings.all()} == {cause}
    clean()


def test_a_delivery_and_an_amendment_are_added_below_the_deal(chief: Client) -> None:
    deal = factories.deal()
    contract = factories.contract(deal, "1000")
    fields = {"contract": contract.pk, "kind": "actual", "on": "2025-04-02", "usd": "400"}
    saved(save(chief, of(deal), row(chief, of(deal), "deliveries", **fields)))
    amendment = {"kind": "amendment", "under": contract.pk, "signed_on": "2025-04-03", "usd": "-100"}
    saved(save(chief, of(deal), row(chief, of(deal), "instruments", **amendment)))
    clean()
    assert [posting.cause for posting in deal.postings.order_by("id")] == [
        Cause.SIGNING,
        Cause.DELIVERY,
        Cause.DELIVERY,
        Cause.AMENDMENT,
    ]
    deal.balance.refresh_from_db()
    assert (deal.balance.delivered, deal.balance.contracted) == (400, 500)


def test_each_record_is_added_on_its_own_page(chief: Client) -> None:
    deal = factories.deal()
    contract = factories.contract(deal, "1000")
    opening = factories.opening("1000")
    at_deal = f"?deal={deal.pk}"
    for model, query, fields in [
        (Instrument, at_deal, {"kind": "option", "signed_on": "2025-04-01", "usd": "70"}),
        (Delivery, at_deal, {"kind": "actual", "contract": contract.pk, "on": "2025-04-01", "usd": "300"}),
        (Valuation, "", {"deal": deal.pk, "on": "2025-04-01", "usd": "5000"}),
        (Itemisation, "", {"opening_balance": opening.pk, "deal": deal.pk, "amount_usd": "10"}),
        (Announcement, "", {"deal": deal.pk, "on": "2025-04-01", "title_vi": "Một", "title_en": "One"}),
        (
            Document,
            at_deal,
            {
                "kind": "letter",
                "title": "Thư",
                "dated_on": "2025-04-01",
                "language": "vi",
                "file": SimpleUploadedFile("thư.pdf", factories.PDF + b"own page"),
            },
        ),
    ]:
        saved(save(chief, url(model, "add") + query, fields))
        clean()
        assert model.objects.order_by("-pk").first().deal == deal
    assert Instrument.objects.get(kind="option").counts is False
    assert Document.objects.get().file_name == "thư.pdf"


def test_lists_are_added_too(chief: Client) -> None:
    saved(
        save(
            chief,
            url(Enterprise, "add"),
            {
                "code": "EVN",
                "name_vi": "Tập đoàn Điện lực",
                "name_en": "Electricity",
                "ownership": "state",
                "aliases": "EVN\nĐiện lực  Việt Nam\nEVN\n",
            },
        )
    )
    enterprise = Enterprise.objects.get()
    assert enterprise.aliases == ["EVN", "Điện lực Việt Nam"]
    assert enterprise.group == enterprise
    saved(
        save(
            chief,
            url(OpeningBalance, "add"),
            {
                "programme": factories.programme().pk,
                "label_vi": "Số công bố",
                "label_en": "Announced",
                "band": "contracted",
                "amount_usd": "50150000000",
                "on": "2025-03-13",
            },
        )
    )
    assert Posting.objects.get().cause == Cause.OPENING


def test_a_paper_is_asked_for_its_deal_first(chief: Client) -> None:
    deal, other = factories.deal(), factories.deal()
    mine, theirs = factories.mou(deal, "10"), factories.mou(other, "10")
    page = chief.get(url(Instrument, "add"))
    assert "Choose the deal first" in page.content.decode()
    assert "Select a valid choice" in chief.get(url(Instrument, "add") + "?deal=999999").content.decode()
    page = chief.get(url(Instrument, "add") + f"?deal={deal.pk}")
    offered = [value for value, _label in page.context["adminform"].form.fields["under"].choices]
    assert [getattr(value, "value", value) for value in offered] == ["", mine.pk]
    answer = save(
        chief,
        url(Instrument, "add") + f"?deal={deal.pk}",
        {
            "kind": "contract",
            "signed_on": "2025-04-01",
            "under": theirs.pk,
        },
    )
    refused(answer, "Select a valid choice")


# Changing


def test_a_deal_is_changed_with_a_reason(chief: Client, officer: User) -> None:
    deal = factories.deal(officer=officer)
    factories.valuation(deal, 5)
    beside = factories.partner()
    saved(
        save(
            chief,
            of(deal),
            {
                "title_vi": "Tên mới",
                "stage": "talks",
                "holds_from": "2025-05-01",
                "other_partners": [beside.pk],
                "reason": "they rang",
            },
        )
    )
    deal.refresh_from_db()
    assert deal.title_vi == "Tên mới"
    assert "ten moi" in deal.balance.search_text
    assert names_of(deal.other_partners) == [beside.name]
    last = deal.history.order_by("history_id").filter(stage="talks").first()
    assert (last.history_user, last.history_change_reason) == (officer, "they rang")
    change = deal.stage_changes.last()
    assert (change.stage, change.on, change.by, change.reason) == ("talks", date(2025, 5, 1), officer, "they rang")
    page = chief.get(of(deal, "history")).content.decode()
    assert "they rang" in page
    assert "Need identified → In talks" in page


def names_of(related: Any) -> list[str]:
    return [partner.name for partner in related.all()]


def test_saving_what_did_not_change_leaves_no_trace(chief: Client) -> None:
    deal = some(1)["deal"]
    before = (Posting.objects.count(), Deal.history.count(), Instrument.history.count(), Document.history.count())
    assert save(chief, of(deal)).status_code == 302
    assert before == (
        Posting.objects.count(),
        Deal.history.count(),
        Instrument.history.count(),
        Document.history.count(),
    )


def test_closing_and_reopening_post(chief: Client) -> None:
    deal = factories.deal()
    factories.mou(deal, "1000")
    answer = save(chief, of(deal), {"stage": "closed"})
    refused(answer, "A closed deal needs the day")
    tomorrow = timezone.localdate() + timedelta(days=1)
    closing = {"stage": "closed", "outcome": "cancelled", "closed_on": tomorrow.isoformat()}
    refused(save(chief, of(deal), closing), "This day is still to come")
    closing["closed_on"] = "2025-06-01"
    refused(save(chief, of(deal), closing), "Say why the deal is closed")
    saved(save(chief, of(deal), closing | {"reason": "they bought elsewhere"}))
    assert deal.postings.last().cause == Cause.CLOSING
    clean()
    saved(save(chief, of(deal), {"stage": "talks", "outcome": "", "closed_on": "", "reason": "they came back"}))
    assert deal.postings.order_by("id").last().cause == Cause.REOPENING
    clean()


def test_an_amount_on_record_changes_with_a_reason_only(chief: Client, officer: User) -> None:
    deal = factories.deal()
    mou = factories.mou(deal, "10000000000")
    name = place(chief, mou, "instruments") + "-usd"
    answer = save(chief, of(deal), {name: "9,000,000,000.00"})
    refused(answer, "An amount that is on record changes: say why.")
    assert 'value="9,000,000,000.00"' in answer.content.decode()
    mou.refresh_from_db()
    assert mou.usd == 10**10
    saved(save(chief, of(deal), {name: "9,000,000,000.00", "reason": "a nought too much"}))
    clean()
    entry = deal.postings.order_by("id").last()
    assert (entry.amount_usd, entry.cause, entry.reason, entry.actor) == (
        -(10**9),
        Cause.CORRECTION,
        "a nought too much",
        officer,
    )
    assert mou.history.first().history_change_reason == "a nought too much"
    # On its own page just so.
    refused(save(chief, of(mou), {"usd": "8000000000"}), "say why")
    saved(save(chief, of(mou), {"usd": "8000000000", "reason": "again"}))
    clean()


def test_rows_change_together_where_one_alone_could_not(chief: Client) -> None:
    """The page is looked at as it will be, not row by row."""
    deal = factories.deal()
    mou = factories.mou(deal, "1000")
    contract = factories.contract(deal, "900", under=mou, discharges="900")
    first, second = (place(chief, paper, "instruments") for paper in (mou, contract))
    saved(save(chief, of(deal), {f"{first}-usd": "2000", f"{second}-discharges_usd": "1900", "reason": "grew"}))
    clean()
    saved(save(chief, of(deal), {f"{first}-usd": "500", f"{second}-discharges_usd": "400", "reason": "shrank"}))
    clean()
    # One contract goes, another takes its place in the same breath.
    change = {f"{second}-DELETE": "on", "reason": "entered anew"} | row(
        chief,
        of(deal),
        "instruments",
        kind="contract",
        signed_on="2025-04-01",
        usd="480",
        under=mou.pk,
        discharges_usd="500",
    )
    saved(save(chief, of(deal), change))
    clean()
    contract.refresh_from_db()
    assert (contract.archived_at is not None, contract.archive_reason) == (True, "entered anew")
    assert contract.usd == 900
    deal.balance.refresh_from_db()
    assert (deal.balance.contracted, deal.balance.memorandum) == (480, 0)


def test_the_end_of_a_paper_is_entered_and_taken_back(chief: Client) -> None:
    deal = factories.deal()
    mou = factories.mou(deal, "1000")
    saved(save(chief, of(mou), {"ended_on": "2025-06-01", "end_reason": "expired"}))
    assert deal.postings.order_by("id").last().cause == Cause.ENDING
    clean()
    saved(save(chief, of(mou), {"ended_on": "", "end_reason": ""}))
    assert deal.postings.order_by("id").last().cause == Cause.REOPENING
    clean()


def test_a_document_held_is_not_exchanged(chief: Client) -> None:
    deal = factories.deal()
    document = factories.document(deal)
    sha256 = document.sha256
    name = place(chief, document, "documents")
    other = SimpleUploadedFile("other.pdf", factories.PDF + b"other")
    saved(save(chief, of(deal), {f"{name}-file": other, f"{name}-title": "Tên khác"}))
    document.refresh_from_db()
    assert (document.title, document.sha256) == ("Tên khác", sha256)
    saved(save(chief, of(document), {"title": "Tên nữa"}))
    answer = save(
        chief,
        of(deal),
        row(
            chief,
            of(deal),
            "documents",
            kind="letter",
            title="x",
            dated_on="2025-04-01",
            language="vi",
            file=SimpleUploadedFile("fake.pdf", b"MZ no pdf"),
        ),
    )
    refused(answer, "no PDF, PNG or JPEG")


# What is refused, with what was typed kept


def test_over_discharge_is_refused(chief: Client) -> None:
    deal = factories.deal()
    mou = factories.mou(deal, "1000")
    change = row(
        chief,
        of(deal),
        "instruments",
        kind="contract",
        signed_on="2025-04-01",
        usd="3300",
        under=mou.pk,
        discharges_usd="4,000.00",
        number="HĐ-7",
    )
    answer = save(chief, of(deal), change)
    refused(answer, "takes over US$4,000.00, but the paper above has US$1,000.00 left".replace(" ", " "))
    page = answer.content.decode()
    assert 'value="4,000.00"' in page
    assert 'value="HĐ-7"' in page
    assert Instrument.objects.count() == 1


def test_lowering_the_paper_above_is_checked_against_the_whole_deal(chief: Client) -> None:
    deal = factories.deal()
    mou = factories.mou(deal, "1000")
    factories.contract(deal, "900", under=mou, discharges="900")
    answer = save(chief, of(mou), {"usd": "500", "reason": "lower"})
    refused(answer, "US$900.00")
    mou.refresh_from_db()
    assert mou.usd == 1000


def test_a_paper_of_the_future_is_refused(chief: Client) -> None:
    deal = factories.deal()
    tomorrow = timezone.localdate() + timedelta(days=1)
    answer = save(
        chief, of(deal), row(chief, of(deal), "instruments", kind="mou", signed_on=tomorrow.isoformat(), number="M1")
    )
    refused(answer, "enter the paper once it is signed")
    assert 'value="M1"' in answer.content.decode()


def test_a_paper_that_ended_before_it_began_is_refused(chief: Client) -> None:
    mou = factories.mou(factories.deal(), "1000", on=date(2025, 3, 1))
    answer = save(chief, of(mou), {"ended_on": "2025-02-01", "end_reason": "expired"})
    refused(answer, "ended before it was signed")


def test_a_paper_under_its_own_child_is_refused(chief: Client) -> None:
    deal = factories.deal()
    mou = factories.mou(deal, "1000")
    contract = factories.contract(deal, "10", under=mou)
    name = place(chief, mou, "instruments")
    answer = save(chief, of(deal), {f"{name}-under": contract.pk, f"{name}-number": "typed"})
    refused(answer, "stands under itself or under a paper below it")
    assert 'value="typed"' in answer.content.decode()
    refused(save(chief, of(mou), {"under": contract.pk}), "stands under itself or under a paper below it")
    # Itself is not even offered.
    refused(save(chief, of(mou), {"under": mou.pk}), "under")


def test_a_delivery_under_a_memorandum_is_refused(chief: Client) -> None:
    deal = factories.deal()
    mou = factories.mou(deal, "1000")
    contract = factories.contract(deal, "1000")
    change = row(
        chief, of(deal), "deliveries", kind="actual", contract=mou.pk, on="2025-04-01", usd="5", unit_en="crates"
    )
    answer = save(chief, of(deal), change)
    refused(answer, "Select a valid choice")
    assert 'value="crates"' in answer.content.decode()
    # Nor does a contract with deliveries become a memorandum.
    factories.delivery(contract, "5")
    name = place(chief, contract, "instruments")
    refused(save(chief, of(deal), {f"{name}-kind": "mou"}), "which is no contract")
    refused(save(chief, of(contract), {"kind": "mou"}), "which is no contract")


def test_low_above_high_is_refused(chief: Client) -> None:
    deal = factories.deal()
    change = row(chief, of(deal), "valuations", on="2025-04-01", low_usd="2000", high_usd="1000", source_title="Báo")
    answer = save(chief, of(deal), change)
    refused(answer, "The lowest value is above the highest")
    assert 'value="Báo"' in answer.content.decode()


def test_what_only_the_actions_see_comes_back_as_an_error_of_the_page(chief: Client) -> None:
    deal = factories.deal()
    held = factories.document(deal, content=factories.PDF + b"same")
    change = row(
        chief,
        of(deal),
        "documents",
        kind="letter",
        title="Lần hai",
        dated_on="2025-04-01",
        language="vi",
        file=SimpleUploadedFile("again.pdf", factories.PDF + b"same"),
    )
    answer = save(chief, of(deal), {"title_en": "typed", **change})
    refused(answer, "already holds this very file")
    assert 'value="Lần hai"' in answer.content.decode()
    deal.refresh_from_db()
    assert deal.title_en != "typed"
    assert list(deal.documents.all()) == [held]


def test_what_only_the_database_sees_comes_back_as_an_error_of_the_page(chief: Client) -> None:
    """A contract whose archived deliveries still stand under it stays a contract."""
    deal = factories.deal()
    contract = factories.contract(deal, "1000")
    factories.archive(factories.delivery(contract, "5"))
    answer = save(chief, of(contract), {"kind": "mou", "number": "typed"})
    refused(answer, "goods are delivered under this paper")
    assert 'value="typed"' in answer.content.decode()
    contract.refresh_from_db()
    assert contract.kind == "contract"


def test_no_file_stays_behind_where_the_page_is_refused(chief: Client, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    deal = factories.deal()
    contract = factories.contract(deal, "1000")
    factories.archive(factories.delivery(contract, "5"))
    event = factories.event()
    change = row(
        chief,
        of(deal),
        "documents",
        kind="letter",
        title="Thư",
        dated_on="2025-04-01",
        language="vi",
        file=SimpleUploadedFile("letter.pdf", factories.PDF),
    )
    # The document is saved before the announcement, which somebody enters at the same moment.
    with pytest.MonkeyPatch.context() as patch:
        save_announcement = Announcement.save

        def fail(record: Announcement, *args: Any, **kwargs: Any) -> None:
            save_announcement(record, *args, **kwargs)
            raise IntegrityError("UNIQUE constraint failed")

        patch.setattr(Announcement, "save", fail)
        change |= row(chief, of(deal), "announcements", on="2025-04-01", title_vi="Một", title_en="One", event=event.pk)
        refused(save(chief, of(deal), change), "Nothing was saved")
    assert not deal.documents.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_half_a_page_is_never_saved(chief: Client) -> None:
    deal = factories.deal()
    change = row(chief, of(deal), "valuations", on="2025-04-01", usd="5")
    bad = row(chief, of(deal), "instruments", kind="mou", signed_on="yesterday")
    refused(save(chief, of(deal), {"title_en": "typed", **change, **bad}), "Enter a valid date")
    deal.refresh_from_db()
    assert deal.title_en != "typed"
    assert not deal.valuations.exists()


# Two people at once


def test_a_page_opened_before_somebody_elses_change_saves_nothing_at_first(chief: Client) -> None:
    deal = factories.deal()
    mou = factories.mou(deal, "1000")
    stale = typed(chief.get(of(deal)))
    colleague = factories.person(last_name="Lê", first_name="Hà")
    mou.usd = factories.money("2000")
    factories.kept(mou, by=colleague, reason="amended")
    answer = chief.post(of(deal), stale | {"title_en": "mine", "reason": "mine"})
    refused(answer, "Lê Hà changed", "It now says", "2,000.00")
    assert 'value="mine"' in answer.content.decode()
    mou.refresh_from_db()
    assert mou.usd == 2000
    # Looked at and meant: the second time it is saved.
    saved(chief.post(of(deal), typed(answer)))
    mou.refresh_from_db()
    assert mou.usd == 1000
    clean()


def test_a_row_archived_meanwhile_is_named(chief: Client) -> None:
    deal = factories.deal()
    mou = factories.mou(deal, "1000")
    stale = typed(chief.get(of(deal)))
    factories.archive(mou, reason="twice")
    early = factories.mou(deal, "5", on=date(2024, 1, 1))
    answer = chief.post(of(deal), stale | {"title_en": "mine"})
    refused(answer, "Reason for archiving: twice")
    deal.refresh_from_db()
    assert deal.title_en != "mine"
    # Meant: the second time the rest is saved, and the row stays where it is.
    saved(chief.post(of(deal), typed(answer)))
    deal.refresh_from_db()
    assert deal.title_en == "mine"
    assert list(deal.instruments.active()) == [early]
    assert deal.instruments.count() == 2


def test_a_row_that_never_was_adds_nothing(chief: Client) -> None:
    deal = factories.deal()
    factories.mou(deal, "1000")
    theirs = factories.mou(factories.deal(), "7")
    assert "not on record" in errors(save(chief, of(deal), {"instruments-0-id": theirs.pk}))
    assert deal.instruments.count() == 1


# Archiving and bringing back


def test_archiving_a_row_of_a_deal_asks_why(chief: Client) -> None:
    deal = factories.deal()
    mou = factories.mou(deal, "1000")
    name = place(chief, mou, "instruments") + "-DELETE"
    refused(save(chief, of(deal), {name: "on"}), "A row is to be archived: say why.")
    saved(save(chief, of(deal), {name: "on", "reason": "twice"}))
    mou.refresh_from_db()
    assert (mou.archive_reason, Instrument.objects.count()) == ("twice", 1)
    assert deal.postings.order_by("id").last().cause == Cause.ARCHIVING
    clean()


def test_a_row_that_others_stand_on_is_not_archived(chief: Client) -> None:
    deal = factories.deal()
    mou = factories.mou(deal, "1000")
    factories.contract(deal, "10", under=mou)
    name = place(chief, mou, "instruments") + "-DELETE"
    refused(save(chief, of(deal), {name: "on", "reason": "twice"}), "stands on it")
    mou.refresh_from_db()
    assert mou.archived_at is None


def test_the_delete_button_archives_and_the_record_is_brought_back(chief: Client, officer: User) -> None:
    deal = factories.deal()
    mou = factories.mou(deal, "1000")
    assert "Archive" in chief.get(of(mou)).content.decode()
    page = chief.get(of(mou, "delete"))
    assert "leaves every list and total" in page.content.decode()
    assert b"Say why." in chief.post(of(mou, "delete"), {"post": "yes", "reason": " "}).content
    confirmed(chief.post(of(mou, "delete"), {"post": "yes", "reason": "twice"}))
    mou.refresh_from_db()
    assert mou.archived_at
    last = mou.history.first()
    assert (last.history_user, last.history_change_reason) == (officer, "twice")
    clean()
    # It is read, not changed.
    assert b'name="_save"' not in chief.get(of(mou)).content
    assert chief.post(of(mou), {"usd": "1"}).status_code == 403
    assert chief.get(of(mou, "delete")).status_code == 403
    assert of(mou, "restore") in chief.get(of(mou)).content.decode()
    assert chief.post(of(mou, "restore"), {"post": "yes", "reason": "it was not"}).status_code == 302
    mou.refresh_from_db()
    assert mou.archived_at is None
    assert deal.postings.order_by("id").last().reason == "it was not"
    clean()


def bulk(chief: Client, model: Any, action: str, records: list[Any], query: str = "", **data: Any) -> Any:
    return chief.post(
        url(model, "changelist") + query,
        {"action": action, "_selected_action": [record.pk for record in records], **data},
    )


def test_the_list_archives_and_brings_back(chief: Client) -> None:
    deals = [factories.deal() for _ in range(3)]
    for deal in deals:
        factories.valuation(deal, "1000")
    chosen = deals[:2]
    page = bulk(chief, Deal, "archive_selected", chosen, index=0)
    assert page.status_code == 200
    assert all(deal.code in page.content.decode() for deal in chosen)
    assert bulk(chief, Deal, "archive_selected", chosen, post="yes", reason="").status_code == 200
    assert bulk(chief, Deal, "archive_selected", chosen, post="yes", reason="test").status_code == 302
    clean()
    listed = chief.get(url(Deal, "changelist")).content.decode()
    assert [deal.code in listed for deal in deals] == [False, False, True]
    listed = chief.get(url(Deal, "changelist") + "?archived=yes").content.decode()
    assert [deal.code in listed for deal in deals] == [True, True, False]
    answer = bulk(chief, Deal, "restore_selected", deals, "?archived=all", post="yes", reason="back")
    assert answer.status_code == 302
    clean()
    assert Deal.objects.active().count() == 3
    assert Posting.objects.filter(cause=Cause.ARCHIVING).count() == 2


def test_papers_that_stand_on_one_another_go_and_come_back_together(chief: Client) -> None:
    deal = factories.deal()
    mou = factories.mou(deal, "1000")
    raised = factories.amendment(mou, "500")
    contract = factories.contract(deal, "1400", under=mou, discharges="1400")
    assert b"stand on it" in bulk(chief, Instrument, "archive_selected", [mou], post="yes", reason="x").content
    papers = [contract, mou, raised]
    confirmed(bulk(chief, Instrument, "archive_selected", papers, post="yes", reason="x"))
    clean()
    page = bulk(chief, Instrument, "restore_selected", [contract], "?archived=yes", post="yes", reason="x")
    assert b"bring that back first" in page.content
    assert (
        bulk(chief, Instrument, "restore_selected", papers, "?archived=yes", post="yes", reason="x").status_code == 302
    )
    clean()
    assert deal.instruments.active().count() == 3


def test_what_the_facts_no_longer_allow_is_not_brought_back(chief: Client) -> None:
    deal = factories.deal()
    mou = factories.mou(deal, "1000")
    first = factories.contract(deal, "900", under=mou, discharges="900")
    factories.archive(first)
    factories.contract(deal, "900", under=mou, discharges="900")
    page = chief.post(of(first, "restore"), {"post": "yes", "reason": "also"})
    assert page.status_code == 200
    assert "takes over" in page.content.decode()
    first.refresh_from_db()
    assert first.archived_at
    clean()


def test_nothing_is_deleted_anywhere(chief: Client) -> None:
    chosen = factories.deal()
    assert bulk(chief, Deal, "delete_selected", [chosen], post="yes").status_code == 302
    assert Deal.objects.get().archived_at is None
    for model, model_admin in admin.site._registry.items():
        request = chief.get(url(model, "changelist")).wsgi_request
        assert "delete_selected" not in model_admin.get_actions(request)


# Choosing and searching


def test_words_are_found_without_their_marks(chief: Client) -> None:
    evn = factories.enterprise(code="EVN", name_vi="Tập đoàn Điện lực Việt Nam", aliases=["Điện lực"])
    deal = factories.deal(enterprise=evn, title_vi="Tua-bin khí Nhơn Trạch")
    other = factories.deal()
    mou = factories.mou(deal, "1000", number="BGN/Đ-17")
    announcement = factories.announcement(deal, title_vi="Họp báo ở Đồng Nai")
    for model, words, record in [
        (Deal, "nhon trach", deal),
        (Deal, "DIEN LUC", deal),
        (Enterprise, "luc dien", evn),
        (Instrument, "bgn/d-17", mou),
        (Instrument, "nhon trach", mou),
        (Announcement, "dong nai", announcement),
    ]:
        page = chief.get(url(model, "changelist"), {"q": words})
        assert list(page.context["cl"].result_list) == [record]
    assert other not in chief.get(url(Deal, "changelist"), {"q": "nhon"}).context["cl"].result_list


def test_what_is_archived_is_not_offered(chief: Client) -> None:
    gone, stays = factories.partner(name="Bell One"), factories.partner(name="Bell Two")
    factories.archive(gone)
    asked = {"app_label": "deals", "model_name": "deal", "field_name": "partner", "term": "bell"}
    found = chief.get(reverse("admin:autocomplete"), asked).json()["results"]
    assert [row["text"] for row in found] == [stays.name]


def test_an_unknown_filter_value_shows_no_rows_as_if_it_were_all(chief: Client) -> None:
    factories.deal()
    answer = chief.get(url(Deal, "changelist") + "?archived=perhaps")
    assert answer.status_code == 302
    assert "e=1" in answer.url


# Days and amounts


def test_days_are_read_day_first_in_vietnamese(chief: Client) -> None:
    deal = factories.deal()
    chief.cookies["django_language"] = "vi"
    saved(save(chief, of(deal), row(chief, of(deal), "valuations", on="7/5/2025", usd="3.300.000.000,00")))
    valuation = deal.valuations.get()
    assert (valuation.on, valuation.usd) == (date(2025, 5, 7), 3_300_000_000)
    page = chief.get(of(deal)).content.decode()
    assert 'value="07/05/2025"' in page
    assert 'value="3.300.000.000,00"' in page


@pytest.mark.parametrize(
    ("text", "language", "read"),
    [
        ("3300000000", "vi", "3300000000"),
        ("3300000000.50", "vi", "3300000000.50"),
        ("3.300.000.000,50", "vi", "3300000000.50"),
        ("3,300,000,000.50", "vi", "3300000000.50"),
        ("1.234", "vi", "1234"),
        ("1,234", "en", "1234"),
        ("1,5", "en", "1.5"),
        ("1,5", "vi", "1.5"),
        ("−100", "en", "-100"),
        ("3 300 000", "en", "3300000"),
        # These can be read in two ways, or in none, and stay as they are, to be refused.
        ("1,234", "vi", "1,234"),
        ("1.234", "en", "1.234"),
        ("1.23.456", "vi", "1.23.456"),
        ("12,3456", "en", "12,3456"),
        ("abc", "vi", "abc"),
    ],
)
def test_amounts_are_never_guessed(text: str, language: str, read: str) -> None:
    assert plain(text, language) == read


def test_an_amount_that_can_be_read_in_two_ways_is_refused(chief: Client) -> None:
    deal = factories.deal()
    answer = save(chief, of(deal), row(chief, of(deal), "valuations", on="2025-04-01", usd="1.234"))
    refused(answer, "read in two ways")
    assert 'value="1.234"' in answer.content.decode()
