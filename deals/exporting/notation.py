"""Tables as JSON, for machines: `head` says what the file is of; each of the `tables` has its columns, totals and rows.
Amounts are texts with a point and two decimals, so that no reader makes them fractions of two; days and moments are as
ISO 8601 has them."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from deals import money

from .tables import Export, Kind, Row, Table

TYPE = "application/json"
AT_ONCE = 500  # rows


def written(export: Export) -> Iterator[bytes]:
    """The file, piece by piece; as much is held in memory as some hundred rows take."""
    head: dict[str, Any] = {"title": export.title}
    head |= {fact.key: fact.value if isinstance(fact.value, str | int) else _of(fact.value) for fact in export.facts}
    head["definitions"] = dict(export.definitions)
    yield f'{{"head": {_text(head)},\n"tables": ['.encode()
    for number, table in enumerate(export.tables):
        yield (",\n" if number else "\n").encode()
        yield from _table(table)
    yield b"]}\n"


def _table(table: Table) -> Iterator[bytes]:
    names = [field.name for field in table.fields]
    about = {
        "name": table.name,
        "title": table.title,
        "note": table.note,
        "columns": [{"name": field.name, "label": field.label, "kind": field.kind} for field in table.fields],
        "totals": [{"label": row[0], **_named(names[1:], row[1:])} for row in table.totals],
    }
    yield f'{_text(about)[:-1]}, "rows": ['.encode()
    lines: list[str] = []
    before = "\n"
    usd = [field.name for field in table.fields if field.kind == Kind.USD and table.in_cents]
    for row in table.told():
        named = _named(names, row)
        lines.append(_text(named | {name: money.of_cents(named[name] or None) for name in usd}))
        if len(lines) == AT_ONCE:
            yield (before + ",\n".join(lines)).encode()
            lines, before = [], ",\n"
    yield ((before + ",\n".join(lines)) if lines else "").encode() + b"]}"


def _named(names: list[str], row: Row) -> dict[str, Any]:
    return dict(zip(names, row, strict=True))


def _of(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else list(value)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_of)
