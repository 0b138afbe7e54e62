"""What was said of a deal in public."""

from datetime import date
from typing import Any

from deals.models import Announcement, Deal, User

from .records import keep


def announce(deal: Deal, *, on: date, by: User, reason: str = "", **fields: Any) -> Announcement:
    """Enter what was announced on the day; it never carries money into a total."""
    announcement = Announcement(deal=deal, on=on, **fields)
    keep(announcement, by=by, on=on, reason=reason)
    return announcement
