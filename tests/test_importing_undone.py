"""Imports taken back: one after the other, and by two people."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from deals import checking, ledger
from deals.actions import records, second_person
from deals.models import Deal, ImportBatch, Valuation
from deals.periods import Moment
from tests import factories
from tests.registers import applied, flat, taken_in, undone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lists")]
TALKS = [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", None, None, None, "Đang đàm phán"]
SIGNED = [1, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]


@pytest.mark.usefixtures("settled")
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
    assert not list(checking.check())


@pytest.mark.usefixtures("settled")
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


def loaded(content: bytes, by: Any) -> ImportBatch:
    """The file entered, whatever would need a second person."""
    with second_person.settled():
        return applied(taken_in(content, by), by)


def client_of(person: Any) -> Client:
    found = Client()
    found.force_login(person)
    found.cookies["django_language"] = "en"
    return found


def test_a_reviewer_sees_what_taking_back_does_and_why(steward):
    loaded(flat(TALKS), steward)
    more = [2, "LNG", "PVN", "ExxonMobil", "Năng lượng", 2.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]
    batch = loaded(flat(SIGNED, more), steward)
    before = ledger.portfolio(Moment(timezone.localdate()))
    undone(batch, steward, reason="sent in twice")
    assert batch.state == "return"
    page = client_of(factories.person(role="reviewers")).get(f"/import/{batch.pk}/")
    text = page.content.decode()
    assert "sent in twice" in text and f"entered by {steward}" in text
    assert "Until then all it entered stands." in text and "Nothing was saved" not in batch.said
    assert (
        "<h2>What would change</h2>" not in text
        and "to be archived" in text
        and "<ins>In talks</ins> ← <del>MoU signed</del>" in text
    )
    effect = page.context["effect"]
    assert effect.all_before == before
    assert (before.signed("announced"), effect.all_after.signed("announced")) == (Decimal("4e9"), 0)
    second = client_of(factories.person(role="reviewers"))
    second.post(f"/import/{batch.pk}/decide/", {"confirm": "1"})
    batch.refresh_from_db()
    assert batch.state == "undone"
    assert ledger.portfolio(Moment(timezone.localdate())) == effect.all_after


def test_a_reviewer_sees_what_entering_does_and_who_asked_may_withdraw(steward):
    loaded(flat(TALKS), steward)
    contract = [*SIGNED[:5], 2.5, date(2025, 5, 7), "HĐ", "Đã ký hợp đồng"]
    other = [2, "LNG", "PVN", "ExxonMobil", "Năng lượng", 1.5, date(2025, 5, 7), "HĐ", "Đã ký hợp đồng"]
    batch = applied(taken_in(flat(contract, other), steward), steward)
    assert batch.state == "entry"
    effect = client_of(factories.person(role="reviewers")).get(f"/import/{batch.pk}/").context["effect"]
    assert (effect.all_before.signed("firm"), effect.all_after.signed("firm")) == (0, Decimal("4e9"))
    another = client_of(factories.person(role="stewards", is_staff=True))
    assert 'value="withdraw"' not in another.get(f"/import/{batch.pk}/").content.decode()
    another.post(f"/import/{batch.pk}/step/", {"step": "withdraw"})
    batch.refresh_from_db()
    assert batch.state == "entry"
    own = client_of(steward)
    assert 'value="withdraw"' in own.get(f"/import/{batch.pk}/").content.decode()
    own.post(f"/import/{batch.pk}/step/", {"step": "withdraw"})
    batch.refresh_from_db()
    assert (batch.state, batch.said) == ("ready", "")


def test_who_asked_for_it_to_be_taken_back_may_withdraw_that(steward):
    batch = loaded(flat(SIGNED), steward)
    undone(batch, steward)
    assert batch.state == "return"
    client_of(steward).post(f"/import/{batch.pk}/step/", {"step": "withdraw"})
    batch.refresh_from_db()
    assert (batch.state, batch.undone_by, batch.undo_reason) == ("applied", None, "")
    assert Deal.objects.active().count() == 1
