"""What may be told to an audience of some deals: in full, by name with a range, or not at all."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from deals import ledger, permissions
from deals.choices import Release
from deals.models import Deal
from deals.periods import Moment

# In US$. Wide enough that what a range holds cannot be guessed from the papers beside it.
STEPS = tuple(Decimal(text) for text in ("1e7", "5e7", "1e8", "5e8", "1e9", "5e9", "1e10", "5e10"))


@dataclass(frozen=True)
class Range:
    """From `low` to below `high`, in US$; no `high`: all above. Nothing at all is a range of its own (both zero)."""

    low: Decimal
    high: Decimal | None


@dataclass(frozen=True)
class Clearance:
    """`cleared` stand in every total that is told; `named` with the range of their value in none; `withheld` is how
    many deals are left out altogether. `partner` is the name of the one for whom it is, where the audience is that."""

    audience: Release
    cleared: QuerySet[Deal]
    named: list[tuple[Deal, Range]]
    withheld: int
    partner: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was held back."""
        return not self.named and not self.withheld


def range_of(usd: Decimal) -> Range:
    """The range in which the amount (US$, not below zero) lies."""
    if not usd:
        return Range(Decimal(0), Decimal(0))
    low = max((step for step in STEPS if step <= usd), default=Decimal(0))
    return Range(low, min((step for step in STEPS if step > usd), default=None))


def clearance(deals: QuerySet[Deal], at: Moment, *, audience: Release) -> Clearance:
    """What of the deals (those the maker may see, in the scope) may be told to the audience. Two queries, besides that
    of those cleared; none where all may be told."""
    cleared = permissions.cleared(deals, audience)
    if audience == Release.INTERNAL:
        return Clearance(audience, cleared, [], 0)
    by_name = permissions.cleared_by_name(deals, audience).select_related("enterprise", "partner", "sector")
    named = [(deal, range_of(deal.four)) for deal in ledger.with_bands(by_name, at)]
    withheld = deals.exclude(release__in=audience.suffices).order_by().values("pk").count()
    return Clearance(audience, cleared, named, withheld)
