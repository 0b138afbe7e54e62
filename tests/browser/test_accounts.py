"""Passkeys and codes as a person uses them, with an authenticator that Chromium plays itself."""

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import MANAGER, OFFICER, Server, sign_in
from tests.test_accounts import code_of

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PAGES = [
    "/account/",
    "/account/password/",
    "/account/email/",
    "/account/sessions/",
    "/account/second-factor/",
    "/account/second-factor/totp/activate/",
    "/account/second-factor/webauthn/add/",
]


@pytest.fixture
def browse(server: Server, browser: Browser) -> Iterator[Callable[[], Page]]:
    """A page at the name of the machine: a passkey belongs to a name, never to a number."""
    contexts = []

    def open_page() -> Page:
        context = browser.new_context(base_url=server.url.replace("127.0.0.1", "localhost"))
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


def with_authenticator(page: Page) -> None:
    """A device that keeps passkeys, and whose owner always agrees."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_out(page: Page) -> None:
    page.locator(".account button").click()
    page.wait_for_url("**/sign-in/")


def test_a_passkey_is_added_and_opens_the_account_alone(browse):
    page = browse()
    with_authenticator(page)
    sign_in(page, MANAGER)
    page.goto("/account/second-factor/webauthn/add/")
    page.locator("#id_name").fill("Máy tính của phòng")
    page.locator("[data-passkey-button]").click()
    page.wait_for_url("**/recovery-codes/")
    expect(page.locator(".codes li")).to_have_count(10)
    sign_out(page)
    page.goto("/sign-in/?next=/deals/")
    page.locator("[data-passkey-button]").click()
    page.wait_for_url("**/deals/")
    # It is the second factor of a password, too.
    sign_out(page)
    page.goto("/sign-in/")
    page.locator("#id_username").fill(MANAGER)
    page.locator("#id_password").fill("quanly-thu-nghiem")
    page.locator("main form button").first.click()
    page.wait_for_url("**/authenticate/")
    page.locator("[data-passkey-button]").click()
    page.wait_for_url(re.compile(r"localhost:\d+/$"))
    page.goto("/account/")
    expect(page.locator("main")).to_contain_text("Máy tính của phòng")
    # Taken away, it opens nothing.
    page.goto("/account/second-factor/webauthn/")
    page.locator("main a[href*=remove]").click()
    page.locator("main .button.primary").click()
    sign_out(page)
    page.locator("[data-passkey-button]").click()
    expect(page.locator(".messages, [data-passkey-failed]:visible").first).to_be_visible()
    expect(page).to_have_url(re.compile("/sign-in/"))


def test_a_passkey_that_does_not_come_is_said(browse):
    page = browse()
    page.goto("/sign-in/")
    refuse = "navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError'))"
    page.evaluate(f"() => {{ {refuse} }}")
    page.locator("[data-passkey-button]").click()
    expect(page.locator("[data-passkey-failed]")).to_be_visible()


def test_codes_of_an_app(visit: Visit) -> None:
    page = visit(OFFICER)
    page.goto("/account/second-factor/totp/activate/")
    secret = page.locator("#secret").inner_text()
    page.locator("#id_code").fill(code_of(secret))
    page.locator("main .button.primary").click()
    page.wait_for_url("**/recovery-codes/")
    spare = page.locator(".codes code").first.inner_text()
    with page.expect_download() as download:
        page.locator("main .button.primary").click()
    assert spare in download.value.path().read_text()
    sign_out(page)
    sign_in_as = {"#id_username": OFFICER, "#id_password": "canbo-thu-nghiem"}
    for field, text in sign_in_as.items():
        page.locator(field).fill(text)
    page.locator("main form button").first.click()
    page.wait_for_url("**/authenticate/")
    page.locator("#id_code").fill(code_of(secret, later=1))
    page.locator("main .button.primary").click()
    page.wait_for_url(lambda url: "/account/" not in url)
    page.goto("/account/second-factor/totp/deactivate/")
    page.locator("main .button.primary").click()
    page.wait_for_url("**/second-factor/")


@pytest.mark.parametrize(
    "options", [{}, {"width": 390, "color_scheme": "dark", "language": "en"}], ids=["wide", "narrow"]
)
def test_the_pages_of_an_account_suit_everybody(visit: Visit, options: dict) -> None:
    page = visit(None, bypass_csp=True, **options)  # axe writes styles into the page
    for path in ("/sign-in/", "/account/reset/", "/account/reset/sent/", "/sign-up/"):
        check(page, path)
    sign_in(page, MANAGER)
    for path in PAGES:
        check(page, path)


def check(page: Page, path: str) -> None:
    page.goto(path)
    wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1], f"{path} is wider than the screen"
    found = Axe().run(page, options=RULES).response["violations"]
    assert [f"{path}: {rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]] == []
