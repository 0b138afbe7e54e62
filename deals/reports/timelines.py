"""What happened to a deal, from all its records and their history. Facts here; the page writes the sentences."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from typing import Any

from django.db import models
from django.utils import timezone

from deals.models import Announcement, Deal, Delivery, Document, Instrument, Record, StageChange, User, Valuation

TRACKED: tuple[type[Record], ...] = (Deal, Instrument, Valuation, Delivery, Announcement, Document)
# The stage has entries of its own.
LEFT_OUT = {"id", "recorded_at", "archived_at", "archive_reason", "stage"}


@dataclass(frozen=True, slots=True)
class Change:
    """One field, from what to what; of a reference, the records it pointed and points to."""

    field: Any
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened: on a day in the world, or, for an edit, on the day it was made.

    `kind`: signed, ended, estimate, planned, delivered, announcement, document, stage, edited, archived, restored.
    """

    on: date
    kind: str
    record: Any
    by: User | None
    at: datetime
    reason: str = ""
    changes: list[Change] = field(default_factory=list)


def timeline(deal: Deal, *, facts: Iterable[Record], stages: Iterable[StageChange]) -> list[Entry]:
    """All entries of the deal, the latest first. One query a kind of record, one for each kind referred to."""
    histories = _histories(deal)
    entries = [Entry(change.on, "stage", change, change.by, change.recorded_at, change.reason) for change in stages]
    for record in facts:
        entries += _of_fact(record, histories.get((type(record), record.pk), []))
    for (model, _pk), rows in histories.items():
        entries += _edits(model, rows)
    _resolve([change for entry in entries for change in entry.changes])
    return sorted(entries, key=lambda entry: (entry.on, entry.at), reverse=True)


def _histories(deal: Deal) -> dict[tuple[type[Record], int], list[Any]]:
    """The history rows of the deal and its records, by record, the oldest first."""
    found: dict[tuple[type[Record], int], list[Any]] = defaultdict(list)
    for model in TRACKED:
        of_deal = {"id": deal.pk} if model is Deal else {"deal_id": deal.pk}
        rows = _history_of(model).filter(**of_deal).select_related("history_user")
        for row in rows.order_by("history_date", "history_id"):
            found[model, row.id].append(row)
    return found


@cache
def _history_of(model: type[Record]) -> models.Manager:
    """The manager of the record's history; named through the record it would be made anew each time, at a cost."""
    manager: models.Manager = model.history.model._default_manager  # type: ignore[attr-defined]
    return manager


def _of_fact(record: Record, rows: list[Any]) -> list[Entry]:
    """What the record says happened, with who entered it and when."""
    first = rows[0] if rows else None
    by, at = (first.history_user, first.history_date) if first else (None, record.recorded_at)
    if isinstance(record, Instrument):
        found = [Entry(record.signed_on, "signed", record, by, at)]
        if record.ended_on:
            found.append(Entry(record.ended_on, "ended", record, by, at))
        return found
    if isinstance(record, Delivery):
        return [Entry(record.on, "planned" if record.kind == "planned" else "delivered", record, by, at)]
    if isinstance(record, Valuation):
        return [Entry(record.on, "estimate", record, by, at)]
    if isinstance(record, Announcement):
        return [Entry(record.on, "announcement", record, by, at)]
    if isinstance(record, Document):
        return [Entry(record.dated_on, "document", record, by, at)]
    return []


def _edits(model: type[Record], rows: list[Any]) -> list[Entry]:
    """What was changed from one history row to the next."""
    found = []
    for before, after in pairwise(rows):
        on, by = timezone.localdate(after.history_date), after.history_user
        reason = after.history_change_reason or ""
        if bool(before.archived_at) != bool(after.archived_at):
            kind = "archived" if after.archived_at else "restored"
            found.append(Entry(on, kind, after.instance, by, after.history_date, reason))
        changes = _changes(model, before, after)
        if changes:
            found.append(Entry(on, "edited", after.instance, by, after.history_date, reason, changes))
    return found


def _changes(model: type[Record], before: Any, after: Any) -> list[Change]:
    return [
        Change(own, old, new)
        for own in model._meta.concrete_fields
        if own.name not in LEFT_OUT
        and hasattr(after, own.attname)
        and (old := getattr(before, own.attname)) != (new := getattr(after, own.attname))
    ]


def _resolve(changes: list[Change]) -> None:
    """Put the records in the place of their keys, with one query for each kind of record."""
    wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
    references = [change for change in changes if change.field.remote_field]
    for change in references:
        wanted[change.field.related_model] |= {change.old, change.new} - {None}
    found = {model: model._default_manager.in_bulk(list(pks)) for model, pks in wanted.items()}
    for change in references:
        of_model = found[change.field.related_model]
        object.__setattr__(change, "old", of_model.get(change.old))
        object.__setattr__(change, "new", of_model.get(change.new))
