"""The expressions of a policy file: posts, conditions, times, consequences, needs."""

from collections.abc import Iterable

from bihuan.engine.needs import NEEDS
from bihuan.engine.nodes import Mapping, Node, Scalar
from bihuan.engine.policy import (
    Condition,
    Consequence,
    Missed,
    Test,
    Timing,
    Who,
)
from bihuan.engine.policy_names import Names, written
from bihuan.engine.words import INSTANTS, Text

_COMPARISONS = ("at least", "more than", "at most", "less than")
_BUILT_IN_WHO = ("owner", "commander", "registrar", "customer", "system")


class Expressions(Names):
    """Expressions over the vocabulary, each from a closed list of forms."""

    steps_here: tuple[str, ...] = ()  # the steps of the sheet being read

    def who(self, node: Node | None, place: str) -> Who:
        """An expression of posts from the closed list of forms."""
        text = self.read.text(node, place)
        at = node or self.top
        if text in self.posts:
            return Who("post", text)
        if text in _BUILT_IN_WHO:
            return Who(text)
        if text in self.table_names:
            return Who("table", text)
        if text in ("superior of about", "superior of owner"):
            return Who("superior", of=text.rpartition(" ")[2])
        if text == "unit of sheet":
            return Who("sheet")
        post, _, rest = text.partition(" ")
        if post in self.posts and rest in ("of about", "of sheet", "of category"):
            return Who("of", post, rest.rpartition(" ")[2])
        if post in self.posts and rest == "nearest location":
            return Who("nearest", post)
        names = (*self.posts, *self.table_names, *_BUILT_IN_WHO)
        self.read.choice(Scalar(text, at.line, at.column), names, place, Text("岗位", "post"))
        return Who("owner")

    def whos(self, node: Node | None, place: str) -> tuple[Who, ...]:
        return tuple(self.who(item, place) for item in self.read.sequence(node))

    def condition(self, node: Node | None, place: str) -> Condition:
        """All of these tests over typed facts, tables and outcomes of steps."""
        return tuple(
            (key.text, self._test(key, value, f"{place}.{key.text}"))
            for key, value in self.read.mapping(node, place).items
        )

    def _test(self, key: Scalar, node: Node, place: str) -> Test:
        name = key.text
        fact = self.facts.get(name)
        steps = (*self.steps_here, *self.step_names)
        if fact is None and name not in self.table_names and name not in steps:
            self.read.choice(
                key,
                (*self.facts, *self.table_names, *steps),
                place,
                Text("事实、判定或步骤", "fact, table or step"),
            )
        if isinstance(node, Scalar):
            for word in _COMPARISONS:
                if node.text.startswith(word + " "):
                    limit = node.text.removeprefix(word + " ")
                    if not limit.isdigit():
                        self.number(Scalar(limit, node.line, node.column), place)
                        return (word, (limit,))
                    return (word, int(limit))
        values = self.read.texts(node, place)
        allowed = {*(fact.values if fact else ()), "unknown"}
        if fact is not None and fact.type in ("count", "money", "text") and values != ("unknown",):
            self.read.error(
                node,
                "bad-test",
                f"{place}:{fact.text.zh}应比较(如 at least 3)",
                f"{place}: compare {fact.text.en} (as in: at least 3)",
                place,
            )
        elif fact is not None and fact.values:
            for value in values:
                self.read.choice(
                    Scalar(value, node.line, node.column), allowed, place, Text("取值", "value")
                )
        return ("is", values)

    @property
    def step_names(self) -> tuple[str, ...]:
        nodes = self.read.sequence(self.top.get("steps"))
        mappings = (node for node in nodes if isinstance(node, Mapping))
        return tuple(written(node.get("as") or node.get("act")) for node in mappings)

    def _timing(self, mapping: Mapping, place: str) -> Timing:
        read = self.read
        start = read.choice(mapping.get("from"), INSTANTS, f"{place}.from", Text("时刻", "instant"))
        on = read.choice(
            mapping.get("on"), self.calendar_names, f"{place}.on", Text("日历", "calendar")
        )
        within = ""
        if (node := mapping.get("within")) is not None:
            within = (
                read.text(node, place)
                if read.text(node, place) in self.table_names
                else self.number(node, f"{place}.within")
            )
        by, span = "", None
        if (node := mapping.get("by")) is not None:
            by = read.text(node, f"{place}.by")
            if by == "end of month after registered, else after closed":
                by = "month after"
            elif by not in ("agreed time", "promised date"):
                span = self._span(node, f"{place}.by")
        latest = ""
        if (node := mapping.get("at latest")) is not None:
            latest = (
                read.text(node, place)
                if read.text(node, place) in self.table_names
                else self.number(node, f"{place}.at latest")
            )
        if by == "agreed time" and not latest:
            read.error(
                mapping,
                "no-latest",
                f"{place}:by: agreed time 须有 at latest(最远可约到何时)",
                f"{place}: by: agreed time needs at latest, the farthest time that may be agreed",
                place,
            )
        return Timing(within, start, by, span, latest, on)

    def consequence(self, node: Node | None, place: str, steps: Iterable[str]) -> Consequence:
        """What follows: go on, finish, void, stay, hand up, hand to POST [and go on], or a mapping with `back to`."""
        if node is None:
            return Consequence(stay=True)
        if isinstance(node, Scalar):
            return self._plain_consequence(node, place)
        mapping = self.read.mapping(node, place)
        self.read.known(mapping, ("back to", "owner", "at most", "then", "void"), place)
        back = self.read.texts(mapping.get("back to"), f"{place}.back to")
        for name in back:
            self.read.choice(
                Scalar(name, mapping.line, mapping.column),
                steps,
                f"{place}.back to",
                Text("步骤", "step"),
            )
        then = mapping.get("then")
        return Consequence(
            back_to=back,
            void=self.read.yes(mapping.get("void"), f"{place}.void"),
            owner_up=self.read.choice(
                mapping.get("owner"), ("up",), f"{place}.owner", Text("去向", "way")
            )
            == "up",
            at_most=self.number(mapping.get("at most"), f"{place}.at most"),
            then=self.consequence(then, f"{place}.then", steps) if then is not None else None,
        )

    def _plain_consequence(self, node: Scalar, place: str) -> Consequence:
        hand_to, go_on, finish, void, stay, hand_up = None, False, False, False, False, False
        for part in node.text.split(" and "):
            if part.startswith("hand to "):
                hand_to = self.who(
                    Scalar(part.removeprefix("hand to "), node.line, node.column), place
                )
            elif part in ("go on", "finish", "void", "stay", "hand up"):
                go_on, finish, void = (
                    go_on or part == "go on",
                    finish or part == "finish",
                    void or part == "void",
                )
                stay, hand_up = stay or part == "stay", hand_up or part == "hand up"
            else:
                self.read.error(
                    node,
                    "unknown-consequence",
                    f"{place}：不认识“{part}”；可用 go on、finish、void、stay、hand up、hand to 岗位",
                    f"{place}: no consequence is called '{part}'; "
                    "right are go on, finish, void, stay, hand up, hand to POST",
                    place,
                )
        return Consequence(go_on, finish, void, stay, hand_to=hand_to, hand_up=hand_up)

    def missed(self, node: Node | None, place: str) -> Missed | None:
        """What follows a miss."""
        if node is None:
            return None
        up, remind, go_on, assess = False, False, False, False
        hand_to, tell = None, []
        for item in self.read.sequence(node):
            text = self.read.text(item, place)
            if text.startswith("tell "):
                tell.append(
                    self.who(Scalar(text.removeprefix("tell "), item.line, item.column), place)
                )
            elif text.startswith("hand to "):
                hand_to = self.who(
                    Scalar(text.removeprefix("hand to "), item.line, item.column), place
                )
            else:
                self.read.choice(
                    item,
                    ("up", "remind", "go on", "assess"),
                    place,
                    Text("超时后果", "consequence of a miss"),
                )
                up, remind, go_on, assess = (
                    up or text == "up",
                    remind or text == "remind",
                    go_on or text == "go on",
                    assess or text == "assess",
                )
        return Missed(up, hand_to, remind, go_on, tuple(tell), assess)

    def _needs(self, mapping: Mapping, place: str) -> tuple[str, ...]:
        items = self.read.sequence(mapping.get("needs"))
        return tuple(
            self.read.choice(item, NEEDS, f"{place}.needs", Text("前提", "need")) for item in items
        )

    def _opens(self, mapping: Mapping, place: str) -> str:
        return self.read.choice(
            mapping.get("opens"),
            (*self.sheet_names, *self.table_names),
            f"{place}.opens",
            Text("单据", "sheet"),
        )
