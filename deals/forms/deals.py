"""A new deal, a deal changed, its stage, its closing and reopening."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from deals import stages
from deals.choices import Outcome, Release, Stage
from deals.models import Sector, User
from deals.stages import Requirement

from .amounts import PricedForm
from .entries import DayField, EntryForm, Group
from .parties import EnterpriseField, PartnerField

OFFICERS = User.objects.in_charge()


class NewDealForm(PricedForm):
    """A new deal from five fields; the rest is asked for by stage."""

    title = gettext_lazy("New deal")
    button = gettext_lazy("Enter the deal")
    groups: ClassVar = (
        Group(("name", "enterprise", "partner", "sector")),
        Group(("amount", "unknown", "awaited_from", "awaited_by"), gettext_lazy("What it is expected to be worth")),
        Group(("basis", "evidence"), gettext_lazy("How the value is known"), folded=True),
        Group(("currency", "rate", "rate_on", "rate_source"), gettext_lazy("In another currency"), folded=True),
    )

    name = forms.CharField(
        label=gettext_lazy("What is bought"),
        max_length=200,
        help_text=gettext_lazy("With the quantity, as in “50 Boeing 737 MAX aircraft”."),
    )
    enterprise = EnterpriseField(label=gettext_lazy("Enterprise"))
    partner = PartnerField(
        label=pgettext_lazy("heading", "US partner"),
        required=False,
        may_be_new=True,
        help_text=gettext_lazy("Leave empty where it is not chosen yet."),
    )
    sector = forms.ModelChoiceField(Sector.objects.none(), label=gettext_lazy("Sector"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._field("sector").queryset = Sector.objects.active()

    def clean(self) -> Any:
        cleaned = super().clean()
        if isinstance(name := cleaned.get("partner"), str):
            field: Any = self.fields["partner"]
            sentence = _("“%(name)s” is not on the list of partners: it will be added.") % {"name": name}
            if close := field.close_to(name):
                sentence += " " + _("Did you mean %(names)s?") % {"names": ", ".join(close)}
            self.ask_back("new_partner", sentence)
        return cleaned

    @property
    def new_partner(self) -> str:
        """The name of a partner that is on no list yet; empty where it is known, or none is named."""
        partner = self.cleaned_data.get("partner")
        return partner if isinstance(partner, str) else ""

    @property
    def fields_of_record(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            f"title_{self.language}": cleaned["name"],
            "enterprise": cleaned["enterprise"],
            "partner": None if self.new_partner else cleaned["partner"],
            "sector": cleaned["sector"],
            "officer": self.by,
        }


class DealForm(EntryForm):
    """What is known of the deal itself. Only the day it is expected and who is in charge change often."""

    title = gettext_lazy("The deal itself")
    groups: ClassVar = (
        Group(("title_vi", "title_en")),
        Group(("enterprise", "partner", "sector")),
        Group(("officer", "expected_on", "release")),
        Group(("description_vi", "description_en"), gettext_lazy("Description"), folded=True),
    )
    NAMES = (
        "title_vi",
        "title_en",
        "enterprise",
        "partner",
        "sector",
        "officer",
        "expected_on",
        "release",
        "description_vi",
        "description_en",
    )

    title_vi = forms.CharField(label=gettext_lazy("Title in Vietnamese"), max_length=200, required=False)
    title_en = forms.CharField(label=gettext_lazy("Title in English"), max_length=200, required=False)
    enterprise = EnterpriseField(label=gettext_lazy("Enterprise"))
    partner = PartnerField(label=pgettext_lazy("heading", "US partner"), required=False)
    sector = forms.ModelChoiceField(Sector.objects.none(), label=gettext_lazy("Sector"), empty_label=None)
    officer = forms.ModelChoiceField(OFFICERS, label=gettext_lazy("Officer in charge"), required=False)
    expected_on = DayField(label=gettext_lazy("Contract expected by"), required=False)
    release = forms.ChoiceField(
        label=gettext_lazy("Released to"),
        choices=Release.choices,
        help_text=gettext_lazy("Briefings and exports made for a wider circle leave the deal out."),
    )
    description_vi = forms.CharField(
        label=gettext_lazy("Description in Vietnamese"),
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    description_en = forms.CharField(
        label=gettext_lazy("Description in English"),
        max_length=4000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._field("sector").queryset = Sector.objects.active()
        self._field("officer").queryset = User.objects.in_charge(self.deal.officer_id)

    def is_past(self, field: forms.Field) -> bool:
        return False

    def values_of(self, record: Any) -> dict[str, Any]:
        return {name: getattr(record, name) for name in self.NAMES}

    def clean(self) -> Any:
        cleaned = self.cleaned_data
        if not (cleaned.get("title_vi") or cleaned.get("title_en")):
            self.add_error("title_vi", _("A deal needs a title, in Vietnamese or in English."))
        return cleaned

    @property
    def fields_of_record(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.NAMES}


class StageForm(EntryForm):
    """The stage a deal has reached, with what that stage asks for of the deal itself."""

    title = gettext_lazy("Stage")

    stage = forms.ChoiceField(label=gettext_lazy("The deal has reached"), widget=forms.RadioSelect)
    on = DayField(label=gettext_lazy("Day"))

    def __init__(self, *args: Any, lacking: dict[Stage, list[Requirement]] | None = None, **kwargs: Any) -> None:
        self.lacking = lacking or {}
        super().__init__(*args, **kwargs)
        stage: Any = self.fields["stage"]
        stage.choices = [(each.value, each.label) for each in stages.OPEN if each != self.deal.stage]
        stage.initial = stages.following(self.deal.stage) or self.deal.stage
        self.fields["on"].initial = self.today
        wanted = {requirement.field for several in self.lacking.values() for requirement in several}
        if "partner" in wanted:
            self.fields["partner"] = PartnerField(label=_("US partner of the deal"), required=False)
        if "officer" in wanted:
            self.fields["officer"] = forms.ModelChoiceField(
                OFFICERS, label=_("Officer in charge"), required=False, initial=self.by
            )
        if "expected_on" in wanted:
            self.fields["expected_on"] = DayField(label=_("Contract expected by"), required=False)
        if "title" in wanted:
            other = _("Title in Vietnamese") if not self.deal.title_vi else _("Title in English")
            self.fields["other_title"] = forms.CharField(label=other, max_length=200, required=False)
        self.fields["reason"].label = _("Reason, where the deal goes back")
        self.needs_reason = True

    def is_past(self, field: forms.Field) -> bool:
        return field is not self.fields.get("expected_on")

    def values_of(self, record: Any) -> dict[str, Any]:
        return {}

    def clean(self) -> Any:
        cleaned = self.cleaned_data
        if cleaned.get("on") and cleaned["on"] > self.today:
            self.add_error("on", _("This day is still to come."))
        stage = cleaned.get("stage")
        if stage and not stages.is_forward(self.deal.stage, stage) and not cleaned.get("reason"):
            self.add_error("reason", _("Say why the deal goes back."))
        return cleaned

    @property
    def fields_of_deal(self) -> dict[str, Any]:
        """What the deal lacked and was given here."""
        cleaned = self.cleaned_data
        found = {name: cleaned.get(name) for name in ("partner", "officer", "expected_on")}
        if "other_title" in self.fields:
            found["title_en" if self.deal.title_vi else "title_vi"] = cleaned.get("other_title")
        return {name: value for name, value in found.items() if value}


class CloseForm(EntryForm):
    """The end of a deal: why, on which day, and in words. Its papers end with it."""

    title = gettext_lazy("Close the deal")
    button = gettext_lazy("Close the deal")

    outcome = forms.ChoiceField(
        label=gettext_lazy("What became of it?"), choices=Outcome.choices, widget=forms.RadioSelect
    )
    on = DayField(label=gettext_lazy("Closed on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = self.today
        self.show_reason(_("Why, and who decided"))

    def clean(self) -> Any:
        if self.cleaned_data.get("on") and self.cleaned_data["on"] > self.today:
            self.add_error("on", _("This day is still to come."))
        return self.cleaned_data


class ReopenForm(EntryForm):
    """A closed deal taken up again, as if it had never been closed."""

    title = gettext_lazy("Reopen the deal")
    button = gettext_lazy("Reopen the deal")

    stage = forms.ChoiceField(label=gettext_lazy("Where it stands"), widget=forms.RadioSelect)
    on = DayField(label=gettext_lazy("Reopened on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stage: Any = self.fields["stage"]
        stage.choices = [(each.value, each.label) for each in stages.OPEN]
        before = self.deal.stage_changes.exclude(stage=Stage.CLOSED).order_by("-on", "-id").first()
        stage.initial = before.stage if before else Stage.TALKS
        self.fields["on"].initial = self.today
        self.show_reason(_("Why it is reopened"))
