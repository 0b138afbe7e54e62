"""Addresses of a list: the same question with one thing changed."""

from typing import NamedTuple

from django import template
from django.urls import reverse

from deals.filters import DealFilter
from deals.forms.screens import Screen

register = template.Library()


class Chip(NamedTuple):
    """A filter in use, in words, and the address of the list without it."""

    label: str
    value: str
    without: str


def _address(screen: Screen, asked: DealFilter, **changed: object) -> str:
    sort = asked.data.get("sort", "")
    return reverse("deals:deal-list") + screen.query(**{**asked.asked, "sort": sort, **changed})


@register.simple_tag
def chips(screen: Screen, asked: DealFilter) -> list[Chip]:
    """The filters in use; a value that is not on its list is shown as it was written."""
    found = []
    for name, raw in asked.asked.items():
        value = asked.form.cleaned_data.get(name)
        names = dict(getattr(asked.form.fields[name], "choices", ())) if isinstance(value, str) else {}
        shown = names.get(value) or getattr(value, "short_name", None) or value or raw
        found.append(Chip(str(asked.form.fields[name].label), str(shown), _address(screen, asked, **{name: ""})))
    return found


@register.simple_tag
def sorted_by(screen: Screen, asked: DealFilter, sort: str) -> str:
    """The same list in another order."""
    return _address(screen, asked, sort=sort)


@register.simple_tag
def paged(screen: Screen, asked: DealFilter, number: int) -> str:
    """Another page of the same list."""
    return _address(screen, asked, page=number)
