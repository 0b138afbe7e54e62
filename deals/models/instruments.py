"""Signed papers: where the money of a deal lives."""

from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from deals import positions
from deals.choices import DatePrecision, EndReason, InstrumentKind, Release

from .deals import Deal
from .events import Event
from .money import Priced, UsdField, currency_constraint
from .partners import Partner
from .records import Noted, Record, RecordQuerySet, Sourced, in_language

NEVER_COUNTING = [InstrumentKind.OPTION, InstrumentKind.FINANCING]


class InstrumentQuerySet(RecordQuerySet["Instrument"]):
    def in_force(self, day: date) -> Self:
        """Signed on or before the day and not ended by then."""
        return self.active().filter(signed_on__lte=day).filter(Q(ended_on=None) | Q(ended_on__gt=day))

    def undisclosed(self, day: date) -> Self:
        """The counting papers in force on the day whose value is not known, of deals that are not archived."""
        return self.unpriced(day).filter(deal__archived_at=None)

    def unpriced(self, day: date) -> Self:
        """The counting papers in force on the day whose value is not known."""
        return self.in_force(day).filter(counts=True, usd=None)


class Instrument(Record, Priced, Sourced, Noted):
    """A signed paper under a deal: a memorandum, a contract, an amendment to one, financing beside it.

    `under` is the paper above it, `discharges_usd` how much of that paper it takes over (empty: as much as its own
    value). An amendment's value is the change it makes, and may be below zero.
    """

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="instruments", verbose_name=_("deal"))
    kind = models.CharField(_("kind"), max_length=12, choices=InstrumentKind.choices)
    title_vi = models.CharField(_("title in Vietnamese"), max_length=300, blank=True)
    title_en = models.CharField(_("title in English"), max_length=300, blank=True)
    number = models.CharField(_("number of the paper"), max_length=80, blank=True)
    signed_on = models.DateField(_("signed on"))
    date_precision = models.CharField(
        _("day known to"), max_length=8, choices=DatePrecision.choices, default=DatePrecision.DAY
    )
    event = models.ForeignKey(
        Event, models.PROTECT, related_name="instruments", null=True, blank=True, verbose_name=_("event")
    )
    partner = models.ForeignKey(
        Partner,
        models.PROTECT,
        related_name="instruments",
        null=True,
        blank=True,
        verbose_name=_("counterparty, where it is not the deal's"),
    )
    under = models.ForeignKey(
        "self", models.PROTECT, related_name="below", null=True, blank=True, verbose_name=_("paper above")
    )
    discharges_usd = UsdField(
        _("takes over from the paper above, US$"),
        null=True,
        blank=True,
        help_text=_("Leave empty to take over as much as its own value."),
    )
    completes = models.BooleanField(
        _("completes the paper above"),
        default=False,
        db_default=False,
        help_text=_("The paper above ended as fulfilled when this one was signed."),
    )
    goods_vi = models.CharField(_("goods in Vietnamese"), max_length=300, blank=True)
    goods_en = models.CharField(_("goods in English"), max_length=300, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=16, decimal_places=3, null=True, blank=True)
    unit_vi = models.CharField(_("unit in Vietnamese"), max_length=80, blank=True)
    unit_en = models.CharField(_("unit in English"), max_length=80, blank=True)
    counts = models.BooleanField(
        _("counts towards the target"), default=True, help_text=_("Options and financing never do.")
    )
    counts_note_vi = models.CharField(_("why it is treated so, in Vietnamese"), max_length=300, blank=True)
    counts_note_en = models.CharField(_("why it is treated so, in English"), max_length=300, blank=True)
    expires_on = models.DateField(_("runs until"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    end_reason = models.CharField(_("reason for the end"), max_length=12, choices=EndReason.choices, blank=True)

    release = models.CharField(
        _("released to"),
        max_length=10,
        choices=Release.choices,
        blank=True,
        default="",
        db_default="",
        help_text=_("Leave empty where the paper is released as its deal is."),
    )

    history = HistoricalRecords(verbose_name=_("change to a paper"), verbose_name_plural=_("changes to papers"))
    objects = InstrumentQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["signed_on", "id"]
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        indexes = [
            models.Index(fields=["deal", "signed_on"], name="instrument_of_deal"),
            models.Index(
                fields=["deal", "signed_on", "ended_on"],
                condition=Q(archived_at=None, counts=True, usd=None),
                name="instrument_undisclosed",
            ),
        ]
        constraints = [
            models.CheckConstraint(name="instrument_release_known", condition=Q(release__in=["", *Release.values])),
            models.CheckConstraint(name="instrument_kind_known", condition=Q(kind__in=InstrumentKind.values)),
            models.CheckConstraint(
                name="instrument_value_not_negative",
                condition=Q(usd=None) | Q(usd__gte=0) | Q(kind=InstrumentKind.AMENDMENT),
                violation_error_message=_("A value is not below zero; only an amendment may lower one."),
            ),
            models.CheckConstraint(
                name="instrument_discharge_under_a_paper",
                condition=Q(discharges_usd=None) | Q(discharges_usd__gte=0, under__isnull=False),
                violation_error_message=_(
                    "What a paper takes over is not below zero, and needs the paper above it to be named."
                ),
            ),
            models.CheckConstraint(
                name="instrument_completes_a_paper",
                condition=Q(completes=False) | Q(under__isnull=False),
                violation_error_message=_("A paper completes the one it stands under: name that."),
            ),
            models.CheckConstraint(
                name="instrument_not_under_itself",
                condition=Q(under=None) | ~Q(under=F("id")),
                violation_error_message=_("A paper cannot stand under itself."),
            ),
            models.CheckConstraint(
                name="instrument_amends_a_paper",
                condition=~Q(kind=InstrumentKind.AMENDMENT)
                | Q(under__isnull=False, counts=True, ended_on=None, discharges_usd=None),
                violation_error_message=_(
                    "An amendment stands under the paper it amends, counts as that paper does, takes nothing over and "
                    "does not end by itself: to take it back, enter another amendment."
                ),
            ),
            models.CheckConstraint(
                name="instrument_outside_never_counts",
                condition=~Q(kind__in=NEVER_COUNTING) | Q(counts=False),
                violation_error_message=_("Options and financing never count towards the target."),
            ),
            models.CheckConstraint(
                name="instrument_end_with_reason",
                condition=Q(ended_on=None, end_reason="") | Q(ended_on__isnull=False, end_reason__in=EndReason.values),
                violation_error_message=_("An ended paper needs both the day and the reason of its end."),
            ),
            models.CheckConstraint(
                name="instrument_ends_after_it_began",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("signed_on")),
                violation_error_message=_("The paper ended before it was signed: check both days."),
            ),
            models.CheckConstraint(
                name="instrument_expires_after_it_began",
                condition=Q(expires_on=None) | Q(expires_on__gte=F("signed_on")),
                violation_error_message=_("The paper runs out before it was signed: check both days."),
            ),
            currency_constraint("instrument_currency"),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.get_kind_display()} ({localize(self.signed_on)})"

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def goods(self) -> str:
        return in_language(self, "goods")

    @property
    def unit(self) -> str:
        return in_language(self, "unit")

    @property
    def counts_note(self) -> str:
        return in_language(self, "counts_note")

    @property
    def paper(self) -> positions.Paper:
        """The paper as the rules of the numbers see it."""
        return positions.Paper(
            id=self.pk or id(self),
            kind=self.kind,
            on=self.signed_on,
            usd=self.usd,
            under=self.under_id or (id(self.under) if self.under else None),
            discharges_usd=self.discharges_usd,
            ended_on=self.ended_on,
            end_reason=self.end_reason or None,
            counts=self.counts,
        )

    def clean(self) -> None:
        errors = {}
        today = timezone.localdate()
        if self.signed_on and self.signed_on > today:
            errors["signed_on"] = _("This day is still to come: enter the paper once it is signed.")
        if self.ended_on and self.ended_on > today:
            errors["ended_on"] = _("This day is still to come: enter the end once it has happened.")
        if self.under and self.under.deal_id != self.deal_id:
            errors["under"] = _("The paper above belongs to another deal.")
        if self.pk and self.below.exclude(deal=self.deal_id).exists():
            errors["deal"] = _("Papers stand under this one: it stays with its deal.")
        if errors:
            raise ValidationError(errors)
