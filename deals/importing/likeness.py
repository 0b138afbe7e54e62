"""Which new deals are worth a search for one that is there already: read once for a file, so that thousands of rows do
not ask the database one by one. Never leaves one out that the search itself would find."""

import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from deals import names
from deals.models import Deal, Instrument

NUMBERS = re.compile(r"\d[\d.,]*")


class Likeness:
    """The words of the goods of each group's deals, and the digits of all quantities. Three queries, linear in the
    deals there are."""

    def __init__(self, deals: QuerySet[Deal], groups: Iterable[int]) -> None:
        wanted = set(groups)
        self.words: dict[int, set[str]] = defaultdict(set)
        self.digits: set[str] = set()
        group_of: dict[int, int] = {}
        found = deals.order_by().values_list("pk", "enterprise__group", "title_vi", "title_en")
        for pk, group, *titles in found.iterator():
            for title in titles:
                self.digits |= {_digits(number) for number in NUMBERS.findall(title)}
                if group in wanted:
                    group_of[pk] = group
                    self.words[group] |= names.goods_of(title)
        beside = Deal.other_enterprises.through.objects.filter(enterprise__group__in=wanted)
        self.shared = set(beside.values_list("enterprise__group", flat=True))
        papers = Instrument.objects.active().filter(deal__in=deals.order_by().values("pk")).order_by()
        for pk, quantity, *goods in papers.values_list("deal", "quantity", "goods_vi", "goods_en").iterator():
            if quantity:
                self.digits.add(_digits(str(quantity.normalize())))
            for text in goods if pk in group_of else ():
                self.words[group_of[pk]] |= names.goods_of(text)

    def may_be(self, title: str, enterprise: Any) -> bool:
        """Whether a deal of this title and enterprise may be there already."""
        group = enterprise.group_id
        goods = names.goods_of(title)
        if group in self.shared or (group in self.words and (not goods or goods & self.words[group])):
            return True
        return any(_digits(f"{value:f}") in self.digits for value in names.quantities_of(title))


def _digits(number: str | Decimal) -> str:
    """What is left of a number however it is grouped and in whatever unit: its digits, without zeros at its ends."""
    return re.sub(r"\D", "", str(number)).strip("0")
