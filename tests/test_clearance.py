"""What of the deals may be told to whom."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deals import ledger, permissions
from deals.choices import Release
from deals.models import Deal
from deals.periods import Moment
from deals.reports import clearance
from tests import factories

AT = Moment(date(2026, 11, 1))


@pytest.fixture
def deals(db):
    """One deal a level, each with a contract of a billion, and a public one with a paper kept inside the ministry."""
    found = {level.value: factories.deal(title_vi=f"Thương vụ {level.value}", release=level) for level in Release}
    found["mixed"] = factories.deal(title_vi="Thương vụ có văn kiện kín", release="public")
    for deal in found.values():
        factories.contract(deal, "1e9")
    factories.mou(found["mixed"], "7e8", release="internal")
    return found


@pytest.mark.parametrize(
    ("audience", "told", "named", "withheld"),
    [
        ("internal", {"internal", "government", "partner", "public", "mixed"}, set(), 0),
        ("government", {"government", "partner", "public"}, {"mixed"}, 1),
        ("partner", {"partner", "public"}, {"mixed"}, 2),
        ("public", {"public"}, {"mixed"}, 3),
    ],
)
def test_what_each_audience_is_told(deals, audience, told, named, withheld):
    found = clearance.clearance(Deal.objects.active(), AT, audience=Release(audience))
    assert set(found.cleared) == {deals[name] for name in told}
    assert {deal for deal, _range in found.named} == {deals[name] for name in named}
    assert found.withheld == withheld
    assert found.is_whole == (audience == "internal")
    assert ledger.total(AT, found.cleared).four == Decimal("1e9") * len(told) + (
        Decimal("7e8") if audience == "internal" else 0
    )


def test_a_range_says_no_more_than_the_order(deals):
    found = clearance.clearance(Deal.objects.active(), AT, audience=Release.PUBLIC)
    assert [between for _deal, between in found.named] == [clearance.Range(Decimal("1e9"), Decimal("5e9"))]


def test_a_paper_may_be_released_further_than_its_deal_and_the_deal_stays_in(deals):
    factories.mou(deals["internal"], "1e9", release="public")
    assert deals["internal"] not in permissions.cleared(Deal.objects.active(), Release.GOVERNMENT)
    assert deals["internal"] not in permissions.cleared_by_name(Deal.objects.active(), Release.GOVERNMENT)


def test_a_paper_taken_back_closes_nothing(deals):
    factories.archive(deals["mixed"].instruments.get(kind="mou"))
    assert deals["mixed"] in permissions.cleared(Deal.objects.active(), Release.PUBLIC)


@given(st.decimals(min_value=0, max_value=Decimal("1e12"), places=2))
def test_every_amount_lies_in_its_range(usd):
    between = clearance.range_of(usd)
    assert between.low <= usd
    assert between.high is None or usd < between.high or usd == between.high == 0
