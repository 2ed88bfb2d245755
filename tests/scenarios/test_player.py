"""The player finds what goes another way than a scenario says, and says it."""

from dataclasses import replace

import pytest

from bihuan.desk.scenarios import BadScenarioFile, read_pack, shipped_pack
from bihuan.engine.scenario import Result, Scenario, ScenarioStep, play
from bihuan.engine.trace import trace
from bihuan.engine.words import Text


def scenario_called(name: str, code: str = "mall") -> Scenario:
    return next(item for item in shipped_pack(code).scenarios if name in item.name.en)


def play_changed(scenario: Scenario, number: int, **expected: object) -> Result:
    """Play it with other expectations at one step."""
    pack = shipped_pack("mall")
    steps = tuple(
        replace(step, expected={**step.expected, **expected}) if step.number == number else step
        for step in scenario.steps
    )
    return play(replace(scenario, steps=steps), pack.world(), pack.cast)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (3, {"owner": "desk"}),
        (3, {"stage": "closed"}),
        (3, {"severity": "major"}),
        (3, {"owed": [{"who": "desk", "act": "dispatch", "by": "2026-03-02 11:21"}]}),
        (3, {"owed": [{"who": "operations", "act": "dispatch"}]}),
        (3, {"not owed": ["dispatch"]}),
        (3, {"facts": {"category": "service"}}),
        (2, {"agreed": "2026-03-03 18:01"}),
        (2, {"refused": "too-far"}),
        (5, {"sheets": {"1": {"to": "cook"}}}),
        (5, {"sheets": {"2": {"to": "shop"}}}),
        (5, {"lapsed": [{"act": "dispatch"}]}),
        (5, {"late": ["dispatch"]}),
        (5, {"told": ["gm"]}),
        (5, {"ended": "archived"}),
    ],
)
def test_a_wrong_expectation_is_found(number: int, expected: dict[str, object]) -> None:
    result = play_changed(scenario_called("goes from intake"), number, **expected)
    assert result.failure is not None
    assert result.failure.step == number


def test_a_failure_says_clause_step_and_what_was_there() -> None:
    result = play_changed(
        scenario_called("trace call is taken up"), 5, owed=[{"who": "gm", "act": "trace_call"}]
    )
    said = result.say()
    assert "MALL-11" in said
    assert "step 5, 2026-03-02 10:40" in said
    assert "gm owes trace_call" in said
    assert "service_desk@mall owes trace_call by 2026-03-03 10:40" in said


def test_an_act_refused_where_none_was_expected_fails() -> None:
    pack = shipped_pack("mall")
    step = ScenarioStep(1, "2026-03-02 10:05", "desk", "acknowledge", "", {}, {})
    result = play(Scenario(Text("", ""), (), (step,)), pack.world(), pack.cast)
    assert "no-case" in result.say()


def test_a_clause_whose_scenario_fails_is_not_proved() -> None:
    pack = shipped_pack("mall")
    failed = play_changed(scenario_called("hands straight to the store GM"), 5, owner="desk")
    results = [*(r for r in pack.results() if r.scenario.name != failed.scenario.name), failed]
    rows = {row.clause: row for row in trace(pack.policy, results, pack.waiting, "en")}
    assert not rows["MALL-5.4"].is_proved
    assert rows["MALL-5.3"].is_proved


def test_a_clause_that_no_element_carries_out_needs_a_reason() -> None:
    pack = shipped_pack("mall")
    policy = replace(pack.policy, clauses={**pack.policy.clauses, "MALL-12": "新条款"})
    rows = {row.clause: row for row in trace(policy, pack.results(), {}, "en")}
    assert not rows["MALL-12"].is_proved
    reasons = {"MALL-12": Text("以后", "later")}
    rows = {row.clause: row for row in trace(policy, pack.results(), reasons, "en")}
    assert rows["MALL-12"].is_proved


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("scenarios: [{name: {zh: 甲,乙, en: a}, shows: [], steps: []}]", "zh and en"),
        ("scenarios: [{name: {zh: 甲, en: a}, shows: [], steps: [{when: now}]}]", "no 'when'"),
        ("scenarios: 3", "a list is wanted"),
        ("- 3", "keys and values"),
    ],
)
def test_a_scenario_file_with_an_error_says_what_would_be_right(
    text: str, wrong: str, tmp_path
) -> None:
    (tmp_path / "wrong.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadScenarioFile, match=wrong):
        read_pack(shipped_pack("mall").policy, tmp_path)
