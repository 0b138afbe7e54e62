"""Accounts and groups in the admin: what changes in their rights is noted."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from deals.actions import accounts, audit
from deals.models import User


class NotesRights(admin.ModelAdmin):
    """For the admin of accounts and of groups: notes each change of rights, with what there was before, and each
    password and e-mail address that is set for somebody, which is told to them as well."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        form.rights_before = audit.rights_of(type(obj).objects.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        holder = type(form.instance).objects.get(pk=form.instance.pk)
        audit.rights_changed(holder, form.rights_before, by=request.user)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        by: Any = request.user
        before = _password(id)
        answer: HttpResponse = super().user_change_password(request, id, form_url)  # type: ignore[misc]
        if _password(id) != before:
            try:
                accounts.password_set(User.objects.get(pk=id), by=by)
            except OSError:
                self._untold(request)
        return answer

    def _tell_address(self, request: HttpRequest, person: User, old: str) -> None:
        """What was done stands where the mail server does not answer: it may be why the address is changed."""
        by: Any = request.user
        try:
            accounts.address_changed(person, old, by=by)
        except OSError:
            self._untold(request)

    def _untold(self, request: HttpRequest) -> None:
        said = _("It was changed, but the letter that tells the person could not be sent.")
        self.message_user(request, said, messages.WARNING)


def _password(pk: str) -> str | None:
    return User.objects.filter(pk=pk).values_list("password", flat=True).first() if pk.isdecimal() else None
