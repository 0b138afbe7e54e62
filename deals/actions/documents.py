"""Documents of a deal, held or seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.base import File

from deals.models import Deal, Document, User

from .records import keep


def hold(
    deal: Deal, *, by: User, file: File | None = None, seen_at: str = "", reason: str = "", **fields: Any
) -> Document:
    """Enter a document of the deal: its file, or where it was seen. Raises ValidationError, with nothing kept, where it
    cannot stand. In a larger transaction, `taking_back_file` belongs around the whole of it."""
    document = Document(deal=deal, file=file, seen_at=seen_at, **fields)
    with taking_back_file(document):
        keep(document, by=by, reason=reason)
    return document


@contextmanager
def taking_back_file(document: Document) -> Iterator[None]:
    """Remove the file that came with the document where what is done here fails: the database takes its rows back by
    itself, the disk does not take back files."""
    came_in = document.is_new_file
    try:
        yield
    except BaseException:
        if came_in and not document.is_new_file:
            document.file.delete(save=False)
        raise
