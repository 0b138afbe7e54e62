"""The sample accounts, one for each role. They open only while the product is on TRIAL (see permissions.Backend)."""

from typing import NamedTuple

from django.contrib.auth.models import Group
from django.db import transaction

from deals import permissions
from deals.management import roles
from deals.models import Enterprise, User


class Account(NamedTuple):
    """`enterprise` is the code of the one it answers for."""

    username: str
    password: str
    last_name: str
    first_name: str
    role: str
    enterprise: str = ""


ACCOUNTS = (
    Account("canbo", "canbo-thu-nghiem", "Nguyễn", "Minh An", permissions.OFFICERS),
    Account("quanly", "quanly-thu-nghiem", "Trần", "Thu Hà", permissions.VIEWERS),
    Account("thamdinh", "thamdinh-thu-nghiem", "Bùi", "Quang Vinh", permissions.REVIEWERS),
    Account("dulieu", "dulieu-thu-nghiem", "Lê", "Hoàng Nam", permissions.STEWARDS),
    Account("kiemtoan", "kiemtoan-thu-nghiem", "Phạm", "Ngọc Lan", permissions.AUDITORS),
    Account("doanhnghiep", "doanhnghiep-thu-nghiem", "Vũ", "Đức Anh", permissions.RESPONDENTS, enterprise="HVN"),
    Account("quantri", "quantri-thu-nghiem", "Đỗ", "Thanh Bình", permissions.ADMINISTRATORS),
)


@transaction.atomic
def make() -> None:
    """Make the sample accounts, or leave them as they are where they exist."""
    roles.make()
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
            is_staff=account.role in permissions.IN_THE_ADMIN,
        )
        user.groups.add(Group.objects.get(name=account.role))
        user.enterprises.set(Enterprise.objects.filter(code=account.enterprise))
