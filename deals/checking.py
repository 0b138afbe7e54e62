"""Whether the ledger and its roll-ups say what the facts say, and deals are found by what they are called."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from deals import ledger, positions
from deals.models import Balance, Deal, OpeningBalance
from deals.models.balances import own_words_of, rolled_up
from deals.positions import ZERO


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the ledger does not say what the facts say, in US dollars; `day` is None for the roll-up, which also holds
    what is no amount, in words."""

    what: str
    day: date | None
    band: str  # or what else is rolled up
    facts_usd: Decimal | str
    ledger_usd: Decimal | str


def check() -> Iterator[Difference]:
    """Work out every deal and opening balance anew from its facts and yield each difference from the ledger.

    Reads everything in pieces: memory stays flat, time grows with the number of facts. ImpossibleFactsError never
    escapes: facts that contradict each other come as a difference of their own band, `facts`, and a deal that is not
    found by all its names as one of `words`.
    """
    deals = Deal.objects.named().prefetch_related("valuations", "deliveries", "postings")
    for deal in deals.iterator(chunk_size=500):
        yield from _check_deal(deal)
    for opening in OpeningBalance.objects.order_by("pk"):
        yield from _compare(str(opening), ledger.opening_changes(opening), ledger.posted(opening_balance=opening))


def _check_deal(deal: Deal) -> Iterator[Difference]:
    known = ledger.facts_of(deal, deal.instruments.all(), deal.valuations.all(), deal.deliveries.all())
    if positions.problems(known):
        yield Difference(deal.code, None, "facts", ZERO, ZERO)
        return
    wanted = positions.changes(known)
    posted: dict[tuple[date, str], Decimal] = {}
    for posting in deal.postings.all():
        key = (posting.effective_on, posting.band)
        posted[key] = posted.get(key, ZERO) + posting.amount_usd
    yield from _compare(deal.code, wanted, posted)
    balance = getattr(deal, "balance", None) or Balance(in_use=False)
    for name, said in rolled_up(deal, known, ledger.bands_of(wanted)).items():
        if (held := getattr(balance, name)) != said:
            as_told: type[Decimal | str] = str if name in ("stage", "sector_id") else Decimal
            yield Difference(deal.code, None, name, as_told(said), as_told(held))
    if set(balance.search_text.split()) != set(own_words_of(deal).split()):
        yield Difference(deal.code, None, "words", ZERO, ZERO)


def _compare(what: str, wanted: ledger.Changes, posted: ledger.Changes) -> Iterator[Difference]:
    for day, band in sorted({*wanted, *posted}):
        said, held = wanted.get((day, band), ZERO), posted.get((day, band), ZERO)
        if said != held:
            yield Difference(what, day, band, said, held)
