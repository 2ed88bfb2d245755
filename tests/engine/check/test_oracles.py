"""What two machines that know nothing of the checker find broken, the checker found before."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import Policy

from .machines import Explicit, RandomPlay
from .mutating import judged, load, unchanged, world_of

PACKS = (
    "general",
    "mall",
)  # the explicit machine multiplies everything out: these are small enough
SAMPLE = 8  # lines walked where a policy has more: the others have hundreds to millions
MUTATIONS = [each for each in load("mutations.yaml") if each["edits"] and each.get("pack") in PACKS]


def errors(findings: tuple[Finding, ...]) -> list[str]:
    return [each.code for each in findings if each.level is Level.ERROR]


def broken_by_random_play(policy: Policy, name: str, runs: int, rounds: int = 25) -> str:
    for number in range(runs):
        machine = RandomPlay(world_of(name, policy), number)
        try:
            dead = machine.play(rounds)
        except (AssertionError, KeyError, ValueError, RecursionError) as wrong:
            return f"run {number}: {wrong!r}"
        if dead is not None:
            return f"run {number}: {dead.why} after {dead.acts}"
    return ""


@pytest.mark.parametrize("name", PACKS)
def test_in_the_packs_no_line_goes_nowhere(name: str) -> None:
    machine = Explicit(unchanged(name)[0])
    assert machine.dead_end() == ""
    assert machine.states > 100


@pytest.mark.parametrize("name", [*PACKS, "home"])
def test_in_the_packs_every_random_case_comes_to_its_end(name: str) -> None:
    assert broken_by_random_play(unchanged(name)[0], name, runs=80) == ""


@cache
def judgement(name: str) -> tuple[Policy | None, tuple[Finding, ...]]:
    return judged(next(each for each in MUTATIONS if each["name"] == name))


@cache
def verdicts(name: str) -> tuple[str, str]:
    """What the explicit machine and the random machine say of a mutation; "" where they find nothing."""
    policy, _ = judgement(name)
    if policy is None:
        return "", ""
    return Explicit(policy).dead_end(), broken_by_random_play(policy, policy.code, runs=8)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[each["name"] for each in MUTATIONS])
def test_what_the_machines_find_broken_the_checker_found_before(mutation: dict[str, Any]) -> None:
    _, findings = judgement(mutation["name"])
    if any(verdicts(mutation["name"])):
        assert errors(findings), verdicts(mutation["name"])


@pytest.mark.parametrize(
    "change", load("harmless.yaml"), ids=[each["name"] for each in load("harmless.yaml")]
)
def test_harmless_changes_break_no_machine(change: dict[str, Any]) -> None:
    policy, _ = judged(change)
    assert policy is not None
    assert Explicit(policy).dead_end(sample=SAMPLE) == ""
    assert broken_by_random_play(policy, change["pack"], runs=4) == ""


@pytest.mark.parametrize("name", ["home", "auto", "returns"])
def test_a_sample_of_the_lines_finds_a_line_that_leaves_out_its_end(name: str) -> None:
    policy = unchanged(name)[0]
    steps = tuple(step for step in policy.steps if step.act != "archive")
    left = Explicit(replace(policy, steps=steps)).dead_end(SAMPLE)
    assert left.startswith("ends without archive")


def test_the_machines_have_teeth() -> None:
    by_explicit = {each["code"] for each in MUTATIONS if verdicts(each["name"])[0]}
    by_play = {each["code"] for each in MUTATIONS if verdicts(each["name"])[1]}
    assert {"backbone", "back-without-end", "goes-nowhere"} <= by_explicit
    assert {"blocks-closing", "need-nobody-provides", "nobody-can"} <= by_play
