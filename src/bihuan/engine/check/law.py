"""Limits of the law, with the days they are in force: they only compare and warn, with the article.

They are no part of any policy and change nothing that runs. Only limits read in the text of the law.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from bihuan.engine.calendar import BadTime, Calendar, instant_text
from bihuan.engine.check.clocks import year_of
from bihuan.engine.check.story import found
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import Element, Policy, Step
from bihuan.engine.spans import Days, Months, Span
from bihuan.engine.words import Text


@dataclass(frozen=True, slots=True)
class Statute:
    """One limit: what it is about, the span, and whether that is the longest or the shortest allowed."""

    about: str  # an act that is owed, `keep`, or `granted ` and the act that grants
    span: Span
    longest: bool
    article: Text
    says: Text
    start: str = ""  # the instant the law counts from
    since: str = ""  # first day in force
    until: str = ""  # first day no longer in force


_CONSUMERS = "2014-03-15"
STATUTES: tuple[Statute, ...] = (
    Statute(
        "refund",
        Days(7),
        longest=True,
        article=Text("《消费者权益保护法》第二十五条", "Consumer Protection Law, art. 25"),
        says=Text(
            "无理由退货的，收到退回商品之日起七日内返还价款",
            "money back within 7 days of the goods coming back, for returns without a reason",
        ),
        start="goods received",
        since=_CONSUMERS,
    ),
    Statute(
        "granted review_return",
        Days(7),
        longest=False,
        article=Text(
            "《消费者权益保护法》第二十四条、第二十五条", "Consumer Protection Law, art. 24 and 25"
        ),
        says=Text(
            "收到商品之日起七日内可以退货(远程购物的法定例外商品除外)",
            "goods may go back within 7 days of receipt (distance sales: but for the goods excepted)",
        ),
        since=_CONSUMERS,
    ),
    Statute(
        "keep",
        Months(36),
        longest=False,
        article=Text("《民法典》第一百八十八条", "Civil Code, art. 188"),
        says=Text(
            "诉讼时效三年，其间可能还要用到记录",
            "claims may be raised for three years, so the records may still be needed",
        ),
        since="2021-01-01",
    ),
)


def check_law(policy: Policy, calendars: Mapping[str, Calendar]) -> Iterator[Finding]:
    """Each span of the policy that the law bounds, on every day of a published year."""
    year = year_of(policy, calendars)
    for statute in STATUTES:
        if statute.since <= f"{year}-01-01" and not (
            statute.until and statute.until <= f"{year}-01-01"
        ):
            for span, usual, start, at in _bounded(statute, policy):
                yield from _compared(statute, span, usual, start, at, year, calendars)


def _bounded(statute: Statute, policy: Policy) -> Iterator[tuple[Span, str, str, Element]]:
    """What a limit is about in a policy: the span, its calendar, what it counts from, its place."""
    if statute.about == "keep":
        for keep in policy.keep:
            yield from _numbers(keep.number, "", policy)
        return
    word, _, granting = statute.about.rpartition(" ")
    for step in policy.steps:
        if step.act != granting:
            continue
        if word and step.grant is not None:
            yield from _numbers(step.grant.within, "", policy)
        elif not word:
            yield from _within(step, policy)


def _within(step: Step, policy: Policy) -> Iterator[tuple[Span, str, str, Element]]:
    timing = step.timing
    if timing.span is not None:
        yield timing.span, timing.calendar or "usual", timing.start, step.at
    for span, _, begin, at in _numbers(timing.within, timing.start, policy):
        yield span, timing.calendar or "usual", begin, at


def _numbers(name: str, start: str, policy: Policy) -> Iterator[tuple[Span, str, str, Element]]:
    table = policy.tables.get(name)
    if table is not None:
        for row in table.rows:
            yield from _numbers(str(row.then), start, policy)
        return
    number = policy.numbers.get(name)
    value = number.value() if number else 0
    if number is not None and not isinstance(value, int | str):
        yield value, "usual", number.start or start, number.at


def _compared(
    statute: Statute,
    span: Span,
    usual: str,
    start: str,
    at: Element,
    year: int,
    calendars: Mapping[str, Calendar],
) -> Iterator[Finding]:
    law = f"{statute.article.zh}：{statute.says.zh}"
    by_law = f"{statute.article.en}: {statute.says.en}"
    if statute.start and start != statute.start:
        yield found(
            Level.WARNING,
            "law-start",
            at,
            f"期限不是从收到退回商品起算，可能超过法定期限。{law}",
            f"does not count from the receipt of the goods and may be longer than the law allows. {by_law}",
        )
        return
    calendar = calendars["usual"]
    first = date(year, 1, 1).toordinal()
    for number in range(first, date(year + 1, 1, 1).toordinal()):
        began = calendar.at(date.fromordinal(number), 12 * 60)
        try:
            ours = span.due(began, calendars, usual, ())
            bound = statute.span.due(began, calendars, "usual", ())
        except BadTime:
            return
        if ours > bound if statute.longest else ours < bound:
            begun, due, legal = (instant_text(each, calendar) for each in (began, ours, bound))
            zh, en = ("长", "longer") if statute.longest else ("短", "shorter")
            yield found(
                Level.WARNING,
                "law-limit",
                at,
                f"比法律所定的时间{zh}：{begun} 起算，本制度到 {due}，依法到 {legal}。{law}",
                f"is {en} than the law has it: from {begun} until {due}, by the law until {legal}. {by_law}",
            )
            return
