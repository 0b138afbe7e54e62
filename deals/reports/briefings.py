"""The briefing: what a minister is told of all deals or of a scope, for an audience. Numbers and records, no words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from deals import ledger, permissions
from deals.choices import Release
from deals.models import Deal, HeldDeal, KeptBriefing, Obstacle, Target, User
from deals.models.standing import begun, standing
from deals.periods import Moment
from deals.positions import BAND_NAMES, Bands

from . import bridge, clearance, obstacles, parties, scopes, sureness, upcoming
from .breakdowns import Whole
from .bridge import Bridge, Comparison
from .clearance import Clearance
from .obstacles import HeldUp
from .scopes import WHOLE, Scope
from .sureness import Sureness
from .upcoming import Item, Upcoming

DEALS = 10


@dataclass(frozen=True)
class Asked:
    """What a briefing is asked to tell: of which moment in which reading, compared with what, of which scope, to whom.
    `today` is the day on which it is made: only then is what comes next told. `subject` is what the scope is called
    after, None for all deals; `maker` is who makes it. `read_at` is the same moment where it can be read faster
    (`revisions.as_live`)."""

    at: Moment
    reading: str
    target: Target | None
    comparison: Comparison
    scope: Scope = WHOLE
    audience: Release = Release.INTERNAL
    today: date | None = None
    subject: Any = None
    maker: User | None = None
    read_at: Moment | None = None

    @property
    def reading_at(self) -> Moment:
        """The moment at which the record is read."""
        return self.read_at or self.at


@dataclass(frozen=True)
class Briefing:
    """The figures of the deals that may be told; `clearance` says what was left out. `deals` are those of which it
    tells, with those archived since the moment compared with. There is no `held` where the audience is told no words of
    the house, and no `coming` where the day is not today."""

    asked: Asked
    clearance: Clearance
    deals: QuerySet[Deal]
    count: int
    bands: Bands
    not_itemised: Bands
    undisclosed: int
    bridge: Bridge
    largest: list[Deal]
    held: HeldUp | None
    sureness: Sureness
    coming: Upcoming | None = field(default=None, compare=False)

    @property
    def target(self) -> Decimal | None:
        """The target, for a briefing of everything."""
        return self.asked.target.amount_usd if self.asked.target and self.is_whole else None

    @property
    def is_whole(self) -> bool:
        return self.asked.scope.is_whole

    @property
    def signed(self) -> Decimal:
        return self.bands.signed(self.asked.reading)

    @property
    def pending(self) -> Decimal:
        return self.bands.pending(self.asked.reading)

    @cached_property
    def figures(self) -> dict[str, str]:
        """Every figure that the ledger reproduces for the moment, by its name, exactly as text. What comes next is not
        among them: it is what the record said on the day."""
        found = {"deals": str(self.count), "undisclosed": str(self.undisclosed)}
        found |= {"signed": str(self.signed), "pending": str(self.pending), "total": str(self.bands.four)}
        found |= _named("", self.bands, every=True) | _named("not_itemised.", self.not_itemised)
        found |= {"target": str(self.target)} if self.target else {}
        found |= _named("opening.", self.bridge.opening)
        for step in self.bridge.steps:
            found |= _named(f"{step.key}.", step.bands)
        found |= {f"deal.{deal.code}": str(_usd(deal)) for deal in self.largest}
        if self.held:
            found |= {"held": str(self.held.load.usd)}
            found |= {f"held.{line.body.code}": str(line.load.usd) for line in self.held.waited_for}
        return found | {f"evidence.{row.key}": str(row.bands.four) for row in self.sureness.evidence.rows}


def asks(lines: Sequence[obstacles.ObstacleLine], body: object) -> list[obstacles.ObstacleLine]:
    """The obstacles on which the body must act, that hold deals back, those that hold up most first."""
    return [line for line in lines if line.body == body]


def briefing(asked: Asked, *, deals: QuerySet[Deal], among: QuerySet[Obstacle] | None = None) -> Briefing:
    """The briefing of those of the deals that the maker may see, with those archived since the moment compared with.
    `among`: the obstacles that the maker may see (None: all). About forty queries, whatever the number of deals."""
    in_scope = asked.scope.of(deals)
    then = _standing(in_scope, asked.reading_at)
    clear = clearance.clearance(then, asked.reading_at, audience=asked.audience)
    if not clear.is_whole:
        # What is not itemised, and the share of the target, would tell what was left out.
        asked = _part(asked)
    told = permissions.cleared(in_scope, asked.audience)
    coming = None
    if asked.today:
        coming = upcoming.upcoming(asked.today, deals=_standing(told, asked.reading_at), steps=_is_house(asked))
    return of(asked, clear, deals=told, among=_speaking(asked, in_scope, told, among), coming=coming)


def of(
    asked: Asked,
    clear: Clearance,
    *,
    deals: QuerySet[Deal],
    among: QuerySet[Obstacle] | None = None,
    coming: Upcoming | None = None,
) -> Briefing:
    """The briefing of the deals, all of which are told. What was left out, and what comes next, is given."""
    at, then = asked.reading_at, _standing(deals, asked.reading_at)
    comparison = replace(asked.comparison, after=at)
    found = ledger.summary(at, (), then, whole=asked.scope.is_whole, marks=sureness.marks(at))
    together = found[ledger.ALL][ledger.ALL]
    openings = ledger.openings(at) if asked.scope.is_whole else []
    not_itemised = ledger.add(*(bands for _opening, bands in openings))
    whole = Whole(not_itemised, ledger.add(together.bands, not_itemised))
    return Briefing(
        asked=asked,
        clearance=clear,
        deals=deals,
        count=together.deals,
        bands=whole.total,
        not_itemised=not_itemised,
        undisclosed=together.undisclosed,
        bridge=bridge.bridge(comparison, closing=whole.total, deals=deals, openings=asked.scope.is_whole),
        largest=parties.largest_deals(at, WHOLE, deals=then).deals[:DEALS],
        held=obstacles.held_up(at, deals=then, among=among) if _is_house(asked) else None,
        sureness=sureness.sureness(at, found, whole, deals=then, openings=asked.scope.is_whole),
        coming=coming,
    )


# Kept, and worked out again


def told(report: Briefing) -> dict[str, Any]:
    """What has to be kept beside the question for the briefing to be worked out again: of which deals and obstacles it
    tells, where these are not all; what else was said of deals; what was to come."""
    all_of_them = report.is_whole and report.asked.audience == Release.INTERNAL
    coming = report.coming
    return {
        "deals": None if all_of_them else sorted(report.deals.order_by().values_list("pk", flat=True)),
        "obstacles": None if all_of_them else sorted(line.obstacle.pk for line in _open(report.held)),
        "named": [[deal.pk, str(usd.low), _text(usd.high)] for deal, usd in report.clearance.named],
        "withheld": report.clearance.withheld,
        "coming": coming
        and {
            "items": [[i.on.isoformat(), i.kind, i.deal.pk, _text(i.usd), i.who, i.what] for i in coming.items],
            "count": coming.count,
            "until": coming.until.isoformat(),
        },
    }


def again(kept: KeptBriefing, *, target: Target | None, read_at: Moment | None = None) -> Briefing:
    """A briefing that was kept, worked out anew from the ledger as it was known then. `target` is the one of its
    moment; `read_at` is that moment where it can be read faster."""
    before = Moment(kept.since, kept.since_known_at or kept.known_at)
    scope = Scope(kept.scope_by, kept.scope_key, everything=kept.everything)
    audience = Release(kept.audience)
    asked = Asked(
        kept.at,
        kept.reading,
        target,
        Comparison(before, kept.at, is_as_shown=kept.since_known_at is not None),
        scope,
        audience,
        subject=scopes.subject_of(scope.by, scope.key, scopes.EVERY) if scope.by else None,
        maker=kept.made_by,
        read_at=read_at,
    )
    keys = kept.told
    deals = Deal.objects.in_use_since(before.known_at)
    if keys["deals"] is not None:
        deals = Deal.objects.filter(pk__in=keys["deals"])
    among = None if keys["obstacles"] is None else Obstacle.objects.filter(pk__in=keys["obstacles"])
    named = Deal.objects.select_related("enterprise", "partner", "sector").in_bulk([pk for pk, *_ in keys["named"]])
    ranges = [(named[pk], clearance.Range(Decimal(low), _amount(high))) for pk, low, high in keys["named"]]
    clear = Clearance(audience, deals, ranges, keys["withheld"])
    return of(asked, clear, deals=deals, among=among, coming=_come(keys["coming"]))


def _come(kept: dict[str, Any] | None) -> Upcoming | None:
    if kept is None:
        return None
    deals = Deal.objects.select_related("enterprise").in_bulk([row[2] for row in kept["items"]])
    items = [
        Item(date.fromisoformat(on), kind, deals[pk], _amount(usd), who, what)
        for on, kind, pk, usd, who, what in kept["items"]
    ]
    return Upcoming(items, kept["count"], date.fromisoformat(kept["until"]))


def _open(held: HeldUp | None) -> list[obstacles.ObstacleLine]:
    return held.obstacles if held else []


def _text(usd: Decimal | None) -> str | None:
    return None if usd is None else str(usd)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@dataclass(frozen=True)
class Checked:
    """A briefing that was kept beside what the ledger says today of the same moment: each figure by its name, then and
    now (empty: it was not told). `is_intact`: what was kept still makes its check code."""

    figures: list[tuple[str, str, str]]
    is_intact: bool

    @property
    def is_same(self) -> bool:
        return self.is_intact and all(then == now for _name, then, now in self.figures)


def checked(kept: KeptBriefing, anew: Briefing) -> Checked:
    """What was kept beside what was worked out anew."""
    then, now = kept.figures, anew.figures
    figures = [(name, then.get(name, ""), now.get(name, "")) for name in {**then, **now}]
    return Checked(figures, kept.code_of(then) == kept.code)


# What may be told


def _part(asked: Asked) -> Asked:
    return replace(asked, scope=replace(asked.scope, everything=False))


def _is_house(asked: Asked) -> bool:
    return asked.audience in permissions.WORDS_OF_THE_HOUSE


def _speaking(
    asked: Asked, deals: QuerySet[Deal], told: QuerySet[Deal], among: QuerySet[Obstacle] | None
) -> QuerySet[Obstacle] | None:
    """The obstacles whose words may be told: none of those that hold back a deal which is left out."""
    if asked.audience == Release.INTERNAL:
        return among
    held = HeldDeal.objects.active().exclude(deal__in=told.order_by().values("pk"))
    found = Obstacle.objects.in_use_since(asked.at.known_at) if among is None else among
    return found.exclude(pk__in=held.order_by().values("obstacle"))


def _standing(deals: QuerySet[Deal], at: Moment) -> QuerySet[Deal]:
    """Those of the deals that were in use at the moment, and had begun by its day."""
    return begun(deals.filter(archived_at=None), at) if at.known_at is None else standing(deals, at)


def _usd(deal: Deal) -> Decimal:
    usd: Decimal = deal.four
    return usd


def _named(before: str, bands: Bands, *, every: bool = False) -> dict[str, str]:
    amounts: Mapping[str, Decimal] = {name: getattr(bands, name) for name in BAND_NAMES}
    return {f"{before}{name}": str(usd) for name, usd in amounts.items() if usd or every}
