"""Programmes and the versions of their target."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from deals.choices import Reading

from .money import UsdField
from .records import Noted, Record, RecordQuerySet, Sourced, in_language


class Programme(Record, Noted):
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)

    history = HistoricalRecords(verbose_name=_("change to a programme"), verbose_name_plural=_("changes to programmes"))

    class Meta:
        ordering = ["code"]
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")


class TargetQuerySet(RecordQuerySet["Target"]):
    def on(self, day: date) -> "Target | None":
        """The version in force on the day, None before the first."""
        return self.active().filter(in_force_from__lte=day).order_by("-in_force_from", "-version").first()


class Target(Record, Sourced, Noted):
    """One version of what a programme is to reach, in force until the next version is."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="targets", verbose_name=_("programme"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    amount_usd = UsdField(_("target in US$"))
    in_force_from = models.DateField(_("in force from"))
    period_start = models.DateField(_("start of the period"), null=True, blank=True)
    period_end = models.DateField(_("end of the period"), null=True, blank=True)
    default_reading = models.CharField(
        _("default reading"), max_length=10, choices=Reading.choices, default=Reading.ANNOUNCED
    )

    history = HistoricalRecords(verbose_name=_("change to a target"), verbose_name_plural=_("changes to targets"))
    objects = TargetQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["programme", "-version"]
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="target_version_once"),
            models.CheckConstraint(
                name="target_above_zero",
                condition=Q(amount_usd__gt=0),
                violation_error_message=_("A target is more than zero."),
            ),
            models.CheckConstraint(
                name="target_period_in_order",
                condition=Q(period_start=None) | Q(period_end=None) | Q(period_start__lte=F("period_end")),
                violation_error_message=_("The period ends before it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} ({self.version})"
