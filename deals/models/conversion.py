"""How old the memoranda are that deals still stand on: for the report, the forecast and the filter alike."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Case, DateField, Func, IntegerField, Q, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from deals.positions import NON_BINDING

QUARTER = 91  # days: four of them are a year less a day
AGES: Mapping[str, str | Promise] = {
    "6": _("Up to 6 months"),
    "12": _("6 to 12 months"),
    "24": _("12 to 24 months"),
    "older": _("More than 24 months"),
}
# The ages in begun quarters, from and to.
QUARTERS: Mapping[str, tuple[int, int | None]] = {"6": (1, 2), "12": (3, 4), "24": (5, 8), "older": (9, None)}


class _BegunQuarters(Func):
    """From the second day to the first: 1 in the first quarter."""

    output_field = IntegerField()
    template = f"((%(expressions)s) / {QUARTER} + 1)"
    arg_joiner = " - "

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = f"(CAST((julianday(%(expressions)s)) / {QUARTER} AS INTEGER) + 1)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=") - julianday(", **context)


def age(day: date) -> Case:
    """The age of a memorandum in force on the day, in begun quarters; 0 of any other paper."""
    in_force = Q(ended_on=None) | Q(ended_on__gt=day)
    quarters = _BegunQuarters(Value(day, output_field=DateField()), "signed_on")
    return Case(When(in_force, kind__in=NON_BINDING, then=quarters), default=Value(0), output_field=IntegerField())
