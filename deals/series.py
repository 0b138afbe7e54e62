"""The ledger over time: its sums by month up to a moment, and what the deals' own days say of the time after it.

The part of `deals.ledger` that asks when: it adds up the same entries, and its last month is the ledger's total. What
is still to come is read from two facts of a deal: the day by which a contract is expected, and the planned deliveries.
"""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from deals import ledger
from deals.choices import DeliveryKind, InstrumentKind
from deals.ledger import Line
from deals.models import Balance, Deal, Delivery, Instrument
from deals.models.money import UsdField
from deals.models.recorded import in_use
from deals.periods import Moment
from deals.positions import ZERO, Bands

# The month of a day, as text. Days are grouped first, so that few are turned into text.
MONTH = {"postgresql": "to_char({day}, 'YYYY-MM')", "sqlite": "substr({day}, 1, 7)"}
WITHIN = "CASE WHEN {amount} < 0 THEN 0 WHEN {amount} > {most} THEN {most} ELSE {amount} END"


class Due(NamedTuple):
    """The deliveries of a kind in a month, up to the moment or after it: how many are of unknown value, what is planned
    (what was received is in the ledger), and how much of that is still to come."""

    kind: str
    month: date
    is_past: bool
    undisclosed: int
    planned: Decimal
    to_come: Decimal


def by_month(at: Moment, deals: QuerySet[Deal], *, openings: bool = False) -> list[tuple[date, Bands]]:
    """The bands of the deals at the end of each month, under its first day, from that of the first entry to that of the
    moment; together with what is not itemised where `openings` are asked for. The last is the total of the moment.

    One query over the entries, and one more for opening balances.
    """
    parts = [ledger.entries(at).filter(deal__in=_keys(deals))]
    if openings:
        parts.append(ledger.entries(at).filter(opening_balance__isnull=False))
    changes: dict[date, dict[str, Decimal]] = {}
    for entries in parts:
        rows = entries.values_list("effective_on", "band").annotate(sum=Sum("amount_usd"))
        for month, band, amount in _months(rows, key="band", sums=("sum",)):
            in_month = changes.setdefault(month, {})
            in_month[band] = in_month.get(band, ZERO) + _usd(amount)
    found: list[tuple[date, Bands]] = []
    standing = Bands()
    if changes:
        for month in _each_month(min(changes), at.as_of):
            standing += Bands(**changes.get(month, {}))
            found.append((month, standing))
    return found


def expected(at: Moment, deals: QuerySet[Deal], *, whole: bool = False) -> dict[date, Line]:
    """What has no contract yet at the moment, by the day by which the deals expect one: how many deals, and their
    memorandum and negotiating bands. Deals with nothing left to sign are not among them. Two queries.

    `whole`, here as below, says that the deals are most of all there are, so that nothing is looked up deal by deal.
    """
    known = in_use(Deal, at.known_at).filter(expected_on__isnull=False, id__in=_keys(deals)).order_by()
    tables = {
        "due (deal_id, expected_on)": known.values_list("id", "expected_on"),
        "held (deal_id, memorandum, negotiating)": _held(at, ("memorandum", "negotiating"), deals, whole),
    }
    statement = """SELECT due.expected_on, COUNT(*), SUM(held.memorandum), SUM(held.negotiating)
        FROM due JOIN held ON held.deal_id = due.deal_id
        WHERE held.memorandum > 0 OR held.negotiating > 0 GROUP BY due.expected_on"""
    return {
        _day(day): Line(count, Bands(memorandum=_usd(memorandum), negotiating=_usd(negotiating)))
        for day, count, memorandum, negotiating in _ask(tables, statement)
    }


def deliveries(at: Moment, deals: QuerySet[Deal], *, whole: bool = False) -> list[Due]:
    """What is planned, whenever it is due, and what was received without a known value, by month.

    Plans count under contracts signed by the moment, and past their end no longer. Still to come is, of each deal, what
    is planned by a day beyond what it has received, and no more than it has contracted. Two queries.
    """
    wanted = Q(kind=DeliveryKind.PLANNED) | Q(usd=None, on__lte=at.as_of)
    known = in_use(Delivery, at.known_at).filter(wanted, deal_id__in=_keys(deals)).order_by()
    contracts = in_use(Instrument, at.known_at).filter(kind=InstrumentKind.CONTRACT, signed_on__lte=at.as_of).order_by()
    tables = {
        "contract (id, ended_on)": contracts.values_list("id", "ended_on"),
        "delivery (deal_id, contract_id, day, kind, usd)": known.values_list(
            "deal_id", "contract_id", "on", "kind", "usd"
        ),
        "held (deal_id, delivered, contracted)": _held(at, ("delivered", "contracted"), deals, whole),
    }
    return [
        Due(kind, _day(f"{month}-01"), bool(is_past), int(unknown), _usd(planned), _usd(to_come))
        for month, kind, is_past, unknown, planned, to_come in _ask(tables, _schedule_sql(at))
    ]


def _schedule_sql(at: Moment) -> str:
    """From contracts, deliveries and what deals hold to sums by month, kind and whether the moment has passed."""
    day = f"'{at.as_of.isoformat()}'"
    event = f"""SELECT delivery.deal_id, day, kind, COALESCE(SUM(usd), 0) AS usd, COUNT(*) - COUNT(usd) AS unknown
        FROM delivery JOIN contract ON contract.id = delivery.contract_id
        WHERE contract.ended_on IS NULL OR contract.ended_on > {day} OR day <= {day}
        GROUP BY delivery.deal_id, day, kind"""
    running = f"""SELECT event.*, held.contracted AS most,
        SUM(usd) OVER (PARTITION BY event.deal_id ORDER BY day) - held.delivered AS reached
        FROM ({event}) event LEFT JOIN held ON held.deal_id = event.deal_id"""
    after, before = (WITHIN.format(amount=amount, most="most") for amount in ("reached", "(reached - usd)"))
    by_day = f"""SELECT day, kind, SUM(unknown) AS unknown, SUM(usd) AS planned, SUM({after} - {before}) AS to_come
        FROM ({running}) running GROUP BY day, kind"""
    month = MONTH[connection.vendor].format(day="day")
    return f"""SELECT {month}, kind, day <= {day}, SUM(unknown), SUM(planned), SUM(to_come)
        FROM ({by_day}) by_day GROUP BY 1, 2, 3"""


def _held(at: Moment, names: tuple[str, ...], deals: QuerySet[Deal], whole: bool) -> QuerySet[Any, Any]:
    """Some bands of each deal at the moment: of the deals at least, of all where these are most."""
    if ledger.is_head(at):
        return Balance.objects.order_by().values_list("deal_id", *names)
    nothing = Value(0, output_field=UsdField())
    sums = {name: Coalesce(Sum("amount_usd", filter=Q(band=name)), nothing) for name in names}
    rows = ledger.entries(at).filter(band__in=names, deal__isnull=False)
    return (rows if whole else rows.filter(deal__in=_keys(deals))).values_list("deal_id").annotate(**sums)


def _months(rows: QuerySet[Any, Any], *, key: str, sums: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Rows of a day, a key and sums, added up by month: its first day, the key, the sums."""
    month = MONTH[connection.vendor].format(day="day")
    added = ", ".join(f"SUM({name})" for name in sums)
    statement = f"SELECT {month}, {key}, {added} FROM by_day GROUP BY 1, 2"
    found = _ask({f"by_day (day, {', '.join((key, *sums))})": rows}, statement)
    return [(_day(f"{text}-01"), *rest) for text, *rest in found]


def _ask(tables: dict[str, QuerySet[Any, Any]], statement: str) -> list[tuple[Any, ...]]:
    """The rows of a statement over tables that stand under their headings. One query; none where nothing can come."""
    parts: list[str] = []
    values: list[Any] = []
    try:
        for heading, rows in tables.items():
            sql, parameters = rows.query.sql_with_params()
            name, columns = heading.split(" ", 1)
            parts.append(f"{name} {columns} AS ({sql})")
            values += parameters
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} {statement}", values)
        return cursor.fetchall()


def _keys(deals: QuerySet[Deal]) -> QuerySet[Any]:
    return deals.order_by().values("pk")


def _usd(cents: Any) -> Decimal:
    return Decimal(int(cents or 0)).scaleb(-2)


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _each_month(first: date, last: date) -> list[date]:
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(month // 12, month % 12 + 1, 1) for month in months]
