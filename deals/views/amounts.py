"""Amounts as they are being typed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from deals.forms import amounts, echoes


@require_safe
def echo(request: HttpRequest) -> HttpResponse:
    """What the amount typed so far is, in digits and words; a fragment. `field` names the field of the form, `negative`
    says that the amount may be below zero."""
    asked = request.GET
    name = asked.get("field") or "amount"
    values = [asked.get(key) for key in (f"{name}_0", f"{name}_1", f"{name}_2", amounts.beside(name))]
    said = echoes.echo(name, echoes.Parts.of(values), allow_negative="negative" in asked)
    return render(request, "components/_amount_echo.html", {"echo": said})
