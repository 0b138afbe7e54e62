"""Many deals changed together: chosen in the list, looked at, then saved."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deals import permissions
from deals.actions import deals as actions
from deals.actions import refusals, submissions
from deals.forms.bulk import BulkForm
from deals.models import Deal

from .entries import form_view, led, officer_of, refuse
from .pages import asked_for, page, screen_of

MOST = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A deal with what is about to change in it: the field, as it is, as it will be."""

    deal: Deal
    changes: list[tuple[Any, Any, Any]]


@form_view
def bulk(request: HttpRequest) -> HttpResponse:
    """What is to change in the deals chosen; then old and new of each; then it is saved, all of it or nothing."""
    officer = officer_of(request)
    chosen, problems = _chosen(request)
    known = {"by": officer, "today": timezone.localdate()}
    form: Any = BulkForm(request.POST, **known) if request.method == "POST" else BulkForm(**known)
    rows: list[Row] = []
    if request.method == "POST" and not problems and form.is_valid():
        rows = _rows(chosen, form.fields_of_deal)
        stale = [deal.code for deal in chosen if request.POST.get(f"version_{deal.code}") != str(deal.version)]
        looked_at = request.POST.get("looked_at") == _digest(rows)
        if "save" in request.POST and stale:
            sentence = _("Changed by somebody else meanwhile: %(codes)s. Look again.")
            form.add_error(None, sentence % {"codes": ", ".join(stale)})
        elif "save" in request.POST and not looked_at:
            form.add_error(None, _("This is not what you looked at: look again, then save."))
        elif "save" in request.POST and (answer := _saved(request, form, chosen)):
            return answer
    return page(
        request,
        "deals/deals/bulk.html",
        screen=screen_of(request),
        here="deals",
        form=form,
        chosen=chosen,
        problems=problems,
        rows=rows,
        looked_at=_digest(rows),
        unchanged=[row.deal for row in rows if not row.changes],
        back=reverse("deals:deal-list"),
    )


def _chosen(request: HttpRequest) -> tuple[list[Deal], list[str]]:
    """The deals that were ticked, or all that the filter finds, and why they cannot be changed."""
    asked = request.POST if request.method == "POST" else request.GET
    deals = permissions.visible_deals(request.user).select_related("officer", "sector", "enterprise")
    if request.method != "POST" and "all" in request.GET:
        question = request.GET.copy()
        for name in ("all", "deal"):
            question.pop(name, None)
        found = asked_for(request, question, screen_of(request).at, deals)
        if found.problems:
            return [], found.problems
        chosen = list(found.deals[: MOST + 1])
    else:
        codes = list(dict.fromkeys(asked.getlist("deal")))[: MOST + 1]
        chosen = list(deals.filter(code__in=codes).order_by("code"))
        if len(chosen) != len(codes):
            return [], [_("One of the deals is not there any more: tick them anew.")]
    if not chosen:
        return [], [_("No deal is ticked: go back to the list and tick those that are to change.")]
    if len(chosen) > MOST:
        return [], [_("At most %(most)d deals are changed together: narrow the list.") % {"most": MOST}]
    others = [deal.code for deal in chosen if not permissions.may_change(request.user, deal)]
    if others:
        sentence = _("Of enterprises that are not assigned to you: %(codes)s. Untick them.")
        return [], [sentence % {"codes": ", ".join(others)}]
    return chosen, []


def _digest(rows: list[Row]) -> str:
    """What was looked at: every deal with what changes in it."""
    said = [[row.deal.pk, *((field.name, str(old), str(new)) for field, old, new in row.changes)] for row in rows]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _rows(chosen: list[Deal], fields: dict[str, Any]) -> list[Row]:
    return [
        Row(
            deal,
            [
                (Deal._meta.get_field(name), getattr(deal, name), value)
                for name, value in fields.items()
                if getattr(deal, name) != value
            ],
        )
        for deal in chosen
    ]


def _saved(request: HttpRequest, form: BulkForm, chosen: list[Deal]) -> HttpResponse | None:
    count = 0

    def do() -> str:
        nonlocal count
        count = actions.change_together(
            chosen,
            by=form.by,
            on=form.today,
            reason=form.cleaned_data["reason"],
            **form.fields_of_deal,
        )
        said = ngettext("%(count)d deal changed.", "%(count)d deals changed.", count) % {"count": count}
        messages.success(request, said)
        return reverse("deals:deal-list")

    try:
        return led(request, submissions.once(form.cleaned_data["token"], by=form.by, do=do))
    except refusals.REFUSALS as error:
        refuse(form, error)
        return None
