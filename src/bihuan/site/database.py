"""Which database: SQLite in the data folder, or the PostgreSQL that ``DATABASE_URL`` names."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured


def database(url: str, folder: Path) -> dict[str, Any]:
    """Django's settings for ``url`` (``postgres://user:password@host:port/name?option=value``)."""
    return postgresql(url) if url else sqlite(folder / "bihuan.sqlite3")


def sqlite(file: Path) -> dict[str, Any]:
    """One file; writers queue instead of failing, and a power cut loses nothing acknowledged."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
        },
    }


def postgresql(url: str) -> dict[str, Any]:
    """Every form libpq knows, several hosts and socket folders included."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or postgresql://")
    try:
        options: dict[str, Any] = conninfo_to_dict(url)
    except ProgrammingError as error:
        raise ImproperlyConfigured(f"DATABASE_URL: {error}") from None
    if not options.get("dbname"):
        raise ImproperlyConfigured("DATABASE_URL must name a database: postgres://host/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": options.pop("dbname"),
        "USER": options.pop("user", ""),
        "PASSWORD": options.pop("password", ""),
        "HOST": options.pop("host", ""),
        "PORT": options.pop("port", ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
