"""The program `bihuan`: finds the command, runs it, and turns what goes wrong into a sentence."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from bihuan import __version__
from bihuan.cli.commands import Commands, Parser, speak_argparse
from bihuan.cli.speech import REFUSED, USAGE, Speaker, Stop, language
from bihuan.engine.words import Text

INTERRUPTED = 130


def groups() -> tuple[Any, ...]:
    """The modules whose commands there are, in the order of the help."""
    from bihuan.cli import (
        bench,
        calls,
        cases,
        directory,
        evaluate,
        find,
        import_,
        keeping,
        library,
        policy,
        problems,
        received,
        report,
        rosters,
        serve,
        setup,
        similar,
        time,
        tokens,
        webhooks,
    )

    return (
        serve, setup, import_, cases, find, similar, problems, evaluate, received, report, calls, time, policy, rosters,
        library, keeping, tokens, directory,
        webhooks, bench,
    )  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. 0: done; 1: refused, or something was found; 2: not understood."""
    words = list(sys.argv[1:] if argv is None else argv)
    lang = language(words)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    speak_argparse(lang)
    try:
        args = parser(lang).parse_args(words)
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as end:
        return int(end.code or 0)
    speaker = Speaker(lang, bool(getattr(args, "json", False)))
    return _run(args.run, args, speaker)


def parser(lang: str) -> Parser:
    """Every command with its help, in one language."""
    said = Text(
        "闭环：按书面制度处理投诉，时时有人负责、有时限。",
        "Bihuan runs a written complaint policy: at every moment somebody owes the next act.",
    )
    more = Text(
        "数据放在 BIHUAN_HOME(默认 ./var);DATABASE_URL 可指定 PostgreSQL。"
        "时刻写成 2026-02-13T18:30:00+08:00。退出码:0 完成，1 被拒绝或发现问题，2 命令有误。",
        "BIHUAN_HOME names the data folder (./var unless given), DATABASE_URL a PostgreSQL instead. "
        "Instants are written 2026-02-13T18:30:00+08:00. Exit codes: 0 done, 1 refused or something "
        "found, 2 not understood.",
    )
    top = Parser(prog="bihuan", description=said.in_(lang), epilog=more.in_(lang))
    top.add_argument("--version", action="version", version=f"bihuan {__version__}")
    top.add_argument(
        "--lang", choices=("zh", "en"), help=Text("语言", "language").in_(lang), default=lang
    )
    below = top.add_subparsers(
        title=Text("命令", "commands").in_(lang), metavar="COMMAND", dest="command", required=True
    )
    for group in groups():
        group.add(Commands(below, lang))
    return top


def _run(
    run: Callable[[argparse.Namespace, Speaker], int], args: argparse.Namespace, speaker: Speaker
) -> int:
    try:
        code = run(args, speaker)
        sys.stdout.flush()
        return code
    except Stop as end:
        speaker.warn(end.text)
        speaker.data({"error": {"zh": end.text.zh, "en": end.text.en}, **end.found})
        return end.code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read us has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _complain(
            speaker, error, f"{error.filename or ''} {error.strerror or error}".strip()
        )
    except Exception as error:
        told = _told(error)
        if told is None:
            raise
        return _complain(speaker, error, told)


def _told(error: Exception) -> str | None:
    """What the reader can do something about; None for a bug, which keeps its traceback."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError

    told = str(error).strip()
    if isinstance(error, ImproperlyConfigured) and not told.startswith(("DATABASE_URL", "BIHUAN_")):
        return None
    return told if isinstance(error, ImproperlyConfigured | OperationalError) else None


def _complain(speaker: Speaker, error: Exception, told: str) -> int:
    speaker.warn(Text(f"不成功：{told}", f"that did not work: {told}"))
    found: dict[str, Any] = {"error": {"zh": told, "en": told}, "kind": type(error).__name__}
    speaker.data(found)
    return USAGE if isinstance(error, FileNotFoundError) else REFUSED


if __name__ == "__main__":
    sys.exit(main())
