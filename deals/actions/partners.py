"""US partners."""

from typing import Any

from deals.models import Partner, User

from .records import keep


def enter(*, name: str, by: User, **fields: Any) -> Partner:
    """Enter a partner that is on no list yet."""
    partner = Partner(name=name, **fields)
    keep(partner, by=by)
    return partner
