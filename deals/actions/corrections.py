"""Putting right what was entered wrongly, and taking back what should not have been entered."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from deals.choices import Cause
from deals.models import Instrument, Record, User

from . import instruments
from .records import archive, keep


def correct(record: Record, *, fields: Mapping[str, Any], by: User, reason: str) -> Record:
    """Put the fields of a record right, as if they had been so from the start: what was shown on past days as known
    then stays what it was. Raises ValidationError where it cannot stand, StaleError where the record is no longer the
    version it was read as."""
    for name, value in fields.items():
        setattr(record, name, value)
    keep(record, by=by, cause=Cause.CORRECTION, reason=reason)
    return record


@transaction.atomic
def withdraw(record: Record, *, by: User, reason: str) -> None:
    """Take back an entry: it is archived with the reason, and the ledger gets the reversing entries. A paper takes
    with it what its signing changed."""
    if isinstance(record, Instrument):
        instruments.withdraw(record, by=by, reason=reason)
    else:
        archive(record, by=by, reason=reason)
