"""The work on a file, seen from outside: whether a process is at it, how far it is, and the word that it shall stop.

It stands in files beside the upload, not in the database: while an import is entered its transaction is the only one
that SQLite lets write. A lock on a file ends with its process, however that ends.
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.crypto import get_random_string

from deals.models import ImportBatch

STARTING = 20  # seconds that a process may take until it is at work
EVERY = 0.3  # seconds between two words on how far it is


class BusyError(Exception):
    """Another process is at work on the import."""


class CancelledError(Exception):
    """Somebody said that it shall stop."""


def folder(batch: ImportBatch) -> Path:
    return Path(settings.MEDIA_ROOT) / "imports" / f"run-{batch.pk}"


class Part(NamedTuple):
    """A part of the work: what it is called on the page, and from how many per cent of the whole to how many."""

    name: str
    start: int
    end: int

    def at(self, done: int, of: int) -> int:
        return self.start + (self.end - self.start) * min(done, of) // max(of, 1)


class Run:
    """A process at work on an import, as a context: holds it while it lasts. BusyError where another does."""

    def __init__(self, batch: ImportBatch) -> None:
        self.folder = folder(batch)
        self.name = get_random_string(32)
        self.part = Part("", 0, 100)
        self.last = 0.0
        self.file: Any = None

    def __enter__(self) -> "Run":
        self.folder.mkdir(parents=True, exist_ok=True)
        self.file = (self.folder / "lock").open("w")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.file.close()
            raise BusyError from error
        return self

    def __exit__(self, *_error: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.file.close()

    def begin(self, part: "Part") -> None:
        """Say at once that a part of the work begins."""
        self.part, self.last = part, 0.0
        self.told(0, 1)

    def told(self, done: int, of: int) -> None:
        """Say how far the part at work is. Raises CancelledError where it shall stop."""
        now = time.monotonic()
        if now - self.last < EVERY:
            return
        self.last = now
        if (self.folder / "cancel").exists():
            raise CancelledError
        new = self.folder / "progress.new"
        new.write_text(json.dumps([self.part.at(done, of), self.part.name]))
        new.replace(self.folder / "progress")

    def counting(self, of: int) -> Callable[[int], None]:
        """Says how many of so many are done."""
        return lambda done: self.told(done, of)

    def then(self, part: "Part") -> Callable[[int, int], None]:
        """Says how far the part is, which begins with the first word on it."""

        def told(done: int, of: int) -> None:
            if self.part != part:
                self.begin(part)
            self.told(done, of)

        return told


def begin(batch: ImportBatch) -> None:
    """Note that a process was asked to work on it."""
    folder(batch).mkdir(parents=True, exist_ok=True)
    (folder(batch) / "cancel").unlink(missing_ok=True)
    (folder(batch) / "begun").touch()
    os.utime(folder(batch) / "begun")


def is_dead(batch: ImportBatch) -> bool:
    """Whether no process is at work on it, nor about to be."""
    try:
        with (folder(batch) / "lock").open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True  # whoever held it is gone, and left it behind
    except FileNotFoundError:
        begun = folder(batch) / "begun"
        return not begun.exists() or time.time() - begun.stat().st_mtime > STARTING
    except OSError:
        return False


def cancel(batch: ImportBatch) -> None:
    """Say that the process at work on it shall stop."""
    if folder(batch).exists():
        (folder(batch) / "cancel").touch()


def progress(batch: ImportBatch) -> tuple[int, str]:
    """How far it is, in per cent, and the name of the part at work; empty where none has begun."""
    try:
        percent, part = json.loads((folder(batch) / "progress").read_text())
    except (OSError, ValueError):
        return 0, ""
    return min(99, percent), part


def clear(batch: ImportBatch) -> None:
    """Remove what a process that is gone left behind."""
    shutil.rmtree(folder(batch), ignore_errors=True)
