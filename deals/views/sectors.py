"""One sector with what is bought in it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from deals import permissions
from deals.models import Sector
from deals.reports import parties, scopes

from .dashboard import figures_of
from .pages import page, screen_of


@require_safe
def sector_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One sector: figures, buyers, sellers, deals."""
    screen = screen_of(request)
    sector = get_object_or_404(Sector.objects.active(), code=code)
    scope = scopes.of_sector(sector)
    party = None
    if not screen.problems:
        party = parties.largest_deals(screen.at, scope, deals=permissions.visible_deals(request.user))
    figures = figures_of(request, screen, scope)
    return page(
        request, "deals/sectors/page.html", screen=screen, here="dashboard", sector=sector, party=party, **figures
    )
