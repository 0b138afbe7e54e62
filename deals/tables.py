"""The columns of lists: one list of columns for every rendering of the same rows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the value of `sort` that orders by it (empty: it does not), and the band it shows, if any."""

    name: str
    label: str | Promise
    sort: str = ""
    band: str = ""
    numeric: bool = False


# In the order of the value bar.
BANDS = (
    Column("delivered", _("Delivered"), sort="delivered", band="delivered", numeric=True),
    Column("contracted", _("Contracted"), sort="contracted", band="contracted", numeric=True),
    Column("memorandum", _("Memoranda"), sort="memorandum", band="memorandum", numeric=True),
    Column("negotiating", _("In talks"), sort="negotiating", band="negotiating", numeric=True),
)
# Counted in no total: shown where it is asked for.
OUTSIDE = Column("outside", _("Outside the target"), band="outside", numeric=True)


def deal_columns(reading: str) -> list[Column]:
    """The columns of the deals list; the reading says which bands are signed, in the order of the value bar."""
    signed = _("signed, announced reading") if reading == "announced" else _("signed, firm reading")
    return [
        Column("deal", _("Deal"), sort="code"),
        Column("enterprise", _("Enterprise"), sort="enterprise"),
        Column("partner", pgettext_lazy("heading", "US partner"), sort="partner"),
        Column("sector", _("Sector"), sort="sector"),
        Column("stage", _("Stage")),
        Column("bar", _("Value by band")),
        *BANDS,
        OUTSIDE,
        Column("total", _("Total"), sort="value", numeric=True),
        Column("signed", signed, numeric=True),
    ]


def band_columns(*found: object) -> list[Column]:
    """The columns of the bands in which any of these has an amount; a column of nothing is left out."""
    return [column for column in BANDS if any(getattr(bands, column.band) for bands in found)]


def list_columns(columns: Iterable[Column], total: object, asked: Collection[str]) -> list[Column]:
    """Those of the columns of the deals list that are shown: of the bands, those in which the total has an amount and
    those that are asked for, by what the list is sorted by or holds alone."""
    worth = {column.name for column in band_columns(total)} | set(asked)
    shown = [column for column in columns if column.name != "signed" and (not column.band or column.name in worth)]
    if OUTSIDE in shown:
        shown = [replace(each, label=_("All four bands")) if each.name == "total" else each for each in shown]
    return shown if any(column.band for column in shown) else [each for each in shown if each.name != "bar"]
