"""A channel is one folder: found by itself, judged by its own rules, and nothing it brings is lost."""

import logging
from importlib import import_module
from pathlib import Path

import pytest
from django.core.checks import run_checks

from bihuan import channels
from bihuan.channels import registry
from bihuan.desk import packs
from bihuan.desk.verify import verify
from bihuan.records.models import Received
from bihuan.records.queries.received import tallies
from tests.desk.firm import DAY, START, firm, owed

TOY = Path(__file__).with_name("toy.txt")


@pytest.fixture
def pager(tmp_path, monkeypatch):
    """The toy channel in a folder of its own, as if it stood with the others."""
    folder = tmp_path / "pager"
    folder.mkdir()
    folder.joinpath("__init__.py").write_text(TOY.read_text("utf-8"), "utf-8")
    monkeypatch.setattr(channels, "__path__", [*channels.__path__, str(tmp_path)])
    registry.all_channels.cache_clear()
    yield import_module("bihuan.channels.pager")
    registry.all_channels.cache_clear()


def test_a_channel_stands_for_every_code_of_the_packs():
    for code in packs.shipped():
        policy, _ = packs.read_policy(packs.shipped_text(code))
        assert registry.unknown(policy.channels) == []
    assert [error for error in run_checks() if error.id == "bihuan.E001"] == []


def test_a_code_that_no_channel_stands_for_is_named():
    assert registry.unknown(["phone", "pigeon"]) == ["pigeon"]


def test_a_toy_channel_is_short():
    assert len(TOY.read_text("utf-8").splitlines()) < 80


@pytest.mark.django_db
def test_a_toy_channel_brings_a_case_a_rejection_and_a_question_for_a_person(pager):
    firm()
    pages = (
        b'{"id": "1", "from": "hall", "says": "the lift stands still"}',
        b'{"id": "2", "from": "hall", "says": "test"}',
        b"\xff\xfe not json",
    )
    for page in pages:
        pager.hear(page, START)
    pager.hear(pages[0], START)

    assert registry.judge_waiting(START) == 3
    assert registry.judge_waiting(START) == 0

    fates = Received.objects.order_by("id").values_list("fate", "case__number")
    assert list(fates) == [
        ("case", "TS20260302-0001"), ("rejected", None), ("quarantined", None),
    ]  # fmt: skip
    assert owed("TS20260302-0001")
    (day,) = tallies(START - DAY, START + DAY)
    assert (day.received, day.balances) == (3, True)
    assert registry.read("pager", pages[0]).text == "the lift stands still"
    assert verify(START) == []


@pytest.mark.django_db
def test_a_channel_whose_rules_fail_loses_nothing(pager, monkeypatch, caplog):
    firm()

    def broken(message, now):
        raise ZeroDivisionError

    channel = registry.find("pager")
    monkeypatch.setitem(
        registry.all_channels(), "pager", type(channel)(channel.codes, channel.text, broken)
    )
    pager.hear(b'{"id": "1", "says": "x"}', START)
    with caplog.at_level(logging.CRITICAL):
        assert registry.judge_waiting(START) == 1
    assert Received.objects.get().fate == "quarantined"
    assert verify(START) == []


@pytest.mark.django_db
def test_the_two_books_show_what_one_of_them_lost(pager):
    firm()
    pager.hear(b'{"id": "1", "says": "x"}', START)
    pager.hear(b'{"id": "2", "says": "y"}', START)

    Received.objects.order_by("id").first().delete()

    (day,) = tallies(START - DAY, START + DAY)
    assert (day.received, sum(day.fates.values()), day.balances) == (2, 1, False)
