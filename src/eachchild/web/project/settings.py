"""How the platform runs. What a district sets is in the environment; see `environment.py`."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from eachchild.web.project.catalog import ready
from eachchild.web.project.environment import environment

ENVIRONMENT = environment()
ROOT = Path(__file__).resolve().parents[1]
DEMO = ENVIRONMENT.kind == "demo"
DEBUG = False
SECRET_KEY = ENVIRONMENT.secret
ALLOWED_HOSTS = list(ENVIRONMENT.hosts)
DATA = ENVIRONMENT.data
FIELD_KEYS = list(ENVIRONMENT.field_keys)
BACKUP_KEY, BACKUPS, BACKUP_DAYS = (
    ENVIRONMENT.backup_key, ENVIRONMENT.backups, ENVIRONMENT.backup_days,
)  # fmt: skip
DATABASES = {"default": dict(ENVIRONMENT.databases())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "eachchild.web.foundation",
    "eachchild.web.accounts",
    "eachchild.web.audits",
    "eachchild.web.strategy",
    "eachchild.web.public",
    "eachchild.web.keeping",
    "eachchild.web.api",
    "eachchild.web.profile",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "eachchild.web.foundation.middleware.headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "eachchild.web.accounts.middleware.signed_in",
]
ROOT_URLCONF = "eachchild.web.project.urls"
WSGI_APPLICATION = "eachchild.web.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "eachchild.web.foundation.views.everywhere",
                "eachchild.web.profile.views.own",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [  # no composition rules and no forced change: they make passwords worse
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "eachchild.web.accounts.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation went to the address already
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/10m/ip,10/10m/key", "reset_password": "5/h/ip,3/h/key"}
MFA_ADAPTER = "eachchild.web.accounts.adapter.FactorAdapter"
MFA_FORMS = {"add_webauthn": "eachchild.web.accounts.forms.PasskeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENVIRONMENT.is_production
MFA_TOTP_ISSUER = "EachChild"
MFA_TOTP_TOLERANCE = 1  # a code typed as its 30 seconds end is taken (RFC 6238, 5.2)
USERSESSIONS_TRACK_ACTIVITY = False
ACCOUNT_SESSION_REMEMBER = False  # a session ends with the browser, at the latest
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of a changed password or factor, to the person
SOCIALACCOUNT_ADAPTER = "eachchild.web.accounts.adapter.PlatformAdapter"
SOCIALACCOUNT_PROVIDERS: dict[str, object] = {}
if ENVIRONMENT.sign_in:
    issuer, client, secret = ENVIRONMENT.sign_in
    app = {
        "provider_id": "platform", "name": "Single sign-on", "client_id": client, "secret": secret,
        "settings": {"server_url": issuer, "uid_field": "uid", "oauth_pkce_enabled": True},
    }  # fmt: skip
    SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
ALLAUTH_TRUSTED_PROXY_COUNT = int(ENVIRONMENT.behind_proxy)
CACHES = {  # wrong answers are counted here, for all processes of a machine
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA / "cache",
    }
}

SESSION_COOKIE_AGE = 12 * 3600  # at most, whatever is done; idle ends sooner
SESSION_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "eachchild.web.foundation.views.csrf_failure"
if ENVIRONMENT.is_production:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if ENVIRONMENT.behind_proxy:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [ready(ROOT / "locale", DATA / "locale")]
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = True, "Lax"
LANGUAGE_COOKIE_SECURE = ENVIRONMENT.is_production
FORMAT_MODULE_PATH = "eachchild.web.project.formats"
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
DATA.mkdir(parents=True, exist_ok=True, mode=0o700)
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ENVIRONMENT.is_production
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not ENVIRONMENT.is_production
DATA_UPLOAD_MAX_MEMORY_SIZE = 9 * 2**20  # a piece of a file; files themselves come in pieces
FILE_UPLOAD_PERMISSIONS = 0o600
globals().update(ENVIRONMENT.mailing())
FILE_UPLOAD_TEMP_DIR = DATA  # never the system's folder of temporary files: they hold students
FILE_UPLOAD_HANDLERS = [
    "eachchild.web.audits.receiving.MembersOnly",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
UPLOAD_PIECE = 8 * 2**20
UPLOAD_FILE_LIMIT = ENVIRONMENT.file_limit
UPLOAD_ORGANIZATION_LIMIT = ENVIRONMENT.organization_limit
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_secrets": {"()": "eachchild.web.foundation.logs.NoSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["no_secrets"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
