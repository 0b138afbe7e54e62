"""Figures by enterprise group, sector, stage, US state …: rows that add up to the total above them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from deals import ledger, names
from deals.choices import Stage, USState
from deals.models import Enterprise, Partner, Sector
from deals.positions import Bands

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
    """What a breakdown adds up to: what stands in no row, and all together, each with what stood there at the moment
    compared with (None: with nothing)."""

    not_itemised: Bands
    total: Bands
    not_itemised_before: Bands = NOTHING
    total_before: Bands | None = None


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

    @property
    def not_itemised_change(self) -> Decimal:
        return self.whole.not_itemised.four - self.whole.not_itemised_before.four

    @property
    def change(self) -> Decimal:
        before = self.whole.total_before
        return Decimal(0) if before is None else self.whole.total.four - before.four

    @cached_property
    def largest(self) -> Decimal:
        """The largest four-band value of a row, by which bars are drawn to one scale."""
        return max((row.four for row in [*(row.bands for row in self.rows), self.not_itemised]), default=Decimal(0))


Lines = Mapping[str, ledger.Line]


def breakdown(by: str, lines: Lines, whole: Whole, *, before: Lines | None = None) -> Breakdown:
    """The lines of a summary by the dimension (one of ledger.DIMENSIONS), as rows, with those of the moment compared
    with. At most one query, for names.

    Stages come in their own order, everything else by value, the largest first, and deals without the dimension last.
    """
    label, rank = _names(by)
    rows = [
        Row(key or NONE, label(key)[0], line.bands, line.undisclosed, label(key)[1], then.bands)
        for key, line, then in paired(lines, before or {})
    ]
    rows.sort(key=rank)
    return Breakdown(by, rows, whole)


def in_order(rows: list[Row], order: str) -> list[Row]:
    """The rows by a column, the largest first and names from A; after a minus the other way round."""
    name = order.removeprefix("-")
    if name == "name":
        return sorted(rows, key=lambda row: names.sort_key(row.label), reverse=order.startswith("-"))
    if name == "change":
        key: Callable[[Row], Any] = lambda row: row.change  # noqa: E731
    elif name == "undisclosed":
        key = lambda row: row.undisclosed  # noqa: E731
    else:
        key = lambda row: row.bands.four if name == "value" else getattr(row.bands, name)  # noqa: E731
    return sorted(rows, key=key, reverse=not order.startswith("-"))


def paired(lines: Lines, before: Lines) -> Iterator[tuple[str, ledger.Line, ledger.Line]]:
    """The lines with those of the same key before; without those that say nothing now and said nothing then."""
    for key in {**lines, **before}:
        line, then = lines.get(key, ledger.Line()), before.get(key, ledger.Line())
        if line.bands or line.undisclosed or then.bands:
            yield key, line, then


def _names(by: str) -> tuple[Callable[[str], tuple[str, str]], Callable[[Row], Any]]:
    """How a key of the dimension is named (with a detail), and how its rows are put in order."""
    by_value: Callable[[Row], Any] = lambda row: (row.key == NONE, -row.bands.four, row.label)  # noqa: E731
    nothing = {"": (_("Not known"), "")}
    if by == "stage":
        labels = {str(value): (str(name), "") for value, name in Stage.choices}
        order = [*Stage.values, NONE]
        return (lambda key: (labels | {"": (_("Not yet entered"), "")})[key]), (lambda row: order.index(row.key))
    if by == "state":
        states = {str(value): (str(name), str(value)) for value, name in USState.choices}
        return (lambda key: (states | nothing)[key]), by_value
    found: dict[str, tuple[str, str]] = dict(nothing)
    if by == "sector":
        found |= {sector.code: (sector.name, "") for sector in Sector.objects.all()}
    elif by == "partner":
        found |= {partner.slug: (partner.name, "") for partner in Partner.objects.all()}
    else:
        found |= {enterprise.code: (enterprise.short_name, enterprise.name) for enterprise in Enterprise.objects.all()}
    return (lambda key: found[key]), by_value
