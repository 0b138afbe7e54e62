"""Enterprises."""

from django.contrib import admin
from django.db import models

from deals.models import Enterprise

from .fields import NamesField
from .records import Choosing, RecordAdmin, section, source_section


@admin.register(Enterprise)
class EnterpriseAdmin(RecordAdmin):
    """A buyer; its group follows from its parent."""

    formfield_overrides = {**Choosing.formfield_overrides, models.JSONField: {"form_class": NamesField}}
    fieldsets = [
        section(
            None,
            "code",
            "name_vi",
            "name_en",
            "aliases",
            ("parent", "group"),
            "ownership",
            ("industry_vi", "industry_en"),
        ),
        source_section(),
    ]
    readonly_fields = ["group"]
    autocomplete_fields = ["parent"]
    list_display = ["code", "name_vi", "name_en", "parent", "group", "ownership"]
    list_filter = ["ownership"]
    list_select_related = ["parent", "group"]
    search_fields = ["code", "name_vi", "name_en", "aliases"]
