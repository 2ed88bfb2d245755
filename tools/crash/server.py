"""The server under test: the real `bihuan serve`, started, waited for, killed."""

import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("bihuan")
_ADDRESS = re.compile(rb"http://localhost:(\d+)/")
_TROUBLE = re.compile(rb"^(?:Traceback .*|.*(?: ERROR | CRITICAL ).*)$", re.MULTILINE)


class Server:
    """One life of the server, in a process group of its own, on a free port of this machine."""

    def __init__(self, home: Path) -> None:
        self.log = home / "server.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "serve", "--port", "0", "--lang", "en"],
                env=os.environ | {"BIHUAN_HOME": str(home)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  (no thread of ours runs meanwhile)
            )
        self.begun = time.monotonic()

    def port(self) -> int:
        """The port it listens on; 0 while it is still starting."""
        found = _ADDRESS.search(self.log.read_bytes())
        return int(found[1]) if found else 0

    def wait_for_port(self, until: float) -> int:
        """The port as soon as there is one; 0 where there is none before `until` (monotonic)."""
        while not (port := self.port()):
            if time.monotonic() >= until or self.process.poll() is not None:
                return 0
            time.sleep(0.01)
        return port

    def kill(self) -> None:
        """End the whole group by SIGKILL; nothing of it runs when this returns."""
        if self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        _wait_until_gone(self.process.pid)

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(60)
        finally:
            self.kill()

    def trouble(self) -> list[str]:
        """What it complained about in its log, a line each."""
        found = _TROUBLE.findall(self.log.read_bytes())
        return [line.decode(errors="replace")[:300] for line in found]


def _die_with_parent() -> None:
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


def _wait_until_gone(group: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise RuntimeError("a process of the server outlived kill -9")
