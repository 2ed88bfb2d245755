"""The command line is run as people run it: a process of its own, on a data folder of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Bihuan = Callable[..., Said]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def bihuan(home: Path) -> Bihuan:
    """Run a command on the test's data folder; what went wrong inside shows as a traceback."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "LC_ALL", "LC_MESSAGES", "LANG")
    }
    environment |= {"BIHUAN_HOME": str(home), "LANG": "en_GB.UTF-8"}

    def run(*words: str, stdin: str = "", **more: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "bihuan.cli.main", *words],
            env=environment | more,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    return run
