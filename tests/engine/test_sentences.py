"""A policy read aloud: every row a sentence in both languages, and what each post can owe."""

import re
from dataclasses import replace

import pytest

from bihuan.desk.scenarios import shipped_pack
from bihuan.engine.clock import parse_span
from bihuan.engine.policy import Policy
from bihuan.engine.sentences import duties_of, sentences

PACKS = ("general", "mall")


def policy_of(code: str) -> Policy:
    return shipped_pack(code).policy


def said(code: str, place: str, lang: str) -> str:
    return next(row.text for row in sentences(policy_of(code), lang) if row.place == place)


@pytest.mark.parametrize(
    ("code", "place", "zh", "en"),
    [
        (
            "mall",
            "sheets.handling_sheet.steps[1]",
            "收单人应在4个工作小时内签收；要求：签名。(MALL-11)",
            "The addressee shall sign for it within 4 working hours; required: signature. (MALL-11)",
        ),
        (
            "mall",
            "decide.owner[4]",
            "投诉对象为商户且类别为质量价格时，由营运部经理负责。(MALL-3.3、MALL-11)",
            (
                "Where the subject is a merchant and the category is quality or price, the operations "
                "manager is responsible. (MALL-3.3, MALL-11)"
            ),
        ),
        (
            "mall",
            "numbers.at_once",
            "“立即”为30分钟(原文未定，由我们约定)。(MALL-11)",
            "“立即” is 30 minutes (the source leaves it open; our value). (MALL-11)",
        ),
        (
            "mall",
            "rhythm[1]",
            "每日21:00起，营运部经理应在1小时内查阅当日处理单。(MALL-7.1)",
            (
                "Every day at 21:00, the operations manager shall review the day's notes within 1 hour. "
                "(MALL-7.1)"
            ),
        ),
        (
            "mall",
            "may.postpone",
            (
                "负责人或服务台客服可以变更约定反馈时间；要求：新的约定时间、客户同意；不得超过2次，"
                "超过的，案件交店总。(MALL-5.6、MALL-3.1)"
            ),
            (
                "The owner or the service desk may move the agreed feedback time; required: a new time and "
                "the customer's consent; twice at most, after which the case goes to the store GM. "
                "(MALL-5.6, MALL-3.1)"
            ),
        ),
        (
            "general",
            "owed[4]",
            "同类投诉数达到3时，开出《改进措施单》。(GEN-5.2)",
            (
                "When the count of the same problem is at least 3, an “Improvement action” is opened. "
                "(GEN-5.2)"
            ),
        ),
    ],
)
def test_a_row_reads_as_a_sentence(code: str, place: str, zh: str, en: str) -> None:
    assert said(code, place, "zh") == zh
    assert said(code, place, "en") == en


@pytest.mark.parametrize("code", PACKS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_row_that_cites_a_clause_is_read(code: str, lang: str) -> None:
    policy = policy_of(code)
    read = {row.place: row for row in sentences(policy, lang)}
    assert len(read) == len(sentences(policy, lang))
    for _, element in policy.elements:
        if element.clauses:
            assert read[element.place].clauses == element.clauses
            assert [key for key, _ in read[element.place].wording] == list(element.clauses)
    assert {number.at.place for number in policy.numbers.values()} <= set(read)


@pytest.mark.parametrize("code", PACKS)
def test_no_name_of_the_file_shows_through(code: str) -> None:
    """Nothing but ids of clauses, units of time and quoted names of calendars is foreign to a language."""
    named = {"GEN", "MALL", "usual"} | {kind.number for kind in policy_of(code).sheets.values()}
    for row in sentences(policy_of(code), "zh"):
        assert not set(re.findall(r"[A-Za-z_]{2,}", row.text)) - named, row.text
    for row in sentences(policy_of(code), "en"):
        from_source = row.section in ("numbers", "settled")
        words = row.text.rpartition("”")[2] if from_source else row.text
        assert not re.search(r"[\u4e00-\u9fff]|\w_\w|  |\bNone\b", words), row.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_number_changed_changes_its_sentences_and_no_other(lang: str) -> None:
    policy = policy_of("mall")
    number = policy.numbers["trace_time"]
    changed = type(number)(
        number.name, (("", parse_span("12 h")),), "12 h", number.word, number.mark, None, number.at
    )
    other = replace(policy, numbers={**policy.numbers, "trace_time": changed})
    before, after = sentences(policy, lang), sentences(other, lang)
    places = {a.place for a, b in zip(before, after, strict=True) if a.text != b.text}
    timed = {duty.at.place for duty in policy.owed if duty.timing.within == "trace_time"}
    assert len(timed) == 2
    assert places == {"numbers.trace_time", *timed}


def owed_by(code: str, post: str) -> set[str]:
    return {sentence.place for sentence in duties_of(policy_of(code), "en")[post]}


def test_a_post_owes_what_names_it_what_tables_give_it_and_what_ladders_bring() -> None:
    floor = owed_by("mall", "floor_manager")
    assert "steps[3]" in floor  # resolving, as owner by the table
    assert "sheets.handling_sheet.steps[2]" in floor  # the merchant's overdue reply
    assert "steps[0]" not in floor  # telling the customer is the desk's and never comes its way
    assert "steps[0]" in owed_by("mall", "operations_manager")


def test_who_stands_in_for_the_top_can_owe_all_that_the_top_can() -> None:
    assert owed_by("mall", "owner_company") == owed_by("mall", "store_gm")
    stand_in = duties_of(policy_of("general"), "zh")["board_member"]
    assert any(row.text.startswith("总经理须回避时：") for row in stand_in)


@pytest.mark.parametrize("code", [*PACKS, "auto", "home", "returns"])
def test_everybody_in_the_organisation_can_owe_something(code: str) -> None:
    policy = policy_of(code)
    for lang in ("zh", "en"):
        assert all(duties_of(policy, lang)[post] for post in policy.posts)


def test_a_sentence_says_which_of_its_clauses_is_for_which_kind():
    for lang, words in (
        ("zh", "(AUTO-5.4；抱怨 AUTO-6)"),
        ("en", "(AUTO-5.4; Complaint AUTO-6)"),
    ):
        said = sentences(policy_of("auto"), lang)
        row = next(one for one in said if one.text.endswith(words))
        assert row.clauses == ("AUTO-5.4", "AUTO-6")
        assert row.cited.strip() == words


def test_a_calendar_is_called_by_the_policy_s_own_words():
    for lang, named, counted in (
        ("zh", "部门工作日历\uff1a", "(按部门工作日历)"),
        ("en", "Departments’ working calendar: ", "on the departments’ working calendar"),
    ):
        rows = [row.text for row in sentences(policy_of("auto"), lang)]
        assert any(text.startswith(named) for text in rows)
        assert any(counted in text for text in rows)
        assert not any("“departments”" in text or "on departments" in text for text in rows)
