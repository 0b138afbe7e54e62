"""US partners: the index, and one with what it sells."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from deals import permissions
from deals.reports import parties, scopes

from .pages import page, screen_of
from .parties import scope_page


@require_safe
def partner_list(request: HttpRequest) -> HttpResponse:
    """All US partners with their figures."""
    screen = screen_of(request)
    report = None
    if not screen.problems:
        report = parties.partners(
            screen.at,
            partners=permissions.visible_partners(request.user, screen.at.known_at),
            deals=permissions.visible_deals(request.user, screen.at.known_at),
        )
    return page(request, "deals/partners/list.html", screen=screen, here="partners", report=report)


@require_safe
def partner_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One US partner: figures, sectors, buyers, deals."""
    partner = get_object_or_404(permissions.visible_partners(request.user), slug=slug)
    return scope_page(
        request,
        "deals/partners/_board.html",
        here="partners",
        title=str(partner),
        scope=lambda: scopes.of_partner(partner),
        party=lambda at, scope, deals: parties.partner(at, partner, scope, deals=deals),
        beside=lambda: {"partner": partner},
    )
