"""Which state of the record a page tells of: the same revision, the same figures."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.db import connection, transaction

# On PostgreSQL numbers are given out before they are seen. While anybody writes, a lower number than the highest seen
# may still appear, so that the highest ones tell nothing.
WRITERS = "(SELECT COUNT(*) FROM pg_snapshot_xip(pg_current_snapshot()))"


def revision() -> str:
    """A text that differs whenever anything that was ever recorded differs; empty while it cannot be told. One query,
    which reads the end of an index of each table."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(connection.vendor))
        writers, *last = cursor.fetchone()
    return "" if writers else "-".join(str(number or 0) for number in last)


@cache
def _statement(vendor: str) -> str:
    """Every write of a tracked record leaves a line of history; entries and stages are lines themselves."""
    lines = [
        (model._meta.db_table, model._meta.pk.column)
        for model in apps.get_app_config("deals").get_models()
        if hasattr(model, "history_object") or model.__name__ in ("Posting", "StageChange")
    ]
    last = [f"(SELECT MAX({column}) FROM {table})" for table, column in lines]
    return f"SELECT {', '.join([WRITERS if vendor == 'postgresql' else '0', *last])}"


@contextmanager
def one_state() -> Iterator[None]:
    """Everything read within is read of one state of the record, whatever is written meanwhile. Nothing may be written
    within."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        # Not atomic(): that begins as one who writes, and would wait for all others who do.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
