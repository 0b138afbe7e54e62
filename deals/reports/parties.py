"""Who buys and who sells: enterprises and US partners with their figures."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import Count, F, Q, QuerySet

from deals import ledger
from deals.models import Deal, Enterprise, Partner
from deals.models.standing import standing
from deals.periods import Moment
from deals.positions import Bands

from .scopes import Scope

MOST_DEALS = 20


@dataclass(frozen=True, slots=True)
class PartyLine:
    """An enterprise or partner in its index: bands of its own deals, and together with those below it."""

    party: Enterprise | Partner
    depth: int
    bands: Bands
    with_below: Bands
    deals: int
    undisclosed: int = 0


@dataclass(frozen=True)
class PartyIndex:
    lines: list[PartyLine]
    total: Bands

    @cached_property
    def largest(self) -> Decimal:
        return max((line.with_below.four for line in self.lines), default=Decimal(0))


@dataclass(frozen=True)
class Party:
    """Beside the figures of a party, sector or state: the largest deals, those in which it takes part beside another,
    the enterprises of its group."""

    deals: list[Deal]
    shared: list[Deal]
    subsidiaries: list[PartyLine]

    @cached_property
    def largest(self) -> Decimal:
        return max((deal.four for deal in self.deals), default=Decimal(0))

    @cached_property
    def largest_shared(self) -> Decimal:
        return max((deal.four for deal in self.shared), default=Decimal(0))


def enterprises(at: Moment, *, enterprises: QuerySet[Enterprise], deals: QuerySet[Deal]) -> PartyIndex:
    """All enterprises as trees of groups, the largest group first; each deal counts once, with its own buyer."""
    deals = standing(deals, at)
    own = ledger.breakdown(at, "enterprise", deals, whole=True)
    lines = _tree(list(enterprises.annotate(**_deal_count(deals))), own)
    return PartyIndex(lines, ledger.total(at, deals))


def enterprise(at: Moment, enterprise: Enterprise, scope: Scope, *, deals: QuerySet[Deal]) -> Party:
    """The enterprise together with all below it; `scope` is the one of it."""
    deals = standing(deals, at)
    members = Enterprise.objects.under(enterprise)
    shared = deals.filter(other_enterprises__in=members).exclude(enterprise__in=members).distinct()
    lines: list[PartyLine] = []
    if len(members) > 1:
        counted = Enterprise.objects.filter(pk__in=[member.pk for member in members]).annotate(**_deal_count(deals))
        lines = _tree(list(counted), ledger.breakdown(at, "enterprise", scope.of(deals)))
    return Party(_largest(at, scope.of(deals)), _largest(at, shared), lines)


def partners(at: Moment, *, partners: QuerySet[Partner], deals: QuerySet[Deal]) -> PartyIndex:
    """All US partners, the largest first; each deal counts once, with its own partner."""
    deals = standing(deals, at)
    own = ledger.breakdown(at, "partner", deals, whole=True)
    lines = [
        PartyLine(partner, 0, bands := own.get(partner.slug, Bands()), bands, partner.count)
        for partner in partners.annotate(**_deal_count(deals))
    ]
    lines.sort(key=lambda line: (-line.bands.four, -line.deals, line.party.sort_key))
    return PartyIndex(lines, ledger.total(at, deals.exclude(partner=None)))


def partner(at: Moment, partner: Partner, scope: Scope, *, deals: QuerySet[Deal]) -> Party:
    """The partner: what it sells as the partner of a deal, and the deals in which it takes part beside another."""
    deals = standing(deals, at)
    shared = deals.filter(Q(other_partners=partner) | Q(instruments__partner=partner)).exclude(partner=partner)
    return Party(_largest(at, scope.of(deals)), _largest(at, shared.distinct()), [])


def largest_deals(at: Moment, scope: Scope, *, deals: QuerySet[Deal]) -> Party:
    """A sector or a US state: its largest deals."""
    return Party(_largest(at, scope.of(standing(deals, at))), [], [])


def _largest(at: Moment, deals: QuerySet[Deal]) -> list[Deal]:
    rows = ledger.with_stage(ledger.with_bands(deals, at), at).select_related("enterprise", "partner", "sector")
    return list(rows.order_by(F("four").desc(), "code")[:MOST_DEALS])


def _deal_count(deals: QuerySet[Deal]) -> dict[str, Count]:
    return {"count": Count("deals", filter=Q(deals__in=deals.order_by().values("pk")))}


def _tree(found: list[Enterprise], own: dict[str, Bands]) -> list[PartyLine]:
    """The enterprises, each below its parent where that is among them, those of more value first."""
    below: dict[int | None, list[Enterprise]] = {}
    there = {enterprise.pk for enterprise in found}
    for enterprise in found:
        below.setdefault(enterprise.parent_id if enterprise.parent_id in there else None, []).append(enterprise)
    sums: dict[int, Bands] = {}

    def add_up(enterprise: Enterprise) -> Bands:
        parts = [add_up(child) for child in below.get(enterprise.pk, ())]
        sums[enterprise.pk] = ledger.add(own.get(enterprise.code, Bands()), *parts)
        return sums[enterprise.pk]

    def lines(enterprise: Enterprise, depth: int) -> list[PartyLine]:
        bands = own.get(enterprise.code, Bands())
        line = PartyLine(enterprise, depth, bands, sums[enterprise.pk], enterprise.count)
        return [line, *(each for child in in_order(enterprise.pk) for each in lines(child, depth + 1))]

    def in_order(parent: int | None) -> list[Enterprise]:
        children = below.get(parent, ())
        return sorted(children, key=lambda child: (-sums[child.pk].four, -child.count, child.sort_key))

    for enterprise in below.get(None, ()):
        add_up(enterprise)
    return [line for enterprise in in_order(None) for line in lines(enterprise, 0)]
