"""Of which deals a page of figures tells: all of them, or those of one enterprise, sector, partner or US state."""

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from deals.models import Deal, Enterprise, Partner, Sector

BY = ("group", "sector", "partner", "stage", "state")


@dataclass(frozen=True)
class Scope:
    """`by` is the filter of the lists under which they show the same deals, `key` its value; both empty for all that
    the reader may see, which is not `everything` for each of them."""

    by: str = ""
    key: str = ""
    where: Q = field(default_factory=Q, compare=False)
    everything: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether these are all deals, so that what they have not itemised belongs to them."""
        return not self.by and self.everything

    @property
    def filters(self) -> dict[str, str]:
        """The parameters of the lists that narrow them to the scope."""
        return {self.by: self.key} if self.by else {}

    @property
    def breakdowns(self) -> tuple[str, ...]:
        """By what its figures are broken down: by everything that is not the same for all of its deals."""
        same = {self.by, "state"} if self.by == "partner" else {self.by}
        return tuple(by for by in BY if by not in same)

    def of(self, deals: QuerySet[Deal]) -> QuerySet[Deal]:
        """Those of the deals that belong to the scope."""
        return deals.filter(self.where)


WHOLE = Scope()
OWN = Scope(everything=False)


def of_enterprise(enterprise: Enterprise) -> Scope:
    """The enterprise together with all below it. One query."""
    return Scope("group", enterprise.code, Q(enterprise__in=[each.pk for each in Enterprise.objects.under(enterprise)]))


def of_sector(sector: Sector) -> Scope:
    return Scope("sector", sector.code, Q(sector=sector))


def of_partner(partner: Partner) -> Scope:
    return Scope("partner", partner.slug, Q(partner=partner))


def of_state(state: str) -> Scope:
    """The partners of the US state (a value of USState)."""
    return Scope("state", state, Q(partner__state=state))
