"""The sample data: publicly reported papers (deals/sample/reported) turned into deals.

What was reported is read from the reported files and never changed. How papers become deals, and every text in the
other language, stands in the files beside them, each decision with its reason.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deals import ledger
from deals.actions import deals, deliveries, instruments, openings, records, second_person, valuations
from deals.choices import (
    AnnouncementKind,
    Band,
    Condition,
    DeliveryKind,
    EndReason,
    Evidence,
    InstrumentKind,
    Outcome,
    Release,
    Stage,
)
from deals.models import (
    Announcement,
    Deal,
    Delivery,
    Enterprise,
    Event,
    HeldDeal,
    Instrument,
    Itemisation,
    Obstacle,
    OpeningBalance,
    Partner,
    Programme,
    Record,
    Sector,
    Target,
    TradeFlow,
    User,
    Valuation,
)
from deals.periods import Moment

from . import obstacles, trade
from .reported import Row, basis_of, join, notes_of, only, rows, source_of, split

PROGRAMME = "us-purchases"
OPENED_ON = date(2025, 3, 13)
VISIT_DAYS = {date(2025, 3, 13), date(2025, 3, 14)}
OPENINGS = {
    "Contracts signed before the March 2025 visit": Band.CONTRACTED,
    "Agreements signed during the March 2025 visit": Band.MEMORANDUM,
    "Agreements under negotiation after March 2025": Band.NEGOTIATING,
}
TARGET = "Total trade and economic agreements from 2025"
TARGET_FROM = date(2025, 3, 15)
COUNTED: tuple[type[Record], ...] = (
    Sector, Enterprise, Partner, Event, Programme, Target, OpeningBalance, Deal, Instrument, Valuation, Delivery,
    Announcement, Itemisation, Obstacle, HeldDeal, TradeFlow,
)  # fmt: skip
STAGE_OF = {
    "contract": Stage.CONTRACT_SIGNED,
    "loi": Stage.MOU_SIGNED,
    "mou": Stage.MOU_SIGNED,
    "framework": Stage.MOU_SIGNED,
}


@dataclass
class Loaded:
    """What came of it: how many records of each kind, and what was left out and why."""

    counts: Counter[str] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)


def load(*, by: User) -> Loaded | None:
    """Load the sample in one transaction; None, with nothing changed, where it is there already."""
    with transaction.atomic():
        if Programme.objects.filter(code=PROGRAMME).exists():
            return None
        return _Sample(by).load()


class _Sample:
    def __init__(self, by: User) -> None:
        self.by = by
        self.loaded = Loaded()
        self.texts = {row["id"]: row for row in rows("deal_texts.csv")}
        self.reported = {row["id"]: row for row in rows("reported/deals.csv")}
        self.papers: dict[str, Instrument] = {}
        self.deals: dict[str, Deal] = {}
        self.sectors: dict[str, Sector] = {}
        self.enterprises: dict[str, Enterprise] = {}
        self.partners: dict[str, Partner] = {}
        self.events: dict[date, list[Event]] = defaultdict(list)
        self.openings: dict[Band, OpeningBalance] = {}

    @second_person.settled()  # as it was reported: a past that nobody confirms here
    def load(self) -> Loaded:
        self._lists()
        self._programme()
        chains: dict[str, list[Row]] = defaultdict(list)
        for row in rows("chains.csv"):
            chains[row["deal"]].append(row)
        planned: dict[str, list[Row]] = defaultdict(list)
        for row in rows("deliveries.csv"):
            planned[row["paper"]].append(row)
        texts = {row["id"]: row for row in rows("deals.csv")}
        for head in sorted(chains, key=lambda head: (self._first_day(chains[head]), head)):
            self._deal(texts[head], chains[head], planned)
        self._itemise()
        obstacles.load(by=self.by, deals=self.deals, sectors=self.sectors)
        trade.load(by=self.by)
        self._count()
        return self.loaded

    # Lists

    def _lists(self) -> None:
        for row in rows("sectors.csv"):
            if row["code"] not in self.sectors:
                self.sectors[row["code"]] = Sector(**only(row, "code name_vi name_en position"))
        self._keep(self.sectors.values())
        notes = {(row["file"], row["key"]): row["note_vi"] for row in rows("notes_vi.csv")}
        self._enterprises(notes)
        self._partners(notes)
        self._events()

    def _enterprises(self, notes: dict[tuple[str, str], str]) -> None:
        texts = {row["code"]: row for row in rows("enterprise_texts.csv")}
        waiting = rows("reported/enterprises.csv")
        while waiting:
            row = next(row for row in waiting if not row["parent_code"] or row["parent_code"] in self.enterprises)
            waiting.remove(row)
            text = texts[row["code"]]
            enterprise = Enterprise(
                **only(row, "code name_vi name_en ownership"),
                **source_of(row),
                aliases=list(dict.fromkeys([*split(text["short_vi"]), *split(row["aliases"])])),
                parent=self.enterprises.get(row["parent_code"]),
                note_en=row["note"],
                note_vi=notes.get(("enterprises.csv", row["code"]), ""),
                **only(text, "industry_vi industry_en"),
            )
            self._keep([enterprise])
            self.enterprises[enterprise.code] = enterprise

    def _partners(self, notes: dict[tuple[str, str], str]) -> None:
        texts = {row["name"]: row for row in rows("partner_texts.csv")}
        for row in rows("reported/partners.csv"):
            self.partners[row["name"]] = Partner(
                name=row["name"],
                aliases=[alias for alias in split(row["aliases"]) if alias != row["name"]],
                state=row["hq_state"],
                city=row["hq_city"],
                **source_of(row),
                note_en=row["note"],
                note_vi=notes.get(("partners.csv", row["name"]), ""),
                **only(texts[row["name"]], "industry_vi industry_en"),
            )
        self._keep(self.partners.values())

    def _events(self) -> None:
        texts = {(row["date"], row["name_en"]): row for row in rows("event_notes_vi.csv")}
        for row in rows("reported/events.csv"):
            text = texts[row["date"], row["name_en"]]
            self._event(
                row,
                place_en=row["place"],
                place_vi=text["place_vi"],
                note_en=row["note"],
                note_vi=text["note_vi"],
                **source_of(row),
            )
        for row in rows("signing_events.csv"):
            self._event(row, place_en=row["place"], place_vi=row["place"])

    def _event(self, row: Row, **fields: object) -> None:
        event = Event(on=date.fromisoformat(row["date"]), **only(row, "name_vi name_en"), **fields)
        self._keep([event])
        self.events[event.on].append(event)

    # Programme, target, opening balances, announced totals

    def _programme(self) -> None:
        programme = Programme(
            code=PROGRAMME,
            name_vi="Mua hàng hóa và dịch vụ từ Hoa Kỳ",
            name_en="Purchases of goods and services from the United States",
        )
        self._keep([programme])
        texts = {row["label"]: row for row in rows("announcements_vi.csv")}
        for row in rows("reported/aggregates.csv"):
            self._announced_sum(programme, row, texts[row["label"]])

    def _announced_sum(self, programme: Programme, row: Row, text: Row) -> None:
        """An announced sum is an announcement; one is the target, three are opening balances besides."""
        usd, label = Decimal(row["value_usd"]), row["label"]
        said: dict[str, Any] = {
            "note_en": join(row["scope"], row["note"]),
            "note_vi": join(text["scope_vi"], text["note_vi"]),
            **source_of(row),
        }
        if label == TARGET:
            target = Target(programme=programme, amount_usd=usd, in_force_from=TARGET_FROM, **said)
            self._keep([target])
        named = {"label_en": label, "label_vi": text["label_vi"]}
        if band := OPENINGS.get(label):
            self.openings[band] = openings.open_balance(
                band=band, usd=usd, on=OPENED_ON, by=self.by, programme=programme, **named, **said
            )
        on = date.fromisoformat(row["as_of_date"])
        self._keep([Announcement(on=on, title_en=label, title_vi=text["label_vi"], stated_usd=usd, **said)])

    # Deals

    def _first_day(self, chain: Iterable[Row]) -> date:
        return min(self._day(row) for row in chain)

    def _day(self, row: Row) -> date:
        reported = self.reported[row["id"]]
        return date.fromisoformat(reported["signed_date"] or reported["source_date"])

    def _deal(self, text: Row, chain: list[Row], planned: dict[str, list[Row]]) -> None:
        head = self.reported[text["id"]]
        buyers = [self.enterprises[code] for code in split(head["enterprise_codes"])]
        sellers = [self.partners[name] for name in split(head["partner_names"])]
        first = self._first_day(chain)
        signed = sorted((row for row in chain if row["as"] == "paper"), key=lambda row: (self._day(row), row["id"]))
        opening_stage = STAGE_OF.get(signed[0]["kind"], Stage.TALKS) if signed else text["stage"]
        deal = deals.create(
            by=self.by,
            on=first,
            **only(text, "title_vi title_en description_vi description_en"),
            sector=self.sectors[text["sector"]],
            enterprise=buyers[0],
            other_enterprises=[buyer for buyer in buyers[1:] if buyer.group_id != buyers[0].group_id],
            partner=sellers[0] if sellers else None,
            other_partners=sellers[1:],
            stage=opening_stage if opening_stage != Stage.CLOSED else Stage.TALKS,
            release=Release.PUBLIC,  # all of it was reported in public
        )
        self.deals[text["id"]] = deal
        if text["valuation_usd"]:
            self._valuation(deal, text)
        for row in signed:
            self._paper(deal, row, own_estimate=bool(text["valuation_usd"]))
            self._reach(deal, STAGE_OF.get(row["kind"]), self._day(row))
            for delivery in planned.pop(row["id"], ()):
                self._delivery(deal, self.papers[row["id"]], delivery)
        for row in chain:
            if row["as"] != "paper":
                self._announcement(deal, row)
            if row["as"] == "left_out":
                self.loaded.left_out.append(f"{row['id']}: " + _("no day of signing is known"))
        for row in sorted((row for row in signed if row["ends"]), key=lambda row: row["ended_on"]):
            instruments.end(
                self.papers[row["id"]],
                on=date.fromisoformat(row["ended_on"]),
                why=EndReason(row["end_reason"]),
                by=self.by,
            )
        self._finish(deal, text)

    def _reach(self, deal: Deal, stage: str | None, on: date) -> None:
        """Move the deal on, never back, on the day a paper or a delivery shows it."""
        if stage and Stage.values.index(stage) > Stage.values.index(deal.stage):
            deals.move(deal, stage=Stage(stage), on=on, by=self.by, as_reported=True)

    def _finish(self, deal: Deal, text: Row) -> None:
        deal.refresh_from_db()
        deal.condition = text["condition"] or Condition.ON_TRACK
        deal.condition_note_vi, deal.condition_note_en = text["condition_note_vi"], text["condition_note_en"]
        latest = max(change.on for change in deal.stage_changes.all())
        if text["stage"] not in (deal.stage, Stage.CLOSED):
            deal.stage = text["stage"]
        records.keep(deal, by=self.by, on=latest, as_reported=True)
        if text["stage"] == Stage.CLOSED:
            notes = {"note_vi": text["outcome_note_vi"], "note_en": text["outcome_note_en"]}
            day, outcome = date.fromisoformat(text["closed_on"]), Outcome(text["outcome"])
            deals.close(deal, on=day, outcome=outcome, by=self.by, as_reported=True, **notes)

    def _valuation(self, deal: Deal, text: Row) -> None:
        valuations.value(
            deal,
            usd=Decimal(text["valuation_usd"]),
            on=date.fromisoformat(text["valuation_on"]),
            by=self.by,
            basis=text["valuation_basis"],
            evidence=Evidence.PRESS_REPORT,
            **source_of(self.reported[text["id"]]),
        )

    def _paper(self, deal: Deal, row: Row, *, own_estimate: bool) -> None:
        reported, text = self.reported[row["id"]], self.texts[row["id"]]
        counts = row["counts"] == "1"
        # A paper that does not count, beside an estimate of its own: the value stands in the estimate, once.
        value = "" if own_estimate and not counts else reported["value_usd"]
        seller = self.partners.get((split(reported["partner_names"]) or [""])[0])
        self.papers[row["id"]] = instruments.sign(
            deal,
            kind=InstrumentKind(row["kind"]),
            on=self._day(row),
            by=self.by,
            date_precision=reported["date_precision"],
            under=self.papers.get(row["under"]),
            discharges_usd=Decimal(row["discharges"]) if row["discharges"] else None,
            usd=Decimal(value) if value else None,
            basis=basis_of(reported) if value else "",
            evidence=Evidence.PRESS_REPORT,
            counts=counts,
            counts_note_vi=row["why_vi"],
            counts_note_en=row["why_en"],
            quantity=Decimal(reported["quantity"]) if reported["quantity"] else None,
            goods_en=reported["goods"],
            partner=seller if seller != deal.partner else None,
            event=self._event_of(row, [deal.enterprise, *([seller] if seller else [])]),
            **only(text, "title_vi title_en goods_vi unit_vi unit_en"),
            **notes_of(reported, text),
            **source_of(reported),
        )

    def _event_of(self, row: Row, concerned: list[Enterprise | Partner]) -> Event | None:
        """The event of that day: the one that names a party, else a signing, else the first."""
        found = self.events.get(self._day(row), [])
        words = [alias for party in concerned for alias in party.aliases] + [str(party) for party in concerned]
        naming = [event for event in found if any(word in event.name_en for word in words)]
        signing = [event for event in found if "sign" in event.name_en.lower()]
        return next(iter([*naming, *signing, *found]), None)

    def _announcement(self, deal: Deal, row: Row) -> None:
        reported, text = self.reported[row["id"]], self.texts[row["id"]]
        notes = notes_of(reported, text)
        self._keep(
            [
                Announcement(
                    deal=deal,
                    kind=AnnouncementKind.REPEAT if row["as"] == "announcement" else AnnouncementKind.NEW,
                    on=self._day(row),
                    date_precision="month" if reported["date_precision"] == "month" else "day",
                    stated_usd=Decimal(reported["value_usd"]) if reported["value_usd"] else None,
                    event=self._event_of(row, [deal.enterprise]),
                    **only(text, "title_vi title_en"),
                    note_vi=join(row["why_vi"], notes["note_vi"]),
                    note_en=join(row["why_en"], notes["note_en"]),
                    **source_of(reported),
                )
            ]
        )

    def _delivery(self, deal: Deal, contract: Instrument, row: Row) -> None:
        fields: dict[str, Any] = {
            "starts_on": date.fromisoformat(row["starts_on"]) if row["starts_on"] else None,
            "quantity": Decimal(row["quantity"]) if row["quantity"] else None,
            **only(row, "date_precision unit_vi unit_en note_vi note_en"),
            **source_of(self.reported[row["paper"]]),
        }
        on = date.fromisoformat(row["on"])
        if row["kind"] == DeliveryKind.ACTUAL:
            deliveries.deliver(contract, usd=None, on=on, by=self.by, **fields)
            self._reach(deal, Stage.DELIVERING, on)
        else:
            deliveries.plan(contract, on=on, by=self.by, **fields)

    # Opening balances

    def _itemise(self) -> None:
        """Each deal accounts for what it stands for in the ledger on the day the balances open. Our allocation."""
        note = {
            "note_vi": "Phân bổ của dữ liệu mẫu: giá trị của thương vụ trên sổ cái ngày 13/3/2025.",
            "note_en": "Allocation of the sample: what the deal stands for in the ledger on 13 March 2025.",
        }
        found = ledger.with_bands(Deal.objects.all(), Moment(OPENED_ON)).order_by("pk")
        for deal in found:
            on_paper = Band.MEMORANDUM if self._of_the_visit(deal) else Band.NEGOTIATING
            parts = {Band.CONTRACTED: deal.delivered + deal.contracted, on_paper: deal.memorandum + deal.negotiating}
            for band, usd in parts.items():
                if usd:
                    openings.itemise(self.openings[band], deal=deal, usd=usd, by=self.by, **note)

    def _of_the_visit(self, deal: Deal) -> bool:
        days = set(deal.instruments.filter(signed_on__lte=max(VISIT_DAYS)).values_list("signed_on", flat=True))
        return bool(days) and days <= VISIT_DAYS

    def _keep(self, found: Iterable) -> None:
        records.keep(*found, by=self.by)

    def _count(self) -> None:
        for model in COUNTED:
            self.loaded.counts[str(model._meta.verbose_name_plural)] = model.objects.count()
