"""Files for tests, built from their parts: those that are kept, and those that are refused, with the reason."""

import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

from deals.files import MOST_BYTES, Problem

OFFICE = "application/vnd.openxmlformats-officedocument."
WORD = OFFICE + "wordprocessingml.document"
EXCEL = OFFICE + "spreadsheetml.sheet"
POWERPOINT = OFFICE + "presentationml.presentation"
PARTS = {WORD: "word/document.xml", EXCEL: "xl/workbook.xml", POWERPOINT: "ppt/presentation.xml"}
LIST = "[Content_Types].xml"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(17)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def pdf(*objects: bytes, trailer: bytes = b"/Root 1 0 R", end: bytes = b"%%EOF\n") -> bytes:
    """A PDF with the objects after its catalogue."""
    body = [b"<< /Type /Catalog /Pages 2 0 R >>", *objects]
    numbered = [b"%d 0 obj\n%s\nendobj\n" % (number, each) for number, each in enumerate(body, start=1)]
    return b"%PDF-1.7\n" + b"".join(numbered) + b"trailer\n<< " + trailer + b" >>\nstartxref\n9\n" + end


def stream(data: bytes, says: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(data), says) + data + b"\nendstream"


def packed(data: bytes, says: bytes = b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode") -> bytes:
    """A stream of packed objects."""
    return stream(zlib.compress(data), says)


def zipped(parts: dict[str, bytes | str], *, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    into = BytesIO()
    with zipfile.ZipFile(into, "w", how) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return into.getvalue()


def listed(*types: str, main: str = "", named: str = "") -> str:
    """The list of the parts' types; `types` are those of endings."""
    endings = "".join(f'<Default Extension="x{place}" ContentType="{each}"/>' for place, each in enumerate(types))
    override = f'<Override PartName="/{named or PARTS[main]}" ContentType="{main}.main+xml"/>' if main else ""
    namespace = "http://schemas.openxmlformats.org/package/2006/content-types"
    return f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{namespace}">{endings}{override}</Types>'


def office(main: str = WORD, *types: str, **parts: bytes) -> bytes:
    """A Word, Excel or PowerPoint file; `types` stand in its list beside those that are always there."""
    usual = {"_rels/.rels": b"<Relationships/>", PARTS[main]: b"<main/>"}
    return zipped({LIST: listed("application/xml", *types, main=main), **usual, **parts})


def ole(*names: str) -> bytes:
    return OLE + bytes(504) + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names)


def locked_zip() -> bytes:
    """A Word file of which every part says that it is encrypted."""
    content = bytearray(office())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content[place + at] |= 1
            place = content.find(mark, place + 4)
    return bytes(content)


def bomb(says: int) -> bytes:
    """A zip of nearly 20 MB whose one part, the list of types, unpacks to 20 GB and says that it has so many bytes."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeeze.compress(bytes(2**20)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    data = block * (19 * 2**20 // len(block)) + squeeze.flush()
    about = struct.pack("<5H3L2H", 20, 0, zipfile.ZIP_DEFLATED, 0, 0, 0, len(data), says, len(LIST), 0)
    here = b"PK\x03\x04" + about + LIST.encode() + data
    there = b"PK\x01\x02\x14\0" + about + bytes(14) + LIST.encode()
    return here + there + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(there), len(here), 0)


def many_parts() -> bytes:
    """A zip of nearly 20 MB, nothing but entries in its list."""
    entry = b"PK\x01\x02" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"a"
    count = MOST_BYTES // len(entry) - 10
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, count * len(entry), 4, 0)
    return b"PK\x03\x04" + entry * count + end


def claims_a_million_parts() -> bytes:
    """A Word file whose end says, in the way for large zips, that it lists a million parts."""
    content = office()
    place = content.rfind(b"PK\x05\x06")
    size, start = struct.unpack("<2L", content[place + 12 : place + 20])
    large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**6, 10**6, 46 * 10**6, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, start + size, 1)
    return content[:place] + large + locator + content[place:]


def swelling_list() -> bytes:
    """A Word file whose list of types names an entity of entities."""
    entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    text = (
        listed(main=WORD).replace("<Types", f"<!DOCTYPE Types [{entities}]><Types").replace("</Types>", "&i;</Types>")
    )
    return zipped({LIST: text, PARTS[WORD]: b"<main/>"})


KEPT: dict[str, tuple[bytes, str]] = {
    "a PDF": (pdf(), "application/pdf"),
    "a PDF after a byte order mark": (b"\xef\xbb\xbf" + pdf(), "application/pdf"),
    "a PDF with packed objects": (pdf(packed(b"2 0 << /Type /Pages /Kids [] >>")), "application/pdf"),
    "a PDF with plain objects in a stream": (pdf(stream(b"2 0 << >>", b"/Type /ObjStm /N 1")), "application/pdf"),
    "a PDF that says it is not encrypted": (pdf(b"<< /EncryptMetadata false /JSX 1 >>"), "application/pdf"),
    "a PDF whose picture happens to read like a script": (pdf(stream(b"\x01 /JS /Encrypt \x02")), "application/pdf"),
    "a PDF with a link": (pdf(b"<< /S /URI /URI (https://moit.gov.vn) >>"), "application/pdf"),
    "a PDF followed by blanks": (pdf(end=b"%%EOF" + b"\r\n" * 500), "application/pdf"),
    "a PNG": (PNG, "image/png"),
    "a JPEG": (JPEG, "image/jpeg"),
    "a Word file": (office(WORD), WORD),
    "an Excel file": (office(EXCEL), EXCEL),
    "a PowerPoint file": (office(POWERPOINT), POWERPOINT),
    "a Word file with an Excel file in it": (office(WORD, EXCEL, **{"word/embeddings/x.xlsx": office(EXCEL)}), WORD),
    "a Word file with an object of an older Office": (office(WORD, **{"word/embeddings/x.bin": ole("Doc")}), WORD),
    "a Word file stored unpacked": (
        zipped({LIST: listed(main=WORD), PARTS[WORD]: b"<main/>"}, how=zipfile.ZIP_STORED),
        WORD,
    ),
    "a Word file with a list in UTF-16": (
        zipped({LIST: listed(main=WORD).replace("UTF-8", "UTF-16").encode("utf-16"), PARTS[WORD]: b"<main/>"}),
        WORD,
    ),
    "a Word file whose list says it otherwise": (
        zipped({LIST: listed(f"{WORD}.main+xml"), "word/document.xml": b"<main/>"}),
        WORD,
    ),
}

SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"
REFUSED: dict[str, tuple[Callable[[], bytes], Problem]] = {
    "an empty file": (lambda: b"", Problem.EMPTY),
    "20 MB and a byte": (lambda: pdf() + bytes(MOST_BYTES), Problem.TOO_BIG),
    "a web page": (lambda: b"<html><script>alert(1)</script></html>", Problem.UNKNOWN),
    "a program": (lambda: b"MZ\x90\0 no document", Problem.UNKNOWN),
    "a text that speaks of PDF": (lambda: b"On %PDF-1.7", Problem.UNKNOWN),
    "a GIF": (lambda: b"GIF89a", Problem.UNKNOWN),
    "a zip of something else": (lambda: zipped({"a.txt": b"a"}), Problem.UNKNOWN),
    "a zip in a zip": (lambda: zipped({"a.zip": zipped({"b.zip": office()})}), Problem.UNKNOWN),
    "a text document of another office": (
        lambda: zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}),
        Problem.UNKNOWN,
    ),
    "a Word template": (lambda: zipped({LIST: listed(OFFICE + "wordprocessingml.template.main+xml")}), Problem.UNKNOWN),
    # Older Office, and passwords
    "a .doc": (lambda: ole("Root Entry", "WordDocument"), Problem.OLD_OFFICE),
    "a .xls": (lambda: ole("Root Entry", "Workbook"), Problem.OLD_OFFICE),
    "a Word file with a password": (lambda: ole("Root Entry", "EncryptionInfo", "EncryptedPackage"), Problem.PASSWORD),
    "a zip with a password": (locked_zip, Problem.PASSWORD),
    "a PDF with a password": (lambda: pdf(trailer=b"/Root 1 0 R /Encrypt 5 0 R"), Problem.PASSWORD),
    "a PDF with a password, spelt in numbers": (lambda: pdf(trailer=b"/#45ncryp#74<< /V 4 >>"), Problem.PASSWORD),
    "a PDF with a password and a packed table": (
        lambda: pdf(stream(zlib.compress(b"x"), b"/Type /XRef /W [1 2 1] /Encrypt 5 0 R /Filter /FlateDecode")),
        Problem.PASSWORD,
    ),
    # Macros
    "a .docm": (lambda: office(**{"word/vbaProject.bin": b"x"}), Problem.MACROS),
    "a .docm in capitals": (lambda: office(**{"word/VBAPROJECT.BIN": b"x"}), Problem.MACROS),
    "a .docm by its type alone": (
        lambda: zipped({LIST: listed("application/vnd.ms-word.document.macroEnabled.main+xml")}),
        Problem.MACROS,
    ),
    "a .docx with macros under another name": (
        lambda: office(WORD, "application/vnd.ms-office.vbaProject", **{"word/x.bin": b"x"}),
        Problem.MACROS,
    ),
    "an .xlsb": (
        lambda: zipped({LIST: listed("application/vnd.ms-excel.sheet.binary.macroEnabled.main")}),
        Problem.MACROS,
    ),
    "an .xlsx with a macro sheet": (lambda: office(EXCEL, "application/vnd.ms-excel.macrosheet+xml"), Problem.MACROS),
    "a .docx with a .docm in it": (
        lambda: office(WORD, "application/vnd.ms-word.document.macroEnabled.12"),
        Problem.MACROS,
    ),
    # Scripts
    "a PDF with a script": (lambda: pdf(SCRIPT), Problem.ACTIVE),
    "a PDF with a script, spelt in numbers": (lambda: pdf(b"<< /S /J#61vaS#63ript >>"), Problem.ACTIVE),
    "a PDF with a script at a rendition": (lambda: pdf(b"<< /S /Rendition /JS(x) >>"), Problem.ACTIVE),
    "a PDF that starts a program": (lambda: pdf(b"<< /S /Launch /F (cmd.exe) >>"), Problem.ACTIVE),
    "a PDF with a packed script": (lambda: pdf(packed(b"3 0 " + SCRIPT)), Problem.ACTIVE),
    "a PDF with a packed program, spelt in numbers": (lambda: pdf(packed(b"3 0 << /S /#4caunch >>")), Problem.ACTIVE),
    "a PDF with a script behind a stream that is none": (
        lambda: pdf(b"% >> stream\n" + SCRIPT + b"\nendstream"),
        Problem.ACTIVE,
    ),
    "a PDF with objects packed twice": (
        lambda: pdf(packed(zlib.compress(SCRIPT), b"/Type /ObjStm /Filter [/FlateDecode /FlateDecode]")),
        Problem.UNREADABLE,
    ),
    "a PDF with objects packed in another way": (
        lambda: pdf(stream(SCRIPT.hex().encode(), b"/Type /ObjStm /Filter /ASCIIHexDecode")),
        Problem.UNREADABLE,
    ),
    "a PDF that says elsewhere how objects are packed": (
        lambda: pdf(packed(SCRIPT, b"/Type /ObjStm /Filter 9 0 R")),
        Problem.UNREADABLE,
    ),
    "a PDF with objects that cannot be unpacked": (
        lambda: pdf(stream(b"x\x9c nothing", b"/Type /ObjStm /Filter /FlateDecode")),
        Problem.UNREADABLE,
    ),
    "a PDF with objects in objects": (
        lambda: pdf(b"<< /Type /ObjStm >> stream\n " + packed(SCRIPT)),
        Problem.UNREADABLE,
    ),
    "a PDF with the objects out of sight": (
        lambda: pdf(packed(SCRIPT, b"/Type /ObjStm /Filter /FlateDecode" + b" " * 5000)),
        Problem.UNREADABLE,
    ),
    # Too much
    "a zip of 4 GB": (lambda: bomb(2**32 - 2), Problem.BOMB),
    "a zip of 20 GB that says it is small": (lambda: bomb(1000), Problem.BROKEN),
    "a zip with nothing but parts": (many_parts, Problem.BOMB),
    "a list of types of 20 MB": (lambda: zipped({LIST: bytes(20 * 2**20), PARTS[WORD]: b"x"}), Problem.BOMB),
    "a PDF with 40 MB of packed objects": (lambda: pdf(packed(bytes(40 * 2**20))), Problem.BOMB),
    "a PDF with packed objects without end": (lambda: pdf(*[packed(bytes(8 * 2**20))] * 9), Problem.BOMB),
    # Not whole
    "a PDF cut off": (lambda: pdf()[:-7], Problem.BROKEN),
    "a PDF followed by something else": (lambda: pdf() + b"x" * 5000, Problem.BROKEN),
    "a Word file cut off": (lambda: office()[:-30], Problem.BROKEN),
    "half a Word file": (lambda: office()[:200], Problem.BROKEN),
    "a zip that claims a million parts": (claims_a_million_parts, Problem.BROKEN),
    "a list that swells": (swelling_list, Problem.BROKEN),
    "a list that is no XML": (lambda: zipped({LIST: b"<Types", PARTS[WORD]: b"x"}), Problem.BROKEN),
    "a list packed in another way": (lambda: zipped({LIST: listed(main=WORD)}, how=zipfile.ZIP_LZMA), Problem.BROKEN),
    "a Word file without its text": (lambda: zipped({LIST: listed(main=WORD)}), Problem.BROKEN),
    "a Word file that is an Excel file too": (
        lambda: office(WORD, f"{EXCEL}.main+xml", **{PARTS[EXCEL]: b"x"}),
        Problem.BROKEN,
    ),
}
