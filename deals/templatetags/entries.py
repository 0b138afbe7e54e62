"""What forms say beside their fields: what is wrong and where, and what two people wrote."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms, template
from django.core.exceptions import NON_FIELD_ERRORS
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from deals import money, periods, stages
from deals.forms.instruments import SIGNED
from deals.models import Deal
from deals.reports.progress import Progress
from deals.stages import Requirement

register = template.Library()


@register.filter
def errors_in_place(form: forms.Form) -> Iterator[tuple[forms.BoundField | None, str]]:
    """Each error with the field it is about, in the order of the form; what is about no field comes first."""
    for error in form.non_field_errors():
        yield None, str(error)
    for name, errors in form.errors.items():
        if name != NON_FIELD_ERRORS:
            for error in errors:
                yield form[name], str(error)


@register.filter
def stage_line(progress: Progress) -> list[tuple[str, str]]:
    """All stages in order, with their names."""
    return [(stage.value, str(stage.label)) for stage in stages.ORDER]


@register.simple_tag
def needed_at(deal: Deal, requirement: Requirement) -> str:
    """Where what a stage requires is entered."""
    if requirement.field:
        name = "title_en" if requirement.field == "title" and deal.title_vi else requirement.field
        name = "title_vi" if name == "title" else name
        return reverse("deals:deal-edit", args=[deal.code]) + f"#id_{name}"
    if requirement.entry in SIGNED:
        return reverse("deals:sign", args=[deal.code, requirement.entry])
    return reverse("deals:deal-log", args=[deal.code, requirement.entry])


@register.simple_tag
def in_words(field: forms.BoundField, value: Any) -> str:
    """The value of a field as people read it."""
    language = get_language() or "vi"
    if value is None or value == "":
        return _("empty")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return periods.day_name(value, language=language)
    if isinstance(value, Decimal):
        return money.number(value, language=language)
    choices = getattr(field.field, "choices", None)
    if choices is not None and not isinstance(field.field, forms.ModelChoiceField):
        return str(dict(choices).get(value, value))
    return str(value)
