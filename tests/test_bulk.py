"""Many deals changed together: looked at first, all or nothing, each with its own history, and never money."""

from typing import Any
from uuid import uuid4

import pytest

from deals.models import Deal
from deals.views import bulk
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, officer):
    client.force_login(officer)
    client.cookies["django_language"] = "en"
    return client


def typed(deals: list[Deal], **more: Any) -> dict[str, Any]:
    versions = {f"version_{deal.code}": deal.version for deal in deals}
    return {"token": str(uuid4()), "deal": [deal.code for deal in deals], "reason": "reshuffle", **versions, **more}


def save(desk: Any, deals: list[Deal], **more: Any) -> Any:
    """Look at it, then save what was looked at."""
    sent = typed(deals, **more)
    looked = desk.post("/deals/bulk/", sent)
    return desk.post("/deals/bulk/", sent | {"save": "1", "looked_at": looked.context["looked_at"]})


def test_old_and_new_are_shown_and_nothing_is_written_before_the_second_step(desk, officer):
    deals = [factories.deal(), factories.deal(officer=officer)]
    answer = desk.post("/deals/bulk/", typed(deals, officer=officer.pk))
    assert answer.status_code == 200
    assert [len(row.changes) for row in answer.context["rows"]] == [1, 0]
    assert "empty</del>" in answer.content.decode()
    assert Deal.objects.get(pk=deals[0].pk).officer is None
    assert save(desk, deals, officer=officer.pk).status_code == 302
    assert {deal.officer for deal in Deal.objects.all()} == {officer}
    last = deals[0].history.first()
    assert (last.history_user, last.history_change_reason) == (officer, "reshuffle")
    assert deals[1].history.count() == 1


def test_a_condition_needs_words_and_becomes_the_note_of_each(desk):
    deals = [factories.deal(), factories.deal()]
    answer = desk.post("/deals/bulk/", typed(deals, condition="on_hold", save="1"))
    assert "words" in answer.context["form"].errors
    assert save(desk, deals, condition="on_hold", words="Budget").status_code == 302
    assert {(deal.condition, deal.condition_note) for deal in Deal.objects.all()} == {("on_hold", "Budget")}
    again = list(Deal.objects.all())
    assert save(desk, again, condition="on_track").status_code == 302
    assert {(deal.condition, deal.condition_note) for deal in Deal.objects.all()} == {("on_track", "")}


def test_a_reason_is_asked_for_and_something_to_change(desk):
    deals = [factories.deal()]
    answer = desk.post("/deals/bulk/", typed(deals, reason="", save="1"))
    assert {"reason", "__all__"} & set(answer.context["form"].errors) == {"reason"}
    answer = desk.post("/deals/bulk/", typed(deals, save="1"))
    assert "Nothing is to change" in str(answer.context["form"].errors)


def test_one_stale_deal_stops_all(desk):
    deals = [factories.deal(), factories.deal()]
    sent = typed(deals, sector=factories.sector().pk, save="1")
    deals[1].title_en = "Changed meanwhile"
    factories.kept(deals[1])
    answer = desk.post("/deals/bulk/", sent)
    assert deals[1].code in str(answer.context["form"].errors)
    assert Deal.objects.exclude(sector=deals[0].sector).exclude(sector=deals[1].sector).count() == 0
    assert deals[0].history.count() == 1


def test_sent_twice_it_is_done_once(desk, officer):
    deals = [factories.deal()]
    sent = typed(deals, officer=officer.pk)
    sent |= {"looked_at": desk.post("/deals/bulk/", sent).context["looked_at"], "save": "1"}
    assert [desk.post("/deals/bulk/", sent).status_code for _click in range(2)] == [302, 302]
    assert deals[0].history.count() == 2


def test_what_was_looked_at_is_what_is_saved(desk):
    deals = [factories.deal()]
    sent = typed(deals, condition="at_risk", words="Late")
    sent |= {"looked_at": desk.post("/deals/bulk/", sent).context["looked_at"], "save": "1"}
    answer = desk.post("/deals/bulk/", sent | {"condition": "on_hold"})
    assert "not what you looked at" in str(answer.context["form"].errors)
    assert Deal.objects.get().condition == "on_track"


def test_a_deal_that_is_not_there_stops_all(desk, officer):
    deal, gone = factories.deal(), factories.deal()
    factories.archive(gone)
    for code in (gone.code, "VNUS-1999-0001", "' OR 1=1"):
        answer = desk.post("/deals/bulk/", {**typed([deal], officer=officer.pk, save="1"), "deal": [deal.code, code]})
        assert answer.context["problems"]
    assert desk.get("/deals/bulk/").context["problems"]
    assert Deal.objects.get(pk=deal.pk).officer is None


def test_all_that_a_filter_finds_may_be_changed_up_to_a_limit(desk, monkeypatch):
    sector = factories.sector()
    found = [factories.deal(sector=sector) for _ in range(3)]
    factories.deal()
    page = desk.get("/deals/bulk/", {"sector": sector.code, "all": "1"})
    assert {deal.code for deal in page.context["chosen"]} == {deal.code for deal in found}
    assert desk.get("/deals/bulk/", {"sector": "nonsense", "all": "1"}).context["problems"]
    monkeypatch.setattr(bulk, "MOST", 2)
    assert "At most 2" in str(desk.get("/deals/bulk/", {"sector": sector.code, "all": "1"}).context["problems"])


def test_no_money_can_be_changed_in_bulk(desk):
    deal = factories.deal()
    value = factories.valuation(deal, 5)
    page = desk.get("/deals/bulk/", {"deal": deal.code}).content.decode()
    for name in ("amount", "usd", "value"):
        assert f'name="{name}' not in page
    desk.post("/deals/bulk/", typed([deal], sector=factories.sector().pk, usd="1", amount_0="1", save="1"))
    value.refresh_from_db()
    assert value.usd == 5
