"""Sectors."""

from django.contrib import admin

from deals.models import Sector

from .records import RecordAdmin, section


@admin.register(Sector)
class SectorAdmin(RecordAdmin):
    fieldsets = [section(None, "code", "name_vi", "name_en", "position", "days_allowed")]
    list_display = ["code", "name_vi", "name_en", "position", "days_allowed"]
    search_fields = ["code", "name_vi", "name_en"]
