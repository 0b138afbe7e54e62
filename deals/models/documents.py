"""Documents held: files kept with what they are, and proof that they are unchanged."""

import hashlib
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from deals.choices import DocumentKind, Language

from .deals import Deal
from .instruments import Instrument
from .records import Noted, Record

MOST_BYTES = 20 * 1024 * 1024
MEBIBYTE = 1024 * 1024
# What is kept, with the end of the name it is kept under.
TYPES: dict[str, str] = {
    "application/pdf": ".pdf",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
}
# By content, not by name: what a file of the type begins with.
SIGNATURES: dict[str, tuple[bytes, str]] = {
    "application/pdf": (b"%PDF-", ".pdf"),
    "image/png": (b"\x89PNG\r\n\x1a\n", ".png"),
    "image/jpeg": (b"\xff\xd8\xff", ".jpg"),
}


def content_type(file: File) -> str:
    """The type of the file by its first bytes, empty where it is none of those accepted."""
    file.seek(0)
    start = file.read(16)
    file.seek(0)
    return next((kind for kind, (signature, _end) in SIGNATURES.items() if start.startswith(signature)), "")


def sha256(file: File) -> str:
    """The SHA-256 of the file's content, in hexadecimal; reads it once, in pieces."""
    file.seek(0)
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def storage_name(document: "Document", name: str) -> str:
    """A name of our own: what a stranger called the file never reaches the disk."""
    return f"documents/{get_random_string(24)}{SIGNATURES[content_type(document.file)][1]}"


class Document(Record, Noted):
    """A file held for a deal. Its SHA-256 is taken as it comes in; only those who may see the deal are served it."""

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="documents", verbose_name=_("deal"))
    instrument = models.ForeignKey(
        Instrument, models.PROTECT, related_name="documents", null=True, blank=True, verbose_name=_("paper")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=DocumentKind.choices)
    title = models.CharField(_("title"), max_length=300)
    dated_on = models.DateField(_("day of the document"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    file = models.FileField(
        _("file"), upload_to=storage_name, max_length=200, blank=True, help_text=_("PDF, PNG or JPEG, at most 20 MB.")
    )
    file_name = models.CharField(_("name of the file"), max_length=200, blank=True, editable=False)
    content_type = models.CharField(_("type of file"), max_length=100, blank=True, editable=False)
    size = models.PositiveIntegerField(_("size in bytes"), default=0, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, editable=False)
    seen_at = models.CharField(
        _("seen, not held: where the original is"),
        max_length=300,
        blank=True,
        help_text=_("Where no file is held: who showed it and where it is kept."),
    )

    history = HistoricalRecords(verbose_name=_("change to a document"), verbose_name_plural=_("changes to documents"))

    class Meta:
        ordering = ["-dated_on", "-id"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.CheckConstraint(
                name="document_held_or_seen",
                condition=(~Q(file="") & ~Q(sha256=""))
                | Q(file="", sha256="", content_type="", size=0) & ~Q(seen_at=""),
                violation_error_message=_("A document needs its file; one seen and not held, where the original is."),
            ),
            models.CheckConstraint(
                name="document_size_in_limits",
                condition=Q(file="") | Q(size__gt=0, size__lte=MOST_BYTES),
                violation_error_message=_("A document is at most 20 MB, and not empty."),
            ),
            models.CheckConstraint(
                name="document_type_accepted",
                condition=Q(file="") | Q(content_type__in=list(TYPES)),
                violation_error_message=_("A document is a PDF, PNG, JPEG, Word, Excel or PowerPoint file."),
            ),
            models.UniqueConstraint(
                fields=["deal", "sha256"],
                condition=Q(archived_at=None) & ~Q(sha256=""),
                name="document_once_a_deal",
                violation_error_message=_("The deal already holds this very file."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_new_file(self) -> bool:
        """Whether a file came in that is not yet kept."""
        return bool(self.file) and not getattr(self.file, "_committed", True)

    def get_absolute_url(self) -> str:
        return reverse("deals:document", args=[self.pk])

    def clean(self) -> None:
        if self.instrument and self.instrument.deal_id != self.deal_id:
            raise ValidationError({"instrument": _("This paper belongs to another deal.")})
        if not self.is_new_file:
            return
        size = self.file.size
        if not size:
            raise ValidationError({"file": _("The file is empty: choose another one.")})
        if size > MOST_BYTES:
            raise ValidationError(
                {
                    "file": _("The file has %(size)s MB; at most 20 MB are kept. Make it smaller and try again.")
                    % {"size": -(-size // MEBIBYTE)}
                }
            )
        if not content_type(self.file):
            raise ValidationError(
                {"file": _("By its content this is no PDF, PNG or JPEG file. Save it as PDF and try again.")}
            )
        self.describe_file()

    def describe_file(self) -> None:
        """Note what came in: name, type by content, size and SHA-256."""
        self.file_name = PurePath(self.file.name or "").name[-200:]
        self.content_type = content_type(self.file)
        self.size = self.file.size
        self.sha256 = sha256(self.file)

    def clean_fields(self, exclude: Any = None) -> None:
        # The editable fields are checked first; what describes the file follows from it in clean().
        super().clean_fields({*(exclude or ()), "file_name", "content_type", "size", "sha256"})
