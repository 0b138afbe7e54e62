"""The trade figures of the sample, each as its reporter gave it."""

from datetime import date
from decimal import Decimal
from typing import Any

from deals.actions import trade
from deals.choices import Reporter
from deals.models import User

from .reported import rows, source_of

REPORTERS = {
    "Vietnam Customs": Reporter.VIETNAM_CUSTOMS,
    "US Census": Reporter.US_CENSUS,
    "Vietnam Statistics Office (estimate)": Reporter.VIETNAM_STATISTICS,
    "Vietnam Ministry of Finance": Reporter.VIETNAM_FINANCE,
}
AMOUNTS = {
    "exports_usd": "exports_to_us_usd",
    "imports_usd": "imports_from_us_usd",
    "two_way_usd": "two_way_usd",
    "surplus_usd": "surplus_usd",
}


def load(*, by: User) -> None:
    """Enter the figures of every period and reporter."""
    notes = {(row["period_start"], row["period_end"], row["reporter"]): row for row in rows("trade_notes_vi.csv")}
    for row in rows("reported/trade_stats.csv"):
        amounts: dict[str, Any] = {
            name: Decimal(row[column]) if row[column] else None for name, column in AMOUNTS.items()
        }
        trade.count(
            REPORTERS[row["reporter"]],
            start=date.fromisoformat(row["period_start"]),
            end=date.fromisoformat(row["period_end"]),
            by=by,
            is_derived=row["derived"] == "yes",
            note_en=row["note"],
            note_vi=notes[row["period_start"], row["period_end"], row["reporter"]]["note_vi"],
            **amounts,
            **source_of(row),
        )
