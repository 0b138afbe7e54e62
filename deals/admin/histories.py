"""Who changed a record, when, what from what to what, and why."""

from datetime import datetime
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper


def shown(field: models.Field, value: Any) -> str:
    """A stored value as the forms show it: choices by their name, days and amounts as the language writes them."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return str(localize(timezone.localtime(value) if isinstance(value, datetime) else value))


class ShownChanges(HistoricalRecordContextHelper):
    """The changes of a history entry, each value as the forms show it."""

    def prepare_delta_change_value(self, change: Any, value: Any) -> str:
        return shown(self.model._meta.get_field(change.field), super().prepare_delta_change_value(change, value))


class Histories(SimpleHistoryAdmin):
    """The history page of a record. Going back to an older version is a change like any other: one enters it."""

    object_history_template = "admin/deals/history.html"
    history_list_per_page = 25

    def get_urls(self) -> list[Any]:
        # Without the page of one version, from which one could save past the actions.
        return ModelAdmin.get_urls(self)

    def history_view_title(self, request: HttpRequest, obj: Any) -> str:
        return _("Change history: %s") % obj

    def get_historical_record_context_helper(self, request: HttpRequest, historical_record: Any) -> ShownChanges:
        return ShownChanges(self.model, historical_record)
