"""What was said in public, when, where, with its source."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from deals.choices import AnnouncementKind, DatePrecision

from .deals import Deal
from .events import Event
from .money import UsdField
from .records import Noted, Record, Sourced, in_language


class Announcement(Record, Sourced, Noted):
    """A public statement on a deal, or on the whole where it names none. `stated_usd` is what was said; no total ever
    takes it in."""

    deal = models.ForeignKey(
        Deal, models.PROTECT, related_name="announcements", null=True, blank=True, verbose_name=_("deal")
    )
    event = models.ForeignKey(
        Event, models.PROTECT, related_name="announcements", null=True, blank=True, verbose_name=_("event")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=AnnouncementKind.choices, default=AnnouncementKind.NEW)
    on = models.DateField(_("day"))
    date_precision = models.CharField(
        _("day known to"), max_length=8, choices=DatePrecision.choices, default=DatePrecision.DAY
    )
    title_vi = models.CharField(_("title in Vietnamese"), max_length=300, blank=True)
    title_en = models.CharField(_("title in English"), max_length=300, blank=True)
    stated_usd = UsdField(_("value stated, US$"), null=True, blank=True)

    history = HistoricalRecords(
        verbose_name=_("change to an announcement"), verbose_name_plural=_("changes to announcements")
    )

    class Meta:
        ordering = ["on", "id"]
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        indexes = [models.Index(fields=["deal", "on"], name="announcement_of_deal")]
        constraints = [
            models.CheckConstraint(
                name="announcement_titled",
                condition=~Q(title_vi="") | ~Q(title_en=""),
                violation_error_message=_("An announcement needs a title, in Vietnamese or in English."),
            ),
            models.CheckConstraint(
                name="announcement_value_not_negative",
                condition=Q(stated_usd=None) | Q(stated_usd__gte=0),
                violation_error_message=_("A stated value is not below zero."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return in_language(self, "title")
