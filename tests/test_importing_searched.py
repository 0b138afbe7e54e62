"""What a file was searched for is not searched for again where nothing changed, and is wherever something did."""

from datetime import date

import pytest
from django.contrib.auth.models import Group

from deals import permissions
from deals.actions import imports
from deals.importing import looking, working
from deals.importing.likeness import Likeness
from deals.models import Deal, ImportBatch, User
from tests import factories
from tests.registers import answered, applied, flat, taken_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("settled")]


@pytest.fixture
def searched(monkeypatch):
    """The titles that were searched for."""
    found = []
    likely = Likeness.likely
    monkeypatch.setattr(Likeness, "likely", lambda self, *asked: found.append(asked[0]) or likely(self, *asked))
    return found


TWO = [
    [1, "Mua 50 máy bay 737 MAX", "VNA", "Boeing", "Hàng không", 10, date(2025, 3, 1), "MoU", "Đã ký MoU"],
    [2, "Tua-bin", "EVN", "GE Vernova", "Năng lượng", 1.5, date(2025, 5, 7), "BGN", "Đã ký MoU"],
]


def test_what_was_searched_is_searched_again_only_where_something_was_recorded_since(steward, lists, searched):
    factories.deal(title_vi="50 máy bay Boeing 737 MAX", title_en="", enterprise=lists.airline, partner=lists.boeing)
    batch = taken_in(flat(*TWO), steward)
    assert searched == ["Mua 50 máy bay 737 MAX", "Tua-bin"]
    [question] = [each for each in batch.findings["questions"] if each["group"] == "same"]
    searched.clear()
    batch = answered(batch, steward, same="new")
    [again] = [each for each in batch.findings["questions"] if each["group"] == "same"]
    assert (batch.state, again["options"], again["answer"]) == ("ready", question["options"], "new")
    applied(batch, steward)
    assert (batch.state, searched, Deal.objects.count()) == ("applied", [], 3)


def test_an_answer_takes_the_deal_that_was_found_before(steward, lists, searched):
    existing = factories.deal(
        title_vi="50 máy bay Boeing 737 MAX", title_en="", enterprise=lists.airline, partner=lists.boeing
    )
    batch = answered(taken_in(flat(*TWO), steward), steward, same=existing.code)
    applied(batch, steward)
    assert (batch.state, len(searched), Deal.objects.count()) == ("applied", 2, 2)
    assert existing.instruments.get().kind == "mou"


def test_it_is_searched_again_for_what_could_not_be_searched_for_before(steward, lists, searched):
    """A row whose enterprise is asked about is searched for when it is known."""
    factories.deal(title_vi="50 máy bay Boeing 737 MAX", title_en="", enterprise=lists.airline, partner=lists.boeing)
    unclear = [1, "Mua 50 máy bay 737 MAX", "Hãng bay quốc gia", *TWO[0][3:]]
    batch = taken_in(flat(unclear, TWO[1]), steward)
    assert searched == ["Tua-bin"]
    batch = answered(batch, steward, enterprise=str(lists.airline.pk), same="new")
    assert searched[1:] == ["Mua 50 máy bay 737 MAX", "Tua-bin"]
    keys = [question["key"] for question in batch.findings["questions"]]
    assert (batch.state, "same:Sheet1!2" in keys) == ("ready", True)


def test_who_sees_more_deals_than_before_is_asked_about_them(steward, lists, searched):
    """What was found for somebody is not taken over where they may see other deals now."""
    batch = taken_in(flat(*TWO), steward)
    searched.clear()
    steward.groups.add(Group.objects.get(name=permissions.ADMINISTRATORS))
    applied(ImportBatch.objects.get(pk=batch.pk), User.objects.get(pk=steward.pk))
    assert len(searched) == 2


def test_what_is_asked_beyond_what_is_kept_is_asked_in_the_end(steward, lists, searched, monkeypatch):
    monkeypatch.setattr(looking, "MOST_SHOWN", 1)
    for title, buyer, seller in (
        ("50 máy bay Boeing 737 MAX", lists.airline, lists.boeing),
        ("Tua-bin khí", lists.power, lists.ge),
    ):
        factories.deal(title_vi=title, title_en="", enterprise=buyer, partner=seller)
    batch = taken_in(flat(*TWO), steward)
    first = batch.findings["questions"][0]["key"]
    assert (len(batch.findings["questions"]), batch.findings["open_count"]) == (1, 2)
    imports.answer(batch, choices={first: "new"}, headings={}, by=steward)
    working.work(batch)
    assert (batch.state, batch.findings["open_count"]) == ("asking", 1)
    assert [each["key"] for each in batch.findings["questions"]] != [first]
