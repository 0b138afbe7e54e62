"""Documents of a deal: entered through the form, kept once, served to those who may see the deal; seen and not held."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from deals import ledger
from deals.actions import documents
from deals.forms.documents import DocumentForm, refuse_file
from deals.models import Deal, Document, User
from deals.models.documents import REFUSALS
from tests import factories
from tests.files import EXCEL, KEPT, REFUSED, WORD, office, pdf

pytestmark = pytest.mark.django_db

TODAY = date(2025, 6, 1)


@pytest.fixture
def deal(system: Any) -> Deal:
    return factories.deal()


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def upload(content: bytes = factories.PDF, name: str = "hợp đồng.pdf") -> SimpleUploadedFile:
    # What the browser says of the type is not listened to.
    return SimpleUploadedFile(name, content, content_type="text/html")


def form_of(deal: Deal, file: Any = None, **typed: Any) -> DocumentForm:
    usual = {"token": str(uuid4()), "kind": "letter", "dated_on": "1/3/2025", "language": "vi"}
    files = {"file": file} if file else {}
    return DocumentForm({**usual, **typed}, files, deal=deal, by=User.objects.system(), today=TODAY)


def entered(deal: Deal, file: Any = None, **typed: Any) -> Document:
    form = form_of(deal, file, **typed)
    assert form.is_valid(), form.errors
    return documents.hold(deal, by=User.objects.system(), **form.fields_of_record)


def wrong(form: DocumentForm) -> dict[str, list[str]]:
    with translation.override("en"):
        return {name: [str(each) for each in found] for name, found in form.errors.items()}


def stored(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


# The form


@pytest.mark.parametrize(("content", "kind"), KEPT.values(), ids=KEPT)
def test_what_is_kept_is_kept_under_its_true_type(deal, content, kind):
    document = entered(deal, upload(content, "giấy tờ.bin"))
    assert (document.content_type, document.size) == (kind, len(content))
    assert document.file_name.startswith("giấy tờ.bin.")
    assert document.type_name
    assert re.fullmatch(r"documents/\w{24}\.\w{3,4}", document.file.name)
    with document.file.open() as file:
        assert file.read() == content


@pytest.mark.parametrize(("build", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_kept_is_refused_at_the_field(deal, build, why):
    with translation.override("en"):
        form = form_of(deal, upload(build()))
        assert not form.is_valid()
        assert list(form.errors) == ["file"]
        assert [error.code for error in form.errors.as_data()["file"]] == [why]
        (sentence,) = form.errors["file"]
    assert "%" not in sentence
    assert re.search(r"try again|choose another", sentence)
    with pytest.raises(ValidationError):
        refuse_file(upload(build()))


def test_each_problem_has_its_words():
    assert set(REFUSALS) == {why for _build, why in REFUSED.values()}
    assert len({str(words) for words in REFUSALS.values()}) == len(REFUSALS)


def test_a_file_for_another_form_comes_back_as_it_came():
    file = upload()
    assert refuse_file(file) is file
    assert file.read() == factories.PDF
    assert refuse_file(None) is None


def test_a_pdf_called_word_is_a_pdf(deal):
    document = entered(deal, upload(pdf(), "hợp đồng.docx"))
    assert (document.content_type, document.file_name) == ("application/pdf", "hợp đồng.docx.pdf")


def test_the_title_is_that_of_the_file_where_none_is_given(deal):
    assert entered(deal, upload(name="C:\\giấy\\Công văn 12.pdf")).title == "Công văn 12"
    assert entered(deal, upload(pdf(b"1")), name="Của tôi").title == "Của tôi"


def test_most_is_filled_in(deal):
    form = DocumentForm(deal=deal, by=User.objects.system(), today=TODAY)
    assert form["dated_on"].value() == TODAY
    assert form["language"].value() == "vi"
    assert ".docx" in str(form["file"])
    assert [is_open for _group, _fields, is_open in form.laid_out] == [True, True, False]


def test_only_papers_of_the_deal_are_offered(deal):
    mou, old = factories.mou(deal, "1e9"), factories.mou(deal, "1e9")
    factories.archive(old)
    elsewhere = factories.mou(factories.deal(), "1e9")
    document = entered(deal, upload(), instrument=str(mou.pk))
    assert document.instrument == mou
    for paper in (old, elsewhere):
        assert list(form_of(deal, upload(pdf(b"1")), instrument=str(paper.pk)).errors) == ["instrument"]


def test_what_is_missing_is_said_at_its_field(deal):
    assert wrong(form_of(deal)) == {"file": ["Choose the file. If you saw it but hold no copy, say where it is."]}
    form = form_of(deal, kind="", dated_on=(TODAY + timedelta(1)).isoformat(), seen_at="Bộ Công Thương")
    assert set(wrong(form)) == {"kind", "dated_on", "name"}
    assert "still to come" in wrong(form)["dated_on"][0]
    assert set(wrong(form_of(deal, upload(b"MZ"), dated_on="x"))) == {"file", "dated_on"}


def test_the_same_content_is_held_once_a_deal(deal, media):
    held = entered(deal, upload(), name="Bản gốc")
    with translation.override("en"), pytest.raises(ValidationError) as refused:
        entered(deal, upload(name="another name.pdf"))
    assert refused.value.message_dict == {"file": ["The deal already holds this very file: “Bản gốc”."]}
    assert len(stored(media)) == 1
    other = factories.deal()
    assert entered(other, upload()).sha256 == held.sha256
    factories.archive(held)
    assert entered(deal, upload()).pk != held.pk


def test_the_page_takes_a_file_once_and_says_why_it_refuses_one(client, officer, deal, media):
    client.force_login(officer)
    client.cookies["django_language"] = "en"
    page = reverse("deals:deal-log", args=[deal.code, "document"])
    typed = {"token": str(uuid4()), "kind": "letter", "dated_on": "2025-03-01", "language": "en", "name": "Typed"}
    build, _why = REFUSED["a .docm"]
    refused = client.post(page, {**typed, "file": upload(build())})
    assert "This file carries macros" in refused.content.decode()
    assert 'value="Typed"' in refused.content.decode()
    for _twice in range(2):
        assert client.post(page, {**typed, "file": upload()}).status_code == 302
    assert deal.documents.get().title == "Typed"
    again = client.post(page, {**typed, "token": str(uuid4()), "file": upload()}).content.decode()
    assert again.count("already holds this very file: “Typed”") == again.count("already holds this very file") > 0
    assert len(stored(media)) == 1


# Seen, not held


def test_a_document_is_seen_and_not_held(deal):
    document = entered(deal, name="Hợp đồng gốc", seen_at="Vietjet, phòng pháp chế")
    document.refresh_from_db()
    assert (document.file.name, document.content_type, document.size, document.sha256) == ("", "", 0, "")
    assert document.seen_at == "Vietjet, phòng pháp chế"
    assert document.type_name == ""
    assert document.get_absolute_url() == f"{deal.get_absolute_url()}#documents"
    second = entered(deal, name="Phụ lục", seen_at="Vietjet, phòng pháp chế")
    assert list(deal.documents.order_by("pk")) == [document, second]


def test_a_document_is_not_held_and_seen_at_once(deal):
    assert list(wrong(form_of(deal, upload(), seen_at="Vietjet"))) == ["seen_at"]


# Keeping


def test_no_file_stays_behind_where_the_document_cannot_stand(deal, media, monkeypatch):
    def fail(*_args: Any, **_kwargs: Any) -> None:
        assert len(stored(media)) == 1
        raise IntegrityError("too late")

    monkeypatch.setattr(ledger, "post", fail)
    with pytest.raises(IntegrityError, match="too late"):
        documents.hold(
            deal,
            by=User.objects.system(),
            file=upload(),
            title="x",
            kind="letter",
            dated_on=TODAY,
            language="vi",
        )
    assert stored(media) == []
    assert not Document.objects.exists()


def test_no_file_stays_behind_where_the_rest_of_the_transaction_fails(deal, media):
    document = Document(
        deal=deal, kind="letter", title="x", dated_on=TODAY, language="vi", file=ContentFile(pdf(), "x.pdf")
    )
    with (
        pytest.raises(ZeroDivisionError),
        documents.taking_back_file(document),
        transaction.atomic(),
    ):
        factories.kept(document)
        assert len(stored(media)) == 1
        _nothing = 1 / 0
    assert stored(media) == []


def test_a_file_that_was_held_before_is_not_taken_back(deal, media):
    held = factories.document(deal)
    with pytest.raises(ZeroDivisionError), documents.taking_back_file(held):
        _nothing = 1 / 0
    assert len(stored(media)) == 1


# Serving


def address(document: Document) -> str:
    return reverse("deals:document", args=[document.pk])


def test_a_document_is_served_as_it_came_in_and_never_run(browse, deal):
    content = office(WORD)
    held = factories.document(deal, content=content, name="Hợp đồng mua “LNG”.docx")
    answer = browse.get(address(held))
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Type"] == WORD
    assert answer["Content-Length"] == str(len(content))
    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''H%E1%BB%A3p%20%C4%91%E1%BB%93ng%20mua%20%E2%80%9CLNG%E2%80%9D.docx"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_plain_name_is_served_plainly(browse, deal):
    held = factories.document(deal, content=office(EXCEL), name='a"b\r\nX: y.xlsx')
    assert browse.get(address(held))["Content-Disposition"] == 'attachment; filename="a_bX_ y.xlsx"'


def test_what_is_not_held_archived_or_of_an_archived_deal_is_not_served(browse, client, deal):
    seen = entered(deal, name="Hợp đồng gốc", seen_at="Vietjet")
    archived, of_archived = factories.document(deal), factories.document(factories.deal())
    factories.archive(archived)
    factories.archive(of_archived.deal)
    for document in (seen, archived, of_archived):
        assert browse.get(address(document)).status_code == 404


def test_a_document_is_served_to_nobody_who_is_not_signed_in(client, deal):
    answer = client.get(address(factories.document(deal)))
    assert answer.status_code == 302
    assert reverse("deals:login") in answer["Location"]


def test_nothing_is_written_through_the_address_of_a_document(browse, deal):
    assert browse.post(address(factories.document(deal))).status_code == 405


# Showing


def test_the_deal_shows_what_is_held_and_what_was_seen(in_english, deal):
    held = factories.document(deal, content=office(EXCEL), title="Price list")
    entered(deal, name="The original", seen_at="Vietjet, legal department")
    page = in_english.get(deal.get_absolute_url()).content.decode()
    part = page[page.index('id="documents"') :]
    part = part[: part.index("</section>")]
    assert f'<a href="{address(held)}">Price list</a>' in part
    assert "Excel" in part
    assert "bytes" in part or "KB" in part
    assert "<b>The original</b>" in part
    assert "Seen, not held: Vietjet, legal department" in part
    assert part.count("<a ") == 1


def test_the_admin_shows_both_kinds(client, officer, deal):
    client.force_login(officer)
    held = factories.document(deal, title="Held")
    seen = entered(deal, name="Seen", seen_at="Vietjet")
    client.cookies["django_language"] = "en"
    rows = client.get(reverse("admin:deals_document_changelist")).content.decode()
    assert held.file_name in rows
    assert "Seen, not held: Vietjet" in rows
    page = client.get(reverse("admin:deals_document_change", args=[seen.pk])).content.decode()
    assert 'name="seen_at"' in page
    assert 'type="file"' not in page
    assert address(seen) not in page
    page = client.get(reverse("admin:deals_document_change", args=[held.pk])).content.decode()
    assert 'name="seen_at"' not in page
    assert f'<a href="{address(held)}">{held.file_name}</a>' in page
    page = client.get(reverse("admin:deals_deal_change", args=[deal.pk])).content.decode()
    assert page.count(f'href="{address(held)}"') >= 1
    assert f'href="{address(seen)}"' not in page


def test_the_admin_enters_a_document_that_was_seen(client, officer, deal):
    client.force_login(officer)
    about = {"kind": "letter", "title": "Thư", "dated_on": "2025-04-01", "language": "vi"}
    add = reverse("admin:deals_document_add") + f"?deal={deal.pk}"
    assert client.post(add, {**about, "seen_at": "Vietjet"}).status_code == 302
    seen = Document.objects.get()
    assert (seen.deal, seen.seen_at, seen.file.name) == (deal, "Vietjet", "")
    change = reverse("admin:deals_document_change", args=[seen.pk])
    assert client.post(change, {**about, "seen_at": "Vietjet, tầng 2"}).status_code == 302
    seen.refresh_from_db()
    assert seen.seen_at == "Vietjet, tầng 2"
    for typed in (about, {**about, "seen_at": "Vietjet", "file": upload()}):
        assert client.post(add, typed).status_code == 200
    assert Document.objects.count() == 1
