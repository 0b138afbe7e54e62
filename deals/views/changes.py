"""What changed between two moments: the bridge of the dashboard, and the ledger entries behind each of its steps."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deals import permissions
from deals.choices import Band
from deals.forms import screens
from deals.forms.screens import Screen
from deals.models import Deal
from deals.reports import bridge
from deals.reports.bridge import Comparison

from .pages import asked_for, page, screen_of

OWN = ("step", "band", "page")


def comparison_of(screen: Screen) -> Comparison:
    """What the screen is compared with."""
    return bridge.compared(screen.at, since=screen.since, then=screens.end_of(screen.since), chosen=screen.compare)


def compared_deals(request: HttpRequest, comparison: Comparison) -> QuerySet[Deal]:
    """The deals the person may see, with those that were archived after the earlier moment: they stood in it."""
    return permissions.visible_deals(request.user, comparison.before.known_at)


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """The entries behind a step of the bridge, of the deals that the filters of the list ask for."""
    screen = screen_of(request)
    step, band, number = (request.GET.get(name, "") for name in OWN)
    comparison = comparison_of(screen)
    question = request.GET.copy()
    for name in OWN:
        question.pop(name, None)
    deals = compared_deals(request, comparison)
    asked = asked_for(request, question, screen.at, deals)
    problems = [*screen.problems, *asked.problems, *_problems(step, band)]
    report = None
    if not problems:
        report = bridge.changes(
            comparison,
            deals=asked.deals if asked.asked else deals,
            openings=asked.takes_in_openings,
            step=step,
            band=band,
            page=_number(number),
        )
        if report.rows is None:
            problems.append(_("There is no page %(page)s: no rows are shown.") % {"page": number[:20]})
    own: dict[str, Any] = {"step": step if step in bridge.STEPS else "", "band": band}
    return page(
        request,
        "deals/changes/page.html",
        screen=screen,
        here="dashboard",
        comparison=comparison,
        asked=asked,
        report=report,
        problems=problems,
        keep={name: value for name, value in {**asked.asked, **own}.items() if value},
        **own,
    )


def _number(text: str) -> int:
    return (int(text) if text.isdecimal() and len(text) < 9 else 0) if text else 1


def _problems(step: str, band: str) -> list[str]:
    problems = []
    if step and step not in bridge.STEPS:
        problems.append(_("There is no step “%(name)s”; no rows are shown.") % {"name": step})
    if band and band not in Band.values:
        problems.append(_("There is no band “%(name)s”; no rows are shown.") % {"name": band})
    return problems
