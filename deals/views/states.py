"""One US state with what its partners sell."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from deals import permissions
from deals.choices import USState
from deals.reports import parties, scopes

from .dashboard import figures_exported, figures_of
from .pages import screen_of
from .remembering import figures_page


@require_safe
def state_detail(request: HttpRequest, state: str) -> HttpResponse:
    """One US state: figures, its partners, their buyers, deals."""
    if state not in USState.values:
        raise Http404
    screen = screen_of(request)

    def figures() -> dict[str, Any]:
        scope = scopes.of_state(state)
        partners = permissions.visible_partners(request.user).filter(state=state)
        found = {"state": USState(state), "partners": partners, **figures_of(request, screen, scope)}
        if not screen.problems:
            deals = permissions.visible_deals(request.user, screen.at.known_at)
            found["party"] = parties.largest_deals(screen.at, scope, deals=deals)
        return found

    return figures_page(
        request,
        "deals/states/_board.html",
        screen=screen,
        here="partners",
        title=str(USState(state).label),
        figures=figures,
    )


@require_safe
def state_export(request: HttpRequest, state: str, form: str) -> HttpResponseBase:
    """The tables of a US state, as a file."""
    if state not in USState.values:
        raise Http404
    of, scope = reverse("deals:state-detail", args=[state]), scopes.of_state(state)
    return figures_exported(request, form, of=of, here="partners", title=str(USState(state).label), scope=scope)
