"""What taking an import back comes to: what it made and changed, as it stands now, and why it may not be taken back.
Nothing is written here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from deals.choices import ImportOutcome
from deals.models import (
    Deal,
    Delivery,
    Enterprise,
    ImportBatch,
    ImportedRow,
    Instrument,
    Partner,
    Record,
    Sector,
    Valuation,
)

KINDS: Mapping[str, type[Record]] = {
    kind.__name__: kind for kind in (Sector, Enterprise, Partner, Deal, Instrument, Valuation, Delivery)
}
AT_ONCE = 500
# What differs between two saves of the same values, and what is worked out from elsewhere.
NOT_SAID = {"version", "recorded_at", "archive_reason", "group_id"}
Part = tuple[ImportedRow, Record]


@dataclass
class Parts:
    """The rows of an import with their records: those of each deal, and those of the lists, the last entered first."""

    by_deal: dict[int, list[Part]] = field(default_factory=dict)
    others: list[Part] = field(default_factory=list)

    def __iter__(self) -> Iterator[Part]:
        for several in self.by_deal.values():
            yield from several
        yield from self.others


def parts(batch: ImportBatch) -> Parts:
    """What the import made and changed, as it stands. A query for each 500 records of a kind."""
    rows = list(batch.rows.exclude(record_key=None).order_by("-pk"))
    records, found = _stored(rows), Parts()
    for row in rows:
        record: Any = records[row.record_kind, row.record_key]
        deal = record.pk if isinstance(record, Deal) else getattr(record, "deal_id", None)
        if deal is None:
            found.others.append((row, record))
        else:
            found.by_deal.setdefault(deal, []).append((row, record))
    return found


def refuse(batch: ImportBatch, found: Parts) -> None:
    """Raise ValidationError, naming it, where something was changed since or stands on it."""
    _refuse_changed(found)
    _refuse_added(batch, [row for row, _record in found])


def give_back(record: Record, row: ImportedRow) -> None:
    """Give the record the values that it held before the import; it is not saved."""
    for name, value in row.before.items():
        own: Any = record._meta.get_field(name)
        python = own.target_field.to_python(value) if own.is_relation else own.to_python(value)
        setattr(record, own.attname, python)


def _stored(rows: Sequence[ImportedRow]) -> dict[tuple[str, Any], Record]:
    found: dict[tuple[str, Any], Record] = {}
    for kind, model in KINDS.items():
        keys = [row.record_key for row in rows if row.record_kind == kind]
        for start in range(0, len(keys), AT_ONCE):
            query: Any = model._default_manager.filter(pk__in=keys[start : start + AT_ONCE])
            if any(each.name == "deal" for each in model._meta.concrete_fields):
                query = query.select_related("deal")
            found |= {(kind, record.pk): record for record in query}
    return found


def _refuse_changed(found: Parts) -> None:
    left = _as_left([(row, record) for row, record in found if record.version != row.version])
    wrong = [
        str(record)
        for row, record in found
        if record.archived_at
        or (record.version != row.version and not _is_as(record, left.get((type(record), record.pk))))
    ]
    if wrong:
        raise ValidationError(
            _("Changed since it was imported: %(names)s. Nothing was taken back: undo these changes first.")
            % {"names": "; ".join(wrong[:5])},
            code="changed",
        )


def _as_left(several: Iterable[Part]) -> dict[tuple[type[Record], Any], Any]:
    """The line of history that says how the import left each of the records."""
    versions = {(type(record), record.pk): row.version for row, record in several}
    found: dict[tuple[type[Record], Any], Any] = {}
    for kind in KINDS.values():
        keys = [key for of, key in versions if of is kind]
        history: Any = getattr(kind, "history", None)
        for start in range(0, len(keys), AT_ONCE):
            for line in history.filter(id__in=keys[start : start + AT_ONCE]).order_by("history_id"):
                if line.version == versions[kind, line.id]:
                    found[kind, line.id] = line  # the last of several: what stands beside it was set with it
    return found


def _is_as(record: Any, line: Any) -> bool:
    """Whether the record holds what the line of its history says: what was changed since was put back."""
    if line is None:
        return False
    told = [each.attname for each in line.tracked_fields if each.attname not in NOT_SAID]
    if any(getattr(record, name) != getattr(line, name) for name in told):
        return False
    for each in record._meta.many_to_many:
        column = each.m2m_reverse_field_name()
        beside = set(getattr(line, each.name).values_list(column, flat=True))
        if beside != set(getattr(record, each.name).values_list("pk", flat=True)):
            return False
    return True


def _refuse_added(batch: ImportBatch, rows: Sequence[ImportedRow]) -> None:
    """Refuse where something was entered since for a deal that the import made: it would go with the deal."""
    new = [row.record_key for row in rows if row.record_kind == "Deal" and row.outcome == ImportOutcome.NEW]
    wrong: list[str] = []
    for relation in Deal._meta.related_objects:
        model: Any = relation.related_model
        if not issubclass(model, Record) or relation.field.name != "deal":
            continue
        for start in range(0, len(new), AT_ONCE):
            of_them = model.objects.active().filter(deal__in=new[start : start + AT_ONCE])
            since = of_them.filter(recorded_at__gt=batch.applied_at).select_related("deal")
            mine = {row.record_key for row in rows if row.record_kind == model.__name__}
            wrong += [f"{each.deal.code}: {each}" for each in since if each.pk not in mine]
    if wrong:
        raise ValidationError(
            _("Entered since for deals of this import: %(names)s. Nothing was taken back: take these back first.")
            % {"names": "; ".join(wrong[:5])},
            code="added",
        )
