"""What was noted of accounts, rights and what left the house, as it is read and exported."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from deals import names, permissions
from deals.choices import Release
from deals.models import AuditEntry, User

LABELS = {
    "how": pgettext_lazy("means", "By"),
    "why": gettext_lazy("Why"),
    "typed": gettext_lazy("No account is called so; mark of what was typed"),
    "seconds": gettext_lazy("Seconds to wait"),
    "deal": gettext_lazy("Deal"),
    "rows": gettext_lazy("Rows"),
    "audience": gettext_lazy("Made for"),
    "filters": gettext_lazy("Filters"),
    "again": gettext_lazy("Sent again"),
    "reason": gettext_lazy("Reason"),
    "asked_by": gettext_lazy("Asked by"),
}
WORDS = {
    "password": gettext_lazy("password"),
    "password_reset": gettext_lazy("password set anew by e-mail"),
    "socialaccount": gettext_lazy("single sign-on"),
    "totp": gettext_lazy("app with codes"),
    "webauthn": gettext_lazy("passkey"),
    "recovery_codes": gettext_lazy("recovery codes"),
    "second_factor": gettext_lazy("second factor"),
    "closed": gettext_lazy("the account is closed"),
    "ended": gettext_lazy("the session had lasted too long or was not used"),
    "elsewhere": gettext_lazy("other sessions ended by their owner"),
}

AUDIENCES = {**dict(Release.choices), "enterprise": gettext_lazy("The enterprise itself")}


def found(asked: dict[str, Any]) -> QuerySet[AuditEntry]:
    """The entries that a valid question asks for, the newest first."""
    entries = AuditEntry.objects.select_related("actor", "person")
    if asked.get("since"):
        entries = entries.filter(at__gte=_midnight(asked["since"]))
    if asked.get("until"):
        entries = entries.filter(at__lt=_midnight(asked["until"] + timedelta(days=1)))
    if asked.get("kind"):
        entries = entries.filter(kind=asked["kind"])
    if asked.get("person"):
        entries = entries.filter(Q(actor=asked["person"]) | Q(person=asked["person"]))
    for word in names.fold(asked.get("q", "")).split():
        entries = entries.filter(search_text__contains=word)
    return entries


def said(entry: AuditEntry) -> list[tuple[str, str]]:
    """The details of the entry in words: what each is, and what it says."""
    changes = {**entry.details.get("rights", {}), **entry.details.get("changes", {})}
    plain = {name: value for name, value in entry.details.items() if name not in ("rights", "changes")}
    return [
        *((str(LABELS.get(name, name)), _of(name, value)) for name, value in plain.items()),
        *((_field_name(name), f"{_of(name, old)} → {_of(name, new)}") for name, (old, new) in changes.items()),
    ]


def _of(name: str, value: Any) -> str:
    """A value in the language of the page, where it is kept as a key: an audience, a role."""
    if name == "audience":
        return str(AUDIENCES.get(value, value))
    if name == "groups" and value:
        return ", ".join(str(permissions.ROLES.get(each, each)) for each in value)
    return _worded(value)


def _worded(value: Any) -> str:
    if value is None or value == []:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(_worded(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}={part}" for name, part in value.items())
    return str(WORDS[value]) if value in WORDS else str(localize(value))


def _field_name(name: str) -> str:
    fields = {field.name: field for field in (*User._meta.fields, *User._meta.many_to_many)}
    return capfirst(str(fields[name].verbose_name)) if name in fields else _("Rights")


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
