"""What needs a second person: which changes, by which door, who confirms, and that nothing counts before."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from deals import ledger, permissions
from deals.actions import confirmations, corrections, deliveries, instruments, records, second_person, valuations
from deals.actions import deals as deal_actions
from deals.actions.proposals import ConfirmationNeededError
from deals.actions.second_person import Found, Standing, grounds
from deals.choices import EndReason, Ground, InstrumentKind, Outcome
from deals.models import AuditEntry, ChangeRequest, ConfirmationRule, Deal, Draft, Instrument, User
from deals.periods import Moment
from deals.positions import Bands, Facts, Paper
from tests import factories
from tests.confirming import asked, confirm, link, request_of, reviewer
from tests.strategies import valid_facts

pytestmark = pytest.mark.django_db

JAN, FEB, TODAY = date(2025, 1, 10), date(2025, 2, 10), date(2026, 1, 5)
LIMIT, BELOW = "100000000.00", "99999999.99"


@pytest.fixture
def by(db: None) -> User:
    return factories.person("asker", role="officers", email="asker@example.vn", last_name="Nguyễn", first_name="An")


@pytest.fixture
def desk(client: Client, by: User) -> Client:
    client.force_login(by)
    client.cookies["django_language"] = "en"
    return client


def at_desk(person: User) -> Client:
    found = Client()
    found.force_login(person)
    found.cookies["django_language"] = "en"
    return found


def bands(deal: Deal) -> Bands:
    return ledger.total(Moment(timezone.localdate()), Deal.objects.filter(pk=deal.pk))


def usd(amount: str) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))


def needs(do: Callable[[], Any]) -> set[str]:
    """The grounds for which the change was refused, all of it."""
    with pytest.raises(ConfirmationNeededError) as refused:
        do()
    return {each["rule"] for each in refused.value.grounds}


def signs(deal: Deal, by: User, amount: str | None, kind: str = "contract", **fields: Any) -> Instrument:
    value = None if amount is None else usd(amount)
    return instruments.sign(deal, kind=InstrumentKind(kind), on=JAN, by=by, usd=value, **fields)


# The rule: facts in, grounds out


def standing(*papers: Paper, **rest: Any) -> Standing:
    return Standing(facts=Facts(papers=papers), **rest)


def paper(usd: str | None = "1", kind: str = "contract", **fields: Any) -> Paper:
    known = {"id": 1, "kind": kind, "on": JAN, "usd": None if usd is None else Decimal(usd)}
    return Paper(**{**known, **fields})


def why(before: Standing, after: Standing) -> list[Found]:
    return grounds(before, after, threshold=Decimal(LIMIT), today=TODAY)


CONTRACT, CUT, POSTPONED = Found(Ground.CONTRACT, 1), Found(Ground.CUT, 1), Found(Ground.POSTPONED, 1)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [paper(BELOW)], []),
        ([], [paper(LIMIT)], [CONTRACT]),
        ([], [paper(None)], []),
        ([], [paper(LIMIT, kind="mou")], []),
        ([], [paper(LIMIT, kind="option")], []),
        ([], [paper(LIMIT, counts=False)], []),
        ([], [paper(LIMIT, ended_on=FEB, end_reason="terminated")], []),
        ([], [paper(LIMIT, ended_on=FEB, end_reason="fulfilled")], [CONTRACT]),
        ([paper(None)], [paper(LIMIT)], [CONTRACT]),
        ([paper("1")], [paper(BELOW)], []),
        ([paper("1")], [paper(LIMIT)], [CONTRACT]),
        ([paper(LIMIT)], [paper(LIMIT)], []),
        ([paper(LIMIT)], [paper("100000000.01")], [CONTRACT]),
        ([paper("1")], [paper("1"), paper("99999999", kind="amendment", id=2, under=1)], [CONTRACT]),
        ([paper("1")], [paper("1"), paper("99999998.99", kind="amendment", id=2, under=1)], []),
        ([paper(LIMIT, kind="mou")], [paper(LIMIT)], [CONTRACT]),
        ([paper(LIMIT, counts=False)], [paper(LIMIT)], [CONTRACT]),
        ([paper(LIMIT, ended_on=FEB, end_reason="cancelled")], [paper(LIMIT)], [CONTRACT]),
        ([paper(LIMIT, ended_on=FEB, end_reason="fulfilled")], [paper(LIMIT)], []),
    ],
)
def test_a_contract_at_the_threshold_and_not_a_cent_below(before, after, expected):
    assert why(standing(*before), standing(*after)) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (paper("5"), None, [CUT]),
        (paper("5", kind="loi"), None, [CUT]),
        (paper(None, kind="mou"), None, [CUT]),
        (paper("5", kind="option"), None, []),
        (paper("5", counts=False), None, []),
        (paper("5"), paper("4.99"), [CUT]),
        (paper("5"), paper("5.01"), []),
        (paper("5"), paper(None), [CUT]),
        (paper("5"), paper("5", counts=False), [CUT]),
        (paper("5"), paper("5", kind="mou"), [CUT]),
        (paper("5", kind="mou"), paper("5", kind="framework"), []),
        (paper("5"), paper("5", ended_on=FEB, end_reason="terminated"), [CUT]),
        (paper("5"), paper("5", ended_on=FEB, end_reason="cancelled"), [CUT]),
        (paper("5"), paper("5", ended_on=FEB, end_reason="expired"), [CUT]),
        (paper("5"), paper("5", ended_on=FEB, end_reason="fulfilled"), []),
        (paper("5", kind="mou"), paper("5", kind="mou", ended_on=FEB, end_reason="superseded"), []),
        (paper("5", ended_on=FEB, end_reason="cancelled"), None, []),
        (paper("5", ended_on=FEB, end_reason="fulfilled"), None, [CUT]),
        # By any other name: what lowers the sum signed by as much as the threshold is a cut.
        (paper(BELOW), paper(BELOW, ended_on=FEB, end_reason="fulfilled"), []),
        (paper(LIMIT), paper(LIMIT, ended_on=FEB, end_reason="fulfilled"), [Found(Ground.CUT)]),
    ],
)
def test_a_paper_that_is_cut(before, after, expected):
    assert why(standing(before), standing(*([after] if after else []))) == expected


def test_an_amendment_that_lowers_the_value_cuts_and_taking_it_back_does_not():
    amended = standing(paper("5"), paper("-0.01", kind="amendment", id=2, under=1))
    assert why(standing(paper("5")), amended) == [CUT]
    assert why(amended, standing(paper("5"))) == []


def test_a_small_conversion_that_fulfils_a_paper_is_no_cut():
    mou = paper("50000000", kind="mou")
    converted = [
        paper("50000000", kind="mou", ended_on=FEB, end_reason="fulfilled"),
        paper("40000000", id=2, under=1, discharges_usd=Decimal("50000000"), on=FEB),
    ]
    assert why(standing(mou), standing(*converted)) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"expected_on": JAN}, {"expected_on": FEB}, [Found(Ground.POSTPONED)]),
        ({"expected_on": JAN}, {"expected_on": None}, [Found(Ground.POSTPONED)]),
        ({"expected_on": FEB}, {"expected_on": JAN}, []),
        ({}, {"expected_on": FEB}, []),
        ({"due_on": {7: JAN}}, {"due_on": {7: FEB}}, [Found(Ground.POSTPONED)]),
        ({"due_on": {7: JAN}}, {}, [Found(Ground.POSTPONED)]),
        ({"due_on": {7: JAN}}, {"received": frozenset({7})}, []),
        ({"due_on": {7: FEB}}, {"due_on": {7: JAN}}, []),
        ({}, {"due_on": {7: JAN}}, []),
        ({"runs_until": {1: JAN}}, {"runs_until": {1: FEB}}, [POSTPONED]),
        ({"runs_until": {1: JAN}}, {"runs_until": {1: None}}, [POSTPONED]),
        ({"runs_until": {1: FEB}}, {"runs_until": {1: JAN}}, []),
    ],
)
def test_a_date_of_a_signed_deal_that_is_put_off(before, after, expected):
    mou = paper("5", kind="mou")
    assert why(standing(mou, **before), standing(mou, **after)) == expected
    # Without a paper in force there is nothing to put off.
    ended = paper("5", kind="mou", ended_on=FEB, end_reason="expired")
    assert why(standing(ended, **before), standing(ended, **after)) == []
    assert why(standing(**before), standing(**after)) == []


@pytest.mark.parametrize(("was", "becomes", "expected"), [(JAN, FEB, [POSTPONED]), (FEB, JAN, []), (JAN, JAN, [])])
def test_the_day_of_a_signed_paper_that_is_put_off(was, becomes, expected):
    mou = {"kind": "mou"}
    assert why(standing(paper("5", on=was, **mou)), standing(paper("5", on=becomes, **mou))) == expected
    uncounted = {"kind": "option"}
    assert why(standing(paper("5", on=was, **uncounted)), standing(paper("5", on=becomes, **uncounted))) == []


amounts = st.integers(0, 30_000_000_000).map(lambda cents: Decimal(cents).scaleb(-2))


@given(was=amounts, becomes=amounts, threshold=amounts.filter(bool))
def test_a_contract_moves_between_two_values(was, becomes, threshold):
    before, after = standing(paper(str(was))), standing(paper(str(becomes)))
    found = {each.ground for each in grounds(before, after, threshold=threshold, today=TODAY)}
    assert (Ground.CUT in found) == (becomes < was)
    assert (Ground.CONTRACT in found) == (becomes > was and becomes >= threshold)


@given(known=valid_facts(), threshold=amounts.filter(bool))
def test_a_new_deal_needs_a_second_person_for_a_contract_alone_and_never_below_the_most_it_may_be_worth(
    known, threshold
):
    found = grounds(Standing(), Standing(known), threshold=threshold, today=TODAY)
    assert {each.ground for each in found} <= {Ground.CONTRACT}
    assert not found or second_person.most(known) >= threshold


# The door: everything goes through keep, and what needs a second person is not written


def test_nothing_is_written_and_nothing_counts_before(by):
    deal = factories.deal()
    history = Instrument.history.count()
    assert needs(lambda: signs(deal, by, LIMIT)) == {"contract"}
    assert not deal.instruments.exists()
    assert Instrument.history.count() == history
    assert not bands(deal)
    signs(deal, by, BELOW)
    assert bands(deal).contracted == usd(BELOW)


def _contract(amount: str = "5000000") -> Instrument:
    return factories.contract(factories.deal(), amount, on=JAN)


def _corrects(paper: Instrument, by: User, **fields: Any) -> Callable[[], Any]:
    return lambda: corrections.correct(paper, fields=fields, by=by, reason="misread")


def _deal_with_mou(**fields: Any) -> Deal:
    deal = factories.deal(**fields)
    factories.mou(deal, "5e6", on=JAN)
    return deal


CASES: dict[str, tuple[Callable[[User], Callable[[], Any]], set[str]]] = {
    "raised": (lambda by: _corrects(_contract(), by, usd=usd(LIMIT)), {"contract"}),
    "raised below": (lambda by: _corrects(_contract(), by, usd=usd(BELOW)), set()),
    "amended over": (
        lambda by: lambda: instruments.amend(_contract(), usd=usd("95000000"), on=FEB, by=by),
        {"contract"},
    ),
    "amended below": (lambda by: lambda: instruments.amend(_contract(), usd=usd("94999999.99"), on=FEB, by=by), set()),
    "counts": (
        lambda by: _corrects(factories.contract(factories.deal(), LIMIT, counts=False), by, counts=True),
        {"contract"},
    ),
    "becomes a contract": (
        lambda by: _corrects(factories.mou(factories.deal(), LIMIT), by, kind="contract"),
        {"contract"},
    ),
    "counts no more": (lambda by: _corrects(_contract(), by, counts=False), {"cut"}),
    "lowered": (lambda by: _corrects(_contract(), by, usd=usd("4999999.99")), {"cut"}),
    "amended down": (lambda by: lambda: instruments.amend(_contract(), usd=usd("-0.01"), on=FEB, by=by), {"cut"}),
    "withdrawn": (lambda by: lambda: instruments.withdraw(_contract(), by=by, reason="wrong deal"), {"cut"}),
    "archived": (lambda by: lambda: records.archive(_contract(), by=by, reason="wrong deal"), {"cut"}),
    "deal archived": (lambda by: lambda: records.archive(_contract().deal, by=by, reason="wrong"), {"cut"}),
    "terminated": (lambda by: lambda: instruments.end(_contract(), on=FEB, why=EndReason.TERMINATED, by=by), {"cut"}),
    "fulfilled": (lambda by: lambda: instruments.end(_contract(), on=FEB, why=EndReason.FULFILLED, by=by), set()),
    "revived": (
        lambda by: lambda: instruments.revive(factories.ended(_contract(LIMIT), on=FEB), by=by, reason="settled"),
        {"contract"},
    ),
    "cancelled deal": (
        lambda by: (
            lambda: deal_actions.close(_deal_with_mou(), on=FEB, outcome=Outcome.CANCELLED, by=by, reason="no interest")
        ),
        {"cut"},
    ),
    "unsigned deal cancelled": (
        lambda by: (
            lambda: deal_actions.close(factories.deal(), on=FEB, outcome=Outcome.CANCELLED, by=by, reason="no interest")
        ),
        set(),
    ),
    "completed deal": (
        lambda by: lambda: deal_actions.close(_deal_with_mou(), on=FEB, outcome=Outcome.COMPLETED, by=by, reason="x"),
        set(),
    ),
    "expected later": (
        lambda by: lambda: deal_actions.change(_deal_with_mou(expected_on=JAN), by=by, on=FEB, expected_on=FEB),
        {"postponed"},
    ),
    "unsigned deal expected later": (
        lambda by: lambda: deal_actions.change(factories.deal(expected_on=JAN), by=by, on=FEB, expected_on=FEB),
        set(),
    ),
    "delivery later": (
        lambda by: (
            lambda: corrections.correct(
                factories.planned(_contract(), on=FEB), fields={"on": date(2026, 2, 1)}, by=by, reason="late"
            )
        ),
        {"postponed"},
    ),
    "delivery received": (
        lambda by: (
            lambda: corrections.correct(
                factories.planned(_contract(), on=JAN), fields={"on": FEB, "kind": "actual"}, by=by, reason="came"
            )
        ),
        set(),
    ),
    "runs longer": (
        lambda by: _corrects(factories.mou(factories.deal(), 5, on=JAN, expires_on=FEB), by, expires_on=TODAY),
        {"postponed"},
    ),
    "signed later": (
        lambda by: _corrects(factories.mou(factories.deal(), 5, on=JAN), by, signed_on=FEB),
        {"postponed"},
    ),
    "signed earlier": (lambda by: _corrects(factories.mou(factories.deal(), 5, on=FEB), by, signed_on=JAN), set()),
    "another title": (lambda by: _corrects(_contract(LIMIT), by, title_en="Another"), set()),
    "a delivery": (lambda by: lambda: deliveries.deliver(_contract(LIMIT), usd=usd("5"), on=FEB, by=by), set()),
    "an estimate": (lambda by: lambda: valuations.value(_contract(LIMIT).deal, usd=usd("5e9"), on=FEB, by=by), set()),
    "a memorandum": (lambda by: lambda: signs(factories.deal(), by, "5e9", kind="mou"), set()),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_each_change_asks_for_whom_it_must(name, by):
    make, expected = CASES[name]
    do = make(by)
    if expected:
        assert needs(do) == expected
    else:
        do()


def test_bringing_back_a_contract_asks_again_and_is_kept_as_asked(by):
    contract = _contract(LIMIT)
    factories.archive(contract)
    request = asked(lambda: records.restore(contract, by=by, reason="it stands"), by)
    assert {each["rule"] for each in request.grounds} == {"contract"}
    assert not bands(contract.deal)
    confirm(request)
    assert bands(contract.deal).contracted == usd(LIMIT)


def test_the_threshold_is_set_in_the_admin(by):
    boss = factories.person(role="administrators", is_staff=True)
    page = at_desk(boss)
    path = reverse("admin:deals_confirmationrule_add")
    assert page.post(path, {"threshold_usd": "0"}).status_code == 200
    assert page.post(path, {"threshold_usd": "5000000"}).status_code == 302
    assert page.get(path).status_code == 403, "there is one"
    rule = ConfirmationRule.objects.get()
    assert rule.history.get().history_user == boss
    assert needs(lambda: signs(factories.deal(), by, "5000000.00")) == {"contract"}
    signs(factories.deal(), by, "4999999.99")
    with pytest.raises(ValidationError), transaction.atomic():
        records.keep(ConfirmationRule(threshold_usd=usd("7")), by=boss)
    assert at_desk(factories.person(role="stewards", is_staff=True)).get(path).status_code == 403


def test_the_threshold_without_a_row_is_a_hundred_million():
    assert ConfirmationRule.threshold() == Decimal("100000000.00")


# What comes of a request


def test_confirmed_it_counts_as_it_was_asked_for_in_the_name_of_who_asked(by, django_capture_on_commit_callbacks):
    deal = factories.deal(stage="talks")
    request = asked(lambda: instruments.conclude(Instrument(deal=deal, kind="contract", signed_on=JAN, usd=usd(LIMIT)),
                                                 by=by, reason="in Washington"), by)  # fmt: skip
    deal.refresh_from_db()
    assert (deal.stage, bool(bands(deal)), request.reason) == ("talks", False, "in Washington")
    boss = reviewer(last_name="Trần", first_name="Bình")
    with django_capture_on_commit_callbacks(execute=True):
        confirmations.confirm(request, by=boss, link=link)
    deal.refresh_from_db()
    made = deal.instruments.get()
    assert (deal.stage, bands(deal).contracted) == ("contract_signed", usd(LIMIT))
    assert made.history.get().history_user == by
    assert made.history.get().history_change_reason == "in Washington"
    posting = deal.postings.get()
    assert (posting.actor, posting.effective_on, posting.cause) == (by, JAN, "signing")
    request.refresh_from_db()
    assert (request.state, request.decided_by) == ("confirmed", boss)
    assert ["instrument", made.pk, 1] in request.kept
    assert ["deal", deal.pk, deal.version] in request.kept
    (letter,) = mail.outbox
    assert letter.to == ["asker@example.vn"]
    assert link(request) in letter.body
    assert "Trần Bình has confirmed" in letter.body


def files_of_requests() -> list[str]:
    folder = Path(settings.MEDIA_ROOT) / "requests"
    return sorted(each.name for each in folder.iterdir()) if folder.exists() else []


def test_the_file_waits_and_is_held_with_the_paper(by, django_capture_on_commit_callbacks):
    deal, before = factories.deal(), files_of_requests()
    request = request_of(deal, by)
    assert not deal.documents.exists()
    assert len(files_of_requests()) == len(before) + 1
    path = reverse("deals:request-file", args=[request.pk, request.files.get().place])
    answer = at_desk(reviewer()).get(path)
    assert b"".join(answer.streaming_content).startswith(factories.PDF)
    assert (answer["Content-Type"], "attachment" in answer["Content-Disposition"]) == ("application/pdf", True)
    assert AuditEntry.objects.filter(kind="document_downloaded", details__deal=deal.code).exists()
    with django_capture_on_commit_callbacks(execute=True):
        confirm(request)
    document = deal.documents.get()
    assert document.instrument == deal.instruments.get()
    with document.file.open() as file:
        assert file.read().startswith(factories.PDF)
    assert document.file_name.endswith(".pdf")
    assert files_of_requests() == before, "nobody waits for it any more"
    assert at_desk(reviewer()).get(path).status_code == 404


def test_a_file_of_a_withdrawn_request_goes_with_it(by, django_capture_on_commit_callbacks):
    before = files_of_requests()
    request = request_of(factories.deal(), by)
    with django_capture_on_commit_callbacks(execute=True):
        confirmations.take_back(request, by=by)
    assert files_of_requests() == before


def test_what_stands_on_something_archived_meanwhile_is_not_confirmed(by):
    deal = factories.deal()
    request = request_of(deal, by)
    factories.archive(deal)
    with pytest.raises(ValidationError) as refused:
        confirm(request)
    assert refused.value.code == "stale"


def test_a_closing_carries_the_papers_that_were_seen(by):
    deal = _deal_with_mou()
    request = asked(
        lambda: deal_actions.close(deal, on=FEB, outcome=Outcome.CANCELLED, by=by, reason="no interest"), by
    )
    factories.mou(deal, "7e6", on=JAN)
    with pytest.raises(ValidationError, match=r"was changed after|thay đổi"):
        confirm(request)
    request.refresh_from_db()
    assert request.state == "waiting"
    again = asked(
        lambda: deal_actions.close(
            Deal.objects.get(pk=deal.pk), on=FEB, outcome=Outcome.CANCELLED, by=by, reason="no interest"
        ),
        by,
    )
    confirm(again)
    deal.refresh_from_db()
    assert deal.stage == "closed"
    assert {each.end_reason for each in deal.instruments.all()} == {"cancelled"}
    assert not bands(deal)


def test_other_changes_go_on_meanwhile_and_are_kept(by):
    deal = _deal_with_mou(stage="mou_signed")
    request = asked(lambda: instruments.conclude(Instrument(deal=deal, kind="contract", signed_on=JAN,
                                                            usd=usd(LIMIT)), by=by), by)  # fmt: skip
    deal_actions.change(Deal.objects.get(pk=deal.pk), by=by, on=FEB, title_en="Renamed meanwhile")
    confirm(request)
    deal.refresh_from_db()
    assert (deal.stage, deal.title_en) == ("contract_signed", "Renamed meanwhile")


def test_what_was_changed_meanwhile_is_not_confirmed(by):
    contract = _contract()
    request = asked(lambda: instruments.end(contract, on=FEB, why=EndReason.TERMINATED, by=by), by)
    contract.refresh_from_db()
    contract.title_en = "Another"
    records.keep(contract, by=by)
    with pytest.raises(ValidationError) as refused:
        confirm(request)
    assert refused.value.code == "stale"
    assert bands(contract.deal).contracted == usd("5e6")
    boss = reviewer()
    page = at_desk(boss).get(request.get_absolute_url()).content.decode()
    assert "was changed after this was asked for" in page
    assert reverse("deals:request-confirm", args=[request.pk]) not in page
    answer = at_desk(boss).post(reverse("deals:request-confirm", args=[request.pk]))
    assert answer.status_code == 422


def test_nobody_confirms_their_own_not_even_with_the_role(by):
    boss = factories.person(role="administrators")
    request = asked(lambda: signs(factories.deal(), boss, LIMIT), boss)
    for do in (
        lambda: confirmations.confirm(request, by=boss, link=link),
        lambda: confirmations.send_back(request, by=boss, comment="no", link=link),
    ):
        with pytest.raises(ValidationError) as refused:
            do()
        assert refused.value.code == "own"
    page = at_desk(boss)
    assert page.post(reverse("deals:request-confirm", args=[request.pk])).status_code == 403
    assert page.post(reverse("deals:request-return", args=[request.pk]), {"comment": "x"}).status_code == 403
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.filter(pk=request.pk).update(
            state="confirmed", decided_by=boss, decided_at=timezone.now()
        )


def test_returned_with_a_comment_and_told_then_asked_again_as_it_was_typed(
    by, desk, django_capture_on_commit_callbacks
):
    deal = factories.deal()
    request = ask_through_the_steps(desk, deal)
    boss = at_desk(reviewer())
    path = reverse("deals:request-return", args=[request.pk])
    assert boss.post(path, {"comment": "  "}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        assert boss.post(path, {"comment": "The annex is missing <b>"}).status_code == 302
    assert "The annex is missing <b>" in mail.outbox[0].body
    listed = desk.get(reverse("deals:requests")).content.decode()
    assert "Returned to you" in listed
    assert "The annex is missing &lt;b&gt;" in listed
    assert '<span class="count">1</span>' in listed
    answer = desk.post(reverse("deals:request-again", args=[request.pk]))
    assert answer.url == f"/deals/{deal.code}/sign/contract/"
    form = desk.get(answer.url).content.decode()
    assert 'value="250"' in form
    assert "hop-dong.pdf" in form
    request.refresh_from_db()
    assert request.state == "withdrawn"
    again = finish(desk, deal, desk.get(answer.url))
    confirm(again)
    assert bands(deal).contracted == usd("250000000")
    assert deal.documents.count() == 1


def test_withdrawn_it_is_gone_for_good(by, desk):
    request = asked(lambda: signs(factories.deal(), by, LIMIT), by)
    other = at_desk(factories.person(role="officers"))
    path = reverse("deals:request-withdraw", args=[request.pk])
    assert other.post(path).status_code == 403
    assert desk.post(path).status_code == 302
    with pytest.raises(ValidationError) as refused:
        confirm(request)
    assert refused.value.code == "decided"
    assert desk.post(path).status_code == 422


def test_an_override_is_a_right_of_its_own_with_a_reason_on_a_page_for_all(by, client):
    deal = factories.deal()
    request = asked(lambda: signs(deal, by, LIMIT), by)
    path = reverse("deals:request-override", args=[request.pk])
    for role in permissions.ROLES:
        if role != permissions.RESPONDENTS:
            assert at_desk(factories.person(role=role)).post(path, {"comment": "x"}).status_code == 403, role
    boss = factories.person("chief", role="administrators", is_staff=True, last_name="Lê", first_name="Chi")
    users = at_desk(factories.person(role="administrators", is_staff=True))
    chosen = {"action": "allow_overrides", "_selected_action": [boss.pk], "index": "0"}
    assert users.post(reverse("admin:deals_user_changelist"), chosen).status_code == 302
    assert AuditEntry.objects.filter(kind="permission_changed", person=boss).exists()
    page = at_desk(boss)
    assert path in page.get(request.get_absolute_url()).content.decode()
    assert page.post(path, {"comment": ""}).status_code == 422
    assert not bands(deal)
    assert page.post(path, {"comment": "The minister announces it at three"}).status_code == 302
    assert bands(deal).contracted == usd(LIMIT)
    entry = AuditEntry.objects.get(kind="override")
    assert (entry.actor, entry.details["reason"]) == (boss, "The minister announces it at three")
    for role in permissions.ROLES:
        answer = at_desk(factories.person(role=role)).get(reverse("deals:overrides"))
        told = "The minister announces it at three" in answer.content.decode() and "Lê Chi" in answer.content.decode()
        assert told == (role != permissions.RESPONDENTS), role


def test_the_right_to_override_is_given_to_nobody():
    right = Permission.objects.get(codename="override_confirmation")
    assert not right.group_set.exists()
    assert not right.user_set.exists()


def test_the_history_says_who_entered_and_who_confirmed(by, officer):
    deal = factories.deal()
    request = asked(lambda: signs(deal, by, LIMIT, title_en="The contract"), by)
    boss = reviewer(last_name="Trần", first_name="Bình")
    waiting = at_desk(officer).get(deal.get_absolute_url()).content.decode()
    assert "Awaiting confirmation – not counted" in waiting
    assert "A second person was asked to confirm: Signing: The contract." in waiting
    confirmations.confirm(request, by=boss, link=link)
    page = at_desk(officer).get(deal.get_absolute_url()).content.decode()
    assert "Awaiting confirmation – not counted" not in page
    assert re.search(r"Confirmed: Signing: The contract\..*?recorded by Trần Bình", page, re.DOTALL)
    history = reverse("admin:deals_instrument_history", args=[deal.instruments.get().pk])
    shown = at_desk(officer).get(history).content.decode()
    assert "Nguyễn An" in shown
    assert "confirmed by Trần Bình" in shown


# Every door leads there


def opened_token(answer: Any) -> str:
    found = re.search(r'name="token" value="([^"]+)"', answer.content.decode())
    assert found
    return found[1]


def ask_through_the_steps(desk: Client, deal: Deal) -> ChangeRequest:
    base = f"/deals/{deal.code}/sign/contract/"
    first = {
        "token": str(uuid4()), "amount_0": "250", "amount_1": "million", "signed_on": "2025-01-10",
        "kind": "contract", "basis": "contract_price", "evidence": "document_held",
        "file": SimpleUploadedFile("hop-dong.pdf", factories.PDF),
    }  # fmt: skip
    answer = desk.post(base, first)
    if answer.status_code != 302:
        # What is odd is asked back once.
        ticks = {question.code: "on" for question in answer.context["form"].asked}
        first |= {"file": SimpleUploadedFile("hop-dong.pdf", factories.PDF), "reason": "as signed"}
        first |= {f"ask_{code}": "on" for code in ticks}
        answer = desk.post(base, first)
    assert answer.status_code == 302, answer.context["form"].errors
    return check(desk, deal)


def check(desk: Client, deal: Deal) -> ChangeRequest:
    address = f"/deals/{deal.code}/sign/contract/check/"
    look = desk.get(address)
    assert look.status_code == 200, look.url
    assert "A second person must confirm this" in look.content.decode()
    digest = re.search(r'name="digest" value="([^"]+)"', look.content.decode())
    assert digest
    answer = desk.post(address, {"token": opened_token(look), "digest": digest[1]})
    request = ChangeRequest.objects.get(state="waiting")
    assert answer.url == request.get_absolute_url()
    return request


def finish(desk: Client, deal: Deal, form: Any) -> ChangeRequest:
    """Send the form that came back once more as it was filled."""
    typed = {name: values[0] for name, values in form.context["form"].typed.items()}
    answer = desk.post(f"/deals/{deal.code}/sign/contract/", typed)
    assert answer.status_code == 302, answer.context["form"].errors
    return check(desk, deal)


def test_the_three_steps_end_in_a_request_and_the_draft_is_gone(by, desk):
    deal = factories.deal()
    request = ask_through_the_steps(desk, deal)
    assert not Draft.objects.exists()
    assert not deal.instruments.exists()
    page = desk.get(request.get_absolute_url()).content.decode()
    assert "US$250,000,000.00" in page
    assert reverse("deals:request-confirm", args=[request.pk]) not in page, "it is one's own"
    shown = at_desk(reviewer()).get(request.get_absolute_url()).content.decode()
    assert reverse("deals:request-confirm", args=[request.pk]) in shown
    assert "Everything, against the target" in shown


def test_a_form_sent_twice_asks_once(by, desk):
    contract = _contract()
    typed = {"token": str(uuid4()), "paper": contract.pk, "on": "2025-02-10", "why": "terminated", "reason": "over"}
    path = f"/deals/{contract.deal.code}/log/ending/"
    first, second = desk.post(path, typed), desk.post(path, typed)
    assert first.status_code == second.status_code == 302
    assert first.url == second.url == ChangeRequest.objects.get().get_absolute_url()
    contract.refresh_from_db()
    assert contract.ended_on is None


def test_what_waits_already_is_not_asked_for_again(by, desk):
    deal = factories.deal()
    factories.contract(deal, LIMIT, on=JAN)

    def archive(person: User) -> None:
        records.archive(Deal.objects.get(pk=deal.pk), by=person, reason=f"a reason of {person.username}")

    first = asked(lambda: archive(by), by)
    deal_actions.change(Deal.objects.get(pk=deal.pk), by=by, on=FEB, title_en="Renamed meanwhile")
    with translation.override("en"), pytest.raises(ValidationError) as refused:
        asked(lambda: archive(reviewer()), reviewer())
    assert refused.value.code == "asked"
    assert refused.value.messages[0].startswith("The same was asked for already, by Nguyễn An on ")
    contract = deal.instruments.get()
    typed = {"version": contract.version, "reason": "entered twice"}
    path = f"/deals/{deal.code}/withdraw/paper/{contract.pk}/"
    answers = [desk.post(path, {**typed, "token": str(uuid4())}) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [302, 422]
    said = answers[1].content.decode()
    assert "The same was asked for already" in said
    assert "entered twice" in said, "what was typed is not lost"
    assert ChangeRequest.objects.count() == 2, "another change of the deal may wait beside it"
    confirmations.send_back(first, by=reviewer(), comment="why?", link=link)
    assert asked(lambda: archive(by), by).is_waiting


def test_withdrawing_and_closing_by_the_forms(by, desk):
    contract = _contract()
    code = contract.deal.code
    version = {"version": contract.version, "token": str(uuid4())}
    answer = desk.post(f"/deals/{code}/withdraw/paper/{contract.pk}/", {**version, "reason": "wrong deal"})
    assert answer.url == ChangeRequest.objects.get().get_absolute_url()
    typed = {"token": str(uuid4()), "version": contract.deal.version, "on": "2025-02-10", "outcome": "cancelled",
             "reason": "no interest"}  # fmt: skip
    answer = desk.post(f"/deals/{code}/log/close/", typed)
    assert answer.url == ChangeRequest.objects.first().get_absolute_url()
    assert Deal.objects.get(code=code).stage != "closed"
    assert Instrument.objects.get(pk=contract.pk).archived_at is None


def test_the_admin_asks_for_the_whole_page(officer):
    contract = _contract()
    page = at_desk(officer)
    path = reverse("admin:deals_instrument_change", args=[contract.pk])
    fields = page.get(path).context["adminform"].form
    typed = {name: "" if (value := fields[name].value()) in (None, False) else value for name in fields.fields}
    typed |= {"usd": LIMIT, "number": "HĐ-7", "reason": "misread"}
    answer = page.post(path, {name: value for name, value in typed.items() if value != ""})
    request = ChangeRequest.objects.get()
    assert answer.url == request.get_absolute_url()
    contract.refresh_from_db()
    assert (contract.usd, contract.number) == (usd("5e6"), "")
    confirm(request)
    contract.refresh_from_db()
    assert (contract.usd, contract.number) == (usd(LIMIT), "HĐ-7")


def test_archiving_in_the_admin_asks_and_only_for_one_deal_at_a_time(officer):
    one, other = _contract(), _contract()
    page = at_desk(officer)
    path = reverse("admin:deals_instrument_changelist")
    chosen = {"action": "archive_selected", "post": "yes", "reason": "entered by mistake"}
    answer = page.post(path, {**chosen, "_selected_action": [one.pk, other.pk]})
    assert answer.status_code == 200
    assert "one deal at a time" in answer.content.decode()
    assert not ChangeRequest.objects.exists()
    answer = page.post(path, {**chosen, "_selected_action": [one.pk]})
    assert answer.url == ChangeRequest.objects.get().get_absolute_url()
    one.refresh_from_db()
    assert one.archived_at is None


# Who sees and does what


def test_a_number_of_somebody_elses_request_decides_nothing(by):
    mine, yours = (asked(lambda: signs(factories.deal(), by, LIMIT), by) for _one in range(2))
    boss = at_desk(reviewer())
    boss.post(reverse("deals:request-confirm", args=[mine.pk]))
    yours.refresh_from_db()
    assert (ChangeRequest.objects.get(pk=mine.pk).state, yours.state) == ("confirmed", "waiting")


def test_a_request_is_decided_once(by):
    request = asked(lambda: signs(factories.deal(), by, LIMIT), by)
    confirm(request)
    for do in (confirm, lambda found: confirmations.send_back(found, by=reviewer(), comment="no", link=link)):
        with pytest.raises(ValidationError) as refused:
            do(request)
        assert refused.value.code == "decided"
    assert Instrument.objects.count() == 1


def test_the_count_in_the_header_is_of_what_waits_for_the_person(by, desk):
    asked(lambda: signs(factories.deal(), by, LIMIT), by)
    assert '<span class="count">' not in desk.get("/deals/").content.decode()
    assert '<span class="count">1</span>' in at_desk(reviewer()).get("/deals/").content.decode()
    assert '<span class="count">' not in at_desk(factories.person(role="viewers")).get("/deals/").content.decode()


def test_only_loaders_say_that_nobody_need_confirm():
    """What a form can reach never settles anything by itself."""
    root = Path(second_person.__file__).parent.parent
    allowed = {
        "actions/second_person.py", "actions/confirmations.py", "importing/sample.py", "importing/working.py",
        "management/scenarios.py",
    }  # fmt: skip
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if re.search(r"second_person\.settled\(|def settled\(\) -> Iterator", path.read_text(encoding="utf-8"))
    }
    assert found == allowed


def test_a_late_expected_day_in_the_form(by, desk):
    deal = _deal_with_mou(expected_on=timezone.localdate())
    later = timezone.localdate() + timedelta(days=30)
    page = desk.get(f"/deals/{deal.code}/edit/")
    form = page.context["form"]
    typed = {name: form[name].value() for name in form.fields}
    typed = {name: value for name, value in typed.items() if value not in (None, "")}
    answer = desk.post(f"/deals/{deal.code}/edit/", {**typed, "expected_on": later.isoformat(), "reason": "delayed"})
    assert answer.status_code == 302, answer.context["form"].errors
    request = ChangeRequest.objects.get()
    assert [each["rule"] for each in request.grounds] == ["postponed"]
    confirm(request)
    deal.refresh_from_db()
    assert deal.expected_on == later


def test_a_page_of_requests_that_is_not_there_is_none(client):
    client.force_login(factories.person(role="reviewers"))
    assert [client.get(f"/requests/?page={page}").status_code for page in ("1", "2", "x", "0")] == [200, 404, 404, 404]
    assert client.get("/requests/overrides/?page=x").status_code == 404


def test_the_list_tells_what_a_request_does_to_signed_and_not_what_the_paper_is_worth(db, system):
    contract = _contract(LIMIT)
    with pytest.raises(ConfirmationNeededError) as refused:
        corrections.correct(contract, fields={"usd": usd("40000000")}, by=system, reason="cut")
    assert refused.value.proposal["effect"] == "-60000000.00"
