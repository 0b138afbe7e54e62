"""Log progress: what may be entered for a deal, one small form each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from deals import ledger, positions, stages
from deals.actions import announcements, deliveries, documents, instruments, obstacles, updates, valuations
from deals.actions import deals as deal_actions
from deals.actions import stages as stage_actions
from deals.choices import Condition, InstrumentKind, Stage
from deals.forms.amendments import AmendmentForm
from deals.forms.announcements import AnnouncementForm
from deals.forms.deals import CloseForm, ReopenForm, StageForm
from deals.forms.deliveries import DeliveryForm
from deals.forms.documents import DocumentForm
from deals.forms.entries import EntryForm
from deals.forms.instruments import EndingForm
from deals.forms.obstacles import HinderedForm, ObstacleForm, ResolvedForm
from deals.forms.updates import NoteForm, UpdateForm
from deals.forms.valuations import EstimateForm
from deals.models import Deal, Obstacle, User

from .entries import deal_to_edit, form_page, form_view, led, officer_of, opened, sent
from .pages import page, screen_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A kind of entry: its form, what the form has to know, how it is saved, and what is said then. `needs` names what
    the deal must have for it: nothing, to be open, to be closed, a paper in force, a contract, an open obstacle."""

    form: type[EntryForm]
    save: Callable[[Deal, Any, User], object]
    said: Any
    hint: Any
    knows: Callable[[Deal], dict[str, Any]] = lambda deal: {}
    needs: str = "open"

    @property
    def title(self) -> Any:
        return self.form.title


def _standing(deal: Deal) -> dict[str, Any]:
    return {"standing": positions.papers(ledger.facts(deal), timezone.localdate())}


def _last_estimate(deal: Deal) -> dict[str, Any]:
    latest = deal.valuations.active().exclude(usd=None).order_by("-on", "-id").first()
    return {"last_usd": latest.usd if latest else None}


def _lacking(deal: Deal) -> dict[str, Any]:
    ahead = [stage for stage in stages.OPEN if stages.is_forward(deal.stage, stage)]
    return {"lacking": {stage: stage_actions.missing(deal, stage) for stage in ahead}}


def _save_update(deal: Deal, form: UpdateForm, by: User) -> object:
    read = form.cleaned_data["version"] or deal.version
    fields = form.fields_of_record
    if fields["condition"] == Condition.BLOCKED:
        fields["obstacle"] = _named_obstacle(deal, form, by)
    deal.version = read
    return updates.update(deal, by=by, **fields)


def _named_obstacle(deal: Deal, form: HinderedForm, by: User) -> Obstacle | None:
    """The obstacle that was chosen, which then holds the deal back too, or the new one that was reported."""
    if form.new_obstacle:
        return obstacles.report(deals=[deal], by=by, **form.new_obstacle)
    chosen: Obstacle | None = form.cleaned_data["obstacle"]
    if chosen:
        obstacles.hold(chosen, deals=[deal], by=by)
    return chosen


def _save_delivery(deal: Deal, form: DeliveryForm, by: User) -> object:
    return deliveries.enter(by=by, reason=form.cleaned_data["reason"], **form.fields_of_record)


def _save_amendment(deal: Deal, form: AmendmentForm, by: User) -> object:
    cleaned = form.cleaned_data
    return instruments.amend(
        cleaned["paper"], on=cleaned["on"], by=by, reason=cleaned["reason"], **form.fields_of_record
    )


def _save_stage(deal: Deal, form: StageForm, by: User) -> object:
    cleaned = form.cleaned_data
    deal.version = cleaned["version"] or deal.version
    return deal_actions.move(
        deal, stage=Stage(cleaned["stage"]), on=cleaned["on"], by=by, reason=cleaned["reason"], **form.fields_of_deal
    )


def _save_closing(deal: Deal, form: CloseForm, by: User) -> object:
    cleaned = form.cleaned_data
    deal.version = cleaned["version"] or deal.version
    note = {f"note_{form.language}": cleaned["reason"]}
    return deal_actions.close(
        deal, on=cleaned["on"], outcome=cleaned["outcome"], by=by, reason=cleaned["reason"], **note
    )


def _save_reopening(deal: Deal, form: ReopenForm, by: User) -> object:
    cleaned = form.cleaned_data
    deal.version = cleaned["version"] or deal.version
    return deal_actions.reopen(deal, stage=Stage(cleaned["stage"]), on=cleaned["on"], by=by, reason=cleaned["reason"])


ENTRIES: dict[str, Entry] = {
    "update": Entry(
        UpdateForm,
        _save_update,
        _("The update is entered."),
        _("How it goes, in one sentence, and what comes next"),
        knows=lambda deal: {"latest": updates.latest_of(deal)},
    ),
    "amendment": Entry(
        AmendmentForm,
        _save_amendment,
        _("The amendment is entered."),
        _("A paper that changes the value of another"),
        knows=_standing,
        needs="paper",
    ),
    "delivery": Entry(
        DeliveryForm,
        _save_delivery,
        _("The delivery is entered."),
        _("Goods or services received, or due"),
        knows=_standing,
        needs="contract",
    ),
    "estimate": Entry(
        EstimateForm,
        lambda deal, form, by: valuations.value(
            deal, by=by, reason=form.cleaned_data["reason"], **form.fields_of_record
        ),
        _("The estimate is entered."),
        _("What the whole deal is expected to be worth"),
        knows=_last_estimate,
    ),
    "obstacle": Entry(
        ObstacleForm,
        _named_obstacle,
        _("The obstacle is entered."),
        _("What holds the deal back, and who must act"),
    ),
    "resolved": Entry(
        ResolvedForm,
        lambda deal, form, by: obstacles.resolve(
            form.cleaned_data["obstacle"], on=form.cleaned_data["resolved_on"], by=by, **form.fields_of_record
        ),
        _("The obstacle is resolved. If the deal goes on now, log an update that says so."),
        _("What held the deal back is out of the way"),
        needs="obstacle",
    ),
    "stage": Entry(StageForm, _save_stage, _("The stage is entered."), _("How far the deal has come"), knows=_lacking),
    "ending": Entry(
        EndingForm,
        lambda deal, form, by: instruments.end(
            form.cleaned_data["paper"],
            on=form.cleaned_data["on"],
            why=form.cleaned_data["why"],
            by=by,
            reason=form.cleaned_data["reason"],
        ),
        _("The end of the paper is entered."),
        _("A paper has expired, was fulfilled or terminated"),
        needs="paper",
    ),
    "document": Entry(
        DocumentForm,
        lambda deal, form, by: documents.hold(deal, by=by, **form.fields_of_record),
        _("The document is entered."),
        _("A file, or a paper seen and not held"),
        needs="",
    ),
    "announcement": Entry(
        AnnouncementForm,
        lambda deal, form, by: announcements.announce(deal, by=by, **form.fields_of_record),
        _("The announcement is entered; it changes no total."),
        _("What was said in public; it is never counted"),
        needs="",
    ),
    "note": Entry(
        NoteForm,
        lambda deal, form, by: updates.note(deal, by=by, **form.fields_of_record),
        _("The note is entered."),
        _("Anything else worth keeping"),
        needs="",
    ),
    "close": Entry(CloseForm, _save_closing, _("The deal is closed."), _("It is completed, given up or replaced")),
    "reopen": Entry(
        ReopenForm,
        _save_reopening,
        _("The deal is open again."),
        _("It was closed too early, or is taken up again"),
        needs="closed",
    ),
}


def possible(deal: Deal) -> set[str]:
    """What the deal has that an entry may need. One query."""
    if deal.closed_on:
        return {"", "closed"}
    kinds = set(deal.instruments.in_force(timezone.localdate()).values_list("kind", flat=True).order_by())
    found = {"", "open"}
    if kinds - {InstrumentKind.AMENDMENT}:
        found.add("paper")
    if deal.instruments.active().filter(kind=InstrumentKind.CONTRACT).exists():
        found.add("contract")
    if Obstacle.objects.open_on(timezone.localdate()).of(deal).exists():
        found.add("obstacle")
    return found


@require_safe
def menu(request: HttpRequest, code: str) -> HttpResponse:
    """All that may be entered for the deal."""
    deal = deal_to_edit(request, code)
    has = possible(deal)
    entries = [(kind, entry) for kind, entry in ENTRIES.items() if entry.needs in has]
    return page(
        request, "deals/entries/menu.html", screen=screen_of(request), here="deals", deal=deal, entries=entries, has=has
    )


@form_view
def log(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """One entry for the deal."""
    deal = deal_to_edit(request, code)
    entry = ENTRIES.get(kind)
    if entry is None or entry.needs not in possible(deal):
        raise Http404
    form = opened(request, entry.form, deal=deal, **entry.knows(deal))
    if request.method == "POST" and form.is_valid():

        def save() -> Deal:
            entry.save(deal, form, form.by)
            return deal

        if answer := sent(request, form, save, said=entry.said):
            return answer
    return form_page(request, form, deal=deal, kind=kind)


@require_POST
def unchanged(request: HttpRequest, code: str) -> HttpResponse:
    """Nothing has changed: one click."""
    deal = deal_to_edit(request, code)
    if deal.closed_on:
        raise Http404
    updates.unchanged(deal, on=timezone.localdate(), by=officer_of(request))
    messages.success(request, str(_("Entered: nothing has changed.")))
    return led(request, deal.get_absolute_url())
