"""Lists and tables: their addresses, which are the same question with one thing changed, and their columns."""

from collections.abc import Iterable
from typing import NamedTuple

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from deals import tables
from deals.filters import DealFilter
from deals.forms.screens import Screen
from deals.models import revisions
from deals.positions import Bands
from deals.tables import Column

register = template.Library()

# Fields of the filter form that stand open; the others are one click away.
FIRST_FIELDS = ("q", "group", "sector", "stage", "sort")


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
    return [Chip(label, value, _address(screen, asked, **{name: ""})) for name, label, value in asked.in_words]


@register.simple_tag
def sorted_by(screen: Screen, asked: DealFilter, sort: str) -> str:
    """The same list in another order."""
    return _address(screen, asked, sort=sort)


@register.simple_tag
def paged(screen: Screen, asked: DealFilter, number: int) -> str:
    """Another page of the same list."""
    return _address(screen, asked, page=number)


@register.simple_tag
def kept(asked: DealFilter) -> dict[str, str]:
    """What the address of the list holds besides the day, the reading and the page."""
    sort = asked.data.get("sort", "")
    return asked.asked | ({"sort": sort} if sort else {})


@register.simple_tag
def band_columns(*found: object) -> list[Column]:
    """The columns of the bands in which these have an amount."""
    return tables.band_columns(*found)


@register.simple_tag
def band_columns_of(rows: Iterable[object]) -> list[Column]:
    """The columns of the bands in which these rows have an amount."""
    return tables.band_columns(*rows)


@register.simple_tag
def list_columns(columns: Iterable[Column], total: Bands, asked: DealFilter) -> list[Column]:
    """The columns of the list on the screen: of the bands, those with an amount and those asked for."""
    return tables.list_columns(columns, total, asked.bands_asked)


@register.filter
def only_bands(columns: Iterable[Column]) -> list[Column]:
    """Those of the columns that show a band."""
    return [column for column in columns if column.band]


@register.simple_tag
def filter_fields(asked: DealFilter, further: bool = False) -> SafeString:
    """The fields of the filter that stand open, or the further ones. What may be chosen is written anew where one of
    the records changes that it names, or for somebody who does not see all of them."""
    names = [name for name in asked.filters if name not in FIRST_FIELDS] if further else FIRST_FIELDS
    return mark_safe("".join(_field(asked, name) for name in names))


def _field(asked: DealFilter, name: str) -> str:
    def written() -> str:
        field = asked.whole_form[name]
        return format_html(
            '<div class="field"><label for="{}">{}</label>{}</div>', field.id_for_label, field.label, field
        )

    if not asked.is_for_all:
        return written()
    what = ("filter", name, asked.data.get(name, ""), get_language())
    return revisions.remembered(what, written, of=asked.names_of(name))


@register.filter
def uses_further_fields(asked: DealFilter) -> bool:
    """Whether a filter is in use that does not stand open."""
    return any(name not in FIRST_FIELDS for name in asked.asked)
