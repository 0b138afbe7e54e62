"""Signing a paper in steps, amending one, ending one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from deals import money, periods
from deals.choices import EndReason, Evidence, InstrumentKind, Release
from deals.models import Deal, Event, Instrument
from deals.models.records import in_language
from deals.positions import PaperPosition
from deals.stages import Requirement

from .amounts import AmountField, PricedForm
from .deals import OFFICERS
from .documents import FileField, refuse_file
from .entries import DayField, EntryForm, Group
from .parties import PartnerField
from .quantities import QuantityField
from .sources import SOURCE, SourcedForm

# What may be signed through each of the doors.
SIGNED: dict[str, tuple[InstrumentKind, ...]] = {
    "mou": (InstrumentKind.MOU, InstrumentKind.LOI, InstrumentKind.FRAMEWORK),
    "contract": (InstrumentKind.CONTRACT,),
    "other": (InstrumentKind.OPTION, InstrumentKind.FINANCING),
}


class PaperForm(SourcedForm, PricedForm):
    """What a paper says: what is signed, when, for how much, and what evidences it."""

    title = gettext_lazy("Paper")
    groups: ClassVar = (
        Group(("kind", "signed_on", "number")),
        Group(("goods", "quantity", "unit")),
        Group(("amount", "unknown", "awaited_from", "awaited_by")),
        Group(("basis", "evidence", "file", "seen_at")),
        Group(
            ("deal_partner", "officer", "other_title"), gettext_lazy("What the deal itself still needs for this stage")
        ),
        Group(("event", "expires_on", "release"), gettext_lazy("Event, term and release"), folded=True),
        Group(("currency", "rate", "rate_on", "rate_source"), gettext_lazy("In another currency"), folded=True),
        SOURCE,
    )

    kind = forms.ChoiceField(label=gettext_lazy("What is signed?"))
    signed_on = DayField(label=gettext_lazy("Signed on"))
    number = forms.CharField(label=gettext_lazy("Number of the paper"), max_length=80, required=False)
    goods = forms.CharField(label=gettext_lazy("Goods or services"), max_length=300, required=False)
    quantity = QuantityField(label=gettext_lazy("Quantity"), required=False)
    unit = forms.CharField(
        label=gettext_lazy("Unit"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Aircraft, turbines, tonnes …"),
    )
    event = forms.ModelChoiceField(Event.objects.none(), label=gettext_lazy("Signed at the event"), required=False)
    expires_on = DayField(label=gettext_lazy("Runs until"), required=False)
    release = forms.ChoiceField(
        label=gettext_lazy("Released to"),
        choices=[("", gettext_lazy("As its deal is")), *Release.choices],
        required=False,
    )

    def __init__(self, *args: Any, door: str = "", last_usd: Decimal | None = None, **kwargs: Any) -> None:
        self.last_known_usd = last_usd
        super().__init__(*args, **kwargs)
        kinds = SIGNED[door] if door else tuple(kind for kind in InstrumentKind if kind != InstrumentKind.AMENDMENT)
        kind: Any = self.fields["kind"]
        kind.choices = [(each.value, each.label) for each in kinds]
        if len(kinds) == 1:
            kind.widget = forms.HiddenInput()
            kind.initial = kinds[0].value
        self._field("event").queryset = Event.objects.active().order_by("-on")
        self.fields["signed_on"].initial = self.today

    @property
    def last_usd(self) -> Decimal | None:
        return self.last_known_usd

    def is_past(self, field: forms.Field) -> bool:
        return field not in (self.fields["expires_on"], self.fields["awaited_by"])

    def values_of(self, record: Any) -> dict[str, Any]:
        if isinstance(record, Deal):
            return {}
        known = {
            name: getattr(record, name) for name in ("kind", "signed_on", "number", "quantity", "expires_on", "release")
        }
        bilingual = {name: in_language(record, name) for name in ("goods", "unit")}
        return super().values_of(record) | known | bilingual | {"event": record.event}

    def clean(self) -> Any:
        cleaned = super().clean()
        signed_on, expires_on = cleaned.get("signed_on"), cleaned.get("expires_on")
        if signed_on and signed_on > self.today:
            self.add_error("signed_on", _("This day is still to come: enter the paper once it is signed."))
        if signed_on and expires_on and expires_on < signed_on:
            self.add_error("expires_on", _("The paper runs out before it was signed: check both days."))
        return cleaned

    @property
    def fields_of_record(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        known = {
            name: cleaned[name]
            for name in ("kind", "signed_on", "number", "quantity", "event", "expires_on", "release")
        }
        return {**known, **self.in_language("goods", "unit"), **self.priced, **self.source}


class SigningForm(PaperForm):
    """The first step of a signing: the paper, its evidence, and what the deal itself still lacks for the stage that
    the paper brings it to."""

    file = FileField(
        label=gettext_lazy("The signed paper"),
        required=False,
        help_text=gettext_lazy("PDF, Word, Excel, PowerPoint, PNG or JPEG, at most 20 MB."),
    )
    seen_at = forms.CharField(
        label=gettext_lazy("Seen, not held: where the original is"), max_length=300, required=False
    )

    def __init__(self, *args: Any, lacking: Iterable[Requirement] = (), attached: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.attached = attached
        self.fields["evidence"].required = True
        if attached:
            self.fields["file"].help_text = _("Kept with this form: %(name)s. Choose another file to replace it.") % {
                "name": attached
            }
        wanted = {requirement.name for requirement in lacking}
        if "partner" in wanted:
            self.fields["deal_partner"] = PartnerField(label=_("US partner of the deal"), required=False)
        if "officer" in wanted:
            self.fields["officer"] = forms.ModelChoiceField(
                OFFICERS, label=_("Officer in charge"), required=False, initial=self.by
            )
        if "titles" in wanted:
            other = _("Title in Vietnamese") if not self.deal.title_vi else _("Title in English")
            self.fields["other_title"] = forms.CharField(label=other, max_length=200, required=False)

    def clean_file(self) -> Any:
        return refuse_file(self.cleaned_data.get("file"))

    def clean(self) -> Any:
        cleaned = super().clean()
        evidence = cleaned.get("evidence")
        has_file = bool(cleaned.get("file") or self.attached)
        if evidence == Evidence.DOCUMENT_HELD and not has_file and "file" not in self.errors:
            self.add_error("file", _("Attach the document that is held, or choose “Document seen, not held”."))
        if evidence == Evidence.DOCUMENT_SEEN and not cleaned.get("seen_at"):
            self.add_error("seen_at", _("Say who showed the document and where the original is kept."))
        return cleaned

    @property
    def fields_of_deal(self) -> dict[str, Any]:
        """What the deal lacked and was given here."""
        cleaned = self.cleaned_data
        found = {"partner": cleaned.get("deal_partner"), "officer": cleaned.get("officer")}
        if "other_title" in self.fields:
            found["title_en" if self.deal.title_vi else "title_vi"] = cleaned.get("other_title")
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class OpenPaper:
    """A paper that a new one may take over from: what is left of it on the day, and how much the new one probably
    takes over (None: there is nothing to go by)."""

    paper: Instrument
    position: PaperPosition
    suggested: Decimal | None


class DischargeForm(EntryForm):
    """The second step of a signing: which paper the new one carries on, and how much of it."""

    title = gettext_lazy("What it takes over")
    NONE = "none"

    under = forms.ChoiceField(label=gettext_lazy("It carries on"), widget=forms.RadioSelect)
    discharges = AmountField(
        label=gettext_lazy("It takes over"),
        required=False,
        help_text=gettext_lazy("Left empty: the amount that is suggested for the paper."),
    )
    completes = forms.BooleanField(
        label=gettext_lazy("This completes it"),
        required=False,
        help_text=gettext_lazy("Nothing more is to come: the paper above ends as fulfilled, whatever is left of it."),
    )

    def __init__(self, *args: Any, papers: list[OpenPaper], signed_on: date, binding: bool, **kwargs: Any) -> None:
        self.papers = {str(each.paper.pk): each for each in papers}
        self.signed_on = signed_on
        super().__init__(*args, **kwargs)
        under: Any = self.fields["under"]
        under.choices = [
            *((key, self._in_words(each)) for key, each in self.papers.items()),
            (self.NONE, _("None: it stands by itself")),
        ]
        if papers:
            under.initial = str(papers[0].paper.pk) if binding else self.NONE
            self.fields["discharges"].initial = papers[0].suggested if binding else None

    def _in_words(self, each: OpenPaper) -> str:
        language = get_language() or "vi"
        words = {
            "paper": each.paper.title or each.paper.get_kind_display(),
            "day": periods.day_name(each.paper.signed_on, language=language),
            "left": money.short(each.position.remainder, language=language),
        }
        if each.suggested is None:
            return _("%(paper)s (%(day)s): %(left)s left") % words
        return _("%(paper)s (%(day)s): %(left)s left; suggested: %(suggested)s") % {
            **words,
            "suggested": money.short(each.suggested, language=language),
        }

    @property
    def chosen(self) -> OpenPaper | None:
        return self.papers.get(self.cleaned_data.get("under", ""))

    @property
    def discharges_usd(self) -> Decimal | None:
        """What is taken over of the chosen paper; None where there is none, or nothing to go by."""
        if self.chosen is None:
            return None
        typed = self.cleaned_data.get("discharges")
        return self.chosen.suggested if typed is None else typed

    def clean(self) -> Any:
        cleaned = self.cleaned_data
        chosen = self.chosen
        if chosen is None:
            if cleaned.get("completes"):
                self.add_error("completes", _("Choose the paper that it completes."))
            return cleaned
        language = get_language() or "vi"
        left, wanted = chosen.position.remainder, self.discharges_usd
        if wanted is not None and wanted > left and chosen.paper.usd is not None:
            self.add_error(
                "discharges",
                _("Only %(left)s is left of this paper: write that or less, or amend the paper first.")
                % {"left": money.full(left, language=language)},
            )
        if self.signed_on < chosen.paper.signed_on:
            days = {"day": self.signed_on, "above": chosen.paper.signed_on}
            self.ask_back(
                "before",
                _("The new paper was signed on %(day)s, before the one it carries on (%(above)s).")
                % {name: periods.day_name(day, language=language) for name, day in days.items()},
                needs_reason=True,
            )
        return cleaned


class EndingForm(EntryForm):
    """The end of a paper that was neither completed by another nor closed with its deal."""

    title = gettext_lazy("End of a paper")

    paper = forms.ModelChoiceField(Instrument.objects.none(), label=gettext_lazy("The paper"), empty_label=None)
    why = forms.ChoiceField(label=gettext_lazy("How it ended"), choices=EndReason.choices, widget=forms.RadioSelect)
    on = DayField(label=gettext_lazy("Ended on"), help_text=gettext_lazy("It is in force until the day before."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        papers = self.deal.instruments.in_force(self.today).exclude(kind=InstrumentKind.AMENDMENT)
        self._field("paper").queryset = papers
        self.fields["on"].initial = self.today
        self.show_reason(_("Why it ended"))

    def clean(self) -> Any:
        cleaned = self.cleaned_data
        paper, on = cleaned.get("paper"), cleaned.get("on")
        if on and on > self.today:
            self.add_error("on", _("This day is still to come: enter the end once it has happened."))
        elif paper and on and on < paper.signed_on:
            self.add_error("on", _("The paper ended before it was signed: check both days."))
        return cleaned
