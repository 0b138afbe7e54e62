"""The admin: every record and list, for the data steward. The order is that of the lists on the first page."""

from . import (  # noqa: I001
    deals,
    instruments,
    valuations,
    deliveries,
    announcements,
    documents,
    enterprises,
    partners,
    sectors,
    events,
    programmes,
    openings,
    postings,
    users,
)

__all__ = [
    "announcements",
    "deals",
    "deliveries",
    "documents",
    "enterprises",
    "events",
    "instruments",
    "openings",
    "partners",
    "postings",
    "programmes",
    "sectors",
    "users",
    "valuations",
]
