"""Whether a file of rows may be read at all: judged by its content, before anything is unpacked into memory."""

import re
import zipfile
from io import BytesIO
from typing import Any

from django.utils.translation import gettext_lazy as _

from deals import files

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEBIBYTE = 1024 * 1024
MOST_UNPACKED = 150 * MEBIBYTE
MOST_ROWS, MOST_CELLS, MOST_TEXTS = 50_000, 1_500_000, 1_000_000
PIECE = 4 * MEBIBYTE
DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
REFUSALS: dict[str, Any] = {
    "empty": _("The file is empty: choose another one."),
    "too_big": _(
        "The file has %(size)s MB; at most 20 MB are read. Split it and import the parts one after the other."
    ),
    "wrong": _(
        "By its content this is no workbook (.xlsx) and no table as text (.csv). Save it as .xlsx and try again."
    ),
    "old_office": _("This is a workbook of an older Excel (.xls). Save it as .xlsx and try again."),
    "macros": _("This workbook carries macros, which are programs. Save it as .xlsx without them and try again."),
    "password": _("This workbook is protected with a password. Save a copy without it and try again."),
    "bomb": _("Unpacked, this workbook would be far larger than a register is. Copy the rows into a new one."),
    "broken": _("This file is damaged, or was not copied to its end. See that it opens, save it anew and try again."),
    "quote": _(
        'A quotation mark (") opens a cell and is never closed, so that the rows below run into it. Close it, or save '
        "the table as .xlsx."
    ),
    "encoding": _(
        "The letters of this text cannot be read: it is not written as UTF-8 (Unicode). Save it as “CSV UTF-8” or as "
        ".xlsx and try again."
    ),
    "too_many": _("The file has more than 50,000 rows. Split it and import the parts one after the other."),
}
AS_IT_IS = {files.Problem.EMPTY, files.Problem.TOO_BIG, files.Problem.OLD_OFFICE, files.Problem.MACROS,
            files.Problem.PASSWORD, files.Problem.BOMB, files.Problem.BROKEN}  # fmt: skip


class RefusedError(Exception):
    """The file is not read; `why` is one of REFUSALS, and the error says it in words."""

    def __init__(self, why: str, size: int = 0) -> None:
        self.why = why
        super().__init__(str(REFUSALS[why]) % {"size": -(-size // MEBIBYTE)})


def judge(content: bytes) -> str:
    """The kind of the file, "xlsx" or "csv". Raises RefusedError. At most MOST_UNPACKED is unpacked, in pieces."""
    try:
        kind = files.look(content)
    except files.UnfitError as error:
        if error.problem == files.Problem.UNKNOWN and _is_text(content):
            if max(content.count(b"\n"), content.count(b"\r")) > MOST_ROWS:
                raise RefusedError("too_many") from error
            return "csv"
        why = str(error.problem) if error.problem in AS_IT_IS else "wrong"
        raise RefusedError(why, len(content)) from error
    if kind != EXCEL:
        raise RefusedError("wrong")
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _count(archive)
    except files.BROKEN as error:
        raise RefusedError("broken") from error
    return "xlsx"


def _count(archive: zipfile.ZipFile) -> None:
    """Refuse what would take long to read. What a part claims to come to, zipfile does not go beyond."""
    parts = archive.infolist()
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise RefusedError("bomb")
    rows = cells = texts = 0
    for part in parts:
        name = part.filename.lower()
        if not name.endswith((".xml", ".rels")):
            continue
        with archive.open(part) as file:
            before = b""
            while piece := file.read(PIECE):
                text = before + piece
                if DECLARES.search(text):
                    raise RefusedError("broken")
                if "worksheets" in name:
                    rows += text.count(b"<row") + text.count(b":row ")
                    cells += text.count(b"<c ") + text.count(b"<c>") + text.count(b":c ")
                else:
                    texts += text.count(b"<si") + text.count(b"<xf ") + text.count(b"<definedName ")
                before = text[-8:] if b"<" in text[-8:] else b""
                if cells > MOST_CELLS or texts > MOST_TEXTS:
                    raise RefusedError("bomb")
                if rows > MOST_ROWS:
                    raise RefusedError("too_many")
    if not rows:
        raise RefusedError("empty")


def _is_text(content: bytes) -> bool:
    """Whether the bytes may be a table as text: UTF-16 has its mark, else there is no byte that no text has."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", content) and bool(content.strip())
