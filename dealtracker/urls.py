"""The addresses: the product's own pages, those of accounts, and the admin."""

from allauth.account import views as account
from allauth.mfa.webauthn.views import login_webauthn
from allauth.socialaccount import views as single_sign_on
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from django.views.decorators.http import require_POST

login_not_required(login_webauthn)  # allauth forgot to say so

# Of allauth's pages those we use, under addresses of ours. The names are allauth's: its own code asks for them.
accounts = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", require_POST(login_not_required(account.logout)), name="account_logout"),
    path("sign-up/", account.signup, name="account_signup"),
    path("account/closed/", account.account_inactive, name="account_inactive"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/email/", account.email, name="account_email"),
    path("account/email/sent/", account.email_verification_sent, name="account_email_verification_sent"),
    path("account/email/<str:key>/", account.confirm_email, name="account_confirm_email"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/password/first/", account.password_set, name="account_set_password"),
    path("account/reset/", account.password_reset, name="account_reset_password"),
    path("account/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    path("account/reset/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(r"^account/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", account.password_reset_from_key,
            name="account_reset_password_from_key"),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("account/sso/", single_sign_on.connections, name="socialaccount_connections"),
    path("account/sso/sign-up/", single_sign_on.signup, name="socialaccount_signup"),
    path("account/sso/cancelled/", single_sign_on.login_cancelled, name="socialaccount_login_cancelled"),
    path("account/sso/error/", single_sign_on.login_error, name="socialaccount_login_error"),
    path("account/", include("allauth.socialaccount.providers.openid_connect.urls")),
]  # fmt: skip

urlpatterns = [
    path("", include("deals.urls")),
    path("", include(accounts)),
    path("admin/", admin.site.urls),
]

handler400 = "deals.views.errors.bad_request"
handler403 = "deals.views.errors.forbidden"
handler404 = "deals.views.errors.not_found"
handler500 = "deals.views.errors.server_error"
