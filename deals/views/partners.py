"""US partners: the index, and one with what it sells."""

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
from deals.models import Partner
from deals.reports import parties, scopes

from .dashboard import PartyReport, figures_exported
from .exports import Asked, exported
from .pages import page, screen_of
from .parties import scope_page


@require_safe
def partner_list(request: HttpRequest) -> HttpResponse:
    """All US partners with their figures."""
    screen = screen_of(request, ())
    report = None
    if not screen.problems:
        report = parties.partners(
            screen.at,
            partners=permissions.visible_partners(request.user, screen.at.known_at),
            deals=permissions.visible_deals(request.user, screen.at.known_at),
        )
    return page(request, "deals/partners/list.html", screen=screen, here="partners", report=report)


@require_safe
def partner_list_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """All US partners with their figures, as a file."""

    def make(asked: Asked) -> Export | None:
        at = asked.screen.at
        asked.problems += audiences.problems(asked.screen, asked.audience) + one_partner(asked.audience, "")
        if asked.problems:
            return None
        deals = permissions.visible_deals(request.user, at.known_at)
        report = parties.partners(
            at,
            partners=permissions.visible_partners(request.user, at.known_at),
            deals=permissions.cleared(deals, asked.audience),
        )
        told = audiences.of(deals, asked.screen, asked.audience)
        return exporting.partners(report, asked.screen, asked.making, told)

    return exported(request, form, of=reverse("deals:partner-list"), here="partners", make=make)


def _party(partner: Partner) -> PartyReport:
    return lambda at, scope, deals: parties.partner(at, partner, scope, deals=deals)


@require_safe
def partner_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One US partner: figures, sectors, buyers, deals."""
    partner = get_object_or_404(permissions.visible_partners(request.user), slug=slug)
    return scope_page(
        request,
        "deals/partners/_board.html",
        here="partners",
        title=str(partner),
        scope=lambda: scopes.of_partner(partner),
        party=_party(partner),
        beside=lambda: {"partner": partner},
    )


@require_safe
def partner_export(request: HttpRequest, slug: str, form: str) -> HttpResponseBase:
    """The tables of a US partner, as a file."""
    partner = get_object_or_404(permissions.visible_partners(request.user), slug=slug)
    scope = scopes.of_partner(partner)
    return figures_exported(
        request,
        form,
        of=partner.get_absolute_url(),
        here="partners",
        title=partner.name,
        scope=scope,
        party=_party(partner),
    )
