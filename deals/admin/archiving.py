"""Archiving in place of deleting, and bringing back: each asks for a reason and goes through the actions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from deals import permissions
from deals.actions import records, refusals
from deals.actions.proposals import ConfirmationNeededError
from deals.models import Instrument, Record

from .asking import asked_for


class ArchivedFilter(admin.SimpleListFilter):
    """Lists show what is in use; what is archived is a click away."""

    title = gettext_lazy("archived")
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("Archived")), ("all", gettext_lazy("Both"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in (None, "yes", "all"):
            raise IncorrectLookupParameters
        if self.value() == "all":
            return queryset
        return queryset.filter(archived_at__isnull=self.value() != "yes")

    def choices(self, changelist: Any) -> Any:
        default, *others = super().choices(changelist)
        yield {**default, "display": gettext_lazy("In use")}
        yield from others


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=400,
        widget=forms.TextInput({"class": "vLargeTextField", "autofocus": True}),
        help_text=gettext_lazy("It stays in the history and with the ledger entries."),
        error_messages={"required": gettext_lazy("Say why.")},
    )


@dataclass(frozen=True)
class Deed:
    """Archiving or bringing back: what is done, and the words around it."""

    action: str
    do: Callable[..., None]
    title: Any
    question: Any
    button: Any
    done: Callable[[int], str]
    note: Any


ARCHIVE = Deed(
    action="archive_selected",
    do=records.archive,
    title=gettext_lazy("Archive"),
    question=gettext_lazy(
        "What is archived leaves every list and total, and is kept with its history. It can be brought back."
    ),
    button=gettext_lazy("Archive"),
    done=lambda count: ngettext("%(count)d record archived.", "%(count)d records archived.", count),
    note=gettext_lazy("Archived: %(reason)s"),
)
RESTORE = Deed(
    action="restore_selected",
    do=records.restore,
    title=gettext_lazy("Bring back"),
    question=gettext_lazy("What is brought back stands in lists and totals again, as of its own days."),
    button=gettext_lazy("Bring back"),
    done=lambda count: ngettext("%(count)d record brought back.", "%(count)d records brought back.", count),
    note=gettext_lazy("Brought back: %(reason)s"),
)


class Archiving(admin.ModelAdmin):
    """No record is deleted: the delete button and the list action archive, and what is archived can be brought back."""

    actions: Sequence[Any] = ["archive_selected", "restore_selected"]

    @admin.action(permissions=["delete"], description=gettext_lazy("Archive selected %(verbose_name_plural)s"))
    def archive_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._ask(request, ARCHIVE, queryset.filter(archived_at=None))

    @admin.action(permissions=["restore"], description=gettext_lazy("Bring back selected %(verbose_name_plural)s"))
    def restore_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._ask(request, RESTORE, queryset.exclude(archived_at=None))

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_restore"
        view = self.admin_site.admin_view(self.restore_view)
        return [path("<path:object_id>/restore/", view, name=name), *super().get_urls()]

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._one(request, ARCHIVE, object_id, self.has_delete_permission)

    def restore_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._one(request, RESTORE, object_id, self.has_restore_permission)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        raise PermissionDenied

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        raise PermissionDenied

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is archived is read, not changed, until it is brought back."""
        return super().has_change_permission(request, obj) and not _is_archived(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _is_archived(obj)

    def has_restore_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request) and (obj is None or _is_archived(obj))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        obj = context.get("original")
        context["may_restore"] = obj is not None and self.has_restore_permission(request, obj)
        return super().render_change_form(request, context, *args, **kwargs)

    def _one(self, request: HttpRequest, deed: Deed, object_id: str, permitted: Callable[..., bool]) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not permitted(request, obj):
            raise PermissionDenied
        opts = self.opts
        page = self._ask(request, deed, self.get_queryset(request).filter(pk=obj.pk), one=obj)
        return page or redirect(reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"))

    def _ask(self, request: HttpRequest, deed: Deed, queryset: QuerySet[Any], one: Any = None) -> HttpResponse | None:
        """The page that asks for the reason; None once the deed is done, or there is nothing to do."""
        found = list(queryset)
        if not found:
            self.message_user(request, _("Nothing to do: none of those chosen."), messages.WARNING)
            return None
        if not all(permissions.may_change(request.user, record) for record in found):
            raise PermissionDenied
        form = ReasonForm(request.POST if "post" in request.POST else None)
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            try:
                return self._do(request, deed, found, reason)
            except refusals.REFUSALS as error:
                form.add_error(None, refusals.sentences(error))
        context = {
            **self.admin_site.each_context(request),
            "title": deed.title,
            "deed": deed,
            "form": form,
            "found": found,
            "object": one,
            "opts": self.opts,
            "action_checkbox_name": ACTION_CHECKBOX_NAME,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/deals/archiving.html", context)

    def _do(self, request: HttpRequest, deed: Deed, found: list[Any], reason: str) -> HttpResponse | None:
        """Do the deed, or ask a second person for it; the page of the request then. Raises what it is refused for."""
        try:
            deed.do(*_from_above(found), by=request.user, reason=reason)
        except ConfirmationNeededError as needed:
            return asked_for(request, needed)
        for record in found:
            self.log_change(request, record, str(deed.note) % {"reason": reason})
        self.message_user(request, deed.done(len(found)) % {"count": len(found)}, messages.SUCCESS)
        return None


def _is_archived(obj: Any) -> bool:
    return obj is not None and bool(obj.archived_at)


def _from_above(found: Iterable[Record]) -> list[Record]:
    """The papers from the top down, amendments first: so each finds what it stands on."""
    return sorted(found, key=depth)


def depth(record: Record) -> tuple[int, int]:
    """How far down a paper stands, and whether it is no amendment; other records stand at the top."""
    if not isinstance(record, Instrument):
        return 0, 0
    steps, above, seen = 1, record.under, {record.pk}
    while above is not None and above.pk not in seen:
        seen.add(above.pk)
        steps, above = steps + 1, above.under
    return steps, int(record.kind != "amendment")
