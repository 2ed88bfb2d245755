"""How commands are declared: argparse, speaking both languages."""

import argparse
from collections.abc import Callable
from typing import Any, NoReturn

from bihuan.cli.speech import USAGE, Speaker
from bihuan.engine.words import Text

Run = Callable[[argparse.Namespace, Speaker], int]

_CHINESE = {  # argparse's own sentences
    "usage: ": Text("用法：", "usage: "),
    "options": Text("选项", "options"),
    "positional arguments": Text("参数", "arguments"),
    "show this help message and exit": Text("显示说明", "show this help and exit"),
    "show program's version number and exit": Text("显示版本", "show the version and exit"),
    "%(prog)s: error: %(message)s\n": Text(
        "%(prog)s:%(message)s\n", "%(prog)s: error: %(message)s\n"
    ),
    "argument %(argument_name)s: %(message)s": Text(
        "%(argument_name)s:%(message)s", "argument %(argument_name)s: %(message)s"
    ),
    "the following arguments are required: %s": Text(
        "缺少:%s", "the following arguments are required: %s"
    ),
    "unrecognized arguments: %s": Text("没有这样的选项:%s", "unrecognized arguments: %s"),
    "invalid choice: %(value)r (choose from %(choices)s)": Text(
        "没有 %(value)r,可选:%(choices)s", "there is no %(value)r; right are: %(choices)s"
    ),
    "invalid %(type)s value: %(value)r": Text(
        "%(value)r 不对", "invalid %(type)s value: %(value)r"
    ),
    "expected one argument": Text("后面要有一个值", "expected one argument"),
    "expected at least one argument": Text("后面至少要有一个值", "expected at least one argument"),
    "expected at most one argument": Text("后面至多一个值", "expected at most one argument"),
    "not allowed with argument %s": Text("不能与 %s 同用", "not allowed with argument %s"),
    "one of the arguments %s is required": Text(
        "须有其一:%s", "one of the arguments %s is required"
    ),
    "ambiguous option: %(option)s could match %(matches)s": Text(
        "%(option)s 不明确，可能是 %(matches)s", "%(option)s could mean %(matches)s"
    ),
    "ignored explicit argument %r": Text("不能带值 %r", "takes no value, not %r"),
}


def speak_argparse(lang: str) -> None:
    """Let argparse's own sentences be said in `lang`: it looks them up through its name `_`."""

    def said(sentence: str) -> str:
        known = _CHINESE.get(sentence)
        return known.in_(lang) if known else sentence

    vars(argparse)["_"] = said


class Parser(argparse.ArgumentParser):
    """An ArgumentParser without abbreviations, whose help keeps to the terminal's width."""

    def __init__(self, **words: Any) -> None:
        super().__init__(allow_abbrev=False, **words)

    def error(self, message: str) -> NoReturn:
        """Say what was not understood, and where help is."""
        self.print_usage(_stderr())
        self.exit(USAGE, f"{self.prog}: {message}\n")


class Command:
    """One command while it is declared: arguments with help in both languages."""

    def __init__(self, parser: argparse.ArgumentParser, lang: str) -> None:
        self.parser = parser
        self.lang = lang

    def take(self, *names: str, says: Text, **words: Any) -> "Command":
        """Add an argument."""
        self.parser.add_argument(*names, help=says.in_(self.lang).replace("%", "%%"), **words)
        return self

    def take_json(self) -> "Command":
        """Add --json: the answer for a program."""
        return self.take("--json", says=Text("以 JSON 输出", "answer in JSON"), action="store_true")


class Commands:
    """Where a group of commands is added."""

    def __init__(self, below: Any, lang: str) -> None:
        self.below = below
        self.lang = lang

    def add(self, name: str, run: Run, says: Text, *, json: bool = True) -> Command:
        """Add a command: what it is called, what runs it, what it is for."""
        said = says.in_(self.lang).replace("%", "%%")
        parser = self.below.add_parser(name, help=said, description=said)
        parser.set_defaults(run=run)
        parser.add_argument(
            "--lang", choices=("zh", "en"), default=self.lang, help=_LANG.in_(self.lang)
        )
        command = Command(parser, self.lang)
        return command.take_json() if json else command

    def group(self, name: str, says: Text) -> "Commands":
        """Add a command that has commands of its own."""
        said = says.in_(self.lang)
        parser = self.below.add_parser(name, help=said, description=said)
        below = parser.add_subparsers(metavar="COMMAND", dest="what", required=True)
        return Commands(below, self.lang)


_LANG = Text("语言:zh 或 en", "language: zh or en")


def _stderr() -> Any:
    import sys

    return sys.stderr
