"""How a deal goes, in one sentence, and what comes next."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deals.choices import Condition
from deals.models import Deal, ProgressUpdate
from deals.models.records import in_language

from .entries import DayField, EntryForm, Group
from .obstacles import HINDRANCE, HinderedForm


class Suggested(forms.TextInput):
    """A text box with a few suggestions; anything else may be typed."""

    template_name = "forms/names.html"
    suggestions: tuple[str, ...] = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["list"] = f"{name}-names"
        context["suggestions"] = self.suggestions
        return context


class UpdateForm(HinderedForm):
    """A routine update: at most four inputs; the rest is filled in from what is known. A blocked deal is blocked by one
    of its obstacles, or by a new one that is reported here."""

    title = gettext_lazy("Update")
    groups: ClassVar = (
        Group(("condition", "sentence")),
        Group(HINDRANCE, gettext_lazy("What blocks it")),
        Group(("next_step", "next_step_owner", "next_step_by"), gettext_lazy("What comes next")),
        Group(("on",), gettext_lazy("It was learnt on another day"), folded=True),
    )

    condition = forms.ChoiceField(
        label=gettext_lazy("How does it go?"), choices=Condition.choices, widget=forms.RadioSelect
    )
    sentence = forms.CharField(
        label=gettext_lazy("What is new, in one sentence"), max_length=400, widget=forms.Textarea({"rows": 2})
    )
    next_step = forms.CharField(label=gettext_lazy("Next step"), max_length=300, required=False)
    next_step_owner = forms.CharField(
        label=gettext_lazy("Who takes it"), max_length=120, required=False, widget=Suggested
    )
    next_step_by = DayField(label=gettext_lazy("By when"), required=False)
    on = DayField(label=gettext_lazy("Learnt on"))

    def __init__(self, *args: Any, latest: ProgressUpdate | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        deal = self.deal
        self.fields["on"].initial = self.today
        self.offer_obstacles()
        if not self.corrects and latest:
            self.fields["next_step"].initial = latest.next_step
            self.fields["next_step_owner"].initial = latest.next_step_owner
            self.fields["next_step_by"].initial = latest.next_step_by
        people = [deal.officer, deal.enterprise.short_name, deal.partner]
        owner: Any = self.fields["next_step_owner"].widget
        owner.suggestions = tuple(str(each) for each in people if each)

    def is_past(self, field: forms.Field) -> bool:
        return field is not self.fields["next_step_by"]

    def values_of(self, record: Any) -> dict[str, Any]:
        if isinstance(record, Deal):
            return {"condition": record.condition}
        return {
            "condition": record.condition,
            "obstacle": record.obstacle,
            "sentence": in_language(record, "sentence"),
            "next_step": in_language(record, "next_step"),
            "next_step_owner": record.next_step_owner,
            "next_step_by": record.next_step_by,
            "on": record.on,
        }

    def clean(self) -> Any:
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("condition") == Condition.BLOCKED:
            # What was entered before an obstacle was asked for can still be put right.
            self.check_obstacle(is_needed=not (self.corrects and self.record.condition == Condition.BLOCKED))
        else:
            cleaned["obstacle"] = None
        if not cleaned.get("next_step") and (cleaned.get("next_step_owner") or cleaned.get("next_step_by")):
            # Who and when were filled in from the last update; without a step they say nothing.
            if {"next_step_owner", "next_step_by"} & set(self.changed_data):
                self.add_error("next_step", _("Name the step, or leave out who takes it and by when."))
            cleaned["next_step_owner"], cleaned["next_step_by"] = "", None
        by, on = cleaned.get("next_step_by"), cleaned.get("on")
        if by and on and by < on:
            self.add_error("next_step_by", _("The step would be due before the update: choose a later day."))
        return cleaned

    @property
    def fields_of_record(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "condition": cleaned["condition"],
            "obstacle": cleaned["obstacle"],
            "on": cleaned["on"],
            "next_step_owner": cleaned["next_step_owner"],
            "next_step_by": cleaned["next_step_by"],
            **self.in_language("sentence", "next_step"),
        }


class NoteForm(EntryForm):
    """A note on the side."""

    title = gettext_lazy("Note")

    sentence = forms.CharField(label=gettext_lazy("Note"), max_length=400, widget=forms.Textarea({"rows": 4}))
    on = DayField(label=gettext_lazy("Day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = self.today

    def values_of(self, record: Any) -> dict[str, Any]:
        return {} if isinstance(record, Deal) else {"sentence": in_language(record, "sentence"), "on": record.on}

    @property
    def fields_of_record(self) -> dict[str, Any]:
        return {"on": self.cleaned_data["on"], **self.in_language("sentence")}
