"""One sector with what is bought in it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from deals import permissions
from deals.reports import parties, scopes

from .dashboard import figures_exported, figures_of
from .pages import screen_of
from .remembering import figures_page


@require_safe
def sector_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One sector: figures, buyers, sellers, deals."""
    screen = screen_of(request)
    sector = get_object_or_404(permissions.visible_sectors(request.user), code=code)

    def figures() -> dict[str, Any]:
        scope = scopes.of_sector(sector)
        found = {"sector": sector, **figures_of(request, screen, scope)}
        if not screen.problems:
            deals = permissions.visible_deals(request.user, screen.at.known_at)
            found["party"] = parties.largest_deals(screen.at, scope, deals=deals)
        return found

    return figures_page(
        request,
        "deals/sectors/_board.html",
        screen=screen,
        here="dashboard",
        title=sector.name,
        figures=figures,
    )


@require_safe
def sector_export(request: HttpRequest, code: str, form: str) -> HttpResponseBase:
    """The tables of a sector, as a file."""
    sector = get_object_or_404(permissions.visible_sectors(request.user), code=code)
    of, scope = reverse("deals:sector-detail", args=[code]), scopes.of_sector(sector)
    return figures_exported(request, form, of=of, here="dashboard", title=sector.name, scope=scope)
