"""One sector with what is bought in it."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from deals import permissions
from deals.reports import scopes

from .dashboard import figures_exported
from .parties import largest, scope_page


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
        party=largest,
        beside=lambda: {"sector": sector},
    )


@require_safe
def sector_export(request: HttpRequest, code: str, form: str) -> HttpResponseBase:
    """The tables of a sector, as a file."""
    sector = get_object_or_404(permissions.visible_sectors(request.user), code=code)
    of, scope = reverse("deals:sector-detail", args=[code]), scopes.of_sector(sector)
    return figures_exported(request, form, of=of, here="dashboard", title=sector.name, scope=scope, party=largest)
