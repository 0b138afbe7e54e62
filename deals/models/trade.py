"""The goods trade of Vietnam with the United States, by period, as each reporter counts it."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from deals.choices import Reporter

from .money import UsdField
from .records import Noted, Record, Sourced


class Figures(NamedTuple):
    """The figures of a period as far as they are known, and whether one of them was worked out from the others."""

    exports: Decimal | None
    imports: Decimal | None
    surplus: Decimal | None
    is_worked_out: bool = False


class TradeFlow(Record, Sourced, Noted):
    """What one reporter says of one period. What was not said stays empty."""

    reporter = models.CharField(_("reporter"), max_length=14, choices=Reporter.choices)
    period_start = models.DateField(_("start of the period"))
    period_end = models.DateField(_("end of the period"))
    exports_usd = UsdField(_("exports to the United States, US$"), null=True, blank=True)
    imports_usd = UsdField(_("imports from the United States, US$"), null=True, blank=True)
    two_way_usd = UsdField(_("trade in both directions, US$"), null=True, blank=True)
    surplus_usd = UsdField(
        _("surplus of Vietnam, US$"), null=True, blank=True, help_text=_("Below zero where imports are the larger.")
    )
    is_derived = models.BooleanField(
        _("worked out"), default=False, help_text=_("Worked out from other figures of the source; the note says how.")
    )

    history = HistoricalRecords(
        verbose_name=_("change to a trade balance"), verbose_name_plural=_("changes to trade balances")
    )

    class Meta:
        ordering = ["reporter", "period_end", "period_start"]
        verbose_name = _("trade balance")
        verbose_name_plural = _("trade balances")
        constraints = [
            models.CheckConstraint(name="trade_reporter_known", condition=Q(reporter__in=Reporter.values)),
            models.CheckConstraint(
                name="trade_period_in_order",
                condition=Q(period_start__lte=F("period_end")),
                violation_error_message=_("The period ends before it starts."),
            ),
            models.CheckConstraint(
                name="trade_says_something",
                condition=Q(exports_usd__isnull=False)
                | Q(imports_usd__isnull=False)
                | Q(two_way_usd__isnull=False)
                | Q(surplus_usd__isnull=False),
                violation_error_message=_("Enter at least one figure of the period."),
            ),
            models.CheckConstraint(
                name="trade_not_negative",
                condition=(Q(exports_usd=None) | Q(exports_usd__gte=0))
                & (Q(imports_usd=None) | Q(imports_usd__gte=0))
                & (Q(two_way_usd=None) | Q(two_way_usd__gte=0)),
                violation_error_message=_("Only the surplus may be below zero."),
            ),
            models.UniqueConstraint(
                fields=["reporter", "period_start", "period_end"],
                condition=Q(archived_at=None),
                name="trade_period_once_a_reporter",
                violation_error_message=_("This reporter’s figures of this period are entered already: change them."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reporter_display()} ({localize(self.period_start)} – {localize(self.period_end)})"

    @property
    def known_from(self) -> date:
        """The day from which the figures count: the period is over, and they were published."""
        return max(self.period_end, self.source_on or self.period_end)

    @property
    def figures(self) -> Figures:
        """The figures; of exports, imports, their sum and their difference any two give the others."""
        exports, imports, both, surplus = self.exports_usd, self.imports_usd, self.two_way_usd, self.surplus_usd
        if exports is None:
            exports = _first(_plus(imports, surplus), _plus(both, imports, -1), _half(_plus(both, surplus)))
        if imports is None:
            imports = _first(_plus(exports, surplus, -1), _plus(both, exports, -1))
        if surplus is None:
            surplus = _plus(exports, imports, -1)
        return Figures(exports, imports, surplus, (exports, imports) != (self.exports_usd, self.imports_usd))

    def clean(self) -> None:
        if self.period_end and self.period_end > timezone.localdate():
            raise ValidationError({"period_end": _("This day is still to come.")})


def _plus(one: Decimal | None, other: Decimal | None, sign: int = 1) -> Decimal | None:
    return None if one is None or other is None else one + sign * other


def _half(both: Decimal | None) -> Decimal | None:
    return None if both is None else both / 2


def _first(*found: Decimal | None) -> Decimal | None:
    return next((each for each in found if each is not None), None)
