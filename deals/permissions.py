"""Who may see and do what: the one place. Deny by default."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from deals.models import Deal, Document, Enterprise, Obstacle, Partner, TradeFlow, User

Person = User | AnonymousUser


# The groups whose members can do the most harm; settings.MFA_REQUIRED_GROUPS may name others.
ADMINISTRATORS, STEWARDS, REVIEWERS = "administrators", "stewards", "reviewers"


class Backend(AuthenticationBackend):
    """Sign-in by name or e-mail and password. Sample accounts open only while DEBUG is on, and so does a session they
    left."""

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and (settings.DEBUG or not user.is_sample)

    @classmethod
    def _stash_user(cls, user: Any) -> None:
        """Nobody is handed on whom this backend refused, with a right password or not: allauth would let them in as
        far as its own page for closed accounts, and a sample account all the way."""


def may_sign_in(person: User) -> bool:
    """Whether the account is open, however its owner comes in: asked again with each request."""
    return Backend().user_can_authenticate(person)


def must_use_second_factor(person: Person) -> bool:
    """Whether a password alone is not enough for what the person may do. One query for whom is no superuser."""
    if not settings.MFA_REQUIRED or not person.is_authenticated:
        return False
    return person.is_superuser or person.groups.filter(name__in=settings.MFA_REQUIRED_GROUPS).exists()


def visible_deals(person: Person) -> QuerySet[Deal]:
    """The deals the person may see; every list, total and lookup starts here."""
    return Deal.objects.active() if person.is_authenticated else Deal.objects.none()


def visible_enterprises(person: Person) -> QuerySet[Enterprise]:
    return Enterprise.objects.active() if person.is_authenticated else Enterprise.objects.none()


def visible_partners(person: Person) -> QuerySet[Partner]:
    return Partner.objects.active() if person.is_authenticated else Partner.objects.none()


def visible_documents(person: Person) -> QuerySet[Document]:
    """The documents of the deals the person may see."""
    return Document.objects.active().filter(deal__in=visible_deals(person))


def visible_obstacles(person: Person) -> QuerySet[Obstacle]:
    return Obstacle.objects.active() if person.is_authenticated else Obstacle.objects.none()


def visible_trade(person: Person) -> QuerySet[TradeFlow]:
    return TradeFlow.objects.active() if person.is_authenticated else TradeFlow.objects.none()


def may_edit(person: Person) -> bool:
    """Whether the person may change records (officers and stewards, through the admin)."""
    return person.is_authenticated and person.is_staff and person.has_perm("deals.change_deal")


def may_see_audit(person: Person) -> bool:
    """Whether the person may see who signed in, what was downloaded and who was given which rights."""
    return person.is_authenticated and person.has_perm("deals.view_auditentry")
