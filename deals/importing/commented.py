"""The file as it came, with a comment on each cell that is wrong or asked about; text comes back as a workbook."""

from collections.abc import Mapping
from io import BytesIO
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from deals.models import ImportBatch

from . import sheets

FILL = PatternFill("solid", start_color="FFF2B8")
AUTHOR = "Import"


def write(batch: ImportBatch, into: IO[bytes]) -> None:
    """Write the file with its comments. Costs the memory of the whole workbook."""
    with batch.file.open("rb") as file:
        content = file.read()
    book = load_workbook(BytesIO(content)) if batch.kind == "xlsx" else _from_text(content)
    for place, said in _said(batch.findings).items():
        name, _separator, cell = place.rpartition("!")
        page: Any = book[name] if name in book.sheetnames else book.worksheets[0]
        target = page[cell]
        if not hasattr(target, "fill") or type(target).__name__ == "MergedCell":
            continue
        target.fill = FILL
        target.comment = Comment("\n".join(dict.fromkeys(said)), AUTHOR, width=360, height=120)
    book.save(into)


def _said(findings: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is said about which cell; of a whole row at its first one."""
    found: dict[str, list[str]] = {}
    for problem in findings.get("problems", ()):
        at = f"{problem['place']}!{problem['column'] or 'A'}{problem['row']}"
        found.setdefault(at, []).append(problem["text"])
    for question in findings.get("questions", ()):
        if question["answer"] in {value for value, _label in question["options"]}:
            continue
        for where in question["where"]:
            place, separator, cell = where.rpartition("!")
            at = f"{place}{separator}{cell if not cell.isdecimal() else f'A{cell}'}"
            found.setdefault(at, []).append(
                _("To be answered on the page of the import: %(text)s") % {"text": question["text"]}
            )
    return found


def _from_text(content: bytes) -> Workbook:
    book = Workbook()
    page: Any = book.active
    (grid,) = sheets.read(content, "csv")
    for row in grid.rows:
        for index, value in enumerate(row.cells, start=1):
            if value is not None:
                cell = page.cell(row.number, index)
                cell.value, cell.data_type = value, "s"
    return book
