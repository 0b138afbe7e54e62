"""The forms an officer logs progress with: what they save, ask back, refuse and keep."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from deals import ledger
from deals.actions import records, submissions, updates
from deals.choices import Condition, Stage
from deals.models import (
    Announcement,
    Deal,
    Document,
    Draft,
    Instrument,
    Partner,
    Posting,
    ProgressUpdate,
    Submission,
    User,
    Valuation,
)
from deals.periods import Moment
from deals.positions import Bands
from tests import factories
from tests.confirming import confirmed

pytestmark = pytest.mark.django_db

JAN = date(2025, 1, 10)


@pytest.fixture
def desk(client: Client, officer: User) -> Client:
    """The officer at the desk, in English."""
    client.force_login(officer)
    client.cookies["django_language"] = "en"
    return client


def send(desk: Client, path: str, **typed: Any) -> Any:
    return desk.post(path, {"token": str(uuid4()), **typed})


def saved(answer: Any) -> None:
    """It is recorded: at once, or once a second person has confirmed it."""
    assert answer.status_code == 302, wrong(answer)
    confirmed(answer)


def wrong(answer: Any) -> Any:
    form = answer.context["form"] if answer.context else None
    return (dict(form.errors), form.asked, form.clashes) if form else answer.content[:500]


def refused(answer: Any, field: str, words: str) -> None:
    assert answer.status_code == 422
    with translation.override("en"):
        found = [str(sentence) for sentence in answer.context["form"].errors.get(field, [])]
    assert any(words in sentence for sentence in found), wrong(answer)


def asked(answer: Any) -> set[str]:
    assert answer.status_code == 422
    return {question.code for question in answer.context["form"].asked}


def usd(amount: str) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))


def bands(deal: Deal) -> Bands:
    return ledger.total(Moment(timezone.localdate()), Deal.objects.filter(pk=deal.pk))


# A new deal


def new(**typed: Any) -> dict[str, Any]:
    return {"name": "Thirty gas turbines", "amount_0": "1.2", "amount_1": "billion"} | typed


def test_a_new_deal_from_five_fields(desk, officer):
    enterprise, partner, sector = factories.enterprise(), factories.partner(), factories.sector()
    page = desk.get("/deals/new/").content.decode()
    shown = [name for name in ("name", "enterprise", "partner", "sector", "amount_0") if f'name="{name}"' in page]
    assert len(shown) == 5
    typed = new(enterprise=enterprise.name_vi.upper(), partner=partner.name.lower(), sector=sector.pk)
    saved(send(desk, "/deals/new/", **typed))
    deal = Deal.objects.get()
    assert (deal.enterprise, deal.partner, deal.officer, deal.title_en) == (
        enterprise,
        partner,
        officer,
        "Thirty gas turbines",
    )
    assert deal.code == f"VNUS-{timezone.localdate().year}-0001"
    assert bands(deal) == Bands(negotiating=usd("1.2e9"))
    assert deal.history.get().history_user == officer


def test_not_known_yet_is_an_answer_with_who_and_when(desk):
    enterprise, sector = factories.enterprise(code="EVN"), factories.sector()
    typed = new(enterprise="EVN", sector=sector.pk, amount_0="", amount_1="", unknown="on")
    answer = send(desk, "/deals/new/", **typed)
    assert {"awaited_from", "awaited_by"} <= set(answer.context["form"].errors)
    due = (timezone.localdate() + timedelta(days=30)).isoformat()
    saved(send(desk, "/deals/new/", **typed, awaited_from="EVN", awaited_by=due))
    value = Valuation.objects.get()
    assert (value.usd, value.awaited_from, str(value.awaited_by)) == (None, "EVN", due)
    assert enterprise.deals.count() == 1


def test_a_partner_on_no_list_is_asked_about_and_then_added(desk):
    factories.partner(name="General Electric")
    factories.enterprise(code="EVN")
    typed = new(enterprise="EVN", sector=factories.sector().pk, partner="Generel Electric")
    answer = send(desk, "/deals/new/", **typed)
    assert asked(answer) == {"new_partner"}
    assert "General Electric" in answer.content.decode()
    assert Partner.objects.count() == 1
    saved(send(desk, "/deals/new/", **typed, confirmed="new_partner"))
    assert Deal.objects.get().partner.name == "Generel Electric"


def test_an_enterprise_on_no_list_is_refused_with_the_nearest_name(desk):
    factories.enterprise(name_vi="Tập đoàn Điện lực Việt Nam", aliases=["EVN"])
    refused(send(desk, "/deals/new/", **new(enterprise="Tap doan Dien luc Viet Nan")), "enterprise", "Did you mean")


def test_a_likely_duplicate_is_shown_and_asked_about(desk):
    enterprise, partner, sector = factories.enterprise(), factories.partner(), factories.sector()
    deal = factories.deal(
        enterprise=enterprise, partner=partner, sector=sector, title_vi="50 máy bay Boeing 737 MAX", title_en=""
    )
    typed = new(name="50 may bay Boeing 737 MAX", enterprise=enterprise.code, partner=partner.name, sector=sector.pk)
    answer = send(desk, "/deals/new/", **typed)
    assert asked(answer) == {"duplicate"}
    page = answer.content.decode()
    assert deal.code in page
    assert f"/deals/{deal.code}/log/announcement/" in page
    saved(send(desk, "/deals/new/", **typed, confirmed="duplicate"))
    assert Deal.objects.count() == 2
    fragment = desk.get("/deals/likely/", {**typed, "partner": partner.name}).content.decode()
    assert deal.code in fragment


# Routine updates


def test_a_routine_update_takes_four_inputs(desk, officer):
    deal = factories.deal()
    due = (timezone.localdate() + timedelta(days=14)).isoformat()
    today = timezone.localdate().isoformat()
    typed = {"condition": "at_risk", "sentence": "The loan is late", "next_step": "Call the bank", "next_step_by": due}
    saved(send(desk, f"/deals/{deal.code}/log/update/", **typed, on=today, version=deal.version))
    update = ProgressUpdate.objects.get()
    assert (update.sentence_en, update.next_step_en, str(update.next_step_by)) == (
        "The loan is late",
        "Call the bank",
        due,
    )
    deal.refresh_from_db()
    assert (deal.condition, deal.condition_note_en) == (Condition.AT_RISK, "The loan is late")
    assert deal.history.first().history_user == officer


def test_nothing_has_changed_is_one_click_and_keeps_the_next_step_open(desk, officer):
    deal = factories.deal()
    updates.update(
        deal, condition=Condition.ON_TRACK, on=JAN, by=officer, sentence_vi="Đã họp", next_step_vi="Gửi dự thảo"
    )
    for _click in range(2):
        assert desk.post(f"/deals/{deal.code}/unchanged/").status_code == 302
    latest = updates.latest_of(deal)
    assert (latest.kind, latest.next_step_vi, latest.on) == ("unchanged", "Gửi dự thảo", timezone.localdate())
    assert deal.updates.count() == 2


def test_a_note_says_nothing_of_how_the_deal_goes(desk):
    deal = factories.deal()
    saved(send(desk, f"/deals/{deal.code}/log/note/", sentence="Met at the fair", on="2025-03-01"))
    assert (ProgressUpdate.objects.get().kind, ProgressUpdate.objects.get().condition) == ("note", "")
    assert updates.latest_of(deal) is None


# Signing and converting


def sign(desk: Client, deal: Deal, door: str, second: dict[str, Any] | None = None, **typed: Any) -> Any:
    """All steps of a signing; the last answer."""
    base = f"/deals/{deal.code}/sign/{door}/"
    kind = {"mou": "mou", "contract": "contract", "other": "option"}[door]
    first = {"kind": kind, "evidence": "press_report", "basis": "press_figure", "version": deal.version}
    answer = send(desk, base, **(first | typed))
    if answer.status_code != 302:
        return answer
    if answer.url.endswith("/discharge/"):
        answer = send(desk, answer.url, **({"under": "none"} if second is None else second))
        if answer.status_code != 302:
            return answer
    return confirm(desk, answer.url)


def confirm(desk: Client, address: str) -> Any:
    check = desk.get(address)
    form = check.context["form"]
    typed = {"token": form["token"].value(), "version": form["version"].value(), "digest": check.context["digest"]}
    return desk.post(address, typed)


def test_a_partial_conversion_is_worked_out_by_quantity_and_shown(desk, officer):
    deal = factories.deal()
    saved(
        sign(
            desk, deal, "mou", signed_on="2025-03-01", amount_0="10", amount_1="billion", quantity="50", unit="aircraft"
        )
    )
    mou = Instrument.objects.get()
    assert bands(deal) == Bands(memorandum=usd("10e9"))

    base = f"/deals/{deal.code}/sign/contract/"
    typed = {
        "kind": "contract", "signed_on": "2025-04-01", "amount_0": "3.3", "amount_1": "billion", "quantity": "20",
        "unit": "aircraft", "evidence": "press_report", "version": Deal.objects.get().version,
    }  # fmt: skip
    answer = send(desk, base, **typed)
    assert answer.url == base + "discharge/"
    form = desk.get(answer.url).context["form"]
    assert form["under"].value() == str(mou.pk)
    assert form.fields["discharges"].initial == usd("4e9")
    look = send(desk, answer.url, under=mou.pk, look="1")
    assert look.context["effect"].left == usd("6e9")
    assert look.context["effect"].repriced == usd("-0.7e9")
    answer = send(desk, base + "discharge/", under=mou.pk)
    assert answer.url == base + "check/"
    assert Instrument.objects.count() == 1
    effect = desk.get(answer.url).context["effect"]
    assert (effect.deal_before, effect.deal_after) == (
        Bands(memorandum=usd("10e9")),
        Bands(contracted=usd("3.3e9"), memorandum=usd("6e9")),
    )
    saved(confirm(desk, answer.url))
    contract = Instrument.objects.get(kind="contract")
    assert (contract.under, contract.discharges_usd) == (mou, usd("4e9"))
    assert bands(deal) == effect.deal_after
    assert Draft.objects.count() == 0
    assert contract.history.get().history_user == officer


def test_a_signing_that_completes_the_memorandum_ends_it_as_fulfilled_and_is_undone_as_a_whole(desk):
    deal = factories.deal()
    mou = factories.mou(deal, "10e9")
    second = {"under": mou.pk, "discharges_0": "4", "discharges_1": "billion", "completes": "on"}
    saved(sign(desk, deal, "contract", second, signed_on="2025-04-01", amount_0="3", amount_1="billion"))
    mou.refresh_from_db()
    assert (str(mou.ended_on), mou.end_reason) == ("2025-04-01", "fulfilled")
    assert bands(deal) == Bands(contracted=usd("3e9"))
    contract = Instrument.objects.get(kind="contract")
    before = Posting.objects.count()
    path = f"/deals/{deal.code}/withdraw/paper/{contract.pk}/"
    page = desk.get(path)
    assert page.context["after"] == Bands(memorandum=usd("10e9"))
    refused(send(desk, path), "reason", "")
    saved(send(desk, path, reason="Signed by another enterprise", version=contract.version))
    mou.refresh_from_db()
    assert mou.ended_on is None
    assert bands(deal) == Bands(memorandum=usd("10e9"))
    reversing = Posting.objects.order_by("id")[before:]
    assert reversing.count() > 0
    assert {posting.reason for posting in reversing} == {"Signed by another enterprise"}


def test_signing_moves_the_stage_where_the_deal_has_what_it_needs(desk, officer):
    deal = factories.deal(officer=officer)
    saved(sign(desk, deal, "mou", signed_on="2025-03-01", amount_0="1", amount_1="billion"))
    deal.refresh_from_db()
    assert deal.stage == Stage.MOU_SIGNED
    saved(sign(desk, deal, "contract", signed_on="2025-04-01", amount_0="1", amount_1="billion"))
    deal.refresh_from_db()
    assert deal.stage == Stage.CONTRACT_SIGNED
    contract = Instrument.objects.get(kind="contract")
    saved(send(desk, f"/deals/{deal.code}/withdraw/paper/{contract.pk}/", reason="wrong", version=contract.version))
    deal.refresh_from_db()
    assert deal.stage == Stage.MOU_SIGNED


def test_what_the_deal_lacks_for_the_stage_is_asked_for_with_the_signing(desk, officer):
    deal = factories.deal(partner=None, title_vi="")
    page = desk.get(f"/deals/{deal.code}/sign/contract/").content.decode()
    for name in ("deal_partner", "officer", "other_title"):
        assert f'name="{name}"' in page
    partner = factories.partner()
    saved(sign(desk, deal, "contract", signed_on="2025-04-01", amount_0="1", amount_1="billion",
               deal_partner=partner.name, officer=officer.pk, other_title="Tua-bin"))  # fmt: skip
    deal.refresh_from_db()
    assert (deal.stage, deal.partner, deal.title_vi) == (Stage.CONTRACT_SIGNED, partner, "Tua-bin")


def test_a_discharge_beyond_what_is_left_is_refused(desk):
    deal = factories.deal()
    mou = factories.mou(deal, "2e9")
    second = {"under": mou.pk, "discharges_0": "2.5", "discharges_1": "billion"}
    answer = sign(desk, deal, "contract", second, signed_on="2025-04-01", amount_0="3", amount_1="billion")
    refused(answer, "discharges", "US$2,000,000,000.00")
    assert Instrument.objects.count() == 1


def test_a_contract_before_its_memorandum_is_asked_about_and_kept_with_the_reason(desk):
    deal = factories.deal()
    mou = factories.mou(deal, "2e9", on=date(2025, 5, 1))
    first = {"signed_on": "2025-04-01", "amount_0": "1", "amount_1": "billion"}
    second = {"under": mou.pk, "discharges_0": "1", "discharges_1": "billion"}
    assert asked(sign(desk, deal, "contract", second, **first)) == {"before"}
    assert asked(sign(desk, deal, "contract", second | {"confirmed": "before"}, **first)) == {"before"}
    answer = sign(desk, deal, "contract", second | {"confirmed": "before", "reason": "Backdated by both"}, **first)
    saved(answer)
    assert Instrument.objects.get(kind="contract").history.get().history_change_reason == "Backdated by both"


def test_what_was_looked_at_is_what_is_saved(desk):
    deal = factories.deal()
    answer = send(desk, f"/deals/{deal.code}/sign/mou/", kind="mou", signed_on="2025-03-01", amount_0="1",
                  amount_1="billion", evidence="press_report", version=deal.version)  # fmt: skip
    check = desk.get(answer.url)
    factories.contract(deal, "1e9")
    typed = {"token": check.context["form"]["token"].value(), "digest": check.context["digest"]}
    again = desk.post(answer.url, typed)
    assert again.status_code == 422
    assert "look again" in again.context["problem"]
    assert Instrument.objects.filter(kind="mou").count() == 0


def test_an_option_stays_outside(desk):
    deal = factories.deal()
    saved(sign(desk, deal, "other", signed_on="2025-03-01", amount_0="1", amount_1="billion"))
    assert bands(deal) == Bands(outside=usd("1e9"))


# Amendments, deliveries, estimates, announcements


@pytest.mark.parametrize(
    ("effect", "amount", "left"),
    [("raises", "1", "4e9"), ("lowers", "1", "2e9"), ("sets", "2.5", "2.5e9"), ("keeps", "", "3e9")],
)
def test_an_amendment_changes_the_value_as_it_says(desk, effect, amount, left):
    deal = factories.deal()
    contract = factories.contract(deal, "3e9")
    typed = {"paper": contract.pk, "on": "2025-05-01", "effect": effect, "amount_0": amount}
    saved(send(desk, f"/deals/{deal.code}/log/amendment/", **typed, amount_1="billion" if amount else ""))
    assert bands(deal) == Bands(contracted=usd(left))


def test_an_amendment_cannot_take_more_than_there_is(desk):
    deal = factories.deal()
    contract = factories.contract(deal, "3e9")
    typed = {"paper": contract.pk, "on": "2025-05-01", "effect": "lowers", "amount_0": "4", "amount_1": "billion"}
    refused(send(desk, f"/deals/{deal.code}/log/amendment/", **typed), "amount", "US$3,000,000,000.00")


def test_a_delivery_above_the_contract_is_asked_about_and_kept_with_the_reason(desk):
    deal = factories.deal()
    contract = factories.contract(deal, "1e9")
    typed = {"kind": "actual", "contract": contract.pk, "on": "2025-05-01", "amount_0": "1.1", "amount_1": "billion"}
    path = f"/deals/{deal.code}/log/delivery/"
    assert asked(send(desk, path, **typed)) == {"beyond"}
    assert bands(deal) == Bands(contracted=usd("1e9"))
    saved(send(desk, path, **typed, confirmed="beyond", reason="Price adjustment"))
    assert bands(deal) == Bands(delivered=usd("1.1e9"))


def test_a_planned_delivery_moves_no_money(desk):
    deal = factories.deal()
    contract = factories.contract(deal, "1e9")
    due = (timezone.localdate() + timedelta(days=400)).isoformat()
    typed = {"kind": "planned", "contract": contract.pk, "on": due, "amount_0": "1", "amount_1": "billion"}
    saved(send(desk, f"/deals/{deal.code}/log/delivery/", **typed))
    assert bands(deal) == Bands(contracted=usd("1e9"))
    refused(send(desk, f"/deals/{deal.code}/log/delivery/", **(typed | {"kind": "actual"})), "on", "still to come")


def test_an_estimate_far_from_the_last_or_very_large_is_asked_about(desk):
    deal = factories.deal()
    factories.valuation(deal, "1e9")
    typed = {"on": "2025-05-01", "amount_0": "12", "amount_1": "billion"}
    path = f"/deals/{deal.code}/log/estimate/"
    assert asked(send(desk, path, **typed)) == {"large", "tripled"}
    saved(send(desk, path, **typed, confirmed=["large", "tripled"]))
    assert bands(deal) == Bands(negotiating=usd("12e9"))


def test_an_announcement_enters_no_total(desk):
    deal = factories.deal()
    typed = {"headline": "Signed again", "on": "2025-05-01", "kind": "repeat", "stated_0": "8", "stated_1": "billion"}
    saved(send(desk, f"/deals/{deal.code}/log/announcement/", **typed))
    assert Announcement.objects.get().stated_usd == usd("8e9")
    assert bands(deal) == Bands()


def test_a_number_that_can_be_read_in_two_ways_is_asked_back_with_both(desk):
    deal = factories.deal()
    answer = send(desk, f"/deals/{deal.code}/log/estimate/", on="2025-05-01", amount_0="3.300", amount_1="billion")
    assert "amount" in answer.context["form"].errors
    page = answer.content.decode()
    assert 'value="3300"' in page
    assert 'value="3.3' in page
    assert Valuation.objects.count() == 0


# Stages


def test_a_stage_is_reached_with_what_it_requires(desk, officer):
    deal = factories.deal(partner=None)
    answer = send(desk, f"/deals/{deal.code}/log/stage/", stage="talks", on="2025-05-01", version=deal.version)
    refused(answer, "stage", "the US partner")
    factories.valuation(deal, "1e9")
    partner = factories.partner()
    typed = {"stage": "talks", "on": "2025-05-01", "partner": partner.name, "officer": officer.pk}
    saved(send(desk, f"/deals/{deal.code}/log/stage/", **typed, version=deal.version))
    deal.refresh_from_db()
    assert (deal.stage, deal.partner, deal.officer) == (Stage.TALKS, partner, officer)


def test_going_back_needs_a_reason(desk, officer):
    deal = factories.deal(stage=Stage.CONTRACT_TALKS)
    typed = {"stage": "talks", "on": "2025-05-01"}
    refused(send(desk, f"/deals/{deal.code}/log/stage/", **typed, version=deal.version), "reason", "goes back")
    saved(send(desk, f"/deals/{deal.code}/log/stage/", **typed, reason="New tender", version=deal.version))
    change = deal.stage_changes.last()
    assert (change.stage, change.by, change.reason) == ("talks", officer, "New tender")


def test_closing_ends_the_papers_and_reopening_revives_them(desk):
    deal = factories.deal()
    mou = factories.mou(deal, "5e9")
    typed = {"outcome": "lost_to_other_supplier", "on": "2025-06-01", "version": deal.version}
    refused(send(desk, f"/deals/{deal.code}/log/close/", **typed), "reason", "")
    saved(send(desk, f"/deals/{deal.code}/log/close/", **typed, reason="Chose an Airbus"))
    mou.refresh_from_db()
    deal.refresh_from_db()
    assert (mou.end_reason, deal.stage, deal.outcome_note_en) == ("terminated", Stage.CLOSED, "Chose an Airbus")
    assert bands(deal) == Bands()
    assert desk.get(f"/deals/{deal.code}/log/update/").status_code == 404
    saved(send(desk, f"/deals/{deal.code}/log/reopen/", stage="mou_signed", on="2025-07-01", reason="They came back",
               version=deal.version))  # fmt: skip
    assert bands(deal) == Bands(memorandum=usd("5e9"))


def test_an_old_incomplete_deal_stays_editable(desk):
    deal = factories.deal(stage=Stage.CONTRACT_SIGNED, partner=None, title_en="")
    edit = {"title_vi": "Tên mới", "enterprise": deal.enterprise.code, "sector": deal.sector.pk, "release": "internal"}
    saved(send(desk, f"/deals/{deal.code}/edit/", **edit, version=deal.version))
    deal.refresh_from_db()
    assert (deal.title_vi, deal.stage) == ("Tên mới", Stage.CONTRACT_SIGNED)


def test_the_page_says_what_the_next_stage_still_needs_each_with_its_link(desk):
    deal = factories.deal(stage=Stage.CONTRACT_TALKS)
    page = desk.get(f"/deals/{deal.code}/").content.decode()
    assert f"/deals/{deal.code}/sign/contract/" in page
    assert f"/deals/{deal.code}/edit/#id_officer" in page


# Two people at once


def edit_of(deal: Deal, **typed: Any) -> dict[str, Any]:
    fields = ("title_vi", "title_en", "description_vi", "description_en", "release")
    known = {name: getattr(deal, name) for name in fields}
    parties = {"enterprise": deal.enterprise.code, "partner": deal.partner.name, "sector": deal.sector.pk}
    return known | parties | {"version": deal.version} | typed


def test_a_stale_save_changes_nothing_and_shows_both_versions(desk, officer):
    deal = factories.deal(title_en="Old")
    path = f"/deals/{deal.code}/edit/"
    mine = edit_of(deal, title_en="Mine", description_en="Only I changed this")
    saved(send(desk, path, **edit_of(deal, title_en="Theirs", title_vi="Chỉ họ đổi")))
    answer = send(desk, path, **mine)
    assert answer.status_code == 422
    clashes = {clash.field.name: clash for clash in answer.context["form"].clashes}
    assert (clashes["title_en"].was, clashes["title_en"].theirs, clashes["title_en"].mine) == ("Old", "Theirs", "Mine")
    assert clashes["title_en"].is_open
    assert not clashes["title_vi"].is_open
    assert "description_en" not in clashes
    deal.refresh_from_db()
    assert deal.title_en == "Theirs"
    form = answer.context["form"]
    kept = {name: form[name].value() for name in mine if name in form.fields}
    assert (kept["title_en"], kept["description_en"], kept["title_vi"]) == ("Mine", "Only I changed this", "Chỉ họ đổi")
    resent = {name: "" if value is None else value for name, value in kept.items()}
    saved(send(desk, path, **resent, take_title_en="mine"))
    deal.refresh_from_db()
    assert (deal.title_en, deal.title_vi, deal.description_en) == ("Mine", "Chỉ họ đổi", "Only I changed this")


def test_theirs_can_be_chosen_without_typing(desk):
    deal = factories.deal(title_en="Old")
    path = f"/deals/{deal.code}/edit/"
    mine = edit_of(deal, title_en="Mine")
    saved(send(desk, path, **edit_of(deal, title_en="Theirs")))
    saved(send(desk, path, **mine, take_title_en="theirs"))
    deal.refresh_from_db()
    assert deal.title_en == "Theirs"


def test_a_correction_that_is_stale_shows_both_versions(desk):
    deal = factories.deal()
    value = factories.valuation(deal, "1e9")
    path = f"/deals/{deal.code}/correct/estimate/{value.pk}/"
    typed = {"on": "2025-03-01", "amount_1": "billion", "reason": "misread", "version": value.version}
    saved(send(desk, path, **typed, amount_0="2"))
    answer = send(desk, path, **typed, amount_0="3")
    assert answer.status_code == 422
    assert [clash.field.name for clash in answer.context["form"].clashes if clash.is_open] == ["amount"]
    assert bands(deal) == Bands(negotiating=usd("2e9"))


# Sent twice


def test_a_form_sent_twice_makes_one_record(desk):
    deal = factories.deal()
    typed = {"sentence": "Once", "on": "2025-03-01", "token": str(uuid4())}
    path = f"/deals/{deal.code}/log/note/"
    for _click in range(3):
        answer = desk.post(path, typed)
        assert answer.status_code == 302
        assert answer.url == deal.get_absolute_url()
    assert ProgressUpdate.objects.count() == 1
    assert Submission.objects.count() == 1


def test_a_form_let_in_before_its_twin_was_saved_leads_to_what_the_twin_made(desk, monkeypatch):
    enterprise, sector = factories.enterprise(), factories.sector()
    typed = new(enterprise=enterprise.code, sector=sector.pk, token=str(uuid4()))
    saved(desk.post("/deals/new/", typed))
    # What the later of the two found when it came in.
    found, looks = submissions.led_by, []
    monkeypatch.setattr(submissions, "led_by", lambda *of, **by: found(*of, **by) if looks else looks.append(1) or "")
    answer = desk.post("/deals/new/", typed)
    # Not a question whether there is such a deal already.
    assert (answer.status_code, answer.url) == (302, Deal.objects.get().get_absolute_url())
    assert Draft.objects.count() == 0


def test_a_refused_form_can_be_sent_again_with_its_token(desk):
    deal = factories.deal()
    token = str(uuid4())
    path = f"/deals/{deal.code}/log/note/"
    assert desk.post(path, {"token": token, "sentence": "", "on": "2025-03-01"}).status_code == 422
    assert desk.post(path, {"token": token, "sentence": "Now", "on": "2025-03-01"}).status_code == 302


def test_the_token_of_somebody_else_opens_nothing(desk, client):
    deal = factories.deal()
    token = str(uuid4())
    typed = {"sentence": "Mine", "on": "2025-03-01", "token": token}
    desk.post(f"/deals/{deal.code}/log/note/", typed)
    other = Client()
    other.force_login(factories.person("other", is_staff=True, is_superuser=True))
    assert other.post(f"/deals/{deal.code}/log/note/", typed).status_code == 403
    assert ProgressUpdate.objects.count() == 1


# Drafts


def test_what_was_typed_comes_back(desk):
    deal = factories.deal()
    path = f"/deals/{deal.code}/log/update/"
    typed = {"form": path, "token": str(uuid4()), "sentence": "Half a sent", "condition": "blocked"}
    assert desk.post("/drafts/save/", typed).status_code == 204
    page = desk.get(path)
    assert "Half a sent" in page.content.decode()
    assert page.context["form"]["condition"].value() == "blocked"
    assert not page.context["form"].errors
    assert desk.post("/drafts/discard/", {"form": path}).url == path
    assert "Half a sent" not in desk.get(path).content.decode()


def test_what_was_sent_after_the_session_ended_comes_back_to_its_owner(desk, officer):
    deal = factories.deal()
    path = f"/deals/{deal.code}/log/note/"
    desk.session.flush()
    desk.logout()
    answer = desk.post(path, {"sentence": "Typed for ten minutes", "on": "2025-03-01", "by": officer.pk})
    assert answer.url == f"/sign-in/?next={path}"
    assert ProgressUpdate.objects.count() == 0
    signed_in = desk.post(answer.url, {"login": "officer", "password": "a long enough password"})
    assert signed_in.url == path
    assert "Typed for ten minutes" in desk.get(path).content.decode()


def test_what_somebody_else_typed_is_not_shown(desk, officer):
    deal = factories.deal()
    path = f"/deals/{deal.code}/log/note/"
    desk.logout()
    desk.post(path, {"sentence": "A secret", "on": "2025-03-01", "by": officer.pk + 1000})
    desk.post(f"/sign-in/?next={path}", {"login": "officer", "password": "a long enough password"})
    assert "A secret" not in desk.get(path).content.decode()
    assert Draft.objects.count() == 0


def test_drafts_are_kept_of_the_products_own_forms_alone(desk):
    for form in ("/definitions/", "/nothing/", "//elsewhere.example/", "", "/sign-in/"):
        assert desk.post("/drafts/save/", {"form": form, "sentence": "x"}).status_code == 404
        assert desk.post("/drafts/discard/", {"form": form}).url == "/"
    assert Draft.objects.count() == 0


# Who may


def test_a_manager_reads_and_writes_nothing(browse):
    deal = factories.deal()
    mou = factories.mou(deal, "1e9")
    paths = [
        "/deals/new/", "/deals/bulk/", "/deals/likely/", f"/deals/{deal.code}/log/", f"/deals/{deal.code}/log/update/",
        f"/deals/{deal.code}/edit/", f"/deals/{deal.code}/sign/contract/", f"/deals/{deal.code}/sign/contract/check/",
        f"/deals/{deal.code}/correct/paper/{mou.pk}/", f"/deals/{deal.code}/withdraw/paper/{mou.pk}/",
    ]  # fmt: skip
    for path in paths:
        assert browse.get(path).status_code == 403, path
        if "likely" not in path and not path.endswith("/log/"):
            assert browse.post(path, {"token": str(uuid4())}).status_code == 403, path
    assert browse.post(f"/deals/{deal.code}/unchanged/").status_code == 403
    page = browse.get(f"/deals/{deal.code}/").content.decode()
    assert "/log/" not in page
    assert "/withdraw/" not in page


def test_a_deal_that_is_not_there_is_not_found(desk):
    for path in ("log/", "log/update/", "log/nonsense/", "edit/", "sign/contract/", "sign/nonsense/"):
        assert desk.get(f"/deals/VNUS-2000-0001/{path}").status_code == 404


def test_a_record_of_another_deal_is_not_found(desk):
    deal, other = factories.deal(), factories.deal()
    paper = factories.mou(other, "1e9")
    for verb in ("correct", "withdraw"):
        assert desk.get(f"/deals/{deal.code}/{verb}/paper/{paper.pk}/").status_code == 404
        assert desk.post(f"/deals/{deal.code}/{verb}/paper/{paper.pk}/", {"reason": "x"}).status_code == 404


# Files and queries


def test_a_file_waits_with_the_draft_and_is_held_with_the_paper(desk):
    deal = factories.deal()
    base = f"/deals/{deal.code}/sign/mou/"
    typed = {"kind": "mou", "signed_on": "2025-03-01", "amount_0": "1", "amount_1": "billion", "version": deal.version,
             "evidence": "document_held"}  # fmt: skip
    refused(send(desk, base, **typed), "file", "Attach the document")
    wrong_file = SimpleUploadedFile("mou.pdf", b"MZ not a pdf")
    refused(send(desk, base, **typed, file=wrong_file), "file", "")
    answer = send(desk, base, **typed, file=SimpleUploadedFile("bản ghi nhớ.pdf", factories.PDF))
    assert answer.url == base + "check/"
    saved(confirm(desk, answer.url))
    document = Document.objects.get()
    assert (document.instrument.kind, document.file_name, document.deal) == ("mou", "bản ghi nhớ.pdf", deal)
    assert Draft.objects.count() == 0


def test_seen_not_held_is_kept_as_such(desk):
    deal = factories.deal()
    typed = {"signed_on": "2025-03-01", "amount_0": "1", "amount_1": "billion", "evidence": "document_seen"}
    refused(sign(desk, deal, "mou", **typed), "seen_at", "where the original")
    saved(sign(desk, deal, "mou", **typed, seen_at="EVN, legal department"))
    assert Document.objects.get().seen_at == "EVN, legal department"


def test_forms_take_as_many_queries_for_many_records_as_for_one(desk):
    deal = factories.deal()
    paths = ["log/", "log/update/", "log/delivery/", "log/amendment/", "log/estimate/", "sign/contract/", "edit/", ""]

    def grow(count: int) -> None:
        for number in range(count):
            contract = factories.contract(deal, 5 + number)
            factories.delivery(contract, 1)
            factories.valuation(deal, 50 + number)
            factories.partner()
            factories.enterprise()

    counts = []
    for size in (1, 15):
        grow(size)
        counts.append([])
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(f"/deals/{deal.code}/{path}").status_code == 200
            counts[-1].append((path, len(queries)))
    assert counts[0] == counts[1]


# What is odd, and what cannot be


@pytest.mark.parametrize("day", ["0001-01-01", "1949-12-31", "9999-12-31"])
def test_a_year_that_cannot_be_right_is_refused_everywhere(desk, day):
    deal = factories.deal()
    contract = factories.contract(deal, "1e9")
    estimate = {"on": day, "amount_0": "1", "amount_1": "billion"}
    refused(send(desk, f"/deals/{deal.code}/log/estimate/", **estimate), "on", "year")
    refused(sign(desk, deal, "mou", signed_on=day, amount_0="1", amount_1="billion"), "signed_on", "year")
    edit = edit_of(deal, expected_on=day)
    refused(send(desk, f"/deals/{deal.code}/edit/", **edit), "expected_on", "year")
    contract.signed_on = date.fromisoformat(day)
    with pytest.raises(ValidationError):
        records.keep(contract, by=factories.person())


def test_an_amendment_below_what_was_taken_over_is_asked_about(desk):
    deal = factories.deal()
    mou = factories.mou(deal, "100")
    factories.contract(deal, "40", under=mou, discharges="40")
    typed = {"paper": mou.pk, "on": "2025-05-01", "effect": "sets", "amount_0": "10", "amount_1": "one"}
    assert asked(send(desk, f"/deals/{deal.code}/log/amendment/", **typed)) == {"below"}


def test_an_amendment_that_more_than_triples_the_value_is_asked_about(desk):
    deal = factories.deal()
    contract = factories.contract(deal, "40e6")
    typed = {"paper": contract.pk, "on": "2025-05-01", "effect": "raises", "amount_0": "500", "amount_1": "million"}
    assert asked(send(desk, f"/deals/{deal.code}/log/amendment/", **typed)) == {"tripled"}


def test_a_delivery_too_early_too_many_or_in_another_unit_is_asked_about(desk):
    deal = factories.deal()
    contract = factories.contract(deal, "1e9", quantity=10, unit_en="aircraft", on=date(2025, 5, 1))
    path = f"/deals/{deal.code}/log/delivery/"
    typed = {"kind": "actual", "contract": contract.pk, "amount_0": "1", "amount_1": "million"}
    assert asked(send(desk, path, **typed, on="2025-04-01")) == {"early"}
    assert asked(send(desk, path, **typed, on="2025-06-01", quantity="11", unit="aircraft")) == {"too_many"}
    assert asked(send(desk, path, **typed, on="2025-06-01", quantity="1", unit="tonnes")) == {"unit"}
    saved(send(desk, path, **typed, on="2025-06-01", quantity="10", unit="aircraft"))


@pytest.mark.parametrize(("quantity", "words"), [("2.500", "two ways"), ("0", "more than zero"), ("x", "no quantity")])
def test_a_quantity_is_read_in_one_way_or_refused(desk, quantity, words):
    deal = factories.deal()
    answer = sign(desk, deal, "mou", signed_on="2025-03-01", amount_0="1", amount_1="billion", quantity=quantity)
    refused(answer, "quantity", words)


def test_an_announcement_to_come_is_refused(desk):
    deal = factories.deal()
    day = (timezone.localdate() + timedelta(days=1)).isoformat()
    path = f"/deals/{deal.code}/log/announcement/"
    refused(send(desk, path, headline="Soon", on=day, kind="new"), "on", "still to come")


def test_a_form_without_its_version_or_token_is_refused_in_words(desk):
    deal = factories.deal()
    edit = edit_of(deal, title_en="Another")
    for wrong_one in ({"version": ""}, {"version": "x"}, {"token": ""}, {"token": "x"}):
        answer = send(desk, f"/deals/{deal.code}/edit/", **(edit | wrong_one))
        refused(answer, "__all__", "Something is missing")
    deal.refresh_from_db()
    assert deal.title_en != "Another"


def test_what_was_refused_is_kept_as_a_draft(desk):
    path = "/deals/new/"
    answer = send(desk, path, name="Thirty turbines", enterprise="Nobody", sector="")
    assert answer.status_code == 422
    page = desk.get(path).content.decode()
    assert "Thirty turbines" in page
    assert "Nobody" in page


def test_a_form_opened_by_somebody_else_is_not_sent_in_my_name(desk, officer):
    deal = factories.deal()
    path = f"/deals/{deal.code}/log/note/"
    assert send(desk, path, sentence="x", on="2025-03-01", by=officer.pk + 1).status_code == 403
    assert ProgressUpdate.objects.count() == 0


def test_a_reason_that_is_missing_is_said(desk):
    deal = factories.deal()
    contract = factories.contract(deal, "1e9")
    typed = {"kind": "actual", "contract": contract.pk, "on": "2025-05-01", "amount_0": "2", "amount_1": "billion"}
    answer = send(desk, f"/deals/{deal.code}/log/delivery/", **typed, confirmed="beyond")
    refused(answer, "reason", "the reason is kept")
    assert [question.is_ticked for question in answer.context["form"].asked] == [True]


def test_what_stands_on_an_entry_is_taken_back_first(desk):
    deal = factories.deal()
    contract = factories.contract(deal, "1e9")
    delivery = factories.delivery(contract, "0.1e9")
    path = f"/deals/{deal.code}/withdraw"
    assert desk.get(f"{path}/paper/{contract.pk}/").context["blocked"]
    answer = send(desk, f"{path}/paper/{contract.pk}/", reason="wrong", version=contract.version)
    refused(answer, "__all__", "take that back first")
    saved(send(desk, f"{path}/delivery/{delivery.pk}/", reason="wrong", version=delivery.version))
    saved(send(desk, f"{path}/paper/{contract.pk}/", reason="wrong", version=contract.version))
    assert bands(deal) == Bands()


def test_a_signing_says_what_the_stage_still_lacks_and_moves_on(desk):
    deal = factories.deal(partner=None)
    base = f"/deals/{deal.code}/sign/contract/"
    typed = {
        "kind": "contract",
        "signed_on": "2025-04-01",
        "amount_0": "1",
        "amount_1": "billion",
        "evidence": "press_report",
        "version": deal.version,
    }
    check = send(desk, base, **typed)
    assert "the US partner" in desk.get(check.url).content.decode()
    saved(confirm(desk, check.url))
    deal.refresh_from_db()
    assert deal.stage == Stage.CONTRACT_SIGNED
    assert "the US partner" in desk.get(f"/deals/{deal.code}/").content.decode()


def test_the_first_step_changed_the_second_is_asked_anew(desk):
    deal = factories.deal()
    mou = factories.mou(deal, "10e9")
    base = f"/deals/{deal.code}/sign/contract/"
    typed = {"kind": "contract", "signed_on": "2025-04-01", "amount_1": "billion", "evidence": "press_report"}
    send(desk, base, **typed, amount_0="6")
    send(desk, base + "discharge/", under=mou.pk, discharges_0="4", discharges_1="billion")
    send(desk, base, **typed, amount_0="5")
    form = desk.get(base + "discharge/").context["form"]
    assert not form.is_bound
    assert form.fields["discharges"].initial == usd("5e9")
