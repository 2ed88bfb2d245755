"""The rows of a policy file: decision tables, steps, sheets, what is owed, rhythm, may."""

import re
from collections.abc import Iterable

from bihuan.engine.acts import ACTS
from bihuan.engine.findings import Finding, Level
from bihuan.engine.needs import SHEET_FIELDS
from bihuan.engine.nodes import Mapping, Node, Scalar, Sequence
from bihuan.engine.periods import COVERING
from bihuan.engine.policy import (
    Allowed,
    Condition,
    Duty,
    Effective,
    Element,
    Grant,
    Periodic,
    Row,
    SheetKind,
    Step,
    Table,
    Timing,
    Who,
)
from bihuan.engine.policy_expressions import Expressions
from bihuan.engine.policy_names import written
from bihuan.engine.rhythm import parse_rhythm
from bihuan.engine.words import DRAWN, EVENTS, STAGES, Text

_STEP_KEYS = (
    "owes",
    "act",
    "within",
    "by",
    "from",
    "at latest",
    "on",
    "only",
    "except",
    "for",
    "needs",
    "opens",
    "form",
    "as",
    "if",
    "missed",
    "tries",
    "to",
    "grant",
    "not_by",
    "sample",
    "approves",
    "effective",
    "clause",
)
_DUTY_KEYS = (
    "when",
    "while",
    "every",
    "only",
    "owes",
    "act",
    "within",
    "by",
    "from",
    "at latest",
    "on",
    "opens",
    "until",
    "for_each",
    "tries",
    "sample",
    "missed",
    "form",
    "to",
    "as",
    "clause",
)
_RHYTHM_KEYS = ("every", "owes", "act", "within", "by", "on", "opens", "covering", "as", "clause")
_MAY_KEYS = ("who", "needs", "at most", "then", "back to", "opens", "to", "clause")
_PAUSE_KEYS = (*_MAY_KEYS, "until", "covered by")
_BUILT_IN_WHO = ("owner", "commander", "registrar", "customer", "system")


class Rows(Expressions):
    """Rows, each with its place and the clauses it carries out."""

    def _tables(self) -> dict[str, Table]:
        found = {
            key.text: self._table(key.text, node) for key, node in self.section("decide").items
        }
        return self._in_order(found)

    def _table(self, name: str, node: Node) -> Table:
        place = f"decide.{name}"
        rows = [
            self._row(item, f"{place}[{index}]")
            for index, item in enumerate(self.read.sequence(node))
        ]
        results = [result for _, result, _, _ in rows]
        answers = self._answers(name, results)
        made = tuple(
            Row(
                when,
                self.who(Scalar(then, at.line, at.column), at.place) if answers == "post" else then,
                text,
                at,
            )
            for when, then, text, at in rows
        )
        if answers == "number":
            self.uses.update(results)
        return Table(name, answers, made, Element(place, (), node.line, node.column))

    def _answers(self, name: str, results: list[str]) -> str:
        if name == "severity":
            return "level"
        if results and all(result in self.numbers for result in results):
            return "number"
        if results and all(result in self.sheet_names for result in results):
            return "sheet"
        posts = {*self.posts, *self.table_names, *_BUILT_IN_WHO}
        if any(result in posts or " " in result for result in results):
            return "post"
        return "level"

    def _row(self, node: Node, place: str) -> tuple[Condition, str, Text | None, Element]:
        mapping = self.read.mapping(node, place)
        self.read.known(mapping, ("when", "then", "otherwise", "zh", "en", "clause"), place)
        at = self.read.element(mapping, place, "row")
        zh = mapping.get("zh")
        text = (
            Text(
                self.read.text(zh, place),
                self.read.text(mapping.get("en"), place, self.read.text(zh, place)),
            )
            if zh
            else None
        )
        if (otherwise := mapping.get("otherwise")) is not None:
            return (), self.read.text(otherwise, place), text, at
        self.read.required(mapping, ("when", "then"), place)
        return (
            self.condition(mapping.get("when"), f"{place}.when"),
            self.read.text(mapping.get("then"), place),
            text,
            at,
        )

    def _in_order(self, tables: dict[str, Table]) -> dict[str, Table]:
        ordered: dict[str, Table] = {}

        def visit(name: str, path: tuple[str, ...]) -> None:
            if name in ordered:
                return
            table = tables[name]
            if name in path:
                circle = " → ".join((*path[path.index(name) :], name))
                at = table.at
                self.read.findings.append(
                    Finding(
                        Level.ERROR,
                        "circle",
                        Text(
                            f"判定表互相引用成环：{circle}",
                            f"tables refer to each other in a circle: {circle}",
                        ),
                        at.place,
                        (),
                        at.line,
                        at.column,
                    )
                )
                return
            for row in table.rows:
                for asked, _ in row.when:
                    if asked in tables:
                        visit(asked, (*path, name))
                if isinstance(row.then, Who) and row.then.kind == "table":
                    visit(row.then.post, (*path, name))
            ordered[name] = table

        for name in tables:
            visit(name, ())
        return ordered

    def _steps(self, node: Node | None, place: str) -> tuple[Step, ...]:
        nodes = self.read.sequence(node)
        names = [
            written(item.get("as") or item.get("act"))
            for item in nodes
            if isinstance(item, Mapping)
        ]
        if place == "steps":
            outer: tuple[str, ...] = ()
        else:
            outer = self.step_names
            self.steps_here = tuple(names)  # a sheet's conditions may ask how its own steps ended
        found = tuple(
            self._step(item, f"{place}[{index}]", (*names, *outer))
            for index, item in enumerate(nodes)
        )
        self.steps_here = ()
        seen: set[str] = set()
        for step, item in zip(found, nodes, strict=True):
            if step.name in seen:
                self.read.error(
                    item,
                    "same-name",
                    f"{place}：已有步骤“{step.name}”，请用 as 另取名",
                    f"{place}: there is a step '{step.name}' already; give this one a name with as",
                    step.at.place,
                )
            seen.add(step.name)
        return found

    def _step(self, node: Node, place: str, names: tuple[str, ...]) -> Step:
        read, mapping = self.read, self.read.mapping(node, place)
        read.known(mapping, _STEP_KEYS, place)
        read.required(mapping, ("owes", "act"), place)
        act = read.choice(mapping.get("act"), ACTS, f"{place}.act", Text("动作", "act"))
        timing = self._timing(mapping, place)
        if not timing.within and not timing.by:
            read.error(
                mapping,
                "no-time",
                f"{place}：须写 within 或 by(何时到期)",
                f"{place}: needs within or by, when it is due",
                place,
            )
        only = self.condition(mapping.get("only"), f"{place}.only")
        if (kind := mapping.get("for")) is not None:
            only = (*only, ("kind", ("is", read.texts(kind, f"{place}.for"))))
        outcomes = {}
        for key, value in read.mapping(mapping.get("if"), f"{place}.if").items:
            known = [outcome.name for outcome in ACTS[act].outcomes] if act in ACTS else []
            read.choice(key, known, f"{place}.if", Text("结果", "outcome"))
            outcomes[key.text] = self.consequence(value, f"{place}.if.{key.text}", names)
        return Step(
            name=read.text(mapping.get("as"), place) or act,
            act=act,
            owes=self.who(mapping.get("owes"), f"{place}.owes"),
            timing=timing,
            only=only,
            unless=self._unless(mapping, place),
            needs=self._needs(mapping, place),
            opens=self._opens(mapping, place),
            outcomes=outcomes,
            missed=self.missed(mapping.get("missed"), f"{place}.missed"),
            tries=self.number(mapping.get("tries"), f"{place}.tries"),
            form=read.choice(
                mapping.get("form"), self.form_names, f"{place}.form", Text("表单", "form")
            ),
            to=self.who(mapping.get("to"), f"{place}.to") if mapping.get("to") else None,
            at=read.element(mapping, place, "step"),
            grant=self._grant(mapping.get("grant"), act, f"{place}.grant"),
            not_by=self._not_by(mapping.get("not_by"), act, place),
            sample=self._share(mapping.get("sample"), f"{place}.sample"),
            approves=self._approves(mapping.get("approves"), act, f"{place}.approves"),
            effective=self._effective(mapping.get("effective"), act, f"{place}.effective"),
        )

    def _effective(self, node: Node | None, act: str, place: str) -> Effective | None:
        """How far the rate of the problem must have fallen: `{fallen: NUMBER, over: NUMBER}`."""
        if node is None:
            return None
        mapping = self.read.mapping(node, place)
        self.read.known(mapping, ("fallen", "over"), place)
        self.read.required(mapping, ("fallen", "over"), place)
        fallen = self._share(mapping.get("fallen"), f"{place}.fallen")
        over = self.number(mapping.get("over"), f"{place}.over")
        times = self.numbers[over].values if over in self.numbers else ()
        if act != "check_effect" or any(isinstance(value, int | str) for _, value in times):
            self.read.error(
                node,
                "bad-effective",
                f"{place}：effective 只用于 check_effect，over 应为时限",
                f"{place}: effective is for check_effect, and over is a time",
                place,
            )
            return None
        return Effective(fallen, over)

    def _approves(self, node: Node | None, act: str, place: str) -> tuple[str, ...]:
        """The facts an approval stands for; none of them personal, for their hash is kept."""
        if node is None:
            return ()
        if act not in ("approve", "countersign") or not place.startswith("steps"):
            self.read.error(
                node,
                "approves-nothing",
                f"{place}:approves 只用于主线上的 approve 或 countersign",
                f"{place}: approves is for approve and countersign on the main line",
                place,
            )
            return ()
        facts = {name for name, fact in self.facts.items() if not fact.personal}
        return tuple(
            self.read.choice(
                item, facts, place, Text("非个人信息的事实", "fact that is not personal")
            )
            for item in self.read.sequence(node)
        )

    def _share(self, node: Node | None, place: str) -> str:
        """A number that is a share of a hundred."""
        name = self.number(node, place)
        values = self.numbers[name].values if name in self.numbers else ()
        shares = (value for _, value in values)
        if node is not None and any(not isinstance(one, int) or one > 100 for one in shares):
            self.read.error(
                node,
                "bad-sample",
                f"{place}：“{name}”应为 0 % 至 100 %",
                f"{place}: '{name}' should be a share from 0 % to 100 %",
                place,
            )
        return name

    def _unless(self, mapping: Mapping, place: str) -> Condition:
        """`except`, and for a sampled step the cases that were not drawn."""
        unless = self.condition(mapping.get("except"), f"{place}.except")
        if (sample := mapping.get("sample")) is None:
            return unless
        if unless or not place.startswith("steps["):
            self.read.error(
                sample,
                "bad-sample",
                f"{place}：sample 只用于主线上没有 except 的步骤",
                f"{place}: sample is for steps of the main line that have no except",
                place,
            )
        return ((DRAWN, ("is", ("no",))),)

    def _not_by(self, node: Node | None, act: str, place: str) -> tuple[str, ...]:
        """The acts whose doers do not do this one: `not_by: [resolve, respond, reply]`."""
        if node is None:
            return ()
        items = node.items if isinstance(node, Sequence) else (node,)
        found = tuple(
            self.read.choice(item, ACTS, f"{place}.not_by", Text("动作", "act")) for item in items
        )
        if act in found or not place.startswith("steps["):
            self.read.error(
                node,
                "bad-not-by",
                f"{place}：not_by 只用于主线的步骤，且不能写该步骤自己的动作",
                f"{place}: not_by is for steps of the main line, and never names the step's own act",
                place,
            )
        return found

    def _grant(self, node: Node | None, act: str, place: str) -> Grant | None:
        """When the good outcome is open: `{if: CONDITION, within: NUMBER, from: FACT}`."""
        if node is None:
            return None
        read, mapping = self.read, self.read.mapping(node, place)
        read.known(mapping, ("if", "within", "from"), place)
        outcomes = ACTS[act].outcomes if act in ACTS else ()
        times = tuple(name for name, fact in self.facts.items() if fact.type == "time")
        within, start = mapping.get("within"), mapping.get("from")
        if not outcomes or bool(within) != bool(start):
            read.error(
                node,
                "bad-grant",
                f"{place}:grant 只用于要判断结果的动作，且 within 与 from 须同时写",
                f"{place}: grant is for acts with outcomes, and within needs from",
                place,
            )
            return None
        named = read.text(within, place)
        return Grant(
            outcomes[0].name,
            self.condition(mapping.get("if"), f"{place}.if"),
            named if named in self.table_names else self.number(within, f"{place}.within"),
            read.choice(start, times, f"{place}.from", Text("时间类事实", "fact of type time")),
        )

    def _check_back_to(self, steps: tuple[Step, ...]) -> None:
        names = [step.name for step in steps]
        for index, step in enumerate(steps):
            for outcome, consequence in step.outcomes.items():
                for target in consequence.back_to:
                    if target in names and names.index(target) > index:
                        at = step.at
                        self.read.findings.append(
                            Finding(
                                Level.ERROR,
                                "back-to-later",
                                Text(
                                    f"{step.name}.{outcome}:back to 只能回到前面的步骤，{target} 在后",
                                    f"{step.name}.{outcome}: back to must name an earlier step; {target} comes later",
                                ),
                                at.place,
                                at.clauses,
                                at.line,
                                at.column,
                            )
                        )

    def _sheet(self, name: str, node: Node) -> SheetKind:
        place = f"sheets.{name}"
        mapping = self.read.mapping(node, place)
        self.read.known(
            mapping,
            (
                "title",
                "number",
                "evidence",
                "to",
                "filled",
                "steps",
                "inside",
                "attached",
                "clause",
            ),
            place,
        )
        self.read.required(mapping, ("title", "steps"), place)
        inside = self.read.mapping(mapping.get("inside"), f"{place}.inside")
        self.read.known(inside, ("step", "from", "issued", "leaving"), f"{place}.inside")
        steps = self._steps(mapping.get("steps"), f"{place}.steps")
        return SheetKind(
            name,
            self.read.words(mapping.get("title"), f"{place}.title", name),
            self.who(mapping.get("to"), f"{place}.to") if mapping.get("to") else None,
            tuple(
                self.read.choice(
                    item, SHEET_FIELDS, f"{place}.filled", Text("填写项", "field to fill")
                )
                for item in self.read.sequence(mapping.get("filled"))
            ),
            steps,
            self.read.text(inside.get("step"), f"{place}.inside.step"),
            self.read.element(mapping, place, "sheet"),
            self.read.text(inside.get("from"), f"{place}.inside.from"),
            self.number(inside.get("leaving"), f"{place}.inside.leaving"),
            self.number(inside.get("issued"), f"{place}.inside.issued"),
            self._prefix(mapping.get("number"), f"{place}.number"),
            self._yes(mapping.get("evidence"), f"{place}.evidence"),
        )

    def _yes(self, node: Node | None, place: str) -> bool:
        return self.read.choice(node, ("yes", "no"), place, Text("是或否", "yes or no")) == "yes"

    def _prefix(self, node: Node | None, place: str) -> str:
        """What a sheet's numbers begin with; the case's number and a serial follow."""
        prefix = self.read.text(node, place)
        if node is not None and not re.fullmatch(r"[A-Z]{1,6}", prefix):
            self.read.error(
                node,
                "bad-prefix",
                f"{place}：编号以 1 至 6 个大写字母开头，如 CL",
                f"{place}: numbers begin with 1 to 6 capital letters, like CL",
                place,
            )
        return prefix

    def _duty(self, node: Node, place: str) -> Duty:
        read, mapping = self.read, self.read.mapping(node, place)
        read.known(mapping, _DUTY_KEYS, place)
        sheet_events = [
            f"sheet {name} {what}"
            for name in self.sheet_names
            for what in ("issued", "replied", "overdue")
        ]
        when = read.choice(
            mapping.get("when"), (*EVENTS, *sheet_events), f"{place}.when", Text("事件", "event")
        )
        during = read.choice(mapping.get("while"), STAGES, f"{place}.while", Text("阶段", "stage"))
        if bool(when) == bool(during):
            read.error(
                mapping,
                "no-occasion",
                f"{place}：须写 when(事件)或 while(阶段)之一",
                f"{place}: needs when (an event) or while (a stage), one of them",
                place,
            )
        act, opens = self._act_or_opens(mapping, place)
        timing = self._timing(mapping, place)
        if during:
            timing = Timing(within=self.number(mapping.get("every"), f"{place}.every"))
        if act and not timing.within and not timing.by:
            read.error(
                mapping,
                "no-time",
                f"{place}：须写 within、by 或 every",
                f"{place}: needs within, by or every",
                place,
            )
        return Duty(
            name=read.text(mapping.get("as"), place) or act or opens,
            when=when,
            during=during,
            only=self.condition(mapping.get("only"), f"{place}.only"),
            owes=self.who(mapping.get("owes"), f"{place}.owes") if act else None,
            act=act,
            timing=timing,
            opens=opens,
            until=read.choice(
                mapping.get("until"), STAGES, f"{place}.until", Text("阶段", "stage")
            ),
            for_each=read.text(mapping.get("for_each"), place),
            missed=self.missed(mapping.get("missed"), f"{place}.missed"),
            form=read.choice(
                mapping.get("form"), self.form_names, f"{place}.form", Text("表单", "form")
            ),
            to=self.who(mapping.get("to"), f"{place}.to") if mapping.get("to") else None,
            at=read.element(mapping, place, "owed"),
            tries=self.number(mapping.get("tries"), f"{place}.tries"),
            sample=self._list_sample(mapping, place),
        )

    def _list_sample(self, mapping: Mapping, place: str) -> str:
        sample = mapping.get("sample")
        if sample is not None and mapping.get("for_each") is None:
            self.read.error(
                sample,
                "bad-sample",
                f"{place}：sample 须与 for_each 同用",
                f"{place}: sample goes with for_each",
                place,
            )
        return self._share(sample, f"{place}.sample")

    def _unique(self, duties: Iterable[Duty]) -> tuple[Duty, ...]:
        found = tuple(duties)
        self._distinct((duty.name, duty.at) for duty in found)
        return found

    def _unique_periodic(self, rows: Iterable[Periodic]) -> tuple[Periodic, ...]:
        found = tuple(rows)
        self._distinct((row.name, row.at) for row in found)
        return found

    def _distinct(self, names: Iterable[tuple[str, Element]]) -> None:
        seen: set[str] = set()
        for name, at in names:
            if name in seen:
                self.read.findings.append(
                    Finding(
                        Level.ERROR,
                        "same-name",
                        Text(
                            f"{at.place}：“{name}”已用过，请用 as 另取名",
                            f"{at.place}: '{name}' is taken; give this row a name with as",
                        ),
                        at.place,
                        at.clauses,
                        at.line,
                        at.column,
                    )
                )
            seen.add(name)

    def _periodic(self, node: Node, place: str) -> Periodic:
        read, mapping = self.read, self.read.mapping(node, place)
        read.known(mapping, _RHYTHM_KEYS, place)
        read.required(mapping, ("every",), place)
        act, opens = self._act_or_opens(mapping, place)
        every = mapping.get("every")
        written = read.text(every, f"{place}.every")
        for name, number in self.numbers.items():
            if re.search(rf"\b{re.escape(name)}\b", written):
                self.uses.add(name)
                written = re.sub(rf"\b{re.escape(name)}\b", str(number.value()), written)
        rhythm = (
            self._try(every, f"{place}.every", lambda: parse_rhythm(written)) if every else None
        )
        return Periodic(
            name=read.text(mapping.get("as"), place) or act or opens,
            every=rhythm or parse_rhythm("day at 09:00"),
            written=written,
            owes=self.who(mapping.get("owes"), f"{place}.owes") if act else None,
            act=act,
            timing=self._timing(mapping, place),
            opens=opens,
            covering=read.choice(
                mapping.get("covering"),
                COVERING,
                f"{place}.covering",
                Text("期间", "period"),
            ),
            at=read.element(mapping, place, "rhythm"),
        )

    def _allowed(self, key: Scalar, node: Node, steps: tuple[Step, ...]) -> Allowed:
        read, place = self.read, f"may.{key.text}"
        mapping = read.mapping(node, place)
        read.known(mapping, _PAUSE_KEYS if key.text == "pause" else _MAY_KEYS, place)
        read.required(mapping, ("who", "covered by") if key.text == "pause" else ("who",), place)
        act = read.choice(key, ACTS, place, Text("动作", "act"))
        names = tuple(step.name for step in steps)
        back = read.texts(mapping.get("back to"), f"{place}.back to")
        for name in back:
            read.choice(
                Scalar(name, mapping.line, mapping.column),
                names,
                f"{place}.back to",
                Text("步骤", "step"),
            )
        at_most, then = mapping.get("at most"), mapping.get("then")
        if at_most is not None and then is None:
            read.error(
                mapping,
                "no-then",
                f"{place}：有 at most 就须写 then(用完以后怎样)",
                f"{place}: at most needs then, what happens when it is spent",
                place,
            )
        return Allowed(
            act,
            self.whos(mapping.get("who"), f"{place}.who"),
            self._needs(mapping, place),
            self.number(at_most, f"{place}.at most"),
            self.consequence(then, f"{place}.then", names),
            back,
            self._opens(mapping, place),
            read.texts(mapping.get("to"), f"{place}.to"),
            read.element(mapping, place, "may"),
            self.number(mapping.get("until"), f"{place}.until"),
            self._covered(mapping.get("covered by"), f"{place}.covered by"),
        )

    def _act_or_opens(self, mapping: Mapping, place: str) -> tuple[str, str]:
        """What a row asks for: an act, or that a note is opened; the other is empty."""
        act = self.read.choice(mapping.get("act"), ACTS, f"{place}.act", Text("动作", "act"))
        opens = self._opens(mapping, place)
        if bool(act) == bool(opens):
            self.read.error(
                mapping,
                "no-act",
                f"{place}：须写 act 或 opens 之一",
                f"{place}: needs act or opens, one of them",
                place,
            )
        return act, opens

    def _covered(self, node: Node | None, place: str) -> Duty | None:
        """What somebody else owes while a clock stands: its act ends the pause."""
        if node is None:
            return None
        read, mapping = self.read, self.read.mapping(node, place)
        read.known(mapping, ("owes", "act", "every"), place)
        read.required(mapping, ("owes", "act", "every"), place)
        act = read.choice(mapping.get("act"), ACTS, f"{place}.act", Text("动作", "act"))
        return Duty(
            name=act,
            when="",
            during="",
            only=(),
            owes=self.who(mapping.get("owes"), f"{place}.owes"),
            act=act,
            timing=Timing(within=self.number(mapping.get("every"), f"{place}.every")),
            opens="",
            until="",
            for_each="",
            missed=None,
            form="",
            to=None,
            at=Element(place, (), mapping.line, mapping.column),
        )
