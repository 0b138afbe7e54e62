"""One's own account, and how one comes to have one."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from deals import permissions
from deals.actions import invitations
from deals.forms.accounts import AcceptForm
from deals.models import Invitation

from .pages import page, screen_of


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What belongs to one's own account, with where to change it."""
    person = request.user
    factors = Authenticator.objects.filter(user_id=person.pk)
    by_type = {factor.type: factor.wrap() for factor in factors}
    codes = by_type.get(Authenticator.Type.RECOVERY_CODES)
    return page(
        request,
        "deals/accounts/page.html",
        screen=screen_of(request),
        here="account",
        has_app=Authenticator.Type.TOTP in by_type,
        passkeys=[factor.wrap() for factor in factors if factor.type == Authenticator.Type.WEBAUTHN],
        codes_left=len(codes.get_unused_codes()) if codes else None,
        needs_factor=permissions.must_use_second_factor(person),
        new_email=EmailAddress.objects.filter(user_id=person.pk, verified=False).first(),
        sessions=len(UserSession.objects.purge_and_list(person)),
    )


@never_cache
@login_not_required
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Where an invitation leads: to a name and a password of one's own, once."""
    invited = invitations.found(token)
    if invited is None or not invited.is_open:
        # One answer for one that never was and for one that is over: nothing is to be learnt by trying.
        return render(request, "deals/accounts/closed.html", status=410)
    form = AcceptForm(request.POST or None, invitation=invited)
    if request.method == "POST" and form.is_valid():
        try:
            invitations.accept(invited, username=form.cleaned_data["username"], password=form.cleaned_data["password1"])
        except ValidationError:
            return render(request, "deals/accounts/closed.html", status=410)
        messages.success(request, _("Your account is ready. Sign in with the name and the password you chose."))
        return redirect("deals:login")
    return _to_accept(request, form, invited)


def _to_accept(request: HttpRequest, form: AcceptForm, invited: Invitation) -> HttpResponse:
    """The page in the language of the letter, unless the browser has chosen one here before; so are those after it."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    language = chosen if chosen in dict(settings.LANGUAGES) else invited.language
    status = 422 if request.method == "POST" else 200
    with translation.override(language):
        answer = render(request, "deals/accounts/invitation.html", {"form": form, "invited": invited}, status=status)
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
    answer.headers["Content-Language"] = language
    return answer
