"""What if: which deals to slip, drop or resize, as the address says it: `slip=CODE:6`, `drop=CODE`, `resize=CODE:50`
(per cent), `worth=CODE:1200000000` (US$ in all). Several are told apart by commas or named several times."""

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from django.http import QueryDict
from django.utils.translation import gettext as _

from deals import money

SLIP, DROP, RESIZE, WORTH = KINDS = ("slip", "drop", "resize", "worth")
MOST_CHANGES = 50
MOST_MONTHS, MOST_PERCENT = 240, Decimal(1000)
# A change to a deal that is typed: its code, what to do, and the number that goes with it.
TYPED = ("code", "do", "by")
OFFERED = {SLIP: (3, 6, 12, 24), RESIZE: (50, 75, 90, 110, 125, 150)}
NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
# What may stand behind the number, as the pages write it.
BEHIND = {SLIP: re.compile(r"\s*(tháng|months?)$", re.IGNORECASE), RESIZE: re.compile(r"\s*%$")}


@dataclass(frozen=True, slots=True)
class Change:
    """What to suppose of the deal of the code: months to slip, per cent or US$ of its value; nothing of a drop."""

    code: str
    kind: str
    amount: Decimal = Decimal(0)

    @property
    def written(self) -> str:
        """As the address has it."""
        return self.code if self.kind == DROP else f"{self.code}:{self.amount.normalize():f}"

    @property
    def months(self) -> int:
        """By how many whole months it slips."""
        return int(self.amount)


class Choice(NamedTuple):
    change: Change
    is_chosen: bool


class Choices(NamedTuple):
    """What the form offers for one deal."""

    slip: list[Choice]
    resize: list[Choice]
    is_dropped: bool
    worth: Change | None


@dataclass
class Asked:
    """The changes of an address, with the sentences for what makes no sense: while there are any, nothing is shown.
    `is_loose`: the address can be written shorter. `typed`: the further change as it was typed, by field."""

    changes: list[Change] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_loose: bool = False
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def state(self) -> dict[str, str]:
        """The changes as parameters of an address."""
        found = {kind: ",".join(each.written for each in self.changes if each.kind == kind) for kind in KINDS}
        return {kind: text for kind, text in found.items() if text}

    def without(self, change: Change) -> dict[str, str]:
        """The parameters of the address without one of the changes; empty where nothing is left of a kind."""
        left = Asked([each for each in self.changes if each != change]).state
        return {kind: left.get(kind, "") for kind in KINDS}

    def choices(self, code: str) -> "Choices":
        """What the form offers for a deal, with what is asked of it chosen."""
        of_it = {each.kind: each for each in self.changes if each.code == code}
        offered = {}
        for kind, amounts in OFFERED.items():
            chosen = {of_it[kind].amount} if kind in of_it else set()
            every = sorted({Decimal(amount) for amount in amounts} | chosen)
            offered[kind] = [Choice(Change(code, kind, amount), amount in chosen) for amount in every]
        return Choices(offered[SLIP], offered[RESIZE], is_dropped=DROP in of_it, worth=of_it.get(WORTH))


def read(asked: QueryDict) -> Asked:
    """The changes that the address asks for. No query: whether there are such deals is for the report to say."""
    found = Asked(is_loose=any(name in asked for name in TYPED))
    for kind in KINDS:
        values = asked.getlist(kind)
        parts = [part.strip() for value in values for part in value.split(",")]
        found.is_loose |= len(values) > 1 or "" in parts
        for part in filter(None, parts):
            _take(found, part[:60], _change(kind, part))
    code, kind, text = (asked.get(name, "").strip()[:60] for name in TYPED)
    found.typed = dict(zip(TYPED, (code, kind, text), strict=True))
    if code:
        _take(found, f"{code} {text}", _typed(kind, code[:20].upper(), text))
    elif text:
        found.problems.append(
            _("Name the deal that “%(text)s” is to change, by its code; no figures are shown.") % {"text": text}
        )
    if len(found.changes) > MOST_CHANGES:
        found.problems.append(_("At most %(most)s changes at once; no figures are shown.") % {"most": MOST_CHANGES})
    return found


def _take(found: Asked, text: str, change: Change | None) -> None:
    if change is None:
        found.problems.append(
            _(
                "“%(text)s” cannot be read: a deal’s code, then up to %(months)s months, up to %(percent)s %% or US$ "
                "with its unit, in a number that can be read in one way only; no figures are shown."
            )
            % {"text": text, "months": MOST_MONTHS, "percent": MOST_PERCENT}
        )
        return
    kinds = {each.kind for each in found.changes if each.code == change.code}
    # Of one deal its day and its value may be changed together; nothing else of a deal that is dropped.
    if change.kind in kinds or (kinds and change.kind in (DROP, WORTH, RESIZE) and kinds != {SLIP}):
        found.problems.append(_("%(code)s is changed twice; no figures are shown.") % {"code": change.code})
    elif (change.kind == DROP and kinds) or (kinds and DROP in kinds):
        found.problems.append(_("%(code)s is dropped and changed; no figures are shown.") % {"code": change.code})
    else:
        found.changes.append(change)


def _change(kind: str, part: str) -> Change | None:
    code, _colon, text = part.upper().partition(":")
    if kind == DROP:
        return Change(code, kind) if code and not _colon else None
    amount = Decimal(text) if NUMBER.fullmatch(text) else None
    return _checked(code, kind, amount)


def _typed(kind: str, code: str, text: str) -> Change | None:
    """What was typed, in the way of the language: 6 months, 50 %, 1,2 tỷ, 5.500.000.000 USD."""
    if kind == DROP:
        return Change(code, kind)
    if kind == RESIZE and not text.endswith("%"):
        kind, typed = WORTH, money.split(text)
        found = money.readings(typed.number)
        # A bare number is no amount: nobody knows whether millions or billions are meant.
        factor = money.UNITS.get(typed.unit) or (1 if typed.dollars else None)
        amount = found[0] * factor if len(found) == 1 and factor else None
    else:
        found = money.readings(BEHIND[kind].sub("", text)) if kind in BEHIND else ()
        amount = found[0] if len(found) == 1 else None
    return _checked(code, kind, amount)


def _checked(code: str, kind: str, amount: Decimal | None) -> Change | None:
    if amount is None or not code:
        return None
    try:
        is_right = {
            SLIP: lambda: amount == amount.to_integral_value() and 0 < amount <= MOST_MONTHS,
            RESIZE: lambda: 0 <= amount <= MOST_PERCENT,
            WORTH: lambda: 0 <= amount <= money.MOST and money.is_whole_cents(amount),
        }[kind]()
    except (KeyError, InvalidOperation):
        return None
    return Change(code, kind, amount) if is_right else None
