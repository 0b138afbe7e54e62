"""How many: read in one way, or asked back."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from deals import money

MOST = Decimal(10) ** 13
PLACES = 3


class QuantityField(forms.CharField):
    """A quantity above zero with at most three decimals. A number that can be read in two ways is refused with both."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    default_error_messages = {
        "invalid": gettext_lazy("This is no quantity: write 20 or 2.500.000."),
        "too_small": gettext_lazy("A quantity is more than zero: leave it empty where it is not known."),
        "too_much": gettext_lazy("This is more than any quantity: check the number."),
        "too_fine": gettext_lazy("A quantity has at most three decimals."),
    }

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else _written(value)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return value
        text = (super().to_python(value) or "").strip()
        if not text:
            return None
        readings = money.readings(text)
        if not readings:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if len(readings) > 1:
            several = _(" or ").join(_plain(reading) for reading in readings)
            sentence = _("“%(text)s” can be read in two ways: write %(several)s.") % {"text": text, "several": several}
            raise forms.ValidationError(sentence, code="ambiguous")
        return self._within(readings[0])

    def _within(self, quantity: Decimal) -> Decimal:
        for code, is_wrong in (
            ("too_small", quantity <= 0),
            ("too_much", quantity >= MOST),
            ("too_fine", quantity < MOST and quantity != quantity.quantize(Decimal(1).scaleb(-PLACES))),
        ):
            if is_wrong:
                raise forms.ValidationError(self.error_messages[code], code=code)
        return quantity

    def run_validators(self, value: Any) -> None:
        """The number was looked at as it was read."""


def _plain(quantity: Decimal) -> str:
    """The number so that it is read in one way: no groups, and a decimal that no group could be."""
    language = get_language() or "vi"
    whole = quantity == quantity.to_integral_value()
    if whole:
        return str(quantity.quantize(Decimal(1)))
    places = max(1, -int(quantity.normalize().as_tuple().exponent))
    if places == PLACES:
        places += 1  # three decimals after one mark could be a group
    digits = f"{quantity:.{places}f}"
    return digits if language.startswith("en") else digits.replace(".", ",")


def _written(quantity: Decimal) -> str:
    return _plain(Decimal(quantity))
