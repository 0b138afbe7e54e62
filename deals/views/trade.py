"""The trade balance of Vietnam with the United States."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deals import permissions
from deals.choices import Reporter
from deals.reports import trade as reports

from .pages import page, screen_of


@require_safe
def trade(request: HttpRequest) -> HttpResponse:
    """All periods of all reporters, one of them as a picture."""
    if not permissions.sees_everything(request.user):
        raise PermissionDenied
    screen = screen_of(request)
    reporter = request.GET.get("reporter", "")
    problems = list(screen.problems)
    if reporter and reporter not in Reporter.values:
        problems.append(
            _("There is no reporter “%(reporter)s”: choose one of those on this page; no figures are shown.")
            % {"reporter": reporter[:40]}
        )
    report = None
    if not problems:
        flows = permissions.visible_trade(request.user, screen.at.known_at)
        report = reports.trade(screen.at, flows=flows, reporter=reporter)
    return page(
        request,
        "deals/trade/page.html",
        screen=screen,
        here="trade",
        trade=report,
        problems=problems,
        keep={"reporter": reporter} if reporter else {},
    )
