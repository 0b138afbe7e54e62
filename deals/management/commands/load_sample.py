"""`manage.py load_sample`: the publicly reported deals, turned into records; loading twice changes nothing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from deals.importing import sample
from deals.management import accounts
from deals.models import User


class Command(BaseCommand):
    help = _("Load the sample data: deals reported in public, with their sources.")

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = sample.load(by=User.objects.system())
        if loaded is None:
            self.stdout.write(_("The sample data is there already; nothing was changed."))
        else:
            self.stdout.write(_("Loaded:"))
            for kind, count in loaded.counts.items():
                self.stdout.write(f"  {count:>5}  {kind}")
            self.stdout.write(_("Left out:"))
            for line in loaded.left_out:
                self.stdout.write(f"  - {line}")
        if settings.TRIAL:
            accounts.make()
        else:
            self.stdout.write(_("Sample accounts exist only on TRIAL; none was made."))
