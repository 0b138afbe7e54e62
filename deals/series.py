"""The ledger over time: its sums by month up to a moment, and what the deals' own days say of the time after it.

The part of `deals.ledger` that asks when: it adds up the same entries, and its last month is the ledger's total. What
is still to come is read from two facts of a deal: the day by which a contract is expected, and the planned deliveries.
"""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Max, Model, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from deals import ledger
from deals.choices import DeliveryKind
from deals.ledger import Line
from deals.models import Balance, Deal, Delivery, Instrument
from deals.models.money import UsdField
from deals.periods import Moment
from deals.positions import ZERO, Bands

# The month of a day, as text. Days are grouped first, so that few are turned into text.
MONTH = {"postgresql": "to_char({day}, 'YYYY-MM')", "sqlite": "substr({day}, 1, 7)"}
NOT_BELOW_ZERO_NOR_ABOVE = "CASE WHEN {amount} < 0 THEN 0 WHEN {amount} > {most} THEN {most} ELSE {amount} END"


class Received(NamedTuple):
    """The deliveries of a kind in a month: their value, how many they are, and how many of unknown value."""

    kind: str
    month: date
    usd: Decimal
    count: int
    undisclosed: int


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


def expected(at: Moment, deals: QuerySet[Deal]) -> dict[date, Line]:
    """What has no contract yet at the moment, by the day by which the deals expect one: how many deals, and their
    memorandum and negotiating bands. Deals with nothing left to sign are not among them. Two queries."""
    due = _known(Deal, at).filter(expected_on__isnull=False, id__in=_keys(deals)).order_by()
    by_deal = due.values_list("id", "expected_on")
    statement = """SELECT due.expected_on, COUNT(*), SUM(held.memorandum), SUM(held.negotiating)
        FROM due JOIN held ON held.deal_id = due.deal_id
        WHERE held.memorandum > 0 OR held.negotiating > 0 GROUP BY due.expected_on"""
    tables = {"due (deal_id, expected_on)": by_deal, **_held(at, ("memorandum", "negotiating"), due.values("id"))}
    return {
        _day(day): Line(count, Bands(memorandum=_usd(memorandum), negotiating=_usd(negotiating)))
        for day, count, memorandum, negotiating in _ask(tables, statement)
    }


def scheduled(at: Moment, deals: QuerySet[Deal]) -> dict[date, Decimal]:
    """What is to be delivered after the moment, by the day it is due, as the schedules of the deals say: of each deal,
    what is planned by a day beyond what it has received, and no more than it has contracted. What was due by the day
    of the moment and did not come stands under its own day. Two queries."""
    planned = _plans(at, deals).filter(kind=DeliveryKind.PLANNED, usd__isnull=False)
    by_day = planned.values_list("deal_id", "on").annotate(sum=Sum("usd"))
    running = """SELECT plan.due, held.contracted AS most, plan.usd,
        SUM(plan.usd) OVER (PARTITION BY plan.deal_id ORDER BY plan.due) - held.delivered AS reached
        FROM plan JOIN held ON held.deal_id = plan.deal_id WHERE held.contracted > 0"""
    after, before = (
        NOT_BELOW_ZERO_NOR_ABOVE.format(amount=amount, most="running.most")
        for amount in ("running.reached", "(running.reached - running.usd)")
    )
    statement = f"SELECT due, SUM({after} - {before}) FROM ({running}) running GROUP BY due"
    held = _held(at, ("delivered", "contracted"), planned.values("deal_id"))
    rows = _ask({"plan (deal_id, due, usd)": by_day, **held}, statement)
    return {_day(day): usd for day, cents in rows if (usd := _usd(cents))}


def deliveries(at: Moment, deals: QuerySet[Deal]) -> list[Received]:
    """The deliveries of the deals by kind and month: those received by the moment, and all that are planned under
    contracts that have not ended, whenever they are due. One query."""
    found = _plans(at, deals).filter(Q(kind=DeliveryKind.PLANNED) | Q(on__lte=at.as_of))
    rows = found.values_list("on", "kind").annotate(
        sum=Sum("usd"), count=Count("id"), unknown=Count("id", filter=Q(usd=None))
    )
    return [
        Received(kind, month, _usd(usd), int(count), int(unknown))
        for month, kind, usd, count, unknown in _months(rows, key="kind", sums=("sum", "count", "unknown"))
    ]


def _plans(at: Moment, deals: QuerySet[Deal]) -> QuerySet[Any]:
    """The deliveries of the deals as known at the moment, under contracts signed by then; where the contract has ended,
    only those of the days up to the moment."""
    signed = _known(Instrument, at).filter(signed_on__lte=at.as_of).order_by()
    alive = signed.filter(Q(ended_on=None) | Q(ended_on__gt=at.as_of))
    stands = Q(contract_id__in=alive.values("id")) | Q(contract_id__in=signed.values("id"), on__lte=at.as_of)
    return _known(Delivery, at).filter(stands, deal_id__in=_keys(deals)).order_by()


def _known(model: type[Model], at: Moment) -> QuerySet[Any]:
    """The records as known at the moment, without those archived by then; in the past they are read from the history,
    since a plan may have been changed after it."""
    if at.known_at is None:
        return model._default_manager.filter(archived_at=None)
    history: QuerySet[Any] = model.history.model._default_manager.all()  # type: ignore[attr-defined]
    by_then = history.filter(history_date__lte=at.known_at).order_by()
    latest = by_then.values("id").annotate(last=Max("history_id")).values("last")
    return history.filter(history_id__in=latest, archived_at=None).exclude(history_type="-").order_by()


def _held(at: Moment, names: tuple[str, ...], keys: QuerySet[Any]) -> dict[str, QuerySet[Any]]:
    """The table `held` of some bands of each deal at the moment, at least of the deals with these keys."""
    heading = f"held (deal_id, {', '.join(names)})"
    if ledger.is_head(at):
        return {heading: Balance.objects.order_by().values_list("deal_id", *names)}
    nothing = Value(0, output_field=UsdField())
    sums = {name: Coalesce(Sum("amount_usd", filter=Q(band=name)), nothing) for name in names}
    rows = ledger.entries(at).filter(band__in=names, deal__in=keys).values_list("deal_id").annotate(**sums)
    return {heading: rows}


def _months(rows: QuerySet[Any, Any], *, key: str, sums: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Rows of a day, a key and sums, added up by month: its first day, the key, the sums."""
    month = MONTH[connection.vendor].format(day="day")
    added = ", ".join(f"SUM({name})" for name in sums)
    statement = f"SELECT {month}, {key}, {added} FROM by_day GROUP BY 1, 2"
    found = _ask({f"by_day (day, {', '.join((key, *sums))})": rows}, statement)
    return [(_day(f"{text}-01"), *rest) for text, *rest in found]


def _ask(tables: dict[str, QuerySet[Any, Any]], statement: str) -> list[tuple[Any, ...]]:
    """The rows of a statement over tables that stand under their headings. One query; none where nothing can come."""
    parts, values = [], []
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
