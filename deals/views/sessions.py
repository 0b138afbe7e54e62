"""How long a session lasts, and what it takes to be let further."""

from collections.abc import Callable
from time import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from deals import permissions
from deals.actions import audit
from deals.choices import AuditKind

BEGAN, SEEN = "began_at", "seen_at"
NOTED_EVERY = 60  # seconds: not each request is worth a write
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# Open before the second factor is set up, with all that sets it up.
OPEN = {"account_reauthenticate", "account_logout", "logout", "language"}
# Open without a role: one's own account, how one comes to have one, and what is nobody's.
WITHOUT_ROLE = {f"deals:{name}" for name in ("account", "invitation", "login", "logout", "language")}
ACCOUNT_PAGES = ("account_", "mfa_", "usersessions_", "socialaccount_", "openid_connect_")


def begin(request: HttpRequest) -> None:
    """Count the session from now on."""
    request.session[BEGAN] = request.session[SEEN] = time()


class SessionLimitsMiddleware:
    """Ends a session that was not used for a while, or lasts too long. What was sent in it is kept like anything that
    was typed: see KeepTypedMiddleware, which comes next."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._limit(request, request.user.last_login)
        return self.get_response(request)

    def _limit(self, request: HttpRequest, signed_in_at: Any) -> None:
        now, session = time(), request.session
        began = session.get(BEGAN, signed_in_at.timestamp() if signed_in_at else 0)
        seen = session.get(SEEN, began)
        if now - seen > settings.SESSION_IDLE_MINUTES * 60 or now - began > settings.SESSION_HOURS * 3600:
            audit.write(kind=AuditKind.SIGNED_OUT, by=request.user, why="ended")
            logout(request)
            messages.info(request, _("Your session has ended. Sign in again: what you typed into a form is kept."))
        elif now - seen > NOTED_EVERY:
            session[SEEN] = now
            UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())


class SecondFactorMiddleware:
    """Leads whom a password alone does not let in to where a second factor is set up, until there is one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        if name in OPEN or name.startswith("mfa_") or not permissions.must_use_second_factor(request.user):
            return None
        if is_mfa_enabled(request.user, FACTORS):
            return None
        address = reverse("mfa_index")
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        messages.warning(request, _("Your account needs a second factor. Set one up to go on."))
        return redirect(address)


class RoleMiddleware:
    """Who has no role sees nothing but their own account, and a page that says whom to ask."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = (request.resolver_match and request.resolver_match.view_name) or ""
        if not request.user.is_authenticated or permissions.roles_of(request.user):
            return None
        if name in WITHOUT_ROLE or name.startswith(ACCOUNT_PAGES):
            return None
        return render(request, "deals/accounts/no_role.html", {"here": ""}, status=403)
