"""How the database keeps money."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deals import money
from deals.choices import Evidence, ValueBasis


class UsdField(models.BigIntegerField):
    """An amount to the cent: `Decimal` in Python, whole cents in the database.

    SQLite keeps a DecimalField as a float and sums it wrongly; whole numbers are summed exactly on both databases.
    Amounts up to 999,999,999,999.99 either way; a fraction of a cent is refused, never rounded.
    """

    # What assignments, attributes and lookups take, for the type checker.
    _pyi_private_set_type: Decimal | int | str | models.expressions.Combinable  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]
    _pyi_lookup_exact_type: Decimal | int | str  # type: ignore[assignment]

    description = _("Amount to the cent")
    default_error_messages = {
        "invalid": _("Enter an amount, such as 3300000000 or 12.50."),
        "fraction": _("An amount has at most two decimals."),
        "too_much": _("An amount is at most 999,999,999,999.99."),
    }

    def from_db_value(self, value: int | Decimal | None, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-2)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or value == "":
            return None
        try:
            amount = value if isinstance(value, Decimal) else Decimal(str(value))
        except InvalidOperation as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error
        if not amount.is_finite():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if abs(amount) > money.MOST:
            raise ValidationError(self.error_messages["too_much"], code="too_much")
        if not money.is_whole_cents(amount):
            raise ValidationError(self.error_messages["fraction"], code="fraction")
        return amount.quantize(money.CENT)

    def get_prep_value(self, value: Any) -> int | Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        cents = Decimal(value).scaleb(2)
        if cents != cents.to_integral_value():
            raise ValueError(f"{value} is not a whole number of cents")
        return int(cents)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return models.Field.formfield(
            self, **{"form_class": forms.DecimalField, "max_digits": 14, "decimal_places": 2, **kwargs}
        )


class Priced(models.Model):
    """A value in US dollars, with where it comes from. Another currency keeps its own amount and the rate used; the US
    dollars are fixed at entry, so that no total moves with a rate. An empty `usd` means: not known."""

    usd = UsdField(_("value in US$"), null=True, blank=True, help_text=_("Leave empty where it is not known."))
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    amount = UsdField(_("amount in that currency"), null=True, blank=True)
    rate = models.DecimalField(_("US$ for one unit"), max_digits=14, decimal_places=8, null=True, blank=True)
    rate_on = models.DateField(_("day of the rate"), null=True, blank=True)
    rate_source = models.CharField(_("source of the rate"), max_length=200, blank=True)
    basis = models.CharField(_("value basis"), max_length=20, choices=ValueBasis.choices, blank=True)
    evidence = models.CharField(_("evidence"), max_length=24, choices=Evidence.choices, blank=True)
    awaited_from = models.CharField(
        _("who is to supply the value"), max_length=200, blank=True, help_text=_("Where the value is not known yet.")
    )
    awaited_by = models.DateField(_("value awaited by"), null=True, blank=True)

    class Meta:
        abstract = True


def currency_constraint(name: str) -> models.CheckConstraint:
    """US dollars carry no rate; any other currency carries its amount, rate and day beside the US dollars."""
    return models.CheckConstraint(
        name=name,
        condition=Q(currency="USD", amount=None, rate=None, rate_on=None)
        | (~Q(currency="USD") & Q(usd__isnull=False, amount__isnull=False, rate__gt=0, rate_on__isnull=False)),
        violation_error_message=_(
            "Another currency than USD needs its amount, the rate, the day of the rate and the value in US$; "
            "USD needs none of them but the value."
        ),
    )
