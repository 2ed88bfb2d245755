"""Open cases follow a new version of their policy where that says `cases_in_hand: move`."""

from django.db import transaction

from bihuan.desk import worlds
from bihuan.desk.append import append
from bihuan.desk.in_force import policies_in_force
from bihuan.desk.perform import change_of
from bihuan.desk.stored import load
from bihuan.engine.refusal import Refusal
from bihuan.engine.step import catch_up
from bihuan.engine.succession import take_over
from bihuan.engine.words import Text
from bihuan.records.models import Case, PolicyVersion

BATCH = 200


def hand_over(now: int) -> int:
    """Move the open cases of every policy whose version in force takes them over; how many moved.

    What keeps its version (closed, paused, of a kind or severity the new one lacks) stays behind.
    """
    moved = 0
    for version in policies_in_force(now).values():
        if not worlds.policy_of(version.pk).moves_cases:
            continue
        older = Case.objects.filter(
            policy_code=version.code, is_open=True, ledger=False, ended="", closed_at=0
        ).exclude(policy_id=version.pk)
        last = 0
        while batch := list(
            older.filter(pk__gt=last).order_by("pk").values_list("pk", "number")[:BATCH]
        ):
            for key, number in batch:
                moved += move(number, version, now) is None
                last = key
    return moved


def move(number: str, version: PolicyVersion, now: int) -> Refusal | None:
    """Move one case under the version, in one event of its own; None, or why it stays."""
    with transaction.atomic():
        stored = load(number, lock=True)
        if stored is None or stored.policy_id == version.pk:
            return Refusal("no-such-case", Text("没有这个案件", "there is no such case"), ())
        before = worlds.ruling(stored.policy_id, now)
        done = catch_up(stored.case, before.world, now)  # what lapsed, lapsed under its version
        if done.events and done.case is not None:
            append([change_of(stored, before, done)], now)
            stored = load(number)
            assert stored is not None
        after = worlds.ruling(version.pk, now)
        taken = take_over(stored.case, before.world.policy, after.world, now)
        if taken.events:
            append([change_of(stored, after, taken)], now)
        return taken.refusal
