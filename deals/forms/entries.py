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
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from deals import periods
from deals.models import User


@dataclass(frozen=True, slots=True)
class Question:
    """Something odd that may be right all the same."""

    code: str
    text: str
    needs_reason: bool = False
    is_ticked: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together; `folded` ones are a click away while they are empty and right."""

    fields: tuple[str, ...]
    title: Any = ""
    folded: bool = False


class DayField(forms.DateField):
    """A day, chosen in the browser's own calendar or written day first: 7/5/2025."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {
        "invalid": _("This is no day: write it as 7/5/2025."),
        "implausible": _("This year cannot be right: check the day."),
    }

    def to_python(self, value: Any) -> date | None:
        if not isinstance(value, str):
            return super().to_python(value)
        if not value.strip():
            return None
        try:
            day = periods.parse_day(value)
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error
        if not periods.is_plausible(day):
            raise forms.ValidationError(self.error_messages["implausible"], code="implausible")
        return day


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that somebody else changed after the form was opened: as it was then, as it is stored now, as typed.
    `is_open` where both changed it, so that one of the two has to be chosen."""

    field: forms.BoundField
    was: Any
    theirs: Any
    mine: Any
    is_open: bool


class EntryForm(forms.Form):
    """What every form that logs something has in common.

    `groups` lays the fields out. `deal` is the deal at hand (None while it is being entered), `by` who fills the form
    in, `today` the last day on which something can have happened. A subclass asks back with `ask` from its `clean`;
    while anything is asked the form is not valid, and nothing that was typed is lost.

    `record` is what the form changes, and knows the version of: the deal, unless another record is corrected. A field
    that somebody else changed meanwhile is a clash: where only they changed it, theirs stands; where both did, one is
    chosen, and until then the form is not valid.
    """

    groups: ClassVar[tuple[Group, ...]] = ()
    title: ClassVar[Any] = ""
    draft: Any = None
    needs_reason = False
    button: ClassVar[Any] = _("Save")

    token = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label=_("Why is it so?"), required=False, max_length=400, widget=forms.Textarea({"rows": 2, "maxlength": 400})
    )

    def __init__(self, *args: Any, deal: Any = None, record: Any = None, by: User, today: date, **kwargs: Any) -> None:
        self.deal = deal
        self.record = record or deal
        self.corrects = record is not None
        self.by = by
        self.today = today
        self.asked: list[Question] = []
        self.clashes: list[Clash] = []
        if self.record is not None:
            kwargs["initial"] = self.values_of(self.record) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields["token"].initial = uuid4
        self.fields["version"].initial = self.record.version if self.record is not None else None
        for field in self.fields.values():
            if isinstance(field, DayField):
                field.widget.attrs.setdefault("max" if self.is_past(field) else "data-day", today.isoformat())

    def _field(self, name: str) -> Any:
        """The field, of whatever class it was declared as."""
        return self.fields[name]

    def is_past(self, field: forms.Field) -> bool:
        """Whether the day cannot be later than today; a subclass with plans says which of its days may be."""
        return True

    def values_of(self, record: Any) -> dict[str, Any]:
        """What the fields that stand for something of the record are filled with, for a state of it: the stored one or
        one from its history. Fields for something new are left out."""
        return {}

    @property
    def language(self) -> str:
        """The language in which the form is filled in."""
        return "en" if (get_language() or "vi").startswith("en") else "vi"

    def in_language(self, *names: str) -> dict[str, str]:
        """What was typed into the fields, as the fields of a record in the language in which it was typed."""
        return {f"{name}_{self.language}": self.cleaned_data.get(name) or "" for name in names}

    def show_reason(self, label: Any) -> None:
        """Ask for the reason from the start, not only where something is odd."""
        self.fields["reason"].label = label
        self.fields["reason"].required = True
        self.needs_reason = True

    def ask_back(self, code: str, text: str, *, needs_reason: bool = False) -> None:
        """Ask back, unless this was answered already."""
        answered: Iterable[str] = self.data.getlist("confirmed") if isinstance(self.data, QueryDict) else ()
        lacks_reason = needs_reason and not self.cleaned_data.get("reason")
        if code not in answered or lacks_reason:
            self.asked.append(Question(code, str(text), needs_reason, is_ticked=code in answered))
        if code in answered and lacks_reason and "reason" not in self.errors:
            self.add_error("reason", gettext("Say why it is right as it stands: the reason is kept with it."))

    def full_clean(self) -> None:
        self.asked, self.clashes = [], []
        super().full_clean()

    def is_valid(self) -> bool:
        return super().is_valid() and not self.asked and not any(clash.is_open for clash in self.clashes)

    def _clean_form(self) -> None:
        self._settle()
        super()._clean_form()  # type: ignore[misc]

    def _settle(self) -> None:
        """Compare with what somebody else saved after the form was opened, and put in what was chosen."""
        opened = self.cleaned_data.get("version")
        known = self.values_of(self.record) if self.record is not None else {}
        if {"token", "version"} & set(self.errors) or (opened is None and set(known) & set(self.fields)):
            for name in ("token", "version"):
                self.errors.pop(name, None)
            self.add_error(None, gettext("Something is missing from this form: open it anew, and type again."))
            return
        if opened is None or self.record is None or opened == self.record.version:
            return
        row = self.record.history.filter(version=opened).order_by("-history_id").first()
        before = self.values_of(row.instance) if row else {}
        for name, theirs in self.values_of(self.record).items():
            was, mine = before.get(name), self.cleaned_data.get(name)
            if name not in self.fields or _same(was, theirs) or _same(mine, theirs):
                continue
            choice = self.data.get(f"take_{name}")
            if _same(mine, was) or choice == "theirs":
                self._retake(name, theirs)
            is_open = not _same(mine, was) and choice not in ("mine", "theirs")
            self.clashes.append(Clash(self[name], was, theirs, mine, is_open))
        self._see_anew()

    @property
    def last_change(self) -> Any:
        """The last change to the record in its history; None where there is none. One query."""
        return self.record.history.select_related("history_user").order_by("-history_date", "-history_id").first()

    @property
    def changed_by(self) -> Any:
        return getattr(self.last_change, "history_user", None)

    @property
    def changed_at(self) -> Any:
        return getattr(self.last_change, "history_date", None)

    def _retake(self, name: str, value: Any) -> None:
        self.cleaned_data[name] = value
        self.errors.pop(name, None)
        self._type(name, self.fields[name].prepare_value(value))

    def _see_anew(self) -> None:
        """What was changed meanwhile is shown: what is sent next knows of it."""
        self.cleaned_data["version"] = self.record.version
        self._type("version", self.record.version)

    def _type(self, name: str, value: Any) -> None:
        """Write the value into what was typed, as the field's own widget would have sent it."""
        data: Any = self.data
        data = data.copy()
        widget: Any = self.fields[name].widget
        if isinstance(widget, forms.MultiWidget):
            parts: Any = widget
            for suffix, each in zip(parts.widgets_names, parts.decompress(value), strict=False):
                data[self.add_prefix(name) + suffix] = "" if each is None else each
        else:
            shown = widget.format_value(value) if value is not None else ""
            if isinstance(shown, list | tuple):
                data.setlist(self.add_prefix(name), [str(each) for each in shown])
            else:
                data[self.add_prefix(name)] = "" if shown is None else str(shown)
        self.data = data

    @property
    def asks_for_reason(self) -> bool:
        """Whether a question needs a reason, and no field of the form asks for it already."""
        return not self.needs_reason and any(question.needs_reason for question in self.asked)

    @property
    def laid_out(self) -> list[tuple[Group, list[forms.BoundField], bool]]:
        """The groups with their fields, and whether each stands open; what no group names comes last, in one."""
        named = {name for group in self.groups for name in group.fields} | {"token", "version", "reason"}
        rest = tuple(name for name in self.fields if name not in named and not self[name].is_hidden)
        last = ("reason",) if self.needs_reason else ()
        found = []
        for group in (*self.groups, Group((*rest, *last))):
            fields = [self[name] for name in group.fields if name in self.fields and not self[name].is_hidden]
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
        if not self._is_token(data.get("token")):
            data["token"] = str(uuid4())
        self.data = data
        self.is_bound = True
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}

    def _is_token(self, text: Any) -> bool:
        try:
            return self.fields["token"].clean(text) is not None
        except forms.ValidationError:
            return False


def _same(one: Any, other: Any) -> bool:
    """Whether two values of a field say the same; nothing is nothing, however it is written."""
    return one == other or (one in (None, "", False) and other in (None, "", False))


def _is_filled(field: forms.BoundField) -> bool:
    """Whether a folded group must stand open for the field's sake."""
    if field.errors:
        return True
    value = field.value()
    if isinstance(value, list | tuple):
        return any(part not in (None, "", "USD") for part in value)
    return value not in (None, "", False) and value != field.initial
