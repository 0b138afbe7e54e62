"""Expected values: on their own page, and below their deal."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from deals.models import Valuation

from .records import AWAITED, PRICED, RecordAdmin, RecordInline, column, currency_section, section, source_section


class ValuationInline(RecordInline):
    """What a deal was expected to be worth, in short; each has a page of its own for the rest."""

    model = Valuation
    fields = ["on", "usd", "low_usd", "high_usd", "basis", "evidence", "source_title"]


@admin.register(Valuation)
class ValuationAdmin(RecordAdmin):
    fieldsets = [
        section(None, "deal", "on", PRICED, AWAITED),
        section(_("Range"), ("low_usd", "high_usd")),
        currency_section(),
        source_section(),
    ]
    autocomplete_fields = ["deal"]
    list_display = ["on", column("deal", _("deal")), "usd", "low_usd", "high_usd", "basis", "evidence"]
    list_filter = ["basis", "evidence"]
    list_select_related = ["deal"]
    search_fields = ["deal__balance__search_text"]
    date_hierarchy = "on"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), *(["deal"] if obj else [])]
