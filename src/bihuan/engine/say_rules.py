"""The parts of a rule in words, Chinese and English: posts, acts, times, conditions, consequences."""

import re
from collections.abc import Iterable, Iterator, Mapping

from bihuan.engine.acts import ACTS
from bihuan.engine.manner import is_zh, money_in_words
from bihuan.engine.needs import NEEDS
from bihuan.engine.periods import COVERING
from bihuan.engine.policy import (
    Condition,
    Consequence,
    Duty,
    Element,
    Missed,
    Number,
    Policy,
    Step,
    Test,
    Timing,
    Value,
    Who,
)
from bihuan.engine.rhythm import Rhythm
from bihuan.engine.say_time import say_calendar, say_span
from bihuan.engine.spans import EndOf, Months, Span, Windows
from bihuan.engine.words import BUILT_IN_FACTS, INSTANTS, STAGES, YES_NO, Text

# What a table decides, where its name says it.
TABLES: dict[str, Text] = {
    "owner": Text("负责人", "owner"),
    "severity": Text("等级", "severity"),
    "addressee": Text("收单人", "addressee"),
    "improver": Text("改进人", "one who makes the improvement"),
    "handler": Text("经办人", "handler"),
    "responsible": Text("归口部门", "responsible department"),
    "receiver": Text("首接人", "first receiver"),
    "dispatch_time": Text("转达时限", "time to pass on"),
    "findings_time": Text("查明时限", "time for the findings"),
    "compensation_approver": Text("赔偿审批人", "approver of the compensation"),
    "lead_dealer": Text("跟进潜在客户的服务商", "dealer for the lead"),
    "assessor": Text("考核执行部门", "assessor"),
    "issue_time": Text("开单时限", "time to issue"),
    "answer_time": Text("答复时限", "time to answer"),
    "inquiry_time": Text("调查时限", "time to investigate"),
    "level": Text("等级", "level"),
    "returnable": Text("退货条件", "condition of a return"),
    "return_limit": Text("退货期限", "period for returns"),
    "sheet": Text("通知单", "note"),
}
UNIT_KINDS: dict[str, Text] = {
    "department": Text("每部门", "each department"),
    "floor": Text("每楼层", "each floor"),
    "merchant": Text("每商户", "each merchant"),
    "dealer": Text("每经销商", "each dealer"),
    "city": Text("每城市公司", "each city company"),
}
_UNITS_MEANT: dict[str, Text] = {
    "about": Text("被投诉单位的", "of the unit complained about"),
    "sheet": Text("收单单位的", "of the unit the sheet goes to"),
    "category": Text("该类别所属单位的", "of the unit the category belongs to"),
}
MARKS: dict[str, Text] = {
    "stated": Text("原文规定", "as the source says"),
    "vague": Text("原文未定，由我们约定", "the source leaves it open; our value"),
    "garbled": Text("原文有误，按我们的理解", "the source is damaged; our reading"),
    "cut": Text("原文残缺，由我们推定", "the source ends here; our inference"),
    "contradiction": Text("原文前后不一，由我们选定", "the source contradicts itself; our choice"),
    "ours": Text("原文没有，由我们补充", "not in the source; our addition"),
}
_ENDS: dict[str, Text] = {
    "day": Text("当日24:00前", "by the end of the day"),
    "next working day": Text("下一工作日结束前", "by the end of the next working day"),
    "week": Text("本周日24:00前", "by the end of the week"),
    "next week": Text("下周日24:00前", "by the end of the next week"),
    "month": Text("本月底前", "by the end of the month"),
    "next month": Text("次月底前", "by the end of the next month"),
}
_WEEKDAYS = (
    Text("一", "Monday"),
    Text("二", "Tuesday"),
    Text("三", "Wednesday"),
    Text("四", "Thursday"),
    Text("五", "Friday"),
    Text("六", "Saturday"),
    Text("日", "Sunday"),
)
_SPOKEN = (
    (r"\b1 (working )?h\b", r"1 \1hour"),
    (r"\bh\b", "hours"),
    (r"\b1 (working )?min\b", r"1 \1minute"),
    (r"\bmin\b", "minutes"),
)


def mid(words: str) -> str:
    """An English title as it stands inside a sentence."""
    return words[:1].lower() + words[1:] if not words[1:2].isupper() else words


def start(words: str) -> str:
    """The first letter as at the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def any_of(words: Iterable[str], lang: str, *, every: bool = False) -> str:
    """A list in words, joined by or; with `every`, by and."""
    items = tuple(words)
    if is_zh(lang):
        return "、".join(items) if every or len(items) < 2 else _or_zh(items)
    joint = "and" if every else "or"
    if len(items) < 3:
        return f" {joint} ".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"


def _or_zh(items: tuple[str, ...]) -> str:
    return f"{'、'.join(items[:-1])}或{items[-1]}"


def a(title: str) -> str:
    """An English title in quotation marks with its article: an “Improvement action”."""
    return f"{'an' if title.strip('“')[:1].lower() in 'aeiou' else 'a'} {title}"


def say_length(span: Span, lang: str, calendars: Mapping[str, Text] | None = None) -> str:
    """A span as it stands inside a sentence: 2个工作小时, 2 working hours."""
    words = say_span(span, lang, calendars)
    if is_zh(lang):
        return words.replace(" ", "")
    for pattern, spoken in _SPOKEN:
        words = re.sub(pattern, spoken, words)
    return words


def say_value(value: Value, lang: str, calendars: Mapping[str, Text] | None = None) -> str:
    """The value of a number: a span, a count or amount, a time of day; `calendars` as `say_span` has them."""
    return str(value) if isinstance(value, int | str) else say_length(value, lang, calendars)


def say_number(policy: Policy, number: Number, lang: str) -> str:
    """A number of the policy as a sentence without its end: “立即”为30分钟(原文未定，由我们约定)."""
    unit = _unit_of_count(policy, number.name)
    values = []
    for since, value in number.values:
        said = say_value(value, lang, policy.calendar_words)
        if isinstance(value, int):
            said = unit.in_(lang).format(value) if unit else money_in_words(value, lang)
        if number.start:
            said = counted_from(number, said, lang)
        if since:
            said = f"自{since}起{said}" if is_zh(lang) else f"{said} from {since}"
        values.append(said)
    mark = MARKS.get(number.mark, Text(number.mark, number.mark)).in_(lang)
    if is_zh(lang):
        return f"“{number.word}”为{'；'.join(values)}({mark})"
    return f"“{number.word}” is {'; '.join(values)} ({mark})"


def counted_from(number: Number, said: str, lang: str) -> str:
    """A time with the instant the number itself counts from, where it names one."""
    if not number.start:
        return said
    start = INSTANTS[number.start].in_(lang)
    return f"自{start}起按{said}" if is_zh(lang) else f"{said}, counted from {start}"


def _unit_of_count(policy: Policy, name: str) -> Text | None:
    """What a plain count counts, by where the policy uses it."""
    steps = [step for kind in ("", *policy.sheets) for step in policy.steps_of(kind)]
    rows: list[Step | Duty] = [*steps, *policy.owed]
    if any(row.tries == name for row in rows):
        return Text("{}个不同的日子", "{} different days")
    if any(row.sample == name for row in rows):
        return Text("{}%", "{} %")
    asked_of = (question for asked in policy.questions.values() for question in asked)
    if any(question.type == "score" and question.against == name for question in asked_of):
        return Text("{}分", "{} of 5")
    if any(
        fact.counted == name and fact.counts == "nearest unit" for fact in policy.facts.values()
    ):
        return Text("{}公里", "{} km")
    asked = [policy.facts[fact] for fact, test in _tests(policy) if test[1] == (name,)]
    if not asked:
        return Text("{}次", "{} times")
    if asked[0].type == "money":
        return None
    if asked[0].counts.startswith("complainants"):
        return Text("{}人", "{} people")
    return Text("{}件", "{} cases") if asked[0].counted else Text("{}", "{}")


def _tests(policy: Policy) -> Iterator[tuple[str, Test]]:
    """Every test of a fact in tables and in what is owed."""
    for table in policy.tables.values():
        yield from (pair for row in table.rows for pair in row.when if pair[0] in policy.facts)
    for duty in policy.owed:
        yield from (pair for pair in duty.only if pair[0] in policy.facts)


def say_post(policy: Policy, post: str, lang: str) -> str:
    """A post as it stands inside a sentence."""
    found = policy.posts.get(post)
    words = found.text.in_(lang) if found else post
    return words if is_zh(lang) else f"the {mid(words)}"


def say_who(policy: Policy, who: Who, lang: str) -> str:
    """An expression of posts in words."""
    zh = is_zh(lang)
    match who.kind:
        case "post":
            return say_post(policy, who.post, lang)
        case "owner":
            return "负责人" if zh else "the owner"
        case "table":
            table = TABLES.get(who.post, Text(f"“{who.post}”判定的岗位", who.post)).in_(lang)
            return table if zh else f"the {table}"
        case "superior" if who.of == "owner":
            return "负责人的上级" if zh else "the superior of the owner"
        case "superior":
            return "被投诉人的上级" if zh else "the superior of the person complained about"
        case "of":
            post, unit = say_post(policy, who.post, lang), _UNITS_MEANT[who.of].in_(lang)
            return f"{unit}{post}" if zh else f"{post} {unit}"
        case "sheet":
            return "收单人" if zh else "the addressee"
        case "nearest":
            post = say_post(policy, who.post, lang)
            return f"最近的{post}" if zh else f"{post} nearest to the place"
    return {
        "commander": Text("指挥人", "the commander"),
        "registrar": Text("登记人", "whoever registered it"),
        "customer": Text("客户", "the customer"),
        "system": Text("系统", "the system"),
    }[who.kind].in_(lang)


def say_whos(policy: Policy, whos: Iterable[Who], lang: str) -> str:
    """Several expressions of posts, any of which may act."""
    return any_of((say_who(policy, who, lang) for who in whos), lang)


def say_act(act: str, lang: str) -> str:
    """What somebody should do, completing “who should …”."""
    return ACTS[act].phrase.in_(lang) if act in ACTS else act


def say_step(policy: Policy, name: str, lang: str, sheet: str = "") -> str:
    """A step of a line by the title of its act, in quotation marks."""
    found = policy.step(sheet, name)
    act = found.act if found else name
    return f"“{ACTS[act].text.in_(lang) if act in ACTS else name}”"


def say_condition(policy: Policy, condition: Condition, lang: str) -> str:
    """All tests of a condition in words: 投诉对象为商户且类别为质量价格. Empty for no condition."""
    said = tuple(_say_test(policy, name, test, lang) for name, test in condition)
    return ("且" if is_zh(lang) else " and ").join(said)


def _say_test(policy: Policy, name: str, test: Test, lang: str) -> str:
    operator, operand = test
    subject = _subject(policy, name, lang)
    if operator == "is":
        assert isinstance(operand, tuple)
        if operand == ("unknown",):
            return f"{subject}不明" if is_zh(lang) else f"{subject} is not known"
        values = any_of((_say_fact_value(policy, name, value, lang) for value in operand), lang)
        return f"{subject}为{values}" if is_zh(lang) else f"{subject} is {values}"
    fact = policy.facts.get(name)
    limit = _limit(policy, operand, lang, money=fact is not None and fact.type == "money")
    if is_zh(lang):
        words = {"at least": "达到", "more than": "超过", "at most": "不超过", "less than": "不足"}
        return f"{subject}{words[operator]}{limit}"
    return f"{subject} is {operator} {limit}"


def _limit(policy: Policy, operand: tuple[str, ...] | int, lang: str, *, money: bool) -> str:
    value = operand if isinstance(operand, int) else policy.numbers[operand[0]].value()
    if money and isinstance(value, int):  # in fen
        return money_in_words(value, lang)
    return say_value(value, lang)


def _subject(policy: Policy, name: str, lang: str) -> str:
    zh = is_zh(lang)
    fact = policy.facts.get(name)
    if fact is not None and fact.type == "yes/no":
        return f"“{fact.text.in_(lang)}”"
    step = policy.step("", name) or next(
        (found for kind in policy.sheets for found in policy.steps_of(kind) if found.name == name),
        None,
    )
    if step is not None and fact is None:
        act = ACTS[step.act].text.in_(lang)
        return f"“{act}”的结果" if zh else f"the outcome of “{act}”"
    words = (
        fact.text
        if fact is not None
        else TABLES.get(name) or BUILT_IN_FACTS.get(name, Text(name, name))
    ).in_(lang)
    return words if zh else f"the {mid(words)}"


def _say_fact_value(policy: Policy, name: str, value: str, lang: str) -> str:
    fact = policy.facts.get(name)
    if value == "unknown":
        return "不明" if is_zh(lang) else "not known"
    if fact is not None and fact.type == "yes/no":
        return f"“{YES_NO[value].zh}”" if is_zh(lang) else value
    words: Text | None = None
    if fact is not None and fact.values:
        words = fact.values.get(value)
    elif name == "kind":
        words = policy.kinds.get(value)
    elif name == "category":
        words = policy.categories.get(value)
    elif name == "channel" and value in policy.channels:
        words = policy.channels[value].text
    elif name == "caller":
        words = policy.callers.get(value)
    elif name in policy.tables:
        words = answer_text(policy, name, value)
    else:
        return say_outcome(policy, name, value, lang)
    found = (words or Text(value, value)).in_(lang)
    return found if is_zh(lang) else mid(found)


def answer_text(policy: Policy, table: str, answer: str) -> Text:
    """What a table's answer is called, where one of its rows says so."""
    rows = policy.tables[table].rows
    return next((row.text for row in rows if row.then == answer and row.text), Text(answer, answer))


def say_outcome(policy: Policy, step: str, outcome: str, lang: str) -> str:
    """An outcome of a step or an act in words."""
    found = next(
        (row for kind in ("", *policy.sheets) for row in policy.steps_of(kind) if row.name == step),
        None,
    )
    word = ACTS.get(found.act if found else step)
    for known in word.outcomes if word else ():
        if known.name == outcome:
            return known.text.zh if is_zh(lang) else mid(known.text.en)
    return outcome


def say_timing(policy: Policy, timing: Timing, lang: str) -> str:
    """By when, completing “who should …”: 在2个工作小时内, within 2 working hours. May be empty."""
    zh = is_zh(lang)
    said = ""
    if timing.by == "agreed time":
        latest = say_reach(policy, timing.at_latest, lang)
        said = (
            f"在约定反馈时间前(最远可约{latest})"
            if zh
            else f"by the feedback time agreed (at the farthest {latest} ahead)"
        )
    elif timing.by == "promised date":
        said = "在承诺日期前" if zh else "by the date promised"
    elif timing.by == "month after":
        said = (
            "在登记次月底前(届时尚未办结的，在办结次月底前)"
            if zh
            else "by the end of the month after registration "
            "(where the case is still open then, of the month after closing)"
        )
    elif timing.span is not None:
        said = (
            f"在{_ENDS[timing.span.period].zh}"
            if zh and isinstance(timing.span, EndOf)
            else _ENDS[timing.span.period].en
            if isinstance(timing.span, EndOf)
            else _within(say_length(timing.span, lang), "", lang)
        )
    elif timing.within:
        number = policy.numbers.get(timing.within)
        since = (number.start if number else "") or timing.start
        length = say_reach(policy, timing.within, lang)
        windows = number is not None and isinstance(number.value(), Windows)
        said = _in_window(length, since, lang) if windows else _within(length, since, lang)
    if said and timing.calendar and timing.calendar != "usual":
        said += say_calendar(timing.calendar, lang, policy.calendar_words)
    return said


def say_reach(policy: Policy, name: str, lang: str) -> str:
    """How long a number, or a table of numbers, reaches: 2个工作日, 2 working days."""
    if name in policy.tables:
        table = TABLES.get(name, Text(name, name)).in_(lang)
        return f"“{table}”表所定时间" if is_zh(lang) else f"the time the table “{table}” gives"
    return say_value(policy.numbers[name].value(), lang, policy.calendar_words)


def _in_window(windows: str, since: str, lang: str) -> str:
    """By a time that depends on where the start lies."""
    if is_zh(lang):
        return f"{f'自{INSTANTS[since].zh}起' if since else ''}在所处时段的时限内({windows})"
    start = INSTANTS[since].en if since else "the start"
    return f"within the time of the window in which {start} lies ({windows})"


def _within(length: str, since: str, lang: str) -> str:
    if is_zh(lang):
        return f"自{INSTANTS[since].zh}起{length}内" if since else f"在{length}内"
    return f"within {length}" + (f" of {INSTANTS[since].en}" if since else "")


def say_needs(needs: Iterable[str], lang: str) -> str:
    """What an act must bring or find, as a list."""
    return any_of((NEEDS[need].text.in_(lang) for need in needs), lang, every=True)


def say_sheet(policy: Policy, name: str, lang: str) -> str:
    """The title of a sheet, in book-title or quotation marks."""
    if name in policy.tables:
        table = TABLES.get(name, Text(name, name)).in_(lang)
        return f"“{table}”表所定的单据" if is_zh(lang) else f"the sheet the table “{table}” gives"
    return titled(policy.sheets[name].text, lang)


def titled(text: Text, lang: str) -> str:
    """The title of a paper: 《客户投诉处理单》, “Handling sheet”."""
    return f"《{text.zh.strip('《》')}》" if is_zh(lang) else f"“{text.en}”"


def say_times(policy: Policy, number: str, lang: str) -> str:
    """A budget as a number of times."""
    value = policy.numbers[number].value()
    if is_zh(lang):
        return f"{value}次"
    return {1: "once", 2: "twice"}.get(value if isinstance(value, int) else 0, f"{value} times")


_ENDS_CASE = Text("案件即告终结", "that ends the case")


def say_consequence(policy: Policy, then: Consequence, lang: str, sheet: str = "") -> str:
    """What an outcome, a spent budget or an allowed act leads to."""
    zh = is_zh(lang)
    parts: list[str] = []
    if then.void:
        parts.append(
            "此单作废，重新开单" if zh else "this sheet becomes void and a new one is drawn up"
        )
    if then.back_to:
        names = dict.fromkeys(say_step(policy, name, lang, sheet) for name in then.back_to)
        steps = any_of(names, lang)
        parts.append(f"退回{steps}" if zh else f"it goes back to {steps}")
    if then.owner_up:
        parts.append("负责人上移一级" if zh else "the superior of the owner becomes the owner")
    if then.hand_up:
        parts.append("案件交上一级" if zh else "the case goes up one rank")
    if then.hand_to is not None:
        who = say_who(policy, then.hand_to, lang)
        parts.append(f"案件交{who}" if zh else f"the case goes to {who}")
    if then.finish:
        ends = Text("此单到此终结", "that ends the sheet") if sheet else _ENDS_CASE
        parts.append(ends.in_(lang))
    if then.go_on:
        parts.append("继续下一步" if zh else "it goes on to the next step")
    if then.stay:
        parts.append("案件仍由原负责人办理" if zh else "the case stays with its owner")
    said = "，".join(parts) if zh else any_of(parts, lang, every=True)
    if then.at_most:
        times = say_times(policy, then.at_most, lang)
        said += f"，至多{times}" if zh else f", {times} at most"
    if then.then is not None:
        after = say_consequence(policy, then.then, lang, sheet)
        said += f"，之后{after}" if zh else f"; after that {after}"
    return said


def say_missed(policy: Policy, missed: Missed, lang: str) -> str:
    """What follows a miss, completing “if it is missed …”."""
    zh = is_zh(lang)
    parts: list[str] = []
    if missed.tell:
        who = any_of((say_who(policy, item, lang) for item in missed.tell), lang, every=True)
        parts.append(f"告知{who}" if zh else f"{who} is told")
    if missed.assess:
        parts.append("列入考核" if zh else "an assessment is opened")
    if missed.hand_to is not None:
        who = say_who(policy, missed.hand_to, lang)
        parts.append(f"交{who}办理" if zh else f"{who} owes it")
    if missed.up:
        parts.append("由上一级接办" if zh else "the next rank owes it")
    if missed.remind:
        parts.append("催办原责任人" if zh else "whoever owes it is reminded")
    if missed.go_on:
        parts.append("继续下一步" if zh else "the case goes on to the next step")
    return "，".join(parts) if zh else any_of(parts, lang, every=True)


def say_rhythm(rhythm: Rhythm, lang: str) -> str:
    """How often: 每周一12:00, every Monday at 12:00."""
    zh = is_zh(lang)
    clock = f"{rhythm.minute // 60:02}:{rhythm.minute % 60:02}"
    at = clock if zh else f" at {clock}"
    match rhythm.unit:
        case "day":
            return f"每日{at}" if zh else f"every day{at}"
        case "week":
            day = _WEEKDAYS[rhythm.number].in_(lang)
            return f"每周{day}{at}" if zh else f"every {day}{at}"
        case "month":
            return f"每月{rhythm.number}日{at}" if zh else f"every month on day {rhythm.number}{at}"
        case "holiday":
            return f"每个休息日{at}" if zh else f"on every day of rest{at}"
        case "message":
            return "每收到一件来件" if zh else "whenever a message arrives"
        case "days":
            return f"每{rhythm.count}日" if zh else f"every {rhythm.count} days"
    return say_every(Months(rhythm.count), lang)


def say_every(span: Span, lang: str) -> str:
    """A span as an interval: 每24小时, every 24 hours."""
    words = say_length(span, lang)
    if is_zh(lang):
        return f"每{words.removeprefix('1') if words == '1年' else words}"
    return f"every {words.removeprefix('1 ')}"


def say_period(covering: str, lang: str) -> str:
    """The period a report covers."""
    return COVERING[covering].in_(lang)


def say_stage(stage: str, lang: str) -> str:
    """A stage in quotation marks."""
    return f"“{STAGES[stage].in_(lang)}”"


def say_clauses(clauses: tuple[str, ...], lang: str) -> str:
    """The clauses a sentence ends with."""
    if not clauses:
        return ""
    return f"({'、'.join(clauses)})" if is_zh(lang) else f" ({', '.join(clauses)})"


def say_cited(at: Element, kinds: Mapping[str, Text], lang: str) -> str:
    """The clauses a sentence ends with, and which of them are for one kind of case."""
    if not at.by_kind:
        return say_clauses(at.clauses, lang)
    comma = "、" if is_zh(lang) else ", "
    parts = [
        f"{kinds[kind].in_(lang) if kind in kinds else kind} {comma.join(clauses)}"
        for kind, clauses in at.by_kind
    ]
    named = {clause for _, clauses in at.by_kind for clause in clauses}
    general = [clause for clause in at.clauses if clause not in named]
    text = ("；" if is_zh(lang) else "; ").join(([comma.join(general)] if general else []) + parts)
    return f"({text})" if is_zh(lang) else f" ({text})"
