"""The deals list: one page of rows, and the totals of all that was asked for."""

from dataclasses import dataclass
from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from deals import ledger
from deals.filters import DealFilter
from deals.models import Deal, OpeningBalance
from deals.positions import Bands

from . import breakdowns

PAGE_SIZE = 50


@dataclass(frozen=True)
class DealList:
    """A page of deals (None where there is no such page), what is not itemised, and the totals over all pages."""

    page: Page | None
    count: int
    openings: list[tuple[OpeningBalance, Bands]]
    deals_total: Bands
    total: Bands
    undisclosed: int
    pages: int

    @property
    def largest(self) -> Decimal:
        """The largest value on the page, by which its bars are drawn to one scale."""
        return max((deal.four for deal in self.page.object_list), default=Decimal(0)) if self.page else Decimal(0)


def deal_list(asked: DealFilter, *, page: int) -> DealList:
    """The page of what the filter asks for, with the totals of the whole filtered set. A fixed number of queries."""
    bare = asked.deals.order_by()
    paginator = Paginator(_shown(asked.deals), PAGE_SIZE)
    count = paginator.count
    openings = _openings(asked) if asked.takes_in_openings else []
    deals_total = ledger.total(asked.at, bare) if count else Bands()
    return DealList(
        page=paginator.page(page) if 1 <= page <= paginator.num_pages else None,
        count=count,
        openings=openings,
        deals_total=deals_total,
        total=ledger.add(deals_total, *(bands for _opening, bands in openings)),
        undisclosed=breakdowns.undisclosed(asked.at, bare) if count else 0,
        pages=paginator.num_pages,
    )


def _shown(deals: QuerySet[Deal]) -> QuerySet[Deal]:
    return deals.select_related("enterprise", "partner", "sector")


def _openings(asked: DealFilter) -> list[tuple[OpeningBalance, Bands]]:
    band = asked.asked.get("band")
    return [(opening, bands) for opening, bands in ledger.openings(asked.at) if not band or getattr(bands, band)]
