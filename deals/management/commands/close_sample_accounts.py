"""`manage.py close_sample_accounts`: before a database that was tried is used for real."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from deals.actions import audit
from deals.choices import AuditKind
from deals.models import User


class Command(BaseCommand):
    help = _("Close the sample accounts; what they entered stays.")

    def handle(self, *args: Any, **options: Any) -> None:
        for person in User.objects.filter(is_sample=True, is_active=True):
            person.is_active = False
            person.set_unusable_password()
            person.save(update_fields=["is_active", "password"])
            audit.write(kind=AuditKind.ACCOUNT_CLOSED, by=User.objects.system(), person=person)
            self.stdout.write(_("Closed: %(name)s") % {"name": person.username})
