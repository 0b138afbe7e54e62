"""The trade balance, as each reporter counts it."""

from django.contrib import admin

from deals.models import TradeFlow

from .records import RecordAdmin, section, source_section


@admin.register(TradeFlow)
class TradeFlowAdmin(RecordAdmin):
    fieldsets = [
        section(
            None,
            "reporter",
            ("period_start", "period_end"),
            ("exports_usd", "imports_usd"),
            ("two_way_usd", "surplus_usd"),
            "is_derived",
        ),
        source_section(),
    ]
    list_display = ["reporter", "period_start", "period_end", "exports_usd", "imports_usd", "surplus_usd", "is_derived"]
    list_filter = ["reporter", "is_derived"]
    search_fields = ["source_title", "note_vi", "note_en"]
    date_hierarchy = "period_end"
