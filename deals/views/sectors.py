"""One sector with what is bought in it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from deals import permissions
from deals.reports import parties, scopes

from .parties import scope_page


@require_safe
def sector_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One sector: figures, buyers, sellers, deals."""
    sector = get_object_or_404(permissions.visible_sectors(request.user), code=code)
    return scope_page(
        request,
        "deals/sectors/_board.html",
        here="dashboard",
        title=sector.name,
        scope=lambda: scopes.of_sector(sector),
        party=lambda at, scope, deals: parties.largest_deals(at, scope, deals=deals),
        beside=lambda: {"sector": sector},
    )
