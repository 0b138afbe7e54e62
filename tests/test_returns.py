"""The return: a workbook goes out to an enterprise, comes back, and only its differences are looked at, each accepted
or sent back."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext
from openpyxl import load_workbook

from deals import checking, ledger, periods
from deals.actions import deals as deal_actions
from deals.actions import returns as actions
from deals.actions.records import StaleError
from deals.choices import Answer, Condition
from deals.importing import returned
from deals.models import AuditEntry, ChangeRequest, Deal, Return, ReturnedChange
from deals.periods import Moment
from deals.reports import returns as reports
from tests import factories
from tests.confirming import confirm
from tests.registers import saved

pytestmark = pytest.mark.django_db
PLACE = {column: place + 1 for place, column in enumerate(returned.COLUMNS)}


@pytest.fixture
def world(db: None) -> Any:
    """An enterprise with a deal of its own and one below it, each with a contract, and another enterprise."""
    top, other = factories.enterprise(code="TOP"), factories.enterprise(code="OTHER")
    below = factories.enterprise(code="BELOW", parent=top)
    one = factories.deal(enterprise=top, title_vi="Tua-bin khí", title_en="", expected_on=date(2027, 3, 31))
    two = factories.deal(enterprise=below, title_vi="<r>Máy bay</r>", title_en="")
    contract = factories.contract(one, "50e6")
    factories.valuation(two, "80e6")
    officer = factories.person("officer-of-all", role="officers")
    answering = factories.person("answering", role="respondents", enterprises=[top])
    strange = factories.person("strange", role="respondents", enterprises=[other])
    factories.deal(enterprise=other)
    people = {"officer": officer, "answering": answering, "strange": strange}
    return SimpleNamespace(top=top, other=other, below=below, one=one, two=two, contract=contract, **people)


def client_of(person: Any, language: str = "en") -> Client:
    client = Client()
    client.force_login(person)
    client.cookies["django_language"] = language
    return client


def made(world: Any, enterprise: Any = None, language: str = "en") -> Return:
    """The return for the quarter of today, begun on the page."""
    enterprise = enterprise or world.top
    answer = client_of(world.officer, language).post(reverse("deals:return-make", args=[enterprise.code]))
    of = Return.objects.get(enterprise=enterprise)
    assert answer.url == of.get_absolute_url()
    return of


def book_of(of: Return) -> Any:
    into = BytesIO()
    returned.write(of, into)
    into.seek(0)
    return load_workbook(into)


def row_of(page: Any, deal: Deal) -> int:
    return next(row for row in range(returned.FIRST + 1, page.max_row + 1) if page.cell(row, 1).value == deal.code)


def filled(of: Return, *answers: tuple[Deal, dict[Any, Any]]) -> bytes:
    book = book_of(of)
    page = book.worksheets[0]
    for deal, said in answers:
        for column, value in said.items():
            page.cell(row_of(page, deal), PLACE[column]).value = value
    return saved(book)


def sent_in(of: Return, content: bytes, by: Any, language: str = "en") -> Any:
    file = SimpleUploadedFile("trả lời.xlsx", content)
    return client_of(by, language).post(reverse("deals:return-upload", args=[of.pk]), {"file": file})


def came(of: Return, by: Any, *answers: tuple[Deal, dict[Any, Any]]) -> Any:
    answer = sent_in(of, filled(of, *answers), by)
    assert answer.status_code == 302, answer.content.decode()
    return answer


def problems(of: Return, *answers: tuple[Deal, dict[Any, Any]]) -> list[tuple[str, str]]:
    with translation.override("en"):
        found = returned.read(of, filled(of, *answers)).problems
    return [(each.place, each.text) for each in found]


def step(of: Return, by: Any, **data: Any) -> Any:
    return client_of(by).post(reverse("deals:return-step", args=[of.pk]), data, follow=True)


def today() -> date:
    return timezone.localdate()


# Out


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_workbook_locks_what_is_known_and_opens_what_is_asked(world, language):
    of = made(world, language=language)
    assert set(of.held) == {world.one.code, world.two.code}  # of the enterprise and of the one below it
    book = book_of(of)
    page, check = book.worksheets[0], book[returned.CHECK]
    assert page.protection.sheet
    assert check.sheet_state == "veryHidden"
    assert check.cell(1, 1).value == of.token
    for row in (row_of(page, world.one), row_of(page, world.two)):
        for column, place in PLACE.items():
            assert page.cell(row, place).protection.locked is not isinstance(column, Answer), column
    lists = {str(each.sqref): each.formula1 for each in page.data_validations.dataValidation}
    with translation.override(language):
        words = [str(Condition.ON_TRACK.label), gettext("yes")]
    assert [sum(word in formula for formula in lists.values()) for word in words] == [1, 1]
    assert page.cell(row_of(page, world.two), PLACE["title"]).value == "<r>Máy bay</r>"
    assert page.cell(row_of(page, world.two), PLACE["was_usd"]).value == 80
    assert page.cell(row_of(page, world.one), PLACE["was_expected_on"]).value.date() == date(2027, 3, 31)


def test_a_fetched_workbook_is_noted_and_is_the_same_each_time(world):
    of = made(world)
    world.one.title_vi = "Tên khác"
    factories.kept(world.one)
    assert made(world).token == of.token
    answer = client_of(world.answering).get(reverse("deals:return-workbook", args=[of.pk]))
    page = load_workbook(BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    assert page.cell(row_of(page, world.one), PLACE["title"]).value == "Tua-bin khí"
    entry = AuditEntry.objects.filter(kind="exported").latest("at")
    assert (entry.actor, entry.details["rows"]) == (world.answering, 2)


def test_an_enterprise_without_an_open_deal_has_no_return(world):
    bare = factories.enterprise(code="BARE")
    answer = client_of(world.officer).post(reverse("deals:return-make", args=["BARE"]), follow=True)
    assert "no open deal" in answer.content.decode()
    assert not Return.objects.filter(enterprise=bare).exists()


# Back


def test_with_nothing_filled_in_it_is_not_taken_in(world):
    of = made(world)
    answer = sent_in(of, filled(of), world.answering)
    assert answer.status_code == 422 and len(answer.context["problems"]) == 1
    of.refresh_from_db()
    assert of.state == "sent_out"
    page = client_of(world.officer).get(reverse("deals:return-list"))
    assert page.context["overview"].counts["reported"] == 0


@pytest.mark.parametrize("period", ["9998-1", "1999-1", "2026-9"])
def test_there_is_no_return_of_a_quarter_that_is_not_offered(world, period):
    answer = client_of(world.officer).post(reverse("deals:return-make", args=["TOP"]), {"period": period})
    assert answer.status_code == 404 and not Return.objects.exists()


def test_a_comment_that_was_typed_stays_while_another_difference_is_decided(world):
    of = made(world)
    came(of, world.answering, (world.two, {Answer.EXPECTED_USD: 90, Answer.SENTENCE: "Đang đàm phán giá"}))
    client, path = client_of(world.officer), reverse("deals:return-step", args=[of.pk])
    one, other = of.changes.get(part="news"), of.changes.get(part="value")
    world.two.refresh_from_db()
    typed = {"version": world.two.version, f"comment-{one.pk}": "", f"comment-{other.pk}": "Theo văn bản nào?"}
    page = client.post(path, {"accept": one.pk, **typed}, follow=True).content.decode()
    assert 'value="Theo văn bản nào?"' in page
    client.post(path, {"send_back": other.pk, f"comment-{other.pk}": "Theo văn bản nào?"})
    assert of.changes.get(pk=other.pk).comment == "Theo văn bản nào?"


def test_the_workbook_speaks_vietnamese(world):
    of = made(world, language="vi")
    page = book_of(of).worksheets[0]
    headings = [cell.value for cell in page[returned.HEAD + 1]]
    assert all(heading[0].isupper() for heading in headings)
    with translation.override("vi"):
        assert page.title == pgettext("sheet", "Return")
        assert str(of.period) in actions.reason_of(of)


def test_what_is_as_it_was_is_taken_in_and_is_no_difference(world):
    of = made(world)
    came(of, world.answering, (world.one, {Answer.CONDITION: "On track"}))
    of.refresh_from_db()
    assert (of.state, of.came_back_by, of.file_name) == ("came_back", world.answering, "trả lời.xlsx")
    assert len(of.sha256) == 64
    assert not of.changes.exists()
    assert "without any difference" in client_of(world.officer).get(of.get_absolute_url()).content.decode()


def test_what_is_as_it_was_is_no_difference(world):
    of = made(world)
    came(of, world.answering, (world.one, {Answer.CONDITION: "On track", Answer.EXPECTED_ON: date(2027, 3, 31)}),
         (world.two, {Answer.EXPECTED_USD: 80, Answer.UNCHANGED: "no"}))  # fmt: skip
    assert not of.changes.exists()


EVERYTHING = {
    Answer.CONDITION: "At risk", Answer.SENTENCE: "Chậm giấy phép", Answer.NEXT_STEP: "Họp",
    Answer.NEXT_STEP_OWNER: "Cục Điện lực", Answer.NEXT_STEP_BY: date(2027, 1, 15),
    Answer.EXPECTED_ON: date(2027, 2, 28), Answer.EXPECTED_USD: "120", Answer.DELIVERED_USD: 10.5,
}  # fmt: skip


def test_each_column_comes_back_is_accepted_and_counts(world):
    of = made(world)
    first_day = max(periods.quarter_of(today()), today() - timedelta(days=1))
    came(of, world.answering, (world.one, EVERYTHING | {Answer.DELIVERED_ON: first_day}))
    said = {change.part: change for change in of.changes.all()}
    assert set(said) == {"news", "expected_day", "value", "delivery"}
    assert said["news"].was == {"condition": "on_track"}
    assert (said["expected_day"].was, said["expected_day"].says) == (
        {"expected_on": "2027-03-31"}, {"expected_on": "2027-02-28"}
    )  # fmt: skip
    before = ledger.total(Moment(today()))
    assert before.delivered == 0  # nothing counts before it is accepted
    step(of, world.officer, accept_all="", deal=world.one.pk, version=world.one.version)
    assert {change.state for change in of.changes.all()} == {"accepted"}
    world.one.refresh_from_db()
    assert (world.one.condition, world.one.expected_on) == ("at_risk", date(2027, 2, 28))
    update = world.one.updates.get()
    assert (update.sentence, update.next_step, update.next_step_owner) == ("Chậm giấy phép", "Họp", "Cục Điện lực")
    assert update.history.get().history_user == world.officer
    quarter = periods.day_name(today(), language="en", precision="quarter")
    assert update.history.get().history_change_reason == f"Return of TOP for {quarter}"
    delivery = world.one.deliveries.get()
    assert (delivery.usd, delivery.on, delivery.contract) == (Decimal("10500000.00"), first_day, world.contract)
    assert world.one.valuations.get().usd == Decimal("120000000.00")
    assert ledger.total(Moment(today())).delivered == Decimal("10500000.00")
    assert list(checking.check()) == []


def test_a_tick_is_one_update_that_nothing_has_changed(world):
    of = made(world)
    came(of, world.answering, (world.one, {Answer.UNCHANGED: "Có"}), (world.two, {Answer.UNCHANGED: "yes"}))
    step(of, world.officer, unchanged="")
    assert [update.kind for deal in (world.one, world.two) for update in deal.updates.all()] == ["unchanged"] * 2
    step(of, world.officer, settle="")
    of.refresh_from_db()
    assert (of.state, of.settled_by) == ("settled", world.officer)
    assert sent_in(of, filled(of), world.answering).status_code == 422


def test_sent_back_it_is_read_by_who_answers_and_only_what_is_new_comes_again(world):
    of = made(world)
    both = {Answer.EXPECTED_USD: 90, Answer.SENTENCE: "Đang đàm phán giá"}
    came(of, world.answering, (world.two, both))
    change = of.changes.get(part="value")
    answer = step(of, world.officer, send_back=change.pk, **{f"comment-{change.pk}": " "})
    assert "Say what is to be mended." in answer.content.decode()
    step(of, world.officer, send_back=change.pk, **{f"comment-{change.pk}": "Theo văn bản nào?"})
    assert "Theo văn bản nào?" in client_of(world.answering).get(of.get_absolute_url()).content.decode()
    assert "still open" in step(of, world.officer, settle="").content.decode()
    came(of, world.answering, (world.two, both))
    assert of.changes.count() == 2  # the same once more is nothing new
    came(of, world.answering, (world.two, both | {Answer.EXPECTED_USD: 95}))
    states = {(each.part, each.says.get("expected_usd"), each.state) for each in of.changes.all()}
    assert states == {
        ("news", None, "waiting"),
        ("value", "90000000.00", "replaced"),
        ("value", "95000000.00", "waiting"),
    }
    came(of, world.answering, (world.one, {Answer.UNCHANGED: "yes"}))
    assert set(of.changes.filter(deal=world.two).values_list("state", flat=True)) == {"replaced"}


def test_what_needs_a_second_person_waits_for_one(world):
    of = made(world)
    came(of, world.answering, (world.one, {Answer.EXPECTED_ON: date(2028, 3, 31)}))
    change = of.changes.get()
    answer = step(of, world.officer, accept=change.pk, deal=world.one.pk, version=world.one.version)
    assert "A second person must confirm this." in answer.content.decode()
    change.refresh_from_db()
    world.one.refresh_from_db()
    assert (change.state, world.one.expected_on) == ("accepted", date(2027, 3, 31))
    confirm(ChangeRequest.objects.get(pk=change.request_id))
    world.one.refresh_from_db()
    assert world.one.expected_on == date(2028, 3, 31)


def test_what_changed_since_is_shown_and_not_written_over_unseen(world):
    of = made(world)
    came(of, world.answering, (world.one, {Answer.EXPECTED_ON: date(2027, 2, 28)}))
    seen = world.one.version
    deal_actions.change(world.one, by=world.officer, on=today(), expected_on=date(2027, 3, 1))
    page = client_of(world.officer).get(of.get_absolute_url()).content.decode()
    assert all(day in page for day in ("31 Mar 2027", "1 Mar 2027", "28 Feb 2027"))
    change = of.changes.get()
    answer = step(of, world.officer, accept=change.pk, deal=world.one.pk, version=seen)
    assert "was changed by somebody else" in answer.content.decode()
    with pytest.raises(StaleError):
        actions.accept([change], by=world.officer, version=seen)
    assert Deal.objects.get(pk=world.one.pk).expected_on == date(2027, 3, 1)


def test_accepted_by_two_it_is_entered_once(world):
    of = made(world)
    came(of, world.answering, (world.two, {Answer.EXPECTED_USD: 90}))
    seen, same = of.changes.get(), of.changes.get()
    actions.accept([seen], by=world.officer)
    with pytest.raises(ValidationError, match=r"decided already|đã được quyết định"):
        actions.accept([same], by=factories.person(role="officers"))
    assert world.two.valuations.count() == 2


def test_a_deal_that_is_not_followed_any_more_keeps_no_return_open(world):
    of = made(world)
    came(of, world.answering, (world.two, {Answer.EXPECTED_USD: 90}))
    factories.archive(Deal.objects.get(pk=world.two.pk))
    with pytest.raises(ValidationError, match="not followed any more"), translation.override("en"):
        actions.accept(list(of.changes.all()), by=world.officer)
    assert actions.settle(of, by=world.officer).is_settled


def test_made_anew_while_a_file_was_read_it_is_not_taken_in(world):
    of = made(world)
    read = Return.objects.get(pk=of.pk)
    actions.renew(of, held=of.held, language="en", by=world.officer)
    with pytest.raises(ValidationError, match="made anew meanwhile"), translation.override("en"):
        actions.take_in(read, {}, content=b"PK", name="a.xlsx", by=world.answering)


def test_a_group_is_accepted_as_a_whole_or_not_at_all(world):
    of = made(world)
    day = max(periods.quarter_of(today()), today() - timedelta(days=1))
    said = {Answer.EXPECTED_USD: 90, Answer.DELIVERED_USD: 5, Answer.DELIVERED_ON: day}
    came(of, world.answering, (world.two, said))
    answer = step(of, world.officer, accept_all="", deal=world.two.pk, version=world.two.version)
    assert "No contract of this deal is recorded" in answer.content.decode()
    assert world.two.valuations.count() == 1
    assert set(of.changes.values_list("state", flat=True)) == {"waiting"}


def test_of_several_contracts_the_officer_says_which(world):
    of = made(world)
    second = factories.contract(world.one, "30e6", title_vi="HĐ 2")
    day = max(periods.quarter_of(today()), today() - timedelta(days=1))
    came(of, world.answering, (world.one, {Answer.DELIVERED_USD: 5, Answer.DELIVERED_ON: day}))
    change = of.changes.get()
    data = {"accept": change.pk, "deal": world.one.pk, "version": Deal.objects.get(pk=world.one.pk).version}
    assert "Choose the contract" in step(of, world.officer, **data).content.decode()
    step(of, world.officer, **data, contract=second.pk)
    assert world.one.deliveries.get().contract == second
    more = filled(of, (world.one, {Answer.DELIVERED_USD: 6, Answer.DELIVERED_ON: day}))
    assert "a delivery was accepted from this return already" in sent_in(of, more, world.answering).content.decode()


# What cannot be read, or cannot stand


def test_what_can_be_read_in_two_ways_is_named_by_its_cell_and_nothing_is_taken_in(world):
    of = made(world)
    said = {Answer.EXPECTED_USD: "1.234", Answer.EXPECTED_ON: "5/7/2027", Answer.SENTENCE: "Tin"}
    row = row_of(book_of(of).worksheets[0], world.one)
    found = problems(of, (world.one, said))
    assert [place for place, _text in found] == [f"N{row}", f"S{row}"]
    assert [text.partition("”: ")[0] for _place, text in found] == ["“5/7/2027", "“1.234"]
    assert "as two days" in found[0][1] and "as two numbers" in found[1][1]
    answer = sent_in(of, filled(of, (world.one, said)), world.answering)
    assert answer.status_code == 422
    assert f"<strong>S{row}</strong>" in answer.content.decode()
    of.refresh_from_db()
    assert (of.state, of.changes.count()) == ("sent_out", 0)


@pytest.mark.parametrize(
    ("said", "place", "text"),
    [
        ({Answer.EXPECTED_USD: "=80*2"}, "S", "formula"),
        ({Answer.CONDITION: "=A1"}, "F", "formula"),
        ({Answer.EXPECTED_USD: "nhiều"}, "S", "no amount"),
        ({Answer.EXPECTED_USD: "nhiều"}, "S", "“nhiều”"),
        ({Answer.EXPECTED_USD: "500 USD"}, "S", "without a unit"),
        ({Answer.EXPECTED_USD: -5}, "S", "below zero"),
        ({Answer.EXPECTED_ON: "31/2/2027"}, "N", "no such day"),
        ({Answer.CONDITION: "tạm ổn", Answer.SENTENCE: "Tin"}, "F", "Choose one of the conditions"),
        ({Answer.CONDITION: "At risk"}, "H", "in one sentence"),
        ({Answer.SENTENCE: "Tin", Answer.NEXT_STEP_OWNER: "EVN"}, "J", "Name the next step"),
        ({Answer.SENTENCE: "x" * 401}, "H", "too long"),
        ({Answer.DELIVERED_USD: 5}, "P", "both the amount and the day"),
        ({Answer.DELIVERED_USD: 5, Answer.DELIVERED_ON: date(2019, 1, 1)}, "Q", "not in the period"),
        ({Answer.UNCHANGED: "yes", Answer.SENTENCE: "Tin"}, "T", "leave out one of the two"),
        ({Answer.UNCHANGED: "maybe"}, "T", "yes or no"),
    ],
)
def test_what_cannot_stand_is_named_by_its_cell(world, said, place, text):
    of = made(world)
    row = row_of(book_of(of).worksheets[0], world.one)
    found = problems(of, (world.one, said))
    assert any(at == f"{place}{row}" and text in why for at, why in found), found


def test_numbers_as_people_write_them_are_read_where_there_is_one_way(world):
    of = made(world)
    came(of, world.answering, (world.one, {Answer.EXPECTED_USD: "1,5 tỷ"}),
         (world.two, {Answer.EXPECTED_USD: 1234.5678}))  # fmt: skip
    said = dict(of.changes.values_list("deal__code", "says"))
    assert said[world.one.code] == {"expected_usd": "1500000000.00"}
    assert said[world.two.code] == {"expected_usd": "1234567800.00"}


# Tampering


def tampered(of: Return, change: Any) -> list[str]:
    book = book_of(of)
    change(book.worksheets[0], book)
    with translation.override("en"):
        return [f"{each.place} {each.text}" for each in returned.read(of, saved(book)).problems]


def test_tampered_rows_are_refused(world):
    of = made(world)
    first, second = returned.FIRST + 1, returned.FIRST + 2

    def unknown(page: Any, book: Any) -> None:
        page.cell(first, 1).value = "VNUS-1999-0001"

    def swapped(page: Any, book: Any) -> None:
        page.cell(first, 1).value, page.cell(second, 1).value = page.cell(second, 1).value, page.cell(first, 1).value

    def doubled(page: Any, book: Any) -> None:
        for place in PLACE.values():
            page.cell(second + 1, place).value = page.cell(first, place).value

    def missing(page: Any, book: Any) -> None:
        page.delete_rows(second)

    def figure(page: Any, book: Any) -> None:
        page.cell(row_of(page, world.two), PLACE["was_usd"]).value = 8000

    said = tampered(of, unknown)
    assert f"A{first} “VNUS-1999-0001” is no deal of this return." in said
    assert any("is missing" in each for each in said)
    assert any(each.startswith(f"B{first} “Deal”") for each in tampered(of, swapped))
    assert any("a second time" in each for each in tampered(of, doubled))
    assert tampered(of, missing) == [f" The row of {max(of.held)} is missing."]
    assert [each[:1] for each in tampered(of, figure)] == ["R"]


def test_rows_moved_as_a_whole_are_read_as_they_are(world):
    of = made(world)

    def moved(page: Any, book: Any) -> None:
        page.move_range(f"A{returned.FIRST + 1}:T{returned.FIRST + 1}", rows=4)

    assert [each for each in tampered(of, moved) if "Nothing is filled in" not in each] == []


def test_the_workbook_of_another_return_is_refused(world):
    of, foreign = made(world), made(world, world.other)
    answer = sent_in(of, filled(foreign), world.officer)
    assert answer.status_code == 422
    assert "the workbook of OTHER" in answer.content.decode()

    def without_check(page: Any, book: Any) -> None:
        del book[returned.CHECK]

    def another_token(page: Any, book: Any) -> None:
        book[returned.CHECK].cell(1, 1).value = "0" * 32

    def other_headings(page: Any, book: Any) -> None:
        page.delete_cols(PLACE["stage"])

    assert "hidden sheet is missing" in tampered(of, without_check)[0]
    assert "was replaced by one made later" in tampered(of, another_token)[0]
    assert "headings of this workbook were changed" in tampered(of, other_headings)[0]
    answer = sent_in(of, b"no workbook at all", world.officer)
    assert (answer.status_code, of.changes.count()) == (422, 0)


def test_made_anew_the_workbook_that_was_fetched_is_taken_in_no_more(world):
    of = made(world)
    old = filled(of)
    step(of, world.officer, renew="")
    answer = sent_in(of, old, world.answering)
    assert "was replaced by one made later" in answer.content.decode()
    of.refresh_from_db()
    came(of, world.answering, (world.one, {Answer.UNCHANGED: "yes"}))
    assert "came back already" in step(of, world.officer, renew="").content.decode()


# Who


def test_a_respondent_sees_and_hands_in_their_own_alone_and_decides_nothing(world):
    of, foreign = made(world), made(world, world.other)
    client = client_of(world.strange)
    for name in ("detail", "workbook", "file"):
        assert client.get(reverse(f"deals:return-{name}", args=[of.pk])).status_code == 404
    assert sent_in(of, filled(of), world.strange).status_code == 404
    listed = client.get(reverse("deals:return-list")).content.decode()
    assert foreign.get_absolute_url() in listed
    assert of.get_absolute_url() not in listed
    assert "0 of 1 have reported." in listed
    came(of, world.answering, (world.two, {Answer.EXPECTED_USD: 90}))
    change = of.changes.get()
    assert step(of, world.answering, accept=change.pk, deal=world.two.pk).status_code == 403
    assert 'name="accept"' not in client_of(world.answering).get(of.get_absolute_url()).content.decode()
    assert ReturnedChange.objects.get().state == "waiting"


def test_who_has_reported_this_period(world):
    of = made(world)
    made(world, world.other)
    came(of, world.answering, (world.two, {Answer.EXPECTED_USD: 90}))
    page = client_of(world.officer).get(reverse("deals:return-list")).content.decode()
    assert "1 of 2 have reported." in page
    assert "Settled: 0. Sent out and awaited: 1. Not sent: 0." in page
    assert "In the return of" in page  # the enterprise below: its deals are in the one above
    start = periods.quarter_of(today())
    everything = reports.overview(
        Deal.objects.all(), type(world.top).objects.all(), Return.objects.all(), period_start=start
    )
    rows = {row.enterprise.code: row for row in everything.rows}
    assert (rows["TOP"].deals, rows["TOP"].waiting, rows["BELOW"].deals) == (2, 1, 1)
    before = client_of(world.officer).get(reverse("deals:return-list") + "?period=2025-2").content.decode()
    assert "0 of 3 have reported." in before


def test_quarters():
    assert periods.quarter_of(date(2026, 11, 22)) == date(2026, 10, 1)
    ends = [periods.quarter_end(date(2026, month, 1)) for month in (1, 4, 7, 10)]
    assert ends == [date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31)]
    assert periods.parse_quarter(periods.quarter_key(date(2026, 7, 1))) == date(2026, 7, 1)
    with pytest.raises(ValueError, match="2026-5"):
        periods.parse_quarter("2026-5")
