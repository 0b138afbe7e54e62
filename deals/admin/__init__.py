"""The admin: every record and list, for the data steward."""

from . import (
    announcements,
    deals,
    deliveries,
    documents,
    enterprises,
    events,
    instruments,
    invitations,
    openings,
    partners,
    postings,
    programmes,
    sectors,
    updates,
    users,
    valuations,
)

__all__ = [
    "announcements",
    "deals",
    "deliveries",
    "documents",
    "enterprises",
    "events",
    "instruments",
    "invitations",
    "openings",
    "partners",
    "postings",
    "programmes",
    "sectors",
    "updates",
    "users",
    "valuations",
]
