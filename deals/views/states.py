"""One US state with what its partners sell."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from deals import permissions
from deals.choices import USState
from deals.reports import scopes

from .dashboard import figures_exported
from .parties import largest, scope_page


@require_safe
def state_detail(request: HttpRequest, state: str) -> HttpResponse:
    """One US state: figures, its partners, their buyers, deals."""
    if state not in USState.values:
        raise Http404
    return scope_page(
        request,
        "deals/states/_board.html",
        here="partners",
        title=str(USState(state).label),
        scope=lambda: scopes.of_state(state),
        party=largest,
        beside=lambda: {
            "state": USState(state),
            "partners": permissions.visible_partners(request.user).filter(state=state),
        },
    )


@require_safe
def state_export(request: HttpRequest, state: str, form: str) -> HttpResponseBase:
    """The tables of a US state, as a file."""
    if state not in USState.values:
        raise Http404
    of, scope = reverse("deals:state-detail", args=[state]), scopes.of_state(state)
    return figures_exported(
        request, form, of=of, here="partners", title=str(USState(state).label), scope=scope, party=largest
    )
