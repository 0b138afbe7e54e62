"""The dashboard: the figures of all deals, and of those of one enterprise, sector, partner or US state."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deals import permissions
from deals.choices import Release
from deals.exporting import audiences
from deals.exporting import dashboard as exporting
from deals.exporting import parties as of_parties
from deals.exporting.dashboard import Board
from deals.exporting.tables import Export
from deals.forms.audiences import one_partner
from deals.forms.screens import WORLD, Screen
from deals.models import Deal
from deals.periods import Moment
from deals.reports import dashboard as reports
from deals.reports.obstacles import held_up
from deals.reports.parties import Party
from deals.reports.scopes import OWN, WHOLE, Scope
from deals.reports.trade import Trade, trade
from deals.reports.upcoming import upcoming

from .changes import compared_deals, comparison_of
from .exports import Asked, exported
from .pages import deals_at, obstacles_among
from .remembering import figures_page


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Signed against pending value against the target, on one screen."""
    return figures_page(
        request,
        "deals/dashboard/_board.html",
        here="dashboard",
        title=_("Overview"),
        figures=lambda screen: figures_of(request, screen, _all(request)),
    )


def _all(request: HttpRequest) -> Scope:
    return WHOLE if permissions.sees_everything(request.user) else OWN


def figures_of(
    request: HttpRequest, screen: Screen, scope: Scope, audience: Release = Release.INTERNAL
) -> dict[str, Any]:
    """What the blocks of a page of figures are drawn from, as far as it may be told to the audience: nothing while the
    address asks for what is not there."""
    if screen.problems:
        return {"report": None, "scope": scope}
    comparison, deals = comparison_of(screen), permissions.cleared(deals_at(request, screen), audience)
    report = reports.dashboard(
        screen.at,
        reading=screen.reading,
        target=screen.target if scope.is_whole else None,
        deals=deals,
        scope=scope,
        compared=reports.Compared(comparison, permissions.cleared(compared_deals(request, comparison), audience)),
        is_today=screen.is_today,
    )
    coming = None
    if screen.is_today:
        today = scope.of(permissions.cleared(permissions.visible_deals(request.user), audience))
        coming = upcoming(screen.today, deals=today, steps=audience in permissions.WORDS_OF_THE_HOUSE)
    return {
        "report": report,
        "scope": scope,
        "upcoming": coming,
        "held": held_up(
            screen.at,
            deals=scope.of(deals),
            among=obstacles_among(request, screen, audience),
            only_felt=bool(scope.by),
        ),
        "trade": _trade(request, screen) if scope.is_whole else None,
    }


@require_safe
def dashboard_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The tables of the overview, as a file."""
    of = reverse("deals:dashboard")
    return figures_exported(request, form, of=of, here="dashboard", title=_("Overview"), scope=_all(request))


PartyReport = Callable[[Moment, Scope, QuerySet[Deal]], Party]


def figures_exported(
    request: HttpRequest, form: str, *, of: str, here: str, title: str, scope: Scope, party: PartyReport | None = None
) -> HttpResponseBase:
    """The tables of a page of figures, as a file; `party` is what it has beside its figures, of the deals that may be
    told of. What is not itemised and what was shown before are told within the ministry alone."""

    def make(asked: Asked) -> Export | None:
        screen, audience = asked.screen, asked.audience
        asked.problems += audiences.problems(screen, audience)
        asked.problems += one_partner(audience, scope.key if scope.by == "partner" else "")
        if scope.by:
            asked.problems += audiences.nothing(scope.of(deals_at(request, screen)), audience)
        if asked.problems:
            return None
        is_inside = audience == Release.INTERNAL
        within = scope if is_inside or not scope.is_whole else OWN
        shown = screen if is_inside else replace(screen, compare=WORLD)
        found = figures_of(request, shown, within, audience)
        deals = deals_at(request, screen)
        beside = party(screen.at, within, permissions.cleared(deals, audience)) if party else None
        others = of_parties.beside(beside, screen, audience) if beside else []
        told = audiences.of(within.of(deals), screen, audience, partner=title if scope.by == "partner" else "")
        board = Board(title, found["report"], found["held"], found["upcoming"], others)
        name = "-".join(["figures", within.by, within.key.lower()]) if within.by else "figures"
        return exporting.dashboard(name, board, screen, asked.making, told)

    return exported(request, form, of=of, here=here, make=make)


def _trade(request: HttpRequest, screen: Screen) -> Trade:
    return trade(screen.at, flows=permissions.visible_trade(request.user, screen.at.known_at))
