"""A line beside the record it may change: which fields differ, as they are and as they will be, in words."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from deals import money, names, periods
from deals.actions import imports
from deals.choices import ImportOutcome
from deals.models import Record
from deals.models.money import UsdField

from .lines import Line, Reader

Fields = Mapping[str, str]  # the field of the record, by the column that gives it


def given(line: Line, fields: Fields) -> dict[str, Any]:
    """What the line says of the record, by its fields. An empty cell says nothing: what is there stays."""
    return {name: line.values[column] for column, name in fields.items() if column in line.values}


def changed(
    reader: Reader, line: Line, record: Record, values: Mapping[str, Any], fields: Fields, what: str
) -> imports.Step:
    """The step that a line makes of a record that is there: changed, with the old values kept, or unchanged."""
    differing = [name for name, value in values.items() if not _same(record, name, value)]
    row = row_of(line, what, ImportOutcome.CHANGED if differing else ImportOutcome.SAME, str(record))
    row.before = imports.before(record, differing)
    columns = {name: column for column, name in fields.items()}
    for name in differing:
        old, new = shown(reader, record, name, getattr(record, name)), shown(reader, record, name, values[name])
        row.changes.append([_heading(line, columns.get(name, ""), record, name, reader), old, new])
    for name in differing:
        setattr(record, name, values[name])
        _ask_about_size(reader, line, record, name, values[name], columns)
    return imports.Step(row, record)


def row_of(line: Line, what: str, outcome: str, label: str) -> imports.Row:
    return imports.Row(line.table.name, line.number, what, outcome, label[:400])


def new(
    reader: Reader, line: Line, record: Record, values: Mapping[str, Any], fields: Fields, what: str, label: str
) -> imports.Step:
    """The step that a line makes of a record that is not there yet, with all it says."""
    row = row_of(line, what, ImportOutcome.NEW, label)
    columns = {name: column for column, name in fields.items()}
    for name, value in values.items():
        said = shown(reader, record, name, value)
        row.changes.append([_heading(line, columns.get(name, ""), record, name, reader), "", said])
        _ask_about_size(reader, line, record, name, value, columns)
    return imports.Step(row, record)


def _ask_about_size(
    reader: Reader, line: Line, record: Record, name: str, value: Any, columns: Mapping[str, str]
) -> None:
    if isinstance(record._meta.get_field(name), UsdField):
        reader.ask_about_size(line, columns.get(name, name), value)


def shown(reader: Reader, record: Record, name: str, value: Any) -> str:
    """A value in words, in the language of the page."""
    field: Any = record._meta.get_field(name)
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return reader.label(field, value) if field.choices else value
    if isinstance(field, UsdField):
        return money.full(Decimal(value), language=reader.language)
    if isinstance(value, date):
        return periods.day_name(value, language=reader.language)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return "; ".join(value)
    if isinstance(value, Decimal):
        return money.clear(value, language=reader.language)
    return str(value)


def problems(reader: Reader, line: Line, error: ValidationError, fields: Fields, *, about: str = "") -> None:
    """Note what a record's own rules say at the columns that it is about."""
    columns = {name: column for column, name in fields.items()}
    said = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    for name, messages in said.items():
        for message in messages:
            column = columns.get(name, "")
            text = (
                message
                if column in line.cells or name == NON_FIELD_ERRORS
                else f"{_named(line, column, reader) or name}: {message}"
            )
            reader.wrong(line, column, f"{about}{text}")


def _named(line: Line, column: str, reader: Reader) -> str:
    found = line.table.sheet.by_name.get(column)
    return found.heading(reader.language) if found else ""


def _heading(line: Line, column: str, record: Record, name: str, reader: Reader) -> str:
    field: Any = record._meta.get_field(name)
    return _named(line, column, reader) or str(capfirst(field.verbose_name))


def _same(record: Record, name: str, value: Any) -> bool:
    field: Any = record._meta.get_field(name)
    old = getattr(record, name)
    if old == value:
        return True
    if isinstance(field, models.CharField | models.TextField):
        return names.tidy(old or "") == names.tidy(value or "")
    if isinstance(old, Iterable) and isinstance(value, Iterable):
        return list(old) == list(value)
    return False
