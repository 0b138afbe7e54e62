"""What changed between two moments, as a bridge that sums exactly (docs/decisions/0005-what-changed.md).

What stands in the closing and not in the opening is a set of ledger entries; each of them belongs to one step, so that
opening and steps make the closing, in every band and to the cent, for any deals.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from deals import ledger
from deals.choices import Band, Cause
from deals.forms.screens import SHOWN
from deals.models import Deal, Posting, happenings
from deals.models.happenings import Between, Kind
from deals.periods import Moment
from deals.positions import Bands

from .timelines import leave_reasons_out

# In the order of the bridge.
STEPS: Mapping[str, str | Promise] = {
    "signed": _("Newly signed"),
    "converted": _("Converted into contracts"),
    "repriced": _("Repriced on conversion"),
    "amended": _("Amended"),
    "delivered": _("Delivered"),
    "ended": _("Cancelled, expired or closed"),
    "expected": _("Newly expected"),
    "announced": _("Sums announced"),
    "corrected": _("Entered or corrected later"),
    "itemised": _("Itemised by deals"),
}
# Entries of a day on which a contract took over from a memorandum: they belong to two steps.
CONVERSION = "conversion"
PAGE_SIZE = 100
AT_ONCE = 500  # entries read together


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two moments, the earlier first. `is_as_shown`: the earlier one is as known at its own end, so that what was
    recorded about it later stands apart; else both are as known at one time."""

    before: Moment
    after: Moment
    is_as_shown: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What one kind of happening changed, band by band."""

    key: str
    bands: Bands

    @property
    def label(self) -> str:
        return str(STEPS[self.key])

    @property
    def moves(self) -> bool:
        """Whether it changes any of the four bands, be it so that their sum stays."""
        return any(getattr(self.bands, band) for band in Band if band != Band.OUTSIDE)


@dataclass(frozen=True)
class Bridge:
    """`opening` and the steps make `closing`; steps that change nothing in any band are left out."""

    comparison: Comparison
    opening: Bands
    steps: list[Step]
    closing: Bands

    @cached_property
    def difference(self) -> Bands:
        return self.closing - self.opening

    @property
    def has_outside(self) -> bool:
        return any(bands.outside for bands in (self.opening, self.closing, *(step.bands for step in self.steps)))


@dataclass(frozen=True, slots=True)
class Row:
    """A ledger entry, or the part of it that a step takes in, in the band that it changes there."""

    posting: Posting
    band: str
    usd: Decimal


@dataclass(frozen=True)
class Changes:
    """A page of the entries behind a step or a band of it (None where there is no such page), and the sum of all."""

    rows: list[Row] | None
    page: Page | None
    total: Bands
    count: int
    pages: int


def compared(at: Moment, *, since: date, then: datetime, chosen: str = "") -> Comparison:
    """The moment against the day `since`, which ended at `then`. Where the address chooses nothing, against what was
    shown on that day if anything had been recorded by then. At most one query."""
    as_known = then if at.known_at is None else min(then, at.known_at)
    is_as_shown = chosen == SHOWN or (not chosen and Posting.objects.filter(recorded_at__lte=as_known).exists())
    return Comparison(Moment(since, as_known if is_as_shown else at.known_at), at, is_as_shown)


def bridge(comparison: Comparison, *, closing: Bands, deals: QuerySet[Deal], openings: bool) -> Bridge:
    """From what stood at the earlier moment to `closing`, which is what the same deals (and, with `openings`, what they
    have not itemised) make at the later one. One query, over the entries of the time between and the facts of their
    deals."""
    found = ledger.kinds(_between(comparison, deals, openings))
    steps = [Step(key, bands) for key in STEPS if (bands := _total(found, key))]
    return Bridge(comparison, closing - ledger.add(*(step.bands for step in steps)), steps, closing)


def changes(
    comparison: Comparison,
    *,
    deals: QuerySet[Deal],
    openings: bool,
    step: str = "",
    band: str = "",
    page: int = 1,
    is_inside: bool = True,
) -> Changes:
    """The entries behind a step of the bridge, behind a band of it, or behind all of it, the latest first; for whom is
    not inside without their reasons. Three queries."""
    between = _between(comparison, deals, openings)
    found = _kinds(between, step, band)
    total, count = _total(found, step, band), sum(count for count, _usd in found.values())
    pages = Paginator(range(count), PAGE_SIZE)
    if not 1 <= page <= pages.num_pages:
        return Changes(None, None, total, count, pages.num_pages)
    rows = list(_rows(between, found, step, band, first=(page - 1) * PAGE_SIZE, most=PAGE_SIZE))
    if not is_inside:
        leave_reasons_out(row.posting for row in rows)
    return Changes(rows, Page(rows, page, pages), total, count, pages.num_pages)


def all_changes(
    comparison: Comparison,
    *,
    deals: QuerySet[Deal],
    openings: bool,
    step: str = "",
    band: str = "",
    is_inside: bool = True,
) -> tuple[Changes, Callable[[], Iterator[Row]]]:
    """The sum of all entries behind a step, a band of it or the whole bridge, and how all their rows are read, some at
    a time, the latest first. One query, and with the rows one for each so many."""
    between = _between(comparison, deals, openings)
    found = _kinds(between, step, band)
    total, count = _total(found, step, band), sum(count for count, _usd in found.values())

    def rows() -> Iterator[Row]:
        for row in _rows(between, found, step, band, first=0, most=count):
            if not is_inside:
                leave_reasons_out([row.posting])
            yield row

    return Changes(None, None, total, count, 0), rows


def _kinds(between: Between, step: str, band: str) -> dict[Kind, tuple[int, Decimal]]:
    return {kind: made for kind, made in ledger.kinds(between).items() if _belongs(kind, step, band)}


def _rows(between: Between, kinds: Iterable[Kind], step: str, band: str, *, first: int, most: int) -> Iterator[Row]:
    for kind, posting in _entries(between, kinds, first=first, most=most):
        for part in _parts(kind, posting.amount_usd, step, band):
            yield Row(posting, *part)


def _between(comparison: Comparison, deals: QuerySet[Deal], openings: bool) -> Between:
    """The entries of the later moment that are not those of the earlier one."""
    later = Q(effective_on__gt=comparison.before.as_of)
    if comparison.is_as_shown:
        later |= Q(recorded_at__gt=comparison.before.known_at)
    entries = ledger.entries(comparison.after).filter(later)
    return Between(
        of_deals=entries.filter(deal__in=deals.order_by().values("pk")),
        of_openings=entries.filter(opening_balance__isnull=False) if openings else None,
        since=comparison.before.as_of,
        known_at=comparison.after.known_at,
    )


def _entries(between: Between, kinds: Iterable[Kind], *, first: int, most: int) -> Iterator[tuple[Kind, Posting]]:
    """So many of the entries of these kinds, after the first so many. A query, and one for each AT_ONCE of them."""
    if not kinds:
        return
    statement, parameters = happenings.listed(between, kinds, first=first, most=most)
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, parameters)
        while found := {pk: Kind(*key) for pk, *key in cursor.fetchmany(AT_ONCE)}:
            entries = Posting.objects.select_related("deal", "opening_balance", "actor").in_bulk(list(found))
            yield from ((kind, entries[pk]) for pk, kind in found.items())


# Which step


def _step(kind: Kind) -> str:
    """The step of the entries of a kind, or CONVERSION."""
    if not kind.is_event:
        return "corrected"
    if kind.is_sum:
        return "itemised" if kind.cause == Cause.ITEMISING else "announced"
    return _happened(kind)


# In the order in which they are asked: what entries are caused by, what happened on their day, the step.
HAPPENINGS = (
    ({Cause.SIGNING}, happenings.SIGNED, "signed"),
    ({Cause.AMENDMENT}, happenings.AMENDED, "amended"),
    ({Cause.DELIVERY}, happenings.DELIVERED, "delivered"),
    ({Cause.ENDING, Cause.CLOSING}, happenings.ENDED, "ended"),
    ({Cause.ESTIMATE}, happenings.VALUED, "expected"),
)


def _happened(kind: Kind) -> str:
    """What caused the entries where that happened on their very day, else (a correction, an entry out of order) the
    first thing that did. Where nothing did, as is known by now, they cancel each other."""
    found = [step for causes, bits, step in HAPPENINGS if kind.cause in causes and kind.bits & bits]
    found += [step for _causes, bits, step in HAPPENINGS if kind.bits & bits]
    if not found:
        return "corrected"
    return _signing(kind) if found[0] == "signed" else found[0]


def _signing(kind: Kind) -> str:
    """A signing that takes nothing over, a conversion, or, between papers of one band, the difference in price. A day
    on which a paper was signed beside them is one signing."""
    if kind.band == Band.OUTSIDE or kind.bits & happenings.ALONE:
        return "signed"
    if kind.bits & happenings.CONVERTING:
        return CONVERSION
    if kind.bits & happenings.CARRYING_ON:
        return "repriced"
    return "converted" if kind.bits & happenings.UNPRICED else "signed"


# Conversions: what leaves the memoranda enters the contracts; what the contracts are worth beyond that is repricing


def _parts(kind: Kind, usd: Decimal, step: str, band: str) -> list[tuple[str, Decimal]]:
    """What an amount of the kind brings to the step (to all of them where none is named), by band."""
    own = _step(kind)
    if own != CONVERSION or not step:
        found = [(kind.band, usd)] if own == step or not step else []
    elif kind.band != Band.MEMORANDUM:
        found = [(kind.band, usd)] if step == "repriced" else []
    elif step == "converted":
        found = [(kind.band, usd), (Band.CONTRACTED.value, -usd)]
    else:
        found = [(Band.CONTRACTED.value, usd)] if step == "repriced" else []
    return [(name, amount) for name, amount in found if not band or name == band]


def _belongs(kind: Kind, step: str, band: str) -> bool:
    return bool(_parts(kind, Decimal(0), step, band))


def _total(found: Mapping[Kind, tuple[int, Decimal]], step: str, band: str = "") -> Bands:
    """What the kinds of entries bring to the step, or to a band of it."""
    return ledger.add(
        *(
            Bands(**{name: amount})
            for kind, (_count, usd) in found.items()
            for name, amount in _parts(kind, usd, step, band)
        )
    )
