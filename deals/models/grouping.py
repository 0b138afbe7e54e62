"""The SQL by which `deals.ledger` adds figures up by many dimensions at once: text and parameters, no query."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from deals.positions import BAND_NAMES


class Marks(NamedTuple):
    """Dimensions, by their names, that follow from rows of a deal and a number for each: of a deal the largest number,
    or, of so many `flags`, all that any row has; 0 for a deal that has none. The keys of such a dimension are the
    numbers, as text. In the rows each number stands under its name after `mark_`."""

    names: tuple[str, ...]
    rows: Sequence[QuerySet[Any, Any]]
    flags: int = 0


def between(marks: Marks, name: str, least: int, most: int | None = None) -> Q:
    """Of the deals, those whose largest number lies between the two; 0 is that of a deal without any."""
    found = Q()
    of_deal = [rows.filter(deal=OuterRef("pk")) for rows in marks.rows]
    if least > 0:
        for rows in of_deal:
            found |= Q(Exists(rows.filter(**{f"mark_{name}__gte": least})))
    if most is not None:
        for rows in of_deal:
            found &= ~Q(Exists(rows.filter(**{f"mark_{name}__gt": most})))
    return found


def marked(marks: Sequence[Marks]) -> tuple[list[str], list[Any]]:
    """For each of the marks the table `marked_…` (deal_id and its names), with the parameters of all."""
    tables: list[str] = []
    values: list[Any] = []
    for number, mark in enumerate(marks):
        rows = [found.order_by().query.sql_with_params() for found in mark.rows]
        values += [parameter for _sql, parameters in rows for parameter in parameters]
        sums = ", ".join(f"{_together(name, mark.flags)} AS {name}" for name in mark.names)
        tables += [
            f"rows_{number} (deal_id, {', '.join(mark.names)}) AS ({' UNION ALL '.join(sql for sql, _ in rows)})",
            f"marked_{number} AS (SELECT deal_id, {sums} FROM rows_{number} GROUP BY deal_id)",
        ]
    return tables, values


def _together(name: str, flags: int) -> str:
    if not flags:
        return f"MAX({name})"
    if connection.vendor == "postgresql":
        return f"BIT_OR({name})"
    return " + ".join(f"MAX({name} & {1 << place})" for place in range(flags))


def grouped(keys: list[str], *, first: Mapping[str, int]) -> str:
    """The sums by each of the keys, the others null, and of all, after a 0; then, after its place, each of the `first`
    deals by value for each value of a key but 0, with its key and value in place of the count and the first sum."""
    sums = ", ".join(["COUNT(*)", "SUM(undisclosed)", *(f"SUM({name})" for name in BAND_NAMES)])
    if not keys:
        return f"SELECT 0, {sums} FROM figures"
    if connection.vendor == "postgresql":
        sets = "), (".join(keys)
        rows = [f"SELECT 0, {', '.join(keys)}, {sums} FROM figures GROUP BY GROUPING SETS (({sets}), ())"]
    else:
        rows = [f"SELECT 0, {_alone(key, keys)}, {sums} FROM figures GROUP BY {key}" for key in keys]
        rows.append(f"SELECT 0, {_alone('', keys)}, {sums} FROM figures")
    return " UNION ALL ".join([*rows, *(_first(key, keys, most) for key, most in first.items())])


def _first(key: str, keys: list[str], most: int) -> str:
    four = " + ".join(f"COALESCE({name}, 0)" for name in BAND_NAMES if name != "outside")
    place = f"ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY {four} DESC, deal_id) AS place"
    ranked = f"SELECT {place}, {key}, deal_id, {four} AS four FROM figures WHERE {key} > 0"
    nothing = ", ".join(["NULL"] * (len(BAND_NAMES) - 1))
    wanted = f"SELECT place, {_alone(key, keys)}, deal_id, NULL, four, {nothing}"
    return f"{wanted} FROM ({ranked}) ranked WHERE place <= {most}"


def _alone(key: str, keys: list[str]) -> str:
    return ", ".join(own if own == key else "NULL" for own in keys)
