"""Which state of the record a page tells of: the same revision, the same figures."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from deals.periods import Moment

# On PostgreSQL numbers are given out before they are seen: while somebody writes, a line may still appear whose number
# is lower than the highest one seen. So those who write share a lock until they are done, and a reader who gets it
# alone, for the moment in which the state is fixed, knows that there are none.
LOCK = 7_301_942


def announce() -> None:
    """Say, before the first line is written, that something is written until the transaction ends."""
    if connection.vendor == "postgresql":
        _ask("SELECT pg_advisory_xact_lock_shared(%s)", LOCK)


@transaction.atomic
def settled() -> datetime:
    """Now: a moment at which nobody is in the middle of writing, so that what is known at it stays as it is. It waits
    for those who are."""
    if connection.vendor == "postgresql":
        _ask("SELECT pg_advisory_xact_lock(%s)", LOCK)
    return timezone.now()


def as_live(at: Moment) -> Moment:
    """The same moment as known now, where nothing was recorded since: what is known now is read much faster, and is
    what was known then. To be asked and used within one state. One query, which looks at the end of an index of each
    table."""
    if at.known_at is None:
        return at
    later = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {column} > %s)" for table, column in _moments())
    moment = connection.ops.adapt_datetimefield_value(at.known_at)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {later}", [moment] * len(_moments()))
        return at if cursor.fetchone()[0] else Moment(at.as_of)


@cache
def _moments() -> list[tuple[str, str]]:
    """Where it stands when something was recorded: of the history of each tracked record, and of the entries."""
    found = [(model, "history_date") for model in apps.get_app_config("deals").get_models() if _is_history(model)]
    return [
        (model._meta.db_table, column)
        for model, column in [*found, (apps.get_model("deals", "Posting"), "recorded_at")]
    ]


@contextmanager
def one_state() -> Iterator[str]:
    """Everything read within is read of one state of the record, whatever is written meanwhile; nothing may be written
    within. Gives the revision: a text that differs whenever anything that was ever recorded differs, empty where it
    cannot be told because somebody is writing. One query, which reads the end of an index of each table; on PostgreSQL
    two short ones besides."""
    if connection.vendor == "postgresql":
        with ExitStack() as until_the_end:
            with _alone() as is_alone:
                if not connection.in_atomic_block:
                    until_the_end.enter_context(transaction.atomic())
                    _ask("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                found = last_lines()
            yield found if is_alone else ""
    elif connection.in_atomic_block:
        yield last_lines()
    else:
        # Not atomic(): that begins as one who writes, and would wait for all others who do.
        _ask("BEGIN")
        try:
            yield last_lines()
        finally:
            _ask("ROLLBACK")


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody writes; who begins to write within waits."""
    is_alone = _ask("SELECT pg_try_advisory_lock(%s)", LOCK)[0]
    try:
        yield is_alone
    finally:
        if is_alone:
            try:
                _ask("SELECT pg_advisory_unlock(%s)", LOCK)
            except DatabaseError:
                connection.close()  # which gives the lock back, so that nobody waits for ever
                raise


def last_lines() -> str:
    """The revision as this transaction sees it. One query."""
    return "-".join(str(number or 0) for number in _ask(_statement()))


@cache
def _statement() -> str:
    """The last line of the history of each tracked record, the last entry, the last stage, the last briefing."""
    lines = [
        (model._meta.db_table, model._meta.pk.column)
        for model in apps.get_app_config("deals").get_models()
        if _is_history(model) or model.__name__ in ("Posting", "StageChange", "KeptBriefing")
    ]
    return "SELECT " + ", ".join(f"(SELECT MAX({column}) FROM {table})" for table, column in lines)


def _is_history(model: Any) -> bool:
    return hasattr(model, "history_object")


def _ask(statement: str, *values: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchone() if cursor.description else None
