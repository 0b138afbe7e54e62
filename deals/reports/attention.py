"""What needs attention: by reason, how many deals, what they hold, and the largest of them with what is the matter."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Max, QuerySet

from deals import ledger
from deals.choices import Stage
from deals.ledger import Line, Marks
from deals.models import Deal, ProgressUpdate, Sector, StageChange
from deals.models import attention as reasons
from deals.models.attention import Reason
from deals.periods import Moment
from deals.positions import Bands

FIRST = 5


@dataclass(frozen=True, slots=True)
class Matter:
    """What is the matter with a deal, as far as the reason tells: a day and how many days ago it was (below zero: is
    still to come), how many times or papers, who is asked for what."""

    on: date | None = None
    days: int = 0
    times: int = 0
    who: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    deal: Deal
    four: Decimal
    matter: Matter


@dataclass(frozen=True, slots=True)
class Concern:
    """One reason: the deals, what they hold in their bands together, and the largest of them."""

    reason: Reason
    deals: int
    bands: Bands
    cases: list[Case]

    @property
    def others(self) -> int:
        return self.deals - len(self.cases)


@dataclass(frozen=True)
class Attention:
    """The reasons for which there are deals, the most urgent first. `deals` and `bands` count each deal once."""

    concerns: list[Concern]
    deals: int
    bands: Bands
    sectors: list[Sector]

    @property
    def limits(self) -> str:
        """The days allowed without an update at each stage, and by the sectors that say otherwise, in words."""
        found = [f"{Stage(stage).label}: {days}" for stage, days in reasons.DAYS_ALLOWED.items()]
        return "; ".join(found + [f"{sector.name}: {sector.days_allowed}" for sector in self.sectors])

    @property
    def days_before_expiry(self) -> int:
        return reasons.DAYS_BEFORE_EXPIRY


def marks(at: Moment) -> Marks:
    """What `ledger.summary` needs for the lines of `attention`."""
    return reasons.marks(at.as_of)


def attention(at: Moment, lines: Mapping[str, Line], *, deals: QuerySet[Deal]) -> Attention:
    """What needs attention on the day, from the lines by reason of a summary of the deals: its keys are the reasons a
    deal has, as flags. At most eleven queries, for what is the matter with the largest."""
    by_reason = {
        reason: [line for key, line in lines.items() if int(key) & flag] for reason, flag in reasons.FLAGS.items()
    }
    first = {reason: _largest(found) for reason, found in by_reason.items()}
    known = deals.select_related("enterprise").in_bulk({pk for found in first.values() for _four, pk in found})
    concerns = []
    for reason, found in by_reason.items():
        if not found:
            continue
        matters = _matters(Reason(reason), {pk: known[pk] for _four, pk in first[reason]}, at.as_of)
        cases = [Case(known[pk], four, matters.get(pk, Matter())) for four, pk in first[reason]]
        together = ledger.add(*(line.bands for line in found))
        concerns.append(Concern(Reason(reason), sum(line.deals for line in found), together, cases))
    once = [line for key, line in lines.items() if int(key)]
    sectors = list(Sector.objects.active().filter(days_allowed__isnull=False))
    return Attention(concerns, sum(line.deals for line in once), ledger.add(*(line.bands for line in once)), sectors)


def _largest(lines: list[Line]) -> list[tuple[Decimal, int]]:
    """Each deal stands in one line only, so the largest of all are among the largest of each."""
    return sorted((one for line in lines for one in line.first), key=lambda one: (-one[0], one[1]))[:FIRST]


def _matters(reason: Reason, deals: Mapping[int, Deal], day: date) -> dict[int, Matter]:
    if reason in (Reason.BLOCKED, Reason.AT_RISK):
        return {pk: Matter(what=deal.condition_note) for pk, deal in deals.items()}
    if reason == Reason.PASSED:
        return {pk: _since(deal.expected_on, day) for pk, deal in deals.items()}
    if reason == Reason.SLIPPED:
        return _slips(deals)
    if reason == Reason.UNREPORTED:
        return _silences(deals, day)
    if reason == Reason.OVERDUE_STEP:
        return {
            update.deal_id: _since(update.next_step_by, day, who=update.next_step_owner, what=update.next_step)
            for update in reasons.found(reason, day).filter(deal__in=deals)
        }
    return _papers(reason, deals, day)


def _papers(reason: Reason, deals: Collection[int], day: date) -> dict[int, Matter]:
    """How many papers of each deal bear the reason, with what the most pressing of them says."""
    found: dict[int, list[Any]] = {}
    for paper in reasons.found(reason, day).filter(deal__in=deals).order_by("signed_on", "id"):
        found.setdefault(paper.deal_id, []).append(paper)
    pressing = {Reason.EXPIRING: "expires_on", Reason.UNKNOWN_VALUE: "awaited_by"}.get(reason, "signed_on")
    matters = {}
    for deal, papers in found.items():
        # Those without a day last.
        paper = min(papers, key=lambda paper: (getattr(paper, pressing) is None, getattr(paper, pressing) or day))
        who = paper.awaited_from if reason == Reason.UNKNOWN_VALUE else ""
        matters[deal] = _since(getattr(paper, pressing), day, who=who, what=str(paper), times=len(papers))
    return matters


def _slips(deals: Collection[int]) -> dict[int, Matter]:
    """How often the expected day was moved later, and by how many days in all."""
    days: dict[int, list[date]] = {}
    history = Deal.history.model.objects.filter(id__in=list(deals), expected_on__isnull=False)
    for deal, expected_on in history.order_by("history_date", "history_id").values_list("id", "expected_on"):
        days.setdefault(deal, []).append(expected_on)
    matters = {}
    for deal, found in days.items():
        later = [(after - before).days for before, after in pairwise(found) if after > before]
        matters[deal] = Matter(on=found[-1], days=sum(later), times=len(later))
    return matters


def _silences(deals: Collection[int], day: date) -> dict[int, Matter]:
    """When each deal was last reported on, or reached its stage; `times` is 0 where it never had an update."""
    until = {"deal__in": list(deals), "on__lte": day}
    updates = ProgressUpdate.objects.telling().filter(**until).order_by()
    reported = dict(updates.values_list("deal").annotate(last=Max("on")))
    reached = dict(StageChange.objects.filter(**until).order_by().values_list("deal").annotate(last=Max("on")))
    matters = {}
    for deal in deals:
        days = [last for last in (reported.get(deal), reached.get(deal)) if last]
        matters[deal] = _since(max(days, default=None), day, times=1 if deal in reported else 0)
    return matters


def _since(on: date | None, day: date, **more: Any) -> Matter:
    return Matter(on=on, days=(day - on).days if on else 0, **more)
