"""Invitations: the only way to an account of one's own."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deals.choices import Language


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Those that can still be accepted."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """A person is asked to make an account, with the rights it will have. The link that was sent is known to its reader
    alone: here stands its hash. It works once, until it is withdrawn, sent anew or too old."""

    email = models.EmailField(_("e-mail address"))
    last_name = models.CharField(_("family name"), max_length=150)
    first_name = models.CharField(_("given name"), max_length=150)
    language = models.CharField(
        _("language of the invitation"), max_length=2, choices=Language.choices, default=Language.VIETNAMESE
    )
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    groups = models.ManyToManyField(Group, verbose_name=_("groups"), blank=True)
    enterprises = models.ManyToManyField(
        "deals.Enterprise",
        related_name="+",
        verbose_name=_("enterprises"),
        blank=True,
        help_text=_(
            "With all below them. An officer changes only deals of these; none means all. "
            "A respondent sees only these; none means nothing."
        ),
    )
    token_hash = models.CharField(_("hash of the link"), max_length=64, unique=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("invited by"))
    sent_at = models.DateTimeField(_("sent at"))
    expires_at = models.DateTimeField(_("works until"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("account")
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None, account=None) | Q(accepted_at__isnull=False, account__isnull=False),
                name="invitation_accepted_makes_account",
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_open(self) -> bool:
        return not self.accepted_at and not self.withdrawn_at and self.expires_at > timezone.now()
