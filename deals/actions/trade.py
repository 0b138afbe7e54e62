"""The trade balance, as each reporter counts it."""

from datetime import date
from typing import Any

from deals.choices import Reporter
from deals.models import TradeFlow, User

from .records import keep


def count(reporter: Reporter, *, start: date, end: date, by: User, reason: str = "", **fields: Any) -> TradeFlow:
    """Enter what the reporter says of the period. Raises ValidationError where it says nothing, or said it before."""
    flow = TradeFlow(reporter=reporter, period_start=start, period_end=end, **fields)
    keep(flow, by=by, on=end, reason=reason)
    return flow
