"""A signing in three steps: what is signed, what it takes over, and a look at the figures before and after. What was
typed waits in a draft between the steps; nothing is written before the last one."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from deals.actions import drafts
from deals.forms.entries import EntryForm
from deals.forms.instruments import DischargeForm, SigningForm

from .entries import form_page, form_view, opened, sent
from .signings import FIRST, MEANWHILE, SECOND, TITLES, begin

TEMPLATE = "deals/entries/signing.html"


@form_view
def sign(request: HttpRequest, code: str, door: str) -> HttpResponse:
    """What is signed."""
    signing = begin(request, code, door)
    form: Any = opened(request, SigningForm, deal=signing.deal, **signing.first_known)
    if request.method == "POST":
        draft = drafts.keep(signing.by, signing.key, typed=form.typed, step=FIRST, starts_anew=True)
        is_right, file = form.is_valid(), form.files.get("file")
        if draft and file and "file" not in form.errors:
            drafts.attach(draft, file, file.name)
        if is_right:
            has_open = bool(signing.second_known(form)["papers"])
            return redirect(signing.address("discharge" if has_open else "check"))
    return form_page(request, form, deal=signing.deal, template=TEMPLATE, **signing.context(1))


@form_view
def sign_discharge(request: HttpRequest, code: str, door: str) -> HttpResponse:
    """What it takes over."""
    signing = begin(request, code, door)
    first = signing.first()
    if first is None:
        return redirect(signing.address())
    known = {"deal": signing.deal, "by": signing.by, "today": timezone.localdate(), **signing.second_known(first)}
    effect = None
    if request.method == "POST":
        form: Any = DischargeForm(request.POST, **known)
        drafts.keep(signing.by, signing.key, typed=form.typed, step=SECOND)
        if form.is_valid() and "look" not in request.POST:
            return redirect(signing.address("check"))
        effect = signing.effect(signing.paper(first, form)) if form.is_valid() else None
    else:
        form, draft = DischargeForm(**known), signing.draft
        if draft and draft.typed.get(SECOND):
            form.retype(draft.typed[SECOND])
    return form_page(request, form, deal=signing.deal, template=TEMPLATE, effect=effect, **signing.context(2))


@form_view
def sign_check(request: HttpRequest, code: str, door: str) -> HttpResponse:
    """Each band, signed and pending, before and after; then it is saved."""
    signing = begin(request, code, door)
    first = signing.first()
    if first is None:
        return redirect(signing.address())
    second = signing.second(first)
    if second is None and signing.second_known(first)["papers"]:
        return redirect(signing.address("discharge"))
    paper, looked_at, draft = signing.paper(first, second), signing.digest(), signing.draft
    form = EntryForm(request.POST or None, deal=signing.deal, by=signing.by, today=timezone.localdate())
    problem = ""
    if request.method == "POST" and request.POST.get("digest") != looked_at:
        problem = str(MEANWHILE)
    elif request.method == "POST" and form.is_valid():
        said = _("%(what)s: %(paper)s.") % {"what": TITLES[door], "paper": paper}
        save = partial(signing.conclude, paper, first, second, looked_at=looked_at)
        if answer := sent(request, form, save, said=said, key=signing.key):
            return answer
    elif draft:
        # The token of the first step is that of the whole signing: sent twice, it is entered once.
        form.fields["token"].initial = draft.typed[FIRST].get("token", [""])[0]
    context = {
        "effect": signing.effect(paper),
        "paper": paper,
        "digest": looked_at,
        "problem": problem,
        "still_lacking": signing.still_lacking(paper, first),
        "awaiting": signing.awaiting(),
        "needs_second_person": signing.needs_second_person(paper),
    }
    return form_page(request, form, deal=signing.deal, template=TEMPLATE, **context, **signing.context(3))
