"""Where allauth asks us: who may come in, how often one may guess, how secrets are kept."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from math import ceil
from time import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from deals import permissions
from deals.actions import audit, guesses
from deals.choices import AuditKind

from . import errors, sessions

# Each change of a second factor has its letter, and there is nothing else to be told by.
FACTORS = {
    "mfa/email/totp_activated": (AuditKind.FACTOR_ADDED, Authenticator.Type.TOTP),
    "mfa/email/totp_deactivated": (AuditKind.FACTOR_REMOVED, Authenticator.Type.TOTP),
    "mfa/email/webauthn_added": (AuditKind.FACTOR_ADDED, Authenticator.Type.WEBAUTHN),
    "mfa/email/webauthn_removed": (AuditKind.FACTOR_REMOVED, Authenticator.Type.WEBAUTHN),
    "mfa/email/recovery_codes_generated": (AuditKind.FACTOR_ADDED, Authenticator.Type.RECOVERY_CODES),
}


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by invitation alone. Who comes in, goes and fails to come in is noted."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only our own pages, under the name by which they were asked for."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=self.request.is_secure()
        )

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            guesses.begin(_login(credentials), self.get_client_ip(request))
        except guesses.TooManyGuessesError as error:
            audit.waits(_login(credentials), by=request.user, seconds=error.seconds)
            raise ImmediateHttpResponse(errors.too_many(request, error.seconds)) from error

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        person = super().authenticate(request, **credentials)
        if person:
            guesses.succeeded(_login(credentials), self.get_client_ip(request))
        return person

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        # Who is in already was asked for the password again.
        audit.sign_in_failed(_login(credentials), by=request.user, how=["password"])

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Whoever has just set a new password need not wait for the failures before."""
        guesses.succeeded(_login(credentials), self.get_client_ip(request))

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        # A passkey and the single sign-on do not ask the backend.
        if not permissions.may_sign_in(user):
            audit.sign_in_failed(user.username, why="closed")
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def validation_error(self, code: str, *args: Any) -> Any:
        """After too many wrong codes of the second factor one waits, as after too many wrong passwords."""
        if code == "too_many_login_attempts":
            stage = getattr(self.request, "_login_stage", None)
            person = stage.login.user if stage else self.request.user
            seconds = _seconds_to_wait(self.request, person)
            audit.waits(person.username, by=self.request.user, seconds=seconds)
            raise ImmediateHttpResponse(errors.too_many(self.request, seconds))
        return super().validation_error(code, *args)

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        sessions.begin(request)
        audit.write(kind=AuditKind.SIGNED_IN, by=user, how=_means(request, user))

    def logout(self, request: HttpRequest) -> None:
        by = request.user
        super().logout(request)
        audit.write(kind=AuditKind.SIGNED_OUT, by=by)

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        if template_prefix in FACTORS:
            kind, factor = FACTORS[template_prefix]
            audit.write(kind=kind, by=user, how=[factor])
        super().send_notification_mail(template_prefix, user, *args, **kwargs)

    def set_password(self, user: Any, password: str) -> None:
        super().set_password(user, password)
        audit.write(kind=AuditKind.PASSWORD_CHANGED, by=user)

    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        confirmed = super().confirm_email(request, email_address)
        if confirmed:
            audit.write(kind=AuditKind.EMAIL_CHANGED, by=email_address.user, thing=email_address.email)
        return confirmed

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:
        """Where letters go until now they tell that this may change: the owner may know nothing of it."""
        super().send_confirmation_mail(request, emailconfirmation, signup)
        of, new = emailconfirmation.email_address.user, emailconfirmation.email_address.email
        if of.email and of.email.casefold() != new.casefold():
            told = {"old": of.email, "new": new}
            self.send_notification_mail("account/email/address_asked", of, told, of.email)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not within minutes of signing in: who must set up a second factor has just typed the password."""
        age = time() - self.request.session.get(sessions.BEGAN, 0)
        return age > app_settings.REAUTHENTICATION_TIMEOUT and super().is_reauthentication_required(app=app, **kwargs)


def _seconds_to_wait(request: HttpRequest, person: Any) -> int:
    """Until another code is looked at: allauth keeps when each of the last ones came, the latest first."""
    waits = [1.0]
    for rate in ratelimit.parse_rates(settings.ACCOUNT_RATE_LIMITS["login_failed"]):
        of = {"app": "allauth.account", "action": "login_failed", "key": f"mfa-auth-user-{person.pk}"}
        came = cache.get(ratelimit.get_cache_key(request, rate=rate, **of), [])
        if len(came) >= rate.amount:
            waits.append(came[-1] + rate.duration - time())
    return ceil(max(waits))


def _login(credentials: dict[str, Any]) -> str:
    return credentials.get("username") or credentials.get("email") or ""


def _means(request: HttpRequest, person: Any) -> list[str]:
    """By what the person was let in: password, single sign-on, app, passkey."""
    found = get_authentication_records(request, person)
    return [record.get("type") or record["method"] for record in found if not record.get("reauthenticated")]


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of second factors are encrypted with a key made of SECRET_KEY; an older one goes on to open them."""

    def validation_error(self, code: str, *args: Any) -> Any:
        stage = getattr(context.request, "_login_stage", None)
        if code == "incorrect_code" and stage:
            audit.sign_in_failed(stage.login.user.username, how=["second_factor"])
        return super().validation_error(code, *args)

    def encrypt(self, text: str) -> str:
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _keys().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return _("US purchases")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": _("US purchases")}

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)d") % {"number": count + 1}


def _keys() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        Fernet(urlsafe_b64encode(sha256(f"second factor {secret}".encode()).digest())) for secret in secrets
    )


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """The single sign-on opens accounts that exist, by an e-mail address it has verified; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Sessions that are ended from another one are noted."""

    def end_sessions(self, sessions: Any) -> None:
        super().end_sessions(sessions)
        audit.write(kind=AuditKind.SIGNED_OUT, by=context.request.user, why="elsewhere", rows=len(sessions))
