"""`manage.py bench`: measure the pages with very many deals against yardsticks of the same run.

Builds databases of its own, serves them with two gunicorn workers on the loopback, asks for the pages in turn,
and writes docs/benchmarks.md. What is built is removed at the end, unless --folder keeps it for the next time.
"""

import argparse
import hashlib
import os
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from math import inf
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any
from urllib.parse import quote_plus, urlsplit

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from psycopg import sql

from deals import periods
from deals.forms import screens
from deals.management import budgets, bulk, desk, portfolio, surroundings, yardsticks
from deals.management.bare_dashboard import Bare
from deals.management.budgets import MEMORY, PAGES, START, Measured
from deals.management.serving import Serving, Site
from deals.models import Deal, Programme, User

ACCOUNT = "bench"
SIZES, ROUNDS, LEAST_ROUNDS, STARTS, MINUTES = "1000,10000,100000", 15, 5, 3, 20
PAST = date(2024, 5, 8)
# Deals with a memorandum of which much is left; each gets a few contracts of a million.
OPEN_DEALS = """SELECT d.code FROM deals_deal d JOIN deals_balance b ON b.deal_id = d.id
WHERE d.closed_on IS NULL AND d.archived_at IS NULL AND b.memorandum > 10000000000 ORDER BY d.id LIMIT 20"""
OVERVIEW = "/"
STAGE, SECTOR = "contract_signed", "power-equipment"


class Command(BaseCommand):
    help = "Measure the pages with very many deals; see docs/benchmarks.md."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--sizes", default=SIZES, help=f"numbers of deals, {SIZES}")
        parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds at each size, {ROUNDS}")
        parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
        parser.add_argument("--folder", type=Path, help="keep the databases, those of SQLite in this folder")
        parser.add_argument("--minutes", type=int, default=MINUTES, help="fewer rounds where it would take longer")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--no-docs", action="store_true", help="leave docs/benchmarks.md as it is")
        parser.add_argument("--strict", action="store_true", help="fail where a budget is missed")
        parser.add_argument("--build", type=int, help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["build"]:
            return build(options["build"], seed=options["seed"])
        try:
            sizes = sorted({int(size) for size in options["sizes"].split(",")})
        except ValueError as error:
            raise CommandError("--sizes are whole numbers with commas between them.") from error
        if sizes[0] < 1:
            raise CommandError("--sizes are more than zero.")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that server and databases go with it
        with tempfile.TemporaryDirectory(prefix="dealtracker-bench-") as scratch:
            runs = self._measure(Path(scratch), sizes, options)
        self._tell(runs, options)
        return None

    def _measure(self, scratch: Path, sizes: list[int], options: dict[str, Any]) -> list[Measured]:
        server = Serving(scratch)
        grounds = [
            Ground(database, size, options["seed"], options["folder"] or scratch, is_kept=bool(options["folder"]))
            for database in self._databases(options["database"])
            for size in sizes
        ]
        until = monotonic() + options["minutes"] * 60
        runs = []
        for number, ground in enumerate(grounds):
            self.stdout.write(f"{ground.database}, {ground.deals:,} deals: building …")
            with ground.built(server):
                self.stdout.write("  measuring …")
                left = (until - monotonic()) / (len(grounds) - number)
                runs.append(measure(ground, server, rounds=options["rounds"], seconds=left / 2))
        return runs

    def _databases(self, asked: str) -> list[str]:
        found = ["sqlite", "postgres"] if asked == "both" else [asked]
        if "postgres" in found and not os.environ.get("BENCH_POSTGRES_URL"):
            if asked == "postgres":
                raise CommandError("BENCH_POSTGRES_URL names no PostgreSQL; `make bench` brings one of its own.")
            found.remove("postgres")
        return found

    def _tell(self, runs: list[Measured], options: dict[str, Any]) -> None:
        rounds = min(len(run.found["F"]) for run in runs)
        text = budgets.report(runs, rounds=rounds, versions=_versions(runs))
        self.stdout.write(text)
        if not options["no_docs"]:
            (settings.BASE_DIR / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")
        missed = [
            verdict
            for database in dict.fromkeys(run.database for run in runs)
            for verdict in budgets.judge([run for run in runs if run.database == database])
            if not verdict.is_met
        ]
        self.stdout.write(f"Budgets not met: {len(missed)}")
        if missed and options["strict"]:
            sys.exit(1)


def _versions(runs: list[Measured]) -> dict[str, str]:
    if all(run.database != "postgres" for run in runs):
        return {}
    with psycopg.connect(os.environ["BENCH_POSTGRES_URL"]) as server:
        given = os.environ.get("PGOPTIONS")
        return {"PostgreSQL": f"{server.info.server_version // 10000}" + (f" with {given}" if given else "")}


# The databases


def build(deals: int, *, seed: int) -> None:
    """Fill the database that DATABASE_URL names, unless it is filled already, and let the account in."""
    call_command("migrate", verbosity=0, interactive=False)
    if not Programme.objects.filter(code=mark(deals, seed)).exists():
        if Deal.objects.exists():
            raise CommandError("This database has deals that are not of a bench; nothing was changed.")
        portfolio.build(deals, seed=seed, mark=mark(deals, seed))
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")  # as autovacuum does within minutes
    user, _created = User.objects.get_or_create(username=ACCOUNT, defaults={"is_staff": True, "is_superuser": True})
    user.set_password(os.environ["BENCH_PASSWORD"])
    user.save()


def mark(deals: int, seed: int) -> str:
    """A name for a portfolio: another size, seed or generator is another one."""
    modules = (bulk, portfolio, surroundings)
    source = b"".join(Path(str(module.__file__)).read_bytes() for module in modules)
    return f"bench-{deals}-{seed}-{hashlib.sha256(source).hexdigest()[:8]}"


@dataclass(frozen=True)
class Ground:
    """A database of one kind and size."""

    database: str
    deals: int
    seed: int
    folder: Path
    is_kept: bool

    @property
    def name(self) -> str:
        return mark(self.deals, self.seed).replace("-", "_")

    @property
    def file(self) -> Path:
        return self.folder.resolve() / f"{self.name}.sqlite3"

    @property
    def url(self) -> str:
        if self.database == "sqlite":
            return f"sqlite:///{self.file}"
        return urlsplit(os.environ["BENCH_POSTGRES_URL"])._replace(path=f"/{self.name}").geturl()

    @contextmanager
    def built(self, server: "Serving") -> Iterator[None]:
        try:
            if self.database == "postgres":
                self._create()
            else:
                self.folder.mkdir(parents=True, exist_ok=True)
            server.manage(self.url, "bench", "--build", str(self.deals), "--seed", str(self.seed))
            yield
        finally:
            if not self.is_kept:
                self._remove()

    def _create(self) -> None:
        with (
            psycopg.connect(os.environ["BENCH_POSTGRES_URL"], autocommit=True) as server,
            suppress(psycopg.errors.DuplicateDatabase),
        ):
            server.execute(
                sql.SQL(
                    "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
                    " LOCALE_PROVIDER icu ICU_LOCALE 'vi'"
                ).format(sql.Identifier(self.name))
            )

    def _remove(self) -> None:
        if self.database == "sqlite":
            for file in self.folder.glob(f"{self.file.name}*"):
                file.unlink()
        else:
            with psycopg.connect(os.environ["BENCH_POSTGRES_URL"], autocommit=True) as server:
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                server.execute(drop.format(sql.Identifier(self.name)))

    @contextmanager
    def asked(self) -> Iterator[Callable[[list[str]], list[list[tuple[Any, ...]]]]]:
        """Ask the database in bare SQL, past Django."""
        if self.database == "sqlite":
            bare: Any = sqlite3.connect(self.file)
        else:
            # Compiling a query for a second is no yardstick.
            bare = psycopg.connect(self.url, autocommit=True, options="-c jit=off")
        try:
            cursor = bare.cursor()
            yield lambda statements: yardsticks.ask(cursor, statements)
        finally:
            bare.close()

    @property
    def vendor(self) -> str:
        return "sqlite" if self.database == "sqlite" else "postgresql"


# Measuring


def measure(ground: Ground, server: Serving, *, rounds: int, seconds: float) -> Measured:
    """Ask for everything in turn, round by round, within the seconds where that leaves enough rounds."""
    with ground.asked() as ask:
        pages, statements = _questions(ground, ask)
        [[(postings,)], open_deals] = ask(["SELECT COUNT(*) FROM deals_posting", OPEN_DEALS])
        codes = [code for (code,) in open_deals]
        found = Measured(ground.database, ground.deals, postings)
        for _start in range(STARTS):
            with server.up(ground.url) as site:
                found.add(START, site.seconds_to_start * 1000)
        with server.up(ground.url) as site:
            site.sign_in(ACCOUNT, server.password)
            until = monotonic() + seconds
            for number in range(-4, rounds):  # the first four warm both workers
                if number >= LEAST_ROUNDS and monotonic() > until:
                    break
                for name, write in (("update", desk.log_update), ("sign", desk.sign)):
                    seconds_taken = write(site, codes[number % len(codes)])
                    if number >= 0:
                        found.add(name, seconds_taken * 1000)
                for name in PAGES:
                    begun = perf_counter()
                    if name in statements:
                        ask(statements[name])
                    else:
                        _visit(site, *pages[name])
                    if number >= 0:
                        found.add(name, (perf_counter() - begun) * 1000)
            _ask_again(site, found, rounds)
            for size in site.memory():
                found.add(MEMORY, size)
    return found


def _ask_again(site: Site, found: Measured, rounds: int) -> None:
    """The dashboard while nothing changes, both workers having answered it before: as a whole, and by its tag."""
    for _time in range(6):
        _visit(site, OVERVIEW, "by-state")
    tag = site.tag
    for _time in range(rounds):
        begun = perf_counter()
        _visit(site, OVERVIEW, "by-state")
        found.add("again", (perf_counter() - begun) * 1000)
        begun = perf_counter()
        is_same = bool(tag) and site.ask(OVERVIEW, tag=tag)[0] == 304
        found.add("same", (perf_counter() - begun) * 1000 if is_same else inf)


def _visit(site: Site, path: str, expected: str) -> None:
    status, body = site.ask(path)
    if status != 200 or expected.encode() not in body:
        raise CommandError(f"{path} answered {status}, or without “{expected}”.")


def _questions(
    ground: Ground, ask: Callable[[list[str]], list[list[tuple[Any, ...]]]]
) -> tuple[dict[str, tuple[str, str]], dict[str, list[str]]]:
    """The addresses of the pages, each with what must stand on it, and the statements of the bare SQL."""
    sector, deal = ask(
        [
            f"SELECT id FROM deals_sector WHERE code = '{SECTOR}'",
            "SELECT code FROM deals_deal ORDER BY id LIMIT 1",
        ]
    )
    last = -(-ground.deals // yardsticks.ROWS)
    today = timezone.localdate()
    common, rare = quote_plus(portfolio.COMMON_WORDS), quote_plus(portfolio.RARE_WORDS)
    pages = {
        "F": ("/yardstick/bare/", "<table>"),
        "A": (
            f"/yardstick/admin/deals/deal/?stage__exact={STAGE}&sector__id__exact={sector[0][0]}",
            "field-title_vi",
        ),
        "filtered": (f"/deals/?stage={STAGE}&sector={SECTOR}&sort=value", "VNUS-"),
        "all": ("/deals/", "VNUS-"),
        "last": (f"/deals/?page={last}", "VNUS-"),
        "common": (f"/deals/?q={common}", "VNUS-"),
        "rare": (f"/deals/?q={rare}", "VNUS-"),
        "deal": (f"/deals/{deal[0][0]}/", "timeline"),
        "today": (OVERVIEW, "by-state"),
        "past": (f"{OVERVIEW}?as_of={PAST}&known={PAST}", "by-state"),
    }
    statements = {
        "S all": yardsticks.list_sql(today, page=1),
        "S last": yardsticks.list_sql(today, page=last),
        "S today": _bare(ground, today, None),
        "S past": _bare(ground, PAST, screens.end_of(PAST)),
    }
    return pages, statements


def _bare(ground: Ground, day: date, known: datetime | None) -> list[str]:
    since = periods.days_before(day, screens.DAYS_BEFORE)
    bare = Bare(ground.vendor, day, since, screens.end_of(since), known, is_today=known is None)
    return list(bare.statements().values())
