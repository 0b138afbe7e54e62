"""Changes that a second person must confirm before they count."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from deals.choices import Cause, Ground, RequestState

from .deals import Deal
from .money import UsdField
from .records import Record

THRESHOLD = Decimal("100000000.00")


class ConfirmationRule(Record):
    """From which value on a contract needs a second person. One row at most; without it, the threshold above holds."""

    only = models.PositiveSmallIntegerField(_("the only one"), default=1, unique=True, editable=False)
    threshold_usd = UsdField(
        _("threshold, US$"),
        default=THRESHOLD,
        help_text=_("A contract of this value or more counts only once a second person has confirmed it."),
    )

    history = HistoricalRecords(
        verbose_name=_("change to the threshold"), verbose_name_plural=_("changes to the threshold")
    )

    class Meta:
        verbose_name = _("threshold for confirmation")
        verbose_name_plural = _("threshold for confirmation")
        constraints = [
            models.CheckConstraint(name="confirmation_rule_once", condition=Q(only=1)),
            models.CheckConstraint(
                name="confirmation_rule_above_zero",
                condition=Q(threshold_usd__gt=0),
                violation_error_message=_("The threshold is above zero."),
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def threshold(cls) -> Decimal:
        """The threshold that holds now. One query."""
        found: Decimal | None = cls.objects.active().values_list("threshold_usd", flat=True).first()
        return THRESHOLD if found is None else found


class ChangeRequest(models.Model):
    """A change that was asked for and is not part of the record until a second person confirms it.

    `proposal` holds all of it as data (deals.actions.proposals) and `grounds` why a second person is needed; `form` is
    the address it was typed at and `typed` what was typed there. `kept` says which versions of which records came of
    it. Written by `deals.actions.confirmations` alone, and decided once.
    """

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="requests", verbose_name=_("deal"))
    state = models.CharField(
        _("state"), max_length=12, choices=RequestState.choices, default=RequestState.WAITING, editable=False
    )
    grounds = models.JSONField(_("grounds"), default=list)
    proposal = models.JSONField(_("change"), default=dict)
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    form = models.CharField(_("form"), max_length=300, blank=True)
    typed = models.JSONField(_("typed"), default=dict, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="requests", verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    comment = models.CharField(_("comment"), max_length=1000, blank=True)
    kept = models.JSONField(_("records that came of it"), default=list, blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        verbose_name = _("request for confirmation")
        verbose_name_plural = _("requests for confirmation")
        default_permissions = ["view"]
        permissions = [("override_confirmation", _("Emergency: let a change count without a second person"))]
        indexes = [models.Index(fields=["state", "-asked_at"], name="request_of_state")]
        constraints = [
            models.CheckConstraint(name="request_state_known", condition=Q(state__in=RequestState.values)),
            models.CheckConstraint(
                name="request_decided_by_somebody",
                condition=Q(state=RequestState.WAITING, decided_by=None, decided_at=None)
                | (~Q(state=RequestState.WAITING) & Q(decided_by__isnull=False, decided_at__isnull=False)),
                violation_error_message=_("A request waits, or somebody has decided on it at some moment."),
            ),
            models.CheckConstraint(
                name="request_confirmed_by_another",
                condition=~Q(state__in=[RequestState.CONFIRMED, RequestState.RETURNED]) | ~Q(decided_by=F("asked_by")),
                violation_error_message=_("Nobody confirms or returns their own request."),
            ),
            models.CheckConstraint(
                name="request_returned_with_comment",
                condition=~Q(state__in=[RequestState.RETURNED, RequestState.OVERRIDDEN]) | ~Q(comment=""),
                violation_error_message=_("A request is returned with a comment, and overridden with a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{Cause(self.proposal['cause']).label}: {self.thing}"

    def get_absolute_url(self) -> str:
        return reverse("deals:request", args=[self.pk])

    @property
    def thing(self) -> str:
        """What the change is about: the paper, or the deal."""
        return next((thing for _ground, thing in self.said), "")

    @property
    def effect(self) -> Decimal:
        """By how many US$ it changes what the deal counts as signed (announced), on the day it was asked for."""
        return Decimal(self.proposal.get("effect", 0))

    @property
    def is_waiting(self) -> bool:
        return self.state == RequestState.WAITING

    @property
    def said(self) -> list[tuple[str, str]]:
        """Why a second person is needed: the ground in words, and what it is about."""
        language = (get_language() or "vi")[:2]
        return [(str(Ground(each["rule"]).label), each["thing"][language]) for each in self.grounds]


class RequestedFile(models.Model):
    """A file that came with a change, until it is confirmed; `place` is that of its document in the proposal."""

    request = models.ForeignKey(ChangeRequest, models.CASCADE, related_name="files", verbose_name=_("request"))
    place = models.PositiveSmallIntegerField(_("place"))
    file = models.FileField(_("file"), upload_to="requests/", max_length=200)
    name = models.CharField(_("name of the file"), max_length=200)

    class Meta:
        verbose_name = _("file of a request")
        verbose_name_plural = _("files of requests")
        constraints = [models.UniqueConstraint(fields=["request", "place"], name="requested_file_once_a_place")]

    def __str__(self) -> str:
        return self.name

    def described(self, what: str) -> str:
        """What the file was found to be when it came in: its `file_name`, safe to use, or its `content_type`."""
        found: str = self.request.proposal["records"][self.place]["fields"][what][1]
        return found
