"""A policy read aloud: every row as one sentence in Chinese or English, and what each post can owe.

The sentences are made from the rows and from nothing else; people review and sign them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bihuan.engine.acts import ACTS
from bihuan.engine.clock import parse_span
from bihuan.engine.manner import is_zh
from bihuan.engine.needs import SHEET_FIELDS
from bihuan.engine.policy import (
    Allowed,
    Consequence,
    Duty,
    Element,
    Fact,
    Keep,
    Periodic,
    Policy,
    Question,
    SheetKind,
    Step,
    Table,
    Who,
)
from bihuan.engine.say_reports import say_part, say_report
from bihuan.engine.say_rules import (
    TABLES,
    UNIT_KINDS,
    a,
    answer_text,
    any_of,
    counted_from,
    mid,
    say_act,
    say_cited,
    say_condition,
    say_consequence,
    say_every,
    say_missed,
    say_needs,
    say_number,
    say_outcome,
    say_period,
    say_post,
    say_reach,
    say_rhythm,
    say_sheet,
    say_stage,
    say_step,
    say_timing,
    say_value,
    say_who,
    say_whos,
    start,
    titled,
)
from bihuan.engine.words import BUILT_IN_FACTS, COUNTS, EVENTS, INSTANTS, KEPT, MEASURED, Text

SECTIONS: dict[str, Text] = {
    "version": Text("版本", "Edition"),
    "calendars": Text("工作时间", "Working time"),
    "numbers": Text("约定数", "Numbers"),
    "who": Text("岗位", "Posts"),
    "what": Text("投诉", "Complaints"),
    "decide": Text("判定", "Decisions"),
    "steps": Text("主线", "Main line"),
    "sheets": Text("单据", "Sheets"),
    "owed": Text("另有待办", "Owed beside the main line"),
    "rhythm": Text("定期", "Owed without any case"),
    "may": Text("可以", "Allowed"),
    "usual": Text("逾期", "When time runs out"),
    "always": Text("必定", "Always"),
    "measures": Text("指标", "Measures"),
    "reports": Text("报表", "Reports"),
    "library": Text("文件库", "Library"),
    "forms": Text("表单", "Forms"),
    "guidance": Text("提示", "Guidance"),
    "keep": Text("保存", "Keeping"),
    "settled": Text("已说明的问题", "Settled findings"),
    "not_executable": Text("不作为规则执行", "Not executable"),
}
_DAYS: dict[str, Text] = {
    "daily": Text("每日", "daily"),
    **{
        name: Text(f"周{zh}", name.capitalize())
        for name, zh in zip(
            ("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "一二三四五六日", strict=True
        )
    },
}
_GUIDED: dict[str, Text] = {
    "register": Text("登记时", "when registering"),
    "follow_up": Text("回访时", "at a visit"),
    "visit_shopper": Text("回访购物顾客时", "when calling a shopper"),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One row read aloud. `section` groups it, `place` finds it in the file, `wording` is the
    source's text of its clauses by id, `cited` the words about them that the text ends with.
    """

    section: str
    place: str
    text: str
    clauses: tuple[str, ...]
    wording: tuple[tuple[str, str], ...]
    cited: str = ""


def sentences(policy: Policy, lang: str) -> tuple[Sentence, ...]:
    """Every row of the policy as one sentence in ``lang`` (zh, else English), section by section."""
    return tuple(_Reading(policy, lang).all())


def duties_of(policy: Policy, lang: str) -> Mapping[str, tuple[Sentence, ...]]:
    """For each post the sentences of all it can ever owe: by name, through tables, hand-overs, the
    ladder, and standing in for whoever has to step aside.
    """
    reading = _Reading(policy, lang)
    rows = tuple(reading.owing_rows())
    found: dict[str, dict[str, Sentence]] = {post: {} for post in policy.posts}
    for who, sheet, sentence in rows:
        for post in sorted(_named(policy, who, sheet)):
            found[post].setdefault(sentence.place, sentence)
    owners = _owners(policy)
    for who, _, sentence in rows:
        how, posts = _through_owner(policy, who, owners)
        for post in sorted(posts):
            found[post].setdefault(sentence.place, reading.under(sentence, how))
    for post, owed in tuple(found.items()):
        for above in _ladder(policy, post):
            for sentence in tuple(owed.values()):
                found[above].setdefault(sentence.place, reading.under(_bare(sentence, rows), "up"))
    for top in policy.posts.values():
        if top.recused_by in found:
            for sentence in tuple(found[top.name].values()):
                found[top.recused_by].setdefault(
                    sentence.place, reading.under(_bare(sentence, rows), "aside", top.name)
                )
    return {post: tuple(owed.values()) for post, owed in found.items()}


def _bare(sentence: Sentence, rows: tuple[tuple[Who, str, Sentence], ...]) -> Sentence:
    return next(row for _, _, row in rows if row.place == sentence.place)


def _ladder(policy: Policy, post: str) -> tuple[str, ...]:
    found: list[str] = []
    above = policy.posts[post].up
    while above and above not in found and above in policy.posts:
        found.append(above)
        above = policy.posts[above].up
    return tuple(found)


def _through_owner(policy: Policy, who: Who, owners: frozenset[str]) -> tuple[str, frozenset[str]]:
    """How a row falls to posts by way of the owner, and to which."""
    if who.kind == "owner":
        return "owner", owners
    if who.kind == "superior" and who.of == "owner":
        above = (policy.posts[post].up or policy.posts[post].recused_by for post in owners)
        return "above", frozenset(above) - {""}
    return "", frozenset()


def _named(policy: Policy, who: Who, sheet: str) -> frozenset[str]:
    """The posts an expression can mean, without following the owner."""
    match who.kind:
        case "post" | "of" | "nearest":
            return frozenset((who.post,))
        case "registrar" if policy.registered_by_staff:
            return frozenset(post.name for post in policy.posts.values() if not post.outside)
        case "commander":
            return frozenset(post.name for post in policy.posts.values() if not post.outside)
        case "superior" if who.of == "about":
            return frozenset(post.up for post in policy.posts.values() if post.up)
        case "table" if who.post in policy.tables:
            answers = (row.then for row in policy.tables[who.post].rows)
            return frozenset().union(
                *(_named(policy, then, sheet) for then in answers if isinstance(then, Who))
            )
        case "sheet" if sheet and (to := policy.sheets[sheet].to) is not None:
            if to.kind != "sheet":
                return _named(policy, to, sheet)
            return (
                frozenset().union(  # a paper about another paper goes to whoever that one went to
                    *(
                        _named(policy, other.to, name)
                        for name, other in policy.sheets.items()
                        if other.to is not None and other.to.kind != "sheet"
                    )
                )
            )
    return frozenset()


def _owners(policy: Policy) -> frozenset[str]:
    """Every post that can come to own a case: by the table, or handed to it."""
    found = set(_named(policy, Who("table", "owner"), ""))
    consequences = [then for step in _all_steps(policy) for then in step.outcomes.values()]
    consequences += [allowed.then for allowed in policy.may.values()]
    for consequence in consequences:
        then: Consequence | None = consequence
        while then is not None:
            if then.hand_to is not None:
                found |= _named(policy, then.hand_to, "")
            then = then.then
    return frozenset(found)


def _all_steps(policy: Policy) -> Iterator[Step]:
    for kind in ("", *policy.sheets):
        yield from policy.steps_of(kind)


def shown_before(policy: Policy, kind: str, lang: str) -> tuple[str, ...]:
    """What a channel that shows conditions first says before somebody applies: the rows that decide.

    Empty where no step of that kind grants anything under conditions.
    """
    reading, found = _Reading(policy, lang), []
    for step in policy.steps:
        concerned = dict(step.only).get("kind", ("is", (kind,)))
        if step.grant is None or concerned != ("is", (kind,)):
            continue
        asked = [name for name, _ in step.grant.when if name in policy.tables]
        for name in (*asked, *(t for t in (step.grant.within,) if t in policy.tables)):
            table = policy.tables[name]
            found += [reading.row(table, r.when, r.then, r.text, r.at).text for r in table.rows]
        found.append(reading.step(step, "").text)
    return tuple(found)


class _Reading:
    """One policy read in one language."""

    def __init__(self, policy: Policy, lang: str) -> None:
        self.policy = policy
        self.lang = lang
        self.zh = is_zh(lang)
        self.places = {element.place: element for _, element in policy.elements}

    def all(self) -> Iterator[Sentence]:
        policy = self.policy
        yield self.edition()
        yield from self.calendars()
        for number in policy.numbers.values():
            yield self.say("numbers", number.at, say_number(policy, number, self.lang))
        yield from self.posts()
        yield from self.what()
        for table in policy.tables.values():
            for row in table.rows:
                yield self.row(table, row.when, row.then, row.text, row.at)
        for step in policy.steps:
            yield self.step(step, "")
        for sheet in policy.sheets.values():
            yield self.sheet(sheet)
            for step in sheet.steps:
                yield self.step(step, sheet.name)
        for duty in policy.owed:
            yield self.duty(duty)
        for periodic in policy.rhythm:
            yield self.periodic(periodic)
        for allowed in policy.may.values():
            yield self.allowed(allowed)
        yield self.usual()
        yield from self.the_rest()

    def owing_rows(self) -> Iterator[tuple[Who, str, Sentence]]:
        """Every row by which somebody can come to owe something, and who."""
        policy = self.policy
        for step in policy.steps:
            yield step.owes, "", self.step(step, "")
        for sheet in policy.sheets.values():
            for step in sheet.steps:
                sentence = self.step(step, sheet.name)
                title = titled(sheet.text, self.lang)
                lead = f"{title}:" if self.zh else f"{title}: "
                yield (
                    step.owes,
                    sheet.name,
                    Sentence(
                        sentence.section,
                        sentence.place,
                        lead + sentence.text,
                        sentence.clauses,
                        sentence.wording,
                    ),
                )
        for duty in policy.owed:
            if duty.owes is not None:
                yield duty.owes, "", self.duty(duty)
        for periodic in policy.rhythm:
            if periodic.owes is not None:
                yield periodic.owes, "", self.periodic(periodic)
        yield policy.usual.floor, "", self.floor()

    def under(self, sentence: Sentence, how: str, post: str = "") -> Sentence:
        """The sentence with the way it comes to a post said before it."""
        if not how:
            return sentence
        lead = {
            "owner": Text("作为负责人：", "As owner: "),
            "above": Text("作为负责人的上级：", "As superior of the owner: "),
            "up": Text("下级逾期时：", "When a rank below has missed it: "),
            "aside": Text(
                f"{say_post(self.policy, post, 'zh')}须回避时：" if post else "",
                f"Where {say_post(self.policy, post, 'en')} has to step aside: " if post else "",
            ),
        }[how].in_(self.lang)
        return Sentence(
            sentence.section,
            sentence.place,
            lead + sentence.text,
            sentence.clauses,
            sentence.wording,
            sentence.cited,
        )

    def say(self, section: str, at: Element, words: str) -> Sentence:
        wording = tuple(
            (clause, self.policy.clauses[clause])
            for clause in at.clauses
            if clause in self.policy.clauses
        )
        end = "。" if self.zh else "."
        cited = say_cited(at, self.policy.kinds, self.lang)
        return Sentence(
            section, at.place, f"{start(words)}{end}{cited}", at.clauses, wording, cited
        )

    def element(self, place: str) -> Element:
        return self.places.get(place, Element(place))

    # what it is and whom it is about

    def edition(self) -> Sentence:
        policy = self.policy
        title = titled(policy.title, self.lang)
        parts = [
            f"{title}第{policy.version}版" if self.zh else f"{title}, edition {policy.version}"
        ]
        if policy.in_force:
            parts.append(
                f"自{policy.in_force}起施行" if self.zh else f"in force from {policy.in_force}"
            )
        if policy.moves_cases:
            parts.append("在办案件随之转入" if self.zh else "open cases move to it")
        if policy.review_every:
            every = say_every(parse_span(policy.review_every), self.lang)
            parts.append(f"{every}复审一次" if self.zh else f"reviewed {every}")
        if policy.kept_by:
            keeper = say_post(policy, policy.kept_by, self.lang)
            parts.append(f"由{keeper}保管" if self.zh else f"kept by {keeper}")
        return self.say("version", self.element("version"), self.joined(parts))

    def joined(self, parts: list[str]) -> str:
        return ("，".join(parts)) if self.zh else ", ".join(parts)

    def calendars(self) -> Iterator[Sentence]:
        for name, calendar in self.policy.calendars.items():
            hours = calendar.get("open")
            said = [
                f"{_days(days, self.lang)}{'' if self.zh else ' '}{times}"
                for days, times in (hours.items() if isinstance(hours, Mapping) else ())
            ]
            rests = calendar.get("holidays") not in (None, "none")
            opening = ("、" if self.zh else ", ").join(said)
            named = self.policy.calendar_words.get(name)
            called = named.in_(self.lang) if named else ""
            if self.zh:
                rest = "法定节假日休息、调休日上班" if rests else "节假日不休"
                words = f"{called or f'“{name}”日历'}：{opening}，{rest}"
            else:
                rest = "public holidays off, make-up days worked" if rests else "no days of rest"
                words = f"{called.capitalize() or f'Calendar “{name}”'}: {opening}, {rest}"
            yield self.say("calendars", Element(f"calendars.{name}"), words)

    def posts(self) -> Iterator[Sentence]:
        policy = self.policy
        for post in policy.posts.values():
            name = post.text.in_(self.lang)
            parts = [name if self.zh else f"the {mid(name)}"]
            if post.of:
                kind = UNIT_KINDS.get(post.of, Text(f"每{post.of}", f"each {post.of}")).in_(
                    self.lang
                )
                parts[0] += f"({kind}一位)" if self.zh else f" (one for {kind})"
            if post.up:
                above = say_post(policy, post.up, self.lang)
                parts.append(f"上级为{above}" if self.zh else f"is below {above}")
            else:
                parts.append("上面没有上级" if self.zh else "has no superior")
            if post.outside:
                parts.append("不属本单位" if self.zh else "is outside the organisation")
            if post.own_only:
                parts.append(
                    "只看得到交给自己的单据" if self.zh else "sees only the sheets of its own"
                )
            if post.recused_by:
                other = say_post(policy, post.recused_by, self.lang)
                parts.append(
                    f"被投诉时由{other}办理"
                    if self.zh
                    else f"gives way to {other} where the complaint is about its holder"
                )
            words = (
                "，".join(parts) if self.zh else f"{parts[0]} {any_of(parts[1:], 'en', every=True)}"
            )
            yield self.say("who", post.at, words)
        for apart in policy.never_the_same:
            names = self.titles((policy.posts[name].text for name in apart), every=True)
            yield self.say(
                "who",
                self.element("who.never_the_same"),
                f"同一案件中，{names}的事不得由同一人办理"
                if self.zh
                else f"In one case nobody acts as more than one of: {names}",
            )

    def what(self) -> Iterator[Sentence]:
        policy = self.policy
        for name, text in policy.kinds.items():
            an = "an" if text.en[:1].lower() in tuple("aeiou") else "a"
            words = f"受理{text.zh}" if self.zh else f"A case can be {an} {mid(text.en)}"
            if name in policy.linked:
                of = policy.kinds[policy.linked[name]]
                words += (
                    f"，并与其起因的{of.zh}关联"
                    if self.zh
                    else f", linked with the {mid(of.en)} it grew from"
                )
            yield self.say("what", self.element(f"what.kinds.{name}"), words)
        if policy.callers:
            names = self.titles(policy.callers.values(), every=True)
            words = f"客户分为{names}" if self.zh else f"Callers are: {names}"
            yield self.say("what", self.element("what.callers"), words)
        if policy.categories:
            names = self.titles(policy.categories.values(), every=True)
            words = f"投诉类别分为{names}" if self.zh else f"The categories are: {names}"
            yield self.say("what", self.element("what.categories"), words)
        for channel in policy.channels.values():
            if self.zh:
                words = f"可以经“{channel.text.zh}”投诉" + ("(书面)" if channel.written else "")
                words += "，原文未列，由我们补充" if channel.addition else ""
                words += "，登记时问明何时收到、由谁拆阅" if channel.opened else ""
                words += "，申请退货前先显示退货条件" if channel.shows_first else ""
            else:
                written = ", which counts as written" if channel.written else ""
                words = f"Complaints may come by the channel “{channel.text.en}”{written}"
                words += "; not in the source, our addition" if channel.addition else ""
                words += ", with when it came and who opened it" if channel.opened else ""
                words += (
                    ", which shows the conditions of a return first" if channel.shows_first else ""
                )
            yield self.say("what", channel.at, words)
        if policy.registered_by_staff:
            yield self.say(
                "what",
                self.element("what.registered_by"),
                "任何员工都可以登记投诉"
                if self.zh
                else "Any member of staff may register a complaint",
            )
        for fact in policy.facts.values():
            if fact.name not in BUILT_IN_FACTS and not fact.left_behind:
                yield self.fact(fact)

        yield from self.spoken()

    def spoken(self) -> Iterator[Sentence]:
        """What is suggested while somebody takes down what a customer says."""
        policy = self.policy
        at = {"kind": "what.kinds", "category": "what.categories"}
        for name, values in policy.spoken.items():
            fact = policy.facts[name]
            for value, heard in values.items():
                own = [word for word in heard if word.isascii() is not self.zh] or heard
                words = self.titles(Text(f"“{word}”", word) for word in own)
                said = self.titles([Text(f"“{fact.values[value].zh}”", fact.values[value].en)])
                what = f"“{fact.text.zh}”" if self.zh else f"“{fact.text.en}”"
                place = f"{at.get(name, fact.at.place)}.{value}.words"
                if fact.type == "yes/no":
                    text = (
                        f"客户说到{words}时，提示询问{what}"
                        if self.zh
                        else f"A customer who says {words} is asked about {what}"
                    )
                else:
                    text = (
                        f"客户说到{words}时，建议{what}为{said}"
                        if self.zh
                        else f"Where a customer says {words}, {said} is suggested for {what}"
                    )
                yield self.say("what", Element(place), text)

    def titles(self, texts: Iterable[Text], *, every: bool = False) -> str:
        shown = (text.zh if self.zh else f"“{text.en}”" for text in texts)
        return any_of(shown, self.lang, every=every)

    def fact(self, fact: Fact) -> Sentence:
        name = fact.text.in_(self.lang)
        quoted = f"“{name}”"
        if fact.counts == "nearest unit":
            reach = self.policy.numbers[fact.counted].value()
            return self.say(
                "what",
                fact.at,
                f"系统按位置找出{quoted}({reach} 公里以内、当班、有能力)"
                if self.zh
                else f"The system finds {quoted} by the place: within {reach} km, on duty and able",
            )
        if fact.counted == "history":
            what = COUNTS[fact.counts].in_(self.lang)
            return self.say(
                "what",
                fact.at,
                f"系统在全部历史中统计{quoted}"
                if self.zh
                else f"The system counts {what} in the whole history",
            )
        if fact.counted:
            period = say_value(self.policy.numbers[fact.counted].value(), self.lang)
            return self.say(
                "what",
                fact.at,
                f"系统统计{period}内的{quoted}"
                if self.zh
                else f"The system counts {quoted} within {period}",
            )
        if fact.by_calendar:
            return self.say(
                "what",
                fact.at,
                f"系统按工作日历判断{quoted}"
                if self.zh
                else f"The calendar tells {quoted} of every message",
            )
        if fact.set_by:
            act = ACTS[fact.set_by].text.in_(self.lang)
            words = (
                f"“{act}”时须确定{quoted}" if self.zh else f"{quoted} must be settled by “{act}”"
            )
        elif fact.asked == "registration":
            words = (
                f"登记时询问{quoted}，缺了也照样登记"
                if self.zh
                else f"{quoted} is asked at registration, which never waits for it"
            )
        elif fact.asked == "classify":
            words = f"分类定级时询问{quoted}" if self.zh else f"{quoted} is asked on classifying"
        else:
            words = f"随时可记录{quoted}" if self.zh else f"{quoted} may be recorded at any time"
        if fact.type == "one of" and fact.values:
            values = self.titles(fact.values.values())
            words += f":{values}" if self.zh else f": {values}"
        if fact.kinds:
            kinds = self.titles(self.policy.kinds[name] for name in fact.kinds)
            words += f"(限{kinds})" if self.zh else f" (of: {kinds})"
        if fact.finds_customer:
            words += "，据此可找到老客户" if self.zh else "; customers are found again by it"
        if fact.personal:
            words += "(个人信息)" if self.zh else " (personal data)"
        return self.say("what", fact.at, words)

    # who decides, who owes

    def row(
        self,
        table: Table,
        when: tuple[object, ...],
        then: str | Who,
        text: Text | None,
        at: Element,
    ) -> Sentence:
        policy, zh = self.policy, self.zh
        del text
        condition = say_condition(policy, when, self.lang)  # type: ignore[arg-type]
        lead = (
            (f"{condition}时，" if zh else f"where {condition}, ")
            if condition
            else ("其他情形，" if zh else "in all other cases ")
        )
        name = TABLES.get(table.name, Text(f"“{table.name}”", f"“{table.name}”")).in_(self.lang)
        if isinstance(then, Who):
            who = say_who(policy, then, self.lang)
            if table.name == "owner":
                words = f"由{who}负责" if zh else f"{who} is responsible"
            elif table.name == "addressee":
                words = f"处理单发给{who}" if zh else f"the note goes to {who}"
            elif table.name == "improver":
                words = f"由{who}改进" if zh else f"{who} makes the improvement"
            else:
                words = f"{name}为{who}" if zh else f"the {name} is {who}"
        elif table.answers == "number":
            number = policy.numbers[then]
            value = counted_from(
                number, say_value(number.value(), self.lang, self.policy.calendar_words), self.lang
            )
            words = f"{name}为{value}" if zh else f"the {name} is {value}"
        elif table.answers == "sheet":
            words = (
                f"开出{say_sheet(policy, then, self.lang)}"
                if zh
                else (f"the sheet is {say_sheet(policy, then, self.lang)}")
            )
        else:
            answer = answer_text(policy, table.name, then).in_(self.lang)
            words = f"{name}为{answer}" if zh else f"the {name} is {mid(answer)}"
        return self.say(f"decide.{table.name}", at, lead + words)

    def owes(self, who: Who, timing: str, act: str, to: Who | None = None) -> str:
        """The core of a sentence: who should do what by when."""
        bearer = say_who(self.policy, who, self.lang)
        if self.zh:
            towards = f"向{say_who(self.policy, to, 'zh')}" if to else ""
            return f"{bearer}应{timing}{towards}{say_act(act, 'zh')}"
        towards = f" to {say_who(self.policy, to, 'en')}" if to else ""
        return f"{bearer} shall {say_act(act, 'en')}{towards}" + (f" {timing}" if timing else "")

    def step(self, step: Step, sheet: str) -> Sentence:
        policy, lang, zh = self.policy, self.lang, self.zh
        lead = ""
        if step.only:
            condition = say_condition(policy, step.only, lang)
            lead = f"{condition}时，" if zh else f"where {condition}, "
        if step.act == "compensate":
            lead += "有已批准而未付的补偿的，" if zh else "where approved compensation is unpaid, "
        if step.unless:
            condition = say_condition(policy, step.unless, lang)
            lead += f"除非{condition}，" if zh else f"unless {condition}, "
        words = lead + self.owes(
            step.owes, say_timing(policy, step.timing, lang), step.act, step.to
        )
        if step.opens:
            opened = say_sheet(policy, step.opens, lang)
            of = opened if step.opens in self.policy.tables else a(opened)
            words += f"(开出{opened})" if zh else f", which opens {of}"
        elif step.form and step.form in policy.forms:
            form = titled(policy.forms[step.form].text, lang)
            words += f"，记入{form}" if zh else f", recorded in the {form}"
        if step.needs:
            needs = say_needs(step.needs, lang)
            words += f"；要求：{needs}" if zh else f"; required: {needs}"
        words += self.approved(step)
        words += self.granted(step)
        words += self.proved(step)
        words += self.visitors(step)
        words += self.outcomes(step, sheet)
        if step.missed is not None:
            missed = say_missed(policy, step.missed, lang)
            words += f"；逾期的，{missed}" if zh else f"; if it is missed, {missed}"
        return self.say(f"sheets.{sheet}" if sheet else "steps", step.at, words)

    def visitors(self, step: Step) -> str:
        """Who does not do it, and of how many cases it is owed."""
        policy, lang, zh = self.policy, self.lang, self.zh
        words = ""
        if step.not_by:
            acts = any_of((ACTS[act].text.in_(lang) for act in step.not_by), lang)
            words += (
                f"；办过{acts}的人不得办理"
                if zh
                else f"; not by anybody who did one of these in the case: {acts}"
            )
        if step.sample:
            share = policy.numbers[step.sample].value()
            words += (
                f"；每百件抽取不少于{share}件，客户曾不满意的必在其中"
                if zh
                else f"; for at least {share} of every 100 cases, and wherever the customer was not content"
            )
        return words

    def approved(self, step: Step) -> str:
        """What an approval stands for, and that a change of it asks for another."""
        if not step.approves:
            return ""
        facts = [self.policy.facts[name].text.in_(self.lang) for name in step.approves]
        if self.zh:
            return f"；所批为{'、'.join(facts)}，此后有变的须重新审批"
        what = " and ".join(f"“{mid(fact)}”" for fact in facts)
        return f"; what is approved is {what}; if that changes, it is approved anew"

    def proved(self, step: Step) -> str:
        """How far the cases of the problem must have become fewer before an action is called effective."""
        if step.effective is None:
            return ""
        share = say_value(self.policy.numbers[step.effective.fallen].value(), self.lang)
        over = say_value(self.policy.numbers[step.effective.over].value(), self.lang)
        if self.zh:
            return f"；措施采取满{over}、同类投诉比开单前至少下降 {share}% 的，才可判为有效"
        return (
            f"; it can be called effective once {over} have passed since the action and the problem "
            f"comes at least {share}% less often than before the sheet was opened"
        )

    def granted(self, step: Step) -> str:
        """Under which conditions, and until when, the good outcome is open."""
        if step.grant is None:
            return ""
        policy, lang, zh, grant = self.policy, self.lang, self.zh, step.grant
        parts = [say_condition(policy, grant.when, lang)] if grant.when else []
        if grant.within:
            length = say_reach(policy, grant.within, lang)
            since = policy.facts[grant.start].text.in_(lang)
            parts.append(
                f"自{since}起{length}内提出"
                if zh
                else f"it was asked for within {length}, counted from “{mid(since)}”"
            )
        name = say_outcome(policy, step.name, grant.outcome, lang)
        joined = "且".join(parts) if zh else " and ".join(parts)
        return f"；{joined}的，才可{name}" if zh else f"; “{name}” is open only where {joined}"

    def outcomes(self, step: Step, sheet: str) -> str:
        policy, lang, zh = self.policy, self.lang, self.zh
        words = ""
        for outcome, consequence in step.outcomes.items():
            said = say_consequence(policy, consequence, lang, sheet)
            name = say_outcome(policy, step.name, outcome, lang)
            if outcome == "unreachable" and step.tries:
                tries = policy.numbers[step.tries].value()
                words += (
                    f"；{tries}个不同日子都{name}的，{said}"
                    if zh
                    else f"; if {name} on {tries} different days, {said}"
                )
            else:
                words += f"；{name}的，{said}" if zh else f"; if {name}, {said}"
        return words

    def sheet(self, sheet: SheetKind) -> Sentence:
        policy, lang, zh = self.policy, self.lang, self.zh
        title = titled(sheet.text, lang)
        parts = []
        if sheet.to is not None:
            to = say_who(policy, sheet.to, lang)
            parts.append(f"发给{to}" if zh else f"goes to {to}")
        if sheet.filled:
            fields = any_of(
                (
                    SHEET_FIELDS[name].text.zh if zh else mid(SHEET_FIELDS[name].text.en)
                    for name in sheet.filled
                ),
                lang,
                every=True,
            )
            parts.append(f"由对方填写{fields}" if zh else f"has to be filled in with {fields}")
        if sheet.inside:
            step = say_step(policy, sheet.inside, lang)
            parts.append(f"须在{step}之前交回" if zh else f"has to be back before {step}")
        if sheet.leaving:
            time = say_value(policy.numbers[sheet.leaving].value(), lang)
            parts.append(f"交回后至少留{time}" if zh else f"leaves at least {time} for that")
        if sheet.issued:
            time = say_value(policy.numbers[sheet.issued].value(), lang)
            parts.append(f"须在{time}内签发" if zh else f"has to be issued within {time}")
        if sheet.evidence:
            parts.append(
                "由系统附上超时事项与责任份额"
                if zh
                else "carries what was late and the shares of blame, by itself"
            )
        if sheet.number:
            parts.append(
                f"编号以 {sheet.number} 开头"
                if zh
                else f"has numbers that begin with {sheet.number}"
            )
        if not parts:
            first = ACTS[sheet.steps[0].act].text.in_(lang) if sheet.steps else ""
            parts.append(f"从“{first}”开始逐级流转" if zh else f"travels from “{first}” on")
        words = title + ("，".join(parts) if zh else f" {any_of(parts, lang, every=True)}")
        return self.say(f"sheets.{sheet.name}", sheet.at, words)

    def duty(self, duty: Duty) -> Sentence:
        policy, lang, zh = self.policy, self.lang, self.zh
        lead = self.occasion(duty)
        if duty.opens:
            opened = say_sheet(policy, duty.opens, lang)
            words = f"{lead}开出{opened}" if zh else f"{lead}{a(opened)} is opened"
        else:
            assert duty.owes is not None
            timing = "" if duty.during else say_timing(policy, duty.timing, lang)
            words = lead + self.owes(duty.owes, timing, duty.act, duty.to)
            if duty.form and duty.form in policy.forms:
                form = titled(policy.forms[duty.form].text, lang)
                words += f"，记入{form}" if zh else f", recorded in the {form}"
        if duty.sample:
            share = policy.numbers[duty.sample].value()
            words += (
                f"；抽取不少于名单的{share}%" if zh else f"; for at least {share} % of the list"
            )
        if duty.tries:
            tries = policy.numbers[duty.tries].value()
            words += (
                f"；{tries}个不同日子都联系不上的即为完成"
                if zh
                else f"; done once nobody was reached on {tries} different days"
            )
        if duty.until:
            stage = say_stage(duty.until, lang)
            words += (
                f"；案件到{stage}阶段即不再需要"
                if zh
                else f"; no longer owed once the case reaches {stage}"
            )
        if duty.missed is not None:
            missed = say_missed(policy, duty.missed, lang)
            words += f"；逾期的，{missed}" if zh else f"; if it is missed, {missed}"
        return self.say("owed", duty.at, words)

    def occasion(self, duty: Duty) -> str:
        policy, lang, zh = self.policy, self.lang, self.zh
        condition = say_condition(policy, duty.only, lang)
        if duty.during:
            value = policy.numbers[duty.timing.within].value()
            every = say_every(value, lang) if not isinstance(value, int | str) else str(value)
            stage = say_stage(duty.during, lang)
            lead = (
                f"案件在{stage}阶段时，{every}，" if zh else f"while the case is {stage}, {every} "
            )
        elif duty.when == "counted" and condition:
            return f"{condition}时，" if zh else f"when {condition}, "
        else:
            event = self.event(duty.when)
            lead = f"{event}，" if zh else f"{event}, "
        if condition:
            lead += f"{condition}的，" if zh else f"where {condition}, "
        if duty.for_each:
            lead += "每位顾客一次，" if zh else "for each of them, "
        return lead

    def questions(self, form: str) -> str:
        """What a form asks, but for what has a clause, and so a sentence, of its own."""
        asked = self.policy.questions.get(form, ())
        said = [self.question(form, each) for each in asked if not each.at.clauses]
        if not said:
            return ""
        return f"，询问:{'、'.join(said)}" if self.zh else f", which asks: {'; '.join(said)}"

    def question(self, form: str, question: Question) -> str:
        """A question, where it is asked, and what its answers come to."""
        policy, lang, zh, against = self.policy, self.lang, self.zh, question.against
        words = []
        if where := say_condition(policy, question.only, lang):
            words.append(f"限{where}" if zh else f"where {where}")
        if question.type == "score" and against:
            limit = policy.numbers[against].value()
            words.append(
                f"{limit}分及以下算不满意" if zh else f"{limit} or less counts as not satisfied"
            )
        elif against:
            value = question.values[against].in_(lang)
            words.append(f"答“{value}”算不满意" if zh else f"“{value}” counts as not satisfied")
        if question.fails:
            answers = any_of(
                (f"“{question.values[each].in_(lang)}”" for each in question.fails), lang
            )
            good = any_of(self.good_of(form), lang)
            words.append(f"答{answers}不能记为{good}" if zh else f"{answers} rules out {good}")
        name = question.text.in_(lang)
        if not words:
            return name
        return f"{name}({'，'.join(words)})" if zh else f"{name} ({', '.join(words)})"

    def good_of(self, form: str) -> Iterable[str]:
        """The good outcomes of the acts recorded on a form."""
        rows: list[Step | Duty] = [*self.policy.steps, *self.policy.owed]
        acts = dict.fromkeys(row.act for row in rows if row.form == form)
        for act in acts:
            if ends := ACTS[act].outcomes:
                yield say_outcome(self.policy, act, ends[0].name, self.lang)

    def event(self, name: str) -> str:
        if name in EVENTS:
            return EVENTS[name].in_(self.lang)
        sheet = name.removeprefix("sheet ").rpartition(" ")[0]
        what = name.rpartition(" ")[2]
        title = say_sheet(self.policy, sheet, self.lang)
        return {
            "issued": Text(f"{title}签发后", f"once the {title} is issued"),
            "replied": Text(f"{title}回复后", f"once the {title} is answered"),
            "overdue": Text(f"{title}逾期时", f"when the {title} is overdue"),
        }[what].in_(self.lang)

    def periodic(self, row: Periodic) -> Sentence:
        policy, lang, zh = self.policy, self.lang, self.zh
        often = say_rhythm(row.every, lang)
        if row.opens:
            opened = say_sheet(policy, row.opens, lang)
            covering = say_period(row.covering, lang) if row.covering else ""
            words = f"{often}，开出{opened}" if zh else f"{often} {a(opened)} is opened"
            if covering:
                words += f"，涵盖{covering}" if zh else f", covering {covering}"
        else:
            assert row.owes is not None
            timing = say_timing(policy, row.timing, lang)
            owed = self.owes(row.owes, timing, row.act)
            clock = "起" if row.every.minute else "" if row.every.unit == "message" else "一次"
            words = f"{often}{clock}，{owed}" if zh else f"{often}, {owed}"
        return self.say("rhythm", row.at, words)

    def allowed(self, row: Allowed) -> Sentence:
        policy, lang, zh = self.policy, self.lang, self.zh
        who, act = say_whos(policy, row.who, lang), say_act(row.act, lang)
        words = f"{who}可以{act}" if zh else f"{who} may {act}"
        if row.to:
            bodies = any_of((either(body, lang) for body in row.to), lang)
            words += f"({bodies})" if zh else f" ({bodies})"
        if row.needs:
            needs = say_needs(row.needs, lang)
            words += f"；要求：{needs}" if zh else f"; required: {needs}"
        if row.opens:
            opened = say_sheet(policy, row.opens, lang)
            words += f"，另开{opened}" if zh else f", which opens another {opened}"
        if row.back_to:
            steps = any_of((say_step(policy, name, lang) for name in row.back_to), lang)
            words += f"，案件退回{steps}" if zh else f"; the case goes back to {steps}"
        then = row.then
        if row.at_most:
            value = policy.numbers[row.at_most].value()
            times = {1: "once", 2: "twice"}.get(
                value if isinstance(value, int) else 0, f"{value} times"
            )
            after = say_consequence(policy, then, lang)
            words += (
                f"；不得超过{value}次，超过的，{after}"
                if zh
                else f"; {times} at most, after which {after}"
            )
        elif not row.back_to and row.act != "escalate":
            after = say_consequence(policy, then, lang)
            words += f";{after}" if zh else f"; {after}"
        return self.say("may", row.at, words)

    def usual(self) -> Sentence:
        policy, lang, zh = self.policy, self.lang, self.zh
        usual = policy.usual
        missed = say_missed(policy, usual.missed, lang)
        again = say_value(policy.numbers[usual.again].value(), lang)
        top = policy.numbers[usual.at_top].value()
        every = say_every(top, lang) if not isinstance(top, int | str) else str(top)
        silence = say_value(policy.numbers[usual.longest_silence].value(), lang)
        floor = say_who(policy, usual.floor, lang)
        if zh:
            words = (
                f"凡逾期未办的，{missed}，限{again}内办理；已到最高一级的，{every}催办一次；"
                f"用时达{usual.warn}%时预警；无人应办的，由{floor}在{silence}内联系客户"
            )
        else:
            words = (
                f"whatever is missed: {missed}, within {again}; at the top there is a reminder "
                f"{every}; a warning is given when {usual.warn} % of the time is used; "
                f"what nobody else owes, {floor} takes up within {silence} by contacting the customer"
            )
        return self.say("usual", usual.at, words)

    def floor(self) -> Sentence:
        policy, lang, zh = self.policy, self.lang, self.zh
        silence = say_value(policy.numbers[policy.usual.longest_silence].value(), lang)
        floor = say_who(policy, policy.usual.floor, lang)
        words = (
            f"无人应办时，{floor}应在{silence}内联系客户"
            if zh
            else f"where nobody owes anything, {floor} shall contact the customer within {silence}"
        )
        return self.say("usual", policy.usual.at, words)

    def the_rest(self) -> Iterator[Sentence]:
        policy, lang, zh = self.policy, self.lang, self.zh
        for row in policy.always:
            step, outcome = row.after
            act = say_step(policy, step, lang)
            result = say_outcome(policy, step, outcome, lang)
            then = any_of((say_step(policy, name, lang) for name in row.then), lang)
            words = (
                f"凡{act}结果为{result}的，其后必经{then}"
                if zh
                else f"wherever the outcome of {act} is {result}, {then} always follows"
            )
            yield self.say("always", row.at, words)
        for measure in policy.measures:
            start, end = (
                INSTANTS[name].in_(lang) if name else "" for name in (measure.start, measure.end)
            )
            figure = measure.text.in_(lang)
            words = f"统计{figure}：从{start}到{end}" if zh else f"{figure}: from {start} to {end}"
            if measure.counts:
                counted = MEASURED[measure.counts].in_(lang)
                words = f"统计{figure}:{counted}" if zh else f"{figure}: {counted}"
            yield self.say("measures", measure.at, words)
        for report in policy.reports.values():
            yield self.say("reports", report.at, say_report(policy, report, lang))
            for part in report.parts:
                if part.at.clauses:
                    yield self.say("reports", part.at, say_part(policy, report, part, lang))
        if policy.library:
            keeper = say_post(policy, policy.library, lang)
            words = (
                f"文件库由{keeper}管理：公布文件及新版本、登记抄送时间、废止"
                if zh
                else f"the library is kept by {keeper}, who publishes documents and new versions, "
                "notes when copies came, and withdraws them"
            )
            yield self.say("library", self.element("library"), words)
        for name, printed in policy.forms.items():
            form = titled(printed.text, lang)
            words = f"设{form}" if zh else f"there is a form {form}"
            words += self.questions(name)
            yield self.say("forms", self.element(f"forms.{name}"), words)
            for question in policy.questions.get(name, ()):
                if question.at.clauses:
                    asked = self.question(name, question)
                    words = f"{form}询问:{asked}" if zh else f"the form {form} asks: {asked}"
                    yield self.say("forms", question.at, words)
        for index, (where, hint) in enumerate(policy.guidance):
            at = _GUIDED.get(where, Text(f"“{where}”时", f"on “{where}”")).in_(lang)
            words = f"{at}提示：{hint.zh}" if zh else f"shown {at}: {hint.en}"
            yield self.say("guidance", self.element(f"guidance[{index}]"), words)
        for keep in policy.keep:
            yield self.kept(keep)
        for index, accepted in enumerate(policy.settled):
            why, who = either(accepted.because, lang), either(accepted.by, lang)
            number = policy.numbers.get(accepted.finding.rpartition("numbers.")[2])
            about = f"“{number.word}”" if number else ""
            if zh:
                words = f"{about}已说明：{why}({who})"
            else:
                words = f"{about + ' is settled' if about else 'settled'}: {why} ({who})"
            yield self.say("settled", Element(f"settled[{index}]"), words)
        for clause, reason in policy.not_executable.items():
            because = either(reason, lang)
            words = f"不作为规则执行：{because}" if zh else f"not carried out by a rule: {because}"
            yield self.say("not_executable", Element(f"not_executable.{clause}", (clause,)), words)

    def kept(self, keep: Keep) -> Sentence:
        names = any_of((KEPT[word].in_(self.lang) for word in keep.what), self.lang, every=True)
        time = say_value(self.policy.numbers[keep.number].value(), self.lang)
        since = INSTANTS[keep.after]
        words = (
            f"{names}自{since.zh}起保存{time}，期满销毁并留销毁记录"
            if self.zh
            else f"{names} are kept for {time} from {since.en}, then destroyed with a certificate"
        )
        return self.say("keep", keep.at, words)


def either(text: str, lang: str) -> str:
    """A text that may give both languages, divided by a slash: the part in Chinese letters is the Chinese."""
    parts = [part.strip() for part in text.split(" / ")]
    if len(parts) != 2:
        return text
    chinese = [part for part in parts if any("\u4e00" <= letter <= "\u9fff" for letter in part)]
    others = [part for part in parts if part not in chinese]
    chosen = chinese if is_zh(lang) else others
    return chosen[0] if chosen else text


def _days(days: object, lang: str) -> str:
    first, _, last = str(days).partition("-")
    one = _DAYS.get(first, Text(first, first)).in_(lang)
    other = _DAYS.get(last, Text(last, last)).in_(lang) if last else ""
    if not other:
        return one
    return f"{one}至{other}" if is_zh(lang) else f"{one}–{other}"
