"""Limits of the law, with the days they are in force: they only compare and warn, with the article.

They are no part of any policy and change nothing that runs. Only limits read in the text of the law, and only
those that bound a time a policy sets; those of one trade only where the policy names it (`source.trade`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from bihuan.engine.calendar import BadTime, Calendar, instant_text
from bihuan.engine.check.clocks import year_of
from bihuan.engine.check.story import found
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import Element, Number, Policy, Timing
from bihuan.engine.spans import Days, Months, Span, WorkingDays
from bihuan.engine.words import Text

_NOON = 12 * 60
_REGULATORS = ("市场监管", "market regulator")


@dataclass(frozen=True, slots=True)
class Statute:
    """One limit: what it is about, the span, and whether that is the longest or the shortest allowed."""

    about: str  # an act that is owed, `keep`, or `granted ` and the act that grants
    span: Span
    longest: bool
    article: Text
    says: Text
    start: str = ""  # the instant the law counts from
    since: str = ""  # first day in force; "" = before any policy of ours
    until: str = ""  # first day no longer in force
    trade: str = ""  # the trade it binds; "" = everybody
    only: str = ""  # `passes data on`, or `refers to a regulator`

    def binds(self, policy: Policy) -> bool:
        """Whether the limit concerns an organisation with this policy."""
        if self.trade and self.trade not in policy.trades:
            return False
        if self.only == "passes data on":
            return any(post.outside and post.own_only for post in policy.posts.values())
        if self.only == "refers to a regulator":
            refer = policy.may.get("refer")
            return refer is not None and any(
                word in body for body in refer.to for word in _REGULATORS
            )
        return True


@dataclass(frozen=True, slots=True)
class _Time:
    """A time of a policy that the law may bound."""

    at: Element
    usual: str
    start: str
    number: Number | None = None
    fixed: Span | None = None

    def span(self, day: str) -> Span | None:
        value = self.fixed if self.number is None else self.number.value(day)
        return None if isinstance(value, int | str) else value


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
        since="2014-03-15",
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
        since="2014-03-15",
    ),
    Statute(
        "review_return",
        Days(15),
        longest=True,
        article=Text(
            "《侵害消费者权益行为处罚办法》第八条至第十条",
            "Measures for Penalties on Infringements of Consumer Rights, art. 8 to 10",
        ),
        says=Text(
            "对消费者的退货要求，超过十五日未办理的，视为故意拖延",
            "a return not handled for more than 15 days counts as deliberate delay",
        ),
        since="2015-03-15",
    ),
    Statute(
        "refund",
        Days(15),
        longest=True,
        article=Text(
            "《侵害消费者权益行为处罚办法》第八条至第十条",
            "Measures for Penalties on Infringements of Consumer Rights, art. 8 to 10",
        ),
        says=Text(
            "收到退货后超过十五日未退款的，视为故意拖延",
            "money not paid back within 15 days of the goods counts as deliberate delay",
        ),
        since="2015-03-15",
    ),
    Statute(
        "exchange",
        Days(15),
        longest=True,
        article=Text(
            "《侵害消费者权益行为处罚办法》第八条至第十条",
            "Measures for Penalties on Infringements of Consumer Rights, art. 8 to 10",
        ),
        says=Text(
            "超过十五日未更换的，视为故意拖延",
            "goods not exchanged within 15 days count as deliberate delay",
        ),
        since="2015-03-15",
    ),
    Statute(
        "repair",
        Days(15),
        longest=True,
        article=Text(
            "《侵害消费者权益行为处罚办法》第八条至第十条",
            "Measures for Penalties on Infringements of Consumer Rights, art. 8 to 10",
        ),
        says=Text(
            "超过十五日未修理的，视为故意拖延",
            "goods not repaired within 15 days count as deliberate delay",
        ),
        since="2015-03-15",
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
    Statute(
        "keep",
        Months(36),
        longest=False,
        article=Text(
            "《网络数据安全管理条例》第十二条", "Regulations on Network Data Security, art. 12"
        ),
        says=Text(
            "向他人提供个人信息的，处理记录至少保存三年",
            "whoever passes personal data to others keeps records of it for at least three years",
        ),
        since="2025-01-01",
        only="passes data on",
    ),
    Statute(
        "await_outside",
        WorkingDays(45),
        longest=False,
        article=Text(
            "《市场监督管理投诉举报处理暂行办法》第二十一条",
            "Interim Measures on Complaints to Market Regulators (Order 20), art. 21",
        ),
        says=Text(
            "受理之日起四十五个工作日内未达成调解协议的，终止调解；此前结果可能未出",
            "mediation ends 45 working days after acceptance, so the outcome may come as late as that",
        ),
        until="2026-04-15",
        only="refers to a regulator",
    ),
    Statute(
        "await_outside",
        Days(60),
        longest=False,
        article=Text(
            "《市场监督管理投诉举报处理办法》第二十三条",
            "Measures on Complaints to Market Regulators (Order 121), art. 23",
        ),
        says=Text(
            "受理之日起六十日内未达成调解协议的，终止调解；此前结果可能未出",
            "mediation ends 60 days after acceptance, so the outcome may come as late as that",
        ),
        since="2026-04-15",
        only="refers to a regulator",
    ),
    Statute(
        "keep",
        Months(36),
        longest=False,
        article=Text("《电子商务法》第三十一条", "E-Commerce Law, art. 31"),
        says=Text(
            "平台的商品、服务和交易信息至少保存三年",
            "a platform keeps the data of goods and trades for at least three years",
        ),
        since="2019-01-01",
        trade="platform",
    ),
    Statute(
        "granted review_return",
        Days(60),
        longest=False,
        article=Text(
            "《家用汽车产品修理更换退货责任规定》第二十三条",
            "Rules on Repair, Exchange and Return of Cars (Order 43), art. 23",
        ),
        says=Text(
            "转向、制动失效等严重安全问题，六十日内可以更换或退货",
            "a car with failing steering or brakes may be exchanged or returned within 60 days",
        ),
        since="2022-01-01",
        trade="cars",
    ),
    Statute(
        "respond",
        WorkingDays(10),
        longest=True,
        article=Text(
            "《家用汽车产品修理更换退货责任规定》第二十八条",
            "Rules on Repair, Exchange and Return of Cars (Order 43), art. 28",
        ),
        says=Text(
            "更换、退货的要求，十个工作日内答复并说明理由",
            "a demand for exchange or return is answered with reasons within 10 working days",
        ),
        since="2022-01-01",
        trade="cars",
    ),
    Statute(
        "exchange",
        WorkingDays(20),
        longest=True,
        article=Text(
            "《家用汽车产品修理更换退货责任规定》第二十八条",
            "Rules on Repair, Exchange and Return of Cars (Order 43), art. 28",
        ),
        says=Text(
            "二十个工作日内完成更换或退货",
            "exchange or return is done within 20 working days",
        ),
        since="2022-01-01",
        trade="cars",
    ),
    Statute(
        "refund",
        WorkingDays(20),
        longest=True,
        article=Text(
            "《家用汽车产品修理更换退货责任规定》第二十八条",
            "Rules on Repair, Exchange and Return of Cars (Order 43), art. 28",
        ),
        says=Text(
            "二十个工作日内完成更换或退货",
            "exchange or return is done within 20 working days",
        ),
        since="2022-01-01",
        trade="cars",
    ),
    Statute(
        "repair",
        Days(5),
        longest=True,
        article=Text(
            "《家用汽车产品修理更换退货责任规定》第二十一条",
            "Rules on Repair, Exchange and Return of Cars (Order 43), art. 21",
        ),
        says=Text(
            "修理超过五日的，从第六日起提供备用车或交通补偿",
            "from the 6th day of a repair a courtesy car or travel compensation is due",
        ),
        since="2022-01-01",
        trade="cars",
    ),
    Statute(
        "repair",
        Days(30),
        longest=True,
        article=Text(
            "《家用汽车产品修理更换退货责任规定》第二十四条",
            "Rules on Repair, Exchange and Return of Cars (Order 43), art. 24",
        ),
        says=Text(
            "修理时间累计超过三十日的，可以更换或退货",
            "after 30 days of repair in total the car may be exchanged or returned",
        ),
        since="2022-01-01",
        trade="cars",
    ),
    Statute(
        "keep",
        Months(72),
        longest=False,
        article=Text(
            "《家用汽车产品修理更换退货责任规定》第十七条",
            "Rules on Repair, Exchange and Return of Cars (Order 43), art. 17",
        ),
        says=Text(
            "修理记录至少保存六年",
            "records of repairs are kept for at least six years",
        ),
        since="2022-01-01",
        trade="cars",
    ),
    Statute(
        "respond",
        Days(30),
        longest=True,
        article=Text(
            "《银行业保险业消费投诉处理管理办法》",
            "Measures on Consumer Complaints in Banking and Insurance",
        ),
        says=Text(
            "十五日内作出处理决定，情况复杂的三十日内",
            "decided within 15 days, complex cases within 30",
        ),
        since="2020-03-01",
        trade="banking",
    ),
    Statute(
        "respond",
        Days(15),
        longest=True,
        article=Text("《电信用户申诉处理办法》", "Measures on Appeals of Telecom Users"),
        says=Text(
            "接到投诉之日起十五日内答复",
            "answered within 15 days of the complaint",
        ),
        since="2016-07-30",
        trade="telecoms",
    ),
    Statute(
        "acknowledge",
        Days(15),
        longest=True,
        article=Text("《信访工作条例》", "Regulations on Petitions"),
        says=Text(
            "十五日内告知是否受理(类推)",
            "told within 15 days whether it is taken up (by analogy)",
        ),
        since="2022-05-01",
        trade="petitions",
    ),
    Statute(
        "respond",
        Days(60),
        longest=True,
        article=Text("《信访工作条例》", "Regulations on Petitions"),
        says=Text(
            "六十日内办结(类推)",
            "settled within 60 days (by analogy)",
        ),
        since="2022-05-01",
        trade="petitions",
    ),
    Statute(
        "respond",
        Days(56),
        longest=True,
        article=Text("英国 FCA DISP 1.6.2R", "UK: FCA DISP 1.6.2R"),
        says=Text(
            "八周内作最终答复，或说明理由并告知申诉权",
            "a final response within 8 weeks, or reasons and the right to go to the ombudsman",
        ),
        trade="uk finance",
    ),
    Statute(
        "keep",
        Months(36),
        longest=False,
        article=Text("英国 FCA DISP 1.9.1R", "UK: FCA DISP 1.9.1R"),
        says=Text(
            "投诉记录自收到起至少保存三年",
            "records of complaints are kept for three years from receipt",
        ),
        trade="uk finance",
    ),
    Statute(
        "respond",
        WorkingDays(15),
        longest=True,
        article=Text("英国 FCA DISP 1.6.2AR", "UK: FCA DISP 1.6.2AR"),
        says=Text(
            "支付业务十五个工作日内答复",
            "about payments: answered within 15 business days",
        ),
        since="2026-06-01",
        trade="uk payments",
    ),
)


def check_law(policy: Policy, calendars: Mapping[str, Calendar]) -> Iterator[Finding]:
    """Each time of the policy that the law bounds, on every day of a published year on which it is in force.

    One finding for each time: the first article it is at odds with, and the others in its story.
    """
    year = year_of(policy, calendars)
    broken: dict[tuple[str, str], Finding] = {}
    for statute in STATUTES:
        if not statute.binds(policy):
            continue
        for time in _bounded(statute, policy):
            for finding in _compared(statute, time, year, calendars):
                key = (finding.code, finding.place)
                first = broken.get(key)
                broken[key] = (
                    finding
                    if first is None
                    else replace(first, story=(*first.story, *finding.story))
                )
    yield from broken.values()


def _bounded(statute: Statute, policy: Policy) -> Iterator[_Time]:
    """What a limit is about in a policy."""
    if statute.about == "keep":
        for keep in policy.keep:
            yield from _numbers(keep.number, "", "usual", policy)
        return
    word, _, act = statute.about.rpartition(" ")
    for step in policy.steps:
        if step.act != act:
            continue
        if word and step.grant is not None:
            yield from _numbers(step.grant.within, "", "usual", policy)
        elif not word:
            yield from _within(step.timing, step.at, policy)
    for duty in policy.owed:
        if duty.act == act and not word:
            yield from _within(duty.timing, duty.at, policy)


def _within(timing: Timing, at: Element, policy: Policy) -> Iterator[_Time]:
    usual = timing.calendar or "usual"
    if timing.span is not None:
        yield _Time(at, usual, timing.start, fixed=timing.span)
    name = timing.at_latest if timing.by else timing.within
    yield from _numbers(name, timing.start, usual, policy)


def _numbers(name: str, start: str, usual: str, policy: Policy) -> Iterator[_Time]:
    table = policy.tables.get(name)
    if table is not None:
        for row in table.rows:
            yield from _numbers(str(row.then), start, usual, policy)
        return
    number = policy.numbers.get(name)
    if number is not None:
        yield _Time(number.at, usual, number.start or start, number)


def _compared(
    statute: Statute, time: _Time, year: int, calendars: Mapping[str, Calendar]
) -> Iterator[Finding]:
    first, last = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    law = Text(
        f"{statute.article.zh}：{statute.says.zh}", f"{statute.article.en}: {statute.says.en}"
    )
    for number in range(first, last):
        day = date.fromordinal(number)
        on = day.isoformat()
        span = time.span(on)
        if on < statute.since or (statute.until and on >= statute.until) or span is None:
            continue
        if statute.start and time.start != statute.start:
            yield found(
                Level.WARNING,
                "law-start",
                time.at,
                f"期限不是从收到退回商品起算，可能超过法定期限。{law.zh}",
                "does not count from the receipt of the goods and may be longer than the law allows. "
                + law.en,
                story=(law,),
            )
            return
        told = _odds(statute, span, day, time.usual, calendars)
        if told is not None:
            yield found(
                Level.WARNING,
                "law-limit",
                time.at,
                f"{told.zh}。{law.zh}",
                f"{told.en}. {law.en}",
                story=(law, told),
            )
            return


def _odds(
    statute: Statute, span: Span, day: date, usual: str, calendars: Mapping[str, Calendar]
) -> Text | None:
    """How a span that begins on this day is at odds with the limit; None where it is not."""
    lawful = _lawful(calendars)
    counted = lawful  # a time that must not be shorter is not moved on past days on which ours are
    if not statute.longest and not isinstance(statute.span, WorkingDays):
        counted = calendars[span.on or usual]
    began = lawful.at(day, _NOON)
    try:
        ours = span.due(began, calendars, usual, ())
        bound = statute.span.due(began, {"usual": counted}, "usual", ())
    except BadTime:
        return None
    if not (ours > bound if statute.longest else ours < bound):
        return None
    begun, due, legal = (instant_text(each, lawful) for each in (began, ours, bound))
    zh, en = ("长", "longer") if statute.longest else ("短", "shorter")
    return Text(
        f"比法律所定的时间{zh}：{begun.zh} 起算，本制度到 {due.zh}，依法到 {legal.zh}",
        f"is {en} than the law has it: from {begun.en} until {due.en}, by the law until {legal.en}",
    )


def _lawful(calendars: Mapping[str, Calendar]) -> Calendar:
    """The calendar by which the law counts its days: one with the published holidays, if there is one."""
    usual = calendars["usual"]
    return next((each for each in (usual, *calendars.values()) if each.published), usual)
