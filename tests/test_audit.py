"""The audit: what is noted, that it stays, who reads it, and how it is searched and exported."""

import csv
import io
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.core.cache import cache
from django.db import Error, connection, transaction
from django.test import Client
from django.utils import timezone

from deals.actions import audit
from deals.choices import AuditKind as Kind
from deals.models import AuditEntry, Invitation, User
from tests import factories
from tests.test_accounts import NEW, PASSWORD, age, code_of, fail, invite, sign_in, with_app

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted(db: None) -> None:
    cache.clear()


@pytest.fixture
def lan(db: None) -> User:
    person = factories.person("lan", email="lan@moit.example.vn", last_name="Nguyễn", first_name="Lan")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


@pytest.fixture
def chief(officer: User) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(officer)
    return client


def noted(kind: Kind | None = None) -> list[AuditEntry]:
    """The entries of the kind, the oldest first."""
    found = AuditEntry.objects.order_by("pk")
    return list(found.filter(kind=kind) if kind else found)


def kinds() -> list[str]:
    return [entry.kind for entry in noted()]


# What is noted


def test_coming_and_going(client, lan):
    sign_in(client, "lan", REMOTE_ADDR="10.0.0.7")
    client.post("/sign-out/", REMOTE_ADDR="10.0.0.7")
    came, went = noted()
    assert (came.kind, went.kind) == (Kind.SIGNED_IN, Kind.SIGNED_OUT)
    assert came.actor == went.actor == lan
    assert came.address == went.address == "10.0.0.7"
    assert came.details == {"how": ["password"]}


def test_a_session_that_was_ended(client, lan):
    sign_in(client, "lan")
    age(client, seconds=61 * 60)
    client.get("/deals/")
    assert noted(Kind.SIGNED_OUT)[0].details == {"why": "ended"}
    elsewhere = Client()
    for browser in (client, elsewhere):
        sign_in(browser, "lan")
    client.post("/account/sessions/")
    assert noted(Kind.SIGNED_OUT)[1].details == {"why": "elsewhere", "rows": 1}


def test_a_failure_is_noted_under_the_account_that_was_meant(client, lan):
    for login in ("lan", "LAN@moit.example.vn"):
        sign_in(client, login, "a wrong password")
    for entry in noted():
        assert (entry.kind, entry.actor, entry.person) == (Kind.SIGN_IN_FAILED, None, lan)


def test_what_was_typed_is_not_kept(client, lan):
    """It may have been a password, typed into the wrong field."""
    sign_in(client, "My Secret Word", "another secret")
    sign_in(client, "my secret word ", "another secret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM deals_auditentry")
        assert "secret" not in str(cursor.fetchall()).casefold()
    one, same = noted()
    assert one.person is None
    assert re.fullmatch(r"[0-9a-f]{16}", one.details["typed"])
    assert one.details["typed"] == same.details["typed"]


def test_who_is_made_to_wait_is_noted_once_a_minute(client, lan):
    fail(client, "lan", 9)
    fail(client, "nobody", 8)
    assert kinds().count(Kind.WAITS) == 2
    assert noted(Kind.WAITS)[0].person == lan
    assert noted(Kind.WAITS)[0].details["seconds"] > 0


def test_a_closed_account_and_a_wrong_code(client, lan):
    with_app(lan)
    sign_in(client, "lan")
    client.post("/account/second-factor/authenticate/", {"code": "000000"})
    assert noted(Kind.SIGN_IN_FAILED)[0].details == {"how": ["second_factor"]}
    client.post("/account/second-factor/authenticate/", {"code": code_of()})
    assert noted(Kind.SIGNED_IN)[0].details == {"how": ["password", "totp"]}
    User.objects.filter(pk=lan.pk).update(is_active=False)
    sign_in(Client(), "lan")
    assert noted(Kind.SIGN_IN_FAILED)[-1].person == lan


def test_passwords(client, chief, lan, officer):
    sign_in(client, "lan")
    form = {"oldpassword": PASSWORD, "password1": "another long password", "password2": "another long password"}
    client.post("/account/password/", form)
    (own,) = noted(Kind.PASSWORD_CHANGED)
    assert own.actor == lan
    set_for = {"password1": "one more long password", "password2": "one more long password"}
    chief.post(f"/admin/deals/user/{lan.pk}/password/", set_for | {"usable_password": "true"})
    others = noted(Kind.PASSWORD_CHANGED)[1]
    assert (others.actor, others.person) == (officer, lan)
    client.post("/account/reset/", {"email": lan.email})
    link = re.search(r"http\S+/account/reset/\S+", mail.outbox[-1].body)[0]
    browser = Client()
    browser.post(browser.get(link).url, {"password1": "a third long password", "password2": "a third long password"})
    assert len(noted(Kind.PASSWORD_CHANGED)) == 3
    assert "long password" not in str(list(AuditEntry.objects.values()))


@pytest.mark.django_db(transaction=True)  # it is noted once it is done
def test_second_factors(client, chief, lan, officer):
    sign_in(client, "lan")
    secret = client.get("/account/second-factor/totp/activate/").context["form"].secret
    client.post("/account/second-factor/totp/activate/", {"code": code_of(secret)})
    client.post("/account/second-factor/totp/deactivate/")
    assert [entry.details["how"] for entry in noted(Kind.FACTOR_ADDED)] == [["totp"]]
    assert [entry.details["how"] for entry in noted(Kind.FACTOR_REMOVED)] == [["totp"]]
    with_app(lan)
    chief.post("/admin/deals/user/", {"action": "remove_second_factor", "_selected_action": [lan.pk]})
    taken = noted(Kind.FACTOR_REMOVED)[-1]
    assert (taken.actor, taken.person) == (officer, lan)


def test_a_new_address(client, lan):
    sign_in(client, "lan")
    client.post("/account/email/", {"email": "new@moit.example.vn", "action_add": "1"})
    assert not noted(Kind.EMAIL_CHANGED)
    client.post(re.search(r"http\S+/account/email/\S+/", mail.outbox[0].body)[0])
    assert noted(Kind.EMAIL_CHANGED)[0].thing == "new@moit.example.vn"


def test_an_address_set_in_the_admin(chief, lan, officer):
    form = {"username": "lan", "email": "new@moit.example.vn", "is_active": "on"}
    chief.post(f"/admin/deals/user/{lan.pk}/change/", form)
    (entry,) = noted(Kind.EMAIL_CHANGED)
    assert (entry.actor, entry.person) == (officer, lan)
    assert "lan@moit.example.vn → new@moit.example.vn" in chief.get("/audit/").content.decode()


def test_documents(browse, manager):
    deal = factories.deal()
    held, seen = factories.document(deal), factories.document(deal, file=None, seen_at="At the ministry")
    assert browse.get(f"/documents/{held.pk}/").status_code == 200
    for pk in (seen.pk, 987654):
        assert browse.get(f"/documents/{pk}/").status_code == 404
    (entry,) = noted()
    assert (entry.kind, entry.actor, entry.thing_key) == (Kind.DOCUMENT_DOWNLOADED, manager, str(held.pk))
    assert entry.details == {"deal": deal.code}


def test_rights_given_in_the_admin(chief, lan, officer):
    desk = Group.objects.create(name="desk")
    right = Permission.objects.get(codename="change_deal")
    fields = {"username": "lan", "email": lan.email, "last_name": "Nguyễn", "first_name": "Lan", "is_active": "on"}
    path = f"/admin/deals/user/{lan.pk}/change/"
    assert chief.post(path, fields).status_code == 302
    assert not noted(), "nothing of the rights was changed"
    chief.post(path, fields | {"is_staff": "on", "groups": [desk.pk], "user_permissions": [right.pk]})
    (given,) = noted(Kind.PERMISSION_CHANGED)
    assert (given.actor, given.person) == (officer, lan)
    expected = {"is_staff": [None, True], "groups": [None, ["desk"]], "user_permissions": [None, ["change_deal"]]}
    assert given.details["rights"] == expected
    chief.post(path, {**fields, "is_active": ""})
    assert kinds()[1:] == [Kind.ACCOUNT_CLOSED, Kind.PERMISSION_CHANGED]
    assert noted()[2].details["rights"]["groups"] == [["desk"], None]
    chief.post(path, fields)
    assert kinds()[-1] == Kind.ACCOUNT_OPENED


def test_rights_of_a_group(chief):
    right = Permission.objects.get(codename="change_deal")
    chief.post("/admin/auth/group/add/", {"name": "desk", "permissions": [right.pk]})
    desk = Group.objects.get(name="desk")
    chief.post(f"/admin/auth/group/{desk.pk}/change/", {"name": "desk", "permissions": []})
    found = [entry.details["rights"]["permissions"] for entry in noted(Kind.PERMISSION_CHANGED)]
    assert found == [[None, ["change_deal"]], [["change_deal"], None]]


def test_an_account_made_in_the_admin(chief, officer):
    form = {"username": "new", "password1": "a quite long password", "password2": "a quite long password"}
    chief.post("/admin/deals/user/add/", form | {"usable_password": "true"})
    (made,) = noted(Kind.ACCOUNT_MADE)
    assert (made.actor, made.person.username) == (officer, "new")


def test_invitations(chief, officer):
    desk = Group.objects.create(name="desk")
    link = invite(chief, groups=[desk.pk])
    assert noted(Kind.INVITATION_SENT)[0].details == {"rights": {"groups": [None, ["desk"]]}}
    Client().post(link, NEW)
    mai = User.objects.get(username="mai")
    assert kinds() == [Kind.INVITATION_SENT, Kind.INVITATION_ACCEPTED, Kind.ACCOUNT_MADE]
    assert noted()[1].actor == mai
    assert noted()[2].details["rights"]["groups"] == [None, ["desk"]]
    invite(chief, email="an@moit.example.vn")
    chosen = {"_selected_action": [Invitation.objects.exclude(account=mai).get().pk]}
    for action in ("resend", "withdraw"):
        chief.post("/admin/deals/invitation/", chosen | {"action": action})
    assert kinds()[-2:] == [Kind.INVITATION_SENT, Kind.INVITATION_WITHDRAWN]
    assert noted()[-1].actor == officer
    assert link.split("/")[-2] not in str(list(AuditEntry.objects.values()))


def test_what_was_not_done_is_not_noted(chief, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    chief.post(
        "/admin/deals/invitation/add/", {"email": "a@b.vn", "last_name": "P", "first_name": "M", "language": "vi"}
    )
    assert not noted()


# It stays


def test_the_database_refuses_to_change_or_delete_an_entry():
    audit.write(kind=Kind.EXPORTED, thing="deals")
    for statement in ("UPDATE deals_auditentry SET kind = 'override'", "DELETE FROM deals_auditentry"):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(TypeError):
        AuditEntry.objects.get().delete()
    with pytest.raises(Error), transaction.atomic():
        AuditEntry.objects.all().delete()
    assert AuditEntry.objects.get().kind == Kind.EXPORTED


# Who reads it


def test_for_others_there_is_no_such_page(client, browse, manager):
    for path in ("/audit/", "/audit/export/"):
        assert browse.get(path).status_code == 404
        assert Client().get(path).url == f"/sign-in/?next={path}"
    assert "/audit/" not in browse.get("/account/").content.decode()
    manager.groups.add(Group.objects.get(name="auditors"))
    assert browse.get("/audit/").status_code == browse.get("/audit/export/").status_code == 200
    assert "/audit/" in browse.get("/account/").content.decode()
    assert browse.post("/audit/").status_code == 405


def test_the_admin_leads_to_it(chief, client):
    assert 'href="/audit/"' in chief.get("/admin/").content.decode()
    client.force_login(factories.person(is_staff=True))
    assert 'href="/audit/"' not in client.get("/admin/").content.decode()


# How it is read


def rows(client: Client, question: str = "") -> list[str]:
    answer = client.get(f"/audit/{question}")
    assert answer.status_code == 200
    return [entry.thing for entry, _said in answer.context["rows"]]


@pytest.fixture
def entries(lan: User, officer: User) -> None:
    audit.write(kind=Kind.EXPORTED, by=lan, thing="Điện lực Việt Nam", reason="chuẩn bị họp")
    audit.write(kind=Kind.SIGN_IN_FAILED, person=lan)
    audit.write(kind=Kind.DOCUMENT_DOWNLOADED, by=officer, thing="=cmd|' /C calc'!A0.pdf", thing_key=7)


def test_the_newest_comes_first(chief, entries):
    assert rows(chief) == ["=cmd|' /C calc'!A0.pdf", "Nguyễn Lan", "Điện lực Việt Nam"]


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("?q=dien+luc", 1),
        ("?q=%C4%90i%E1%BB%87n+VIET", 1),
        ("?q=chuan+bi", 1),
        ("?q=nguyen+lan", 3),
        ("?q=nothing+such", 0),
        ("?kind=exported", 1),
        ("?person=lan", 2),
        ("?person=lan&kind=sign_in_failed", 1),
        ("?kind=waits", 0),
        ("?page=1", 3),
    ],
)
def test_it_is_searched(chief, entries, question, count):
    assert len(rows(chief, question)) == count
    export = chief.get(f"/audit/export/{question.replace('?page=1', '')}").getvalue().decode()
    assert len(list(csv.reader(io.StringIO(export)))) == count + 1


def test_days_are_those_of_hanoi(chief, entries, monkeypatch):
    midnight = timezone.make_aware(datetime(2025, 5, 8))
    for at in (midnight - timedelta(seconds=1), midnight, midnight + timedelta(days=1)):
        AuditEntry.objects.create(at=at, kind=Kind.EXPORTED, thing=str(at), search_text="")
    assert rows(chief, "?since=2025-05-08&until=2025-05-08") == [str(midnight)]
    assert len(rows(chief, "?until=2025-05-08")) == 2
    assert len(rows(chief, "?since=2025-05-08")) == 5


@pytest.mark.parametrize(
    "question",
    ["?since=soon", "?kind=everything", "?person=nobody", "?page=9", "?page=x", "?actor=1",
     "?since=2025-05-08&until=2025-05-07", "?q=" + "x" * 101],
)  # fmt: skip
def test_what_cannot_be_answered_shows_no_rows(chief, entries, question):
    answer = chief.get(f"/audit/{question}")
    assert answer.context["problems"]
    assert not answer.context["rows"]
    if "page" not in question:
        export = chief.get(f"/audit/export/{question}")
        assert not export.streaming
        assert not noted(Kind.EXPORTED)[1:]


def test_fifty_a_page_with_the_count_of_all(chief):
    for number in range(101):
        audit.write(kind=Kind.EXPORTED, thing=f"file {number}")
    page = chief.get("/audit/?kind=exported")
    assert "101 entries" in page.content.decode()
    assert rows(chief, "?kind=exported&page=3") == ["file 0"]
    assert 'href="?kind=exported&amp;page=2"' in page.content.decode()
    assert len(rows(chief)) == 50


def test_a_page_asks_as_much_for_fifty_entries_as_for_one(chief, lan, django_assert_max_num_queries):
    for _ in range(50):
        audit.write(kind=Kind.SIGN_IN_FAILED, by=lan, person=lan)
    with django_assert_max_num_queries(12):
        assert len(rows(chief)) == 50


# How it leaves the house


def exported(client: Client, question: str = "") -> list[list[str]]:
    answer = client.get(f"/audit/export/{question}")
    assert answer.streaming
    content: Any = answer.getvalue()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_export_is_what_was_asked_for_and_is_noted(chief, entries, officer):
    found = exported(chief, "?person=lan")
    assert found[0][:3] == ["When", "What", "Who"]
    assert [row[4] for row in found[1:]] == ["Nguyễn Lan", "Điện lực Việt Nam"]
    last = noted(Kind.EXPORTED)[-1]
    assert (last.actor, last.details["rows"], last.details["filters"]) == (officer, 2, {"person": "lan"})
    assert len(exported(chief)) == len(noted())  # one line of names, and not the export itself


def test_keys_are_said_in_the_language_of_the_page(chief, lan, officer):
    audit.write(kind=Kind.EXPORTED, by=officer, thing="Thương vụ", thing_key="deals", audience="internal")
    given = {"groups": [["officers"], ["viewers"]]}
    audit.write(kind=Kind.PERMISSION_CHANGED, by=officer, person=lan, rights=given)
    page = chief.get("/audit/").content.decode()
    assert "Internal to the ministry" in page and "officer → manager" in page
    # Whatever the language in which it was exported, it is found.
    chief.get("/deals/export/csv/")
    assert [entry.details["how"] for entry in chief.get("/audit/?q=csv").context["found"]] == [["CSV"]]
    assert AuditEntry.objects.filter(search_text__contains="deals", kind=Kind.EXPORTED).count() == 2


def test_no_cell_of_it_is_a_formula(chief):
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "plain"):
        audit.write(kind=Kind.EXPORTED, thing=text)
    cells = [row[4] for row in exported(chief)[1:]]
    assert cells[::-1] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "' =1", "plain"]


def test_what_was_typed_is_shown_and_never_run(chief):
    nasty = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    person = factories.person("nasty", last_name=nasty)
    audit.write(kind=Kind.OVERRIDE, by=person, person=person, reason=nasty, filters={"q": nasty})
    audit.write(kind=Kind.EXPORTED, thing=nasty, rights={nasty: [None, [nasty]]})
    for question in ("", f"?q={nasty}", f"?{nasty}=1", "?person=nasty"):
        raw = chief.get(f"/audit/{question}").content.decode()
        assert "<script>alert" not in raw
        assert "<img src=x" not in raw


def test_each_kind_is_said_in_words(chief):
    given = {"rights": {"is_staff": [None, True], "groups": [["desk"], None]}, "how": ["password", "totp"]}
    for kind in Kind:
        audit.write(kind=kind, why="closed", seconds=9, again=True, **given)
    page = chief.get("/audit/").content.decode()
    for text in ("password, app with codes", "the account is closed", "desk → –", "– → yes"):
        assert text in page
