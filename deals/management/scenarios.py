"""Scenarios of the value rules, entered through the real actions and rolled back (tests/vectors/positions.json)."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from deals import ledger
from deals.actions import deals, deliveries, instruments, openings, records, second_person, valuations
from deals.choices import Band, InstrumentKind, Outcome, Ownership
from deals.models import Deal, Enterprise, Instrument, OpeningBalance, Programme, Sector, User
from deals.periods import Moment
from deals.positions import Bands

Answer = tuple[date, Bands, Bands]
Step = tuple[date, int, Callable[[], None]]


class RefusedError(ValueError):
    """The actions refused a fact of the scenario; the message says which and why."""


class _RollBack(Exception):
    pass


def replay(case: dict[str, Any]) -> list[Answer]:
    """For each day the case asks about: the day, the bands from the ledger's sums, the bands expected.

    Leaves nothing behind. Raises RefusedError where a fact cannot be entered.
    """
    answers: list[Answer] = []
    try:
        with transaction.atomic(), second_person.settled():
            scenario = _Scenario(case["facts"])
            scenario.enter()
            answers.extend(scenario.answers(case["expect"]))
            raise _RollBack
    except _RollBack:
        return answers
    except ValidationError as error:
        raise RefusedError("; ".join(error.messages)) from error
    except IntegrityError as error:
        raise RefusedError(str(error)) from error


class _Scenario:
    """The facts of one case, entered day by day as they would have come in."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts
        self.by = User.objects.system()
        self.papers: dict[str, Instrument] = {}
        self.deals: list[Deal] = []
        self.opening: OpeningBalance | None = None
        self.programme = Programme(code="scenario", name_vi="Kịch bản", name_en="Scenario")
        self.enterprise = Enterprise(code="SCENARIO", name_vi="Kịch bản", name_en="Scenario", ownership=Ownership.STATE)
        self.sector = Sector(code="scenario", name_vi="Kịch bản", name_en="Scenario")

    def enter(self) -> None:
        records.keep(self.programme, self.enterprise, self.sector, by=self.by)
        steps = sorted(self._steps(), key=lambda step: step[:2])
        deal = self._deal(min((step[0] for step in steps), default=date(2025, 1, 1)))
        for _day, _order, enter in steps:
            enter()
        if closed_on := _date(self.facts.get("deal", {}).get("closed_on")):
            deals.close(deal, on=closed_on, outcome=Outcome.CANCELLED, by=self.by, as_reported=True)
        if opening := self.facts.get("opening"):
            self._open(opening)

    def answers(self, expected: list[dict[str, Any]]) -> Iterator[Answer]:
        for expect in expected:
            day = date.fromisoformat(expect["as_of"])
            at = Moment(day)
            found = ledger.total(at, Deal.objects.filter(pk__in=[deal.pk for deal in self.deals]))
            of_opening = [bands for opening, bands in ledger.openings(at) if opening == self.opening]
            wanted = Bands(**{name: Decimal(expect[name]).quantize(Decimal("0.01")) for name in Band.values})
            yield day, ledger.add(found, *of_opening), wanted

    def _deal(self, on: date) -> Deal:
        deal = deals.create(
            by=self.by,
            on=on,
            title_vi="Kịch bản",
            title_en="Scenario",
            enterprise=self.enterprise,
            sector=self.sector,
        )
        self.deals.append(deal)
        return deal

    def _steps(self) -> Iterator[Step]:
        """What happened, with its day and its order within the day: first what ended, then what was signed from the
        top down, then what was received."""
        rows = {row["id"]: row for row in self.facts.get("instruments", ())}
        for row in rows.values():
            # A paper is entered with the papers above it: never before them.
            on = max(date.fromisoformat(above["on"]) for above in _chain(row, rows))
            depth = len(_chain(row, rows))
            signing = 10 * depth + (row["kind"] != InstrumentKind.AMENDMENT)
            yield on, signing, partial(self._sign, row)
            if ended_on := _date(row.get("ended_on")):
                yield max(ended_on, on), 0 if ended_on > on else 10_000, partial(self._end, row)
        for row in self.facts.get("valuations", ()):
            on = date.fromisoformat(row["on"])
            yield on, 5, partial(self._value, row, on)
        for row in self.facts.get("deliveries", ()):
            on = date.fromisoformat(row["on"])
            contract = rows[row["contract"]]
            known = max(on, *(date.fromisoformat(above["on"]) for above in _chain(contract, rows)))
            yield known, 9_000, partial(self._deliver, row, on)

    def _sign(self, row: dict[str, Any]) -> None:
        on = date.fromisoformat(row["on"])
        above = self.papers.get(row.get("under") or "")
        if row["kind"] == InstrumentKind.AMENDMENT and above:
            paper = instruments.amend(above, usd=_usd(row.get("usd")), on=on, by=self.by)
        else:
            paper = instruments.sign(
                self.deals[0],
                kind=row["kind"],
                on=on,
                by=self.by,
                usd=_usd(row.get("usd")),
                under=above,
                discharges_usd=_usd(row.get("discharges_usd")),
                counts=row.get("counts", True),
            )
        self.papers[row["id"]] = paper

    def _end(self, row: dict[str, Any]) -> None:
        on = date.fromisoformat(row["ended_on"])
        instruments.end(self.papers[row["id"]], on=on, why=row["end_reason"], by=self.by)

    def _value(self, row: dict[str, Any], on: date) -> None:
        valuations.value(self.deals[0], usd=_usd(row["usd"]), on=on, by=self.by)

    def _deliver(self, row: dict[str, Any], on: date) -> None:
        deliveries.deliver(self.papers[row["contract"]], usd=_usd(row["usd"]), on=on, by=self.by)

    def _open(self, opening: dict[str, Any]) -> None:
        on = date.fromisoformat(opening["on"])
        self.opening = openings.open_balance(
            band=opening["band"],
            usd=Decimal(opening["usd"]),
            on=on,
            by=self.by,
            programme=self.programme,
            label_vi="Kịch bản",
            label_en="Scenario",
        )
        for amount in opening.get("itemised", ()):
            openings.itemise(self.opening, deal=self._deal(on), usd=Decimal(amount), by=self.by)


def _chain(row: dict[str, Any], rows: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The paper and the papers above it, itself first; ends where a chain bites its own tail."""
    chain = [row]
    while (above := rows.get(chain[-1].get("under") or "")) and above not in chain:
        chain.append(above)
    return chain


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _usd(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
