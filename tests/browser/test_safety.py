"""Every page in a real browser, with a script in every text that somebody may have typed: nothing runs, and no page
needs what the content security policy forbids."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page

from deals.management.accounts import ACCOUNTS

from .conftest import Server, sign_in

pytestmark = pytest.mark.browser

ADMINISTRATOR = ACCOUNTS[-1].username
PREPARE = """
import json
from tests import walks
found = walks.addresses(walks.world().own)
found = {name: paths for name, paths in found.items() if walks.PAGES.get(name[6:], ("page",))[0] != "none"}
walks.typed_everywhere()
print(json.dumps(found))
"""
# What the policy forbade, and whatever else says that something ran.
LISTEN = """
window.forbidden = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.forbidden.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
NEVER_OPENED = {"deals:logout", "account_logout", "admin:logout"}


@pytest.fixture(scope="module")
def addresses(server: Server) -> dict[str, list[str]]:
    done = server.manage("shell", "-v0", "-c", PREPARE)
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return {name: paths for name, paths in found.items() if name not in NEVER_OPENED}


def is_opened(name: str, language: str) -> bool:
    """Of the administration in one language: the lists and a record of each, and all pages of two; they look alike."""
    if not name.startswith("admin:"):
        return True
    is_chosen = name.endswith(("_changelist", "_change")) or "_deal_" in name or "_user_" in name
    return language == "vi" and (is_chosen or name.count("_") < 2)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_page_runs_what_was_typed_nor_breaks_the_policy(
    server: Server, browser: Browser, addresses: Any, language: str
):
    context = browser.new_context(base_url=server.url, viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "django_language", "value": language, "url": server.url}])
    context.add_init_script(LISTEN)
    wrong: list[Any] = []
    opened, here = 0, ""

    def new_page() -> Page:
        page = context.new_page()
        page.on("dialog", lambda dialog: (wrong.append((here, "a dialog", dialog.message)), dialog.dismiss()))
        page.on("pageerror", lambda error: wrong.append((here, "an error", str(error))))
        page.on("console", lambda said: wrong.append((here, said.text)) if "Security Policy" in said.text else None)
        return page

    page = new_page()
    sign_in(page, ADMINISTRATOR)
    for path in dict.fromkeys(path for name, paths in addresses.items() if is_opened(name, language) for path in paths):
        here = path
        try:
            page.goto(path, wait_until="load")
        except Error as error:
            # A file, or an answer without a page: nothing that could run. What is under way would disturb the next.
            if "Download is starting" not in str(error) and "ERR_HTTP_RESPONSE_CODE_FAILURE" not in str(error):
                raise
            page.close()
            page = new_page()
            continue
        wrong += [(path, each) for each in page.evaluate("window.forbidden || []")]
        opened += 1
    context.close()
    assert wrong == []
    assert opened > (120 if language == "vi" else 60)
