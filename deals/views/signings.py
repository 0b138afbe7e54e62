"""A signing under way: what was typed into its steps, the paper that comes of it, and what it would do."""

import hashlib
import json
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from deals import ledger, permissions, positions, stages
from deals.actions import documents, drafts, instruments, second_person
from deals.actions import stages as stage_actions
from deals.actions.positions import facts_with
from deals.choices import DocumentKind, EndReason, Evidence, InstrumentKind, Language, RequestState
from deals.forms.entries import EntryForm
from deals.forms.instruments import SIGNED, DischargeForm, OpenPaper, SigningForm
from deals.models import ChangeRequest, ConfirmationRule, Deal, Document, Draft, Instrument, Posting, Target, User
from deals.models.instruments import NEVER_COUNTING
from deals.positions import Facts
from deals.reports import signings

from .entries import deal_to_edit, officer_of

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


@dataclass(frozen=True)
class Signing:
    """A signing under way: the deal, who signs it in, and the door it came in by, which says what may be signed."""

    deal: Deal
    by: User
    door: str

    def address(self, step: str = "") -> str:
        return reverse(f"deals:sign{f'-{step}' if step else ''}", args=[self.deal.code, self.door])

    @property
    def key(self) -> str:
        """The address under which the draft of all steps is kept."""
        return self.address()

    @property
    def draft(self) -> Draft | None:
        return drafts.draft_of(self.by, self.key)

    def context(self, step: int) -> dict[str, Any]:
        """What the page of a step shows around its form."""
        addresses = (self.address(), self.address("discharge"), "")
        numbered = zip((1, 2, 3), STEPS, addresses, strict=True)
        steps = [(title, address if place < step else "") for place, title, address in numbered]
        draft_step = SECOND if step == 2 else FIRST
        return {
            "steps": steps,
            "step": step,
            "heading": TITLES[self.door],
            "key": self.key,
            "draft_step": draft_step,
        }

    # What was typed

    @property
    def first_known(self) -> dict[str, Any]:
        """What the first step has to know."""
        stage = stages.REACHED_BY.get(SIGNED[self.door][0])
        is_ahead = stage is not None and stages.is_forward(self.deal.stage, stage)
        lacking = stage_actions.missing(self.deal, stage) if stage and is_ahead else []
        latest = self.deal.valuations.active().exclude(usd=None).order_by("-on", "-id").first()
        draft = self.draft
        return {
            "door": self.door,
            "lacking": [requirement for requirement in lacking if requirement.field],
            "last_usd": latest.usd if latest else None,
            "attached": draft.attachment_name if draft and draft.attachment else "",
        }

    def first(self) -> SigningForm | None:
        """The first step as it was filled in; None where it is not, or no longer right."""
        return self._filled(SigningForm, FIRST, self.first_known)  # type: ignore[return-value]

    def second_known(self, first: SigningForm) -> dict[str, Any]:
        """What the second step has to know: the papers that may be carried on, each with what is probably taken."""
        cleaned, usd = first.cleaned_data, first.priced["usd"]
        papers = []
        for paper, position in signings.open_papers(self.deal, cleaned["signed_on"], kind=cleaned["kind"]):
            suggested = positions.suggested_discharge(
                position, usd=usd, quantity=cleaned["quantity"], of_quantity=_same_unit(paper, cleaned)
            )
            papers.append(OpenPaper(paper, position, suggested))
        return {"papers": papers, "signed_on": cleaned["signed_on"], "binding": cleaned["kind"] in positions.BINDING}

    def second(self, first: SigningForm) -> DischargeForm | None:
        """The second step as it was filled in; None where it is not, or no longer right."""
        return self._filled(DischargeForm, SECOND, self.second_known(first))  # type: ignore[return-value]

    def _filled(self, form_class: type[EntryForm], step: str, known: dict[str, Any]) -> EntryForm | None:
        draft = self.draft
        typed = draft.typed.get(step) if draft else None
        if not typed:
            return None
        data = QueryDict(mutable=True)
        for name, values in typed.items():
            data.setlist(name, values)
        form = form_class(data, deal=self.deal, by=self.by, today=timezone.localdate(), **known)
        return form if form.is_valid() else None

    # What comes of it

    def paper(self, first: SigningForm, second: DischargeForm | None) -> Instrument:
        """The paper as it will be."""
        paper = Instrument(deal=self.deal, **first.fields_of_record)
        paper.counts = InstrumentKind(paper.kind) not in NEVER_COUNTING
        chosen = second.chosen if second else None
        if second and chosen:
            paper.under = chosen.paper
            paper.discharges_usd = second.discharges_usd
            paper.completes = bool(second.cleaned_data.get("completes"))
        return paper

    def effect(self, paper: Instrument) -> signings.Effect:
        """What the paper would do to the figures as of today."""
        before, after = self._facts(paper)
        today = timezone.localdate()
        return signings.effect(before, after, paper=paper, day=today, target=Target.objects.on(today))

    def needs_second_person(self, paper: Instrument) -> bool:
        """Whether the signing will count only once a second person has confirmed it."""
        before, after = map(second_person.Standing, self._facts(paper))
        threshold = ConfirmationRule.threshold()
        return bool(second_person.grounds(before, after, threshold=threshold, today=timezone.localdate()))

    def _facts(self, paper: Instrument) -> tuple[Facts, Facts]:
        """The facts of the deal without the paper and with it."""
        kept: list[Any] = [paper]
        if paper.completes and paper.under:
            above = Instrument.objects.get(pk=paper.under.pk)
            above.ended_on, above.end_reason = paper.signed_on, EndReason.FULFILLED
            kept.append(above)
        _papers, after = facts_with(self.deal, kept=kept, gone=())
        return ledger.facts(self.deal), after

    def still_lacking(self, paper: Instrument, first: SigningForm) -> str:
        """What the deal will lack at the stage that the paper brings it to, as a sentence; empty for nothing."""
        stage = instruments.stage_reached(paper, self.deal)
        if stage is None:
            return ""
        deal = Deal.objects.get(pk=self.deal.pk)
        for name, value in first.fields_of_deal.items():
            setattr(deal, name, value)
        known = stages.met(
            deal,
            papers=[*deal.instruments.active(), paper],
            valuations=deal.valuations.active(),
            deliveries=deal.deliveries.active()[:1],
        )
        lacking = stages.missing(stage, known)
        if not lacking:
            return ""
        what = "; ".join(str(requirement.label) for requirement in lacking)
        words = {"stage": stage.label, "what": what}
        return gettext("The deal will stand at “%(stage)s”, and should also have: %(what)s.") % words

    def digest(self) -> str:
        """What the look was based on: what was typed, and how the deal stood."""
        draft = self.draft
        latest = Posting.objects.filter(deal=self.deal).order_by("-id").values_list("pk", flat=True).first()
        version = Deal.objects.values_list("version", flat=True).get(pk=self.deal.pk)
        waiting = [asked.pk for asked in self.awaiting()]
        based_on = json.dumps([draft.typed if draft else None, version, latest, waiting], sort_keys=True)
        return hashlib.sha256(based_on.encode()).hexdigest()[:16]

    def awaiting(self) -> list[ChangeRequest]:
        """What a second person has still to confirm of the deal: the signing may be among it already. One query."""
        waiting = permissions.visible_requests(self.by).filter(deal=self.deal, state=RequestState.WAITING)
        return list(waiting.select_related("asked_by").order_by("asked_at"))

    def conclude(self, paper: Instrument, first: SigningForm, second: DischargeForm | None, *, looked_at: str) -> Deal:
        """Save the signing, if it still is what was looked at. Raises ValidationError where it is not, or the paper
        cannot stand."""
        # Of two who save at once the second waits here, and finds that the deal is another.
        ledger.lock(self.deal)
        if self.digest() != looked_at:
            raise ValidationError(MEANWHILE)
        reason = (second.cleaned_data.get("reason") if second else "") or first.cleaned_data.get("reason") or ""
        document = self._document(first)
        with documents.taking_back_file(document) if document else nullcontext():
            instruments.conclude(paper, by=self.by, reason=reason, document=document, **first.fields_of_deal)
        return self.deal

    def _document(self, first: SigningForm) -> Document | None:
        """The document that evidences the paper, held or seen; None where neither is at hand."""
        draft, cleaned = self.draft, first.cleaned_data
        what: dict[str, Any]
        if draft and draft.attachment:
            what = {"file": drafts.copy_of_attachment(draft)}
        elif cleaned.get("evidence") == Evidence.DOCUMENT_SEEN and cleaned.get("seen_at"):
            what = {"seen_at": cleaned["seen_at"]}
        else:
            return None
        return Document(
            deal=self.deal,
            kind=DocumentKind.INSTRUMENT,
            title=cleaned.get("number") or str(InstrumentKind(cleaned["kind"]).label),
            dated_on=cleaned["signed_on"],
            language=Language(first.language),
            **what,
        )


def _same_unit(paper: Instrument, cleaned: dict[str, Any]) -> Any:
    """The quantity of the paper above, where both count in the same unit or one does not say."""
    unit = (cleaned.get("unit") or "").casefold()
    others = {paper.unit_vi.casefold(), paper.unit_en.casefold()} - {""}
    return paper.quantity if not unit or not others or unit in others else None


def begin(request: HttpRequest, code: str, door: str) -> Signing:
    """The signing that the address names. 404 for a door or a deal that is not there, or a deal that is closed."""
    deal = deal_to_edit(request, code)
    if door not in SIGNED or deal.closed_on:
        raise Http404
    return Signing(deal, officer_of(request), door)
