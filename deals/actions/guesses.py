"""How long one must wait before guessing a password again.

Failures are counted for the account from one address, and for the account from all addresses. After a few of them each
next guess has to wait, longer each time. An address alone is never made to wait: a ministry sits behind one. From an
address where its owner signed in lately an account does not wait for what others do elsewhere: nobody can be locked out
from afar.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from deals.models import Guesses, User

FROM_ONE_ADDRESS, FROM_ANYWHERE = 5, 20  # failures that nobody has to wait for
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)
KNOWN_FOR = timedelta(days=30)


class TooManyGuessesError(Exception):
    """The guess was not looked at. `seconds` is how long to wait before the next."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@transaction.atomic
def begin(login: str, address: str) -> None:
    """Count the guess as failed before it is looked at, so that of many at once none slips through. Raises
    TooManyGuessesError, with nothing counted, where it comes too early."""
    now = timezone.now()
    Guesses.objects.filter(last_at__lt=now - KNOWN_FOR).delete()
    pair, account = _held(_of_pair(login, address), now), _held(_of_account(login), now)
    wait = _wait(pair, FROM_ONE_ADDRESS, now)
    if not _is_known(pair, now):
        wait = max(wait, _wait(account, FROM_ANYWHERE, now))
    if wait > timedelta(0):
        raise TooManyGuessesError(int(wait.total_seconds()) + 1)
    for row in (pair, account):
        row.failures, row.last_at = row.failures + 1, now
        row.save(update_fields=["failures", "last_at"])


@transaction.atomic
def succeeded(login: str, address: str) -> None:
    """The guess was right: the address is known, and this guess is no failure. Those from elsewhere stay counted."""
    now = timezone.now()
    row = _held(_of_pair(login, address), now)
    row.failures, row.last_at, row.succeeded_at = 0, now, now
    row.save()
    Guesses.objects.filter(key=_of_account(login), failures__gt=0).update(failures=F("failures") - 1)


def _held(key: str, now: datetime) -> Guesses:
    """The count, held until the transaction ends; begun anew after a quiet day."""
    row, _created = Guesses.objects.select_for_update().get_or_create(key=key, defaults={"last_at": now})
    if row.last_at < now - FORGOTTEN_AFTER:
        row.failures = 0
    return row


def _wait(row: Guesses, free: int, now: datetime) -> timedelta:
    if row.failures < free:
        return timedelta(0)
    wait: timedelta = min(FIRST_WAIT * 2 ** min(row.failures - free, 10), LONGEST_WAIT)
    return row.last_at + wait - now


def _is_known(row: Guesses, now: datetime) -> bool:
    return row.succeeded_at is not None and row.succeeded_at > now - KNOWN_FOR


def _of_account(login: str) -> str:
    """The key of the account, be it called by its name or its e-mail; of what was typed, where there is no account."""
    person = User.objects.called(login)
    return sha256((f"account {person.pk}" if person else f"typed {login.strip().lower()}").encode()).hexdigest()


def _of_pair(login: str, address: str) -> str:
    return sha256(f"{_of_account(login)} {address}".encode()).hexdigest()
