"""A record looked at by itself, before it is written, without asking the database: its fields, its own rules, and the
constraints of its table, so that many can be looked at quickly and each is told what is wrong with it."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import F, Q

from deals.models import Record

from .records import prepare


def check(record: Record, *, unset: tuple[str, ...] = ()) -> None:
    """Raise ValidationError where the record cannot stand by itself; `unset` are fields that are filled in later. What
    it refers to is taken as it is: whoever calls has looked it up."""
    prepare(record)
    errors: dict[str, Any] = {}
    referring = {field.name for field in record._meta.concrete_fields if isinstance(field, models.ForeignKey)}
    try:
        record.clean_fields(exclude={*referring, *unset})
    except ValidationError as error:
        errors |= error.error_dict
    try:
        record.clean()
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    for constraint in record._meta.constraints:
        if isinstance(constraint, models.CheckConstraint) and holds(constraint.condition, record) is False:
            said = ValidationError(constraint.get_violation_error_message(), code=constraint.violation_error_code)
            errors.setdefault(NON_FIELD_ERRORS, []).append(said)
    if errors:
        raise ValidationError(errors)


def holds(condition: Any, record: Record) -> bool | None:
    """Whether the condition of a constraint holds, as the database would say: None where it cannot be told because a
    value is not known, which a constraint lets pass. NotImplementedError for a lookup that no constraint here uses."""
    if not isinstance(condition, Q):
        path, wanted = condition
        return _leaf(path, wanted, record)
    parts = [holds(child, record) for child in condition.children]
    decides = condition.connector == Q.OR
    found: bool | None = decides if decides in parts else (None if None in parts else not decides)
    return found if not condition.negated or found is None else not found


def _leaf(path: str, wanted: Any, record: Record) -> bool | None:
    name, _separator, lookup = path.partition("__")
    field: Any = record._meta.get_field(name)
    value = getattr(record, field.attname)
    if field.is_relation and value is None and field.is_cached(record):
        # A record that is not stored yet is there all the same.
        value = field.get_cached_value(record) and id(field.get_cached_value(record))
    if isinstance(wanted, F):
        reference: Any = wanted
        wanted = getattr(record, reference.name)
    if lookup == "isnull" or (lookup in ("", "exact") and wanted is None):
        return (value is None) == (wanted is None or wanted is True)
    if value is None or wanted is None:
        return None
    match lookup:
        case "" | "exact":
            return bool(value == wanted)
        case "in":
            return value in wanted
        case "gte":
            return bool(value >= wanted)
        case "lte":
            return bool(value <= wanted)
        case "gt":
            return bool(value > wanted)
    raise NotImplementedError(lookup)
