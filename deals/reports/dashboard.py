"""How much is signed, how much is pending, against the target: all deals or those of a scope on one day, of whom their
value is made, what changed, what comes, what needs attention, how sure it is."""

from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import QuerySet

from deals import ledger
from deals.ledger import Summary
from deals.models import Deal, OpeningBalance, Target
from deals.periods import Moment
from deals.positions import Bands

from . import attention, breakdowns, bridge, conversion, sureness
from .attention import Attention
from .breakdowns import Breakdown, Whole
from .bridge import Bridge, Comparison
from .conversion import Conversion
from .over_time import OverTime, over_time
from .scopes import WHOLE, Scope
from .sureness import Sureness


@dataclass(frozen=True)
class Dashboard:
    """The figures of the scope; `openings` and what is not itemised belong to the whole alone, attention to today."""

    at: Moment
    reading: str
    scope: Scope
    target: Target | None
    count: int
    bands: Bands
    openings: list[tuple[OpeningBalance, Bands]]
    not_itemised: Bands
    undisclosed: int
    bridge: Bridge | None
    breakdowns: list[Breakdown]
    sureness: Sureness
    attention: Attention | None
    conversion: Conversion
    over: OverTime

    @property
    def states(self) -> Breakdown | None:
        """The breakdown that has a map."""
        return next((found for found in self.breakdowns if found.by == "state"), None)

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


@dataclass(frozen=True)
class Compared:
    """What the figures are compared with: the moments, and the deals that stood at the earlier one."""

    comparison: Comparison
    deals: QuerySet[Deal]


def dashboard(
    at: Moment,
    *,
    reading: str,
    target: Target | None,
    deals: QuerySet[Deal],
    scope: Scope = WHOLE,
    compared: Compared | None = None,
    is_today: bool = False,
) -> Dashboard:
    """The figures of those of the deals that are in the scope, on the day, with what they were at the moment compared
    with; and what needs attention, where that is today. The number of queries does not depend on the number of deals;
    the time of the sums grows with the ledger on a past day, with the deals on the present one."""
    deals, by = scope.of(deals), scope.breakdowns
    marks = [*sureness.marks(at), *([attention.marks(at)] if is_today else [])]
    found = ledger.summary(at, by, deals, whole=scope.is_whole, marks=marks, first=attention.FIRST)
    openings = ledger.openings(at) if scope.is_whole else []
    together, before, whole = found[ledger.ALL][ledger.ALL], None, _whole(found, openings)
    if compared:
        whole, before = _before(whole, compared, scope)
    return Dashboard(
        at=at,
        reading=reading,
        scope=scope,
        target=target,
        count=together.deals,
        bands=whole.total,
        openings=openings,
        not_itemised=whole.not_itemised,
        undisclosed=together.undisclosed,
        bridge=_bridge(whole.total, compared, scope) if compared else None,
        breakdowns=[
            breakdowns.breakdown(name, found[name], whole, before=before[name] if before else None) for name in by
        ],
        sureness=sureness.sureness(at, found, whole, deals=deals, before=before, openings=scope.is_whole),
        attention=attention.attention(at, found["attention"], deals=deals) if is_today else None,
        conversion=conversion.conversion(at, found["memorandum_age"], deals=deals, not_itemised=whole.not_itemised),
        over=over_time(at, reading=reading, target=target, deals=deals, openings=scope.is_whole),
    )


def _whole(found: Summary, openings: list[tuple[OpeningBalance, Bands]]) -> Whole:
    not_itemised = ledger.add(*(bands for _opening, bands in openings))
    return Whole(not_itemised, ledger.add(found[ledger.ALL][ledger.ALL].bands, not_itemised))


def _before(whole: Whole, compared: Compared, scope: Scope) -> tuple[Whole, Summary]:
    """What stood in the scope at the moment compared with, grouped as it is now, but for the stages and the papers,
    which are those of that moment."""
    then, deals = compared.comparison.before, scope.of(compared.deals)
    found = ledger.summary(then, scope.breakdowns, deals, whole=scope.is_whole, marks=sureness.marks(then))
    earlier = _whole(found, ledger.openings(then) if scope.is_whole else [])
    return replace(whole, before=earlier), found


def _bridge(closing: Bands, compared: Compared, scope: Scope) -> Bridge:
    deals = scope.of(compared.deals)
    return bridge.bridge(compared.comparison, closing=closing, deals=deals, openings=scope.is_whole)
