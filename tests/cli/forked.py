"""Commands as processes of their own, forked from one in which the program's modules are loaded already."""

import multiprocessing
import os
import sys
from collections.abc import Mapping
from pathlib import Path

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.cli.loaded"])


def run_forked(
    words: tuple[str, ...], surroundings: Mapping[str, str], stdin: str, folder: Path
) -> tuple[int, str, str]:
    """Run a command to its end: its exit code, what it said and what it warned of."""
    streams = [folder / name for name in ("in", "out", "err")]
    streams[0].write_text(stdin, encoding="utf-8")
    process = _forks.Process(target=_command, args=(words, dict(surroundings), streams))
    process.start()
    process.join(120)
    if process.is_alive():
        process.kill()
        raise TimeoutError(f"{words} takes too long")
    said, warned = (stream.read_text(encoding="utf-8") for stream in streams[1:])
    return process.exitcode or 0, said, warned


def _command(words: tuple[str, ...], surroundings: dict[str, str], streams: list[Path]) -> None:
    os.environ.clear()
    os.environ.update(surroundings)
    for number, stream in enumerate(streams):
        opened = os.open(stream, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8", closefd=False)
        for number, mode in enumerate(("r", "w", "w"))
    )
    from bihuan.cli.main import main

    code = main(words)
    sys.stdout.flush()
    sys.exit(code)
