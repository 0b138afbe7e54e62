"""Goods and services received under a contract, and when they are due."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from deals import money, periods, positions
from deals.choices import DeliveryKind, InstrumentKind
from deals.models import Deal, Instrument
from deals.models.records import in_language
from deals.positions import PaperPosition

from .amounts import PricedForm
from .entries import DayField, Group
from .quantities import QuantityField
from .sources import SOURCE, SourcedForm


class DeliveryForm(SourcedForm, PricedForm):
    """A delivery, received or due. More than the contract has left is asked about, and kept with the reason."""

    title = gettext_lazy("Delivery")
    groups: ClassVar = (
        Group(("kind", "contract", "on", "starts_on")),
        Group(("quantity", "unit")),
        Group(("amount", "unknown", "awaited_from", "awaited_by")),
        Group(("basis", "evidence"), gettext_lazy("How the value is known"), folded=True),
        Group(("currency", "rate", "rate_on", "rate_source"), gettext_lazy("In another currency"), folded=True),
        SOURCE,
    )

    kind = forms.ChoiceField(
        label=gettext_lazy("What is entered?"),
        choices=[(DeliveryKind.ACTUAL, gettext_lazy("Received")), (DeliveryKind.PLANNED, gettext_lazy("Due"))],
        widget=forms.RadioSelect,
        initial=DeliveryKind.ACTUAL,
    )
    contract = forms.ModelChoiceField(
        Instrument.objects.none(), label=gettext_lazy("Under the contract"), empty_label=None
    )
    on = DayField(label=gettext_lazy("Day"), help_text=gettext_lazy("Where it is due over a period: its last day."))
    starts_on = DayField(label=gettext_lazy("First day of the period"), required=False)
    quantity = QuantityField(label=gettext_lazy("Quantity"), required=False)
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=80, required=False)

    def __init__(self, *args: Any, standing: dict[object, PaperPosition] | None = None, **kwargs: Any) -> None:
        self.standing = standing or {}
        super().__init__(*args, **kwargs)
        contracts = self.deal.instruments.active().filter(kind=InstrumentKind.CONTRACT)
        self._field("contract").queryset = contracts
        self.fields["on"].initial = self.today
        for paper in contracts:
            if paper.unit:
                self.fields["unit"].initial = paper.unit

    def is_past(self, field: forms.Field) -> bool:
        return field not in (self.fields["on"], self.fields["starts_on"], self.fields["awaited_by"])

    def values_of(self, record: Any) -> dict[str, Any]:
        if isinstance(record, Deal):
            return {}
        return super().values_of(record) | {
            "kind": record.kind,
            "contract": record.contract,
            "on": record.on,
            "starts_on": record.starts_on,
            "quantity": record.quantity,
            "unit": in_language(record, "unit"),
        }

    def clean(self) -> Any:
        cleaned = super().clean()
        received = cleaned.get("kind") == DeliveryKind.ACTUAL
        if received and cleaned.get("on") and cleaned["on"] > self.today:
            self.add_error("on", _("This day is still to come: enter it as due, or once the goods are received."))
        if cleaned.get("on") and cleaned.get("starts_on") and cleaned["starts_on"] > cleaned["on"]:
            self.add_error("starts_on", _("The period of the delivery ends before it starts."))
        contract = cleaned.get("contract")
        if contract and not self.errors:
            self._ask_early(contract, cleaned["on"])
            if received:
                self._ask_beyond(contract, self.priced["usd"])
                self._ask_too_many(contract, cleaned.get("quantity"))
        return cleaned

    def _ask_early(self, contract: Instrument, on: date) -> None:
        if on < contract.signed_on:
            language = get_language() or "vi"
            days = {"day": on, "signed": contract.signed_on}
            self.ask_back(
                "early",
                _("The delivery is of %(day)s, before the contract was signed (%(signed)s).")
                % {name: periods.day_name(day, language=language) for name, day in days.items()},
                needs_reason=True,
            )

    def _ask_too_many(self, contract: Instrument, quantity: Decimal | None) -> None:
        unit = (self.cleaned_data.get("unit") or "").casefold()
        units = {contract.unit_vi.casefold(), contract.unit_en.casefold()} - {""}
        if not quantity or not contract.quantity:
            return
        language = get_language() or "vi"
        if unit and units and unit not in units:
            self.ask_back(
                "unit",
                _("The contract counts in “%(of_contract)s”, this delivery in “%(unit)s”.")
                % {"of_contract": contract.unit, "unit": self.cleaned_data["unit"]},
                needs_reason=True,
            )
            return
        others = self.deal.deliveries.active().filter(contract=contract, kind=DeliveryKind.ACTUAL)
        if self.corrects:
            others = others.exclude(pk=self.record.pk)
        before = sum(filter(None, others.values_list("quantity", flat=True)), Decimal(0))
        if before + quantity > contract.quantity:
            shown = {"all": before + quantity, "of": contract.quantity}
            self.ask_back(
                "too_many",
                _("With this delivery %(all)s are received, and the contract is for %(of)s.")
                % {name: money.number(number, language=language, places=0) for name, number in shown.items()},
                needs_reason=True,
            )

    def _ask_beyond(self, contract: Instrument, usd: Decimal | None) -> None:
        position = self.standing.get(contract.pk)
        if position is None or usd is None or contract.usd is None:
            return
        before = self.record.usd or positions.ZERO if self.corrects and self.record.contract_id == contract.pk else 0
        left = position.net - position.delivered + before
        if usd > left:
            shown = {"left": max(left, positions.ZERO), "usd": usd}
            language = get_language() or "vi"
            self.ask_back(
                "beyond",
                _("The contract has %(left)s left to deliver; this delivery is worth %(usd)s.")
                % {name: money.full(amount, language=language) for name, amount in shown.items()},
                needs_reason=True,
            )

    @property
    def fields_of_record(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        known = {name: cleaned[name] for name in ("kind", "contract", "on", "starts_on", "quantity")}
        return {**known, **self.in_language("unit"), **self.priced, **self.source}
