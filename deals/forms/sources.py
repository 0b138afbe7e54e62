"""Where a fact was read."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from .entries import DayField, EntryForm, Group

SOURCE = Group(("source_title", "source_url", "source_on"), gettext_lazy("Source"), folded=True)


class SourcedForm(EntryForm):
    source_title = forms.CharField(label=gettext_lazy("Source"), max_length=300, required=False)
    source_url = forms.URLField(
        label=gettext_lazy("Address of the source"), max_length=500, required=False, assume_scheme="https"
    )
    source_on = DayField(label=gettext_lazy("Day of the source"), required=False)

    def values_of(self, record: Any) -> dict[str, Any]:
        known = {name: getattr(record, name) for name in SOURCE.fields if hasattr(record, name)}
        return known | super().values_of(record)

    @property
    def source(self) -> dict[str, Any]:
        """The fields of the record that say where it was read."""
        return {name: self.cleaned_data.get(name) or (None if name == "source_on" else "") for name in SOURCE.fields}
