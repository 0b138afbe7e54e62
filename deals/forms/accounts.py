"""What one fills in to have an account and to keep it. Where allauth asks, its forms with words of ours."""

from collections.abc import Callable
from typing import Any

from allauth.account import forms as account
from allauth.account.models import EmailAddress
from allauth.mfa import app_settings as totp_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as factors
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as passkeys
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.forms import BaseUserCreationForm
from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from deals.models import Invitation, User


class AcceptForm(BaseUserCreationForm):
    """A user name and a password; the rest is known from the invitation. Saved by the action."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        validators=User._meta.get_field("username").validators,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        help_text=_("With this name, or with your e-mail address, you sign in. It stays as it is."),
    )

    class Meta:
        model = User
        fields = ["username"]

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.email = invitation.email
        self.instance.last_name, self.instance.first_name = invitation.last_name, invitation.first_name
        self.fields["password1"].label = _("Password")
        self.fields["password1"].help_text = " ".join(password_validation.password_validators_help_texts())
        self.fields["password2"].label = _("Password, once more")
        self.fields["password2"].help_text = ""

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(_("This user name is taken. Choose another one."), code="taken")
        return name


class ChangePasswordForm(account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Password until now")
        self.fields["oldpassword"].help_text = ""
        _name_new(self)


class SetPasswordForm(account.SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_new(self)


class ResetPasswordKeyForm(account.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_new(self)


class ResetPasswordForm(account.ResetPasswordForm):
    users: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")

    def clean_email(self) -> str:
        """Only an address that is the account's own, or that was confirmed, sets its password anew: one that was asked
        for and not confirmed may be anybody's."""
        email: str = super().clean_email()
        confirmed = set(EmailAddress.objects.filter(email__iexact=email, verified=True).values_list("user", flat=True))
        self.users = [each for each in self.users if each.pk in confirmed or each.email.casefold() == email.casefold()]
        return email


class ReauthenticateForm(account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""


def _once(user: User, typed: str, clean: Callable[[], str]) -> str:
    """The code, which is taken no more for as long as it holds, whatever it was taken for. It is looked for before it
    is judged, so that it does not clear the count of wrong ones."""
    code = salted_hmac("deals.code", "".join(typed.split())).hexdigest()
    key = f"code-taken-{user.pk}-{code}"
    if cache.get(key):
        raise get_adapter().validation_error("incorrect_code")
    found = clean()
    # Of two who send the same at once one is let in.
    if not cache.add(key, True, timeout=(2 * settings.MFA_TOTP_TOLERANCE + 2) * totp_settings.TOTP_PERIOD):
        raise get_adapter().validation_error("incorrect_code")
    return found


class AuthenticateForm(factors.AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code of the app, or a recovery code")

    def clean_code(self) -> str:
        return _once(self.user, self.cleaned_data["code"], super().clean_code)


class ReauthenticateByCodeForm(factors.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code of the app, or a recovery code")

    def clean_code(self) -> str:
        return _once(self.user, self.cleaned_data["code"], super().clean_code)


class ActivateTOTPForm(totp.ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code that the app shows")

    def clean_code(self) -> str:
        return _once(self.user, self.cleaned_data["code"], super().clean_code)


class EditPasskeyForm(passkeys.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name, to tell it from others")


def _name_new(form: forms.Form) -> None:
    form.fields["password1"].label = _("New password")
    form.fields["password2"].label = _("New password, once more")
