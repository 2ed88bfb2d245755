"""What the checker finds: thirty and more mutations with clause and story, and nothing in what is harmless."""

from typing import Any

import pytest

from bihuan.engine.check import check
from bihuan.engine.compile import compile_policy
from bihuan.engine.findings import Finding, Level

from .mutating import judged, load, pack, staffed, unchanged

PACKS = ("general", "mall", "home", "auto", "returns")
MUTATIONS = load("mutations.yaml")
HARMLESS = load("harmless.yaml")


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[each["name"] for each in MUTATIONS])
def test_a_mutation_is_found_with_its_clause_and_its_story(mutation: dict[str, Any]) -> None:
    _, findings = judged(mutation)
    _, before = unchanged(mutation["pack"])
    known = {(each.code, each.place) for each in before if each.level is not Level.NOTE}
    fitting = [
        each
        for each in findings
        if each.code == mutation["code"]
        and mutation["clause"] in each.clauses
        and each.level is not Level.NOTE
        and (each.code, each.place) not in known
    ]
    assert fitting, [(each.code, each.clauses, each.say("en")) for each in findings]
    assert fitting[0].line or fitting[0].place
    assert fitting[0].text.zh != fitting[0].text.en
    if mutation.get("story"):
        assert len(fitting[0].story) >= 2
        assert all(line.zh and line.en for line in fitting[0].story)


@pytest.mark.parametrize("change", HARMLESS, ids=[each["name"] for each in HARMLESS])
def test_a_harmless_change_brings_no_new_finding(change: dict[str, Any]) -> None:
    policy, findings = judged(change)
    assert policy is not None, findings
    _, before = unchanged(change["pack"])
    new = {each.code for each in findings} - {each.code for each in before}
    assert not new, [each.say("en") for each in findings if each.code in new]


def test_there_are_a_hundred_mutations_of_every_pack_and_property() -> None:
    assert len(MUTATIONS) >= 100
    assert {each["pack"] for each in MUTATIONS} == {each["pack"] for each in HARMLESS} == set(PACKS)
    assert len(HARMLESS) >= 10
    assert len({each["code"] for each in MUTATIONS}) >= 45


@pytest.mark.parametrize("name", PACKS)
def test_the_packs_have_no_error_and_every_warning_is_acknowledged(name: str) -> None:
    policy, findings = compile_policy(pack(name))
    assert policy is not None, findings
    found = check(policy, organisation=staffed(name))
    assert [each.say("en") for each in found if each.level is not Level.NOTE] == []


def test_a_settled_warning_becomes_a_note_that_says_who_and_why() -> None:
    policy, _ = compile_policy(pack("mall"))
    assert policy is not None
    note = next(each for each in check(policy) if each.code == "open-question")
    assert note.level is Level.NOTE
    row = policy.settled[0]
    assert row.by.partition(" / ")[0] in note.text.zh
    assert row.because.partition(" / ")[2] in note.text.en


def test_a_clause_that_changes_unsettles_what_rested_on_its_words() -> None:
    edit = {"at": ["clauses", "MALL-8"], "set": "处理单、周报、月报由客服保存一年"}
    _, findings = judged({"pack": "mall", "edits": [edit]})
    (again,) = (each for each in findings if each.code == "law-limit")
    assert again.level is Level.WARNING
    assert "no longer says “保存二年”" in again.text.en
    edit["set"] = "处理单、周报、月报由客服保存二年以上"
    _, findings = judged({"pack": "mall", "edits": [edit]})
    assert next(each for each in findings if each.code == "law-limit").level is Level.NOTE


def test_a_settlement_of_what_no_longer_arises_is_found() -> None:
    edit = {"at": ["numbers", "keep_time", "is"], "set": "3 years"}
    _, findings = judged({"pack": "mall", "edits": [edit]})
    assert [each.place for each in findings if each.code == "settled-for-nothing"] == ["settled[1]"]


def test_an_error_cannot_be_settled() -> None:
    edits = [
        {"at": ["steps", "act=close"], "delete": True},
        {"at": ["settled", 0, "finding"], "set": "backbone"},
    ]
    _, findings = judged({"pack": "mall", "edits": edits})
    assert next(each for each in findings if each.code == "backbone").level is Level.ERROR
    assert next(each for each in findings if each.code == "cannot-be-settled")


def test_the_story_of_a_missing_closing_is_the_shortest_way_to_the_end() -> None:
    mutation = {"pack": "mall", "edits": [{"at": ["steps", "act=close"], "delete": True}]}
    _, findings = judged(mutation)
    story = next(each for each in findings if each.code == "backbone").story
    assert [line.zh for line in story] == [
        "一件案件，别无所知",
        "服务台客服：告知受理",
        "服务台客服：分类定级",
        "负责人：提出处理意见",
        "服务台客服：答复客户",
        "服务台客服：请客户确认——满意",
        "营运部经理：签名确认——同意",
        "服务台客服：回访——满意",
        "系统：归档",
        "结束，没有办结",
    ]


def test_the_checker_warns_where_one_person_would_always_have_to_step_aside() -> None:
    policy, _ = unchanged("mall")
    alone = check(policy, organisation=staffed("mall", {"service_desk@mall": ["desk"]}))
    found = [each for each in alone if each.code == "always-steps-aside"]
    assert [each.clauses for each in found] == [("MALL-6.2", "MALL-3.5")]
    assert "desk alone" in found[0].text.en
    two = check(policy, organisation=staffed("mall"))
    assert "always-steps-aside" not in {each.code for each in two}


def test_the_checker_warns_where_the_stand_in_for_the_top_has_too_few_to_keep_apart() -> None:
    policy, _ = unchanged("returns")

    def found(people: list[str]) -> list[Finding]:
        organisation = staffed("returns", {"supervisor@": people})
        checked = check(policy, organisation=organisation)
        return [each for each in checked if each.code == "too-few-apart"]

    assert ["'Inspect'" in each.text.en for each in found(["one"])] == [True]
    assert ["'Refund'" in each.text.en for each in found(["one", "two"])] == [True]
    assert found(["one", "two", "three"]) == []
