"""How sure the headline is: by what evidences it, by what its values are, by when it was last heard of, and how much of
it is itemised. `deals.models.sureness` says which grade a deal has; here each part adds up to the headline."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from deals import ledger
from deals.ledger import Marks, Summary
from deals.models import Deal, Instrument, OpeningBalance, recorded
from deals.models import sureness as grades
from deals.periods import Moment
from deals.positions import Bands

from . import breakdowns
from .breakdowns import Breakdown, Lines, Row, Whole

NAMED = 10


@dataclass(frozen=True)
class Sureness:
    """The headline by grade, a breakdown a scale; the papers of undisclosed value, of which the latest are named; how
    much of the announced sums is itemised (of the portfolio as a whole)."""

    evidence: Breakdown
    basis: Breakdown
    freshness: Breakdown
    undisclosed: int
    papers: list[Instrument]
    announced: Decimal
    not_itemised: Bands

    @property
    def scales(self) -> list[Breakdown]:
        return [self.evidence, self.basis, self.freshness]

    @property
    def unnamed(self) -> int:
        """The papers of undisclosed value that are not named."""
        return self.undisclosed - len(self.papers)

    @property
    def itemised(self) -> Decimal:
        """What deals have itemised of the announced sums."""
        return self.announced - self.not_itemised.four

    @cached_property
    def held(self) -> Bands:
        """What rests on documents that are held."""
        return next((row.bands for row in self.evidence.rows if row.key == "document_held"), Bands())


def marks(at: Moment) -> list[Marks]:
    """What `ledger.summary` needs for the lines of `sureness`, and for those of `conversion`."""
    return grades.marks(at)


def sureness(
    at: Moment,
    found: Summary,
    whole: Whole,
    *,
    deals: QuerySet[Deal],
    before: Summary | None = None,
    openings: bool = True,
) -> Sureness:
    """How sure the figures of a summary of the deals are; `before` is the summary of the moment compared with, and with
    `openings` what is announced as sums belongs to them. Three queries."""
    together = found[ledger.ALL][ledger.ALL]
    evidence, basis, freshness = (
        Breakdown(scale, _rows(scale, found[scale], before[scale] if before else {}), whole) for scale in grades.SCALES
    )
    of_them = recorded.undisclosed(at).filter(deal__in=deals.order_by().values("pk"))
    sums = recorded.in_use(OpeningBalance, at.known_at).filter(on__lte=at.as_of).values_list("amount_usd", flat=True)
    return Sureness(
        evidence=evidence,
        basis=basis,
        freshness=freshness,
        undisclosed=together.undisclosed,
        papers=_latest(of_them),
        announced=sum(sums, Decimal(0)) if openings else Decimal(0),
        not_itemised=whole.not_itemised,
    )


def _latest(of_them: QuerySet[Any]) -> list[Instrument]:
    """The latest of the papers, as they were known, with their deals. Two queries."""
    found = of_them.order_by("-signed_on", "-id")[:NAMED]
    papers: list[Instrument] = [row if isinstance(row, Instrument) else row.instance for row in found]
    deals = Deal.objects.in_bulk([paper.deal_id for paper in papers])
    for paper in papers:
        paper.deal = deals[paper.deal_id]
    return papers


def _rows(scale: str, lines: Lines, before: Lines) -> list[Row]:
    """The grades for which there are deals of any value, the surest first and those without a paper last."""
    names = grades.SCALES[scale]
    labels = grades.LABELS[scale]
    found = {names[int(key)]: (line, then) for key, line, then in breakdowns.paired(lines, before)}
    return [
        Row(grade, str(labels[grade]), line.bands, line.undisclosed, before=then.bands)
        for grade in labels
        if grade in found
        for line, then in [found[grade]]
    ]
