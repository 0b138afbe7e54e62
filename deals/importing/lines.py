"""From the rows of a table to values: each cell read by what its column holds; what cannot be read is a problem with
its place, and what can be read in several ways is a question."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from deals import money, names, periods

from . import conventions, rows, words
from .columns import CHOICE, DAY, ENTERPRISE, NAMES, NUMBER, OFFICER, PARTNER, SECTOR, TEXT, USD, YES, key
from .conventions import AmbiguousError, Conventions, NoValueError, UnitsError
from .headings import UNIT_LABELS, Heading, Table
from .parties import Known
from .sheets import Row, Unreadable, letter

SHOWN = 5  # places named with a question
TINY, LARGE = 1000, 10 * money.BILLION
UNKNOWN_PARTY = {
    ENTERPRISE: gettext_lazy("“%(text)s” is on no list: which enterprise is it?"),
    PARTNER: gettext_lazy("“%(text)s” is on no list: which US partner is it?"),
    SECTOR: gettext_lazy("“%(text)s” is on no list: which sector is it?"),
    OFFICER: gettext_lazy("“%(text)s” has no account here: who is in charge?"),
}
TITLES = ("title_vi", "title_en")
NEW, LEAVE = "new", "-"


@dataclass
class Problem:
    """What is wrong in a cell, or in a row where `column` is empty: the raw value, and how to mend it."""

    place: str
    row: int
    column: str
    heading: str
    raw: str
    text: str


@dataclass
class Question:
    """What is asked about the file: the same thing is asked once. `where` are cells it is about, `count` how many."""

    key: str
    group: str
    text: str
    options: list[tuple[str, str]]
    answer: str = ""
    where: list[str] = field(default_factory=list)
    count: int = 0
    may_be_remembered: bool = False

    @property
    def is_open(self) -> bool:
        return self.answer not in {value for value, _label in self.options}


@dataclass
class Line:
    """A row with the values it gives, by column, and where they stand. `precision` says how well a day is known."""

    table: Table
    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, int] = field(default_factory=dict)
    precision: dict[str, str] = field(default_factory=dict)
    is_wrong: bool = False
    is_left_out: bool = False

    def get(self, name: str) -> Any:
        return self.values.get(name)

    @property
    def number(self) -> int:
        return self.row.number

    @property
    def place(self) -> str:
        return f"{self.table.name}!{self.number}" if self.table.name else str(self.number)


class Reader:
    """Reads the tables of one file, and gathers what is wrong and what is to be asked. `choices` are the answers."""

    def __init__(self, known: Known, choices: Mapping[str, Any]) -> None:
        self.known = known
        self.choices = choices
        self.how = Conventions(choices.get("numbers", ""), choices.get("days", ""))
        self.problems: list[Problem] = []
        self.questions: dict[str, Question] = {}
        self.learned: list[tuple[Any, str, Line]] = []  # other names that are to be remembered
        self.left_out: list[tuple[str, int, str]] = []
        self.gone: set[str] = set()  # titles of deals whose rows are left out
        self.labels: dict[tuple[type, str, str], str] = {}
        self.language = "en" if (get_language() or "vi").startswith("en") else "vi"
        self.readers: dict[str, Callable[[Line, Heading, Any], Any]] = {
            TEXT: self._text, DAY: self._day, USD: self._usd, NUMBER: self._number, YES: self._yes, NAMES: self._names,
            CHOICE: self._choice, ENTERPRISE: self._party, PARTNER: self._party, SECTOR: self._party,
            OFFICER: self._party,
        }  # fmt: skip

    # What is gathered

    def ask(
        self, key: str, group: str, text: str, options: Callable[[], list[tuple[str, str]]], where: str,
        *, may_be_remembered: bool = False,
    ) -> str:  # fmt: skip
        """The answer given, empty where there is none yet; the question is put once, with where it comes from."""
        found = self.questions.get(key)
        if found is None:
            found = Question(key, group, text, options(), self.choices.get(key, ""), [], 0, may_be_remembered)
            self.questions[key] = found
        found.count += 1
        if len(found.where) < SHOWN:
            found.where.append(where)
        return "" if found.is_open else found.answer

    def wrong(self, line: Line, name: str, text: str) -> None:
        """Note a problem at the column of the line, or at the line where it has no such column."""
        line.is_wrong = True
        index = line.cells.get(name, line.table.index_of(name))
        heading = next((each.text for each in line.table.headings if each.index == index), "")
        cell = None if index is None or index >= len(line.row.cells) else line.row.cells[index]
        raw = "" if cell is None else str(cell)[:120]
        at = "" if index is None else letter(index)
        self.problems.append(Problem(line.table.name, line.number, at, heading, raw, str(text)))

    def label(self, field: Any, value: str) -> str:
        """The word for a value that is chosen from a list."""
        key = (field.model, field.name, value)
        if key not in self.labels:
            self.labels[key] = str(dict(field.flatchoices).get(value, value))
        return self.labels[key]

    # Rows

    def read(self, table: Table) -> Iterator[Line]:
        """The lines of the table, in order; totals, samples and repeated headings are left out, and named. One is read
        as it is taken: what it adds to the lists is known to the next."""
        named = [heading for heading in table.headings if heading.column]
        named.sort(key=lambda heading: heading.column is None or heading.column.holds != ENTERPRISE)
        texts = {heading.index: key(heading.text) for heading in table.headings}
        for row in table.rows:
            if not row:
                continue
            if why := rows.no_record(row, texts):
                self.left_out.append((table.name, row.number, why))
                continue
            line = Line(table, row)
            for heading in named:
                if heading.index < len(row.cells) and row.cells[heading.index] is not None and not line.is_left_out:
                    self._cell(line, heading, row.cells[heading.index])
            if line.is_left_out:
                self._leave_out(line)
            elif line.values or line.is_wrong:
                yield line

    def _leave_out(self, line: Line) -> None:
        """Leave the row out with whatever belongs to its deal: its enterprise is none of this register."""
        self.left_out.append((line.table.name, line.number, _("its enterprise is on no list")))
        titles = [each.index for each in line.table.headings if each.column and each.column.name in TITLES]
        self.gone |= {key(str(line.row.cells[at])) for at in titles if at < len(line.row.cells) and line.row.cells[at]}

    def _cell(self, line: Line, heading: Heading, value: Any) -> None:
        column: Any = heading.column
        before, line.cells[column.name] = line.cells.get(column.name), heading.index
        if isinstance(value, Unreadable):
            self.wrong(line, column.name, _("This formula has no value here: write the value in its place."))
            return
        try:
            read = self.readers.get(column.holds, self._text)(line, heading, value)
        except NoValueError as error:
            self.wrong(line, column.name, str(error))
            return
        if read is None and before is not None:
            line.cells[column.name] = before
        elif read is not None and line.values.setdefault(column.name, read) != read:
            where = f"{letter(line.cells[column.name] if before is None else before)}{line.number}"
            self.wrong(line, column.name, _("%(cell)s says another amount: leave one of them.") % {"cell": where})

    def _at(self, line: Line, heading: Heading) -> str:
        place = f"{heading.letter}{line.number}"
        return f"{line.table.name}!{place}" if line.table.name else place

    # Cells

    def _text(self, line: Line, heading: Heading, value: Any) -> str | None:
        column: Any = heading.column
        text = format(value, ".15g") if isinstance(value, float) else str(value)
        return None if text in ("-", "–") and column.name != "number" else text

    def _names(self, line: Line, heading: Heading, value: Any) -> list[str]:
        return [name for part in str(value).replace("\n", ";").split(";") if (name := names.tidy(part))]

    def _yes(self, line: Line, heading: Heading, value: Any) -> bool:
        said = names.fold(str(int(value) if isinstance(value, bool | float) else value))
        if said not in words.YES | words.NO:
            raise NoValueError(_("Write yes or no (có, không)."))
        return said in words.YES

    def _number(self, line: Line, heading: Heading, value: Any) -> Any:
        if conventions.is_unknown(value):
            return None
        try:
            found = conventions.number(value, self.how)
        except AmbiguousError:
            self._ask_numbers(line, heading, value)
            return None
        self._show_number(line, heading, value)
        return found

    def _usd(self, line: Line, heading: Heading, value: Any) -> Any:
        if conventions.is_unknown(value):
            return None
        asks = f"unit:{line.table.place}:{heading.index}"
        unit = self.choices.get(asks) or heading.unit
        try:
            in_full = self.choices.get(f"full:{line.table.place}:{heading.index}", "")
            found = conventions.amount(value, "" if unit == "other" else unit, self.how, in_full=in_full)
        except AmbiguousError:
            self._ask_numbers(line, heading, value)
            return None
        except UnitsError:
            self._ask_in_full(line, heading, value)
            return None
        except KeyError:
            self._ask_unit(asks, line, heading, heading.which_unit)
            line.is_wrong = True
            return None
        self._show_number(line, heading, value)
        if asks in self.choices:
            self._ask_unit(asks, line, heading, heading.which_unit)
        return found

    def _ask_in_full(self, line: Line, heading: Heading, value: Any) -> None:
        line.is_wrong = True
        text = _("“%(text)s” stands under “%(heading)s”: is it in that unit?") % {
            "text": value,
            "heading": heading.text,
        }
        options = [("heading", _("in the unit of the heading")), ("one", _("US$, as they stand"))]
        self.ask(f"full:{line.table.place}:{heading.index}", "numbers", text, lambda: options, self._at(line, heading))

    def ask_about_size(self, line: Line, name: str, usd: Any) -> None:
        """Ask back about an amount that is entered and may be wrong by a factor of 1,000."""
        index = line.cells.get(name, line.table.index_of(name))
        heading = next((each for each in line.table.headings if each.index == index), None)
        if heading is None or usd is None:
            return
        asks = f"unit:{line.table.place}:{heading.index}"
        if 0 < abs(usd) < TINY and asks not in self.choices:
            self._ask_unit(asks, line, heading, _("Amounts of “%(heading)s” are below US$1,000: are they whole US$?"))
        elif abs(usd) > LARGE:
            said = {
                "limit": money.short(LARGE, language=self.language),
                "value": money.full(usd, language=self.language),
            }
            at = self._at(line, heading)
            sentence = _("Above %(limit)s: %(value)s. Is that right?") % said
            self.ask(f"large:{at}", "numbers", f"{at}: {sentence}", lambda: [("yes", _("It is right"))], at)

    def _ask_unit(self, asks: str, line: Line, heading: Heading, text: str) -> None:
        def options() -> list[tuple[str, str]]:
            return [(unit, str(label)) for unit, label in UNIT_LABELS.items()]

        self.ask(asks, "numbers", text % {"heading": heading.text}, options, self._at(line, heading))

    def _ask_numbers(self, line: Line, heading: Heading, value: Any) -> None:
        line.is_wrong = True
        more, less = (money.clear(each, language=self.language) for each in money.readings(money.split(value).number))
        comma = "," in value
        said = {"vi": less if comma else more, "en": more if comma else less}
        text = _("How are numbers written in this file? “%(text)s” can be read in two ways.") % {"text": value}

        def options() -> list[tuple[str, str]]:
            return [
                ("vi", _("1.234,5 as in Vietnamese: it is %(value)s") % {"value": said["vi"]}),
                ("en", _("1,234.5 as in English: it is %(value)s") % {"value": said["en"]}),
            ]

        self.ask("numbers", "numbers", text, options, self._at(line, heading))

    def _show_number(self, line: Line, heading: Heading, value: Any) -> None:
        """An answer given stays on the page, with the first cell it was given for."""
        if self.how.numbers and isinstance(value, str) and len(money.readings(money.split(value).number)) > 1:
            is_wrong = line.is_wrong
            self._ask_numbers(line, heading, value)
            line.is_wrong = is_wrong

    def _day(self, line: Line, heading: Heading, value: Any) -> Any:
        column: Any = heading.column
        if conventions.is_unknown(value):
            return None
        try:
            found, line.precision[column.name] = conventions.day(value, self.how, ends=column.ends)
        except AmbiguousError:
            line.is_wrong = True
            self._ask_days(line, heading, value)
            return None
        if self.how.days and isinstance(value, str) and _has_two_days(value):
            self._ask_days(line, heading, value)
        return found

    def _ask_days(self, line: Line, heading: Heading, value: str) -> None:
        text = _("How are days written in this file? “%(text)s” can be read in two ways.") % {"text": value}

        def options() -> list[tuple[str, str]]:
            found = {order: conventions.day(value, Conventions(days=order))[0] for order in ("dmy", "mdy")}
            said = {order: periods.day_name(day, language=self.language) for order, day in found.items()}
            return [("dmy", _("day first: it is %(day)s") % {"day": said["dmy"]}),
                    ("mdy", _("month first: it is %(day)s") % {"day": said["mdy"]})]  # fmt: skip

        self.ask("days", "numbers", text, options, self._at(line, heading))

    def _choice(self, line: Line, heading: Heading, value: Any) -> str | None:
        column: Any = heading.column
        text = str(value)
        if conventions.is_unknown(text):
            return None
        if (found := words.meant(column.choices, text)) is not None:
            return found
        asked = f"word:{column.choices.__name__}:{key(text)}"
        sentence = _("“%(text)s” in “%(heading)s”: what does it stand for?") % {"text": text, "heading": heading.text}

        def options() -> list[tuple[str, str]]:
            return [*((value, str(label)) for value, label in column.choices.choices), (LEAVE, _("leave it out"))]

        answer = self.ask(asked, "words", sentence, options, self._at(line, heading))
        line.is_wrong |= not answer
        return None if answer in ("", LEAVE) else answer

    def _party(self, line: Line, heading: Heading, value: Any) -> Any:
        column: Any = heading.column
        text = names.tidy(str(value))
        if conventions.is_unknown(text):
            return None
        found = self.known.find(column.holds, text)
        if len(found) == 1:
            return found[0]
        asked = f"{column.holds}:{names.bare(text)}"
        sentence = str(UNKNOWN_PARTY[column.holds]) % {"text": text}
        if found:
            sentence = _("“%(text)s” may be several: which one is it?") % {"text": text}
        answer = self.ask(
            asked, "names", sentence, lambda: self._offered(column.holds, text, found), self._at(line, heading),
            may_be_remembered=column.holds in (ENTERPRISE, PARTNER) and not found,
        )  # fmt: skip
        line.is_wrong |= not answer
        if answer == NEW:
            return text
        line.is_left_out = column.holds == ENTERPRISE and answer == LEAVE
        record = self.known.records[column.holds].get(answer)
        is_learned = any(one is record and name == text for one, name, _line in self.learned)
        if record is not None and self.choices.get(f"alias:{asked}") and not is_learned:
            self.learned.append((record, text, line))
        return record

    def _offered(self, kind: str, text: str, found: list[Any]) -> list[tuple[str, str]]:
        """Whom the name may mean: the nearest first, then all the others."""
        first = found or self.known.closest(kind, text)
        others = sorted((each for each in self.known.records[kind].values() if each not in first), key=_order)
        offered = [(str(each.pk), _named(each)) for each in [*first, *others] if each.pk]
        if kind == PARTNER and not found:
            offered.insert(len(first), (NEW, _("a new partner: enter “%(name)s”") % {"name": text}))
        if kind == OFFICER:
            offered.append((LEAVE, _("leave it out")))
        if kind == ENTERPRISE:
            offered.append((LEAVE, _("leave these rows out")))
        return offered


def _named(record: Any) -> str:
    code = getattr(record, "code", "")
    return f"{record} ({code})" if code and str(code) != str(record) else str(record)


def _order(record: Any) -> str:
    return getattr(record, "sort_key", "") or names.sort_key(str(record))


def _has_two_days(value: str) -> bool:
    try:
        conventions.day(value, Conventions())
    except AmbiguousError:
        return True
    except NoValueError:
        return False
    return False
