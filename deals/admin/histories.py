"""Who changed a record, when, what from what to what, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin
from simple_history.utils import get_m2m_reverse_field_name

from deals.reports import requests


@dataclass(frozen=True)
class Difference:
    """One field of a record, before and after."""

    field: str
    old: str
    new: str


def differences(entries: Sequence[Any]) -> list[list[Difference]]:
    """What each history entry of a record, newest first, changed from the one before it; nothing for the oldest.

    Archiving, which nobody types in, is among it. One query for each field that names several records.
    """
    if not entries:
        return []
    several = {field.name: _named(entries, field) for field in entries[0]._history_m2m_fields}
    return [*(list(_between(newer, older, several)) for newer, older in pairwise(entries)), []]


def _between(newer: Any, older: Any, several: dict[str, dict[Any, list[str]]]) -> Iterator[Difference]:
    for field in newer.tracked_fields:
        if getattr(newer, field.attname) != getattr(older, field.attname):
            old, new = (shown(field, getattr(entry, field.name)) for entry in (older, newer))
            yield Difference(capfirst(field.verbose_name), old, new)
    for field in newer._history_m2m_fields:
        old_names, new_names = (several[field.name].get(entry.pk, []) for entry in (older, newer))
        if old_names != new_names:
            yield Difference(capfirst(field.verbose_name), shown(field, old_names), shown(field, new_names))


def _named(entries: Sequence[Any], field: Any) -> dict[Any, list[str]]:
    """The names of the records in the field, by history entry."""
    name = get_m2m_reverse_field_name(field)
    rows = getattr(entries[0], field.name).model.objects.filter(history__in=[entry.pk for entry in entries])
    found: dict[Any, list[str]] = {}
    for row in rows.select_related(name):
        found.setdefault(row.history_id, []).append(str(getattr(row, name)))
    return {pk: sorted(names) for pk, names in found.items()}


def shown(field: Any, value: Any) -> str:
    """A stored value as the forms show it: choices by their name, days and amounts as the language writes them."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    return str(localize(value))


class Histories(SimpleHistoryAdmin):
    """The history page of a record. Going back to an older version is a change like any other: one enters it."""

    object_history_template: Any = "admin/deals/history.html"
    history_list_per_page = 25

    def get_urls(self) -> list[Any]:
        # Without the page of one version, from which one could save past the actions.
        return ModelAdmin.get_urls(self)

    def history_view_title(self, request: HttpRequest, obj: Any) -> str:
        return _("Change history: %s") % obj

    def set_history_delta_changes(
        self, request: HttpRequest, historical_records: Any, foreign_keys_are_objs: bool = True
    ) -> None:
        entries = list(historical_records)
        confirmed = requests.confirmed(entries[0].instance) if entries else {}
        for entry, changes in zip(entries, differences(entries), strict=True):
            entry.history_delta_changes = changes
            entry.confirmed = confirmed.get(entry.version)
