"""Who has reported this period, what is last known of deals, and what a return says beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from deals import ledger, money, periods
from deals.choices import Answer, Condition, ReturnedState, ReturnState
from deals.models import Deal, Enterprise, ProgressUpdate, Return, ReturnedChange, Valuation
from deals.periods import Moment

Known = dict[str, Any]
USD = (Answer.DELIVERED_USD, Answer.EXPECTED_USD)
DAYS = (Answer.NEXT_STEP_BY, Answer.EXPECTED_ON, Answer.DELIVERED_ON)


# What is last known


def last_known(deals: QuerySet[Deal], at: Moment) -> dict[str, Known]:
    """What is known of each deal, as text and by its code: what a workbook shows, and what answers are compared with. A
    few queries."""
    updates: Any = Prefetch("updates", ProgressUpdate.objects.latest_on(at.as_of))
    values: Any = Prefetch("valuations", Valuation.objects.active().filter(on__lte=at.as_of).order_by("on", "id"))
    found = ledger.with_bands(deals.order_by(), at).select_related("partner").prefetch_related(updates, values)
    return {deal.code: _known(deal) for deal in sorted(found, key=lambda deal: deal.code)}


def _known(deal: Deal) -> Known:
    latest = next(iter(deal.updates.all()), None)
    values = list(deal.valuations.all())
    worth = values[-1].usd if values else None
    return {
        "title": deal.title,
        "partner": deal.partner.name if deal.partner else "",
        "stage": deal.stage,
        "condition": deal.condition,
        "sentence": latest.sentence if latest else "",
        "next_step": latest.next_step if latest else "",
        "next_step_owner": latest.next_step_owner if latest else "",
        "next_step_by": _text(latest.next_step_by if latest else None),
        "expected_on": _text(deal.expected_on),
        "delivered_usd": str(deal.delivered),
        "expected_usd": "" if worth is None else str(worth),
    }


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""


def in_words(name: str, value: str, language: str) -> str:
    """What was said or known under the name, as people read it; empty where nothing is."""
    if not value:
        return ""
    if name == Answer.CONDITION:
        return str(Condition(value).label)
    if name in USD:
        return money.clear(Decimal(value) / money.MILLION, language=language)  # its label names the unit
    if name in DAYS:
        return periods.day_name(date.fromisoformat(value), language=language)
    return _("yes") if name == Answer.UNCHANGED else value


# Who has reported


@dataclass
class Standing:
    """An enterprise in the period: how many open deals it and those below it have, its return, or the one of an
    enterprise above it that holds its deals."""

    enterprise: Enterprise
    deals: int
    found: Return | None = None
    above: Return | None = None
    waiting: int = 0
    sent_back: int = 0


@dataclass
class Overview:
    """All enterprises with deals to report on, and how many of them stand where."""

    rows: list[Standing]
    counts: Mapping[str, int]


def overview(
    deals: QuerySet[Deal], enterprises: QuerySet[Enterprise], returns: QuerySet[Return], *, period_start: date
) -> Overview:
    """Who has reported on the quarter. Three queries."""
    known = {each.pk: each for each in enterprises}
    totals: dict[int, int] = {}
    for pk, count in deals.order_by().values_list("enterprise").annotate(count=Count("pk")):
        for above in _chain(known, pk):
            totals[above] = totals.get(above, 0) + count
    by = {each.enterprise_id: each for each in _counted(returns.filter(period_start=period_start))}
    rows = []
    for pk in totals.keys() | (by.keys() & known.keys()):
        found = by.get(pk)
        above_it = [by[each] for each in _chain(known, pk)[1:] if each in by]
        counts = {"waiting": found.waiting, "sent_back": found.sent_back} if found else {}
        rows.append(Standing(known[pk], totals.get(pk, 0), found, next(iter(above_it), None), **counts))
    rows.sort(key=lambda row: (row.enterprise.sort_key, row.enterprise.pk))
    asked = [row for row in rows if row.found or not row.above]
    states = [row.found.state if row.found else "" for row in asked]
    counts = {state: states.count(state) for state in ReturnState.values}
    reported = counts[ReturnState.CAME_BACK] + counts[ReturnState.SETTLED]
    return Overview(rows, {**counts, "not_sent": states.count(""), "all": len(asked), "reported": reported})


def _chain(known: Mapping[int, Enterprise], pk: int | None) -> list[int]:
    """The enterprise and those above it, as far as they are known."""
    found: list[int] = []
    while pk is not None and pk in known and pk not in found:
        found.append(pk)
        pk = known[pk].parent_id
    return found


def _counted(returns: QuerySet[Return]) -> Iterable[Any]:
    def of(state: str) -> Count:
        return Count("changes", filter=Q(changes__state=state))

    return returns.order_by().annotate(waiting=of(ReturnedState.WAITING), sent_back=of(ReturnedState.SENT_BACK))


# What a return says


@dataclass
class Line:
    """One answer: as it was when the workbook went out, as it is now where that is another, and as it is to be."""

    label: str
    was: str
    now: str
    says: str


@dataclass
class Difference:
    """A difference with its answers in words, and the comment that was typed and not yet sent back with it."""

    change: ReturnedChange
    lines: list[Line]
    comment: str = ""


@dataclass
class OfDeal:
    """The differences of a deal, the undecided first, and whether some wait."""

    deal: Deal
    differences: list[Difference] = field(default_factory=list)
    waits: bool = False
    contracts: list[Any] = field(default_factory=list)


def differences(of: Return, deals: QuerySet[Deal], at: Moment, *, language: str) -> list[OfDeal]:
    """What came back in the return, deal by deal, of the given deals. A few queries."""
    changes = of.changes.exclude(state=ReturnedState.REPLACED).filter(deal__in=deals)
    changes = changes.select_related("deal", "decided_by", "request")
    now = last_known(Deal.objects.filter(pk__in=changes.order_by().values("deal")), at)
    found: dict[int, OfDeal] = {}
    for change in sorted(changes, key=lambda each: (each.deal.code, not each.is_waiting, each.pk)):
        group = found.setdefault(change.deal_id, OfDeal(change.deal))
        group.differences.append(Difference(change, _lines(change, now[change.deal.code], language)))
        group.waits |= change.is_waiting
    return list(found.values())


def _lines(change: ReturnedChange, now: Known, language: str) -> list[Line]:
    found = []
    for answer in Answer:
        if answer.value not in change.says:
            continue
        was = change.was.get(answer.value, "")
        is_now = now.get(answer.value, "") if change.is_waiting else was
        words = [in_words(answer, each, language) for each in (was, is_now, change.says[answer.value])]
        if answer == Answer.DELIVERED_USD:
            words[:2] = [_("so far %(amount)s") % {"amount": each} if each else "" for each in words[:2]]
        changed = words[1] != words[0]
        found.append(Line(str(answer.label), words[0], (words[1] or "–") if changed else "", words[2]))
    return found
