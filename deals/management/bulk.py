"""Very many made-up rows into empty tables, quickly: for measurements alone.

Rows go past the models, the actions and their history, with keys of our own; triggers and constraints still
look at each of them.
"""

import json
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models
from django.db.models import Max

from deals.models import User


class Table:
    """The rows of one table on their way into the database; keys are given out here."""

    def __init__(self, model: type[models.Model]) -> None:
        self.name = model._meta.db_table
        self.fields = [field for field in model._meta.concrete_fields if not field.generated]
        self.defaults = {field.attname: _plain(field.get_default()) for field in self.fields}
        self.tracked = [field.attname for field in self.fields]
        self.key = model._meta.pk.attname
        self.keys = count((model._base_manager.aggregate(last=Max("pk"))["last"] or 0) + 1)
        self.rows: list[tuple[Any, ...]] = []

    def add(self, **values: Any) -> int:
        """Take in a row; the key is the next one where none is given."""
        row = self.defaults | values
        if row[self.key] is None:
            row[self.key] = next(self.keys)
        self.rows.append(tuple(_plain(row[name]) for name in self.tracked))
        return row[self.key]

    def write(self) -> None:
        if not self.rows:
            return
        columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in self.fields)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {self.name} ({columns}) FROM STDIN") as copy:
                    for row in self.rows:
                        copy.write_row(row)
            else:
                marks = ", ".join(["%s"] * len(self.fields))
                cursor.executemany(f"INSERT INTO {self.name} ({columns}) VALUES ({marks})", self.rows)
        self.rows.clear()


def _plain(value: Any) -> Any:
    """The value as both databases take it: amounts in cents, enumerations as text, aware times in UTC."""
    if value is None or type(value) in (int, str, bool):
        return value
    if isinstance(value, Decimal):
        return int(value * 100)
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return str(value)
    if connection.vendor == "sqlite":
        return str(value.replace(tzinfo=None)) if isinstance(value, datetime) else value.isoformat()
    return value


class Books:
    """All tables, in the order in which they are written."""

    def __init__(self) -> None:
        self.tables: dict[type[models.Model], Table] = {}
        self.histories: dict[type[Any], type[models.Model]] = {}
        self.system = User.objects.system().pk
        self.staff = [self._person(number) for number in range(8)]

    def _person(self, number: int) -> int:
        fields = {"last_name": "Lê", "first_name": f"Cán bộ {number + 1}", "password": "!"}
        return User.objects.create(username=f"bench-officer-{number + 1}", **fields).pk

    def table(self, model: type[models.Model]) -> Table:
        if model not in self.tables:
            self.tables[model] = Table(model)
        return self.tables[model]

    def add(self, model: type[models.Model], /, **values: Any) -> int:
        return self.table(model).add(**values)

    def key(self, model: type[models.Model]) -> int:
        """The next key of the model, for a row that is added later."""
        return next(self.table(model).keys)

    def keep(self, model: type[Any], learned: datetime, /, **values: Any) -> int:
        """A tracked record, with the line that its entry leaves in the history."""
        key = self.add(model, recorded_at=learned, **values)
        self.track(model, "+", learned, self.system, values | {"id": key, "recorded_at": learned})
        return key

    def track(self, model: type[Any], kind: str, learned: datetime, by: int, values: dict[str, Any]) -> None:
        """A line of the record's history: what it held, when that was learnt and from whom."""
        if model not in self.histories:  # naming `history` makes a manager each time
            self.histories[model] = model.history.model
        history = self.histories[model]
        kept = {name: value for name, value in values.items() if name != "sort_key"}
        self.add(history, history_date=learned, history_type=kind, history_user_id=by, **kept)

    def write(self) -> None:
        for table in self.tables.values():
            table.write()

    def close(self) -> None:
        """Write the rest, and let the database go on counting after the keys given out here."""
        self.write()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(self.tables)):
                cursor.execute(statement)


class Entered:
    """A tracked record with what was changed of it later, until it is handed over."""

    def __init__(self, model: type[Any], learned: datetime, values: dict[str, Any]) -> None:
        self.model, self.learned, self.values = model, learned, values
        self.changes: list[tuple[datetime, dict[str, Any]]] = []

    def change(self, learned: datetime, **values: Any) -> None:
        self.changes.append((learned, values))

    def take_in(self, books: Books, *, by: int) -> None:
        """The record as it is now, and a line of history for its entry and for each change."""
        states = [(self.learned, self.values)]
        for learned, values in self.changes:
            states.append((learned, states[-1][1] | values))
        books.add(self.model, recorded_at=self.learned, **states[-1][1])
        for number, (learned, values) in enumerate(states):
            kind = "~" if number else "+"
            books.track(self.model, kind, learned, by, values | {"recorded_at": self.learned})
