"""Obstacles, ranked by what they hold up, and one with its deals."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from deals import permissions
from deals.exporting import audiences
from deals.exporting import obstacles as exporting
from deals.exporting.tables import Export
from deals.filters import ObstacleFilter
from deals.forms import screens
from deals.reports import obstacles as reports

from .exports import Asked, exported
from .pages import deals_at, obstacles_among, page, screen_of


@require_safe
def obstacle_list(request: HttpRequest) -> HttpResponse:
    """What stands in the way, who must act, and what waits for each."""
    screen = screen_of(request)
    asked = _filter(request.GET)
    problems = [*screen.problems, *asked.problems]
    held = None
    if not problems:
        deals, among = deals_at(request, screen), obstacles_among(request, screen)
        held = reports.held_up(screen.at, deals=deals, among=among, **asked.wanted)
    keep = {name: text for name, text in asked.data.items() if text and name in asked.filters}
    return page(
        request,
        "deals/obstacles/list.html",
        screen=screen,
        here="obstacles",
        obstacles_asked=asked,
        keep=keep,
        problems=problems,
        held=held,
        wants_resolved=keep.get("state") == "resolved",
    )


@require_safe
def obstacle_list_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """What stands in the way and what waits for each, as a file; words of the house, so not for everybody."""

    def make(asked: Asked) -> Export | None:
        found, screen = _filter(asked.question), asked.screen
        asked.problems += [*found.problems, *audiences.problems(screen, asked.audience, filters=["obstacle"])]
        if asked.problems:
            return None
        deals = deals_at(request, screen)
        held = reports.held_up(
            screen.at,
            deals=permissions.cleared(deals, asked.audience),
            among=obstacles_among(request, screen, asked.audience),
            **found.wanted,
        )
        told = audiences.of(deals, screen, asked.audience)
        is_resolved = found.form.cleaned_data.get("state") == "resolved"
        return exporting.export(held, screen, asked.making, told, filters=found.in_words, resolved=is_resolved)

    return exported(request, form, of=reverse("deals:obstacle-list"), here="obstacles", make=make, own=None)


def _filter(asked: QueryDict) -> ObstacleFilter:
    return ObstacleFilter({name: text for name, text in asked.items() if name not in screens.PARAMETERS})


@require_safe
def obstacle_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One obstacle: what it holds up, its deals, its history."""
    screen = screen_of(request, ())
    found = permissions.visible_obstacles(request.user).select_related("body", "sector")
    obstacle = get_object_or_404(found, pk=pk)
    report = None
    if not screen.problems:
        deals, among = deals_at(request, screen), obstacles_among(request, screen)
        edits = permissions.may_see_history(request.user)
        report = reports.obstacle_report(screen.at, obstacle, deals=deals, among=among, edits=edits)
    return page(request, "deals/obstacles/page.html", screen=screen, here="obstacles", obstacle=obstacle, report=report)
