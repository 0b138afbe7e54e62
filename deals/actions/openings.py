"""Opening balances and what deals account for of them."""

from datetime import date
from decimal import Decimal
from typing import Any

from deals.choices import Band, Cause
from deals.models import Deal, Itemisation, OpeningBalance, User

from .records import keep


def open_balance(*, band: Band, usd: Decimal, on: date, by: User, **fields: Any) -> OpeningBalance:
    """Enter a sum announced for the band, in US$, that counts from the day on as far as no deal itemises it."""
    opening = OpeningBalance(band=band, amount_usd=usd, on=on, **fields)
    keep(opening, by=by, on=on, cause=Cause.OPENING)
    return opening


def itemise(opening: OpeningBalance, *, deal: Deal, usd: Decimal, by: User, **fields: Any) -> Itemisation:
    """Say that the deal accounts for `usd` of the opening balance."""
    itemisation = Itemisation(opening_balance=opening, deal=deal, amount_usd=usd, **fields)
    keep(itemisation, by=by, cause=Cause.ITEMISING)
    return itemisation
