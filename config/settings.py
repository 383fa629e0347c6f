"""Settings, from environment variables; every variable has a default that starts on a laptop."""

import secrets
from pathlib import Path

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("KNOWNFIX_VAR") or BASE_DIR / "var")


def _secret_key() -> str:
    """The key from the environment, or one made once and kept beside the database."""
    if given := env.text("SECRET_KEY"):
        return given
    path = VAR_DIR / "secret_key"
    try:
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(50))
        return path.read_text()
    except OSError as error:
        raise env.BadSetting(
            f"{VAR_DIR} cannot be used ({error.strerror}): name a folder of yours in KNOWNFIX_VAR."
        ) from error


SECRET_KEY = _secret_key()
DEBUG = env.flag("DEBUG")
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "config.apps.KnownfixAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "config.apps.ConfigConfig",
    "incidents",
    "kb",
    "probes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Before WhiteNoise, whose files then travel compressed too; it pads against BREACH.
    "django.middleware.gzip.GZipMiddleware",
    "config.static_files.KeepDigested",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.RequestId",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.problems.ApiProblems",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.ContentSecurityPolicy",
    "config.middleware.SessionEnded",
    "config.middleware.NoNulInAddress",
    "config.middleware.PasswordMustChange",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

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
                "config.context.page",
            ],
        },
    },
]

# IMMEDIATE cures "database is locked" for a transaction that read first and was overtaken;
# WAL lets readers go on beside the one writer. Measured in docs/decisions/.
SQLITE_OPTIONS: dict[str, object] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
    "PRAGMA journal_size_limit=27103364;PRAGMA mmap_size=134217728;PRAGMA cache_size=-20000",
}
DATABASES = {
    "default": env.database(
        env.text("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'knownfix.sqlite3'}",
        options=SQLITE_OPTIONS,
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "find"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = env.text("KNOWNFIX_LANGUAGE", "ko")
LANGUAGES = [("ko", "한국어"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = env.text("TIME_ZONE", "UTC")
USE_TZ = True

STATIC_URL = "/static/"
# Files are found in the apps; a folder is only needed for collectstatic behind another server.
STATIC_ROOT = env.text("STATIC_ROOT") or None
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.DigestedFiles"},
}

CORS_ALLOWED_ORIGINS = env.names("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/api/.*$"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.flag("KNOWNFIX_HTTPS")
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "config.views.form_expired"

# The largest body the API reads; a longer one is answered 413.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
# A guide's form has about ten fields per row of its symptoms, causes and checks.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["config.authentication.HasDeclaredPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["probes.parsers.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.problems.answer",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Knownfix",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {"LookPurpose": "kb.api.inputs.PURPOSES"},
}

# The ports the base itself answers on: no probe may look at them.
KNOWNFIX_OWN_PORTS = [int(port) for port in env.names("KNOWNFIX_OWN_PORTS", "8420")]
# What this host allows its probes, as a TOML file (probes/engine/limits.py). Only it can name
# Nagios plugins and say where secrets are kept.
KNOWNFIX_LIMITS = env.text("KNOWNFIX_LIMITS")
# A probe's author may approve it. On under `manage.py up`, where one person does everything.
KNOWNFIX_SELF_APPROVAL = env.flag("KNOWNFIX_SELF_APPROVAL")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "config.request_log.NamesRequest"}},
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}{about} {message}", "style": "{"}
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request"]}
    },
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
    # It warns of every request that waits for a moment, as when a page asks for its pictures.
    "loggers": {
        "waitress.queue": {"level": "ERROR"},
        # Who made and revoked tokens is always written down.
        "knownfix.audit": {"level": "INFO"},
    },
}
