"""Deliveries under contracts, planned and made."""

from datetime import date
from decimal import Decimal
from typing import Any

from deals.choices import Cause, DeliveryKind
from deals.models import Delivery, Instrument, User

from .records import keep


def deliver(
    contract: Instrument, *, usd: Decimal | None, on: date, by: User, reason: str = "", **fields: Any
) -> Delivery:
    """Enter what was received under the contract on the day, in US$ (None: value not known)."""
    return enter(contract, kind=DeliveryKind.ACTUAL, usd=usd, on=on, by=by, reason=reason, **fields)


def plan(contract: Instrument, *, on: date, by: User, usd: Decimal | None = None, **fields: Any) -> Delivery:
    """Enter what is due under the contract by the day; it moves no money."""
    return enter(contract, kind=DeliveryKind.PLANNED, usd=usd, on=on, by=by, reason="", **fields)


def enter(contract: Instrument, *, on: date, by: User, reason: str = "", **fields: Any) -> Delivery:
    """Enter a delivery of either kind under the contract."""
    delivery = Delivery(deal=contract.deal, contract=contract, on=on, **fields)
    keep(delivery, by=by, on=on, cause=Cause.DELIVERY, reason=reason)
    return delivery
