"""What every page of ours is given."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from deals import permissions
from deals.forms import screens
from deals.forms.screens import Screen


def screen_of(request: HttpRequest) -> Screen:
    """The day and the reading that the address asks for."""
    return screens.read(request.GET, today=timezone.localdate())


def page(request: HttpRequest, template: str, *, screen: Screen, here: str, **context: Any) -> HttpResponse:
    """A page at a screen; `here` names the part of the product it belongs to."""
    return render(
        request,
        template,
        {"screen": screen, "here": here, "may_edit": permissions.may_edit(request.user), **context},
    )
