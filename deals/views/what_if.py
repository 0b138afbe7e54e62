"""What if: the figures under changes that are only supposed. The address holds all of them; nothing is stored."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deals import permissions
from deals.forms import what_if as forms
from deals.reports import what_if as reports

from .pages import deals_at, page, screen_of


@require_safe
def what_if(request: HttpRequest) -> HttpResponse:
    """Signed, pending and the gap to the target before and after; a form sent is led to its short address."""
    screen, asked = screen_of(request, (*forms.KINDS, *forms.TYPED)), forms.read(request.GET)
    problems = [*screen.problems, *asked.problems]
    if asked.is_loose and not problems:
        return redirect(reverse("deals:what-if") + screen.query(**asked.state))
    report = None
    if not screen.problems:
        changes = [] if problems else asked.changes
        deals = deals_at(request, screen)
        whole = permissions.sees_everything(request.user)
        target = screen.target if whole else None
        report = reports.what_if(screen.at, changes, reading=screen.reading, target=target, deals=deals, openings=whole)
        problems += [
            _("There is no deal “%(code)s”; no figures are shown.") % {"code": code} for code in report.unknown
        ]
    rows = {each.deal.code: each.deal for each in report.supposed} if report else {}
    rows |= {deal.code: deal for deal in report.offered if deal.code not in rows} if report else {}
    return page(
        request,
        "deals/what_if/page.html",
        screen=screen,
        here="dashboard",
        asked=asked,
        report=report,
        problems=problems,
        rows=[(deal, asked.choices(code)) for code, deal in rows.items()],
        keep=asked.state,
    )
