"""All that is known of one deal on one day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from deals import ledger, positions, stages
from deals.choices import DeliveryKind
from deals.models import (
    Announcement,
    ChangeRequest,
    Deal,
    Delivery,
    Document,
    Enterprise,
    Instrument,
    Itemisation,
    Obstacle,
    Partner,
    Posting,
    ProgressUpdate,
    StageChange,
    Valuation,
)
from deals.periods import Moment
from deals.positions import Bands, PaperPosition

from . import obstacles, timelines
from .obstacles import OfDeal
from .progress import Progress, progress
from .timelines import Entry


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper in the tree: how deep it stands, what it says on the day (None for an amendment), whether it runs."""

    paper: Instrument
    depth: int
    position: PaperPosition | None
    in_force: bool
    has_stated_discharge: bool

    @property
    def repriced(self) -> Decimal | None:
        """By how much the paper's price differs from what it takes over; None where it takes nothing over or a value
        is not known."""
        if self.position is None or self.paper.usd is None or not self.position.discharges:
            return None
        return self.position.net - self.position.discharges


@dataclass(frozen=True)
class DealReport:
    bands: Bands
    stage: str
    papers: list[PaperLine]
    undisclosed: int
    valuations: list[Valuation]
    deliveries: list[Delivery]
    announcements: list[Announcement]
    documents: list[Document]
    itemisations: list[Itemisation]
    postings: list[Posting]
    stages: list[StageChange]
    timeline: list[Entry]
    other_enterprises: list[Enterprise]
    other_partners: list[Partner]
    progress: Progress
    obstacles: list[OfDeal]
    requests: list[ChangeRequest]


def deal_report(deal: Deal, at: Moment, *, is_inside: bool = True) -> DealReport:
    """The deal's bands, papers, deliveries and history at the moment; for whom is not inside without what the house
    tells itself: its notes, and why something was changed. A fixed number of queries."""
    day = at.as_of
    instruments = list(deal.instruments.active().select_related("event", "partner"))
    valuations = list(deal.valuations.active())
    deliveries = list(deal.deliveries.active())
    announcements = list(deal.announcements.active().select_related("event"))
    documents = list(deal.documents.active())
    _name_papers(instruments, deliveries, documents)
    updates, changes, postings = _said(deal, at, is_inside=is_inside)
    hindering = list(Obstacle.objects.active().of(deal).select_related("body"))
    known = ledger.facts_of(deal, instruments, valuations, deliveries)
    met = stages.met(deal, papers=instruments, valuations=valuations, deliveries=deliveries)
    facts = [*instruments, *valuations, *deliveries, *announcements, *documents, *updates, *hindering]
    requests = list(deal.requests.order_by("asked_at")) if is_inside else []
    return DealReport(
        bands=ledger.total_of(postings),
        stage=next((change.stage for change in reversed(changes) if change.on <= day), ""),
        papers=_tree(instruments, positions.papers(known, day), at),
        undisclosed=sum(1 for paper in instruments if paper.usd is None and paper.counts and paper.paper.in_force(day)),
        valuations=[valuation for valuation in valuations if valuation.on <= day],
        deliveries=_made_and_planned(deliveries, day),
        announcements=[announcement for announcement in announcements if announcement.on <= day],
        documents=documents,
        itemisations=list(deal.itemisations.active().select_related("opening_balance")) if is_inside else [],
        postings=postings,
        stages=changes,
        timeline=timelines.timeline(
            deal, facts=facts, stages=changes, postings=postings, requests=requests, edits=is_inside
        ),
        other_enterprises=list(deal.other_enterprises.all()),
        other_partners=list(deal.other_partners.all()),
        progress=progress(deal, today=day, known=met, changes=changes, updates=updates),
        obstacles=obstacles.of_deal(hindering, day=day),
        requests=requests,
    )


def _name_papers(instruments: list[Instrument], deliveries: list[Delivery], documents: list[Document]) -> None:
    """Give what was read its papers, which were read too."""
    papers: dict[int | None, Instrument] = {paper.pk: paper for paper in instruments}
    for delivery in deliveries:
        if paper := papers.get(delivery.contract_id):
            delivery.contract = paper
    for document in documents:
        if paper := papers.get(document.instrument_id):
            document.instrument = paper


def _made_and_planned(deliveries: list[Delivery], day: date) -> list[Delivery]:
    """Those made by the day, then those planned."""
    made = [each for each in deliveries if each.kind == DeliveryKind.ACTUAL and each.on <= day]
    return made + [each for each in deliveries if each.kind == DeliveryKind.PLANNED]


def _said(deal: Deal, at: Moment, *, is_inside: bool) -> tuple[list[ProgressUpdate], list[StageChange], list[Posting]]:
    """Updates, stages and ledger entries; for whom is not inside without notes and reasons."""
    updates = deal.updates.active() if is_inside else deal.updates.telling()
    changes = list(deal.stage_changes.order_by("on", "id"))
    postings = list(_postings(deal, at))
    if not is_inside:
        timelines.leave_reasons_out([*postings, *changes])
    return list(updates.select_related("obstacle")), changes, postings


def _postings(deal: Deal, at: Moment) -> QuerySet[Posting]:
    """The ledger's entries of the deal at the moment, the latest first."""
    found = ledger.entries(at).filter(deal=deal)
    return found.order_by("-effective_on", "-recorded_at", "-id")


def _tree(instruments: Iterable[Instrument], found: dict[object, PaperPosition], at: Moment) -> list[PaperLine]:
    """The papers that exist on the day, each below the one it stands under, the oldest first."""
    papers = [paper for paper in instruments if paper.signed_on <= at.as_of]
    there = {paper.pk for paper in papers}
    below: dict[int | None, list[Instrument]] = {}
    for paper in papers:
        below.setdefault(paper.under_id if paper.under_id in there else None, []).append(paper)
    lines: list[PaperLine] = []

    def add(paper: Instrument, depth: int) -> None:
        in_force = paper.paper.in_force(at.as_of)
        lines.append(PaperLine(paper, depth, found.get(paper.pk), in_force, paper.discharges_usd is not None))
        for child in below.get(paper.pk, ()):
            add(child, depth + 1)

    for paper in below.get(None, ()):
        add(paper, 0)
    return lines
