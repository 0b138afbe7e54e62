"""The roles with their rights in the admin. A migration makes them: whoever changes the table writes one that does so
again."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.db.models import Q, QuerySet

from deals import permissions

# What is worked on in the admin, and what the system keeps by itself there.
EDITED = [
    "announcement", "body", "deal", "delivery", "document", "enterprise", "event", "helddeal", "instrument",
    "itemisation", "obstacle", "openingbalance", "partner", "programme", "progressupdate", "sector", "target",
    "tradeflow", "valuation",
]  # fmt: skip
KEPT = [
    "balance", "changerequest", "confirmationrule", "dealcode", "importbatch", "keptbriefing", "posting", "return",
    "returnedchange", "stagechange",
]  # fmt: skip
# What moves the whole and not one deal: officers read it.
OF_THE_WHOLE = ["openingbalance", "programme", "target"]
# Nobody deletes an account or an invitation. Who gives rights, permissions.may_give_rights says.
RIGHTS: dict[str, dict[str, list[str]]] = {
    permissions.ADMINISTRATORS: {
        "edit": EDITED,
        "add": ["user", "invitation", "confirmationrule"],
        "change": ["user", "invitation", "confirmationrule"],
        "view": [*KEPT, "user", "invitation", "group", "auditentry"],
    },
    permissions.STEWARDS: {"edit": EDITED, "view": KEPT},
    permissions.OFFICERS: {
        "edit": [name for name in EDITED if name not in OF_THE_WHOLE],
        "view": [*KEPT, *OF_THE_WHOLE],
    },
    permissions.AUDITORS: {"view": [*EDITED, *KEPT, "user", "invitation", "group", "auditentry"]},
}


def make(apps: Any = apps) -> None:
    """Each role as a group, with its rights and no others. `apps` are the models as a migration knows them."""
    for label in ("deals", "auth"):
        create_permissions(apps.get_app_config(label), verbosity=0, apps=apps)
    known = apps.get_model("auth", "Permission").objects.filter(content_type__app_label__in=["deals", "auth"])
    for role in permissions.ROLES:
        group, _created = apps.get_model("auth", "Group").objects.get_or_create(name=role)
        group.permissions.set(_rights(known, RIGHTS.get(role, {})))


def remake(apps: Any, schema_editor: Any) -> None:
    """For migrations after which a role has other rights."""
    for label in ("deals", "auth"):
        apps.get_app_config(label).models_module = True  # else Django makes no permissions for them here
    make(apps)


def _rights(known: QuerySet[Any], rights: dict[str, list[str]]) -> QuerySet[Any]:
    named = Q(pk=None)
    for right, models in rights.items():
        verbs: Iterable[str] = ("add", "change", "delete", "view") if right == "edit" else (right,)
        named |= Q(codename__in=[f"{verb}_{model}" for verb in verbs for model in models])
    return known.filter(named)
