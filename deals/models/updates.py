"""Progress updates: how a deal goes, in one sentence, and what comes next."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from deals.choices import Condition, UpdateKind

from .deals import Deal
from .obstacles import Obstacle
from .records import Record, RecordQuerySet, in_language


class ProgressUpdateQuerySet(RecordQuerySet["ProgressUpdate"]):
    def telling(self) -> Self:
        """Those that say how the deal goes: a note does not."""
        return self.active().exclude(kind=UpdateKind.NOTE)

    def latest_on(self, day: date) -> Self:
        """Of each deal the one that says how it goes on the day."""
        by_then = ProgressUpdate.objects.telling().filter(on__lte=day)
        later = by_then.filter(deal=OuterRef("deal")).filter(
            Q(on__gt=OuterRef("on")) | Q(on=OuterRef("on"), pk__gt=OuterRef("pk"))
        )
        return self.telling().filter(~Exists(later), on__lte=day)


class ProgressUpdate(Record):
    """What an officer learnt of a deal on a day. The latest that is no note says how the deal goes and what comes
    next; "nothing has changed" carries the next step on, so that it stays open."""

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="updates", verbose_name=_("deal"))
    kind = models.CharField(_("kind"), max_length=10, choices=UpdateKind.choices, default=UpdateKind.NEWS)
    on = models.DateField(_("day"))
    condition = models.CharField(_("condition"), max_length=10, choices=Condition.choices, blank=True)
    obstacle = models.ForeignKey(
        Obstacle, models.PROTECT, related_name="updates", null=True, blank=True, verbose_name=_("obstacle")
    )
    sentence_vi = models.CharField(_("what is new, in Vietnamese"), max_length=400, blank=True)
    sentence_en = models.CharField(_("what is new, in English"), max_length=400, blank=True)
    next_step_vi = models.CharField(_("next step, in Vietnamese"), max_length=300, blank=True)
    next_step_en = models.CharField(_("next step, in English"), max_length=300, blank=True)
    next_step_owner = models.CharField(_("who takes the next step"), max_length=120, blank=True)
    next_step_by = models.DateField(_("next step due by"), null=True, blank=True)

    objects = ProgressUpdateQuerySet.as_manager()  # type: ignore[misc]
    history = HistoricalRecords(
        verbose_name=_("change to a progress update"), verbose_name_plural=_("changes to progress updates")
    )

    class Meta:
        ordering = ["on", "id"]
        verbose_name = _("progress update")
        verbose_name_plural = _("progress updates")
        indexes = [models.Index(fields=["deal", "-on", "-id"], name="update_latest")]
        constraints = [
            models.CheckConstraint(name="update_kind_known", condition=Q(kind__in=UpdateKind.values)),
            models.CheckConstraint(
                name="update_says_how_it_goes",
                condition=Q(kind=UpdateKind.NOTE, condition="")
                | (~Q(kind=UpdateKind.NOTE) & Q(condition__in=Condition.values)),
                violation_error_message=_("An update says how the deal goes; a note does not."),
            ),
            models.CheckConstraint(
                name="update_in_words",
                condition=Q(kind=UpdateKind.UNCHANGED) | ~Q(sentence_vi="") | ~Q(sentence_en=""),
                violation_error_message=_("Say in one sentence what is new."),
            ),
            models.CheckConstraint(
                name="update_next_step_named",
                condition=Q(next_step_owner="", next_step_by=None) | ~Q(next_step_vi="") | ~Q(next_step_en=""),
                violation_error_message=_("Name the next step, or leave out who takes it and by when."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({localize(self.on)})"

    @property
    def sentence(self) -> str:
        return in_language(self, "sentence")

    @property
    def next_step(self) -> str:
        return in_language(self, "next_step")

    def clean(self) -> None:
        if self.on and self.on > timezone.localdate():
            raise ValidationError({"on": _("This day is still to come: an update says what is known.")})
