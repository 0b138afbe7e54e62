"""What cannot stand, case by case: how to build it, and what database and actions say to it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import timezone

from deals.models import (
    Announcement,
    ChangeRequest,
    ConfirmationRule,
    Deal,
    Delivery,
    Document,
    Draft,
    Enterprise,
    Event,
    HeadingChoice,
    HeldDeal,
    ImportBatch,
    Instrument,
    Invitation,
    Itemisation,
    Obstacle,
    Partner,
    ProgressUpdate,
    RequestedFile,
    Return,
    ReturnedChange,
    Sector,
    Target,
    TradeFlow,
    User,
    Valuation,
)
from tests import factories

DAY = factories.DAY


def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


class Given:
    """One of each record, named so that no Vietnamese letter of a message can come from them."""

    def __init__(self) -> None:
        self.sector = factories.sector(name_vi="SECTOR A")
        self.enterprise = factories.enterprise(name_vi="BUYER A", name_en="BUYER A", code="BUYER")
        self.partner = factories.partner(name="SELLER A")
        self.deal = factories.deal(
            title_vi="DEAL A", enterprise=self.enterprise, partner=self.partner, sector=self.sector
        )
        self.mou = factories.mou(self.deal, "10e9", title_vi="PAPER M", title_en="PAPER M")
        self.contract = factories.contract(
            self.deal, "3e9", under=self.mou, discharges="4e9", title_vi="PAPER C", title_en="PAPER C"
        )
        self.amendment = factories.amendment(self.contract, "0.3e9", title_vi="PAPER A", title_en="PAPER A")
        self.delivery = factories.delivery(self.contract, "1e9")
        self.other = factories.deal(title_vi="DEAL B", enterprise=self.enterprise, sector=self.sector)
        self.elsewhere = factories.contract(self.other, "1e9", title_vi="PAPER E", title_en="PAPER E")
        self.programme = factories.programme(name_vi="PROGRAMME A", code="programme-a")
        self.opening = factories.opening("50e9", programme=self.programme, label_vi="OPENING A")
        self.itemisation = factories.itemisation(self.opening, self.deal, "1e9")
        self.event = factories.event(name_vi="EVENT A", name_en="EVENT A")
        self.document = factories.document(self.deal)
        self.body = factories.body(name_vi="BODY A", name_en="BODY A")
        self.obstacle = factories.obstacle(self.deal, body=self.body, title_vi="OBSTACLE A", title_en="OBSTACLE A")
        factories.trade_flow(date(2024, 1, 1), date(2024, 12, 31), exports="1e9")
        self.target = factories.target(programme=self.programme)
        self.sent = factories.returned(self.deal, answers={self.deal.code: {"news": {"sentence": "NEWS"}}})

    def paper(self, **fields: Any) -> Instrument:
        return Instrument(
            **{
                "deal": self.deal,
                "kind": "contract",
                "signed_on": DAY,
                "usd": Decimal("1e9"),
                "title_vi": "NEW PAPER",
                "title_en": "NEW PAPER",
                **fields,
            }
        )

    def received(self, **fields: Any) -> Delivery:
        return Delivery(
            **{"deal": self.deal, "contract": self.contract, "kind": "actual", "on": DAY, "usd": 1, **fields}
        )

    def return_of(self, quarter: int = 4, **fields: Any) -> Return:
        """A return of the enterprise for the quarter of 2026."""
        known = {"enterprise": self.enterprise, "period_start": date(2026, quarter * 3 - 2, 1), "language": "vi"}
        sent = {"sent_out_by": User.objects.system(), "sent_out_at": timezone.now(), "held": {"A": {}}}
        return Return(**{**known, **sent, **fields})

    def returned(self, **fields: Any) -> ReturnedChange:
        return ReturnedChange(**{"of": self.sent, "deal": self.deal, "part": "value", "says": {"a": "b"}, **fields})

    def estimate(self, **fields: Any) -> Valuation:
        return Valuation(**{"deal": self.deal, "on": DAY, "usd": Decimal("5e9"), **fields})

    def change(self, record: Any, **fields: Any) -> Any:
        record = type(record)._base_manager.get(pk=record.pk)  # the next case begins with the record as it was
        for name, value in fields.items():
            setattr(record, name, value)
        return record

    def new_deal(self, **fields: Any) -> Deal:
        names = {
            "code": "VNUS-2025-9999",
            "title_vi": "DEAL C",
            "title_en": "DEAL C",
        }
        return Deal(**{**names, "enterprise": self.enterprise, "sector": self.sector, **fields})

    def file(self, **fields: Any) -> Document:
        told = {"content_type": "application/pdf", "size": 10, "sha256": "0" * 64, "file_name": "x.pdf"}
        return Document(
            **{
                "deal": self.deal,
                "kind": "letter",
                "title": "FILE",
                "dated_on": DAY,
                "language": "vi",
                "file": "documents/x.pdf",
                **told,
                **fields,
            }
        )

    def seen(self, **fields: Any) -> Document:
        nothing = {"file": "", "file_name": "", "content_type": "", "size": 0, "sha256": ""}
        return self.file(**{**nothing, "seen_at": "the ministry", **fields})

    def hindrance(self, **fields: Any) -> Obstacle:
        return Obstacle(**{"body": self.body, "title_vi": "NO LAND", "since": DAY, **fields})

    def flow(self, **fields: Any) -> TradeFlow:
        known = {"reporter": "us_census", "period_start": date(2024, 1, 1), "period_end": date(2024, 12, 31)}
        return TradeFlow(**{**known, "exports_usd": Decimal(1), **fields})

    def update(self, **fields: Any) -> ProgressUpdate:
        said = {"kind": "news", "on": DAY, "condition": "on_track", "sentence_vi": "SENTENCE"}
        return ProgressUpdate(**{"deal": self.deal, **said, **fields})

    def request(self, **fields: Any) -> ChangeRequest:
        known = {"deal": self.deal, "asked_by": User.objects.system(), "proposal": {"cause": "signing"}}
        return ChangeRequest(**{**known, **fields})

    def decided(self, state: str, **fields: Any) -> ChangeRequest:
        known = {"decided_by": User.objects.system(), "decided_at": timezone.now()}
        return self.request(state=state, **{**known, **fields})

    def second_file(self) -> RequestedFile:
        request = self.request()
        request.save()
        RequestedFile.objects.create(request=request, place=0, file="requests/a", name="a.pdf")
        return RequestedFile(request=request, place=0, file="requests/b", name="b.pdf")

    def own_import(self) -> ImportBatch:
        by = User.objects.system()
        known = {"kind": "csv", "file_name": "a.csv", "size": 1, "sha256": "0", "language": "vi"}
        return ImportBatch(by=by, confirmed_by=by, file="imports/a.csv", **known)

    def second_heading(self) -> HeadingChoice:
        about = {"by": factories.person(), "sheet": "deals", "heading": "ngan sach", "column": "-"}
        HeadingChoice.objects.create(**about)
        return HeadingChoice(**about)

    def second_draft(self) -> Draft:
        by = User.objects.system()
        Draft.objects.create(by=by, form="/deals/new/")
        return Draft(by=by, form="/deals/new/")


@dataclass(frozen=True)
class Refusal:
    """What cannot stand. `database` and `words` are what that side says; empty where it says nothing."""

    name: str
    build: Callable[[Given], models.Model]
    database: str
    words: str

    def __str__(self) -> str:
        return self.name


EUR = {"currency": "EUR", "amount": Decimal(9), "rate": Decimal("1.1"), "rate_on": DAY}
NEEDS = "Another currency than USD needs"
R = Refusal
PAPERS = [
    R(
        "a paper signed in the future",
        lambda g: g.paper(signed_on=tomorrow()),
        "once it is signed",
        "still to come",
    ),
    R(
        "an end in the future",
        lambda g: g.paper(ended_on=tomorrow(), end_reason="expired"),
        "",
        "still to come",
    ),
    R(
        "a paper ended before it began",
        lambda g: g.paper(ended_on=DAY - timedelta(1), end_reason="expired"),
        "instrument_ends_after_it_began",
        "ended before it was signed",
    ),
    R(
        "an end without a reason",
        lambda g: g.paper(ended_on=DAY),
        "instrument_end_with_reason",
        "needs both the day",
    ),
    R(
        "a reason without an end",
        lambda g: g.paper(end_reason="expired"),
        "instrument_end_with_reason",
        "needs both",
    ),
    R(
        "an end for no known reason",
        lambda g: g.paper(ended_on=DAY, end_reason="tired"),
        "instrument_end_with_reason",
        "not a valid choice",
    ),
    R(
        "a paper that expires before it began",
        lambda g: g.paper(expires_on=DAY - timedelta(1)),
        "instrument_expires_after_it_began",
        "runs out before",
    ),
    R(
        "a paper under itself",
        lambda g: g.change(g.mou, under=g.mou),
        "instrument_not_under_itself|under a paper below it",
        "under itself",
    ),
    R(
        "a paper under its own child",
        lambda g: g.change(g.mou, under=g.contract),
        "under a paper below it",
        "PAPER M” stands under itself or under a paper below",
    ),
    R(
        "a paper under one of another deal",
        lambda g: g.paper(under=g.elsewhere),
        "belongs to another deal",
        "belongs to another deal",
    ),
    R(
        "a paper that takes over more than the one above has",
        lambda g: g.paper(under=g.mou, discharges_usd=Decimal("10000000000.01")),
        "takes over more than",
        "NEW PAPER” takes over US.10,000,000,000.01, but the paper above has US.6,000,000,000.00",
    ),
    R(
        "a paper raised to take over more than the one above has",
        lambda g: g.change(g.contract, discharges_usd=Decimal("10000000000.01")),
        "takes over more than",
        "PAPER C",
    ),
    R(
        "a paper that takes over from nothing",
        lambda g: g.paper(discharges_usd=1),
        "instrument_discharge_under_a_paper",
        "needs the paper above it",
    ),
    R(
        "a paper that takes over less than nothing",
        lambda g: g.paper(under=g.mou, discharges_usd=-1),
        "instrument_discharge_under_a_paper",
        "not below zero",
    ),
    R(
        "a contract worth less than nothing",
        lambda g: g.paper(usd=-1),
        "instrument_value_not_negative",
        "only an amendment may lower",
    ),
    R(
        "an amendment of nothing",
        lambda g: g.paper(kind="amendment"),
        "instrument_amends_a_paper",
        "stands under the paper it amends",
    ),
    R(
        "an amendment that ends",
        lambda g: g.paper(kind="amendment", under=g.mou, ended_on=DAY, end_reason="expired"),
        "instrument_amends_a_paper",
        "enter another amendment",
    ),
    R(
        "an amendment that takes over",
        lambda g: g.paper(kind="amendment", under=g.mou, discharges_usd=1),
        "instrument_amends_a_paper",
        "takes nothing over",
    ),
    R(
        "an amendment that does not count",
        lambda g: g.paper(kind="amendment", under=g.mou, counts=False),
        "instrument_amends_a_paper",
        "counts as that paper does",
    ),
    R(
        "an amendment of an amendment",
        lambda g: g.paper(kind="amendment", under=g.amendment),
        "under a paper that is no amendment",
        "NEW PAPER” is an amendment: name the paper it amends",
    ),
    R(
        "an option that counts",
        lambda g: g.paper(kind="option", counts=True),
        "instrument_outside_never_counts",
        "",
    ),
    R(
        "a paper of no known kind",
        lambda g: g.paper(kind="promise"),
        "instrument_kind_known",
        "not a valid choice",
    ),
    R(
        "a paper released to nobody known",
        lambda g: g.paper(release="friends"),
        "instrument_release_known",
        "not a valid choice",
    ),
    R(
        "a contract turned into a memorandum while goods came under it",
        lambda g: g.change(g.contract, kind="mou"),
        "stays a contract",
        "PAPER C”, which is no contract",
    ),
    R(
        "a paper that completes nothing",
        lambda g: g.paper(completes=True),
        "instrument_completes_a_paper",
        "completes the one it stands under",
    ),
    R("another currency without its rate", lambda g: g.paper(currency="EUR"), "instrument_currency", NEEDS),
    R(
        "another currency without US dollars",
        lambda g: g.paper(**EUR, usd=None),
        "instrument_currency",
        NEEDS,
    ),
    R("a rate of zero", lambda g: g.paper(**{**EUR, "rate": 0}), "instrument_currency", NEEDS),
    R("US dollars with a rate", lambda g: g.paper(rate=Decimal(1)), "instrument_currency", NEEDS),
]
OF_DEALS = [
    R(
        "a delivery under a memorandum",
        lambda g: g.received(contract=g.mou),
        "stands under a contract",
        "Goods are delivered under a contract",
    ),
    R(
        "a delivery under a contract of another deal",
        lambda g: g.received(contract=g.elsewhere),
        "contract of its own deal",
        "belongs to another deal",
    ),
    R(
        "a planned delivery under a memorandum",
        lambda g: g.received(contract=g.mou, kind="planned"),
        "stands under a contract",
        "under a contract",
    ),
    R(
        "a delivery moved under a memorandum",
        lambda g: g.change(g.delivery, contract=g.mou),
        "stands under a contract",
        "under a contract",
    ),
    R("goods received tomorrow", lambda g: g.received(on=tomorrow()), "", "enter it as planned"),
    R("a delivery below zero", lambda g: g.received(usd=-1), "delivery_not_negative", "is below zero"),
    R("a quantity below zero", lambda g: g.received(quantity=-1), "delivery_not_negative", "is below zero"),
    R(
        "a delivery that ends before it starts",
        lambda g: g.received(starts_on=DAY + timedelta(1)),
        "delivery_starts_before_it_ends",
        "ends before it starts",
    ),
    R(
        "a delivery of no known kind",
        lambda g: g.received(kind="hoped"),
        "delivery_kind_known",
        "not a valid choice",
    ),
    R(
        "a delivery in another currency without its rate",
        lambda g: g.received(currency="VND"),
        "delivery_currency",
        NEEDS,
    ),
    R("an estimate below zero", lambda g: g.estimate(usd=-1), "valuation_not_negative", "is not below zero"),
    R(
        "a lowest value below zero",
        lambda g: g.estimate(low_usd=-1),
        "valuation_not_negative",
        "is not below zero",
    ),
    R(
        "low above high",
        lambda g: g.estimate(usd=None, low_usd=9, high_usd=8),
        "valuation_low_to_high",
        "lowest value is above the highest",
    ),
    R(
        "an estimate below its range",
        lambda g: g.estimate(usd=7, low_usd=8),
        "valuation_within_its_range",
        "own range",
    ),
    R(
        "an estimate above its range",
        lambda g: g.estimate(usd=9, high_usd=8),
        "valuation_within_its_range",
        "own range",
    ),
    R("an estimate of tomorrow", lambda g: g.estimate(on=tomorrow()), "", "still to come"),
    R(
        "an estimate in another currency without its rate",
        lambda g: g.estimate(currency="VND"),
        "valuation_currency",
        NEEDS,
    ),
    R(
        "a deal closed without an outcome",
        lambda g: g.new_deal(stage="closed", closed_on=DAY),
        "deal_closed_with_day_and_outcome",
        "its outcome",
    ),
    R(
        "a deal closed without a day",
        lambda g: g.new_deal(stage="closed", outcome="completed"),
        "deal_closed_with_day_and_outcome",
        "the day it was closed",
    ),
    R(
        "an open deal with an outcome",
        lambda g: g.new_deal(outcome="completed"),
        "deal_closed_with_day_and_outcome",
        "any other deal has neither",
    ),
    R(
        "an open deal with a day of closing",
        lambda g: g.new_deal(closed_on=DAY),
        "deal_closed_with_day_and_outcome",
        "any other deal has neither",
    ),
    R(
        "a deal at no known stage",
        lambda g: g.new_deal(stage="dreaming"),
        "deal_stage_known",
        "not a valid choice",
    ),
    R(
        "a deal released to nobody known",
        lambda g: g.new_deal(release="friends"),
        "deal_release_known",
        "not a valid choice",
    ),
    R(
        "a deal in no known condition",
        lambda g: g.new_deal(condition="odd", condition_note_vi="x"),
        "deal_condition_known",
        "not a valid choice",
    ),
    R(
        "a condition without words",
        lambda g: g.new_deal(condition="at_risk"),
        "deal_condition_in_words",
        "Say what the matter is",
    ),
    R(
        "a deal without a title",
        lambda g: g.new_deal(title_vi="", title_en=""),
        "deal_titled",
        "needs a title",
    ),
    R(
        "a code that is taken",
        lambda g: g.new_deal(code=g.deal.code),
        "(?:unique|UNIQUE).*code",
        "already exists",
    ),
]
OTHERS = [
    R(
        "an enterprise that is its own parent",
        lambda g: g.change(g.enterprise, parent=g.enterprise),
        "enterprise_not_own_parent",
        "already stands under|own parent",
    ),
    R(
        "an enterprise code that is taken",
        lambda g: Enterprise(code="BUYER", name_vi="X", name_en="X", ownership="state"),
        "(?:unique|UNIQUE).*code",
        "already exists",
    ),
    R(
        "a partner's name that is taken",
        lambda g: Partner(name="SELLER A", slug="seller-b"),
        "(?:unique|UNIQUE).*name",
        "already exists",
    ),
    R(
        "an invitation accepted that made no account",
        lambda g: Invitation(
            email="a@example.vn",
            token_hash="x",
            by=User.objects.system(),
            sent_at=timezone.now(),
            expires_at=timezone.now(),
            accepted_at=timezone.now(),
        ),
        "invitation_accepted_makes_account",
        "",
    ),
    R(
        "a sector code that is taken",
        lambda g: Sector(code=g.sector.code, name_vi="X", name_en="X"),
        "(?:unique|UNIQUE).*code",
        "already exists",
    ),
    R(
        "one event twice",
        lambda g: Event(on=DAY, name_vi="X", name_en="EVENT A"),
        "event_once_a_day|deals_event.name_en",
        "already exists",
    ),
    R(
        "a target of nothing",
        lambda g: Target(programme=g.programme, version=2, amount_usd=0, in_force_from=DAY),
        "target_above_zero",
        "more than zero",
    ),
    R(
        "a target's period that ends before it starts",
        lambda g: Target(
            programme=g.programme,
            version=2,
            amount_usd=1,
            in_force_from=DAY,
            period_start=DAY,
            period_end=DAY - timedelta(1),
        ),
        "target_period_in_order",
        "ends before it starts",
    ),
    R(
        "one version of a target twice",
        lambda g: Target(programme=g.programme, amount_usd=1, in_force_from=DAY),
        "target_version_once|deals_target.version",
        "already exists",
    ),
    R(
        "an opening balance of nothing",
        lambda g: g.change(g.opening, amount_usd=0),
        "opening_above_zero",
        "more than zero",
    ),
    R(
        "an opening balance outside the target",
        lambda g: g.change(g.opening, band="outside"),
        "opening_in_a_counting_band",
        "one of the four bands|not a valid choice",
    ),
    R("an opening balance of tomorrow", lambda g: g.change(g.opening, on=tomorrow()), "", "still to come"),
    R(
        "an itemisation below zero",
        lambda g: g.change(g.itemisation, amount_usd=-1),
        "itemisation_not_negative",
        "not below zero",
    ),
    R(
        "one deal itemised twice",
        lambda g: Itemisation(opening_balance=g.opening, deal=g.deal, amount_usd=1),
        "itemisation_once_a_deal|UNIQUE.*deals_itemisation",
        "already itemises",
    ),
    R(
        "an announced value below zero",
        lambda g: Announcement(deal=g.deal, on=DAY, title_vi="X", title_en="X", stated_usd=-1),
        "announcement_value_not_negative",
        "not below zero",
    ),
    R(
        "an announcement without a title",
        lambda g: Announcement(deal=g.deal, on=DAY),
        "announcement_titled",
        "needs a title",
    ),
    R(
        "an update of no known kind",
        lambda g: g.update(kind="rumour"),
        "update_kind_known",
        "not a valid choice",
    ),
    R(
        "an update that does not say how it goes",
        lambda g: g.update(condition=""),
        "update_says_how_it_goes",
        "says how the deal goes",
    ),
    R(
        "a note that says how it goes",
        lambda g: g.update(kind="note"),
        "update_says_how_it_goes",
        "a note does not",
    ),
    R(
        "an update without words",
        lambda g: g.update(sentence_vi=""),
        "update_in_words",
        "in one sentence what is new",
    ),
    R(
        "a next step due by a day, with no step",
        lambda g: g.update(next_step_by=DAY),
        "update_next_step_named",
        "Name the next step",
    ),
    R("an update of tomorrow", lambda g: g.update(on=tomorrow()), "", "still to come"),
    R("a request in no known state", lambda g: g.decided("lost"), "request_state_known", ""),
    R("a request decided by nobody", lambda g: g.request(state="confirmed"), "request_decided_by_somebody", ""),
    R("a request that waits and was decided", lambda g: g.decided("waiting"), "request_decided_by_somebody", ""),
    R("a request confirmed by who asked", lambda g: g.decided("confirmed"), "request_confirmed_by_another", ""),
    R(
        "a request returned by who asked",
        lambda g: g.decided("returned", comment="no"),
        "request_confirmed_by_another",
        "",
    ),
    R("an override without a reason", lambda g: g.decided("overridden"), "request_returned_with_comment", ""),
    R(
        "two files in one place",
        lambda g: g.second_file(),
        "requested_file_once_a_place|UNIQUE.*deals_requestedfile",
        "",
    ),
    R(
        "a threshold of nothing",
        lambda g: ConfirmationRule(threshold_usd=Decimal(0)),
        "confirmation_rule_above_zero",
        "The threshold is above zero",
    ),
    R("a second threshold", lambda g: ConfirmationRule(only=2), "confirmation_rule_once", ""),
    R("an import confirmed by its own person", lambda g: g.own_import(), "import_confirmed_by_another", ""),
    R(
        "one heading remembered twice",
        lambda g: g.second_heading(),
        "heading_remembered_once|UNIQUE.*deals_headingchoice",
        "",
    ),
    R("two drafts of one form", lambda g: g.second_draft(), "draft_once_a_form|UNIQUE.*deals_draft", ""),
    R(
        "an empty document",
        lambda g: g.file(size=0),
        "document_size_in_limits",
        "at most 20 MB, and not empty",
    ),
    R(
        "a document of 20 MB and a byte",
        lambda g: g.file(size=20 * 2**20 + 1),
        "document_size_in_limits",
        "at most 20 MB",
    ),
    R(
        "a document of another type",
        lambda g: g.file(content_type="text/html"),
        "document_type_accepted",
        "is a PDF, PNG, JPEG, Word, Excel or PowerPoint file",
    ),
    R(
        "a document neither held nor seen",
        lambda g: g.seen(seen_at=""),
        "document_held_or_seen",
        "Choose the file",
    ),
    R(
        "a document held and not held",
        lambda g: g.file(seen_at="the ministry"),
        "document_held_or_seen",
        "The file is held",
    ),
    R(
        "a document held without the proof that it is unchanged",
        lambda g: g.file(sha256=""),
        "document_held_or_seen",
        "needs its file",
    ),
    R(
        "a document seen with the size of a file",
        lambda g: g.seen(size=10),
        "document_held_or_seen",
        "needs its file",
    ),
    R(
        "one document twice",
        lambda g: g.file(sha256=g.document.sha256),
        "document_once_a_deal|UNIQUE.*deals_document",
        "already holds this very file",
    ),
    R(
        "an obstacle without a sentence",
        lambda g: g.hindrance(title_vi=" "),
        "",
        "in one sentence what the obstacle is",
    ),
    R("an empty obstacle", lambda g: g.hindrance(title_vi=""), "obstacle_in_words", "in one sentence"),
    R(
        "an obstacle resolved before it stood in the way",
        lambda g: g.hindrance(resolved_on=DAY - timedelta(days=1), resolution_vi="DONE"),
        "obstacle_days_in_order",
        "resolved before it stood in the way",
    ),
    R(
        "an obstacle resolved without a word",
        lambda g: g.hindrance(resolved_on=DAY),
        "obstacle_resolved_in_words",
        "needs the day and how it was resolved",
    ),
    R(
        "an open obstacle with how it was resolved",
        lambda g: g.hindrance(resolution_en="DONE"),
        "obstacle_resolved_in_words",
        "any other has neither",
    ),
    R("an obstacle since tomorrow", lambda g: g.hindrance(since=tomorrow()), "", "still to come"),
    R(
        "one obstacle of one deal twice",
        lambda g: HeldDeal(obstacle=g.obstacle, deal=g.deal),
        "held_deal_once|UNIQUE.*deals_helddeal",
        "already holds back this deal",
    ),
    R(
        "a second return for one period",
        lambda g: g.return_of(),
        "return_once_a_period|UNIQUE.*deals_return",
        "",
    ),
    R(
        "a return in no known state",
        lambda g: g.return_of(2, state="lost"),
        "return_state_known|return_came_back_as_a_file",
        "",
    ),
    R(
        "a return that came back without a file",
        lambda g: g.return_of(2, state="came_back"),
        "return_came_back_as_a_file",
        "",
    ),
    R(
        "a return settled by nobody",
        lambda g: g.return_of(2, state="settled", sha256="0", came_back_at=timezone.now()),
        "return_settled_by_somebody",
        "",
    ),
    R("a difference in no known part", lambda g: g.returned(part="rumour"), "returned_part_known", ""),
    R(
        "a difference in no known state",
        lambda g: g.returned(state="lost"),
        "returned_state_known|returned_decided_by",
        "",
    ),
    R(
        "one difference twice",
        lambda g: g.returned(part="news"),
        "returned_once_open|UNIQUE.*returnedchange",
        "",
    ),
    R(
        "a difference accepted by nobody",
        lambda g: g.returned(state="accepted"),
        "returned_decided_by_somebody",
        "",
    ),
    R(
        "a difference sent back without a word",
        lambda g: g.returned(state="sent_back", decided_by=User.objects.system(), decided_at=timezone.now()),
        "returned_with_comment",
        "",
    ),
    R("a reporter of no name", lambda g: g.flow(reporter="press"), "trade_reporter_known", ""),
    R(
        "trade of a period that ends before it starts",
        lambda g: g.flow(period_end=date(2023, 1, 1)),
        "trade_period_in_order",
        "ends before it starts",
    ),
    R(
        "a period without a figure",
        lambda g: g.flow(exports_usd=None),
        "trade_says_something",
        "at least one figure",
    ),
    R(
        "exports below zero",
        lambda g: g.flow(exports_usd=Decimal(-1)),
        "trade_not_negative",
        "Only the surplus",
    ),
    R("trade of a period that is not over", lambda g: g.flow(period_end=tomorrow()), "", "still to come"),
    R(
        "one period of one reporter twice",
        lambda g: g.flow(reporter="vn_customs"),
        "trade_period_once_a_reporter|UNIQUE.*deals_tradeflow",
        "entered already",
    ),
]
EVERY = [*PAPERS, *OF_DEALS, *OTHERS]
