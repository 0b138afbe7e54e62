"""Which state of the record a page tells of: the same revision, the same figures."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from django.apps import apps
from django.core.cache import caches
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.models import Model
from django.utils import timezone

from deals.periods import Moment

# On PostgreSQL numbers are given out before they are seen: while somebody writes, a line may still appear whose number
# is lower than the highest one seen. So those who write share a lock until they are done, and a reader who gets it
# alone, for the moment in which the state is fixed, knows that there are none. Readers wait for each other, for that
# moment, so that none of them takes another for somebody who writes.
LOCK, READERS = 7_301_942, 7_301_944


def announce() -> None:
    """Say, before the first line is written, that something is written until the transaction ends."""
    if connection.vendor == "postgresql":
        _ask("SELECT pg_advisory_xact_lock_shared(%s)", LOCK)


@transaction.atomic
def settled() -> datetime:
    """Now: a moment at which nobody is in the middle of writing, so that what is known at it stays as it is. It waits
    for those who are."""
    if connection.vendor == "postgresql":
        _ask("SELECT pg_advisory_xact_lock(%s)", LOCK)
    return timezone.now()


def as_live(at: Moment) -> Moment:
    """The same moment as known now, where nothing was recorded since: what is known now is read much faster, and is
    what was known then. To be asked and used within one state. One query, which looks at the end of an index of each
    table."""
    if at.known_at is None:
        return at
    later = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {column} > %s)" for table, column in _moments())
    moment = connection.ops.adapt_datetimefield_value(at.known_at)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {later}", [moment] * len(_moments()))
        return at if cursor.fetchone()[0] else Moment(at.as_of)


@cache
def _moments() -> list[tuple[str, str]]:
    """Where it stands when something was recorded: of the history of each tracked record, and of the entries."""
    found = [(model, "history_date") for model in apps.get_app_config("deals").get_models() if _is_history(model)]
    return [
        (model._meta.db_table, column)
        for model, column in [*found, (apps.get_model("deals", "Posting"), "recorded_at")]
    ]


@dataclass(frozen=True)
class State:
    """A state of the record that is being read. While nobody writes it is settled: no line with a number up to the last
    ones can still appear. So what is made of a settled state may be kept, and shown whenever the last lines are the
    same again, even while somebody writes; what is made of an unsettled one may not be kept."""

    lines: dict[str, int]  # the last line of each table
    is_settled: bool
    answers: dict[Any, Any] = field(default_factory=dict)

    @property
    def revision(self) -> str:
        """Differs whenever anything that was ever recorded differs."""
        return "-".join(str(line) for line in self.lines.values())

    def of(self, *models: type[Model]) -> str:
        """Differs whenever anything that was ever recorded of these differs."""
        return "-".join(str(self.lines[_lines_of(model)._meta.db_table]) for model in models)

    def besides(self, *models: type[Model]) -> str:
        """Differs whenever anything that was ever recorded of others than these differs."""
        left_out = {_lines_of(model)._meta.db_table for model in models}
        return "-".join(str(line) for table, line in self.lines.items() if table not in left_out)

    def is_same(self, other: "State") -> bool:
        """Whether what was made of this one holds of the other, which was read later."""
        return self.is_settled and self.lines == other.lines


T = TypeVar("T")
# By connection: what is read in a transaction is read of one state.
_READ: WeakKeyDictionary[Any, State] = WeakKeyDictionary()


@contextmanager
def one_state() -> Iterator[State]:
    """Everything read within is read of one state of the record, whatever is written meanwhile; nothing may be written
    within. One query, which reads the end of an index of each table; on PostgreSQL two short ones besides."""
    with _read() as state:
        reader, outer = connections[DEFAULT_DB_ALIAS], being_read()
        _READ[reader] = state
        try:
            yield state
        finally:
            _READ.pop(reader, None)
            if outer:
                _READ[reader] = outer


def being_read() -> State | None:
    """The state that is being read, if one is."""
    return _READ.get(connections[DEFAULT_DB_ALIAS])


def once(question: Any, ask: Callable[[], T]) -> T:
    """The answer to the question, which is asked of a state once."""
    state = being_read()
    if state is None:
        return ask()
    if question not in state.answers:
        state.answers[question] = ask()
    found: T = state.answers[question]
    return found


def remembered(what: Any, make: Callable[[], T], *, of: Sequence[type[Model]]) -> T:
    """What was made for `what` of these records and of nothing else, as long as none of them changes; made anew where
    no state is being read. Everybody gets a copy."""
    state = being_read()
    if state is None:
        return make()
    key = hashlib.sha256(repr((what, state.of(*of))).encode()).hexdigest()
    kept: tuple[T] | None = caches["pieces"].get(key)
    if kept is None:
        kept = (make(),)
        if state.is_settled:
            caches["pieces"].set(key, kept)
    return kept[0]


@contextmanager
def _read() -> Iterator[State]:
    if connection.vendor == "postgresql":
        with ExitStack() as until_the_end:
            with _alone() as is_alone:
                if not connection.in_atomic_block:
                    until_the_end.enter_context(transaction.atomic())
                    _ask("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                state = State(last_lines(), is_settled=is_alone)
            yield state
    elif connection.in_atomic_block:
        yield State(last_lines(), is_settled=True)
    else:
        # Not atomic(): that begins as one who writes, and would wait for all others who do.
        _ask("BEGIN")
        try:
            yield State(last_lines(), is_settled=True)
        finally:
            _ask("ROLLBACK")


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody writes; who begins to write or to read within waits."""
    is_alone = _ask("SELECT pg_advisory_lock(%s), pg_try_advisory_lock(%s)", READERS, LOCK)[1]
    try:
        yield is_alone
    finally:
        held = [LOCK, READERS] if is_alone else [READERS]  # in this order: the next reader must find the other free
        try:
            _ask("SELECT " + ", ".join(["pg_advisory_unlock(%s)"] * len(held)), *held)
        except DatabaseError:
            connection.close()  # which gives the locks back, so that nobody waits for ever
            raise


def last_lines() -> dict[str, int]:
    """The last line of each table, as this transaction sees it. One query."""
    found = _ask(_statement())
    return {model._meta.db_table: line or 0 for model, line in zip(_models(), found, strict=True)}


@cache
def _models() -> list[type[Model]]:
    """The history of each tracked record, the entries, the stages, the briefings."""
    return [
        model
        for model in apps.get_app_config("deals").get_models()
        if _is_history(model) or model.__name__ in ("Posting", "StageChange", "KeptBriefing")
    ]


@cache
def _lines_of(model: Any) -> type[Model]:
    """Where it is written what changes of the records of the model: their history, where they have one."""
    found: type[Model] = model.history.model if hasattr(model, "history") else model
    return found


@cache
def _statement() -> str:
    """In words that PostgreSQL plans in half the time that it takes for as many MAX."""
    lines = [(model._meta.db_table, model._meta.pk.column) for model in _models()]
    return "SELECT " + ", ".join(
        f"(SELECT {column} FROM {table} ORDER BY {column} DESC LIMIT 1)" for table, column in lines
    )


def _is_history(model: Any) -> bool:
    return hasattr(model, "history_object")


def _ask(statement: str, *values: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchone() if cursor.description else None
