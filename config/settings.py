"""Settings, all of them from the environment (.env is read when present).

Without DATABASE_URL and REDIS_URL the embedded servers of config/embedded.py are used: good for a demo
and for tests. With DEBUG off the program refuses to start on an unsafe setting (see the last lines).
"""

import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")

TESTING = "pytest" in sys.modules
DEBUG = env.bool("DEBUG", default=False)
EMBEDDED = not env.str("DATABASE_URL", default="")
DEMO = env.bool("DEMO", default=EMBEDDED)

# -- secrets -------------------------------------------------------------------------------------------
INSECURE_KEY = "insecure-only-for-the-demo-and-tests-0123456789abcdef"
SECRET_KEY = env.str("SECRET_KEY", default=INSECURE_KEY)
FIELD_KEYS = env.list("FIELD_KEYS", default=[INSECURE_KEY])  # first encrypts, all decrypt
INDEX_KEY = env.str("INDEX_KEY", default=INSECURE_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if DEMO else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000")  # what stickers and mails link to

# -- applications: the rooms, see docs/architecture.md ---------------------------------------------------
INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "demo",
    "mobile",
    "integrations",
    "analytics",
    "dispatch",
    "inspections",
    "monitoring",
    "prospecting",
    "knowledge",
    "workorders",
    "procedures",
    "spareparts",
    "assets",
    "merchants",
    "workforce",
    "journal",
    "evidence",
    "notifications",
    "toolkit",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "axes",
    "pgtrigger",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_tables2",
    "altcha_django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "workforce.middleware.TimeZoneMiddleware",
    "workforce.middleware.LongSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "toolkit.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "config.navigation.navigation",
            ],
            "builtins": ["toolkit.templatetags.toolkit", "django.templatetags.i18n"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_CLASS_CONVERTERS = {"select": "form-select", "selectmultiple": "form-select"}
DJANGO_TABLES2_TEMPLATE = "generic/table.html"

# -- data ----------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=embedded.database_url())}
DATABASES["default"].setdefault("OPTIONS", {})
if TESTING:
    DATABASES["default"]["TEST"] = {"NAME": "test_fieldloop" + env.str("FIELDLOOP_TEST_SUFFIX", default="")}
    DATABASES["default"]["CONN_MAX_AGE"] = 0
else:
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=8)}
REDIS_URL = env.str("REDIS_URL", default="") or embedded.redis_url()
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "fieldloop",
    }
}

# -- people --------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "workforce.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "config.roles.RoleBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=10)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_IPWARE_PROXY_COUNT = env.int("PROXY_COUNT", default=0)
AXES_CLIENT_IP_CALLABLE = "workorders.public_limits.client_address"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# -- language, time --------------------------------------------------------------------------------------
USE_I18N = USE_TZ = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
FORMAT_MODULE_PATH = ["config.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Shanghai")

# -- files ---------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "build" / "collected"
STATICFILES_DIRS = [BASE_DIR / "build" / "static"]
FONT_DIRS = [BASE_DIR / "build" / "fonts"]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / ".run" / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": MEDIA_ROOT}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "toolkit.staticfiles.BundledStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING
WHITENOISE_AUTOREFRESH = DEBUG or TESTING  # else each test client begins with the list of all files, 65 ms
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024

# -- queue: rules in docs/operations.md --------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 1800}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "fieldloop" + env.str("FIELDLOOP_TEST_SUFFIX", default="")

# -- mail ----------------------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="filemail://" + str(BASE_DIR / ".run" / "mail")))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Fieldloop <no-reply@fieldloop.example>")

# -- maps ----------------------------------------------------------------------------------------------
MAP_TILES = env.str("MAP_TILES", default="")  # e.g. https://{s}.tiles.example/{z}/{x}/{y}.png
MAP_DATUM = env.str("MAP_DATUM", default="WGS84").upper()  # datum of those tiles: WGS84, GCJ02 or BD09
MAP_ATTRIBUTION = env.str("MAP_ATTRIBUTION", default="")  # their maker, as the licence wants it shown
if MAP_DATUM not in ("WGS84", "GCJ02", "BD09"):
    raise ImproperlyConfigured(f"MAP_DATUM is {MAP_DATUM}: it must be WGS84, GCJ02 or BD09.")
RENEWAL_DAYS = env.int("RENEWAL_DAYS", default=90)  # so long before a contract ends its merchant becomes a lead
# orders and people of one plan; more of them are planned part by part
DAY_PLAN_MOST = env.int("DAY_PLAN_MOST_ORDERS", default=6_000), env.int("DAY_PLAN_MOST_PEOPLE", default=600)
TRACK_DAYS = env.int("TRACK_DAYS", default=30)  # so long the tracks of people are kept
TELEMETRY_DAYS = env.int("TELEMETRY_DAYS", default=90)  # so long what terminals report is kept
SILENT_MINUTES = env.int("SILENT_MINUTES", default=15)  # a terminal not heard for so long is silent
MQTT_URL = env.str("MQTT_URL", default="")  # the broker terminals report to: mqtts://user:password@host:port
TRANSACTION_MONTHS = env.int("TRANSACTION_MONTHS", default=36)  # so long what merchants take by day is kept
OSRM_URL = env.str("OSRM_URL", default="")

# -- headers -------------------------------------------------------------------------------------------
TILE_HOSTS = [urljoin(MAP_TILES, "/").rstrip("/").replace("{s}", "*")] if MAP_TILES else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, "'wasm-unsafe-eval'"],
        "style-src": [SELF],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:", *TILE_HOSTS],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF, *TILE_HOSTS],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
HTTPS = env.bool("HTTPS", default=not (DEMO or DEBUG or TESTING))
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz/$"]
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
ALTCHA_HMAC_SECRET = SECRET_KEY

# -- what follows from what -----------------------------------------------------------
WAKES = "config.wakes.WAKES"
VERBS = "config.verbs.VERBS"
FOLLOWERS = "config.followers.FOLLOWERS"
SENDS_SOMEBODY = "workorders.actions.send_somebody"  # where a change of a merchant touches a terminal
LINKS = "config.links.LINKS"
CAPTIONS = "config.captions.caption_of"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"axes": {"level": "ERROR"}, "fontTools": {"level": "WARNING"}},
}


def refuse_unsafe_settings() -> None:
    """Stops a production start on settings that would leave the door open."""
    keys = (SECRET_KEY, INDEX_KEY, *FIELD_KEYS)
    wrong = []
    if INSECURE_KEY in keys or min(map(len, keys)) < 32:
        wrong.append("SECRET_KEY, FIELD_KEYS and INDEX_KEY must be your own, at least 32 characters each")
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        wrong.append("ALLOWED_HOSTS must name your hosts")
    if not HTTPS:
        wrong.append("HTTPS must not be switched off")
    if not SITE_URL.startswith("https://"):
        wrong.append("SITE_URL must be the public https:// address")
    if DEBUG:
        wrong.append("DEBUG must be off")
    if wrong:
        raise ImproperlyConfigured("Not safe for production: " + "; ".join(wrong) + ". See .env.example.")


if not (DEMO or TESTING or env.bool("DEVELOPMENT", default=False)):
    refuse_unsafe_settings()
