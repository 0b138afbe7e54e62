"""The page of one enterprise, sector, partner or US state: the dashboard of its deals, with what it is beside them."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from deals import permissions
from deals.forms.screens import Screen
from deals.models import Deal
from deals.periods import Moment
from deals.reports import parties
from deals.reports.parties import Party
from deals.reports.scopes import Scope

from .dashboard import PartyReport, figures_of
from .remembering import figures_page


def largest(at: Moment, scope: Scope, deals: QuerySet[Deal]) -> Party:
    """What stands beside the figures of a sector or a US state."""
    return parties.largest_deals(at, scope, deals=deals)


def scope_page(
    request: HttpRequest,
    board: str,
    *,
    here: str,
    title: str,
    scope: Callable[[], Scope],
    party: PartyReport,
    beside: Callable[[], dict[str, Any]],
) -> HttpResponse:
    """The page that the template `board` draws of the scope. All three questions are asked only where the page is not
    remembered."""

    def figures(screen: Screen) -> dict[str, Any]:
        of = scope()
        found = {**beside(), **figures_of(request, screen, of)}
        if not screen.problems:
            found["party"] = party(screen.at, of, permissions.visible_deals(request.user, screen.at.known_at))
        return found

    return figures_page(request, board, here=here, title=title, figures=figures)
