"""A form that is sent makes its record once, however often it comes in."""

from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from deals.models import Submission, User


@transaction.atomic
def once(token: UUID, *, by: User, do: Callable[[], str]) -> str:
    """Do what the form asks for, in one transaction, unless the form with this token was saved already; the address
    that it leads to. Of two that come in at once the second waits for the first.

    Raises what `do` raises, with nothing written, so that the form may be sent again; PermissionDenied where the token
    is somebody else's.
    """
    try:
        with transaction.atomic():
            submission = Submission.objects.create(token=token, by=by)
    except IntegrityError:
        submission = Submission.objects.get(token=token)
        if submission.by_id != by.pk:
            raise PermissionDenied from None
        return submission.led_to
    submission.led_to = do()
    submission.save(update_fields=["led_to"])
    return submission.led_to


def led_by(token: str, *, by: User) -> str:
    """Where the form with this token led when this person saved it; empty where it was not saved yet. One query."""
    try:
        found = Submission.objects.filter(token=UUID(token), by=by).first()
    except ValueError:
        return ""
    return found.led_to if found else ""
