"""From nodes to a policy: every name resolved, every word of the closed lists checked, with places."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from bihuan.engine.acts import ACTS
from bihuan.engine.findings import Finding, Level
from bihuan.engine.needs import NEEDS, SHEET_FIELDS
from bihuan.engine.nodes import Mapping, Node, Scalar, Sequence
from bihuan.engine.policy import (
    Always,
    Keep,
    Measure,
    Missed,
    Policy,
    Settled,
    Step,
    Usual,
)
from bihuan.engine.policy_forms import Forms
from bihuan.engine.policy_reports import Reports
from bihuan.engine.words import INSTANTS, KEPT, MEASURED, TRADES, Text

SECTIONS = (
    "policy", "title", "source", "version", "calendars", "usual", "clauses", "numbers", "who", "what", "decide",
    "steps", "sheets", "owed", "rhythm", "may", "always", "measures", "reports", "library", "forms", "guidance", "keep",
    "settled", "not_executable",
)  # fmt: skip

# Kinds of field that hold what somebody wrote or handed in.
IN_HAND = ("keep", "move")  # what a new version does to open cases
FREE = frozenset({"text", "long", "file", "signature"})
WORDED = frozenset({"text", "long"})


def compile_policy(node: Node) -> tuple[Policy | None, tuple[Finding, ...]]:
    """The policy a file says, or None and every error found in it, each with line and column."""
    compiler = _Compiler(node)
    policy = compiler.policy()
    broken = any(finding.level is Level.ERROR for finding in compiler.read.findings)
    return (None if broken else policy), tuple(_citing(node, compiler.read.findings))


def _texts_in(node: Node | None) -> Iterable[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _texts_in(item)
    elif isinstance(node, Mapping):
        for _, item in node.items:
            yield from _texts_in(item)


def _citing(node: Node, findings: Iterable[Finding]) -> Iterable[Finding]:
    """The findings with the clauses of the nearest element around the place of each."""
    cited: dict[tuple[int, int], tuple[str, ...]] = {}

    def visit(at: Node, clauses: tuple[str, ...]) -> None:
        if isinstance(at, Mapping):
            own = at.get("clause")
            clauses = tuple(item.text for item in _texts_in(own)) or clauses
            for key, value in at.items:
                cited[key.line, key.column] = clauses
                visit(value, clauses)
        elif isinstance(at, Sequence):
            for item in at.items:
                visit(item, clauses)
            if not clauses:  # a table has no clause of its own, its rows have
                rows = dict.fromkeys(c for item in at.items for c in cited[item.line, item.column])
                clauses = tuple(rows)
        cited[at.line, at.column] = clauses

    visit(node, ())
    for finding in findings:
        yield (
            finding
            if finding.clauses
            else replace(finding, clauses=cited.get((finding.line, finding.column), ()))
        )


class _Compiler(Forms):
    def policy(self) -> Policy:
        read = self.read
        read.known(self.top, SECTIONS, "policy")
        read.required(
            self.top,
            (
                "policy",
                "title",
                "source",
                "version",
                "calendars",
                "usual",
                "numbers",
                "who",
                "what",
                "decide",
                "steps",
            ),
            "policy",
        )
        self.table_names = tuple(self.section("decide").keys())
        self.sheet_names = tuple(self.section("sheets").keys())
        self.form_names = tuple(self.section("forms").keys())
        calendars = self._calendars()
        self.calendar_names = tuple(calendars)
        self._numbers()
        self._posts()
        what = self.section("what")
        read.known(
            what, ("kinds", "callers", "channels", "categories", "facts", "registered_by"), "what"
        )
        kinds = self._titles(what.get("kinds"), "what.kinds")
        callers = self._titles(what.get("callers"), "what.callers")
        categories = self._titles(what.get("categories"), "what.categories")
        channels = self._channels(what.get("channels"))
        self._facts(what.get("facts"), kinds, callers, channels, categories)
        registered_by = what.get("registered_by")
        if isinstance(registered_by, Mapping):
            read.known(registered_by, ("any", "clause"), "what.registered_by")
            read.element(registered_by, "what.registered_by", "registered_by")
        source = self.section("source")
        version = self.section("version")
        read.known(source, ("document", "prefix", "trade"), "source")
        read.known(
            version,
            ("no", "in_force", "cases_in_hand", "review_every", "kept_by", "signed_by", "clause"),
            "version",
        )
        read.element(version, "version", "version")
        forms = {key.text: self._form(key.text, form) for key, form in self.section("forms").items}
        questions = {
            key.text: self._questions(form, f"forms.{key.text}")
            for key, form in self.section("forms").items
        }
        tables = self._tables()
        severity = tables.get("severity")
        levels = (
            tuple(dict.fromkeys(str(row.then) for row in reversed(severity.rows)))
            if severity
            else ()
        )
        steps = self._steps(self.top.get("steps"), "steps")
        sheets = {
            key.text: self._sheet(key.text, node) for key, node in self.section("sheets").items
        }
        owed = self._unique(
            self._duty(node, f"owed[{index}]")
            for index, node in enumerate(read.sequence(self.top.get("owed")))
        )
        rhythm = self._unique_periodic(
            self._periodic(node, f"rhythm[{index}]")
            for index, node in enumerate(read.sequence(self.top.get("rhythm")))
        )
        may = {key.text: self._allowed(key, node, steps) for key, node in self.section("may").items}
        measures = tuple(
            self._measure(node, f"measures[{i}]")
            for i, node in enumerate(read.sequence(self.top.get("measures")))
        )
        named: dict[str, Collection[str]] = {
            "kind": kinds, "channel": channels, "category": categories, "caller": callers,
            "severity": levels,
        }  # fmt: skip
        reports = Reports(read, rhythm, self.posts, named).reports(self.section("reports"))
        self._check_back_to(steps)
        self._check_questions(questions, steps, sheets, owed)
        read.check_kinds_cited(kinds)
        return Policy(
            code=read.text(self.top.get("policy"), "policy"),
            title=read.words(self.top.get("title"), "title"),
            prefix=read.text(source.get("prefix"), "source.prefix"),
            trades=tuple(
                read.choice(item, TRADES, "source.trade", Text("行业", "trade"))
                for item in read.sequence(source.get("trade"))
            ),
            version=self._count(version.get("no"), "version.no", 1),
            in_force=read.text(version.get("in_force"), "version.in_force"),
            moves_cases=read.choice(
                version.get("cases_in_hand"),
                IN_HAND,
                "version.cases_in_hand",
                Text("对在办案件的处理", "what becomes of open cases"),
            )
            == "move",
            review_every=read.text(version.get("review_every"), "version.review_every"),
            kept_by=read.choice(
                version.get("kept_by"), self.posts, "version.kept_by", Text("岗位", "post")
            ),
            calendars=calendars,
            calendar_words=self.calendar_words,
            usual=self._usual(),
            clauses={
                key.text: read.text(node, f"clauses.{key.text}")
                for key, node in self.section("clauses").items
            },
            numbers=self.numbers,
            posts=self.posts,
            kinds=kinds,
            callers=callers,
            channels=channels,
            categories=categories,
            facts=self.facts,
            registered_by_staff=registered_by is not None,
            tables=tables,
            levels=levels,
            steps=steps,
            sheets=sheets,
            owed=owed,
            rhythm=rhythm,
            may=may,
            always=tuple(
                self._always(node, f"always[{i}]", steps)
                for i, node in enumerate(read.sequence(self.top.get("always")))
            ),
            forms=forms,
            questions={name: asked for name, asked in questions.items() if asked},
            guidance=tuple(
                self._guidance(node, f"guidance[{i}]")
                for i, node in enumerate(read.sequence(self.top.get("guidance")))
            ),
            keep=tuple(
                self._keep(node, f"keep[{i}]")
                for i, node in enumerate(read.sequence(self.top.get("keep")))
            ),
            settled=tuple(
                self._settled(node, f"settled[{i}]")
                for i, node in enumerate(read.sequence(self.top.get("settled")))
            ),
            not_executable={
                key.text: read.text(node, f"not_executable.{key.text}")
                for key, node in self.section("not_executable").items
            },
            elements=tuple(read.elements),
            never_the_same=self._never_the_same(),
            number_uses=frozenset(self.uses),
            linked=self._linked(what.get("kinds"), kinds),
            spoken=self._spoken(what),
            library=self._library(),
            measures=measures,
            reports=reports,
        )

    def _library(self) -> str:
        """The post that keeps the published documents; empty where the policy names none."""
        read, mapping = self.read, self.section("library")
        if self.top.get("library") is None:
            return ""
        read.known(mapping, ("kept_by", "clause"), "library")
        read.required(mapping, ("kept_by",), "library")
        read.element(mapping, "library", "library")
        post = Text("岗位", "post")
        return read.choice(mapping.get("kept_by"), self.posts, "library.kept_by", post)

    def _usual(self) -> Usual:
        read, mapping = self.read, self.section("usual")
        read.known(
            mapping,
            ("warn", "missed", "again", "at_top", "floor", "longest_silence", "clause"),
            "usual",
        )
        read.required(
            mapping, ("warn", "missed", "again", "at_top", "floor", "longest_silence"), "usual"
        )
        warn = read.text(mapping.get("warn"), "usual.warn", "80 %").removesuffix("%").strip()
        if not warn.isdigit():
            read.error(
                mapping.get("warn") or mapping,
                "bad-share",
                "usual.warn 应形如 80 %",
                "usual.warn should look like 80 %",
                "usual.warn",
            )
        top = mapping.get("at_top")
        name = read.text(top, "usual.at_top").removeprefix("remind every ")
        return Usual(
            int(warn) if warn.isdigit() else 80,
            self.missed(mapping.get("missed"), "usual.missed") or Missed(),
            self.number(mapping.get("again"), "usual.again"),
            self.number(Scalar(name, top.line, top.column) if top else None, "usual.at_top"),
            self.who(mapping.get("floor"), "usual.floor"),
            self.number(mapping.get("longest_silence"), "usual.longest_silence"),
            read.element(mapping, "usual", "usual"),
        )

    def _always(self, node: Node, place: str, steps: tuple[Step, ...]) -> Always:
        mapping = self.read.mapping(node, place)
        self.read.known(mapping, ("after", "then", "clause"), place)
        names = tuple(step.name for step in steps)
        after = self.read.mapping(mapping.get("after"), f"{place}.after")
        pair = ("", "")
        for key, value in after.items:
            self.read.choice(key, names, f"{place}.after", Text("步骤", "step"))
            pair = (key.text, self.read.text(value, place))
        then = tuple(
            self.read.choice(item, names, f"{place}.then", Text("步骤", "step"))
            for item in self.read.sequence(mapping.get("then"))
        )
        return Always(pair, then, self.read.element(mapping, place, "always"))

    def _linked(self, node: Node | None, kinds: dict[str, Text]) -> dict[str, str]:
        """The kinds that grow from a case of another kind, as an outside appeal from a complaint."""
        found = {}
        for key, value in self.read.mapping(node, "what.kinds").items:
            if isinstance(value, Mapping) and (of := value.get("linked to")) is not None:
                place = f"what.kinds.{key.text}.linked to"
                found[key.text] = self.read.choice(of, kinds, place, Text("类型", "kind"))
        return found

    def _measure(self, node: Node, place: str) -> Measure:
        mapping = self.read.mapping(node, place)
        self.read.known(mapping, ("zh", "en", "from", "to", "counts", "clause"), place)
        if mapping.get("counts") is None:
            self.read.required(mapping, ("from", "to"), place)
        counts = Text("统计对象", "count")
        instant = Text("时刻", "instant")
        return Measure(
            self.read.words(mapping, place),
            self.read.choice(mapping.get("from"), INSTANTS, f"{place}.from", instant),
            self.read.choice(mapping.get("to"), INSTANTS, f"{place}.to", instant),
            self.read.choice(mapping.get("counts"), MEASURED, f"{place}.counts", counts),
            self.read.element(mapping, place, "measure"),
        )

    def _guidance(self, node: Node, place: str) -> tuple[str, Text]:
        mapping = self.read.mapping(node, place)
        self.read.known(mapping, ("at", "zh", "en", "clause"), place)
        self.read.element(mapping, place, "guidance")
        return self.read.choice(
            mapping.get("at"), ACTS, f"{place}.at", Text("动作", "act")
        ), self.read.words(mapping, place)

    def _keep(self, node: Node, place: str) -> Keep:
        mapping = self.read.mapping(node, place)
        self.read.known(mapping, ("what", "for", "after", "clause"), place)
        self.read.required(mapping, ("what", "for", "after"), place)
        named, kinds = mapping.get("what"), Text("记录种类", "kind of record")
        words = self.read.text(named, place).split(" and ") if named is not None else []
        what = tuple(
            self.read.choice(
                Scalar(word.strip(), named.line, named.column), KEPT, f"{place}.what", kinds
            )
            for word in words
            if named is not None
        )
        return Keep(
            what,
            self._kept_for(mapping, f"{place}.for"),
            self.read.choice(
                mapping.get("after"), INSTANTS, f"{place}.after", Text("时刻", "instant")
            ),
            self.read.element(mapping, place, "keep"),
        )

    def _kept_for(self, mapping: Mapping, place: str) -> str:
        node = mapping.get("for")
        name = self.number(node, place)
        number = self.numbers.get(name)
        if node is not None and number is not None and isinstance(number.value(), int | str):
            self.read.error(
                node,
                "not-a-time",
                f"{place}：“{name}”应为一段时间，如 3 years",
                f"{place}: '{name}' should be a time, as 3 years",
                place,
            )
        return name

    def _settled(self, node: Node, place: str) -> Settled:
        mapping = self.read.mapping(node, place)
        names = ("finding", "by", "because", "words")
        self.read.known(mapping, names, place)
        self.read.required(mapping, names[:3], place)
        return Settled(*(self.read.text(mapping.get(name), place) for name in names))


def personal_names(policy: Policy) -> frozenset[str]:
    """The names of fields and facts that hold personal data; the history seals their values.

    What people write in their own words may name anybody, and so may the name of a file: it counts
    as personal, unless it is a fact that the policy does not call so.
    """
    fields = [item for act in ACTS.values() for item in act.fields]
    fields += [item for need in NEEDS.values() for item in need.fields]
    fields += SHEET_FIELDS.values()
    free = {item.name for item in fields if item.personal or item.kind in FREE}
    told = {name for name, fact in policy.facts.items() if fact.personal or fact.type == "files"}
    asked = [question for asked in policy.questions.values() for question in asked]
    told |= {question.name for question in asked if question.type == "text"}
    return frozenset((free - policy.facts.keys()) | told)


def worded_names(policy: Policy) -> frozenset[str]:
    """The names of fields and facts that people fill with words of their own: what can be looked for."""
    fields = [item for act in ACTS.values() for item in act.fields]
    fields += [item for need in NEEDS.values() for item in need.fields]
    fields += SHEET_FIELDS.values()
    written = {item.name for item in fields if item.kind in WORDED}
    told = {name for name, fact in policy.facts.items() if fact.type in ("text", "place")}
    asked = [question for asked in policy.questions.values() for question in asked]
    told |= {question.name for question in asked if question.type == "text"}
    return frozenset((written - policy.facts.keys()) | told)
