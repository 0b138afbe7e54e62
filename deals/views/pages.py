"""What every page of ours is given."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from deals import permissions
from deals.forms import screens
from deals.forms.screens import Screen
from deals.models import Deal, recorded


def screen_of(request: HttpRequest) -> Screen:
    """The moment and the reading that the address asks for."""
    return screens.read(request.GET, today=timezone.localdate())


def deals_at(request: HttpRequest, screen: Screen) -> QuerySet[Deal]:
    """The deals the person may see, as known at the moment of the screen."""
    return recorded.among(permissions.visible_deals(request.user), screen.at.known_at)


def may_edit(request: HttpRequest) -> bool:
    """Whether the person may change records."""
    return permissions.may_edit(request.user)


def rights(request: HttpRequest) -> dict[str, Any]:
    """What pages that others render ask about the person: what the person may do, asked only where it is needed."""
    return {
        "may_edit": lambda: permissions.may_edit(request.user),
        "may_see_audit": lambda: permissions.may_see_audit(request.user),
    }


def page(request: HttpRequest, template: str, *, screen: Screen, here: str, **context: Any) -> HttpResponse:
    """A page at a screen; `here` names the part of the product it belongs to."""
    return render(
        request,
        template,
        {"screen": screen, "here": here, "may_edit": may_edit(request), **context},
    )
