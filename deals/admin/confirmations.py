"""From which value on a second person is needed, and what they were asked for."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from deals import permissions
from deals.models import ChangeRequest, ConfirmationRule

from .records import KeptAdmin, RecordAdmin, column, section


@admin.register(ConfirmationRule)
class ConfirmationRuleAdmin(RecordAdmin):
    """The one threshold. It is changed by whoever gives rights, and never archived."""

    fieldsets = [section(None, "threshold_usd")]
    list_display = ["__str__", "threshold_usd"]
    actions = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not ConfirmationRule.objects.exists()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and permissions.may_give_rights(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ChangeRequest)
class ChangeRequestAdmin(KeptAdmin):
    """Requests are decided on their own page; here they are read."""

    fields = ["deal", "state", "asked_by", "asked_at", "reason", "decided_by", "decided_at", "comment"]
    list_display = ["asked_at", column("deal", _("deal")), "state", "asked_by", "decided_by", "decided_at", "comment"]
    list_filter = ["state"]
    list_select_related = ["deal", "asked_by", "decided_by"]
    search_fields = ["deal__balance__search_text"]
    date_hierarchy = "asked_at"
