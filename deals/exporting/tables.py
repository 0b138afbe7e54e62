"""What a file is made of: tables of typed cells, and what there is to say of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

Row = Sequence[Any]


class Kind(StrEnum):
    """What the cells of a column hold: `str`; US dollars to the cent, and a share of 1, both `Decimal`; a whole number;
    a `date`; a `datetime` with its zone. None in any of them is a cell that says nothing."""

    TEXT = "text"
    USD = "usd"
    SHARE = "share"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a file: its name for machines, its heading, what its cells hold, how wide it is in characters, and,
    where the rows hold the keys of the same few `words` again and again, those words."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    width: int = 0
    words: Mapping[Any, str | None] | None = None

    @property
    def breadth(self) -> int:
        return self.width or max(WIDTHS[self.kind], min(len(self.label) + 2, 24))


WIDTHS = {Kind.TEXT: 24, Kind.USD: 22, Kind.SHARE: 9, Kind.NUMBER: 9, Kind.DAY: 12, Kind.MOMENT: 18}


@dataclass(frozen=True)
class Table:
    """`rows` is asked once, while the file is written, and may read from the database as it goes; it translates
    nothing; `in_cents` says that the US dollars in them are whole cents, as the database has them, because there are
    very many; of these 0 says nothing, as a value may not be known. `totals` come from the report, as on the screen;
    their first cell is a label."""

    name: str
    title: str
    fields: Sequence[Field]
    rows: Callable[[], Iterable[Row]]
    count: int
    totals: Sequence[Row] = ()
    note: str = ""
    in_cents: bool = False

    def told(self) -> Iterator[Row]:
        """The rows, with the words of the columns that have some in the place of their keys."""
        worded = [(place, field.words) for place, field in enumerate(self.fields) if field.words is not None]
        for row in self.rows():
            cells = list(row)
            for place, words in worded:
                cells[place] = words[cells[place]]
            yield cells


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to say of a whole file: its name for machines, its label, and a text, number, day or moment, or several
    texts."""

    key: str
    label: str
    value: str | int | Decimal | date | datetime | Sequence[str]


@dataclass(frozen=True)
class Export:
    """A file: `name` begins its file name, `facts` say what it is of, `definitions` what its words mean."""

    name: str
    title: str
    facts: Sequence[Fact]
    tables: Sequence[Table]
    definitions: Sequence[tuple[str, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many rows it has, without totals."""
        return sum(table.count for table in self.tables)


def listed(name: str, title: str, fields: Sequence[Field], rows: Sequence[Row], **more: Any) -> Table:
    """A table of rows that are there already."""
    return Table(name, title, fields, lambda: rows, len(rows), **more)


def texts(value: str | int | Decimal | date | datetime | Sequence[str]) -> Iterator[Any]:
    """What a fact says, one by one."""
    if isinstance(value, str | int | Decimal | date):
        yield value
    else:
        yield from value
