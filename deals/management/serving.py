"""The product served as it is for real, to be measured: two workers on the loopback, and one who visits them."""

import http.client
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from time import perf_counter, sleep
from urllib.parse import urlencode

from django.conf import settings

HOST, WORKERS = "127.0.0.1", 2
SETTINGS = 'from dealtracker.settings import *\nROOT_URLCONF = "deals.management.yardsticks"\n'


class ServingError(RuntimeError):
    """The product does not start, or does not let the visitor in."""


class Serving:
    """Starts the product as it is served for real, with the yardsticks beside it."""

    def __init__(self, scratch: Path) -> None:
        (scratch / "bench_settings.py").write_text(SETTINGS, encoding="utf-8")
        self.password = secrets.token_urlsafe(16)
        self._env = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "DJANGO_SETTINGS_MODULE": "bench_settings",
            "PYTHONPATH": f"{scratch}{os.pathsep}{settings.BASE_DIR}",
            "DEBUG": "0",
            "TRIAL": "0",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": HOST,
            "SECURE_SSL_REDIRECT": "0",
            "MFA_REQUIRED": "0",
            "STATIC_ROOT": str(scratch / "static"),
            "MEDIA_ROOT": str(scratch / "media"),
            "BENCH_PASSWORD": self.password,
        }
        self._run(
            ["manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
            {"DATABASE_URL": "sqlite://:memory:"},
        )

    def manage(self, url: str, *command: str) -> None:
        """Run a command of the product on that database."""
        self._run(["manage.py", *command], {"DATABASE_URL": url})

    def _run(self, command: list[str], more: dict[str, str]) -> None:
        done = subprocess.run([sys.executable, *command], env=self._env | more, cwd=settings.BASE_DIR, check=False)
        if done.returncode:
            raise ServingError(f"This did not work: {' '.join(command)}")

    def begun(self, url: str, *command: str) -> subprocess.Popen[str]:
        """A command of the product at work on that database, to be read from."""
        env = self._env | {"DATABASE_URL": url}
        whole = [sys.executable, "manage.py", *command]
        return subprocess.Popen(whole, env=env, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)

    @contextmanager
    def up(self, url: str) -> Iterator["Site"]:
        """Two workers; `Site.seconds_to_start` is the time until the sign-in page was there."""
        with socket.socket() as free:
            free.bind((HOST, 0))
            port = free.getsockname()[1]
        command = ["-m", "gunicorn", "dealtracker.wsgi", "--no-control-socket", "--preload", "--log-level", "warning"]
        command += ["--workers", str(WORKERS), "--bind", f"{HOST}:{port}"]
        begun = perf_counter()
        env = self._env | {"DATABASE_URL": url}
        process = subprocess.Popen([sys.executable, *command], env=env, cwd=settings.BASE_DIR)
        try:
            site = Site(port, process.pid)
            while not site.answers():
                if process.poll() is not None or perf_counter() - begun > 60:
                    raise ServingError("The server did not start.")
                sleep(0.005)
            site.seconds_to_start = perf_counter() - begun
            yield site
        finally:
            process.terminate()
            process.wait(30)


class Site:
    """The running product, as one visitor sees it."""

    seconds_to_start = 0.0
    # Of the last answer, empty where it had none.
    tag = ""
    leads_to = ""

    def __init__(self, port: int, pid: int) -> None:
        self.port, self.pid = port, pid
        self.cookies: SimpleCookie = SimpleCookie()

    def answers(self) -> bool:
        try:
            return self.ask("/sign-in/")[0] == 200
        except OSError:
            return False

    def ask(self, path: str, form: dict[str, str] | None = None, *, tag: str = "") -> tuple[int, bytes]:
        """Status and body; with the `tag` of an earlier answer, 304 and nothing where it would be the same."""
        client = http.client.HTTPConnection(HOST, self.port, timeout=120)
        try:
            headers = self._headers()
            if tag:
                headers["If-None-Match"] = tag
            if form is None:
                client.request("GET", path, headers=headers)
            else:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                client.request("POST", path, urlencode(form), headers)
            answer = client.getresponse()
            body = answer.read()
        finally:
            client.close()
        for crumbs in answer.headers.get_all("Set-Cookie") or []:
            self.cookies.load(crumbs)
        self.tag = answer.headers.get("ETag", "")
        self.leads_to = answer.headers.get("Location", "")
        return answer.status, body

    def visit(self, path: str, expected: str) -> float:
        """Seconds to the whole of a page on which the expected stands; ServingError for any other."""
        begun = perf_counter()
        status, body = self.ask(path)
        seconds = perf_counter() - begun
        if status != 200 or expected.encode() not in body:
            raise ServingError(f"{path} answered {status}, or without “{expected}”.")
        return seconds

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={crumb.value}" for name, crumb in self.cookies.items())}

    def take(self, path: str, file: Path) -> tuple[float, float]:
        """Put what is at the path into the file: seconds to the first and to the last byte. What comes is kept aside,
        and not looked at meanwhile."""
        client = http.client.HTTPConnection(HOST, self.port, timeout=600)
        begun = perf_counter()
        try:
            client.request("GET", path, headers=self._headers())
            answer = client.getresponse()
            with file.open("wb") as into:
                into.write(answer.read(1))
                first = perf_counter() - begun
                shutil.copyfileobj(answer, into)
        finally:
            client.close()
        if answer.status != 200:
            raise ServingError(f"{path} answered {answer.status}.")
        return first, perf_counter() - begun

    def another(self) -> "Site":
        """Another visitor, signed in as this one is."""
        other = Site(self.port, self.pid)
        other.cookies = SimpleCookie({name: crumb.value for name, crumb in self.cookies.items()})
        return other

    def sign_in(self, name: str, password: str) -> None:
        token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', self.ask("/sign-in/")[1])
        form = {
            "csrfmiddlewaretoken": token[1].decode() if token else "",
            "login": name,
            "password": password,
        }
        if self.ask("/sign-in/", form)[0] != 302:
            raise ServingError("Signing in did not work.")

    def memory(self) -> list[float]:
        """The proportional set size of each worker, in MB."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        sizes = [re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M) for pid in children]
        return [int(size[1]) / 1024 for size in sizes if size]
