"""A document's text as headings, lists and paragraphs; whatever else Markdown knows stays as written."""

from collections.abc import Iterator
from typing import Any

Json = Any


def blocks(text: str) -> list[dict[str, Json]]:
    """The parts of a text in order: {"kind": heading | list | text, "lines": [str]}."""
    found: list[dict[str, Json]] = []
    for kind, line in _lines(text):
        if kind == "gap":
            found.append({"kind": kind, "lines": []})
        elif found and found[-1]["kind"] == kind != "heading":
            found[-1]["lines"].append(line)
        else:
            found.append({"kind": kind, "lines": [line]})
    return [block for block in found if block["kind"] != "gap"]


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for written in text.splitlines():
        line = written.strip()
        if not line:
            yield "gap", ""
        elif line.startswith("#") and line.lstrip("#").startswith(" "):
            yield "heading", line.lstrip("# ")
        elif line.startswith(("- ", "* ", "+ ")):
            yield "list", line[2:].strip()
        else:
            yield "text", line
