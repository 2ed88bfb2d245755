"""bihuan demo: an organisation one can walk about in."""

import sqlite3
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from tests.cli.conftest import Bihuan, run


def test_the_demo_mall_has_cases_in_all_stages_and_its_records_are_clean(bare: Path):
    bihuan = partial(run, bare)
    made = bihuan("demo", "--json")
    assert made.code == 0, made.err
    assert made.json["added"] == made.json["cases"] == 140
    people = made.json["people"]
    assert len({who["password"] for who in people}) == len(people) == 19
    assert all(len(who["password"]) >= 17 for who in people)

    cases = bihuan("list", "--limit", "1000", "--json").json
    stages = Counter(case["ended"] or case["stage"] for case in cases)
    assert {"registered", "in hand", "answered", "closed", "archived"} <= set(stages)
    assert stages["acknowledged"] or stages["assessed"]  # which of them hangs on the hour
    assert {"declined", "withdrawn"} <= set(stages)
    assert all(case["next_due_at"] for case in cases if case["is_open"])
    assert bihuan("verify").code == 0
    ledger = bihuan("ledger", "--json")
    fates = Counter()
    for day in ledger.json["days"]:
        fates.update(day["fates"])
    assert (ledger.code, sum(fates.values())) == (0, 14)
    assert {"waiting", "quarantined", "case", "addition", "merged", "rejected"} == set(fates)
    assert bihuan("owed", "--person", "guyu", "--json").json
    assert bihuan("list", "--as", "dongzhi", "--json").json == []  # merchants see their notes only

    again = bihuan("demo", "--json").json
    assert (again["added"], again["cases"], again["people"]) == (0, 140, [])
    renewed = bihuan("demo", "--new-passwords")
    assert "guyu" in renewed.out
    assert people[0]["password"] not in renewed.out


def test_the_demo_does_not_move_into_somebody_elses_house(bihuan: Bihuan):
    refused = bihuan("demo")
    assert refused.code == 1
    assert "another BIHUAN_HOME" in refused.err
    assert bihuan("demo", "--new-passwords").code == 1


def test_the_demo_of_returns_has_goods_and_money_moving_and_its_records_are_clean(bare: Path):
    bihuan = partial(run, bare)
    made = bihuan("demo", "--policy", "returns", "--json")
    assert made.code == 0, made.err
    assert made.json["added"] == 140
    cases = bihuan("list", "--limit", "1000", "--json").json
    stages = Counter(case["ended"] or case["stage"] for case in cases)
    assert {"registered", "acknowledged", "assessed", "in hand", "closed", "archived"} <= set(
        stages
    )
    assert {case["kind"] for case in cases} == {"complaint", "return"}
    assert bihuan("verify").code == 0
    refused = bihuan("demo")  # the mall does not move in with them
    assert refused.code == 1
    assert "another BIHUAN_HOME" in refused.err
    assert "guyu" in bihuan("demo", "--new-passwords").out


def test_there_is_a_demo_of_every_pack_and_of_nothing_else(bare: Path):
    refused = run(bare, "demo", "--policy", "nonsense")
    assert refused.code == 1
    assert "there are auto, general, home, mall, returns" in refused.err


@pytest.mark.parametrize(
    ("pack", "kinds", "told"),
    [
        ("auto", {"enquiry", "complaint", "rescue", "fault", "appeal"}, {"refer", "postpone"}),
        ("home", {"complaint"}, {"promise", "keep_promise", "refer", "appoint_command"}),
        ("general", {"complaint"}, {"postpone", "investigate"}),
    ],
)
def test_the_demos_tell_of_all_kinds_and_of_what_goes_wrong(
    bare: Path, pack: str, kinds: set[str], told: set[str]
) -> None:
    bihuan = partial(run, bare)
    assert bihuan("demo", "--policy", pack, "--json").json["added"] == 140
    cases = bihuan("list", "--limit", "1000", "--json").json
    assert {case["kind"] for case in cases} == kinds
    ends = {case["ended"] or case["stage"] for case in cases}
    assert {"in hand", "answered", "closed", "archived", "withdrawn", "declined"} <= ends
    with sqlite3.connect(bare / "bihuan.sqlite3") as records:
        acts = {row[0] for row in records.execute("SELECT DISTINCT kind FROM records_event")}
    assert told | {"lapsed"} <= acts  # whether somebody passed one up by hand hangs on the hour
    assert bihuan("verify").code == 0
