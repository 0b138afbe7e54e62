"""Amounts of money in forms: a number with its unit, read in one way or asked back, and repeated in words."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, ClassVar

from django import forms
from django.forms import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deals import money
from deals.choices import Evidence, ValueBasis
from deals.models.money import Priced

from . import echoes
from .echoes import Parts, in_digits, in_words, language
from .entries import DayField, EntryForm, Group

LARGE = 10 * money.BILLION
MOST_RATE = Decimal("999999.99999999")
CHOOSE = ("", gettext_lazy("Choose the unit"))
UNITS_OF_DOLLARS = [
    CHOOSE,
    ("one", gettext_lazy("US$")),
    ("million", gettext_lazy("US$ million")),
    ("billion", gettext_lazy("US$ billion")),
]
UNITS_OF_ANY_CURRENCY = [
    CHOOSE,
    ("one", gettext_lazy("in full")),
    ("million", gettext_lazy("million")),
    ("billion", gettext_lazy("billion")),
]


def beside(name: str) -> str:
    """The name of the currency that belongs to the amount of this name: it stands in the same form."""
    return name[: name.rfind("-") + 1] + "currency"


class AmountInput(forms.MultiWidget):
    """A box for the number, its unit beside it, and below them what they amount to, in digits and words.

    Its value is a list of number, unit, chosen reading and currency.
    """

    template_name = "forms/amount.html"
    use_fieldset = False

    def __init__(self, *, allow_negative: bool = False, has_currency: bool = False) -> None:
        self.allow_negative = allow_negative
        self.has_currency = has_currency
        self.currency = "USD"  # of the amount that is shown first
        number = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
        units = UNITS_OF_ANY_CURRENCY if has_currency else UNITS_OF_DOLLARS
        super().__init__([number, forms.Select({"aria-label": gettext_lazy("Unit")}, choices=units)])

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else ""

    def decompress(self, value: Decimal | None) -> list[str]:
        number, unit = ("", "") if value is None else money.written(Decimal(value), language=language())
        return [number, unit, "", self.currency]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str | None]:
        currency = data.get(beside(name)) if self.has_currency else "USD"
        return [*super().value_from_datadict(data, files, name), data.get(f"{name}_2"), currency]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        parts = Parts.of(value if isinstance(value, list) else self.decompress(value))
        context = super().get_context(name, echoes.to_show(parts), attrs)
        widget = context["widget"]
        said = echoes.echo(name, parts, allow_negative=self.allow_negative)
        widget["echo"] = replace(said, problem="")  # the errors of the field say it
        widget["allow_negative"] = self.allow_negative
        widget["currency_id"] = widget["attrs"].get("id", "").replace(name, beside(name)) if self.has_currency else ""
        return context


class AmountField(forms.Field):
    """An amount to the cent, typed as a number with its unit. What can be read in two ways is asked back.

    With `has_currency` the form has a field `currency`, and the amount is in that currency; otherwise it is in US$.
    """

    widget: AmountInput

    def __init__(self, *, allow_negative: bool = False, has_currency: bool = False, **kwargs: Any) -> None:
        widget = AmountInput(allow_negative=allow_negative, has_currency=has_currency)
        super().__init__(**{"widget": widget, **kwargs})

    def to_python(self, value: Any) -> Decimal | None:
        """The amount from the list of the widget."""
        return echoes.read(Parts.of(value), allow_negative=self.widget.allow_negative) if value else None


class RateField(forms.CharField):
    """What one unit of a currency is in US$, with at most 8 decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return money.clear(value, language=language()) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        """The rate, or None. ValidationError for what is no rate and for what can be read in two ways."""
        text = super().to_python(value)
        if not text:
            return None
        found = money.readings(text)
        if len(found) > 1:
            more, less = (money.clear(reading, language=language()) for reading in found)
            raise ValidationError(
                _("“%(text)s” can be read in two ways: write %(more)s or %(less)s."),
                code="ambiguous",
                params={"text": text, "more": more, "less": less},
            )
        if not found or not 0 < found[0] <= MOST_RATE or found[0] != round(found[0], 8):
            raise ValidationError(
                _("“%(text)s” is no rate: write a number such as 1.0850, with at most 8 decimals."),
                code="rate",
                params={"text": echoes.cut(text)},
            )
        return found[0]


class PricedForm(EntryForm):
    """What something is worth: an amount, or the word that it is not known yet and who is to say.

    `value_required` is false where there may be neither; `allow_negative` is true for what changes a value.
    """

    value_required: ClassVar[bool] = True
    allow_negative: ClassVar[bool] = False
    groups: ClassVar[tuple[Group, ...]] = (
        Group(("amount", "unknown", "awaited_from", "awaited_by", "basis", "evidence"), gettext_lazy("Value")),
        Group(("currency", "rate", "rate_on", "rate_source"), gettext_lazy("In another currency"), folded=True),
    )

    amount = AmountField(
        label=gettext_lazy("Value"),
        required=False,
        has_currency=True,
        help_text=gettext_lazy("In US$, unless another currency is chosen."),
    )
    unknown = forms.BooleanField(label=gettext_lazy("Not known yet"), required=False)
    awaited_from = forms.CharField(label=gettext_lazy("Who is to supply the value?"), required=False, max_length=200)
    awaited_by = DayField(label=gettext_lazy("By which day?"), required=False)
    basis = forms.ChoiceField(
        label=gettext_lazy("Value basis"), required=False, choices=[("", "–"), *ValueBasis.choices]
    )
    evidence = forms.ChoiceField(label=gettext_lazy("Evidence"), required=False, choices=[("", "–"), *Evidence.choices])
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"),
        required=False,
        initial="USD",
        choices=[(code, code) for code in money.CURRENCIES],
    )
    rate = RateField(label=gettext_lazy("US$ for one unit of that currency"), required=False)
    rate_on = DayField(label=gettext_lazy("Day of the rate"), required=False)
    rate_source = forms.CharField(label=gettext_lazy("Source of the rate"), required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget: Any = self.fields["amount"].widget
        widget.allow_negative = self.allow_negative
        widget.currency = self.get_initial_for_field(self.fields["currency"], "currency")

    @property
    def last_usd(self) -> Decimal | None:
        """The last value known of the same thing, to which this one is compared."""
        return None

    def is_past(self, field: forms.Field) -> bool:
        return field is not self.fields["awaited_by"] and super().is_past(field)

    def values_of(self, record: Any) -> dict[str, Any]:
        found = super().values_of(record)
        if not isinstance(record, Priced):
            return found
        same = ("currency", "rate", "rate_on", "rate_source", "basis", "evidence", "awaited_from", "awaited_by")
        return (
            found
            | {name: getattr(record, name) for name in same}
            | {
                "amount": record.usd if record.currency == "USD" else record.amount,
                "unknown": record.usd is None and (self.value_required or bool(record.awaited_from)),
            }
        )

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"] or "USD"

    def clean_rate_on(self) -> date | None:
        day: date | None = self.cleaned_data["rate_on"]
        if day and day > self.today:
            raise ValidationError(_("This day is still to come: a rate is that of a day already past."), code="future")
        return day

    def clean(self) -> dict[str, Any]:
        """Adds `usd`: the value in US$, None where it is not known or something about it is wrong."""
        super().clean()
        self._check_knowledge()
        self._check_currency()
        self.cleaned_data["usd"] = usd = self._usd()
        if usd is not None:
            self._ask_about_size(usd)
        return self.cleaned_data

    @property
    def priced(self) -> dict[str, Any]:
        """The fields of `models.money.Priced`, once the form is valid."""
        known = ("usd", "currency", "rate", "rate_on", "rate_source", "basis", "evidence", "awaited_from", "awaited_by")
        found = {name: self.cleaned_data[name] for name in known}
        return found | {"amount": None if found["currency"] == "USD" else self.cleaned_data["amount"]}

    def _check_knowledge(self) -> None:
        """There is a value, or it is said who is to supply it and when."""
        given = self._is_given("amount")
        awaited = [name for name in ("awaited_from", "awaited_by") if self._is_given(name)]
        if self.cleaned_data.get("unknown"):
            if given:
                self.add_error("unknown", _("A value is entered as well: clear the value, or clear this tick."))
            if "awaited_from" not in awaited:
                self.add_error("awaited_from", _("Say who is to supply the value."))
            if "awaited_by" not in awaited:
                self.add_error("awaited_by", _("Say by which day the value is expected."))
            elif self.cleaned_data.get("awaited_by") and self.cleaned_data["awaited_by"] < self.today:
                self.add_error("awaited_by", _("This day has passed: choose one that is still to come."))
        elif awaited and given:
            self.add_error(awaited[0], _("A value is entered, so none is awaited: clear this, or clear the value."))
        elif awaited:
            self.add_error("unknown", _("Tick this while the value is awaited, or enter the value."))
        elif self.value_required and not given:
            self.add_error("amount", _("Enter the value, or tick “Not known yet” and say who is to supply it."))

    def _check_currency(self) -> None:
        """Another currency has an amount, a rate, its day and its source; US$ have none of the last three."""
        currency = self.cleaned_data.get("currency")
        if not currency:
            return
        if currency != "USD" and not self._is_given("amount"):
            self.add_error("currency", _("Enter the amount in this currency, or choose USD."))
        for name in ("rate", "rate_on", "rate_source"):
            if currency == "USD" and self._is_given(name):
                self.add_error(name, _("US$ have no rate: choose the currency of the amount, or clear this."))
            elif currency != "USD" and not self._is_given(name):
                self.add_error(name, _("An amount in another currency than US$ needs this."))

    def _is_given(self, name: str) -> bool:
        """Whether something was entered, right or wrong."""
        return name in self.errors or self.cleaned_data.get(name) not in (None, "")

    def _usd(self) -> Decimal | None:
        """The value in US$, at the rate of its day, rounded half to even to the cent."""
        amount, rate = self.cleaned_data.get("amount"), self.cleaned_data.get("rate")
        if amount is None or self.cleaned_data.get("currency") == "USD":
            return amount
        if rate is None:
            return None
        usd: Decimal = (amount * rate).quantize(money.CENT, rounding=ROUND_HALF_EVEN)
        if abs(usd) > money.MOST:
            self.add_error("amount", _("In US$ this is more than 999,999,999,999.99."))
            return None
        return usd

    def _ask_about_size(self, usd: Decimal) -> None:
        """Ask back about a value that may be wrong by a factor of 1,000."""
        said = {"value": in_digits(usd), "words": in_words(usd)}
        if abs(usd) > LARGE:
            text = _("The value is above %(limit)s: %(value)s, %(words)s. Is that right?")
            self.ask_back("large", text % {**said, "limit": money.short(LARGE, language=language())})
        last = self.last_usd
        if last and last > 0 and abs(usd) > 3 * last:
            text = _("The value is more than three times the last one known: %(value)s, after %(last)s. Is that right?")
            self.ask_back("tripled", text % {**said, "last": in_digits(last)})
