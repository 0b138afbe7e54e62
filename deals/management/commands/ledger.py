"""`manage.py ledger check | index | show | total | replay`: ask the ledger from the command line."""

import json
import sys
from argparse import ArgumentParser
from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from deals import checking, ledger, periods
from deals.actions import records
from deals.choices import Band, Reading
from deals.management import scenarios
from deals.models import Deal, Posting, Target
from deals.periods import Moment
from deals.positions import Bands

BY = ["enterprise", "sector", "stage", "state"]


class Command(BaseCommand):
    help = _("Check the ledger, show a deal's entries, add up totals, replay scenarios.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        commands.add_parser(
            "check", help=_("work out everything anew from the facts and compare; exit 1 on a difference")
        )
        commands.add_parser("index", help=_("write anew the words by which deals are found"))
        show = commands.add_parser("show", help=_("a deal's entries and bands"))
        show.add_argument("code", help="VNUS-2025-0042")
        total = commands.add_parser("total", help=_("bands, signed, pending and target"))
        total.add_argument("--reading", choices=Reading.values)
        total.add_argument("--by", choices=BY)
        for command in (show, total):
            command.add_argument("--as-of", help=_("the day in the world, YYYY-MM-DD (today)"))
            command.add_argument("--known-at", help=_("as known at the end of this day, or at this moment (now)"))
            command.add_argument("--json", action="store_true")
        replay = commands.add_parser("replay", help=_("enter scenarios through the actions, compare, roll back"))
        replay.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['command']}")(**options)
        except DatabaseError as error:
            raise CommandError(
                _("The database cannot answer (%(error)s). Is it the right one, and up to date? manage.py migrate")
                % {"error": str(error).strip()}
            ) from error

    def _check(self, **options: Any) -> None:
        count = 0
        for difference in checking.check():
            count += 1
            if difference.band == "facts":
                self.stdout.write(_("%(what)s: its facts contradict each other") % {"what": difference.what})
                continue
            if difference.band == "words":
                self.stdout.write(_("%(what)s: not found by all its names (ledger index)") % {"what": difference.what})
                continue
            self.stdout.write(
                _("%(what)s %(day)s %(band)s: facts say %(facts)s, ledger says %(ledger)s")
                % {
                    "what": difference.what,
                    "day": difference.day or _("roll-up"),
                    "band": difference.band,
                    "facts": difference.facts_usd,
                    "ledger": difference.ledger_usd,
                }
            )
        if count:
            self.stdout.write(_("%(count)d differences") % {"count": count})
            sys.exit(1)
        self.stdout.write(_("No difference."))

    def _index(self, **options: Any) -> None:
        with transaction.atomic():
            records.index(Deal.objects.all())
        self.stdout.write(_("The words by which deals are found stand as they are called now."))

    def _show(self, code: str, **options: Any) -> None:
        at = _moment(**options)
        deal = Deal.objects.filter(code=code).first()
        if deal is None:
            raise CommandError(_("There is no deal %(code)s.") % {"code": code})
        rows = ledger.entries(at).filter(deal=deal).order_by("effective_on", "recorded_at", "id")
        bands = ledger.total(at, Deal.objects.filter(pk=deal.pk))
        if options["json"]:
            answer = _heading(at) | {"code": deal.code} | _amounts(bands)
            self._print_json(answer | {"entries": list(map(_entry, rows))})
            return
        self.stdout.write(f"{deal.code} {deal.title}")
        for row in rows.select_related("actor"):
            self.stdout.write(
                f"{row.effective_on}  {row.band:<12}{row.amount_usd:>22,.2f}  {row.cause:<11}"
                f"{timezone.localtime(row.recorded_at):%Y-%m-%d %H:%M:%S}  {row.actor.username}  {row.reason}"
            )
        self._print_bands(bands)

    def _total(self, reading: str | None, by: str | None, **options: Any) -> None:
        at = _moment(**options)
        target = Target.objects.on(at.as_of)
        reading = reading or (target.default_reading if target else Reading.ANNOUNCED)
        openings = ledger.add(*(bands for _opening, bands in ledger.openings(at)))
        rows = ledger.breakdown(at, by) if by else {}
        if by and openings:
            rows[NOT_ITEMISED] = openings
        bands = ledger.add(ledger.total(at), openings)
        if options["json"]:
            answer = _heading(at) | {"reading": reading} | _amounts(bands, reading)
            answer["target"] = str(target.amount_usd) if target else None
            if by:
                listed = [{"key": key} | _amounts(row, reading) for key, row in sorted(rows.items())]
                answer |= {"by": by, "rows": listed}
            self._print_json(answer)
            return
        for key, row in sorted(rows.items()):
            if row:
                self.stdout.write(key or _("(none)"))
                self._print_bands(row, reading)
        self.stdout.write(
            _("All, as of %(day)s, %(reading)s reading") % {"day": at.as_of, "reading": Reading(reading).label}
        )
        self._print_bands(bands, reading)
        if target:
            self.stdout.write("  " + _("Target").ljust(44) + f"{target.amount_usd:>24,.2f}")

    def _replay(self, file: Path, **options: Any) -> None:
        try:
            cases = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CommandError(_("%(file)s cannot be read: %(error)s") % {"file": file, "error": error}) from error
        if not isinstance(cases, list) or not all(map(_is_scenario, cases)):
            raise CommandError(_("%(file)s is no list of scenarios with name, facts and expect.") % {"file": file})
        if not all(list(map(self._replay_case, cases))):
            sys.exit(1)

    def _replay_case(self, case: dict[str, Any]) -> bool:
        self.stdout.write(str(case.get("name", "?")) if isinstance(case, dict) else "?")
        fine = True
        try:
            answers = scenarios.replay(case)
        except scenarios.RefusedError as error:
            self.stdout.write("  " + _("refused") + f": {error}")
            return False
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            self.stdout.write("  " + _("not of the form of a scenario") + f": {error!r}")
            return False
        for day, found, expected in answers:
            wrong = [
                f"{name} {getattr(found, name)} ≠ {getattr(expected, name)}"
                for name in Band.values
                if getattr(found, name) != getattr(expected, name)
            ]
            said = "  ".join(f"{name}={getattr(found, name)}" for name in Band.values)
            self.stdout.write(f"  {day}  {said}  {'; '.join(wrong) or 'ok'}")
            fine = fine and not wrong
        return fine

    def _print_json(self, answer: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(answer, indent=1, ensure_ascii=False))

    def _print_bands(self, bands: Bands, reading: str | None = None) -> None:
        for name, amount in bands.as_dict().items():
            self.stdout.write(f"  {Band(name).label!s:<44}{amount:>24,.2f}")
        if reading:
            self.stdout.write("  " + _("Signed").ljust(44) + f"{bands.signed(reading):>24,.2f}")
            self.stdout.write("  " + _("Pending").ljust(44) + f"{bands.pending(reading):>24,.2f}")


NOT_ITEMISED = "not_itemised"


def _is_scenario(case: Any) -> bool:
    return isinstance(case, dict) and {"name", "facts", "expect"} <= case.keys()


def _moment(as_of: str | None, known_at: str | None, **options: Any) -> Moment:
    try:
        day = periods.parse_day(as_of) if as_of else timezone.localdate()
        return Moment(day, _known_at(known_at) if known_at else None)
    except ValueError as error:
        raise CommandError(_("“%(text)s” is no day: write 2025-05-07.") % {"text": error}) from error


def _known_at(text: str) -> datetime:
    """The end of the day, or the moment with its time; times without a zone are those of Vietnam."""
    try:
        moment = datetime.combine(periods.parse_day(text), time.max)
    except ValueError:
        found = parse_datetime(text)
        if found is None:
            raise
        moment = found
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _heading(at: Moment) -> dict[str, Any]:
    return {"as_of": at.as_of.isoformat(), "known_at": at.known_at.isoformat() if at.known_at else None}


def _amounts(bands: Bands, reading: str | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = {"bands": {name: str(amount) for name, amount in bands.as_dict().items()}}
    if reading:
        answer |= {"signed": str(bands.signed(reading)), "pending": str(bands.pending(reading))}
    return answer


def _entry(row: Posting) -> dict[str, Any]:
    return {
        "effective_on": row.effective_on.isoformat(),
        "recorded_at": row.recorded_at.isoformat(),
        "band": row.band,
        "amount_usd": str(row.amount_usd),
        "cause": row.cause,
        "reason": row.reason,
        "by": row.actor.username,
    }
