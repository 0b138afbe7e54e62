"""Announced sums that deals have still to account for."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from deals.choices import Band

from .deals import Deal
from .money import UsdField
from .programmes import Programme
from .records import Noted, Record, Sourced, in_language

OPENING_BANDS = [choice for choice in Band.choices if choice[0] != Band.OUTSIDE]


class OpeningBalance(Record, Sourced, Noted):
    """A sum announced for a day and a band; it counts as far as deals have not itemised it."""

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="opening_balances", verbose_name=_("programme")
    )
    label_vi = models.CharField(_("name in Vietnamese"), max_length=200)
    label_en = models.CharField(_("name in English"), max_length=200)
    band = models.CharField(_("band"), max_length=12, choices=OPENING_BANDS)
    amount_usd = UsdField(_("announced sum in US$"))
    on = models.DateField(_("from"))

    history = HistoricalRecords(
        verbose_name=_("change to an opening balance"), verbose_name_plural=_("changes to opening balances")
    )

    class Meta:
        ordering = ["on", "id"]
        verbose_name = _("opening balance")
        verbose_name_plural = _("opening balances")
        constraints = [
            models.CheckConstraint(
                name="opening_above_zero",
                condition=Q(amount_usd__gt=0),
                violation_error_message=_("An opening balance is more than zero."),
            ),
            models.CheckConstraint(
                name="opening_in_a_counting_band",
                condition=Q(band__in=[value for value, _label in OPENING_BANDS]),
                violation_error_message=_("An opening balance stands in one of the four bands of the target."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return in_language(self, "label")

    def clean(self) -> None:
        if self.on and self.on > timezone.localdate():
            raise ValidationError({"on": _("This day is still to come.")})


class Itemisation(Record, Noted):
    """How much of an opening balance a deal accounts for."""

    opening_balance = models.ForeignKey(
        OpeningBalance, models.PROTECT, related_name="itemisations", verbose_name=_("opening balance")
    )
    deal = models.ForeignKey(Deal, models.PROTECT, related_name="itemisations", verbose_name=_("deal"))
    amount_usd = UsdField(_("itemised, US$"))

    history = HistoricalRecords(
        verbose_name=_("change to an itemisation"), verbose_name_plural=_("changes to itemisations")
    )

    class Meta:
        ordering = ["opening_balance", "id"]
        verbose_name = _("itemisation")
        verbose_name_plural = _("itemisations")
        constraints = [
            models.UniqueConstraint(
                fields=["opening_balance", "deal"],
                condition=Q(archived_at=None),
                name="itemisation_once_a_deal",
                violation_error_message=_("This deal already itemises this opening balance: change that entry."),
            ),
            models.CheckConstraint(
                name="itemisation_not_negative",
                condition=Q(amount_usd__gte=0),
                violation_error_message=_("What is itemised is not below zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opening_balance} – {self.deal}"
