"""The import as people see it: sent in, answered, entered and taken back through the pages, without JavaScript."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from deals import checking
from deals.actions import imports
from deals.importing import runs, working
from deals.models import Deal, ImportBatch, Posting
from tests import factories, registers
from tests.registers import flat, taken_in

pytestmark = pytest.mark.django_db
CONTRACT = [1, "LNG", "PVN", "ExxonMobil", "Năng lượng", 2.5, date(2025, 5, 7), "HĐ", "Đã ký hợp đồng"]
ROW = [1, "LNG", "Tập đoàn Dầu khí", "ExxonMobil", "Năng lượng", 2.5, date(2025, 5, 7), "BGN", "Đã ký MoU"]


@pytest.fixture
def desk(client: Any) -> Any:
    registers.world()
    client.person = factories.person("steward", role="stewards", is_staff=True)
    client.force_login(client.person)
    client.cookies["django_language"] = "en"
    return client


def reviewer() -> Client:
    found = Client()
    found.force_login(factories.person(role="reviewers"))
    found.cookies["django_language"] = "en"
    return found


def test_a_large_contract_in_a_file_waits_for_a_second_person(desk):
    batch = taken_in(flat(CONTRACT), desk.person)
    assert batch.state == "ready"
    desk.post(f"/import/{batch.pk}/step/", {"step": "apply"})
    batch.refresh_from_db()
    assert (batch.state, Deal.objects.count()) == ("entry", 0)
    assert "contract at or above the threshold" in batch.said
    assert desk.post(f"/import/{batch.pk}/decide/", {"confirm": "1"}).status_code == 403
    second = reviewer()
    assert f"/import/{batch.pk}/" in second.get("/requests/").content.decode()
    page = second.get(f"/import/{batch.pk}/").content.decode()
    assert "US$2,500,000,000.00" in page and 'value="apply"' not in page
    second.post(f"/import/{batch.pk}/decide/", {"comment": ""})
    batch.refresh_from_db()
    assert batch.state == "entry"
    second.post(f"/import/{batch.pk}/decide/", {"comment": "which annex?"})
    batch.refresh_from_db()
    assert batch.state == "ready" and "which annex?" in batch.said
    desk.post(f"/import/{batch.pk}/step/", {"step": "apply"})
    second.post(f"/import/{batch.pk}/decide/", {"confirm": "1"})
    batch.refresh_from_db()
    assert (batch.state, batch.applied_by) == ("applied", desk.person)
    entry = Posting.objects.get(band="contracted")
    assert (entry.amount_usd, entry.actor) == (Decimal("2.5e9"), desk.person)
    assert str(batch.confirmed_by) in entry.reason
    assert not list(checking.check())


def test_a_file_of_small_contracts_waits_for_nobody(desk):
    batch = taken_in(flat([*CONTRACT[:5], 0.09, *CONTRACT[6:]]), desk.person)
    desk.post(f"/import/{batch.pk}/step/", {"step": "apply"})
    batch.refresh_from_db()
    assert (batch.state, batch.confirmed_by) == ("applied", None)


def test_the_whole_conversation(desk):
    sent = desk.post("/import/", {"file": SimpleUploadedFile("sổ.xlsx", flat(ROW))})
    batch = ImportBatch.objects.get()
    assert sent["Location"] == f"/import/{batch.pk}/"
    asking = desk.get(sent["Location"]).content.decode()
    assert "“Tập đoàn Dầu khí” is on no list: which enterprise is it?" in asking
    assert "Enter all of it" not in asking
    (name,) = re.findall(r'name="(answer:enterprise:[^"]+)"', asking)
    oil = Deal._meta.get_field("enterprise").related_model.objects.get(code="PVN")
    desk.post(f"/import/{batch.pk}/step/", {"step": "answer", name: str(oil.pk)})
    asking = desk.get(f"/import/{batch.pk}/").content.decode()
    assert "1 deal would stand at a stage without what the stage asks for" in asking
    desk.post(f"/import/{batch.pk}/step/", {"step": "answer", name: str(oil.pk), "answer:reported": "enter"})
    ready = desk.get(f"/import/{batch.pk}/").content.decode()
    assert "Enter all of it" in ready and "US$2,500,000,000.00" in ready
    desk.post(f"/import/{batch.pk}/step/", {"step": "apply"})
    deal = Deal.objects.get()
    done = desk.get(f"/import/{batch.pk}/").content.decode()
    assert f'href="/deals/{deal.code}/"' in done and "Take the whole import back" in done
    desk.post(f"/import/{batch.pk}/step/", {"step": "undo", "reason": "wrong file"})
    assert "Waits for a second person, to be taken back" in desk.get(f"/import/{batch.pk}/").content.decode()
    assert Deal.objects.active().count() == 1
    reviewer().post(f"/import/{batch.pk}/decide/", {"confirm": "1"})
    assert "Taken back" in desk.get(f"/import/{batch.pk}/").content.decode()
    assert Deal.objects.active().count() == 0
    assert '<th scope="col">Sent in by</th>' in desk.get("/import/").content.decode()


def test_nothing_is_entered_before_everything_is_answered(desk):
    batch = taken_in(flat(ROW), desk.person)
    desk.post(f"/import/{batch.pk}/step/", {"step": "apply"})
    desk.post(f"/import/{batch.pk}/step/", {"step": "answer", "answer:enterprise:daukhi": "999999"})
    desk.post(f"/import/{batch.pk}/step/", {"step": "undo", "reason": "x"})
    batch.refresh_from_db()
    assert (batch.state, Deal.objects.count()) == ("asking", 0)


def test_a_long_file_shows_how_far_it_is_and_can_be_stopped(desk, monkeypatch):
    started = []
    monkeypatch.setattr(working, "SMALL", 0)
    monkeypatch.setattr("subprocess.Popen", lambda command, **_how: started.append(command))
    desk.post("/import/", {"file": SimpleUploadedFile("a.xlsx", flat(ROW))})
    batch = ImportBatch.objects.get()
    assert started[0][-2:] == ["run_import", str(batch.pk)]
    with runs.Run(batch) as run:
        run.told(30, 100)
        page = desk.get(f"/import/{batch.pk}/").content.decode()
        assert 'value="30"' in page and "You may leave this page" in page
        part = desk.get(f"/import/{batch.pk}/", headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in part and 'value="30"' in part
        desk.post(f"/import/{batch.pk}/step/", {"step": "stop"})
        run.last = 0
        with pytest.raises(runs.CancelledError):
            run.told(31, 100)
    working.work(batch)
    assert desk.get(f"/import/{batch.pk}/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"


@pytest.mark.usefixtures("settled")
def test_an_import_stopped_while_it_is_entered_entered_nothing(desk, monkeypatch):
    batch = taken_in(registers.messy(), desk.person)
    registers.answered(batch, desk.person, days="dmy")
    monkeypatch.setattr(runs, "EVERY", 0)
    monkeypatch.setattr(working.imports, "apply", _stopped(working.imports.apply, batch))
    imports.move(batch, ["ready"], "applying", applied_by=desk.person, run="", said="")
    working.work(batch)
    assert (batch.state, batch.said) == ("ready", "Stopped: nothing was entered.")
    assert Deal.objects.count() == 0
    assert not runs.folder(batch).exists()


def _stopped(work: Any, batch: ImportBatch) -> Any:
    def stopped(*args: Any, **kwargs: Any) -> Any:
        runs.cancel(batch)
        return work(*args, **kwargs)

    return stopped


def test_the_progress_moves_through_each_part_and_is_gone_after_a_stop(desk, monkeypatch):
    shown = []

    def begin(run: runs.Run, part: runs.Part) -> None:
        usual(run, part)
        page = desk.get(f"/import/{ImportBatch.objects.get().pk}/").content.decode()
        shown.append(re.search(r"<span>(\d+)% · ([^<]+)</span>", page).groups())

    usual = runs.Run.begin
    monkeypatch.setattr(runs.Run, "begin", begin)
    batch = taken_in(flat([1, "LNG", "PVN", *ROW[3:]]), desk.person)
    desk.post(f"/import/{batch.pk}/step/", {"step": "apply"})
    assert [int(percent) for percent, _said in shown] == [0, 25, 95, 0, 15, 50]
    assert [said for _percent, said in shown[-3:]] == [
        "The file is being read.",
        "Its rows are compared with what is recorded.",
        "It is being entered.",
    ]
    batch.refresh_from_db()
    assert batch.state == "applied"
    monkeypatch.setattr(runs.Run, "begin", usual)
    imports.move(batch, ["applied"], "looking", run="", said="")
    monkeypatch.setattr(working.looking, "look", _stopped(working.looking.look, batch))
    monkeypatch.setattr(runs, "EVERY", 0)
    working.work(batch)
    page = desk.get(f"/import/{batch.pk}/").content.decode()
    assert "Waits for answers" in page
    assert "Stopped while the file was being read." in page
    assert "<progress" not in page
    assert "0%" not in page


def test_a_process_that_is_gone_is_noticed(desk):
    batch = taken_in(flat([1, "LNG", "PVN", *ROW[3:]]), desk.person)
    imports.move(batch, ["ready"], "applying", applied_by=desk.person, run="gone", said="")
    page = desk.get(f"/import/{batch.pk}/").content.decode()
    assert "Interrupted: nothing was entered." in page
    batch.refresh_from_db()
    assert (batch.state, batch.run) == ("ready", "")


def test_files_are_given_out_as_downloads(desk):
    batch = taken_in(flat(ROW), desk.person)
    for path in (
        "/import/template/",
        "/import/register/",
        f"/import/{batch.pk}/file/",
        f"/import/{batch.pk}/file/?comments=1",
    ):
        answer = desk.get(path)
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")
        assert b"".join(answer.streaming_content).startswith(b"PK")


def test_officers_find_their_own_imports_alone(desk):
    officer = factories.person("own", role="officers", is_staff=True)
    mine, other = taken_in(flat(ROW), officer), taken_in(flat(ROW), desk.person)
    desk.force_login(officer)
    assert desk.get(f"/import/{mine.pk}/").status_code == 200
    assert desk.get(f"/import/{other.pk}/").status_code == 404


def test_an_auditor_reads_imports_and_moves_none(desk):
    batch = taken_in(flat(CONTRACT), desk.person)
    auditor = Client()
    auditor.cookies["django_language"] = "en"
    auditor.force_login(factories.person(role="auditors"))
    listed = auditor.get("/import/").content.decode()
    assert f"/import/{batch.pk}/" in listed and 'type="file"' not in listed
    assert "/import/" in auditor.get("/deals/").content.decode()
    read = auditor.get(f"/import/{batch.pk}/").content.decode()
    assert "US$2,500,000,000.00" in read and "/step/" not in read
    assert auditor.get(f"/import/{batch.pk}/file/").status_code == 200
    assert auditor.post(f"/import/{batch.pk}/step/", {"step": "apply"}).status_code == 403
    batch.refresh_from_db()
    assert batch.state == "ready"


@pytest.mark.usefixtures("settled")
def test_an_import_that_one_may_not_see_is_named_and_not_linked(desk):
    content = flat([1, "LNG", "PVN", *ROW[3:]])
    other = registers.applied(taken_in(content, desk.person), desk.person)
    officer = factories.person("own", role="officers", is_staff=True)
    mine, own = taken_in(content, officer), taken_in(content, desk.person)
    link = f'href="/import/{other.pk}/"'
    assert link in desk.get(f"/import/{own.pk}/").content.decode()
    desk.force_login(officer)
    desk.cookies["django_language"] = "en"
    assert desk.get(f"/import/{other.pk}/").status_code == 404
    page = desk.get(f"/import/{mine.pk}/").content.decode()
    assert f"entered before: import {other.pk}." in page
    assert link not in page


def test_a_file_that_is_too_large_is_told_its_own_size(desk):
    answer = desk.post("/import/", {"file": SimpleUploadedFile("a.csv", b"a,b\n" * (11 * 2**20))})
    assert answer.status_code == 422
    assert "The file has 44 MB" in answer.content.decode()


def test_long_words_are_cut_and_rows_with_a_problem_are_said_to_stand_there(desk):
    batch = taken_in(flat([1, "T" * 3000, "PVN", *ROW[3:]]), desk.person)
    assert batch.state == "asking"
    page = desk.get(f"/import/{batch.pk}/").content.decode()
    assert "TTT" in page
    assert "T" * 200 not in page
    assert "only what could be read so far is shown" in page


def test_who_reads_another_language_looks_at_the_file_in_theirs(desk):
    batch = taken_in(flat(ROW), desk.person, language="vi")
    page = desk.get(f"/import/{batch.pk}/").content.decode()
    assert "in which it was looked at: Vietnamese" in page
    assert "which enterprise is it?" not in page
    desk.post(f"/import/{batch.pk}/step/", {"step": "look"})
    page = desk.get(f"/import/{batch.pk}/").content.decode()
    assert "in which it was looked at" not in page
    assert "which enterprise is it?" in page
