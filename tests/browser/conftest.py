"""The product as `make run` brings it up, in a real browser: its own process, its own database with the sample data."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from deals.management.accounts import ACCOUNTS

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PASSWORDS = {account.username: account.password for account in ACCOUNTS}
EXPECTED = re.compile(r"status of (404|422)|htmx:(afterRequest|sendAbort|sendError)")
OFFICER, MANAGER, REVIEWER = (account.username for account in ACCOUNTS[:3])


@dataclass(frozen=True)
class Server:
    """A running product: where it is, and how to ask its ledger."""

    url: str
    environment: dict[str, str]

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("product")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "TRIAL": "1",
        "DATABASE_URL": f"sqlite:///{folder / 'product.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
    }
    log = (folder / "log").open("w+")
    command = [sys.executable, "manage.py", "start", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(f"http://127.0.0.1:{port}/sign-in/", process, Path(log.name))
        yield Server(f"http://127.0.0.1:{port}", environment)
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()


def _wait(url: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"The product did not start:\n{log.read_text()}")
        try:
            urllib.request.urlopen(url, timeout=5)
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
    raise RuntimeError(f"The product did not answer:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=_chromium(), args=CHROMIUM)
        yield found
        found.close()


def _chromium() -> str:
    names = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
    return next((name for name in names if Path(name).exists()), names[0])


@pytest.fixture
def visit(server: Server, browser: Browser) -> Iterator[Callable[..., Page]]:
    """A page of someone signed in; whatever the browser complains of fails the test."""
    contexts, complaints = [], []

    def open_page(who: str | None = MANAGER, *, language: str = "vi", width: int = 1440, **options: object) -> Page:
        context = browser.new_context(
            base_url=server.url, viewport={"width": width, "height": 900}, locale="vi-VN", **options
        )
        contexts.append(context)
        context.add_cookies([{"name": "django_language", "value": language, "url": server.url}])
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if who:
            sign_in(page, who)
        return page

    yield open_page
    for context in contexts:
        context.close()
    # A page that is not there, a form that is refused and a request cut short by leaving say so in the console.
    assert [text for text in complaints if not EXPECTED.search(text)] == []


def sign_in(page: Page, who: str) -> None:
    page.goto("/sign-in/")
    page.locator("#id_username").fill(who)
    page.locator("#id_password").fill(PASSWORDS[who])
    page.locator("main form button").first.click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
