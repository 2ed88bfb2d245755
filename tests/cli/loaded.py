"""What every command loads, whatever its surroundings are: nothing of it asks for the settings."""

from importlib import import_module
from pkgutil import iter_modules

from bihuan import engine
from bihuan.cli.main import groups

LOADED = (
    "cryptography.fernet",
    "django.contrib.auth.hashers",
    "django.contrib.auth.password_validation",
    "django.contrib.staticfiles.checks",
    "django.core.mail",
    "django.core.management",
    "django.db.backends.sqlite3.base",
    "django.db.models",
    "django.http",
    "django.views.debug",
    "django.views.generic",
)

groups()
for name in LOADED:
    import_module(name)
for module in iter_modules(engine.__path__, f"{engine.__name__}."):
    import_module(module.name)
