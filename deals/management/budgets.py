"""The budgets of speed and memory, and how what was measured stands against them."""

import os
import platform
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from statistics import median

import django

# In the order in which a round asks for them.
PAGES = {
    "F": "F: bare table of 50 rows from memory",
    "A": "A: stock admin, the same 50 deals",
    "filtered": "deals of a stage and a sector, by value",
    "anew": "the same, drawn anew",
    "all": "all deals, with totals",
    "S all": "S of it",
    "last": "the last page of all",
    "S last": "S of it",
    "common": "search, a common word",
    "rare": "search, a rare word",
    "deal": "a deal: 6 papers, 40 entries",
    "today": "dashboard, today",
    "S today": "S of it",
    "past": "dashboard, a past day as known then",
    "S past": "S of it",
}
# Asked after the rounds, while nothing is written.
UNCHANGED = {"again": "dashboard, nothing changed since", "same": "conditional request answered 304"}
# What is written, each time in another deal.
WRITES = {"update": "logging an update", "sign": "signing a contract, with what it takes over"}
START, MEMORY = "start", "memory"
# Files of all deals, each with what the bare writer takes for the same cells.
FILES = {
    "csv": "all deals as CSV, to the last byte",
    "csv first": "all deals as CSV, to the first byte",
    "W csv": "W of it: the bare csv module",
    "xlsx": "all deals as a workbook",
    "W xlsx": "W of it: the bare XlsxWriter",
    "briefing": "briefing of all deals, made and got as PDF",
}
# At the largest size, in a copy of it.
IMPORT = {
    "preview": "import of a register: preview",
    "apply": "import of a register: entering it",
    "B": "B of it: bare insertion of the rows that came of it",
    "meanwhile": "list and dashboard, looked at before, while it is entered: the slowest answer",
}
# What is no time.
SIZES = {
    "export memory": "memory of a worker while it makes such a file, MB above idle",
    "import memory": "memory of the process that imports, MB above idle",
    "crowd": "4 clients at once: % of what the medians of one promise of 2 workers",
    "requests": "requests that they made",
    MEMORY: "memory of a worker (PSS) after them, MB",
    "growth": "growth of a worker over the second half of them, MB",
}


@dataclass
class Measured:
    """Milliseconds by page, file, import and START; what SIZES say. Without end: not answered as it should be."""

    database: str
    deals: int
    postings: int
    found: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        self.found.setdefault(name, []).append(value)

    def median(self, name: str) -> float:
        return median(self.found[name])


@dataclass(frozen=True)
class Budget:
    """A limit in words, and worked out from the medians at the largest and at the smallest size; `is_twice` where it is
    twice that on SQLite, `is_least` where more is better."""

    name: str
    words: str
    limit: Callable[[Mapping[str, float], Mapping[str, float]], float]
    is_twice: bool = True
    is_least: bool = False


BUDGETS = [
    Budget("filtered", "≤ 4 F", lambda at, least: 4 * at["F"]),
    Budget("filtered", "≤ A / 2", lambda at, least: at["A"] / 2),
    Budget("filtered", "≤ 1.3 × its time at the smallest size", lambda at, least: 1.3 * least["filtered"]),
    Budget("anew", "≤ 4 F", lambda at, least: 4 * at["F"]),
    Budget("all", "≤ 8 F + S", lambda at, least: 8 * at["F"] + at["S all"]),
    Budget("last", "≤ 8 F + S", lambda at, least: 8 * at["F"] + at["S last"]),
    Budget("common", "≤ 6 F", lambda at, least: 6 * at["F"]),
    Budget("rare", "≤ 6 F", lambda at, least: 6 * at["F"]),
    Budget("deal", "≤ 6 F", lambda at, least: 6 * at["F"]),
    Budget("deal", "no growth (≤ 1.2 × the smallest size)", lambda at, least: 1.2 * least["deal"], False),
    Budget("today", "≤ 1.5 S + 10 F", lambda at, least: 1.5 * at["S today"] + 10 * at["F"]),
    Budget("past", "≤ 1.5 S + 10 F", lambda at, least: 1.5 * at["S past"] + 10 * at["F"]),
    Budget("again", "≤ 3 F", lambda at, least: 3 * at["F"]),
    Budget("same", "≤ 1 F", lambda at, least: at["F"]),
    Budget("update", "≤ 8 F", lambda at, least: 8 * at["F"]),
    Budget("sign", "≤ 15 F", lambda at, least: 15 * at["F"]),
    Budget("csv", "≤ 1.6 W", lambda at, least: 1.6 * at["W csv"]),
    Budget("csv first", "≤ 10 F", lambda at, least: 10 * at["F"]),
    Budget("xlsx", "≤ 1.6 W", lambda at, least: 1.6 * at["W xlsx"]),
    Budget("export memory", "≤ 40 MB above idle", lambda at, least: 40, False),
    Budget("briefing", "≤ 3 s", lambda at, least: 3000),
    Budget("preview", "≤ 3 B", lambda at, least: 3 * at["B"]),
    Budget("apply", "≤ 4 B", lambda at, least: 4 * at["B"]),
    Budget("import memory", "≤ 150 MB above idle", lambda at, least: 150, False),
    Budget("meanwhile", "≤ 1 s", lambda at, least: 1000, False),
    Budget("crowd", "≥ 60 %", lambda at, least: 60, False, is_least=True),
    Budget(MEMORY, "≤ 110 MB a worker", lambda at, least: 110, False),
    Budget("growth", "no growth (≤ 2 MB)", lambda at, least: 2, False),
    Budget(START, "≤ 3 s", lambda at, least: 3000, False),
]
NAMES = {**PAGES, **UNCHANGED, **WRITES, **FILES, **IMPORT, **SIZES, START: "start to first answer"}


@dataclass(frozen=True)
class Verdict:
    budget: Budget
    found: float
    limit: float

    @property
    def is_met(self) -> bool:
        return self.found >= self.limit if self.budget.is_least else self.found <= self.limit


def judge(runs: list[Measured]) -> list[Verdict]:
    """How the runs of one database, the smallest first, stand against the budgets at the largest size. Growth is
    judged where there is more than one size; what was not measured is not judged."""
    medians = [{name: run.median(name) for name in run.found} for run in runs]
    verdicts = []
    for budget in BUDGETS:
        if budget.name not in medians[-1] or (len(runs) == 1 and "smallest" in budget.words):
            continue
        twice = 2 if budget.is_twice and runs[-1].database == "sqlite" else 1
        limit = twice * budget.limit(medians[-1], medians[0])
        verdicts.append(Verdict(budget, medians[-1][budget.name], limit))
    return verdicts


def report(runs: list[Measured], *, rounds: int, rows: int, versions: Mapping[str, str]) -> str:
    """The page docs/benchmarks.md: what was measured on which machine, and which budgets are met."""
    parts = [HEAD.format(rounds=rounds, rows=rows, machine=_machine(), versions=_versions(versions))]
    for database in dict.fromkeys(run.database for run in runs):
        of_it = sorted((run for run in runs if run.database == database), key=lambda run: run.deals)
        parts += [f"## {DATABASES[database]}\n", _times(of_it), "", _verdicts(of_it), ""]
    return "\n".join(parts)


DATABASES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
HEAD = """# Benchmarks

Written by `make bench`. Milliseconds: the median of {rounds} interleaved rounds, with the least and the most. Two
gunicorn workers, one client, real HTTP over the loopback, a signed-in person. Before each round two deals change, so
that every figure is asked for again; a list on which nothing differs for all that is not drawn again, rows and lists of
names that were drawn before are remembered, and "drawn anew" is a list at an address that nobody asked for before.
Yardsticks of the same run: F = a signed-in page with a bare table of 50 rows from memory; A = the stock Django admin's
list of the same 50 deals; S = the bare SQL for the same figures, without Django; W = the bare writer library (csv;
XlsxWriter with constant memory) writing the cells of the very file that was exported, amounts as decimals; B = the bare
insertion of the rows that an import of {rows:,} rows made, through the driver (executemany; COPY), with triggers and
indexes in place, rolled back. SQLite may take twice the time that PostgreSQL may. The import is measured at the largest
size, in a copy, by a process of its own. Machines differ and drift: compare the ratios.

- {machine}
- {versions}
"""


def _machine() -> str:
    memory = sum(
        int(line.split()[1]) for line in Path("/proc/meminfo").read_text().splitlines() if line[:9] == "MemTotal:"
    )
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {memory / 2**20:.0f} GB of memory; load {load:.1f} when it ended"


def _versions(more: Mapping[str, str]) -> str:
    found = {
        "Python": platform.python_version(),
        "Django": django.get_version(),
        "SQLite": sqlite3.sqlite_version,
    }
    return ", ".join(f"{name} {version}" for name, version in {**found, **more}.items())


def _times(runs: list[Measured]) -> str:
    sizes = [f"{run.deals:,} deals, {run.postings:,} entries" for run in runs]
    lines = [_row(["", *sizes, "× F"]), _row(["---", *["--:"] * (len(runs) + 1)])]
    for name in NAMES:
        cells = [_spread(run.found[name]) if name in run.found else "" for run in runs]
        if any(cells):
            lines.append(_row([NAMES[name], *cells, _ratio(runs[-1], name)]))
    return "\n".join(lines)


def _ratio(run: Measured, name: str) -> str:
    """How many F it takes, where that says something."""
    if name in SIZES or name == START or name not in run.found or run.median(name) == inf:
        return ""
    return f"{run.median(name) / run.median('F'):.1f}"


def _verdicts(runs: list[Measured]) -> str:
    lines = [
        _row([f"at {runs[-1].deals:,} deals", "budget", "limit", "found", ""]),
        "| --- | --- | --: | --: | --- |",
    ]
    for verdict in judge(runs):
        budget = verdict.budget
        words = f"2 × ({budget.words})" if budget.is_twice and runs[0].database == "sqlite" else budget.words
        met = "met" if verdict.is_met else "**not met**"
        lines.append(_row([NAMES[budget.name], words, _number(verdict.limit), _number(verdict.found), met]))
    return "\n".join(lines)


def _spread(values: list[float]) -> str:
    if median(values) == inf or len(values) == 1:
        return _number(median(values))
    return f"{_number(median(values))} ({_number(min(values))}–{_number(max(values))})"


def _number(value: float) -> str:
    if value == inf:
        return "not answered 304"
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
