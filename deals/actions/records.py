"""Keeping and archiving any record: history, what follows from it, and the postings, in one transaction."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deals import ledger, names, positions
from deals.choices import Cause
from deals.models import (
    Balance,
    Deal,
    Enterprise,
    Instrument,
    Itemisation,
    Obstacle,
    OpeningBalance,
    Partner,
    Record,
    Sector,
    StageChange,
    User,
    revisions,
)
from deals.models.balances import own_words_of

from . import stages
from .positions import refuse_impossible
from .proposals import Asking, Beside, Proposal

AT_ONCE = 500  # deals indexed at a time


class StaleError(ValidationError):
    """Somebody else saved the record after it was read. Nothing was written; `record` is what was to be saved."""

    def __init__(self, record: Record) -> None:
        super().__init__(
            _("“%(record)s” was changed by somebody else after you opened it. Nothing was saved.") % {"record": record},
            code="stale",
        )
        self.record = record


@transaction.atomic
def keep(
    *records: Record,
    by: User,
    on: date | None = None,
    cause: Cause = Cause.CORRECTION,
    reason: str = "",
    archived: Iterable[Record] = (),
    as_reported: bool = False,
    beside: Beside | None = None,
) -> None:
    """Save the records, new or changed, with who did it and why, and post every deal and opening balance they bear on.

    `on` is the day the change holds from (today where none is given): the day of a stage change. `archived` are taken
    out in the same breath, for which a reason is asked: only the facts that come of both together must stand. Raises
    ValidationError, with nothing written, where a record or the facts of a deal cannot stand, and StaleError where a
    record is no longer the version it was read as. A deal whose stage moves must meet what the stage requires, unless
    it is entered `as_reported`: a past of which not everything was recorded. Closing a deal ends its papers, and
    reopening takes that end back. `beside` names those that stand beside a deal, by the fields that name several.
    Raises ConfirmationNeededError, with nothing written, where all of it could be kept once a second person confirms.
    """
    gone = list(archived)
    moves = [] if as_reported else stages.moves(records)
    bearing = _Bearing([*records, *gone])
    ledger.lock(*bearing.deals)
    _refuse_stale([*records, *gone])
    proposal = Proposal(records, gone, on=on, cause=cause, reason=reason, as_reported=as_reported, beside=beside)
    asking = Asking(bearing.deals, proposal)
    records = (*records, *stages.carry_papers(moves, records))
    _retire(gone, by=by, reason=reason)
    _prepare(records)
    refuse_impossible(bearing.deals, kept=records, gone=gone)
    asking.look(records)
    _write(records, by=by, on=on, reason=reason, beside=beside or {})
    for record in gone:
        refuse_needed(record)
    stages.refuse(moves, reason=reason)
    bearing.add(records)
    bearing.index([*records, *gone])
    bearing.post(by=by, cause=cause, reason=reason)
    asking.refuse()


@transaction.atomic
def archive(*records: Record, by: User, reason: str) -> None:
    """Take the records out of every list and total, and keep them; the reason is asked for.

    Raises ValidationError where no reason is given, or where something not archived still depends on a record.
    """
    keep(by=by, cause=Cause.ARCHIVING, reason=reason, archived=records)


@transaction.atomic
def restore(*records: Record, by: User, reason: str) -> None:
    """Bring archived records back, with a reason. Raises ValidationError where the facts no longer allow it, and
    ConfirmationNeededError, with nothing written, where a second person must confirm it."""
    if not reason.strip():
        raise ValidationError(_("Say why this is brought back."), code="reason")
    _refuse_on_archived(records)
    bearing = _Bearing(records)
    ledger.lock(*bearing.deals)
    _refuse_stale(records)
    asking = Asking(bearing.deals, Proposal(records, cause=Cause.CORRECTION, reason=reason, restores=True))
    for record in records:
        record.archived_at = None
        record.archive_reason = ""
        record.full_clean()
    refuse_impossible(bearing.deals, kept=records, gone=())
    asking.look(records)
    for record in records:
        _save(record, by=by, reason=reason)
    bearing.index(records)
    bearing.post(by=by, cause=Cause.CORRECTION, reason=reason)
    asking.refuse()


def _refuse_stale(records: Iterable[Record]) -> None:
    """Hold the records until the transaction ends, and raise StaleError for the first that somebody saved after it was
    read: of two who save at once the second waits, and is refused. One query a kind of record."""
    kinds: dict[type[Record], dict[Any, Record]] = {}
    for record in records:
        if not record._state.adding:
            kinds.setdefault(type(record), {})[record.pk] = record
    for kind, read in sorted(kinds.items(), key=lambda item: item[0].__name__):
        held = kind.objects.select_for_update().filter(pk__in=read).order_by("pk")
        for pk, version in held.values_list("pk", "version"):
            if version != read[pk].version:
                raise StaleError(read[pk])


def _retire(records: list[Record], *, by: User, reason: str) -> None:
    if records and not reason.strip():
        raise ValidationError(_("Say why this is archived."), code="reason")
    for record in records:
        record.archived_at = timezone.now()
        record.archive_reason = reason
        _save(record, by=by, reason=reason)


class _Bearing:
    """The deals and opening balances that the records bear on: those they had in the database, and those they have."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.deals: set[Deal] = set()
        self.openings: set[OpeningBalance] = set()
        stored = [
            type(record)._default_manager.filter(pk=record.pk).first() for record in records if record.pk is not None
        ]
        self.add([*records, *filter(None, stored)])

    def add(self, records: Iterable[Record]) -> None:
        for record in records:
            if isinstance(record, Deal):
                found: Deal | None = record
            else:
                found = getattr(record, "deal", None) if getattr(record, "deal_id", None) else None
            if found is not None and found.pk:
                self.deals.add(found)
            if isinstance(record, OpeningBalance) and record.pk:
                self.openings.add(record)
            if isinstance(record, Itemisation):
                self.openings.add(record.opening_balance)
            if isinstance(record, Deal) and record.pk:
                self.openings |= set(OpeningBalance.objects.filter(itemisations__deal=record))

    def index(self, records: Iterable[Record]) -> None:
        """Write anew how the deals are found, where papers are among the records: both deals of one that moved."""
        if any(isinstance(record, Instrument) for record in records):
            index(Deal.objects.filter(pk__in=[deal.pk for deal in self.deals]))

    def post(self, *, by: User, cause: Cause, reason: str) -> None:
        for deal in sorted(self.deals, key=lambda deal: deal.pk):
            ledger.post(deal, by=by, cause=cause, reason=reason)
        for opening in sorted(self.openings, key=lambda opening: opening.pk):
            ledger.post_opening(opening, by=by, cause=cause, reason=reason)


def _prepare(records: Iterable[Record]) -> None:
    """Tidy what was typed, fill in what follows from it, and see that each record can stand."""
    for record in records:
        prepare(record)
        record.full_clean()


def prepare(record: Record) -> None:
    """Tidy what was typed and fill in what follows from it."""
    for name in _typed(type(record)):
        if (value := getattr(record, name)) and isinstance(value, str):
            setattr(record, name, names.tidy(value))
    if isinstance(record, Enterprise):
        # Whoever saves, in whichever language: the list has one order.
        record.sort_key = names.sort_key(record.aliases[0] if record.aliases else record.name_vi)
    elif isinstance(record, Partner):
        record.sort_key = names.sort_key(record.name)
        record.slug = record.slug or names.slug(record.name)
    elif isinstance(record, Instrument) and not positions.COUNTING & {record.kind} and record.kind != "amendment":
        record.counts = False


@cache
def _typed(kind: type[Record]) -> list[str]:
    """The fields of one line that people type."""
    fields = kind._meta.concrete_fields
    return [field.attname for field in fields if type(field) is models.CharField and not field.choices]


def _write(records: Iterable[Record], *, by: User, on: date | None, reason: str, beside: Beside) -> None:
    for record in records:
        _save(record, by=by, reason=reason)
        _follow(record, by=by, on=on, reason=reason, beside=beside)


def _save(record: Record, *, by: User, reason: str) -> None:
    # What django-simple-history takes the person and the reason from.
    setattr(record, "_history_user", by)  # noqa: B010
    setattr(record, "_change_reason", reason)  # noqa: B010
    read = record.version
    if not record._state.adding:
        record.version = read + 1
    revisions.announce()
    try:
        record.save()
    except Exception:
        record.version = read
        raise


def _follow(record: Record, *, by: User, on: date | None, reason: str, beside: Beside) -> None:
    """Write what follows from the record elsewhere."""
    if isinstance(record, Deal):
        for name, chosen in beside.items():
            getattr(record, name).set(chosen)
        reached = record.stage_changes.order_by("-on", "-id").first()
        if reached is None or reached.stage != record.stage:
            day = on or record.closed_on or timezone.localdate()
            StageChange.objects.create(
                deal=record, stage=record.stage, by=by, reason=reason, on=max(day, reached.on) if reached else day
            )
        index(Deal.objects.filter(pk=record.pk))
    elif isinstance(record, Enterprise):
        _regroup(record)
        below = Enterprise.objects.under(record)
        index(Deal.objects.filter(Q(enterprise__in=below) | Q(other_enterprises__in=below)))
    elif isinstance(record, Partner):
        index(Deal.objects.filter(Q(partner=record) | Q(other_partners=record)))
    elif isinstance(record, Sector):
        index(Deal.objects.filter(sector=record))


def index(deals: models.QuerySet[Deal]) -> None:
    """Write anew the words by which the deals are found. They are held until the transaction ends, in the order of
    their keys, and read then: who renames and who changes a deal come one after the other."""
    keys = sorted(set(deals.order_by().values_list("pk", flat=True)))
    for start in range(0, len(keys), AT_ONCE):
        several = keys[start : start + AT_ONCE]
        Deal.objects.hold(several)
        for deal in Deal.objects.filter(pk__in=several).named():
            words, held = own_words_of(deal), getattr(deal, "balance", None)
            if held is None or held.search_text != words:
                Balance.objects.index(deal, words)


def _regroup(enterprise: Enterprise) -> None:
    """Give the enterprise and all below it the top of their chain as their group."""
    group = (enterprise.parent.group if enterprise.parent else None) or enterprise
    if enterprise.group_id != group.pk:
        enterprise.group = group
        Enterprise.objects.filter(pk=enterprise.pk).derive(group=group)
    for below in enterprise.subsidiaries.exclude(group=group):
        _regroup(below)


def _refuse_on_archived(records: Iterable[Record]) -> None:
    """Refuse to bring back what stands on an archived record that does not come back with it."""
    coming = {(type(record), record.pk) for record in records}
    for record in records:
        for field in record._meta.concrete_fields:
            above = getattr(record, field.name) if isinstance(field, models.ForeignKey) else None
            if isinstance(above, Record) and above.archived_at and (type(above), above.pk) not in coming:
                raise ValidationError(
                    _("“%(record)s” stands on “%(above)s”, which is archived: bring that back first.")
                    % {"record": record, "above": above},
                    code="archived",
                )


def refuse_needed(record: Record) -> None:
    """Refuse to archive what records in use stand on; what belongs to a deal, an opening balance or an obstacle goes
    with it."""
    if isinstance(record, Deal | OpeningBalance | Obstacle):
        return
    for relation in record._meta.related_objects:
        if not issubclass(relation.related_model, Record):
            continue
        needing = relation.related_model.objects.active().filter(**{relation.field.name: record})
        if issubclass(relation.related_model, Enterprise) and relation.field.name == "group":
            needing = needing.exclude(pk=record.pk)
        if count := needing.count():
            raise ValidationError(
                ngettext(
                    "“%(record)s” stays while %(count)d record (%(kind)s) stands on it: take that back first.",
                    "“%(record)s” stays while %(count)d records (%(kind)s) stand on it: take those back first.",
                    count,
                )
                % {"record": record, "count": count, "kind": relation.related_model._meta.verbose_name_plural},
                code="needed",
            )
