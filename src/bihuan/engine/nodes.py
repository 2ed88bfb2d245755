"""A policy file as plain nodes with their places: texts, lists and mappings, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text and where it stands (line and column from 1)."""

    text: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: "tuple[Node, ...]"
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and nodes in the order of the file; keys are unique."""

    items: "tuple[tuple[Scalar, Node], ...]"
    line: int = 0
    column: int = 0

    def get(self, key: str) -> "Node | None":
        """The node under ``key``, or None."""
        return next((node for name, node in self.items if name.text == key), None)

    def keys(self) -> Iterator[str]:
        """The keys in the order of the file."""
        return (name.text for name, _ in self.items)


Node = Scalar | Sequence | Mapping


def plain(node: Node) -> Any:
    """The node as texts, lists and dicts, without places."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.items}
