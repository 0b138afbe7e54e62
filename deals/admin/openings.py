"""Opening balances and what deals account for of them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from deals.models import Itemisation, OpeningBalance

from .records import NOTE, RecordAdmin, RecordInline, column, section, source_section


class ItemisationInline(RecordInline):
    """What is itemised, below a deal or below an opening balance."""

    model = Itemisation
    autocomplete_fields = ["deal", "opening_balance"]
    list_select_related = ("deal", "opening_balance")
    fields = ["opening_balance", "deal", "amount_usd"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        above = "opening_balance" if self.parent_model is OpeningBalance else "deal"
        return [name for name in self.fields if name != above]


@admin.register(OpeningBalance)
class OpeningBalanceAdmin(RecordAdmin):
    fieldsets = [
        section(None, "programme", ("label_vi", "label_en"), "band", "amount_usd", "on"),
        source_section(),
    ]
    inlines = [ItemisationInline]
    autocomplete_fields = ["programme"]
    list_display = ["__str__", "band", "amount_usd", "on", "programme"]
    list_filter = ["band", "programme"]
    list_select_related = ["programme"]
    search_fields = ["label_vi", "label_en"]


@admin.register(Itemisation)
class ItemisationAdmin(RecordAdmin):
    fieldsets = [section(None, "opening_balance", "deal", "amount_usd"), section(_("Note"), *NOTE, collapsed=True)]
    autocomplete_fields = ["opening_balance", "deal"]
    list_display = [
        column("opening_balance", _("opening balance")),
        column("deal", _("deal")),
        "amount_usd",
    ]
    list_filter = ["opening_balance"]
    list_select_related = ["opening_balance", "deal"]
    search_fields = ["deal__balance__search_text", "opening_balance__label_vi", "opening_balance__label_en"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        stay = ["opening_balance", "deal"] if obj else []
        return [*super().get_readonly_fields(request, obj), *stay]
