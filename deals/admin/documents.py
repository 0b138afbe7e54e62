"""Documents: on their own page, and below their deal. A file that is held is shown, never exchanged."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from deals.models import Document

from .fields import HeldFileField, file_link
from .pages import Tidy
from .records import NOTE, OfDealAdmin, RecordInline, column, section

ABOUT = ["kind", "title", "dated_on", "language", "instrument"]


class DocumentRow(Tidy):
    """A new row takes a file; a row of a document held shows its file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "file" in self.fields:
            self.fields["file"] = HeldFileField(label=self.fields["file"].label)


class DocumentInline(RecordInline):
    """The documents held for a deal."""

    model = Document
    form = DocumentRow
    fields = [*ABOUT, "file"]


@admin.register(Document)
class DocumentAdmin(OfDealAdmin):
    """A document. Its deal and its file stay."""

    fieldsets = [section(None, "deal", *ABOUT, "file"), section(_("Note"), *NOTE, collapsed=True)]
    list_display = ["dated_on", "title", "kind", "language", column("deal", _("deal")), "file_name", "size"]
    list_filter = ["kind", "language", "content_type"]
    list_select_related = ["deal", "instrument"]
    search_fields = ["deal__search_text", "title", "file_name"]
    date_hierarchy = "dated_on"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        held = section(None, "deal", *ABOUT)
        file = section(_("File"), "held_file", "content_type", "size", "sha256")
        return [held, file, *fieldsets[1:]]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), "held_file", "content_type", "size", "sha256"]

    @admin.display(description=_("file"))
    def held_file(self, document: Document) -> str:
        return file_link(document)
