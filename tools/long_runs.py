"""Long random runs of the engine: `python -m tools.long_runs sweeps|machine|lines|returns` (`--runs`, `--steps`)."""

import argparse
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from random import Random


def sweeps(first: int, last: int) -> list[str]:
    """Which of these random stories differ when the sweep runs at other times."""
    from tests.engine.test_sweep_independence import differs

    found = ((number, differs(number)) for number in range(first, last))
    return [f"story {number}: {what}" for number, what in found if what]


def machine(first: int, steps: int) -> list[str]:
    """What broke in so many random steps, from the story of that number on."""
    from bihuan.engine.case import replay
    from tests.engine.playing import DAY, played
    from tests.engine.worlds import MORNING, PACKS, random_world, world

    found: list[str] = []
    number, done = first, 0
    while done < steps:
        dice = Random(number)
        name = dice.choice(PACKS)
        here = world(name) if dice.random() < 0.5 else random_world(name, dice)
        for play in played(dice, here, MORNING + dice.randint(0, 400 * DAY), 60):
            done += 1
            if play.found:
                found.append(f"story {number}, act {len(play.acts)}: {play.found[0]}")
                break
        if replay(play.history) != play.case:
            found.append(f"story {number}: replay differs")
        number += 1
    return found


def lines(first: int, last: int) -> list[str]:
    """What the two oracles find in each pack: so many lines drawn at random, so many cases played."""
    from tests.engine.check.machines import Explicit, RandomPlay
    from tests.engine.check.mutating import STAFFED, unchanged, world_of

    found: list[str] = []
    for name in STAFFED:
        policy = unchanged(name)[0]
        if wrong := Explicit(policy).dead_end(sample=last - first, number=first):
            found.append(f"{name}, lines from {first}: {wrong}")
        for number in range(first, last):
            try:
                dead = RandomPlay(world_of(name, policy), number).play(25)
            except (AssertionError, KeyError, ValueError, RecursionError) as wrong_play:
                found.append(f"{name}, case {number}: {wrong_play!r}")
            else:
                if dead is not None:
                    found.append(f"{name}, case {number}: {dead.why} after {dead.acts}")
    return found


def returns(first: int, last: int) -> list[str]:
    """Which of these returns, forty random acts each, paid out what had not come in, or to the wrong one."""
    from tests.engine.test_returns_machine import played

    found: list[str] = []
    for number in range(first, last):
        try:
            played(number)
        except AssertionError as wrong:
            found.append(f"return {number}: {wrong!r}")
    return found


def blocks(whole: int, size: int) -> Iterator[tuple[int, int]]:
    """Ranges that together are the whole."""
    return ((first, min(whole, first + size)) for first in range(0, whole, size))


BY_RUNS = {"sweeps": (sweeps, 100), "lines": (lines, 50), "returns": (returns, 50)}


def main(words: list[str] | None = None) -> int:
    """Runs on every core and prints what broke; 1 if anything did."""
    parser = argparse.ArgumentParser(prog="python -m tools.long_runs", description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    kinds.add_parser("sweeps").add_argument("--runs", type=int, default=20_000)
    kinds.add_parser("lines").add_argument("--runs", type=int, default=2000)
    kinds.add_parser("returns").add_argument("--runs", type=int, default=5000)
    kinds.add_parser("machine").add_argument("--steps", type=int, default=200_000)
    parser.add_argument("--processes", type=int, default=None)
    asked = parser.parse_args(words)
    began, broke = time.monotonic(), 0
    with ProcessPoolExecutor(asked.processes) as pool:
        if asked.kind in BY_RUNS:
            whole = asked.runs
            play, size = BY_RUNS[asked.kind]
            jobs = [pool.submit(play, *block) for block in blocks(whole, size)]
        else:
            whole = asked.steps
            jobs = [
                pool.submit(machine, 1_000_000 + first, last - first)
                for first, last in blocks(whole, 2000)
            ]
        for job in jobs:
            for line in job.result():
                broke += 1
                print(line)
    took = time.monotonic() - began
    what = "steps" if asked.kind == "machine" else "runs"
    print(f"{asked.kind}: {whole} {what} in {took:.0f} s, {broke} broken")
    return 1 if broke else 0


if __name__ == "__main__":
    sys.exit(main())
