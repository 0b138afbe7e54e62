"""Noting what was done with accounts and rights, and what left the house. What is noted stays."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from deals import names
from deals.choices import AuditKind
from deals.models import AuditEntry, User

ONE_WAIT = timedelta(minutes=1)  # whoever tries again and again while they wait is noted once in so long


def write(
    *,
    kind: AuditKind,
    by: Any = None,
    person: User | None = None,
    thing: object = "",
    thing_key: object = "",
    **details: Any,
) -> AuditEntry:
    """Note what was done: by whom, where that is known; to whose account; else with what; with which details. The
    address is that of the request being answered."""
    if person:
        thing, thing_key = person, person.pk
    actor = by if isinstance(by, User) and by.pk else None
    entry = AuditEntry(
        kind=kind,
        actor=actor,
        person=person,
        thing=str(thing)[:300],
        thing_key=str(thing_key)[:64],
        address=_address(),
        details={name: value for name, value in details.items() if value not in (None, "", [], {})},
    )
    entry.search_text = _searchable(entry)
    entry.save(force_insert=True)
    return entry


def sign_in_failed(login: str, *, by: Any = None, **details: Any) -> None:
    """Note a failed attempt under the account that was meant, else under a hash of what was typed: it may have been a
    password."""
    write(kind=AuditKind.SIGN_IN_FAILED, by=by, **_meant(login), **details)


def waits(login: str, *, by: Any = None, seconds: int) -> None:
    """Note that somebody is made to wait; those who go on trying do not fill the pages."""
    meant = _meant(login)
    lately = AuditEntry.objects.filter(kind=AuditKind.WAITS, address=_address(), at__gt=timezone.now() - ONE_WAIT)
    if "person" in meant:
        lately = lately.filter(person=meant["person"])
    else:
        lately = lately.filter(details__typed=meant["typed"])
    if not lately.exists():
        write(kind=AuditKind.WAITS, by=by, seconds=seconds, **meant)


def rights_of(holder: models.Model) -> dict[str, Any]:
    """What an account or a group may do: the marks it has, its groups, rights and whatever else is given to it."""
    marks = [field.name for field in holder._meta.concrete_fields if isinstance(field, models.BooleanField)]
    given: dict[str, Any] = {name: getattr(holder, name) for name in marks}
    for field in holder._meta.many_to_many:
        rows = getattr(holder, field.name).all()
        given[field.name] = sorted(row.codename if isinstance(row, Permission) else str(row) for row in rows)
    return {name: value for name, value in given.items() if value}


def rights_changed(holder: models.Model, before: dict[str, Any] | None, *, by: Any) -> None:
    """Note what an account or a group may do now and could not before, or the other way round. `before` is None for one
    that was just made."""
    person = holder if isinstance(holder, User) else None
    about = {"by": by, "person": person, "thing": holder, "thing_key": holder.pk}
    changes = changed(before or {}, rights_of(holder))
    if person and before is None:
        write(kind=AuditKind.ACCOUNT_MADE, **about, rights=changes)
        return
    if person and changes.pop("is_active", None):
        write(kind=AuditKind.ACCOUNT_OPENED if person.is_active else AuditKind.ACCOUNT_CLOSED, **about)
    if changes:
        write(kind=AuditKind.PERMISSION_CHANGED, **about, rights=changes)


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """What differs of two sets of rights: each with what it was and what it is."""
    names_of = {**before, **after}
    return {name: [before.get(name), after.get(name)] for name in names_of if before.get(name) != after.get(name)}


def _meant(login: str) -> dict[str, Any]:
    if person := User.objects.called(login):
        return {"person": person}
    typed = login.strip().lower()
    return {"typed": salted_hmac("deals.audit.typed", typed, algorithm="sha256").hexdigest()[:16]}


def _address() -> str | None:
    """As the limits on guessing see it; None for a command."""
    request = context.request
    try:
        return get_adapter(request).get_client_ip(request) if request else None
    except PermissionDenied:  # nobody can tell where the request came from
        return None


def _searchable(entry: AuditEntry) -> str:
    people = [f"{person} {person.username}" for person in (entry.actor, entry.person) if person]
    return names.fold(" ".join([*people, entry.thing, entry.thing_key, entry.address or "", *_texts(entry.details)]))


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []
