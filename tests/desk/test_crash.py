"""The server killed under load loses nothing; and the look after a kill sees what would be lost."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from bihuan.desk import intake, worlds
from bihuan.records.models import ActReceipt, Obligation
from tools.crash.books import CLERKS, Books, Sent

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="python -m tools.crash, by hand")
def test_a_server_killed_three_times_loses_nothing_it_acknowledged():
    done = subprocess.run(
        [sys.executable, "-m", "tools.crash", "--runs", "3", "--minutes", "3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "7 kills" in done.stdout  # four while it made the tables
    assert "faults:       0" in done.stdout


@pytest.fixture
def books(db) -> Iterator[Books]:
    worlds.forget()
    yield Books(random.Random(1))
    worlds.forget()  # the next test's policy may have this one's id


def register(books: Books, act_id: str) -> Sent:
    done = intake.register(
        {"kind": "complaint", "channel": "phone", "content": "漏水"},
        by=books.people[CLERKS[0]], unit="company", now=int(time.time()), policy=books.policy,
        act_id=act_id,
    )  # fmt: skip
    return Sent(CLERKS[0], "register", act_id, "/cases/new/", {}, done.number, "accepted")


def test_the_look_after_a_kill_finds_nothing_where_all_is_there(books):
    one = register(books, "a")

    assert list(books.check([one], [one.number])) == []
    assert list(books.check_all()) == []


def test_the_look_after_a_kill_finds_an_act_that_was_acknowledged_and_is_not_there(books):
    one = register(books, "a")
    lost = Sent(CLERKS[0], "remark", "b", "", {}, one.number, "accepted")

    assert list(books.check([one, lost], [])) == [
        f"LOST: remark b on {one.number} was acknowledged and is not there"
    ]


def test_the_look_after_a_kill_finds_events_that_are_missing(books):
    one = register(books, "a")
    ActReceipt.objects.filter(act_id="a").update(last=2)

    assert [text[:4] for text in books.check([one], [])] == ["HALF"]


def test_the_look_after_a_kill_finds_a_projection_that_was_half_written(books):
    one = register(books, "a")
    Obligation.objects.filter(case__number=one.number).delete()

    assert list(books.check([one], [])) == [
        f"verify: projection {one.number} obligations: not what the events say"
    ]


def test_the_look_after_a_kill_finds_a_number_given_twice_and_a_case_that_is_gone(books):
    assert books.took("TS1", "a") == ""
    assert books.took("TS1", "a") == ""
    assert books.took("TS1", "b") == "TS1 was given to a and to b"
    assert list(books.check_all()) == ["TS1 is gone"]


def test_the_look_after_a_kill_finds_a_receipt_that_changed(books):
    one = register(books, "a")
    assert list(books.check([one], [])) == []
    ActReceipt.objects.filter(act_id="a").update(by="9")

    assert [text[:16] for text in books.check_all()] == ["the receipt of a"]
