"""Whether a deal that is being entered is there already: the deals it may be the same as, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, IntegerField, Prefetch, Q, QuerySet, Value, When
from django.db.models.expressions import CombinedExpression

from deals import names
from deals.models import Deal, Enterprise, Instrument, Partner

MOST = 5
CANDIDATES = 50  # of each kind, those that share most words are compared
WORDS, QUANTITIES = 12, 3  # of a title, at most, are asked for in the database
MILLIONS = 10**5  # from here up a quantity may be written in millions
# How much of the goods must agree, settled by what was reported of the sample's deals. With both parties a short title
# is enough, so that it is measured by the shorter of the two texts, else by both.
WITH_PARTIES_AND_QUANTITY, WITH_PARTIES, WITH_LESS = 0.5, 0.6, 0.8
# Bought apart from the goods it is done to.
WORK = frozenset({"maintenance", "financing", "leasing", "study", "training"})


@dataclass(frozen=True, slots=True)
class Likeness:
    """A deal that may be the same, and what agrees: of "enterprise" or "group", "partner", "goods", "quantity"."""

    deal: Deal
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known of the deal that is being entered."""

    title: str
    enterprise: Enterprise | None
    partner: Partner | None
    quantities: frozenset[Decimal]


def likely(
    deals: QuerySet[Deal],
    *,
    title: str,
    enterprise: Enterprise | None,
    partner: Partner | None,
    quantity: Decimal | None = None,
) -> list[Likeness]:
    """Those of the deals that may be the one being entered, the likeliest first, at most MOST; none without a title.

    A deal may be the same where the goods are alike and the enterprise (or its group) is the same and the partner is
    no other, or the quantity is the same. At most four queries; of however many deals, some 150 are compared.
    """
    asked = _Asked(title, enterprise, partner, names.quantities_of(title) | ({quantity} if quantity else frozenset()))
    return _likely(_candidates(deals, asked), asked) if names.words(title) else []


def likely_of(
    deals: QuerySet[Deal], *, title: str, enterprise: Enterprise | None, partner: Partner | None
) -> list[Likeness]:
    """The same where it is known that the one entered can be none but these few deals: each is compared."""
    return _likely(_whole(deals), _Asked(title, enterprise, partner, names.quantities_of(title)))


def _likely(deals: Iterable[Deal], asked: _Asked) -> list[Likeness]:
    words = {*names.words(asked.title)}
    found = []
    for deal in deals:
        reasons, goods = _compared(deal, asked)
        if reasons:
            said = len(words & {*names.words(deal.balance.search_text)})
            found.append(((len(reasons), "group" not in reasons, goods, said, deal.code), Likeness(deal, reasons)))
    found.sort(key=lambda line: line[0], reverse=True)
    return [likeness for _rank, likeness in found[:MOST]]


# In the database


def _candidates(deals: QuerySet[Deal], asked: _Asked) -> Iterable[Deal]:
    """Of the deals of the group and those of a quantity, the ones that share most words with the title."""
    near = deals.order_by().annotate(shared=_shared(asked.title)).order_by("-shared", "-pk")
    wanted = Q()
    for kind in (_of_the_group(asked), _of_the_quantity(asked), _so_many_titled(asked)):
        if kind:
            wanted |= Q(pk__in=near.filter(kind).values("pk")[:CANDIDATES])
    if not wanted:
        return []
    return _whole(deals.filter(wanted))


def _whole(deals: QuerySet[Deal]) -> QuerySet[Deal]:
    """The deals with all that is compared of them. Four queries."""
    papers = Prefetch("instruments", Instrument.objects.active().select_related("partner"))
    found = deals.order_by().select_related("enterprise__group", "partner", "balance")
    return found.prefetch_related("other_enterprises", "other_partners", papers)


def _shared(title: str) -> CombinedExpression:
    """How many of the longest words of the title, which are the rarest, the search text of a deal holds."""
    words = sorted({*names.words(title), *names.goods_of(title)}, key=lambda word: (-len(word), word))[:WORDS]
    one = [
        Case(When(balance__search_text__contains=word, then=1), default=0, output_field=IntegerField())
        for word in words
    ]
    return sum(one, Value(0))  # type: ignore[return-value]


def _of_the_group(asked: _Asked) -> Q:
    """The deals of the enterprise's group, without those of another partner."""
    if not asked.enterprise:
        return Q()
    beside = Deal.other_enterprises.through.objects
    found = Q(enterprise__group=asked.enterprise.group_id)
    found |= Q(pk__in=beside.filter(enterprise__group=asked.enterprise.group_id).values("deal"))
    if asked.partner:
        others = Deal.other_partners.through.objects.filter(partner=asked.partner).values("deal")
        of_papers = Instrument.objects.active().filter(partner=asked.partner).values("deal")
        found &= Q(partner=None) | Q(partner=asked.partner) | Q(pk__in=others) | Q(pk__in=of_papers)
    return found


def _of_the_quantity(asked: _Asked) -> Q:
    """The deals with a paper of one of the quantities."""
    papers = Instrument.objects.active().filter(quantity__in=asked.quantities)
    return Q(pk__in=papers.values("deal")) if asked.quantities else Q()


def _so_many_titled(asked: _Asked) -> Q:
    """The deals that say one of the quantities in words."""
    found = Q()
    for quantity in sorted(asked.quantities)[-QUANTITIES:]:
        sizes = (quantity, quantity.scaleb(-6)) if quantity >= MILLIONS else (quantity,)
        written = {f"{size.normalize():,f}" for size in sizes}
        written |= {text.replace(",", "") for text in written}
        for text in written | {text.translate(str.maketrans(",.", ".,")) for text in written}:
            found |= Q(balance__search_text__contains=f" {text} ")
    return found


# In memory


def _compared(deal: Deal, asked: _Asked) -> tuple[tuple[str, ...], float]:
    """What agrees, nothing where the deal is not likely to be the same, and how alike the goods are."""
    buyers = [deal.enterprise, *deal.other_enterprises.all()]
    named = [*([deal.partner] if deal.partner else []), *deal.other_partners.all()]
    sellers = [*named, *(paper.partner for paper in deal.instruments.all() if paper.partner)]
    buyer = seller = quantity = ""
    if asked.enterprise and asked.enterprise.group_id in {one.group_id for one in buyers}:
        buyer = "enterprise" if asked.enterprise in buyers else "group"
    if asked.partner and asked.partner in sellers:
        seller = "partner"
    if asked.quantities & _quantities(deal):
        quantity = "quantity"
    if not quantity and not (buyer and (seller or not asked.partner or not named)):
        return (), 0
    known = _names([asked.enterprise, asked.partner, *buyers, deal.enterprise.group, *sellers])
    wanted = names.goods_of(_without(asked.title, known))
    if not wanted:  # the title says who, and not what
        return ((buyer, seller) if buyer and seller else ()), 0
    both = bool(buyer and seller)
    goods = max(_alike(wanted, names.goods_of(_without(text, known)), with_parties=both) for text in _texts(deal))
    enough = (WITH_PARTIES_AND_QUANTITY if quantity else WITH_PARTIES) if both else WITH_LESS
    return (tuple(filter(None, (buyer, seller, "goods", quantity))) if goods >= enough else ()), goods


def _alike(one: frozenset[str], other: frozenset[str], *, with_parties: bool) -> float:
    """How much of the goods is the same, from 0 to 1."""
    shared, sizes = len(one & other), (len(one), len(other))
    if not shared or bool(one & WORK) != bool(other & WORK):
        return 0
    return shared / min(sizes) if with_parties else 2 * shared / sum(sizes)


def _quantities(deal: Deal) -> set[Decimal]:
    """How much is bought, by the titles and the papers."""
    found = {paper.quantity for paper in deal.instruments.all() if paper.quantity}
    return found.union(*(names.quantities_of(text) for text in _texts(deal)))


def _texts(deal: Deal) -> list[str]:
    texts = [deal.title_vi, deal.title_en]
    for paper in deal.instruments.all():
        texts += [paper.goods_vi, paper.goods_en]
    return list(filter(None, dict.fromkeys(texts)))


def _names(parties: Iterable[Enterprise | Partner | None]) -> list[str]:
    """All names of the parties as they are compared, the longest first."""
    found: set[str] = set()
    for party in parties:
        if isinstance(party, Enterprise):
            found |= {party.code, party.name_vi, party.name_en, *party.aliases}
        elif party:
            found |= {party.name, *party.aliases}
    return sorted({_words(name) for name in found}, key=len, reverse=True)


def _without(text: str, known: Iterable[str]) -> str:
    """The text without the names: they say who buys of whom, not what."""
    text = _words(text)
    for name in known:
        text = text.replace(name, " ")
    return text


def _words(text: str) -> str:
    """The words of the text, each between spaces."""
    return f" {' '.join(names.words(text))} "
