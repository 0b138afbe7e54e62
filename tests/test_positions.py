"""The rules of the numbers: the given answers, cases worked out by hand, and what must hold for any deal."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deals.positions import (
    BAND_NAMES,
    CENT,
    Bands,
    Estimate,
    Facts,
    Paper,
    Problem,
    Receipt,
    bands,
    changes,
    opening_changes,
    opening_remainder,
    papers,
    problems,
)
from tests import vectors
from tests.strategies import amounts, valid_facts

D1, D2, D3, D4 = (date(2025, month, 1) for month in (1, 2, 3, 4))
END = date(2030, 1, 1)


def usd(text: str) -> Decimal:
    return Decimal(text).quantize(CENT)


def observed(facts: Facts) -> list[date]:
    """The days on which something happens, the days before them, and one after all."""
    return sorted({day - timedelta(days=back) for day in facts.days for back in (0, 1)} | {END})


# The answers


@pytest.mark.parametrize("case", vectors.every_case(), ids=lambda case: case["name"])
def test_a_scenario_has_the_bands_it_should_have_on_every_day(case):
    facts = vectors.facts(case)
    assert problems(facts) == []
    for row in case["expect"]:
        day = date.fromisoformat(row["as_of"])
        found = bands(facts, day)
        if opening := case["facts"]["opening"]:
            changed = opening_changes(
                on=date.fromisoformat(opening["on"]),
                band=opening["band"],
                amount=Decimal(opening["usd"]),
                itemised=map(Decimal, opening["itemised"]),
            )
            for (on, band), amount in changed.items():
                found += Bands(**{band: amount}) if on <= day else Bands()
        assert found == vectors.expected(row), row["as_of"]


def test_every_scenario_worked_out_by_hand_shows_its_working():
    assert all(case["working"].strip() for case in vectors.cases("more"))


def test_of_two_estimates_of_one_day_the_later_entered_counts():
    facts = Facts(estimates=(Estimate(D2, usd("5")), Estimate(D1, usd("9")), Estimate(D2, usd("7"))))
    assert bands(facts, D2).negotiating == usd("7")
    assert bands(facts, D1).negotiating == usd("9")


def test_what_each_paper_says_names_its_parts():
    # The worked example: a contract for 20 of 50 aircraft takes 4.0bn of 10.0bn at 3.3bn; 1.1bn came.
    facts = Facts(
        papers=(
            Paper("m", "mou", D1, usd("10e9")),
            Paper("c", "contract", D2, usd("3e9"), "m", usd("4e9")),
            Paper("a", "amendment", D3, usd("0.3e9"), "c"),
            Paper("o", "option", D3, usd("1e9"), "m", counts=False),
        ),
        receipts=(Receipt("c", D3, usd("1.1e9")),),
    )
    said = papers(facts, D3)
    assert set(said) == {"m", "c", "o"}  # the amendment is part of the contract
    assert (said["m"].net, said["m"].discharged, said["m"].remainder) == (usd("10e9"), usd("4e9"), usd("6e9"))
    assert (said["c"].net, said["c"].delivered, said["c"].remainder) == (
        usd("3.3e9"),
        usd("1.1e9"),
        usd("2.2e9"),
    )
    assert (said["c"].discharges, said["c"].accounted) == (usd("4e9"), usd("3.3e9"))
    assert (said["o"].net, said["o"].discharges, said["o"].remainder) == (usd("1e9"), 0, 0)
    assert bands(facts, D3) == Bands(usd("1.1e9"), usd("2.2e9"), usd("6e9"), usd("0"), usd("1e9"))


def test_both_readings_split_the_same_four_bands():
    found = Bands(usd("1"), usd("20"), usd("300"), usd("4000"), usd("50000"))
    assert found.four == usd("4321")
    assert found.binding == usd("21")
    assert (found.signed("announced"), found.pending("announced")) == (usd("321"), usd("4000"))
    assert (found.signed("firm"), found.pending("firm")) == (usd("21"), usd("4300"))
    with pytest.raises(KeyError):
        found.signed("official")


def test_bands_without_money_are_false_and_any_other_true():
    assert not Bands()
    assert Bands(outside=usd("0.01"))
    assert not Bands(outside=usd("1")) - Bands(outside=usd("1"))


@given(amounts, st.lists(amounts, max_size=4))
def test_what_is_left_of_an_opening_balance_and_what_is_itemised_make_the_sum_until_it_is_spent(amount, itemised):
    left = opening_remainder(amount, itemised)
    assert left == max(amount - sum(itemised), 0)
    assert opening_changes(on=D1, band="contracted", amount=amount, itemised=itemised) == (
        {(D1, "contracted"): left} if left else {}
    )


# The rules a second time, in the words of DESIGN section 3 and with exact fractions


class _Rules:
    def __init__(self, facts: Facts, day: date) -> None:
        self.day = day
        self.closed = facts.closed_on is not None and facts.closed_on <= day
        self.all = {paper.id: paper for paper in facts.papers if paper.on <= day}
        self.receipts = [receipt for receipt in facts.receipts if receipt.on <= day]
        self.estimates = [estimate for estimate in facts.estimates if estimate.on <= day]

    def over(self, paper):
        return paper.ended_on is not None and paper.ended_on <= self.day

    def counts(self, paper):
        return paper.counts and paper.kind in ("loi", "mou", "framework", "contract")

    def under(self, paper, kinds):
        return [
            child for child in self.all.values() if child.under == paper.id and (child.kind == "amendment") == kinds
        ]

    def net(self, paper):
        return max((paper.usd or 0) + sum(child.usd or 0 for child in self.under(paper, True)), Decimal(0))

    def delivered(self, paper):
        return sum((receipt.usd or 0 for receipt in self.receipts if receipt.contract == paper.id), Decimal(0))

    def discharged(self, paper):
        return sum((self.discharge(child) for child in self.under(paper, False) if self.counts(child)), Decimal(0))

    def discharge(self, paper):
        net = self.net(paper)
        amount = net if paper.discharges_usd is None else paper.discharges_usd
        if not self.over(paper) or paper.end_reason in ("fulfilled", "superseded"):
            return amount
        if net == 0:
            return Decimal(0)
        carried = self.delivered(paper) if paper.kind == "contract" else self.discharged(paper)
        exact = Fraction(amount) * min(Fraction(carried) / Fraction(net), Fraction(1))
        return Decimal(round(exact * 100)).scaleb(-2)

    def remainder(self, paper):
        if self.over(paper):
            return Decimal(0)
        return max(self.net(paper) - self.delivered(paper) - self.discharged(paper), Decimal(0))

    def accounted(self, paper):
        carried = self.delivered(paper) + self.discharged(paper)
        if self.over(paper) and paper.end_reason not in ("fulfilled", "superseded"):
            return carried
        return max(self.net(paper), carried)

    def bands(self):
        real = [paper for paper in self.all.values() if paper.kind != "amendment"]
        counting = [paper for paper in real if self.counts(paper)]
        contracts = [paper for paper in counting if paper.kind == "contract"]
        latest = max(self.estimates, key=lambda estimate: estimate.on).usd or 0 if self.estimates else 0
        accounted = sum(self.accounted(paper) for paper in counting if paper.under is None)
        return Bands(
            delivered=sum(map(self.delivered, contracts)),
            contracted=sum(map(self.remainder, contracts)),
            memorandum=0 if self.closed else sum(map(self.remainder, (p for p in counting if p not in contracts))),
            negotiating=0 if self.closed else max(latest - accounted, 0),
            outside=sum(self.net(paper) for paper in real if not self.counts(paper) and not self.over(paper)),
        )


@settings(max_examples=400)
@given(valid_facts())
def test_the_bands_are_those_of_the_rules_written_down_a_second_time(facts):
    for day in observed(facts):
        assert bands(facts, day) == _Rules(facts, day).bands()


# What must hold for any deal


@given(valid_facts())
def test_no_band_is_ever_negative_and_all_are_whole_cents(facts):
    for day in observed(facts):
        for name, amount in bands(facts, day).as_dict().items():
            assert amount >= 0, name
            assert amount == amount.quantize(CENT, rounding=ROUND_HALF_EVEN), name


@given(valid_facts())
def test_the_changes_add_up_to_the_bands_on_each_day(facts):
    changed = changes(facts)
    assert all(changed.values())
    for day in observed(facts):
        summed = dict.fromkeys(BAND_NAMES, Decimal(0))
        for (on, band), amount in changed.items():
            if on <= day:
                summed[band] += amount
        assert bands(facts, day) == Bands(**summed)


@given(valid_facts(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_entered_does_not_matter(facts, random):
    shuffled = replace(
        facts,
        **{
            name: tuple(random.sample(rows, len(rows)))
            for name in ("papers", "receipts", "estimates")
            for rows in [getattr(facts, name)]
        },
    )
    assert changes(shuffled) == changes(facts)


@given(valid_facts(), st.data())
def test_what_happens_later_changes_nothing_before(facts, data):
    day = data.draw(st.sampled_from(observed(facts)))
    then = Facts(
        closed_on=facts.closed_on if facts.closed_on and facts.closed_on <= day else None,
        papers=tuple(
            paper if paper.ended(day) else replace(paper, ended_on=None, end_reason=None)
            for paper in facts.papers
            if paper.on <= day
        ),
        estimates=tuple(row for row in facts.estimates if row.on <= day),
        receipts=tuple(row for row in facts.receipts if row.on <= day),
    )
    assert bands(then, END) == bands(facts, day)


@given(valid_facts(closed=False, also="mou"), st.data())
def test_full_conversion_changes_the_total_by_the_repricing_and_nothing_else(facts, data):
    said = papers(facts, END)
    live = [
        paper for paper in facts.papers
        if paper.stands and paper.kind != "contract" and paper.in_force(END) and said[paper.id].remainder
    ]  # fmt: skip
    above = data.draw(st.sampled_from(live))
    left = said[above.id].remainder
    price = data.draw(st.one_of(st.just(left), amounts))
    contract = Paper("new", "contract", END, price, above.id, left)
    before, after = bands(facts, END), bands(replace(facts, papers=(*facts.papers, contract)), END)
    assert after.four - before.four == price - left
    assert after.memorandum == before.memorandum - left
    assert after.contracted == before.contracted + price
    assert problems(replace(facts, papers=(*facts.papers, contract))) == problems(facts)


@given(amounts, amounts, st.one_of(st.none(), amounts))
def test_conversion_without_a_stated_share_takes_over_the_contracts_own_value(worth, price, estimate):
    assume(estimate is None or estimate <= worth)
    mou = Facts(papers=(Paper("m", "mou", D1, worth),), estimates=(Estimate(D1, estimate),))
    both = replace(mou, papers=(*mou.papers, Paper("c", "contract", D2, price, "m")))
    # Up to the memorandum's value it only moves; what is above that is a repricing upwards.
    assert bands(both, D2).four - bands(mou, D2).four == max(price - worth, 0)


@given(valid_facts(also="contract"), st.data())
def test_a_delivery_within_what_is_left_moves_value_from_contracted_to_delivered(facts, data):
    said = papers(facts, END)
    live = [paper for paper in facts.papers if paper.kind == "contract" and said[paper.id].remainder]
    contract = data.draw(st.sampled_from(live))
    amount = min(data.draw(amounts), said[contract.id].remainder)
    delivered = replace(facts, receipts=(*facts.receipts, Receipt(contract.id, END, amount)))
    before, after = bands(facts, END), bands(delivered, END)
    assert after == before + Bands(delivered=amount, contracted=-amount)


@given(valid_facts(also="mou"), st.data())
def test_the_end_of_a_paper_changes_nothing_before_its_day_and_taken_back_nothing_at_all(facts, data):
    live = [paper for paper in facts.papers if paper.kind != "amendment" and paper.ended_on is None]
    paper = data.draw(st.sampled_from(live))
    why = data.draw(st.sampled_from(["fulfilled", "superseded", "expired", "terminated", "cancelled"]))
    ended = [replace(row, ended_on=END, end_reason=why) if row is paper else row for row in facts.papers]
    ending = replace(facts, papers=tuple(ended))
    assert bands(ending, END - timedelta(days=1)) == bands(facts, END)
    assert bands(ending, END).delivered == bands(facts, END).delivered
    revived = [replace(row, ended_on=None, end_reason=None) if row.id == paper.id else row for row in ended]
    assert changes(replace(facts, papers=tuple(revived))) == changes(facts)


@given(valid_facts(closed=False), st.integers(0, 400))
def test_closing_keeps_what_is_binding_and_what_stands_outside(facts, offset):
    day = date(2024, 1, 1) + timedelta(days=offset)
    closed, open_ = bands(replace(facts, closed_on=day), day), bands(facts, day)
    assert closed == replace(open_, memorandum=Decimal(0), negotiating=Decimal(0))


@given(valid_facts())
def test_a_paper_that_states_nothing_new_may_be_absent(facts):
    """An unknown value counts as zero: an amendment of unknown value is as good as none."""
    known = tuple(paper for paper in facts.papers if paper.kind != "amendment" or paper.usd is not None)
    assert changes(replace(facts, papers=known)) == changes(facts)


# What makes facts impossible


@given(st.integers(1, 5))
def test_papers_under_each_other_in_a_ring_are_a_loop_each(length):
    ring = tuple(Paper(n, "mou", D1, usd("1"), (n + 1) % length) for n in range(length))
    outside = Paper("apart", "mou", D1, usd("1"))
    below = Paper("below", "contract", D1, usd("1"), 0)
    found = problems(Facts(papers=(outside, *ring, below)))
    assert {problem.paper for problem in found} == {*range(length), "below"}
    assert {problem.code for problem in found} == {"loop"}


def test_an_amendment_of_nothing_or_of_an_amendment_is_found():
    contract = Paper("c", "contract", D1, usd("1"))
    good, lost, second = (
        Paper(name, "amendment", D2, usd("1"), under) for name, under in (("a", "c"), ("b", None), ("d", "a"))
    )
    assert problems(Facts(papers=(contract, good))) == []
    assert problems(Facts(papers=(contract, good, lost, second))) == [
        Problem("amendment_of_nothing", "b"),
        Problem("amendment_of_nothing", "d"),
    ]


def test_a_delivery_under_what_is_no_contract_is_found():
    facts = Facts(
        papers=(Paper("m", "mou", D1), Paper("c", "contract", D1)),
        receipts=(Receipt("m", D2, usd("1")), Receipt("gone", D2, usd("1")), Receipt("c", D2, usd("1"))),
    )
    assert problems(facts) == [Problem("no_contract", "m"), Problem("no_contract", "gone")]


@given(valid_facts(also="framework"), st.data())
def test_taking_over_a_cent_more_than_is_left_is_found_and_all_that_is_left_is_not(facts, data):
    said = papers(facts, END)
    above = [paper for paper in facts.papers if paper.id in said and paper.usd is not None]
    paper = data.draw(st.sampled_from(above))
    taken = sum(
        (
            said[row.id].discharges
            if row.discharges_usd is not None
            else min(said[row.id].discharges, said[paper.id].net)
            for row in facts.papers
            if row.under == paper.id and row.id in said
        ),
        said[paper.id].delivered,
    )
    left = max(said[paper.id].net - taken, Decimal(0))
    whole, more = (
        replace(facts, papers=(*facts.papers, Paper("new", "mou", END, None, paper.id, amount)))
        for amount in (left, left + CENT)
    )
    assert problems(whole) == []
    assert problems(more) == [Problem("over_discharge", "new", (left + CENT, left))]


def test_two_papers_that_together_take_too_much_are_found_by_the_later_one():
    facts = Facts(
        papers=(
            Paper("m", "mou", D1, usd("10")),
            Paper("b", "contract", D3, usd("1"), "m", usd("6")),
            Paper("c", "contract", D2, usd("1"), "m", usd("5")),
        )
    )
    assert problems(facts) == [Problem("over_discharge", "b", (usd("6"), usd("5")))]


def test_a_paper_above_of_unknown_value_sets_no_limit():
    assert problems(Facts(papers=(Paper("m", "mou", D1), Paper("c", "contract", D2, usd("9"), "m", usd("9"))))) == []


def test_a_terminated_contract_makes_room_for_the_next():
    facts = Facts(
        papers=(
            Paper("m", "mou", D1, usd("10")),
            Paper("b", "contract", D2, usd("8"), "m", usd("10"), D3, "terminated"),
            Paper("c", "contract", D4, usd("9"), "m", usd("10")),
        )
    )
    assert problems(facts) == []
    assert bands(facts, D4) == Bands(contracted=usd("9"))
