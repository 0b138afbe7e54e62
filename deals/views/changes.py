"""What changed between two moments: the bridge of the dashboard, and the ledger entries behind each of its steps."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deals import permissions
from deals.choices import Band
from deals.exporting import audiences
from deals.exporting import ledger as ledgers
from deals.exporting.tables import Export
from deals.filters import DealFilter
from deals.forms import screens
from deals.forms.screens import Screen
from deals.models import Deal
from deals.reports import bridge
from deals.reports.bridge import Comparison

from .exports import Asked, exported
from .pages import asked_for, page, screen_of

OWN = ("step", "band", "page")


def comparison_of(screen: Screen) -> Comparison:
    """What the screen is compared with."""
    if screen.briefing:
        return Comparison(screen.briefing.at, screen.at, is_as_shown=True)
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
    asked, deals = _entries_asked_for(request, request.GET, screen, comparison)
    problems = [*screen.problems, *asked.problems, *_problems(step, band)]
    report = None
    if not problems:
        report = bridge.changes(
            comparison,
            deals=deals,
            openings=asked.takes_in_openings,
            step=step,
            band=band,
            page=_number(number),
            is_inside=permissions.may_see_history(request.user),
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


@require_safe
def changes_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """All entries behind a step of the bridge, as a file."""
    step, band = (request.GET.get(name, "") for name in ("step", "band"))

    def make(asked: Asked) -> Export | None:
        comparison = comparison_of(asked.screen)
        found, deals = _entries_asked_for(request, asked.question, asked.screen, comparison)
        asked.problems += [*found.problems, *_problems(step, band), *audiences.inside_only(asked.audience)]
        if asked.problems:
            return None
        report, rows = bridge.all_changes(
            comparison,
            deals=deals,
            openings=found.takes_in_openings,
            step=step,
            band=band,
            is_inside=permissions.may_see_history(request.user),
        )
        filters = [*found.in_words, *([("band", _("Band"), str(Band(band).label))] if band else [])]
        return ledgers.changes(report, rows, comparison, asked.screen, asked.making, step=step, filters=filters)

    return exported(request, form, of=reverse("deals:changes"), here="dashboard", make=make, own=None)


def _entries_asked_for(
    request: HttpRequest, asked: QueryDict, screen: Screen, comparison: Comparison
) -> tuple[DealFilter, QuerySet[Deal]]:
    """The filter, and the deals whose entries it asks for: all that stood in either moment where it asks for none."""
    question = asked.copy()
    for name in OWN:
        question.pop(name, None)
    deals = compared_deals(request, comparison)
    found = asked_for(request, question, screen.at, deals)
    return found, found.deals if found.asked else deals


def _number(text: str) -> int:
    return (int(text) if text.isdecimal() and len(text) < 9 else 0) if text else 1


def _problems(step: str, band: str) -> list[str]:
    problems = []
    if step and step not in bridge.STEPS:
        problems.append(_("There is no step “%(name)s”; no rows are shown.") % {"name": step})
    if band and band not in Band.values:
        problems.append(_("There is no band “%(name)s”; no rows are shown.") % {"name": band})
    return problems
