"""The dashboard."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from deals.reports import dashboard as reports

from .changes import bridge_of
from .pages import deals_at, page, screen_of


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Signed against pending value against the target, on one screen."""
    screen = screen_of(request)
    report = bridge = None
    if not screen.problems:
        deals = deals_at(request, screen)
        report = reports.dashboard(
            screen.at, reading=screen.reading, target=screen.target, deals=deals, is_today=screen.is_today
        )
        bridge = bridge_of(request, screen, closing=report.bands)
    return page(request, "deals/dashboard/page.html", screen=screen, here="dashboard", report=report, bridge=bridge)
