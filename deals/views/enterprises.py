"""Enterprises: the index, and one with what it buys."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from deals import permissions
from deals.models import Enterprise
from deals.reports import parties, scopes

from .pages import page, screen_of
from .parties import scope_page


@require_safe
def enterprise_list(request: HttpRequest) -> HttpResponse:
    """All enterprises, groups folded, with their figures."""
    screen = screen_of(request)
    report = None
    if not screen.problems:
        report = parties.enterprises(
            screen.at,
            enterprises=permissions.visible_enterprises(request.user, screen.at.known_at),
            deals=permissions.visible_deals(request.user, screen.at.known_at),
        )
    return page(request, "deals/enterprises/list.html", screen=screen, here="enterprises", report=report)


def _parent(request: HttpRequest, enterprise: Enterprise) -> Enterprise | None:
    """The enterprise above, for whom may see it."""
    return permissions.visible_enterprises(request.user).filter(subsidiaries=enterprise).first()


@require_safe
def enterprise_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One enterprise with those below it: figures, sectors, partners, deals."""
    enterprise = get_object_or_404(permissions.visible_enterprises(request.user).select_related("group"), code=code)
    return scope_page(
        request,
        "deals/enterprises/_board.html",
        here="enterprises",
        title=enterprise.short_name,
        scope=lambda: scopes.of_enterprise(enterprise),
        party=lambda at, scope, deals: parties.enterprise(at, enterprise, scope, deals=deals),
        beside=lambda: {"enterprise": enterprise, "parent": _parent(request, enterprise)},
    )
