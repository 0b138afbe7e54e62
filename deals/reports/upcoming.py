"""What comes next: the signings that deals expect, the steps that people owe, the deliveries that are due."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from deals.choices import DeliveryKind, UpdateKind
from deals.models import Deal, Delivery, ProgressUpdate
from deals.models.attention import BEFORE_CONTRACT
from deals.positions import ZERO

DAYS = 90
SHOWN = 8
CONTRACT, STEP, DELIVERY = "contract", "step", "delivery"


class Item(NamedTuple):
    """Something due on a day: of a contract what the deal has without one, of a delivery its value, None where that is
    not known; of a step who takes it, and which."""

    on: date
    kind: str
    deal: Deal
    usd: Decimal | None = None
    who: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The first of what is due up to the end of the day `until`, the soonest first, and how many there are in all."""

    items: list[Item]
    count: int
    until: date

    @property
    def others(self) -> int:
        return self.count - len(self.items)


def upcoming(day: date, *, deals: QuerySet[Deal]) -> Upcoming:
    """What the record as it stands says is due from the day on. Six queries."""
    until = day + timedelta(days=DAYS)
    within = (day, until)
    open_deals = deals.filter(Q(closed_on=None) | Q(closed_on__gt=day)).order_by()
    contracts = open_deals.filter(stage__in=BEFORE_CONTRACT, expected_on__range=within)
    keys = open_deals.values("pk")
    updates = ProgressUpdate.objects.active().exclude(kind=UpdateKind.NOTE).filter(on__lte=day)
    later = updates.filter(deal=OuterRef("deal")).filter(
        Q(on__gt=OuterRef("on")) | Q(on=OuterRef("on"), pk__gt=OuterRef("pk"))
    )
    steps = updates.filter(~Exists(later), deal__in=keys, next_step_by__range=within)
    planned = Delivery.objects.active().filter(kind=DeliveryKind.PLANNED, deal__in=keys, on__range=within)
    planned = planned.exclude(contract__ended_on__lte=day)
    items = [
        *(
            Item(deal.expected_on, CONTRACT, deal, usd=deal.balance.memorandum + deal.balance.negotiating)
            for deal in _first(contracts.select_related("enterprise", "balance"), "expected_on")
        ),
        *(
            Item(update.next_step_by, STEP, update.deal, ZERO, update.next_step_owner, update.next_step)
            for update in _first(steps.select_related("deal__enterprise"), "next_step_by")
        ),
        *(
            Item(delivery.on, DELIVERY, delivery.deal, delivery.usd)
            for delivery in _first(planned.select_related("deal__enterprise"), "on")
        ),
    ]
    items.sort(key=lambda item: (item.on, item.deal.code))
    count = sum(found.count() for found in (contracts, steps, planned))
    return Upcoming(items[:SHOWN], count, until)


def _first(found: QuerySet[Any], day: str) -> QuerySet[Any]:
    return found.order_by(day, "pk")[:SHOWN]
