"""What was said of a deal in public."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deals.choices import AnnouncementKind
from deals.models import Deal, Event
from deals.models.records import in_language

from .amounts import AmountField
from .entries import DayField, Group
from .sources import SourcedForm


class AnnouncementForm(SourcedForm):
    """An announcement: it is kept beside the papers, and never counted."""

    title = gettext_lazy("Announcement")
    groups: ClassVar = (
        Group(("headline", "on", "kind")),
        Group(("stated",)),
        Group(("source_title", "source_url", "source_on"), gettext_lazy("Source")),
        Group(("event",), gettext_lazy("At an event"), folded=True),
    )

    headline = forms.CharField(label=gettext_lazy("What was announced"), max_length=300)
    on = DayField(label=gettext_lazy("Day"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=AnnouncementKind.choices, initial=AnnouncementKind.REPEAT,
        help_text=gettext_lazy("A repeat says again what was announced before."),
    )  # fmt: skip
    stated = AmountField(
        label=gettext_lazy("Value stated"), required=False, help_text=gettext_lazy("It enters no total.")
    )
    event = forms.ModelChoiceField(Event.objects.none(), label=gettext_lazy("Event"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._field("event").queryset = Event.objects.active().order_by("-on")
        self.fields["on"].initial = self.today

    def values_of(self, record: Any) -> dict[str, Any]:
        if isinstance(record, Deal):
            return {}
        return super().values_of(record) | {
            "headline": in_language(record, "title"),
            "on": record.on,
            "kind": record.kind,
            "stated": record.stated_usd,
            "event": record.event,
        }

    def clean(self) -> Any:
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("on") and cleaned["on"] > self.today:
            self.add_error("on", _("This day is still to come: enter what was announced once it was."))
        return cleaned

    @property
    def fields_of_record(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "on": cleaned["on"],
            "kind": cleaned["kind"],
            "stated_usd": cleaned["stated"],
            "event": cleaned["event"],
            f"title_{self.language}": cleaned["headline"],
            **self.source,
        }
