"""Programmes, and the versions of their target."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from deals.models import Programme, Target

from .records import NOTE, RecordAdmin, RecordInline, section, source_section


class TargetInline(RecordInline):
    """The versions of a programme's target, in short."""

    model = Target
    fields = ["version", "amount_usd", "in_force_from", "period_start", "period_end", "default_reading"]
    list_select_related = ("programme",)


@admin.register(Programme)
class ProgrammeAdmin(RecordAdmin):
    fieldsets = [section(None, "code", "name_vi", "name_en"), section(_("Note"), *NOTE, collapsed=True)]
    inlines = [TargetInline]
    list_display = ["code", "__str__"]
    search_fields = ["code", "name_vi", "name_en"]


@admin.register(Target)
class TargetAdmin(RecordAdmin):
    fieldsets = [
        section(
            None,
            "programme",
            "version",
            "amount_usd",
            "in_force_from",
            ("period_start", "period_end"),
            "default_reading",
        ),
        source_section(),
    ]
    autocomplete_fields = ["programme"]
    list_display = ["programme", "version", "amount_usd", "in_force_from", "default_reading"]
    list_filter = ["programme", "default_reading"]
    list_select_related = ["programme"]
    search_fields = ["programme__code", "programme__name_vi", "programme__name_en"]
