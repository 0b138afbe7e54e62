"""Many people at once: real threads, each with its own connection to the database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from time import sleep
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections, transaction

from deals import checking, ledger
from deals.actions import records
from deals.choices import Cause
from deals.models import Deal, Enterprise, Instrument, Posting, StageChange
from deals.periods import Moment
from deals.positions import Bands
from tests import behind, factories

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

AT = Moment(date(2030, 1, 1))
MANY = 8


@pytest.fixture(autouse=True)
def real_connections(db: None) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the test database of SQLite lies in memory: its threads would share one connection")


def at_once(work: Callable[[int], Any], people: int = MANY) -> list[Any]:
    """What each person's work gave, or how it was refused; all begin at the same moment."""
    barrier = Barrier(people)

    def run(number: int) -> Any:
        try:
            barrier.wait(timeout=20)
            return work(number)
        except ValidationError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(people) as pool:
        return list(pool.map(run, range(people)))


def test_one_deal_posted_by_many_at_once_is_posted_once(system):
    deal = factories.deal()
    behind.rows(Instrument).create(deal=deal, kind="contract", signed_on=factories.DAY, usd=Decimal("3e9"))
    written = at_once(lambda _number: ledger.post(deal, by=system, cause=Cause.CORRECTION))
    assert sorted(len(postings) for postings in written) == [0] * (MANY - 1) + [1]
    assert Posting.objects.filter(deal=deal).count() == 1
    assert ledger.total(AT) == Bands(contracted=Decimal("3e9"))


def test_papers_signed_under_one_deal_by_many_at_once_all_count(system):
    deal = factories.deal()
    at_once(lambda number: factories.contract(deal, number + 1, by=system))
    assert ledger.total(AT) == Bands(contracted=Decimal(sum(range(1, MANY + 1))))


def test_a_deal_without_a_balance_gets_one_from_many_at_once(system):
    deal = factories.deal()
    behind.sql("DELETE FROM deals_balance WHERE deal_id = %s", deal.pk)
    at_once(lambda number: factories.mou(deal, number + 1, by=system))
    assert list(checking.check()) == []


def test_two_who_take_over_more_than_there_is_are_not_both_let_through(system):
    deal = factories.deal()
    mou = factories.mou(deal, "10e9")
    found = at_once(lambda _number: factories.contract(deal, "6e9", under=mou, discharges="6e9", by=system), 4)
    assert sorted(type(one).__name__ for one in found) == ["Instrument"] + ["ValidationError"] * 3
    assert ledger.total(AT) == Bands(contracted=Decimal("6e9"), memorandum=Decimal("4e9"))


def test_deals_created_by_many_at_once_have_codes_of_their_own_without_a_gap(system):
    enterprise, sector = factories.enterprise(), factories.sector()
    made = at_once(
        lambda _number: [
            factories.deal(enterprise=enterprise, sector=sector, partner=None, on=date(2024, 5, 1), by=system).code
            for _ in range(3)
        ]
    )
    codes = sorted(code for one in made for code in one)
    assert codes == [f"VNUS-2024-{number:04d}" for number in range(1, 3 * MANY + 1)]


def test_who_renames_an_enterprise_and_who_changes_its_deals_wait_for_each_other(system):
    """Whoever comes second writes the words by what the first has written, and neither stops the other for good."""
    enterprise = factories.enterprise()
    deals = [factories.deal(enterprise=enterprise) for _ in range(6)]

    def write(number: int) -> None:
        if number % 2:
            one = Deal.objects.get(pk=deals[number // 2].pk)
            one.title_en = f"Title{number}"
        else:
            one = Enterprise.objects.get(pk=enterprise.pk)
            one.name_en = f"Name{number}"
        with transaction.atomic():
            records.keep(one, by=system)
            sleep(0.05)  # so that another is at work in between

    found = [refused for refused in at_once(write) if refused]
    assert {type(each) for each in found} <= {records.StaleError}, found
    named = Enterprise.objects.get(pk=enterprise.pk).name_en.lower()
    assert Deal.objects.filter(balance__search_text__contains=named).count() == len(deals)
    assert Deal.objects.filter(balance__search_text__contains="title").count() == MANY // 2


def test_who_archives_deals_of_an_enterprise_that_is_renamed_is_not_stopped(system):
    enterprise = factories.enterprise()
    deals = [factories.deal(enterprise=enterprise) for _ in range(8)]

    def write(number: int) -> None:
        with transaction.atomic():
            if number:
                records.archive(*deals, by=system, reason="twice")
            else:
                enterprise.name_en = "Renamed"
                records.keep(enterprise, by=system)
            sleep(0.05)

    assert at_once(write, 2) == [None, None]
    assert Deal.objects.filter(balance__search_text__contains="renamed").count() == len(deals)


def test_a_code_that_was_taken_back_is_not_left_out(system):
    enterprise, sector = factories.enterprise(), factories.sector()

    def make(number: int) -> str | None:
        try:
            with transaction.atomic():
                code = factories.deal(enterprise=enterprise, sector=sector, partner=None, by=system).code
                if number % 2:
                    raise ConnectionError
        except ConnectionError:
            return None
        return code

    codes = sorted(filter(None, at_once(make)))
    assert codes == [f"VNUS-2025-{number:04d}" for number in range(1, MANY // 2 + 1)]


def test_one_opening_balance_itemised_by_many_at_once_is_drawn_down_by_all(system):
    opening = factories.opening("10e9")
    enterprise, sector = factories.enterprise(), factories.sector()
    deals = [factories.deal(enterprise=enterprise, sector=sector, partner=None) for _ in range(MANY)]
    at_once(lambda number: factories.itemisation(opening, deals[number], "1e9", by=system))
    assert ledger.portfolio(AT) == Bands(contracted=Decimal("2e9"))


def test_two_who_hold_the_same_deals_in_another_order_do_not_wait_for_each_other_for_ever(system):
    first, second = (factories.contract(factories.deal(), "1e9") for _ in range(2))

    def edit(number: int) -> None:
        for amount in range(1, 6):
            papers = [Instrument.objects.get(pk=paper.pk) for paper in (first, second)]
            for paper in papers:
                paper.usd = Decimal(100 * number + amount)
            records.keep(*(papers if number % 2 else reversed(papers)), by=system)

    at_once(edit, 4)
    assert list(checking.check()) == []


def test_a_deal_closed_and_signed_for_at_once_stays_consistent(system):
    from deals.actions import deals as deal_actions

    deal = factories.deal()
    factories.mou(deal, "5e9")
    close = factories.settled(deal_actions.close)  # in a thread of its own, which inherits nothing from this one

    def work(number: int) -> None:
        if number == 0:
            # As reported: else a paper signed after the day would refuse the closing, or be ended with it.
            read = Deal.objects.get(pk=deal.pk)
            close(read, on=date(2025, 6, 1), outcome="cancelled", by=system, as_reported=True)
        else:
            factories.contract(deal, number, on=date(2025, 7, 1), by=system)

    assert at_once(work, 5) == [None] * 5
    assert ledger.total(AT) == Bands(contracted=Decimal(10))
    assert list(checking.check()) == []
    assert StageChange.objects.filter(deal=deal, stage="closed").count() == 1
