"""Citing documents: the version in force at the instant of the act, kept so that nobody looks it up again."""

import pytest

from bihuan.desk.scenarios import shipped_pack
from bihuan.engine.case import Act, Case, replay
from bihuan.engine.library import Library, Version
from bihuan.engine.step import Decision, decide, possible
from bihuan.engine.world import World
from tests.engine.stories import instant

AUTO = shipped_pack("auto").world()
EMPTY = World(AUTO.policy, AUTO.organisation, AUTO.calendars)
START = instant("2026-03-02 10:00")
REFUSED = {
    "质量担保政策 第3版": "no-longer-in-force",
    "质量担保政策 第5版": "not-yet-in-force",
    "质量担保政策 第9版": "unknown-version",
    "传闻 第1版": "unknown-document",
    "传闻": "unknown-document",
    "新品要点 第1版": "not-copied",
    "新品要点": "not-copied",
    "经销商毛利 第1版": "not-to-be-told",
    "价格表 第7版": "other-topic",
}


def enquiry(world: World = AUTO, **facts: object) -> tuple[Case, list]:
    """An enquiry about the warranty that can be answered at once, now to be answered."""
    told = {
        "kind": "enquiry", "channel": "hotline", "unit": "centre", "category": "warranty",
        "answered_now": "yes", "name": "客户某", "contact": "示例", "content": "几年", **facts,
    }  # fmt: skip
    case, history = None, []
    for name in ("register", "acknowledge", "classify"):
        done = decide(case, Act(name, "taker", START, told if case is None else {}), world, START)
        assert done.case is not None, done.refusal
        case, history = done.case, [*history, *done.events]
    return case, history


def answered(case: Case, cited: str, at: int = START, world: World = AUTO) -> Decision:
    data = {"form": "phone", "answer": "三年"} | ({"document": cited} if cited else {})
    return decide(case, Act("respond", "taker", at, data), world, max(at, START))


def refusal_codes() -> set[str]:
    """The codes with which citing is refused; each leaves the case as it was."""
    case, _ = enquiry()
    before, codes = case.to_json(), set()
    for cited, code in REFUSED.items():
        about = case if code != "not-copied" else enquiry(category="new_product")[0]
        done = answered(about, cited)
        assert done.refusal is not None, cited
        assert (done.refusal.code, done.refusal.field) == (code, "document"), cited
        assert done.refusal.clauses == ("AUTO-5.2.1a", "AUTO-5.2.1b", "AUTO-6")
        assert done.events == ()
        codes.add(code)
    assert case.to_json() == before
    nothing = answered(enquiry(EMPTY)[0], "", world=EMPTY).refusal
    assert nothing is not None
    assert "Section chief" in nothing.say("en")
    return codes | {nothing.code}


def test_every_way_to_cite_wrongly_is_refused_and_changes_nothing() -> None:
    assert refusal_codes() == {*REFUSED.values(), "no-library"}


def test_a_refusal_names_the_version_in_force_instead_in_both_languages() -> None:
    refusal = answered(enquiry()[0], "质量担保政策 第3版").refusal
    assert refusal is not None
    assert "现行版本是“质量担保政策 第4版”" in refusal.say("zh-hans")
    assert "in force is '质量担保政策 第4版'" in refusal.say("en")


def test_the_instant_of_the_act_decides_not_the_instant_it_is_noted() -> None:
    """An answer of the evening before, written down the next day, cited what was in force then."""
    before, after = instant("2026-03-31 23:59"), instant("2026-04-01 09:00")
    case, _ = enquiry()
    data = {"form": "phone", "answer": "三年", "document": "质量担保政策 第4版"}
    noted = decide(case, Act("respond", "taker", before, data), AUTO, after)
    assert noted.refusal is None
    late = decide(case, Act("respond", "taker", after, data), AUTO, after)
    assert late.refusal is not None
    assert late.refusal.code == "no-longer-in-force"


def test_state_and_history_keep_the_version_and_its_hash_so_replay_needs_no_library() -> None:
    case, history = enquiry()
    done = answered(case, "质量担保政策")
    assert done.case is not None
    hash_ = AUTO.library.documents["质量担保政策"][1].hash
    assert done.case.cited == {"质量担保政策 第4版": hash_}
    assert replay([*history, *done.events]) == done.case
    assert Case.from_json(done.case.to_json()) == done.case


def test_a_document_answers_from_the_second_it_begins_until_the_second_it_ends() -> None:
    one = Version("d", "1", "t", (), "public", "h", since=100, until=200, copied=50)
    assert [one.in_force(at) for at in (99, 100, 199, 200)] == [False, True, True, False]
    assert [one.is_copied(at) for at in (49, 50)] == [False, True]
    library = Library({"d": (one,)})
    assert [bool(library.citable(at)) for at in (99, 100, 199, 200)] == [False, True, True, False]


def test_only_what_a_customer_may_be_told_about_the_topic_is_offered() -> None:
    offered = {one.citation for one in AUTO.library.citable(START, "price")}
    assert offered == {"价格表 第7版"}
    unknown = {one.document for one in AUTO.library.citable(START, "")}
    assert unknown == {"质量担保政策", "配置表", "价格表", "促销办法", "备件手册"}


@pytest.mark.parametrize("garbage", [0, 7, True, [], ["a"], {}, "x\0y", " "])
def test_no_garbage_in_the_citation_raises(garbage: object) -> None:
    data = {"form": "phone", "answer": "三年", "document": garbage}
    done = decide(enquiry()[0], Act("respond", "taker", START, data), AUTO, START)
    assert done.refusal is not None


def test_the_document_is_a_required_field_of_the_answer_until_a_department_has_replied() -> None:
    case, _ = enquiry()
    (offer,) = [one for one in possible(case, "taker", AUTO, START) if one.act == "respond"]
    (field,) = [one for one in offer.fields if one.name == "document"]
    assert (field.kind, field.required) == ("document", True)
