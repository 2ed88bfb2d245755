"""The product's own settings, on a data folder that lives as long as the test session."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_home = tempfile.mkdtemp(prefix="bihuan-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["BIHUAN_HOME"] = _home

from bihuan.site.settings import *  # noqa: E402, F403
from bihuan.site.settings import DATABASES, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in real life: in memory there is neither WAL nor a second connection.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(_home) / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"  # a test need not survive a power cut
    )

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
