"""The workbook of a return: what is last known of each deal, locked, and beside it the cells to fill in; and reading it
when it comes back, as strictly as a register: what can be read in two ways is a problem of its cell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import IO, Any, NamedTuple

import xlsxwriter
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, pgettext, pgettext_lazy
from openpyxl import load_workbook

from deals import files, money, names, periods
from deals.choices import Answer, Condition, ReturnedPart, Stage
from deals.models import Return

from . import conventions, sheets, words
from .conventions import AmbiguousError, Conventions, NoValueError, UnitsError
from .judging import RefusedError, judge
from .sheets import Unreadable, letter
from .workbooks import write_text

CHECK = "check"  # the hidden sheet by which a workbook is known
HEAD, FIRST = 2, 3  # rows, counted from 0: the headings, and the first deal
DAY, USD, TEXT = "dd/mm/yyyy", "#,##0.00", "@"
Known = Mapping[str, Any]
INSTRUCTIONS = (
    gettext_noop("Each row is a deal. The grey cells say what is last known: they are locked, and stay as they are."),
    gettext_noop("Fill in the white cells where something is new. What you leave empty says nothing."),
    gettext_noop("Where nothing has changed, choose “yes” in the last column, and leave the rest of the row empty."),
    gettext_noop("A change of condition, or a next step, needs one sentence about what is new."),
    gettext_noop("Amounts are in US$ million, written as numbers. Days are dates of the workbook."),
    gettext_noop("Goods delivered in the period need both the amount and the day."),
    gettext_noop("Add no rows, take none away and do not sort. Nothing counts before the ministry has accepted it."),
)  # fmt: skip


class Shown(NamedTuple):
    """A locked column: its heading, how its cells look, how wide it is, and its value."""

    heading: Any
    look: str
    width: int
    of: Callable[[str, Known, str], Any]


def _next_step(known: Known, language: str) -> str:
    by = known["next_step_by"]
    on = periods.day_name(date.fromisoformat(by), language=language) if by else ""
    return " – ".join(filter(None, [known["next_step"], known["next_step_owner"], on]))


def _million(text: str) -> Decimal | None:
    return Decimal(text) / money.MILLION if text else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _word(choices: Any, name: str) -> Callable[[str, Known, str], str]:
    return lambda code, known, language: words.label(choices, known[name], language)


SHOWN = {
    "code": Shown(gettext_lazy("Code"), TEXT, 16, lambda code, known, language: code),
    "title": Shown(gettext_lazy("Deal"), TEXT, 40, lambda code, known, language: known["title"]),
    "partner": Shown(pgettext_lazy("heading", "US partner"), TEXT, 24, lambda code, known, language: known["partner"]),
    "stage": Shown(gettext_lazy("Stage"), TEXT, 20, _word(Stage, "stage")),
    "was_condition": Shown(gettext_lazy("Condition so far"), TEXT, 16, _word(Condition, "condition")),
    "was_sentence": Shown(gettext_lazy("Last news"), TEXT, 34, lambda code, known, language: known["sentence"]),
    "was_next": Shown(
        gettext_lazy("Next step so far"), TEXT, 34, lambda code, known, language: _next_step(known, language)
    ),
    "was_expected_on": Shown(
        gettext_lazy("Contract expected so far"), DAY, 15, lambda code, known, language: _day(known["expected_on"])
    ),
    "was_delivered": Shown(
        gettext_lazy("Delivered so far (US$ million)"), USD, 16,
        lambda code, known, language: _million(known["delivered_usd"]),
    ),
    "was_usd": Shown(
        gettext_lazy("Expected value so far (US$ million)"), USD, 16,
        lambda code, known, language: _million(known["expected_usd"]),
    ),
}  # fmt: skip
# The columns from left to right: what is known, and beside it what is asked.
COLUMNS: tuple[str | Answer, ...] = (
    "code", "title", "partner", "stage", "was_condition", Answer.CONDITION, "was_sentence", Answer.SENTENCE,
    "was_next", Answer.NEXT_STEP, Answer.NEXT_STEP_OWNER, Answer.NEXT_STEP_BY, "was_expected_on", Answer.EXPECTED_ON,
    "was_delivered", Answer.DELIVERED_USD, Answer.DELIVERED_ON, "was_usd", Answer.EXPECTED_USD, Answer.UNCHANGED,
)  # fmt: skip
PARTS: Mapping[ReturnedPart, tuple[Answer, ...]] = {
    ReturnedPart.NEWS: (
        Answer.CONDITION, Answer.SENTENCE, Answer.NEXT_STEP, Answer.NEXT_STEP_OWNER, Answer.NEXT_STEP_BY,
    ),
    ReturnedPart.EXPECTED_DAY: (Answer.EXPECTED_ON,),
    ReturnedPart.VALUE: (Answer.EXPECTED_USD,),
    ReturnedPart.DELIVERY: (Answer.DELIVERED_USD, Answer.DELIVERED_ON),
    ReturnedPart.UNCHANGED: (Answer.UNCHANGED,),
}  # fmt: skip
LOOKS = {
    Answer.NEXT_STEP_BY: DAY, Answer.EXPECTED_ON: DAY, Answer.DELIVERED_ON: DAY, Answer.DELIVERED_USD: USD,
    Answer.EXPECTED_USD: USD,
}  # fmt: skip
LONGEST = {Answer.SENTENCE: 400, Answer.NEXT_STEP: 300, Answer.NEXT_STEP_OWNER: 120}


# Going out


def write(of: Return, into: IO[bytes]) -> None:
    """The workbook of the return, of what it holds: the same however often it is fetched."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with translation.override(of.language), xlsxwriter.Workbook(into, options) as book:
        page = book.add_worksheet(pgettext("sheet", "Return"))
        _answers(book, page, of)
        _instructions(book, book.add_worksheet(_("Instructions")))
        check = book.add_worksheet(CHECK)
        for row, text in enumerate((of.token, of.enterprise.code, periods.quarter_key(of.period_start))):
            check.write_string(row, 0, text)
        check.protect()
        check.very_hidden()


def _answers(book: Any, page: Any, of: Return) -> None:
    head = {"bold": True, "text_wrap": True, "valign": "top", "border": 1}
    known, asked = (book.add_format({**head, "bg_color": shade}) for shade in ("#D5D9DF", "#CFE3D4"))
    cells = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#C8CCD2"}
    locked = {look: book.add_format({**cells, "num_format": look, "bg_color": "#F0F1F3"}) for look in (TEXT, DAY, USD)}
    open_ = {look: book.add_format({**cells, "num_format": look, "locked": False}) for look in (TEXT, DAY, USD)}
    write_text(page, 0, 0, str(of), book.add_format({"bold": True, "font_size": 14}))
    page.write_string(1, 0, _("Fill in the cells under the green headings. The others are locked."))
    last = FIRST + len(of.held) - 1
    for place, column in enumerate(COLUMNS):
        page.write_string(HEAD, place, _heading(column), asked if isinstance(column, Answer) else known)
        if isinstance(column, Answer):
            page.set_column(place, place, 36 if column in (Answer.SENTENCE, Answer.NEXT_STEP) else 17)
            if offered := _offered(column):
                page.data_validation(FIRST, place, last, place, {"validate": "list", "source": offered})
        else:
            page.set_column(place, place, SHOWN[column].width)
    for row, (code, known_of) in enumerate(sorted(of.held.items()), start=FIRST):
        for place, column in enumerate(COLUMNS):
            if isinstance(column, Answer):
                page.write_blank(row, place, None, open_[LOOKS.get(column, TEXT)])
            else:
                shown = SHOWN[column]
                _put(page, row, place, shown.of(code, known_of, of.language), locked[shown.look])
    page.freeze_panes(FIRST, 2)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEAD)
    page.protect("", {"format_columns": True, "format_rows": True})


def _heading(column: str | Answer) -> str:
    return str(column.label if isinstance(column, Answer) else SHOWN[column].heading)


def _offered(column: Answer) -> list[str]:
    if column == Answer.CONDITION:
        return [str(label) for label in Condition.labels]
    return [_("yes"), _("no")] if column == Answer.UNCHANGED else []


def _put(page: Any, row: int, place: int, value: Any, shown: Any) -> None:
    if value is None or value == "":
        page.write_blank(row, place, None, shown)
    elif isinstance(value, date):
        page.write_datetime(row, place, value, shown)
    elif isinstance(value, Decimal):
        page.write_number(row, place, float(value), shown)
    else:
        write_text(page, row, place, value, shown)


def _instructions(book: Any, page: Any) -> None:
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 110)
    page.write_string(0, 0, _("How to fill in this return"), book.add_format({"bold": True, "font_size": 14}))
    for row, line in enumerate(INSTRUCTIONS, start=2):
        page.write_string(row, 0, _(line), wrap)
    page.protect()


# Coming back


@dataclass
class Problem:
    """What is wrong, and where: the cell, or empty where it is the workbook."""

    place: str
    text: str


class Reading:
    """What a workbook that came back says: whether anything is filled in, `answers` by deal and part, and all that is
    wrong with it, in which case nothing of it is taken in."""

    def __init__(self, of: Return, today: date) -> None:
        self.of, self.today = of, today
        self.answers: dict[str, dict[str, dict[str, str]]] = {}
        self.is_filled = False
        self.problems: list[Problem] = []

    def wrong(self, place: str, text: str) -> None:
        self.problems.append(Problem(place, text))


def read(of: Return, content: bytes) -> Reading:
    """Read the workbook of the return. Raises RefusedError where the file is none that may be read."""
    reading = Reading(of, timezone.localdate())
    if judge(content) != "xlsx":
        raise RefusedError("wrong")
    with translation.override(of.language):
        headings = [names.tidy(_heading(column)) for column in COLUMNS]
    if problem := _foreign(of, content):
        reading.wrong("", problem)
        return reading
    grid = next((each for each in sheets.read(content, "xlsx") if _is_ours(each, headings)), None)
    if grid is None:
        reading.wrong("", _("The headings of this workbook were changed: fill in the one that was sent, as it is."))
        return reading
    seen: dict[str, int] = {}
    for row in grid.rows[FIRST:]:
        if row:
            _row(reading, row.number, [*row.cells, *[None] * (len(COLUMNS) - len(row.cells))], seen)
    for code in sorted(of.held.keys() - seen.keys()):
        reading.wrong("", _("The row of %(deal)s is missing.") % {"deal": code})
    if not reading.is_filled and not reading.problems:
        text = _("Nothing is filled in: say what is new, or choose “yes” in the last column where nothing has changed.")
        reading.wrong("", text)
    return reading


def _is_ours(grid: sheets.Grid, headings: list[str]) -> bool:
    """Whether it has the headings, whatever their case: some went out before a heading had its capital."""
    cells = grid.rows[HEAD].cells if len(grid.rows) > HEAD else []
    found = [names.tidy(str(cell)).casefold() for cell in cells[: len(headings)]]
    return found == [each.casefold() for each in headings]


def _foreign(of: Return, content: bytes) -> str:
    """Why the workbook is not the one of the return; empty where it is."""
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        try:
            page: Any = book[CHECK] if CHECK in book.sheetnames else None
            said = [str(row[0]) for row in page.iter_rows(max_row=3, max_col=1, values_only=True)] if page else []
        finally:
            book.close()
    except (*files.BROKEN, TypeError, AttributeError) as error:
        raise RefusedError("broken") from error
    if len(said) != 3:
        return _("This is not the workbook that was sent out: its hidden sheet is missing. Fill in the one below.")
    token, code, period = said
    if (code, period) != (of.enterprise.code, periods.quarter_key(of.period_start)):
        return _("This is the workbook of %(enterprise)s for %(period)s, not the one of this return.") % {
            "enterprise": code[:40],
            "period": periods.quarter_name(period, language=translation.get_language() or "vi"),
        }
    if token != of.token:
        return _("This workbook was replaced by one made later, or was not made here. Fill in the one below.")
    return ""


def _row(reading: Reading, number: int, cells: list[Any], seen: dict[str, int]) -> None:
    code = str(cells[0] or "")
    known = reading.of.held.get(code)
    if known is None:
        reading.wrong(f"A{number}", _("“%(code)s” is no deal of this return.") % {"code": code[:40]})
        return
    if code in seen:
        said = {"deal": code, "row": seen[code]}
        reading.wrong(f"A{number}", _("%(deal)s stands here a second time: it is in row %(row)d already.") % said)
        return
    seen[code] = number
    _compare_locked(reading, number, code, known, cells)
    says: dict[Answer, str] = {}
    for place, column in enumerate(COLUMNS):
        if isinstance(column, Answer) and cells[place] is not None:
            try:
                found = _answer(column, cells[place])
            except NoValueError as error:
                said = {"value": _raw(cells[place]), "problem": error}
                reading.wrong(f"{letter(place)}{number}", _("“%(value)s”: %(problem)s") % said)
            else:
                says |= {column: found} if found else {}
    reading.is_filled |= bool(says)
    _judge(reading, number, code, known, says)


def _raw(value: Any) -> str:
    """What stands in a cell, as it is shown; of a formula without a value its sign."""
    text = f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
    return "=" if isinstance(value, Unreadable) else names.tidy(text)[:60]


def _compare_locked(reading: Reading, number: int, code: str, known: Known, cells: list[Any]) -> None:
    for place, column in enumerate(COLUMNS):
        if isinstance(column, Answer):
            continue
        with translation.override(reading.of.language):
            wanted = SHOWN[column].of(code, known, reading.of.language)
        if not _is_same(wanted, cells[place]):
            said = {"deal": code, "heading": _heading(column)}
            text = _("“%(heading)s” of %(deal)s was changed: this cell is locked, and says which deal the row is of.")
            reading.wrong(f"{letter(place)}{number}", text % said)


def _is_same(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, Decimal):
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        return is_number and abs(Decimal(str(found)) - wanted) < Decimal("0.000001")
    if isinstance(wanted, date):
        return bool(wanted == found)
    return names.tidy(wanted or "") == names.tidy("" if found is None else str(found))


# Cells


def _answer(column: Answer, value: Any) -> str:
    """What the cell says, as text; empty where that is nothing. NoValueError where it cannot be read in one way."""
    if isinstance(value, Unreadable):
        raise NoValueError(_("This formula has no value here: write the value in its place."))
    look = LOOKS.get(column, TEXT)
    text = names.tidy(str(value))
    if text in ("-", "–") or (column in (*LOOKS, Answer.CONDITION) and conventions.is_unknown(value)):
        return ""
    if look == USD:
        return _usd(value)
    if look == DAY:
        return _on(value)
    if column == Answer.CONDITION:
        condition = words.meant(Condition, text)
        if condition is None:
            raise NoValueError(_("Choose one of the conditions in the list."))
        return condition
    if column == Answer.UNCHANGED:
        said = names.fold(str(int(value) if isinstance(value, bool | float) else value))
        if said not in words.YES | words.NO:
            raise NoValueError(_("Write yes or no (có, không)."))
        return "yes" if said in words.YES else ""
    if len(text) > LONGEST[column]:
        raise NoValueError(_("This is too long: at most %(count)d characters.") % {"count": LONGEST[column]})
    return text


def _usd(value: Any) -> str:
    try:
        usd = conventions.amount(value, "million", Conventions())
    except AmbiguousError as error:
        raise NoValueError(_("This can be read as two numbers: write it without points, or as a number.")) from error
    except UnitsError as error:
        raise NoValueError(_("Write the amount in US$ million, without a unit.")) from error
    if usd < 0:
        raise NoValueError(_("An amount is not below zero."))
    return str(usd)


def _on(value: Any) -> str:
    try:
        return conventions.day(value, Conventions(), ends=True)[0].isoformat()
    except AmbiguousError as error:
        raise NoValueError(_("This can be read as two days: write it as a date of the workbook.")) from error


def _judge(reading: Reading, number: int, code: str, known: Known, says: dict[Answer, str]) -> None:
    """Keep what the row says that is different, by part, and note what cannot stand together."""

    def wrong(answer: Answer, text: str) -> None:
        reading.wrong(f"{letter(COLUMNS.index(answer))}{number}", text)

    for answer in (Answer.CONDITION, Answer.EXPECTED_ON, Answer.EXPECTED_USD):
        if answer in says and says[answer] == known[answer]:
            del says[answer]
    told = PARTS[ReturnedPart.NEWS]
    if says.keys() & set(told) and Answer.SENTENCE not in says:
        wrong(Answer.SENTENCE, _("Say in one sentence what is new."))
    if says.keys() & {Answer.NEXT_STEP_OWNER, Answer.NEXT_STEP_BY} and Answer.NEXT_STEP not in says:
        wrong(Answer.NEXT_STEP, _("Name the next step, or leave out who takes it and by when."))
    if len(says.keys() & {Answer.DELIVERED_USD, Answer.DELIVERED_ON}) == 1:
        wrong(Answer.DELIVERED_USD, _("A delivery needs both the amount and the day."))
    if on := says.get(Answer.DELIVERED_ON):
        last = min(periods.quarter_end(reading.of.period_start), reading.today)
        if not reading.of.period_start <= date.fromisoformat(on) <= last:
            text = _("“%(value)s” is not in the period, or is still to come.")
            wrong(Answer.DELIVERED_ON, text % {"value": _raw(date.fromisoformat(on))})
    if Answer.UNCHANGED in says and len(says) > 1:
        wrong(Answer.UNCHANGED, _("The row says that nothing has changed, and what has: leave out one of the two."))
    parts = {part: {each.value: says[each] for each in answers if each in says} for part, answers in PARTS.items()}
    if found := {part.value: said for part, said in parts.items() if said}:
        reading.answers[code] = found
