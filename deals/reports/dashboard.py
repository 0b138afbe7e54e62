"""How much is signed, how much is pending, against the target: the whole on one day, and of whom it is made."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from deals import ledger
from deals.models import Deal, OpeningBalance, Target
from deals.periods import Moment
from deals.positions import Bands

from . import attention, breakdowns, conversion, sureness
from .attention import Attention
from .breakdowns import Breakdown
from .conversion import Conversion
from .over_time import OverTime, over_time
from .sureness import Sureness

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
    sureness: Sureness
    attention: Attention | None
    conversion: Conversion
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


def dashboard(
    at: Moment, *, reading: str, target: Target | None, deals: QuerySet[Deal], is_today: bool = False
) -> Dashboard:
    """The figures of the deals and of what is not itemised, on the day; and what needs attention, where that is today.
    The number of queries does not depend on the number of deals; the time of the sums grows with the ledger on a past
    day, with the deals on the present one."""
    openings = ledger.openings(at)
    not_itemised = ledger.add(*(bands for _opening, bands in openings))
    marks = [*sureness.marks(at), *([attention.marks(at)] if is_today else [])]
    found = ledger.summary(at, BY, deals, whole=True, marks=marks, first=attention.FIRST)
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
        sureness=sureness.sureness(at, found, deals=deals, not_itemised=not_itemised),
        attention=attention.attention(at, found["attention"], deals=deals) if is_today else None,
        conversion=conversion.conversion(at, found["memorandum_age"], deals=deals, not_itemised=not_itemised),
        over=over_time(at, reading=reading, target=target, deals=deals, openings=True),
    )
