"""Announcements: on their own page, and below their deal."""

from django.contrib import admin

from deals.models import Announcement

from .records import RecordAdmin, RecordInline, section, source_section


class AnnouncementInline(RecordInline):
    """What was said of a deal in public, in short."""

    model = Announcement
    fields = ["on", "kind", "title_vi", "title_en", "stated_usd", "event", "source_title", "source_url"]
    autocomplete_fields = ["event"]
    list_select_related = ("event",)


@admin.register(Announcement)
class AnnouncementAdmin(RecordAdmin):
    fieldsets = [
        section(None, "deal", ("on", "date_precision"), "kind", "title_vi", "title_en", "stated_usd", "event"),
        source_section(),
    ]
    autocomplete_fields = ["deal", "event"]
    list_display = ["on", "__str__", "kind", "deal", "stated_usd", "event"]
    list_filter = ["kind"]
    list_select_related = ["deal", "event"]
    search_fields = ["deal__search_text", "title_vi", "title_en"]
    date_hierarchy = "on"
