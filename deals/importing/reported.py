"""The files of the sample, and what a reported row says in the terms of our records."""

import csv
from pathlib import Path
from typing import Any

from deals import periods
from deals.choices import ValueBasis

FOLDER = Path(__file__).resolve().parent.parent / "sample"

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    """The rows of one of the sample's files."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def split(text: str) -> list[str]:
    """The parts of a list written with semicolons."""
    return [part.strip() for part in text.split(";") if part.strip()]


def only(row: Row, names: str) -> dict[str, Any]:
    """The columns named, as fields of the same names."""
    return {name: row[name] for name in names.split()}


def join(*texts: str) -> str:
    """The texts that say something, a line each."""
    return "\n".join(filter(None, texts))


def source_of(row: Row) -> dict[str, Any]:
    """Where the row was read, as fields of a sourced record."""
    return {
        "source_title": row["source_title"],
        "source_url": row["source_url"],
        "source_on": periods.parse_day(row["source_date"]) if row["source_date"] else None,
    }


def notes_of(reported: Row, text: Row) -> dict[str, Any]:
    """All that is said beside the figures, in both languages, with the further sources."""
    more = "\n".join(split(reported["more_source_urls"]))
    return {
        "note_en": join(reported["value_note"], reported["note"], reported["later_status"], more),
        "note_vi": join(text["value_note_vi"], text["note_vi"], text["later_status_vi"], more),
    }


def basis_of(reported: Row) -> str:
    """What kind of figure the reported value is, by its note."""
    note = reported["value_note"].lower()
    if "list price" in note or "list value" in note:
        return ValueBasis.LIST_PRICE
    return ValueBasis.CEILING if note.startswith("up to") else ValueBasis.PRESS_FIGURE
