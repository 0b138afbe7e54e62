"""What the system keeps by itself: the ledger, its roll-up, the deals' numbers and their stages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from deals.models import Balance, DealCode, Posting, StageChange
from deals.positions import BAND_NAMES

from .records import KeptAdmin, column


@admin.register(Posting)
class PostingAdmin(KeptAdmin):
    """The ledger's entries: never changed, never deleted."""

    list_display = [
        "effective_on",
        column("deal", _("deal")),
        column("opening_balance", _("opening balance")),
        "band",
        "amount_usd",
        "cause",
        "reason",
        "recorded_at",
        "actor",
    ]
    list_filter = ["band", "cause"]
    list_select_related = ["deal", "opening_balance", "actor"]
    search_fields = ["deal__balance__search_text"]
    date_hierarchy = "effective_on"


@admin.register(Balance)
class BalanceAdmin(KeptAdmin):
    list_display = [column("deal", _("deal")), "stage", "sector", *BAND_NAMES, "four", "undisclosed"]
    list_filter = ["stage", "sector"]
    list_select_related = ["deal", "sector"]
    search_fields = ["search_text"]


@admin.register(StageChange)
class StageChangeAdmin(KeptAdmin):
    list_display = ["on", column("deal", _("deal")), "stage", "recorded_at", "by", "reason"]
    list_filter = ["stage"]
    list_select_related = ["deal", "by"]
    search_fields = ["deal__balance__search_text"]
    date_hierarchy = "on"


@admin.register(DealCode)
class DealCodeAdmin(KeptAdmin):
    list_display = ["year", "last"]


class StageChangeInline(admin.TabularInline):
    """The stages a deal reached, below the deal."""

    model = StageChange
    fields = ["on", "stage", "recorded_at", "by", "reason"]
    readonly_fields = ["on", "stage", "recorded_at", "by", "reason"]
    extra = max_num = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("by")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
