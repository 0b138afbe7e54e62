"""`manage.py briefing check CODE`: whether the ledger still says what a printed briefing says."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from deals.forms.screens import target_at
from deals.models import KeptBriefing
from deals.models.briefings import typed_code
from deals.reports import briefings


class Command(BaseCommand):
    help = _("Work the figures of a printed briefing out again from the ledger.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        check = commands.add_parser("check", help=_("compare a briefing with the ledger; exit 1 on a difference"))
        check.add_argument("code", help=_("the check code from the foot of the page"))

    def handle(self, *args: Any, **options: Any) -> None:
        kept = KeptBriefing.objects.select_related("made_by").filter(code=typed_code(options["code"])).first()
        if kept is None:
            raise CommandError(_("No briefing has the check code %(code)s.") % {"code": options["code"]})
        made = timezone.localtime(kept.made_at)
        self.stdout.write(
            f"{kept.code_in_print}  {kept.as_of}  {kept.reading}  {made:%Y-%m-%d %H:%M:%S}  {kept.made_by}"
        )
        found = briefings.checked(kept, briefings.again(kept, target=target_at(kept.at)))
        for name, then, now in found.figures:
            mark = "" if then == now else f"  ≠ {now or '–'}"
            self.stdout.write(f"  {name:<44}{then or '–':>24}{mark}")
        if not found.is_intact:
            self.stdout.write(_("What was kept no longer makes its check code."))
        if not found.is_same:
            self.stdout.write(_("Different: the ledger does not give what was kept."))
            sys.exit(1)
        self.stdout.write(_("The same: the ledger gives every figure of this briefing to the cent."))
