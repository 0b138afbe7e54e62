"""Which rows of a table are no records of their own, and why."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from .columns import SAMPLE, key
from .sheets import Row

TOTALS = re.compile(
    r"(tong|tong cong|cong|tong so|cong don|tong gia tri|total|totals|grand total|subtotal|sum)"
    r"( \d+ (thuong vu|van kien|hop dong|muc|dong|deals?|papers?|rows?))?"
)
SAMPLES = frozenset(key(text) for text in SAMPLE.values())


def no_record(row: Row, headings: Mapping[int, str]) -> str:
    """Why the row is no record of its own: a total, the sample, headings once more, a title between the rows."""
    filled = [(index, cell) for index, cell in enumerate(row.cells) if cell is not None]
    _index, first = filled[0]
    said = key(first) if isinstance(first, str) else ""
    text = next((key(cell) for _index, cell in filled if isinstance(cell, str)), "")
    if TOTALS.fullmatch(text):
        return _("a total")
    if said in SAMPLES:
        return _("the sample of the template")
    if len(filled) > 1 and all(isinstance(cell, str) and key(cell) == headings.get(at, "") for at, cell in filled):
        return _("the headings once more")
    if len(filled) == 1 and len(headings) > 2 and isinstance(first, str):
        return _("a title between the rows")
    return ""
