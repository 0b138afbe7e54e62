"""A record looked at by itself, before it is written, without asking the database: its fields, its own rules, and the
constraints of its table, so that many can be looked at quickly and each is told what is wrong with it."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import F, Q

from deals.models import Record

from .records import prepare

Told = Callable[[Record], bool | None]
LOOKUPS: Mapping[str, Callable[[Any, Any], Any]] = {
    "": operator.eq, "exact": operator.eq, "in": lambda value, several: value in several,
    "gte": operator.ge, "lte": operator.le, "gt": operator.gt,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Table:
    """What is asked of each record of a kind: its fields, each with the values that need no look, which are its choices
    and what it holds if nothing is said; those that refer to others; its constraints."""

    fields: list[tuple[str, str, frozenset[Any]]]
    referring: frozenset[str]
    constraints: list[tuple[models.CheckConstraint, Told]]


def check(record: Record, *, unset: tuple[str, ...] = ()) -> None:
    """Raise ValidationError where the record cannot stand by itself; `unset` are fields that are filled in later. What
    it refers to is taken as it is: whoever calls has looked it up."""
    prepare(record)
    table = _table(type(record))
    errors: dict[str, Any] = {}
    try:
        record.clean_fields(exclude={*table.referring, *unset, *_plain(record, table)})
    except ValidationError as error:
        errors |= error.error_dict
    try:
        record.clean()
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    for constraint, told in table.constraints:
        if told(record) is False:
            said = ValidationError(constraint.get_violation_error_message(), code=constraint.violation_error_code)
            errors.setdefault(NON_FIELD_ERRORS, []).append(said)
    if errors:
        raise ValidationError(errors)


@cache
def _table(kind: type[Record]) -> _Table:
    own: list[Any] = [field for field in kind._meta.concrete_fields if not isinstance(field, models.ForeignKey)]
    return _Table(
        fields=[
            (field.name, field.attname, _allowed(field)) for field in own if not isinstance(field, models.JSONField)
        ],
        referring=frozenset(field.name for field in kind._meta.concrete_fields if field not in own),
        constraints=[
            (constraint, _told(constraint.condition, kind))
            for constraint in kind._meta.constraints
            if isinstance(constraint, models.CheckConstraint)
        ],
    )


def _allowed(field: Any) -> frozenset[Any]:
    found = {value for value, _label in field.flatchoices}
    if field.has_default() and isinstance(default := field.get_default(), str | int):
        found.add(default)
    return frozenset(found | {value for value in ("", None) if field.blank and value in field.empty_values})


def _plain(record: Record, table: _Table) -> list[str]:
    """The fields that hold what they may hold by their definition."""
    held = record.__dict__
    try:
        return [name for name, attribute, allowed in table.fields if held.get(attribute) in allowed]
    except TypeError:
        return []  # a list where there should be none


def holds(condition: Any, record: Record) -> bool | None:
    """Whether the condition of a constraint holds, as the database would say: None where it cannot be told because a
    value is not known, which a constraint lets pass. NotImplementedError for a lookup that no constraint here uses."""
    return _told(condition, type(record))(record)


def _told(condition: Any, kind: type[Record]) -> Told:
    """The condition as a function of the record: what is the same for all of a kind is worked out once."""
    if not isinstance(condition, Q):
        path, wanted = condition
        return _leaf(path, wanted, kind)
    parts = [_told(child, kind) for child in condition.children]
    decides = condition.connector == Q.OR

    def told(record: Record) -> bool | None:
        found: bool | None = not decides
        for part in parts:
            said = part(record)
            if said is decides:
                found = decides
                break
            if said is None:
                found = None
        return found if not condition.negated or found is None else not found

    return told


def _leaf(path: str, wanted: Any, kind: type[Record]) -> Told:
    name, _separator, lookup = path.partition("__")
    held = _held(kind._meta.get_field(name))
    if lookup == "isnull" or (lookup in ("", "exact") and wanted is None):
        is_null = wanted is None or wanted is True
        return lambda record: (held(record) is None) == is_null
    if lookup not in LOOKUPS:
        raise NotImplementedError(lookup)
    compare = LOOKUPS[lookup]
    reference: Any = wanted
    against: Any = attrgetter(reference.name) if isinstance(wanted, F) else lambda record: wanted

    def told(record: Record) -> bool | None:
        value, other = held(record), against(record)
        return None if value is None or other is None else bool(compare(value, other))

    return told


def _held(field: Any) -> Callable[[Record], Any]:
    if not field.is_relation:
        return attrgetter(field.attname)

    def held(record: Record) -> Any:
        value = getattr(record, field.attname)
        if value is None and field.is_cached(record):
            # A record that is not stored yet is there all the same.
            value = field.get_cached_value(record) and id(field.get_cached_value(record))
        return value

    return held
