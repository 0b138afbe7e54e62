"""What happened to a deal on a day, and the SQL by which `deals.ledger` tells its entries by it: text and parameters,
nothing is run here."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db.models import Case, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from deals.choices import DeliveryKind, InstrumentKind
from deals.positions import NON_BINDING

from .deals import Deal
from .deliveries import Delivery
from .instruments import Instrument
from .postings import Posting
from .recorded import in_use
from .valuations import Valuation

# Bits, of which a day has any. Papers signed: beside the target; taking nothing of known value over; a contract that
# takes over from a memorandum; any other that takes over; one that does so at an unknown price.
ASIDE, ALONE, CONVERTING, CARRYING_ON, UNPRICED = 1, 2, 4, 8, 16
AMENDED, DELIVERED, ENDED, VALUED = 32, 64, 128, 256
SIGNED = ASIDE | ALONE | CONVERTING | CARRYING_ON | UNPRICED


class Kind(NamedTuple):
    """What entries are told apart by: of an opening balance or of a deal, dated after the day compared with or not,
    their cause and band, and (of a deal, after that day) the bits of what happened to it on the day of the entry."""

    is_sum: int
    is_event: int
    cause: str
    band: str
    bits: int


KEYS = ", ".join(Kind._fields)


class Between(NamedTuple):
    """The entries of deals, and of opening balances if wanted, between two moments: of the day `since` and as known at
    the later one."""

    of_deals: QuerySet[Posting]
    of_openings: QuerySet[Posting] | None
    since: date
    known_at: datetime | None


def grouped(between: Between) -> tuple[str, list[Any]]:
    """How many entries of each kind there are and what they make, in cents. EmptyResultSet where there can be none."""
    tables, values = _tables(between)
    return f"{tables} SELECT {KEYS}, COUNT(*), SUM(cents) FROM told GROUP BY {KEYS}", values


def listed(between: Between, kinds: Iterable[Kind], *, first: int, most: int) -> tuple[str, list[Any]]:
    """The keys of entries of these kinds, each with its kind, the latest first: at most so many after the `first`."""
    tables, values = _tables(between)
    keys = [key for kind in kinds for key in kind]
    wanted = ", ".join(["(%s, %s, %s, %s, %s)"] * (len(keys) // len(Kind._fields)))
    chosen = f"SELECT id, {KEYS} FROM told WHERE ({KEYS}) IN (VALUES {wanted})"
    order = "ORDER BY day DESC, recorded_at DESC, id DESC LIMIT %s OFFSET %s"
    return f"{tables} {chosen} {order}", [*values, *keys, most, first]


def _tables(between: Between) -> tuple[str, list[Any]]:
    """The table `told`: each entry with all that it is told apart by."""
    event = Case(When(effective_on__gt=between.since, then=1), default=0, output_field=IntegerField())
    of_sum = Case(When(deal=None, then=1), default=0, output_field=IntegerField())
    columns = ("id", "deal_id", "effective_on", "recorded_at", "cause", "band", "amount_usd", "is_event", "is_sum")
    parts = [part for part in (between.of_deals, between.of_openings) if part is not None]
    of_entries, values = _union(
        [part.order_by().annotate(is_event=event, is_sum=of_sum).values_list(*columns) for part in parts]
    )
    try:
        of_facts, more = _union(_facts(between))
    except EmptyResultSet:
        of_facts, more = "SELECT NULL, NULL, 0", []
    return (
        f"WITH entries (id, deal_id, day, recorded_at, cause, band, cents, is_event, is_sum) AS ({of_entries}),"
        f" facts (deal_id, day, bit) AS ({of_facts}),"
        # Of powers of two, the sum of the different ones is all of them.
        " happened AS (SELECT deal_id, day, SUM(DISTINCT bit) AS bits FROM facts GROUP BY deal_id, day),"
        " told AS (SELECT entries.*, COALESCE(happened.bits, 0) AS bits FROM entries LEFT JOIN happened"
        " ON happened.deal_id = entries.deal_id AND happened.day = entries.day AND entries.is_event = 1)",
        [*values, *more],
    )


def _union(found: Sequence[QuerySet[Any, Any]]) -> tuple[str, list[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    for rows in found:
        try:
            sql, parameters = rows.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(sql)
        values += parameters
    if not parts:
        raise EmptyResultSet
    return " UNION ALL ".join(parts), values


def _facts(between: Between) -> list[QuerySet[Any, Any]]:
    """Rows of (deal, day, bit) for the deals with entries after the day, from what is in use as known at the moment."""
    since, known_at = between.since, between.known_at
    deals = between.of_deals.filter(effective_on__gt=since).order_by().values("deal")
    papers = in_use(Instrument, known_at).filter(deal__in=deals).order_by()
    deliveries = in_use(Delivery, known_at).filter(deal__in=deals, kind=DeliveryKind.ACTUAL, on__gt=since)
    valuations = in_use(Valuation, known_at).filter(deal__in=deals, on__gt=since)
    signed = papers.filter(signed_on__gt=since).annotate(bit=_bit_of_paper(known_at))
    closed = in_use(Deal, known_at).filter(id__in=deals, closed_on__gt=since)
    return [
        signed.values_list("deal_id", "signed_on", "bit"),
        _with_bit(papers.filter(ended_on__gt=since), ENDED).values_list("deal_id", "ended_on", "bit"),
        _with_bit(closed, ENDED).values_list("id", "closed_on", "bit"),
        _with_bit(deliveries, DELIVERED).values_list("deal_id", "on", "bit"),
        _with_bit(valuations, VALUED).values_list("deal_id", "on", "bit"),
    ]


def _with_bit(rows: QuerySet[Any], bit: int) -> QuerySet[Any]:
    return rows.order_by().annotate(bit=Value(bit, output_field=IntegerField()))


def _bit_of_paper(known_at: datetime | None) -> Case:
    above = in_use(Instrument, known_at).filter(
        id=OuterRef("under_id"), counts=True, usd__isnull=False, signed_on__lt=OuterRef("signed_on")
    )
    from_memorandum = Case(When(kind__in=NON_BINDING, then=1), default=0, output_field=IntegerField())
    takes = Coalesce(Subquery(above.annotate(of=from_memorandum).values("of")[:1]), -1)
    return Case(
        When(kind=InstrumentKind.AMENDMENT, then=AMENDED),
        When(counts=False, then=ASIDE),
        When(under=None, then=ALONE),
        When(Q(kind=InstrumentKind.CONTRACT, usd__isnull=False) & Q(Exact(takes, 1)), then=CONVERTING),
        When(Exact(takes, -1), then=ALONE),
        When(usd=None, then=UNPRICED),
        default=CARRYING_ON,
        output_field=IntegerField(),
    )
