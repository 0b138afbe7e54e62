"""How far a deal is, and what each stage requires: one table for the forms, the rule, the import and the panel of what
is still needed. No database: the records come in."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from deals.choices import InstrumentKind, Stage

ORDER = tuple(Stage)
# Closing and reopening are steps of their own.
OPEN = ORDER[:-1]


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something a deal needs at some stages. `field` is the field of the deal that answers it, if one does; else
    `entry` is the kind of entry that does."""

    name: str
    label: str | Promise
    stages: frozenset[Stage]
    field: str = ""
    entry: str = ""


def _from(stage: Stage) -> frozenset[Stage]:
    return frozenset(OPEN[OPEN.index(stage) :])


REQUIREMENTS = (
    Requirement("partner", _("the US partner"), _from(Stage.TALKS), field="partner"),
    Requirement("officer", _("the officer in charge"), _from(Stage.TALKS), field="officer"),
    Requirement(
        "value", _("the expected value, or who is to supply it and by when"), _from(Stage.TALKS), entry="estimate"
    ),
    Requirement(
        "memorandum",
        _("a signed memorandum, letter of intent or framework agreement"),
        frozenset({Stage.MOU_SIGNED}),
        entry="mou",
    ),
    Requirement(
        "expected_on",
        _("the day by which the contract is expected"),
        frozenset({Stage.CONTRACT_TALKS}),
        field="expected_on",
    ),
    Requirement("contract", _("a signed contract"), _from(Stage.CONTRACT_SIGNED), entry="contract"),
    Requirement(
        "contract_value",
        _("the value of every contract, or who is to supply it and by when"),
        _from(Stage.CONTRACT_SIGNED),
        entry="amendment",
    ),
    Requirement("evidence", _("what evidences the contract"), _from(Stage.CONTRACT_SIGNED), entry="document"),
    Requirement("titles", _("the title in both languages"), _from(Stage.CONTRACT_SIGNED), field="title"),
    Requirement(
        "schedule", _("when deliveries are due, or a first delivery"), _from(Stage.DELIVERING), entry="delivery"
    ),
)

# How far a deal is at least, once a paper of the kind is signed.
REACHED_BY = {
    InstrumentKind.LOI: Stage.MOU_SIGNED,
    InstrumentKind.MOU: Stage.MOU_SIGNED,
    InstrumentKind.FRAMEWORK: Stage.MOU_SIGNED,
    InstrumentKind.CONTRACT: Stage.CONTRACT_SIGNED,
}

NON_BINDING = frozenset({InstrumentKind.LOI, InstrumentKind.MOU, InstrumentKind.FRAMEWORK})
# The kinds of paper one of which a stage rests on.
RESTS_ON = {
    Stage.MOU_SIGNED: NON_BINDING,
    Stage.CONTRACT_SIGNED: frozenset({InstrumentKind.CONTRACT}),
    Stage.DELIVERING: frozenset({InstrumentKind.CONTRACT}),
}


def is_forward(before: str, after: str) -> bool:
    """Whether the stage `after` lies further on than `before`."""
    return ORDER.index(Stage(after)) > ORDER.index(Stage(before))


def following(stage: str) -> Stage | None:
    """The stage after this one; None where only closing is left, or the deal is closed."""
    place = ORDER.index(Stage(stage)) + 1
    return ORDER[place] if place < len(OPEN) else None


def met(deal: Any, *, papers: Iterable[Any], valuations: Iterable[Any], deliveries: Iterable[Any]) -> frozenset[str]:
    """The names of the requirements that the deal meets, from its records in use."""
    counting = [paper for paper in papers if paper.counts and paper.kind != InstrumentKind.AMENDMENT]
    contracts = [paper for paper in counting if paper.kind == InstrumentKind.CONTRACT]
    found = {
        "partner": deal.partner_id is not None,
        "officer": deal.officer_id is not None,
        "value": any(_is_valued(record) for record in (*valuations, *counting)),
        "memorandum": any(paper.kind in NON_BINDING for paper in counting),
        "expected_on": deal.expected_on is not None,
        "contract": bool(contracts),
        "contract_value": all(_is_valued(paper) for paper in contracts),
        "evidence": all(paper.evidence for paper in contracts),
        "titles": bool(deal.title_vi and deal.title_en),
        "schedule": any(True for _delivery in deliveries),
    }
    return frozenset(name for name, is_met in found.items() if is_met)


def _is_valued(record: Any) -> bool:
    """Whether the value is known, or it is said who is to supply it."""
    return record.usd is not None or bool(record.awaited_from)


def missing(stage: str, known: Collection[str]) -> list[Requirement]:
    """What a deal that meets these requirements still needs to stand at the stage, in the order of the table."""
    reached = Stage(stage)
    return [each for each in REQUIREMENTS if reached in each.stages and each.name not in known]
