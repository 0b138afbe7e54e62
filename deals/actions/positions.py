"""Whether the facts of a deal, as they will be, can stand; and why not, in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from deals import ledger, money, positions
from deals.models import Deal, Delivery, Instrument, Record, Valuation

Papers = Mapping[Any, Instrument]


def records_with(deal: Deal, *, kept: Iterable[Record], gone: Iterable[Record]) -> dict[type[Record], list[Any]]:
    """The papers, estimates and deliveries of the deal as they will be: those stored, with the records about to be kept
    (saved or not) in their place and those about to be archived left out. Three queries."""
    staying = [record for record in kept if not record.archived_at]
    named = {(type(record), record.pk) for record in [*kept, *gone]}

    def all_of(kind: type[Record], stored: Iterable[Any]) -> list[Any]:
        others = [record for record in stored if (kind, record.pk) not in named]
        of_deal = [each for each in staying if type(each) is kind and getattr(each, "deal_id", None) == deal.pk]
        return others + of_deal

    # A deal not yet saved has nothing stored.
    stored: Any = deal if deal.pk else None
    return {
        Instrument: all_of(Instrument, stored.instruments.active() if stored else ()),
        Valuation: all_of(Valuation, stored.valuations.active() if stored else ()),
        Delivery: all_of(Delivery, stored.deliveries.active() if stored else ()),
    }


def facts_with(deal: Deal, *, kept: Iterable[Record], gone: Iterable[Record]) -> tuple[Papers, positions.Facts]:
    """The papers and facts of the deal as they will be, as `records_with` finds them. Three queries."""
    found = records_with(deal, kept=kept, gone=gone)
    facts = ledger.facts_of(deal, found[Instrument], found[Valuation], found[Delivery])
    return {paper.pk or id(paper): paper for paper in found[Instrument]}, facts


def refuse_impossible(deals: Iterable[Deal], *, kept: Iterable[Record], gone: Iterable[Record]) -> None:
    """Raise ValidationError, in words, where the facts of one of the deals could not stand; before anything is saved,
    so that the database need not refuse it in its own words."""
    of_page = {record.pk: record for record in kept if isinstance(record, Deal)}
    left = {record.pk for record in gone if isinstance(record, Instrument)}
    for deal in deals:
        papers, facts = facts_with(of_page.get(deal.pk, deal), kept=kept, gone=gone)
        # What refuses the archiving answers for what stands on a paper archived in the same breath: a delivery, which
        # names that paper as its problem, or an amendment, which is itself the problem.
        found = [
            problem
            for problem in positions.problems(facts)
            if problem.paper in papers
            and (problem.code != "amendment_of_nothing" or papers[problem.paper].under_id not in left)
        ]
        if found:
            raise ValidationError(explain(found, papers), code="impossible")


def explain(problems: Iterable[positions.Problem], papers: Papers) -> list[str]:
    """Each problem of a deal's facts as a sentence that says which paper, why, and how to mend it."""
    return [_sentence(problem, papers.get(problem.paper)) for problem in problems]


def _sentence(problem: positions.Problem, paper: Instrument | None) -> str:
    language = get_language() or "vi"
    name = {"paper": paper or _("a paper that is not there")}
    if problem.code == "loop":
        return _("“%(paper)s” stands under itself or under a paper below it: choose another paper above.") % name
    if problem.code == "amendment_of_nothing":
        return _("“%(paper)s” is an amendment: name the paper it amends, which is no amendment itself.") % name
    if problem.code == "no_contract":
        return _("A delivery stands under “%(paper)s”, which is no contract: choose the contract.") % name
    wants, has = problem.amounts
    return _(
        "“%(paper)s” takes over %(wants)s, but the paper above has %(has)s left: lower what it takes over, or amend "
        "the paper above first."
    ) % {**name, "wants": money.full(wants, language=language), "has": money.full(has, language=language)}
