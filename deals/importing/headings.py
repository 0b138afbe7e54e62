"""Where the table of a sheet begins, what kind of sheet it is, and what each of its columns means."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deals import money, names

from .columns import IGNORED, SHEETS, USD, Column, Sheet, key
from .sheets import Grid, Row, letter

LOOKED_AT = 30  # rows, for the headings
LONGEST = 150  # letters of a heading
FEWEST = 3  # columns of a table whose headings nobody knows
LEFT_OUT = "-"  # the answer for a column that means nothing
UNIT = re.compile(
    r"(?:(?P<usd1>us\$|\$|usd|đô la( mỹ)?) ?)?(?P<unit>tỷ|tỉ|triệu|tr|billion|bn|million|mn|m|nghìn|ngàn|thousand)?"
    r" ?(?P<usd2>us\$|\$|usd|đô la( mỹ)?|đồng|vnd|vnđ)?"
)
UNIT_LABELS = {"one": gettext_lazy("US$, as they stand"), "million": gettext_lazy("US$ million"),
               "billion": gettext_lazy("US$ billion")}  # fmt: skip
UNITS = {**money.UNIT_WORDS, "mn": "million"}
INSIDE = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
SAID_ABOVE = re.compile(r"(?:đơn vị(?: tính)?|đvt|unit)\s*:?\s*(.+)", re.IGNORECASE)


@dataclass(slots=True)
class Heading:
    """A column of the table: where it stands, what is written above it, what that means, in which unit its amounts
    are. `asked` says that nobody knows yet, `remembered` that somebody said so for an earlier file."""

    index: int
    text: str
    column: Column | None = None
    unit: str = ""
    asked: bool = False
    remembered: bool = False
    hidden: bool = False
    above: str = ""  # the unit said above the table, where the heading says another or none: it is asked

    @property
    def letter(self) -> str:
        return letter(self.index)

    @property
    def which_unit(self) -> str:
        """The question for its unit, with what is said above the table."""
        text = _("In which unit are the amounts of “%(heading)s”?")
        if not self.above:
            return text
        said = UNIT_LABELS.get(self.above, _("another currency or unit"))
        return f"{text} " + _("Above the table stands: %(unit)s.") % {"unit": said}


@dataclass
class Table:
    """The table of a sheet: its kind, its columns and its rows below the headings."""

    sheet: Sheet
    name: str
    headings: list[Heading]
    rows: list[Row]
    grid: Grid
    unit: str = ""  # said above the table
    samples: dict[int, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        return self.name or self.sheet.kind

    @property
    def is_unclear(self) -> bool:
        """Whether it is still to be said which columns hold what no row can do without."""
        named = {each.column.name for each in self.headings if each.column}
        has_deal = "code" in named or ("enterprise" in named and named & {"title_vi", "title_en"})
        return self.sheet.kind == "deals" and not has_deal and any(each.asked for each in self.headings)

    def index_of(self, name: str) -> int | None:
        """Where the column of this meaning stands; None where there is none."""
        return next((each.index for each in self.headings if each.column and each.column.name == name), None)


def find(grid: Grid, choices: Mapping[str, Any], remembered: Mapping[tuple[str, str], str]) -> Table | None:
    """The table of the sheet; None where no row looks like its headings. `choices` are the answers given for this
    file, `remembered` those of earlier ones, by kind of sheet and heading."""
    found = max(_candidates(grid, remembered), key=lambda one: one[0], default=None)
    if found is None:
        return None
    (_score, _earlier), sheet, texts, first = found
    return _table(grid, sheet, texts, first, choices, remembered)


def guess(grid: Grid, choices: Mapping[str, Any], remembered: Mapping[tuple[str, str], str]) -> Table | None:
    """The sheet as a table of deals whose columns are still to be named: the first row of several short texts with
    rows as full below it is its headings. None where there is no such row."""
    start = [row for row in grid.rows[:LOOKED_AT] if row]
    for place, row in enumerate(start):
        filled = [cell for cell in row.cells if cell is not None]
        if len(filled) < FEWEST or not _is_text(row) or any(len(cell) > LONGEST for cell in filled):
            continue
        texts, first = [_text(cell) for cell in row.cells], row.number
        if place + 1 < len(start) and _continues(grid, row, start[place + 1]):
            texts, first = _joined(grid, row, start[place + 1]), start[place + 1].number
        below = [each for each in grid.rows if each.number > first]
        if any(2 * sum(cell is not None for cell in each.cells) >= len(filled) for each in below[:LOOKED_AT]):
            return _table(grid, SHEETS["deals"], texts, first, choices, remembered)
    return None


def _table(
    grid: Grid, sheet: Sheet, texts: list[str], first: int, choices: Mapping[str, Any],
    remembered: Mapping[tuple[str, str], str],
) -> Table:  # fmt: skip
    """The table below these headings, whose last row is `first`; a column with values is one of it, headed or not."""
    table = Table(sheet, grid.name, [], [row for row in grid.rows if row.number > first], grid)
    table.unit = _said_above(grid, first)
    used = {index for row in table.rows for index, cell in enumerate(row.cells) if cell is not None}
    taken: dict[str, str] = {}
    for index, text in enumerate(texts + [""] * (max(used, default=0) + 1 - len(texts))):
        values = [
            row.cells[index] for row in table.rows[:200] if index < len(row.cells) and row.cells[index] is not None
        ]
        if not text and index not in used:
            continue
        heading = _meaning(table, index, text, choices, remembered, taken)
        heading.asked = heading.asked and index in used
        heading.hidden = index in grid.hidden_columns
        if heading.column:
            taken.setdefault(heading.column.name, unit_of(text))
        table.samples[index] = " · ".join(str(value) for value in values[:3])
        table.headings.append(heading)
    return table


def _candidates(
    grid: Grid, remembered: Mapping[tuple[str, str], str]
) -> Iterator[tuple[tuple[int, int], Sheet, list[str], int]]:
    """Each row, alone and with the one below it, that reads as the headings of a kind of sheet."""
    start = grid.rows[:LOOKED_AT]
    for place, row in enumerate(start):
        one = [_text(cell) for cell in row.cells]
        below, next_one = (*start[place + 1 : place + 3], None, None)[:2]
        # Headings end above what does not go on with them.
        readings = [] if below and _continues(grid, row, below) else [(one, row.number)]
        if below and _is_text(below) and not (next_one and _continues(grid, below, next_one)):
            readings.append((_joined(grid, row, below), below.number))
        for texts, last in readings:
            for sheet in SHEETS.values():
                meant = {column.name for text in texts if (column := _column(sheet, text, remembered))}
                of_name = key(grid.name) in sheet.keys
                if len(meant) >= 2 and (of_name or meant & sheet.known_by):
                    yield (len(meant) * 2 + 3 * of_name + bool(meant & sheet.known_by), -last), sheet, texts, last


def _is_text(row: Row) -> bool:
    return bool(row) and all(cell is None or isinstance(cell, str) for cell in row.cells)


def _continues(grid: Grid, above: Row, below: Row) -> bool:
    """Whether the row goes on with the headings above it: it says units alone, or what stands below merged ones."""
    if not _is_text(below):
        return False
    merged = {
        index
        for top, left, bottom, right in grid.merged
        if top <= above.number <= bottom < below.number and left < right
        for index in range(left, right + 1)
    }
    filled = [(index, cell) for index, cell in enumerate(below.cells) if cell is not None]
    return all(index in merged or is_unit(cell) for index, cell in filled)


def is_unit(text: str) -> bool:
    """Whether the text is a unit and nothing else: "tỷ USD", "(million)", "%"."""
    said = names.tidy(text).casefold().strip("()[] .")
    return said == "%" or bool(said and UNIT.fullmatch(said))


def _joined(grid: Grid, above: Row, below: Row) -> list[str]:
    """Two rows of headings read as one: what stands below, with what stands above it before it; what stands above
    several columns is merged, or stands above the first of them."""
    upper = [_text(cell) for cell in above.cells]
    for top, left, bottom, right in grid.merged:
        if top <= above.number <= bottom and left < len(upper):
            upper += [""] * (right + 1 - len(upper))
            upper[left : right + 1] = [upper[left]] * (right + 1 - left)
    lower = [_text(cell) for cell in below.cells]
    width = max(len(upper), len(lower))
    upper += [""] * (width - len(upper))
    lower += [""] * (width - len(lower))
    found, last = [], ""
    for one, other in zip(upper, lower, strict=True):
        last = one or (last if other else "")
        found.append("\n".join(filter(None, (last, other))) if other and last != other else one or other)
    return found


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else "" if cell is None else str(cell)


def _column(sheet: Sheet, text: str, remembered: Mapping[tuple[str, str], str]) -> Column | None:
    """What the heading means by the table, or by what somebody said of it before."""
    for each in _readings(text) if len(text) < LONGEST else ():
        if column := sheet.by_key.get(each):
            return column
    return sheet.by_name.get(remembered.get((sheet.kind, key(text)), "")) if remembered else None


@lru_cache(maxsize=4096)
def _readings(text: str) -> list[str]:
    """The heading as it is compared: whole, without what stands in brackets, without its unit, and its last part."""
    bare = INSIDE.sub(" ", text)
    last = re.split(r"[\n/:–-]| \(", text)[-1]
    return [each for each in dict.fromkeys((key(text), key(bare), key(_without_unit(bare)), key(last))) if each]


def _without_unit(text: str) -> str:
    words = text.split()
    while words and UNIT.fullmatch(words[-1].casefold().strip(".,")):
        words.pop()
    return " ".join(words)


def unit_of(text: str) -> str:
    """The unit of amounts that a heading names: one, million, billion; "other" for a currency that is not the US
    dollar or a unit not known here; empty where it names none."""
    pieces = [*INSIDE.findall(text), *(text.split(",")[1:]), " ".join(text.split()[-2:]), (text.split() or [""])[-1]]
    for piece in pieces:
        found = UNIT.fullmatch(names.tidy(piece).casefold())
        if not found or not found[0]:
            continue
        unit, money_named = found["unit"] or "", found["usd1"] or found["usd2"] or ""
        if money_named in ("đồng", "vnd", "vnđ") or unit in ("nghìn", "ngàn", "thousand"):
            return "other"
        if unit or money_named:
            return UNITS.get(unit, "one") if unit else "one"
    return ""


def _said_above(grid: Grid, first: int) -> str:
    """The unit that a line above the table names: "Đơn vị tính: triệu USD"."""
    for row in grid.rows:
        for cell in row.cells if row.number <= first else ():
            if (
                isinstance(cell, str)
                and (found := SAID_ABOVE.search(cell))
                and (unit := unit_of(f"({found[1].strip(' )')})"))
            ):
                return unit
    return ""


def _meaning(
    table: Table, index: int, text: str, choices: Mapping[str, Any], remembered: Mapping[tuple[str, str], str],
    taken: Mapping[str, str],
) -> Heading:  # fmt: skip
    """What is known of the column. `taken` are the meanings of columns before it, each with its unit: two columns mean
    the same where both hold amounts, and somebody says so or their units differ."""
    heading = Heading(index, " ".join(text.split()))
    answer = choices.get(f"head:{table.place}:{index}")
    if answer is not None:
        column = table.sheet.by_name.get(answer)
        heading.asked = column is not None and column.name in taken and column.holds != USD
        heading.column = None if heading.asked else column
    elif not heading.text or key(text) not in IGNORED:  # "#" is passed over, what has no heading is not
        column = _column(table.sheet, text, remembered)
        heading.remembered = (table.sheet.kind, key(text)) in remembered
        unit = unit_of(text)
        is_other = column is not None and column.holds == USD and unit not in ("", taken.get(column.name, unit))
        heading.column = column if column and (column.name not in taken or is_other) else None
        heading.asked = heading.column is None and remembered.get((table.sheet.kind, key(text))) != LEFT_OUT
    if heading.column and heading.column.holds == USD:
        heading.unit = unit_of(text)
        if table.unit not in ("", heading.unit):
            heading.unit, heading.above = "", table.unit
    return heading
