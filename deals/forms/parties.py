"""Choosing an enterprise or a partner by typing any of its names."""

from collections import defaultdict
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deals import names
from deals.models import Enterprise, Partner

SUGGESTED = 3


class NamesWidget(forms.TextInput):
    """A text box with the names on the list as the browser's own suggestions."""

    template_name = "forms/names.html"
    suggestions: Any = ()

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"] |= {"list": f"{name}-names", "autocomplete": "off"}
        context["suggestions"] = list(self.suggestions())
        return context


class PartyField(forms.CharField):
    """A record on a list, by any of its names: the full one in either language, a short one, the code; marks, case,
    spaces and legal forms make no difference. Gives the record; with `may_be_new` a name that is on no list comes back
    as text, for the form to ask about."""

    widget = NamesWidget
    own_names: tuple[str, ...] = ()
    default_error_messages = {
        "unknown": gettext_lazy("“%(name)s” is not on the list."),
        "several": gettext_lazy("“%(name)s” may be several: %(several)s. Write more of the name."),
    }

    def __init__(self, *, may_be_new: bool = False, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)
        self.may_be_new = may_be_new
        self.widget.suggestions = self.offered

    def queryset(self) -> QuerySet[Any]:
        raise NotImplementedError

    def offered(self) -> list[str]:
        """The names that are suggested, each once."""
        return [self.prepare_value(record) for record in self.queryset()]

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else str(value)

    def to_python(self, value: Any) -> Any:
        text = names.tidy(super().to_python(value) or "")
        if not text:
            return None
        super().run_validators(text)
        known: dict[str, dict[int, Any]] = defaultdict(dict)
        for record in self.queryset():
            for name in self.names_of(record):
                known[names.bare(name)][record.pk] = record
        found = list(known.get(names.bare(text), {}).values())
        if len(found) == 1:
            return found[0]
        if found:
            several = "; ".join(str(record) for record in found)
            raise forms.ValidationError(
                self.error_messages["several"], code="several", params={"name": text, "several": several}
            )
        if self.may_be_new:
            return text
        raise forms.ValidationError(self._unknown(text, known), code="unknown")

    def run_validators(self, value: Any) -> None:
        """The text was looked at before the record was looked for."""

    def _unknown(self, text: str, known: dict[str, dict[int, Any]]) -> str:
        sentence = str(self.error_messages["unknown"]) % {"name": text}
        if close := self.close_to(text, known):
            sentence += " " + _("Did you mean %(names)s?") % {"names": ", ".join(close)}
        return sentence

    def close_to(self, text: str, known: dict[str, dict[int, Any]] | None = None) -> list[str]:
        """The names on the list that are most like the text, at most three."""
        if known is None:
            known = {names.bare(name): {r.pk: r} for r in self.queryset() for name in self.names_of(r)}
        close = names.closest(names.bare(text), list(known))
        found = [str(record) for name in close for record in known[name].values()]
        return list(dict.fromkeys(found))[:SUGGESTED]

    def names_of(self, record: Any) -> list[str]:
        return [getattr(record, name) for name in self.own_names if getattr(record, name)] + list(record.aliases)


class EnterpriseField(PartyField):
    own_names = ("code", "name_vi", "name_en")
    default_error_messages = {
        "unknown": gettext_lazy("“%(name)s” is not on the list; a new one is entered in the administration first."),
    }

    def queryset(self) -> QuerySet[Any]:
        return Enterprise.objects.active()


class PartnerField(PartyField):
    own_names = ("name",)

    def queryset(self) -> QuerySet[Any]:
        return Partner.objects.active()
