"""A small policy in YAML for tests of reading, and how tests turn YAML into nodes."""

from importlib.resources import files

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, SequenceNode

from bihuan.engine.compile import compile_policy
from bihuan.engine.nodes import Mapping, Node, Scalar, Sequence
from bihuan.engine.policy import Policy


def nodes(text: str) -> Node:
    """The text as plain nodes."""
    return _node(YAML().compose(text))


def _node(node: object) -> Node:
    line, column = node.start_mark.line + 1, node.start_mark.column + 1
    if isinstance(node, MappingNode):
        return Mapping(tuple((_node(key), _node(value)) for key, value in node.value), line, column)
    if isinstance(node, SequenceNode):
        return Sequence(tuple(_node(item) for item in node.value), line, column)
    return Scalar(node.value, line, column)


def pack_text(name: str) -> str:
    """The text of a shipped policy."""
    return (files("bihuan.packs") / name / "policy.yaml").read_text(encoding="utf-8")


def pack(name: str) -> Policy:
    """A shipped policy, compiled."""
    policy, findings = compile_policy(nodes(pack_text(name)))
    assert policy is not None, [finding.say("en") for finding in findings]
    return policy
