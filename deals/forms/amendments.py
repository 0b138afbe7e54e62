"""An amendment: by how much it changes the value of a paper."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from deals import money, positions
from deals.choices import InstrumentKind
from deals.models import Instrument
from deals.positions import PaperPosition

from .amounts import PricedForm
from .entries import DayField, Group
from .sources import SOURCE, SourcedForm


class AmendmentForm(SourcedForm, PricedForm):
    """A paper that changes the value of another."""

    RAISES, LOWERS, SETS, KEEPS = "raises", "lowers", "sets", "keeps"
    title = gettext_lazy("Amendment")
    groups: ClassVar = (
        Group(("paper", "on", "number")),
        Group(("effect", "amount", "unknown", "awaited_from", "awaited_by")),
        Group(("basis", "evidence")),
        Group(("currency", "rate", "rate_on", "rate_source"), gettext_lazy("In another currency"), folded=True),
        SOURCE,
    )
    value_required = False

    paper = forms.ModelChoiceField(Instrument.objects.none(), label=gettext_lazy("It amends"), empty_label=None)
    on = DayField(label=gettext_lazy("Signed on"))
    number = forms.CharField(label=gettext_lazy("Number of the paper"), max_length=80, required=False)
    effect = forms.ChoiceField(
        label=gettext_lazy("The value"),
        choices=[
            (RAISES, gettext_lazy("rises by")),
            (LOWERS, gettext_lazy("falls by")),
            (SETS, gettext_lazy("is now, in all")),
            (KEEPS, gettext_lazy("stays as it is")),
        ],
        widget=forms.RadioSelect,
        initial=RAISES,
    )

    def __init__(self, *args: Any, standing: dict[object, PaperPosition] | None = None, **kwargs: Any) -> None:
        self.standing = standing or {}
        super().__init__(*args, **kwargs)
        papers = self.deal.instruments.in_force(self.today).exclude(kind=InstrumentKind.AMENDMENT)
        self._field("paper").queryset = papers
        self.fields["on"].initial = self.today

    def clean(self) -> Any:
        cleaned = super().clean()
        paper, on = cleaned.get("paper"), cleaned.get("on")
        if on and on > self.today:
            self.add_error("on", _("This day is still to come: enter the paper once it is signed."))
        if paper and on and on < paper.signed_on:
            self.add_error("on", _("An amendment is not signed before the paper it amends: check the day."))
        effect, language = cleaned.get("effect"), get_language() or "vi"
        if effect == self.KEEPS and (cleaned.get("amount") or cleaned.get("unknown")):
            self.add_error("amount", _("The value stays as it is: leave the amount empty, or choose how it changes."))
        elif (
            effect != self.KEEPS
            and cleaned.get("amount") is None
            and not cleaned.get("unknown")
            and "amount" not in self.errors
        ):
            self.add_error("amount", _("Say by how much, or tick “not known yet”, or choose “stays as it is”."))
        if paper and not self.errors:
            self._ask_below(paper)
        if paper and not self.errors and (change := self.change_usd) is not None and change < 0:
            net = self._net(paper)
            if net is not None and -change > net:
                self.add_error(
                    "amount",
                    _("The paper is worth %(net)s: it cannot fall by more.")
                    % {"net": money.full(net, language=language)},
                )
        return cleaned

    @property
    def last_usd(self) -> Decimal | None:
        paper = getattr(self, "cleaned_data", {}).get("paper")
        return self._net(paper) if paper else None

    def _ask_below(self, paper: Instrument) -> None:
        """Ask about an amendment that leaves less than was already taken over or delivered."""
        position, change = self.standing.get(paper.pk), self.change_usd
        if position is None or change is None or paper.usd is None:
            return
        carried_on, left = position.delivered + position.discharged, position.net + change
        if 0 <= left < carried_on:
            language = get_language() or "vi"
            shown = {"left": left, "carried_on": carried_on}
            self.ask_back(
                "below",
                _("The paper would be worth %(left)s; %(carried_on)s of it is taken over or delivered already.")
                % {name: money.full(amount, language=language) for name, amount in shown.items()},
                needs_reason=True,
            )

    def _net(self, paper: Instrument) -> Decimal | None:
        position = self.standing.get(paper.pk)
        return position.net if position else paper.usd

    @property
    def change_usd(self) -> Decimal | None:
        """By how much the value changes, in US$; None where that is not known."""
        effect, usd = self.cleaned_data["effect"], self.priced["usd"]
        if effect == self.KEEPS:
            return positions.ZERO
        if usd is None:
            return None
        if effect == self.SETS:
            return usd - (self._net(self.cleaned_data["paper"]) or positions.ZERO)
        return -usd if effect == self.LOWERS else usd

    @property
    def fields_of_record(self) -> dict[str, Any]:
        cleaned, change = self.cleaned_data, self.change_usd
        priced = self.priced | {"usd": change}
        if priced["currency"] != "USD" and change != self.priced["usd"]:
            # What the paper itself states in the other currency is another amount than the change.
            priced |= {"currency": "USD", "amount": None, "rate": None, "rate_on": None, "rate_source": ""}
        return {"number": cleaned["number"], **priced, **self.source}
