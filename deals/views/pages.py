"""What every page of ours is given."""

from collections.abc import Collection
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from deals import permissions
from deals.choices import Release
from deals.filters import Offered
from deals.forms import screens, what_if
from deals.forms.screens import Screen
from deals.models import Deal, Obstacle
from deals.models.standing import standing
from deals.periods import Moment
from deals.reports import lists

# What an address may ask for several of: deals to change or to suppose something of, topics of a timeline.
MANY = {"deal", "show", *what_if.KINDS, *what_if.TYPED}


def screen_of(request: HttpRequest, own: Collection[str] | None = None) -> Screen:
    """The moment and the reading that the address asks for. What it names besides them and the page's `own` parameters
    is a problem, and what it asks for twice: a misspelt day does not pass for today, nor the last of two days for both.
    None: the page sees to what it does not know itself, or shows no figures."""
    screen = screen_from(request, request.GET)
    unknown = [] if own is None else sorted(set(request.GET) - {*screens.PARAMETERS, *own})
    screen.problems.extend(
        _("There is no filter “%(name)s” on this page; no figures are shown.") % {"name": name} for name in unknown
    )
    screen.problems.extend(
        _("The address asks for “%(name)s” more than once, each time differently; no figures are shown.")
        % {"name": name}
        for name in sorted(request.GET)
        if name not in MANY and len({text for text in request.GET.getlist(name) if text}) > 1
    )
    return screen


def screen_from(request: HttpRequest, asked: QueryDict) -> Screen:
    """The moment and the reading that an address or a form asks for. Briefings of all deals are compared with by those
    who see all deals."""
    sees_everything = permissions.sees_everything(request.user)
    return screens.read(asked, today=timezone.localdate(), with_briefings=sees_everything)


def deals_at(request: HttpRequest, screen: Screen) -> QuerySet[Deal]:
    """The deals the person may see that there were at the moment of the screen."""
    return standing(permissions.visible_deals(request.user, screen.at.known_at), screen.at)


def asked_for(
    request: HttpRequest, question: QueryDict, at: Moment, deals: QuerySet[Deal] | None = None
) -> lists.ListFilter:
    """The deals that the question asks for, of those the person may see; of the given ones where some are."""
    sees_everything = permissions.sees_everything(request.user)
    offered = None if sees_everything else _offered(request.user)
    of_all = sees_everything and deals is None
    if deals is None:
        deals = permissions.visible_deals(request.user, at.known_at)
    return lists.asked_for(question, deals=deals, at=at, offered=offered, of_all=of_all)


def obstacles_among(
    request: HttpRequest, screen: Screen, audience: Release = Release.INTERNAL
) -> QuerySet[Obstacle] | None:
    """The obstacles that may be told of, to the audience; None: all."""
    person = request.user
    if permissions.sees_everything(person) and audience == Release.INTERNAL:
        return None
    return permissions.cleared_obstacles(permissions.visible_obstacles(person, screen.at.known_at), audience)


def _offered(person: permissions.Person) -> Offered:
    """What the filters of the lists offer to somebody who does not see everything."""
    enterprises = permissions.visible_enterprises(person)
    return {
        "group": enterprises,
        "enterprise": enterprises,
        "partner": permissions.visible_partners(person),
        "obstacle": permissions.visible_obstacles(person),
    }


def numbered(request: HttpRequest, rows: QuerySet[Any], size: int) -> Page:
    """The page of the rows that the address asks for, the first where it asks for none. Http404 where there is no such
    page."""
    pages, number = Paginator(rows, size), request.GET.get("page", "1")
    if not (number.isdecimal() and len(number) < 9 and 1 <= int(number) <= pages.num_pages):
        raise Http404
    return pages.page(int(number))


def may_edit(request: HttpRequest) -> bool:
    """Whether the person may change records."""
    return permissions.may_edit(request.user)


def requests_for(request: HttpRequest) -> int:
    """How many requests and imports wait for the person, or were returned to them. One query, once a page."""
    known = request.__dict__
    if "own_requests" not in known:
        requests, imports = permissions.own_requests(request.user), permissions.imports_to_confirm(request.user)
        waiting = (found.order_by().values_list(Value(1)) for found in (requests, imports))
        known["own_requests"] = next(waiting).union(*waiting, all=True).count()
    found: int = known["own_requests"]
    return found


def rights(request: HttpRequest) -> dict[str, Any]:
    """What pages that others render ask about the person: what the person may do, asked only where it is needed."""
    return {
        "may_edit": lambda: permissions.may_edit(request.user),
        "may_list_imports": lambda: permissions.may_list_imports(request.user),
        "may_see_audit": lambda: permissions.may_see_audit(request.user),
        "may_see_requests": lambda: permissions.sees_everything(request.user),
        "to_confirm": lambda: requests_for(request),
        "may_administer": lambda: permissions.may_use_admin(request.user),
    }


def page(request: HttpRequest, template: str, *, screen: Screen, here: str, **context: Any) -> HttpResponse:
    """A page at a screen; `here` names the part of the product it belongs to. The page of a deal knows whether that one
    may be changed."""
    deal = context.get("deal")
    editable = permissions.may_change(request.user, deal) if deal else may_edit(request)
    return render(request, template, {"screen": screen, "here": here, "may_edit": editable, **context})
