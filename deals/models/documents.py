"""Documents, held or seen: files kept with what they are, and proof that they are unchanged."""

import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from deals import files
from deals.choices import DocumentKind, Language

from .deals import Deal
from .instruments import Instrument
from .records import Noted, Record

MEBIBYTE = 1024 * 1024
DESCRIBES_FILE = frozenset({"file_name", "content_type", "size", "sha256"})
# What to say of a file that is not kept, and how to mend it.
REFUSALS = {
    files.Problem.EMPTY: _("The file is empty: choose another one."),
    files.Problem.TOO_BIG: _("The file has %(size)s MB; at most 20 MB are kept. Make it smaller and try again."),
    files.Problem.UNKNOWN: _(
        "By its content this is no PDF, PNG or JPEG, and no Word, Excel or PowerPoint file (.docx, .xlsx, .pptx). "
        "Save it as PDF and try again."
    ),
    files.Problem.OLD_OFFICE: _(
        "This file is of an older Office (.doc, .xls, .ppt). Save it as .docx, .xlsx, .pptx or PDF and try again."
    ),
    files.Problem.MACROS: _(
        "This file carries macros, which are programs. Save it as .docx, .xlsx, .pptx or PDF and try again."
    ),
    files.Problem.PASSWORD: _(
        "This file is protected with a password or against changes. Save a copy without the protection and try again."
    ),
    files.Problem.ACTIVE: _("This PDF carries scripts or starts programs. Print it to a new PDF and try again."),
    files.Problem.BOMB: _(
        "Unpacked, this file would be far larger than a document should be. Save it as PDF and try again."
    ),
    files.Problem.BROKEN: _(
        "This file is damaged, or was not copied to its end. See that it opens, copy it anew and try again."
    ),
    files.Problem.UNREADABLE: _("Parts of this PDF cannot be looked into. Print it to a new PDF and try again."),
}


def content_of(file: File) -> tuple[bytes, str]:
    """The content of a file that came in, and its type. Raises ValidationError, saying how to mend it, where it is not
    one that is kept."""
    file.seek(0)
    content = file.read(files.MOST_BYTES + 1)
    file.seek(0)
    try:
        return content, files.look(content)
    except files.UnfitError as error:
        size = {"size": -(-file.size // MEBIBYTE)}
        raise ValidationError(REFUSALS[error.problem], code=error.problem, params=size) from error


def storage_name(document: "Document", name: str) -> str:
    """A name of our own: what a stranger called the file never reaches the disk."""
    return f"documents/{get_random_string(24)}{files.TYPES[document.content_type].endings[0]}"


class Document(Record, Noted):
    """A document of a deal: its file is held, or it was seen and is not held, and `seen_at` says where the original is.

    The SHA-256 of the file is taken as it comes in; only those who may see the deal are served it.
    """

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="documents", verbose_name=_("deal"))
    instrument = models.ForeignKey(
        Instrument, models.PROTECT, related_name="documents", null=True, blank=True, verbose_name=_("paper")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=DocumentKind.choices)
    title = models.CharField(_("title"), max_length=300)
    dated_on = models.DateField(_("day of the document"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    file = models.FileField(
        _("file"),
        upload_to=storage_name,
        max_length=200,
        blank=True,
        help_text=_("PDF, PNG, JPEG, Word, Excel or PowerPoint, at most 20 MB."),
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
                condition=(Q(seen_at="") & ~Q(file="") & ~Q(sha256=""))
                | (Q(file="", sha256="", content_type="", size=0) & ~Q(seen_at="")),
                violation_error_message=_("A document needs its file; one seen and not held, where the original is."),
            ),
            models.CheckConstraint(
                name="document_size_in_limits",
                condition=Q(file="") | Q(size__gt=0, size__lte=files.MOST_BYTES),
                violation_error_message=_("A document is at most 20 MB, and not empty."),
            ),
            models.CheckConstraint(
                name="document_type_accepted",
                condition=Q(file="") | Q(content_type__in=list(files.TYPES)),
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

    @property
    def type_name(self) -> str:
        """What people call the type of the file; empty where none is held."""
        return files.TYPES[self.content_type].name if self.content_type else ""

    def get_absolute_url(self) -> str:
        """Where the file is served; of a document that is not held, the page that says where it was seen."""
        return reverse("deals:document", args=[self.pk]) if self.file else f"{self.deal.get_absolute_url()}#documents"

    def clean(self) -> None:
        if self.instrument and self.instrument.deal_id != self.deal_id:
            raise ValidationError({"instrument": _("This paper belongs to another deal.")})
        self.refuse_half()
        if not self.is_new_file:
            return
        try:
            self._describe_file()
        except ValidationError as error:
            raise ValidationError({"file": error}) from error
        self._refuse_second()

    def refuse_half(self) -> None:
        """Raise ValidationError where the document is neither held nor seen, or both."""
        if self.file and self.seen_at:
            raise ValidationError(
                {"seen_at": _("The file is held, so this stays empty. Clear it, or leave the file out.")}
            )
        if not self.file and not self.seen_at:
            raise ValidationError({"file": _("Choose the file. If you saw it but hold no copy, say where it is.")})

    def _describe_file(self) -> None:
        """Note what came in: name, type by content, size and SHA-256. Raises ValidationError where it is not kept."""
        content, self.content_type = content_of(self.file)
        self.file_name = files.safe_name(self.file.name or "", self.content_type)
        self.size = len(content)
        self.sha256 = hashlib.sha256(content).hexdigest()

    def _refuse_second(self) -> None:
        same = Document.objects.active().filter(deal=self.deal_id, sha256=self.sha256).exclude(pk=self.pk).first()
        if same:
            raise ValidationError(
                {"file": _("The deal already holds this very file: “%(title)s”.") % {"title": same.title}}
            )

    def clean_fields(self, exclude: Any = None) -> None:
        # The editable fields are checked first; what describes the file follows from it in clean().
        super().clean_fields(DESCRIBES_FILE.union(exclude or ()))

    def validate_constraints(self, exclude: Any = None) -> None:
        # What was refused already is not refused once more for what would describe it.
        refused = {"file", "seen_at"}.intersection(exclude or ())
        super().validate_constraints(DESCRIBES_FILE.union(exclude or ()) if refused else exclude)
