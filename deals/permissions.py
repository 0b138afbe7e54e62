"""Who may see and do what: the one place. Deny by default."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from deals.models import Deal, Document, Enterprise, Obstacle, Partner, TradeFlow, User

Person = User | AnonymousUser


class Backend(ModelBackend):
    """Sign-in by name and password. Sample accounts open only while DEBUG is on, and so does a session they left."""

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and (settings.DEBUG or not user.is_sample)


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
