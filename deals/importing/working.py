"""The work on an import that was asked for: look, enter, take back. By whoever calls, or a process of its own."""

import gc
import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from deals.actions import imports, refusals, second_person
from deals.actions.proposals import ConfirmationNeededError
from deals.choices import Ground, ImportState
from deals.models import ImportBatch, revisions

from . import effects, looking, runs
from .judging import RefusedError
from .runs import CancelledError, Part, Run

log = logging.getLogger(__name__)
USUAL, SELDOM = gc.get_threshold(), 20_000  # new objects after which garbage is looked for
SMALL = 48 * 1024  # bytes: what is no larger is done while one waits
# Where the import stands if the work on it comes to nothing.
BACK = {
    ImportState.LOOKING: ImportState.ASKING,
    ImportState.APPLYING: ImportState.READY,
    ImportState.UNDOING: ImportState.APPLIED,
}
# Where it waits if a second person must agree.
WAITS = {ImportState.APPLYING: ImportState.ENTRY_WAITS, ImportState.UNDOING: ImportState.RETURN_WAITS}


class ChangedError(Exception):
    """What would be entered is no longer what was looked at."""


def work(batch: ImportBatch) -> None:
    """Do what the state of the import asks for; nothing where another process is at it. What goes wrong is said on its
    page: nothing is half done."""
    try:
        with Run(batch) as run, translation.override(batch.language), _made_in_masses():
            # The name is written where the state still asks for work: who put it aside meanwhile is not overrun.
            mine = ImportBatch.objects.filter(pk=batch.pk, state__in=BACK, run="")
            if mine.update(run=run.name):
                batch.refresh_from_db()
                _try(batch, run)
    except runs.BusyError:
        pass
    batch.refresh_from_db()


@contextmanager
def _made_in_masses() -> Iterator[None]:
    """To look for garbage after each few hundred of very many objects that all stay takes a tenth of the time."""
    gc.set_threshold(SELDOM, *USUAL[1:])
    try:
        yield
    finally:
        gc.set_threshold(*USUAL)


def _try(batch: ImportBatch, run: Run) -> None:
    state = ImportState(batch.state)
    try:
        {ImportState.LOOKING: _look, ImportState.APPLYING: _apply, ImportState.UNDOING: _undo}[state](batch, run)
    except ChangedError:
        said = _("Something was entered meanwhile that bears on this file. Nothing was entered: look at it once more.")
        _give_back(batch, run, state, said, to=ImportState.LOOKING)
        batch.refresh_from_db()
        ImportBatch.objects.filter(pk=batch.pk).update(run=run.name)
        _look(batch, run)
    except CancelledError:
        _give_back(batch, run, state, STOPPED[state]())
    except imports.LostError:
        pass  # it is somebody else's, who says what becomes of it
    except ConfirmationNeededError as error:
        _wait(batch, run, state, error)
    except RefusedError as error:
        _give_back(batch, run, state, str(error))
    except (ValidationError, IntegrityError) as error:
        said = " ".join(refusals.sentences(error))
        _give_back(batch, run, state, _("Nothing was entered or taken back. %(why)s") % {"why": said})
    except Exception as error:
        log.exception("Import %s", batch.pk)
        if not isinstance(error, DatabaseError):
            _give_back(batch, run, state, _("Something went wrong, and nothing was written. Try again."))
        raise


def _wait(batch: ImportBatch, run: Run, state: ImportState, error: ConfirmationNeededError) -> None:
    """Let it wait for a second person, with what it would do to the totals."""
    today, by = timezone.localdate(), batch.applied_by or batch.by
    if state == ImportState.UNDOING:
        said, effect = _undoing_waits(error), effects.of_return(batch, today)
    else:
        said = " ".join(error.messages)
        effect = effects.of_entering(looking.look(batch, _content(batch), by=by).plan, today)
    findings = {**batch.findings, "effect": effects.as_found(effect, today)}
    ImportBatch.objects.filter(pk=batch.pk, run=run.name).update(findings=findings)
    _give_back(batch, run, state, said, to=WAITS[state])


def _undoing_waits(error: ConfirmationNeededError) -> str:
    why = "; ".join(dict.fromkeys(str(Ground(each["rule"]).label) for each in error.grounds))
    said = _("A second person must confirm that it is taken back: %(why)s. Until then all it entered stands.")
    return said % {"why": why}


def _give_back(batch: ImportBatch, run: Run, state: str, said: str, *, to: str = "") -> None:
    ImportBatch.objects.filter(pk=batch.pk, run=run.name).update(
        state=to or BACK[ImportState(state)], run="", said=said
    )


def _content(batch: ImportBatch) -> bytes:
    with batch.file.open("rb") as file:
        found: bytes = file.read()
    return found


def _look(batch: ImportBatch, run: Run) -> None:
    run.begin(Part("reading", 0, 25))
    with revisions.one_state() as state:
        # Nothing where somebody is writing: what they write may not be seen yet.
        record = state.lines if state.is_settled else None
    earlier = _earlier(batch, state.lines)
    told = run.then(Part("judging", 25, 95))
    found = looking.look(batch, _content(batch), by=batch.by, told=told, earlier=earlier)
    run.begin(Part("keeping", 95, 100))
    findings = {**found.findings, "record": record}
    imports.found(batch, found.plan, findings, is_ready=found.is_ready, run=run.name)


def _earlier(batch: ImportBatch, lines: dict[str, int]) -> dict[str, Any]:
    """What the last look found, where nothing was recorded since it began."""
    found: dict[str, Any] = batch.findings
    return found if found.get("record") == lines else {}


def _apply(batch: ImportBatch, run: Run) -> None:
    """The file is read before the transaction begins, so that others wait as little as can be; where anything was
    recorded in between it is read once more within."""
    by: Any = batch.applied_by
    run.begin(Part("reading", 0, 15))
    content, before = _content(batch), revisions.last_lines()
    earlier = _earlier(batch, before) if by == batch.by else {}
    found = looking.look(batch, content, by=by, told=run.then(Part("judging", 15, 50)), earlier=earlier)
    with transaction.atomic():
        imports.hold(batch, run.name)
        if revisions.last_lines() != before:
            found = looking.look(batch, content, by=by)
        if not found.is_ready or found.plan.digest != batch.findings.get("digest"):
            raise ChangedError
        run.begin(Part("writing", 50, 100))
        with _agreed(batch):
            told = run.counting(len(found.plan.deals) + len(found.plan.changes))
            imports.apply(batch, found.plan, by=by, told=told)


def _undo(batch: ImportBatch, run: Run) -> None:
    by: Any = batch.undone_by
    with transaction.atomic():
        imports.hold(batch, run.name)
        run.begin(Part("returning", 0, 100))
        with _agreed(batch):
            imports.undo(batch, by=by, reason=batch.undo_reason, told=run.told)


def _agreed(batch: ImportBatch) -> AbstractContextManager[None]:
    """What a second person confirmed as a whole needs none for its parts."""
    return second_person.settled() if batch.confirmed_by_id else nullcontext()


STOPPED = {
    ImportState.LOOKING: lambda: _("Stopped while the file was being read."),
    ImportState.APPLYING: lambda: _("Stopped: nothing was entered."),
    ImportState.UNDOING: lambda: _("Stopped: nothing was taken back."),
}
INTERRUPTED = {
    ImportState.LOOKING: lambda: _("Interrupted while the file was being read. Look at it once more."),
    ImportState.APPLYING: lambda: _("Interrupted: nothing was entered. It can be entered once more."),
    ImportState.UNDOING: lambda: _("Interrupted: nothing was taken back. It can be taken back once more."),
}


def notice_dead(batch: ImportBatch) -> None:
    """Where the process that was at work on the import is gone, say so: what it had begun was never written."""
    if batch.is_busy and runs.is_dead(batch):
        state = ImportState(batch.state)
        # It may have come to its end since the import was read: then its state is another, and this changes nothing.
        ImportBatch.objects.filter(pk=batch.pk, state=state, run=batch.run).update(
            state=BACK[state], run="", said=INTERRUPTED[state]()
        )
        runs.clear(batch)
        batch.refresh_from_db()
