"""Common problems: found by wording whoever and wherever, counted at once, and acted on as the policy says."""

import csv
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bihuan.desk import problems, retention
from bihuan.desk.clustering import problems_of
from bihuan.engine.alike import Told, Traits
from bihuan.engine.problems import Seen, is_problem, name_of
from bihuan.records.models import Problem, ProblemCase
from tests.desk.firm import DAY, HOUR, START, Firm, firm, instant, stored
from tests.desk.test_retention import archived

LABELLED = Path(__file__).with_name("problems.csv")
LEAKS = (
    "洗衣机门封漏水，地板泡坏了", "新洗衣机漏水漏到楼下", "洗衣机脱水时漏水", "洗衣机排水管接口漏水，修了又漏",
)  # fmt: skip


def labelled() -> tuple[list[Traits], dict[int, str]]:
    """Complaints written for this test, and by their keys the problem each is one of; "" for none."""
    with LABELLED.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    traits = [
        Traits(Told(key, row["content"], key * DAY, f"p{key}", category=row["category"]))
        for key, row in enumerate(rows, 1)
    ]
    return traits, {key: row["problem"] for key, row in enumerate(rows, 1)}


def test_paraphrases_of_one_problem_come_together_and_others_stay_apart() -> None:
    traits, problem = labelled()
    found = {
        one.told.key: place for place, group in enumerate(problems_of(traits)) for one in group
    }
    right = together = wanted = 0
    for one, other in combinations(problem, 2):
        same = bool(problem[one]) and problem[one] == problem[other]
        joined = one in found and found[one] == found.get(other)
        right, together, wanted = right + (same and joined), together + joined, wanted + same
    assert right / together >= 0.9
    assert right / wanted >= 0.9


def test_a_problem_is_named_by_the_words_most_of_it_say() -> None:
    traits, problem = labelled()
    names = {problem[group[0].told.key]: name_of(group, group[0]) for group in problems_of(traits)}
    assert "开线" in names["seam"]
    assert "扶梯" in names["lift"]
    assert "洗手间" in names["toilet"]
    assert all(names.values())


def test_what_only_one_or_two_say_is_in_no_name() -> None:
    group = [
        Traits(Told(key, f"大衣开线，经手人{who}", key, who))
        for key, who in enumerate(("赵测试", "钱测试", "孙测试"))
    ]
    assert not any(who in name_of(group, group[0]) for who in ("赵测试", "钱测试", "孙测试"))


def test_one_person_alone_is_no_common_problem() -> None:
    same = [Traits(Told(key, "大衣开线", key, "a")) for key in range(5)]
    assert not is_problem(same)
    assert is_problem([*same, Traits(Told(9, "大衣开线", 9, "b"))])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(max_size=30), max_size=8))
def test_whatever_people_write_is_grouped_without_losing_or_doubling_any(texts: list[str]) -> None:
    cases = [Traits(Told(key, text, key, f"p{key}")) for key, text in enumerate(texts)]
    keys = [one.told.key for group in problems_of(cases) for one in group]
    assert len(keys) == len(set(keys))


EXTREME = (
    "", "好", "😀", "👩‍👩‍👧", "水" * 100_000, "a1 " * 30_000, "ok 谢谢 merci ありがとう", "\u202e\x00\x07",
    "<script>alert(1)</script>",
)  # fmt: skip


def test_texts_that_say_nothing_or_too_much_are_no_problem_and_disturb_none() -> None:
    texts = (*EXTREME, *LEAKS)
    cases = [Traits(Told(key, text, key, f"p{key}")) for key, text in enumerate(texts)]
    [group] = problems_of(cases)
    assert {texts[one.told.key] for one in group} == set(LEAKS)


def test_what_was_purged_is_in_no_problem_any_more(db: None) -> None:
    office = firm(keep_time="90 days")
    gone = archived(office, about="product")
    kept = [
        office.complain(
            START + n * HOUR,
            content=text,
            phone=f"1380000{n:04}",
            name=f"顾客{n}",
        ).number
        for n, text in enumerate(("水从底盘漏到地板上", "底盘漏水漏到地板", "底盘的水漏到木地板"))
    ]
    problems.group_now(START + DAY)
    [key] = Problem.objects.filter(gone_at=0).values_list("pk", flat=True)
    numbers = ProblemCase.objects.filter(problem=key).values_list("case__number", flat=True)
    assert set(numbers) == {gone, *kept}
    later = instant("2026-07-01 00:00")
    assert len(retention.purge(later).certificates) == 1
    problems.group_now(later)
    assert set(numbers.all()) == set(kept)


def test_a_surge_is_judged_against_its_season() -> None:
    assert Seen(12, 100, then=2, all_then=100).surges
    assert not Seen(
        12, 100, then=12, all_then=100
    ).surges  # it always comes so often in this season
    assert not Seen(12, 600, then=2, all_then=100).surges  # everything came six times as often
    assert Seen(12, 100, earlier=6, all_earlier=300).surges
    assert not Seen(2, 100, then=0, all_then=100).surges  # two are no surge
    assert not Seen(12, 12).surges  # nothing to compare with
    assert Seen(0, 0, then=3, all_then=9).expected == 0.5


@pytest.fixture
def desk(db: None) -> Firm:
    return firm()


SUBJECTS = (
    {"about": "product"}, {"about": "person"}, {"about": "unit", "about_unit": "works"}, {"about": "product"},
)  # fmt: skip


def leaks(
    desk: Firm, first: int = START, subjects: Sequence[dict[str, str]] = SUBJECTS
) -> list[str]:
    """Four complaints of leaking machines: different words, people and subjects."""
    return [
        desk.complain(
            first + n * HOUR, content=text, phone=f"1380000{n:04}", name=f"顾客{n}", **told
        ).number
        for n, (text, told) in enumerate(zip(LEAKS, subjects, strict=True))
    ]


def test_a_problem_of_many_subjects_opens_a_corrective_action_once(desk: Firm) -> None:
    numbers = leaks(desk)
    assert not any(stored(number).state.get("sheets") for number in numbers)

    assert problems.group_now(START + DAY) == 1
    problem = Problem.objects.get()
    assert "漏水" in problem.name
    assert ProblemCase.objects.filter(problem=problem).count() == 4
    opened = [number for number in numbers if stored(number).state.get("sheets")]
    assert opened == numbers[-1:]
    assert stored(opened[0]).state["facts"]["same_problem"] == 4

    problems.group_now(START + 2 * DAY)
    assert Problem.objects.get() == problem
    assert [number for number in numbers if stored(number).state.get("sheets")] == opened


def test_a_subject_opens_no_second_action_for_cases_whose_wording_opened_one(desk: Firm) -> None:
    product, person, unit, _product = SUBJECTS
    by_unit = leaks(desk, subjects=(product, product, person, unit))[-1]
    problems.group_now(START + DAY)
    assert stored(by_unit).state["sheets"]

    again = desk.complain(START + 2 * DAY, content=LEAKS[0], name="顾客九", phone="13800000099")
    assert (
        stored(again.number).state["facts"]["same_problem"] == 1
    )  # the two before have their action
    assert not stored(again.number).state.get("sheets")
    for n in (1, 2):
        again = desk.complain(START + (2 + n) * DAY, name=f"顾客九{n}", phone=f"1380000009{n}")
    assert stored(again.number).state["sheets"]  # it goes on: three anew are a matter of their own


def test_wording_opens_no_second_action_for_cases_whose_subject_opened_one(desk: Firm) -> None:
    numbers = [
        desk.complain(
            START + n * HOUR, content=text, name=f"顾客{n}", phone=f"1380000{n:04}"
        ).number
        for n, text in enumerate(LEAKS)
    ]
    assert [bool(stored(number).state.get("sheets")) for number in numbers] == [
        False,
        False,
        True,
        False,
    ]
    problems.group_now(START + DAY)
    assert ProblemCase.objects.count() == 4
    assert sum(bool(stored(number).state.get("sheets")) for number in numbers) == 1


def test_grouping_waits_a_day_and_does_nothing_twice(desk: Firm) -> None:
    numbers = leaks(desk)
    assert problems.group(START + DAY) == 1
    events = [stored(number).events for number in numbers]
    assert problems.group(START + DAY + HOUR) == 0
    problems.group_now(START + 3 * DAY)
    assert [stored(number).events for number in numbers] == events


def test_the_same_problem_told_of_other_subjects_stands_against_effective(desk: Firm) -> None:
    number = leaks(desk)[-1]
    problems.group_now(START + DAY)
    for at, name, told in (
        (START + 2 * DAY, "find_cause", {"cause": "密封圈"}),
        (START + 3 * DAY, "take_action", {"action": "换供应商"}),
    ):
        assert desk.act(number, name, desk.manager, at, sheet=1, **told).accepted
    leaks(desk, START + 10 * DAY)
    problems.group_now(START + 40 * DAY)

    done = desk.act(number, "check_effect", desk.gm, START + 41 * DAY, sheet=1, outcome="effective")
    assert done.refusal
    assert done.refusal.code == "not-fallen"
