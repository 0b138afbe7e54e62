"""The sample accounts: one officer, one manager. They open only while DEBUG is on (see permissions.Backend)."""

from typing import NamedTuple

from django.contrib.auth.models import Permission
from django.db import transaction

from deals.models import User


class Account(NamedTuple):
    username: str
    password: str
    last_name: str
    first_name: str
    edits: bool


ACCOUNTS = (
    Account("canbo", "canbo-thu-nghiem", "Nguyễn", "Minh An", edits=True),
    Account("quanly", "quanly-thu-nghiem", "Trần", "Thu Hà", edits=False),
)
# What an officer works on in the admin; accounts and ledger entries are nobody's to edit there.
EDITED = [
    "announcement", "body", "deal", "delivery", "document", "enterprise", "event", "helddeal", "instrument",
    "itemisation", "obstacle", "openingbalance", "partner", "programme", "progressupdate", "sector", "target",
    "tradeflow", "valuation",
]  # fmt: skip


@transaction.atomic
def make() -> None:
    """Make the sample accounts, or leave them as they are where they exist."""
    for account in ACCOUNTS:
        if User.objects.filter(username=account.username).exists():
            continue
        user = User.objects.create_user(
            account.username,
            password=account.password,
            email=f"{account.username}@example.vn",
            last_name=account.last_name,
            first_name=account.first_name,
            is_sample=True,
            is_staff=account.edits,
        )
        if account.edits:
            all_of = Permission.objects.filter(content_type__app_label="deals")
            user.user_permissions.set(
                all_of.filter(content_type__model__in=EDITED) | all_of.filter(codename__startswith="view_")
            )
