"""Configuration. What differs between machines comes from the environment; docs/deployment.md lists it."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
env = environ.Env()


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


# On trial the product runs on one's own machine, without keys, TLS or letters. DEBUG, beyond that, shows code and
# settings to whoever causes an error: for work on the code alone.
DEBUG = env.bool("DEBUG", default=False)
TRIAL = env.bool("TRIAL", default=DEBUG)
SECRET_KEY = env.str("SECRET_KEY", default="only-for-this-machine-while-on-trial-0123456789" if TRIAL else "")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if TRIAL else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "deals",
    "deals.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # Django's own widgets, found beside ours by FORM_RENDERER
    "django_filters",
    "simple_history",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    # What adds headers comes first: even an answer that a later one cuts short has them.
    "deals.views.headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "deals.views.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "deals.views.errors.BodyLimitMiddleware",
    "deals.views.sessions.SessionLimitsMiddleware",
    "deals.views.drafts.KeepTypedMiddleware",
    "deals.views.sessions.SecondFactorMiddleware",
    "deals.views.sessions.RoleMiddleware",
]
ROOT_URLCONF = "dealtracker.urls"
WSGI_APPLICATION = "dealtracker.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "deals.views.pages.rights",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'dealtracker.sqlite3'}")}
DATABASE = DATABASES["default"]
if DATABASE["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: a write that begins by reading would otherwise fail with "database is locked" under load.
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 60,  # of many who write at once one may wait long: SQLite lets them in by chance, not in turn
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    # What an index carries beside its keys saves PostgreSQL a look at the table; SQLite does well without.
    SILENCED_SYSTEM_CHECKS = ["models.W040"]
else:
    DATABASE["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
    DATABASE["CONN_HEALTH_CHECKS"] = True
    # Compiling the sums of a page takes longer than adding them up; the database lies on no turning disk, so that
    # looking a few rows up costs less than reading all of them; and what is read through a cursor is read to its end.
    tuned = "-c jit=off -c random_page_cost=1.1 -c cursor_tuple_fraction=1"
    DATABASE.setdefault("OPTIONS", {}).setdefault("options", tuned)


CACHES = {
    # Limits on guessing hold only if all workers count together: in the database, which they share.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # past it entries are thrown away, and counts of failures with them
    },
    # Pages of figures, each with the states of the record they tell of: each worker keeps its own.
    "figures": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "figures",
        "TIMEOUT": 12 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 128},
    },
    # Parts of pages that hardly ever change, by the records they are made of.
    "pieces": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pieces",
        "TIMEOUT": 12 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 200},
    },
}

AUTH_USER_MODEL = "deals.User"
AUTHENTICATION_BACKENDS = ["deals.permissions.Backend"]
LOGIN_URL = "deals:login"
LOGIN_REDIRECT_URL = "deals:dashboard"
LOGOUT_REDIRECT_URL = "deals:login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# A session ends when it is not used, and once it has lasted a day's work. The second factor may be left out only while
# the product is tried; who needs it is decided by permissions.must_use_second_factor.
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=60)
SESSION_HOURS = env.int("SESSION_HOURS", default=12)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
MFA_REQUIRED = env.bool("MFA_REQUIRED", default=not TRIAL)
MFA_REQUIRED_GROUPS = env.list("MFA_REQUIRED_GROUPS", default=["administrators", "stewards", "reviewers"])
INVITATION_DAYS = env.int("INVITATION_DAYS", default=7)

ACCOUNT_ADAPTER = "deals.views.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "change_password": "deals.forms.accounts.ChangePasswordForm",
    "set_password": "deals.forms.accounts.SetPasswordForm",
    "reset_password": "deals.forms.accounts.ResetPasswordForm",
    "reset_password_from_key": "deals.forms.accounts.ResetPasswordKeyForm",
    "reauthenticate": "deals.forms.accounts.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]  # sign-up itself is closed: see the adapter
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation has verified it; a new address is verified before it counts
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # whoever finds an open session does not take the account over
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if TRIAL else "https"
# By address only so high that a whole office behind one is never locked out; sign-in has limits of its own, by account
# (deals/actions/guesses.py). "login_failed" is what remains of allauth's: codes of the second factor.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "login_failed": "5/5m/key,30/d/key",
    "reset_password": "60/m/ip,5/h/key",
    "reset_password_from_key": "60/m/ip",
    "signup": "60/m/ip",
}
MFA_ADAPTER = "deals.views.adapters.MFAAdapter"
MFA_FORMS = {
    "authenticate": "deals.forms.accounts.AuthenticateForm",
    "reauthenticate": "deals.forms.accounts.ReauthenticateByCodeForm",
    "activate_totp": "deals.forms.accounts.ActivateTOTPForm",
    "edit_webauthn": "deals.forms.accounts.EditPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = TRIAL
MFA_TOTP_TOLERANCE = 1  # half a minute: clocks of phones differ
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the first administrator is made without one
MFA_RATE_LIMITS = {"webauthn_login": "600/m/ip"}
USERSESSIONS_ADAPTER = "deals.views.adapters.SessionsAdapter"
SOCIALACCOUNT_ADAPTER = "deals.views.adapters.SocialAccountAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # by an address which the single sign-on has verified, to an account we have
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
# Single sign-on: with no server named there is no button.
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": env.str("OIDC_NAME", default="SSO"),
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ]
        if OIDC_SERVER_URL
        else [],
    }
}

vars().update(env.email("EMAIL_URL", default="consolemail://" if TRIAL else "smtp://localhost:25"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="no-reply@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
FILTERS_EMPTY_CHOICE_LABEL = _("All")
LOCALE_PATHS = [BASE_DIR / "deals" / "locale"]
FORMAT_MODULE_PATH = ["dealtracker.formats"]
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.str("STATIC_ROOT", default=str(VAR_DIR / "static"))
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR_DIR / "media"))
WHITENOISE_USE_FINDERS = TRIAL
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TRIAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
REQUEST_MAX_BYTES = env.int("REQUEST_MAX_MB", default=50) * 1024 * 1024  # with its files; each may have 20 MB

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        # A form that leads on to the single sign-on needs leave for it.
        "form-action": [SELF, *env.list("OIDC_ORIGINS", default=[_origin(OIDC_SERVER_URL)] if OIDC_SERVER_URL else [])],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "deals.views.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
if not TRIAL:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", default=False) else 0
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SSL_REDIRECT
    if SECURE_SSL_REDIRECT:
        # By such a name a browser takes a cookie from this host alone, over TLS alone.
        SESSION_COOKIE_NAME = "__Host-sessionid"
        CSRF_COOKIE_NAME = "__Host-csrftoken"
        LANGUAGE_COOKIE_NAME = "__Host-language"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "dealtracker.lines.Line",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
            "datefmt": "%Y-%m-%dT%H:%M:%S%z",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
