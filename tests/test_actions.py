"""What people do with records: kept with who and why, archived rather than deleted, all of it or nothing."""

from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation

from deals import ledger
from deals.actions import deals as deal_actions
from deals.actions import instruments, records
from deals.choices import Cause, EndReason, Outcome, Stage
from deals.models import Deal, Enterprise, Instrument, Posting, StageChange
from deals.periods import Moment
from deals.positions import Bands
from tests import behind, factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("settled")]

JAN, FEB, MAR, APR, MAY = (date(2025, month, 1) for month in range(1, 6))
NOW = Moment(date(2030, 1, 1))


def usd(text) -> Decimal:
    return Decimal(text).quantize(Decimal("0.01"))


def total() -> Bands:
    return ledger.total(NOW)


def everything():
    """How many rows each table of the product has."""
    return {model._meta.label: behind.rows(model).count() for model in apps.get_app_config("deals").get_models()}


def last_change(record):
    entry = record.history.first()
    return entry.history_type, entry.history_user, entry.history_change_reason


# Keeping


def test_each_change_leaves_who_why_and_what(officer, manager):
    sector = factories.sector(by=officer)
    assert last_change(sector) == ("+", officer, "")
    sector.name_vi = "Năng lượng"
    records.keep(sector, by=manager, reason="the list of 2025")
    assert last_change(sector) == ("~", manager, "the list of 2025")
    new, old = sector.history.all()
    assert [change.field for change in new.diff_against(old).changes] == ["name_vi"]


def test_several_records_are_kept_together_and_posted_once_a_deal(system):
    deal = factories.deal()
    paper = factories.mou(deal, 5)
    deal.title_vi, paper.usd = "Thương vụ khác", usd("7")
    records.keep(deal, paper, by=system)
    assert Posting.objects.count() == 2
    assert total().memorandum == usd("7")


def test_a_failure_in_the_middle_leaves_nothing_behind(system, monkeypatch):
    deal = factories.deal()
    factories.mou(deal, 5)
    before = everything()

    def fail(*args, **kwargs):
        raise RuntimeError("the power went")

    monkeypatch.setattr(ledger, "post", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        factories.contract(deal, 9)
    with pytest.raises(RuntimeError), transaction.atomic():
        factories.deal(enterprise=deal.enterprise, sector=deal.sector, partner=None)
    assert everything() == before


def test_of_two_records_of_which_one_cannot_stand_neither_is_kept(system):
    deal = factories.deal()
    before = everything()
    good = Instrument(deal=deal, kind="mou", signed_on=JAN, usd=1)
    bad = Instrument(deal=deal, kind="mou", signed_on=JAN, usd=-1)
    with pytest.raises(ValidationError), transaction.atomic():
        records.keep(good, bad, by=system)
    assert everything() == before


def test_facts_that_only_together_are_impossible_leave_nothing(system):
    deal = factories.deal()
    mou = factories.mou(deal, "10e9")
    factories.contract(deal, 1, under=mou, discharges="6e9")
    before = everything()
    with (
        translation.override("en"),
        pytest.raises(
            ValidationError, match=r"SECOND” takes over US.5,000,000,000.00, but .* US.4,000,000,000.00 left"
        ),
        transaction.atomic(),
    ):
        factories.contract(deal, 1, under=mou, discharges="5e9", title_vi="SECOND", title_en="SECOND")
    assert everything() == before


# Archiving


def test_an_archived_paper_leaves_the_bands_and_comes_back_with_them(officer):
    deal = factories.deal()
    factories.mou(deal, "10e9")
    contract = factories.contract(deal, "3e9")
    before = total()
    records.archive(contract, by=officer, reason="signed by another ministry")
    assert total() == before - Bands(contracted=usd("3e9"))
    assert contract not in Instrument.objects.active()
    assert (contract.archived_at is not None, contract.archive_reason) == (True, "signed by another ministry")
    assert last_change(contract) == ("~", officer, "signed by another ministry")
    assert {row.cause for row in deal.postings.filter(actor=officer)} == {Cause.ARCHIVING}
    records.restore(contract, by=officer, reason="it was ours")
    assert total() == before
    assert last_change(contract) == ("~", officer, "it was ours")
    assert (contract.archived_at, contract.archive_reason) == (None, "")


@pytest.mark.parametrize("reason", ["", "   "])
@pytest.mark.parametrize("act", [records.archive, records.restore])
def test_archiving_and_bringing_back_ask_for_a_reason(system, act, reason):
    deal = factories.deal()
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        act(deal, by=system, reason=reason)
    assert refused.value.code == "reason"


IN_USE = {
    "the buyer of a deal": lambda deal, mou, contract: deal.enterprise,
    "a buyer beside": lambda deal, mou, contract: deal.other_enterprises.get(),
    "the seller of a deal": lambda deal, mou, contract: deal.partner,
    "a seller beside": lambda deal, mou, contract: deal.other_partners.get(),
    "the sector of a deal": lambda deal, mou, contract: deal.sector,
    "the parent of an enterprise": lambda deal, mou, contract: (
        factories.enterprise(parent=factories.enterprise()).parent
    ),
    "a paper with one under it": lambda deal, mou, contract: mou,
    "a contract goods came under": lambda deal, mou, contract: contract,
    "the event of a paper": lambda deal, mou, contract: contract.event,
    "the programme of a target": lambda deal, mou, contract: factories.target().programme,
    "the programme of an opening balance": lambda deal, mou, contract: factories.opening().programme,
}


@pytest.mark.parametrize("which", IN_USE)
def test_what_is_in_use_is_not_archived(system, which):
    deal = factories.deal(other_enterprises=[factories.enterprise()], other_partners=[factories.partner()])
    mou = factories.mou(deal, 9)
    contract = factories.contract(deal, 5, under=mou, event=factories.event())
    factories.delivery(contract, 1)
    record = IN_USE[which](deal, mou, contract)
    before = everything()
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        records.archive(record, by=system, reason="no longer wanted")
    assert refused.value.code == "needed"
    assert str(record) in refused.value.messages[0]
    assert everything() == before


def test_papers_and_what_stands_on_them_are_archived_together(system):
    contract = factories.contract(factories.deal(), 5)
    delivery = factories.delivery(contract, 1)
    records.archive(contract, delivery, by=system, reason="entered twice")
    assert total() == Bands()


def test_an_archived_deal_takes_its_papers_out_and_brings_them_back(system):
    deal = factories.deal()
    factories.delivery(factories.contract(deal, 5), 1)
    before = total()
    records.archive(deal, by=system, reason="entered twice")
    assert total() == Bands()
    assert deal not in Deal.objects.active()
    records.restore(deal, by=system, reason="it was not")
    assert total() == before


def test_a_paper_does_not_come_back_under_one_that_is_still_archived(system):
    deal = factories.deal()
    mou = factories.mou(deal, 9)
    contract = factories.contract(deal, 5, under=mou)
    records.archive(contract, mou, by=system, reason="entered twice")
    with pytest.raises(ValidationError), transaction.atomic():
        records.restore(Instrument.objects.get(pk=contract.pk), by=system, reason="needed")
    records.restore(mou, contract, by=system, reason="needed")
    assert total() == Bands(contracted=usd("5"), memorandum=usd("4"))


# Deals


def test_deals_are_numbered_by_year_without_a_gap():
    codes = [factories.deal(on=date(year, 2, 1)).code for year in (2024, 2025, 2024, 2025, 2024)]
    assert codes == ["VNUS-2024-0001", "VNUS-2025-0001", "VNUS-2024-0002", "VNUS-2025-0002", "VNUS-2024-0003"]


def test_an_archived_deal_keeps_its_number_for_good(system):
    factories.archive(factories.deal())
    assert factories.deal().code == "VNUS-2025-0002"


def test_the_stages_a_deal_reached_are_kept_with_their_days(officer):
    deal = factories.deal(on=JAN)
    deal_actions.move(deal, stage=Stage.TALKS, on=FEB, by=officer, reason="first round", as_reported=True)
    deal_actions.move(deal, stage=Stage.CONTRACT_SIGNED, on=APR, by=officer, as_reported=True)
    found = list(deal.stage_changes.values_list("stage", "on", "reason"))
    assert found == [("identified", JAN, ""), ("talks", FEB, "first round"), ("contract_signed", APR, "")]
    assert deal.stage_changes.last().by == officer
    deal.title_vi = "Tên khác"
    records.keep(deal, by=officer)
    assert deal.stage_changes.count() == 3


def test_a_stage_entered_with_an_earlier_day_is_still_the_latest(officer):
    deal = factories.deal(on=MAR)
    deal_actions.move(deal, stage=Stage.TALKS, on=JAN, by=officer, as_reported=True)
    assert deal.stage_changes.order_by("on", "id").last().stage == Stage.TALKS == Deal.objects.get().stage


def test_a_closed_deal_drops_what_was_hoped_for_and_reopened_has_it_again(officer):
    deal = factories.deal(on=JAN)
    factories.valuation(deal, 20, on=JAN)
    factories.mou(deal, 9, on=FEB)
    contract = factories.contract(deal, 5, on=FEB)
    factories.delivery(contract, 2, on=MAR)
    before = total()
    assert before == Bands(usd("2"), usd("3"), usd("9"), usd("6"), usd("0"))
    deal_actions.close(
        deal, on=APR, outcome=Outcome.CANCELLED, by=officer, note_vi="Không còn nhu cầu", reason="letter 12"
    )
    assert (deal.stage, deal.closed_on, deal.outcome) == (Stage.CLOSED, APR, Outcome.CANCELLED)
    assert total() == Bands(delivered=usd("2"))
    assert {paper.end_reason for paper in deal.instruments.all()} == {"cancelled"}
    assert ledger.total(Moment(MAR)) == before
    assert {row.cause for row in deal.postings.filter(actor=officer)} == {Cause.CLOSING}
    deal_actions.reopen(deal, stage=Stage.CONTRACT_TALKS, on=MAY, by=officer, reason="talks go on")
    assert total() == ledger.total(Moment(APR)) == before
    assert (deal.closed_on, deal.outcome, deal.outcome_note_vi) == (None, "", "")
    assert last_change(deal) == ("~", officer, "talks go on")


def test_closing_and_reopening_are_steps_of_their_own(system):
    deal = factories.deal()
    with pytest.raises(ValidationError), transaction.atomic():
        deal_actions.move(deal, stage=Stage.CLOSED, on=MAR, by=system)
    with pytest.raises(ValidationError), transaction.atomic():
        deal_actions.close(Deal.objects.get(), on=MAR, outcome=Outcome.EXPIRED, by=system)
    deal = deal_actions.close(Deal.objects.get(), on=MAR, outcome=Outcome.EXPIRED, by=system, reason="letter 7")
    with pytest.raises(ValidationError), transaction.atomic():
        deal_actions.move(deal, stage=Stage.TALKS, on=MAR, by=system)
    with pytest.raises(ValidationError), transaction.atomic():
        deal_actions.reopen(deal, stage=Stage.TALKS, on=MAR, by=system, reason=" ")
    assert Deal.objects.get().stage == Stage.CLOSED
    assert StageChange.objects.count() == 2


# Papers, deliveries, estimates


def test_converting_the_worked_example_gives_six_three_point_three_and_nine_point_three():
    deal = factories.deal()
    mou = factories.mou(deal, "10e9", on=JAN)
    factories.contract(deal, "3.3e9", under=mou, discharges="4e9", on=FEB)
    assert total() == Bands(contracted=usd("3.3e9"), memorandum=usd("6e9"))
    assert total().four - ledger.total(Moment(JAN)).four == usd("-0.7e9")


@pytest.mark.parametrize("why", EndReason.values)
def test_a_paper_that_ends_and_is_revived_returns_to_the_same_numbers(officer, why):
    deal = factories.deal()
    factories.valuation(deal, 30, on=JAN)
    mou = factories.mou(deal, 20, on=JAN)
    contract = factories.contract(deal, 9, under=mou, discharges=10, on=FEB)
    factories.delivery(contract, 3, on=MAR)
    before = total()
    instruments.end(contract, on=APR, why=why, by=officer, reason="letter 7")
    carried_on = why in (EndReason.FULFILLED, EndReason.SUPERSEDED)
    memorandum = usd("10") if carried_on else usd("16.67")  # 20 less a third of 10
    assert total() == Bands(usd("3"), usd("0"), memorandum, usd("10"), usd("0"))
    assert ledger.total(Moment(MAR)) == before
    assert last_change(contract) == ("~", officer, "letter 7")
    instruments.revive(contract, by=officer, reason="it goes on")
    assert total() == ledger.total(Moment(APR)) == before
    assert (contract.ended_on, contract.end_reason) == (None, "")


def test_the_end_of_a_paper_is_not_taken_back_without_a_reason(system):
    contract = factories.ended(factories.contract(factories.deal(), 5), on=MAR)
    with pytest.raises(ValidationError), transaction.atomic():
        instruments.revive(contract, by=system, reason="")
    assert Instrument.objects.get().ended_on == MAR


def test_an_amendment_changes_the_paper_from_its_own_day():
    contract = factories.contract(factories.deal(), 100, on=JAN)
    factories.amendment(contract, -40, on=MAR)
    assert ledger.total(Moment(FEB)).contracted == usd("100")
    assert total().contracted == usd("60")


def test_a_planned_delivery_moves_no_money_and_an_actual_one_does():
    contract = factories.contract(factories.deal(), 100, on=JAN)
    factories.planned(contract, 60, on=date(2027, 1, 1))
    assert total() == Bands(contracted=usd("100"))
    factories.delivery(contract, 60, on=FEB)
    assert total() == Bands(delivered=usd("60"), contracted=usd("40"))


def test_an_announcement_however_often_repeated_changes_no_total(system):
    deal = factories.deal()
    factories.mou(deal, "8e9")
    before = total(), Posting.objects.count()
    for kind in ("new", "repeat", "confirms", "replaces"):
        factories.announcement(deal, "8e9", kind=kind)
        factories.announcement(None, "90e9", kind=kind)
    assert (total(), Posting.objects.count()) == before


def test_the_order_of_entry_does_not_matter():
    found = set()
    for order in list(permutations(range(4)))[::4]:
        deal = factories.deal()
        mou = factories.mou(deal, 20, on=JAN)
        contract = factories.contract(deal, 9, under=mou, on=FEB)
        steps = [
            lambda contract=contract: factories.delivery(contract, 3, on=APR),
            lambda contract=contract: factories.amendment(contract, 2, on=MAR),
            lambda deal=deal: factories.valuation(deal, 25, on=FEB),
            lambda contract=contract: factories.ended(contract, on=MAY),
        ]
        for step in order:
            steps[step]()
        found.add(
            tuple(ledger.total(Moment(day), Deal.objects.filter(pk=deal.pk)) for day in (JAN, FEB, MAR, APR, MAY))
        )
    assert len(found) == 1


def test_an_itemised_sum_moves_from_the_opening_balance_to_the_deal_and_the_whole_stays(system):
    opening = factories.opening("10e9", on=JAN)
    deal = factories.deal()
    factories.contract(deal, "4e9", on=FEB)
    factories.itemisation(opening, deal, "4e9")
    assert ledger.portfolio(NOW) == Bands(contracted=usd("10e9"))
    assert ledger.total(NOW) == Bands(contracted=usd("4e9"))
    entry = opening.postings.last()
    assert (entry.cause, entry.effective_on, entry.amount_usd) == (Cause.ITEMISING, JAN, usd("-4e9"))


# What follows from a record


def found_by(text):
    deals = Deal.objects.all()
    for word in text.split():
        deals = deals.filter(balance__search_text__contains=word)
    return list(deals)


def test_a_deal_is_found_by_every_name_without_marks_and_by_the_new_ones_after_a_renaming(system):
    enterprise = factories.enterprise(name_vi="Tập đoàn Điện lực", aliases=["EVN"])
    partner = factories.partner(name="Vernova", aliases=["GE Vernova"])
    beside, seller_beside = factories.enterprise(name_vi="Đồng Nai"), factories.partner(name="Siemens")
    sector = factories.sector(name_vi="Năng lượng")
    deal = factories.deal(
        title_vi="Tua-bin khí", enterprise=enterprise, partner=partner, sector=sector,
        other_enterprises=[beside], other_partners=[seller_beside],
    )  # fmt: skip
    factories.contract(deal, 5, number="HĐ-17", goods_vi="máy phát")
    factories.deal()
    old = (
        "dien luc",
        "evn",
        "vernova",
        "dong nai",
        "siemens",
        "nang luong",
        "tua-bin",
        "hd-17",
        "may phat",
        "vnus-2025",
    )
    for word in old[:-1]:
        assert found_by(word) == [deal], word
    enterprise.name_vi, enterprise.aliases = "Tổng công ty Phát điện", ["GENCO"]
    partner.name, partner.aliases = "Solar Turbines", []
    beside.name_vi, seller_beside.name, sector.name_vi = "Bình Thuận", "Honeywell", "Hạ tầng"
    for record in (enterprise, partner, beside, seller_beside, sector):
        records.keep(record, by=system)
    for word in ("phat dien", "genco", "solar", "binh thuan", "honeywell", "ha tang", "tua-bin"):
        assert found_by(word) == [deal], word
    for word in ("dien luc", "evn", "vernova", "dong nai", "siemens", "nang luong"):
        assert found_by(word) == [], word


def test_a_deal_is_not_found_by_the_goods_of_a_paper_that_went_to_another(system):
    first, second = factories.deal(), factories.deal()
    contract = factories.contract(first, 5, goods_vi="máy phát")
    contract.deal = second
    records.keep(contract, by=system)
    assert found_by("may phat") == [second]


def test_a_deal_is_found_by_a_paper_that_is_brought_back_and_not_by_one_that_is_archived(system):
    deal = factories.deal()
    contract = factories.contract(deal, 5, number="HĐ-17")
    records.archive(contract, by=system, reason="entered twice")
    assert found_by("hd-17") == []
    records.restore(contract, by=system, reason="not entered twice")
    assert found_by("hd-17") == [deal]


def test_deals_of_those_below_an_enterprise_that_moves_are_found_by_the_group_they_come_to(system):
    first, second = factories.enterprise(name_vi="Alphatop"), factories.enterprise(name_vi="Betatop")
    middle = factories.enterprise(parent=first)
    deal = factories.deal(enterprise=factories.enterprise(parent=middle))
    assert (found_by("alphatop"), found_by("betatop")) == ([deal], [])
    middle.parent = second
    records.keep(middle, by=system)
    assert (found_by("alphatop"), found_by("betatop")) == ([], [deal])


def test_the_group_of_an_enterprise_is_the_top_of_its_chain_and_follows_every_change(system):
    top, middle = factories.enterprise(), factories.enterprise()
    low = factories.enterprise(parent=middle)
    lowest = factories.enterprise(parent=low)

    def groups():
        return [Enterprise.objects.get(pk=one.pk).group for one in (top, middle, low, lowest)]

    assert groups() == [top, middle, middle, middle]
    middle.parent = top
    records.keep(middle, by=system)
    assert groups() == [top, top, top, top]
    low = Enterprise.objects.get(pk=low.pk)
    low.parent = None
    records.keep(low, by=system)
    assert groups() == [top, top, low, low]


def test_an_enterprise_under_one_below_it_is_refused_by_name(system):
    top = factories.enterprise(name_vi="TOP")
    low = factories.enterprise(parent=factories.enterprise(parent=top), name_vi="LOW")
    top.parent = low
    with pytest.raises(ValidationError, match="LOW"), transaction.atomic():
        records.keep(top, by=system)


def test_the_place_in_a_list_does_not_depend_on_the_language_of_who_saved():
    keys = set()
    for language in ("vi", "en"):
        with translation.override(language):
            keys.add(factories.enterprise(name_vi="Điện lực", name_en="Electricity").sort_key)
    assert len(keys) == 1


def test_what_is_entered_is_recorded_at_the_moment_of_entry():
    before = timezone.now()
    deal = factories.deal(on=JAN)
    factories.contract(deal, 5, on=JAN)
    assert all(before <= row.recorded_at <= timezone.now() for row in [deal, *deal.postings.all()])
