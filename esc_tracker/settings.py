"""What is this installation told by its environment, and what follows for Django?

Every variable read here is listed in docs/settings.md; a test fails when one is not.
"""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import environ
from celery.schedules import schedule
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from esc_tracker.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))

# --- What kind of installation ------------------------------------------------------------------------------------

ESC_ENV = env.str("ESC_ENV", "development")
if ESC_ENV not in {"development", "production"}:
    raise ImproperlyConfigured(f"ESC_ENV is '{ESC_ENV}'; it may be 'development' or 'production'.")
PRODUCTION = ESC_ENV == "production"
ROLES = {"esc_member", "plcy_staff", "reader", "coac_reader", "administrator"}
DEBUG = False  # Never: errors are told in our own pages, on every machine.
DEBUG_ASKED = env.bool("DEBUG", False)  # Production refuses whoever believes it to be on.


def _pinned_day(text: str) -> date | None:
    """Return the day of the record that ESC_TODAY pins, or None when it is not set."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ImproperlyConfigured(f"ESC_TODAY is '{text}'; it takes a day such as 2020-09-14.") from None


def _time_of_day(text: str) -> time:
    """Return the hour and minute, New York, from which people are told of the day."""
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone before it has a day
    except ValueError:
        raise ImproperlyConfigured(f"DIGEST_AT is '{text}'; it takes a time of day such as 07:00.") from None


def _lines_of(text: str) -> list[str]:
    """Return the lines of a text with `|` between them, or of the file at that path."""
    if text.startswith("/"):
        try:
            text = Path(text).read_text(encoding="utf-8").replace("\n", "|")
        except OSError as problem:
            raise ImproperlyConfigured(f"USE_NOTICE names a file that cannot be read: {problem}.") from None
    return [line.strip() for line in text.split("|") if line.strip()]


def _by_role(name: str, given: list[str], default: int) -> dict[str, int]:
    """Return a number for everybody, under "", and for each role that is given one of its own."""
    numbers = {"": default}
    for part in given:
        role, _, number = part.rpartition("=")
        if not number.isdecimal() or not int(number) or role not in {"", *ROLES}:
            raise ImproperlyConfigured(f"{name} has '{part}'; it takes 30 or coac_reader=15, with commas.")
        numbers[role] = int(number)
    return numbers


ESC_TODAY = _pinned_day(env.str("ESC_TODAY", ""))
SECRET_KEY = env.str("SECRET_KEY", "" if PRODUCTION else "development-only-" + "k" * 50)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
TRUSTED_PROXY = env.bool("TRUSTED_PROXY", False)
BASE_URL = env.str("BASE_URL", f"http://localhost:{env.str('PORT', '8000')}").rstrip("/")

# --- What it is made of -------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "esc_tracker.accounts.apps.AccountsAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_tables2",
    "django_filters",
    "esc_tracker.accounts",
    "esc_tracker.journal",
    "esc_tracker.security",
    "esc_tracker.monitoring",
    "actions",
    "milestones",
    "reports",
]
MIDDLEWARE = [
    "esc_tracker.origin.OriginMiddleware",
    # These three before all that may answer, so that no answer goes out without their headers.
    "esc_tracker.answers.AnswersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "esc_tracker.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "esc_tracker.readable.ReadableMiddleware",
    "esc_tracker.accounts.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "esc_tracker.accounts.sessions.middleware.SessionLimitsMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "esc_tracker.security.middleware.NotingMiddleware",
    "esc_tracker.accounts.signin.middleware.SecondFactorMiddleware",
    "esc_tracker.accounts.guards.ReadingRolesMiddleware",
    "esc_tracker.reader.ReaderMiddleware",
]
ROOT_URLCONF = "esc_tracker.urls"
WSGI_APPLICATION = "esc_tracker.wsgi.application"
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
                "reports.context_processors.frame",
            ],
        },
    },
]
FORM_RENDERER = "esc_tracker.rendering.UswdsFormRenderer"
DJANGO_TABLES2_TEMPLATE = "tables/table.html"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Where the record is kept -------------------------------------------------------------------------------------

# Production has no default: a record kept by oversight in a container's own file is lost with it.
_record = env.str("DATABASE_URL", "") or ("" if PRODUCTION else f"sqlite:///{VAR_DIR / 'esc.sqlite3'}")
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url_config(_record) if _record else {"ENGINE": "django.db.backends.dummy"}
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A write lock taken when the act begins: without it two acts read the same version and one fails as "locked".
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    # A record as of a day is asked in many small subqueries: compiling them takes PostgreSQL ten times as long as
    # answering them. A DATABASE_URL with `?options=` of its own is left as it is.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# With which role the site runs: told to the owner, who migrates, so that `manage.py grant_runtime_role` can seat it.
RUNTIME_DATABASE_URL = env.str("RUNTIME_DATABASE_URL", "")
ATOMIC_REQUESTS = False

REDIS_URL = env.str("REDIS_URL", "")
# Not the broker: sign-in counts its failures here, and no page may fail because Redis is away.
# The default of 300 entries would let whoever makes 300 failures wipe the count of all others.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "esc_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- The committee's rhythm ---------------------------------------------------------------------------------------

# One call for updates in each reporting period of so many weeks.
CALL_RHYTHM = env.str("CALL_RHYTHM", "weekly")
if CALL_RHYTHM not in {"weekly", "two_weeks", "monthly"}:
    raise ImproperlyConfigured(f"CALL_RHYTHM is '{CALL_RHYTHM}'; it may be 'weekly', 'two_weeks' or 'monthly'.")

# A check-in sends some thirty fields for each open milestone; Django's thousand end at thirty-three milestones.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000
# Django measures a form without its files, and as many files as one likes; nothing here takes a file, so we hold each
# request to this before it is read (esc_tracker/readable.py).
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_HANDLERS = ["esc_tracker.readable.NoFiles"]  # Evidence is named and linked, never sent.

# --- Time and language --------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
TIME_ZONE = "America/New_York"
USE_TZ = True
USE_I18N = False

# --- People -------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["esc_tracker.accounts.signin.backends.SeatedPeople"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"esc_tracker.accounts.signin.passphrases.{rule}"} for rule in ("LongEnough", "NotCommon", "OwnWords")
]
# A seat nobody used for so many days is closed; empty: never, since a reader may come once a quarter.
INACTIVE_DAYS = env.int("INACTIVE_DAYS") if env.str("INACTIVE_DAYS", "") else None
if INACTIVE_DAYS is not None and INACTIVE_DAYS < 1:
    raise ImproperlyConfigured("INACTIVE_DAYS is 1 or more, or empty.")
SESSION_ENGINE = "esc_tracker.accounts.sessions.store"
SESSION_IDLE_MINUTES = _by_role("SESSION_IDLE_MINUTES", env.list("SESSION_IDLE_MINUTES", default=[]), 30)
SESSION_HOURS = _by_role("SESSION_HOURS", env.list("SESSION_HOURS", default=[]), 12)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "reports:overview"
ACCOUNT_ADAPTER = "esc_tracker.accounts.signin.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "esc_tracker.accounts.signin.forms.SignInForm",
    "reauthenticate": "esc_tracker.accounts.signin.forms.AgainForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ALLAUTH_TRUSTED_PROXY_COUNT = int(TRUSTED_PROXY)
# Only failures count, and we count them (accounts/signin/throttle.py): the library's limits would lock out an office
# behind one address, and its count by account a person whom somebody else means harm.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None, "reauthenticate": None}
MFA_RATE_LIMITS = {"webauthn_login": None}
MFA_ADAPTER = "esc_tracker.accounts.signin.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # Phones' clocks differ, and typing takes time; our form takes each code once all the same.
MFA_FORMS = {
    name: f"esc_tracker.accounts.signin.factor_forms.{form}"
    for name, form in {
        "authenticate": "CodeForm",
        "reauthenticate": "CodeAgainForm",
        "activate_totp": "FirstCodeForm",
        "authenticate_webauthn": "PasskeyCheckForm",
        "reauthenticate_webauthn": "PasskeyAgainForm",
        "login_webauthn": "PasskeySignInForm",
        "add_webauthn": "NewPasskeyForm",
    }.items()
}
# These roles open nothing until they have a second factor.
SECOND_FACTOR_ROLES = env.list("SECOND_FACTOR_ROLES", default=["plcy_staff", "administrator"] if PRODUCTION else [])
if _unknown := set(SECOND_FACTOR_ROLES) - ROLES:
    raise ImproperlyConfigured(f"SECOND_FACTOR_ROLES has '{min(_unknown)}', which is no role.")
USE_NOTICE = _lines_of(env.str("USE_NOTICE", "")) or [
    "You are using a U.S. Government information system.",
    "What you do here may be monitored, recorded and audited.",
    "Unauthorized use is prohibited and may bring criminal and civil penalties.",
    "By signing in you consent to that monitoring and recording.",
]

# --- Agency sign-on (OpenID Connect) ------------------------------------------------------------------------------

OIDC_ISSUER = env.str("OIDC_ISSUER", "")
OIDC_NAME = env.str("OIDC_NAME", "your agency")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
OIDC_PRIVATE_KEY_FILE = env.str("OIDC_PRIVATE_KEY_FILE", "")
OIDC_ACR = env.list("OIDC_ACR", default=[])
OIDC_AMR = env.list("OIDC_AMR", default=[])
PASSPHRASE_SIGN_IN = env.bool("PASSPHRASE_SIGN_IN", True)

# --- What a browser is told ---------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "esc_tracker.accounts.sessions.late.csrf_failure"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MESSAGE_STORAGE = "esc_tracker.messages.MessageStorage"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY else None
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    CSRF_TRUSTED_ORIGINS = [BASE_URL]

# --- Files for the browser ----------------------------------------------------------------------------------------

STATIC_URL = "/static/"
# In development files are served from where they lie.
STATIC_ROOT = env.str("STATIC_ROOT", str(VAR_DIR / "static") if PRODUCTION else "") or None
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_ALLOW_ALL_ORIGINS = False  # No other site draws itself with our files.

# --- Mail ---------------------------------------------------------------------------------------------------------

EMAIL_URL = env.str("EMAIL_URL", "consolemail://")
vars().update(environ.Env.email_url_config(EMAIL_URL))
DEFAULT_FROM_EMAIL = "ESC Milestone Tracker <esc-tracker@esc.example>"
EMAIL_TIMEOUT = 20
MAIL_ALLOWED = env.list("MAIL_ALLOWED", default=[] if PRODUCTION else ["esc.example"])
DIGEST_AT = _time_of_day(env.str("DIGEST_AT", "07:00"))

# --- Jobs ---------------------------------------------------------------------------------------------------------
# Beat only wakes the jobs, at plain intervals; each asks the database what is due and not yet done (ADR 0005).

CELERY_BROKER_URL = REDIS_URL or "redis://127.0.0.1:6379/0"
CELERY_TIMEZONE = "UTC"
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
}
CELERY_TASK_PUBLISH_RETRY = False  # A page never waits for a lost broker: the next tick finds the work.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CONSUMER = "esc_tracker.queue:Consumer"
TICK_SECONDS = env.int("TICK_SECONDS", 60)
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": schedule(TICK_SECONDS), "options": {"expires": TICK_SECONDS}}
    for name, task in {
        "open the week's call": "milestones.tasks.open_calls",
        "flag overdue milestones": "milestones.tasks.flag_overdue",
        "draft weekly reports": "reports.tasks.write_weekly_reports",
        "freeze read-aheads": "reports.tasks.freeze_read_aheads",
        "send what waits": "reports.tasks.send_due",
        "purge what is over": "esc_tracker.accounts.tasks.purge",
        "send links to choose a passphrase": "esc_tracker.accounts.tasks.send_links",
        "close unused seats": "esc_tracker.accounts.tasks.close_unused",
    }.items()
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULER = "esc_tracker.beat:Scheduler"

# --- How long what is not the record is kept ----------------------------------------------------------------------

# The security log for thirty months (OMB M-21-31: twelve at hand, eighteen more in store).
RETENTION_DAYS = {
    "security_log": env.int("SECURITY_LOG_DAYS", 913),
    "account_list_log": env.int("SECURITY_LOG_DAYS", 913),
    "sessions": env.int("SESSION_DAYS", 30),
    "passphrase_links": env.int("PASSPHRASE_LINK_DAYS", 90),
}
if min(RETENTION_DAYS.values()) < 1:
    raise ImproperlyConfigured("SECURITY_LOG_DAYS, SESSION_DAYS and PASSPHRASE_LINK_DAYS are 1 or more.")
RETENTION_HOLD = frozenset(env.list("RETENTION_HOLD", default=[]))
if unknown := RETENTION_HOLD - {*RETENTION_DAYS, "all"}:
    raise ImproperlyConfigured(f"RETENTION_HOLD names {', '.join(sorted(unknown))}, which is no class of retention.")

# --- What the machinery is asked ---------------------------------------------------------------------------------

# Who reads /metrics must send it; empty: the address does not exist.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
if METRICS_TOKEN:
    MIDDLEWARE.insert(1, "esc_tracker.monitoring.metrics.MetricsMiddleware")
GAUGES = ["milestones.gauges.gauges", "reports.gauges.gauges"]

# --- Logs ---------------------------------------------------------------------------------------------------------

LOGGING = logging_config(as_json=PRODUCTION)
