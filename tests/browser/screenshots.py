"""`make screenshots`: take the pictures of docs/screenshots anew, from the sample data."""

import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser import conftest

FOLDER = conftest.ROOT / "docs" / "screenshots"
DEAL = "/deals/VNUS-2023-0002/"
PICTURES = [
    ("dashboard", "/?as_of=2025-05-07"),
    ("today", "/?since=2026-01-01"),
    ("state", "/states/VA/"),
    ("obstacles", "/obstacles/"),
    ("list", "/deals/?sector=aviation"),
    ("deal", DEAL),
    ("admin", "admin"),
    ("log", f"{DEAL}log/"),
    ("update", f"{DEAL}log/update/"),
    ("new", "/deals/new/"),
    ("signing", "signing"),
    ("briefing", "/briefing/?since=2025-01-01&compare=world"),
]
VIEWS = [
    ("vi-light", "vi", "light", 1440),
    ("vi-dark", "vi", "dark", 1440),
    ("en-light", "en", "light", 1440),
    ("en-dark", "en", "dark", 1440),
    ("vi-light-narrow", "vi", "light", 390),
]


def take(url: str) -> None:
    """Take every picture in every view and write it as PNG."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=conftest._chromium(), args=conftest.CHROMIUM)
        for view, language, scheme, width in VIEWS:
            context = browser.new_context(
                base_url=url, viewport={"width": width, "height": 900}, color_scheme=scheme, locale="vi-VN"
            )
            context.add_cookies([{"name": "django_language", "value": language, "url": url}])
            page = context.new_page()
            conftest.sign_in(page, conftest.OFFICER)
            for name, path in PICTURES:
                if path == "admin":
                    page.goto(DEAL)
                    path = page.locator('a[href*="/admin/deals/deal/"]').first.get_attribute("href") or "/admin/"
                if path == "signing":
                    _sign(page)
                else:
                    page.goto(path)
                _keep(page.screenshot(full_page=True), FOLDER / f"{name}-{view}.png")
            if view == "vi-light":
                _briefings(page)
            context.close()
        browser.close()


def _keep(picture: bytes, file: Path) -> None:
    """The picture in few colours, a third of the size: these pages have no others to lose."""
    few = Image.open(BytesIO(picture)).convert("RGB").quantize(96, dither=Image.Dither.NONE)
    few.save(file, optimize=True)


def _briefings(page: Page) -> None:
    """The pages of the PDFs, as they are printed."""
    for language in ("vi", "en", "both"):
        page.goto(f"/briefing/?lang={language}&since=2025-01-01&compare=world")
        with page.expect_download() as download:
            page.locator("button[value=pdf]").click()
        command = ["pdftoppm", "-r", "100", "-png", str(download.value.path()), str(FOLDER / f"briefing-{language}")]
        subprocess.run(command, check=True)


def _sign(page: Page) -> None:
    """The last step of a signing, in which nothing is written yet: it has the digest of what was looked at."""
    page.goto(f"{DEAL}sign/contract/")
    page.locator("[name=signed_on]").fill("2026-03-01")
    page.locator("[name=amount_0]").fill("3,3")
    page.locator("[name=amount_1]").select_option("billion")
    page.locator("[name=evidence]").select_option("enterprise_statement")
    while not page.locator("[name=digest]").count():
        page.locator("main .entry-fields button.primary").last.click()
        page.wait_for_load_state()


@pytest.mark.browser
def test_take(server: conftest.Server) -> None:
    take(server.url)
    assert len(list(Path(FOLDER).glob("*.png"))) >= len(PICTURES) * len(VIEWS)
