"""Facts of a deal as they may be: papers, ends, receipts and estimates that do not contradict each other."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from deals.positions import Estimate, Facts, Paper, Receipt, problems

START = date(2024, 1, 1)
DAYS = 400
KINDS = [
    "loi",
    "mou",
    "mou",
    "framework",
    "contract",
    "contract",
    "contract",
    "amendment",
    "option",
    "financing",
]
REASONS = ["fulfilled", "superseded", "expired", "terminated", "cancelled"]

days = st.integers(0, DAYS).map(lambda offset: START + timedelta(days=offset))
# Small amounts meet and cancel each other; large ones reach the limit of a column.
amounts = st.one_of(
    st.integers(0, 300),
    st.integers(0, 10**12),
    st.just(99_999_999_999_999),
).map(lambda cents: Decimal(cents).scaleb(-2))
values = st.one_of(amounts, amounts, amounts, st.none())


@st.composite
def papers(draw: Callable, below: list[Paper], number: int) -> Paper:
    above_any = [None, *(paper for paper in below if paper.kind != "amendment")]
    kind = draw(st.sampled_from(KINDS))
    above = draw(st.sampled_from(above_any))
    if kind == "amendment" and above is None:
        kind = "mou"
    on = draw(days)
    usd = draw(values)
    if kind == "amendment":
        sign = draw(st.sampled_from([1, -1]))
        return Paper(number, kind, on, None if usd is None else sign * usd, above.id)
    ends = draw(st.one_of(st.none(), st.none(), st.integers(0, DAYS)))
    return Paper(
        id=number,
        kind=kind,
        on=on,
        usd=usd,
        under=above.id if above else None,
        discharges_usd=draw(st.one_of(st.none(), amounts)) if above else None,
        ended_on=None if ends is None else on + timedelta(days=ends),
        end_reason=None if ends is None else draw(st.sampled_from(REASONS)),
        counts=kind not in ("option", "financing") and draw(st.sampled_from([True, True, True, False])),
    )


def possible(facts: Facts) -> Facts:
    """The facts with each paper that takes over too much made to take as much as its own value instead."""
    while found := {problem.paper for problem in problems(facts)}:
        facts = replace(
            facts,
            papers=tuple(replace(paper, discharges_usd=None) if paper.id in found else paper for paper in facts.papers),
        )
    return facts


@st.composite
def valid_facts(draw: Callable, *, closed: bool | None = None, also: str | None = None) -> Facts:
    """`closed`: whether the deal is; None for either. `also` adds an untouched paper of that kind, worth
    something, so that a test which needs one never goes without."""
    found: list[Paper] = []
    for number in range(draw(st.integers(0, 6))):
        found.append(draw(papers(found, number)))
    contracts = [paper for paper in found if paper.kind == "contract"]
    receipts = (
        draw(
            st.lists(
                st.builds(Receipt, st.sampled_from([paper.id for paper in contracts]), days, values),
                max_size=4,
            )
        )
        if contracts
        else []
    )
    # One estimate a day: of two the later entered counts, which is a matter of order (see its own test).
    estimates = draw(st.lists(st.builds(Estimate, days, values), max_size=3, unique_by=lambda estimate: estimate.on))
    if also:
        found.append(Paper("live", also, draw(days), draw(amounts.filter(bool))))
    if closed is None:
        closed = draw(st.booleans())
    return possible(
        Facts(
            closed_on=draw(days) if closed else None,
            papers=tuple(found),
            estimates=tuple(estimates),
            receipts=tuple(receipts),
        )
    )
