"""What every form that logs something goes through: opened with what was typed before, sent once, saved through an
action, or shown again with all that is wrong or odd about it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from deals import ledger, permissions
from deals.actions import confirmations, drafts, refusals, submissions
from deals.actions.proposals import ConfirmationNeededError
from deals.actions.records import StaleError
from deals.forms.entries import EntryForm
from deals.models import Deal, User

from .drafts import keeps_typed, take_over
from .pages import page, screen_of

# Where the message about a field of a record belongs in the forms.
FIELDS = {
    "usd": "amount",
    "title_vi": "name",
    "signed_on": "on",
    "under": "paper",
    "closed_on": "on",
    "discharges_usd": "discharges",
    "stated_usd": "stated",
}
ASKED = gettext_lazy("A second person must confirm this. It was asked for and does not count until then.")

View = Callable[..., HttpResponse]


def form_view(view: View) -> View:
    """A view with a form: opened and sent by those who may change records, in the name in which it was opened; sent
    again after it was saved it leads to what came of it. What is typed into it is kept where the session has ended."""

    @keeps_typed
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def opened_or_sent(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        officer, token = officer_of(request), request.POST.get("token", "")
        if request.POST.get("by", str(officer.pk)) != str(officer.pk):
            raise PermissionDenied
        if led_to := submissions.led_by(token, by=officer):
            return led(request, led_to)
        answer = view(request, *args, **kwargs)
        if led_to := submissions.led_by(token, by=officer):
            # Of a form that came in twice at once the later may have been refused for what the earlier had changed.
            drafts.discard(officer, request.path)
            return led(request, led_to)
        return answer

    return opened_or_sent


def officer_of(request: HttpRequest) -> User:
    """Who sends the request, if they may change records; else PermissionDenied."""
    user = request.user
    if not isinstance(user, User) or not permissions.may_edit(user):
        raise PermissionDenied
    return user


def deal_to_edit(request: HttpRequest, code: str) -> Deal:
    """The deal with this code, for somebody who may change it. 404 where they may not see it, 403 where they may."""
    deals = permissions.visible_deals(request.user).select_related("enterprise__group", "partner", "sector", "officer")
    deal = get_object_or_404(deals, code=code)
    if not permissions.may_change(request.user, deal):
        raise PermissionDenied
    return deal


def opened(request: HttpRequest, form_class: type[EntryForm], *, step: str = "", **known: Any) -> EntryForm:
    """The form as it is sent, else with what was typed into it before, else empty."""
    known |= {"by": officer_of(request), "today": timezone.localdate()}
    if request.method == "POST":
        return form_class(request.POST, request.FILES, **known)
    take_over(request)
    form = form_class(**known)
    draft = drafts.draft_of(known["by"], request.path)
    if draft and draft.typed.get(step):
        form.retype(draft.typed[step])
        form.draft = draft
    return form


def sent(
    request: HttpRequest, form: EntryForm, save: Callable[[], Deal], *, said: Any, key: str = ""
) -> HttpResponse | None:
    """Save what a valid form says, once, and lead to the deal; None where it was refused, with the reason in the form.

    What a second person must confirm is asked for instead, and leads to the request.

    `save` does the work and gives the deal; `said` is the sentence shown once it is done, `key` the address under which
    the form's draft is kept, where that is not its own.
    """

    def do() -> str:
        if form.deal:
            # Before what may be rolled back, which would give the lock back before the request is there to be seen.
            ledger.lock(form.deal)
        try:
            with transaction.atomic():
                led_to, done = save().get_absolute_url(), str(said)
        except ConfirmationNeededError as needed:
            typed = confirmations.typed_of(drafts.draft_of(form.by, key)) if key else {"": form.typed}
            asked = confirmations.ask(needed, by=form.by, form=key or request.path, typed=typed)
            led_to, done = asked.get_absolute_url(), str(ASKED)
        drafts.discard(form.by, key or request.path)
        messages.success(request, done)
        return led_to

    try:
        led_to = submissions.once(form.cleaned_data["token"], by=form.by, do=do)
    except StaleError:
        # Somebody saved between the look and the write: look again.
        form.record.refresh_from_db()
        form.full_clean()
        return None
    except refusals.REFUSALS as error:
        refuse(form, error)
        return None
    return led(request, led_to)


def led(request: HttpRequest, address: str) -> HttpResponse:
    """To another page: the whole page, also where only a part was asked for."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def refuse(form: EntryForm, error: ValidationError | IntegrityError) -> None:
    """Put what the actions or the database said at the fields it is about."""
    if isinstance(error, IntegrityError) or not hasattr(error, "error_dict"):
        for sentence in refusals.sentences(error):
            form.add_error(None, sentence)
        return
    for name, found in error.message_dict.items():
        field = name if name in form.fields else FIELDS.get(name, "")
        at = None if name == NON_FIELD_ERRORS or field not in form.fields else field
        for sentence in found:
            form.add_error(at, sentence)


def form_page(
    request: HttpRequest,
    form: EntryForm,
    *,
    deal: Deal | None,
    template: str = "deals/entries/page.html",
    **context: Any,
) -> HttpResponse:
    """The page of a form, or, asked for by htmx, its part of the page. 422 where it was sent and refused."""
    if request.method == "POST" and "step" not in context:
        # What was refused waits like anything else that was typed; the steps of a signing keep it themselves.
        drafts.keep(form.by, request.path, typed=form.typed)
    part = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    answer = page(
        request,
        "deals/entries/_form.html" if part and template == "deals/entries/page.html" else template,
        screen=screen_of(request),
        here="deals",
        deal=deal,
        form=form,
        draft=form.draft,
        back=deal.get_absolute_url() if deal else reverse("deals:deal-list"),
        **context,
    )
    # A refused form is an answer like any other to htmx, and says so to everything else.
    answer.status_code = 422 if request.method == "POST" and not part else 200
    return answer
