"""Which deals the new ones of a file may be; what an earlier look at it found out is taken over, not searched again."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from deals import permissions
from deals.models import Deal, Enterprise, Partner, User

from .likeness import Asked, Likeness
from .lines import NEW, Line

GROUP = "same"  # of the questions whether a deal is there already


class Search:
    """The search of one look at a file. `earlier` holds the findings of a look by the same person since which nothing
    was recorded; they are taken over where that look searched for all that this one may search for."""

    def __init__(self, deals: QuerySet[Deal], lines: Sequence[Line], by: User, earlier: Mapping[str, Any]) -> None:
        self.deals, self.lines, self.by = deals, lines, by
        self.done: set[Asked] = set()
        self.offered: dict[str, list[str]] | None = None
        if lines and earlier.get("searched") == self._digest(set(filter(None, map(_asked, lines)))):
            self.offered = {
                question["key"]: [code for code, _label in question["options"] if code != NEW]
                for question in earlier["questions"]
                if question["group"] == GROUP
            }

    def likely(self, line: Line) -> list[Deal]:
        """The deals that the new one of the line may be, the likeliest first. No query for most lines."""
        asked = _asked(line)
        if asked is None:
            return []
        self.done.add(asked)
        if self.offered is None:
            return [each.deal for each in self.likeness.likely(*asked)]
        codes = self.offered.get(question_of(line))
        found = {deal.code: deal for deal in self.deals.filter(code__in=codes)} if codes else {}
        return [found[code] for code in codes or () if code in found]

    @property
    def is_known(self) -> bool:
        """Whether it is known what is found: then each line that names its deal and enterprise enters a new one, or was
        asked about."""
        return self.offered is not None

    @property
    def digest(self) -> str:
        """Of all that was searched for."""
        return self._digest(self.done)

    @cached_property
    def likeness(self) -> Likeness:
        return Likeness(self.deals, filter(None, map(_asked, self.lines)))

    def _digest(self, asked: set[Asked]) -> str:
        """Who sees more or other deals finds others."""
        keys = sorted((title, buyer.pk, seller.pk if seller else 0) for title, buyer, seller in asked)
        return hashlib.sha256(repr((permissions.reach(self.by), keys)).encode()).hexdigest()


def question_of(line: Line) -> str:
    """The question whether the deal of a line is there already."""
    return f"{GROUP}:{line.place}"


def _asked(line: Line) -> Asked | None:
    """What is known of the deal of a line, where its enterprise is there already."""
    title, enterprise = line.get("title_vi") or line.get("title_en"), line.get("enterprise")
    partner = line.get("partner")
    if line.get("code") or not title or not isinstance(enterprise, Enterprise) or not enterprise.pk:
        return None
    return str(title), enterprise, partner if isinstance(partner, Partner) and partner.pk else None
