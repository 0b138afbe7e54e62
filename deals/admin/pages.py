"""One page of the admin as a whole: the form, the rows below it, and whether all of it together can stand.

Nothing is saved before the whole page has been looked at, and then everything is saved in one go.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deals import positions
from deals.actions.positions import explain, facts_with
from deals.choices import Cause, Condition, DeliveryKind, InstrumentKind, Stage
from deals.models import (
    Deal,
    Delivery,
    Document,
    HeldDeal,
    Instrument,
    Itemisation,
    OpeningBalance,
    Record,
    Valuation,
)
from deals.models.instruments import NEVER_COUNTING
from deals.models.money import UsdField

from .histories import differences

# Whose amounts move totals: changing one that is on record asks for the reason.
POSTING = (Instrument, Valuation, Delivery, OpeningBalance, Itemisation)
FACTS = (Instrument, Valuation, Delivery)
ADDED = {
    Valuation: Cause.ESTIMATE,
    Delivery: Cause.DELIVERY,
    OpeningBalance: Cause.OPENING,
    Itemisation: Cause.ITEMISING,
}
# Where the sentence about a problem of a deal's facts is shown.
FIELD_AT_FAULT = {
    "loop": "under",
    "amendment_of_nothing": "under",
    "over_discharge": "discharges_usd",
    "no_contract": "contract",
}


@dataclass(frozen=True)
class Row:
    """A form of the page with its record; `editable` where the person may change it."""

    form: forms.ModelForm
    editable: bool = True

    @property
    def record(self) -> Record:
        return self.form.instance

    @property
    def is_new(self) -> bool:
        return self.record._state.adding

    @property
    def moves_money(self) -> bool:
        """Whether an amount that is already on record changes."""
        if self.is_new or not isinstance(self.record, POSTING):
            return False
        amounts = {f.name for f in self.record._meta.concrete_fields if isinstance(f, UsdField)} | {"rate"}
        return bool(amounts & set(self.form.changed_data))


@dataclass
class Page:
    """What is submitted together. `deal` is the one at hand; `refusal` what the actions or the database said when
    the page was saved a moment ago."""

    deal: Deal | None = None
    formsets: list[tuple[BaseInlineFormSet, bool]] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)

    def check(self, form: "RecordForm") -> None:
        """Look at the whole page, once the form itself has been looked at; what is wrong becomes an error of a form."""
        for sentence in self.refusal:
            form.add_error(None, sentence)
        rows_stand = not [formset for formset, _editable in self.formsets if not formset.is_valid()]
        rows_stand = self._check_lost() and rows_stand
        self._check_seen(form)
        self._check_reason(form)
        if rows_stand and not form.errors:
            self._check_facts(form)
            self._check_blocked(form)

    def rows(self) -> list[Row]:
        """The rows below the form that stay, new or not; those left empty are none."""
        return [
            Row(form, editable)
            for formset, editable in self.formsets
            for form in formset.forms
            if isinstance(form.instance, Record) and not form.instance.archived_at
            if not _goes(formset, form) and (form.instance.pk or form.has_changed())
        ]

    def gone(self) -> list[Record]:
        """The records of the rows ticked for archiving."""
        return [
            form.instance
            for formset, _editable in self.formsets
            for form in formset.forms
            if _goes(formset, form) and form.instance.pk and not form.instance.archived_at
        ]

    def discard_files(self) -> None:
        """Remove the files that came in with new rows, once what was saved with them has been taken back."""
        for formset, _editable in self.formsets:
            for form in formset.extra_forms:
                document = form.instance
                file: Any = getattr(document, "file", None)
                if isinstance(document, Document) and document.pk and file and file._committed:
                    file.storage.delete(file.name)

    def _check_lost(self) -> bool:
        """Whether each row that was on record still is one: a number that means nothing adds no record."""
        lost = [f for formset, _editable in self.formsets for f in formset.initial_forms if not f.instance.pk]
        for form in lost:
            form.add_error(None, _("This row is not on record: open the page anew."))
        return not lost

    def _check_reason(self, form: "RecordForm") -> None:
        if form.cleaned_data.get("reason"):
            return
        if self.gone():
            form.add_error("reason", _("A row is to be archived: say why."))
        elif Row(form).moves_money or any(row.moves_money for row in self.rows()):
            form.add_error("reason", _("An amount that is on record changes: say why."))

    def _check_seen(self, form: "RecordForm") -> None:
        """Refuse to write over what somebody changed after the page was opened; the second time it is meant."""
        seen = _moment(form.cleaned_data.get("seen", ""))
        if seen is None or form.instance.pk is None:
            return
        rows = [f.instance for formset, _editable in self.formsets for f in formset.forms if f.instance.pk]
        records = [form.instance, *rows]
        found = list(_changes_since(seen, records))
        for sentence in found:
            form.add_error(None, sentence)
        if found:
            form.add_error(
                None,
                _("Nothing was saved, and what you typed is kept. Compare, then save again, or open the page anew."),
            )
            form.see_anew()

    def _check_blocked(self, form: "RecordForm") -> None:
        """A deal becomes blocked by an open obstacle that a row of the page names."""
        deal = form.instance
        if not isinstance(deal, Deal) or deal.condition != Condition.BLOCKED or "condition" not in form.changed_data:
            return
        naming = [row.record for row in self.rows() if isinstance(row.record, HeldDeal)]
        if not any(each.obstacle.is_open_on(timezone.localdate()) for each in naming):
            form.add_error("condition", _("Name the obstacle: a deal is blocked by something."))

    def _check_facts(self, form: "RecordForm") -> None:
        main = Row(form)
        rows = [main, *self.rows()]
        deal = form.instance if isinstance(form.instance, Deal) else getattr(form.instance, "deal", None)
        touched = any(isinstance(row.record, FACTS) and row.form.has_changed() for row in rows)
        if deal is None or not (touched or self.gone()):
            return
        papers, facts = facts_with(deal, kept=[row.record for row in rows], gone=self.gone())
        problems = positions.problems(facts)
        for problem, sentence in zip(problems, explain(problems, papers), strict=True):
            _place(problem, rows).add_error(*_at(problem, rows, sentence))


def _goes(formset: BaseInlineFormSet, form: forms.ModelForm) -> bool:
    """Whether the row is ticked for archiving, be the other rows right or wrong."""
    return bool(formset.can_delete and form.cleaned_data.get(DELETION_FIELD_NAME))


def _place(problem: positions.Problem, rows: list[Row]) -> forms.ModelForm:
    """The form that the problem is shown at: that of the row at fault, else the page's own."""
    for row in rows:
        record = row.record
        if not row.editable:
            continue
        if problem.code == "no_contract":
            if isinstance(record, Delivery) and record.contract_id == problem.paper:
                return row.form
        elif isinstance(record, Instrument) and problem.paper in (record.pk, id(record)):
            return row.form
    return rows[0].form


def _at(problem: positions.Problem, rows: list[Row], sentence: str) -> tuple[str | None, str]:
    name = FIELD_AT_FAULT[problem.code]
    return (name if name in _place(problem, rows).fields else None), sentence


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None


def _changes_since(seen: datetime, records: Iterable[Record]) -> Iterator[str]:
    """A sentence for each of the records that was changed after the moment. One query a kind of record."""
    kinds: dict[type[Record], dict[Any, Record]] = {}
    for record in records:
        if isinstance(record, Record):
            kinds.setdefault(type(record), {})[record.pk] = record
    for kind, by_pk in kinds.items():
        later: dict[Any, Any] = {}
        changes = kind.history.filter(id__in=by_pk, history_date__gt=seen)  # type: ignore[attr-defined]
        for change in changes.select_related("history_user").order_by("history_date", "history_id"):
            later[change.id] = change
        for change in later.values():
            yield _("%(who)s changed “%(record)s” after you opened this page. It now says: %(what)s.") % {
                "who": change.history_user,
                "record": change.instance,
                "what": _what_changed(kind, change, seen),
            }


def _what_changed(kind: Any, change: Any, seen: datetime) -> str:
    before = kind.history.filter(id=change.id, history_date__lte=seen).first()
    entries = [change, *([before] if before else [])]
    return "; ".join(f"{found.field}: {found.new}" for found in differences(entries)[0]) or "…"


def page_of(request: HttpRequest) -> Page:
    """The page that the request submits or asks for."""
    page: Page = request.__dict__.setdefault("admin_page", Page())
    return page


def cause_of(rows: Iterable[Row], gone: Iterable[Record]) -> Cause:
    """What to call the postings of the page: what happened, where only one kind of thing did; else a correction."""
    found = {_cause(row) for row in rows if isinstance(row.record, (*POSTING, Deal))}
    found |= {Cause.ARCHIVING for record in gone if isinstance(record, POSTING)}
    found.discard(None)
    return (found.pop() if len(found) == 1 else None) or Cause.CORRECTION


def _cause(row: Row) -> Cause | None:
    record, changed = row.record, set(row.form.changed_data)
    if isinstance(record, Deal):
        was_closed = row.form.initial.get("stage") == Stage.CLOSED
        if (record.stage == Stage.CLOSED) == was_closed:
            return None
        return Cause.REOPENING if was_closed else Cause.CLOSING
    if isinstance(record, Instrument):
        if row.is_new:
            return Cause.AMENDMENT if record.kind == InstrumentKind.AMENDMENT else Cause.SIGNING
        if "ended_on" in changed and not (record.ended_on and row.form.initial.get("ended_on")):
            return Cause.ENDING if record.ended_on else Cause.REOPENING
    if row.is_new:
        return ADDED[type(record)]
    if isinstance(record, Delivery) and "kind" in changed and record.kind == DeliveryKind.ACTUAL:
        return Cause.DELIVERY
    return Cause.CORRECTION


class Tidy(forms.ModelForm):
    """What every form of a record does: options and financing never count, whatever is ticked; and what is chosen is
    taken from the record at hand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, chosen in self.instance._state.fields_cache.items():
            if name in self.fields and isinstance(chosen, Record):
                _know(self.fields[name], chosen)

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if isinstance(self.instance, Instrument) and cleaned.get("kind") in NEVER_COUNTING:
            cleaned["counts"] = False
        return cleaned


def _know(choice: Any, chosen: Record) -> None:
    widget = getattr(choice.widget, "widget", choice.widget)
    if hasattr(widget, "known"):
        widget.known = chosen
    if chosen.archived_at:
        # It was chosen before it was archived: it stays, and is offered nowhere else.
        choice.queryset = choice.queryset | type(chosen).objects.filter(pk=chosen.pk)


class RecordForm(Tidy):
    """The form of a record's own page. It looks at the whole page it stands on."""

    # Fields that say something about the change, not about the record.
    BESIDE: ClassVar[frozenset[str]] = frozenset({"reason", "seen"})
    page: ClassVar[Page]

    reason = forms.CharField(
        label=gettext_lazy("Reason for the change"),
        required=False,
        max_length=400,
        widget=forms.TextInput({"class": "vLargeTextField"}),
        help_text=gettext_lazy("Needed where an amount that is on record changes, or a row is archived."),
    )
    seen = forms.CharField(label="", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = timezone.now().isoformat()

    @property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name not in self.BESIDE]

    def see_anew(self) -> None:
        """What was changed meanwhile has been shown: saving again is meant."""
        typed: Any = self.data
        typed = typed.copy()
        typed[self.add_prefix("seen")] = timezone.now().isoformat()
        self.data = typed

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        self.page.check(self)
