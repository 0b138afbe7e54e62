"""What somebody asked a second person to confirm, as it is read: each record with each field before and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import capfirst

from deals.choices import RequestState
from deals.models import ChangeRequest, Deal, Record
from deals.models.documents import DESCRIBES_FILE

from .timelines import Change, resolve

# What is said elsewhere on the page, or says nothing to anybody.
LEFT_OUT = {"deal", "currency", "date_precision", "sort_key"} | DESCRIBES_FILE


@dataclass(frozen=True, slots=True)
class Row:
    """A record of the change: `how` is new, changed, archived or restored."""

    kind: str
    title: str
    how: str
    changes: list[Change]


def rows(request: ChangeRequest) -> list[Row]:
    """The records that the change enters, changes, archives and brings back. One query a record, and one for each kind
    of record referred to."""
    data = request.proposal
    found: list[Row] = []
    for row in data["records"]:
        changes = _changes(row, [each.title for each in found])
        how = "restored" if data["restores"] else "new" if row["pk"] is None else "changed"
        if changes or how != "changed":
            found.append(Row(_kind(row), _title(row), how, changes))
    found += [Row(_kind(row), _title(row), "archived", []) for row in data["gone"]]
    resolve([change for row in found for change in row.changes if not isinstance(change.new, str)])
    return found


def confirmed(record: Record) -> dict[int, ChangeRequest]:
    """Who confirmed which versions of the record, or let them through: the request of each. One query."""
    deal = record.pk if isinstance(record, Deal) else getattr(record, "deal_id", None)
    counting = ChangeRequest.objects.filter(deal=deal, state__in=[RequestState.CONFIRMED, RequestState.OVERRIDDEN])
    return {
        version: request
        for request in counting.select_related("decided_by")
        for model, pk, version in request.kept
        if (model, pk) == (record._meta.model_name, record.pk)
    }


def _model(row: Mapping[str, Any]) -> type[Record]:
    found: type[Record] = apps.get_model("deals", row["model"])
    return found


def _kind(row: Mapping[str, Any]) -> str:
    return capfirst(str(_model(row)._meta.verbose_name))


def _title(row: Mapping[str, Any]) -> str:
    model = _model(row)
    if row["pk"] is not None:
        return str(model._default_manager.get(pk=row["pk"]))
    record = model()
    for name, (_old, new) in row["fields"].items():
        own: Any = model._meta.get_field(name)
        if not own.is_relation:
            setattr(record, own.attname, _read(own, new, []))
    return str(record)


def _changes(row: Mapping[str, Any], titles: list[str]) -> list[Change]:
    found = []
    for name, values in row["fields"].items():
        own: Any = _model(row)._meta.get_field(name)
        old, new = (_read(own, value, titles) for value in values)
        says_nothing = row["pk"] is None and (new in (None, "", False) or new == own.get_default())
        if name not in LEFT_OUT and not says_nothing:
            found.append(Change(own, old, new))
    return found


def _read(own: Any, value: Any, titles: list[str]) -> Any:
    if isinstance(value, dict) and "place" in value:
        return titles[value["place"]]
    return value if value is None or own.is_relation or isinstance(own, models.FileField) else own.to_python(value)
