"""Enterprises."""

from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deals.models import Enterprise

from .fields import NamesField
from .records import Choosing, RecordAdmin, column, section, source_section


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
    list_display = [
        "code",
        "name_vi",
        "name_en",
        column("parent", _("parent enterprise"), order="parent__sort_key"),
        column("group", pgettext_lazy("enterprise", "group"), order="group__sort_key"),
        "ownership",
    ]
    list_filter = ["ownership"]
    list_select_related = ["parent", "group"]
    search_fields = ["code", "name_vi", "name_en", "aliases"]
