"""Are all sentences of the interface translated, and does all Chinese stand where it belongs?

    python -m tools.check_translations            lists what is missing; fails if anything is
    python -m tools.check_translations --update   writes new sentences into the .po file first

English sentences stand in Python and in Jinja2 templates, their Chinese in the .po file. Words that
carry both languages as data are calls of ``Text(zh, en)``. Any other line that must hold Chinese
(column names to recognise, say) ends in ``# zh: data``.
"""

import ast
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src/bihuan"
CATALOG = PACKAGE / "locale/zh_Hans/LC_MESSAGES/django.po"
METHODS = [("**/templates/**", "jinja2"), ("**/locale/**", "ignore"), ("**.py", "python")]
OPTIONS = {"**/templates/**": {"trimmed": "true", "silent": "false", "encoding": "utf-8"}}
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
ROOMS = ("records", "desk", "web", "channels", "workers", "cli", "site")
HAN = re.compile(r"[\u3400-\u9fff]")


def extracted() -> Catalog:
    """Every sentence of the source, with the places where it stands."""
    catalog = Catalog(locale="zh_Hans", fuzzy=False)
    found = extract_from_dir(
        PACKAGE,
        method_map=METHODS,
        options_map=OPTIONS,
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
    )
    for name, line, message, comments, context in found:
        place = [(str((PACKAGE / name).relative_to(ROOT)), line)]
        catalog.add(message, None, place, auto_comments=comments, context=context)
    return catalog


def kept() -> Catalog:
    """The translations as they are."""
    if not CATALOG.exists():
        return Catalog(locale="zh_Hans", domain="django")
    with CATALOG.open("rb") as file:
        return read_po(file, locale="zh_Hans", domain="django", abort_invalid=True)


def update() -> None:
    """Add new sentences, drop those no longer used; translations stay."""
    catalog = kept()
    catalog.update(extracted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    CATALOG.parent.mkdir(parents=True, exist_ok=True)
    with CATALOG.open("wb") as file:
        write_po(file, catalog, width=100, sort_by_file=True, ignore_obsolete=True)


def untranslated() -> Iterator[str]:
    """A line for each sentence without a Chinese one, and each whose placeholders differ."""
    translations = kept()
    for message in extracted():
        if not message.id:
            continue
        place = ":".join(map(str, message.locations[0]))
        theirs = translations.get(message.id, message.context)
        strings = [theirs.string] if theirs and isinstance(theirs.string, str) else []
        if theirs and not isinstance(theirs.string, str):
            strings = list(theirs.string)
        if not strings or not all(strings) or theirs is None:
            yield f"{place}: not translated: {message.id!r}"
        elif theirs.fuzzy:
            yield f"{place}: translation is marked fuzzy: {message.id!r}"
        else:
            for error in theirs.check(translations):
                yield f"{place}: {error}: {message.id!r}"


def misplaced() -> Iterator[str]:
    """A line for each Chinese string outside the .po file and data."""
    for room in ROOMS:
        for path in sorted((PACKAGE / room).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if HAN.search(source):
                yield from _in_python(path, source)
    for path in sorted((PACKAGE / "web/templates").rglob("*.*")):
        source = re.sub(r"{#.*?#}", lambda m: "\n" * m[0].count("\n"), path.read_text(), flags=re.S)
        for number, line in enumerate(source.splitlines(), 1):
            if HAN.search(
                line.replace("中文", "").replace("中<", "<")
            ):  # what the switch is called
                yield f"{path.relative_to(ROOT)}:{number}: Chinese in a template: {line.strip()}"


def _in_python(path: Path, source: str) -> Iterator[str]:
    lines = source.splitlines()
    tree = ast.parse(source)
    allowed: set[int] = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            allowed.add(id(body[0].value))  # a docstring
        if isinstance(node, ast.Call | ast.Tuple):
            allowed.update(_beside_english(node))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if id(node) in allowed or not HAN.search(node.value):
            continue
        here = lines[node.lineno - 1 : node.end_lineno]
        if not any(line.rstrip().endswith("# zh: data") for line in here):
            yield f"{path.relative_to(ROOT)}:{node.lineno}: Chinese in Python: {node.value[:40]!r}"


def _beside_english(node: ast.Call | ast.Tuple) -> Iterator[int]:
    """The Chinese items that are followed by their English: a pair of both languages is data."""
    items = node.args if isinstance(node, ast.Call) else node.elts
    for chinese, english in pairwise(items):
        texts = [part.value for part in ast.walk(english) if isinstance(part, ast.Constant)]
        said = [text for text in texts if isinstance(text, str)]
        if said and not any(HAN.search(text) for text in said):
            yield from (id(part) for part in ast.walk(chinese))


def main() -> int:
    """Say what is wrong; 1 if anything is."""
    if "--update" in sys.argv[1:]:
        update()
    findings = [*untranslated(), *misplaced()]
    for finding in findings:
        print(finding)
    print(f"{len(findings)} finding(s) about translations", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
