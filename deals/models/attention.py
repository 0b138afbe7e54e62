"""Why a deal needs attention: each reason as one question to the records, for the report and for the filter alike.

What is dated is looked at as of the day; a deal's stage, condition and expected day, what its memoranda still hold and
its history are those of the record now.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, DateField, Exists, IntegerField, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from deals.choices import Condition, DeliveryKind, InstrumentKind, Stage
from deals.positions import COUNTING, NON_BINDING

from .balances import Balance
from .deals import Deal, StageChange
from .deliveries import Delivery
from .documents import Document
from .grouping import Marks
from .instruments import Instrument
from .sectors import Sector
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


# Days without an update, or a new stage, that a deal may pass at its stage, unless its sector says otherwise. Our own
# rule, to be set by the ministry.
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
    if reason in OF_DEALS:
        return _deals(day).filter(OF_DEALS[reason](day))
    return _papers(day).filter(OF_PAPERS[reason](day)) if reason in OF_PAPERS else FINDERS[reason](day)


def deals_with(reason: str, day: date) -> Q:
    """Of the deals, those that need attention for the reason."""
    those = found(reason, day)
    return Q(pk__in=those.values(_deal_of(those)))


def marks(day: date) -> Marks:
    """The reasons as flags of each deal: the first is 1, the second 2, the third 4 … Deals and papers are gone through
    once for all reasons that are read off them."""
    rows = [
        _flagged(_deals(day), {reason: told(day) for reason, told in OF_DEALS.items()}),
        _flagged(_papers(day), {reason: told(day) for reason, told in OF_PAPERS.items()}),
        *(_flagged(find(day), {reason: Q(pk__isnull=False)}) for reason, find in FINDERS.items()),
    ]
    return Marks(("attention",), rows, flags=len(FLAGS))


FLAGS: Mapping[str, int] = {reason: 1 << place for place, reason in enumerate(Reason.values)}


def _flagged(those: Found, told: Mapping[str, Q]) -> Found:
    flags = [
        Case(When(condition, then=Value(FLAGS[reason])), default=Value(0), output_field=IntegerField())
        for reason, condition in told.items()
    ]
    return those.annotate(mark_attention=sum(flags[1:], flags[0])).values_list(_deal_of(those), "mark_attention")


def _deal_of(those: Found) -> str:
    return "pk" if those.model is Deal else "deal"


# What is read off the deals that are open on the day


def _deals(day: date) -> QuerySet[Deal]:
    return Deal.objects.open_on(day)


def _blocked(day: date) -> Q:
    return Q(condition=Condition.BLOCKED)


def _at_risk(day: date) -> Q:
    return Q(condition=Condition.AT_RISK)


def _passed(day: date) -> Q:
    return Q(stage__in=BEFORE_CONTRACT, expected_on__lt=day)


def _slipped(day: date) -> Q:
    """An earlier day was expected once. Few deals name a day at all: the history is asked about those alone."""
    earlier = Deal.history.model.objects.filter(id=OuterRef("pk"), expected_on__lt=OuterRef("expected_on"))
    return Q(stage__in=BEFORE_CONTRACT, expected_on__isnull=False) & Q(Exists(earlier))


# What is read off the counting papers in force on the day


def _papers(day: date) -> QuerySet[Instrument]:
    return Instrument.objects.in_force(day).filter(counts=True)


def _holding(band: str) -> QuerySet[Any, Any]:
    """The deals with anything in the band."""
    return Balance.objects.filter(**{f"{band}__gt": 0}).values("deal")


def _expiring(day: date) -> Q:
    """The deal still holds something under memoranda, or it is not known how much the memorandum is worth."""
    something_left = Q(usd=None) | Q(deal__in=_holding("memorandum"))
    return Q(something_left, kind__in=NON_BINDING, expires_on__lte=day + timedelta(days=DAYS_BEFORE_EXPIRY))


def _unknown_value(day: date) -> Q:
    return Q(usd=None)


def _no_schedule(day: date) -> Q:
    """A contract with something still to be delivered, for which no delivery is planned."""
    planned = Delivery.objects.active().filter(contract=OuterRef("pk"), kind=DeliveryKind.PLANNED)
    something_left = Q(usd=None) | Q(deal__in=_holding("contracted"))
    return Q(something_left, ~Exists(planned), kind=InstrumentKind.CONTRACT)


def _no_document(day: date) -> Q:
    """An amendment needs none of its own."""
    return Q(~Exists(Document.objects.active().filter(instrument=OuterRef("pk"))), kind__in=COUNTING)


# What takes a question of its own


def _overdue_step(day: date) -> Found:
    """The latest update that is no note names a next step whose day has passed."""
    overdue = ProgressUpdate.objects.latest_on(day).filter(next_step_by__lt=day)
    return overdue.filter(deal__in=_deals(day).order_by().values("pk"))


def _unreported(day: date) -> Found:
    """Neither an update nor a new stage within the days allowed at the stage; a note is no update."""
    limits, most = _limits(day)
    # Nobody is allowed more days: this lets what is recent be looked up without going through all there was.
    since = Q(deal=OuterRef("pk"), on__gte=OuterRef("limit")) & Q(on__gte=day - timedelta(days=most))
    updates = ProgressUpdate.objects.telling().filter(since)
    # Without a limit (a closed deal) nothing is later than it, so those are left out first.
    deals = _deals(day).filter(stage__in=list(DAYS_ALLOWED)).annotate(limit=limits)
    return deals.filter(~Exists(updates), ~Exists(StageChange.objects.filter(since)))


def _limits(day: date) -> tuple[Case, int]:
    """The first day of which something must have been heard, by the sector where it says, else by the stage; and the
    most days that are allowed to any. One query."""
    sectors = Sector.objects.active().filter(days_allowed__isnull=False).values_list("pk", "days_allowed")
    rules: list[tuple[dict[str, Any], int]] = [({"sector": pk}, allowed) for pk, allowed in sectors if allowed]
    rules += [({"stage": stage}, allowed) for stage, allowed in DAYS_ALLOWED.items()]
    firsts = [
        When(**rule, then=Value(day - timedelta(days=allowed), output_field=DateField())) for rule, allowed in rules
    ]
    return Case(*firsts), max(allowed for _rule, allowed in rules)


OF_DEALS: Mapping[str, Callable[[date], Q]] = {
    Reason.BLOCKED: _blocked,
    Reason.PASSED: _passed,
    Reason.SLIPPED: _slipped,
    Reason.AT_RISK: _at_risk,
}
OF_PAPERS: Mapping[str, Callable[[date], Q]] = {
    Reason.EXPIRING: _expiring,
    Reason.UNKNOWN_VALUE: _unknown_value,
    Reason.NO_SCHEDULE: _no_schedule,
    Reason.NO_DOCUMENT: _no_document,
}
FINDERS: Mapping[str, Callable[[date], Found]] = {
    Reason.OVERDUE_STEP: _overdue_step,
    Reason.UNREPORTED: _unreported,
}
