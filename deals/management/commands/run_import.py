"""`manage.py run_import NUMBER`: do the work that an import waits for. Started by its page for long files."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from deals.importing import working
from deals.models import ImportBatch


class Command(BaseCommand):
    help = _("Do the work that an import waits for: look at its file, enter it, take it back.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int)

    def handle(self, number: int, **options: Any) -> None:
        batch = ImportBatch.objects.filter(pk=number).first()
        if batch is None:
            raise CommandError(_("There is no import %(number)d.") % {"number": number})
        working.work(batch)
        self.stdout.write(f"{batch}: {batch.get_state_display()}")
