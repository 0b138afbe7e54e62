"""Signing in and staying signed in: who comes in, how often one may guess, when a session ends."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.core.cache import cache
from django.db import close_old_connections, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from deals.actions import guesses, invitations
from deals.choices import AuditKind
from deals.management.commands import close_sample_accounts
from deals.models import AuditEntry, Draft, Guesses, Invitation, ProgressUpdate, User
from deals.views import sessions
from tests import factories
from tests.test_language import VIETNAMESE, english_words, spoken

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "a long enough password"
OLD = "lan@moit.example.vn"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted(db: None) -> None:
    cache.clear()


@pytest.fixture
def lan(db: None) -> User:
    person = factories.person("lan", role="viewers", email=OLD, last_name="Nguyễn", first_name="Lan")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


@pytest.fixture
def in_english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def sign_in(client: Client, login: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/sign-in/", {"login": login, "password": password, **more.pop("data", {})}, **more)


def is_in(client: Client) -> bool:
    return client.get("/definitions/").status_code == 200


def code_of(secret: str = SECRET, *, later: int = 0) -> str:
    """What the app shows at this moment, or half a minute later: either holds for a while, whenever the test is run."""
    return format_hotp_value(hotp_value(secret, int(time()) // app_settings.TOTP_PERIOD + later))


def with_app(person: User) -> User:
    TOTP.activate(person, SECRET)
    RecoveryCodes.activate(person)
    return person


# Coming in


@pytest.mark.parametrize("login", ["lan", "LAN", "lan@moit.example.vn", "Lan@MOIT.example.vn"])
def test_one_signs_in_by_name_or_by_address(client, lan, login):
    assert sign_in(client, login).url == "/"
    assert is_in(client)


@pytest.mark.parametrize(("login", "password"), [("lan", "wrong"), ("nobody", PASSWORD), ("x@example.vn", PASSWORD)])
def test_what_is_wrong_is_not_said(in_english, lan, login, password):
    answer = sign_in(in_english, login, password)
    assert answer.status_code == 200
    assert "The name or the password is not right" in answer.content.decode()
    assert not is_in(in_english)


def test_signing_out_takes_a_post(client, lan):
    sign_in(client, "lan")
    assert client.get("/sign-out/").status_code == 405
    assert is_in(client)
    assert client.post("/sign-out/").url == "/sign-in/"
    assert not is_in(client)


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/deals/", "/deals/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("https://example.com/", "/"),  # one of ours, but not the one that was asked
    ],
)
def test_nobody_is_led_away(client, lan, settings, wanted, led_to):
    settings.ALLOWED_HOSTS = ["testserver", "example.com"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://example.com"]
    assert sign_in(client, "lan", data={"next": wanted}).url == led_to
    client.post("/sign-out/")
    assert sign_in(client, "lan", QUERY_STRING=f"next={wanted}").url == led_to


def test_nobody_signs_up(in_english):
    assert "by invitation" in in_english.get("/sign-up/").content.decode()
    form = {"username": "new", "email": "new@example.vn", "password1": PASSWORD}
    assert "by invitation" in in_english.post("/sign-up/", form).content.decode()
    assert not User.objects.filter(username="new").exists()


def test_a_sample_account_has_no_other_door(client, settings, lan):
    """Neither by name nor by address, nor by a password set anew, nor with a second factor."""
    lan.is_sample = True
    lan.save()
    for login in ("lan", lan.email):
        assert sign_in(client, login).status_code == 200
        assert not is_in(client)
    client.force_login(lan)
    assert not is_in(client)
    settings.TRIAL = True
    assert sign_in(client, "lan").url == "/"


def test_the_address_of_a_letter_is_the_page_that_was_asked(client, lan):
    client.post("/account/reset/", {"email": lan.email}, HTTP_HOST="testserver")
    assert "//testserver/account/reset/" in mail.outbox[0].body


# Guessing


def fail(client: Client, login: str, times: int, address: str = "10.0.0.1") -> list[int]:
    return [sign_in(client, login, "wrong", REMOTE_ADDR=address).status_code for _ in range(times)]


def test_after_five_failures_the_next_has_to_wait(in_english, lan):
    assert fail(in_english, "lan", 6) == [200] * 5 + [429]
    # The right password waits too, and the address of the account is the account.
    assert sign_in(in_english, "lan", REMOTE_ADDR="10.0.0.1").status_code == 429
    refused = sign_in(in_english, lan.email, REMOTE_ADDR="10.0.0.1")
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 15
    assert "Wait 1 minute" in refused.content.decode()


def test_the_wait_grows_and_ends(client, lan, monkeypatch):
    fail(client, "lan", 5)
    waits = []
    for _ in range(8):
        refused = sign_in(client, "lan", "wrong", REMOTE_ADDR="10.0.0.1")
        waits.append(int(refused["Retry-After"]))
        later(timedelta(seconds=waits[-1]))
        assert sign_in(client, "lan", "wrong", REMOTE_ADDR="10.0.0.1").status_code == 200
    assert waits[0] <= 15
    assert waits == sorted(waits)
    assert waits[-1] <= 15 * 60
    later(timedelta(minutes=15))
    assert sign_in(client, "lan", REMOTE_ADDR="10.0.0.1").status_code == 302


def later(by: timedelta) -> None:
    for row in Guesses.objects.all():
        Guesses.objects.filter(pk=row.pk).update(last_at=row.last_at - by)


def test_colleagues_behind_one_address_are_not_locked_out(client, lan):
    for number in range(60):
        factories.person(f"colleague{number}")
        fail(client, f"colleague{number}", 2)
    assert sign_in(client, "lan", REMOTE_ADDR="10.0.0.1").status_code == 302


def test_an_owner_is_not_locked_out_from_afar(client, lan):
    """Whoever guesses from many addresses has to wait; the owner, where they signed in before, has not."""
    sign_in(client, "lan", REMOTE_ADDR="10.0.0.9")
    client.post("/sign-out/")
    found = [fail(client, "lan", 1, address=f"203.0.113.{number}")[0] for number in range(25)]
    assert found == [200] * 20 + [429] * 5
    assert sign_in(client, "lan", REMOTE_ADDR="203.0.113.99").status_code == 429
    assert sign_in(client, "lan", REMOTE_ADDR="10.0.0.9").status_code == 302


def test_what_was_typed_as_a_name_is_not_kept(client, lan):
    fail(client, "my secret password", 1)
    assert not [row for row in Guesses.objects.all() if "secret" in row.key]
    Guesses.objects.update(last_at=timezone.now() - timedelta(days=31))
    fail(client, "lan", 1)
    assert Guesses.objects.count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_guesses_at_once_no_more_get_through(lan):
    """Nor do they on SQLite, which lets in one writer at a time: see the two workers below."""
    passed = []

    def guess() -> None:
        try:
            guesses.begin("lan", "10.0.0.1")
            passed.append(1)
        except guesses.TooManyGuessesError:
            pass
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == guesses.FROM_ONE_ADDRESS


GUESS = """
import django; django.setup()
from django.conf import settings; settings.ALLOWED_HOSTS = ["testserver"]
from django.test import Client
client = Client()
for _ in range(4):
    print(client.post("/sign-in/", {"login": "lan", "password": "wrong"}).status_code)
"""


def test_two_workers_count_together(tmp_path):
    """Two processes on one database, at the same time: of the eight guesses no more than five are looked at."""
    environment = {
        **os.environ,
        "TRIAL": "1",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'product.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "dealtracker.settings",
    }

    assert run(environment, "manage.py", "migrate", "-v0") == (0, "")
    command = [sys.executable, "-c", GUESS]
    workers = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    found = [status for worker in workers for status in worker.communicate()[0].split()]
    assert sorted(found) == ["200"] * 5 + ["429"] * 3


def test_codes_are_not_guessed_either(client, lan):
    with_app(lan)
    sign_in(client, "lan")
    answers = [client.post("/account/second-factor/authenticate/", {"code": "000000"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert 200 < int(answers[5].headers["Retry-After"]) <= 300
    # Now the right one is refused as well.
    assert client.post("/account/second-factor/authenticate/", {"code": code_of()}).status_code == 429
    assert not is_in(client)
    (entry,) = AuditEntry.objects.filter(kind=AuditKind.WAITS)
    assert entry.person == lan


# The second factor


@pytest.fixture
def required(settings) -> None:
    settings.MFA_REQUIRED = True


def test_who_needs_a_second_factor(required, lan, officer, manager):
    from deals import permissions

    assert permissions.must_use_second_factor(officer)
    assert not permissions.must_use_second_factor(manager)
    for name in (permissions.ADMINISTRATORS, permissions.STEWARDS, permissions.REVIEWERS):
        lan.groups.set([Group.objects.get(name=name)])
        assert permissions.must_use_second_factor(lan)
    lan.groups.clear()
    assert not permissions.must_use_second_factor(lan)


@pytest.mark.parametrize("path", ["/", "/deals/", "/admin/", "/admin/deals/user/", "/account/", "/account/password/"])
def test_without_one_there_is_only_the_way_to_it(required, client, officer, path):
    sign_in(client, "officer")
    assert client.get(path).url == reverse("mfa_index")
    htmx = client.get(path, headers={"HX-Request": "true"})
    assert htmx.headers["HX-Redirect"] == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200


def test_while_the_product_is_tried_it_is_not_asked_for(client, officer):
    sign_in(client, "officer")
    assert client.get("/admin/").status_code == 200


def test_an_app_is_set_up_and_asked_for_from_then_on(required, client, officer):
    sign_in(client, "officer")
    page = client.get("/account/second-factor/totp/activate/")
    assert b"data:image/svg+xml" in page.content
    secret = page.context["form"].secret
    assert client.post("/account/second-factor/totp/activate/", {"code": "1"}).status_code == 200
    done = client.post("/account/second-factor/totp/activate/", {"code": code_of(secret)})
    assert done.url == reverse("mfa_view_recovery_codes")
    codes = re.findall(r"<code>(\d{8})</code>", client.get(done.url).content.decode())
    assert len(codes) == 10
    assert client.get("/admin/").status_code == 200
    # In the database the secret is not to be read.
    kept = Authenticator.objects.get(user=officer, type="totp").data["secret"]
    assert secret not in kept

    client.post("/sign-out/")
    assert sign_in(client, "officer").url == reverse("mfa_authenticate")
    assert not is_in(client)
    assert client.get("/admin/").status_code == 302
    assert client.post("/account/second-factor/authenticate/", {"code": "123"}).status_code == 200
    assert not is_in(client)
    client.post("/account/second-factor/authenticate/", {"code": codes[0]})
    assert is_in(client)
    # A recovery code works once.
    client.post("/sign-out/")
    sign_in(client, "officer")
    assert client.post("/account/second-factor/authenticate/", {"code": codes[0]}).status_code == 200
    assert not is_in(client)


def test_a_code_of_the_app_lets_in_and_leads_on(client, lan):
    with_app(lan)
    sign_in(client, "lan", data={"next": "/deals/"})
    assert client.post("/account/second-factor/authenticate/", {"code": code_of()}).url == "/deals/"
    assert is_in(client)


def test_a_code_is_taken_once(client, lan):
    with_app(lan)
    code = code_of()
    for allowed in (True, False, False):
        sign_in(client, "lan")
        client.post("/account/second-factor/authenticate/", {"code": code})
        assert is_in(client) is allowed
        client.post("/sign-out/")
        # allauth forgets it after half a minute, and it holds longer.
        cache.delete(f"allauth.mfa.totp.used?user={lan.pk}&code={code}")


def test_the_code_of_setting_up_an_app_signs_nobody_in(client, lan):
    sign_in(client, "lan")
    secret = client.get("/account/second-factor/totp/activate/").context["form"].secret
    code = code_of(secret)
    client.post("/account/second-factor/totp/activate/", {"code": code})
    assert Authenticator.objects.filter(user=lan, type="totp").exists()
    client.post("/sign-out/")
    sign_in(client, "lan")
    client.post("/account/second-factor/authenticate/", {"code": code})
    assert not is_in(client)


def test_what_guards_the_account_is_asked_for_again_later(client, lan):
    with_app(lan)
    sign_in(client, "lan")
    client.post("/account/second-factor/authenticate/", {"code": code_of()})
    assert client.get("/account/second-factor/recovery-codes/").status_code == 200
    age(client, seconds=400)
    asked = client.get("/account/second-factor/recovery-codes/").url
    assert asked.startswith("/account/confirm/")
    assert client.post(asked, {"password": "wrong"}).status_code == 200
    assert client.post(asked, {"password": PASSWORD}).url == "/account/second-factor/recovery-codes/"


def test_an_open_session_that_somebody_finds_is_not_the_account(client, lan):
    sign_in(client, "lan")
    age(client, seconds=400)
    asked = client.post("/account/email/", {"email": "thief@example.vn", "action_add": "1"})
    assert asked.url.startswith("/account/confirm/")
    assert not mail.outbox
    client.post(asked.url, {"password": PASSWORD})
    # What was asked for goes on, once it is known who asks; and the owner is told.
    assert [each.to for each in mail.outbox] == [["thief@example.vn"], ["lan@moit.example.vn"]]
    age(client, seconds=400)
    form = {"oldpassword": "x", "password1": "another long password", "password2": "another long password"}
    assert client.post("/account/password/", form).status_code == 200
    assert sign_in(Client(), "lan").status_code == 302


def test_a_lost_phone_is_a_matter_for_a_superuser(client, officer, lan):
    with_app(lan)
    clerk = factories.person(is_staff=True, role="auditors")
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=["view_user", "change_user"]))
    form = {"action": "remove_second_factor", "_selected_action": [lan.pk]}
    client.force_login(clerk)
    client.post("/admin/deals/user/", form)
    assert Authenticator.objects.filter(user=lan).exists()
    assert client.post(f"/admin/deals/user/{officer.pk}/change/", {"email": "mine@example.vn"}).status_code == 403
    client.force_login(officer)
    client.post("/admin/deals/user/", form)
    assert not Authenticator.objects.filter(user=lan).exists()


def test_an_older_key_still_opens_the_secrets(lan, settings):
    with_app(lan)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, at least as long as the one that was before it 0123456789"
    assert TOTP(Authenticator.objects.get(user=lan, type="totp")).validate_code(code_of())


# How long a session lasts


def age(client: Client, *, seconds: float, of: tuple[str, ...] = (sessions.BEGAN, sessions.SEEN)) -> None:
    """Let the session be as if so much time had passed."""
    session = client.session
    for name in of:
        session[name] = session.get(name, time()) - seconds
    for record in session.get("account_authentication_methods", []):
        record["at"] -= seconds
    session.save()


def test_a_session_that_is_not_used_ends(in_english, lan):
    sign_in(in_english, "lan")
    age(in_english, seconds=59 * 60)
    assert is_in(in_english)  # and with that it has been used
    age(in_english, seconds=59 * 60)
    assert is_in(in_english)
    age(in_english, seconds=61 * 60)
    answer = in_english.get("/deals/", follow=True)
    assert answer.redirect_chain[0][0] == "/sign-in/?next=/deals/"
    assert "Your session has ended" in answer.content.decode()


def test_a_session_ends_after_a_days_work_however_much_it_is_used(client, lan, settings):
    sign_in(client, "lan")
    age(client, seconds=11 * 3600, of=(sessions.BEGAN,))
    assert is_in(client)
    age(client, seconds=2 * 3600, of=(sessions.BEGAN,))
    assert not is_in(client)
    sign_in(client, "lan")
    settings.SESSION_HOURS = 0
    assert not is_in(client)


def test_a_session_begun_elsewhere_is_limited_too(client, lan):
    client.force_login(lan)
    assert is_in(client)
    User.objects.update(last_login=timezone.now() - timedelta(hours=2))
    assert not is_in(client)


@pytest.mark.parametrize("ended", [{"seconds": 61 * 60}, {"seconds": 13 * 3600, "of": (sessions.BEGAN,)}])
def test_what_was_typed_into_a_session_that_ended_comes_back(client, officer, ended):
    deal = factories.deal()
    path = f"/deals/{deal.code}/log/note/"
    sign_in(client, "officer")
    client.get(path)
    age(client, **ended)
    sent = client.post(path, {"sentence": "Typed for ten minutes", "on": "2025-03-01", "by": officer.pk})
    assert sent.url == f"/sign-in/?next={path}"
    assert ProgressUpdate.objects.count() == 0
    back = sign_in(client, "officer", data={"next": path})
    assert back.url == path
    assert "Typed for ten minutes" in client.get(path).content.decode()


def test_what_is_typed_with_a_second_factor_comes_back_too(client, officer):
    deal = factories.deal()
    path = f"/deals/{deal.code}/log/note/"
    with_app(officer)
    client.post(path, {"sentence": "Typed for ten minutes", "on": "2025-03-01", "by": officer.pk})
    sign_in(client, "officer", data={"next": path})
    assert client.post("/account/second-factor/authenticate/", {"code": code_of()}).url == path
    assert "Typed for ten minutes" in client.get(path).content.decode()


def test_what_is_saved_while_typing_comes_back_too(client, officer):
    deal = factories.deal()
    path = f"/deals/{deal.code}/log/note/"
    sign_in(client, "officer")
    age(client, seconds=61 * 60)
    typed = {"form": path, "sentence": "One more word", "by": officer.pk}
    saved = client.post("/drafts/save/", typed, headers={"HX-Request": "true"})
    assert saved.headers["HX-Refresh"] == "true"
    assert not Draft.objects.exists()
    sign_in(client, "officer", data={"next": path})
    assert "One more word" in client.get(path).content.decode()


# What changes an account changes it at once


def test_a_closed_account_is_out_at_the_next_request(client, lan):
    sign_in(client, "lan")
    assert is_in(client)
    User.objects.filter(pk=lan.pk).update(is_active=False)
    assert not is_in(client)
    assert sign_in(client, "lan").status_code == 200
    assert not is_in(client)


def test_a_new_password_ends_the_other_sessions(client, lan):
    elsewhere = Client()
    for browser in (client, elsewhere):
        sign_in(browser, "lan")
    form = {"oldpassword": PASSWORD, "password1": "another long password", "password2": "another long password"}
    assert client.post("/account/password/", form).status_code == 302
    assert is_in(client)
    assert not is_in(elsewhere)
    assert lan.email in mail.outbox[-1].to


def test_rights_that_were_taken_away_are_gone_at_the_next_request(client, lan):
    lan.is_staff = True
    lan.save()
    lan.groups.set([Group.objects.get(name="officers")])
    sign_in(client, "lan")
    deal = factories.deal()
    assert client.get(f"/deals/{deal.code}/edit/").status_code == 200
    lan.groups.clear()
    assert client.get(f"/deals/{deal.code}/edit/").status_code == 403


def test_other_sessions_are_listed_and_signed_out(client, lan):
    elsewhere = Client()
    for browser in (client, elsewhere):
        sign_in(browser, "lan", HTTP_USER_AGENT="Firefox of the office")
    page = client.get("/account/sessions/").content.decode()
    assert page.count("Firefox of the office") == 2
    client.post("/account/sessions/")
    assert is_in(client)
    assert not is_in(elsewhere)


def test_a_new_address_counts_once_it_is_confirmed(client, lan):
    sign_in(client, "lan")
    client.post("/account/email/", {"email": "new@moit.example.vn", "action_add": "1"})
    lan.refresh_from_db()
    assert lan.email == "lan@moit.example.vn"
    link = re.search(r"http\S+/account/email/\S+/", mail.outbox[0].body)[0]
    assert client.get(link).status_code == 200
    client.post(link)
    lan.refresh_from_db()
    assert lan.email == "new@moit.example.vn"
    # Where letters went until now they told that it was asked for, and that it was done.
    assert [letter.to for letter in mail.outbox] == [["new@moit.example.vn"], [OLD], [OLD]]
    assert link not in "".join(letter.body for letter in mail.outbox[1:])


def test_an_address_that_is_not_confirmed_sets_no_password(client, lan):
    sign_in(client, "lan")
    client.post("/account/email/", {"email": "new@moit.example.vn", "action_add": "1"})
    mail.outbox.clear()
    for asked, found in (("new@moit.example.vn", False), (OLD, True)):
        Client().post("/account/reset/", {"email": asked})
        assert ("/account/reset/" in mail.outbox.pop().body) is found
    # The address of an account made in the admin is its own, though nobody confirmed it.
    EmailAddress.objects.filter(user=lan).delete()
    Client().post("/account/reset/", {"email": OLD.upper()})
    assert "/account/reset/" in mail.outbox.pop().body


def test_an_address_taken_away_in_the_admin_opens_nothing(client, lan, officer):
    client.force_login(officer)
    form = {"username": "lan", "email": "other@moit.example.vn", "is_active": "on", "last_name": "N", "first_name": "L"}
    assert client.post(f"/admin/deals/user/{lan.pk}/change/", form).status_code == 302
    client.post("/sign-out/")
    client.post("/account/reset/", {"email": "lan@moit.example.vn"})
    assert "/account/reset/" not in mail.outbox[-1].body


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_is_set_for_somebody_is_told_to_them(client, lan, officer, language):
    by = {"by": officer, "language": language, "sent_at": timezone.now(), "expires_at": timezone.now()}
    Invitation.objects.create(account=lan, accepted_at=timezone.now(), email=lan.email, token_hash="x", **by)
    client.force_login(officer)
    form = {"username": "lan", "email": "other@moit.example.vn", "is_active": "on", "last_name": "N", "first_name": "L"}
    for _twice in (1, 2):  # the second changes nothing, so that nothing is told
        client.post(f"/admin/deals/user/{lan.pk}/change/", form)
    new = {"password1": "one more long password", "password2": "one more long password", "usable_password": "true"}
    client.post(f"/admin/deals/user/{lan.pk}/password/", new)
    assert [letter.to for letter in mail.outbox] == [[OLD], ["other@moit.example.vn"]]
    of_address, of_password = mail.outbox
    assert "other@moit.example.vn" in of_address.body and "long password" not in of_password.body
    for letter in mail.outbox:
        assert str(officer) in letter.body
        assert not (english_words(letter.subject) if language == "vi" else VIETNAMESE.search(letter.subject))


def test_what_was_set_stands_where_the_letter_cannot_be_sent(client, lan, officer, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    client.force_login(officer)
    form = {"username": "lan", "email": "other@moit.example.vn", "is_active": "on", "last_name": "N", "first_name": "L"}
    answer = client.post(f"/admin/deals/user/{lan.pk}/change/", form, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["warning", "success"]
    lan.refresh_from_db()
    assert lan.email == "other@moit.example.vn"


def test_the_admin_has_no_page_of_its_own_for_ones_password(client, officer):
    client.force_login(officer)
    for name in ("password_change", "password_change_done"):
        assert client.get(reverse(f"admin:{name}")).url == reverse("account_change_password")
    new = {"old_password": PASSWORD, "new_password1": "one more long one", "new_password2": "one more long one"}
    client.post(reverse("admin:password_change"), new)
    officer.refresh_from_db()
    assert officer.check_password(PASSWORD)


# A password that was forgotten


def test_a_forgotten_password_is_set_anew_once(client, lan):
    fail(client, "lan", 6)
    client.post("/account/reset/", {"email": lan.email})
    link = re.search(r"http\S+/account/reset/\S+", mail.outbox[0].body)[0]
    form = client.get(link).url
    new = {"password1": "another long password", "password2": "another long password"}
    client.post(form, new, REMOTE_ADDR="10.0.0.1")
    assert sign_in(client, "lan", "another long password", REMOTE_ADDR="10.0.0.1").status_code == 302
    again = Client()
    again.cookies["django_language"] = "en"
    assert "no longer works" in again.get(link, follow=True).content.decode()


def test_it_does_not_tell_whether_there_is_an_account(in_english, lan):
    answers = []
    for email in (lan.email, "nobody@example.vn"):
        answer = in_english.post("/account/reset/", {"email": email}, follow=True)
        text = re.sub(r'(value|X-CSRFToken)": ?"\w+"|value="\w{64}"', "", answer.content.decode())
        answers.append((answer.status_code, answer.redirect_chain, text))
    assert answers[0] == answers[1]
    # A letter goes out either way, so that the time it takes tells nothing.
    assert [letter.to for letter in mail.outbox] == [[lan.email], ["nobody@example.vn"]]
    assert "no account" in mail.outbox[1].body


# Invitations


@pytest.fixture
def chief(client, officer):
    client.force_login(officer)
    return client


def invite(chief: Client, **fields: Any) -> str:
    """Invite through the admin; gives the link that was sent."""
    form = {"email": "Mai@Moit.example.vn", "last_name": "Phạm", "first_name": "Thị Mai", "language": "vi", **fields}
    answer = chief.post("/admin/deals/invitation/add/", form)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return re.search(r"http\S+/invitation/\S+/", mail.outbox[-1].body)[0]


NEW = {"username": "mai", "password1": "a quite long password", "password2": "a quite long password"}


def test_an_invitation_makes_an_account_with_what_was_promised(chief, officer):
    group, enterprise = Group.objects.create(name="desk"), factories.enterprise()
    link = invite(chief, is_staff="on", groups=[group.pk], enterprises=[enterprise.pk])
    assert mail.outbox[0].to == ["mai@moit.example.vn"]
    assert link.split("/")[-2] not in str(Invitation.objects.values())
    invited = Client()
    assert invited.get(link).status_code == 200
    assert invited.post(link, NEW | {"is_superuser": "on"}).url == "/sign-in/"
    mai = User.objects.get(username="mai")
    assert (str(mai), mai.email, mai.is_staff, mai.is_superuser) == ("Phạm Thị Mai", "mai@moit.example.vn", True, False)
    assert (list(mai.groups.all()), list(mai.enterprises.all())) == ([group], [enterprise])
    assert EmailAddress.objects.get(user=mai).verified
    assert sign_in(invited, "mai", NEW["password1"]).status_code == 302
    kept = Invitation.objects.get()
    assert (kept.by, kept.account) == (officer, mai)
    # It works once.
    for answer in (Client().get(link), Client().post(link, NEW | {"username": "other"})):
        assert answer.status_code == 410
    assert not User.objects.filter(username="other").exists()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_letter_speaks_the_language_of_the_invited(chief, language):
    invite(chief, language=language)
    body = mail.outbox[0].body
    day = timezone.localdate(Invitation.objects.get().expires_at)
    assert (f"{day:%b %Y}" in body) == (language == "en")
    # And so does the page that it leads to, unless another was chosen there.
    link = re.search(r"http\S+/invitation/\S+/", body)[0]
    invited = Client()
    assert f'<html lang="{language}">' in invited.get(link).content.decode()
    assert f'<html lang="{language}">' in invited.get("/sign-in/").content.decode()
    chose = Client()
    chose.cookies["django_language"] = "en"
    assert '<html lang="en">' in chose.get(link).content.decode()


@pytest.mark.parametrize("ends", ["expired", "withdrawn", "resent", "forged"])
def test_an_invitation_that_is_over_says_so(chief, ends, settings):
    link = invite(chief)
    chosen = {"_selected_action": [Invitation.objects.get().pk]}
    if ends == "expired":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif ends == "withdrawn":
        chief.post("/admin/deals/invitation/", chosen | {"action": "withdraw"})
    elif ends == "resent":
        chief.post("/admin/deals/invitation/", chosen | {"action": "resend"})
        newer = re.search(r"http\S+/invitation/\S+/", mail.outbox[-1].body)[0]
        assert Client().get(newer).status_code == 200
    else:
        link = link[:-5] + "aaaa/"
    browser = Client()
    browser.cookies["django_language"] = "en"
    for answer in (browser.get(link), browser.post(link, NEW)):
        assert answer.status_code == 410
        assert "no longer works" in answer.content.decode()
    assert not User.objects.filter(username="mai").exists()


@pytest.mark.parametrize(
    "wrong", [{"username": "OFFICER"}, {"password2": "different"}, {"password1": "12345678", "password2": "12345678"}]
)
def test_what_is_wrong_with_a_name_or_password_is_said(chief, wrong):
    link = invite(chief)
    answer = Client().post(link, NEW | wrong)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert Invitation.objects.open().exists()


def test_nobody_is_invited_twice_nor_who_has_an_account(chief, lan):
    invite(chief)
    for email in ("mai@moit.example.vn", "LAN@moit.example.vn"):
        form = {"email": email, "last_name": "P", "first_name": "M", "language": "vi"}
        chief.post("/admin/deals/invitation/add/", form)
    assert Invitation.objects.count() == len(mail.outbox) == 1
    invitation = Invitation.objects.get()
    person = invitations.accept(invitation, username="mai", password=NEW["password1"])
    assert person.username == "mai"
    with pytest.raises(Exception, match=r"."):
        invitations.accept(invitation, username="mai2", password=NEW["password1"])


def test_only_a_superuser_says_with_which_rights(client, db):
    clerk = factories.person(is_staff=True, role="auditors")
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=["view_invitation", "add_invitation"]))
    client.force_login(clerk)
    invite(client, is_staff="on", groups=[Group.objects.get(name="administrators").pk])
    kept = Invitation.objects.get()
    assert not kept.is_staff
    assert not kept.groups.exists()


def test_an_invitation_that_could_not_be_sent_is_not_kept(chief, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    form = {"email": "mai@moit.example.vn", "last_name": "P", "first_name": "M", "language": "vi"}
    assert chief.post("/admin/deals/invitation/add/", form).status_code == 302
    assert not Invitation.objects.exists()


# Single sign-on


class Answer:
    def __init__(self, data: dict[str, Any]) -> None:
        self.data, self.status_code, self.headers = data, 200, {"content-type": "application/json"}

    def json(self) -> dict[str, Any]:
        return self.data

    def raise_for_status(self) -> None:
        pass


class Provider:
    """A single sign-on that is not there: what it would answer over the network."""

    def __init__(self, **claims: Any) -> None:
        self.claims = {"sub": "1", **claims}

    def __enter__(self) -> "Provider":
        return self

    def __exit__(self, *found: Any) -> None:
        pass

    def get(self, url: str, **kwargs: Any) -> Answer:
        if url.endswith("openid-configuration"):
            names = ("authorization", "token", "userinfo")
            return Answer({f"{name}_endpoint": f"https://sso.example.vn/{name}" for name in names})
        return Answer(self.claims)

    def request(self, method: str, url: str, **kwargs: Any) -> Answer:
        return Answer({"access_token": "token", "token_type": "Bearer"})

    post = request


@pytest.fixture
def single_sign_on(settings, monkeypatch):
    app = {"provider_id": "sso", "name": "MOIT-ID", "client_id": "us", "secret": "s"}
    app["settings"] = {"server_url": "https://sso.example.vn"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}

    def come(client: Client, **claims: Any) -> Any:
        session = "allauth.socialaccount.adapter.DefaultSocialAccountAdapter.get_requests_session"
        monkeypatch.setattr(session, lambda self: Provider(**claims))
        away = client.post("/account/oidc/sso/login/?process=login&next=/deals/").url
        assert away.startswith("https://sso.example.vn/authorization?")
        state = re.search(r"state=(\w+)", away)[1]
        return client.get("/account/oidc/sso/login/callback/", {"code": "c", "state": state})

    return come


def test_single_sign_on_opens_an_account_by_a_verified_address(client, single_sign_on, lan):
    assert "MOIT-ID" in client.get("/sign-in/").content.decode()
    assert single_sign_on(client, email="lan@moit.example.vn", email_verified=True).url == "/deals/"
    assert is_in(client)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "lan@moit.example.vn", "email_verified": False},
        {"email": "lan@moit.example.vn"},
        {"email": "stranger@moit.example.vn", "email_verified": True},
        {},
    ],
)
def test_single_sign_on_opens_nothing_else_and_makes_no_account(in_english, single_sign_on, lan, claims):
    answer = single_sign_on(in_english, **claims)
    said = in_english.get(answer.url) if answer.status_code == 302 else answer
    assert "by invitation" in said.content.decode()
    assert not is_in(in_english)
    assert User.objects.count() == 1


def test_single_sign_on_opens_no_closed_account_and_skips_no_second_factor(client, single_sign_on, lan):
    with_app(lan)
    verified = {"email": "lan@moit.example.vn", "email_verified": True}
    assert single_sign_on(client, **verified).url == reverse("mfa_authenticate")
    assert not is_in(client)
    Authenticator.objects.all().delete()
    User.objects.update(is_active=False)
    assert single_sign_on(Client(), **verified).url == reverse("account_inactive")
    User.objects.update(is_active=True, is_sample=True)
    assert single_sign_on(Client(), **verified).url == reverse("account_inactive")


def test_single_sign_on_is_there_only_where_settings_name_a_server(client, tmp_path):
    assert "oidc" not in client.get("/sign-in/").content.decode()
    assert client.post("/account/oidc/sso/login/").status_code == 404
    told = production(
        tmp_path, OIDC_SERVER_URL="https://sso.example.vn/realms/moit", OIDC_CLIENT_ID="us", OIDC_NAME="X"
    )
    ask = (
        "from django.conf import settings as s; (app,) = s.SOCIALACCOUNT_PROVIDERS['openid_connect']['APPS'];"
        "print(app['client_id'], app['name'], s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'][1])"
    )
    assert run(told, "-c", ask) == (0, "us X https://sso.example.vn\n")


# Both languages

OPEN_PAGES = ["/sign-in/", "/sign-up/", "/account/reset/", "/account/reset/sent/", "/account/reset/done/",
              "/account/reset/1-x/", "/account/closed/", "/account/email/sent/", "/account/email/x/", "/invitation/x/",
              "/account/sso/cancelled/", "/account/sso/error/"]  # fmt: skip
OWN_PAGES = ["/account/", "/account/email/", "/account/password/", "/account/confirm/", "/account/sessions/",
             "/account/sso/", "/account/second-factor/", "/account/second-factor/totp/deactivate/",
             "/account/second-factor/recovery-codes/", "/account/second-factor/recovery-codes/generate/",
             "/account/second-factor/webauthn/", "/account/second-factor/webauthn/add/",
             "/account/second-factor/reauthenticate/", "/account/second-factor/webauthn/reauthenticate/"]  # fmt: skip


def with_passkey(person: User) -> Authenticator:
    """A key that opens nothing, for pages that name it."""
    public = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    made = AttestedCredentialData.create(aaguid=bytes(16), credential_id=b"k" * 16, public_key=public)
    held = AuthenticatorData.create(sha256(b"testserver").digest(), 0x45, 0, made)
    response = {
        "clientDataJSON": websafe_encode(b'{"type": "webauthn.create", "challenge": "", "origin": ""}'),
        "attestationObject": websafe_encode(AttestationObject.create("none", held, {})),
    }
    of_key = {"id": websafe_encode(b"k" * 16), "rawId": websafe_encode(b"k" * 16), "type": "public-key"}
    credential = {**of_key, "response": response, "clientExtensionResults": {"credProps": {"rk": True}}}
    data = {"name": "K1", "credential": credential}
    return Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data=data)


def pages(person: User, link: str) -> Iterator[tuple[str, str, str]]:
    for language in ("vi", "en"):
        client = Client(HTTP_USER_AGENT="-")
        client.cookies["django_language"] = language
        for path in [*OPEN_PAGES, link]:
            yield language, path, client.get(path).content.decode()
        yield language, "refused", client.post(link, {"username": "lan", "password1": "1"}).content.decode()
        Authenticator.objects.all().delete()
        sign_in(client, "lan")
        for path in ("/account/", "/account/second-factor/", "/account/second-factor/totp/activate/"):
            yield language, path, client.get(path).content.decode()
        refused = client.post("/account/second-factor/totp/activate/", {"code": "1"})
        yield language, "wrong code", refused.content.decode()
        client.post("/sign-out/")
        with_app(person)
        key = with_passkey(person)
        sign_in(client, "lan")
        yield language, "second factor", client.get("/account/second-factor/authenticate/").content.decode()
        wrong = client.post("/account/second-factor/authenticate/", {"code": "1"})
        yield language, "wrong second factor", wrong.content.decode()
        cache.clear()
        client.force_login(person)
        age(client, seconds=0)
        of_key = f"/account/second-factor/webauthn/keys/{key.pk}"
        for path in [*OWN_PAGES, f"{of_key}/edit/", f"{of_key}/remove/"]:
            answer = client.get(path)
            assert answer.status_code == 200, path
            yield language, path, answer.content.decode()
        yield language, "no password", client.post("/account/password/", {}).content.decode()
        wrong = {"oldpassword": "x", "password1": "1", "password2": "2"}
        yield language, "wrong password", client.post("/account/password/", wrong).content.decode()
        yield language, "wrong confirmation", client.post("/account/confirm/", {"password": "x"}).content.decode()
        wrong = {"action_add": "1", "email": "x"}
        yield language, "no address", client.post("/account/email/", wrong).content.decode()
        client.post("/account/email/", {"action_add": "1", "email": f"{language}@moit.example.vn"})
        yield language, "new address", client.get("/account/email/").content.decode()
        client.post("/account/sessions/")
        client.post("/account/second-factor/recovery-codes/generate/")
        client.post("/account/second-factor/totp/deactivate/")
        client.post(f"{of_key}/remove/")
        yield language, "messages", client.get("/account/").content.decode()
        for letter in mail.outbox:
            yield language, f"letter: {letter.subject}", f"<p>{letter.subject}</p><p>{letter.body}</p>"
        mail.outbox.clear()


def test_every_page_and_letter_is_in_the_language_of_the_reader(lan, officer):
    lan.last_name, lan.first_name = "Minh", "An"
    lan.save()
    invitation = Invitation(email="mai@moit.example.vn", last_name="Minh", first_name="An")
    invitations.invite(invitation, groups=[], by=lan, link=lambda token: f"/invitation/{token}/")
    letter = mail.outbox.pop()
    link = re.search(r"/invitation/\S+/", letter.body)[0]
    assert not english_words(letter.subject + re.sub(r"\S+/\S+", "", letter.body))
    found = []
    for language, path, page in pages(lan, link):
        for text in spoken(language, re.sub(r"https?://\S+|\S+@\S+", "", page)):
            if english_words(text) if language == "vi" else VIETNAMESE.search(text):
                found.append(f"{language} {path}: {text}")
    assert not found, "\n" + "\n".join(found)


# Starting for real


def production(tmp_path: Path, **more: str) -> dict[str, str]:
    left_out = {"DEBUG", "TRIAL", "DATABASE_URL", "SECRET_KEY", "ALLOWED_HOSTS"}
    return {
        **{name: value for name, value in os.environ.items() if name not in left_out},
        "SECRET_KEY": "w3k-8fj2Qm!zR7xLp0sVb5nTc9yHd4gAe6uKi1oXq-only-a-test",
        "ALLOWED_HOSTS": "purchases.moit.example.vn",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'product.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "dealtracker.settings",
        **more,
    }


def run(environment: dict[str, str], *command: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


SERVE = ("-c", "import dealtracker.wsgi")


def test_the_deployment_checklist_is_clean(tmp_path):
    code, said = run(production(tmp_path), "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert code == 0, said
    assert "no issues (0 silenced)" in said


def test_it_does_not_start_without_a_key_nor_on_trial_for_others(tmp_path):
    assert run(production(tmp_path), *SERVE)[0] == 0
    for wrong, why in (
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"DEBUG": "1"}, "DEBUG is on"),
        ({"TRIAL": "1"}, "TRIAL is on"),
    ):
        code, said = run(production(tmp_path, **wrong), *SERVE)
        assert code != 0
        assert why in said
    assert run(production(tmp_path, TRIAL="1", ALLOWED_HOSTS="localhost,127.0.0.1"), *SERVE)[0] == 0


def test_it_does_not_start_with_sample_accounts(tmp_path):
    environment = production(tmp_path)
    assert run({**environment, "TRIAL": "1", "ALLOWED_HOSTS": ""}, "manage.py", "migrate", "-v0")[0] == 0
    make = "import django; django.setup(); from deals.management import accounts; accounts.make()"
    assert run({**environment, "TRIAL": "1"}, "-c", make)[0] == 0
    code, said = run(environment, *SERVE)
    assert code != 0
    assert "canbo" in said
    assert "close_sample_accounts" in said
    assert run(environment, "manage.py", "close_sample_accounts")[0] == 0
    assert run(environment, *SERVE)[0] == 0


def test_closing_sample_accounts_closes_no_other(lan, settings):
    sample = factories.person("sample", is_sample=True)
    close_sample_accounts.Command().handle()
    sample.refresh_from_db()
    lan.refresh_from_db()
    assert not sample.is_active
    assert lan.is_active
