"""What a briefing in words is made of: the same for the page, the PDF and the Word file."""

import unicodedata
from dataclasses import dataclass, field

# Beyond so many letters a name is cut: two pages have to hold them all.
LONGEST = 120
LONG_WORD = 30


@dataclass(frozen=True)
class Column:
    """A column of a table; `kind` is text, wide (takes what is left), number or day, `band` that which it shows."""

    label: str
    kind: str = "number"
    band: str = ""


@dataclass(frozen=True)
class Cell:
    text: str
    small: str = ""

    @property
    def is_long(self) -> bool:
        """Whether a word in it is too long for a line of a column."""
        return any(len(word) > LONG_WORD for word in f"{self.text} {self.small}".split())


@dataclass(frozen=True)
class Table:
    """`sums` is how many of the last rows are sums of those above."""

    columns: list[Column]
    rows: list[list[Cell]]
    sums: int = 0

    @property
    def body(self) -> list[list[tuple[Column, Cell]]]:
        """The rows, each cell with its column."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows[: len(self.rows) - self.sums]]

    @property
    def foot(self) -> list[list[tuple[Column, Cell]]]:
        return [list(zip(self.columns, row, strict=True)) for row in self.rows[len(self.rows) - self.sums :]]


@dataclass(frozen=True)
class Part:
    """A section: its heading, sentences (with <b> around what is bold), table, and a note below."""

    key: str
    heading: str
    sentences: list[str] = field(default_factory=list)
    table: Table | None = None
    note: str = ""


@dataclass(frozen=True)
class Said:
    """The briefing in one language. `facts` are the day, the reading and so on with their names; `target` is what
    stands at the target on the value bar, if there is one; `foot` is what stands on every page."""

    language: str
    ministry: str
    kind: str
    title: str
    facts: list[tuple[str, str]]
    headline: str
    target: str
    notices: list[str]
    parts: list[Part]
    classification: str
    foot: str


def clean(text: str) -> str:
    """The text in NFC without what no document can hold, on one line, cut where it is too long."""
    known = unicodedata.normalize("NFC", text)
    kept = (" " if char.isspace() or unicodedata.category(char) == "Cc" else char for char in known)
    kept = (char for char in kept if char == " " or char.isprintable())
    words = " ".join("".join(kept).split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"
