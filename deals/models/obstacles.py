"""Obstacles: what holds deals back, who must act, since when."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from deals.choices import DatePrecision, Stage
from deals.periods import Moment

from .deals import Deal
from .recorded import in_use
from .records import Noted, Record, RecordQuerySet, Sourced, in_language
from .sectors import Sector
from .stages_then import with_stage


class Body(Record):
    """Who must act on an obstacle: a ministry, a province, an agency abroad, a party to the deal. A short ordered
    list, so that what waits for each can be added up."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_vi = models.CharField(_("name in Vietnamese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    history = HistoricalRecords(
        verbose_name=_("change to a body that must act"), verbose_name_plural=_("changes to bodies that must act")
    )

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("body that must act")
        verbose_name_plural = _("bodies that must act")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")


def open_on(day: date) -> Q:
    """Of the obstacles, those that stand in the way on the day: from `since` until the day before it was resolved."""
    return Q(since__lte=day) & (Q(resolved_on=None) | Q(resolved_on__gt=day))


class ObstacleQuerySet(RecordQuerySet["Obstacle"]):
    def open_on(self, day: date) -> "ObstacleQuerySet":
        """Those in use that stand in the way on the day."""
        return self.active().filter(open_on(day))

    def of(self, *deals: Deal) -> "ObstacleQuerySet":
        """Those that hold one of the deals back."""
        return self.filter(pk__in=HeldDeal.objects.active().filter(deal__in=deals).values("obstacle"))


class Obstacle(Record, Sourced, Noted):
    """What holds deals back. `held` names the deals; an obstacle may hold back none yet."""

    title_vi = models.CharField(_("the obstacle in one sentence, in Vietnamese"), max_length=300, blank=True)
    title_en = models.CharField(_("the obstacle in one sentence, in English"), max_length=300, blank=True)
    description_vi = models.TextField(_("details in Vietnamese"), blank=True)
    description_en = models.TextField(_("details in English"), blank=True)
    ask_vi = models.CharField(_("what is asked of the body, in Vietnamese"), max_length=400, blank=True)
    ask_en = models.CharField(_("what is asked of the body, in English"), max_length=400, blank=True)
    body = models.ForeignKey(Body, models.PROTECT, related_name="obstacles", verbose_name=_("body that must act"))
    sector = models.ForeignKey(
        Sector, models.PROTECT, related_name="obstacles", null=True, blank=True, verbose_name=_("sector")
    )
    since = models.DateField(_("stands in the way since"))
    date_precision = models.CharField(
        _("day known to"), max_length=8, choices=DatePrecision.choices, default=DatePrecision.DAY
    )
    resolved_on = models.DateField(_("resolved on"), null=True, blank=True)
    resolution_vi = models.CharField(_("how it was resolved, in Vietnamese"), max_length=400, blank=True)
    resolution_en = models.CharField(_("how it was resolved, in English"), max_length=400, blank=True)

    history = HistoricalRecords(verbose_name=_("change to an obstacle"), verbose_name_plural=_("changes to obstacles"))
    objects = ObstacleQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["since", "id"]
        verbose_name = _("obstacle")
        verbose_name_plural = _("obstacles")
        indexes = [models.Index(fields=["body", "since"], name="obstacle_of_body")]
        constraints = [
            models.CheckConstraint(
                name="obstacle_in_words",
                condition=~Q(title_vi="") | ~Q(title_en=""),
                violation_error_message=_("Say in one sentence what the obstacle is."),
            ),
            models.CheckConstraint(
                name="obstacle_days_in_order",
                condition=Q(resolved_on=None) | Q(resolved_on__gte=F("since")),
                violation_error_message=_("The obstacle would be resolved before it stood in the way."),
            ),
            models.CheckConstraint(
                name="obstacle_resolved_in_words",
                condition=Q(resolved_on=None, resolution_vi="", resolution_en="")
                | (Q(resolved_on__isnull=False) & (~Q(resolution_vi="") | ~Q(resolution_en=""))),
                violation_error_message=_(
                    "A resolved obstacle needs the day and how it was resolved; any other has neither."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def description(self) -> str:
        return in_language(self, "description")

    @property
    def ask(self) -> str:
        """What the body is asked to do; empty where nobody has written it yet."""
        return in_language(self, "ask")

    @property
    def resolution(self) -> str:
        return in_language(self, "resolution")

    def is_open_on(self, day: date) -> bool:
        return self.since <= day and (self.resolved_on is None or self.resolved_on > day)

    def get_absolute_url(self) -> str:
        return reverse("deals:obstacle-detail", args=[self.pk])

    def clean(self) -> None:
        today = timezone.localdate()
        days = {"since": self.since, "resolved_on": self.resolved_on}
        if wrong := {name: _("This day is still to come.") for name, day in days.items() if day and day > today}:
            raise ValidationError(wrong)


class HeldDeal(Record):
    """A deal that an obstacle holds back. Archived with a reason where it does so no longer, or never did."""

    obstacle = models.ForeignKey(Obstacle, models.PROTECT, related_name="held", verbose_name=_("obstacle"))
    deal = models.ForeignKey(Deal, models.PROTECT, related_name="held_by", verbose_name=_("deal"))

    history = HistoricalRecords(
        verbose_name=_("change to a deal held back"), verbose_name_plural=_("changes to deals held back")
    )

    class Meta:
        ordering = ["obstacle", "id"]
        verbose_name = _("deal held back")
        verbose_name_plural = _("deals held back")
        constraints = [
            models.UniqueConstraint(
                fields=["obstacle", "deal"],
                condition=Q(archived_at=None),
                name="held_deal_once",
                violation_error_message=_("This obstacle already holds back this deal."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.deal} – {self.obstacle}"


def held(at: Moment, obstacles: Iterable[int] | QuerySet[Any]) -> QuerySet[Any]:
    """Which deals those obstacles held back, as known at the moment; one that was closed by then waits for nobody."""
    closed = with_stage(Deal.objects.all(), at).filter(Q(stage_then=Stage.CLOSED))
    found = in_use(HeldDeal, at.known_at).filter(obstacle__in=obstacles)
    return found.exclude(Exists(closed.filter(pk=OuterRef("deal"))))


def deals_under(at: Moment, *wanted: Q, **fields: Any) -> Q:
    """Of the deals, those that an obstacle answering to this holds back, as known at the moment."""
    obstacles = in_use(Obstacle, at.known_at).filter(*wanted, **fields).order_by()
    return Q(pk__in=held(at, obstacles.values("id")).order_by().values("deal"))
