"""The search for cells finds what trying every case finds, and stays quick where trying is hopeless."""

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product
from random import Random

import pytest

from bihuan.engine.case import Json
from bihuan.engine.check.cells import Cells
from bihuan.engine.check.tables import check_tables
from bihuan.engine.policy import Condition, Element, Fact, Policy, Row, Table
from bihuan.engine.rules import answering_row
from bihuan.engine.words import YES_NO, Text

from .mutating import judged

VALUES: dict[str, tuple[Json, ...]] = {
    "a": (None, "x", "y", "z"),
    "b": (None, "yes", "no"),
    "c": (None, 0, 1, 2, 3, 4, 5, 6),
}


@cache
def bare() -> Policy:
    policy, _ = judged({"pack": "mall", "edits": []})
    assert policy is not None
    names = {"x": Text("x", "x"), "y": Text("y", "y"), "z": Text("z", "z")}
    facts = {
        "a": Fact("a", Text("a", "a"), "one of", names, "", "", "", False, Element()),
        "b": Fact("b", Text("b", "b"), "yes/no", YES_NO, "", "", "", False, Element()),
        "c": Fact("c", Text("c", "c"), "count", {}, "", "", "", False, Element()),
    }
    return replace(policy, facts=facts, tables={}, steps=(), sheets={}, owed=(), levels=())


def random_condition(dice: Random, tables: tuple[str, ...]) -> Condition:
    found: Condition = ()
    for name in dice.sample(["a", "b", "c", *tables], dice.randint(1, 2)):
        if name == "c":
            word = dice.choice(("at least", "more than", "at most", "less than"))
            found += (("c", (word, dice.randint(0, 5))),)
        else:
            values = ("low", "high") if name in tables else VALUES[name][1:]
            chosen = tuple(dice.sample(values, dice.randint(1, len(values) - 1)))
            found += ((name, ("is", (*chosen, *dice.choice(((), ("unknown",)))))),)
    return found


def random_tables(dice: Random) -> Policy:
    tables: dict[str, Table] = {}
    for name, asked in (("first", ()), ("second", ("first",))):
        rows = [
            Row(
                random_condition(dice, asked),
                dice.choice(("low", "high")),
                None,
                Element(f"{name}[{n}]"),
            )
            for n in range(dice.randint(1, 5))
        ]
        if name == "first" or dice.random() < 0.7:
            rows.append(
                Row((), dice.choice(("low", "high")), None, Element(f"{name}[{len(rows)}]"))
            )
        tables[name] = Table(name, "level", tuple(rows), Element(name))
    return replace(bare(), tables=tables)


def no_limit(name: str) -> int:
    raise AssertionError(name)


def all_cases(policy: Policy) -> Iterator[dict[str, Json]]:
    for chosen in product(*VALUES.values()):
        facts = {n: value for n, value in zip(VALUES, chosen, strict=True) if value is not None}
        row = answering_row(policy.tables["first"], facts, no_limit)
        yield facts if row is None else {**facts, "first": row.then}


@pytest.mark.parametrize("number", range(150))
def test_the_search_agrees_with_trying_every_case(number: int) -> None:
    policy = random_tables(Random(number))
    table = policy.tables["second"]
    hit = [answering_row(table, facts, no_limit) for facts in all_cases(policy)]
    findings = [
        each for each in check_tables(policy, Cells(policy)) if each.place.startswith("second")
    ]
    assert (None in hit) == any(each.code == "no-row" for each in findings)
    never = {row.at.place for row in table.rows if row not in hit}
    assert never == {each.place for each in findings if each.code == "shadowed-row"}
    for each in findings:
        if each.code == "pointless-row":
            fewer = replace(
                table, rows=tuple(row for row in table.rows if row.at.place != each.place)
            )
            for facts, before in zip(all_cases(policy), hit, strict=True):
                after = answering_row(fewer, facts, no_limit)
                assert (after and after.then) == (before and before.then)


def test_a_table_of_a_hundred_rows_over_twenty_facts_is_searched_in_seconds() -> None:
    dice, policy = Random(1), bare()
    facts = {
        f"f{n}": Fact(f"f{n}", Text("f", "f"), "yes/no", YES_NO, "", "", "", False, Element())
        for n in range(20)
    }
    rows = [
        Row(
            tuple(
                (f"f{n}", ("is", (dice.choice(("yes", "no")),))) for n in dice.sample(range(20), 3)
            ),
            dice.choice("abc"),
            None,
            Element(f"big[{number}]"),
        )
        for number in range(100)
    ]
    rows.append(Row((), "d", None, Element("big[100]")))
    big = replace(
        policy, facts=facts, tables={"big": Table("big", "level", tuple(rows), Element("big"))}
    )
    start = time.perf_counter()
    list(check_tables(big, Cells(big)))
    assert time.perf_counter() - start < 5
