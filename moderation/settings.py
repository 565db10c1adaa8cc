"""Every setting, read from the environment; docs/operations.md describes each one."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import environ
from csp.constants import NONCE, NONE, SELF
from django.conf.locale import LANG_INFO
from django.utils.translation import to_language

from moderation.standalone.local_env import read_local

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")
# The folder of `make run`'s data, the demo's key, and the progress of imports.
DATA_FOLDER = env("DATA_FOLDER", default=str(BASE_DIR / "var"))
# The services of `make run`, so that manage.py in a second terminal uses the same data.
local = read_local(Path(DATA_FOLDER))

# --- Safety ---------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
# `make run` makes a key and stores it under var/; otherwise moderation.E001 refuses an empty one.
SECRET_KEY = env("SECRET_KEY", default=local.get("SECRET_KEY", ""))
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# The public address of this service; links in answers start with it.
BASE_URL = env("BASE_URL", default=local.get("BASE_URL", "http://localhost:8000")).rstrip("/")
HTTPS = BASE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[BASE_URL])
# The number of trusted proxies that report the client's address (0: none).
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=12) * 3600
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=HTTPS)
# Load balancers check the health over plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|metrics)$", r"^api/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# --- The application ------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "csp",
    "ninja",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "moderation",
]
MIDDLEWARE = [
    "moderation.api.fast_path.ApiMiddleware",
    "moderation.integrations.dispatch.IntegrationMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "moderation.web.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "moderation.urls"
WSGI_APPLICATION = "moderation.wsgi.application"
APPEND_SLASH = False  # API clients must never be redirected
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
            ],
        },
    }
]
LANGUAGE_CODE = "en"
# Pages are in English, and in each language that has a compiled folder under moderation/locale.
LOCALE_PATHS = [BASE_DIR / "moderation" / "locale"]
_translated = (path.parts[-3] for path in LOCALE_PATHS[0].glob("*/LC_MESSAGES/django.mo"))
LANGUAGES = [
    (code, LANG_INFO.get(code, {}).get("name_local", code))
    for code in sorted({LANGUAGE_CODE, *map(to_language, _translated)})
]
# The time zone of times on pages; the API uses UTC.
TIME_ZONE = env("TIME_ZONE", default="UTC")
USE_TZ = True
USE_I18N = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
# The policy editor's form has a dozen fields for each rule.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
# A request larger than this is refused before it is read (bytes). Batches have their own limit.
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("MAX_REQUEST_BYTES", default=16 * 1024 * 1024)

# --- PostgreSQL: the queue ------------------------------------------------------------------
database = env.db(
    "DATABASE_URL",
    default=local.get("DATABASE_URL", "postgres://moderato@127.0.0.1:5432/moderato"),
)
# A Unix socket's folder is the host, percent-encoded, as libpq has it.
database["HOST"] = unquote(database["HOST"])
DATABASES = {
    "default": {
        **database,
        "CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 4,
            "options": "-c statement_timeout=15s -c lock_timeout=3s"
            " -c idle_in_transaction_session_timeout=15s",
            "application_name": "moderato",
        },
    }
}
# Off behind a pooler that shares connections between transactions without prepared statements.
DATABASE_PREPARED_STATEMENTS = env.bool("DATABASE_PREPARED_STATEMENTS", default=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis: wakes the workers ---------------------------------------------------------------
REDIS_URL = env("REDIS_URL", default=local.get("REDIS_URL", "redis://127.0.0.1:6379/0"))
CELERY_BROKER_URL = REDIS_URL
# Short timeouts: a hung Redis delays a worker. A submission does not wait for Redis.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "retry_on_timeout": False,
    "global_keyprefix": "moderato:",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = None
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = env.int("WORKER_MAX_MEMORY_KB", default=800_000)
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# Celery would close the connection to PostgreSQL around every task. The tasks manage it instead
# (CONN_MAX_AGE, and a check that it still works), which saves 8 ms per wake-up.
CELERY_DB_REUSE_MAX = 1_000_000
# Training has its own broker queue, so that it does not delay comments.
CELERY_TASK_DEFAULT_QUEUE = "moderato"
CELERY_TASK_ROUTES = {"moderation.tasks.retrain": {"queue": "training"}}
CELERY_BEAT_SCHEDULE = {
    # Finds pending comments for which no wake-up arrived.
    "sweep": {
        "task": "moderation.tasks.score_pending",
        "schedule": env.float("SWEEP_SECONDS", default=5.0),
    },
    # Sends the webhooks that are due.
    "deliver": {
        "task": "moderation.tasks.deliver_due",
        "schedule": env.float("DELIVER_SECONDS", default=2.0),
    },
    # Sends Akismet's clients the status of the comments that they hold.
    "callbacks": {
        "task": "moderation.tasks.tell_callbacks",
        "schedule": env.float("CALLBACK_SECONDS", default=20.0),
    },
    # Learns from the moderators' decisions once a day.
    "retrain": {
        "task": "moderation.tasks.retrain",
        "schedule": env.float("RETRAIN_SECONDS", default=86_400.0),
    },
}
CELERY_BEAT_SCHEDULE_FILENAME = env(
    "BEAT_SCHEDULE_FILE", default=str(BASE_DIR / "var" / "beat-schedule")
)

# --- Moderation -----------------------------------------------------------------------------
# A moderator's decision is public after this time, so that publishers never see a quick undo.
PUBLISHING_HOLD_SECONDS = env.int("PUBLISHING_HOLD_SECONDS", default=8)
CLAIM_MINUTES = env.int("CLAIM_MINUTES", default=10)
# A batch of comments is scored in one transaction; a lease outlives any batch that still runs.
SCORING_BATCH = env.int("SCORING_BATCH", default=500)
SCORING_LEASE_SECONDS = env.int("SCORING_LEASE_SECONDS", default=60)
SCORING_ATTEMPTS = env.int("SCORING_ATTEMPTS", default=5)
# Requests a minute that one API key may make; each web process counts its share.
RATE_LIMIT_PER_MINUTE = env.int("RATE_LIMIT_PER_MINUTE", default=60_000)
READER_COMMENTS_PER_MINUTE = env.int("READER_COMMENTS_PER_MINUTE", default=6)
WEB_PROCESSES = env.int("WEB_PROCESSES", default=1)
# Labels a day that one API key may suggest through the integrations.
SUGGESTIONS_PER_DAY = env.int("SUGGESTIONS_PER_DAY", default=5_000)
# Tell Akismet's clients that they may drop comments that the policy rejects.
AKISMET_DISCARD = env.bool("AKISMET_DISCARD", default=False)
# A web process loads the classifier when it starts, not with the first text to score.
WARM_CLASSIFIER = env.bool("WARM_CLASSIFIER", default=False)
# Whether webhooks may reach private addresses (an intranet, a test).
WEBHOOK_ALLOW_PRIVATE = env.bool("WEBHOOK_ALLOW_PRIVATE", default=False)
WEBHOOK_TIMEOUT_SECONDS = env.float("WEBHOOK_TIMEOUT_SECONDS", default=15.0)

# /metrics needs `Authorization: Bearer TOKEN`; without a token, only this machine may read it.
METRICS_TOKEN = env("METRICS_TOKEN", default="")

# --- People ---------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["moderation.web.accounts.PasswordBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/review/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "moderation.web.accounts.ClosedAccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_TOTP_ISSUER = "Moderato"
# Administrators enter the addresses, so people need not verify them.
MFA_ALLOW_UNVERIFIED_EMAIL = True
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="moderato@localhost")

# --- Logs: one line each, never a comment's text ---------------------------------------------
LOG_LEVEL = env("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"httpx": {"level": "WARNING"}, "django.server": {"level": "WARNING"}},
}
