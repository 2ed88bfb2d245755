"""The law's limits: compared day by day over a year, from the day they are in force, as warnings only."""

from dataclasses import replace
from typing import Any

import pytest

from bihuan.engine.check import check, law
from bihuan.engine.findings import Finding, Level

from .mutating import calendars_of
from .test_clocks import compiled


def warned(pack: str, *edits: dict[str, Any]) -> list[Finding]:
    policy = compiled({"pack": pack, "edits": list(edits)})
    found = check(policy, calendars=calendars_of(policy))
    assert all(each.level is not Level.ERROR for each in found if each.code.startswith("law-"))
    return [each for each in found if each.code.startswith("law-") and each.level is Level.WARNING]


@pytest.mark.parametrize(
    ("time", "is_longer"),
    [
        ("7 days", False),
        ("168 h", False),
        ("8 days", True),
        ("5 working days", True),  # over Spring Festival and the National Day
        ("2 working days", True),  # before the nine days of Spring Festival
        ("1 day", False),
    ],
)
def test_money_comes_back_within_seven_days_of_the_goods(time: str, is_longer: bool) -> None:
    found = warned("returns", {"at": ["numbers", "refund_time", "is"], "set": time})
    assert bool(found) == is_longer
    if found:
        assert "art. 25" in found[0].text.en
        assert "第二十五条" in found[0].text.zh
        assert "RET-3.7" in found[0].clauses


def test_a_refund_that_counts_from_elsewhere_than_the_receipt_of_the_goods_is_named() -> None:
    (found,) = warned("returns", {"at": ["steps", "act=refund", "from"], "set": "registered"})
    assert found.code == "law-start"


@pytest.mark.parametrize(
    ("time", "is_shorter"), [("35 months", True), ("36 months", False), ("3 years", False)]
)
def test_records_kept_for_less_than_three_years_are_named(time: str, is_shorter: bool) -> None:
    found = warned("general", {"at": ["numbers", "keep_time", "is"], "set": time})
    assert bool(found) == is_shorter
    if found:
        assert "art. 188" in found[0].text.en


def test_goods_may_go_back_for_seven_days() -> None:
    edit = {"at": ["numbers", "no_reason_days", "is"], "set": "6 days"}
    assert [each.place for each in warned("returns", edit)] == ["numbers.no_reason_days"]


def test_a_limit_that_is_not_yet_or_no_longer_in_force_is_not_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    edit = {"at": ["numbers", "keep_time", "is"], "set": "1 year"}
    for dates in ({"since": "2027-01-01"}, {"until": "2026-01-01"}):
        changed = tuple(replace(each, **dates) for each in law.STATUTES)
        monkeypatch.setattr(law, "STATUTES", changed)
        assert not warned("general", edit)
        monkeypatch.undo()
    assert warned("general", edit)
