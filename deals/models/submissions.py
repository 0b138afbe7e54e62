"""Forms that were sent: each makes its record once, however often it comes in."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Submission(models.Model):
    """A form that was saved. `token` came with the form when it was opened; a double click or a resent form brings it
    again, and is led to what came of the first."""

    token = models.UUIDField(_("token"), primary_key=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)
    led_to = models.CharField(_("led to"), max_length=300, blank=True)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("form sent")
        verbose_name_plural = _("forms sent")

    def __str__(self) -> str:
        return str(self.token)
