"""What a customer says points to kind, category, unit and what to ask about; names and denials count."""

import re

import pytest

from bihuan.desk.scenarios import shipped_pack
from bihuan.engine.compile import compile_policy
from bihuan.engine.findings import Level
from bihuan.engine.organisation import Organisation, Unit
from bihuan.engine.policy import Policy
from bihuan.engine.sentences import sentences
from bihuan.engine.suggesting import Suggestion, suggested
from tests.engine.policy_texts import nodes, pack_text

UNITS = Organisation(
    units={
        unit.code: unit
        for unit in (
            Unit("company", "星河广场", "company"),
            Unit("m217", "木棉里女装", "merchant", "company"),
            Unit("m218", "一碗山面馆", "merchant", "company"),
            Unit("m219", "一碗山茶饮", "merchant", "company"),
            Unit("d1", "物业部", "department", "company"),
        )
    }
)


def policy_of(code: str) -> Policy:
    return shipped_pack(code).policy


def found(text: str, code: str = "mall") -> dict[str, Suggestion]:
    return {one.fact: one for one in suggested(text, policy_of(code), UNITS)}


def test_category_unit_and_subject_are_told_from_one_sentence() -> None:
    said = found("上周日在二楼木棉里买的羊绒衫，穿了一次袖口脱线，不给退钱")
    assert said["category"] == Suggestion("category", "quality_price", ("脱线", "退钱"))
    assert said["about_unit"] == Suggestion("about_unit", "m217", ("木棉里",))
    assert said["about"].value == "merchant"


def test_talk_of_the_media_gives_reason_to_ask_and_answers_nothing() -> None:
    asked = found("再不处理就发到网上，让记者来")["media_exposed"]
    assert asked.asks
    assert set(asked.words) == {"发到网上", "记者"}


@pytest.mark.parametrize(
    "text", ["没有受伤", "人没受伤", "未受伤", "nobody was hurt and I was not injured", "no injury"]
)
def test_what_is_denied_is_not_heard(text: str) -> None:
    words = found(text)["injured"].words if "injured" in found(text) else ()
    assert not {"受伤", "injured", "injury"} & set(words)


def test_words_of_english_stand_alone_and_may_be_in_capitals() -> None:
    assert found("The LIFT is out of order")["category"].value == "environment"
    assert "category" not in found("He lifted the priceless box")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "好",
        "😀👩‍👩‍👧",
        "ok 谢谢 merci ありがとう",
        "啊" * 100_000,
        "a1 " * 30_000,
        "一碗山",
        "\u202e\x00\x07",
        "啊" * 10_000,
        "<script>alert(1)</script>",
    ],
)
def test_nothing_is_suggested_where_nothing_or_two_things_fit(text: str) -> None:
    assert found(text) == {}


def test_where_two_values_are_level_neither_is_suggested() -> None:
    assert "category" not in found("态度，厕所")


@pytest.mark.parametrize(
    ("code", "text", "fact", "value"),
    [
        ("auto", "我的车在高速上抛锚了，叫拖车", "kind", "rescue"),
        ("auto", "I am stranded, please send a tow", "kind", "rescue"),
        ("auto", "请问顶配带天窗吗", "category", "configuration"),
        ("home", "卫生间渗水，墙皮掉了", "category", "engineering"),
        ("home", "The salesperson promised a parking space", "category", "sales"),
        ("returns", "想退掉这个杯子，不喜欢", "kind", "return"),
        ("returns", "想退掉这个杯子，不喜欢", "return_reason", "no_reason"),
        ("general", "机器坏了，不能用", "about", "product"),
    ],
)
def test_each_policy_brings_its_own_words(code: str, text: str, fact: str, value: str) -> None:
    assert found(text, code)[fact].value == value


@pytest.mark.parametrize("code", ["auto", "general", "home", "mall", "returns"])
def test_no_word_is_in_both_languages_names_of_two_values(code: str) -> None:
    policy = policy_of(code)
    for fact, values in policy.spoken.items():
        assert set(values) <= set(policy.facts[fact].values) | {"yes"}
        for words in values.values():
            assert any(word.isascii() for word in words), (fact, words)
            assert not all(word.isascii() for word in words), (fact, words)


def test_the_words_are_read_aloud_in_both_languages() -> None:
    for lang, piece in (("zh", "提示询问“媒体曝光”"), ("en", "is asked about “Media exposure”")):
        assert any(piece in row.text for row in sentences(policy_of("mall"), lang))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("[记者, 记者]", "word-twice"),
        ("[记]", "bad-word"),
        ("[" + "很" * 41 + "]", "bad-word"),
        ("{a: b}", "not-a-text"),
    ],
)
def test_a_word_that_can_t_be_listened_for_is_an_error_with_its_line(words: str, code: str) -> None:
    text = re.sub(r"words: \[媒体.*?\]", f"words: {words}", pack_text("mall"), count=1)
    policy, found = compile_policy(nodes(text))
    assert policy is None
    findings = [one for one in found if one.level is Level.ERROR]
    assert code in {one.code for one in findings}
    assert all(one.line for one in findings)
