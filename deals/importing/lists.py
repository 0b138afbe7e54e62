"""The reference lists of a register: enterprises, US partners and sectors, new and changed."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from deals import names, permissions
from deals.actions import imports, rules
from deals.choices import ImportOutcome, USState
from deals.models import Enterprise, Partner, Record, User

from . import comparing
from .lines import Line, Reader

KEYS = {"sectors": "code", "enterprises": "code", "partners": "name"}
KINDS = {"sectors": "sector", "enterprises": "enterprise", "partners": "partner"}


class Lists:
    """What the lists of a file change, and what its deals add to them. `plan` takes it in."""

    def __init__(self, reader: Reader, plan: imports.Plan, by: User) -> None:
        self.reader = reader
        self.plan = plan
        self.by = by
        self.seen: dict[tuple[str, str], Line] = {}
        self.partners: dict[str, Partner] = {}

    def read(self, lines: Iterable[Line]) -> None:
        """Take the lines of one list in, each before the next is read: those on which others stand come first."""
        for line in lines:
            kind = line.table.sheet.kind
            if not permissions.may_enter(self.by, line.table.sheet.model):
                self.reader.wrong(line, "", _("Your account does not change this list."))
            elif not line.get(KEYS[kind]):
                self.reader.wrong(line, KEYS[kind], _("Without it the row is of nobody: fill it in."))
            elif not line.is_wrong:
                self._line(line, kind)

    def _line(self, line: Line, kind: str) -> None:
        key = names.fold(str(line.get(KEYS[kind])))
        if before := self.seen.get((kind, key)):
            self.reader.wrong(line, KEYS[kind], _("This stands in row %(row)d already.") % {"row": before.number})
            return
        self.seen[kind, key] = line
        fields = {column.name: column.name for column in line.table.sheet.columns}
        values = comparing.given(line, fields)
        if "state" in values and kind == "partners":
            values["state"] = _state(values["state"])
        if "position" in values:
            values["position"] = int(values["position"])
        stored = [one for one in self.reader.known.find(KINDS[kind], str(line.get(KEYS[kind]))) if one.pk]
        by_key = [one for one in stored if names.fold(str(getattr(one, KEYS[kind]))) == key]
        found = (by_key or (stored if kind == "partners" else [None]))[:1] or [None]
        if found[0] is not None:
            values.pop(KEYS[kind], None)
            step = comparing.changed(self.reader, line, found[0], values, fields, kind)
        else:
            record = line.table.sheet.model(**values)
            step = comparing.new(self.reader, line, record, values, fields, kind, str(line.get(KEYS[kind])))
        self._take(line, step, fields, KINDS[kind])

    def _take(self, line: Line, step: imports.Step, fields: comparing.Fields, kind: str) -> None:
        record: Any = step.record
        try:
            if step.row.outcome != ImportOutcome.SAME:
                rules.check(record, unset=("sort_key",))
                record.validate_unique()
        except ValidationError as error:
            comparing.problems(self.reader, line, error, fields)
            return
        self.plan.steps.append(step)
        self.reader.known.add(kind, record)
        if step.row.outcome != ImportOutcome.SAME:
            self.plan.lists.append(record)

    def partner(self, line: Line, name: str) -> Partner | None:
        """The partner that somebody said is new, made once for the whole file."""
        key = names.bare(name)
        if key not in self.partners:
            if not permissions.may_enter(self.by, Partner):
                self.reader.wrong(line, "partner", _("Your account does not change this list."))
                return None
            partner = self.partners[key] = Partner(name=name)
            values = {"name": name}
            step = comparing.new(self.reader, line, partner, values, {"partner": "name"}, "partners", name)
            self._take(line, step, {"partner": "name"}, "partner")
        return self.partners[key]

    def learn(self, learned: Iterable[tuple[Record, str, Line]]) -> None:
        """Other names that somebody wants to be known from now on."""
        for record, name, line in learned:
            found: Any = record
            if not permissions.may_enter(self.by, type(record)) or name in found.aliases:
                continue
            values = {"aliases": [*found.aliases, name]}
            kind = "enterprises" if isinstance(record, Enterprise) else "partners"
            step = comparing.changed(self.reader, line, record, values, {}, kind)
            self.plan.steps.append(step)
            if record not in self.plan.lists:
                self.plan.lists.append(record)


def _state(text: str) -> str:
    """The postal code of a US state that is named by it or in words; the text itself where it is none."""
    folded = names.fold(text)
    for state in USState:
        if folded in (names.fold(state.value), names.fold(str(state.label))):
            return state.value
    return text
