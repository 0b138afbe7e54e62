"""Drafts: what was typed survives a closed browser and a session that ended."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from deals import permissions
from deals.actions import drafts

KEPT = "typed"
LEFT_OUT = {"csrfmiddlewaretoken", "form", "step", "by"}


def keeps_typed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view whose form is kept where it is sent after the session ended."""
    view.keeps_typed = True  # type: ignore[attr-defined]
    return view


def typed_in(request: HttpRequest) -> dict[str, list[str]]:
    """What the form that was sent holds, but files and what belongs to the session."""
    return {name: request.POST.getlist(name) for name in request.POST if name not in LEFT_OUT}


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep what is being typed into one of the product's own forms; asked by the page itself now and then."""
    form = request.POST.get("form", "")
    if not _is_form(form):
        return HttpResponse(status=404)
    _refuse_others(request, form)
    drafts.keep(request.user, form, step=request.POST.get("step", "")[:20], typed=typed_in(request))  # type: ignore[arg-type]
    return HttpResponse(status=204)


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Forget what was typed, and open the form anew."""
    form = request.POST.get("form", "")
    drafts.discard(request.user, form)  # type: ignore[arg-type]
    is_ours = url_has_allowed_host_and_scheme(form, allowed_hosts=None)
    return redirect(form if is_ours and _is_form(form) else "deals:dashboard")


def _refuse_others(request: HttpRequest, form: str) -> None:
    """Only who may send the form keeps what is typed into it: 404 for a deal they may not see, 403 where they may."""
    if code := resolve(form).kwargs.get("code"):
        deal = get_object_or_404(permissions.visible_deals(request.user), code=code)
        allowed = permissions.may_change(request.user, deal)
    else:
        allowed = permissions.may_edit(request.user)
    if not allowed:
        raise PermissionDenied


def _is_form(path: str) -> bool:
    try:
        found = resolve(path)
    except Resolver404:
        return False
    return bool(getattr(found.func, "keeps_typed", False))


class KeepTypedMiddleware(LoginRequiredMiddleware):
    """Asks for the sign-in, and keeps what was sent with a form by somebody whose session had ended: it waits in the
    new session, and comes back once they have signed in again."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        # What is saved while it is being typed comes with the address of its form.
        form = request.POST.get("form", "") if view_func is save else request.path
        if request.method == "POST" and _is_form(form):
            typed = typed_in(request)
            if sum(len(text) for texts in typed.values() for text in texts) <= drafts.MOST_LETTERS:
                request.session[KEPT] = {"form": form, "typed": typed, "by": request.POST.get("by")}
        if request.headers.get("HX-Request"):
            # The whole page goes to the sign-in, not the part that was to be exchanged.
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        if request.method == "POST":
            return redirect_to_login(request.path, resolve_url(self.get_login_url(view_func)))
        return super().handle_no_permission(request, view_func)


def take_over(request: HttpRequest) -> None:
    """Make a draft of what was sent after the session ended, now that its owner has signed in again; what somebody
    else typed is forgotten."""
    kept = request.session.get(KEPT)
    if kept and kept["form"] == request.path:
        del request.session[KEPT]
        if kept["by"] == str(request.user.pk):
            drafts.keep(request.user, kept["form"], typed=kept["typed"])  # type: ignore[arg-type]
