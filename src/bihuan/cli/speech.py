"""What commands say: in the reader's language on the terminal, or as JSON for a program."""

import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text

OK, REFUSED, USAGE = 0, 1, 2


class Stop(Exception):  # noqa: N818  (an end, not an accident)
    """The command cannot go on; what is wrong and what would be right, in both languages."""

    def __init__(
        self, text: Text, code: int = USAGE, found: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(text.en)
        self.text = text
        self.code = code
        self.found = found or {}


def stop(text: Text, code: int = USAGE) -> Stop:
    """A Stop saying this."""
    return Stop(text, code)


def refused(refusal: Refusal) -> Stop:
    """The Stop that tells a refusal: code, clause, field, and who owes what is missing."""
    field = f"{refusal.field}: " if refusal.field else ""
    text = Text(field + refusal.say("zh"), field + refusal.say("en"))
    return Stop(text, REFUSED, {"refusal": refusal_json(refusal)})


def refusal_json(refusal: Refusal) -> dict[str, Any]:
    """A refusal for programs."""
    return {
        "code": refusal.code,
        "field": refusal.field,
        "text": {"zh": refusal.text.zh, "en": refusal.text.en},
        "clauses": list(refusal.clauses),
        "owing": [
            {"act": item.act, "seat": item.seat, "due": item.due, "sheet": item.sheet}
            for item in refusal.owing
        ],
    }


def language(words: Sequence[str], environment: Mapping[str, str] = os.environ) -> str:
    """`zh` or `en`: what --lang says, else what the environment says, else Chinese."""
    for place, word in enumerate(words):
        if word.startswith("--lang="):
            return "en" if word[7:].startswith("en") else "zh"
        if word == "--lang" and place + 1 < len(words):
            return "en" if words[place + 1].startswith("en") else "zh"
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "zh" if value.startswith(("zh", "C", "POSIX")) else "en"
    return "zh"


@dataclass
class Speaker:
    """Says things in one language. With `json` only data go to stdout, and sentences to stderr."""

    lang: str
    json: bool = False

    def say(self, text: Text) -> None:
        """A sentence for the reader."""
        self.print(text.in_(self.lang))

    def print(self, line: str = "") -> None:
        """A line that reads the same in both languages."""
        print(line, file=sys.stderr if self.json else sys.stdout)

    def warn(self, text: Text) -> None:
        """A sentence beside the answer: to stderr."""
        print(text.in_(self.lang), file=sys.stderr)

    def word(self, text: Text) -> str:
        """What something is called."""
        return text.in_(self.lang)

    def data(self, found: Any) -> None:
        """The answer for a program; nothing unless --json was asked."""
        if self.json:
            print(json.dumps(found, ensure_ascii=False, indent=1))

    def table(self, rows: Iterable[Sequence[str]], head: Sequence[str] = ()) -> None:
        """Rows in columns; Chinese counts double."""
        lines = [list(row) for row in rows]
        if head and lines:
            lines.insert(0, list(head))
        if not lines:
            return
        widths = [max(width(line[place]) for line in lines) for place in range(len(lines[0]))]
        for line in lines:
            cells = [
                cell + " " * (wide - width(cell)) for cell, wide in zip(line, widths, strict=True)
            ]
            self.print("  ".join(cells).rstrip())


def width(text: str) -> int:
    """How many columns a terminal gives the text."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def shortened(text: str, columns: int) -> str:
    """The text on one line of at most so many columns."""
    line = " ".join(text.split())
    if width(line) <= columns:
        return line
    taken = ""
    for sign in line:
        if width(taken) + width(sign) > columns - 1:
            break
        taken += sign
    return taken + "…"
