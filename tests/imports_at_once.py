"""Imports that are killed while they are entered, and those that several enter at once. On PostgreSQL the tests call it
directly; on SQLite, whose test database lies in memory, as a process of its own on a file: `python -m
tests.imports_at_once NAME` prints what came of it."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

ROWS, MOMENTS = 30, 20


def register() -> bytes:
    """A register of ROWS deals, each with a paper; one of them is there already, and changes."""
    lines = ["Tên thương vụ;Doanh nghiệp;Lĩnh vực;Giá trị (triệu USD);Ngày ký;Loại văn kiện;Tình trạng"]
    lines += [f"Hàng{n}x;EVN;Năng lượng;{100 + n};2025-05-07;MoU;Đã ký MoU" for n in range(ROWS)]
    return "\n".join(lines).encode()


def ready() -> Any:
    """The register sent in and looked at, with nothing left to ask."""
    from tests import factories, registers

    by = factories.person("importer", role="stewards", is_staff=True)
    power = factories.enterprise(code="EVN", name_vi="Điện lực", name_en="Power")
    sector = factories.sector(code="energy", name_vi="Năng lượng", name_en="Energy")
    factories.deal(title_vi="Hàng0x", enterprise=power, sector=sector, stage="talks")
    batch = registers.taken_in(register(), by, name="register.csv")
    batch = registers.answered(batch, by, same="new")
    assert batch.state == "ready", batch.findings
    return batch


def killed() -> dict[str, Any]:
    """A process is killed while it enters the import, at moments from the first of its writes to the last."""
    from deals.actions import entering, imports
    from deals.importing import working

    usual, entering.AT_ONCE = entering.AT_ONCE, 4  # in many small steps
    batch = ready()
    before = _recorded()
    writes = _forked(batch, at=10**6, count=True)
    assert writes > MOMENTS * 2
    batch.refresh_from_db()
    working.notice_dead(batch)
    moments, halves, said = 0, 0, set()
    for number in range(MOMENTS):
        imports.move(batch, ["ready"], "applying", applied_by=batch.by, run="", said="")
        at = 1 + number * (writes - 1) // (MOMENTS - 1)
        moments += _forked(batch, at=at) == signal.SIGKILL
        batch.refresh_from_db()
        assert batch.state == "applying"
        halves += _recorded() != before
        working.notice_dead(batch)
        said.add((batch.state, batch.said))
    imports.move(batch, ["ready"], "applying", applied_by=batch.by, run="", said="")
    working.work(batch)
    entering.AT_ONCE = usual
    done = _recorded()
    return {"moments": moments, "halves": halves, "said": sorted(said), "state": batch.state, "deals": done["Deal"]}


def _recorded() -> dict[str, int]:
    from deals.models import Deal, Instrument, Posting, StageChange

    return {kind.__name__: kind.objects.count() for kind in (Deal, Instrument, Posting, StageChange)} | {
        "history": Deal.history.count() + Instrument.history.count()
    }


def _forked(batch: Any, *, at: int, count: bool = False) -> int:
    """A process of its own enters the import and is killed at that write of its transaction; the signal that ended it.
    With `count` it is let go on to the end, taken back by its own error, and tells how many writes there were."""
    from django.db import connections

    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            _enter(batch, at=at, tells=writing if count else None)
        finally:
            os._exit(1)  # whatever goes wrong: the rest is the parent's
    os.close(writing)
    told = os.read(reading, 100)
    os.close(reading)
    _pid, status = os.waitpid(child, 0)
    return int(told) if count else os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def _enter(batch: Any, *, at: int, tells: int | None) -> None:
    from django.db import connection

    from deals.actions import imports
    from deals.importing import working
    from deals.models import inserting

    written = 0
    real, copy_in = imports.apply, inserting.copy_in

    def copied(cursor: Any, statement: str, rows: Any) -> None:
        watched(lambda _sql: copy_in(cursor, statement, rows), "INSERT")

    def watched(execute: Any, sql: str, *rest: Any) -> Any:
        nonlocal written
        answer = execute(sql, *rest)
        if sql.lstrip().split(" ", 1)[0] in ("INSERT", "UPDATE"):
            written += 1
            assert connection.in_atomic_block  # in the middle: nothing of it is committed yet
            if written == at:
                os.kill(os.getpid(), signal.SIGKILL)
        return answer

    def apply(*args: Any, **kwargs: Any) -> None:
        with connection.execute_wrapper(watched):
            real(*args, **kwargs)
        if tells is not None:
            os.write(tells, str(written).encode())
            os.kill(os.getpid(), signal.SIGKILL)

    imports.apply, inserting.copy_in = apply, copied
    imports.move(batch, ["ready"], "applying", applied_by=batch.by, run="", said="")
    working.work(batch)


def two_at_one_import() -> dict[str, Any]:
    """Two people enter the same import at once."""
    from deals.actions import imports
    from deals.importing import working
    from deals.models import Deal, ImportBatch
    from tests.many_at_once import at_once

    batch = ready()

    def enter(_who: int) -> bool:
        mine = ImportBatch.objects.get(pk=batch.pk)
        won = imports.move(mine, ["ready"], "applying", applied_by=mine.by, run="", said="")
        working.work(mine)
        return won

    won = at_once(enter, 4)
    batch.refresh_from_db()
    return {"won": sum(won), "state": batch.state, "deals": Deal.objects.count()}


def two_with_one_file() -> dict[str, Any]:
    """Two people send in the same file, and both enter theirs at once."""
    from deals.actions import imports
    from deals.importing import working
    from deals.models import Deal, ImportBatch
    from tests import registers
    from tests.many_at_once import at_once

    first = ready()
    second = registers.answered(registers.taken_in(register(), first.by, name="again.csv"), first.by, same="new")
    batches = [first, second]
    for batch in batches:
        assert imports.move(batch, ["ready"], "applying", applied_by=batch.by, run="", said="")
    at_once(lambda who: working.work(ImportBatch.objects.get(pk=batches[who].pk)), 2)
    for batch in batches:
        batch.refresh_from_db()
    states = sorted(batch.state for batch in batches)
    counts = [batch.counts["new"] + batch.counts["changed"] for batch in batches if batch.state == "ready"]
    return {"states": states, "left_to_enter": counts, "deals": Deal.objects.count()}


SCENES: dict[str, Callable[[], dict[str, Any]]] = {
    "killed": killed,
    "two_at_one_import": two_at_one_import,
    "two_with_one_file": two_with_one_file,
}


def main(name: str) -> None:
    import json

    import django
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    django.setup()
    setup_test_environment()
    call_command("migrate", verbosity=0)
    found = SCENES[name]()
    from deals import checking

    print(json.dumps(found | {"differences": len(list(checking.check()))}))


if __name__ == "__main__":
    main(sys.argv[1])
