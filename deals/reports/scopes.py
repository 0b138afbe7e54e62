"""Of which deals a page of figures tells: all of them, or those of one enterprise, sector, partner or US state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from deals.choices import USState
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
    def address(self) -> str:
        """The scope in one word, as `named` reads it."""
        return f"{self.by}:{self.key}" if self.by else ""

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


# The scopes that can be named in one word, such as group:PVN: the field that names the record, and how it is made.
KEYS: Mapping[str, str] = {"group": "code", "sector": "code", "partner": "slug", "state": ""}
EVERY: Mapping[str, QuerySet[Any]] = {
    "group": Enterprise.objects.all(),
    "sector": Sector.objects.all(),
    "partner": Partner.objects.all(),
}


def of_subject(by: str, key: str, subject: Any) -> Scope:
    """The scope of an enterprise, a sector, a partner or a US state; KeyError for no such kind."""
    make: Mapping[str, Any] = {"group": of_enterprise, "sector": of_sector, "partner": of_partner, "state": of_state}
    found: Scope = make[by](key if by == "state" else subject)
    return found


def subject_of(by: str, key: str, within: Mapping[str, QuerySet[Any]]) -> Any:
    """What a scope is called after: the record, of those `within` its kind, or the name of the US state; None where
    there is none."""
    if by == "state":
        return USState(key).label if key in USState.values else None
    return within[by].filter(**{KEYS[by]: key}).first() if by in within else None
