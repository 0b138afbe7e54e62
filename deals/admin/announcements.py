"""Announcements: on their own page, and below their deal."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from deals.models import Announcement

from .records import RecordAdmin, RecordInline, column, section, source_section

SAID = section(None, ("on", "date_precision", "kind"), "title_vi", "title_en", "stated_usd", "event")


class AnnouncementInline(RecordInline, admin.StackedInline):
    """What was said of a deal in public."""

    model = Announcement
    template = "admin/edit_inline/stacked.html"
    wide = True
    fieldsets = [SAID, source_section()]
    autocomplete_fields = ["event"]
    list_select_related = ("event",)


@admin.register(Announcement)
class AnnouncementAdmin(RecordAdmin):
    fieldsets = [section(None, "deal"), SAID, source_section()]
    autocomplete_fields = ["deal", "event"]
    list_display = [
        "on",
        "__str__",
        "kind",
        column("deal", _("deal")),
        "stated_usd",
        column("event", _("event")),
    ]
    list_filter = ["kind"]
    list_select_related = ["deal", "event"]
    search_fields = ["deal__balance__search_text", "title_vi", "title_en"]
    date_hierarchy = "on"
