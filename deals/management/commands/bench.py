"""`manage.py bench`: measure the pages with very many deals against yardsticks of the same run.

Builds databases of its own, serves them with two gunicorn workers on the loopback, asks for the pages in turn,
and writes docs/benchmarks.md. What is built is removed at the end, unless --folder keeps it for the next time.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
from datetime import date, datetime
from math import inf
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any
from urllib.parse import quote_plus

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from deals import periods
from deals.forms import screens
from deals.management import budgets, crowd, desk, files_out, imported, portfolio, yardsticks
from deals.management.bare_dashboard import Bare
from deals.management.budgets import PAGES, START, Measured
from deals.management.grounds import ACCOUNT, Ask, Ground, build
from deals.management.serving import Serving, Site
from deals.models import User

SIZES, ROUNDS, LEAST_ROUNDS, STARTS, MINUTES, ROWS = "1000,10000,100000", 15, 5, 3, 45, 10_000
LEAST_FOR_CROWD, LEAST_FOR_IMPORT, INSERTIONS = 10, 300, 3  # seconds; times
WARMING = 4  # rounds that do not count, until both workers are warm
# How the time that a database has is shared out; what is left is for building it.
FOR_PAGES, FOR_CROWD, FOR_FILES, FOR_IMPORT = 0.3, 0.1, 0.2, 0.3
# What people look at while others do, too.
MIX = ("filtered", "all", "common", "rare", "deal", "today")
MEANWHILE = ("all", "today")
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
        parser.add_argument(
            "--minutes", type=int, default=MINUTES, help="fewer rounds and requests where it would take longer"
        )
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--no-docs", action="store_true", help="leave docs/benchmarks.md as it is")
        parser.add_argument("--strict", action="store_true", help="fail where a budget is missed")
        parser.add_argument("--rows", type=int, default=ROWS, help=f"rows of the register that is imported, {ROWS}")
        parser.add_argument("--build", type=int, help=argparse.SUPPRESS)
        parser.add_argument("--enter", type=Path, help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["build"]:
            return build(options["build"], seed=options["seed"])
        if options["enter"]:
            for step in imported.enter(options["enter"], by=User.objects.get(username=ACCOUNT)):
                print(json.dumps(step), flush=True)
            return None
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
                left = max(0, until - monotonic()) / (len(grounds) - number)
                found, pages = measure(ground, server, scratch, rounds=options["rounds"], seconds=left)
                if ground.deals == sizes[-1]:
                    self.stdout.write("  importing …")
                    seconds = max(FOR_IMPORT * left, LEAST_FOR_IMPORT)
                    if not enter(ground, server, scratch, found, pages, rows=options["rows"], seconds=seconds):
                        self.stdout.write(f"  not entered within {seconds:.0f} s: --minutes gives it longer.")
                runs.append(found)
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
        text = budgets.report(runs, rounds=rounds, rows=options["rows"], versions=_versions(runs))
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


# Measuring


Pages = dict[str, tuple[str, str]]


def measure(ground: Ground, server: Serving, scratch: Path, *, rounds: int, seconds: float) -> tuple[Measured, Pages]:
    """Ask for everything in turn, round by round, within the seconds where that leaves enough rounds; then several at
    once, then files. What was found, and the pages."""
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
            until = monotonic() + FOR_PAGES * seconds
            for number in range(-WARMING, rounds):
                if number >= LEAST_ROUNDS and monotonic() > until:
                    break
                _round(
                    found if number >= 0 else Measured("", 0, 0),
                    site,
                    codes[number % len(codes)],
                    pages | {"anew": _unlike(pages["filtered"], number)},
                    ask,
                    statements,
                )
            _ask_again(site, found, rounds)
            crowd.measure(site, found, [pages[name] for name in MIX], seconds=max(FOR_CROWD * seconds, LEAST_FOR_CROWD))
            files_out.measure(site, found, scratch, seconds=FOR_FILES * seconds)
    return found, pages


def _round(found: Measured, site: Site, code: str, pages: Pages, ask: Ask, statements: dict[str, list[str]]) -> None:
    """Each write, page and yardstick once."""
    for name, write in (("update", desk.log_update), ("sign", desk.sign)):
        found.add(name, write(site, code) * 1000)
    for name in PAGES:
        begun = perf_counter()
        if name in statements:
            ask(statements[name])
        else:
            site.visit(*pages[name])
        found.add(name, (perf_counter() - begun) * 1000)


def _unlike(page: tuple[str, str], number: int) -> tuple[str, str]:
    """The page at an address at which nobody has looked at it before: it asks for the first page another time over."""
    path, said = page
    return path + "&page=1" * (number + WARMING + 1), said


def enter(
    ground: Ground, server: Serving, scratch: Path, found: Measured, pages: Pages, *, rows: int, seconds: float
) -> bool:
    """Import a register in a copy of the database, and insert what came of it into the database itself, which takes it
    back; False where that takes longer than the seconds."""
    file = scratch / f"register-{ground.database}.xlsx"
    with ground.copied("import") as copy:
        with copy.asked() as ask:
            lists = [[name for (name,) in names] for names in ask(imported.LISTS)]
            keys = imported.last_keys(ask)
        imported.write_register(file, rows, lists, seed=ground.seed)
        with server.up(copy.url) as site:
            site.sign_in(ACCOUNT, server.password)
            asked = [pages[name] for name in MEANWHILE]
            if not imported.measure(server, copy.url, site, file, found, asked, seconds=seconds):
                return False
        with copy.asked() as ask:
            made = imported.rows_since(ask, keys, ground.vendor)
    with ground.cursor() as cursor:
        for _time in range(INSERTIONS):
            cursor.execute("BEGIN")
            found.add("B", imported.insert(cursor, made, ground.vendor) * 1000)
            cursor.execute("ROLLBACK")
    return True


def _ask_again(site: Site, found: Measured, rounds: int) -> None:
    """The dashboard while nothing changes, both workers having answered it before: as a whole, and by its tag."""
    for _time in range(6):
        site.visit(OVERVIEW, "by-state")
    tag = site.tag
    for _time in range(rounds):
        begun = perf_counter()
        site.visit(OVERVIEW, "by-state")
        found.add("again", (perf_counter() - begun) * 1000)
        begun = perf_counter()
        is_same = bool(tag) and site.ask(OVERVIEW, tag=tag)[0] == 304
        found.add("same", (perf_counter() - begun) * 1000 if is_same else inf)


def _questions(ground: Ground, ask: Ask) -> tuple[Pages, dict[str, list[str]]]:
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
