"""Whether a deal may stand at the stage it is moved to; and why not, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from deals import stages
from deals.choices import EndReason, InstrumentKind, Outcome, Stage
from deals.models import Deal, Instrument, Record
from deals.stages import Requirement


@dataclass(frozen=True, slots=True)
class Move:
    """A deal that is about to go from one stage to another."""

    deal: Deal
    stored: Deal


def moves(records: Iterable[Record]) -> list[Move]:
    """Those of the records that are deals whose stage differs from the stored one. One query a deal."""
    found = []
    for record in records:
        if isinstance(record, Deal) and record.pk:
            stored = Deal.objects.get(pk=record.pk)
            if stored.stage != record.stage:
                found.append(Move(record, stored))
    return found


# What becomes of the papers in force when a deal is closed.
ENDS_AS = {
    Outcome.COMPLETED: EndReason.FULFILLED,
    Outcome.CANCELLED: EndReason.CANCELLED,
    Outcome.EXPIRED: EndReason.EXPIRED,
    Outcome.SUPERSEDED: EndReason.SUPERSEDED,
    Outcome.LOST: EndReason.TERMINATED,
}


def papers_ending(deal: Deal, closed_on: date) -> list[Instrument]:
    """The papers that are in force on the day the deal is closed, and end with it. Raises ValidationError where one
    was signed after that day."""
    papers = [paper for paper in deal.instruments.active() if paper.kind != InstrumentKind.AMENDMENT]
    for paper in papers:
        if paper.signed_on > closed_on:
            raise ValidationError(
                {
                    "closed_on": _("“%(paper)s” was signed after this day: close the deal on a later day.")
                    % {"paper": paper}
                }
            )
    return [paper for paper in papers if paper.ended_on is None]


def papers_ended_with(deal: Deal) -> list[Instrument]:
    """The papers that ended when the deal was closed, and are in force again where it is reopened."""
    if not deal.closed_on or not deal.outcome:
        return []
    why = ENDS_AS[Outcome(deal.outcome)]
    return list(deal.instruments.active().filter(ended_on=deal.closed_on, end_reason=why))


def carry_papers(found: Iterable[Move], records: Iterable[Record]) -> list[Instrument]:
    """End the papers of the deals that are closed, and take that end back for those that are reopened: in place where
    a paper is among the records; the others come back changed."""
    given = {record.pk: record for record in records if isinstance(record, Instrument)}
    carried = []
    for move in found:
        deal = move.deal
        if deal.stage == Stage.CLOSED and deal.closed_on and deal.outcome:
            end: tuple[Any, str] = (deal.closed_on, ENDS_AS[Outcome(deal.outcome)])
            papers = papers_ending(deal, deal.closed_on)
        elif move.stored.stage == Stage.CLOSED:
            end, papers = (None, ""), papers_ended_with(move.stored)
        else:
            continue
        for paper in papers:
            at_hand = given.get(paper.pk, paper)
            if (at_hand.ended_on, at_hand.end_reason) == (paper.ended_on, paper.end_reason):
                at_hand.ended_on, at_hand.end_reason = end
            if at_hand is paper:
                carried.append(paper)
    return carried


def refuse(found: Iterable[Move], *, reason: str) -> None:
    """Raise ValidationError, in words, for a deal that lacks what its new stage requires, or goes back, is closed or
    reopened without a reason; looked at once everything is written."""
    for move in found:
        deal, forward = move.deal, stages.is_forward(move.stored.stage, move.deal.stage)
        note = deal.outcome_note_vi or deal.outcome_note_en
        if not forward and not reason.strip():
            raise ValidationError({"stage": _("Say why the deal goes back.")}, code="reason")
        if deal.stage == Stage.CLOSED and not (reason.strip() or note):
            raise ValidationError({"stage": _("Say why the deal is closed.")}, code="reason")
        if forward and (lacking := missing(deal, Stage(deal.stage))):
            raise ValidationError({"stage": in_words(Stage(deal.stage), lacking)}, code="missing")


def missing(deal: Deal, stage: Stage) -> list[Requirement]:
    """What the deal still needs to stand at the stage. Three queries."""
    return stages.missing(
        stage,
        stages.met(
            deal,
            papers=deal.instruments.active(),
            valuations=deal.valuations.active(),
            deliveries=deal.deliveries.active()[:1],
        ),
    )


def in_words(stage: Stage, lacking: Iterable[Requirement]) -> str:
    """What is lacking, as a sentence."""
    return _("To reach “%(stage)s” the deal still needs: %(what)s.") % {
        "stage": stage.label,
        "what": "; ".join(str(requirement.label) for requirement in lacking),
    }
