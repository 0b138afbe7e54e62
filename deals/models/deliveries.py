"""Goods and services received under contracts, and when they are due."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from deals import positions
from deals.choices import DatePrecision, DeliveryKind, InstrumentKind

from .deals import Deal
from .instruments import Instrument
from .money import Priced, currency_constraint
from .records import Noted, Record, Sourced, in_language


class Delivery(Record, Priced, Sourced, Noted):
    """A delivery under a contract. `planned` says what is due by `on` (from `starts_on`, where it is a period) and
    moves no money; `actual` says what was received on that day."""

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="deliveries", verbose_name=_("deal"))
    contract = models.ForeignKey(
        Instrument,
        models.PROTECT,
        related_name="deliveries",
        limit_choices_to={"kind": InstrumentKind.CONTRACT},
        verbose_name=_("contract"),
    )
    kind = models.CharField(_("kind"), max_length=8, choices=DeliveryKind.choices, default=DeliveryKind.ACTUAL)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    on = models.DateField(_("day"))
    date_precision = models.CharField(
        _("day known to"), max_length=8, choices=DatePrecision.choices, default=DatePrecision.DAY
    )
    quantity = models.DecimalField(_("quantity"), max_digits=16, decimal_places=3, null=True, blank=True)
    unit_vi = models.CharField(_("unit in Vietnamese"), max_length=80, blank=True)
    unit_en = models.CharField(_("unit in English"), max_length=80, blank=True)

    history = HistoricalRecords(verbose_name=_("change to a delivery"), verbose_name_plural=_("changes to deliveries"))

    class Meta:
        ordering = ["on", "id"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [models.Index(fields=["deal", "on"], name="delivery_of_deal")]
        constraints = [
            models.CheckConstraint(name="delivery_kind_known", condition=Q(kind__in=DeliveryKind.values)),
            models.CheckConstraint(
                name="delivery_not_negative",
                condition=(Q(usd=None) | Q(usd__gte=0)) & (Q(quantity=None) | Q(quantity__gte=0)),
                violation_error_message=_("Neither the value nor the quantity of a delivery is below zero."),
            ),
            models.CheckConstraint(
                name="delivery_starts_before_it_ends",
                condition=Q(starts_on=None) | Q(starts_on__lte=F("on")),
                violation_error_message=_("The period of the delivery ends before it starts."),
            ),
            currency_constraint("delivery_currency"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({localize(self.on)})"

    @property
    def unit(self) -> str:
        return in_language(self, "unit")

    @property
    def receipt(self) -> positions.Receipt:
        """The actual delivery as the rules of the numbers see it."""
        return positions.Receipt(contract=self.contract_id or id(self.contract), on=self.on, usd=self.usd)

    def clean(self) -> None:
        errors = {}
        if self.kind == DeliveryKind.ACTUAL and self.on and self.on > timezone.localdate():
            errors["on"] = _("This day is still to come: enter it as planned, or once the goods are received.")
        contract = self.contract if self.contract_id else None
        if contract and contract.kind != InstrumentKind.CONTRACT:
            errors["contract"] = _("Goods are delivered under a contract; this paper is none.")
        elif contract and contract.deal_id != self.deal_id:
            errors["contract"] = _("This contract belongs to another deal.")
        if errors:
            raise ValidationError(errors)
