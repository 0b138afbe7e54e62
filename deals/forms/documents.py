"""Documents of a deal: a file that is held, or one that was seen and is not."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deals import files
from deals.choices import DocumentKind, Language
from deals.models import Document, Instrument
from deals.models.documents import content_of

from .entries import DayField, EntryForm, Group


def refuse_file(file: File | None) -> File | None:
    """The file as it came. Raises ValidationError, saying how to mend it, where it is not one that is kept."""
    if file:
        content_of(file)
    return file


class FileField(forms.FileField):
    """A file for a document: the browser offers what is kept, and what comes is judged by its content."""

    widget = forms.FileInput({"accept": ",".join(files.ENDINGS)})

    def __init__(self, **kwargs: Any) -> None:
        # The record itself refuses an empty file, and says so in the same words as everywhere.
        super().__init__(**{"required": False, "allow_empty_file": True, **kwargs})


class DocumentForm(EntryForm):
    """A document: the file, or where it was seen; what it is, and which paper it is about."""

    title = gettext_lazy("Document")
    groups: ClassVar = (
        Group(("file", "name")),
        Group(("kind", "dated_on", "language", "instrument")),
        Group(("seen_at",), gettext_lazy("I have seen it but hold no copy"), folded=True),
    )

    file = FileField(
        label=gettext_lazy("File"), help_text=gettext_lazy("PDF, PNG, JPEG, Word, Excel or PowerPoint, at most 20 MB.")
    )
    name = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Left empty: the name of the file."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[("", "---------"), *DocumentKind.choices])
    dated_on = DayField(label=gettext_lazy("Day of the document"))
    language = forms.ChoiceField(  # type: ignore[assignment]  # a field, which Django takes out of the class
        label=gettext_lazy("Language"), choices=Language.choices, initial=Language.VIETNAMESE
    )
    instrument = forms.ModelChoiceField(
        Instrument.objects.none(), label=gettext_lazy("It is about the paper"), required=False
    )
    seen_at = forms.CharField(
        label=gettext_lazy("Seen, not held: where the original is"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Who showed it and where it is kept. No file is chosen then."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._field("instrument").queryset = self.deal.instruments.active()
        self.fields["dated_on"].initial = self.today

    def clean_file(self) -> Any:
        return refuse_file(self.cleaned_data.get("file"))

    def clean(self) -> Any:
        cleaned = self.cleaned_data
        file = cleaned.get("file")
        cleaned["name"] = cleaned.get("name") or (files.bare_name(file.name) if file else "")
        if not cleaned["name"] and (file or cleaned.get("seen_at")) and "name" not in self.errors:
            self.add_error("name", _("Say what the document is called."))
        if cleaned.get("dated_on") and cleaned["dated_on"] > self.today:
            self.add_error("dated_on", _("This day is still to come: enter the day that the document bears."))
        if not {"file", "seen_at"} & set(self.errors):
            try:
                Document(file=file, seen_at=cleaned["seen_at"]).refuse_half()
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned

    @property
    def fields_of_record(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        known = ("kind", "dated_on", "language", "instrument", "seen_at")
        return {
            "title": cleaned.get("name", ""),
            "file": cleaned.get("file"),
            **{name: cleaned.get(name) for name in known},
        }
