"""The deals list: one page of rows, and the totals of all that was asked for."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, reduce
from operator import add
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page, Paginator
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models import F, Func, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from deals import ledger, permissions
from deals.choices import Release
from deals.filters import NONE, SORTS, DealFilter, Offered
from deals.forms import screens
from deals.models import Balance, Deal, OpeningBalance, Sector, recorded
from deals.models.money import UsdField
from deals.models.stages_then import is_latest_stage
from deals.models.standing import standing
from deals.periods import Moment
from deals.positions import BAND_NAMES, SIGNED, Bands

PAGE_SIZE = 50
FEW = 5_000
AT_ONCE = 2000  # rows read from the database at a time
AHEAD = 5000  # the same where they are read while others are written
BY_THEMSELVES: dict[str, Any] = {"-four": Coalesce(F("four"), Value(0, output_field=UsdField())).desc()}
# What a row shows of a deal, in the order of its fields, with keys for the names of others; the stage and the amounts
# at the moment.
SHOWN = ("id", "code", "title_vi", "title_en", "enterprise_id", "partner_id", "sector_id")
THEN = ("stage_then", *BAND_NAMES, "four")


@dataclass(frozen=True)
class DealList:
    """A page of deals, what is not itemised, and the totals over all pages. `number` is the page's, 0 where there is no
    such page, and `rows` what it shows of each deal: SHOWN and THEN, amounts in whole cents."""

    count: int
    openings: list[tuple[OpeningBalance, Bands]]
    deals_total: Bands
    total: Bands
    undisclosed: int
    number: int = 0
    pages: int = 0
    rows: tuple[tuple[Any, ...], ...] = ()

    @property
    def figures(self) -> tuple[object, ...]:
        """All that a page of it shows of deals and of their facts; the names of others are not among it."""
        openings = [(opening.pk, bands) for opening, bands in self.openings]
        return self.count, self.deals_total, self.undisclosed, self.pages, openings, self.rows

    @cached_property
    def page(self) -> Page | None:
        """The page, with its deals as they were at the moment; None where there is no such page."""
        pages = Paginator(range(self.count), PAGE_SIZE)
        return Page([_deal(row) for row in self.rows], self.number, pages) if self.number else None

    @cached_property
    def largest(self) -> Decimal:
        """The largest value on the page, by which its bars are drawn to one scale."""
        return max((deal.four for deal in self.page.object_list), default=Decimal(0)) if self.page else Decimal(0)


class ListFilter(DealFilter):
    """The filters of the list, with papers of undisclosed value as known at the moment. `of_all` says that it looks
    through all deals that stand at the moment. Of now, stage and sector are asked of the roll-ups, where an index has
    those of a stage and a sector in the order of their value."""

    def __init__(self, data: Any, *, of_all: bool, **named: Any) -> None:
        self.of_all = of_all
        super().__init__(data, **named)

    @cached_property
    def is_of_now(self) -> bool:
        """Whether the roll-ups say how all that is looked through stands at the moment. Two queries, once a state."""
        return self.of_all and ledger.is_now(self.at) and is_latest_stage(self.at)

    @property
    def is_in_order(self) -> bool:
        """Whether what is asked for stands in the order of its value already."""
        return self.is_of_now and {"stage", "sector"} <= set(self.asked)

    @property
    def to_add_up(self) -> QuerySet[Deal] | QuerySet[Balance]:
        """What the totals are added up from: the roll-ups alone, where by these it is plain what is asked for."""
        deals: QuerySet[Deal] = self.deals
        if self.problems or set(self.asked) - {"q", "band", "sector", "stage"} or not self.is_of_now:
            return deals
        rows = Balance.objects.filter(self.said, in_use=True)
        return self.with_band(rows, "band", self.asked["band"]) if "band" in self.asked else rows

    def in_sector(self, deals: QuerySet[Deal], name: str, sector: Sector) -> QuerySet[Deal]:
        return self._held(deals, sector=sector) if self.is_of_now else super().in_sector(deals, name, sector)

    def at_stage(self, deals: QuerySet[Deal], name: str, stage: str) -> QuerySet[Deal]:
        if not self.is_of_now:
            return super().at_stage(deals, name, stage)
        return self._held(deals, stage="" if stage == NONE else stage)

    def _held(self, deals: QuerySet[Deal], **what: Any) -> QuerySet[Deal]:
        """The deals whose roll-ups hold it."""
        self.said &= Q(**what)
        return deals.filter(balance__in_use=True, **{f"balance__{name}": value for name, value in what.items()})

    def shown(self, deals: QuerySet[Deal], name: str, what: str) -> QuerySet[Deal]:
        if what == "undisclosed":
            return deals.filter(pk__in=recorded.undisclosed(self.at).values("deal"))
        return super().shown(deals, name, what)


def asked_for(
    question: Any, *, deals: QuerySet[Deal], at: Moment, offered: Offered | None = None, of_all: bool = False
) -> ListFilter:
    """The filter that the question (the parameters of an address) asks for, over the deals at the moment: of those
    given, the ones known then. What a screen takes from the address is no filter. `offered`: what somebody may choose
    from who does not see everything. `of_all`: the deals are all there are."""
    filters = question.copy()
    for name in screens.PARAMETERS:
        filters.pop(name, None)
    then = standing(deals, at)
    told = ledger.with_stage(ledger.with_bands(then, at), at)
    return ListFilter(filters, of_all=of_all, deals=told, at=at, offered=offered)


def deal_list(asked: ListFilter, *, page: int) -> DealList:
    """The page of what the filter asks for, with the totals of the whole filtered set. A fixed number of queries."""
    found = totals(asked)
    pages = Paginator(range(found.count), PAGE_SIZE).num_pages
    if not 1 <= page <= pages:
        return replace(found, pages=pages)
    return replace(found, pages=pages, number=page, rows=_rows(asked, page, is_few=found.count <= FEW))


def totals(asked: ListFilter, *, audience: Release = Release.INTERNAL) -> DealList:
    """The totals of what the filter asks for, without a page of it; of what may be told to the audience. What is not
    itemised is worked out from all deals, so it is told within the ministry alone. At most five queries."""
    is_inside = audience == Release.INTERNAL
    deals = asked.to_add_up if is_inside else permissions.cleared(asked.deals, audience)
    found = ledger.summary(asked.at, (), deals, whole=is_inside and not asked.is_narrow)[ledger.ALL][ledger.ALL]
    openings = _openings(asked) if is_inside and asked.takes_in_openings else []
    return DealList(
        count=found.deals,
        openings=openings,
        deals_total=found.bands,
        total=ledger.add(found.bands, *(bands for _opening, bands in openings)),
        undisclosed=found.undisclosed,
    )


def _rows(asked: ListFilter, page: int, *, is_few: bool) -> tuple[tuple[Any, ...], ...]:
    """The rows of the page. Of very many, keys alone are put in order, and only those of the page are read."""
    here = slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
    deals = asked.deals.values_list(*SHOWN, *THEN)
    if asked.is_in_order:
        return _fetched(deals[here])
    if is_few:
        # The index on the value finds the largest of very many at once; of few it would go through nearly all others.
        return _fetched(deals.order_by(*(BY_THEMSELVES.get(by, by) for by in SORTS[asked.order]))[here])
    return _fetched(deals.filter(pk__in=asked.deals.values("pk")[here]))


def _fetched(deals: QuerySet[Deal, Any]) -> tuple[tuple[Any, ...], ...]:
    """The rows as the database gives them, amounts in whole cents."""
    try:
        statement, parameters = deals.query.sql_with_params()
    except EmptyResultSet:
        return ()
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return tuple(cursor.fetchall())


def _deal(row: tuple[Any, ...]) -> Deal:
    """The deal of a row, with what it was at the moment."""
    deal = Deal.from_db(DEFAULT_DB_ALIAS, SHOWN, row[: len(SHOWN)])
    deal.stage_then, *amounts = row[len(SHOWN) :]
    for name, cents in zip(THEN[1:], amounts, strict=True):
        setattr(deal, name, Decimal(int(cents)).scaleb(-2))
    return deal


def _openings(asked: DealFilter) -> list[tuple[OpeningBalance, Bands]]:
    band = asked.asked.get("band")
    return [(opening, bands) for opening, bands in ledger.openings(asked.at) if not band or getattr(bands, band)]


def read(
    deals: QuerySet[Deal], columns: Sequence[str | Func], bands: Sequence[str], *, reading: str
) -> Iterator[tuple[Any, ...]]:
    """Of each of the deals, which come with their bands: the columns, the bands in whole cents, and what is signed of
    them in the reading, in whole cents too. One query, read some rows at a time, past the field's conversions: of a
    hundred thousand deals they take longer than the reading."""
    signed = reduce(add, (F(name) for name in SIGNED[reading]))
    usd = {**{f"{name}_cents": F(name) for name in bands}, "signed_cents": signed}
    cents = {name: Cast(amount, models.BigIntegerField()) for name, amount in usd.items()}
    try:
        statement, parameters = deals.annotate(**cents).values_list(*columns, *cents).query.sql_with_params()
    except EmptyResultSet:
        return
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, parameters)
        yield from _ahead(cursor.cursor) if connection.vendor == "postgresql" else _in_turn(cursor)


def _in_turn(cursor: Any) -> Iterator[tuple[Any, ...]]:
    while found := cursor.fetchmany(AT_ONCE):
        yield from found


def _ahead(cursor: Any) -> Iterator[tuple[Any, ...]]:
    """While some rows are written the database, which is another process, looks for the next."""
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(cursor.fetchmany, AHEAD)
        while found := coming.result():
            coming = ahead.submit(cursor.fetchmany, AHEAD)
            yield from found
