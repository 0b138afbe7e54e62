"""Scenarios with their answers: positions.json was given; more.json was worked out by hand, as it shows."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from deals.positions import BAND_NAMES, Bands, Estimate, Facts, Paper, Receipt

FOLDER = Path(__file__).parent
FILES = {name: FOLDER / f"{name}.json" for name in ("positions", "more")}


def cases(name: str) -> list[dict[str, Any]]:
    return json.loads(FILES[name].read_text(encoding="utf-8"))


def every_case() -> list[dict[str, Any]]:
    return [case for name in FILES for case in cases(name)]


def facts(case: dict[str, Any]) -> Facts:
    found = case["facts"]
    return Facts(
        closed_on=_day(found["deal"]["closed_on"]),
        papers=tuple(
            Paper(
                id=row["id"],
                kind=row["kind"],
                on=date.fromisoformat(row["on"]),
                usd=_usd(row["usd"]),
                under=row["under"],
                discharges_usd=_usd(row["discharges_usd"]),
                ended_on=_day(row["ended_on"]),
                end_reason=row["end_reason"],
                counts=row["counts"],
            )
            for row in found["instruments"]
        ),
        estimates=tuple(Estimate(date.fromisoformat(row["on"]), _usd(row["usd"])) for row in found["valuations"]),
        receipts=tuple(
            Receipt(row["contract"], date.fromisoformat(row["on"]), _usd(row["usd"])) for row in found["deliveries"]
        ),
    )


def expected(row: dict[str, str]) -> Bands:
    return Bands(**{name: Decimal(row[name]) for name in BAND_NAMES})


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _usd(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
