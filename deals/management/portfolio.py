"""A made-up portfolio of any size, for measurements: the same seed makes the same rows.

Deals unfold as real ones do: talks, memorandum, partial contract, amendments, deliveries, ends. What they post
is worked out by the rules of the numbers. The rows go straight into the tables of a database of its own, past the
actions: never use it on a database that people work in.
"""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from deals import names, positions
from deals.management.bulk import Books, Entered
from deals.management.surroundings import REGIONS, Surroundings
from deals.models import (
    Announcement,
    Balance,
    Deal,
    DealCode,
    Delivery,
    Instrument,
    Posting,
    StageChange,
    Valuation,
)
from deals.positions import BAND_NAMES, ZERO, Estimate, Facts, Paper, Receipt

START, END = date(2015, 7, 1), date(2025, 12, 31)
ALL_TOGETHER = Decimal(90 * 10**9)
AT_ONCE = 500  # deals held in memory before they are written
COMMON_WORDS, RARE_WORDS = "cung cap", "hon khoai"

GOODS = {
    "aviation": ("máy bay thân hẹp", "narrow-body aircraft"),
    "aviation-services": ("động cơ và bảo dưỡng", "engines and maintenance"),
    "lng": ("khí LNG dài hạn", "long-term LNG"),
    "crude-oil": ("dầu thô nhẹ", "light crude oil"),
    "oil-gas": ("dịch vụ giếng khoan", "well services"),
    "coal": ("than luyện cốc", "coking coal"),
    "ethanol": ("ethanol nhiên liệu", "fuel ethanol"),
    "power-equipment": ("tua-bin khí và trạm biến áp", "gas turbines and substations"),
    "nuclear-power": ("thiết bị lò phản ứng", "reactor equipment"),
    "chips-ai": ("bộ xử lý GPU", "GPUs"),
    "telecom-it": ("thiết bị mạng 5G", "5G network equipment"),
    "machinery": ("máy công cụ", "machine tools"),
    "agriculture": ("ngô, đậu tương và lúa mì", "corn, soybeans and wheat"),
    "minerals": ("quặng và kim loại", "ores and metals"),
    "pharmaceuticals": ("thuốc và vắc-xin", "medicines and vaccines"),
    "medical-equipment": ("máy chụp cắt lớp", "CT scanners"),
}
PLACES = [*REGIONS, "Nhơn Trạch", "Ô Môn", "Sơn Mỹ", "Quảng Trạch", "Long Thành", "Nghi Sơn", "Vũng Áng"]
# What happens to a deal, step by step, and how often it goes that way; today may cut it short.
PATHS = {
    "estimate": 11,
    "estimate talk estimate": 9,
    "talk estimate memorandum announce": 13,
    "estimate memorandum announce expire close": 6,
    "contract announce deliver": 10,
    "talk contract plan deliver amend deliver close": 9,
    "estimate talk memorandum contract plan deliver": 18,
    "estimate memorandum contract announce amend finance plan deliver deliver": 13,
    "estimate memorandum contract deliver contract plan deliver announce": 11,
}
LARGE = (
    "estimate memorandum announce contract amend contract finance plan deliver estimate plan deliver announce option"
)
LARGE_PAPERS, LARGE_ENTRIES = 6, 40


@transaction.atomic
def build(deals: int, *, seed: int = 1, mark: str = "bench") -> None:
    """Fill the database with that many deals and all that belongs to them, and a programme of the code `mark`.

    The first deal is the large one: LARGE_PAPERS papers, LARGE_ENTRIES entries in its timeline.
    """
    dice, books = random.Random(seed), Books()
    place = Surroundings(books)
    numbers: dict[int, int] = {}
    for number in range(deals):
        story = Story(number, ALL_TOGETHER / deals, dice, books, place)
        story.tell()
        numbers[story.first.year] = numbers.get(story.first.year, 0) + 1
        story.take_in(f"VNUS-{story.first.year}-{numbers[story.first.year]:04d}")
        if number % AT_ONCE == AT_ONCE - 1:
            books.write()
    for year, last in numbers.items():
        books.add(DealCode, year=year, last=last)
    place.announce_sums(mark)
    books.close()


class Story:
    """One deal as it unfolds, day by day: its records and its facts grow together."""

    def __init__(self, number: int, usual: Decimal, dice: random.Random, books: Books, place: Surroundings) -> None:
        self.number, self.dice, self.books, self.place = number, dice, books, place
        self.is_large = number == 0
        self.usd = (usual * Decimal(dice.lognormvariate(-0.7, 1.2))).quantize(Decimal("1E3")) + 1000
        self.first = START if self.is_large else START + timedelta(days=dice.randrange((END - START).days - 150))
        self.day = self.first
        self.buyer, self.seller = dice.choice(place.enterprises), dice.choice(place.partners)
        # An enterprise buys in few sectors.
        self.sector = place.sectors[(self.buyer.key * 7 + dice.choice((0, 0, 1, 5))) % len(place.sectors)]
        self.key, self.officer = books.key(Deal), dice.choice(books.staff)
        self.learned: dict[date, datetime] = {}
        self.causes: dict[date, str] = {}
        self.stages: list[tuple[str, date]] = []
        self.entered: dict[int, Entered] = {}  # by the order of entry
        self.known = Facts()
        self.closing: dict[str, Any] = {}
        self.memorandum: Paper | None = None
        self.contract: Paper | None = None
        self.entries = 0  # of the timeline, so far

    def tell(self) -> None:
        """Let it happen, until it has come to its end or to today."""
        path = LARGE if self.is_large else self.dice.choices(list(PATHS), weights=list(PATHS.values()))[0]
        for step in path.split():
            getattr(self, f"_{step}")()
            self.day += timedelta(days=self.dice.randrange(5, 60) if self.is_large else self.dice.randrange(15, 220))
            if self.day > END:
                break
        steps = (self._deliver, self._plan, self._announce)
        while self.is_large and self.entries < LARGE_ENTRIES:
            self.day += timedelta(days=9)
            steps[self.entries % 3]()

    def _at(self, day: date) -> datetime:
        """When the system learnt of what happened on the day: within three weeks."""
        if day not in self.learned:
            minutes = self.dice.randrange(9 * 60, 20 * 24 * 60)
            self.learned[day] = datetime.combine(day, time(2), UTC) + timedelta(minutes=minutes)
        return self.learned[day]

    def _enter(self, model: type[Any], cause: str = "", /, **values: Any) -> "Entered":
        self.entries += 1
        if cause:
            self.causes[self.day] = cause
        found = Entered(model, self._at(self.day), {"id": self.books.key(model), "deal_id": self.key, **values})
        self.entered[len(self.entered)] = found
        return found

    def _reach(self, stage: str) -> None:
        if not self.stages or self.stages[-1][0] != stage:
            self.entries += 1
            self.stages.append((stage, self.day))

    # What may happen

    def _estimate(self) -> None:
        if not self.stages:
            self._reach(self.dice.choice(("identified", "talks")))
        usd = None if self.dice.random() < 0.05 else self._share(90, 140)
        self._enter(Valuation, "estimate", on=self.day, usd=usd, basis="estimate", evidence="enterprise_statement")
        self.known = replace(self.known, estimates=(*self.known.estimates, Estimate(self.day, usd)))

    def _talk(self) -> None:
        self._reach("contract_talks" if self.memorandum else "talks")

    def _memorandum(self) -> None:
        usd = None if self.dice.random() < 0.2 else self._share(80, 120)
        self.memorandum = self._sign("mou", "Bản ghi nhớ về", usd, basis="press_figure", evidence="press_report")
        self._reach("mou_signed")

    def _contract(self) -> None:
        usd = None if self.dice.random() < 0.04 else self._share(25, 45)
        taken: dict[str, Any] = {}
        if above := self.memorandum:
            part = above.usd and (above.usd * 2 / 5).quantize(Decimal(1))
            taken = {"under": above.id, "discharges_usd": part}
        proof = {"basis": "contract_price", "evidence": "document_held"}
        self.contract = self._sign("contract", "Hợp đồng mua", usd, **taken, **proof)
        self._reach("contract_signed")

    def _amend(self) -> None:
        if self.contract:
            change = self._share(-4, 9) or Decimal(1)
            self._sign("amendment", "Phụ lục về", change, under=self.contract.id, cause="amendment")

    def _finance(self) -> None:
        self._sign("financing", "Hợp đồng tín dụng cho", self._share(10, 30), counts=False)

    def _option(self) -> None:
        self._sign("option", "Quyền mua thêm", self._share(10, 30), counts=False)

    def _sign(
        self,
        kind: str,
        title: str,
        usd: Decimal | None,
        *,
        under: Any = None,
        cause: str = "signing",
        **fields: Any,
    ) -> Paper:
        vi, en = GOODS[self.sector.code]
        texts = {
            "title_vi": f"{title} {vi}",
            "title_en": f"{kind.capitalize()}: {en}",
            "goods_vi": vi,
            "goods_en": en,
        }
        values = {"kind": kind, "usd": usd, "signed_on": self.day, "under_id": under, **texts, **fields}
        number = f"{self.number}-{len(self.known.papers) + 1}/{kind.upper()}"
        entered = self._enter(Instrument, cause, number=number, **values)
        rules = {name: fields[name] for name in ("discharges_usd", "counts") if name in fields}
        paper = Paper(entered.values["id"], kind, self.day, usd, under, **rules)
        self.known = replace(self.known, papers=(*self.known.papers, paper))
        return paper

    def _plan(self) -> None:
        if self.contract:
            due = {"on": self.day + timedelta(days=200), "date_precision": "quarter"}
            self._enter(Delivery, kind="planned", contract_id=self.contract.id, usd=self._share(5, 15), **due)

    def _deliver(self) -> None:
        if self.contract:
            usd, proof = self._share(5, 12), {"evidence": "document_seen"}
            fields = {"kind": "actual", "contract_id": self.contract.id, "on": self.day, "usd": usd, **proof}
            self._enter(Delivery, "delivery", **fields)
            receipt = Receipt(self.contract.id, self.day, usd)
            self.known = replace(self.known, receipts=(*self.known.receipts, receipt))
            self._reach("delivering")

    def _announce(self) -> None:
        texts = {
            "title_vi": "Công bố tại buổi làm việc hai bên",
            "title_en": "Announced at the working session",
        }
        self._enter(Announcement, kind="new", on=self.day, stated_usd=self._share(80, 120), **texts)

    def _expire(self) -> None:
        assert self.memorandum
        ended: dict[str, Any] = {"ended_on": self.day, "end_reason": "expired"}
        record = next(row for row in self.entered.values() if row.model is Instrument)
        record.change(self._at(self.day), **ended)
        self.causes[self.day] = "ending"
        self.known = replace(self.known, papers=(replace(self.memorandum, **ended),))

    def _close(self) -> None:
        outcome = "completed" if self.known.receipts else "expired"
        self.closing = {"closed_on": self.day, "outcome": outcome}
        self.causes[self.day] = "closing"
        self.known = replace(self.known, closed_on=self.day)
        self._reach("closed")

    def _share(self, low: int, high: int) -> Decimal:
        """Some per cent of what the deal is worth, in whole dollars."""
        return (self.usd * self.dice.randrange(low, high) / 100).quantize(Decimal(1))

    # Taking it in

    def take_in(self, code: str) -> None:
        """Hand over the deal with its records, their history and what they post."""
        self._take_in_deal(code)
        mistaken = self._mistake()
        for entered in self.entered.values():
            entered.take_in(self.books, by=self.officer)
        self._post(mistaken)
        if self.number % 97 == 0 and len(self.place.itemising) < 20:
            self.place.itemising.append(self.key)

    def _take_in_deal(self, code: str) -> None:
        vi, en = GOODS[self.sector.code]
        verb = self.dice.choice((("Cung cấp", "Supply of"), ("Mua", "Purchase of")))
        where = "Hòn Khoai" if self.number % 9973 == 7 else self.dice.choice(PLACES)
        title_vi = f"{verb[0]} {vi} cho {self.buyer.name} – {where}"
        title_en = f"{verb[1]} {en} for {names.fold(self.buyer.name).title()} – {where}"
        troubled = {"condition": "at_risk", "condition_note_vi": "Chậm so với kế hoạch."}
        values = {
            "id": self.key,
            "code": code,
            "title_vi": title_vi,
            "title_en": title_en,
            "enterprise_id": self.buyer.key,
            "partner_id": self.seller.key,
            "sector_id": self.sector.key,
            "officer_id": self.officer,
            **(troubled if self.dice.random() < 0.2 else {}),
        }
        papers = (str(row.values.get("number", "")) for row in self.entered.values())
        those = (self.sector.words, self.buyer.words, self.seller.words)
        self.found_by = names.each_word([code, title_vi, title_en, *those, *papers, vi, en])
        deal = Entered(Deal, self._at(self.first), values)
        for number, (stage, day) in enumerate(self.stages):
            step = {"stage": stage, **(self.closing if stage == "closed" else {})}
            if number:
                deal.change(self._at(day), **step)
            else:
                deal.values |= step
            learned = {"on": day, "recorded_at": self._at(day), "by_id": self.officer}
            self.books.add(StageChange, deal_id=self.key, stage=stage, **learned)
        deal.take_in(self.books, by=self.officer)

    def _mistake(self) -> tuple[Facts, datetime] | None:
        """Now and then the first estimate was entered ten times too high, and corrected later: the facts as they
        were thought to be, and when that ended."""
        if self.is_large or not self.known.estimates or self.dice.random() > 0.05:
            return None
        first = self.known.estimates[0]
        if first.usd is None:
            return None
        row = next(row for row in self.entered.values() if row.model is Valuation)
        corrected = max(self.learned.values()) + timedelta(days=self.dice.randrange(5, 90))
        row.values["usd"] = first.usd * 10
        row.change(corrected, usd=first.usd)
        wrong = replace(first, usd=first.usd * 10)
        return replace(self.known, estimates=(wrong, *self.known.estimates[1:])), corrected

    def _post(self, mistaken: tuple[Facts, datetime] | None) -> None:
        wanted = positions.changes(self.known)
        thought, corrected = (positions.changes(mistaken[0]), mistaken[1]) if mistaken else (wanted, None)
        for (day, band), amount in thought.items():
            self._entry(day, band, amount, self._at(day), self.causes[day])
        for day, band in sorted({*wanted, *thought}):
            difference = wanted.get((day, band), ZERO) - thought.get((day, band), ZERO)
            if corrected and difference:
                self._entry(day, band, difference, corrected, "correction")
        totals = dict.fromkeys(BAND_NAMES, ZERO)
        for (_day, band), amount in wanted.items():
            totals[band] += amount
        self.books.add(
            Balance,
            deal_id=self.key,
            in_use=True,
            undisclosed=self.known.undisclosed,
            stage=self.stages[-1][0],
            sector_id=self.sector.key,
            search_text=self.found_by,
            **totals,
        )

    def _entry(self, day: date, band: str, amount: Decimal, at: datetime, cause: str) -> None:
        row = {"band": band, "amount_usd": amount, "effective_on": day, "recorded_at": at, "cause": cause}
        self.books.add(Posting, deal_id=self.key, actor_id=self.officer, **row)
