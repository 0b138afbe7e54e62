"""A look at a file: what it says, what is wrong with it, what is to be asked, what it would change. Nothing is written
to any record; the same file, answers and records give the same."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from deals import permissions
from deals.actions import imports
from deals.choices import ImportOutcome
from deals.models import HeadingChoice, ImportBatch, User

from . import headings, settling, sheets
from .columns import SHEETS
from .dealings import Dealings
from .groups import Stored
from .headings import Heading, Table
from .lines import Line, Question, Reader
from .lists import Lists
from .parties import Known
from .searching import Search

MOST_SHOWN = 300  # problems and questions kept for the page
LISTS = ("sectors", "enterprises", "partners")
NOTHING: Mapping[str, Any] = MappingProxyType({})
Told = Callable[[int, int], None]


@dataclass
class Look:
    """What a look at a file found."""

    plan: imports.Plan = field(default_factory=imports.Plan)
    tables: list[Table] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    reader: Any = None
    search: Search | None = None
    lines: int = 0

    @property
    def is_ready(self) -> bool:
        """Whether all of it can be entered as it is."""
        asked = any(heading.asked for table in self.tables for heading in table.headings)
        return bool(self.tables) and not asked and not self.reader.problems and not self.open_questions

    @property
    def open_questions(self) -> list[Question]:
        return [question for question in self.reader.questions.values() if question.is_open]

    @property
    def findings(self) -> dict[str, Any]:
        """All that the page shows but the rows."""
        problems = self.reader.problems
        questions = sorted(self.reader.questions.values(), key=lambda question: not question.is_open)
        return {
            "tables": [_table(table) for table in self.tables],
            "passed_over": self.passed_over,
            "left_out": [list(each) for each in self.reader.left_out[:MOST_SHOWN]],
            "problems": [asdict(problem) for problem in problems[:MOST_SHOWN]],
            "problem_count": len(problems),
            "questions": [asdict(question) for question in questions[:MOST_SHOWN]],
            "open_count": len(self.open_questions),
            "searched": self._searched,
            "lines": self.lines,
            "counts": settling.counts(self.plan.rows) | {"left_out": len(self.reader.left_out)},
        }

    @property
    def _searched(self) -> str:
        """What the file was searched for, where all that was found is among the questions that are kept."""
        return self.search.digest if self.search and len(self.reader.questions) <= MOST_SHOWN else ""


def look(
    batch: ImportBatch,
    content: bytes,
    *,
    by: User,
    told: Told = lambda done, of: None,
    earlier: Mapping[str, Any] = NOTHING,
) -> Look:
    """Look at the file with the answers given so far, as the person who would enter it; `earlier` are the findings of a
    look since which nothing was recorded. Raises RefusedError where it cannot be read."""
    return read(sheets.read(content, batch.kind), batch.choices, by=by, told=told, earlier=earlier)


def read(
    grids: list[sheets.Grid],
    choices: Mapping[str, Any],
    *,
    by: User,
    told: Told = lambda done, of: None,
    earlier: Mapping[str, Any] = NOTHING,
) -> Look:
    """Look at the sheets of a file."""
    found = Look(reader=Reader(Known(), choices))
    remembered = {(one.sheet, one.heading): one.column for one in HeadingChoice.objects.filter(by=by)}
    for grid in grids:
        table = None if grid.is_hidden else headings.find(grid, choices, remembered)
        if table is None:
            found.passed_over.append(_("%(name)s (hidden)") % {"name": grid.name} if grid.is_hidden else grid.name)
        else:
            found.tables.append(table)
    if not found.tables:
        # Headings that nobody knows are asked about, one by one, rather than refused.
        guessed = [headings.guess(grid, choices, remembered) for grid in grids if not grid.is_hidden]
        found.tables = sorted(filter(None, guessed), key=lambda table: -len(table.rows))[:1]
        found.passed_over = [name for name in found.passed_over if name not in {each.name for each in found.tables}]
    total = sum(len(table.rows) for table in found.tables)
    lists = Lists(found.reader, found.plan, by)
    for kind in LISTS:
        for table in _of(found, kind):
            lists.read(_counting(found, table, told, total))
    lines = [line for kind in SHEETS if kind not in LISTS for table in _of(found, kind)
             for line in _counting(found, table, told, total)]  # fmt: skip
    if lines:
        deals = permissions.visible_deals(by)
        found.search = Search(deals, lines, by, earlier)
        stored = Stored(deals, lines, are_new=found.search.is_known)
        dealings = Dealings(found.reader, lists, found.plan, stored, by, timezone.localdate())
        dealings.search = found.search
        _take(dealings, lines, lambda number: told(total + number, 2 * total))
    lists.learn(found.reader.learned)
    for place, number, why in found.reader.left_out:
        found.plan.steps.append(imports.Step(imports.Row(place, number, "", ImportOutcome.LEFT_OUT, why)))
    return found


def _take(dealings: Dealings, lines: list[Line], told: Callable[[int], None]) -> None:
    """Take the lines one by one, and settle what they come to."""
    taking = {"deals": dealings.deal, "papers": dealings.paper, "deliveries": dealings.delivery}
    for number, line in enumerate(lines):
        taking[line.table.sheet.kind](line)
        told(number)
    settling.settle(dealings)


def _of(found: Look, kind: str) -> list[Table]:
    return [table for table in found.tables if table.sheet.kind == kind]


def _counting(found: Look, table: Table, told: Told, total: int) -> Any:
    for line in () if table.is_unclear else found.reader.read(table):
        found.lines += 1
        told(found.lines, 2 * total)
        yield line


def _table(table: Table) -> dict[str, Any]:
    return {
        "place": table.place,
        "name": table.name,
        "kind": table.sheet.kind,
        "rows": len(table.rows),
        "headings": [_heading(table, heading) for heading in table.headings],
        "hidden_rows": len(table.grid.hidden_rows & {row.number for row in table.rows if row}),
    }


def _heading(table: Table, heading: Heading) -> dict[str, Any]:
    return {
        "index": heading.index,
        "letter": heading.letter,
        "text": heading.text or _("(no heading)"),
        "column": heading.column.name if heading.column else "",
        "unit": heading.unit,
        "asked": heading.asked,
        "remembered": heading.remembered,
        "hidden": heading.hidden,
        "sample": table.samples.get(heading.index, "")[:120],
    }
