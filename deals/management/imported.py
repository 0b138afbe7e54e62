"""A register of very many rows, looked at and entered by a process of its own as the product does it, while others look
at pages; and B, what the bare insertion of the rows that came of it takes."""

import json
import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic, perf_counter, time
from typing import Any

import xlsxwriter
from django.apps import apps
from django.db import models

from deals.actions import imports
from deals.choices import ImportState
from deals.importing import judging, working
from deals.management.budgets import Measured
from deals.management.grounds import Ask
from deals.management.serving import WORKERS, Serving, ServingError, Site
from deals.models import Balance, ImportBatch, Posting, Record, StageChange, User

OVER, PAUSE = "{}", 0.05  # what ends the steps; seconds between two looks at them
LOOKS = 3  # at once by as many as there are workers, so that each has answered
LISTS = [
    "SELECT name_vi FROM deals_enterprise ORDER BY id",
    "SELECT name FROM deals_partner ORDER BY id",
    "SELECT name_vi FROM deals_sector ORDER BY id",
]
HEADINGS = ["STT", "Tên thương vụ", "Doanh nghiệp", "Đối tác", "Lĩnh vực", "Giá trị (triệu USD)", "Ngày ký",
            "Loại văn kiện", "Tình trạng"]  # fmt: skip
# Nothing that the made-up deals buy, so that none is asked about as one of them.
GOODS = ["sữa bột", "gỗ sồi", "bông xơ", "thịt bò", "da thuộc", "hạt nhựa", "giấy phế liệu", "kính quang học", "xe tải"]
# What a register is asked about: its deals are new ones, and stand where it says.
ANSWERS = {"same": "new", "lacking": "enter"}
PAPERS = [("MoU", "Đã ký MoU"), ("Hợp đồng", "Đang thực hiện")]


# The process that enters


def enter(file: Path, *, by: User) -> Iterator[dict[str, float]]:
    """Look at the register and enter it, and say after each step how many seconds and MB above idle it took."""
    content, idle = file.read_bytes(), _memory("VmRSS")
    batch = imports.begin(content, kind=judging.judge(content), name=file.name, by=by, language="vi")
    seconds = _worked(batch)
    if batch.state == ImportState.ASKING:
        said = {question["key"]: ANSWERS.get(question["group"], "") for question in batch.findings["questions"]}
        imports.answer(batch, choices=said, headings={}, by=by)
        seconds = _worked(batch)
    if batch.state != ImportState.READY:
        raise ServingError(f"The register is not ready to be entered: {batch.state}, {batch.said}")
    yield {"preview": seconds, "import memory": _memory("VmHWM") - idle}
    imports.move(batch, [ImportState.READY], ImportState.APPLYING, applied_by=by, run="", said="")
    seconds = _worked(batch)
    if batch.state != ImportState.APPLIED:
        raise ServingError(f"The register was not entered: {batch.state}, {batch.said}")
    entered: Any = batch.applied_at
    yield {"apply": seconds, "import memory": _memory("VmHWM") - idle, "entered": entered.timestamp()}


def _worked(batch: ImportBatch) -> float:
    begun = perf_counter()
    working.work(batch)
    return perf_counter() - begun


def _memory(what: str) -> float:
    """Resident memory of this process in MB: VmRSS now, VmHWM at most."""
    found = re.search(rf"^{what}:\s+(\d+)", Path("/proc/self/status").read_text(), re.M)
    return int(found[1]) / 1024 if found else 0.0


# Who looks on


def write_register(file: Path, rows: int, lists: list[list[str]], *, seed: int) -> None:
    """A workbook of so many contracts and memoranda of the enterprises, partners and sectors."""
    dice, start = random.Random(seed), date(2024, 1, 1)
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, HEADINGS)
        for number in range(1, rows + 1):
            title = f"Mua {GOODS[number % len(GOODS)]} lô {number}-{dice.randrange(10**6)}"
            paper, stage = dice.choice(PAPERS)
            sheet.write_row(number, 0, [number, title, *map(dice.choice, lists), dice.randrange(1, 90)])
            sheet.write_datetime(number, 6, start + timedelta(days=dice.randrange(600)), day)
            sheet.write_row(number, 7, [paper, stage])


def measure(
    server: Serving, url: str, site: Site, file: Path, found: Measured, pages: list[tuple[str, str]], *, seconds: float
) -> bool:
    """Enter the register and ask meanwhile for the pages, which were looked at before; False where it took longer than
    the seconds."""
    for page in pages * LOOKS:
        with ThreadPoolExecutor(WORKERS) as at_once:
            list(at_once.map(lambda each, page=page: each.visit(*page), [site.another() for _ in range(WORKERS)]))
    until, process = monotonic() + seconds, server.begun(url, "bench", "--enter", str(file))
    steps: SimpleQueue[str] = SimpleQueue()

    def listen() -> None:
        for step in process.stdout or ():
            steps.put(step)
        steps.put(OVER)

    Thread(target=listen, daemon=True).start()
    told: dict[str, float] = {}
    visits: list[tuple[float, float]] = []  # when each began, and how long it took
    line = ""
    try:
        while line != OVER:
            if monotonic() > until:
                return False
            with suppress(Empty):
                line = steps.get(timeout=PAUSE)
                told |= json.loads(line)
            if "preview" in told and "apply" not in told:  # it is being entered
                visits += [(time(), site.visit(*page)) for page in pages]
        if "apply" not in told:
            raise ServingError("The register was not entered.")
    finally:
        process.kill()
        process.wait()
    for name in ("preview", "apply"):
        found.add(name, told[name] * 1000)
    found.add("import memory", told["import memory"])
    # Who comes when all of it is entered sees other figures, which are worked out first.
    found.add("meanwhile", max(seconds for began, seconds in visits if began < told["entered"]) * 1000)
    return True


# B


Rows = list[tuple[str, list[str], list[tuple[Any, ...]]]]


def _tables() -> list[Any]:
    """What is entered of deals: facts, history, postings, roll-up."""
    kept = [model for model in apps.get_app_config("deals").get_models() if not model._meta.proxy]
    return [
        model
        for model in kept
        if issubclass(model, (Record, Posting, StageChange, Balance)) or hasattr(model, "history_object")
    ]


def last_keys(ask: Ask) -> list[int]:
    """The last key of each table."""
    statements = [f"SELECT MAX({model._meta.pk.column}) FROM {model._meta.db_table}" for model in _tables()]
    return [found[0][0] or 0 for found in ask(statements)]


def rows_since(ask: Ask, keys: list[int], vendor: str) -> Rows:
    """The rows that came after these keys, by table."""
    rows: Rows = []
    for model, key in zip(_tables(), keys, strict=True):
        fields = [field for field in model._meta.concrete_fields if not field.generated]
        read = [_as_it_is_written(field, vendor) for field in fields]
        table, pk = model._meta.db_table, model._meta.pk.column
        [found] = ask([f"SELECT {', '.join(read)} FROM {table} WHERE {pk} > {key} ORDER BY {pk}"])
        if found:
            rows.append((table, [f'"{field.column}"' for field in fields], found))
    return rows


def _as_it_is_written(field: Any, vendor: str) -> str:
    is_json = vendor == "postgresql" and isinstance(field, models.JSONField)
    return f'"{field.column}"::text' if is_json else f'"{field.column}"'


def insert(cursor: Any, rows: Rows, vendor: str) -> float:
    """B: seconds to insert the rows, with triggers and indexes in place. The transaction is the caller's, to end."""
    begun = perf_counter()
    for table, columns, several in rows:
        names = ", ".join(columns)
        if vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in several:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", several)
    if vendor == "postgresql":
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what else would be looked at in the end
    return perf_counter() - begun
