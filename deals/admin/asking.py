"""Where a page of the admin needs a second person: the whole of it is asked for, and none of it is saved."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from deals.actions import confirmations
from deals.actions.proposals import ConfirmationNeededError


def asked_for(request: HttpRequest, error: ValidationError | IntegrityError) -> HttpResponse:
    """The page of the request for what a second person must confirm; any other refusal, and one of what cannot be asked
    for, is raised."""
    if not isinstance(error, ConfirmationNeededError):
        raise error
    by: Any = request.user
    asked = confirmations.ask(error, by=by, form=request.path)
    said = _("A second person must confirm this. All of it was asked for, and none of it counts until then.")
    messages.success(request, said)
    return redirect(asked)
