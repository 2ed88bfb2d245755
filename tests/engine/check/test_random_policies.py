"""Random rows beside the line of a small policy: what the checker lets pass, random play brings to its end."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bihuan.engine.check import check
from bihuan.engine.check.pieces import Course, Piece, later, pairs
from bihuan.engine.compile import compile_policy
from bihuan.engine.findings import Level

from .machines import RandomPlay
from .mutating import mutated, world_of

ROWS = st.fixed_dictionaries(
    {
        "start": st.sampled_from(
            [
                *(
                    f"when: {event}"
                    for event in (
                        "registered",
                        "classified",
                        "answered",
                        "closed",
                        "promised",
                        "referred",
                    )
                ),
                *(
                    f"while: {stage}, every: silence"
                    for stage in ("assessed", "in hand", "answered", "closed")
                ),
            ]
        ),
        "act": st.sampled_from(("contact", "report", "promise", "refer")),
        "owes": st.sampled_from(("after_sales", "owner", "general_manager", "customer", "system")),
        "until": st.sampled_from(
            ("", "until: acknowledged, ", "until: answered, ", "until: closed, ")
        ),
        "only": st.sampled_from(
            ("", "only: {about: person}, ", "only: {same_problem: at least second_tries}, ")
        ),
    }
)


def row(said: dict[str, str], number: int) -> dict[str, Any]:
    within = "" if "every" in said["start"] else "within: ask_time, "
    words = (
        f"{said['start']}, {said['only']}{said['until']}owes: {said['owes']}, act: {said['act']}"
    )
    return {
        "at": ["owed", 0],
        "insert": f"{{{words}, as: random_{number}, {within}clause: GEN-4.2}}",
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROWS, min_size=1, max_size=2))
def test_what_the_checker_lets_pass_random_play_brings_to_its_end(
    said: list[dict[str, str]],
) -> None:
    edits = [row(each, number) for number, each in enumerate(said)]
    policy, _ = compile_policy(mutated({"pack": "general", "edits": edits}))
    if policy is None or any(each.level is Level.ERROR for each in check(policy)):
        return
    for number in range(3):
        dead = RandomPlay(world_of("general", policy), number).play(15)
        assert dead is None, (edits, dead)


COURSES = st.lists(st.tuples(st.integers(0, 60), st.sampled_from((0, 1))), min_size=1, max_size=8)


def course(pieces: list[tuple[int, int]]) -> Course:
    return [Piece(value, slope, 5) for value, slope in pieces]


def values(of: Course) -> list[int]:
    return [value + slope * n for value, slope, lasts in of for n in range(lasts)]


@given(COURSES, COURSES)
def test_the_later_of_two_courses_is_the_later_at_every_instant(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    first, second = course(one), course(other)
    both = zip(values(first), values(second), strict=False)
    assert values(later(first, second)) == [max(pair) for pair in both]
    passed = 0
    for begins, a, b in pairs(first, second):
        assert begins == passed
        assert a.lasts == b.lasts
        passed += a.lasts
