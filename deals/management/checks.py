"""What keeps the product from starting: asked by the server before it serves, and by `manage.py check`."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import OperationalError, ProgrammingError

from deals.models import User

THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]", "testserver"}  # the last is what Django's test runner adds


@register("start")
def no_trial_for_others(**kwargs: Any) -> list[CheckMessage]:
    """TRIAL opens the sample accounts, and DEBUG shows settings and code to whoever causes an error."""
    others = [host for host in settings.ALLOWED_HOSTS if host not in THIS_MACHINE]
    switch = next((name for name in ("DEBUG", "TRIAL") if getattr(settings, name)), "")
    if not switch or not others:
        return []
    return [
        Error(
            f"{switch} is on, and the pages are to be served as {', '.join(others)}.",
            hint=f"Unset {switch}; to try the product on this machine, leave ALLOWED_HOSTS empty.",
            id="deals.E001",
        )
    ]


@register("start")
def no_sample_accounts(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Nobody can sign in with them while TRIAL is off, but their passwords are public: one switch would open them."""
    if settings.TRIAL or not databases:
        return []
    try:
        names = list(User.objects.filter(is_sample=True, is_active=True).values_list("username", flat=True))
    except (OperationalError, ProgrammingError):
        return []  # no database, or no tables yet: there is nobody in it
    if not names:
        return []
    return [
        Error(
            f"The database holds open sample accounts: {', '.join(names)}.",
            hint="Close them: manage.py close_sample_accounts",
            id="deals.E002",
        )
    ]
