"""Imports, to be read: what came in, who entered it, what came of it."""

from django.contrib import admin

from deals.models import ImportBatch

from .records import KeptAdmin


@admin.register(ImportBatch)
class ImportBatchAdmin(KeptAdmin):
    """The files that came in. They are worked on in their own pages."""

    list_display = ["file_name", "uploaded_at", "by", "state", "applied_by", "applied_at", "undone_by", "undone_at"]
    list_filter = ["state"]
    list_select_related = ["by", "applied_by", "undone_by"]
    search_fields = ["file_name", "sha256"]
    exclude = ["file", "choices", "findings"]
