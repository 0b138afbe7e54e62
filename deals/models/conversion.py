"""How old the memoranda are that deals still stand on: for the report, the forecast and the filter alike."""

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from deals.periods import Moment
from deals.positions import NON_BINDING

from .grouping import Marks, between
from .instruments import Instrument
from .recorded import in_use

QUARTER = 91  # days: four of them are a year less a day
LAST = 40  # quarters; what is older is as old
AGES: Mapping[str, str | Promise] = {
    "6": _("Up to 6 months"),
    "12": _("6 to 12 months"),
    "24": _("12 to 24 months"),
    "older": _("More than 24 months"),
}
# The ages in begun quarters, from and to.
QUARTERS: Mapping[str, tuple[int, int | None]] = {"6": (1, 2), "12": (3, 4), "24": (5, 8), "older": (9, None)}


def marks(at: Moment) -> Marks:
    """The age of each deal's oldest counting memorandum in force, in begun quarters; 0 for a deal without one."""
    limits = [
        When(signed_on__gt=at.as_of - timedelta(days=QUARTER * quarter), then=Value(quarter))
        for quarter in range(1, LAST)
    ]
    mark = Case(*limits, default=Value(LAST), output_field=IntegerField())
    in_force = Q(ended_on=None) | Q(ended_on__gt=at.as_of)
    papers = in_use(Instrument, at.known_at).filter(in_force, signed_on__lte=at.as_of)
    memoranda = papers.filter(counts=True, kind__in=NON_BINDING)
    return Marks([memoranda.annotate(mark=mark).values_list("deal", "mark")])


def deals_of(age: str, at: Moment) -> Q:
    """Of the deals, those whose oldest memorandum in force is of the age. KeyError for no such age."""
    return between(marks(at), *QUARTERS[age])
