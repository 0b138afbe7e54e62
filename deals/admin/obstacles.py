"""Obstacles with the deals they hold back, and the list of the bodies that must act."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from deals.models import Body, HeldDeal, Obstacle

from .records import RecordAdmin, RecordInline, column, section, source_section


@admin.register(Body)
class BodyAdmin(RecordAdmin):
    fieldsets = [section(None, "code", "name_vi", "name_en", "position")]
    list_display = ["code", "name_vi", "name_en", "position"]
    search_fields = ["code", "name_vi", "name_en"]


class HeldDealInline(RecordInline):
    """Which deals an obstacle holds back, below it or below the deal."""

    model = HeldDeal
    autocomplete_fields = ["deal", "obstacle"]
    list_select_related = ("deal", "obstacle")
    fields = ["obstacle", "deal"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        above = "obstacle" if self.parent_model is Obstacle else "deal"
        return [name for name in self.fields if name != above]


@admin.register(Obstacle)
class ObstacleAdmin(RecordAdmin):
    fieldsets = [
        section(None, "title_vi", "title_en", ("body", "sector"), "ask_vi", "ask_en", ("since", "date_precision")),
        section(_("Details"), "description_vi", "description_en", collapsed=True),
        section(_("How it was resolved"), "resolved_on", "resolution_vi", "resolution_en", collapsed=True),
        source_section(),
    ]
    inlines = [HeldDealInline]
    autocomplete_fields = ["body", "sector"]
    list_display = [
        column("title", _("obstacle"), order="title_vi"),
        column("body", _("body that must act"), order="body__position"),
        "since",
        "resolved_on",
    ]
    list_filter = ["body", "sector"]
    list_select_related = ["body", "sector"]
    search_fields = ["title_vi", "title_en", "body__name_vi", "body__name_en"]
    date_hierarchy = "since"


@admin.register(HeldDeal)
class HeldDealAdmin(RecordAdmin):
    fieldsets = [section(None, "obstacle", "deal")]
    autocomplete_fields = ["obstacle", "deal"]
    list_display = [column("obstacle", _("obstacle"), order="obstacle__since"), column("deal", _("deal"))]
    list_select_related = ["obstacle", "deal"]
    search_fields = ["obstacle__title_vi", "obstacle__title_en", "deal__balance__search_text"]
