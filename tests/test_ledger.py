"""The ledger: posting by difference, two clocks, one sum behind every total, append-only, checked."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from deals import checking, ledger, positions
from deals.actions import deals as deal_actions
from deals.actions import records
from deals.choices import Cause, Outcome, Stage
from deals.ledger import DIMENSIONS
from deals.models import Balance, Deal, Instrument, OpeningBalance, Posting, StageChange, Valuation
from deals.models.records import UntrackedWriteError
from deals.periods import Moment
from deals.positions import Bands
from tests import behind, factories, strategies

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("settled")]

JAN, FEB, MAR, APR, MAY = (date(2025, month, 1) for month in range(1, 6))
END = date(2030, 1, 1)
TODAY = Moment(END)


def usd(text) -> Decimal:
    return Decimal(text).quantize(Decimal("0.01"))


def entries(deal):
    return [(row.effective_on, row.band, row.amount_usd) for row in deal.postings.all()]


# Posting by difference


def test_a_paper_posts_what_it_changes_on_its_own_day(system):
    deal = factories.deal()
    mou = factories.mou(deal, "10e9", on=JAN)
    factories.contract(deal, "3.3e9", under=mou, discharges="4e9", on=MAR)
    assert entries(deal) == [
        (JAN, "memorandum", usd("10e9")),
        (MAR, "contracted", usd("3.3e9")),
        (MAR, "memorandum", usd("-4e9")),
    ]
    assert {(row.cause, row.actor) for row in deal.postings.all()} == {(Cause.SIGNING, system)}


def test_posting_again_without_a_change_writes_nothing(system):
    deal = factories.deal()
    factories.contract(deal, "3e9")
    before = list(Posting.objects.values())
    assert ledger.post(deal, by=system, cause=Cause.CORRECTION) == []
    assert list(Posting.objects.values()) == before


def test_a_correction_is_a_new_entry_of_today_on_the_old_day(officer):
    deal = factories.deal()
    contract = factories.contract(deal, "3e9", on=JAN)
    (first,) = deal.postings.all()
    contract.usd = usd("2.5e9")
    records.keep(contract, by=officer, reason="a zero too many")
    old, new = deal.postings.order_by("id")
    assert old.pk == first.pk
    assert (new.effective_on, new.band, new.amount_usd) == (JAN, "contracted", usd("-0.5e9"))
    assert new.recorded_at > old.recorded_at
    assert (new.cause, new.reason, new.actor) == (Cause.CORRECTION, "a zero too many", officer)


def test_a_day_that_was_wrong_is_taken_back_and_posted_on_the_right_day(system):
    deal = factories.deal()
    contract = factories.contract(deal, "3e9", on=JAN)
    contract.signed_on = MAR
    records.keep(contract, by=system)
    assert sorted(entries(deal)) == [
        (JAN, "contracted", usd("-3e9")),
        (JAN, "contracted", usd("3e9")),
        (MAR, "contracted", usd("3e9")),
    ]


def test_a_paper_moved_to_another_deal_posts_both(system):
    first, second = factories.deal(), factories.deal()
    contract = factories.contract(first, "3e9")
    contract.deal = second
    records.keep(contract, by=system)
    found = {deal.pk: deal.contracted for deal in ledger.with_bands(Deal.objects.all(), TODAY)}
    assert found == {first.pk: 0, second.pk: usd("3e9")}


def test_facts_that_contradict_each_other_post_nothing(system):
    deal = factories.deal()
    mou = factories.mou(deal, "10e9")
    factories.contract(deal, "1e9", under=mou, discharges="6e9")
    with pytest.raises(ValidationError), transaction.atomic():
        factories.contract(deal, "1e9", under=mou, discharges="5e9")
    assert Instrument.objects.count() == 2
    assert ledger.total(TODAY) == Bands(contracted=usd("1e9"), memorandum=usd("4e9"))


def test_posting_takes_as_many_queries_for_many_papers_as_for_one(system):
    counts = []
    for papers in (1, 20):
        deal = factories.deal()
        for number in range(papers):
            factories.contract(deal, 1, on=JAN + timedelta(days=number))
        behind.rows(Instrument).filter(deal=deal).update(usd=usd("5"))
        with CaptureQueriesContext(connection) as queries:
            assert len(ledger.post(deal, by=system, cause=Cause.CORRECTION)) == papers
        counts.append(len(queries))
    assert counts[0] == counts[1]


# Two clocks


def test_what_was_known_then_is_not_changed_by_what_is_corrected_later(system):
    deal = factories.deal()
    contract = factories.contract(deal, "3e9", on=FEB)
    then = timezone.now()
    contract.usd = usd("2e9")
    records.keep(contract, by=system)
    factories.delivery(contract, "0.5e9", on=MAR)
    assert ledger.total(Moment(FEB, then)) == Bands(contracted=usd("3e9"))
    assert ledger.total(Moment(MAY, then)) == Bands(contracted=usd("3e9"))
    assert ledger.total(Moment(FEB)) == Bands(contracted=usd("2e9"))
    assert ledger.total(Moment(MAY)) == Bands(delivered=usd("0.5e9"), contracted=usd("1.5e9"))
    assert ledger.total(Moment(JAN)) == Bands()
    assert ledger.total(Moment(MAY, then - timedelta(days=1))) == Bands()


def test_an_archived_deal_is_gone_from_every_day_but_not_from_what_was_known(system):
    deal = factories.deal()
    factories.contract(deal, "3e9", on=FEB)
    then = timezone.now()
    factories.archive(deal)
    assert ledger.total(TODAY) == ledger.total(Moment(FEB)) == Bands()
    assert ledger.total(Moment(FEB, then)) == Bands(contracted=usd("3e9"))


# Append-only


@pytest.mark.parametrize(
    "write",
    [
        lambda row: Posting.objects.filter(pk=row.pk).update(amount_usd=usd("1")),
        lambda row: Posting.objects.filter(pk=row.pk).update(reason="better"),
        lambda row: Posting.objects.filter(pk=row.pk).delete(),
        lambda row: behind.sql("UPDATE deals_posting SET amount_usd = 1 WHERE id = %s", row.pk),
        lambda row: behind.sql("UPDATE deals_posting SET recorded_at = recorded_at WHERE id = %s", row.pk),
        lambda row: behind.sql("DELETE FROM deals_posting WHERE id = %s", row.pk),
        lambda row: row.save(),
    ],
    ids=["orm update", "orm update of words", "orm delete", "sql update", "sql no-op", "sql delete", "save"],
)
def test_the_database_refuses_to_change_or_delete_an_entry(write):
    factories.contract(factories.deal(), "3e9")
    before = list(Posting.objects.values())
    with (
        pytest.raises(IntegrityError, match=r"a ledger entry is never (changed|deleted)"),
        transaction.atomic(),
    ):
        write(Posting.objects.get())
    assert list(Posting.objects.values()) == before


def test_an_entry_refuses_its_own_deletion():
    factories.contract(factories.deal(), "3e9")
    with pytest.raises(UntrackedWriteError):
        Posting.objects.get().delete()


@pytest.mark.parametrize(
    ("broken", "constraint"),
    [
        ({"deal": None}, "posting_of_one_thing"),
        ({"band": "wishes"}, "posting_band_known"),
        ({"amount_usd": usd("0")}, "posting_not_zero"),
    ],
    ids=["of nothing", "unknown band", "zero"],
)
def test_the_database_refuses_an_entry_that_says_nothing(system, broken, constraint):
    good = {"deal": factories.deal(), "band": "outside", "amount_usd": usd("1"), "effective_on": JAN}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Posting.objects.create(recorded_at=timezone.now(), cause="signing", actor=system, **{**good, **broken})


# One sum behind every total

facts = strategies.valid_facts()
stages = st.lists(st.tuples(st.sampled_from([*Stage.values[:-1]]), strategies.days), max_size=3)
deal_stories = st.tuples(
    st.integers(0, 2),
    st.integers(0, 1),
    st.integers(0, 2),
    facts,
    stages,
    st.one_of(st.none(), facts),
    stages,
)


class Story:
    """Some deals entered, and a while later entered anew with other facts; what the facts were each time."""

    def __init__(self, deals, system, lists):
        enterprises, sectors, partners = lists
        self.known = []
        made = []
        for enterprise, sector, partner, *_rest in deals:
            deal = factories.deal(
                enterprise=enterprises[enterprise],
                sector=sectors[sector],
                partner=partners[partner],
                on=strategies.START,
            )
            made.append(deal)
        for first in (True, False):
            for deal, (_e, _s, _p, facts_1, stages_1, facts_2, stages_2) in zip(made, deals, strict=True):
                if found := facts_1 if first else facts_2:
                    behind.put(deal, found)
                behind.stages(deal, stages_1 if first else stages_2, by=system)
                ledger.post(deal, by=system, cause=Cause.CORRECTION)
            self.known.append((timezone.now(), self.snapshot()))

    @staticmethod
    def snapshot():
        return [
            (deal, ledger.facts(deal), list(deal.stage_changes.order_by("on", "id")))
            for deal in Deal.objects.select_related("enterprise__group", "sector", "partner")
        ]

    def moments(self, days):
        """Each day as known then, with what was known; and as known now."""
        for day in days:
            for known_at, snapshot in self.known:
                yield Moment(day, known_at), snapshot
            yield Moment(day), self.known[-1][1]


def key(deal, changes, by, day):
    if by == "stage":
        reached = [change.stage for change in changes if change.on <= day]
        return reached[-1] if reached else ""
    found = deal
    for name in DIMENSIONS[by].split("__"):
        found = found and getattr(found, name)
    return found or ""


@pytest.fixture
def lists(db):
    group = factories.enterprise()
    return (
        [group, factories.enterprise(parent=group), factories.enterprise()],
        [factories.sector(), factories.sector()],
        [factories.partner(state="WA"), factories.partner(state=""), None],
    )


# Without shrinking: each example takes hundreds of queries.
@settings(max_examples=25, phases=[Phase.generate])
@given(st.lists(deal_stories, min_size=1, max_size=4), st.lists(strategies.days, min_size=1, max_size=3))
def test_total_list_and_every_breakdown_are_one_sum_on_any_day_known_at_any_time(system, lists, stories, days):
    with transaction.atomic():
        story = Story(stories, system, lists)
        head = max([row.effective_on for row in Posting.objects.all()], default=JAN)
        for at, snapshot in story.moments([*days, head, END]):
            of_deal = {deal.pk: positions.bands(known, at.as_of) for deal, known, _changes in snapshot}
            total = ledger.total(at)
            assert total == ledger.add(*of_deal.values())
            for deal in ledger.with_bands(Deal.objects.all(), at):
                listed = Bands(*(getattr(deal, name) for name in positions.BAND_NAMES))
                assert listed == of_deal[deal.pk]
                assert deal.four == listed.four
            for by in DIMENSIONS:
                found = {name: bands for name, bands in ledger.breakdown(at, by).items() if bands}
                assert ledger.add(*found.values()) == total
                wanted = {}
                for deal, _known, changes in snapshot:
                    name = key(deal, changes, by, at.as_of)
                    wanted[name] = wanted.get(name, Bands()) + of_deal[deal.pk]
                assert found == {name: bands for name, bands in wanted.items() if bands}, by
            some = Deal.objects.filter(pk__in=[deal.pk for deal, *_rest in snapshot[::2]])
            assert ledger.total(at, some) == ledger.add(*(of_deal[deal.pk] for deal, *_rest in snapshot[::2]))
        for balance in Balance.objects.all():
            posted = dict.fromkeys(positions.BAND_NAMES, Decimal(0))
            for band, amount in Posting.objects.filter(deal=balance.deal_id).values_list("band", "amount_usd"):
                posted[band] += amount
            assert {name: getattr(balance, name) for name in posted} == posted
        assert list(checking.check()) == []
        transaction.set_rollback(True)


def test_a_filter_that_finds_a_deal_twice_counts_it_once():
    deal = factories.deal(other_enterprises=[factories.enterprise(), factories.enterprise()])
    factories.contract(deal, "3e9", on=FEB)
    twice = Deal.objects.filter(other_enterprises__isnull=False)
    assert twice.count() == 2
    for at in (TODAY, Moment(FEB, timezone.now())):
        assert ledger.total(at, twice).contracted == usd("3e9")
        assert [bands.contracted for bands in ledger.breakdown(at, "sector", twice).values()] == [usd("3e9")]


def test_a_dimension_that_does_not_exist_is_an_error_and_not_a_total():
    with pytest.raises(KeyError):
        ledger.breakdown(TODAY, "colour")


def test_an_empty_ledger_has_no_money():
    factories.deal()
    assert ledger.total(TODAY) == ledger.portfolio(TODAY) == ledger.total(Moment(JAN, timezone.now())) == Bands()
    assert ledger.openings(TODAY) == []


def test_the_stage_of_a_day_is_the_one_reached_by_then_even_after_the_last_entry(system):
    deal = factories.deal(on=JAN)
    factories.contract(deal, "3e9", on=JAN)
    deal_actions.move(deal, stage=Stage.DELIVERING, on=MAR, by=system, as_reported=True)
    assert set(ledger.breakdown(Moment(FEB), "stage")) == {Stage.IDENTIFIED}
    assert set(ledger.breakdown(Moment(MAR), "stage")) == {Stage.DELIVERING}
    assert ledger.with_stage(Deal.objects.all(), Moment(FEB)).get().stage_then == Stage.IDENTIFIED
    assert ledger.with_stage(Deal.objects.all(), Moment(MAR)).get().stage_then == Stage.DELIVERING
    assert ledger.with_stage(Deal.objects.all(), Moment(JAN - timedelta(days=1))).get().stage_then == ""


def test_the_stage_known_then_is_not_changed_by_one_entered_later(system):
    deal = factories.deal(on=JAN)
    factories.contract(deal, "3e9", on=JAN)
    then = timezone.now()
    deal_actions.move(deal, stage=Stage.DELIVERING, on=FEB, by=system, as_reported=True)
    assert set(ledger.breakdown(Moment(MAR, then), "stage")) == {Stage.IDENTIFIED}


# Opening balances


def test_an_opening_balance_counts_from_its_day_as_far_as_no_deal_itemises_it(system):
    opening = factories.opening("50.15e9", on=MAR)
    deal = factories.deal()
    then = timezone.now()
    itemisation = factories.itemisation(opening, deal, "20.15e9")
    assert ledger.portfolio(Moment(FEB)) == Bands()
    assert ledger.openings(Moment(MAR)) == [(opening, Bands(contracted=usd("30e9")))]
    assert ledger.portfolio(Moment(MAR, then)) == Bands(contracted=usd("50.15e9"))
    assert ledger.total(Moment(MAR)) == Bands()
    itemisation.amount_usd = usd("60e9")
    records.keep(itemisation, by=system)
    assert ledger.openings(TODAY) == []
    factories.archive(itemisation)
    assert ledger.portfolio(TODAY) == Bands(contracted=usd("50.15e9"))


def test_what_an_archived_deal_itemised_counts_again(system):
    opening = factories.opening("10e9")
    deal = factories.deal()
    factories.itemisation(opening, deal, "4e9")
    factories.archive(deal)
    assert ledger.portfolio(TODAY).contracted == usd("10e9")
    records.restore(deal, by=system, reason="still wanted")
    assert ledger.portfolio(TODAY).contracted == usd("6e9")


def test_posting_an_opening_balance_again_writes_nothing(system):
    opening = factories.opening("10e9")
    assert ledger.post_opening(opening, by=system, cause=Cause.CORRECTION) == []
    assert OpeningBalance.objects.get().postings.count() == 1


# Checking


@pytest.mark.dirty_ledger
def test_check_finds_a_balance_that_was_tampered_with():
    deal = factories.deal()
    factories.contract(deal, "3e9")
    behind.write(Balance, deal.pk, contracted=usd("2999999999.99"))
    (found,) = checking.check()
    assert (found.what, found.day, found.band) == (deal.code, None, "contracted")
    assert (found.facts_usd, found.ledger_usd) == (usd("3e9"), usd("2999999999.99"))


@pytest.mark.dirty_ledger
def test_check_finds_a_balance_that_is_gone():
    deal = factories.deal()
    factories.contract(deal, "3e9")
    behind.rows(Balance).all().delete()
    assert [(found.day, found.band) for found in checking.check()] == [
        (None, "contracted"),
        (None, "in_use"),
        (None, "stage"),
        (None, "sector_id"),
        (None, "words"),
    ]


@pytest.mark.dirty_ledger
def test_check_finds_what_else_is_rolled_up_and_was_tampered_with():
    deal = factories.deal()
    factories.contract(deal, None)
    assert (deal.balance.undisclosed, deal.balance.in_use) == (1, True)
    own, other = deal.sector, factories.sector()
    behind.write(Balance, deal.pk, undisclosed=2, in_use=False, stage="talks", sector=other)
    found = [(one.what, one.day, one.band, one.facts_usd, one.ledger_usd) for one in checking.check()]
    assert found == [
        (deal.code, None, "undisclosed", 1, 2),
        (deal.code, None, "in_use", 1, 0),
        (deal.code, None, "stage", "identified", "talks"),
        (deal.code, None, "sector_id", str(own.pk), str(other.pk)),
    ]


@pytest.mark.dirty_ledger
@pytest.mark.parametrize(
    "change",
    [
        lambda deal: behind.sql("UPDATE deals_instrument SET usd = 1 WHERE deal_id = %s", deal.pk),
        lambda deal: behind.sql("UPDATE deals_instrument SET signed_on = '2025-01-02' WHERE deal_id = %s", deal.pk),
        lambda deal: behind.rows(Instrument).filter(deal=deal).update(archived_at=timezone.now()),
        lambda deal: behind.write(Deal, deal.pk, archived_at=timezone.now()),
        lambda deal: behind.rows(Valuation).create(deal=deal, on=JAN, usd=usd("9e9")),
        lambda deal: behind.put(deal, positions.Facts()),
    ],
    ids=["value", "day", "archived paper", "archived deal", "new estimate", "all gone"],
)
def test_check_finds_a_fact_that_was_changed_past_the_ledger(change):
    deal = factories.deal()
    factories.contract(deal, "3e9", on=JAN)
    change(deal)
    assert {found.what for found in checking.check()} == {deal.code}


@pytest.mark.dirty_ledger
def test_check_finds_an_entry_that_no_fact_explains(system):
    deal = factories.deal()
    words = {"cause": "signing", "actor": system, "recorded_at": timezone.now()}
    Posting.objects.create(deal=deal, band="outside", amount_usd=usd("7"), effective_on=JAN, **words)
    (found,) = checking.check()
    assert (found.day, found.band, found.facts_usd, found.ledger_usd) == (JAN, "outside", 0, usd("7"))


@pytest.mark.dirty_ledger
def test_check_finds_facts_that_contradict_each_other():
    deal = factories.deal()
    mou = factories.mou(deal, "10e9")
    factories.contract(deal, "3e9", under=mou, discharges="4e9")
    behind.write(Instrument, mou.pk, usd=usd("1e9"))
    (found,) = checking.check()
    assert (found.what, found.band) == (deal.code, "facts")


@pytest.mark.dirty_ledger
def test_check_finds_an_opening_balance_that_was_changed():
    opening = factories.opening("10e9", on=MAR)
    behind.write(OpeningBalance, opening.pk, amount_usd=usd("9e9"))
    (found,) = checking.check()
    assert (found.what, found.day, found.facts_usd, found.ledger_usd) == (
        str(opening),
        MAR,
        usd("9e9"),
        usd("10e9"),
    )


def test_a_deal_that_never_had_money_and_one_that_lost_it_all_are_clean(system):
    factories.deal()
    deal = factories.deal()
    factories.mou(deal, "3e9", on=JAN)
    deal_actions.close(deal, on=MAR, outcome=Outcome.CANCELLED, by=system, reason="letter 3")
    assert ledger.total(TODAY) == Bands()
    assert list(checking.check()) == []
    assert StageChange.objects.filter(deal=deal, stage=Stage.CLOSED, on=MAR).exists()
