"""What a filter offers to choose from: records by their names, and lists of choices, written quickly."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy

from deals.models import Obstacle, Partner

# The fields by which records are named, where that is not a name in each language.
NAMED_BY: dict[type, tuple[str, ...]] = {Partner: ("name",), Obstacle: ("title_vi", "title_en")}


class Options(forms.Select):
    """A list of choices written in one go: a template for each of some hundred options costs more than the page."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = {str(key) for key in self.format_value(value)}
        options = []
        for key, label in self.choices:
            mark = " selected" if str(key) in chosen else ""
            options.append(f'<option value="{escape(str(key))}"{mark}>{escape(str(label))}</option>')
        known = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(known), mark_safe("".join(options)))


class _Names(ModelChoiceIterator):
    """The keys and names that are offered, without the records."""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        yield "", str(self.field.empty_label or "")
        columns = [str(self.field.to_field_name), *NAMED_BY.get(self.queryset.model, ("name_vi", "name_en"))]
        is_english = (get_language() or "vi").startswith("en")
        for key, *names_of in self.queryset.order_by(*self.queryset.model._meta.ordering).values_list(*columns):
            vi, en = names_of[0], names_of[-1]
            yield key, (en or vi) if is_english else (vi or en)
        for key, label in getattr(self.field, "others", {}).items():
            yield key, str(label)


class Known(forms.ModelChoiceField):
    iterator = _Names
    widget = Options
    default_error_messages = {"invalid_choice": gettext_lazy("“%(value)s” is not on the list.")}

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            raise forms.ValidationError(self.error_messages["invalid_choice"], params={"value": value}) from error


class KnownOr(Known):
    """Takes the keys of `others` too, each offered with its label, after the records."""

    def __init__(self, *arguments: Any, others: Mapping[str, Any], **named: Any) -> None:
        self.others = others
        super().__init__(*arguments, **named)

    def to_python(self, value: Any) -> Any:
        return value if value in self.others else super().to_python(value)
