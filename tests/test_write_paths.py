"""Every way to write leaves history: who, when, before and after. A new way without a case here fails."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from deals import actions
from deals.actions import (
    announcements,
    confirmations,
    corrections,
    deliveries,
    documents,
    entering,
    imports,
    instruments,
    obstacles,
    openings,
    partners,
    records,
    returns,
    trade,
    updates,
    valuations,
)
from deals.actions import deals as deal_actions
from deals.choices import Band, Condition, EndReason, InstrumentKind, Outcome, Reporter, Stage
from deals.models import Deal, ImportBatch, ImportedRow, Instrument, Record, User
from tests import factories
from tests.confirming import asked, confirm, link

pytestmark = pytest.mark.django_db

MAY = date(2025, 5, 1)


@dataclass
class Case:
    """A write: what is there before, the record it makes or changes, and the write itself."""

    make: Callable[[User], tuple[Any, Callable[[], Any]]]
    is_new: bool


def _deal(**fields: Any) -> Any:
    return factories.deal(**fields)


def changes(work: Callable[[User], tuple[Any, Callable[[], Any]]]) -> Case:
    return Case(work, is_new=False)


def enters(write: Callable[[User], Any]) -> Case:
    return Case(lambda by: (None, lambda: write(by)), is_new=True)


def _new_deal(by: User) -> Any:
    known = {"enterprise": factories.enterprise(), "sector": factories.sector(), "title_vi": "Thương vụ"}
    return deal_actions.create(by=by, on=MAY, **known)


def _moved(by: User) -> tuple[Any, Callable[[], Any]]:
    deal = _deal(officer=by)
    factories.valuation(deal, 1)
    return deal, lambda: deal_actions.move(deal, stage=Stage.TALKS, on=MAY, by=by)


def _closed(by: User) -> tuple[Any, Callable[[], Any]]:
    deal = _deal()
    return deal, lambda: deal_actions.close(deal, on=MAY, outcome=Outcome.EXPIRED, by=by, reason="letter")


def _reopened(by: User) -> tuple[Any, Callable[[], Any]]:
    deal = deal_actions.close(_deal(), on=MAY, outcome=Outcome.EXPIRED, by=factories.person(), reason="letter")
    return deal, lambda: deal_actions.reopen(deal, stage=Stage.TALKS, on=MAY, by=by, reason="taken up")


def _changed(by: User) -> tuple[Any, Callable[[], Any]]:
    deal = _deal()
    return deal, lambda: deal_actions.change(deal, by=by, on=MAY, title_en="Another")


def _changed_together(by: User) -> tuple[Any, Callable[[], Any]]:
    deal = _deal()
    return deal, lambda: deal_actions.change_together([deal], by=by, on=MAY, reason="moved", officer=by)


def _paper(of: Any) -> Instrument:
    return Instrument(deal=of, kind=InstrumentKind.MOU, signed_on=MAY, usd=Decimal(5))


def _ended(by: User) -> tuple[Any, Callable[[], Any]]:
    paper = factories.mou(_deal(), 1)
    return paper, lambda: instruments.end(paper, on=MAY, why=EndReason.FULFILLED, by=by, reason="over")


def _revived(by: User) -> tuple[Any, Callable[[], Any]]:
    paper = factories.ended(factories.mou(_deal(), 1), on=MAY)
    return paper, lambda: instruments.revive(paper, by=by, reason="extended")


def _withdrawn(by: User) -> tuple[Any, Callable[[], Any]]:
    paper = factories.mou(_deal(), 1)
    return paper, factories.settled(lambda: instruments.withdraw(paper, by=by, reason="wrong deal"))


def _corrected(by: User) -> tuple[Any, Callable[[], Any]]:
    value = factories.valuation(_deal(), 1)
    return value, lambda: corrections.correct(value, fields={"usd": Decimal(2)}, by=by, reason="misread")


def _taken_back(by: User) -> tuple[Any, Callable[[], Any]]:
    value = factories.valuation(_deal(), 1)
    return value, lambda: corrections.withdraw(value, by=by, reason="wrong deal")


def _kept(by: User) -> tuple[Any, Callable[[], Any]]:
    sector = factories.sector()
    sector.name_en = "Another"
    return sector, lambda: records.keep(sector, by=by)


def _archived(by: User) -> tuple[Any, Callable[[], Any]]:
    sector = factories.sector()
    return sector, lambda: records.archive(sector, by=by, reason="unused")


def _restored(by: User) -> tuple[Any, Callable[[], Any]]:
    sector = factories.sector()
    factories.archive(sector)
    return sector, lambda: records.restore(sector, by=by, reason="used again")


def _contract() -> Any:
    return factories.contract(_deal(), 9)


def _document(by: User, **what: Any) -> Any:
    known = {"title": "Hợp đồng", "kind": "instrument", "dated_on": MAY, "language": "vi"}
    return documents.hold(_deal(), by=by, **known, **what)


def _opened(by: User) -> Any:
    known = {"programme": factories.programme(), "label_vi": "Số", "label_en": "Sum"}
    return openings.open_balance(band=Band.CONTRACTED, usd=Decimal(9), on=MAY, by=by, **known)


def _obstacle_changed(by: User) -> tuple[Any, Callable[[], Any]]:
    obstacle = factories.obstacle()
    return obstacle, lambda: obstacles.change(obstacle, on=MAY, by=by, title_en="Another")


def _resolved(by: User) -> tuple[Any, Callable[[], Any]]:
    obstacle = factories.obstacle()
    return obstacle, lambda: obstacles.resolve(obstacle, on=MAY, by=by, resolution_en="Settled")


def _obstacle_reopened(by: User) -> tuple[Any, Callable[[], Any]]:
    obstacle = factories.resolved(factories.obstacle(), on=MAY)
    return obstacle, lambda: obstacles.reopen(obstacle, on=MAY, by=by, reason="came back")


def _released(by: User) -> tuple[Any, Callable[[], Any]]:
    deal = _deal()
    held = factories.obstacle(deal).held.get()

    def release() -> None:
        obstacles.release(held.obstacle, deals=[deal], by=by, reason="wrong deal")
        held.refresh_from_db()

    return held, release


def _asked(by: User) -> tuple[Any, Any]:
    """A paper whose end the person asked for."""
    paper = factories.mou(_deal(), 1)
    stale = Instrument.objects.get(pk=paper.pk)
    return paper, asked(lambda: instruments.end(stale, on=MAY, why=EndReason.EXPIRED, by=by), by)


def _confirmed(by: User) -> tuple[Any, Callable[[], Any]]:
    paper, request = _asked(by)
    return paper, lambda: (confirm(request), paper.refresh_from_db())


def _overridden(by: User) -> tuple[Any, Callable[[], Any]]:
    paper, request = _asked(by)
    how = {"by": by, "reason": "urgent", "link": link}
    return paper, lambda: (confirmations.override(request, **how), paper.refresh_from_db())


def _entered_together(by: User) -> Any:
    known = {"enterprise": factories.enterprise(), "sector": factories.sector(), "title_vi": "Thương vụ"}
    new = entering.NewDeal(Deal(**known), MAY)
    entering.enter([new], by=by, reason="register")
    return new.deal


def _batch(by: User, *rows: ImportedRow, state: str = "applying") -> ImportBatch:
    known = {"kind": "csv", "file_name": "a.csv", "size": 1, "sha256": "0", "by": by, "language": "vi"}
    batch = ImportBatch.objects.create(**known, state=state, applied_at=timezone.now())
    for row in rows:
        row.batch = batch
        row.save()
    return batch


def _imported(by: User) -> tuple[Any, Callable[[], Any]]:
    sector = factories.sector()
    sector.name_en = "Another"
    return sector, lambda: imports.apply(_batch(by), imports.Plan(lists=[sector]), by=by)


def _import_undone(by: User) -> tuple[Any, Callable[[], Any]]:
    sector = factories.sector()
    row = ImportedRow(row=2, what="sectors", outcome="changed", record_kind="Sector", record_key=sector.pk, version=1,
                      before={"name_en": "As it was"})  # fmt: skip

    def undo() -> None:
        imports.undo(_batch(by, row, state="undoing"), by=by, reason="wrong file")
        sector.refresh_from_db()

    return sector, undo


def _accepted(by: User) -> Any:
    deal = _deal()
    of = factories.returned(deal, answers={deal.code: {"news": {"sentence": "Đã họp"}}})
    returns.accept(list(of.changes.all()), by=by)
    return deal.updates.get()


CASES: dict[str, Case] = {
    "announcements.announce": enters(lambda by: announcements.announce(_deal(), on=MAY, by=by, title_vi="Công bố")),
    "confirmations.confirm": changes(_confirmed),
    "confirmations.override": changes(_overridden),
    "corrections.correct": changes(_corrected),
    "corrections.withdraw": changes(_taken_back),
    "deals.create": enters(_new_deal),
    "deals.move": changes(_moved),
    "deals.close": changes(_closed),
    "deals.reopen": changes(_reopened),
    "deals.change": changes(_changed),
    "deals.change_together": changes(_changed_together),
    "deliveries.deliver": enters(lambda by: deliveries.deliver(_contract(), usd=Decimal(1), on=MAY, by=by)),
    "deliveries.plan": enters(lambda by: deliveries.plan(_contract(), on=MAY, by=by)),
    "deliveries.enter": enters(lambda by: deliveries.enter(_contract(), usd=Decimal(1), on=MAY, by=by)),
    "documents.hold": enters(lambda by: _document(by, seen_at="EVN, phòng pháp chế")),
    "entering.enter": enters(_entered_together),
    "imports.apply": changes(_imported),
    "imports.undo": changes(_import_undone),
    "instruments.sign": enters(lambda by: instruments.sign(_deal(), kind=InstrumentKind.MOU, on=MAY, by=by)),
    "instruments.conclude": enters(lambda by: instruments.conclude(_paper(_deal()), by=by)),
    "instruments.amend": enters(lambda by: instruments.amend(_contract(), usd=Decimal(1), on=MAY, by=by)),
    "instruments.end": changes(_ended),
    "instruments.revive": changes(_revived),
    "instruments.withdraw": changes(_withdrawn),
    "obstacles.report": enters(
        lambda by: obstacles.report(deals=[_deal()], body=factories.body(), on=MAY, by=by, title_en="No land")
    ),
    "obstacles.change": changes(_obstacle_changed),
    "obstacles.resolve": changes(_resolved),
    "obstacles.reopen": changes(_obstacle_reopened),
    "obstacles.hold": enters(lambda by: obstacles.hold(factories.obstacle(), deals=[_deal()], by=by)[0]),
    "obstacles.release": changes(_released),
    "openings.open_balance": enters(_opened),
    "openings.itemise": enters(lambda by: openings.itemise(factories.opening(9), deal=_deal(), usd=Decimal(1), by=by)),
    "partners.enter": enters(lambda by: partners.enter(name="Partner", by=by)),
    "records.keep": changes(_kept),
    "records.archive": changes(_archived),
    "records.restore": changes(_restored),
    "returns.accept": enters(_accepted),
    "trade.count": enters(
        lambda by: trade.count(Reporter.US_CENSUS, start=date(2025, 1, 1), end=MAY, by=by, exports_usd=Decimal(1))
    ),
    "updates.update": enters(
        lambda by: updates.update(_deal(), condition=Condition.ON_TRACK, on=MAY, by=by, sentence_vi="Đã họp")
    ),
    "updates.unchanged": enters(lambda by: updates.unchanged(_deal(), on=MAY, by=by)),
    "updates.note": enters(lambda by: updates.note(_deal(), on=MAY, by=by, sentence_vi="Ghi")),
    "valuations.value": enters(lambda by: valuations.value(_deal(), usd=Decimal(1), on=MAY, by=by)),
}
# They write no record: what is typed and not sent, forms that were sent, accounts, what follows from records, and
# questions.
NO_RECORD = {
    "confirmations.ask", "confirmations.ask_again", "confirmations.files_of", "confirmations.send_back",
    "confirmations.take_back", "confirmations.typed_of", "positions.records_with", "proposals.beside_of",
    "proposals.deal_after", "proposals.model_of", "proposals.rebuild", "second_person.effect", "second_person.grounds",
    "second_person.is_settled", "second_person.most", "second_person.settled",
    "accounts.address_changed", "accounts.password_set",
    "audit.changed", "audit.rights_changed", "audit.rights_of", "audit.sign_in_failed", "audit.waits", "audit.write",
    "briefings.keep",
    "deals.next_code", "deals.next_codes", "documents.taking_back_file", "drafts.attach", "drafts.copy_of_attachment",
    "drafts.discard", "drafts.draft_of", "drafts.keep", "entering.refuse", "entering.refuse_facts",
    "guesses.begin", "guesses.succeeded",
    "imports.answer", "imports.before", "imports.begin", "imports.confirm", "imports.found", "imports.hold",
    "imports.move", "imports.send_back", "imports.withdraw", "proposals.is_same", "proposals.refuse_new",
    "imports.reason_of", "instruments.stage_reached", "invitations.accept", "invitations.found", "invitations.invite",
    "invitations.resend", "invitations.withdraw", "obstacles.blocking", "positions.explain", "positions.facts_with",
    "positions.refuse_impossible", "records.index", "records.prepare", "records.refuse_needed", "records.search_text",
    "refusals.sentences",
    "returns.contracts_of", "returns.reason_of", "returns.renew", "returns.send_back", "returns.send_out",
    "returns.settle", "returns.take_in",
    "rules.check", "rules.holds", "stages.carry_papers", "stages.in_words", "stages.missing",
    "stages.moves", "stages.papers_ended_with", "stages.papers_ending", "stages.refuse", "submissions.led_by",
    "submissions.once", "undoing.give_back", "undoing.parts", "undoing.refuse", "updates.latest_of",
}  # fmt: skip


def public_functions() -> set[str]:
    found = set()
    for module in pkgutil.iter_modules(actions.__path__):
        loaded = importlib.import_module(f"deals.actions.{module.name}")
        for name, value in vars(loaded).items():
            unwrapped = inspect.unwrap(value) if callable(value) else value
            if inspect.isfunction(unwrapped) and unwrapped.__module__ == loaded.__name__ and not name.startswith("_"):
                found.add(f"{module.name}.{name}")
    return found


def test_every_action_has_its_case():
    assert public_functions() - set(CASES) - NO_RECORD == set()
    assert set(CASES) - public_functions() == set()


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_write_leaves_history(name, officer):
    case = CASES[name]
    record, write = case.make(officer)
    before = _rows(record) if record is not None else 0
    started = timezone.now()
    made = write()
    record = record if record is not None else made
    assert isinstance(record, Record)
    rows = list(record.history.order_by("history_id"))  # type: ignore[attr-defined]
    assert len(rows) == before + 1
    last = rows[-1]
    assert last.history_user == officer
    assert last.history_date >= started
    if case.is_new:
        assert last.history_type == "+"
    else:
        assert last.history_type == "~"
        assert _said(last) != _said(rows[-2])
    assert last.version == record.version == type(record).objects.get(pk=record.pk).version


def _said(row: Any) -> dict[str, Any]:
    return {
        field.attname: getattr(row, field.attname)
        for field in type(row.instance)._meta.concrete_fields
        if field.name != "version" and hasattr(row, field.attname)
    }


def _rows(record: Any) -> int:
    return record.history.count()


def test_a_file_leaves_history(officer):
    document = _document(officer, file=ContentFile(factories.PDF, name="a.pdf"))
    assert document.history.get().history_user == officer


# The pages that write: each goes through the actions above, in the name of the person who sends the form.
WRITING_PAGES = {
    "deal-new", "deal-edit", "deal-log", "deal-unchanged", "sign", "sign-discharge", "sign-check", "correct",
    "withdraw", "bulk", "request-confirm", "request-return", "request-override", "request-withdraw", "request-again",
    "import-decide", "import-list", "import-step", "return-make", "return-step", "return-upload",
}  # fmt: skip
OTHER_POSTS = {"briefing-make", "draft-save", "draft-discard", "login", "logout", "language", "invitation"}


def test_every_page_that_takes_a_post_is_known(client, officer):
    client.force_login(officer)
    deal = _deal()
    paper = factories.mou(deal, 1)
    batch = _batch(officer, state="ready")
    returned = factories.returned(deal)
    filled = {
        "code": deal.code,
        "kind": "update",
        "door": "mou",
        "pk": paper.pk,
        "slug": deal.partner.slug,
        "state": "WA",
        "token": "x",
        "place": 0,
        "form": "csv",
    }
    takes_posts = set()
    (own,) = [each for each in get_resolver().url_patterns if getattr(each, "app_name", "") == "deals"]
    for pattern in own.url_patterns:
        assert isinstance(pattern, URLPattern)
        path = "/" + str(pattern.pattern)
        for name in pattern.pattern.converters:
            value = "paper" if pattern.name in ("correct", "withdraw") and name == "kind" else filled[name]
            value = batch.pk if pattern.name and pattern.name.startswith("import") else value
            value = returned.pk if pattern.name and pattern.name.startswith("return") else value
            if (pattern.name and pattern.name.startswith("enterprise")) or pattern.name == "return-make":
                value = deal.enterprise.code
            for kind in ("str", "int", "slug"):
                path = path.replace(f"<{kind}:{name}>", str(value))
        if client.post(path, {"token": str(uuid4())}).status_code != 405:
            takes_posts.add(pattern.name)
    assert takes_posts == WRITING_PAGES | OTHER_POSTS
