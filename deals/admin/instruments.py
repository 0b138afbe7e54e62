"""Papers: on their own page, and below their deal."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from deals.models import Instrument

from .records import AWAITED, PRICED, OfDealAdmin, RecordInline, column, currency_section, section, source_section

PAPER = section(
    None,
    ("kind", "number"),
    ("signed_on", "date_precision"),
    "title_vi",
    "title_en",
    ("under", "discharges_usd", "completes"),
    PRICED,
    AWAITED,
    ("counts", "release"),
    ("partner", "event"),
)
REST = [
    section(_("Goods"), ("goods_vi", "goods_en"), ("quantity", "unit_vi", "unit_en"), collapsed=True),
    section(_("Term and end"), "expires_on", ("ended_on", "end_reason"), collapsed=True),
    currency_section(),
    section(_("Treatment in the totals"), "counts_note_vi", "counts_note_en", collapsed=True),
    source_section(),
]


class InstrumentInline(RecordInline, admin.StackedInline):
    """The papers of a deal."""

    model = Instrument
    template = "admin/edit_inline/stacked.html"
    wide = True
    fieldsets = [PAPER, *REST]
    autocomplete_fields = ["partner", "event"]
    list_select_related = ("partner", "event")


@admin.register(Instrument)
class InstrumentAdmin(OfDealAdmin):
    """A paper. Its deal stays; what it takes over is checked against all papers of the deal."""

    fieldsets = [section(None, "deal"), PAPER, *REST]
    autocomplete_fields = ["partner", "event"]
    list_display = ["__str__", column("deal", _("deal")), "kind", "signed_on", "usd", "counts", "ended_on"]
    list_filter = ["kind", "counts", "basis", "evidence", "end_reason", "release"]
    list_select_related = ["deal", "partner", "event", "under"]
    search_fields = ["deal__balance__search_text", "title_vi", "title_en", "number"]
    date_hierarchy = "signed_on"
