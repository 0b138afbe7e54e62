"""What the money of a deal rests on: how well its papers are evidenced, what their values are, when it was last heard
of. Each is one grade a deal, so that the parts of any total add up to it to the cent.

**Which grade.** A deal is as sure as the weakest of the papers behind it: all its bands stand at the weakest evidence
(the weakest value basis) among its counting papers of known value that are in force on the day, and its contracts under
which something was received. Where nothing is recorded of one of them, that is the weakest. A deal that has but papers
of undisclosed value, or none, stands apart: its money is an estimate. Amendments are part of the paper they amend.
Which paper holds how much of a deal is not asked: a memorandum in force whose last dollar a contract took over still
counts as behind the deal. So the shares err on the side of doubt, never of comfort. Papers are looked at as they were
recorded by the moment.
"""

from collections.abc import Mapping

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from deals.choices import DeliveryKind, Evidence, InstrumentKind, UpdateKind, ValueBasis
from deals.periods import Moment, days_before
from deals.positions import COUNTING

from . import conversion
from .deliveries import Delivery
from .grouping import Marks, between
from .instruments import Instrument
from .postings import Posting
from .recorded import in_use
from .updates import ProgressUpdate

NO_PAPER, UNDISCLOSED, NOT_RECORDED = "no_paper", "undisclosed", "not_recorded"
# The grades of each scale by their number, 0 for a deal of which there is nothing: the largest number of a deal counts.
SCALES: Mapping[str, tuple[str, ...]] = {
    "evidence": (NO_PAPER, UNDISCLOSED, *Evidence.values, NOT_RECORDED),
    "basis": (NO_PAPER, UNDISCLOSED, *ValueBasis.values, NOT_RECORDED),
    "freshness": ("older", "365", "90", "30"),
}
FRESH_DAYS = (365, 90, 30)
WITHOUT: Mapping[str, str | Promise] = {
    UNDISCLOSED: _("Papers of undisclosed value only"),
    NO_PAPER: _("No paper: estimate only"),
}
# The surest first.
LABELS: Mapping[str, Mapping[str, str | Promise]] = {
    "evidence": {**dict(Evidence.choices), NOT_RECORDED: _("Evidence not recorded"), **WITHOUT},
    "basis": {**dict(ValueBasis.choices), NOT_RECORDED: _("Basis not recorded"), **WITHOUT},
    "freshness": {
        "30": _("Within 30 days"),
        "90": _("31 to 90 days ago"),
        "365": _("91 to 365 days ago"),
        "older": _("Longer ago"),
    },
}


def marks(at: Moment) -> list[Marks]:
    """The grade of each deal on each of the scales, by its number, and the age of its memoranda with them."""
    return [papers(at), heard(at)]


def deals_of(scale: str, grade: str, at: Moment) -> Q:
    """Of the deals, those of the grade. KeyError for no such scale, ValueError for a grade that is not on it."""
    number = SCALES[scale].index(grade)
    return between(heard(at) if scale == "freshness" else papers(at), scale, number, number)


def deals_of_age(age: str, at: Moment) -> Q:
    """Of the deals, those whose oldest counting memorandum in force is of the age. KeyError for no such age."""
    return between(papers(at), "memorandum_age", *conversion.QUARTERS[age])


def papers(at: Moment) -> Marks:
    """What the papers behind each deal say of it: read once for all dimensions."""
    deliveries = in_use(Delivery, at.known_at).filter(kind=DeliveryKind.ACTUAL, on__lte=at.as_of)
    received = deliveries.filter(contract=OuterRef("id"))
    in_force = Q(ended_on=None) | Q(ended_on__gt=at.as_of)
    behind = in_use(Instrument, at.known_at).filter(
        in_force | Q(Exists(received), kind=InstrumentKind.CONTRACT),
        counts=True,
        kind__in=COUNTING,
        signed_on__lte=at.as_of,
    )
    numbers = {f"mark_{scale}": _number(scale) for scale in ("evidence", "basis")}
    numbers["mark_memorandum_age"] = conversion.age(at.as_of)
    return Marks(("evidence", "basis", "memorandum_age"), [behind.annotate(**numbers).values_list("deal", *numbers)])


def _number(scale: str) -> Case:
    grades = SCALES[scale]
    given = [When(**{scale: grade}, then=Value(grades.index(grade))) for grade in grades[2:-1]]
    return Case(
        When(usd=None, then=Value(grades.index(UNDISCLOSED))),
        *given,
        default=Value(grades.index(NOT_RECORDED)),
        output_field=IntegerField(),
    )


def heard(at: Moment) -> Marks:
    """Of each deal the latest update (a note is none) or day on which its money changed."""
    since = days_before(at.as_of, max(FRESH_DAYS))
    updates = in_use(ProgressUpdate, at.known_at).exclude(kind=UpdateKind.NOTE)
    entries = Posting.objects.filter(deal__isnull=False)
    if at.known_at is not None:
        entries = entries.filter(recorded_at__lte=at.known_at)
    rows = []
    for found, day in ((updates, "on"), (entries, "effective_on")):
        within = {f"{day}__gte": since, f"{day}__lte": at.as_of}
        # The shortest time first: the first that holds is taken.
        numbers = [
            When(**{f"{day}__gte": days_before(at.as_of, days)}, then=Value(number))
            for number, days in sorted(enumerate(FRESH_DAYS, start=1), reverse=True)
        ]
        mark = Case(*numbers, default=Value(0), output_field=IntegerField())
        rows.append(found.filter(**within).annotate(mark_freshness=mark).values_list("deal", "mark_freshness"))
    return Marks(("freshness",), rows)
