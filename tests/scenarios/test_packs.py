"""Every scenario of every shipped pack, and the trace of every clause."""

import pytest

from bihuan.desk.scenarios import shipped_pack, trace_shipped
from bihuan.engine.scenario import Scenario, clauses_at, play

PACKS = ("general", "mall", "auto", "home", "returns")


def every_scenario() -> list[object]:
    return [
        pytest.param(code, scenario, id=f"{code}: {scenario.name.en}")
        for code in PACKS
        for scenario in shipped_pack(code).scenarios
    ]


@pytest.mark.parametrize(("code", "scenario"), every_scenario())
def test_scenario(code: str, scenario: Scenario) -> None:
    pack = shipped_pack(code)
    result = play(scenario, pack.world(), pack.cast)
    assert result.passed, result.say()
    unseen = set(scenario.shows) - clauses_at(pack.policy, result.touched)
    assert not unseen, f"nothing that carries out {unseen} took part in it"


@pytest.mark.parametrize("code", PACKS)
def test_every_clause_is_carried_out_and_shown_or_has_its_reason(code: str) -> None:
    rows = trace_shipped(code, "zh")
    assert [row.clause for row in rows] == list(shipped_pack(code).policy.clauses)
    assert not [row.clause for row in rows if not row.is_proved]


@pytest.mark.parametrize("code", PACKS)
def test_only_a_purpose_is_left_to_a_reason_alone(code: str) -> None:
    left = {row.clause for row in trace_shipped(code, "en") if not row.passed}
    assert (
        left
        == {"general": {"GEN-1"}, "mall": set(), "auto": set(), "home": set(), "returns": set()}[
            code
        ]
    )


@pytest.mark.parametrize("code", PACKS)
def test_what_is_still_to_come_is_said_of_clauses_that_exist(code: str) -> None:
    pack = shipped_pack(code)
    assert set(pack.waiting) <= set(pack.policy.clauses)
    assert {clause for scenario in pack.scenarios for clause in scenario.shows} <= set(
        pack.policy.clauses
    )


@pytest.mark.parametrize("code", PACKS)
def test_every_row_takes_part_in_a_scenario(code: str) -> None:
    pack = shipped_pack(code)
    touched = frozenset().union(*(result.touched for result in pack.results()))
    kinds = ("step", "owed", "rhythm", "may", "row", "channel", "form", "usual")
    rows = {at.place for what, at in pack.policy.elements if what in kinds and at.clauses}
    # A year of the mall's ledger left alone is tens of thousands of lapses; GEN shows the yearly review.
    yearly = {row.at.place for row in pack.policy.rhythm if row.act == "review_policy"}
    assert sorted(rows - touched - yearly) == []


@pytest.mark.parametrize("code", PACKS)
def test_scenarios_have_names_of_their_own_in_both_languages(code: str) -> None:
    names = [scenario.name for scenario in shipped_pack(code).scenarios]
    assert len({name.zh for name in names}) == len({name.en for name in names}) == len(names)
