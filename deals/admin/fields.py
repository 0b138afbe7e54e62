"""Form fields and widgets of the admin."""

import re
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from deals import money, names
from deals.models import Document

PLAIN = re.compile(r"-?[0-9]+(\.[0-9]{1,2})?")
LONGEST_KEY = 18  # digits that the database takes for a number


def plain(text: str, language: str) -> str:
    """The amount without separators and with a decimal point, as far as it can be read in only one way.

    The separators of the language are read as such; those of the other language only where no other reading is left
    (1,234,567.50 on a Vietnamese page). Anything else comes back as it is, to be refused.
    """
    found = money.readings(text)
    group, _point = money.SEPARATORS["en" if language.startswith("en") else "vi"]
    if not found or (len(found) > 1 and group not in text):
        return text
    # Of two readings the larger is the one whose separator stands between groups.
    amount = format(found[0], "f")
    return amount if PLAIN.fullmatch(amount) else text


class AmountField(forms.DecimalField):
    """An amount of money, shown with the separators of the page's language, and never guessed."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": _("This can be read in two ways, or is no amount: write 3300000000, 3.300.000.000,00 or 12,50.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.is_localized = True

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"class": "vTextField", "inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.strip():
            value = plain(value, get_language() or "vi")
            if not PLAIN.fullmatch(value):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class NamesField(forms.CharField):
    """A list of names, one a line."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("encoder", None)
        kwargs.pop("decoder", None)
        super().__init__(
            **{"help_text": _("One a line; the first is the name in daily use."), **kwargs, "strip": False}
        )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        return list(dict.fromkeys(filter(None, map(names.tidy, (value or "").splitlines()))))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != self.to_python(data)


class HeldFile(forms.Widget):
    """A file that is held: it is shown and opened, never exchanged."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        return file_link(value.instance) if value else ""


class HeldFileField(forms.Field):
    widget = HeldFile

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "required": False, "disabled": True})

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


def file_link(document: Document) -> str:
    """The name of the document's file, leading to the page that serves it to those who may see it."""
    return format_html(
        '<a href="{}">{}</a>', reverse("deals:document", args=[document.pk]), document.file_name or document.title
    )


class Keyed:
    """An autocomplete that passes over what is no key: Django would fail on an address or a form that names one."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        keys = [each for each in value if str(each).isdecimal() and len(str(each)) <= LONGEST_KEY]
        return super().optgroups(name, keys, attr)  # type: ignore[misc]


class SeveralAutocomplete(Keyed, AutocompleteSelectMultiple):
    """The stock autocomplete for several records."""


class KnownAutocomplete(Keyed, AutocompleteSelect):
    """The stock autocomplete, which takes the label of what is chosen from the record at hand, where it is loaded:
    a page with twenty rows asks the database no more often than a page with one."""

    known: models.Model | None = None

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        if self.known is None or list(value) != [str(self.known.pk)]:
            return super().optgroups(name, value, attr)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        label = self.choices.field.label_from_instance(self.known)
        options.append(self.create_option(name, self.known.pk, label, True, len(options)))
        return [(None, options, 0)]
