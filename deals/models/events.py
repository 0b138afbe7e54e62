"""Signing ceremonies, visits, working sessions and negotiation rounds."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .records import Noted, Record, Sourced, in_language


class Event(Record, Sourced, Noted):
    on = models.DateField(_("day"), db_index=True)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=300)
    name_en = models.CharField(_("name in English"), max_length=300)
    place_vi = models.CharField(_("place in Vietnamese"), max_length=120, blank=True)
    place_en = models.CharField(_("place in English"), max_length=120, blank=True)

    history = HistoricalRecords(verbose_name=_("change to an event"), verbose_name_plural=_("changes to events"))

    class Meta:
        ordering = ["-on", "name_vi"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["on", "name_en"], name="event_once_a_day")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def place(self) -> str:
        return in_language(self, "place")
