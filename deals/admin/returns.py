"""Returns of enterprises, to be read: who reported when, and what was decided."""

from django.contrib import admin

from deals.models import Return, ReturnedChange

from .records import KeptAdmin


@admin.register(Return)
class ReturnAdmin(KeptAdmin):
    """The returns. They are worked on in their own pages."""

    list_display = ["enterprise", "period_start", "state", "sent_out_at", "came_back_at", "settled_at"]
    list_filter = ["state", "period_start"]
    list_select_related = ["enterprise"]
    search_fields = ["enterprise__code", "enterprise__name_vi", "file_name", "sha256"]
    exclude = ["file", "held"]


@admin.register(ReturnedChange)
class ReturnedChangeAdmin(KeptAdmin):
    """The differences that came back, each with what was decided."""

    list_display = ["deal", "of", "part", "state", "decided_by", "decided_at"]
    list_filter = ["state", "part"]
    list_select_related = ["deal", "of__enterprise", "decided_by"]
    search_fields = ["deal__code", "comment"]
