"""What happened to a deal, from all its records and their history. Facts here; the page writes the sentences."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from deals.choices import DatePrecision, UpdateKind
from deals.forms.timelines import Topic
from deals.models import (
    Announcement,
    ChangeRequest,
    Deal,
    Delivery,
    Document,
    HeldDeal,
    Instrument,
    Obstacle,
    Posting,
    ProgressUpdate,
    Record,
    StageChange,
    User,
    Valuation,
)
from deals.positions import BAND_NAMES

TRACKED: tuple[type[Record], ...] = (
    Deal, Instrument, Valuation, Delivery, Announcement, Document, ProgressUpdate, HeldDeal, Obstacle,
)  # fmt: skip
# The stage has entries of its own; the version follows from the rest.
LEFT_OUT = {"id", "version", "recorded_at", "archived_at", "archive_reason", "stage"}
TOPICS = {
    "money": Topic.MONEY,
    "estimate": Topic.MONEY,
    "stage": Topic.STAGES,
    "signed": Topic.PAPERS,
    "ended": Topic.PAPERS,
    "planned": Topic.DELIVERIES,
    "delivered": Topic.DELIVERIES,
    "update": Topic.UPDATES,
    "unchanged": Topic.UPDATES,
    "note": Topic.UPDATES,
    "obstacle": Topic.OBSTACLES,
    "resolved": Topic.OBSTACLES,
    "announcement": Topic.ANNOUNCEMENTS,
    "document": Topic.DOCUMENTS,
    "edited": Topic.EDITS,
    "archived": Topic.EDITS,
    "restored": Topic.EDITS,
    "asked": Topic.EDITS,
    "decided": Topic.EDITS,
}
UPDATES = {UpdateKind.NEWS: "update", UpdateKind.UNCHANGED: "unchanged", UpdateKind.NOTE: "note"}


@dataclass(frozen=True, slots=True)
class Change:
    """One field, from what to what; of a reference, the records it pointed and points to."""

    field: Any
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened: on a day in the world, known to `precision`, or, for an edit, on the day it was made.

    `kind` is one of TOPICS. `moves` says by how much which bands changed, and `cause` why: of money alone, whose record
    is the first of the postings.
    """

    on: date
    kind: str
    record: Any
    by: User | None
    at: datetime
    reason: str = ""
    changes: list[Change] = field(default_factory=list)
    moves: tuple[tuple[str, Decimal], ...] = ()
    cause: str = ""
    precision: str = DatePrecision.DAY

    @property
    def topic(self) -> str:
        return TOPICS[self.kind]


@dataclass(frozen=True, slots=True)
class Part:
    """What is shown of a timeline, with how many entries each topic has, how many of those asked for are past the
    first many, and how many are left out because they are later than the day."""

    entries: list[Entry]
    counts: dict[str, int]
    more: int
    later: int


def part(entries: list[Entry], *, topics: Collection[str], until: date | None = None, most: int | None = None) -> Part:
    """The first `most` of the entries on those topics (on any where none is named) and no later than the day; none
    where one of the topics does not exist. No query."""
    known = [entry for entry in entries if until is None or entry.on <= until]
    asked = [entry for entry in known if not topics or entry.topic in topics]
    if not {*topics} <= {*Topic.values}:
        asked = []
    shown = asked[:most]
    counts = Counter(entry.topic for entry in known)
    return Part(shown, counts, more=len(asked) - len(shown), later=len(entries) - len(known))


def timeline(
    deal: Deal,
    *,
    facts: Iterable[Record],
    stages: Collection[StageChange],
    postings: Collection[Posting],
    requests: Collection[ChangeRequest],
    edits: bool,
) -> list[Entry]:
    """All entries of the deal, the latest first; without `edits` those of changes to the records are left out. One
    query a kind of record, one for each kind referred to, one for the people, who are named to all of them."""
    histories = _histories(deal)
    _name_people([row for rows in histories.values() for row in rows], stages, postings, requests)
    entries = [Entry(change.on, "stage", change, change.by, change.recorded_at, change.reason) for change in stages]
    for record in facts:
        entries += _of_fact(record, histories.get((type(record), record.pk), []))
    entries += _money(postings, entries)
    for (model, _pk), rows in histories.items():
        entries += _edits(model, rows) if edits else []
    entries += _requests(requests)
    _name_obstacles(entries, deal, histories)
    return _latest_first(entries)


def leave_reasons_out(found: Iterable[Posting | StageChange]) -> None:
    """For whom is not inside: why an officer entered it is told within the house. What was read is never written."""
    for each in found:
        each.reason = ""


def of_record(record: Record, *, edits: bool) -> list[Entry]:
    """What happened to one record, the latest first. One query, and one for each kind of record referred to."""
    model = type(record)
    rows = list(_history_of(model).filter(id=record.pk).select_related("history_user").order_by("history_id"))
    return _latest_first([*_of_fact(record, rows), *(_edits(model, rows) if edits else [])])


def _latest_first(entries: list[Entry]) -> list[Entry]:
    resolve([change for entry in entries for change in entry.changes])
    return sorted(entries, key=lambda entry: (entry.on, entry.at), reverse=True)


def _name_obstacles(entries: Iterable[Entry], deal: Deal, histories: dict[tuple[type[Record], int], list[Any]]) -> None:
    """Give the entries about what holds the deal back their obstacle, which is known from its own history."""
    for entry in entries:
        if isinstance(entry.record, HeldDeal) and (rows := histories.get((Obstacle, entry.record.obstacle_id))):
            entry.record.deal, entry.record.obstacle = deal, rows[-1].instance


def _histories(deal: Deal) -> dict[tuple[type[Record], int], list[Any]]:
    """The history rows of the deal and its records, by record, the oldest first."""
    found: dict[tuple[type[Record], int], list[Any]] = defaultdict(list)
    for model in TRACKED:
        for row in _history_of(model).raw(_history_sql(model), [deal.pk]):
            found[model, row.id].append(row)
    return found


def _name_people(
    rows: Iterable[Any],
    stages: Iterable[StageChange],
    postings: Iterable[Posting],
    requests: Iterable[ChangeRequest],
) -> None:
    """Give each who did it: a few people did all of it, so they are asked for together."""
    acts = [(row, "history_user") for row in rows]
    acts += [*((change, "by") for change in stages), *((posting, "actor") for posting in postings)]
    acts += [(request, name) for request in requests for name in ("asked_by", "decided_by")]
    people = User.objects.in_bulk({getattr(act, f"{name}_id") for act, name in acts} - {None})
    for act, name in acts:
        setattr(act, name, people.get(getattr(act, f"{name}_id")))


@cache
def _history_sql(model: type[Record]) -> str:
    """What is asked for the history of a deal's records, with the deal's key as its parameter: to put it into SQL
    takes as long as the answer."""
    of_deal = Q(id=1) if model is Deal else Q(deal_id=1)
    if model is Obstacle:
        of_deal = Q(id__in=HeldDeal.objects.filter(deal=1).values("obstacle"))
    rows = _history_of(model).filter(of_deal).order_by("history_date", "history_id")
    return rows.query.sql_with_params()[0]


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
        found = [Entry(record.signed_on, "signed", record, by, at, precision=record.date_precision)]
        if record.ended_on:
            found.append(Entry(record.ended_on, "ended", record, by, at))
        return found
    if isinstance(record, Delivery):
        kind = "planned" if record.kind == "planned" else "delivered"
        return [Entry(record.on, kind, record, by, at, precision=record.date_precision)]
    if isinstance(record, Valuation):
        return [Entry(record.on, "estimate", record, by, at)]
    if isinstance(record, Obstacle):
        return _of_obstacle(record, rows, by, at)
    if isinstance(record, ProgressUpdate):
        return [Entry(record.on, UPDATES[UpdateKind(record.kind)], record, by, at)]
    if isinstance(record, Announcement):
        return [Entry(record.on, "announcement", record, by, at, precision=record.date_precision)]
    if isinstance(record, Document):
        return [Entry(record.dated_on, "document", record, by, at)]
    return []


def _of_obstacle(obstacle: Obstacle, rows: list[Any], by: User | None, at: datetime) -> list[Entry]:
    """That it arose, and that it was resolved, by whoever entered that."""
    found = [Entry(obstacle.since, "obstacle", obstacle, by, at, precision=obstacle.date_precision)]
    if obstacle.resolved_on:
        row = next((row for row in rows if row.resolved_on == obstacle.resolved_on), None)
        by, at = (row.history_user, row.history_date) if row else (by, at)
        found.append(Entry(obstacle.resolved_on, "resolved", obstacle, by, at))
    return found


def _money(postings: Iterable[Posting], facts: Iterable[Entry]) -> list[Entry]:
    """What the ledger says: an entry for what was posted together for one day, which is known no better than the papers
    and deliveries of that day are."""
    coarseness = DatePrecision.values.index
    known_to: dict[date, str] = {}
    for fact in facts:
        if fact.kind in ("signed", "delivered"):
            known_to[fact.on] = max(known_to.get(fact.on, DatePrecision.DAY), fact.precision, key=coarseness)
    together: dict[Any, list[Posting]] = defaultdict(list)
    for posting in postings:
        together[posting.effective_on, posting.recorded_at, posting.cause, posting.actor_id].append(posting)
    found = []
    for (on, at, cause, _actor), group in together.items():
        ordered = sorted(group, key=lambda posting: BAND_NAMES.index(posting.band))
        first = ordered[0]
        entry = Entry(
            on,
            "money",
            first,
            first.actor,
            at,
            first.reason,
            moves=tuple((posting.band, posting.amount_usd) for posting in ordered),
            cause=cause,
            precision=known_to.get(on, DatePrecision.DAY),
        )
        found.append(entry)
    return found


def _requests(requests: Iterable[ChangeRequest]) -> list[Entry]:
    """What a second person was asked to confirm, and what was decided."""
    found = []
    for each in requests:
        found.append(Entry(timezone.localdate(each.asked_at), "asked", each, each.asked_by, each.asked_at, each.reason))
        if each.decided_at:
            day = timezone.localdate(each.decided_at)
            found.append(Entry(day, "decided", each, each.decided_by, each.decided_at, each.comment))
    return found


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


def resolve(changes: list[Change]) -> None:
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
