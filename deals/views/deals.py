"""The deals list, and a deal."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deals import permissions, tables
from deals.reports import deals as reports
from deals.reports import lists

from .pages import page, screen_of


@require_safe
def deal_list(request: HttpRequest) -> HttpResponse:
    """The deals asked for, a page at a time, with the totals of all of them."""
    screen = screen_of(request)
    asked = lists.asked_for(request.GET, deals=permissions.visible_deals(request.user), at=screen.at)
    problems = [*screen.problems, *asked.problems]
    number = request.GET.get("page", "1")
    report = None
    if not problems:
        report = lists.deal_list(asked, page=int(number) if number.isdecimal() and len(number) < 9 else 0)
        if report.page is None:
            problems.append(
                _("There is no page %(page)s: the list has %(pages)s. No rows are shown.")
                % {"page": number[:20], "pages": report.pages}
            )
    return page(
        request,
        "deals/deals/list.html",
        screen=screen,
        here="deals",
        asked=asked,
        report=report,
        problems=problems,
        columns=tables.deal_columns(screen.reading),
    )


@require_safe
def deal_detail(request: HttpRequest, code: str) -> HttpResponse:
    """All that is known of a deal."""
    screen = screen_of(request)
    deals = permissions.visible_deals(request.user).select_related("enterprise__group", "partner", "sector", "officer")
    deal = get_object_or_404(deals, code=code)
    report = None if screen.problems else reports.deal_report(deal, screen.at)
    return page(request, "deals/deals/page.html", screen=screen, here="deals", deal=deal, report=report)
