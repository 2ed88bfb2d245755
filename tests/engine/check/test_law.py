"""The law's limits: compared day by day over a year, from the day they are in force, as warnings only."""

from dataclasses import replace
from typing import Any

import pytest

from bihuan.desk.calendars import shipped
from bihuan.engine.calendar import parse_calendar
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


def trade(name: str) -> dict[str, Any]:
    return {"at": ["source", "trade"], "set": f"[{name}]"}


def number(name: str, value: str) -> dict[str, Any]:
    return {"at": ["numbers", name, "is"], "set": value}


# Each limit: the policy, what is done to it, the number, a time laxer than the law and one that is not,
# the article, and a year in which it is not yet (or no longer) in force and one in which it is.
LIMITS: list[tuple[str, list[dict[str, Any]], str, str, str, str, int, int]] = [
    (
        "returns",
        [],
        "refund_time",
        "8 days",
        "7 days",
        "Consumer Protection Law, art. 25",
        2013,
        2014,
    ),
    (
        "returns",
        [number("fresh_days", "7 days")],
        "no_reason_days",
        "6 days",
        "7 days",
        "art. 24 and 25",
        2013,
        2014,
    ),
    ("returns", [], "review_time", "16 days", "15 days", "Infringements", 2014, 2015),
    ("returns", [], "refund_time", "16 days", "7 days", "Infringements", 2014, 2016),
    ("general", [], "keep_time", "35 months", "36 months", "Civil Code, art. 188", 2020, 2021),
    (
        "auto",
        [],
        "keep_time",
        "35 months",
        "36 months",
        "Network Data Security, art. 12",
        2024,
        2025,
    ),
    ("auto", [], "outside_time", "59 days", "80 days", "Order 20", 2027, 2025),
    ("auto", [], "outside_time", "59 days", "60 days", "Order 121", 2025, 2027),
    (
        "general",
        [trade("platform")],
        "keep_time",
        "2 years",
        "3 years",
        "E-Commerce Law",
        2018,
        2019,
    ),
    (
        "returns",
        [trade("cars"), number("fresh_days", "60 days"), number("no_reason_days", "60 days")],
        "defect_days",
        "59 days",
        "60 days",
        "Order 43), art. 23",
        2021,
        2022,
    ),
    (
        "general",
        [trade("cars")],
        "answer_time",
        "11 working days",
        "10 working days",
        "art. 28",
        2021,
        2022,
    ),
    (
        "returns",
        [trade("cars")],
        "refund_time",
        "21 working days",
        "7 days",
        "Order 43), art. 28",
        2021,
        2022,
    ),
    (
        "returns",
        [trade("cars")],
        "refund_time",
        "6 days",
        "5 days",
        "Order 43), art. 21",
        2021,
        2022,
    ),
    (
        "returns",
        [trade("cars")],
        "refund_time",
        "31 days",
        "30 days",
        "Order 43), art. 24",
        2021,
        2022,
    ),
    ("auto", [], "keep_time", "71 months", "6 years", "Order 43), art. 17", 2021, 2022),
    ("general", [trade("banking")], "answer_time", "31 days", "30 days", "Banking", 2019, 2020),
    ("general", [trade("telecoms")], "answer_time", "16 days", "15 days", "Telecom", 2015, 2016),
    ("general", [trade("petitions")], "at_once", "16 days", "15 days", "Petitions", 2021, 2022),
    ("general", [trade("petitions")], "answer_time", "61 days", "60 days", "Petitions", 2021, 2022),
    (
        "general",
        [trade("uk payments")],
        "answer_time",
        "16 working days",
        "15 working days",
        "1.6.2AR",
        2025,
        2026,
    ),
]


def articles(pack: str, year: int, *edits: dict[str, Any]) -> str:
    """What the law is quoted for in a year whose holidays are the last published."""
    policy = compiled({"pack": pack, "edits": list(edits)})
    china = replace(shipped()["china"], through=year)
    calendars = {
        name: parse_calendar(dict(words), {"china": china})
        for name, words in policy.calendars.items()
    }
    found = [each for each in check(policy, calendars=calendars) if each.code.startswith("law-")]
    return "; ".join(line.en for each in found for line in each.story)


@pytest.mark.parametrize(
    ("pack", "edits", "name", "laxer", "lawful", "article", "not_in_force", "in_force"), LIMITS
)
def test_a_limit_is_compared_only_while_it_is_in_force(
    pack: str,
    edits: list[dict[str, Any]],
    name: str,
    laxer: str,
    lawful: str,
    article: str,
    not_in_force: int,
    in_force: int,
) -> None:
    assert article in articles(pack, in_force, *edits, number(name, laxer))
    assert article not in articles(pack, in_force, *edits, number(name, lawful))
    assert article not in articles(pack, not_in_force, *edits, number(name, laxer))


def test_british_limits_that_are_older_than_any_policy_bind_always() -> None:
    edits = [trade("uk finance"), number("answer_time", "57 days"), number("keep_time", "2 years")]
    told = articles("general", 2026, *edits)
    assert "1.6.2R" in told
    assert "1.9.1R" in told
    edits[1:] = [number("answer_time", "56 days"), number("keep_time", "3 years")]
    assert "FCA" not in articles("general", 2026, *edits)


def test_a_limit_of_a_trade_binds_only_who_names_the_trade() -> None:
    assert not warned("general", number("answer_time", "31 days"))
    assert warned("general", trade("banking"), number("answer_time", "31 days"))


def test_every_limit_has_a_test_of_its_own_time() -> None:
    tried = {(article, name) for _, _, name, _, _, article, _, _ in LIMITS}
    for statute in law.STATUTES:
        known = any(article in statute.article.en for article, _ in tried)
        assert known or statute.trade == "uk finance", statute.article.en


def test_the_rule_of_the_day_is_asked_of_the_value_of_the_day() -> None:
    dated = "{2026-01-01: 45 working days, 2026-04-15: 60 days}"
    assert "Order" not in articles("auto", 2026, number("outside_time", dated))
    told = articles("auto", 2026, number("outside_time", "60 days"))
    assert "Order 20" in told
    assert "Order 121" not in told
    assert "from 1 Jan 2026 12:00 until" in told
