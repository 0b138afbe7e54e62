"""Deals, with all that belongs to them on one page."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deals.actions import deals as actions
from deals.models import Deal, Record, User

from .announcements import AnnouncementInline
from .deliveries import DeliveryInline
from .documents import DocumentInline
from .instruments import InstrumentInline
from .obstacles import HeldDealInline
from .openings import ItemisationInline
from .pages import RecordForm
from .postings import StageChangeInline
from .records import RecordAdmin, column, section
from .updates import UpdateInline
from .valuations import ValuationInline


class DealForm(RecordForm):
    """A deal, and the day on which what is entered came about."""

    BESIDE: ClassVar[frozenset[str]] = RecordForm.BESIDE | {"holds_from"}

    holds_from = forms.DateField(
        label=gettext_lazy("Stage reached on"),
        required=False,
        widget=AdminDateWidget,
        help_text=gettext_lazy("Leave empty for today. The code of a new deal bears the year of this day."),
    )

    def clean(self) -> Any:
        cleaned = super().clean()
        for name in ("holds_from", "closed_on"):
            if (day := cleaned.get(name)) and day > timezone.localdate():
                self.add_error(name, _("This day is still to come."))
        return cleaned


@admin.register(Deal)
class DealAdmin(RecordAdmin):
    """A deal with its papers, values, deliveries, announcements, documents and stages: looked at and saved as one."""

    form = DealForm
    fieldsets = [
        section(
            None,
            "title_vi",
            "title_en",
            ("enterprise", "other_enterprises"),
            ("partner", "other_partners"),
            ("sector", "officer", "expected_on"),
            "release",
        ),
        section(
            gettext_lazy("Where it stands"),
            ("stage", "holds_from"),
            "condition",
            "condition_note_vi",
            "condition_note_en",
        ),
        section(
            gettext_lazy("Closing"),
            ("closed_on", "outcome"),
            "outcome_note_vi",
            "outcome_note_en",
            collapsed=True,
        ),
        section(gettext_lazy("Description"), "description_vi", "description_en", collapsed=True),
    ]
    inlines = [
        UpdateInline,
        HeldDealInline,
        InstrumentInline,
        ValuationInline,
        DeliveryInline,
        AnnouncementInline,
        DocumentInline,
        ItemisationInline,
        StageChangeInline,
    ]
    autocomplete_fields = ["enterprise", "other_enterprises", "partner", "other_partners", "sector"]
    list_display = [
        "code",
        column("title", gettext_lazy("title"), order="title_vi"),
        column("enterprise", gettext_lazy("enterprise"), order="enterprise__sort_key"),
        column("partner", gettext_lazy("US partner"), order="partner__sort_key"),
        "stage",
        "condition",
        "in_all",
    ]
    list_filter = ["stage", "condition", "sector", "outcome", "release"]
    list_select_related = ["enterprise", "partner", "sector", "officer", "balance"]
    search_fields = ["balance__search_text"]

    @admin.display(description=gettext_lazy("all four bands, US$"), ordering="balance__four")
    def in_all(self, deal: Deal) -> Any:
        return deal.balance.four

    def get_form(self, request: HttpRequest, obj: Deal | None = None, change: bool = False, **kwargs: Any) -> Any:
        found = super().get_form(request, obj, change, **kwargs)
        if obj and "officer" in found.base_fields:
            found.base_fields["officer"].queryset = User.objects.in_charge(obj.officer_id)
        return found

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        # A delivery stands under a contract, and a new deal has none yet.
        later = (DeliveryInline, StageChangeInline)
        return [inline for inline in self.inlines if obj or inline not in later]

    def holds_from(self, form: Any) -> date | None:
        day: date | None = form.cleaned_data.get("holds_from")
        return day

    def enter(self, form: Any, how: dict[str, Any]) -> None:
        actions.create(
            by=how["by"],
            on=how["on"] or form.instance.closed_on or timezone.localdate(),
            other_enterprises=form.cleaned_data.get("other_enterprises") or (),
            other_partners=form.cleaned_data.get("other_partners") or (),
            deal=form.instance,
        )

    def keep(self, form: Any, changed: list[Record], gone: list[Record], how: dict[str, Any]) -> None:
        named = {"other_enterprises", "other_partners"} & set(form.changed_data)
        super().keep(form, changed, gone, {**how, "beside": {name: form.cleaned_data[name] for name in named}})
