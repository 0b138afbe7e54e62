"""How much is signed, how much is pending, against the target: the whole on one day, and of whom it is made."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from deals import ledger
from deals.models import Deal, OpeningBalance, Target
from deals.periods import Moment
from deals.positions import Bands

from . import breakdowns
from .breakdowns import Breakdown
from .over_time import OverTime, over_time

BY = ("group", "sector", "stage", "state")


@dataclass(frozen=True)
class Dashboard:
    at: Moment
    reading: str
    target: Target | None
    bands: Bands
    openings: list[tuple[OpeningBalance, Bands]]
    not_itemised: Bands
    undisclosed: int
    breakdowns: list[Breakdown]
    over: OverTime

    @property
    def states(self) -> Breakdown:
        """The breakdown that has a map."""
        return next(found for found in self.breakdowns if found.by == "state")

    @property
    def tables(self) -> list[Breakdown]:
        """The breakdowns that are tables alone."""
        return [found for found in self.breakdowns if found.by != "state"]

    @property
    def signed(self) -> Decimal:
        return self.bands.signed(self.reading)

    @property
    def pending(self) -> Decimal:
        return self.bands.pending(self.reading)

    @property
    def target_usd(self) -> Decimal | None:
        return self.target.amount_usd if self.target else None


def dashboard(at: Moment, *, reading: str, target: Target | None, deals: QuerySet[Deal]) -> Dashboard:
    """The figures of the deals and of what is not itemised, on the day. The number of queries does not depend on the
    number of deals; the time of the sums grows with the ledger on a past day, with the deals on the present one."""
    openings = ledger.openings(at)
    not_itemised = ledger.add(*(bands for _opening, bands in openings))
    found = ledger.summary(at, BY, deals, whole=True)
    together = found[ledger.ALL][ledger.ALL]
    bands = ledger.add(together.bands, not_itemised)
    return Dashboard(
        at=at,
        reading=reading,
        target=target,
        bands=bands,
        openings=openings,
        not_itemised=not_itemised,
        undisclosed=together.undisclosed,
        breakdowns=[breakdowns.breakdown(by, found[by], not_itemised=not_itemised, total=bands) for by in BY],
        over=over_time(at, reading=reading, target=target, deals=deals, openings=True),
    )
