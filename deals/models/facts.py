"""From the records of a deal to its facts, as the rules of the numbers see them."""

from collections.abc import Iterable

from deals.choices import DeliveryKind
from deals.positions import Facts

from .deals import Deal
from .deliveries import Delivery
from .instruments import Instrument
from .valuations import Valuation


def facts_of(
    deal: Deal,
    instruments: Iterable[Instrument],
    valuations: Iterable[Valuation],
    deliveries: Iterable[Delivery],
) -> Facts:
    """The facts of a deal, from its records (saved or not; archived ones are left out)."""
    if deal.archived_at:
        return Facts()
    return Facts(
        closed_on=deal.closed_on,
        papers=tuple(instrument.paper for instrument in instruments if not instrument.archived_at),
        estimates=tuple(valuation.estimate for valuation in valuations if not valuation.archived_at),
        receipts=tuple(
            delivery.receipt
            for delivery in deliveries
            if delivery.kind == DeliveryKind.ACTUAL and not delivery.archived_at
        ),
    )


def facts(deal: Deal) -> Facts:
    """The facts of a deal as the database holds them. Three queries."""
    return facts_of(
        deal,
        deal.instruments.active(),
        deal.valuations.active().order_by("on", "id"),
        deal.deliveries.active(),
    )
