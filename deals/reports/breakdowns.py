"""Figures by enterprise group, sector, stage, US state …: rows that add up to the total above them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from deals import ledger
from deals.choices import Stage, USState
from deals.models import Enterprise, Partner, Sector
from deals.positions import Bands

NONE = "none"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the value of the filter that opens its rows, its name, its bands, its papers of unknown value."""

    key: str
    label: str
    bands: Bands
    undisclosed: int = 0
    detail: str = ""


@dataclass(frozen=True)
class Breakdown:
    """Rows by one dimension; together with `not_itemised` they make `total`."""

    by: str
    rows: list[Row]
    not_itemised: Bands
    total: Bands

    @cached_property
    def largest(self) -> Decimal:
        """The largest four-band value of a row, by which bars are drawn to one scale."""
        return max((row.four for row in [*(row.bands for row in self.rows), self.not_itemised]), default=Decimal(0))


def breakdown(by: str, lines: Mapping[str, ledger.Line], *, not_itemised: Bands, total: Bands) -> Breakdown:
    """The lines of a summary by the dimension (one of ledger.DIMENSIONS), as rows. At most one query, for names.

    Stages come in their own order, everything else by value, the largest first, and deals without the dimension last.
    """
    label, rank = _names(by)
    rows = [
        Row(key or NONE, label(key)[0], line.bands, line.undisclosed, label(key)[1])
        for key, line in lines.items()
        if line.bands or line.undisclosed
    ]
    rows.sort(key=rank)
    return Breakdown(by, rows, not_itemised, total)


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
