"""The audit as a CSV file: the entries asked for, the newest first."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from deals.models import AuditEntry
from deals.reports import audit as reports

from . import separated
from .tables import Field, Table

AT_ONCE = 1000  # entries read from the database at a time


def written(entries: QuerySet[AuditEntry], count: int) -> Iterator[bytes]:
    """The file, piece by piece, read as it is written."""
    heads = {
        "at": _("When"),
        "kind": _("What"),
        "by": _("Who"),
        "username": _("User name"),
        "thing": _("With what"),
        "thing_key": _("Number or code"),
        "address": _("Address"),
        "details": _("Details"),
    }
    table = Table(
        name="audit",
        title=pgettext("heading", "Audit"),
        fields=[Field(name, head) for name, head in heads.items()],
        rows=lambda: (_cells(entry) for entry in entries.iterator(chunk_size=AT_ONCE)),
        count=count,
    )
    yield separated.MARK.encode()
    yield from separated.bare(table)


def _cells(entry: AuditEntry) -> list[str]:
    return [
        timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
        str(entry.get_kind_display()),
        str(entry.actor or ""),
        entry.actor.username if entry.actor else "",
        entry.thing,
        entry.thing_key,
        entry.address or "",
        "; ".join(f"{label}: {text}" for label, text in reports.said(entry)),
    ]
