"""Imports: a file taken in, entered all or nothing, and taken back as a whole."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from deals import files
from deals.choices import Cause, ImportOutcome, ImportState
from deals.models import (
    Deal,
    Delivery,
    HeadingChoice,
    ImportBatch,
    ImportedRow,
    Instrument,
    Record,
    User,
    Valuation,
    inserting,
)

from . import entering, undoing
from .records import archive, keep

# Imports are entered one after the other: the second of two with the same rows finds those of the first.
LOCK = 7_301_943
CAUSES: Mapping[type[Record], Cause] = {
    Instrument: Cause.SIGNING,
    Valuation: Cause.ESTIMATE,
    Delivery: Cause.DELIVERY,
}
Told = Callable[[int], None]
ToldOf = Callable[[int, int], None]
# What waits for a second person: what follows once it is confirmed, and where it stood before.
NEXT = {ImportState.ENTRY_WAITS: ImportState.APPLYING, ImportState.RETURN_WAITS: ImportState.UNDOING}
BEFORE = {ImportState.ENTRY_WAITS: ImportState.READY, ImportState.RETURN_WAITS: ImportState.APPLIED}
RECENT = 10  # imports of the person whose answers may be handed on
HANDED_ON = ("word:", "enterprise:", "partner:", "sector:", "officer:", "sector-of:", "alias:")


class LostError(Exception):
    """Somebody else is at work on the import, or it was put aside: nothing was written."""


@dataclass(slots=True)
class Row:
    """A row of the file and what it comes to, as `ImportedRow` keeps it."""

    sheet: str
    row: int
    what: str
    outcome: str
    label: str
    changes: list[list[str]] = field(default_factory=list)
    record_kind: str = ""
    record_key: Any = None
    version: int | None = None
    before: dict[str, Any] = field(default_factory=dict)


COLUMNS = tuple(Row.__dataclass_fields__)


@dataclass(slots=True)
class Step:
    """What a row comes to: the row as the page shows it, and the record it makes or changes (None: nothing)."""

    row: Row
    record: Record | None = None


@dataclass
class Plan:
    """All that a file comes to. `lists` are records of the reference lists, new or changed, in the order in which they
    are saved; `deals` are new, and passed `entering.refuse`; `changes` are, for each deal that is there, its records
    that are new or changed, and `days` the day on which it reached its stage, where the file says so."""

    steps: list[Step] = field(default_factory=list)
    lists: list[Record] = field(default_factory=list)
    deals: list[entering.NewDeal] = field(default_factory=list)
    changes: dict[int, list[Record]] = field(default_factory=dict)
    days: dict[int, date] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The same for the same rows with the same outcome: what was looked at is what is entered."""
        said = [[row.sheet, row.row, row.what, row.outcome, row.label, row.changes] for row in self.rows]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()

    @property
    def rows(self) -> list[Row]:
        return [step.row for step in self.steps]


def begin(content: bytes, *, kind: str, name: str, by: User, language: str) -> ImportBatch:
    """Take a file in, as it came. An earlier import of the very same file hands its answers on; one that was mended
    and sent in again under its name, those that are about words and names, not about places."""
    sha256 = hashlib.sha256(content).hexdigest()
    title = (files.bare_name(name)[:190] or "import").removesuffix(".csv")
    batch = ImportBatch(
        kind=kind, file_name=f"{title}.{kind}", size=len(content), sha256=sha256, by=by,
        language=language, choices=_answered_before(sha256, title, by),
    )  # fmt: skip
    batch.file.save("", ContentFile(content), save=False)
    batch.save()
    return batch


def _answered_before(sha256: str, title: str, by: User) -> dict[str, str]:
    if same := ImportBatch.objects.filter(sha256=sha256).first():
        found: dict[str, str] = same.choices
        return found
    for earlier in ImportBatch.objects.filter(by=by)[:RECENT]:
        if title.startswith(earlier.file_name.rpartition(".")[0]):
            return {key: answer for key, answer in earlier.choices.items() if key.startswith(HANDED_ON)}
    return {}


def answer(
    batch: ImportBatch, *, choices: Mapping[str, str], headings: Mapping[tuple[str, str], str], by: User
) -> bool:
    """Keep the answers, and what headings mean for the next file; whether the import still waits for answers."""
    with transaction.atomic():
        held = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if held.state not in (ImportState.ASKING, ImportState.READY):
            return False
        held.choices = {**held.choices, **choices}
        held.state, held.said = ImportState.LOOKING, ""
        held.save(update_fields=["choices", "state", "said"])
        for (sheet, heading), column in headings.items():
            about: dict[str, Any] = {"by": by, "sheet": sheet, "heading": heading[:200]}
            HeadingChoice.objects.update_or_create(**about, defaults={"column": column})
    batch.refresh_from_db()
    return True


def move(batch: ImportBatch, before: Sequence[str], after: str, **fields: Any) -> bool:
    """Bring the import from one of these states to another; of several who try at once one does."""
    moved = ImportBatch.objects.filter(pk=batch.pk, state__in=before).update(state=after, **fields)
    batch.refresh_from_db()
    return bool(moved)


def confirm(batch: ImportBatch, *, by: User) -> bool:
    """Let a second person agree to what waits: it is done then in the name of who asked for it. False where it no
    longer waits. Whether the person may, `permissions.may_confirm_import` says; the database refuses one's own file."""
    return move(batch, [batch.state], NEXT[ImportState(batch.state)], confirmed_by=by, said="", run="")


def send_back(batch: ImportBatch, *, by: User, comment: str) -> bool:
    """Send what waits back to who asked for it, with a comment. Raises ValidationError where there is none."""
    if not comment.strip():
        raise ValidationError(_("Say why it is returned."), code="comment")
    said = _("Returned by %(person)s: %(comment)s") % {"person": by, "comment": comment}
    return move(batch, [batch.state], BEFORE[ImportState(batch.state)], said=said, run="")


def withdraw(batch: ImportBatch) -> bool:
    """Let who asked take back what waits. False where it no longer waits."""
    if not batch.waits:
        return False
    asked: dict[str, Any] = {"said": "", "run": ""}
    if batch.state == ImportState.RETURN_WAITS:
        asked |= {"undone_by": None, "undo_reason": ""}
    return move(batch, [batch.state], BEFORE[ImportState(batch.state)], **asked)


def found(batch: ImportBatch, plan: Plan, findings: dict[str, Any], *, is_ready: bool, run: str) -> None:
    """Keep what a look at the file found. Raises LostError where the import is no longer this run's."""
    with transaction.atomic():
        state = ImportState.READY if is_ready else ImportState.ASKING
        mine = ImportBatch.objects.filter(pk=batch.pk, run=run, state=ImportState.LOOKING)
        if not mine.update(state=state, run="", findings={**findings, "digest": plan.digest}):
            raise LostError
        _keep_rows(batch, plan)


def _keep_rows(batch: ImportBatch, plan: Plan) -> None:
    ImportedRow.objects.filter(batch=batch).delete()
    of_row = attrgetter(*COLUMNS)
    inserting.insert(ImportedRow, ["batch_id", *COLUMNS], ((batch.pk, *of_row(row)) for row in plan.rows))


def reason_of(batch: ImportBatch) -> str:
    """What the history and the ledger say of all that an import enters."""
    words = {"number": batch.pk, "file": batch.file_name, "person": batch.confirmed_by}
    reason = _("Import %(number)d: %(file)s") % words
    if batch.confirmed_by:
        reason = _("Import %(number)d: %(file)s, confirmed by %(person)s") % words
    asked = {question["key"] for question in batch.findings.get("questions", ())}
    if "reported" in asked and batch.choices.get("reported") == "enter":
        return _("%(reason)s, as reported") % {"reason": reason}
    return reason


def hold(batch: ImportBatch, run: str) -> None:
    """Within a transaction: wait for other imports that are being entered, and keep this one from anybody else. Raises
    LostError where it is no longer this run's."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    held = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if held.run != run or held.state not in (ImportState.APPLYING, ImportState.UNDOING):
        raise LostError


@transaction.atomic
def apply(batch: ImportBatch, plan: Plan, *, by: User, told: Told = lambda done: None) -> None:
    """Enter all that the plan holds, or nothing, in the name of the person, through the same rules as the forms. Every
    entry says which import it came with. Raises ConfirmationNeededError where a second person must agree first,
    ValidationError, StaleError or IntegrityError."""
    reason = reason_of(batch)
    for record in plan.lists:
        keep(record, by=by, reason=reason)
    entering.enter(plan.deals, by=by, reason=reason, told=told, is_looked_at=True)
    for number, (deal, records) in enumerate(plan.changes.items(), start=1):
        _change(records, by=by, on=plan.days.get(deal), reason=reason)
        told(len(plan.deals) + number)
    for step in plan.steps:
        if step.record is not None and step.row.outcome != ImportOutcome.SAME:
            step.row.record_kind, step.row.record_key = type(step.record).__name__, step.record.pk
            step.row.version = step.record.version
            if isinstance(step.record, Deal):
                step.row.label = str(step.record)
    _keep_rows(batch, plan)
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=ImportState.APPLIED, applied_by=by, applied_at=timezone.now(), run="", said=""
    )


def _change(records: Sequence[Record], *, by: User, on: date | None, reason: str) -> None:
    """Save what is new or changed of one deal that is there: what is changed at once, then each new one for itself, so
    that the ledger says why."""
    changed = [record for record in records if record.pk]
    if changed:
        keep(*changed, by=by, on=on, reason=reason, as_reported=True)
    for kind, cause in CAUSES.items():
        left = [record for record in records if type(record) is kind and not record.pk]
        for record in sorted(left, key=lambda record: _depth(record)):
            day = getattr(record, "signed_on", None) or getattr(record, "on", None)
            keep(record, by=by, on=day, cause=cause, reason=reason)


def _depth(record: Any) -> int:
    """How many papers that are not stored yet stand above the record."""
    above = getattr(record, "under", None)
    return 0 if above is None or above.pk else 1 + _depth(above)


# Taking back


@transaction.atomic
def undo(batch: ImportBatch, *, by: User, reason: str, told: ToldOf = lambda done, of: None) -> None:
    """Take the whole import back by reversing entries: what it made is archived, what it changed gets its old values.
    Raises ValidationError, naming it, where something was changed since or stands on it; then nothing is taken back."""
    said = _("Import %(number)d taken back: %(reason)s") % {"number": batch.pk, "reason": reason}
    parts = undoing.parts(batch)
    undoing.refuse(batch, parts)
    for number, several in enumerate(parts.by_deal.values(), start=1):
        _take_back(several, by=by, reason=said)
        told(number, len(parts.by_deal))
    for row, record in parts.others:
        _take_back([(row, record)], by=by, reason=said)
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=ImportState.UNDONE, undone_by=by, undone_at=timezone.now(), undo_reason=reason, run="", said=""
    )


def _take_back(several: Sequence[tuple[ImportedRow, Record]], *, by: User, reason: str) -> None:
    """What belongs to one deal, or one record of a list, at once."""
    restored = []
    for row, record in several:
        if row.outcome == ImportOutcome.CHANGED:
            undoing.give_back(record, row)
            restored.append(record)
    gone = [record for row, record in several if row.outcome == ImportOutcome.NEW]
    if restored:
        keep(*restored, by=by, reason=reason, as_reported=True, archived=gone)
    elif gone:
        archive(*gone, by=by, reason=reason)


def before(record: Record, names: Sequence[str]) -> dict[str, Any]:
    """The fields of the record as they are kept for taking back: as text, numbers of records by their key."""
    found: dict[str, Any] = {}
    for name in names:
        field: Any = record._meta.get_field(name)
        value = getattr(record, field.attname)
        plain = value is None or isinstance(value, bool | int | str | list)
        found[name] = value if plain or isinstance(field, models.JSONField) else str(value)
    return found
