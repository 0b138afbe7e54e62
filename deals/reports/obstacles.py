"""What obstacles hold up, by obstacle and by the body that must act; a deal under several counts once in each total."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, F, QuerySet

from deals import ledger
from deals.models import Body, Deal, Obstacle, Sector, obstacles, recorded
from deals.periods import Moment
from deals.positions import BAND_NAMES, Bands

from . import timelines
from .timelines import Entry


@dataclass(frozen=True, slots=True)
class Load:
    """Deals held up together: how many, how many of them stand elsewhere too, what they have still to bring, and their
    papers of unknown value."""

    deals: int
    shared: int
    bands: Bands
    undisclosed: int

    @property
    def usd(self) -> Decimal:
        """What is held up; what was delivered is not among the bands."""
        return self.bands.four


@dataclass(frozen=True, slots=True)
class ObstacleLine:
    """An obstacle with what it holds up; `days` is how long it has stood in the way, or did until it was resolved."""

    obstacle: Obstacle
    body: Body
    sector: Sector | None
    days: int
    load: Load


@dataclass(frozen=True, slots=True)
class BodyLine:
    """What waits for a body, by how many obstacles."""

    body: Body
    obstacles: int
    load: Load


@dataclass(frozen=True)
class HeldUp:
    """The obstacles and the bodies, those that hold up most first, and all of them together: each deal once."""

    obstacles: list[ObstacleLine]
    bodies: list[BodyLine]
    load: Load
    resolved: list[ObstacleLine]

    @cached_property
    def largest(self) -> Decimal:
        """The largest amount of a body, by which all bars are drawn: no obstacle holds up more than its body."""
        return max((line.load.usd for line in self.bodies), default=Decimal(0))

    @cached_property
    def felt(self) -> list[ObstacleLine]:
        """The obstacles that hold a deal back."""
        return [line for line in self.obstacles if line.load.deals]

    @cached_property
    def waited_for(self) -> list[BodyLine]:
        """The bodies for which a deal waits."""
        return [line for line in self.bodies if line.load.deals]


@dataclass(frozen=True)
class ObstacleReport:
    line: ObstacleLine
    is_open: bool
    deals: list[Deal]
    history: list[Entry]

    @cached_property
    def largest(self) -> Decimal:
        return max((deal.four for deal in self.deals), default=Decimal(0))


@dataclass(frozen=True, slots=True)
class OfDeal:
    """An obstacle of one deal, and for how many days it has stood in the way, or did until it was resolved."""

    obstacle: Obstacle
    is_open: bool
    days: int


def held_up(
    at: Moment,
    *,
    deals: QuerySet[Deal],
    among: QuerySet[Obstacle] | None = None,
    body: Body | None = None,
    sector: Sector | None = None,
    only_felt: bool = False,
) -> HeldUp:
    """What stands in the way at the moment, all of it or what a body must act on or a sector feels; only what is
    `among` those where they are given, and only what holds one of the deals back where that is wanted. At most nine
    queries."""
    found = [
        obstacle
        for obstacle in _known(at, among)
        if (body is None or obstacle.body_id == body.pk) and (sector is None or obstacle.sector_id == sector.pk)
    ]
    by_obstacle = _deals_of(at, found, deals)
    if only_felt:
        found = [obstacle for obstacle in found if obstacle.pk in by_obstacle]
    loads = _Loads(at, deals, by_obstacle)
    bodies, sectors = _named(Body, found, "body_id"), _named(Sector, found, "sector_id")
    lines = [
        ObstacleLine(
            obstacle,
            bodies[obstacle.body_id],
            sectors.get(obstacle.sector_id),
            _days(obstacle, at.as_of),
            loads.of(by_obstacle.get(obstacle.pk, ()), loads.obstacles),
        )
        for obstacle in found
    ]
    open_ones = [line for line in lines if line.obstacle.is_open_on(at.as_of)]
    others = (line for line in lines if not line.obstacle.is_open_on(at.as_of))
    return HeldUp(
        obstacles=sorted(open_ones, key=_most_first),
        bodies=_by_body(open_ones, by_obstacle, loads),
        load=loads.of(loads.obstacles, loads.obstacles),
        resolved=sorted(others, key=lambda line: (line.obstacle.resolved_on, line.obstacle.pk), reverse=True),
    )


def obstacle_report(
    at: Moment,
    obstacle: Obstacle,
    *,
    deals: QuerySet[Deal],
    among: QuerySet[Obstacle] | None = None,
    edits: bool = True,
) -> ObstacleReport:
    """One obstacle with its deals and its history. The obstacle comes with its body and sector."""
    of_it = deals.filter(obstacles.deals_under(at, id=obstacle.pk))
    rows = ledger.with_stage(ledger.with_bands(of_it, at), at).select_related("enterprise", "partner", "sector")
    found = list(rows.order_by(F("four").desc(), "code"))
    is_open = obstacle.is_open_on(at.as_of)
    by_obstacle = _deals_of(at, _known(at, among), deals) if is_open else {}
    loads = _Loads(at, deals, by_obstacle)
    load = loads.of(by_obstacle.get(obstacle.pk, set()), loads.obstacles)
    line = ObstacleLine(obstacle, obstacle.body, obstacle.sector, _days(obstacle, at.as_of), load)
    return ObstacleReport(line, is_open, found, timelines.of_record(obstacle, edits=edits))


def of_deal(found: Iterable[Obstacle], *, day: date) -> list[OfDeal]:
    """The obstacles of a deal that had stood in its way by the day: the open ones first, each the oldest first."""
    lines = [OfDeal(each, each.is_open_on(day), _days(each, day)) for each in found if each.since <= day]
    return sorted(lines, key=lambda line: (not line.is_open, line.obstacle.since, line.obstacle.pk))


class _Loads:
    """What deals have still to bring, each looked up once, to be added up in any company."""

    def __init__(self, at: Moment, deals: QuerySet[Deal], by_obstacle: Mapping[int, Collection[int]]) -> None:
        self.obstacles = Counter(deal for those in by_obstacle.values() for deal in those)
        concerned = deals.filter(pk__in=list(self.obstacles))
        rows = ledger.with_bands(concerned, at).order_by().values_list("pk", *BAND_NAMES)
        self.bands = {
            pk: Bands(contracted=bands.contracted, memorandum=bands.memorandum, negotiating=bands.negotiating)
            for pk, *amounts in rows
            for bands in [Bands(*amounts)]
        }
        papers = recorded.undisclosed(at).filter(deal__in=list(self.obstacles)).order_by()
        self.undisclosed = dict(papers.values_list("deal").annotate(Count("pk")))

    def of(self, those: Collection[int], many: Mapping[int, int]) -> Load:
        """The deals together; `many` says under how many of what is compared each of them stands."""
        return Load(
            deals=len(those),
            shared=sum(1 for deal in those if many.get(deal, 0) > 1),
            bands=ledger.add(*(self.bands.get(deal, Bands()) for deal in those)),
            undisclosed=sum(self.undisclosed.get(deal, 0) for deal in those),
        )


def _by_body(lines: Iterable[ObstacleLine], by_obstacle: Mapping[int, set[int]], loads: _Loads) -> list[BodyLine]:
    """What waits for each body; a deal under several of its obstacles waits for it once."""
    bodies: dict[Body, list[int]] = {}
    for line in lines:
        bodies.setdefault(line.body, []).append(line.obstacle.pk)
    waiting = {body: set().union(*(by_obstacle.get(pk, ()) for pk in pks)) for body, pks in bodies.items()}
    many = Counter(deal for those in waiting.values() for deal in those)
    found = [BodyLine(body, len(bodies[body]), loads.of(those, many)) for body, those in waiting.items()]
    return sorted(found, key=lambda line: (-line.load.usd, -line.load.deals, line.body.position))


def _known(at: Moment, among: QuerySet[Obstacle] | None) -> list[Obstacle]:
    """The obstacles that had stood in the way by the day, as known at the moment."""
    only = {} if among is None else {"id__in": among.order_by().values("pk")}
    found = recorded.in_use(Obstacle, at.known_at).filter(since__lte=at.as_of, **only).order_by("since", "id")
    return [row if isinstance(row, Obstacle) else row.instance for row in found]


def _deals_of(at: Moment, found: Iterable[Obstacle], deals: QuerySet[Deal]) -> dict[int, set[int]]:
    """The deals that each of the open ones holds back, of those given."""
    open_ones = [obstacle.pk for obstacle in found if obstacle.is_open_on(at.as_of)]
    rows = obstacles.held(at, open_ones).filter(deal__in=deals.order_by().values("pk"))
    by_obstacle: dict[int, set[int]] = {}
    for obstacle, deal in rows.order_by().values_list("obstacle", "deal"):
        by_obstacle.setdefault(obstacle, set()).add(deal)
    return by_obstacle


def _named(model: Any, found: Iterable[Obstacle], field: str) -> dict[Any, Any]:
    """The records that the obstacles point to, by their keys. One query."""
    named: dict[Any, Any] = model.objects.in_bulk({getattr(obstacle, field) for obstacle in found} - {None})
    return named


def _days(obstacle: Obstacle, day: date) -> int:
    until = obstacle.resolved_on
    return ((until if until and until <= day else day) - obstacle.since).days


def _most_first(line: ObstacleLine) -> Any:
    return (-line.load.usd, -line.load.deals, line.obstacle.since, line.obstacle.pk)
