"""People and groups. An account is closed, never deleted: the history names it."""

from typing import Any

from allauth.account.admin import EmailAddress
from allauth.mfa.admin import Authenticator
from allauth.socialaccount.admin import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.admin import UserSession
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    ReadOnlyPasswordHashField,
    ReadOnlyPasswordHashWidget,
    SetUnusablePasswordMixin,
    UserChangeForm,
)
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from deals import permissions
from deals.actions import audit
from deals.choices import AuditKind
from deals.models import User

from .auditing import NotesRights
from .fields import SeveralAutocomplete
from .records import section
from .searching import FoldedSearch

# The database keeps the names of rights in English.
RIGHTS = {
    "add": pgettext_lazy("right", "add"),
    "change": pgettext_lazy("right", "change"),
    "delete": pgettext_lazy("right", "archive"),
    "view": pgettext_lazy("right", "view"),
}

# What people look after themselves, on the pages of their account: there are no rights to it.
OWN_BUSINESS = ["account", "mfa", "socialaccount", "usersessions"]


def right_name(right: Permission) -> str:
    # The database keeps the name in whichever language it was made in; the model knows it in each.
    model = right.content_type.model_class()
    ours = dict(model._meta.permissions) if model else {}
    name = ours.get(right.codename) or RIGHTS.get(right.codename.partition("_")[0]) or gettext(right.name)
    return f"{right.content_type} | {name}"


def role_name(group: Group) -> str:
    """The database keeps the names of roles in English."""
    return str(permissions.ROLES.get(group.name, group.name))


class RoleFilter(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(permissions.ROLES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


class PasswordForm(AdminPasswordChangeForm):
    """Django's own, without its warning that no language but English has."""

    usable_password_help_text: Any = SetUnusablePasswordMixin.usable_password_help_text


class HeldPassword(ReadOnlyPasswordHashWidget):
    """Leads to setting another one, and shows nothing of how it is kept."""

    def get_context(self, name: str, value: Any, attrs: Any) -> Any:
        return {**super().get_context(name, value, attrs), "summary": []}


class ChangeForm(UserChangeForm):
    password = ReadOnlyPasswordHashField(label=_("Password"), widget=HeldPassword)


class Named(admin.ModelAdmin):
    """Where roles and rights are shown and not chosen, they are named as where they are chosen."""

    SHOWN = {
        "groups": "roles_held",
        "user_permissions": "rights_held",
        "permissions": "rights_held",
        "name": "role",
    }

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        found = super().get_fieldsets(request, obj)
        if obj is None:
            return found
        read_only = {*self.SHOWN, "password"}
        if self.has_change_permission(request, obj):
            read_only &= set(self.get_readonly_fields(request, obj))
        return [(name, {**said, "fields": self._shown(said["fields"], read_only)}) for name, said in found]

    def _shown(self, fields: Any, read_only: set[str]) -> list[Any]:
        """Without the password where nobody sets one: what is kept of it is for nobody to read."""
        return [
            self.SHOWN.get(name, name) if name in read_only else name
            for name in fields
            if not (name == "password" and name in read_only)
        ]

    @admin.display(description=_("roles"))
    def roles_held(self, holder: User) -> str:
        return ", ".join(map(role_name, holder.groups.all()))

    @admin.display(description=_("rights"))
    def rights_held(self, holder: User | Group) -> str:
        held = holder.permissions if isinstance(holder, Group) else holder.user_permissions
        return "\n".join(map(right_name, held.select_related("content_type")))


class Lasting:
    """Nobody deletes it. Rights are named in the language of the page; histories are written by nobody."""

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            kwargs["widget"] = SeveralAutocomplete(db_field, self.admin_site)  # type: ignore[attr-defined]
        found = super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]
        if found is not None and db_field.related_model is Permission:
            found.queryset = (
                Permission.objects.exclude(content_type__model__startswith="historical")
                .exclude(content_type__app_label__in=OWN_BUSINESS)
                .select_related("content_type")
            )
            found.label_from_instance = right_name
        if found is not None and db_field.related_model is Group:
            found.label_from_instance = role_name
        return found

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(NotesRights, FoldedSearch, Lasting, Named, auth_admin.UserAdmin):
    """A person with an account. Only an administrator gives roles, only a superuser what goes beyond them."""

    fieldsets = [
        section(None, "username", "password"),
        section(_("Person"), ("last_name", "first_name"), "email"),
        section(_("Rights"), "is_active", "is_staff", "is_superuser", "groups", "enterprises", "user_permissions"),
        section(_("Account"), "is_sample", "last_login", "date_joined"),
    ]
    form = ChangeForm
    change_password_form = PasswordForm
    actions = ["remove_second_factor", "allow_overrides", "forbid_overrides"]
    readonly_fields = ["is_sample", "last_login", "date_joined", "roles_held", "rights_held"]
    list_display = ["username", "__str__", "email", "is_active", "is_staff", "is_sample", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "is_sample", RoleFilter]
    autocomplete_fields = ["enterprises"]
    search_fields = ["username", "last_name", "first_name", "email"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        found = list(super().get_readonly_fields(request, obj))
        if getattr(request.user, "is_superuser", False):
            return found
        roles = [] if permissions.may_give_rights(request.user) else ["is_staff", "groups", "enterprises"]
        return [*found, *roles, "is_superuser", "user_permissions"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or not self._is_above(request, obj)) and super().has_change_permission(request, obj)

    def _is_above(self, request: HttpRequest, person: User) -> bool:
        """Whether the person may do more: who sets the password or the e-mail address of a superuser is one."""
        if person.is_superuser:
            return not getattr(request.user, "is_superuser", False)
        return permissions.may_give_rights(person) and not permissions.may_give_rights(request.user)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """With the roles and enterprises from what to what: these decide what the person sees."""
        found: list[Any] = super().construct_change_message(request, form, formsets, add)
        for name in {"groups", "enterprises"} & set(form.changed_data):
            old, new = (
                ", ".join(sorted(map(str, chosen))) or "–"
                for chosen in (form[name].initial or (), form.cleaned_data[name])
            )
            label = str(form.fields[name].label)
            found.append({"changed": {"name": label, "object": f"{old} → {new}", "fields": [label]}})
        return found

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        old = str(form.initial.get("email") or "") if change else obj.email
        super().save_model(request, obj, form, change)
        if old.casefold() != obj.email.casefold():
            self._tell_address(request, obj, old)
        # An address that was taken away opens nothing any more: no forgotten password, no single sign-on.
        EmailAddress.objects.filter(user=obj).exclude(email__iexact=obj.email).delete()

    def get_actions(self, request: HttpRequest) -> Any:
        found = super().get_actions(request)
        if not permissions.may_give_rights(request.user):
            for name in ("remove_second_factor", "allow_overrides", "forbid_overrides"):
                found.pop(name, None)
        return found

    @admin.action(description=_("Allow emergency overrides"))
    def allow_overrides(self, request: HttpRequest, chosen: Any) -> None:
        self._give(request, chosen, gettext("Emergency overrides are allowed."), allowed=True)

    @admin.action(description=_("Forbid emergency overrides"))
    def forbid_overrides(self, request: HttpRequest, chosen: Any) -> None:
        self._give(request, chosen, gettext("Emergency overrides are forbidden."), allowed=False)

    def _give(self, request: HttpRequest, chosen: Any, done: str, *, allowed: bool) -> None:
        """The one right that administrators give beside the roles."""
        right = Permission.objects.get(codename="override_confirmation", content_type__app_label="deals")
        for person in chosen:
            if not self.has_change_permission(request, person):
                raise PermissionDenied
            before = audit.rights_of(person)
            (person.user_permissions.add if allowed else person.user_permissions.remove)(right)
            audit.rights_changed(person, before, by=request.user)
            self.log_change(request, person, done)
            self.message_user(request, f"{done} {person}")

    @admin.action(description=_("Take the second factor away (phone lost)"))
    def remove_second_factor(self, request: HttpRequest, chosen: Any) -> None:
        for person in chosen:
            if not self.has_change_permission(request, person):
                raise PermissionDenied
            Authenticator.objects.filter(user=person).delete()
            audit.write(kind=AuditKind.FACTOR_REMOVED, by=request.user, person=person)
            done = gettext("The second factor was taken away.")
            self.log_change(request, person, done)
            self.message_user(request, f"{done} {person}")


admin.site.unregister([EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession])
admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(NotesRights, FoldedSearch, Lasting, Named, auth_admin.GroupAdmin):  # type: ignore[misc]
    fieldsets = [section(None, "name", "permissions")]
    readonly_fields = ["role", "rights_held"]
    list_display = ["role"]

    @admin.display(description=_("role"), ordering="name")
    def role(self, group: Group) -> str:
        return role_name(group)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        group = context.get("original")
        named = {"subtitle": role_name(group)} if group else {}
        return super().render_change_form(request, {**context, **named}, *args, **kwargs)
