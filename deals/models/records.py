"""What every tracked record has in common: history, archiving instead of deleting, two languages, a source."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, NoReturn, Self, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from deals import periods

from . import inserting

IMPLAUSIBLE = _("This year cannot be right: check the day.")


class UntrackedWriteError(TypeError):
    """A write that would leave no history was asked for; use the actions."""


_Record = TypeVar("_Record", bound=models.Model)


class RecordQuerySet(models.QuerySet[_Record]):
    """Tracked records are written one by one, through the actions, so that each change leaves its history."""

    def active(self) -> Self:
        """Those not archived."""
        return self.filter(archived_at=None)

    def in_use_since(self, moment: datetime | None) -> Self:
        """Those not archived, and those archived after the moment; None: those not archived."""
        return self.active() if moment is None else self.filter(Q(archived_at=None) | Q(archived_at__gt=moment))

    def derive(self, **values: Any) -> int:
        """Write what follows from other fields and is left out of the history, such as a group."""
        return super().update(**values)

    def enter(self, records: "list[_Record]") -> None:
        """Insert new records all at once: for the action that writes their history beside them. Each gets its key."""
        now = timezone.now()
        fields = [field.attname for field in self.model._meta.concrete_fields if not field.generated]
        added: Sequence[Any] = records
        for record, key in zip(added, inserting.give_keys(self.model, len(records)), strict=True):
            # What it refers to has its key by now.
            record._prepare_related_fields_for_save("enter")
            record.pk, record.recorded_at = key, now
        inserting.insert(self.model, fields, map(attrgetter(*fields), added))
        for record in added:
            record._state.adding, record._state.db = False, self.db

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise UntrackedWriteError("Tracked records are written and archived by deals.actions.records")

    update = _refuse
    delete = _refuse
    bulk_create = _refuse
    bulk_update = _refuse


class Labelled(models.Model):
    """A record whose choices are named at little cost: Django puts all names of a field into words to tell one."""

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: models.Field) -> Any:
        value = getattr(self, field.attname)
        return force_str(_labels(field).get(value, value), strings_only=True)


@cache
def _labels(field: models.Field) -> dict[Any, Any]:
    return dict(field.flatchoices)


class Record(Labelled):
    """A tracked record. Archived with a reason, never deleted; `recorded_at` is when the system learnt of it.

    `version` counts its saves: who saves carries the one that was read, so that nobody writes over what was not seen.
    """

    version = models.PositiveIntegerField(_("version"), default=1, db_default=1, editable=False)
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True, editable=False)
    archive_reason = models.CharField(_("reason for archiving"), max_length=400, blank=True, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Any = None) -> None:
        super().clean_fields(exclude)
        days = {name: getattr(self, name) for name in _days(type(self)) if name not in (exclude or ())}
        wrong = {name: IMPLAUSIBLE for name, day in days.items() if day and not periods.is_plausible(day)}
        if wrong:
            raise ValidationError(wrong)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise UntrackedWriteError("Tracked records are archived by deals.actions.records, never deleted")


@cache
def _days(kind: type[Record]) -> list[str]:
    return [field.name for field in kind._meta.concrete_fields if type(field) is models.DateField]


class Sourced(models.Model):
    """Where a fact was read."""

    source_title = models.CharField(_("source"), max_length=300, blank=True)
    source_url = models.URLField(_("address of the source"), max_length=500, blank=True)
    source_on = models.DateField(_("day of the source"), null=True, blank=True)

    class Meta:
        abstract = True


class Noted(models.Model):
    """A note in both languages; one may be empty."""

    note_vi = models.TextField(_("note in Vietnamese"), blank=True)
    note_en = models.TextField(_("note in English"), blank=True)

    class Meta:
        abstract = True

    @property
    def note(self) -> str:
        return in_language(self, "note")


def in_language(record: models.Model, field: str) -> str:
    """The text of a bilingual field in the active language, else in the other one."""
    first, second = ("en", "vi") if (get_language() or "vi").startswith("en") else ("vi", "en")
    return getattr(record, f"{field}_{first}") or getattr(record, f"{field}_{second}")
