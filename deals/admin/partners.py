"""US partners."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from deals.models import Partner

from .fields import NamesField
from .records import Choosing, RecordAdmin, section, source_section


@admin.register(Partner)
class PartnerAdmin(RecordAdmin):
    """A seller; the address of its page follows from its first name and stays."""

    formfield_overrides = {**Choosing.formfield_overrides, models.JSONField: {"form_class": NamesField}}
    fieldsets = [
        section(None, "name", "aliases", ("state", "city"), ("industry_vi", "industry_en")),
        source_section(),
    ]
    list_display = ["name", "state", "city", "industry_vi", "industry_en"]
    list_filter = ["state"]
    search_fields = ["name", "aliases", "city"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj:
            fieldsets[-1][1]["fields"].append("slug")
        return fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), "slug"]
