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
from typing import Any

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


class Run:
    """A process at work on an import, as a context: holds it while it lasts. BusyError where another does."""

    def __init__(self, batch: ImportBatch) -> None:
        self.folder = folder(batch)
        self.name = get_random_string(32)
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

    def told(self, done: int, of: int) -> None:
        """Say how far it is. Raises CancelledError where it shall stop."""
        now = time.monotonic()
        if now - self.last < EVERY:
            return
        self.last = now
        if (self.folder / "cancel").exists():
            raise CancelledError
        new = self.folder / "progress.new"
        new.write_text(json.dumps([done, of]))
        new.replace(self.folder / "progress")

    def counting(self, of: int) -> Callable[[int], None]:
        """Says how many of so many are done."""
        return lambda done: self.told(done, of)


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


def progress(batch: ImportBatch) -> int:
    """How far it is, in per cent."""
    try:
        done, of = json.loads((folder(batch) / "progress").read_text())
    except (OSError, ValueError):
        return 0
    return min(99, done * 100 // max(of, 1))


def clear(batch: ImportBatch) -> None:
    """Remove what a process that is gone left behind."""
    shutil.rmtree(folder(batch), ignore_errors=True)
