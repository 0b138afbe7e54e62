"""Who may see and do what: every route, every role, for what is one's own, what is another's, and what is not there."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from deals import ledger, permissions
from deals.actions import imports, records, updates
from deals.management import roles
from deals.models import Deal, Draft, Partner, ProgressUpdate, User
from deals.periods import Moment
from tests import factories
from tests.confirming import request_of
from tests.test_dashboard import Parts

pytestmark = pytest.mark.django_db

OK, SIGN_IN = 200, 302
MISSING_PK = 10**6
# Who asks: a role, or one of these. `assigned` is an officer of one enterprise.
PEOPLE = ["anonymous", "nobody", "assigned", *permissions.ROLES]
READERS = ["viewers", "reviewers", "auditors"]
EDITORS = ["officers", "stewards", "administrators"]


def rule(respondents: Any, readers: Any, assigned: Any, editors: Any) -> dict[str, Any]:
    """What each is answered for their own, for another's, and for what is not there."""
    found = {"respondents": respondents, "assigned": assigned}
    return found | dict.fromkeys(READERS, readers) | dict.fromkeys(EDITORS, editors)


def everybody(*answers: int) -> dict[str, Any]:
    return rule(answers, answers, answers, answers)


# Whoever is not signed in is led to the sign-in, whoever has no role is told so, but for what is open.
RULES: dict[str, dict[str, Any]] = {
    "page": everybody(OK, OK, OK),
    "list": everybody(OK, OK, 404),
    "none": everybody(405, 405, 405),
    "whole": rule((403,) * 3, (OK,) * 3, (OK,) * 3, (OK,) * 3),
    "seen": rule((OK, 404, 404), (OK, OK, 404), (OK, OK, 404), (OK, OK, 404)),
    "enter": rule((403,) * 3, (403,) * 3, (OK,) * 3, (OK,) * 3),
    "change": rule((403, 404, 404), (403, 403, 404), (OK, 403, 404), (OK, OK, 404)),
    # Whoever changes nothing at all is told so before anything is looked for.
    "send": rule((403,) * 3, (403,) * 3, (OK, 403, 404), (OK, OK, 404)),
    "inside": rule((404,) * 3, (OK, OK, 404), (OK, OK, 404), (OK, OK, 404)),
    # What waits for a second person: two roles decide, and only who asked takes it back. Nobody may override by a role.
    "decide": rule((404,) * 3, (403, 403, 404), (403, 403, 404), (403, 403, 404))
    | dict.fromkeys(["reviewers", "administrators"], (OK, OK, 404)),
    "asker": rule((404,) * 3, (403, 403, 404), (403, 403, 404), (403, 403, 404)),
    # What was made by somebody else: for those who see everything.
    "kept": rule((404,) * 3, (OK, OK, 404), (OK, OK, 404), (OK, OK, 404)),
    # Stewards, auditors and administrators see every import, officers their own.
    "import-list": rule((403,) * 3, (403,) * 3, (OK,) * 3, (OK,) * 3) | {"auditors": (OK,) * 3},
    "imports": rule((403,) * 3, (403,) * 3, (404,) * 3, (OK, OK, 404))
    | {"officers": (404, 404, 404), "reviewers": (404, 404, 404), "auditors": (OK, OK, 404)},
    "import-step": rule((403,) * 3, (403,) * 3, (404,) * 3, (OK, OK, 404)) | {"officers": (404, 404, 404)},
    # Who confirms finds only what waits, and nobody decides on what does not.
    "import-decide": rule((403,) * 3, (403,) * 3, (404,) * 3, (403, 403, 404))
    | {"officers": (404, 404, 404), "reviewers": (404, 404, 404), "auditors": (403, 403, 404)},
    # The workbook of a return: for who answers for the enterprise, and who decides on it. Auditors read it.
    "return": rule((OK, 404, 404), (403, 403, 404), (OK, 403, 404), (OK, OK, 404)),
    "return-read": rule((OK, 404, 404), (403, 403, 404), (OK, 403, 404), (OK, OK, 404)) | {"auditors": (OK, OK, 404)},
    # Auditors read what was told on, and tell nothing on.
    "tell": everybody(OK, OK, OK) | {"auditors": (403,) * 3},
    "audit": everybody(404, 404, 404) | dict.fromkeys(["auditors", "administrators"], (OK, OK, OK)),
}
OPEN = {"account", "login", "logout", "language", "invitation"}

# The product's own pages: what a GET is answered, and a POST.
PAGES = {
    "dashboard": ("page", "none"),
    "what-if": ("page", "none"),
    "changes": ("page", "none"),
    "deal-list": ("page", "none"),
    "deal-new": ("enter", "enter"),
    "bulk": ("enter", "enter"),
    "deals-likely": ("enter", "none"),
    "deal-detail": ("seen", "none"),
    "deal-edit": ("change", "send"),
    "deal-log-menu": ("change", "none"),
    "deal-log": ("change", "send"),
    "deal-unchanged": ("none", "change"),
    "sign": ("change", "send"),
    "sign-discharge": ("change", "send"),
    "sign-check": ("change", "send"),
    "correct": ("change", "send"),
    "withdraw": ("change", "send"),
    "enterprise-list": ("page", "none"),
    "enterprise-detail": ("seen", "none"),
    "partner-list": ("page", "none"),
    "partner-detail": ("seen", "none"),
    "sector-detail": ("list", "none"),
    "state-detail": ("list", "none"),
    "obstacle-list": ("page", "none"),
    "obstacle-detail": ("seen", "none"),
    "requests": ("whole", "none"),
    "overrides": ("whole", "none"),
    "request": ("inside", "none"),
    "request-file": ("inside", "none"),
    "request-confirm": ("none", "decide"),
    "request-return": ("none", "decide"),
    "request-override": ("none", "asker"),
    "request-withdraw": ("none", "asker"),
    "request-again": ("none", "asker"),
    "trade": ("whole", "none"),
    "briefing": ("page", "none"),
    "briefing-make": ("none", "tell"),
    "briefing-list": ("page", "none"),
    "briefing-check": ("page", "none"),
    "briefing-kept": ("kept", "none"),
    "briefing-pdf": ("kept", "none"),
    "briefing-docx": ("kept", "none"),
    "document": ("seen", "none"),
    "dashboard-export": ("page", "none"),
    "changes-export": ("page", "none"),
    "deal-list-export": ("page", "none"),
    "deal-export": ("seen", "none"),
    "enterprise-list-export": ("page", "none"),
    "enterprise-export": ("seen", "none"),
    "partner-list-export": ("page", "none"),
    "partner-export": ("seen", "none"),
    "sector-export": ("list", "none"),
    "state-export": ("list", "none"),
    "obstacle-list-export": ("page", "none"),
    "trade-export": ("whole", "none"),
    "import-list": ("import-list", "enter"),
    "import-template": ("enter", "none"),
    "import-register": ("enter", "none"),
    "import-detail": ("imports", "none"),
    "import-file": ("imports", "none"),
    "import-step": ("none", "import-step"),
    "import-decide": ("none", "import-decide"),
    "return-list": ("page", "none"),
    "return-make": ("none", "return"),
    "return-detail": ("seen", "none"),
    "return-workbook": ("return-read", "none"),
    "return-upload": ("none", "return"),
    "return-file": ("return-read", "none"),
    "return-step": ("none", "change"),
    "audit": ("audit", "none"),
    "audit-export": ("audit", "none"),
    "amount-echo": ("page", "none"),
    "draft-save": ("none", "change"),
    "draft-discard": ("none", "page"),
    "keys": ("page", "none"),
    "definitions": ("page", "none"),
    "account": ("page", "none"),
    "invitation": ("page", "page"),
    "login": ("page", "page"),
    "language": ("page", "page"),
    "logout": ("none", "page"),
}
EXPORTED_LISTS = {f"{name}-export" for name in ("dashboard", "changes", "deal-list", "enterprise-list", "partner-list",
                                                "obstacle-list", "trade")}  # fmt: skip
# allauth's pages: open to everybody, or about one's own account alone, whatever the role.
ACCOUNT_OPEN = {
    "account_login", "account_logout", "account_signup", "account_inactive", "account_email_verification_sent",
    "account_confirm_email", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key_done", "account_reset_password_from_key", "mfa_authenticate",
    "mfa_login_webauthn", "socialaccount_signup", "socialaccount_login_cancelled", "socialaccount_login_error",
    "openid_connect_login", "openid_connect_callback",
}  # fmt: skip
ACCOUNT_OWN = {
    "account_reauthenticate", "account_email", "account_change_password", "account_set_password", "mfa_index",
    "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "mfa_edit_webauthn", "usersessions_list",
    "socialaccount_connections",
}  # fmt: skip
# The admin: its own pages, and those of each model; without a name are ways that lead on to these.
ADMIN_OWN = {
    "index", "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n", "view_on_site",
    "app_list", "auth_user_password_change", None,
}  # fmt: skip
ADMIN_OF_MODELS = {"add", "change", "changelist", "delete", "history", "restore"}
PEOPLE_OF_ADMIN = {"user", "group", "invitation"}


def routes(patterns: Any = None, space: str = "") -> Iterator[tuple[str, str | None]]:
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each, URLResolver):
            yield from routes(each.url_patterns, each.namespace or space)
        else:
            yield space, each.name


def test_every_route_has_its_row():
    found: dict[str, set[Any]] = {}
    for space, name in routes():
        found.setdefault(space, set()).add(name)
    assert set(found) == {"", "deals", "admin"}
    assert found["deals"] == set(PAGES)
    assert found[""] == ACCOUNT_OPEN | ACCOUNT_OWN
    of_models = {
        f"{model._meta.app_label}_{model._meta.model_name}_{what}"
        for model in admin.site._registry
        for what in ADMIN_OF_MODELS
    }
    assert found["admin"] - ADMIN_OWN - of_models == set()
    known = {*roles.EDITED, *roles.KEPT, *PEOPLE_OF_ADMIN}
    assert {model._meta.model_name for model in admin.site._registry} == known


@pytest.fixture
def world(system: Any) -> Any:
    """What is one's own, in the group's subsidiary, and what is another's, of the same kinds."""
    top, other = factories.enterprise(), factories.enterprise()
    below = factories.enterprise(parent=top)

    def made(enterprise: Any) -> Any:
        deal = factories.deal(enterprise=enterprise)
        paper = factories.mou(deal, "1e9")
        held = factories.document(deal)
        request, told = request_of(deal, system), factories.briefing(deal)
        batch = imports.begin(b"a,b", kind="csv", name="a.csv", by=User.objects.system(), language="vi")
        imports.move(batch, ["looking"], "asking")
        returned = factories.returned(deal)
        known = {
            "deal": deal,
            "returned": returned,
            "paper": paper,
            "held": held,
            "batch": batch,
            "request": request,
            "briefing": told,
        }
        return SimpleNamespace(**known, obstacle=factories.obstacle(deal))

    return SimpleNamespace(top=top, own=made(below), other=made(other))


def person_of(who: str, world: Any) -> User | None:
    if who == "anonymous":
        return None
    role = {"nobody": "", "assigned": "officers"}.get(who, who)
    enterprises = [world.top] if who in ("assigned", "respondents") else []
    return factories.person(who, role=role, enterprises=enterprises, is_staff=True)


def client_of(who: str, world: Any) -> Client:
    client, person = Client(), person_of(who, world)
    if person:
        client.force_login(person)
    return client


def address(name: str, of: Any) -> str:
    """The page for what is there; for what is not where `of` is None."""
    code = of.deal.code if of else "VNUS-1999-0001"
    arguments: dict[str, Any] = {
        "enterprise-detail": [of.deal.enterprise.code if of else "NONE"],
        "partner-detail": [of.deal.partner.slug if of else "none"],
        "sector-detail": [of.deal.sector.code if of else "none"],
        "state-detail": ["TX" if of else "XX"],
        "obstacle-detail": [of.obstacle.pk if of else MISSING_PK],
        "document": [of.held.pk if of else MISSING_PK],
        "invitation": ["no-such-token"],
        **{f"briefing-{name}": [of.briefing.code if of else "NONE"] for name in ("kept", "pdf", "docx")},
        "import-detail": [of.batch.pk if of else MISSING_PK],
        "import-file": [of.batch.pk if of else MISSING_PK],
        "import-decide": [of.batch.pk if of else MISSING_PK],
        "import-step": [of.batch.pk if of else MISSING_PK],
        "return-make": [of.deal.enterprise.code if of else "NONE"],
        **{
            f"return-{name}": [of.returned.pk if of else MISSING_PK]
            for name in ("detail", "workbook", "upload", "file", "step")
        },
        "deal-log": [code, "note"],
        "correct": [code, "paper", of.paper.pk if of else MISSING_PK],
        "withdraw": [code, "paper", of.paper.pk if of else MISSING_PK],
    }
    if name.endswith("-export") and name != "audit-export":
        of_page = address(name.replace("-export", "-detail"), of) if name not in EXPORTED_LISTS else ""
        return f"{of_page or address(name.removesuffix('-export'), of)}export/csv/"
    if name.startswith("sign"):
        arguments[name] = [code, "mou"]
    elif name.startswith("request") and name != "requests":
        place = [of.request.files.get().place if of else 0] if name == "request-file" else []
        arguments[name] = [of.request.pk if of else MISSING_PK, *place]
    elif name.startswith("deal-") and name not in ("deal-list", "deal-new", *arguments):
        arguments[name] = [code]
    return reverse(f"deals:{name}", args=arguments.get(name, []))


def answer_of(response: Any) -> int:
    """403, 404, 405 as they are, SIGN_IN where that is what it leads to, OK for all that is let through."""
    if response.status_code == 302 and "/sign-in/" in response["Location"]:
        return SIGN_IN
    return response.status_code if response.status_code in (403, 404, 405) else OK


@pytest.mark.parametrize("who", PEOPLE)
def test_the_pages(world, who):
    client, wrong = client_of(who, world), []
    for name, policies in PAGES.items():
        for method, policy in zip(("get", "post"), policies, strict=True):
            for place, of in enumerate((world.own, world.other, None)):
                expected = RULES[policy].get(who, (0, 0, 0))[place]
                if who in ("anonymous", "nobody") and name not in OPEN:
                    expected = SIGN_IN if who == "anonymous" else 403
                elif who in ("anonymous", "nobody"):
                    expected = RULES[policy]["viewers"][place]
                    expected = SIGN_IN if who == "anonymous" and name == "account" else expected
                data = {"form": address("deal-edit", of)} if name == "draft-save" else {}
                found = answer_of(getattr(client, method)(address(name, of), data))
                if name == "logout" and method == "post":
                    found = OK  # it leads to the sign-in, as it should
                if found != expected:
                    wrong.append((name, method, place, expected, found))
    assert wrong == []


@pytest.mark.parametrize("who", ["anonymous", "nobody", "respondents", "officers"])
def test_the_pages_of_an_account_are_ones_own(world, who):
    client, wrong = client_of(who, world), []
    for name in sorted(ACCOUNT_OWN):
        args = [MISSING_PK] if name in ("mfa_remove_webauthn", "mfa_edit_webauthn") else []
        found = answer_of(client.get(reverse(name, args=args)))
        # 404: there is no second factor to look after. Nobody is told that it is not theirs.
        if found not in ([SIGN_IN] if who == "anonymous" else [OK, 404]):
            wrong.append((name, found))
    assert wrong == []


def records_of_admin(world: Any) -> Iterator[tuple[Any, int]]:
    of_own = {"Deal": world.other.deal, "Instrument": world.other.paper, "User": User.objects.system()}
    for model in admin.site._registry:
        first = of_own.get(model.__name__) or model._default_manager.first()
        yield model, first.pk if first else MISSING_PK


def out(response: Any) -> bool:
    """Whether somebody is kept out: by a refusal, or by being led to a door that does not open."""
    return response.status_code == 403 or (response.status_code == 302 and "login" in response["Location"])


@pytest.mark.parametrize("who", ["nobody", "respondents", "viewers", "reviewers"])
def test_the_admin_does_not_open(world, who):
    client, wrong = client_of(who, world), []
    for name in ("index", "password_change", "autocomplete", "jsi18n"):
        wrong += [name] if not out(client.get(reverse(f"admin:{name}"))) else []
    for model, pk in records_of_admin(world):
        kind = f"{model._meta.app_label}_{model._meta.model_name}"
        for what in ADMIN_OF_MODELS:
            if what == "restore" and model._meta.model_name in {*roles.KEPT, *PEOPLE_OF_ADMIN}:
                continue
            path = reverse(f"admin:{kind}_{what}", args=[] if what in ("add", "changelist") else [pk])
            wrong += [(path, who) for answer in (client.get(path), client.post(path)) if not out(answer)]
    assert wrong == []
    assert client.get(reverse("admin:login")).status_code == 403


@pytest.mark.parametrize("who", ["stewards", "officers", "assigned"])
def test_only_administrators_look_after_people(world, who):
    client = client_of(who, world)
    other = factories.person()
    for name, args in (("user_add", []), ("user_change", [other.pk]), ("invitation_add", [])):
        assert client.post(reverse(f"admin:deals_{name}", args=args)).status_code == 403
    assert client.post(reverse("admin:auth_user_password_change", args=[other.pk])).status_code == 403
    chief = client_of("administrators", world)
    page = chief.get(reverse("admin:deals_user_change", args=[other.pk]))
    fields = page.context["adminform"].form.fields
    assert {"groups", "enterprises", "is_staff"} <= set(fields)
    assert not {"is_superuser", "user_permissions"} & set(fields)
    chief_of_all = factories.person(is_superuser=True)
    assert chief.post(reverse("admin:deals_user_change", args=[chief_of_all.pk])).status_code == 403


def test_who_is_assigned_to_enterprises_changes_only_theirs_in_the_admin(world):
    client = client_of("assigned", world)
    for of, status in ((world.own, 200), (world.other, 403)):
        assert client.get(reverse("admin:deals_deal_change", args=[of.deal.pk])).status_code == 200
        assert client.post(reverse("admin:deals_deal_change", args=[of.deal.pk])).status_code == status
        assert client.post(reverse("admin:deals_instrument_delete", args=[of.paper.pk])).status_code == status
    assert client.get(reverse("admin:deals_enterprise_add")).status_code == 403
    chosen = {"action": "archive_selected", "_selected_action": [world.own.deal.pk, world.other.deal.pk], "post": "yes"}
    answer = client.post(reverse("admin:deals_deal_changelist"), chosen | {"reason": "twice"})
    assert answer.status_code == 403
    said = {"on": "2025-05-01", "kind": "note", "sentence_vi": "Ghi", "deal": world.other.deal.pk}
    assert client.post(reverse("admin:deals_progressupdate_add"), said).status_code == 403
    assert not ProgressUpdate.objects.exists()
    assert client.post(reverse("admin:deals_progressupdate_add"), said | {"deal": world.own.deal.pk}).status_code == 302


# Ids that were swapped


def test_the_id_of_another_deals_record_is_not_taken(world):
    client = client_of("assigned", world)
    for name in ("correct", "withdraw"):
        path = reverse(f"deals:{name}", args=[world.own.deal.code, "paper", world.other.paper.pk])
        assert (client.get(path).status_code, client.post(path).status_code) == (404, 404)
    path = address("deal-edit", world.own)
    opened = client.get(path).context["form"]
    typed = {field.html_name: field.value() or "" for field in opened}
    page = client.post(path, typed | {"enterprise": world.other.deal.enterprise.code, "token": str(uuid4())})
    assert page.status_code == 422 and "enterprise" in page.context["form"].errors
    assert Deal.objects.get(pk=world.own.deal.pk).enterprise == world.own.deal.enterprise


def test_a_bulk_list_with_others_among_it_changes_nothing(world):
    client = client_of("assigned", world)
    codes = [world.own.deal.code, world.other.deal.code]
    page = client.post(reverse("deals:bulk"), {"deal": codes, "condition": "on_track", "reason": "x", "save": "1"})
    assert world.other.deal.code in page.context["problems"][0] and page.context["chosen"] == []


def test_a_draft_is_kept_only_by_whom_may_send_the_form(world):
    for who, count in (("viewers", 0), ("assigned", 1)):
        client = client_of(who, world)
        client.post(reverse("deals:draft-save"), {"form": address("deal-edit", world.own), "title_vi": "x"})
        client.post(reverse("deals:draft-save"), {"form": address("deal-edit", world.other), "title_vi": "x"})
        assert Draft.objects.count() == count


# Sums


@pytest.fixture
def ministry(officer: Any) -> Any:
    found = Parts(3, officer)
    found.work(90)
    for enterprise in found.enterprises[:2]:
        factories.contract(factories.deal(enterprise=enterprise, by=officer), "2e9", by=officer)
    return found


def parts_of(deals: Any) -> dict[str, dict[str, Any]]:
    """The pages that tell of some of the deals, with what these have in common."""
    found: dict[str, dict[str, Any]] = {}
    for deal in deals.select_related("sector", "partner")[:2]:
        found[reverse("deals:sector-detail", args=[deal.sector.code])] = {"sector": deal.sector}
        if deal.partner:
            found[reverse("deals:partner-detail", args=[deal.partner.slug])] = {"partner": deal.partner}
            found[reverse("deals:state-detail", args=[deal.partner.state])] = {"partner__state": deal.partner.state}
    return found


def test_what_a_respondent_is_offered_to_choose_is_what_they_see(world):
    client = client_of("respondents", world)
    asked = client.get("/deals/").context["asked"]
    person = User.objects.get(username="respondents")
    for name, seen in (
        ("enterprise", permissions.visible_enterprises(person)),
        ("group", permissions.visible_enterprises(person)),
        ("partner", permissions.visible_partners(person)),
        ("obstacle", permissions.visible_obstacles(person)),
    ):
        offered = set(asked.whole_form.fields[name].queryset.values_list("pk", flat=True))
        assert offered == set(seen.values_list("pk", flat=True)) and offered, name
    assert client.get(reverse("deals:deals-likely"), {"name": world.other.deal.title_vi}).status_code == 403


def test_all_sums_of_a_respondent_are_those_of_their_deals(ministry):
    own, today = ministry.enterprises[0], timezone.localdate()
    person = factories.person("them", role="respondents", enterprises=[own])
    keys = [each.pk for each in type(own).objects.under(own)]
    deals = Deal.objects.active().filter(enterprise__in=keys)
    assert 0 < deals.count() < Deal.objects.active().count()
    client = Client()
    client.force_login(person)
    for day in (today, today - timedelta(days=300)):
        at, asked = Moment(day), {"as_of": str(day)}
        total = ledger.total(at, deals)
        board = client.get("/", asked).context["report"]
        assert (board.bands, board.count, board.openings, board.target) == (total, deals.count(), [], None)
        assert board.bridge.closing == total
        for breakdown in board.breakdowns:
            assert ledger.add(*(row.bands for row in breakdown.rows)) == total, breakdown.by
        listed = client.get("/deals/", asked).context["report"]
        assert (listed.count, listed.total, listed.openings) == (deals.count(), total, [])
        for path in ("/enterprises/", "/partners/"):
            index = client.get(path, asked).context["report"]
            of = deals if path == "/enterprises/" else deals.exclude(partner=None)
            assert index.total == ledger.total(at, of)
        assert client.get("/what-if/", asked).context["report"].before == total
        for path, part in parts_of(deals).items():
            found = client.get(path, asked).context["report"]
            assert (found.bands, found.count) == (ledger.total(at, deals.filter(**part)), deals.filter(**part).count())
    found = client.get("/deals/", {"q": "thuong"}).context["report"]
    assert found.count == deals.filter(balance__search_text__contains="thuong").count()
    changed = client.get("/changes/").context["report"]
    assert all(row.posting.deal_id and row.posting.deal.enterprise_id in keys for row in changed.rows)
    named = Partner.objects.filter(deals__in=deals).distinct()
    assert set(permissions.visible_partners(person)) >= set(named)


def test_nothing_of_another_is_named_on_a_respondents_pages(world):
    client = client_of("respondents", world)
    theirs = world.other
    secret = [theirs.deal.code, theirs.deal.title_vi, theirs.deal.enterprise.name_vi, theirs.obstacle.title_vi]
    for path in ("/", "/deals/", "/enterprises/", "/partners/", "/obstacles/", "/changes/", "/what-if/",
                 address("deal-detail", world.own), address("enterprise-detail", world.own)):  # fmt: skip
        text = client.get(path).content.decode()
        assert [word for word in [*secret, theirs.deal.partner.name] if f"{word}<" in text or f'"{word}"' in text] == []
    there = client.get("/deals/", {"enterprise": theirs.deal.enterprise.code}).context["problems"]
    nowhere = client.get("/deals/", {"enterprise": "NONE"}).context["problems"]
    assert there == [nowhere[0].replace("NONE", theirs.deal.enterprise.code)]


def test_a_respondent_reads_no_history_of_changes(world, officer):
    paper = world.own.paper
    paper.title_en = "Another"
    records.keep(paper, by=officer, reason="misread")
    path = address("deal-detail", world.own)
    kinds = {who: {entry.kind for entry in client_of(who, world).get(path).context["timeline"].entries}
             for who in ("respondents", "auditors")}  # fmt: skip
    assert "edited" in kinds["auditors"] and "edited" not in kinds["respondents"]


def test_a_respondent_reads_no_words_of_the_house(officer):
    top = factories.enterprise()
    deal = factories.deal(enterprise=top, by=officer)
    memorandum = factories.mou(deal, "1e9", by=officer)
    memorandum.usd = Decimal("2e9")
    records.keep(memorandum, by=officer, reason="misread by a colleague")
    updates.note(deal, on=timezone.localdate(), by=officer, sentence_vi="they bluff")
    whole, since = deal.get_absolute_url(), {"since": str(timezone.localdate() - timedelta(days=3000))}
    said = {}
    for who in ("respondents", "auditors"):
        client = Client()
        client.force_login(factories.person(role=who, enterprises=[top]))
        pages: list[Any] = [client.get(whole), client.get("/changes/", since), client.get("/briefing/", since)]
        files: list[Any] = [client.get(f"{whole}export/json/"), client.get("/changes/export/json/", since)]
        texts = [each.content.decode() for each in pages] + [b"".join(each).decode() for each in files]
        said[who] = [("they bluff" in text, "misread by a colleague" in text) for text in texts]
    no, both, reason = (False, False), (True, True), (False, True)
    assert said == {"respondents": [no] * 5, "auditors": [both, reason, no, both, reason]}


def test_where_the_target_is_not_shown_it_is_not_said_that_there_is_none(world):
    factories.contract(world.own.deal, "2e9")
    factories.target()
    told = {}
    for who in ("viewers", "respondents"):
        client = client_of(who, world)
        client.cookies["django_language"] = "en"
        text = client.get("/").content.decode()
        told[who] = ("No target was" in text, "for all deals together" in text)
    assert told == {"viewers": (False, False), "respondents": (False, True)}


def test_what_a_respondent_makes_is_not_said_to_be_for_the_ministry(world):
    said = {}
    for who in ("viewers", "respondents"):
        client = client_of(who, world)
        client.cookies["django_language"] = "en"
        made: Any = client.post("/briefing/make/", {})
        code = made.url.removesuffix("/").rpartition("/")[2]
        paths = ("/deals/", "/briefing/", "/briefing/made/", f"/briefing/{code}/")
        texts = [client.get(path).content.decode() for path in paths]
        file: Any = client.get("/deals/export/csv/")
        texts.append(b"".join(file).decode())
        said[who] = {("Internal to the ministry" in text, "The enterprise itself" in text) for text in texts}
    assert said == {"respondents": {(False, True)}, "viewers": {(True, False)}}


def test_who_sees_all_deals_there_are_still_sees_no_more_than_their_own(world, officer):
    """A respondent who happens to own every deal in use is not shown what was archived of others."""
    factories.archive(world.other.deal, by=officer, reason="a duplicate")
    person = person_of("respondents", world)
    then = timezone.now() - timedelta(hours=1)
    assert set(permissions.visible_deals(person, then)) == {world.own.deal}


# A change counts with the next request


def test_a_change_of_role_or_of_enterprises_counts_with_the_next_request(world):
    person = factories.person(role="viewers")
    client = Client()
    client.force_login(person)
    bands = [client.get("/").context["report"].bands.four, client.get("/")]
    client.get("/")
    person.groups.set([Group.objects.get(name="respondents")])
    assert client.get("/").context["report"].bands.four == 0
    person.enterprises.set([world.top])
    assert client.get("/").context["report"].bands.four == bands[0] / 2
    person.groups.clear()
    assert client.get("/").status_code == 403
    person.groups.set([Group.objects.get(name="officers")])
    assert client.get(address("deal-edit", world.other)).status_code == 403
    person.enterprises.clear()
    assert client.get(address("deal-edit", world.other)).status_code == 200
