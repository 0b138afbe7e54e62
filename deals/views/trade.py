"""The trade balance of Vietnam with the United States."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deals import permissions
from deals.choices import Reporter
from deals.exporting import audiences
from deals.exporting import trade as exporting
from deals.exporting.tables import Export
from deals.reports import trade as reports

from .exports import Asked, exported
from .pages import page, screen_of


@require_safe
def trade(request: HttpRequest) -> HttpResponse:
    """All periods of all reporters, one of them as a picture."""
    if not permissions.sees_everything(request.user):
        raise PermissionDenied
    screen = screen_of(request, ("reporter",))
    reporter = request.GET.get("reporter", "")
    problems = [*screen.problems, *_problems(reporter)]
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


@require_safe
def trade_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """All periods of all reporters, as a file."""
    if not permissions.sees_everything(request.user):
        raise PermissionDenied

    def make(asked: Asked) -> Export | None:
        asked.problems += _problems(asked.question.get("reporter", ""))
        asked.problems += audiences.problems(asked.screen, asked.audience)
        if asked.problems:
            return None
        at = asked.screen.at
        report = reports.trade(at, flows=permissions.visible_trade(request.user, at.known_at))
        return exporting.trade(report, asked.screen, asked.making, audiences.house(asked.audience))

    return exported(request, form, of=reverse("deals:trade"), here="trade", make=make, own=("reporter",))


def _problems(reporter: str) -> list[str]:
    if not reporter or reporter in Reporter.values:
        return []
    return [
        _("There is no reporter “%(reporter)s”: choose one of those on this page; no figures are shown.")
        % {"reporter": reporter[:40]}
    ]
