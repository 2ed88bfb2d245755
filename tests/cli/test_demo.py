"""bihuan demo: an organisation one can walk about in."""

from collections import Counter
from functools import partial
from pathlib import Path

from tests.cli.conftest import Bihuan, run

THURSDAY = "2026-04-16T15:30:00+08:00"


def test_the_demo_has_cases_in_all_stages_up_to_the_given_instant_and_its_records_are_clean(
    bare: Path,
):
    bihuan = partial(run, bare)
    made = bihuan("demo", "--policy", "general", "--at", THURSDAY, "--json")
    assert made.code == 0, made.err
    assert made.json["added"] == made.json["cases"] == 140
    people = made.json["people"]
    assert len({who["password"] for who in people}) == len(people) == 10
    assert all(len(who["password"]) >= 17 for who in people)

    cases = bihuan("list", "--limit", "1000", "--json").json
    assert max(case["registered_at"] for case in cases) < THURSDAY
    stages = Counter(case["ended"] or case["stage"] for case in cases)
    assert {"registered", "in hand", "answered", "closed", "archived"} <= set(stages)
    assert bihuan("verify").code == 0
    ledger = bihuan("ledger", "--days", "10000", "--json")
    fates = Counter()
    for day in ledger.json["days"]:
        fates.update(day["fates"])
    assert (ledger.code, sum(fates.values())) == (0, 14)
    assert {"waiting", "quarantined", "case", "addition", "merged", "rejected"} == set(fates)
    assert bihuan("owed", "--person", "guyu", "--json").json

    again = bihuan("demo", "--policy", "general", "--json").json
    assert (again["added"], again["people"]) == (0, [])
    refused = bihuan("demo")  # the mall does not move in with them
    assert refused.code == 1
    assert "another BIHUAN_HOME" in refused.err
    renewed = bihuan("demo", "--new-passwords")
    assert "guyu" in renewed.out
    assert people[0]["password"] not in renewed.out


def test_the_demo_does_not_move_into_somebody_elses_house(bihuan: Bihuan):
    refused = bihuan("demo")
    assert refused.code == 1
    assert "another BIHUAN_HOME" in refused.err
    assert bihuan("demo", "--new-passwords").code == 1


def test_there_is_a_demo_of_every_pack_and_of_nothing_else(bare: Path):
    refused = run(bare, "demo", "--policy", "nonsense")
    assert refused.code == 1
    assert "there are auto, general, home, mall, returns" in refused.err


def test_a_demo_does_not_tell_of_the_future(bare: Path):
    refused = run(bare, "demo", "--at", "2999-01-01T10:00:00+08:00")
    assert refused.code == 2
    assert "--at" in refused.err
