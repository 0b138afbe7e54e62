"""What was typed into a form and is not sent yet."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Draft(models.Model):
    """What a person has typed into one form, field by field, as it stood. Gone once the form is saved or put aside.

    `form` is the address of the form, `typed` holds for each of its steps what each field was filled with; a file that
    came with one of them waits beside it. A draft is nobody else's business: no history, no part of any record.
    """

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts", verbose_name=_("by"))
    form = models.CharField(_("form"), max_length=200)
    typed = models.JSONField(_("typed"), default=dict)
    attachment = models.FileField(_("file"), upload_to="drafts/", max_length=200, blank=True)
    attachment_name = models.CharField(_("name of the file"), max_length=200, blank=True)
    saved_at = models.DateTimeField(_("saved at"), auto_now=True)

    class Meta:
        ordering = ["-saved_at"]
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint(fields=["by", "form"], name="draft_once_a_form")]

    def __str__(self) -> str:
        return self.form
