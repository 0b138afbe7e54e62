"""What was done with accounts, rights and the figures' way out of the house."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deals.choices import AuditKind

from .records import UntrackedWriteError


class AuditEntry(models.Model):
    """One thing that was done or tried: when, by whom, from where, with what. Written by `deals.actions.audit` alone,
    never changed, never deleted: the database refuses it.

    `actor` is empty where it is not known who it was. `thing` names what it was done with, in the words of its day, and
    `thing_key` is its number or code. Changes of records are not here: each leaves a line in its own history.
    """

    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    kind = models.CharField(_("what"), max_length=24, choices=AuditKind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("account concerned")
    )
    thing = models.CharField(_("with what"), max_length=300, blank=True)
    thing_key = models.CharField(_("number or code"), max_length=64, blank=True)
    address = models.GenericIPAddressField(_("network address"), null=True)
    details = models.JSONField(_("details"), default=dict)
    search_text = models.TextField(editable=False)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        default_permissions = ["view"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["kind", "-at"], name="audit_of_kind"),
        ]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M} {self.get_kind_display()} {self.thing}".strip()

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise UntrackedWriteError("An audit entry is never deleted")
