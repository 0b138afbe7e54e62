"""Sectors: a short ordered list."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from .records import Record, in_language


class Sector(Record):
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    days_allowed = models.PositiveSmallIntegerField(
        _("days allowed without an update"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("In place of the days that the stage of a deal allows; empty: those."),
    )

    history = HistoricalRecords(verbose_name=_("change to a sector"), verbose_name_plural=_("changes to sectors"))

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")
