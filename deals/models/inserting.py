"""Many new rows of one table at once, straight from the values of their columns, without an object for each."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

from .money import UsdField

AT_ONCE = 1000
Take = Callable[[Any], Any] | None
AS_THEY_ARE = (models.BooleanField, models.IntegerField, models.ForeignKey)


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows: for each the values of the attributes named, as the model holds them; columns that are not named get
    their defaults. Triggers and constraints look at each row; the model's own rules do not.

    One statement for each AT_ONCE rows, and the memory of as many.
    """
    fields: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields if not field.generated}
    chosen = [fields[name] for name in names]
    rest = [field for field in fields.values() if field not in chosen and not field.primary_key]
    usual = _taken([_take(field) for field in rest], [field.get_default() for field in rest])
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(field.column) for field in [*chosen, *rest])
    takes = [_take(field) for field in chosen]
    left = iter(rows)
    while several := [(*_taken(takes, row), *usual) for row in islice(left, AT_ONCE)]:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                copy_in(cursor, f"COPY {table} ({columns}) FROM STDIN", several)
            else:
                marks = ", ".join(["%s"] * len(several[0]))
                cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", several)


def copy_in(cursor: Any, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Send rows to PostgreSQL, as fast as it takes them. What watches statements does not see it."""
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def give_keys(model: type[models.Model], count: int) -> Sequence[int]:
    """So many keys that no row of the table has, nor ever had, for rows inserted in this transaction. One query."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [table, model._meta.pk.column, count],
            )
            return [key for (key,) in cursor.fetchall()]
        # Whoever writes is alone until the transaction ends.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
        return range(last + 1, last + count + 1)


def _taken(takes: Iterable[Take], values: Iterable[Any]) -> Iterable[Any]:
    return [value if value is None or take is None else take(value) for take, value in zip(takes, values, strict=True)]


def _take(field: Any) -> Take:
    """What turns a value of the field into one that the database takes; None where it is one."""
    if isinstance(field, UsdField):
        return field.get_prep_value
    if isinstance(field, AS_THEY_ARE):
        return None
    if isinstance(field, models.CharField | models.TextField):
        return str
    # The connection itself: what stands for it looks it up at each touch.
    take = partial(field.get_db_prep_save, connection=connections[DEFAULT_DB_ALIAS])
    # Of days and moments there are few.
    return lru_cache(maxsize=1000)(take) if isinstance(field, models.DateField) else take
