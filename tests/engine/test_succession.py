"""A new version takes over a case in hand: no due gets later, what is gone ends with its cause."""

import re
from importlib.resources import files
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.engine.case import replay
from bihuan.engine.invariants import CLOSED_ENOUGH, broken, broken_between
from bihuan.engine.policy import Policy
from bihuan.engine.succession import GONE, stays, take_over
from bihuan.engine.world import World
from tests.engine.playing import Play, played
from tests.engine.worlds import MORNING, PACKS, changed, compiled, pack, world, world_of


def text_of(name: str) -> str:
    return files("bihuan.packs").joinpath(name).joinpath("policy.yaml").read_text("utf-8")


def second(name: str, dice: Random) -> World:
    """The pack's next version: every number longer or shorter, now and then a step fewer."""
    text = (
        text_of(name)
        .replace("version: {no: 1", "version: {no: 2")
        .replace("hand: keep", "hand: move")
    )

    def other(found: re.Match[str]) -> str:
        number = max(1, round(int(found[2]) * dice.choice((0.5, 1, 2, 5))))
        return f"{found[1]}{number}{found[3]}"

    text = re.sub(r"(\{is: )(\d+)( (?:working )?(?:min|h|days))", other, text)
    if name == "general" and dice.random() < 0.5:
        text = "\n".join(line for line in text.split("\n") if "act: resolve," not in line)
        text = text.replace("back to: resolve", "back to: investigate")
    return world_of(compiled(text), world(name).organisation)


def taken(play: Play, after: World) -> None:
    """Move the case and look at everything that must hold."""
    before, old = play.case, play.world.policy
    kept = before.to_json()
    decision = take_over(before, old, after, play.now)
    assert before.to_json() == kept
    if decision.refusal:
        assert stays(before, after.policy) is not None
        assert not decision.events
        return
    first, *lapsed = decision.events
    assert (first.kind, decision.case) == ("take over", replay([*play.history, *decision.events]))
    assert all(event.kind in ("lapsed", "opened", "resume") for event in lapsed)
    moved = replay([*play.history, first])
    assert moved is not None
    assert moved.version == after.policy.version
    assert not list(broken_between(before, (first,), moved, after))
    assert not list(broken(decision.case, after, play.now))
    no_later(before.debts.values(), moved.debts, after.policy)
    again = take_over(decision.case, after.policy, after, play.now)
    assert [kind for kind, _ in again.events[0].effects] == ["version"]


def no_later(was, now, policy: Policy) -> None:
    """What stood is due no later; what comes in a step's place neither."""
    lines = {(one.sheet, one.row.partition(".")[0]): one for one in now.values()}
    for debt in was:
        if debt.id in now:
            assert now[debt.id].due <= debt.due
        elif debt.row.startswith(("steps.", "sheets.")):
            stands = lines.get((debt.sheet, debt.row.partition(".")[0]))
            assert stands is None or stands.due <= debt.due


@settings(max_examples=25, deadline=None)
@given(name=st.sampled_from(PACKS), entropy=st.integers(0, 2**32 - 1), steps=st.integers(0, 25))
def test_whatever_was_done_a_new_version_gives_nobody_more_time(
    name: str, entropy: int, steps: int
) -> None:
    dice = Random(entropy)
    *_, play = played(dice, world(name), MORNING + dice.randint(0, 300 * 86400), steps)
    play.sweep()
    taken(play, second(name, dice))


def investigated() -> Play:
    """A case of the general policy that stands on resolving."""
    for entropy in range(400):
        dice = Random(entropy)
        for play in played(dice, world("general"), MORNING, 12):
            rows = {debt.row for debt in play.case.debts.values()}
            if (
                "steps.resolve" in rows
                and not play.case.paused
                and play.case.stage not in CLOSED_ENOUGH
            ):
                play.sweep()
                if any(debt.row == "steps.resolve" for debt in play.case.debts.values()):
                    return play
    raise AssertionError("no play came so far")


def test_a_step_the_new_version_lacks_ends_and_what_comes_instead_is_due_no_later() -> None:
    play = investigated()
    old = next(debt for debt in play.case.debts.values() if debt.row == "steps.resolve")
    line = next(row for row in text_of("general").split("\n") if "act: resolve," in row)
    after = changed("general", (line + "\n", ""), ("back to: resolve", "back to: investigate"))
    decision = take_over(play.case, pack("general"), after, play.now)
    first = decision.events[0]
    ended = [data for kind, data in first.effects if kind == "void"]
    assert [(data["id"], data["why"]) for data in ended] == [(old.id, GONE)]
    moved = replay([*play.history, first])
    assert moved is not None
    now = next(debt for debt in moved.debts.values() if debt.row == "steps.respond")
    assert now.due <= old.due


def test_a_step_put_before_binds_the_one_that_stood() -> None:
    play = investigated()
    old = next(debt for debt in play.case.debts.values() if debt.row == "steps.resolve")
    line = next(row for row in text_of("general").split("\n") if "act: resolve," in row)
    before = "  - {owes: owner, act: approve, as: look_again, within: silence, needs: [reasons], clause: GEN-4.3}\n"
    after = changed("general", (line, before + line))
    moved = replay(
        [*play.history, take_over(play.case, pack("general"), after, play.now).events[0]]
    )
    assert moved is not None
    assert moved.bounds["resolve"] == old.due
    assert (
        next(debt for debt in moved.debts.values() if debt.row == "steps.look_again").due <= old.due
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [(("kinds: {complaint: {", "kinds: {grievance: {"), "unknown-kind")],
)
def test_a_case_of_a_kind_the_new_version_lacks_keeps_its_own(
    change: tuple[str, str], code: str
) -> None:
    play = investigated()
    decision = take_over(play.case, pack("general"), changed("general", change), play.now)
    assert (decision.refusal.code if decision.refusal else "", decision.events) == (code, ())
