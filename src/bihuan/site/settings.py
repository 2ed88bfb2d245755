"""Django's settings, read once from the environment.

BIHUAN_HOME        data folder: database, secret key, attachments, outbox (default: ./var)
DATABASE_URL       postgres://user:password@host:port/name instead of SQLite in the data folder
BIHUAN_HOSTS       host names that are answered to, with commas (default: this machine only)
BIHUAN_URL         how people reach Bihuan, for links in messages (default: https://HOST with the two)
BIHUAN_HTTPS       1 when people reach Bihuan by https: cookies and links are then secure
BIHUAN_PROXIES     how many reverse proxies of ours stand before it (default: 0)
BIHUAN_SECRET_KEY  the secret itself, where several machines must share one
BIHUAN_MAIL        smtp://user:password@host:port (default: files in the data folder's outbox)
BIHUAN_API_RATE    how many requests a minute one token of the API may send (default: 6000)
BIHUAN_WEBHOOKS_PRIVATE  1 where webhooks may go to addresses of our own network
BIHUAN_DEBUG       1 for Django's error pages; never where others can reach it
"""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bihuan.site import home
from bihuan.site.database import database

PACKAGE = Path(__file__).resolve().parents[1]
HOME = home.data_folder()

SECRET_KEY = os.environ.get("BIHUAN_SECRET_KEY") or home.secret_key(HOME)
DEBUG = os.environ.get("BIHUAN_DEBUG") == "1"
HTTPS = os.environ.get("BIHUAN_HTTPS") == "1"
TRUSTED_PROXIES = int(os.environ.get("BIHUAN_PROXIES") or 0)
HOSTS = [name.strip() for name in os.environ.get("BIHUAN_HOSTS", "").split(",") if name.strip()]

PUBLIC_URL = os.environ.get("BIHUAN_URL", "").rstrip("/") or (
    f"https://{HOSTS[0]}" if HTTPS and HOSTS and "*" not in HOSTS[0] else ""
)
# A language model that may be asked for proposals; off unless both are named (docs/administrators.md).
MODEL = {
    "url": os.environ.get("BIHUAN_MODEL_URL", ""),
    "name": os.environ.get("BIHUAN_MODEL", ""),
    "key": os.environ.get("BIHUAN_MODEL_KEY", ""),
    "seconds": float(os.environ.get("BIHUAN_MODEL_SECONDS") or 60),
}
LETTERS = "bihuan.web.papers.letters.letter"  # makes the letter that goes with a written answer

# -- What it is made of ----------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "bihuan.records",
    "bihuan.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bihuan.site.middleware.CompressText",
    "bihuan.site.middleware.content_security_policy",
    "bihuan.channels.api.callers.tell_limits",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "bihuan.site.middleware.WithoutNul",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "bihuan.web.setup.middleware.until_set_up",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "bihuan.site.urls"
WSGI_APPLICATION = "bihuan.site.wsgi.application"

_CONTEXT = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
]
TEMPLATES = [
    {  # our own pages; one named as a third party's page (account/login.html) takes its place
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "web/templates"],
        "OPTIONS": {
            "environment": "bihuan.web.jinja.environment",
            "context_processors": [
                *_CONTEXT,
                "bihuan.web.jinja.form_tokens",
                "bihuan.web.outside.frames",
            ],
        },
    },
    {  # third parties' pages, and in web/django_templates the layouts they extend
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web/django_templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _CONTEXT},
    },
]

# -- Where it remembers ----------------------------------------------------------------------------

DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""), HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Each process has a cache of its own: with PostgreSQL there may be several, and a session ended
# in one must not live on in another.
SESSION_ENGINE = "django.contrib.sessions.backends." + (
    "db" if os.environ.get("DATABASE_URL") else "cached_db"
)
STORAGES = {
    "default": {  # attachments: for the server's own user only
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": HOME / "files",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = PACKAGE / "site/static"  # collected by make setup, shipped in the wheel
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_USE_FINDERS = DEBUG

# -- Who may come in -------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "bihuan.web.sign_in.Backend",
]
PASSWORD_HASHERS = [
    "bihuan.site.passwords.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # kept before; anew at the next sign-in
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "bihuan.web.sign_in.StaffAccounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": False}  # failures are counted by axes, below
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "bihuan.web.accounts.forms.SecondStep",
    "reauthenticate": "bihuan.web.accounts.forms.SecondStepAgain",
}
MFA_TOTP_ISSUER = "Bihuan 闭环"  # zh: data

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "bihuan.site.proxies.client_ip"
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

API_RATE = int(os.environ.get("BIHUAN_API_RATE") or 6000)
WEBHOOKS_PRIVATE = os.environ.get("BIHUAN_WEBHOOKS_PRIVATE") == "1"

# -- What browsers are told ------------------------------------------------------------------------

ALLOWED_HOSTS = HOSTS or ["localhost", ".localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in HOSTS if HTTPS and name != "*"]
SESSION_COOKIE_AGE = 14 * 3600  # a long working day
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# -- Language and time -----------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]  # zh: data
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# -- Mail and log ----------------------------------------------------------------------------------

_mail = urlsplit(os.environ.get("BIHUAN_MAIL", ""))
EMAIL_BACKEND = "django.core.mail.backends." + (
    "smtp.EmailBackend" if _mail.hostname else "filebased.EmailBackend"
)
EMAIL_FILE_PATH = HOME / "outbox"
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_PORT = _mail.port or 587
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_TLS = EMAIL_PORT == 587
EMAIL_USE_SSL = EMAIL_PORT == 465
EMAIL_TIMEOUT = 20

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "bihuan": {"level": "INFO"},
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
    },
}
