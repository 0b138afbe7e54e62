"""Enterprises: the index, and one with what it buys."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from deals import permissions
from deals.exporting import audiences
from deals.exporting import parties as exporting
from deals.exporting.tables import Export
from deals.forms.audiences import one_partner
from deals.models import Enterprise
from deals.reports import parties, scopes

from .dashboard import PartyReport, figures_exported
from .exports import Asked, exported
from .pages import page, screen_of
from .parties import scope_page


@require_safe
def enterprise_list(request: HttpRequest) -> HttpResponse:
    """All enterprises, groups folded, with their figures."""
    screen = screen_of(request, ())
    report = None
    if not screen.problems:
        report = parties.enterprises(
            screen.at,
            enterprises=permissions.visible_enterprises(request.user, screen.at.known_at),
            deals=permissions.visible_deals(request.user, screen.at.known_at),
        )
    return page(request, "deals/enterprises/list.html", screen=screen, here="enterprises", report=report)


@require_safe
def enterprise_list_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """All enterprises with their figures, as a file."""

    def make(asked: Asked) -> Export | None:
        at = asked.screen.at
        asked.problems += audiences.problems(asked.screen, asked.audience) + one_partner(asked.audience, "")
        if asked.problems:
            return None
        deals = permissions.visible_deals(request.user, at.known_at)
        report = parties.enterprises(
            at,
            enterprises=permissions.visible_enterprises(request.user, at.known_at),
            deals=permissions.cleared(deals, asked.audience),
        )
        told = audiences.of(deals, asked.screen, asked.audience)
        return exporting.enterprises(report, asked.screen, asked.making, told)

    return exported(request, form, of=reverse("deals:enterprise-list"), here="enterprises", make=make)


def _parent(request: HttpRequest, enterprise: Enterprise) -> Enterprise | None:
    """The enterprise above, for whom may see it."""
    return permissions.visible_enterprises(request.user).filter(subsidiaries=enterprise).first()


def _party(enterprise: Enterprise) -> PartyReport:
    return lambda at, scope, deals: parties.enterprise(at, enterprise, scope, deals=deals)


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
        party=_party(enterprise),
        beside=lambda: {"enterprise": enterprise, "parent": _parent(request, enterprise)},
    )


@require_safe
def enterprise_export(request: HttpRequest, code: str, form: str) -> HttpResponseBase:
    """The tables of an enterprise, as a file."""
    enterprise = get_object_or_404(permissions.visible_enterprises(request.user).select_related("group"), code=code)
    scope = scopes.of_enterprise(enterprise)
    return figures_exported(
        request,
        form,
        of=enterprise.get_absolute_url(),
        here="enterprises",
        title=enterprise.short_name,
        scope=scope,
        party=_party(enterprise),
    )
