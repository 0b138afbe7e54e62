"""Progress updates: on their own page, and below their deal."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from deals.models import ProgressUpdate

from .records import RecordAdmin, RecordInline, column, section

NEWS = section(None, ("on", "kind", "condition"), "obstacle", "sentence_vi", "sentence_en")
NEXT = section(_("Next step"), "next_step_vi", "next_step_en", ("next_step_owner", "next_step_by"), collapsed=True)


class UpdateInline(RecordInline, admin.StackedInline):
    """How a deal goes, as the officers learnt it."""

    model = ProgressUpdate
    template = "admin/edit_inline/stacked.html"
    wide = True
    fieldsets = [NEWS, NEXT]
    autocomplete_fields = ["obstacle"]
    list_select_related = ("obstacle",)


@admin.register(ProgressUpdate)
class UpdateAdmin(RecordAdmin):
    fieldsets = [section(None, "deal"), NEWS, NEXT]
    autocomplete_fields = ["deal", "obstacle"]
    list_display = ["on", "kind", "condition", column("deal", _("deal")), "sentence_vi", "next_step_by"]
    list_filter = ["kind", "condition"]
    list_select_related = ["deal", "obstacle"]
    search_fields = ["deal__balance__search_text", "sentence_vi", "sentence_en", "next_step_vi", "next_step_en"]
    date_hierarchy = "on"
