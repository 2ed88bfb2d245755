"""Policy files: YAML text to the engine's nodes with their places; one value replaced in place."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from bihuan.engine import nodes
from bihuan.engine.findings import Finding, Level
from bihuan.engine.manner import number
from bihuan.engine.nodes import Mapping, Node, Scalar
from bihuan.engine.words import Text

LARGEST = 400_000  # bytes; the longest policy we know has 20,000
DEEPEST = 30  # levels; a policy has about eight

Path = Sequence[str | int]


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet."""

    is_mapping: bool
    line: int
    column: int
    items: list[Any] = field(default_factory=list)
    key: Scalar | None = None
    seen: dict[str, int] = field(default_factory=dict)


class _Reading:
    """One pass over the events of a file; findings are collected, one for each cause."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.spans: dict[tuple[int, int], tuple[int, int]] = {}  # place of a scalar → from, to
        self._stack: list[_Open] = []
        self.root: Node | None = None

    def error(self, code: str, line: int, column: int, zh: str, en: str) -> None:
        self.findings.append(
            Finding(Level.ERROR, code, Text(zh, en), line=line, column=column),
        )

    def take(self, event: Any) -> bool:
        """Take one event in; False where reading on makes no sense."""
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, DocumentStartEvent):
            if self.root is not None:
                self.error(
                    "second-document",
                    line,
                    column,
                    "一个文件只写一份制度，请删去“---”及其后的内容",
                    "a file holds one policy; take out the '---' and what follows it",
                )
                return False
        elif isinstance(event, AliasEvent):
            self.error(
                "alias",
                line,
                column,
                f"不可引用“*{event.anchor}”，请把内容原样写在这里",
                f"'*{event.anchor}' refers elsewhere; write the content itself here",
            )
            self._put(Scalar("", line, column))
        elif isinstance(event, ScalarEvent):
            self._plainly(event, line, column)
            self.spans[line, column] = (event.start_mark.index, event.end_mark.index)
            self._put(Scalar(event.value, line, column), plain=event.style is None)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._plainly(event, line, column)
            if len(self._stack) >= DEEPEST:
                self.error(
                    "too-deep",
                    line,
                    column,
                    f"嵌套超过 {DEEPEST} 层，请检查缩进和括号",
                    f"nested more than {DEEPEST} levels deep; check indentation and brackets",
                )
                return False
            self._stack.append(_Open(isinstance(event, MappingStartEvent), line, column))
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            done = self._stack.pop()
            kind = nodes.Mapping if done.is_mapping else nodes.Sequence
            self._put(kind(tuple(done.items), done.line, done.column))
        return True

    def _plainly(self, event: Any, line: int, column: int) -> None:
        if event.anchor is not None:
            self.error(
                "anchor",
                line,
                column,
                f"不可使用锚点“&{event.anchor}”，请删去它，用到的地方各写一遍",
                f"take out the anchor '&{event.anchor}' and write the content wherever it is used",
            )
        if event.tag is not None:
            self.error(
                "tag",
                line,
                column,
                f"不可使用标签“{event.tag}”，一切值都按文字读，请删去它",
                f"take out the tag '{event.tag}': every value is read as text",
            )

    def _put(self, node: Node, *, plain: bool = False) -> None:
        if not self._stack:
            self.root = node
            return
        top = self._stack[-1]
        if not top.is_mapping:
            top.items.append(node)
        elif top.key is None:
            top.key = self._key(top, node, plain=plain)
        else:
            if top.key.line:
                top.items.append((top.key, node))
            top.key = None

    def _key(self, top: _Open, node: Node, *, plain: bool) -> Scalar:
        """The node as a key; one at line 0 is dropped with its value."""
        dropped = Scalar("")
        if not isinstance(node, Scalar):
            self.error(
                "key-not-text",
                node.line,
                node.column,
                "键应为一个词，不能是列表或映射",
                "a key is a word, not a list or a mapping",
            )
            return dropped
        if node.text == "<<" and plain:
            self.error(
                "merge-key",
                node.line,
                node.column,
                "不可用“<<”合并，请把各项写全",
                "'<<' merges from elsewhere; write the entries themselves here",
            )
            return dropped
        if node.text in top.seen:
            first = top.seen[node.text]
            self.error(
                "doubled-key",
                node.line,
                node.column,
                f"“{node.text}”在第 {first} 行已写过，同一处每个键只写一次",
                f"'{node.text}' stands already in line {first}; write each key once",
            )
            return dropped
        top.seen[node.text] = node.line
        return node


def read_text(data: bytes | str) -> tuple[str, tuple[Finding, ...]]:
    """The file's text without a byte order mark; with an error, the text is empty.

    Errors: too large, empty, not UTF-8 (with the place of the first wrong byte), NUL characters.
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > LARGEST:
        return "", (
            _whole(
                "too-large",
                f"文件有 {number(len(raw))} 字节，制度至多 {number(LARGEST)} 字节；是否选错了文件?",
                f"the file has {number(len(raw))} bytes, a policy at most {number(LARGEST)}; the right file?",
            ),
        )
    found: list[Finding] = []
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
        found.append(
            Finding(
                Level.NOTE,
                "byte-order-mark",
                Text(
                    "文件开头有字节顺序标记(BOM)，已略去；请存为“UTF-8(无 BOM)”",
                    "the file begins with a byte order mark, which is left out; "
                    "save as UTF-8 without BOM",
                ),
                line=1,
                column=1,
            )
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as wrong:
        before = raw[: wrong.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        byte, guess = f"0x{raw[wrong.start]:02X}", _guess(raw)
        return "", (
            Finding(
                Level.ERROR,
                "not-utf-8",
                Text(
                    f"不是 UTF-8 文字(字节 {byte});{guess.zh}请另存为 UTF-8",
                    f"not UTF-8 (byte {byte}); {guess.en}save the file as UTF-8",
                ),
                line=line,
                column=column,
            ),
        )
    if not text.strip():
        return "", (
            *found,
            _whole(
                "empty",
                "文件是空的；一份制度从“policy: 代号”开始",
                "the file is empty; a policy begins with 'policy: its code'",
            ),
        )
    return text, tuple(found)


def read_nodes(data: bytes | str) -> tuple[Mapping | None, tuple[Finding, ...]]:
    """The file as the engine's nodes, every scalar as text with line and column from 1.

    None where anything of it could not be taken as it stands; the findings then say what and where.
    """
    text, found = read_text(data)
    if any(finding.level is Level.ERROR for finding in found):
        return None, found
    reading = _read(text)
    findings = (*found, *reading.findings)
    if any(finding.level is Level.ERROR for finding in findings):
        return None, findings
    if not isinstance(reading.root, Mapping):
        at = reading.root
        return None, (
            *findings,
            Finding(
                Level.ERROR,
                "not-a-policy",
                Text(
                    "一份制度由“键: 值”组成，从“policy: 代号”开始",
                    "a policy is keys and values and begins with 'policy: its code'",
                ),
                line=at.line if at else 1,
                column=at.column if at else 1,
            ),
        )
    return reading.root, findings


def replace_scalar(text: str, path: str | Path, new: str) -> str:
    """The text with the value at ``path`` replaced; every other character stays, comments too.

    ``path`` is the place as findings have it, ``"steps[2].within"``, or keys and positions from 0.
    Raises KeyError where no value stands there, ValueError where the text has errors or ``new``
    cannot stand in one line.
    """
    path = path_of(path) if isinstance(path, str) else path
    root = _sound(text)
    if "\n" in new or "\r" in new:
        raise ValueError("a value of one line is replaced by a value of one line")
    at = find(root, path)
    if not isinstance(at, Scalar):
        raise KeyError(tuple(path))
    start, end = _read(text).spans[at.line, at.column]
    end = start + len(text[start:end].rstrip())  # a block's end is the beginning of the next line
    wanted = _with(nodes.plain(root), path, new)
    for written in (new, "'" + new.replace("'", "''") + "'", _double_quoted(new)):
        changed = text[:start] + (written if start != end else f" {written}") + text[end:]
        again, findings = read_nodes(changed)
        if again is not None and not findings and nodes.plain(again) == wanted:
            return changed
    raise ValueError(f"{new!r} cannot be written here")


def path_of(place: str) -> tuple[str | int, ...]:
    """The keys and positions of a place written as findings have it: ``steps[2].within``."""
    parts = re.findall(r"\[(\d+)\]|([^.\[\]]+)", place)
    return tuple(int(number) if number else key for number, key in parts)


def find(root: Node, path: Path) -> Node | None:
    """The node at ``path`` (keys, and positions from 0 in lists), or None."""
    at: Node | None = root
    for step in path:
        if isinstance(at, Mapping) and isinstance(step, str):
            at = at.get(step)
        elif isinstance(at, nodes.Sequence) and isinstance(step, int):
            at = at.items[step] if 0 <= step < len(at.items) else None
        else:
            return None
    return at


def _sound(text: str) -> Mapping:
    root, findings = read_nodes(text)
    if root is None:
        raise ValueError(findings[0].say("en"))
    return root


def _with(value: Any, path: Path, new: str) -> Any:
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, dict):
        return {key: _with(v, rest, new) if key == step else v for key, v in value.items()}
    return [_with(v, rest, new) if n == step else v for n, v in enumerate(value)]


def _double_quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'"{escaped}"'


@lru_cache(maxsize=16)  # whoever adopts, compiles or words a policy reads the same text again
def _read(text: str) -> _Reading:
    reading = _Reading()
    try:
        for event in _events(text):
            if not reading.take(event):
                break
    except ReaderError as wrong:
        line, column = _place(text, wrong.position)
        reading.error(
            "bad-character",
            line,
            column,
            f"有不可见的控制字符 U+{_code(wrong):04X}，请删去",
            f"there is a control character U+{_code(wrong):04X}; take it out",
        )
    except MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        said = _say(wrong)
        reading.error("yaml", line, column, said.zh, said.en)
    except (YAMLError, ValueError, RecursionError):
        reading.error(
            "yaml",
            1,
            1,
            "不是 YAML 文字；请对照随附的制度检查写法",
            "this is not YAML; compare it with one of the policies that come with Bihuan",
        )
    return reading


def _events(text: str) -> Iterator[Any]:
    yaml = YAML(typ="safe", pure=True)
    return iter(yaml.parse(text))


def _code(wrong: ReaderError) -> int:
    found = wrong.character
    return found if isinstance(found, int) else ord(str(found)[0])


def _place(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1


def _whole(code: str, zh: str, en: str) -> Finding:
    return Finding(Level.ERROR, code, Text(zh, en), line=1, column=1)


def _guess(raw: bytes) -> Text:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Text("看来是 UTF-16,", "it looks like UTF-16; ")
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return Text("", "")
    return Text("看来是 GB18030/GBK,", "it looks like GB18030 or GBK; ")


# What ruamel says, and what would be right.
_SAYINGS = (
    (
        "found character '\\t'",
        "这里用了制表符；请改用空格缩进",
        "there is a tab here; indent with spaces",
    ),
    (
        "mapping values are not allowed here",
        "这里不能再有“: ”：检查上一行的缩进，或给含“: ”的文字加引号",
        "no ': ' can stand here: check the indentation, or put a text that holds ': ' into quotes",
    ),
    (
        "could not find expected ':'",
        "缺少“: ”，应写成“键: 值”",
        "a ': ' is missing; write 'key: value'",
    ),
    (
        "expected ',' or ']'",
        "方括号没有合上，应有“,”或“]”",
        "the bracket is not closed; ',' or ']' is wanted",
    ),
    (
        "expected ',' or '}'",
        "花括号没有合上，应有“,”或“}”",
        "the brace is not closed; ',' or '}' is wanted",
    ),
    ("found unexpected end of stream", "引号没有合上", "a quotation mark is not closed"),
    (
        "found unexpected document separator",
        "引号没有合上，或多了“---”",
        "a quotation mark is not closed, or there is a '---' too many",
    ),
    (
        "expected <block end>",
        "缩进不齐：同一层的各项应左对齐",
        "the indentation is uneven; entries of one level begin in the same column",
    ),
    (
        "expected '<document start>'",
        "文件到这里应已结束：检查括号是否多了一个",
        "the file should end here: check for a bracket too many",
    ),
    (
        "cannot start any token",
        "这里不能以这个符号开头，请给文字加引号",
        "a text cannot begin with this character; put it into quotes",
    ),
    (
        "unknown escape character",
        "双引号里的“\\”写法不对，请改用单引号",
        "this backslash means nothing in double quotes; use single quotes",
    ),
    (
        "undefined tag handle",
        "不可使用标签，请删去“!”开头的词",
        "take out the tag, the word that begins with '!'",
    ),
    (
        "while parsing a tag",
        "不可使用标签，请删去“!”开头的词",
        "take out the tag that begins with '!'",
    ),
    ("while scanning an anchor", "不可使用锚点，请删去“&”", "take out the anchor '&'"),
    (
        "while scanning an alias",
        "不可引用别处，请删去“*”或加引号",
        "take out the '*', or put the text into quotes",
    ),
    ("YAML document (version", "请删去“%YAML”一行", "take out the line that begins with '%YAML'"),
)


def _say(wrong: MarkedYAMLError) -> Text:
    problem, context = str(wrong.problem or ""), str(wrong.context or "")
    for piece, zh, en in _SAYINGS:
        if piece in problem or piece in context:
            return Text(zh, en)
    return Text(
        f"YAML 写法有误({problem or context})；请检查缩进、括号和引号",
        f"{problem or context}; check indentation, brackets and quotation marks",
    )
