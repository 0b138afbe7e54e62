"""Events."""

from django.contrib import admin

from deals.models import Event

from .records import RecordAdmin, section, source_section


@admin.register(Event)
class EventAdmin(RecordAdmin):
    fieldsets = [
        section(None, "on", "name_vi", "name_en", ("place_vi", "place_en")),
        source_section(),
    ]
    list_display = ["on", "__str__", "place_vi", "place_en"]
    search_fields = ["name_vi", "name_en", "place_vi", "place_en"]
    date_hierarchy = "on"
