"""Changes that wait for a second person: the list, one of them, and what is decided on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from deals import ledger, permissions
from deals.actions import audit, confirmations, proposals, refusals
from deals.actions.positions import facts_with
from deals.choices import AuditKind, RequestState
from deals.forms.requests import CommentForm
from deals.models import ChangeRequest, ConfirmationRule, Instrument, Target, User
from deals.positions import Facts
from deals.reports import requests as reports
from deals.reports import signings

from .documents import served
from .entries import officer_of
from .pages import numbered, page, screen_of

DECIDED = 50  # of those decided, a page


@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    """What waits, what was returned to the person, and what was decided, the newest first."""
    if not permissions.sees_everything(request.user):
        raise PermissionDenied
    found = permissions.visible_requests(request.user).select_related("deal", "asked_by", "decided_by")
    decided = found.exclude(state=RequestState.WAITING).order_by("-decided_at", "-id")
    return page(
        request,
        "deals/requests/list.html",
        screen=screen_of(request),
        here="requests",
        waiting=list(found.filter(state=RequestState.WAITING).order_by("asked_at", "id")),
        returned=list(found.filter(state=RequestState.RETURNED, asked_by=request.user.pk)),
        decided=numbered(request, decided, DECIDED),
        imports=list(permissions.imports_to_confirm(request.user).select_related("by")),
        threshold=ConfirmationRule.threshold(),
    )


@require_safe
def overrides(request: HttpRequest) -> HttpResponse:
    """What was let through in an emergency, by whom and why: for all colleagues."""
    if not permissions.sees_everything(request.user):
        raise PermissionDenied
    found = permissions.visible_requests(request.user).filter(state=RequestState.OVERRIDDEN)
    found = found.select_related("deal", "asked_by", "decided_by").order_by("-decided_at", "-id")
    return page(
        request,
        "deals/requests/overrides.html",
        screen=screen_of(request),
        here="requests",
        found=numbered(request, found, DECIDED),
    )


@require_safe
def request_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: each field before and after, and what it does to the figures."""
    return _detail(request, _found(request, pk))


@require_safe
def requested_file(request: HttpRequest, pk: int, place: int) -> FileResponse:
    """A file that came with a request, while it waits or is returned."""
    found = get_object_or_404(_found(request, pk).files, place=place)
    audit.write(
        kind=AuditKind.DOCUMENT_DOWNLOADED,
        by=request.user,
        thing=found.name,
        thing_key=found.pk,
        deal=found.request.deal.code,
    )
    return served(found.file, found.described("file_name"), found.described("content_type"))


def _found(request: HttpRequest, pk: int) -> ChangeRequest:
    found = permissions.visible_requests(request.user).select_related("deal", "asked_by", "decided_by")
    return get_object_or_404(found, pk=pk)


def _detail(request: HttpRequest, asked: ChangeRequest, **context: Any) -> HttpResponse:
    effect, problems = _effect(asked) if asked.is_waiting else (None, [])
    is_own = asked.asked_by_id == request.user.pk
    answer = page(
        request,
        "deals/requests/page.html",
        screen=screen_of(request),
        here="requests",
        asked=asked,
        rows=reports.rows(asked),
        files=list(asked.files.all()),
        effect=effect,
        problems=problems,
        may_confirm=asked.is_waiting and permissions.may_confirm(request.user, asked),
        may_override=asked.is_waiting and permissions.may_override(request.user),
        may_withdraw=is_own and asked.state in (RequestState.WAITING, RequestState.RETURNED),
        **context,
    )
    answer.status_code = 422 if request.method == "POST" else 200
    return answer


def _effect(asked: ChangeRequest) -> tuple[signings.Effect | None, list[str]]:
    """What confirming would do to the figures of today, or why it cannot be confirmed any more."""
    try:
        change = proposals.rebuild(asked.proposal, {})
    except ValidationError as error:
        return None, error.messages
    deal = proposals.deal_after(asked.deal, change.kept)
    after = Facts()
    if asked.deal not in change.gone:
        _papers, after = facts_with(deal, kept=change.kept, gone=change.gone)
    today = timezone.localdate()
    new = next((each for each in change.given if isinstance(each, Instrument) and not each.pk), None)
    before = ledger.facts(asked.deal)
    return signings.effect(before, after, paper=new, day=today, target=Target.objects.on(today)), []


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be decided on a request: by whom, how, and what is said then."""

    allowed: Callable[[Any, ChangeRequest], bool]
    do: Callable[..., ChangeRequest]
    said: Any
    says: str = ""  # what the comment is called, where one is needed


CONFIRM = Decision(permissions.may_confirm, confirmations.confirm, gettext_lazy("Confirmed: it counts now."))
RETURN = Decision(
    permissions.may_confirm, confirmations.send_back, gettext_lazy("Returned with your comment."), says="comment"
)
OVERRIDE = Decision(
    lambda person, _asked: permissions.may_override(person),
    confirmations.override,
    gettext_lazy("It counts now, and stands on the page of emergency overrides."),
    says="reason",
)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the change count."""
    return _decided(request, pk, CONFIRM)


@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the request, with what is to be mended."""
    return _decided(request, pk, RETURN)


@require_POST
def override(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the change count without a second person, in an emergency."""
    return _decided(request, pk, OVERRIDE)


def _decided(request: HttpRequest, pk: int, decision: Decision) -> HttpResponse:
    asked = _found(request, pk)
    if not decision.allowed(request.user, asked):
        raise PermissionDenied
    how: dict[str, Any] = {
        "by": request.user,
        "link": lambda found: request.build_absolute_uri(found.get_absolute_url()),
    }
    if decision.says:
        form = CommentForm(request.POST)
        if not form.is_valid():
            return _detail(request, asked, form=form, refused=decision.says)
        how[decision.says] = form.cleaned_data["comment"]
    try:
        decision.do(asked, **how)
    except refusals.REFUSALS as error:
        return _detail(request, _found(request, pk), said=refusals.sentences(error))
    messages.success(request, str(decision.said))
    return redirect(asked)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own request back."""
    asked = _own(request, pk)
    try:
        confirmations.take_back(asked, by=asked.asked_by)
    except ValidationError as error:
        return _detail(request, asked, said=error.messages)
    messages.success(request, _("The request is withdrawn. Nothing was changed."))
    return redirect(asked)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own request back and open its form, with what was typed."""
    asked, by = _own(request, pk), officer_of(request)
    if not permissions.may_change(by, asked.deal):
        raise PermissionDenied
    try:
        address = confirmations.ask_again(asked, by=by)
    except ValidationError as error:
        return _detail(request, asked, said=error.messages)
    messages.success(request, _("The request is withdrawn. Here is its form: mend it and send it again."))
    return redirect(address or asked.deal)


def _own(request: HttpRequest, pk: int) -> ChangeRequest:
    asked = _found(request, pk)
    if not isinstance(request.user, User) or asked.asked_by_id != request.user.pk:
        raise PermissionDenied
    return asked
