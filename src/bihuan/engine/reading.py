"""Reading nodes: take keys one by one, type them, and say with line and column what would be right."""

import difflib
import re
from collections.abc import Iterable

from bihuan.engine.findings import Finding, Level
from bihuan.engine.nodes import Mapping, Node, Scalar, Sequence
from bihuan.engine.policy import Element
from bihuan.engine.words import Text

_CLAUSE = re.compile(r"^[A-Z]+-\d+(\.\d+)*[a-z]?$")


class Reader:
    """Collects findings while a file is read; one finding per cause, at the place of the cause."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.elements: list[tuple[str, Element]] = []
        self.kinds_cited: list[tuple[Scalar, str]] = []

    def error(self, node: Node, code: str, zh: str, en: str, place: str = "") -> None:
        """Note what is wrong at ``node``; the file is then not compiled."""
        self.findings.append(
            Finding(Level.ERROR, code, Text(zh, en), place, (), node.line, node.column)
        )

    def mapping(self, node: Node | None, place: str) -> Mapping:
        """The node as a mapping; anything else is an error, nothing is an empty one."""
        if isinstance(node, Mapping):
            return node
        if node is not None:
            self.error(
                node,
                "not-a-mapping",
                f"{place} 应为“键: 值”",
                f"{place} should be keys and values",
                place,
            )
        return Mapping(())

    def sequence(self, node: Node | None) -> tuple[Node, ...]:
        """The items of a list; a single value stands for a list of one."""
        if node is None:
            return ()
        return node.items if isinstance(node, Sequence) else (node,)

    def text(self, node: Node | None, place: str, default: str = "") -> str:
        """The node as text."""
        if node is None:
            return default
        if isinstance(node, Scalar):
            return node.text
        self.error(
            node, "not-a-text", f"{place} 应为一个词或一段文字", f"{place} should be a text", place
        )
        return default

    def texts(self, node: Node | None, place: str) -> tuple[str, ...]:
        """One text or a list of texts."""
        return tuple(self.text(item, place) for item in self.sequence(node))

    def words(self, node: Node | None, place: str, name: str = "") -> Text:
        """A name in both languages: `{zh: …, en: …}`, or one text that serves for both."""
        if isinstance(node, Scalar):
            return Text(node.text, name.replace("_", " ") if name else node.text)
        found = self.mapping(node, place)
        zh = self.text(found.get("zh"), place)
        en = self.text(found.get("en"), place, name.replace("_", " "))
        if node is not None and not zh and not found.get("zh"):
            self.error(
                node,
                "no-title",
                f"{place} 缺少 zh(中文名称)",
                f"{place} lacks zh, its Chinese name",
                place,
            )
        return Text(zh or en, en or zh)

    def known(self, mapping: Mapping, allowed: Iterable[str], place: str) -> None:
        """Each key must be one of ``allowed``; the nearest one is proposed."""
        names = tuple(allowed)
        for key, _ in mapping.items:
            if key.text not in names:
                near = difflib.get_close_matches(key.text, names, 1)
                self.error(
                    key,
                    "unknown-key",
                    f"{place} 不认识“{key.text}”"
                    + (f"，是否为“{near[0]}”?" if near else f"；可用：{'、'.join(names)}"),
                    f"{place} knows no '{key.text}'"
                    + (
                        f"; did you mean '{near[0]}'?" if near else f"; it knows {', '.join(names)}"
                    ),
                    f"{place}.{key.text}",
                )

    def required(self, mapping: Mapping, names: Iterable[str], place: str) -> None:
        """Each of ``names`` must be there."""
        for name in names:
            if mapping.get(name) is None:
                self.error(
                    mapping,
                    "missing-key",
                    f"{place} 缺少“{name}”",
                    f"{place} lacks '{name}'",
                    f"{place}.{name}",
                )

    def choice(
        self, node: Node | None, allowed: Iterable[str], place: str, what: Text, default: str = ""
    ) -> str:
        """A text that must be one of a closed list."""
        if node is None:
            return default
        found = self.text(node, place)
        names = tuple(allowed)
        if found not in names:
            near = difflib.get_close_matches(found, names, 1)
            self.error(
                node,
                "unknown-name",
                f"{place}：没有名为“{found}”的{what.zh}"
                + (f"，是否为“{near[0]}”?" if near else ""),
                f"{place}: no {what.en} is called '{found}'"
                + (f"; did you mean '{near[0]}'?" if near else ""),
                place,
            )
        return found

    def yes(self, node: Node | None, place: str) -> bool:
        """`yes` or `no`; nothing is no."""
        return (
            self.choice(node, ("yes", "no"), place, Text("是否值", "yes/no value"), "no") == "yes"
        )

    def element(self, mapping: Node, place: str, what: str, *, cites: bool = True) -> Element:
        """Place, line and clauses of an element; kept for the trace of clauses where it carries them out."""
        clauses: tuple[str, ...] = ()
        by_kind: tuple[tuple[str, tuple[str, ...]], ...] = ()
        if isinstance(mapping, Mapping):
            clauses, by_kind = self.clauses(mapping.get("clause"), f"{place}.clause")
        found = Element(place, clauses, mapping.line, mapping.column, by_kind)
        if cites:
            self.elements.append((what, found))
        return found

    def clauses(
        self, node: Node | None, place: str
    ) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
        """One clause, a list, or `{any: …, KIND: …}`: all of them, and which of them are for one kind only."""
        if not isinstance(node, Mapping):
            return self._clause_ids(node, place), ()
        read = {key.text: self._clause_ids(item, f"{place}.{key.text}") for key, item in node.items}
        self.kinds_cited += [(key, place) for key, _ in node.items if key.text != "any"]
        every = dict.fromkeys(clause for clauses in read.values() for clause in clauses)
        return tuple(every), tuple((kind, found) for kind, found in read.items() if kind != "any")

    def _clause_ids(self, node: Node | None, place: str) -> tuple[str, ...]:
        found = self.texts(node, place)
        for clause in found:
            if node is not None and not _CLAUSE.match(clause):
                self.error(
                    node,
                    "bad-clause",
                    f"{place}：条款号“{clause}”应形如 GEN-4.1",
                    f"{place}: clause '{clause}' should look like GEN-4.1",
                    place,
                )
        return found

    def check_kinds_cited(self, kinds: Iterable[str]) -> None:
        """Each kind that a clause is cited for must be one of the policy's."""
        for key, place in self.kinds_cited:
            if key.text not in kinds:
                right = "、".join(kinds)
                self.error(
                    key,
                    "unknown-kind",
                    f"{place}：没有类型“{key.text}”，可用：any、{right}",
                    f"{place}: there is no kind '{key.text}'; right are: any, {', '.join(kinds)}",
                    place,
                )
