"""The columns that tables of figures have in common, and their cells."""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from deals.models import Deal
from deals.positions import Bands
from deals.tables import Column

from .tables import Field, Kind, Row


def usd(name: str, label: str) -> Field:
    """A column of amounts in US dollars."""
    return Field(f"{name}_usd", _("%(column)s, US$") % {"column": label}, Kind.USD)


def usd_fields(columns: Iterable[Column]) -> list[Field]:
    """The columns of these bands."""
    return [usd(str(column.band), str(column.label)) for column in columns]


def amounts(columns: Iterable[Column], bands: Bands) -> list[Decimal]:
    """The cells of the bands in these columns."""
    return [getattr(bands, column.band) for column in columns]


def deal_fields() -> list[Field]:
    """The columns that name a deal: what stands on its face."""
    return [
        Field("code", _("Code"), width=16),
        Field("deal", _("Deal"), width=48),
        Field("enterprise", _("Enterprise")),
        Field("partner", pgettext("heading", "US partner")),
        Field("sector", _("Sector")),
    ]


def deal_cells(deal: Deal) -> Row:
    """The cells of those columns; the deal comes with its enterprise, partner and sector."""
    partner = deal.partner.name if deal.partner else None
    return (deal.code, deal.title, deal.enterprise.short_name, partner, deal.sector.name)
