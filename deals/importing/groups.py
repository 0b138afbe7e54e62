"""The deals that a file speaks of: those that are there, read with all that belongs to them, and those that are new."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from deals import names
from deals.actions.entering import NewDeal
from deals.models import Deal, Delivery, Instrument, Record, Valuation

from .lines import Line

AT_ONCE = 500


@dataclass
class Group:
    """A deal with its papers, estimates and deliveries, as they will be. `touched` are those that are new or changed,
    each with the line it comes from."""

    deal: Deal
    line: Line
    papers: list[Instrument] = field(default_factory=list)
    valuations: list[Valuation] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    touched: list[tuple[Record, Line]] = field(default_factory=list)
    stage_on: date | None = None
    stood_at: str = ""  # the stage at which it stands, where it is there already

    def __post_init__(self) -> None:
        self.stood_at = self.deal.stage if self.deal.pk else ""

    @property
    def is_new(self) -> bool:
        return not self.deal.pk

    @property
    def stands_since(self) -> date | None:
        """The day on which it reached the stage at which it stands."""
        reached = list(self.deal.stage_changes.all()) if self.deal.pk else []
        return reached[-1].on if reached else None

    def touch(self, record: Record, line: Line) -> None:
        if not any(one is record for one, _line in self.touched):
            self.touched.append((record, line))

    def as_new(self, today: date) -> NewDeal:
        """The deal as it is entered: as of the day it reached its stage, as far as that is known."""
        signed = [paper.signed_on for paper in self.papers if paper.counts]
        day = (
            self.stage_on
            or self.deal.closed_on
            or max([*signed, *(each.on for each in self.valuations)], default=today)
        )
        return NewDeal(self.deal, min(day, today), self.papers, self.valuations, self.deliveries)


def title_key(text: str) -> str:
    return " ".join(names.words(text))


class Stored:
    """The deals that are there and that the lines may mean, by code, by title and enterprise, by their papers' keys."""

    def __init__(self, deals: QuerySet[Deal], lines: Sequence[Line], *, are_new: bool = False) -> None:
        """`are_new`: no deal has the title of one of the lines and its enterprise, as is known from before."""
        self.deals = deals
        self.by_title: dict[tuple[str, Any], list[int]] = {}
        if not are_new or any(line.get("deal") for line in lines):
            self._titles(lines)
        wanted = {key for keys in self.by_title.values() for key in keys}
        wanted |= set(self._of_codes(lines)) | set(self._of_keys(lines))
        self.groups: dict[int, Group] = {}
        for deal in _chunked(self._full(), sorted(wanted)):
            group = Group(
                deal, lines[0], list(deal.instruments.all()), list(deal.valuations.all()), list(deal.deliveries.all())
            )
            self.groups[deal.pk] = group
        self.by_code = {group.deal.code: group for group in self.groups.values()}
        self.by_paper = {str(paper.pk): group for group in self.groups.values() for paper in group.papers}
        self.by_delivery = {str(each.pk): group for group in self.groups.values() for each in group.deliveries}

    def titled(self, title: str, enterprise: Any) -> list[Group]:
        """The deals of this title and this enterprise."""
        return [self.groups[key] for key in self.by_title.get((title_key(title), enterprise.pk), ())]

    def _titles(self, lines: Sequence[Line]) -> None:
        without = [line for line in lines if not line.get("code") and line.get("enterprise")]
        asked = {
            title_key(title) for line in without for title in (line.get("title_vi"), line.get("title_en")) if title
        }
        asked |= {title_key(str(line.get("deal"))) for line in lines if line.get("deal")}
        ends = {max(names.pieces(key.rpartition(" ")[2])) for key in asked}
        buyers = {line.get("enterprise").pk for line in without} - {None}
        found = self.deals.filter(enterprise__in=buyers) if buyers else self.deals.none()
        read = found.order_by("pk").values_list("pk", "enterprise", "balance__search_text", "title_vi", "title_en")
        for pk, buyer, text, *titles in read.iterator():
            if ends.isdisjoint(names.pieces(text)):  # few deals hold the last word of a title that is asked for
                continue
            for key in {*map(title_key, titles)} & asked:
                self.by_title.setdefault((key, buyer), []).append(pk)

    def _of_codes(self, lines: Sequence[Line]) -> Iterable[int]:
        codes = sorted({str(line.get(name)).upper() for line in lines for name in ("code", "deal") if line.get(name)})
        for start in range(0, len(codes), AT_ONCE):
            yield from self.deals.filter(code__in=codes[start : start + AT_ONCE]).values_list("pk", flat=True)

    def _of_keys(self, lines: Sequence[Line]) -> Iterable[int]:
        for kind, model in (("papers", Instrument), ("deliveries", Delivery)):
            keys = sorted({int(key) for line in lines if line.table.sheet.kind == kind
                           if (key := str(line.get("key") or "")).isdecimal() and len(key) < 16})  # fmt: skip
            records: Any = model
            for start in range(0, len(keys), AT_ONCE):
                found = records.objects.filter(pk__in=keys[start : start + AT_ONCE], deal__in=self.deals.order_by())
                yield from found.values_list("deal", flat=True)

    def _full(self) -> QuerySet[Deal]:
        papers: Any = Prefetch("instruments", Instrument.objects.active().select_related("partner"))
        return self.deals.select_related("enterprise__group", "partner", "sector", "officer").prefetch_related(
            papers,
            Prefetch("valuations", Valuation.objects.active().order_by("on", "id")),
            Prefetch("deliveries", Delivery.objects.active()),
            "stage_changes",
        )


def _chunked(deals: QuerySet[Deal], keys: Sequence[int]) -> Iterable[Deal]:
    for start in range(0, len(keys), AT_ONCE):
        yield from deals.filter(pk__in=keys[start : start + AT_ONCE])
