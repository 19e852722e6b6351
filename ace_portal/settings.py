"""All settings of the ACE Portal simulator.

Every switch is an environment variable (or a line of `.env` beside `manage.py`); `.env.example` lists them all
with their defaults. Without DEBUG the start is refused, with a sentence that says what to set, when a secret is
missing or a rehearsal-only switch is on.
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from ace_portal.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
TESTING = "pytest" in sys.modules
if not TESTING:
    environ.Env.read_env(BASE_DIR / ".env")

# --- What must be set -------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)

#: Signs cookies and links; the keys of the other secrets are derived from it unless they are set themselves.
SECRET_KEY = env("SECRET_KEY", default="")
if not SECRET_KEY:
    if not (DEBUG or TESTING):
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Set the environment variable SECRET_KEY to a long random text "
            "(python -c 'import secrets; print(secrets.token_urlsafe(64))'), or DEBUG=on to try things out."
        )
    SECRET_KEY = "a fixed key for development and tests only, refused everywhere else"  # noqa: S105

#: Encrypts what must be read again (authenticator keys) and keys the digests of codes. Changing it voids them.
VAULT_KEY = env("VAULT_KEY", default=SECRET_KEY) or SECRET_KEY

# --- Where the site stands --------------------------------------------------------------------------------------
PORT = env.int("PORT", default=8000)
#: The address people type; links in mails start with it. https:// here turns on everything that goes with it.
SITE_URL = env("SITE_URL", default=f"http://localhost:{PORT}").rstrip("/")
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname or "localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = [SITE_URL]
#: Set when a proxy in front ends TLS and sets X-Forwarded-Proto itself.
BEHIND_TLS_PROXY = env.bool("BEHIND_TLS_PROXY", default=False)
#: How many proxies in front append to X-Forwarded-For; 0 means the address of the connection is the visitor's.
PROXY_COUNT = env.int("PROXY_COUNT", default=0)

# --- Rehearsal switches (off unless asked for) ------------------------------------------------------------------
#: /demo/: the cast, the ten-step walk and the simulation clock.
DEMO = env.bool("DEMO", default=False)
#: /mailroom/: keeps every message in the portal and shows it, instead of handing it to a mail server.
MAILROOM = env.bool("MAILROOM", default=False)
#: The picture check accepts the answer PASSED.
CAPTCHA_TEST_MODE = env.bool("CAPTCHA_TEST_MODE", default=False)
if CAPTCHA_TEST_MODE and not (DEBUG or TESTING):
    raise ImproperlyConfigured("CAPTCHA_TEST_MODE=on is refused unless DEBUG=on: it would open every form to robots.")

# --- Applications -----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "ace_portal.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_otp",
    "axes",
    "auditlog",
    "csp",
    "django_countries",
    "django_structlog",
    "ace_portal.core",
    "verification",
    "accounts",
    "useraccess",
    "desk",
    "importers",
    "exporters",
    "tradeparties",
    "form5106",
    "ownership",
    "mergers",
    "mailroom",
    "demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "ace_portal.core.middleware.BadInputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.SessionLimitsMiddleware",
    "accounts.middleware.SignInStepsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "ace_portal.urls"
WSGI_APPLICATION = "ace_portal.wsgi.application"

FORM_RENDERER = "ace_portal.core.forms.DesignSystemRenderer"
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
                "csp.context_processors.nonce",
                "ace_portal.core.context.simulation",
                "useraccess.context.working_in",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'ace.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(exist_ok=True)
    # IMMEDIATE makes the transaction itself the lock; FULL lets an acknowledged application survive a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Celery -----------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = env("CELERY_BROKER_URL", default="files://")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 1
if CELERY_BROKER_URL.startswith("files:"):
    BROKER_DIR = Path(env("BROKER_DIR", default=str(VAR_DIR / "broker")))
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.1,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 300,
        "socket_timeout": 5,
        "socket_connect_timeout": 0.5,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A dead broker may cost a visitor a tenth of a second, not seven: the sweep picks up what no nudge reached.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.05, "interval_max": 0.05}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep-outbox": {"task": "core.sweep_outbox", "schedule": 10.0},
    "clear-verification": {"task": "verification.clear_out", "schedule": 3600.0},
    "warn-inactive": {"task": "accounts.warn_inactive", "schedule": 3600.0},
    "suspend-inactive": {"task": "accounts.suspend_inactive", "schedule": 3600.0},
    "process-exporter-applications": {"task": "exporters.process_waiting", "schedule": 30.0},
    "settle-report-authorizations": {"task": "exporters.settle_authorizations", "schedule": 300.0},
    "clear-drafts": {"task": "importers.expire_drafts", "schedule": 3600.0},
    "settle-mergers": {"task": "mergers.settle", "schedule": 300.0},
    "chase-importers": {"task": "importers.chase_answers", "schedule": 3600.0},
    "clear-trade-drafts": {"task": "tradeparties.expire_drafts", "schedule": 3600.0},
    "chase-trade-parties": {"task": "tradeparties.chase_answers", "schedule": 3600.0},
    "age-records": {"task": "importers.age_records", "schedule": 3600.0},
    "close-forgotten-filings": {"task": "form5106.expire_drafts", "schedule": 3600.0},
    "chase-filings": {"task": "form5106.chase_answers", "schedule": 3600.0},
    "settle-owner-changes": {"task": "ownership.settle", "schedule": 300.0},
    "forget-user-drafts": {"task": "useraccess.forget_drafts", "schedule": 3600.0},
    "end-unanswered-access": {"task": "useraccess.end_unanswered_access", "schedule": 3600.0},
    "end-run-out-access": {"task": "useraccess.end_run_out_access", "schedule": 3600.0},
}

# --- Mail -------------------------------------------------------------------------------------------------------
#: smtp://user:password@host:port, smtp+tls://…, consolemail:// …; MAILROOM=on keeps the mail inside instead.
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="smtp://localhost:25")
vars().update(EMAIL_CONFIG)
if MAILROOM:
    EMAIL_BACKEND = "mailroom.backend.EmailBackend"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="ACE Portal simulator <portal@ace-simulator.example>")
#: The fictitious service desk that the pages and mails point to.
SUPPORT_EMAIL = env("SUPPORT_EMAIL", default="support@ace-simulator.example")
SUPPORT_PHONE = env("SUPPORT_PHONE", default="1-202-555-0100")
#: The fictitious Trade Outreach Branch at Census, for questions about export reports.
CENSUS_EMAIL = env("CENSUS_EMAIL", default="export-reports@ace-simulator.example")
CENSUS_PHONE = env("CENSUS_PHONE", default="1-202-555-0150")
#: How many days an account's owner may object before somebody else is put in their place.
OWNER_CHANGE_WAITING_DAYS = env.int("OWNER_CHANGE_WAITING_DAYS", default=3)
#: Whether a clean filing of Form 5106 is accepted at once, as at CBP, or waits for an officer like all others.
FORM_5106_AUTO_ACCEPT = env.bool("FORM_5106_AUTO_ACCEPT", default=True)
#: Another officer carries out what one has prepared: owner changes and mergers. Off for a desk of one.
FOUR_EYES = env.bool("FOUR_EYES", default=True)

# --- People, passwords, sessions --------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.AccountIdOrEmailBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.PortalPasswordPolicy"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "accounts:sign-in"

AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
# The name of the form field, not of the model field: axes has to see the name before the password is compared.
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "accounts.backends.axes_username"
AXES_IPWARE_PROXY_COUNT = PROXY_COUNT
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.views.sign_in.locked_out"
AXES_SENSITIVE_PARAMETERS = ["username", "password", "otp_token"]
AXES_VERBOSE = False

#: ACE's e-mailed security token may be chosen as the second factor instead of an authenticator app.
ACE_ALLOW_EMAIL_TOKEN = env.bool("ACE_ALLOW_EMAIL_TOKEN", default=False)

SESSION_COOKIE_NAME = "ace_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True

# --- Protection -------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
if BEHIND_TLS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# A form of this portal is small; ten megabytes of text is refused before it is parsed into memory. The largest is the
# permission grid: 500 sub-accounts on a page, a field for each of their tabs.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000
FILE_UPLOAD_HANDLERS = [
    # What is too large for any form is not even taken in; the form then says so.
    "ace_portal.core.uploads.CappedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Language, time, files --------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
TIME_ZONE = env("TIME_ZONE", default="America/New_York")
USE_TZ = True
USE_I18N = False

#: Uploaded documents: outside of everything the web server serves; pages hand them out to those who may see them.
PRIVATE_FILES_DIR = Path(env("PRIVATE_FILES_DIR", default=str(VAR_DIR / "private")))

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
#: Fetched at set-up, never committed: USWDS (compiled css, js, fonts, pictures).
DESIGN_SYSTEM_DIR = VAR_DIR / "design-system"
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [BASE_DIR / "static"]
if DESIGN_SYSTEM_DIR.is_dir():
    STATICFILES_DIRS.append(("uswds", DESIGN_SYSTEM_DIR))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Logs -------------------------------------------------------------------------------------------------------
LOG_LEVEL = env("LOG_LEVEL", default="INFO")
LOG_FORMAT = env("LOG_FORMAT", default="console" if DEBUG else "json")
LOGGING = logging_config(level=LOG_LEVEL, json=LOG_FORMAT == "json")

AUDITLOG_INCLUDE_ALL_MODELS = False
AUDITLOG_LOGENTRY_MODEL = "auditlog.LogEntry"
# Axes counts failures per person; failures per network are counted by our own throttle with its own, higher limit.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
