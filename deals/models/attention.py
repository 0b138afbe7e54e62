"""Why a deal needs attention: each reason as one question to the records, for the report and for the filter alike.

What is dated is looked at as of the day; a deal's stage, condition and expected day, what its memoranda still hold and
its history are those of the record now.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, DateField, Exists, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from deals.choices import Condition, DeliveryKind, InstrumentKind, Stage, UpdateKind
from deals.positions import COUNTING, NON_BINDING

from .deals import Deal, StageChange
from .deliveries import Delivery
from .documents import Document
from .grouping import Marks
from .instruments import Instrument
from .updates import ProgressUpdate


class Reason(TextChoices):
    """The most urgent first."""

    BLOCKED = "blocked", _("Blocked")
    OVERDUE_STEP = "overdue_step", _("Next step overdue")
    PASSED = "passed", _("Contract expected, day passed")
    SLIPPED = "slipped", _("Expected contract day moved later")
    EXPIRING = "expiring", _("Memorandum runs out, or has run out")
    AT_RISK = "at_risk", _("At risk")
    UNREPORTED = "unreported", _("No update for too long")
    UNKNOWN_VALUE = "unknown_value", _("Paper of undisclosed value")
    NO_SCHEDULE = "no_schedule", _("Contract without a delivery schedule")
    NO_DOCUMENT = "no_document", _("Signed paper without a document")


# Days without an update, or a new stage, that a deal may pass at its stage. Our own rule, to be set by the ministry.
DAYS_ALLOWED: Mapping[str, int] = {
    Stage.IDENTIFIED: 60,
    Stage.TALKS: 30,
    Stage.MOU_SIGNED: 45,
    Stage.CONTRACT_TALKS: 30,
    Stage.CONTRACT_SIGNED: 60,
    Stage.DELIVERING: 90,
}
# A memorandum that runs out within so many days is near its end. Our own rule as well.
DAYS_BEFORE_EXPIRY = 60
BEFORE_CONTRACT = (Stage.IDENTIFIED, Stage.TALKS, Stage.MOU_SIGNED, Stage.CONTRACT_TALKS)

Found = QuerySet[Any, Any]


def found(reason: str, day: date) -> Found:
    """What bears the reason on the day: deals, or papers or updates of deals. KeyError for no such reason."""
    return FINDERS[reason](day)


def deals_with(reason: str, day: date) -> Q:
    """Of the deals, those that need attention for the reason."""
    those = found(reason, day)
    return Q(pk__in=those.values(_deal_of(those)))


def marks(day: date) -> Marks:
    """The reasons as flags of each deal: the first is 1, the second 2, the third 4 …"""
    rows = []
    for reason, flag in FLAGS.items():
        those = found(reason, day)
        rows.append(those.values_list(_deal_of(those), Value(flag)).distinct())
    return Marks(("attention",), rows, flags=True)


FLAGS: Mapping[str, int] = {reason: 1 << place for place, reason in enumerate(Reason.values)}


def _deal_of(those: Found) -> str:
    return "pk" if those.model is Deal else "deal"


def _open(day: date, deal: str = "") -> Q:
    return Q(**{f"{deal}closed_on": None}) | Q(**{f"{deal}closed_on__gt": day})


def _in_condition(condition: str) -> Callable[[date], Found]:
    return lambda day: Deal.objects.filter(_open(day), condition=condition)


def _overdue_step(day: date) -> Found:
    """The latest update that is no note names a next step whose day has passed."""
    updates = ProgressUpdate.objects.active().exclude(kind=UpdateKind.NOTE).filter(on__lte=day)
    later = updates.filter(deal=OuterRef("deal")).filter(
        Q(on__gt=OuterRef("on")) | Q(on=OuterRef("on"), pk__gt=OuterRef("pk"))
    )
    return updates.filter(_open(day, "deal__"), ~Exists(later), next_step_by__lt=day)


def _passed(day: date) -> Found:
    return Deal.objects.filter(_open(day), stage__in=BEFORE_CONTRACT, expected_on__lt=day)


def _slipped(day: date) -> Found:
    """An earlier day was expected once."""
    earlier = Deal.history.model.objects.filter(id=OuterRef("pk"), expected_on__lt=OuterRef("expected_on"))
    return Deal.objects.filter(_open(day), Exists(earlier), stage__in=BEFORE_CONTRACT)


def _expiring(day: date) -> Found:
    """The deal still holds something under memoranda, or it is not known how much the memorandum is worth."""
    memoranda = Instrument.objects.in_force(day).filter(counts=True, kind__in=NON_BINDING)
    something_left = Q(usd=None) | Q(deal__balance__memorandum__gt=0)
    return memoranda.filter(something_left, expires_on__lte=day + timedelta(days=DAYS_BEFORE_EXPIRY))


def _unreported(day: date) -> Found:
    """Neither an update nor a new stage within the days allowed at the stage; a note is no update."""
    limits = [
        When(stage=stage, then=Value(day - timedelta(days=allowed), output_field=DateField()))
        for stage, allowed in DAYS_ALLOWED.items()
    ]
    since = {"deal": OuterRef("pk"), "on__gte": OuterRef("limit")}
    updates = ProgressUpdate.objects.active().exclude(kind=UpdateKind.NOTE).filter(**since)
    # Without a limit (a closed deal) nothing is later than it, so those are left out first.
    deals = Deal.objects.filter(_open(day), stage__in=list(DAYS_ALLOWED)).annotate(limit=Case(*limits))
    return deals.filter(~Exists(updates), ~Exists(StageChange.objects.filter(**since)))


def _unknown_value(day: date) -> Found:
    return Instrument.objects.unpriced(day)


def _no_schedule(day: date) -> Found:
    """A contract in force with something still to be delivered, for which no delivery is planned."""
    contracts = Instrument.objects.in_force(day).filter(counts=True, kind=InstrumentKind.CONTRACT)
    planned = Delivery.objects.active().filter(contract=OuterRef("pk"), kind=DeliveryKind.PLANNED)
    return contracts.filter(Q(usd=None) | Q(deal__balance__contracted__gt=0), ~Exists(planned))


def _no_document(day: date) -> Found:
    """An amendment needs none of its own."""
    papers = Instrument.objects.in_force(day).filter(counts=True, kind__in=COUNTING)
    return papers.filter(~Exists(Document.objects.active().filter(instrument=OuterRef("pk"))))


FINDERS: Mapping[str, Callable[[date], Found]] = {
    Reason.BLOCKED: _in_condition(Condition.BLOCKED),
    Reason.OVERDUE_STEP: _overdue_step,
    Reason.PASSED: _passed,
    Reason.SLIPPED: _slipped,
    Reason.EXPIRING: _expiring,
    Reason.AT_RISK: _in_condition(Condition.AT_RISK),
    Reason.UNREPORTED: _unreported,
    Reason.UNKNOWN_VALUE: _unknown_value,
    Reason.NO_SCHEDULE: _no_schedule,
    Reason.NO_DOCUMENT: _no_document,
}
