"""The faults of the source documents: put back into the packs, each is found with its clause."""

from typing import Any

import pytest

from bihuan.engine.check import check
from bihuan.engine.compile import compile_policy
from bihuan.engine.findings import Finding, Level

from .mutating import calendars_of, load, mutated

CASES = load("lint_cases.yaml")


def found_in(mutation: dict[str, Any]) -> tuple[Finding, ...]:
    policy, findings = compile_policy(mutated(mutation))
    if policy is None:
        return findings
    return (*findings, *check(policy, calendars=calendars_of(policy)))


@pytest.mark.parametrize("case", CASES, ids=[each["name"] for each in CASES])
def test_a_fault_of_the_source_is_found_with_its_clause(case: dict[str, Any]) -> None:
    fitting = [
        each
        for each in found_in(case)
        if each.code == case["code"]
        and case["clause"] in each.clauses
        and each.level is not Level.NOTE
    ]
    assert fitting, [each.say("en") for each in found_in(case)]
    assert fitting[0].text.zh != fitting[0].text.en
    before = found_in({"pack": case["pack"], "edits": []})
    open_before = {(each.code, each.place) for each in before if each.level is not Level.NOTE}
    assert (fitting[0].code, fitting[0].place) not in open_before
    new = {
        each.code
        for each in found_in(case)
        if each.level is not Level.NOTE and (each.code, each.place) not in open_before
    }
    assert new == {case["code"], *case.get("also", ())}
