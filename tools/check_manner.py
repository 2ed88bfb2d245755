"""Does anything but `engine/manner.py` write days, times, numbers or money for people by itself?

    python -m tools.check_manner    lists the places; fails if there are any

A day, an amount or a phone number written by hand is right in one language at most. The command line is
left out: what it prints is the same in both, for people and programs alike. A line that must write one
by itself (a format that a machine of others wants) ends in ``# manner: why``.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src/bihuan"
ONLY = PACKAGE / "engine/manner.py"
ROOMS = ("engine", "records", "desk", "channels", "web", "workers")
# What gives it away, in Python and in templates.
BY_HAND = {
    r"strftime\(": "a day or time by strftime",
    r"\{[^{}\n]*:[^{}\n]*%[YmdHMSbBaAyj]": "a day or time by a format",
    r":,(?:\.\d+f)?\}": "a number by a format",
    r":\.\d+f\}": "a number by a format",
    "[¥￥]\\{": "an amount",
    r"%0?\d*d[:-]%0?\d*d": "a time by %",
    r"\|(?:date|time|floatformat|intcomma)\b": "a filter of a template",
    r"\b(?:date_format|number_format|localize)\(": "Django's own formats",
}
KINDS = ("*.py", "*.jinja", "*.html", "*.txt", "*.typ")


def findings() -> Iterator[str]:
    """Each place with what it does."""
    for room in ROOMS:
        for kind in KINDS:
            for path in sorted((PACKAGE / room).rglob(kind)):
                if path != ONLY and "migrations" not in path.parts:
                    yield from of(path.read_text("utf-8"), str(path.relative_to(ROOT)))


def of(text: str, name: str) -> Iterator[str]:
    """What a file's text gives away, by its lines."""
    for number, line in enumerate(text.splitlines(), 1):
        if "# manner:" in line or "gettext" in line:
            continue
        for pattern, what in BY_HAND.items():
            if re.search(pattern, line):
                yield f"{name}:{number}: {what}; engine/manner.py has it for both languages"
                break


def main() -> int:
    found = list(findings())
    for line in found:
        print(line)
    print(f"{len(found)} place(s) that write days, times, numbers or money by themselves")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
