"""Figures by enterprise group, sector, stage, US state …: rows that add up to the total above them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from deals import ledger, names
from deals.choices import Stage, USState
from deals.models import Enterprise, Partner, Sector
from deals.positions import BAND_NAMES, ZERO, Bands

NONE = "none"
NOTHING = Bands()


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the value of the filter that opens its rows, its name, its bands, its papers of unknown value; and what
    stood in it at the moment compared with."""

    key: str
    label: str
    bands: Bands
    undisclosed: int = 0
    detail: str = ""
    before: Bands = NOTHING

    @property
    def change(self) -> Decimal:
        """By how much its four bands together differ from those at the moment compared with."""
        return self.bands.four - self.before.four


@dataclass(frozen=True)
class Whole:
    """What a breakdown adds up to: what stands in no row, and all together; `before` is the same at the moment compared
    with, None where there is none."""

    not_itemised: Bands
    total: Bands
    before: "Whole | None" = None

    @property
    def change(self) -> Decimal:
        return self.total.four - self.before.total.four if self.before else ZERO

    @property
    def not_itemised_change(self) -> Decimal:
        return self.not_itemised.four - self.before.not_itemised.four if self.before else ZERO


@dataclass(frozen=True)
class Breakdown:
    """Rows by one dimension; together with what is not itemised they make the total, on the day and on the one
    compared with."""

    by: str
    rows: list[Row]
    whole: Whole

    @property
    def not_itemised(self) -> Bands:
        return self.whole.not_itemised

    @property
    def total(self) -> Bands:
        return self.whole.total

    @cached_property
    def largest(self) -> Decimal:
        """The largest four-band value of a row, by which bars are drawn to one scale."""
        return max((row.four for row in [*(row.bands for row in self.rows), self.not_itemised]), default=ZERO)


Lines = Mapping[str, ledger.Line]


def breakdown(by: str, lines: Lines, whole: Whole, *, before: Lines | None = None) -> Breakdown:
    """The lines of a summary by the dimension (one of ledger.DIMENSIONS), as rows, with those of the moment compared
    with. At most one query, for names.

    Stages come in their own order, everything else by value, the largest first, and deals without the dimension last.
    """
    names = _names(by)
    rows = [
        Row(key or NONE, names[key][0], line.bands, line.undisclosed, names[key][1], then.bands)
        for key, line, then in paired(lines, before or {})
    ]
    return Breakdown(by, sorted(rows, key=_by_stage if by == "stage" else _by_value), whole)


def in_order(rows: list[Row], order: str) -> list[Row]:
    """The rows by a column, the largest first and names from A; after a minus the other way round."""
    name = order.removeprefix("-")
    return sorted(rows, key=KEYS[name], reverse=order.startswith("-") == (name == "name"))


def largest(rows: list[Row], order: str, most: int) -> list[Row]:
    """As many of the rows as have most in the column that they are ordered by, whichever way round, and in that order;
    by name, those of most value."""
    name = order.removeprefix("-")
    column = KEYS["value" if name in ("", "name") else name]
    kept = {row.key for row in sorted(rows, key=lambda row: -abs(column(row)))[:most]}
    return [row for row in rows if row.key in kept]


def _of_band(name: str) -> Callable[[Row], Any]:
    return lambda row: getattr(row.bands, name)


KEYS: Mapping[str, Callable[[Row], Any]] = {
    "name": lambda row: names.sort_key(row.label),
    "value": lambda row: row.bands.four,
    "change": lambda row: row.change,
    "undisclosed": lambda row: row.undisclosed,
    **{name: _of_band(name) for name in BAND_NAMES},
}


def paired(lines: Lines, before: Lines) -> Iterator[tuple[str, ledger.Line, ledger.Line]]:
    """The lines with those of the same key before; without those that say nothing now and said nothing then."""
    for key in {**lines, **before}:
        line, then = lines.get(key, ledger.Line()), before.get(key, ledger.Line())
        if line.bands or line.undisclosed or then.bands:
            yield key, line, then


def together(rows: Sequence[Row]) -> Row:
    """The rows as one, which opens nothing."""
    return Row(
        key="",
        label="",
        bands=ledger.add(*(row.bands for row in rows)),
        undisclosed=sum(row.undisclosed for row in rows),
        before=ledger.add(*(row.before for row in rows)),
    )


def _by_value(row: Row) -> Any:
    return row.key == NONE, -row.bands.four, row.label


def _by_stage(row: Row) -> int:
    return [*Stage.values, NONE].index(row.key)


def _names(by: str) -> dict[str, tuple[str, str]]:
    """How the keys of the dimension are named, each with a detail."""
    nothing = {"": (_("Not known"), "")}
    if by == "stage":
        return {str(value): (str(name), "") for value, name in Stage.choices} | {"": (_("Not yet entered"), "")}
    if by == "state":
        return {str(value): (str(name), str(value)) for value, name in USState.choices} | nothing
    if by == "sector":
        return {sector.code: (sector.name, "") for sector in Sector.objects.all()} | nothing
    if by == "partner":
        return {partner.slug: (partner.name, "") for partner in Partner.objects.all()} | nothing
    named = {enterprise.code: (enterprise.short_name, enterprise.name) for enterprise in Enterprise.objects.all()}
    return named | nothing
