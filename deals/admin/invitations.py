"""Invitations: whoever may add one invites; only an administrator says with which rights."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deals import permissions
from deals.actions import invitations
from deals.models import Invitation

from .records import section
from .searching import FoldedSearch
from .users import Lasting


def link_of(request: HttpRequest) -> Callable[[str], str]:
    return lambda token: request.build_absolute_uri(reverse("deals:invitation", args=[token]))


@admin.register(Invitation)
class InvitationAdmin(FoldedSearch, Lasting, admin.ModelAdmin):
    fieldsets = [
        section(None, "email", ("last_name", "first_name"), "language"),
        section(gettext_lazy("Rights"), "is_staff", "groups", "enterprises"),
    ]
    kept = section(gettext_lazy("Invitation"), "state", "by", "sent_at", "expires_at", "account")
    list_display = ["email", "last_name", "first_name", "state", "by", "sent_at", "expires_at"]
    list_select_related = ["by"]
    search_fields = ["email", "last_name", "first_name"]
    filter_horizontal = ["groups"]
    autocomplete_fields = ["enterprises"]
    actions = ["resend", "withdraw"]

    @admin.display(description=gettext_lazy("state"))
    def state(self, invitation: Invitation) -> str:
        if invitation.accepted_at:
            return _("accepted")
        if invitation.withdrawn_at:
            return _("withdrawn")
        return _("expired") if invitation.expires_at <= timezone.now() else _("open")

    def get_fieldsets(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        return self.fieldsets if obj is None else [*self.fieldsets, self.kept]

    def get_readonly_fields(self, request: HttpRequest, obj: Invitation | None = None) -> Any:
        rights = [] if permissions.may_give_rights(request.user) else ["is_staff", "groups", "enterprises"]
        return rights if obj is None else [*rights, "state", "by", "sent_at", "expires_at", "account"]

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        # What was sent stands; it is sent again or withdrawn from the list.
        return obj is None and super().has_change_permission(request, obj)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        try:
            return super().add_view(request, form_url, extra_context)
        except (ValidationError, OSError) as error:
            self.message_user(request, _why(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        given = {name: form.cleaned_data.get(name) or [] for name in ("groups", "enterprises")}
        by: Any = request.user
        invitations.invite(obj, by=by, link=link_of(request), **given)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The action has saved them."""

    @admin.action(description=gettext_lazy("Send again, with a new link"), permissions=["add"])
    def resend(self, request: HttpRequest, chosen: QuerySet[Invitation]) -> None:
        by: Any = request.user
        again = partial(invitations.resend, by=by, link=link_of(request))
        self._each(request, chosen, again, _("The invitation was sent again."))

    @admin.action(description=gettext_lazy("Withdraw"), permissions=["add"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet[Invitation]) -> None:
        by: Any = request.user
        self._each(request, chosen, partial(invitations.withdraw, by=by), _("The invitation was withdrawn."))

    def _each(
        self, request: HttpRequest, chosen: QuerySet[Invitation], do: Callable[[Invitation], None], done: str
    ) -> None:
        for one in chosen:
            try:
                do(one)
            except (ValidationError, OSError) as error:
                self.message_user(request, _why(error), messages.ERROR)
            else:
                self.log_change(request, one, done)
                self.message_user(request, f"{done} {one.email}")


def _why(error: ValidationError | OSError) -> str:
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return _("The letter could not be sent, and nothing was kept: the mail server does not answer.")
