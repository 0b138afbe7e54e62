"""What changed between two moments, as a bridge that sums exactly (docs/decisions/0005-what-changed.md).

What stands in the closing and not in the opening is a set of ledger entries; each of them belongs to one step, so that
opening and steps make the closing, in every band and to the cent, for any deals.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from deals import ledger
from deals.choices import Band, Cause, DeliveryKind, InstrumentKind
from deals.forms.screens import SHOWN
from deals.models import Deal, Delivery, Instrument, Posting, Valuation, recorded
from deals.periods import Moment
from deals.positions import NON_BINDING, Bands

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
    have not itemised) make at the later one. Two queries at most, over the entries of the time between."""
    kinds = [_of_deals(comparison, deals), *([_of_openings(comparison)] if openings else [])]
    found = _split(*(ledger.sums(_with_kind(entries, comparison), by="kind") for entries in kinds))
    steps = [Step(key, bands) for key in STEPS if (bands := found[key])]
    return Bridge(comparison, closing - ledger.add(*(step.bands for step in steps)), steps, closing)


def changes(
    comparison: Comparison, *, deals: QuerySet[Deal], openings: bool, step: str = "", band: str = "", page: int = 1
) -> Changes:
    """The entries behind a step of the bridge, behind a band of it, or behind all of it, the latest first. Four
    queries."""
    of_them = Q(deal__in=deals.order_by().values("pk"))
    if openings:
        of_them |= Q(opening_balance__isnull=False)
    entries = _with_kind(_between(comparison).filter(of_them), comparison)
    if step:
        entries = entries.filter(_belongs(step, band))
    elif band:
        entries = entries.filter(band=band)
    kinds = ledger.sums(entries, by="kind")
    total = _split(kinds)[step] if step else ledger.add(*kinds.values())
    if band:
        total = Bands(**{band: getattr(total, band)})
    ordered = entries.select_related("deal", "opening_balance", "actor").order_by(
        "-effective_on", "-recorded_at", "-id"
    )
    paginator = Paginator(ordered, PAGE_SIZE)
    if not 1 <= page <= paginator.num_pages:
        return Changes(None, None, total, paginator.count, paginator.num_pages)
    shown = paginator.page(page)
    rows = [row for posting in shown.object_list for row in _rows(posting, step, band)]
    return Changes(rows, shown, total, paginator.count, paginator.num_pages)


# Which entries


def _between(comparison: Comparison) -> QuerySet[Posting]:
    """The entries of the later moment that are not those of the earlier one."""
    later = Q(effective_on__gt=comparison.before.as_of)
    if comparison.is_as_shown:
        later |= Q(recorded_at__gt=comparison.before.known_at)
    return ledger.entries(comparison.after).filter(later)


def _of_deals(comparison: Comparison, deals: QuerySet[Deal]) -> QuerySet[Posting]:
    return _between(comparison).filter(deal__in=deals.order_by().values("pk"))


def _of_openings(comparison: Comparison) -> QuerySet[Posting]:
    return _between(comparison).filter(opening_balance__isnull=False)


# Which step


def _with_kind(entries: QuerySet[Posting], comparison: Comparison) -> QuerySet[Posting]:
    """Each entry with its `kind`: a step, or CONVERSION. Of facts, only those of the entry's own deal and day are
    looked at."""
    since = comparison.before.as_of
    of_sum = _case(
        When(cause=Cause.ITEMISING, then=Value("itemised")),
        When(effective_on__gt=since, then=Value("announced")),
        default="corrected",
    )
    of_deal = _case(
        When(effective_on__gt=since, then=_happened(comparison.after.known_at)),
        default="corrected",
    )
    return entries.annotate(kind=_case(When(opening_balance__isnull=False, then=of_sum), default=of_deal))


def _happened(known_at: datetime | None) -> Case:
    """What happened to the deal on the day of the entry: what caused the entry where that happened on this very day,
    else (a correction, an entry out of order) the first thing that did. Of a day on which nothing happened, as is known
    by now, the entries cancel each other."""
    papers = recorded.in_use(Instrument, known_at).filter(deal=OuterRef("deal"))
    signed = Exists(papers.filter(signed_on=OuterRef("effective_on")).exclude(kind=InstrumentKind.AMENDMENT))
    amended = Exists(papers.filter(signed_on=OuterRef("effective_on"), kind=InstrumentKind.AMENDMENT))
    received = recorded.in_use(Delivery, known_at).filter(deal=OuterRef("deal"), on=OuterRef("effective_on"))
    closed = recorded.in_use(Deal, known_at).filter(id=OuterRef("deal"), closed_on=OuterRef("effective_on"))
    valued = recorded.in_use(Valuation, known_at).filter(deal=OuterRef("deal"), on=OuterRef("effective_on"))
    ended = Exists(papers.filter(ended_on=OuterRef("effective_on"))) | Exists(closed)
    happenings: list[tuple[Q, Combinable, Combinable]] = [
        (Q(cause=Cause.SIGNING), signed, _signing(known_at)),
        (Q(cause=Cause.AMENDMENT), amended, Value("amended")),
        (Q(cause=Cause.DELIVERY), Exists(received.filter(kind=DeliveryKind.ACTUAL)), Value("delivered")),
        (Q(cause__in=[Cause.ENDING, Cause.CLOSING]), ended, Value("ended")),
        (Q(cause=Cause.ESTIMATE), Exists(valued), Value("expected")),
    ]
    return _case(
        *(When(cause & Q(there), then=step) for cause, there, step in happenings),
        *(When(Q(there), then=step) for _cause, there, step in happenings),
        default="corrected",
    )


def _signing(known_at: datetime | None) -> Case:
    """A signing that takes nothing over, a conversion (of known prices: to be split), or, between papers of one band,
    the difference in price. A day on which a memorandum was signed too is taken as one signing."""
    papers = recorded.in_use(Instrument, known_at)
    that_day = papers.filter(deal=OuterRef("deal"), signed_on=OuterRef("effective_on"), counts=True)
    above = papers.filter(id=OuterRef("under_id"), counts=True, usd__isnull=False, signed_on__lt=OuterRef("signed_on"))
    of_memorandum = that_day.filter(Exists(above.filter(kind__in=NON_BINDING)), kind=InstrumentKind.CONTRACT)
    memorandum = that_day.filter(kind__in=NON_BINDING)
    carrying_on = that_day.filter(Exists(above), usd__isnull=False).exclude(kind=InstrumentKind.AMENDMENT)
    return _case(
        When(band=Band.OUTSIDE, then=Value("signed")),
        When(Exists(memorandum.filter(~Exists(above))), then=Value("signed")),
        When(Exists(memorandum), then=Value("repriced")),
        When(Exists(of_memorandum.filter(usd__isnull=False)), then=Value(CONVERSION)),
        When(Exists(of_memorandum), then=Value("converted")),
        When(Exists(carrying_on), then=Value("repriced")),
        default="signed",
    )


def _case(*whens: When, default: str | Combinable) -> Case:
    return Case(*whens, default=Value(default) if isinstance(default, str) else default, output_field=CharField())


# Conversions: what leaves the memoranda enters the contracts; what the contracts are worth beyond that is repricing


def _split(*found: Mapping[str, Bands]) -> dict[str, Bands]:
    """The bands of each step, from those of each kind of entry."""
    steps = {key: ledger.add(*(kinds.get(key, Bands()) for kinds in found)) for key in STEPS}
    conversion = ledger.add(*(kinds.get(CONVERSION, Bands()) for kinds in found))
    moved = Bands(memorandum=conversion.memorandum, contracted=-conversion.memorandum)
    steps["converted"] += moved
    steps["repriced"] += conversion - moved
    return steps


def _belongs(step: str, band: str) -> Q:
    """The entries that belong to the step, or to a band of it, wholly or in part."""
    own = Q(kind=step, band=band) if band else Q(kind=step)
    if step == "converted" and band in ("", Band.MEMORANDUM, Band.CONTRACTED):
        return own | Q(kind=CONVERSION, band=Band.MEMORANDUM)
    if step == "repriced" and band == Band.CONTRACTED:
        return own | Q(kind=CONVERSION, band__in=[Band.CONTRACTED, Band.MEMORANDUM])
    if step == "repriced" and band != Band.MEMORANDUM:
        return own | (Q(kind=CONVERSION, band=band) if band else Q(kind=CONVERSION))
    return own


def _rows(posting: Posting, step: str, band: str) -> list[Row]:
    """The entry as the step takes it in: what a conversion takes from a memorandum it brings to the contract."""
    usd, kind = posting.amount_usd, getattr(posting, "kind", "")
    rows = [Row(posting, posting.band, usd)]
    if step and kind == CONVERSION and posting.band == Band.MEMORANDUM:
        entering = Row(posting, Band.CONTRACTED, -usd)
        taken = Row(posting, Band.CONTRACTED, usd)
        rows = [*rows, entering] if step == "converted" else [taken]
    return [row for row in rows if not band or row.band == band]
