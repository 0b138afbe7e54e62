"""What a file is, by its content and never by its name; and the name under which it is given out again.

Nothing here trusts the file: sizes it claims are not believed, what is packed is unpacked within limits, and what
cannot be looked into is refused. This is no search for viruses: it keeps out what would run a program by itself.
"""

import re
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from xml.parsers import expat

MOST_BYTES = 20 * 1024 * 1024
LONGEST_NAME = 150

# What is unpacked, or said to be, from one file.
MOST_PARTS = 10_000
MOST_UNPACKED = 400 * 1024 * 1024  # what its parts come to by its own list; nobody unpacks them here
MOST_LISTED = 1024 * 1024  # the list of its parts' types
MOST_OBJECTS = 32 * 1024 * 1024  # the packed objects of a PDF
MOST_MARKS = 2_000_000  # names and ends of dictionaries of a PDF
MOST_STREAMS = 200_000
NEAR = 4096  # bytes


class Problem(StrEnum):
    """Why a file is not kept."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    UNKNOWN = "unknown"
    OLD_OFFICE = "old_office"
    MACROS = "macros"
    PASSWORD = "password"
    ACTIVE = "active"
    BOMB = "bomb"
    BROKEN = "broken"
    UNREADABLE = "unreadable"


class UnfitError(Exception):
    """The file is not one that is kept; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Type:
    """A type of file that is kept: what people call it, and how its names end."""

    name: str
    endings: tuple[str, ...]


TYPES: dict[str, Type] = {
    "application/pdf": Type("PDF", (".pdf",)),
    "image/png": Type("PNG", (".png",)),
    "image/jpeg": Type("JPEG", (".jpg", ".jpeg")),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": Type("Word", (".docx",)),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": Type("Excel", (".xlsx",)),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": Type("PowerPoint", (".pptx",)),
}
ENDINGS = tuple(ending for kind in TYPES.values() for ending in kind.endings)


def look(content: bytes) -> str:
    """The type of the file, one of TYPES. Raises UnfitError where it is none of them, or may not be kept."""
    if not content:
        raise UnfitError(Problem.EMPTY)
    if len(content) > MOST_BYTES:
        raise UnfitError(Problem.TOO_BIG)
    if content[:NEAR].lstrip(b"\xef\xbb\xbf\0\t\n\f\r ").startswith(b"%PDF-"):
        _look_into_pdf(content)
        return "application/pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"PK\x03\x04"):
        return _look_into_zip(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        # The container of the older Office; the newer one packs into it what has a password.
        locked = any(name.encode("utf-16-le") in content for name in ("EncryptedPackage", "EncryptionInfo"))
        raise UnfitError(Problem.PASSWORD if locked else Problem.OLD_OFFICE)
    raise UnfitError(Problem.UNKNOWN)


# Word, Excel, PowerPoint: a zip whose first list says what each part is

MAIN = {kind + ".main+xml": kind for kind in TYPES if kind.startswith("application/vnd.openxmlformats-officedocument.")}
MACROS = re.compile("macroenabled|vbaproject|macrosheet", re.IGNORECASE)
PARTS_LIST = "[Content_Types].xml"
# What the standard library raises over a zip that is not what it says.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    expat.ExpatError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    LookupError,
    ArithmeticError,
)


def _look_into_zip(content: bytes) -> str:
    if content.count(b"PK\x01\x02") > MOST_PARTS:
        # Counted before zipfile makes an object of each.
        raise UnfitError(Problem.BOMB)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _office_type(archive)
    except BROKEN as error:
        raise UnfitError(Problem.BROKEN) from error


def _office_type(archive: zipfile.ZipFile) -> str:
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise UnfitError(Problem.PASSWORD)
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise UnfitError(Problem.BOMB)
    names = [part.filename.lower() for part in parts]
    if any(name.endswith("vbaproject.bin") for name in names):
        raise UnfitError(Problem.MACROS)
    lists = [part for part in parts if part.filename.lower() == PARTS_LIST.lower()]
    if not lists:
        raise UnfitError(Problem.UNKNOWN)
    # Anything but stored and deflated is no Office file, and zipfile would unpack it without limit.
    if len(lists) > 1 or lists[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnfitError(Problem.BROKEN)
    with archive.open(lists[0]) as file:
        listed = file.read(MOST_LISTED + 1)
    if len(listed) > MOST_LISTED:
        raise UnfitError(Problem.BOMB)
    types = _types_listed(listed)
    if any(MACROS.search(kind) for kind, _part in types):
        raise UnfitError(Problem.MACROS)
    mains = [(MAIN[kind], part) for kind, part in types if kind in MAIN]
    if not mains:
        raise UnfitError(Problem.UNKNOWN)
    kind, part = mains[0]
    if len(mains) > 1 or (part and part.lower().lstrip("/") not in names):
        raise UnfitError(Problem.BROKEN)
    return kind


def _types_listed(xml: bytes) -> list[tuple[str, str]]:
    """Each type in the list with the part that has it, or "" where it is that of an ending. Raises ExpatError where the
    list is no XML."""
    found: list[tuple[str, str]] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] in ("Default", "Override"):
            found.append((attributes.get("ContentType", ""), attributes.get("PartName", "")))

    def refuse(*_args: object) -> None:
        # Entities are declared here, and the list of an Office file declares none.
        raise UnfitError(Problem.BROKEN)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(xml, True)
    return found


# PDF


def _names(*names: str) -> bytes:
    """A pattern for the names, in which a PDF may write any letter as # and its number: /JS, /#4aS."""
    spelt = [b"".join(b"(?:%c|#%02x|#%02X)" % (code, code, code) for code in name.encode()) for name in names]
    begins = "".join(sorted({name[0] for name in names})).encode()
    return b"/(?=[#" + begins + b"])(?:" + b"|".join(spelt) + rb")(?=[\0\t\n\f\r ()<>\[\]{}/%]|\Z)"


STREAM = rb">>[\0\t\n\f\r ]*stream[\t ]*(?:\r?\n|\r)"
BEGIN = re.compile(STREAM)
# The data of a stream may hold three letters by chance, so these are looked for outside of streams alone.
OUTSIDE = re.compile(STREAM + b"|(?P<locked>" + _names("Encrypt") + b")|(?P<runs>" + _names("JS") + b")")
ANYWHERE = re.compile(b"(?P<runs>" + _names("JavaScript", "Launch") + b")|" + _names("ObjStm"))
RUNS = re.compile(_names("JavaScript", "JS", "Launch"))
PACKED = re.compile(_names("Filter"))
DEFLATED = re.compile(_names("FlateDecode"))
PACKED_OTHERWISE = re.compile(
    _names("DecodeParms", "ASCIIHexDecode", "ASCII85Decode", "LZWDecode", "RunLengthDecode", "Crypt")
)


def _look_into_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-NEAR:]:
        raise UnfitError(Problem.BROKEN)
    if content.count(b"/") + content.count(b">>") > MOST_MARKS:
        raise UnfitError(Problem.UNREADABLE)
    _look_outside_streams(content)
    left, end = MOST_OBJECTS, 0
    for found in ANYWHERE.finditer(content):
        if found["runs"]:
            raise UnfitError(Problem.ACTIVE)
        if found.start() < end:
            raise UnfitError(Problem.UNREADABLE)
        objects, end = _unpacked_objects(content, found.start(), most=left)
        left -= len(objects)
        if RUNS.search(objects):
            raise UnfitError(Problem.ACTIVE)


def _look_outside_streams(content: bytes) -> None:
    at = streams = 0
    last_end = content.rfind(b"endstream")
    while found := OUTSIDE.search(content, at):
        if found["locked"]:
            raise UnfitError(Problem.PASSWORD)
        if found["runs"]:
            raise UnfitError(Problem.ACTIVE)
        streams += 1
        if streams > MOST_STREAMS:
            raise UnfitError(Problem.UNREADABLE)
        at = found.end()
        if at < last_end:
            at = content.index(b"endstream", at)


def _unpacked_objects(content: bytes, at: int, *, most: int) -> tuple[bytes, int]:
    """The objects in the stream whose dictionary has the place in it, and where the stream ends. Objects packed in a
    way that programs which write PDF do not use are refused: who hides them has a reason."""
    dictionary = content.rfind(b"obj", max(0, at - NEAR), at)
    begin = BEGIN.search(content, at, at + NEAR)
    end = content.find(b"endstream", begin.end()) if begin else -1
    if dictionary < 0 or begin is None or end < 0:
        raise UnfitError(Problem.UNREADABLE)
    says, objects = content[dictionary : begin.start()], content[begin.end() : end]
    if not PACKED.search(says):
        return objects, end
    if len(DEFLATED.findall(says)) != 1 or PACKED_OTHERWISE.search(says):
        raise UnfitError(Problem.UNREADABLE)
    try:
        objects = zlib.decompressobj().decompress(objects, most + 1)
    except zlib.error as error:
        raise UnfitError(Problem.UNREADABLE) from error
    if len(objects) > most:
        raise UnfitError(Problem.BOMB)
    return objects, end


# Names

# Letters and signs that show nothing, beside those that Unicode calls formatting.
INVISIBLE = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")


def bare_name(name: str) -> str:
    """The stranger's name for the file as a title: no folder, no ending of a type that is kept, nothing unseen."""
    text = _tidy(name)
    return _without(text, next((ending for ending in ENDINGS if text[-len(ending) :].lower() == ending), ""))


def safe_name(name: str, content_type: str) -> str:
    """The stranger's name for the file, safe to give out: no folder, nothing unseen, and ending as its true type does.

    "hợp đồng.pdf.exe" that is a PDF becomes "hợp đồng.pdf.exe.pdf".
    """
    text = _tidy(name)
    endings = TYPES[content_type].endings
    found = next((ending for ending in endings if text[-len(ending) :].lower() == ending), "")
    ending = found or endings[0]
    stem = _without(text, found)[: LONGEST_NAME - len(ending)].rstrip(" .")
    return (stem or "document") + ending


def _tidy(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    kinds = ((char, unicodedata.category(char)[0]) for char in last if char not in INVISIBLE)
    # C: control characters, and those that turn the direction of the text or show nothing. Z: spaces of any kind.
    shown = "".join(" " if kind == "Z" else char for char, kind in kinds if kind != "C")
    text = re.sub(r'[<>:"|?*]', "_", unicodedata.normalize("NFC", shown))
    return re.sub(" +", " ", text).strip(" .")


def _without(text: str, ending: str) -> str:
    return text[: len(text) - len(ending)].rstrip(" .")
