"""What goes wrong, and what keeps it from going wrong: pages for errors, headers, forged requests, ways out."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.test import Client, RequestFactory, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path
from django.utils import translation

from deals.models import AuditEntry, Draft, ProgressUpdate, User
from deals.views import errors
from dealtracker import urls as product_urls
from dealtracker.lines import Line
from tests import factories
from tests.test_accounts import PASSWORD
from tests.test_language import VIETNAMESE

TRACES = ("Traceback", "Exception", "Error:", "/deals/views", "secret detail", "DEBUG")


def breaks(request: Any) -> Any:
    raise RuntimeError("secret detail")


def refuses(request: Any) -> Any:
    raise PermissionDenied("secret detail")


def asks_database(request: Any) -> Any:
    raise OperationalError("secret detail")


breaks.login_required = refuses.login_required = asks_database.login_required = False  # type: ignore[attr-defined]
# The addresses of the product, and three that fail.
urlpatterns = [
    path("breaks/", breaks),
    path("refuses/", refuses),
    path("asks/", asks_database),
    *product_urls.urlpatterns,
]
handler400, handler403 = product_urls.handler400, product_urls.handler403
handler404, handler500 = product_urls.handler404, product_urls.handler500


@pytest.fixture(params=["vi", "en"])
def speaks(request: pytest.FixtureRequest, settings: Any) -> Client:
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False)
    client.cookies["django_language"] = client.language = request.param
    return client


def assert_is_page_of_ours(answer: Any, status: int, language: str) -> str:
    text = answer.content.decode()
    assert answer.status_code == status
    assert f'<html lang="{language}">' in text
    assert "css/site.css" in text
    assert f">{status}<" in text
    assert not [trace for trace in TRACES if trace in text]
    assert answer["Cache-Control"] == "no-store"
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    if language == "en":
        assert not VIETNAMESE.search(
            re.sub(r"Tiếng Việt|<nav.*?</nav>|<form class=\"account.*?</form>", "", text, flags=re.S)
        )
    return text


# The pages


@pytest.mark.django_db
@pytest.mark.parametrize("signed_in", [False, True])
def test_nothing_at_an_address(speaks, manager, signed_in):
    if signed_in:
        speaks.force_login(manager)
    assert_is_page_of_ours(speaks.get("/nowhere/"), 404, speaks.language)


@pytest.mark.django_db
def test_not_allowed(speaks, manager):
    speaks.force_login(manager)
    assert_is_page_of_ours(speaks.get("/refuses/"), 403, speaks.language)
    assert_is_page_of_ours(speaks.get(f"/deals/{factories.deal().code}/edit/"), 403, speaks.language)


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [False, True])
def test_too_large(speaks, settings, debug):
    settings.DEBUG, settings.REQUEST_MAX_BYTES = debug, 3 * 1024 * 1024
    text = assert_is_page_of_ours(speaks.post("/sign-in/", {"login": "x" * 3_500_000}), 413, speaks.language)
    assert "3 MB" in text


@pytest.mark.django_db
def test_too_large_for_a_form_without_files(speaks, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = speaks.post("/sign-in/", "login=" + "x" * 2000, content_type="application/x-www-form-urlencoded")
    assert_is_page_of_ours(answer, 413, speaks.language)


@pytest.mark.django_db
def test_too_many_fields_are_not_understood(speaks, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2
    answer = speaks.post("/sign-in/", {"a": 1, "b": 2, "c": 3, "d": 4})
    assert_is_page_of_ours(answer, 400, speaks.language)


@pytest.mark.parametrize("https_only", [False, True])
@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "evil.example:80", "a b", ""])
def test_a_host_that_is_not_ours(speaks, settings, host, https_only):
    """Without the database: nobody is signed in at a name that is not ours."""
    settings.SECURE_SSL_REDIRECT = https_only
    assert_is_page_of_ours(speaks.get("/sign-in/", HTTP_HOST=host), 400, speaks.language)


@pytest.mark.django_db
def test_too_many_attempts(speaks, settings):
    cache.clear()
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "1/m/ip"}
    for _ in range(7):
        answer = speaks.post("/sign-in/", {"login": "nobody", "password": "wrong"})
    assert_is_page_of_ours(answer, 429, speaks.language)
    cache.clear()


def test_a_fault_of_ours(speaks):
    """Without the database: it may be the database that failed."""
    for address in ("/breaks/", "/asks/"):
        assert_is_page_of_ours(speaks.get(address), 500, speaks.language)
    speaks.cookies["sessionid"] = "a" * 32
    # Here it did: this test may not ask it, and whoever is signed in is looked up there.
    assert_is_page_of_ours(speaks.get("/definitions/"), 500, speaks.language)


def test_a_fault_is_said_without_what_a_page_is_given():
    request = RequestFactory().get("/")
    answer = errors.server_error(request)
    assert '<html lang="vi">' in answer.content.decode()
    with translation.override("en"):
        assert answer.content == errors.server_error(request).content


@pytest.mark.django_db
def test_a_part_of_a_page_gets_no_page(speaks, settings):
    settings.REQUEST_MAX_BYTES = 1000
    htmx = {"HX-Request": "true"}
    answers = [
        speaks.get("/nowhere/", headers=htmx),
        speaks.get("/refuses/", headers=htmx),
        speaks.get("/breaks/", headers=htmx),
        speaks.post("/sign-in/", {"login": "x" * 2000}, headers=htmx),
        speaks.get("/sign-in/", headers={**htmx, "Host": "evil.example"}),
        Client(enforce_csrf_checks=True).post("/sign-in/", headers=htmx),
    ]
    assert [answer.status_code for answer in answers] == [404, 403, 500, 413, 400, 403]
    assert [answer.content for answer in answers] == [b""] * 6


# The headers

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture(autouse=True)
def in_production(settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000


@pytest.fixture
def chief(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


def assert_headers(answer: Any) -> None:
    assert {name: answer.get(name) for name in ALWAYS} == ALWAYS
    policy = answer["Permissions-Policy"]
    assert "camera=()" in policy
    assert "geolocation=()" in policy
    assert "publickey-credentials-get=(self)" in policy
    assert "Content-Security-Policy" in answer
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "max-age=31536000" in answer["Strict-Transport-Security"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["/definitions/", "/account/", "/audit/", "/keys/", "/admin/", "/admin/deals/deal/", "/account/sessions/",
     "/admin/deals/user/add/", "/deals/new/", "/audit/export/", "/nowhere/", "/account/second-factor/"],
)  # fmt: skip
def test_a_page_of_somebody_signed_in_is_not_kept(chief, address):
    answer = chief.get(address, secure=True)
    assert answer.status_code in (200, 404)
    assert "no-store" in answer["Cache-Control"]
    assert_headers(answer)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/sign-in/", "/account/reset/", "/invitation/x/", "/nowhere/", "/deals/", "/admin/"]
)
def test_nor_is_one_of_somebody_signed_out(client, address):
    answer = client.get(address, secure=True)
    assert "no-store" in answer["Cache-Control"]
    assert_headers(answer)


@pytest.mark.django_db
def test_figures_are_kept_nowhere_and_asked_for_anew_each_time(chief):
    for address in ("/", f"/enterprises/{factories.enterprise().code}/"):
        answer = chief.get(address, secure=True)
        assert set(re.split(r",\s*", answer["Cache-Control"])) == {"private", "no-store"}
        assert_headers(answer)
        known = chief.get(address, secure=True)["ETag"]
        again = chief.get(address, secure=True, headers={"If-None-Match": known})
        assert again.status_code == 304
        assert "no-store" in again["Cache-Control"]


@pytest.mark.django_db
def test_a_document_is_a_download_in_which_nothing_runs(chief):
    answer = chief.get(f"/documents/{factories.document(factories.deal()).pk}/", secure=True)
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert_headers(answer)


@pytest.mark.django_db
def test_an_error_has_the_headers_too(client, settings):
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    for address in ("/breaks/", "/refuses/", "/nowhere/"):
        assert_headers(client.get(address, secure=True))


@pytest.mark.django_db
def test_a_static_file_may_be_kept(client):
    answer = client.get("/static/css/site.css", secure=True)
    assert answer.status_code == 200
    assert "no-store" not in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"


# Forged requests


def addresses(patterns: Any = None, before: str = "") -> Iterator[str]:
    """Each address of the product, with something in the place of what differs."""
    for found in patterns if patterns is not None else get_resolver("dealtracker.urls").url_patterns:
        here = before + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from addresses(found.url_patterns, here)
        elif isinstance(found, URLPattern):
            plain = re.sub(r"<[^>]+>|\(\?P<\w+>[^)]*\)|\([^)]*\)", "1", here)
            yield "/" + re.sub(r"[\^$\\]|\?P|\.\+", "", plain)


def test_every_address_is_walked():
    found = set(addresses())
    assert {"/sign-in/", "/deals/new/", "/drafts/save/", "/audit/export/", "/admin/deals/user/add/"} <= found
    assert len(found) > 150


@pytest.mark.django_db
def test_nothing_is_sent_without_a_token(officer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    passed = [address for address in addresses() if client.post(address).status_code != 403]
    assert passed == []


@pytest.mark.django_db
def test_a_token_of_somebody_else_is_none(officer):
    code = factories.deal().code
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    client.get("/account/")
    typed = {"form": f"/deals/{code}/log/note/", "sentence": "x", "csrfmiddlewaretoken": "a" * 64}
    assert client.post("/drafts/save/", typed).status_code == 403
    own = client.cookies["csrftoken"].value
    assert client.post("/drafts/save/", typed | {"csrfmiddlewaretoken": own}).status_code == 204
    assert Draft.objects.count() == 1
    assert ProgressUpdate.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "forged",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://testserver.evil.example"},
        {"Origin": "http://testserver"},  # ours, but not encrypted
        {"Referer": "https://evil.example/https://testserver/"},
        {},  # neither says where it comes from
    ],
)
def test_what_comes_from_elsewhere_is_refused(officer, forged):
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    client.get("/account/", secure=True)
    sent = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, "form": "/deals/new/"}
    assert client.post("/drafts/save/", sent, secure=True, headers=forged).status_code == 403
    ours = {"Origin": "https://testserver"}
    assert client.post("/drafts/save/", sent, secure=True, headers=ours).status_code == 204


@pytest.mark.django_db
def test_a_forwarded_host_is_not_believed(client, officer):
    answer = client.get("/sign-in/", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in answer.content.decode()
    assert client.get("/deals/", headers={"X-Forwarded-Host": "evil.example"}).url == "/sign-in/?next=/deals/"


# Ways out

AWAY = ["https://evil.example/", "//evil.example/", "/\\evil.example", "///evil.example", "javascript:alert(1)",
        "http:evil.example", "https:/evil.example", "\thttps://evil.example",
        "https://testserver@evil.example/"]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("away", AWAY)
def test_no_address_leads_away(client, officer, away):
    cache.clear()
    form = {"login": "officer", "password": PASSWORD, "next": away}
    led = [
        client.post("/language/", {"language": "en", "next": away}),
        client.get("/admin/login/", {"next": away}),
        client.get("/deals/", {"next": away}),
        client.post("/sign-in/", form),
        client.get("/sign-in/", {"next": away}),
        client.post("/language/", {"language": "en", "next": away}),
        client.post("/drafts/discard/", {"form": away}),
        client.get("/admin/login/", {"next": away}),
        client.post("/account/confirm/", {"password": PASSWORD, "next": away}),
        client.post("/sign-out/", {"next": away}),
    ]
    for answer in led:
        assert answer.status_code == 302
        assert re.match(r"/(?![/\\])", answer.url), answer.url
    again = client.get(led[1].url)
    assert again.status_code == 200
    assert client.post("/sign-in/", form).url == "/"
    assert AuditEntry.objects.exists()


@override_settings(ALLOWED_HOSTS=["testserver", "example.com"])
@pytest.mark.django_db
def test_what_a_language_switch_was_sent_from_elsewhere_leads_home(client):
    answer = client.post("/language/", {"language": "en"}, headers={"Referer": "https://evil.example/"})
    assert answer.url == "/"


@pytest.mark.django_db
def test_a_refusal_is_noted_with_the_account_that_asked(client, caplog):
    """Also a forged one; what nobody signed in for names none."""
    line = Line("%(levelname)s %(name)s: %(message)s")
    person = factories.person(role="viewers")
    client.force_login(person)
    client.get("/deals/VNUS-1999-0001/")
    assert line.format(caplog.records[-1]) == (
        f"WARNING django.request: Not Found: /deals/VNUS-1999-0001/ (account {person.pk})"
    )
    forging = Client(enforce_csrf_checks=True)
    forging.force_login(person)
    forging.post("/deals/new/")
    assert f"(account {person.pk})" in line.format(caplog.records[-1])
    assert "Forbidden" in line.format(caplog.records[-1])
    Client().get("/nothing/")
    assert "account" not in line.format(caplog.records[-1])
    assert settings.LOGGING["formatters"]["line"]["class"] == "dealtracker.lines.Line"
