"""New estimates of what a deal is worth."""

from datetime import date
from decimal import Decimal
from typing import Any

from deals.choices import Cause
from deals.models import Deal, User, Valuation

from .records import keep


def value(deal: Deal, *, usd: Decimal | None, on: date, by: User, reason: str = "", **fields: Any) -> Valuation:
    """Enter what the whole deal is expected to be worth in US$ from the day on (None: not known any more)."""
    valuation = Valuation(deal=deal, usd=usd, on=on, **fields)
    keep(valuation, by=by, on=on, cause=Cause.ESTIMATE, reason=reason)
    return valuation
