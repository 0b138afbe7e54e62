"""Dated estimates of what a deal is worth in all."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from deals import positions

from .deals import Deal
from .money import Priced, UsdField, currency_constraint
from .records import Noted, Record, Sourced


class Valuation(Record, Priced, Sourced, Noted):
    """What a deal was expected to be worth from a day on; the latest counts. A range keeps its ends beside the value
    that counts."""

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="valuations", verbose_name=_("deal"))
    on = models.DateField(_("day"))
    low_usd = UsdField(_("lowest, US$"), null=True, blank=True)
    high_usd = UsdField(_("highest, US$"), null=True, blank=True)

    history = HistoricalRecords(
        verbose_name=_("change to an expected value"), verbose_name_plural=_("changes to expected values")
    )

    class Meta:
        ordering = ["on", "id"]
        verbose_name = _("expected value")
        verbose_name_plural = _("expected values")
        indexes = [models.Index(fields=["deal", "on"], name="valuation_of_deal")]
        constraints = [
            models.CheckConstraint(
                name="valuation_not_negative",
                condition=(Q(usd=None) | Q(usd__gte=0)) & (Q(low_usd=None) | Q(low_usd__gte=0)),
                violation_error_message=_("An expected value is not below zero."),
            ),
            models.CheckConstraint(
                name="valuation_low_to_high",
                condition=Q(low_usd=None) | Q(high_usd=None) | Q(low_usd__lte=F("high_usd")),
                violation_error_message=_("The lowest value is above the highest: check both."),
            ),
            models.CheckConstraint(
                name="valuation_within_its_range",
                condition=Q(usd=None)
                | ((Q(low_usd=None) | Q(low_usd__lte=F("usd"))) & (Q(high_usd=None) | Q(high_usd__gte=F("usd")))),
                violation_error_message=_("The value lies outside its own range: check the three."),
            ),
            currency_constraint("valuation_currency"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} ({localize(self.on)})"

    @property
    def estimate(self) -> positions.Estimate:
        """The valuation as the rules of the numbers see it."""
        return positions.Estimate(on=self.on, usd=self.usd)

    def clean(self) -> None:
        if self.on and self.on > timezone.localdate():
            raise ValidationError({"on": _("This day is still to come: an estimate is made on the day it is known.")})
