"""Whatever was said is found by any of its words, on both databases, and only by who may read it."""

import random
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from bihuan.desk import passages, people, permissions, rebuild, retention
from bihuan.records.models import Case, Passage
from bihuan.records.queries import find
from bihuan.records.queries.cases import Filters
from bihuan.records.queries.find import found_cases
from bihuan.records.wording import fold, signs, words_of
from tests.desk.firm import DAY, HOUR, MIN, START, Firm, firm

pytestmark = pytest.mark.django_db

SAID = (
    "二楼的扶梯夹住了孩子的鞋，工作人员叫了半天才来", "买的羊绒衫穿了一次就脱线，店里说是人为的不给退",
    "停车场收费系统把我的沪A12345扣了两次钱", "空調滴水，打了三次電話沒人來修", "外卖送来是凉的，汤洒了一半",
    "会员积分过期没有提前通知，客服态度很差", "The lift on floor 3 has been out of order for a week",
    "洗手间的水龙头漏水，地上很滑，老人差点摔倒", "退款说好三天到账，已经半个月了 😡",
)  # fmt: skip


@pytest.fixture
def office() -> Firm:
    return firm()


def gm(office: Firm, now: int = START) -> permissions.Viewer:
    return permissions.viewer(office.gm, now)


def found(viewer, words: str, **filters) -> list[str]:
    rows, after = found_cases(viewer, words, Filters(**filters))
    assert after is None
    return [row.number for row in rows]


def test_every_word_of_one_or_two_characters_finds_every_case_that_holds_it(
    office: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(7)
    for where in (find, passages):  # few cases are many stretches
        monkeypatch.setattr(where, "STRETCHES", (2, 3, 5))
    texts = {}
    for index in range(60):
        parts = dice.sample(SAID, 2)
        cut = [part[dice.randrange(len(part) // 2) :] for part in parts]
        number = office.complain(content="，".join(cut), name=f"测试{index}").number
        office.acknowledge(number, remark=dice.choice(SAID))
        texts[number] = fold("\n".join([*cut, *_said(number)]))
    words = sorted({sign for text in texts.values() for sign in signs(text)
                    if len(sign) == 2 and not sign.isascii() and sign[0] != "="})  # fmt: skip
    single = sorted(set("".join(words)))
    viewer = gm(office)
    for word in dice.sample(words, 60) + dice.sample(single, 20):
        holding = {number for number, text in texts.items() if word in text}
        # as if there were many: some are read at a time, and most are asked one by one
        monkeypatch.setattr(find, "_CHUNK", dice.choice((2, 5, 64)))
        monkeypatch.setattr(find, "_READ", dice.choice((2, 9, 2_000)))
        seen: list[str] = []
        after = None
        while True:
            rows, after = found_cases(viewer, word, Filters(), after=after, limit=7)
            seen += [row.number for row in rows]
            if after is None:
                break
        assert len(seen) == len(set(seen))
        assert set(seen) == holding, word


def _said(number: str) -> list[str]:
    own = Case.objects.get(number=number).pk
    rows = Passage.objects.filter(id__gte=own << 20, id__lt=own + 1 << 20)
    return [row.said for row in rows]


def test_it_is_found_by_words_names_plates_and_the_ends_of_numbers(office: Firm) -> None:
    made = [
        office.complain(content=text, name=f"测试{place}", phone=f"1380000777{place}").number
        for place, text in enumerate(SAID)
    ]
    viewer = gm(office)
    for words, fits in (
        ("电话", [3]), ("電話", [3]), ("滴", [3]), ("沪A12345", [2]), ("沪a123", [2]), ("12345", []),
        ("2345", [2]), ("LIFT", [6]), ("lif", [6]), ("ift", []), ("😡", [8]), ("漏水 老人", [7]),
        ("老人　漏水", [7]), ("漏水 扶梯", []), ("。，！", []), ("脱线，店里", [1]), ("羊绒衫穿了一次", [1]),
        ("测试2", [2]), ("13800007774", [4]), ("138-0000-7774", [4]), ("+86 138 0000 7774", [4]),
        ("7774", [4]), ("0000", []), ("138", []), ("1380000", []), (made[5], [5]), (made[5][2:], [5]),
    ):  # fmt: skip
        assert sorted(found(viewer, words)) == [made[place] for place in fits], words


def test_number_and_name_come_before_what_was_told_and_that_before_what_was_said_since(
    office: Firm,
) -> None:
    later = office.complain(content="机器漏水").number
    told = office.complain(START + HOUR, content="扶梯停了").number
    older = office.complain(START - HOUR, content="扶梯太快").number
    called = office.complain(content="机器漏水", name="扶梯先生").number
    office.acknowledge(later, remark="客户又说扶梯也坏了")
    assert found(gm(office, START + HOUR), "扶梯") == [called, older, told, later]
    assert found(gm(office, START + HOUR), "扶梯 漏水") == [called, later]
    assert found(gm(office, START + HOUR), "扶梯", stage="acknowledged") == [later]


@pytest.mark.parametrize("words", ["扶梯", "扶梯 漏水", "漏"])
def test_page_by_page_the_same_is_found_as_at_once(
    office: Firm, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    dice = random.Random(3)
    for place in range(24):
        said = [one for one in ("扶梯停了", "机器漏水") if dice.random() < 0.6]
        name = dice.choice(("扶梯先生", "漏水女士", "测试"))
        number = office.complain(START + place, content="，".join(said) or "别的", name=name).number
        if dice.random() < 0.5:
            office.acknowledge(number, remark=dice.choice(("扶梯也坏了", "那里又漏水了")))
    viewer = gm(office, START + HOUR)
    at_once = found(viewer, words)
    assert len(at_once) > 5
    monkeypatch.setattr(find, "_CHUNK", 3)
    for limit in (1, 2, 5):
        after, seen = None, []
        while True:
            rows, after = found_cases(viewer, words, Filters(), after=after, limit=limit)
            seen += [row.number for row in rows]
            if after is None:
                break
        assert seen == at_once, limit


def test_who_may_not_read_a_case_does_not_find_it(office: Firm) -> None:
    number = office.complain(content="车间主任骂人", about_person=office.head).number
    assert found(gm(office), "骂人") == [number]
    assert found(permissions.viewer(office.head, START), "骂人") == []
    nobody, _ = people.create_person("路人", now=START - DAY)
    assert found(permissions.viewer(str(nobody.pk), START), "骂人") == []


def test_a_rebuild_makes_the_index_anew_to_the_same(office: Firm) -> None:
    number = office.complain(content="空调滴水").number
    office.acknowledge(number, remark="已派人看过")
    before = rebuild.dump(), index()
    for only in (None, number):
        rebuild.rebuild(number=only)
        assert (rebuild.dump(), index()) == before
        assert found(gm(office, START + MIN), "派人") == [number]


def test_an_index_of_before_is_made_anew_by_the_upgrade(office: Firm) -> None:
    number = office.complain(content="空调滴水").number
    office.acknowledge(number, remark="已派人看过")
    before = index()
    upgrade = import_module("bihuan.records.migrations.0032_signs_say_their_text")
    upgrade.make_anew(None, SimpleNamespace(connection=connection))
    assert index() == before
    assert found(gm(office), "派人") == [number]


def index() -> list[tuple]:
    """All that the index of this database holds."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT id, signs::text FROM records_passage ORDER BY id")
            return cursor.fetchall()
        cursor.execute("DROP TABLE IF EXISTS temp.held")
        cursor.execute(
            "CREATE VIRTUAL TABLE temp.held USING fts5vocab(main, records_passagesigns, instance)"
        )
        cursor.execute("SELECT * FROM temp.held ORDER BY term, doc, col, offset")
        rows = cursor.fetchall()
        cursor.execute("DROP TABLE temp.held")
        return rows


def test_bad_texts_are_kept_and_looked_for_without_failure(office: Firm) -> None:
    viewer = gm(office)
    for text in (
        "",
        "一",
        "a",
        " ",
        "😀",
        "\x00",
        "'\"*:-()~=",
        "漏" * 100_000,
        "ab " * 40_000,
        "１２３",
    ):
        office.complain(content=text or None)
        found_cases(viewer, text, Filters())
        found_cases(viewer, f'"{text[:30]}" OR * NEAR', Filters())


def test_signs_that_are_not_seen_hide_no_word(office: Firm) -> None:
    number = office.complain(content="电\u200b梯\u2060停\u00ad运").number
    assert found(gm(office), "电梯停运") == [number]
    assert found(gm(office), "电\ufeff梯") == [number]


def test_a_word_across_the_seam_of_a_long_text_is_found(office: Firm) -> None:
    content = "".join(chr(0x4E00 + place % 5000) for place in range(9_000)) + "结尾在此"
    number = office.complain(content=content).number
    for start in (1_950, 1_975, 1_990, 3_930, 7_000, len(content) - 4):
        assert found(gm(office), content[start : start + 30]) == [number], start


@given(st.text(max_size=60), st.text(max_size=20))
def test_whatever_is_typed_is_cut_the_same_as_what_was_written(text: str, word: str) -> None:
    for one in words_of(f"{text} {word}"):
        assert one.signs
        assert all(sign and not {"'", '"', "\\", " ", "\x00"} & set(sign) for sign in one.signs)
    assert signs(fold(text)) == signs(fold(fold(text)))


def test_what_was_purged_is_found_no_more(office: Firm) -> None:
    number = office.complain(content="空调滴水，邻居老周说的").number
    other = office.complain(content="空调太响").number
    assert office.act(number, "withdraw", "customer", START + HOUR).accepted
    for at in (START + 4 * 366 * DAY,):
        retention.purge(at)
    viewer = gm(office, START + 4 * 366 * DAY)
    assert found(viewer, "老周") == []
    assert number not in found(viewer, "空调")
    assert other in found(viewer, "空调")
    held = index()
    assert not [row for row in held if "老周" in str(row) or "周说" in str(row)]
