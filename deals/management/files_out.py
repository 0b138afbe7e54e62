"""The files that the served product makes of very many deals: the list as CSV and workbook, the briefing as PDF; and W,
what the bare writers take for the same cells."""

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from threading import Event, Thread
from time import monotonic, perf_counter
from typing import Any

import xlsxwriter

from deals.management.budgets import Measured
from deals.management.serving import ServingError, Site

ROUNDS = 5
EVERY = 0.1  # seconds between two looks at the memory
AMOUNT = re.compile(r"-?\d+\.\d\d")
NUMBER_FORMAT = "#,##0.00"
Cells = list[list[str | Decimal]]


def measure(site: Site, found: Measured, scratch: Path, *, seconds: float) -> None:
    """All deals as CSV and as workbook, round by round, each with W beside it; then the briefing: within the seconds,
    but each of them once. The memory is looked at in a round of its own, as looking takes time."""
    until = monotonic() + seconds
    file = scratch / "export"
    for form in ("csv", "xlsx"):
        with _watched(site) as above_idle:
            site.take(f"/deals/export/{form}/", file)
        found.add("export memory", above_idle())
        if form == "csv":
            cells = _cells(file)
    for number in range(ROUNDS):
        if number and monotonic() > until - seconds / 4:
            break
        for form, write in (("csv", _bare_csv), ("xlsx", _bare_book)):
            first, last = site.take(f"/deals/export/{form}/", file)
            found.add(form, last * 1000)
            if form == "csv":
                found.add("csv first", first * 1000)
            found.add(f"W {form}", _seconds(write, cells, file) * 1000)
    for number in range(ROUNDS):
        if number and monotonic() > until:
            break
        found.add("briefing", _briefing(site) * 1000)
    file.unlink()


@contextmanager
def _watched(site: Site) -> Iterator[Callable[[], float]]:
    """How many MB a worker took at most above what it had before, asked when it is over."""
    idle, done = site.memory(), Event()
    most = list(idle)

    def look() -> None:
        while not done.wait(EVERY):
            most[:] = map(max, most, site.memory())

    watcher = Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield lambda: max(at_most - before for at_most, before in zip(most, idle, strict=True))
    finally:
        done.set()
        watcher.join()


def _briefing(site: Site) -> float:
    """Seconds to make a briefing of all deals, keep it, and get it as a PDF."""
    token = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', site.ask("/briefing/")[1])
    form = {"csrfmiddlewaretoken": token[1].decode() if token else "", "file": "pdf", "lang": "vi"}
    begun = perf_counter()
    status, _nothing = site.ask("/briefing/make/", form)
    if status != 302:
        raise ServingError(f"The briefing was not made ({status}).")
    status, content = site.ask(site.leads_to)
    seconds = perf_counter() - begun
    if status != 200 or not content.startswith(b"%PDF"):
        raise ServingError(f"The briefing is no PDF ({status}); `make setup` lays out what makes one.")
    return seconds


# W


def _cells(file: Path) -> Cells:
    """The cells of the CSV file, amounts as numbers."""
    with file.open(newline="", encoding="utf-8-sig") as lines:
        return [[Decimal(cell) if AMOUNT.fullmatch(cell) else cell for cell in row] for row in csv.reader(lines)]


def _seconds(write: Callable[[Cells, Path], None], cells: Cells, file: Path) -> float:
    begun = perf_counter()
    write(cells, file)
    return perf_counter() - begun


def _bare_csv(cells: Cells, file: Path) -> None:
    with file.open("w", newline="", encoding="utf-8") as into:
        csv.writer(into).writerows(cells)


def _bare_book(cells: Cells, file: Path) -> None:
    options: dict[str, Any] = {"constant_memory": True, "tmpdir": str(file.parent)}
    with xlsxwriter.Workbook(file, options) as book:
        sheet, amount = book.add_worksheet(), book.add_format({"num_format": NUMBER_FORMAT})
        for at, row in enumerate(cells):
            for column, cell in enumerate(row):
                if isinstance(cell, Decimal):
                    sheet.write_number(at, column, cell, amount)
                elif cell:
                    sheet.write_string(at, column, cell)
