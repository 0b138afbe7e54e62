"""Imports taken back: one after the other, and by two people."""

from datetime import date
from typing import Any

import pytest

from deals import ledger
from deals.actions import records
from deals.models import Deal, Valuation
from tests import factories, registers
from tests.registers import applied, flat, taken_in, undone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("settled")]
TALKS = [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", None, None, None, "Đang đàm phán"]
SIGNED = [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]


@pytest.fixture
def steward(db: None) -> Any:
    registers.world()
    return factories.person("steward", role="stewards", is_staff=True)


def test_what_a_later_import_changed_and_gave_back_counts_as_unchanged(steward):
    first = applied(taken_in(flat(TALKS), steward), steward)
    second = applied(taken_in(flat(SIGNED), steward), steward)
    assert (first.state, second.state, Deal.objects.get().stage) == ("applied", "applied", "mou_signed")
    undone(first, steward)
    assert (first.state, "Changed since it was imported" in first.said) == ("applied", True)
    undone(second, steward)
    assert (second.state, Deal.objects.get().stage) == ("undone", "talks")
    undone(first, steward)
    assert (first.state, first.said) == ("undone", "")
    assert Deal.objects.active().count() == Valuation.objects.active().count() == 0
    assert not list(ledger.check())


def test_what_stands_beside_a_deal_is_looked_at_too(steward):
    first = applied(taken_in(flat(TALKS), steward), steward)
    deal = Deal.objects.get()
    other = factories.enterprise(code="PVN2")
    records.keep(deal, by=steward, beside={"other_enterprises": [other]})
    undone(first, steward)
    assert "Changed since it was imported" in first.said
    deal.refresh_from_db()
    records.keep(deal, by=steward, beside={"other_enterprises": []})
    undone(first, steward)
    assert (first.state, first.said) == ("undone", "")
