"""Briefings that were made."""

from django.contrib import admin

from deals.models import KeptBriefing

from .records import KeptAdmin


@admin.register(KeptBriefing)
class KeptBriefingAdmin(KeptAdmin):
    """They are made on their own page, and never changed."""

    list_display = [
        "code_in_print",
        "made_at",
        "made_by",
        "language",
        "audience",
        "scope_by",
        "scope_key",
        "as_of",
        "reading",
    ]
    list_filter = ["audience", "language"]
    list_select_related = ["made_by"]
    search_fields = ["code"]
    date_hierarchy = "made_at"
