"""The command line is run as people run it: a process of its own, on a data folder of its own."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.cli.forked import run_forked


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


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with its tables and nothing in them, to be copied."""
    folder = tmp_path_factory.mktemp("tables") / "home"
    assert run(folder, "verify").code == 0
    return folder


@pytest.fixture(scope="session")
def settled(tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an organisation under the policy general, to be copied."""
    folder = Path(shutil.copytree(tables, tmp_path_factory.mktemp("settled") / "home"))
    words = ("setup", "--name", "闭环小店", "--pack", "general", "--admin", "admin")
    assert run(folder, *words, stdin="grain-in-ear-1205\n").code == 0
    return folder


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """Where no data folder is yet."""
    return tmp_path / "fresh"


@pytest.fixture
def bare(tables: Path, tmp_path: Path) -> Path:
    """A data folder in which nobody has done anything."""
    return Path(shutil.copytree(tables, tmp_path / "bare"))


@pytest.fixture
def home(settled: Path, tmp_path: Path) -> Path:
    """A data folder with an organisation and no cases."""
    return Path(shutil.copytree(settled, tmp_path / "home"))


def surroundings(home: Path) -> dict[str, str]:
    """The environment of a command: English, SQLite."""
    ours = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "LC_ALL", "LC_MESSAGES", "LANG")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"BIHUAN_HOME": str(home), "LANG": "en_GB.UTF-8"}


def run(home: Path, *words: str, stdin: str = "") -> Said:
    """Run a command; what went wrong inside shows as a traceback."""
    with TemporaryDirectory() as folder:
        said = Said(*run_forked(words, surroundings(home), stdin, Path(folder)))
    assert "Traceback" not in said.err, said.err
    return said


@pytest.fixture
def bihuan(home: Path) -> Bihuan:
    """Run a command on the test's data folder."""
    return partial(run, home)
