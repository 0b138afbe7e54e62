"""The ledger: post, balances. The one place that writes postings, and the one place that adds money up.

Posting a deal means: work out from its facts by how much each band changes on each day, compare with what the ledger
says already, and write the difference. A question is one sum over the postings, as of a day and as known at a moment;
as of now it is read from the roll-up (`Balance`) that is written in the same transaction, and is checked by `checking`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Collate
from django.utils import timezone

from deals import positions
from deals.choices import Cause
from deals.models import Balance, Deal, OpeningBalance, Posting, User, grouping, happenings, inserting, recorded
from deals.models.balances import ROLLED_UP, rolled_up
from deals.models.facts import facts as facts
from deals.models.facts import facts_of as facts_of
from deals.models.grouping import Marks as Marks
from deals.models.happenings import Between, Kind
from deals.models.money import UsdField
from deals.models.stages_then import with_stage as with_stage
from deals.periods import Moment
from deals.positions import BAND_NAMES, ZERO, Bands

Changes = Mapping[tuple[date, str], Decimal]

DIMENSIONS = {
    "enterprise": "enterprise__code",
    "group": "enterprise__group__code",
    "sector": "sector__code",
    "partner": "partner__slug",
    "state": "partner__state",
    "stage": "stage",
}

POSTED = ["deal_id", "band", "amount_usd", "effective_on", "recorded_at", "cause", "reason", "actor_id"]


class ImpossibleFactsError(ValueError):
    """The facts of a deal contradict each other; `problems` says how. Nothing was posted."""

    def __init__(self, problems: list[positions.Problem]) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


# Posting


def lock(*deals: Deal) -> None:
    """Hold the deals until the transaction ends, so that two people posting one deal come one after the other."""
    Deal.objects.hold([deal.pk for deal in deals])


@transaction.atomic
def post(deal: Deal, *, by: User, cause: Cause, reason: str = "") -> list[Posting]:
    """Write the difference between what the facts of the deal say and what the ledger says of it.

    Raises ImpossibleFactsError, with nothing written, where the facts contradict each other. About eight queries,
    whatever the size of the ledger.
    """
    lock(deal)
    deal = Deal.objects.get(pk=deal.pk)
    known = facts(deal)
    if found := positions.problems(known):
        raise ImpossibleFactsError(found)
    wanted = positions.changes(known)
    written = _write(posted(deal=deal), wanted, by=by, cause=cause, reason=reason, deal=deal)
    Balance.objects.hold(deal, known, bands_of(wanted))
    return written


@transaction.atomic
def post_opening(opening: OpeningBalance, *, by: User, cause: Cause, reason: str = "") -> list[Posting]:
    """Write the difference for an opening balance: what deals have not itemised of it, from its day on."""
    opening = OpeningBalance.objects.select_for_update().get(pk=opening.pk)
    return _write(
        posted(opening_balance=opening),
        opening_changes(opening),
        by=by,
        cause=cause,
        reason=reason,
        opening_balance=opening,
    )


def opening_changes(opening: OpeningBalance) -> Changes:
    """By how much what is left of the opening balance changes on each day, as its facts say. One query."""
    if opening.archived_at:
        return {}
    itemised = opening.itemisations.active().filter(deal__archived_at=None).values_list("amount_usd", flat=True)
    return positions.opening_changes(
        on=opening.on, band=opening.band, amount=opening.amount_usd, itemised=list(itemised)
    )


def posted(**of: Any) -> Changes:
    """By how much each band changes on each day, as the entries of a deal or of an opening balance say. One query."""
    rows = Posting.objects.filter(**of).order_by().values_list("effective_on", "band").annotate(sum=Sum("amount_usd"))
    return {(day, band): amount for day, band, amount in rows}


def _write(standing: Changes, wanted: Changes, *, by: User, cause: Cause, reason: str, **of: Any) -> list[Posting]:
    now = timezone.now()
    return Posting.objects.bulk_create(
        Posting(
            **of,
            band=band,
            amount_usd=difference,
            effective_on=day,
            recorded_at=now,
            cause=cause,
            reason=reason,
            actor=by,
        )
        for day, band in sorted({*standing, *wanted})
        if (difference := wanted.get((day, band), ZERO) - standing.get((day, band), ZERO))
    )


class New(NamedTuple):
    """A deal just entered, its facts, why its bands change on which day, and the text by which it is found."""

    deal: Deal
    facts: positions.Facts
    causes: Mapping[date, Cause]
    search_text: str


def post_new(deals: Iterable[New], *, by: User, reason: str = "") -> None:
    """Post deals of which the ledger says nothing yet. Two inserts, whatever their number. ImpossibleFactsError where
    facts contradict each other."""
    now, postings, balances = timezone.now(), [], []
    for deal, known, causes, text in deals:
        if found := positions.problems(known):
            raise ImpossibleFactsError(found)
        wanted = positions.changes(known)
        for (day, band), usd in sorted(wanted.items()):
            postings.append((deal.pk, band, usd, day, now, causes.get(day, Cause.CORRECTION), reason, by.pk))
        balances.append((deal.pk, text, *rolled_up(deal, known, bands_of(wanted)).values()))
    inserting.insert(Posting, POSTED, postings)
    inserting.insert(Balance, ["deal_id", "search_text", *ROLLED_UP], balances)


def bands_of(changes: Changes) -> Bands:
    """What the changes come to in the end."""
    totals = dict.fromkeys(BAND_NAMES, ZERO)
    for (_day, band), amount in changes.items():
        totals[band] += amount
    return Bands(**totals)


# Balances


def is_head(at: Moment) -> bool:
    """Whether the moment lies at or past the last entry, so that the roll-up answers it. One query."""
    if at.known_at is not None:
        return False
    return (last := Posting.last_day()) is None or last <= at.as_of


def is_now(at: Moment) -> bool:
    """Whether the moment is now, or a day to come, so that all of the roll-up answers it: no paper is signed, nor does
    any end, on a day to come. One query."""
    return at.as_of >= timezone.localdate() and is_head(at)


def entries(at: Moment) -> QuerySet[Posting]:
    """The ledger's entries as of the day and as known at the moment."""
    found = Posting.objects.filter(effective_on__lte=at.as_of).order_by()
    return found if at.known_at is None else found.filter(recorded_at__lte=at.known_at)


def with_bands(deals: QuerySet[Deal], at: Moment) -> QuerySet[Deal]:
    """Each deal with its bands at the moment, as attributes `delivered` … `outside`, and `four` for the first four."""
    if is_head(at):
        # Every deal has its roll-up from the moment it is entered; named bare, the index on its value is of use.
        rolled_up = {name: F(f"balance__{name}") for name in (*BAND_NAMES, "four")}
        return deals.filter(balance__isnull=False).annotate(**rolled_up)
    of_deal = entries(at).filter(deal=OuterRef("pk"))

    def summed(condition: Q) -> Coalesce:
        rows = of_deal.filter(condition).values("deal").annotate(sum=Sum("amount_usd")).values("sum")
        return Coalesce(Subquery(rows, output_field=UsdField()), Value(0, output_field=UsdField()))

    columns = {name: summed(Q(band=name)) for name in BAND_NAMES} | {"four": summed(~Q(band="outside"))}
    return deals.annotate(**columns)


def total(at: Moment, deals: QuerySet[Deal] | None = None) -> Bands:
    """The bands of the deals together, of all deals where none are named; opening balances are not among them."""
    if is_head(at):
        rows = _of(Balance.objects.all(), deals)
        sums = rows.aggregate(**{f"sum_{name}": Sum(name) for name in BAND_NAMES})
        return Bands(**{name: sums[f"sum_{name}"] or ZERO for name in BAND_NAMES})
    rows = _of(entries(at).filter(deal__isnull=False), deals).values_list("band")
    return _bands(rows.annotate(sum=Sum("amount_usd")))


def total_of(entries: Iterable[Posting]) -> Bands:
    """The bands that these entries come to together."""
    return add(*(Bands(**{entry.band: entry.amount_usd}) for entry in entries))


class Line(NamedTuple):
    """What deals come to together: how many, their bands, and their papers of unknown value; where asked for, the
    four-band values and the keys of the first of them by value."""

    deals: int = 0
    bands: Bands = Bands()
    undisclosed: int = 0
    first: tuple[tuple[Decimal, int], ...] = ()


Summary = dict[str, dict[str, Line]]
ALL = ""


def breakdown(at: Moment, by: str, deals: QuerySet[Deal] | None = None, *, whole: bool = False) -> dict[str, Bands]:
    """The bands of the deals by one of DIMENSIONS, keyed by its code (empty where a deal has none). See `summary`.

    The stage is the one the deal had reached on the day, as known at the moment; the other dimensions are those the
    deal has now. KeyError for a dimension that does not exist.
    """
    once = Deal.objects.all() if deals is None else Deal.objects.filter(pk__in=deals.order_by().values("pk"))
    found = summary(at, [by], once, whole=whole or deals is None)[by]
    return {key: line.bands for key, line in found.items() if line.bands}


def summary(
    at: Moment,
    by: Sequence[str],
    deals: QuerySet[Deal] | QuerySet[Balance],
    *,
    whole: bool = False,
    marks: Sequence[Marks] = (),
    first: int = 0,
) -> Summary:
    """The deals, each named once, by each of the DIMENSIONS and by each of the `marks`, and all of them under ALL: a
    total cannot differ from its breakdowns. For ALL alone, now, roll-ups may stand for deals. One query that looks at
    each deal once, whatever the number of dimensions.
    `whole` says that the deals are most of all there are, so that nothing is looked up deal by deal. `first`: of how
    many deals by each mark that is of flags the values and keys are wanted, the largest first."""
    by = [*by, *(name for mark in marks for name in mark.names)]
    found: Summary = {ALL: {ALL: Line()}, **{dimension: {} for dimension in by}}
    firsts: dict[tuple[str, str], list[tuple[Decimal, int]]] = {}
    try:
        statement, parameters = _summary_sql(at, by, deals, whole, marks, first)
    except EmptyResultSet:
        return found
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        for place, *row in cursor.fetchall():
            keys, (count, unknown, *cents) = row[: len(by)], row[len(by) :]
            # All of a total's keys are null, and all but one of a row's.
            named = [(name, str(key)) for name, key in zip(by, keys, strict=True) if key is not None]
            dimension, key = named[0] if named else (ALL, ALL)
            bands = Bands(*(Decimal(int(amount or 0)).scaleb(-2) for amount in cents))
            if place:
                firsts.setdefault((dimension, key), []).append((bands.delivered, int(count)))
            else:
                found[dimension][key] = Line(int(count or 0), bands, int(unknown or 0))
    for (dimension, key), largest in firsts.items():
        found[dimension][key] = found[dimension][key]._replace(first=tuple(largest))
    return found


def _summary_sql(
    at: Moment, by: Sequence[str], deals: QuerySet[Any], whole: bool, marks: Sequence[Marks], first: int
) -> tuple[str, list[Any]]:
    """Grouping sets where the database has them, else a query for each, over deals that are worked out once."""
    tables, values = grouping.marked(marks)
    names = [name for mark in marks for name in mark.names]
    parts, keys = _parts(at, by[: len(by) - len(names)], deals, whole)
    for name, (columns, found) in parts.items():
        sql, parameters = found.query.sql_with_params()
        tables.append(f"{name} ({', '.join(('deal_id', *columns))}) AS ({sql})")
        values += parameters
    others = [*(f"marked_{number}" for number in range(len(marks))), *(name for name in parts if name != "chosen")]
    joined = "".join(f" LEFT JOIN {name} ON {name}.deal_id = chosen.deal_id" for name in others)
    marked = [f"COALESCE({name}, 0) AS by_{name}" for name in names]
    columns = ("chosen.deal_id", *keys, *marked, "undisclosed", *BAND_NAMES)
    tables.append(f"figures AS (SELECT {', '.join(columns)} FROM chosen{joined})")
    firsts = {f"by_{name}": first for mark in marks if mark.flags and first for name in mark.names}
    return f"WITH {', '.join(tables)} {grouping.grouped([*keys, *(f'by_{n}' for n in names)], first=firsts)}", values


Parts = dict[str, tuple[tuple[str, ...], QuerySet[Any, Any]]]


def _parts(at: Moment, by: Sequence[str], deals: QuerySet[Any], whole: bool) -> tuple[Parts, list[str]]:
    """What the figures of each deal are joined from, each with its columns besides the deal; and the columns of the
    dimensions."""
    if "stage" in by:
        deals = with_stage(deals, at)
    paths = ["stage_then" if name == "stage" else DIMENSIONS[name] for name in by]
    keys: dict[str, Any] = {f"key_{place}": Coalesce(F(path), Value("")) for place, path in enumerate(paths)}
    if connection.vendor == "postgresql":
        # As bytes: put in the order of a language, they take longer than all the rest.
        keys = {name: Collate(key, "C") for name, key in keys.items()}
    of_them = {} if whole else {"deal__in": RawSQL("SELECT deal_id FROM chosen", ())}  # of the same statement
    names = (*BAND_NAMES, "undisclosed") if is_now(at) else BAND_NAMES if is_head(at) else ()
    path = "" if deals.model is Balance else "balance__"
    held = {f"held_{name}": F(f"{path}{name}") for name in names}
    chosen = deals.order_by().annotate(**keys, **held).values_list("pk", *keys, *held)
    parts: Parts = {"chosen": ((*keys, *names), chosen)}
    if "undisclosed" not in names:
        papers = recorded.undisclosed(at).filter(**of_them).order_by().values_list("deal")
        parts["unknown"] = (("undisclosed",), papers.annotate(undisclosed=Count("*")))
    if not names:
        sums = {name: Sum("amount_usd", filter=Q(band=name)) for name in BAND_NAMES}
        rows = entries(at).filter(deal__isnull=False, **of_them).values_list("deal")
        parts["amount"] = (BAND_NAMES, rows.annotate(**sums))
    return parts, list(keys)


def openings(at: Moment) -> list[tuple[OpeningBalance, Bands]]:
    """What is still to be itemised of each opening balance that counts at the moment. Two queries."""
    rows = entries(at).filter(opening_balance__isnull=False).values_list("opening_balance", "band")
    found: dict[int, list[tuple[str, Decimal]]] = {}
    for pk, band, amount in rows.annotate(sum=Sum("amount_usd")):
        found.setdefault(pk, []).append((band, amount))
    records = OpeningBalance.objects.filter(pk__in=found).order_by("on", "id")
    return [(opening, bands) for opening in records if (bands := _bands(found[opening.pk]))]


def kinds(between: Between) -> dict[Kind, tuple[int, Decimal]]:
    """How many entries there are of each kind, and what they make together. One query."""
    try:
        statement, parameters = happenings.grouped(between)
    except EmptyResultSet:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found = [(Kind(*key), count, cents) for *key, count, cents in cursor.fetchall()]
    return {kind: (count, Decimal(int(cents)).scaleb(-2)) for kind, count, cents in found}


def portfolio(at: Moment) -> Bands:
    """Everything: all deals and what opening balances have still to account for."""
    return add(total(at), *(bands for _opening, bands in openings(at)))


def add(*parts: Bands) -> Bands:
    """The parts added up, band by band."""
    return sum(parts, Bands())


def _of(rows: QuerySet, deals: QuerySet[Deal] | None) -> QuerySet:
    return rows if deals is None else rows.filter(deal__in=deals.order_by().values("pk"))


def _bands(rows: Iterable[tuple[str, Decimal]]) -> Bands:
    return Bands(**dict(rows))
