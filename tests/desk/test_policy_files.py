"""Policy files: read with places, refused with places, written back with comments."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.desk.policy_files import LARGEST, find, read_nodes, replace_scalar
from bihuan.engine.findings import Level
from bihuan.engine.nodes import Mapping, Scalar, plain

POLICY = """\
# 商场
policy: mall          # 代号
version: {no: 1, in_force: 2026-01-01}
on: yes
numbers:
  tell_time: {is: 30 min, word: '告知: 时间'}   # 立即
  box: {is: 18:00}
steps:
  - {owes: desk, act: acknowledge}
  - owes: desk
    act: close   # 办结
text: |
  一行
  两行
empty:
"""


def read(text: str | bytes) -> Mapping:
    root, findings = read_nodes(text)
    assert root is not None, findings
    return root


def only_finding(text: str | bytes) -> tuple[str, int, int]:
    root, findings = read_nodes(text)
    assert root is None
    assert len(findings) == 1, findings
    assert findings[0].text.zh != findings[0].text.en
    return findings[0].code, findings[0].line, findings[0].column


def test_every_scalar_is_text_with_its_place() -> None:
    root = read(POLICY)
    assert plain(root) == {
        "policy": "mall",
        "version": {"no": "1", "in_force": "2026-01-01"},
        "on": "yes",
        "numbers": {"tell_time": {"is": "30 min", "word": "告知: 时间"}, "box": {"is": "18:00"}},
        "steps": [{"owes": "desk", "act": "acknowledge"}, {"owes": "desk", "act": "close"}],
        "text": "一行\n两行\n",
        "empty": "",
    }
    assert find(root, ("numbers", "tell_time", "is")) == Scalar("30 min", 6, 19)
    assert find(root, ("steps", 1, "act")) == Scalar("close", 11, 10)
    assert root.items[0][0] == Scalar("policy", 2, 1)
    assert find(root, ("steps", 2)) is None
    assert find(root, ("steps", "act")) is None


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: 1\nb: &x {c: 1}\n", "anchor", 2, 4),
        ("a: 1\nb: *x\n", "alias", 2, 4),
        ("a: !!str 1\n", "tag", 1, 4),
        ("a:\n  <<: {b: 1}\n", "merge-key", 2, 3),
        ("a: 1\nb: 2\na: 3\n", "doubled-key", 3, 1),
        ("a: {b: 1, b: 2}\n", "doubled-key", 1, 11),
        ("? [a, b]\n: 1\n", "key-not-text", 1, 3),
        ("a: 1\n--- \nb: 1\n", "second-document", 2, 1),
        ("a:\n\tb: 1\n", "yaml", 2, 1),
        ("a: [1, 2\nb: 3\n", "yaml", 2, 2),
        ("a: 1\n b: 2\n", "yaml", 2, 3),
        ("a: 'x\n", "yaml", 2, 1),
        ("a: @x\n", "yaml", 1, 4),
        ("a: {b: 1}}\n", "yaml", 1, 10),
        ("%YAML 9.9\n---\na: 1\n", "yaml", 1, 1),
        ("a: \x00\n", "bad-character", 1, 4),
        ("a: 1\nb: x\x07\n", "bad-character", 2, 5),
        ("a: " + "[" * 200 + "]" * 200, "too-deep", 1, 33),
        ("- a\n- b\n", "not-a-policy", 1, 1),
        ("just text\n", "not-a-policy", 1, 1),
        ("", "empty", 1, 1),
        (" \n\n", "empty", 1, 1),
        ("# only a comment\n", "not-a-policy", 1, 1),
        ("a: 商\n标题: 商场".encode("gb18030"), "not-utf-8", 1, 4),
        ("policy: 商场\nx: ".encode() + b"\xff", "not-utf-8", 2, 4),
        ("a: 1".encode("utf-16"), "not-utf-8", 1, 1),
        (b"a: 1\n" * (5_000_000 // 5), "too-large", 1, 1),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_cannot_stand_is_found_with_line_and_column(
    text: str | bytes, code: str, line: int, column: int
) -> None:
    assert only_finding(text) == (code, line, column)


def test_several_causes_are_found_at_once() -> None:
    _, findings = read_nodes("a: &x 1\nb: *x\nc: 1\nc: 2\n")
    assert [(found.code, found.line) for found in findings] == [
        ("anchor", 1),
        ("alias", 2),
        ("doubled-key", 4),
    ]


def test_a_byte_order_mark_is_noted_and_left_out() -> None:
    root, findings = read_nodes(b"\xef\xbb\xbfpolicy: mall\n")
    assert plain(root) == {"policy": "mall"} if root else False
    assert [(found.level, found.code) for found in findings] == [(Level.NOTE, "byte-order-mark")]


def test_a_wrong_encoding_is_guessed() -> None:
    _, findings = read_nodes("名称: 商场客户投诉".encode("gb18030"))
    assert "GB18030" in findings[0].text.zh
    assert "GB18030" in findings[0].text.en


def test_a_value_is_replaced_and_every_other_character_stays() -> None:
    changed = replace_scalar(POLICY, ("numbers", "tell_time", "is"), "45 min")
    assert changed == POLICY.replace("30 min", "45 min")
    changed = replace_scalar(POLICY, ("steps", 1, "act"), "archive")
    assert changed == POLICY.replace("act: close ", "act: archive ")
    assert replace_scalar(POLICY, "steps[1].act", "archive") == changed


@pytest.mark.parametrize(
    "new", ["a: b", "x, y", "}", "'", '"', "#", "- x", "", "已 # 注", "yes", "\t"]
)
def test_a_value_is_quoted_where_it_must_be(new: str) -> None:
    for path in (("numbers", "tell_time", "word"), ("on",), ("empty",), ("text",)):
        changed = replace_scalar(POLICY, path, new)
        found = find(read(changed), path)
        assert isinstance(found, Scalar)
        assert found.text == new
        assert "# 立即" in changed


def test_nothing_is_replaced_where_nothing_stands() -> None:
    with pytest.raises(KeyError):
        replace_scalar(POLICY, ("numbers", "no_such", "is"), "1 h")
    with pytest.raises(KeyError):
        replace_scalar(POLICY, ("numbers",), "1 h")
    with pytest.raises(ValueError, match="one line"):
        replace_scalar(POLICY, ("on",), "a\nb")


@given(st.one_of(st.binary(max_size=60), st.text("ab:-?[]{}&*!|>'\"%@#, \n\t", max_size=40)))
def test_whatever_the_file_holds_there_are_nodes_or_an_error(data: bytes | str) -> None:
    root, findings = read_nodes(data)
    errors = [found for found in findings if found.level is Level.ERROR]
    assert (root is None) == bool(errors)
    assert all(found.line >= 1 and found.column >= 1 for found in findings)


def test_a_file_just_below_the_limit_is_read() -> None:
    line = "key%d: value\n"
    text = "".join(line % n for n in range(2000))
    assert len(text) < LARGEST
    assert len(read(text).items) == 2000


def test_policies_are_read_from_files(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY, encoding="utf-8")
    assert read(file.read_bytes()) == read(POLICY)
