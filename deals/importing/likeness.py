"""Among which deals a new one may be there already: read once for a file, so that thousands of rows do not search the
database one by one. Never leaves one out that the search itself would find."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from sys import intern
from typing import Any

from django.db.models import F, QuerySet

from deals import names
from deals.models import Deal, Enterprise, Instrument, Partner
from deals.reports import duplicates

NUMBERS = re.compile(r"\d[\d.,]*")
AT_ONCE = 2000
NO_WORD = ""
Goods = frozenset[str]
Asked = tuple[str, Enterprise, Partner | None]  # a title, who buys, who sells


class Likeness:
    """The deals, told by what the file asks about: the words of its goods, its groups, partners and quantities. At most
    seven queries and two for each 2,000 deals that are near one of the file; linear in the deals there are."""

    def __init__(self, deals: QuerySet[Deal], asked: Iterable[Asked]) -> None:
        asked = list(asked)
        self.deals = deals
        self.groups = {enterprise.group_id for _title, enterprise, _partner in asked}
        self.parties = _Parties()
        self.told = {title: _Told(title, names.quantities_of(title)) for title, _enterprise, _partner in asked}
        self.digits = {digits for told in self.told.values() for digits in told.quantities}
        self.saying = names.pieces_saying({word for told in self.told.values() for word in told.goods})
        # The deals of a group that may say a word, by who sells; all of the group under NO_WORD.
        self.of_word: dict[tuple[int | None, str], dict[int | None, set[int]]] = defaultdict(lambda: defaultdict(set))
        self.of_digits: dict[str, dict[int, Goods]] = defaultdict(dict)  # of any group, with the words they may say
        self.bought: dict[int, list[_Told]] = {}
        self._read()
        self._learn({pk for each in asked for pk in self._near(*each)})

    def likely(self, title: str, enterprise: Enterprise, partner: Partner | None) -> list[duplicates.Likeness]:
        """The deals that one of this title, enterprise and partner may be, the likeliest first. No query for most."""
        near = self._among(title, enterprise, partner)
        if not near:
            return []
        among = self.deals.filter(pk__in=near)
        return duplicates.likely_of(among, title=title, enterprise=enterprise, partner=partner)

    def _among(self, title: str, enterprise: Enterprise, partner: Partner | None) -> set[int]:
        """Those of the group and partner, and those of the quantity, that buy the like."""
        near = self._near(title, enterprise, partner)
        self._learn(near)
        asked = self._told(title)
        if asked.least(self.parties):  # else it says who, and maybe not what
            enough = duplicates.WITH_PARTIES_AND_QUANTITY if asked.quantities else duplicates.WITH_PARTIES
            near = {pk for pk in near if any(self._is_like(asked, other, enough) for other in self.bought[pk])}
        return near

    def _near(self, title: str, enterprise: Enterprise, partner: Partner | None) -> set[int]:
        told, near = self._told(title), set[int]()
        for word in told.goods if told.least(self.parties) else (NO_WORD,):
            sold = self.of_word.get((enterprise.group_id, word), {})
            near.update(*(sold.get(seller, ()) for seller in ((None, partner.pk) if partner else sold)))
        for digits in told.quantities:
            same = self.of_digits.get(digits, {})
            near |= {pk for pk, words in same.items() if words & told.goods}
        return near

    def _is_like(self, one: "_Told", other: "_Told", enough: float) -> bool:
        """Whether as much is shared as is enough of the shorter one without the names, as the search measures it."""
        shared = len(one.goods & other.goods)
        return bool(shared) and any(shared >= enough * each.least(self.parties) for each in (one, other))

    def _told(self, title: str) -> "_Told":
        if title not in self.told:
            self.told[title] = _Told(title, names.quantities_of(title))
        return self.told[title]

    # From the database

    def _read(self) -> None:
        """All deals, by what their search text may say."""
        groups_of, sold = _pairs(self._groups()), _pairs(self._sellers())
        quantities = _pairs(self._quantities()) if self.digits else {}
        found = self.deals.order_by().values_list("pk", "enterprise__group", "partner", "balance__search_text")
        for pk, group, partner, text in found.iterator(AT_ONCE):
            words = frozenset().union(*map(self.saying.__getitem__, self.saying.keys() & names.pieces(text)))
            for each in groups_of.get(pk, set()) | ({group} & self.groups):
                for word in (*words, NO_WORD):
                    for seller in (partner, *sold.get(pk, ())):
                        self.of_word[each, word][seller].add(pk)
            if self.digits:
                said = {_digits(number) for number in NUMBERS.findall(text)} | quantities.get(pk, set())
                for digits in said & self.digits:
                    self.of_digits[digits][pk] = words

    def _groups(self) -> Iterator[tuple[int, int | None]]:
        """The groups of those who buy beside the enterprise of a deal."""
        beside = Deal.other_enterprises.through.objects.filter(enterprise__group__in=self.groups)
        yield from beside.values_list("deal", "enterprise__group")

    def _sellers(self) -> Iterator[tuple[int, int | None]]:
        """Who sells beside the partner of a deal: its other partners and those of its papers."""
        yield from Deal.other_partners.through.objects.values_list("deal", "partner")
        papers = Instrument.objects.active().exclude(partner=None).exclude(partner=F("deal__partner"))
        yield from papers.values_list("deal", "partner").iterator()

    def _quantities(self) -> Iterator[tuple[int, str]]:
        """The digits of the quantities on the papers of a deal."""
        papers = Instrument.objects.active().exclude(quantity=None).values_list("deal", "quantity")
        for pk, quantity in papers.iterator():
            yield pk, _digits(f"{quantity:f}")

    def _learn(self, pks: set[int]) -> None:
        """Read what these deals buy, unless it is known."""
        unknown = sorted(pk for pk in pks if pk not in self.bought)
        for start in range(0, len(unknown), AT_ONCE):
            several = unknown[start : start + AT_ONCE]
            texts: dict[int, set[str]] = {}
            for pk, *titles in Deal.objects.filter(pk__in=several).values_list("pk", "title_vi", "title_en"):
                texts[pk] = {*titles}
            papers = Instrument.objects.active().filter(deal__in=several).values_list("deal", "goods_vi", "goods_en")
            for pk, *goods in papers:
                texts[pk] |= {*goods}
            self.bought |= {pk: [_Told(text) for text in said if text] for pk, said in texts.items()}


class _Told:
    """What a text says is bought; the digits of how much; and how many words are left of it at least when names of
    parties are left out, found out when it is asked for."""

    __slots__ = ("_least", "_text", "goods", "quantities")

    def __init__(self, text: str, quantities: Iterable[Decimal] = ()) -> None:
        self.goods: Goods = frozenset(map(intern, names.goods_of(text)))
        self.quantities = tuple(_digits(f"{quantity:f}") for quantity in quantities)
        self._text, self._least = text, -1

    def least(self, parties: "_Parties") -> int:
        if self._least < 0:
            without = parties.left_out_of(self._text)
            self._least = len(self.goods if without is None else names.goods_of(without))
        return self._least


class _Parties:
    """The names of all enterprises and partners, found by their first word. Two queries."""

    def __init__(self) -> None:
        self.names: dict[str, list[list[str]]] = defaultdict(list)
        for name, aliases in Partner.objects.values_list("name", "aliases"):
            self._know(name, *aliases)
        for *called, aliases in Enterprise.objects.values_list("code", "name_vi", "name_en", "aliases"):
            self._know(*called, *aliases)

    def _know(self, *called: str) -> None:
        for name in called:
            if said := names.words(name):
                self.names[said[0]].append(said)

    def left_out_of(self, text: str) -> str | None:
        """The words of the text without those of any name, None where there is no name in it."""
        said = names.words(text)
        left: list[str | None] = [*said]
        for place, word in enumerate(said):
            for name in self.names.get(word, ()):
                if said[place : place + len(name)] == name:
                    left[place : place + len(name)] = [None] * len(name)
        return " ".join(filter(None, left)) if None in left else None


def _pairs(found: Iterable[tuple[int, Any]]) -> dict[int, set[Any]]:
    together: dict[int, set[Any]] = defaultdict(set)
    for pk, value in found:
        together[pk].add(value)
    return together


def _digits(number: str | Decimal) -> str:
    """What is left of a number however it is grouped and in whatever unit: its digits, without zeros at its ends."""
    return re.sub(r"\D", "", str(number)).strip("0")
