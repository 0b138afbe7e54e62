"""What a signing would do to the figures, before it is saved."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from deals import ledger, positions
from deals.models import Deal, Instrument, Target
from deals.periods import Moment
from deals.positions import Bands, Facts, PaperPosition


@dataclass(frozen=True, slots=True)
class Effect:
    """The figures before and after: of the deal, and of everything against the target. `repriced` is by how much the
    price differs from what it takes over, `left` what then remains of the paper above; None where there is none."""

    deal_before: Bands
    deal_after: Bands
    all_before: Bands
    all_after: Bands
    target: Decimal | None
    repriced: Decimal | None
    left: Decimal | None


def effect(before: Facts, after: Facts, *, paper: Instrument | None, day: date, target: Target | None) -> Effect:
    """What the facts of a deal with the new paper change as of the day, against those without it; without a paper, what
    any other change does. Three queries, for everything as it stands."""
    deal_before, deal_after = positions.bands(before, day), positions.bands(after, day)
    everything = ledger.portfolio(Moment(day))
    standing = positions.papers(after, day)
    own = standing.get(paper.paper.id) if paper else None
    above = standing.get(paper.under_id) if paper and paper.under_id else None
    takes_over = own is not None and above is not None and paper and paper.usd is not None and own.discharges
    return Effect(
        deal_before=deal_before,
        deal_after=deal_after,
        all_before=everything,
        all_after=everything + (deal_after - deal_before),
        target=target.amount_usd if target else None,
        repriced=own.net - own.discharges if own and takes_over else None,
        left=above.remainder if above else None,
    )


def open_papers(deal: Deal, day: date, *, kind: str) -> list[tuple[Instrument, PaperPosition]]:
    """The papers of the deal that one of the kind, signed on the day, may carry on: memoranda that count, have not
    ended and have something left as things stand, or are of unknown value; the oldest first. What does not count
    carries nothing on. Three queries."""
    if kind not in positions.COUNTING:
        return []
    known = ledger.facts(deal)
    standing = positions.papers(known, max([day, *known.days]))
    return [
        (paper, standing[paper.pk])
        for paper in deal.instruments.active()
        if paper.kind in positions.NON_BINDING
        and paper.paper.stands
        and not paper.ended_on
        and (standing[paper.pk].remainder or paper.usd is None)
    ]
