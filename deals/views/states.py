"""One US state with what its partners sell."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from deals import permissions
from deals.choices import USState
from deals.reports import parties, scopes

from .parties import scope_page


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
        party=lambda at, scope, deals: parties.largest_deals(at, scope, deals=deals),
        beside=lambda: {
            "state": USState(state),
            "partners": permissions.visible_partners(request.user).filter(state=state),
        },
    )
