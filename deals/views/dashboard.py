"""The dashboard: the figures of all deals, and of those of one enterprise, sector, partner or US state."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deals import permissions
from deals.forms.screens import Screen
from deals.reports import dashboard as reports
from deals.reports.obstacles import held_up
from deals.reports.scopes import OWN, WHOLE, Scope
from deals.reports.trade import Trade, trade
from deals.reports.upcoming import upcoming

from .changes import compared_deals, comparison_of
from .pages import deals_at, obstacles_among, screen_of
from .remembering import figures_page


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Signed against pending value against the target, on one screen."""
    screen = screen_of(request)
    return figures_page(
        request,
        "deals/dashboard/_board.html",
        screen=screen,
        here="dashboard",
        title=_("Overview"),
        figures=lambda: figures_of(request, screen, WHOLE if permissions.sees_everything(request.user) else OWN),
    )


def figures_of(request: HttpRequest, screen: Screen, scope: Scope) -> dict[str, Any]:
    """What the blocks of a page of figures are drawn from: nothing while the address asks for what is not there."""
    if screen.problems:
        return {"report": None, "scope": scope}
    comparison, deals = comparison_of(screen), deals_at(request, screen)
    report = reports.dashboard(
        screen.at,
        reading=screen.reading,
        target=screen.target if scope.is_whole else None,
        deals=deals,
        scope=scope,
        compared=reports.Compared(comparison, compared_deals(request, comparison)),
        is_today=screen.is_today,
    )
    coming = None
    if screen.is_today:
        coming = upcoming(screen.today, deals=scope.of(permissions.visible_deals(request.user)))
    return {
        "report": report,
        "scope": scope,
        "upcoming": coming,
        "held": held_up(screen.at, deals=scope.of(deals), among=obstacles_among(request, screen)),
        "trade": _trade(request, screen) if scope.is_whole else None,
    }


def _trade(request: HttpRequest, screen: Screen) -> Trade:
    return trade(screen.at, flows=permissions.visible_trade(request.user, screen.at.known_at))
