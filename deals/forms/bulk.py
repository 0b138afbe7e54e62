"""One change to many deals at once: who is in charge, how they go, their sector. Never money."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deals.choices import Condition
from deals.models import Sector

from .deals import OFFICERS
from .entries import EntryForm, Group

STAYS = ("", gettext_lazy("stays as it is"))


class BulkForm(EntryForm):
    """What is to change in all the deals, and why. What is left as it is stays as it is in each."""

    title = gettext_lazy("Change together")
    button = gettext_lazy("Look at it first")
    groups: ClassVar = (Group(("officer", "sector")), Group(("condition", "words")))

    officer = forms.ModelChoiceField(
        OFFICERS, label=gettext_lazy("Officer in charge"), required=False, empty_label=STAYS[1]
    )
    sector = forms.ModelChoiceField(
        Sector.objects.none(), label=gettext_lazy("Sector"), required=False, empty_label=STAYS[1]
    )
    condition = forms.ChoiceField(label=gettext_lazy("Condition"), choices=[STAYS, *Condition.choices], required=False)
    words = forms.CharField(
        label=gettext_lazy("What the matter is"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("Needed for every condition but on track; it becomes the note of each deal."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._field("sector").queryset = Sector.objects.active()
        self.show_reason(_("Why"))

    def clean(self) -> Any:
        cleaned = self.cleaned_data
        condition, words = cleaned.get("condition"), cleaned.get("words")
        if condition and condition != Condition.ON_TRACK and not words:
            self.add_error("words", _("Say what the matter is: only a deal on track needs no words."))
        if words and (not condition or condition == Condition.ON_TRACK):
            self.add_error("words", _("These words belong to a condition other than on track: choose one."))
        if not self.errors and not self.fields_of_deal:
            self.add_error(None, _("Nothing is to change: choose at least one thing."))
        return cleaned

    @property
    def fields_of_deal(self) -> dict[str, Any]:
        """The fields of each deal that change, with their new values."""
        cleaned = self.cleaned_data
        found = {name: cleaned[name] for name in ("officer", "sector") if cleaned.get(name)}
        if condition := cleaned.get("condition"):
            found["condition"] = condition
            found |= {"condition_note_vi": "", "condition_note_en": ""}
            if condition != Condition.ON_TRACK:
                found[f"condition_note_{self.language}"] = cleaned["words"]
        return found
