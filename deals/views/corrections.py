"""Correcting an entry of a deal, and taking one back."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deals import ledger, positions
from deals.actions import corrections, records
from deals.actions.positions import facts_with
from deals.choices import InstrumentKind, UpdateKind
from deals.forms.announcements import AnnouncementForm
from deals.forms.corrections import WithdrawalForm
from deals.forms.deliveries import DeliveryForm
from deals.forms.entries import EntryForm
from deals.forms.instruments import PaperForm
from deals.forms.updates import NoteForm, UpdateForm
from deals.forms.valuations import EstimateForm
from deals.models import Deal, Record

from .entries import deal_to_edit, form_page, form_view, opened, sent

# By the kind in the address: what the records of the deal are called there.
RECORDS = {
    "paper": "instruments",
    "estimate": "valuations",
    "delivery": "deliveries",
    "announcement": "announcements",
    "document": "documents",
    "update": "updates",
}
FORMS: dict[str, type[EntryForm]] = {
    "paper": PaperForm,
    "estimate": EstimateForm,
    "delivery": DeliveryForm,
    "announcement": AnnouncementForm,
}


def _record(request: HttpRequest, code: str, kind: str, pk: int) -> tuple[Deal, Any]:
    deal = deal_to_edit(request, code)
    if kind not in RECORDS:
        raise Http404
    return deal, get_object_or_404(getattr(deal, RECORDS[kind]).active(), pk=pk)


def _form_of(kind: str, record: Any) -> type[EntryForm]:
    if kind == "update" and record.kind != UpdateKind.UNCHANGED:
        return NoteForm if record.kind == UpdateKind.NOTE else UpdateForm
    if kind not in FORMS or getattr(record, "kind", "") == InstrumentKind.AMENDMENT:
        raise Http404
    return FORMS[kind]


@form_view
def correct(request: HttpRequest, code: str, kind: str, pk: int) -> HttpResponse:
    """What was entered, to be put right; with the reason."""
    deal, record = _record(request, code, kind, pk)
    form: Any = opened(request, _form_of(kind, record), deal=deal, record=record)
    form.show_reason(_("Why it is corrected"))
    if request.method == "POST" and form.is_valid():

        def save() -> Deal:
            record.version = form.cleaned_data["version"] or record.version
            reason = form.cleaned_data["reason"]
            corrections.correct(record, fields=form.fields_of_record, by=form.by, reason=reason)
            return deal

        if answer := sent(request, form, save, said=_("The correction is entered.")):
            return answer
    return form_page(request, form, deal=deal, heading=_("Correct: %(record)s") % {"record": record})


@form_view
def withdraw(request: HttpRequest, code: str, kind: str, pk: int) -> HttpResponse:
    """An entry to be taken back, with what that does to the figures of the deal."""
    deal, record = _record(request, code, kind, pk)
    form: Any = opened(request, WithdrawalForm, deal=deal, record=record)
    if request.method == "POST" and form.is_valid():

        def save() -> Deal:
            record.version = form.cleaned_data["version"] or record.version
            corrections.withdraw(record, by=form.by, reason=form.cleaned_data["reason"])
            return deal

        if answer := sent(
            request, form, save, said=_("It is taken back. Both entries stay in the ledger and the history.")
        ):
            return answer
    before, after = _bands(deal, record)
    blocked = []
    try:
        records.refuse_needed(record)
    except ValidationError as error:
        blocked = error.messages
    return form_page(
        request,
        form,
        deal=deal,
        template="deals/entries/withdrawal.html",
        heading=_("Take back: %(record)s") % {"record": record},
        blocked=blocked,
        before=before,
        after=after,
    )


def _bands(deal: Deal, record: Record) -> tuple[positions.Bands, positions.Bands]:
    """The deal's bands as of today with the record and without it, the paper it completed in force again."""
    today = timezone.localdate()
    kept: list[Any] = []
    above = getattr(record, "under", None)
    if getattr(record, "completes", False) and above:
        above.ended_on, above.end_reason = None, ""
        kept.append(above)
    _papers, facts = facts_with(deal, kept=kept, gone=[record])
    return positions.bands(ledger.facts(deal), today), positions.bands(facts, today)
