"""One US state with what its partners sell."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from deals import permissions
from deals.choices import USState
from deals.reports import parties, scopes

from .dashboard import figures_of
from .pages import page, screen_of


@require_safe
def state_detail(request: HttpRequest, state: str) -> HttpResponse:
    """One US state: figures, its partners, their buyers, deals."""
    if state not in USState.values:
        raise Http404
    screen = screen_of(request)
    scope = scopes.of_state(state)
    party = None
    partners = permissions.visible_partners(request.user).filter(state=state)
    if not screen.problems:
        party = parties.largest_deals(screen.at, scope, deals=permissions.visible_deals(request.user))
    return page(
        request,
        "deals/states/page.html",
        screen=screen,
        here="partners",
        state=USState(state),
        partners=partners,
        party=party,
        **figures_of(request, screen, scope),
    )
