"""Obstacles, ranked by what they hold up, and one with its deals."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from deals import permissions
from deals.filters import ObstacleFilter
from deals.forms import screens
from deals.reports import obstacles as reports

from .pages import deals_at, obstacles_among, page, screen_of


@require_safe
def obstacle_list(request: HttpRequest) -> HttpResponse:
    """What stands in the way, who must act, and what waits for each."""
    screen = screen_of(request)
    asked = ObstacleFilter({name: text for name, text in request.GET.items() if name not in screens.PARAMETERS})
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
def obstacle_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One obstacle: what it holds up, its deals, its history."""
    screen = screen_of(request)
    found = permissions.visible_obstacles(request.user).select_related("body", "sector")
    obstacle = get_object_or_404(found, pk=pk)
    report = None
    if not screen.problems:
        deals, among = deals_at(request, screen), obstacles_among(request, screen)
        edits = permissions.may_see_history(request.user)
        report = reports.obstacle_report(screen.at, obstacle, deals=deals, among=among, edits=edits)
    return page(request, "deals/obstacles/page.html", screen=screen, here="obstacles", obstacle=obstacle, report=report)
