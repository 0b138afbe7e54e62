"""What the audit page is asked: which days, what, who, which words."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deals.choices import AuditKind
from deals.models import User

BESIDE = {"page"}  # parameters of the page that narrow nothing


class AuditForm(forms.Form):
    """The filters of the audit page. What cannot be answered gets a sentence and no rows, never all rows."""

    since = forms.DateField(label=gettext_lazy("From day"), required=False)
    until = forms.DateField(label=gettext_lazy("To day"), required=False)
    kind = forms.ChoiceField(
        choices=[("", gettext_lazy("All")), *AuditKind.choices], label=gettext_lazy("What"), required=False
    )
    person = forms.ModelChoiceField(
        User.objects.order_by("last_name", "first_name", "username"),
        to_field_name="username",
        required=False,
        label=gettext_lazy("Person or account"),
        empty_label=gettext_lazy("All"),
        error_messages={"invalid_choice": gettext_lazy("There is no such account.")},
    )
    q = forms.CharField(
        label=gettext_lazy("Words"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        if asked.get("since") and asked.get("until") and asked["since"] > asked["until"]:
            self.add_error("until", _("This day is before the first one."))
        return asked

    @cached_property
    def problems(self) -> list[str]:
        """Why the question cannot be answered, as sentences; empty where it can."""
        unknown = sorted(set(self.data) - set(self.fields) - BESIDE)
        found = [_("There is no filter “%(name)s”; no rows are shown.") % {"name": name} for name in unknown]
        for name, errors in self.errors.items():
            label = self.fields[name].label
            found += [
                _("%(filter)s: %(problem)s No rows are shown.") % {"filter": label, "problem": error}
                for error in errors
            ]
        return found

    @property
    def in_use(self) -> dict[str, str]:
        """The filters that narrow the rows, as the address writes them."""
        return {name: self.data[name] for name in self.fields if self.data.get(name)}
