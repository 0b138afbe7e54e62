"""Documents: on their own page, and below their deal. A file that is held is shown, never exchanged; where one was seen
and is not held, it says where."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from deals.models import Document

from .fields import HeldFileField, file_link
from .pages import Tidy
from .records import NOTE, OfDealAdmin, RecordInline, column, section

ABOUT = ["kind", "title", "dated_on", "language", "instrument"]


class DocumentRow(Tidy):
    """A new row takes a file, or where it was seen; a row of a document held shows its file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "file" in self.fields:
            self.fields["file"] = HeldFileField(label=self.fields["file"].label)
            self.fields["seen_at"].disabled = bool(self.instance.file)


class DocumentInline(RecordInline):
    """The documents of a deal, held or seen."""

    model = Document
    form = DocumentRow
    fields = [*ABOUT, "file", "seen_at"]


@admin.register(Document)
class DocumentAdmin(OfDealAdmin):
    """A document. Its deal and its file stay."""

    fieldsets = [section(None, "deal", *ABOUT, "file", "seen_at"), section(_("Note"), *NOTE, collapsed=True)]
    list_display = ["dated_on", "title", "kind", "language", column("deal", _("deal")), "copy", "file_size"]
    list_filter = ["kind", "language", "content_type"]
    list_select_related = ["deal", "instrument"]
    search_fields = ["deal__balance__search_text", "title", "file_name", "seen_at"]
    date_hierarchy = "dated_on"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        if not obj.file:
            return [section(None, "deal", *ABOUT, "seen_at"), *fieldsets[1:]]
        held = section(None, "deal", *ABOUT)
        file = section(_("File"), "held_file", "content_type", "size", "sha256")
        return [held, file, *fieldsets[1:]]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), "held_file", "content_type", "size", "sha256"]

    @admin.display(description=_("file"))
    def held_file(self, document: Document) -> str:
        return file_link(document)

    @admin.display(description=_("file"))
    def copy(self, document: Document) -> str:
        return document.file_name or gettext("Seen, not held: %(where)s") % {"where": document.seen_at}

    @admin.display(description=_("size"), ordering="size", empty_value="–")
    def file_size(self, document: Document) -> str | None:
        return filesizeformat(document.size) if document.file else None
