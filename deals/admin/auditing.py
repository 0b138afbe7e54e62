"""Accounts and groups in the admin: what changes in their rights is noted."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from deals.actions import audit
from deals.choices import AuditKind
from deals.models import User


class NotesRights:
    """For the admin of accounts and of groups: notes each change of rights, with what there was before, and each
    password that is set for somebody."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        form.rights_before = audit.rights_of(type(obj).objects.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)  # type: ignore[misc]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        holder = type(form.instance).objects.get(pk=form.instance.pk)
        audit.rights_changed(holder, form.rights_before, by=request.user)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        before = _password(id)
        answer: HttpResponse = super().user_change_password(request, id, form_url)  # type: ignore[misc]
        if _password(id) != before:
            audit.write(kind=AuditKind.PASSWORD_CHANGED, by=request.user, person=User.objects.get(pk=id))
        return answer


def _password(pk: str) -> str | None:
    return User.objects.filter(pk=pk).values_list("password", flat=True).first() if pk.isdecimal() else None
