"""Deals: the things being bought. A deal carries no money of its own."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from deals.choices import Condition, Outcome, Release, Stage

from .enterprises import Enterprise
from .partners import Partner
from .records import Labelled, Record, RecordQuerySet, in_language
from .sectors import Sector


class DealCode(models.Model):
    """The last number given out in a year; locked while a new one is taken, so that none comes twice."""

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)
    last = models.PositiveIntegerField(_("last number given out"), default=0)

    class Meta:
        verbose_name = _("deal number")
        verbose_name_plural = _("deal numbers")

    def __str__(self) -> str:
        return f"VNUS-{self.year}-{self.last:04d}"


class DealQuerySet(RecordQuerySet["Deal"]):
    def open_on(self, day: date) -> Self:
        """Those not closed by the day."""
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=day))

    def hold(self, keys: Iterable[int]) -> None:
        """Hold the deals of these keys until the transaction ends: two who write them come one after the other."""
        list(self.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))

    def named(self) -> Self:
        """With their roll-ups and all by which they are found, in the order of their keys. Four queries."""
        found = self.select_related("enterprise__group", "partner", "sector", "balance").order_by("pk")
        return found.prefetch_related("other_enterprises__group", "other_partners", "instruments")


class Deal(Record):
    """What an enterprise buys, or talks of buying. Every total attributes it to `enterprise`, `partner` and `sector`;
    the other enterprises and partners are named beside them and counted nowhere."""

    code = models.CharField(_("code"), max_length=20, unique=True, editable=False)
    title_vi = models.CharField(_("title in Vietnamese"), max_length=200, blank=True)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    description_vi = models.TextField(_("description in Vietnamese"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="deals", verbose_name=_("enterprise"))
    other_enterprises = models.ManyToManyField(
        Enterprise, related_name="shared_deals", blank=True, verbose_name=_("other enterprises")
    )
    partner = models.ForeignKey(
        Partner, models.PROTECT, related_name="deals", null=True, blank=True, verbose_name=_("US partner")
    )
    other_partners = models.ManyToManyField(
        Partner, related_name="shared_deals", blank=True, verbose_name=_("other US partners")
    )
    sector = models.ForeignKey(Sector, models.PROTECT, related_name="deals", verbose_name=_("sector"))
    stage = models.CharField(_("stage"), max_length=20, choices=Stage.choices, default=Stage.IDENTIFIED)
    condition = models.CharField(_("condition"), max_length=10, choices=Condition.choices, default=Condition.ON_TRACK)
    condition_note_vi = models.TextField(_("what the matter is, in Vietnamese"), blank=True)
    condition_note_en = models.TextField(_("what the matter is, in English"), blank=True)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="deals",
        null=True,
        blank=True,
        verbose_name=_("officer in charge"),
    )
    expected_on = models.DateField(_("contract expected by"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=24, choices=Outcome.choices, blank=True)
    outcome_note_vi = models.TextField(_("reason for the outcome, in Vietnamese"), blank=True)
    outcome_note_en = models.TextField(_("reason for the outcome, in English"), blank=True)
    release = models.CharField(
        _("released to"),
        max_length=10,
        choices=Release.choices,
        default=Release.INTERNAL,
        db_default=Release.INTERNAL,
        help_text=_("Briefings and exports made for a wider circle leave the deal out."),
    )

    # What `deals.ledger` adds to a deal asked for with its bands or its stage at a moment.
    delivered: Decimal
    contracted: Decimal
    memorandum: Decimal
    negotiating: Decimal
    outside: Decimal
    four: Decimal
    stage_then: str

    objects = DealQuerySet.as_manager()  # type: ignore[misc]
    history = HistoricalRecords(
        m2m_fields=[other_enterprises, other_partners],
        verbose_name=_("change to a deal"),
        verbose_name_plural=_("changes to deals"),
    )

    class Meta:
        ordering = ["-code"]
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        indexes = [
            models.Index(fields=["stage", "sector"], name="deal_stage_sector"),
            models.Index(fields=["sector"], name="deal_sector"),
        ]
        constraints = [
            models.CheckConstraint(
                name="deal_titled",
                condition=~Q(title_vi="") | ~Q(title_en=""),
                violation_error_message=_("A deal needs a title, in Vietnamese or in English."),
            ),
            models.CheckConstraint(name="deal_release_known", condition=Q(release__in=Release.values)),
            models.CheckConstraint(name="deal_stage_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(name="deal_condition_known", condition=Q(condition__in=Condition.values)),
            models.CheckConstraint(
                name="deal_closed_with_day_and_outcome",
                condition=(Q(stage=Stage.CLOSED, closed_on__isnull=False) & ~Q(outcome=""))
                | (~Q(stage=Stage.CLOSED) & Q(closed_on=None, outcome="")),
                violation_error_message=_(
                    "A closed deal needs the day it was closed and its outcome; any other deal has neither."
                ),
            ),
            models.CheckConstraint(
                name="deal_condition_in_words",
                condition=Q(condition=Condition.ON_TRACK) | ~Q(condition_note_vi="") | ~Q(condition_note_en=""),
                violation_error_message=_("Say what the matter is: only a deal on track needs no words."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def description(self) -> str:
        return in_language(self, "description")

    @property
    def condition_note(self) -> str:
        return in_language(self, "condition_note")

    @property
    def outcome_note(self) -> str:
        return in_language(self, "outcome_note")

    def get_absolute_url(self) -> str:
        return reverse("deals:deal-detail", args=[self.code])

    def clean(self) -> None:
        if self.closed_on and self.closed_on > timezone.localdate():
            raise ValidationError({"closed_on": _("This day is still to come.")})


class StageChange(Labelled):
    """A deal reached a stage on a day. The latest by day, then by entry, is the deal's stage."""

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="stage_changes", verbose_name=_("deal"))
    stage = models.CharField(_("stage"), max_length=20, choices=Stage.choices)
    on = models.DateField(_("day"))
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    reason = models.CharField(_("reason"), max_length=400, blank=True)

    class Meta:
        ordering = ["on", "id"]
        verbose_name = _("stage change")
        verbose_name_plural = _("stage changes")
        indexes = [
            models.Index(fields=["deal", "-on", "-id"], name="stage_change_latest"),
            models.Index(fields=["-on"], name="stage_change_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.get_stage_display()} ({localize(self.on)})"
