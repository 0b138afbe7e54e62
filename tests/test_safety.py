"""Attacks on every page, form, list and file there is. The walks find the routes, forms and fields by themselves: what
is new is attacked too, and what cannot be reached says where to describe it."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from allauth.account.models import EmailAddress
from django import forms
from django.apps import apps
from django.conf import settings as configured
from django.contrib import admin
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models, transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from deals.actions import audit, invitations
from deals.choices import AuditKind
from deals.forms.entries import EntryForm
from deals.models import Deal, Instrument, Invitation, Record, User
from tests import factories, walks
from tests.test_accounts import PASSWORD, production, run
from tests.walks import NASTY, address, again, below, difference, form_of, rows, sendable, typed_everywhere, undone

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(system: Any) -> Any:
    return walks.world()


@pytest.fixture
def desk(client: Client, officer: User) -> Client:
    """Somebody who may do everything: what is refused here is refused for what it is, not for who sends it."""
    client.force_login(officer)
    client.cookies["django_language"] = "en"
    return client


def nothing(found: list[Any]) -> None:
    """Fails with all that was found."""
    assert not found, "\n" + "\n".join(str(each)[:600] for each in found)


def everywhere(of: Any) -> Iterator[tuple[str, str]]:
    for name, found in walks.addresses(of).items():
        for path in found:
            yield name, path


def test_every_route_has_an_address_to_be_attacked_at(world):
    found = walks.addresses(world.own)
    assert [name for name, paths in found.items() if not paths] == [], (
        "say where they are: the product's own in tests/test_permissions.py (PAGES, address), others in tests/walks.py"
    )
    assert len([path for paths in found.values() for path in paths]) > 200


# Forged requests

FORGED: dict[str, dict[str, str]] = {
    "another site": {"Origin": "https://evil.example"},
    "a site that hides": {"Origin": "null"},
    "a page of another site": {"Referer": "https://evil.example/https://testserver/"},
    "nowhere": {},
}


def test_every_post_with_a_token_from_elsewhere_is_refused(world, officer):
    """The token is right: what sends it is not."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    client.get(reverse("deals:account"), secure=True)
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    passed, ours = [], 0
    for name, path in everywhere(world.own):
        for who, headers in FORGED.items():
            answer = client.post(path, token, secure=True, headers=headers)
            passed += [(path, who)] if answer.status_code != 403 else []
        if name in ("deals:draft-save", "deals:bulk", "admin:deals_deal_add"):
            answer = client.post(path, token, secure=True, headers={"Origin": "https://testserver"})
            ours += answer.status_code != 403
    assert passed == []
    assert ours == 3


def test_nothing_is_answered_under_a_name_that_is_not_ours(world, desk):
    for _name, path in everywhere(world.own):
        for method in (desk.get, desk.post):
            assert method(path, headers={"Host": "evil.example"}).status_code == 400, path


def test_no_answer_repeats_a_request(world, desk):
    """TRACE would show a script the headers it may not read."""
    for _name, path in everywhere(world.own):
        answer = desk.generic("TRACE", path, headers={"X-Secret": "a-secret-header"})
        assert b"a-secret-header" not in b"".join(answer), path


# Cookies, the policy and the log of a server

ASKED_OF_SETTINGS = """
import json
from django.conf import settings
names = [f"{of}_COOKIE_{what}" for of in ("SESSION", "CSRF", "LANGUAGE") for what in ("NAME", "SECURE", "SAMESITE")]
found = {name: getattr(settings, name) for name in [*names, "SESSION_COOKIE_HTTPONLY", "LANGUAGE_COOKIE_HTTPONLY"]}
print(json.dumps({**found, "LOG": settings.LOGGING["formatters"]["line"]["datefmt"]}))
"""


def test_cookies_of_a_server_go_to_this_host_over_tls_alone(tmp_path):
    code, said = run(production(tmp_path), "-c", ASKED_OF_SETTINGS)
    assert code == 0, said
    found = json.loads(said.splitlines()[-1])
    for of in ("SESSION", "CSRF", "LANGUAGE"):
        assert found[f"{of}_COOKIE_NAME"].startswith("__Host-")
        assert found[f"{of}_COOKIE_SECURE"] is True
        assert found[f"{of}_COOKIE_SAMESITE"] == "Lax"
    assert found["SESSION_COOKIE_HTTPONLY"] and found["LANGUAGE_COOKIE_HTTPONLY"]
    assert found["LOG"].endswith("%z")
    # Where TLS is not ours to ask for, a browser would refuse the names.
    plain = json.loads(run(production(tmp_path, SECURE_SSL_REDIRECT="0"), "-c", ASKED_OF_SETTINGS)[1].splitlines()[-1])
    assert plain["SESSION_COOKIE_NAME"] == "sessionid"


def test_each_cookie_says_what_it_is_for(client, officer, settings):
    for of in ("SESSION", "CSRF", "LANGUAGE"):
        setattr(settings, f"{of}_COOKIE_NAME", f"__Host-{of.lower()}")
        setattr(settings, f"{of}_COOKIE_SECURE", True)
    client.post(reverse("deals:language"), {"language": "en"}, secure=True)
    client.get(reverse("deals:login"), secure=True)
    client.post(reverse("deals:login"), {"login": "officer", "password": PASSWORD}, secure=True)
    assert {"__Host-session", "__Host-csrf", "__Host-language"} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        if name.startswith("__Host-"):
            assert (cookie["secure"], cookie["path"], cookie["domain"], cookie["samesite"]) == (True, "/", "", "Lax")
            assert bool(cookie["httponly"]) is (name != "__Host-csrf")


def test_the_policy_names_what_may_never_load(client):
    policy = client.get(reverse("deals:login"), secure=True)["Content-Security-Policy"]
    for rule in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert rule in policy


# Ways out

AWAY = "https://evil.example/"
# What a parameter that leads somewhere may be called, beside what the code reads.
LEADING = {"next", "url", "to", "back", "return", "return_to", "redirect", "redirect_to", "continue", "form", "address"}


def parameters() -> set[str]:
    """Every name of a parameter that the product's own code reads."""
    read = re.compile(r"(?:GET|POST|asked|question)(?:\.get|\.getlist|\.pop)?[(\[]\s*[\"'](\w+)[\"']")
    sources = [path.read_text(encoding="utf-8") for path in (configured.BASE_DIR / "deals").rglob("*.py")]
    return {name for text in sources for name in read.findall(text)}


def test_no_parameter_of_any_page_leads_away(world, officer):
    cache.clear()
    led = dict.fromkeys(LEADING | parameters(), AWAY)
    assert {"next", "form", "token", "since"} <= set(led)
    found = []
    for who in (None, officer):
        for name, path in everywhere(world.own):
            for method in ("get", "post"):
                client = Client(headers={"Referer": AWAY, "HX-Current-URL": AWAY}, raise_request_exception=False)
                if who:
                    client.force_login(who)
                with undone():
                    answer = getattr(client, method)(path, led)
                target = answer.headers.get("Location", "") + answer.headers.get("HX-Redirect", "")
                text = b"".join(answer).decode(errors="replace")
                if answer.status_code == 500:
                    found.append((name, method, "it breaks"))
                if target and not re.match(r"/(?![/\\])", target):
                    found.append((name, method, target))
                if re.search(r"(?:href|action|src|hx-\w+)\s*=\s*[\"']?\s*(?:https?:)?//evil", text):
                    found.append((name, method, "a link"))
    assert found == []


# Fields that were not asked for


def forged(taken: set[str], other: Any) -> dict[str, Any]:
    """Every field of every record and of people, but those that the form has: each with something that would show."""
    found: dict[str, Any] = {}
    for model in (*apps.get_app_config("deals").get_models(), EmailAddress):
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
            for name in {field.name, getattr(field, "attname", field.name)} - taken:
                found.setdefault(name, _worth(field, other))
    found.pop("by", None)  # in whose name a form was opened: another one is refused
    return found | {"archived": "yes", "cause": "conversion", "actor": "1", "user": "1"}


def _worth(field: Any, other: Any) -> str:
    if field.is_relation:
        there = [record for record in vars(other).values() if isinstance(record, field.related_model)]
        return str(there[0].pk if there else 1)
    if isinstance(field, models.BooleanField):
        return "on"
    if isinstance(field, models.DateTimeField | models.DateField):
        return "1999-01-01"
    if field.choices:
        return str(field.flatchoices[-1][0])
    if isinstance(field, models.IntegerField | models.DecimalField):
        return "99"
    return "forged"


def outcome(client: Client, path: str, data: dict[str, Any]) -> tuple[int, list[Any]]:
    """What the answer was, and what was written; all of it taken back."""
    with undone():
        before = rows()
        status = client.post(path, again(data)).status_code
        return status, difference(before, rows())


def every_form(kind: type) -> set[type]:
    below_it = set(kind.__subclasses__())
    return {kind, *(each for one in below_it for each in every_form(one))}


# A deal that is closed is reopened; all else is entered for one that is open.
FORM_PAGES = ("deals:deal-new", "deals:deal-edit", "deals:deal-log", "deals:correct", "deals:withdraw")
# Forms that save nothing by themselves: bases of others, and steps that are sent on below.
NO_PAGE = {"EntryForm", "PricedForm", "SourcedForm", "HinderedForm", "SigningForm", "DischargeForm", "BulkForm"}


def form_addresses(world: Any) -> list[tuple[str, Any]]:
    found = walks.addresses(world.own)
    paths = [path for name in FORM_PAGES for path in dict.fromkeys(found[name])]
    return [*paths, reverse("deals:deal-log", args=[world.closed.code, "reopen"])]


def test_a_field_that_no_form_asks_for_changes_nothing(world, desk):
    reached, wrong, unsent = {"EntryForm"}, [], []
    for path in form_addresses(world):
        page = desk.get(path)
        form = form_of(page)
        if form is None or page.context.get("blocked"):
            continue
        data = sendable(desk, path, world.own)
        if data is None:
            unsent.append(path)
            continue
        reached.add(type(form).__name__)
        plain, tried = outcome(desk, path, data), outcome(desk, path, {**forged(set(form.fields), world.other), **data})
        if plain != tried or plain[0] not in (302, 204):
            wrong.append((path, plain[0], tried[0], [each for each in tried[1] if each not in plain[1]]))
        if outcome(desk, path, {**data, "by": str(world.stranger.pk)}) != (403, []):
            wrong.append((path, "in the name of somebody else"))
    assert unsent == [], "say in tests/walks.py (typed, WORDS) what fits the fields of these"
    nothing(wrong)
    forms_of_product = {each.__name__ for each in every_form(EntryForm) if each.__module__.startswith("deals.")}
    assert forms_of_product - reached - NO_PAGE == set(), "reach these from FORM_PAGES, or say in NO_PAGE why not"


def test_a_signing_takes_nothing_but_what_its_steps_ask_for(world, desk):
    def signed(door: str, more: dict[str, Any]) -> tuple[list[int], list[Any]]:
        with undone():
            before, statuses = rows(), []
            for step in ("sign", "sign-discharge", "sign-check"):
                path = reverse(f"deals:{step}", args=[world.own.deal.code, door])
                data = sendable(desk, path, world.own) if step == "sign" else {}
                if step == "sign-discharge":
                    page = desk.get(path)
                    data = walks.filled(form_of(page), world.own) if page.status_code == 200 else None
                if step == "sign-check":
                    page = desk.get(path)
                    data = {**walks.filled(form_of(page), world.own), "digest": page.context["digest"]}
                if data is not None:
                    taken = set(form_of(desk.get(path)).fields) | {"digest"}
                    extra = {name: value for name, value in more.items() if name not in taken}
                    statuses.append(desk.post(path, {**extra, **again(data)}).status_code)
            return statuses, difference(before, rows())

    for door in walks.SIGNED:
        statuses, written = signed(door, {})
        assert set(statuses) == {302}, (door, statuses)
        assert any(table == "deals.Instrument" for table, *_rest in written)
        answers, tried = signed(door, forged(set(), world.other))
        assert answers == statuses
        assert [each for each in tried if each not in written] == []
        assert [each for each in written if each not in tried] == []


def test_changing_many_deals_takes_nothing_but_what_it_asks_for(world, desk):
    deal = Deal.objects.get(pk=world.own.deal.pk)
    path = reverse("deals:bulk")
    data = {"deal": [deal.code], f"version_{deal.code}": str(deal.version), "token": "0", "save": "1"}
    data |= {"condition": "at_risk", "words": "late", "reason": "known"}
    page = desk.post(path, again({**data, "save": ""}) | {"look": "1"})
    data |= {"looked_at": page.context["looked_at"]}
    plain = outcome(desk, path, data)
    assert plain[0] == 302 and plain[1]
    assert outcome(desk, path, {**forged(set(page.context["form"].fields) | {"deal"}, world.other), **data}) == plain


# What the form of a briefing asks for besides: of which moment, scope and audience.
OF_A_BRIEFING = {"of", "lang", "audience", "as_of", "known", "reading", "since", "compare", "order", "file"}


def test_what_is_sent_in_takes_nothing_but_what_it_asks_for(world, desk):
    """Imports, returns and briefings: their files, their answers and their steps."""
    rows_of_file = SimpleUploadedFile("a.csv", "Mã doanh nghiệp,Tên tiếng Việt\nNEW1,Công ty Mới\n".encode())
    workbook = SimpleUploadedFile("a.xlsx", world.own.returned.file.read())
    batch, returned = world.own.batch.pk, world.own.returned.pk
    sent = [
        ("import-list", [], {"file": rows_of_file}),
        ("import-step", [batch], {"step": "look"}),
        ("import-decide", [batch], {"decide": "confirm"}),
        ("return-make", [world.other.deal.enterprise.code], {"period": "2026-3"}),
        ("return-upload", [returned], {"file": workbook}),
        ("return-step", [returned], {"settle": "1"}),
        ("briefing-make", [], {"lang": "vi"}),
    ]
    written = set()
    for name, args, data in sent:
        path = reverse(f"deals:{name}", args=args)
        plain = outcome(desk, path, data)
        assert outcome(desk, path, {**forged({*data, *OF_A_BRIEFING}, world.other), **data}) == plain, name
        if plain[1]:
            written.add(name)
    assert written >= {"import-list", "import-step", "return-make", "return-step", "briefing-make"}


RIGHTS = ("is_staff", "is_superuser", "is_active", "is_sample", "username", "last_login", "date_joined")


def rights_of(person: User) -> Any:
    person = User.objects.get(pk=person.pk)
    return [getattr(person, name) for name in RIGHTS], [
        list(rights.values_list("pk", flat=True).order_by("pk"))
        for rights in (person.groups, person.user_permissions, person.enterprises)
    ]


def test_no_page_of_an_account_gives_rights(world):
    """Each form of an account, with the rights one would like to have."""
    cache.clear()
    person = factories.person("them", role="viewers", email="them@example.vn")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    wished = forged({"password", "email", "key", "code"}, world.other) | {"groups": "1", "enterprises": "1"}
    wished |= {"username": "chief", "last_login": "1999-01-01", "is_superuser": "on"}
    sent = {"oldpassword": PASSWORD, "password": PASSWORD, "email": "new@example.vn", "action_add": "1",
            "password1": "another long password 5", "password2": "another long password 5"}  # fmt: skip
    before = rights_of(person)
    for name, paths in walks.addresses(world.own).items():
        if name.startswith(("admin:", "deals:")) and name not in ("deals:account", "deals:language", "deals:login"):
            continue
        for path in paths:
            client = Client()
            client.force_login(person)
            client.post(path, wished | sent)
            after = rights_of(person)
            assert [after[0][:4], after[0][4], after[1]] == [before[0][:4], before[0][4], before[1]], name
            assert User.objects.filter(is_superuser=True).count() == 0
    assert User.objects.get(pk=person.pk).check_password("another long password 5")


def test_an_invitation_gives_no_more_than_it_promised(world, client):
    tokens: list[str] = []
    invited = Invitation(email="new@example.vn", last_name="Lê", first_name="Bình", language="vi")
    by = User.objects.system()
    invitations.invite(invited, groups=[], by=by, link=lambda token: tokens.append(token) or token)  # type: ignore[func-returns-value]
    wished = forged({"username", "password"}, world.other) | {"groups": "1", "enterprises": "1", "is_staff": "on"}
    wished |= {"username": "binh", "password1": PASSWORD, "password2": PASSWORD, "email": "chief@example.vn"}
    assert client.post(reverse("deals:invitation", args=tokens), wished).status_code == 302
    person = User.objects.get(username="binh")
    assert (person.email, person.first_name, person.is_staff, person.is_superuser, person.is_sample) == (
        "new@example.vn", "Bình", False, False, False)  # fmt: skip
    assert rights_of(person)[1] == [[], [], []]


def added(model: type, other: Any) -> dict[str, str]:
    """What the page needs for a new record, besides what it says is missing."""
    return {
        "helddeal": {"obstacle": str(other.obstacle.pk)},
        "itemisation": {"deal": str(other.deal.pk)},
        "progressupdate": {"condition": "on_track"},
        "target": {"version": "9"},
        "tradeflow": {"exports_usd": "1"},
    }.get(model._meta.model_name, {})  # type: ignore[attr-defined]


def test_the_admin_takes_nothing_but_what_its_pages_show(world, client):
    client.force_login(factories.person("them", role="administrators", is_staff=True))
    factories.person("somebody", role="viewers")
    wrong, unsent, sent = [], [], 0
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        record = model._default_manager.exclude(pk=User.objects.system().pk).order_by("-pk").first()
        record = world.own.deal if model is Deal else record
        pages = [reverse(f"{name}_add"), *([reverse(f"{name}_change", args=[record.pk])] if record else [])]
        for path in pages:
            asked = f"?deal={world.own.deal.pk}" if path.endswith("/add/") else ""
            page = client.get(path + asked)
            form = form_of(page)
            if (
                page.status_code != 200
                or not form
                or not (page.context["has_change_permission"] or path.endswith("/add/"))
            ):
                continue
            if not form.fields:
                continue
            more = added(model, world.other) if path.endswith("/add/") else None
            data = sendable(client, path + asked, world.own, more)
            if data is None:
                unsent.append(path)
                continue
            sent += 1
            fields = {*form.fields, *(each for formset in below(page) for each in formset.form.base_fields)}
            extra = forged(fields, world.other)
            extra |= {f"{formset.prefix}-0-{name}": value for formset in below(page) for name, value in extra.items()
                      if f"{formset.prefix}-0-id" in data}  # fmt: skip
            plain, tried = outcome(client, path + asked, data), outcome(client, path + asked, {**extra, **data})
            if plain != tried or plain[0] != 302:
                wrong.append((path, plain[0], tried[0], [each for each in tried[1] if each not in plain[1]]))
    assert unsent == [], "say in tests/walks.py (typed, WORDS) what fits the fields of these"
    nothing(wrong)
    assert sent > 30


# Ids that were swapped

# Whoever may enter an obstacle or a partner may name any: these belong to no deal.
NOT_OF_A_DEAL = {"obstacle", "sector", "officer", "body", "partner", "enterprise"}


def choices_of_records(form: Any, own: Any) -> Iterator[tuple[str, str]]:
    """The fields of the form by which a record of a deal is chosen, with the name of the record in `made`."""
    for name, field in form.fields.items():
        if not isinstance(field, forms.ChoiceField) or name in NOT_OF_A_DEAL:
            continue
        # A list of numbers is one of papers.
        model = field.queryset.model if isinstance(field, forms.ModelChoiceField) else Instrument
        of_deal = {str(record.pk): each for each, record in vars(own).items() if isinstance(record, model)}
        offered = {str(value) for value, _label in field.choices if value not in ("", None)}
        if offered and offered <= set(of_deal):
            yield name, of_deal[min(offered)]


def test_the_record_of_another_deal_is_not_chosen_in_any_form(world, desk):
    swapped, wrong = set(), []
    for path in form_addresses(world):
        page = desk.get(path)
        form = form_of(page)
        for name, of in choices_of_records(form, world.own) if form else ():
            data = sendable(desk, path, world.own)
            if data is None:
                continue
            status, written = outcome(desk, path, {**data, name: str(getattr(world.other, of).pk)})
            swapped.add((type(form).__name__, name))
            entered = [each for each in written if each[0] != "deals.Draft"]  # what was refused waits as typed
            wrong += [(path, name, status)] if entered or status != 422 else []
    nothing(wrong)
    assert {("AmendmentForm", "paper"), ("DeliveryForm", "contract"), ("EndingForm", "paper")} <= {
        (kind, name) for kind, name in swapped
    }, swapped


def test_the_rows_of_another_record_are_not_changed_on_a_page_of_the_admin(world, desk):
    """The hidden number of a row, and of what it stands under, are those of another deal."""
    swapped, own, other = 0, vars(world.own), vars(world.other)
    for record in own.values():
        path = reverse(f"admin:deals_{record._meta.model_name}_change", args=[record.pk])
        page = desk.get(path)
        for formset in below(page):
            theirs = [each for each in other.values() if isinstance(each, formset.model)]
            if not formset.initial_forms or not theirs:
                continue
            data = sendable(desk, path, world.own)
            assert data is not None, path
            row = formset.initial_forms[0].prefix
            swaps = {f"{row}-id": str(theirs[0].pk)}
            status, written = outcome(desk, path, {**data, **swaps, f"{row}-note_en": "forged", "reason": "x"})
            assert [each for each in written if each[0] == formset.model._meta.label] == [], (path, status)
            swapped += 1
    assert swapped > 5


def test_a_second_factor_or_session_of_another_is_not_ones_own(client, world):
    from allauth.mfa.models import Authenticator

    key = Authenticator.objects.create(user=world.stranger, type=Authenticator.Type.WEBAUTHN, data={"name": "key"})
    browser = Client()
    browser.force_login(world.stranger)
    browser.get(reverse("deals:account"))
    client.force_login(factories.person("them", role="viewers"))
    for name in ("mfa_remove_webauthn", "mfa_edit_webauthn"):
        assert client.post(reverse(name, args=[key.pk]), {"name": "mine"}).status_code in (302, 404)
    client.post(reverse("usersessions_list"), {"user": world.stranger.pk, "session_key": browser.session.session_key})
    assert Authenticator.objects.get().data == {"name": "key"}
    assert browser.get(reverse("deals:account")).status_code == 200


# Questions that cannot be answered

NONSENSE = "no-such-value-" * 10  # longer than any word that is searched for
# What the address may say without any figure depending on it: any value will do.
HARMLESS = {
    "all": "whether a long list is shown whole",
    "next": "where the sign-in leads to",
    "do": "what is to be done with the deal that is typed: nothing without its code",
}
BESIDE = re.compile(r"<(form|nav|select|footer)\b.*?</\1>", re.DOTALL)  # what one may choose is no figure
FIGURES = re.compile(r"\d[\s\xa0]*(?:tỷ|triệu|nghìn|billion|million|thousand)\b")


@pytest.fixture
def read(monkeypatch: Any) -> set[str]:
    """The parameters that a page asks the address for."""
    found: set[str] = set()
    for method in ("__getitem__", "get", "getlist", "pop"):
        kept = getattr(QueryDict, method)

        def noted(self: QueryDict, key: str, *args: Any, kept: Any = kept, **kwargs: Any) -> Any:
            found.add(key)
            return kept(self, key, *args, **kwargs)

        monkeypatch.setattr(QueryDict, method, noted)
    return found


def pages_with_questions(of: Any, desk: Client, read: set[str]) -> Iterator[tuple[str, list[str]]]:
    """The product's pages of figures and lists, with the parameters they take."""
    for name, policies in walks.PAGES.items():
        if policies[0] not in ("page", "list", "seen", "whole", "audit") or name in NO_QUESTION:
            continue
        path = address(name, of)
        read.clear()
        desk.get(path)
        yield path, sorted(read - set(HARMLESS))


# Pages that show no figures, lists or files of what is recorded.
NO_QUESTION = {"keys", "definitions", "account", "invitation", "login", "language", "amount-echo", "document",
               "requests", "overrides", "briefing-list", "briefing-check", "return-detail"}  # fmt: skip


def test_what_no_page_can_answer_shows_a_reason_and_no_figures(world, desk, read):
    asked, wrong = 0, []
    for path, names in pages_with_questions(world.own, desk, read):
        questions: list[dict[str, Any]] = [{name: NONSENSE} for name in sorted({*names, "as_off", "page"})]
        for question in [*questions, {"as_of": ["2025-05-07", "2025-05-08"]}]:
            name = ", ".join(question)
            if name == "page" and "/export/" in path:
                continue  # a file has all pages
            answer = desk.get(path, question)
            text = b"".join(answer).decode(errors="replace")
            main = text.partition("<main")[2]
            said = 'role="alert"' in main or answer.status_code in (400, 404)
            main = BESIDE.sub("", main)
            shown = FIGURES.search(main)
            rows_shown = world.other.deal.get_absolute_url() in main
            asked += 1
            if not said or shown or rows_shown or not answer["Content-Type"].startswith("text/html"):
                wrong.append((path, name, said, shown and shown.group(), rows_shown))
    nothing(wrong)
    assert asked > 80


def test_no_list_of_the_admin_shows_all_for_what_it_cannot_filter_by(world, desk):
    asked, wrong = 0, []
    for model in admin.site._registry:
        path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        page = desk.get(path)
        names = {name for spec in page.context["cl"].filter_specs for name in spec.expected_parameters()}
        # Of whether there is none, Django takes any word for a yes.
        for name in sorted(each for each in names if not each.endswith("__isnull")):
            answer = desk.get(path, {name: NONSENSE})
            asked += 1
            # Led to a page that says so; or there is no such row.
            if not (answer.status_code == 302 and "e=1" in answer.url) and answer.context["cl"].result_count:
                wrong.append((path, name))
    nothing(wrong)
    assert asked > 20


# What was typed


class Running(HTMLParser):
    """What of a page would run: scripts of its own, attributes that are scripts, addresses that are."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "script" and not known.get("src") and known.get("type") != "application/json":
            self.found.append("a script")
        self.found += [name for name in known if name.startswith(("on", "hx-on"))]
        for name in ("href", "src", "action", "formaction"):
            if re.match(r"\s*(javascript|data:text|vbscript)", known.get(name) or "", re.IGNORECASE):
                self.found.append(f"{name}={known[name]}")
        if (known.get("src") or "").strip() == "x":
            self.found.append("the picture")


def running(answer: Any) -> list[str]:
    """What of the answer would run, whatever kind of file it is."""
    content, kind = b"".join(answer), answer.headers.get("Content-Type", "").partition(";")[0]
    if kind == "application/pdf":
        return [name for name in ("/JavaScript", "/JS", "/OpenAction", "/Launch") if name.encode() in content]
    if kind.startswith("application/vnd.openxmlformats"):
        parts = ZipFile(BytesIO(content))
        texts = [parts.read(name) for name in parts.namelist() if name.endswith((".xml", ".rels"))]
        return ["a script"] if any(b"<script" in text or b"<f>" in text for text in texts) else []
    text = content.decode("utf-8-sig")
    if kind == "text/csv":
        return [line for line in text.splitlines() if line.startswith(("=", "+", "@", '"='))]
    if kind == "text/html":
        return Running(text).found + (["as it was typed"] if "<script>alert" in text or "<img src=x" in text else [])
    # Read as what it is: nobody may take it for a page.
    return [] if answer.headers["X-Content-Type-Options"] == "nosniff" else [f"{kind} may be taken for a page"]


@pytest.mark.dirty_ledger
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_script_in_any_text_of_any_record_runs_nowhere(world, client, officer, language):
    audit.write(kind=AuditKind.EXPORTED, by=officer, thing=NASTY, filters={"q": NASTY}, rows=1, how=["CSV"])
    assert typed_everywhere() > 60
    client.force_login(officer)
    client.cookies["django_language"] = language
    told, wrong = 0, []
    for name, path in dict.fromkeys(everywhere(world.own)):
        if "logout" in name or (language == "en" and name.startswith("admin:")):
            continue
        answer = client.get(path, headers={"User-Agent": NASTY, "Referer": NASTY})
        told += b"&lt;script&gt;alert" in answer.getvalue() if not answer.streaming else 0
        if found := running(answer):
            wrong.append((path, found))
    nothing(wrong)
    assert told > 40, "the texts of the records are not on the pages that were walked"


def test_a_script_in_an_address_runs_nowhere(world, desk):
    wrong = []
    for name, path in everywhere(world.own):
        if not name.startswith("deals:") or "logout" in name:
            continue
        asked = dict.fromkeys(("q", "sector", "as_of", "show", "step", "reporter", "next", "slip", "page"), NASTY)
        for answer in (desk.get(path, asked), desk.get(f"{path}{NASTY}/")):
            wrong += [(path, found)] if (found := running(answer)) else []
    nothing(wrong)


def test_no_letter_carries_more_than_words(client, officer):
    """Names and addresses that somebody typed, with a second addressee and a script in them."""
    mail.outbox.clear()
    bad = f"{NASTY}\r\nBcc: them@evil.example"
    person = factories.person(
        "them", role="viewers", email="them@example.vn", last_name=bad[:150], first_name="x\nBcc: y"
    )
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    client.post(
        reverse("account_reset_password"), {"email": person.email}, headers={"User-Agent": bad.replace("\r\n", " ")}
    )
    client.force_login(person)
    client.post(reverse("account_email"), {"email": "new@example.vn", "action_add": ""})
    invited = Invitation(email="new2@example.vn", last_name=bad[:100], first_name="y", language="vi")
    invitations.invite(invited, groups=[], by=officer, link=lambda token: f"https://testserver/{token}")
    assert len(mail.outbox) >= 2
    for letter in mail.outbox:
        assert letter.content_subtype == "plain" and not getattr(letter, "alternatives", []) and not letter.attachments
        assert "\n" not in letter.subject
        assert len(letter.recipients()) == 1
        assert "evil.example" not in str(letter.message()["To"]) + str(letter.message()["Bcc"] or "")


def test_an_address_that_runs_is_kept_in_no_record(system):
    """Of a source only what leads to a page of the web."""
    tried = 0
    for model in (factories.announcement, factories.target, factories.valuation, factories.mou):
        of = [] if model is factories.target else [factories.deal()]
        for address_of_source in ("javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "//evil.example"):
            with pytest.raises(ValidationError), transaction.atomic():
                model(*of, source_url=address_of_source)
            tried += 1
    assert tried == 12
    urls = {model.__name__ for model in apps.get_app_config("deals").get_models() if issubclass(model, Record)
            and any(isinstance(field, models.URLField) for field in model._meta.concrete_fields)}  # fmt: skip
    assert {"Announcement", "Target", "Valuation", "Instrument"} <= urls


# docs/security.md

# How many requirements of levels 1 and 2 each section of the standard has: in all of them these come first.
REQUIREMENTS = {
    "V1": [2, 9, 11, 3, 2], "V2": [3, 3, 4, 1], "V3": [0, 2, 4, 6, 5, 0, 2], "V4": [3, 1, 2, 4], "V5": [1, 3, 2, 3],
    "V6": [3, 12, 4, 4, 5, 3, 0, 4], "V7": [3, 4, 2, 5, 2, 2], "V8": [2, 3, 1, 1], "V9": [3, 4],
    "V10": [2, 2, 4, 11, 5, 2, 3], "V11": [2, 3, 3, 4, 1, 1], "V12": [3, 2, 4], "V13": [1, 5, 2, 5], "V14": [2, 4, 3],
    "V15": [3, 3, 7], "V16": [1, 5, 4, 3, 3], "V17": [1, 4, 2],
}  # fmt: skip
SECURITY = configured.BASE_DIR / "docs" / "security.md"


def controls() -> Iterator[tuple[list[str], str, str]]:
    """Each row of the page: the ids it is about, the state, by what."""
    for line in SECURITY.read_text(encoding="utf-8").splitlines():
        if re.match(r"\| V\d", line):
            ids, _what, state, by = (cell.strip() for cell in line.strip("|").split(" | "))
            found: list[str] = []
            for each in ids.split(", "):
                first, _dash, last = each.partition("–")
                section, _dot, number = first.rpartition(".")
                found += [f"{section}.{n}" for n in range(int(number), int((last or first).rpartition(".")[2]) + 1)]
            yield found, state, by


def test_each_control_of_the_standard_has_its_row():
    asked = [f"{chapter}.{section}.{n}" for chapter, sections in REQUIREMENTS.items()
             for section, count in enumerate(sections, 1) for n in range(1, count + 1)]  # fmt: skip
    assert sorted(each for ids, _state, _by in controls() for each in ids) == sorted(asked)
    assert {state for _ids, state, _by in controls()} == {"met", "n/a", "not met"}
    assert [ids for ids, _state, by in controls() if not by] == []
    assert f"All {len(asked)} of levels 1 and 2" in SECURITY.read_text(encoding="utf-8")


def test_each_test_that_is_named_is_there():
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", SECURITY.read_text(encoding="utf-8"))
    assert len(named) > 80
    missing = []
    for path, name in named:
        source = configured.BASE_DIR / path
        if not source.exists() or (name and not re.search(rf"^def {name}\(", source.read_text("utf-8"), re.MULTILINE)):
            missing.append(f"{path}::{name}")
    assert missing == []
