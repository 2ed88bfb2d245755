"""The engine stands alone."""

import subprocess
import sys

IMPORT_EVERY_ENGINE_MODULE = """
import importlib, pkgutil, sys
for name in ("django", "logging", "sqlite3", "ruamel", "jinja2"):
    sys.modules[name] = None
import bihuan.engine
for module in pkgutil.walk_packages(bihuan.engine.__path__, "bihuan.engine."):
    importlib.import_module(module.name)
    print(module.name)
"""


def test_the_engine_imports_where_there_is_no_django() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_EVERY_ENGINE_MODULE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "bihuan.engine." in done.stdout
