"""A signing in three steps: what is signed, what it takes over, and a look at the figures before and after. What was
typed waits in a draft between the steps; nothing is written before the last one."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from deals import ledger, positions, stages
from deals.actions import drafts, instruments
from deals.actions import stages as stage_actions
from deals.actions.positions import facts_with
from deals.choices import DocumentKind, EndReason, Evidence, InstrumentKind, Language
from deals.forms.entries import EntryForm
from deals.forms.instruments import SIGNED, DischargeForm, OpenPaper, SigningForm
from deals.models import Deal, Document, Draft, Instrument, Posting, Target
from deals.reports import signings

from .drafts import keeps_typed
from .entries import deal_to_edit, form_page, opened, sent

TITLES = {
    "mou": gettext_lazy("MoU signed"),
    "contract": gettext_lazy("Contract signed"),
    "other": gettext_lazy("Option or financing signed"),
}
STEPS = (
    gettext_lazy("What is signed"),
    gettext_lazy("What it takes over"),
    gettext_lazy("Look before it counts"),
)
MEANWHILE = gettext_lazy("The deal was changed meanwhile, by you in another window or by somebody else: look again.")
FIRST, SECOND = "", "discharge"
METHODS = ["GET", "HEAD", "POST"]


@dataclass(frozen=True)
class Signing:
    """A signing under way: the deal, the door it came in by, and where its steps are."""

    request: HttpRequest
    deal: Deal
    door: str

    def address(self, step: str = "") -> str:
        return reverse(f"deals:sign{f'-{step}' if step else ''}", args=[self.deal.code, self.door])

    @property
    def key(self) -> str:
        """The address under which the draft of all steps is kept."""
        return self.address()

    @property
    def draft(self) -> Draft | None:
        return drafts.draft_of(self.request.user, self.key)  # type: ignore[arg-type]

    def context(self, step: int) -> dict[str, Any]:
        addresses = (self.address(), self.address("discharge"), "")
        steps = [
            (title, address if place < step else "")
            for place, title, address in zip((1, 2, 3), STEPS, addresses, strict=True)
        ]
        return {"signing": self, "steps": steps, "step": step, "heading": TITLES[self.door], "key": self.key}

    @property
    def first_known(self) -> dict[str, Any]:
        """What the first step has to know."""
        stage = stages.REACHED_BY.get(SIGNED[self.door][0])
        lacking = []
        if stage and stages.is_forward(self.deal.stage, stage):
            lacking = [requirement for requirement in stage_actions.missing(self.deal, stage) if requirement.field]
        latest = self.deal.valuations.active().exclude(usd=None).order_by("-on", "-id").first()
        draft = self.draft
        return {
            "door": self.door,
            "lacking": lacking,
            "last_usd": latest.usd if latest else None,
            "attached": draft.attachment_name if draft and draft.attachment else "",
        }

    def first(self) -> SigningForm | None:
        """The first step as it was filled in; None where it is not, or no longer right."""
        return self._filled(SigningForm, FIRST, self.first_known)  # type: ignore[return-value]

    def second_known(self, first: SigningForm) -> dict[str, Any]:
        cleaned, usd = first.cleaned_data, first.priced["usd"]
        papers = [
            OpenPaper(
                paper,
                position,
                positions.suggested_discharge(
                    position, usd=usd, quantity=cleaned["quantity"], of_quantity=_same_unit(paper, cleaned)
                ),
            )
            for paper, position in signings.open_papers(self.deal, cleaned["signed_on"], kind=cleaned["kind"])
        ]
        return {"papers": papers, "signed_on": cleaned["signed_on"], "binding": cleaned["kind"] in positions.BINDING}

    def second(self, first: SigningForm) -> DischargeForm | None:
        known = self.second_known(first)
        return self._filled(DischargeForm, SECOND, known)  # type: ignore[return-value]

    def _filled(self, form_class: type[EntryForm], step: str, known: dict[str, Any]) -> EntryForm | None:
        draft = self.draft
        typed = draft.typed.get(step) if draft else None
        if not typed:
            return None
        data = QueryDict(mutable=True)
        for name, values in typed.items():
            data.setlist(name, values)
        form = form_class(data, deal=self.deal, by=self.request.user, today=timezone.localdate(), **known)
        return form if form.is_valid() else None


def _same_unit(paper: Instrument, cleaned: dict[str, Any]) -> Any:
    """The quantity of the paper above, where both count in the same unit or one does not say."""
    unit = (cleaned.get("unit") or "").casefold()
    others = {paper.unit_vi.casefold(), paper.unit_en.casefold()} - {""}
    return paper.quantity if not unit or not others or unit in others else None


def _signing(request: HttpRequest, code: str, door: str) -> Signing:
    if door not in SIGNED:
        raise Http404
    deal = deal_to_edit(request, code)
    if deal.closed_on:
        raise Http404
    return Signing(request, deal, door)


@keeps_typed
@require_http_methods(METHODS)
def sign(request: HttpRequest, code: str, door: str) -> HttpResponse:
    """What is signed."""
    signing = _signing(request, code, door)
    form: Any = opened(request, SigningForm, deal=signing.deal, **signing.first_known)
    if request.method == "POST":
        draft = drafts.keep(request.user, signing.key, typed=form.typed, step=FIRST)  # type: ignore[arg-type]
        file = form.files.get("file")
        form.is_valid()
        if draft and file and "file" not in form.errors:
            drafts.attach(draft, file, file.name)
        if form.is_valid():
            has_open = bool(signing.second_known(form)["papers"])
            return redirect(signing.address("discharge" if has_open else "check"))
    return form_page(request, form, deal=signing.deal, template="deals/entries/signing.html", **signing.context(1))


@keeps_typed
@require_http_methods(METHODS)
def sign_discharge(request: HttpRequest, code: str, door: str) -> HttpResponse:
    """What it takes over."""
    signing = _signing(request, code, door)
    first = signing.first()
    if first is None:
        return redirect(signing.address())
    known = signing.second_known(first)
    if request.method == "POST":
        form: Any = DischargeForm(request.POST, deal=signing.deal, by=request.user, today=timezone.localdate(), **known)
        drafts.keep(request.user, signing.key, typed=form.typed, step=SECOND)  # type: ignore[arg-type]
        if form.is_valid() and "look" not in request.POST:
            return redirect(signing.address("check"))
    else:
        form = DischargeForm(deal=signing.deal, by=request.user, today=timezone.localdate(), **known)
        draft = signing.draft
        if draft and draft.typed.get(SECOND):
            form.retype(draft.typed[SECOND])
    effect = None
    if request.method == "POST" and form.is_valid():
        effect = _effect(signing, _paper(signing, first, form))
    return form_page(
        request, form, deal=signing.deal, template="deals/entries/signing.html", effect=effect, **signing.context(2)
    )


@keeps_typed
@require_http_methods(METHODS)
def sign_check(request: HttpRequest, code: str, door: str) -> HttpResponse:
    """Each band, signed and pending, before and after; then it is saved."""
    signing = _signing(request, code, door)
    first = signing.first()
    if first is None:
        return redirect(signing.address())
    second = signing.second(first)
    if second is None and signing.second_known(first)["papers"]:
        return redirect(signing.address("discharge"))
    paper = _paper(signing, first, second)
    digest = _digest(signing)
    problem = ""
    form = EntryForm(request.POST or None, deal=signing.deal, by=request.user, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        if request.POST.get("digest") != digest:
            problem = str(MEANWHILE)
        else:
            reason = (second.cleaned_data.get("reason") if second else "") or first.cleaned_data.get("reason") or ""

            def save() -> Deal:
                # Of two who save at once the second waits here, and finds that the deal is another.
                ledger.lock(signing.deal)
                if _digest(signing) != digest:
                    raise ValidationError(MEANWHILE)
                instruments.conclude(
                    paper,
                    by=request.user,
                    reason=reason,
                    document=_document(signing, first),
                    **first.fields_of_deal,  # type: ignore[arg-type]
                )
                return signing.deal

            said = _("%(what)s: %(paper)s.") % {"what": TITLES[door], "paper": paper}
            if answer := sent(request, form, save, said=said, key=signing.key):
                return answer
    elif request.method != "POST" and (draft := signing.draft):
        # The token of the first step is that of the whole signing: sent twice, it is entered once.
        form.fields["token"].initial = draft.typed[FIRST].get("token", [""])[0]
    return form_page(
        request,
        form,
        deal=signing.deal,
        template="deals/entries/signing.html",
        effect=_effect(signing, paper),
        paper=paper,
        digest=digest,
        problem=problem,
        **signing.context(3),
    )


def _paper(signing: Signing, first: SigningForm, second: DischargeForm | None) -> Instrument:
    """The paper as it will be."""
    fields = first.fields_of_record
    paper = Instrument(deal=signing.deal, **fields)
    if InstrumentKind(paper.kind) in (InstrumentKind.OPTION, InstrumentKind.FINANCING):
        paper.counts = False
    chosen = second.chosen if second else None
    if second and chosen:
        paper.under = chosen.paper
        discharged = second.discharges_usd
        paper.discharges_usd = discharged if paper.counts else None
        paper.completes = bool(second.cleaned_data.get("completes"))
    return paper


def _effect(signing: Signing, paper: Instrument) -> signings.Effect:
    today = timezone.localdate()
    kept: list[Any] = [paper]
    if paper.completes and paper.under:
        above = Instrument.objects.get(pk=paper.under_id)
        above.ended_on, above.end_reason = paper.signed_on, EndReason.FULFILLED
        kept.append(above)
    _papers, after = facts_with(signing.deal, kept=kept, gone=())
    return signings.effect(ledger.facts(signing.deal), after, paper=paper, day=today, target=Target.objects.on(today))


def _digest(signing: Signing) -> str:
    """What the look was based on: what was typed, and how the deal stood."""
    draft = signing.draft
    latest = Posting.objects.filter(deal=signing.deal).order_by("-id").values_list("pk", flat=True).first()
    version = Deal.objects.values_list("version", flat=True).get(pk=signing.deal.pk)
    based_on = json.dumps([draft.typed if draft else None, version, latest], sort_keys=True)
    return hashlib.sha256(based_on.encode()).hexdigest()[:16]


def _document(signing: Signing, first: SigningForm) -> Document | None:
    """The document that evidences the paper, held or seen; None where neither is at hand."""
    draft, cleaned = signing.draft, first.cleaned_data
    file = draft.attachment if draft and draft.attachment else None
    seen_at = cleaned.get("seen_at") if cleaned.get("evidence") == Evidence.DOCUMENT_SEEN else ""
    if not file and not seen_at:
        return None
    kind = dict(first.fields["kind"].choices).get(cleaned["kind"], "")  # type: ignore[attr-defined]
    return Document(
        deal=signing.deal,
        kind=DocumentKind.INSTRUMENT,
        title=cleaned.get("number") or str(kind),
        dated_on=cleaned["signed_on"],
        language=Language(first.language),
        **({"file": drafts.copy_of_attachment(draft)} if file and draft else {"seen_at": seen_at}),
    )
