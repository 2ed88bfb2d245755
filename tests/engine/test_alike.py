"""One matter is told by place, thing, person, category and wording together; each joining says why."""

import csv
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.cli.evaluate import judged
from bihuan.engine.alike import DAY, Told, Traits, group_of, keys_of, likeness
from bihuan.engine.topics import LINES, TOPICS
from bihuan.records.wording import fold

LABELLED = Path(__file__).parent


def told(text: str, key: int = 1, **more: object) -> Traits:
    return Traits(Told(key, text.casefold(), **{"at": 0, "complainant": f"c{key}", **more}))


def test_different_people_at_one_place_about_one_thing_are_a_collective_complaint() -> None:
    mine = told("3号楼的电梯又停了，我抱着孩子爬了十六层")
    found = likeness(mine, told("电梯坏了三天没人修，三栋的老人都下不了楼", 2, at=8 * DAY + 60))
    assert found is not None
    assert found.kind == "collective"
    others = [found, likeness(mine, told("3幢电梯门开到一半就卡住", 3, at=5 * DAY))]
    group = group_of(mine.told, [one for one in others if one])
    assert group is not None
    assert group.text.zh == "同一地点（3），都说到“电梯”，9 天内 3 位投诉人"
    assert group.text.en == "same place (3), both say “电梯”, 3 complainants in 9 days"


def test_the_same_words_of_another_building_unit_thing_or_person_are_another_matter() -> None:
    text = "{}的电梯又停了，我抱着孩子爬了十六层"
    for mine, theirs in (
        (told(text.format("3号楼")), told(text.format("9号楼"), 2)),
        (told(text.format("我们"), unit="m1"), told(text.format("我们"), 2, unit="m2")),
        (told("电梯停了", things={"batch": "B1"}), told("电梯停了", 2, things={"batch": "B2"})),
        (told("态度恶劣", person="7"), told("态度恶劣", 2, person="8")),
        (told("电梯停了很久", category="a"), told("电梯停了很久", 2, category="b")),
        (told("电梯停了很久"), told("电梯停了很久", 2, at=61 * DAY)),
    ):
        assert likeness(mine, theirs) is None
        assert likeness(theirs, mine) is None


def test_a_thing_is_named_unless_it_was_chosen_from_a_list() -> None:
    for value, named in (("B2601", "同一物品（b2601）"), ("facilities", "同一物品，")):
        mine, theirs = (
            told("电梯停了三天", key, things={"part": value.casefold()}) for key in (1, 2)
        )
        found = likeness(mine, theirs)
        group = group_of(mine.told, [found] if found else [])
        assert group is not None
        assert named in group.text.zh
        assert "facilities" not in group.text.zh


def test_one_person_again_is_a_repeat_and_the_same_text_a_duplicate() -> None:
    first = told("地下车库漏水，车被淋了好几天", complainant="a")
    again = told("车库还在漏水，车又被淋了", 2, complainant="a", at=DAY)
    assert likeness(again, first).kind == "repeat"
    assert likeness(told(first.told.text + "！", 3, complainant="a"), first).kind == "duplicate"
    assert likeness(told(first.told.text, 4, complainant=""), first).kind == "duplicate"
    assert likeness(told(first.told.text, 5, complainant="b"), first).kind == "collective"


def test_nobody_is_counted_for_two() -> None:
    mine = told("3号楼电梯停了", complainant="a")
    near = [likeness(mine, told("3号楼电梯又停了", key, complainant=who))
            for key, who in ((2, "a"), (3, "b"), (4, ""), (5, "b"))]  # fmt: skip
    assert group_of(mine.told, near).complainants == 2


def test_texts_that_say_nothing_are_alike_to_nothing() -> None:
    for text in ("", "好", "😀", "。。。", "我们投诉物业一直没人处理", "a" * 10):
        assert likeness(told(text), told("电梯坏了", 2)) is None
        assert likeness(told(text), told(text, 2)) is None  # of somebody else
    long = "水" * 100_000
    assert likeness(told(long, complainant="a"), told(long, 2, complainant="a")).kind == "duplicate"


SENT = "电梯又停了，我抱着孩子爬了十六层，物业一直没有人来修理"


@pytest.mark.parametrize(
    "again",
    [
        SENT,
        "\u200b".join(SENT),  # signs without width between all others
        SENT.replace("，", " ,\u202e"),
        "電梯又停了，我抱着孩子爬了十六層，物業一直沒有人來修理",
        SENT + "！！！😀",
        SENT.replace("修理", "维修"),
    ],
)
def test_a_text_dressed_up_to_look_new_is_the_same_text(again: str) -> None:
    mine, theirs = (told(fold(text), key, complainant="a") for key, text in ((1, SENT), (2, again)))
    assert likeness(mine, theirs).kind == "duplicate"
    assert keys_of(mine) & keys_of(theirs)  # so it is found among many


def test_thousands_of_nearly_equal_texts_about_other_places_are_not_one_matter() -> None:
    text = "{}号楼的电梯又停了，我抱着孩子爬了十六层，物业一直没有人来修理"
    cases = [told(text.format(place), place) for place in range(1, 60)]
    assert not any(likeness(one, other) for one, other in pairwise(cases))


def test_two_languages_in_one_text_are_both_read() -> None:
    mine = told(fold("3号楼 the lift is out of order，物业不管"))
    for theirs in ("电梯坏了，三号楼爬不动", "Building 3: LIFT stuck again"):
        assert likeness(mine, told(fold(theirs), 2)).kind == "collective"


@settings(deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_is_mutual_and_equal_texts_share_a_key(one: str, two: str) -> None:
    mine, theirs = told(one, complainant="a"), told(two, 2, complainant="a")
    there, back = likeness(mine, theirs), likeness(theirs, mine)
    assert (there and there.kind) == (back and back.kind)
    if mine.told.text:
        assert keys_of(mine) & keys_of(told(one, 3))


def test_nearly_equal_texts_share_a_key_so_that_they_are_found_among_many() -> None:
    text = "我在二楼买的羊绒衫穿了一次袖口就脱线，拿去店里说是人为的不给退，打了七次电话也没有结果，要求退款道歉"
    found = 0
    for place in range(0, len(text) - 3, 2):
        other = text[:place] + text[place + 3 :]
        found += bool(keys_of(told(text)) & keys_of(told(other, 2)))
    assert found >= 0.95 * len(range(0, len(text) - 3, 2))


@pytest.mark.parametrize(
    ("name", "precision", "recall"),
    [
        ("collective", 0.95, 0.95),  # what the rules and the words of topics were made by
        ("collective_unseen", 0.95, 0.95),  # of the same trades, written before them
        ("collective_elsewhere", 0.95, 0.95),  # of others, written before their words were listed
        ("collective_trades", 0.95, 0.8),  # of still others, by which their words were listed
        (
            "collective_blind",
            0.9,
            0.45,
        ),  # written without a look at rules and words, nor used for them
    ],
)
def test_the_labelled_collective_complaints_are_found_and_kept_apart(
    name: str, precision: float, recall: float
) -> None:
    with LABELLED.joinpath(f"{name}.csv").open(encoding="utf-8") as lines:
        one = judged(list(csv.DictReader(lines)))
    assert one.groups > 10
    assert one.precision >= precision
    assert one.recall >= recall


def test_one_topic_by_two_names_is_one_matter_and_two_topics_of_one_coat_are_two() -> None:
    shop = {"unit": "m12"}
    bill = told("账单上有我们没点的酒水", **shop)
    found = likeness(bill, told("买单的时候金额算错了", 2, **shop))
    assert found is not None
    assert found.reasons[-1].zh == "说的都是“账单”"
    zip_, down = (
        told("羽绒服拉链拉两次就坏了", **shop),
        told("羽绒服钻毛，里面的毛衣全是白毛", 2, **shop),
    )
    assert likeness(zip_, down) is None


def test_what_is_said_beside_the_matter_tells_only_where_nothing_else_is_known() -> None:
    shop = {"unit": "m12"}
    mine = told("鞋底开胶，要求退款", **shop)
    assert likeness(mine, told("大衣掉色，要求退款", 2, **shop)) is None
    assert likeness(mine, told("两个月了还不给退钱", 3, **shop)) is not None


def test_within_three_days_half_a_word_will_do_and_is_said_to_be_little() -> None:
    shop = {"unit": "m12", "category": "goods"}
    mine = told("茶叶泡出来像刷锅水", **shop)
    words = "连换三杯茶都是怪怪的"
    soon = likeness(mine, told(words, 2, at=3 * DAY, **shop))
    assert soon is not None
    assert soon.reasons[-1].zh == "3 天之内，但用词少有相同"
    assert likeness(mine, told(words, 2, at=3 * DAY + 1, **shop)) is None
    assert likeness(mine, told(words, 2, unit="m12")) is None
    assert likeness(mine, told(words.replace("茶", "粥"), 2, **shop)) is None
    assert likeness(mine, told(f"{words}，态度恶劣", 2, **shop)) is not None
    assert (
        likeness(told(f"{mine.told.text}，要排队", **shop), told(f"{words}，态度恶劣", 2, **shop))
        is None
    )


def test_words_of_topics_are_such_as_texts_are_cut_into() -> None:
    for word in TOPICS:
        cut = told(f"都{word}，")
        assert word in (cut.signs if len(word) == 1 else cut.wording), word


def test_a_word_stands_in_one_line_of_the_topics_only() -> None:
    words = [word for line in LINES for word in line.replace("~", "").split()]
    assert len(words) > 1_500
    assert [word for word, times in Counter(words).items() if times > 1] == []
    assert [word for word in words if len(word) > 2 and not word.isascii()] == []
