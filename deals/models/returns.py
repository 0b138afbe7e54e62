"""What enterprises report of their deals, period by period: the workbook that went out, and what came back in it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from deals import periods
from deals.choices import Language, ReturnedPart, ReturnedState, ReturnState

from .confirmations import ChangeRequest
from .deals import Deal
from .enterprises import Enterprise


def storage_name(of: "Return", name: str) -> str:
    """A name of our own: what a stranger called the file never reaches the disk."""
    return f"returns/{get_random_string(24)}.xlsx"


def new_token() -> str:
    """By which a workbook is known when it comes back."""
    return get_random_string(32)


class Return(models.Model):
    """What an enterprise, with those below it, is asked for a quarter. `held` is what the workbook said when it went
    out, by the code of the deal: the figures to compare with, and by which it is known whether it was tampered with.
    The file that came back last is kept as it came, with its SHA-256. Written by `deals.actions.returns` alone."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="returns", verbose_name=_("enterprise"))
    period_start = models.DateField(_("first day of the quarter"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    token = models.CharField(_("mark of the workbook"), max_length=32, unique=True, default=new_token, editable=False)
    held = models.JSONField(_("what the workbook said"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=ReturnState.choices, default=ReturnState.SENT_OUT)
    sent_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("sent out by")
    )
    sent_out_at = models.DateTimeField(_("sent out at"))
    came_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handed in by"),
    )
    came_back_at = models.DateTimeField(_("came back at"), null=True, blank=True)
    file = models.FileField(_("file"), upload_to=storage_name, max_length=200, blank=True)
    file_name = models.CharField(_("name of the file"), max_length=200, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("settled by")
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        ordering = ["-period_start", "enterprise", "id"]
        verbose_name = _("return of an enterprise")
        verbose_name_plural = _("returns of enterprises")
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "period_start"],
                name="return_once_a_period",
                violation_error_message=_("This enterprise has its return for the period already."),
            ),
            models.CheckConstraint(name="return_state_known", condition=Q(state__in=ReturnState.values)),
            models.CheckConstraint(
                name="return_came_back_as_a_file",
                condition=Q(state=ReturnState.SENT_OUT, came_back_at=None, sha256="")
                | (~Q(state=ReturnState.SENT_OUT) & Q(came_back_at__isnull=False) & ~Q(sha256="")),
                violation_error_message=_("A return came back at some moment, as a file."),
            ),
            models.CheckConstraint(
                name="return_settled_by_somebody",
                condition=Q(state=ReturnState.SETTLED, settled_by__isnull=False, settled_at__isnull=False)
                | (~Q(state=ReturnState.SETTLED) & Q(settled_by=None, settled_at=None)),
                violation_error_message=_("A settled return was settled by somebody at some moment."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise}, {self.period}"

    def get_absolute_url(self) -> str:
        return reverse("deals:return-detail", args=[self.pk])

    @property
    def period(self) -> str:
        """The quarter in words."""
        return periods.day_name(self.period_start, language=get_language() or "vi", precision="quarter")

    @property
    def is_settled(self) -> bool:
        return self.state == ReturnState.SETTLED


class ReturnedChange(models.Model):
    """A difference that came back in a return: what the workbook `was` told, and what it `says`, by `choices.Answer`,
    as text. It counts nowhere before it is accepted; `request` is what a second person must confirm of it."""

    of = models.ForeignKey(Return, models.PROTECT, related_name="changes", verbose_name=_("return"))
    deal = models.ForeignKey(Deal, models.PROTECT, related_name="+", verbose_name=_("deal"))
    part = models.CharField(_("part"), max_length=14, choices=ReturnedPart.choices)
    was = models.JSONField(_("before"), default=dict, blank=True)
    says = models.JSONField(_("after"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=ReturnedState.choices, default=ReturnedState.WAITING)
    comment = models.CharField(_("comment"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    request = models.ForeignKey(
        ChangeRequest,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("request for confirmation"),
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("returned difference")
        verbose_name_plural = _("returned differences")
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(name="returned_part_known", condition=Q(part__in=ReturnedPart.values)),
            models.CheckConstraint(name="returned_state_known", condition=Q(state__in=ReturnedState.values)),
            models.UniqueConstraint(
                fields=["of", "deal", "part"],
                condition=Q(state__in=[ReturnedState.WAITING, ReturnedState.SENT_BACK]),
                name="returned_once_open",
                violation_error_message=_("This difference waits already."),
            ),
            models.CheckConstraint(
                name="returned_decided_by_somebody",
                condition=Q(state__in=[ReturnedState.WAITING, ReturnedState.REPLACED])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                violation_error_message=_("A difference waits, or somebody has decided on it at some moment."),
            ),
            models.CheckConstraint(
                name="returned_with_comment",
                condition=~Q(state=ReturnedState.SENT_BACK) | ~Q(comment=""),
                violation_error_message=_("A difference is sent back with a comment."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal.code}: {self.get_part_display()}"

    @property
    def is_waiting(self) -> bool:
        return self.state == ReturnedState.WAITING
