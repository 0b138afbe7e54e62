"""Small forms that log something. Each is sent once, knows the version of what it was opened on, and asks back where
something is odd: what is asked is answered with a tick, and with a reason where one is needed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from deals import periods
from deals.models import User


@dataclass(frozen=True, slots=True)
class Question:
    """Something odd that may be right all the same."""

    code: str
    text: str
    needs_reason: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together; `folded` ones are a click away while they are empty and right."""

    fields: tuple[str, ...]
    title: Any = ""
    folded: bool = False


class DayField(forms.DateField):
    """A day, chosen in the browser's own calendar or written day first: 7/5/2025."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"invalid": _("This is no day: write it as 7/5/2025.")}

    def to_python(self, value: Any) -> date | None:
        if not isinstance(value, str):
            return super().to_python(value)
        if not value.strip():
            return None
        try:
            return periods.parse_day(value)
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


class EntryForm(forms.Form):
    """What every form that logs something has in common.

    `groups` lays the fields out. `deal` is the deal at hand (None while it is being entered), `by` who fills the form
    in, `today` the last day on which something can have happened. A subclass asks back with `ask` from its `clean`;
    while anything is asked the form is not valid, and nothing that was typed is lost.
    """

    groups: ClassVar[tuple[Group, ...]] = ()

    token = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label=_("Why is it so?"), required=False, max_length=400, widget=forms.Textarea({"rows": 2, "maxlength": 400})
    )

    def __init__(self, *args: Any, deal: Any = None, by: User, today: date, **kwargs: Any) -> None:
        self.deal = deal
        self.by = by
        self.today = today
        self.asked: list[Question] = []
        super().__init__(*args, **kwargs)
        self.fields["token"].initial = uuid4
        self.fields["version"].initial = deal.version if deal is not None else None
        for field in self.fields.values():
            if isinstance(field, DayField):
                field.widget.attrs.setdefault("max" if self.is_past(field) else "data-day", today.isoformat())

    def is_past(self, field: forms.Field) -> bool:
        """Whether the day cannot be later than today; a subclass with plans says which of its days may be."""
        return True

    @property
    def language(self) -> str:
        """The language in which the form is filled in."""
        return "en" if (get_language() or "vi").startswith("en") else "vi"

    def in_language(self, *names: str) -> dict[str, str]:
        """What was typed into the fields, as the fields of a record in the language in which it was typed."""
        return {f"{name}_{self.language}": self.cleaned_data.get(name) or "" for name in names}

    def ask(self, code: str, text: str, *, needs_reason: bool = False) -> None:
        """Ask back, unless this was answered already."""
        answered: Iterable[str] = self.data.getlist("confirmed") if isinstance(self.data, QueryDict) else ()
        if code not in answered or (needs_reason and not self.cleaned_data.get("reason")):
            self.asked.append(Question(code, str(text), needs_reason))

    def full_clean(self) -> None:
        self.asked = []
        super().full_clean()

    def is_valid(self) -> bool:
        return super().is_valid() and not self.asked

    @property
    def asks_for_reason(self) -> bool:
        return any(question.needs_reason for question in self.asked)

    @property
    def laid_out(self) -> list[tuple[Group, list[forms.BoundField], bool]]:
        """The groups with their fields, and whether each stands open; what no group names comes last, in one."""
        named = {name for group in self.groups for name in group.fields} | {"token", "version", "reason"}
        rest = tuple(name for name in self.fields if name not in named and not self[name].is_hidden)
        found = []
        for group in (*self.groups, *([Group(rest)] if rest else [])):
            fields = [self[name] for name in group.fields if name in self.fields]
            if fields:
                found.append((group, fields, not group.folded or any(_is_filled(field) for field in fields)))
        return found

    @property
    def typed(self) -> dict[str, list[str]]:
        """What was typed, to be kept as a draft: everything but files and the session's own token."""
        data: Any = self.data
        return {name: data.getlist(name) for name in data if name != "csrfmiddlewaretoken"}

    def retype(self, typed: Mapping[str, list[str]]) -> None:
        """Fill the form with what was typed before, without judging it."""
        data = QueryDict(mutable=True)
        for name, values in typed.items():
            data.setlist(name, values)
        self.data = data
        self.is_bound = True
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}


def _is_filled(field: forms.BoundField) -> bool:
    """Whether a folded group must stand open for the field's sake."""
    if field.errors:
        return True
    value = field.value()
    if isinstance(value, list | tuple):
        return any(part not in (None, "", "USD") for part in value)
    return value not in (None, "", False) and value != field.initial
