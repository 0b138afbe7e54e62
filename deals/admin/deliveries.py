"""Deliveries: on their own page, and below their deal."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from deals.models import Delivery

from .records import AWAITED, PRICED, OfDealAdmin, RecordInline, column, currency_section, section, source_section


class DeliveryInline(RecordInline):
    """What was and will be received under the contracts of a deal, in short."""

    model = Delivery
    fields = ["kind", "contract", "starts_on", "on", "usd", "quantity", "unit_vi", "unit_en", "evidence"]


@admin.register(Delivery)
class DeliveryAdmin(OfDealAdmin):
    """A delivery. Its deal stays; the contract is one of that deal."""

    fieldsets = [
        section(None, "deal", "contract", "kind", ("starts_on", "on", "date_precision"), PRICED, AWAITED),
        section(_("Goods"), ("quantity", "unit_vi", "unit_en")),
        currency_section(),
        source_section(),
    ]
    list_display = [
        "on",
        "kind",
        column("deal", _("deal")),
        column("contract", _("contract")),
        "usd",
        "quantity",
        "evidence",
    ]
    list_filter = ["kind", "evidence"]
    list_select_related = ["deal", "contract"]
    search_fields = ["deal__balance__search_text"]
    date_hierarchy = "on"
