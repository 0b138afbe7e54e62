"""What comes next: the signings that deals expect, the steps that people owe, the deliveries that are due."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from deals.choices import DeliveryKind, Reading
from deals.models import Deal, Delivery, ProgressUpdate
from deals.models.attention import BEFORE_CONTRACT
from deals.positions import ZERO

DAYS = 90
SHOWN = 8
CONTRACT, STEP, DELIVERY = "contract", "step", "delivery"
LABELS = {CONTRACT: _("Contract expected"), DELIVERY: _("Delivery due")}


class Item(NamedTuple):
    """Something due on a day: of a contract what the deal has without one, of a delivery its value, None where that is
    not known; of a step who takes it, and which."""

    on: date
    kind: str
    deal: Deal
    usd: Decimal | None = None
    who: str = ""
    what: str = ""

    @property
    def label(self) -> str:
        """What is due: the step itself, where it is one."""
        return str(LABELS.get(self.kind, self.what))


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The first of what is due up to the end of the day `until`, the soonest first, and how many there are in all."""

    items: list[Item]
    count: int
    until: date

    @property
    def others(self) -> int:
        return self.count - len(self.items)


def upcoming(day: date, *, deals: QuerySet[Deal], steps: bool = True) -> Upcoming:
    """What the record as it stands says is due from the day on; without `steps`, what people owe is left out. Six
    queries."""
    until = day + timedelta(days=DAYS)
    within = (day, until)
    open_deals = Deal.objects.open_on(day).filter(pk__in=deals.order_by().values("pk")).order_by()
    contracts = open_deals.filter(stage__in=BEFORE_CONTRACT, expected_on__range=within)
    keys = open_deals.values("pk")
    latest = ProgressUpdate.objects.latest_on(day) if steps else ProgressUpdate.objects.none()
    owed = latest.filter(deal__in=keys, next_step_by__range=within)
    planned = Delivery.objects.active().filter(kind=DeliveryKind.PLANNED, deal__in=keys, on__range=within)
    planned = planned.exclude(contract__ended_on__lte=day)
    items = [
        *(
            Item(deal.expected_on, CONTRACT, deal, usd=deal.balance.bands.pending(Reading.FIRM))
            for deal in _first(contracts.select_related("enterprise", "balance"), "expected_on")
        ),
        *(
            Item(update.next_step_by, STEP, update.deal, ZERO, update.next_step_owner, update.next_step)
            for update in _first(owed.select_related("deal__enterprise"), "next_step_by")
        ),
        *(
            Item(delivery.on, DELIVERY, delivery.deal, delivery.usd)
            for delivery in _first(planned.select_related("deal__enterprise"), "on")
        ),
    ]
    items.sort(key=lambda item: (item.on, item.deal.code))
    count = sum(found.count() for found in (contracts, owed, planned))
    return Upcoming(items[:SHOWN], count, until)


def _first(found: QuerySet[Any], day: str) -> QuerySet[Any]:
    return found.order_by(day, "pk")[:SHOWN]
