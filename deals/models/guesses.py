"""Failed attempts to sign in."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Guesses(models.Model):
    """How often in a row signing in failed: to one account from one address, or to one account from anywhere. In the
    database, because all workers must count together. `key` is a hash: what was typed may have been a password."""

    key = models.CharField(_("key"), max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(_("failures"), default=0)
    last_at = models.DateTimeField(_("last at"), db_index=True)
    succeeded_at = models.DateTimeField(_("succeeded at"), null=True)

    class Meta:
        verbose_name = _("failed attempts to sign in")
        verbose_name_plural = _("failed attempts to sign in")

    def __str__(self) -> str:
        return self.key
