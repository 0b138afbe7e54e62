"""People and groups. An account is closed, never deleted: the history names it."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from deals.models import User

from .records import section
from .searching import FoldedSearch


class Lasting:
    """Nobody deletes it."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(FoldedSearch, Lasting, auth_admin.UserAdmin):
    """A person with an account. Only a superuser gives rights."""

    fieldsets = [
        section(None, "username", "password"),
        section(_("Person"), ("last_name", "first_name"), "email"),
        section(_("Rights"), "is_active", "is_staff", "is_superuser", "groups", "user_permissions"),
        section(_("Account"), "is_sample", "last_login", "date_joined"),
    ]
    readonly_fields = ["is_sample", "last_login", "date_joined"]
    list_display = ["username", "__str__", "email", "is_active", "is_staff", "is_sample", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "is_sample", "groups"]
    search_fields = ["username", "last_name", "first_name", "email"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        found = list(super().get_readonly_fields(request, obj))
        if getattr(request.user, "is_superuser", False):
            return found
        return [*found, "is_staff", "is_superuser", "groups", "user_permissions"]


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(FoldedSearch, Lasting, auth_admin.GroupAdmin):
    pass
