"""Files of rows that came in, what was answered about them, and what came of each row."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from deals.choices import ImportOutcome, ImportState, Language


def storage_name(batch: "ImportBatch", name: str) -> str:
    """A name of our own: what a stranger called the file never reaches the disk."""
    return f"imports/{get_random_string(24)}.{batch.kind}"


class ImportBatch(models.Model):
    """A file of rows and the conversation about it. Nothing of it counts before it is applied, which is one act: all
    of it or nothing. The file is kept as it came, with its SHA-256.

    `choices` are the answers given, by the question; `findings` is what the last look found, for the page. `run` names
    the process that is at work on it: who finds another name there has lost it, and writes nothing.
    """

    kind = models.CharField(_("type of file"), max_length=4, choices=[("xlsx", "Excel"), ("csv", "CSV")])
    file = models.FileField(_("file"), upload_to=storage_name, max_length=200)
    file_name = models.CharField(_("name of the file"), max_length=200)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    state = models.CharField(_("state"), max_length=10, choices=ImportState.choices, default=ImportState.LOOKING)
    run = models.CharField(_("process at work"), max_length=32, blank=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    uploaded_at = models.DateTimeField(_("came in at"), auto_now_add=True)
    choices = models.JSONField(_("answers"), default=dict)
    findings = models.JSONField(_("what was found"), default=dict)
    said = models.TextField(_("what happened last"), blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by")
    )
    applied_at = models.DateTimeField(_("entered at"), null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("taken back by")
    )
    undone_at = models.DateTimeField(_("taken back at"), null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    undo_reason = models.CharField(_("why it was taken back"), max_length=400, blank=True)

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(
                name="import_confirmed_by_another", condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("by"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.pk})"

    def get_absolute_url(self) -> str:
        return reverse("deals:import-detail", args=[self.pk])

    @property
    def is_busy(self) -> bool:
        """Whether a process is at work on it, or should be."""
        return self.state in (ImportState.LOOKING, ImportState.APPLYING, ImportState.UNDOING)

    @property
    def waits(self) -> bool:
        """Whether a second person is asked to confirm it."""
        return self.state in (ImportState.ENTRY_WAITS, ImportState.RETURN_WAITS)

    @property
    def asked_by_id(self) -> int:
        """Who asked last for what is done with it."""
        asked = self.undone_by_id if self.state == ImportState.RETURN_WAITS else self.applied_by_id
        return asked or self.by_id

    @property
    def counts(self) -> dict[str, Any]:
        return self.findings.get("counts", {})


class ImportedRow(models.Model):
    """What a row of the file comes to: a new record, a changed one, or nothing. Once it is applied `record_kind` and
    `record_key` name the record, `version` is the one it was left at and `before` what its fields held."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", verbose_name=_("import"))
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    row = models.PositiveIntegerField(_("row"))
    what = models.CharField(_("what"), max_length=20)
    outcome = models.CharField(_("outcome"), max_length=8, choices=ImportOutcome.choices)
    label = models.CharField(_("record"), max_length=400)
    changes = models.JSONField(_("changes"), default=list)
    record_kind = models.CharField(_("kind of record"), max_length=20, blank=True)
    record_key = models.BigIntegerField(_("key of the record"), null=True)
    version = models.PositiveIntegerField(_("version"), null=True)
    before = models.JSONField(_("what it held before"), default=dict)

    class Meta:
        ordering = ["id"]
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        default_permissions = ["view"]
        indexes = [models.Index(fields=["batch", "outcome", "id"], name="imported_row_of_batch")]

    def __str__(self) -> str:
        return f"{self.sheet} {self.row}: {self.label}".strip()


class HeadingChoice(models.Model):
    """What a person said a heading means that the product does not know: asked once, remembered for the next file."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("by"))
    sheet = models.CharField(_("kind of sheet"), max_length=20)
    heading = models.CharField(_("heading"), max_length=200)
    column = models.CharField(_("column"), max_length=40)

    class Meta:
        verbose_name = _("remembered heading")
        verbose_name_plural = _("remembered headings")
        default_permissions = []
        constraints = [models.UniqueConstraint(fields=["by", "sheet", "heading"], name="heading_remembered_once")]

    def __str__(self) -> str:
        return f"{self.heading}: {self.column}"
