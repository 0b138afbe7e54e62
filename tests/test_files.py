"""What a file is, by its content; what is refused, at once and within bounds; names that are safe to give out."""

import random
import time
import tracemalloc
import unicodedata
import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deals import files
from deals.files import Problem, UnfitError, look, safe_name
from tests.files import EXCEL, KEPT, LIST, OFFICE, PARTS, REFUSED, WORD, listed, office, packed, pdf, stream

PDF = "application/pdf"


def problem(content: bytes) -> Problem | None:
    try:
        look(content)
    except UnfitError as error:
        return error.problem
    return None


@pytest.mark.parametrize(("content", "kind"), KEPT.values(), ids=KEPT)
def test_a_file_is_known_by_its_content(content, kind):
    assert look(content) == kind


@pytest.mark.parametrize(("build", "why"), REFUSED.values(), ids=REFUSED)
def test_a_file_is_refused_with_its_reason_at_once(build, why):
    content = build()
    began = time.process_time()
    assert problem(content) == why
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "mischief",
    [
        b"/",
        b">",
        b">> stream\n",
        b"<<>>stream\nendstream\n",
        b"/ObjStm ",
        b"/JavaScrip ",
        b"1 0 obj<</Type/ObjStm>>stream\n",
        b"1 0 obj<</Type/ObjStm>>stream\nendstream\n",
    ],
)
def test_twenty_megabytes_of_mischief_take_no_longer(mischief):
    content = b"%PDF-1.7\n" + mischief * ((files.MOST_BYTES - 20) // len(mischief)) + b"\n%%EOF"
    began = time.process_time()
    problem(content)
    assert time.process_time() - began < 2


def test_a_scan_of_twenty_megabytes_is_kept():
    """Pictures hold any letters by chance: none of them is taken for a script."""
    content = pdf(stream(random.Random(1).randbytes(19 * 2**20)), packed(b"2 0 << /Type /Pages >>"))
    assert look(content) == PDF


@pytest.mark.parametrize("name", [name for name in REFUSED if "zip" in name or "list" in name or "MB" in name])
def test_a_refusal_takes_little_memory(name):
    content = REFUSED[name][0]()
    tracemalloc.start()
    try:
        assert problem(content) == REFUSED[name][1]
        assert tracemalloc.get_traced_memory()[1] < 80 * 2**20
    finally:
        tracemalloc.stop()


def test_two_lists_of_types_are_refused():
    into = BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr(LIST, listed(main=WORD))
        archive.writestr(LIST.upper(), listed(OFFICE + "x"))
        archive.writestr(PARTS[WORD], b"<main/>")
    assert problem(into.getvalue()) == Problem.BROKEN


whole = st.sampled_from([pdf(packed(b"2 0 << >>")), office(WORD), office(EXCEL), REFUSED["a .doc"][0]()])


@given(whole, st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=6)), max_size=6))
def test_a_damaged_file_is_kept_or_refused_and_nothing_else(content, changes):
    damaged = bytearray(content)
    for where, what in changes:
        place = int(where * len(damaged))
        damaged[place : place + len(what)] = what
    problem(bytes(damaged))


@given(whole, st.floats(0, 1))
def test_a_file_cut_off_anywhere_is_kept_or_refused_and_nothing_else(content, where):
    problem(content[: int(where * len(content))])


# Names


@pytest.mark.parametrize(
    ("given_name", "kind", "kept"),
    [
        ("hợp đồng.pdf", PDF, "hợp đồng.pdf"),
        ("Hợp đồng số 12.PDF", PDF, "Hợp đồng số 12.pdf"),
        ("hợp đồng.pdf.exe", PDF, "hợp đồng.pdf.exe.pdf"),
        ("hợp đồng.docx", PDF, "hợp đồng.docx.pdf"),
        ("ảnh.jpeg", "image/jpeg", "ảnh.jpeg"),
        ("ảnh", "image/jpeg", "ảnh.jpg"),
        ("../../etc/passwd", PDF, "passwd.pdf"),
        ("C:\\Users\\lan\\hop dong.pdf", PDF, "hop dong.pdf"),
        ("..", PDF, "document.pdf"),
        (".htaccess", PDF, "htaccess.pdf"),
        ("", PDF, "document.pdf"),
        ("\u202e\u200b.pdf", PDF, "pdf.pdf"),
        ("hop\u202efdp.exe", PDF, "hopfdp.exe.pdf"),
        ("a\r\nSet-Cookie: b=c.pdf", PDF, "aSet-Cookie_ b=c.pdf"),
        ('a"b<c>|d?e*.pdf', PDF, "a_b_c__d_e_.pdf"),
        ("a\u00a0\u3000 b .pdf", PDF, "a b.pdf"),
        ("Hợp đồng.pdf", PDF, "Hợp đồng.pdf"),
        ("x" * 400 + ".pdf", PDF, "x" * 146 + ".pdf"),
        ("x" * 400, "image/jpeg", "x" * 146 + ".jpg"),
        ("bảng.xlsx", EXCEL, "bảng.xlsx"),
    ],
)
def test_a_name_is_given_out_safe(given_name, kind, kept):
    assert safe_name(given_name, kind) == kept


@given(st.text(max_size=300), st.sampled_from(sorted(files.TYPES)))
def test_any_name_is_given_out_safe(name, kind):
    found = safe_name(name, kind)
    assert found.endswith(files.TYPES[kind].endings)
    assert 5 <= len(found) <= files.LONGEST_NAME
    assert found[0] not in " ."
    assert not set(found) & set('/\\<>:"|?*')
    assert all(unicodedata.category(char)[0] != "C" for char in found)
    assert unicodedata.is_normalized("NFC", found)
    assert safe_name(found, kind) == found


def test_a_title_is_the_name_without_its_folder_and_ending():
    assert files.bare_name("C:\\giấy tờ\\hợp đồng 12.2025.DOCX") == "hợp đồng 12.2025"
    assert files.bare_name("hợp đồng 12.2025") == "hợp đồng 12.2025"
