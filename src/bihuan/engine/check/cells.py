"""Facts cut into cells: the values that conditions mention, one stand-in for the rest, and unknown.

A search asks whether there is a case that meets some conditions and fails others. Each test is put to
the engine's own evaluator, so that what is proved holds for what runs.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from bihuan.engine.acts import ACTS
from bihuan.engine.case import Json
from bihuan.engine.policy import Condition, Policy, Row, Table, Test, Who
from bihuan.engine.rules import Limit, answering_row, holds

Value = str | int | None  # None = unknown
Cell = dict[str, Json]  # what is known; a fact that is not in it is unknown

ALWAYS_KNOWN = frozenset({"kind", "channel", "written"})  # told or found at registration
NEVER_CHANGED = ALWAYS_KNOWN
MOST_CELLS = 200_000

_Goal = tuple[bool, Condition]  # to hold, or to fail
_Domains = Mapping[str, tuple[Value, ...]]


def limit_of(policy: Policy) -> Limit:
    """The counts and amounts of a policy as the evaluator asks for them: the newest value of each."""

    def limit(name: str) -> int:
        value = policy.numbers[name].value()
        return value if isinstance(value, int) else 0

    return limit


def conditions_of(policy: Policy) -> Iterator[Condition]:
    """Every condition of a policy."""
    for table in policy.tables.values():
        yield from (row.when for row in table.rows)
    for steps in (policy.steps, *(kind.steps for kind in policy.sheets.values())):
        for step in steps:
            yield step.only
            yield step.unless
            if step.grant is not None:
                yield step.grant.when
    yield from (duty.only for duty in policy.owed)
    for asked in policy.questions.values():
        yield from (question.only for question in asked)


class Cells:
    """The cells of one policy, and the search for a case among them."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.limit = limit_of(policy)
        # Only answers that are values can be asked about; a post is not.
        self.asked_tables: dict[str, Table] = {
            name: table
            for name, table in policy.tables.items()
            if not any(isinstance(row.then, Who) for row in table.rows)
        }
        self._named: dict[str, set[str]] = {}
        self._limits: dict[str, set[int]] = {}
        for condition in conditions_of(policy):
            for name, test in condition:
                self._mention(name, test)
        self._values: dict[str, tuple[Value, ...]] = {}
        self._fits: dict[tuple[str, Test, Value], bool] = {}

    def _mention(self, name: str, test: Test) -> None:
        operator, operand = test
        if operator == "is":
            assert isinstance(operand, tuple)
            self._named.setdefault(name, set()).update(operand)
            return
        bound = operand if isinstance(operand, int) else self.limit(operand[0])
        self._limits.setdefault(name, set()).update((bound - 1, bound, bound + 1))

    def values(self, name: str) -> tuple[Value, ...]:
        """The values of a fact, table or step that some condition tells apart, unknown first."""
        if name not in self._values:
            self._values[name] = self._cut(name)
        return self._values[name]

    def _cut(self, name: str) -> tuple[Value, ...]:
        if name in self.asked_tables:
            return tuple(dict.fromkeys(str(row.then) for row in self.asked_tables[name].rows))
        fact = self.policy.facts.get(name)
        if fact is None:
            return (None, *self.outcomes(name))
        unknown: tuple[Value, ...] = (None,)
        if name in ALWAYS_KNOWN or fact.by_calendar:
            unknown = ()
        if fact.type in ("count", "money"):
            return (*unknown, *sorted(n for n in self._limits.get(name, {0}) if n >= 0))
        if not fact.values:
            return (*unknown, "x") if fact.type != "one of" else (None,)
        mentioned = self._named.get(name, set())
        known = [value for value in fact.values if value in mentioned]
        others = [value for value in fact.values if value not in mentioned]
        if name == "written":
            ways = {channel.written for channel in self.policy.channels.values()}
            return tuple(
                way for way, is_written in (("yes", True), ("no", False)) if is_written in ways
            )
        return (*unknown, *known, *others[:1])

    def mentioned(self, name: str) -> frozenset[str]:
        """The values of a fact, table or step that conditions name."""
        return frozenset(self._named.get(name, ()))

    def outcomes(self, step_name: str) -> tuple[str, ...]:
        """How a step of the main line, or of a sheet's, can have ended."""
        lines = ("", *self.policy.sheets)
        found_in = (self.policy.step(line, step_name) for line in lines)
        step = next((step for step in found_in if step is not None), None)
        if step is None:
            return ()
        found = [outcome.name for outcome in ACTS[step.act].outcomes] or ["done"]
        missed = step.missed or self.policy.usual.missed
        return (*found, "missed") if missed.go_on else tuple(found)

    def fits(self, name: str, test: Test, value: Value) -> bool:
        """Whether a value passes a test, by the engine's evaluator."""
        key = (name, test, value)
        if key not in self._fits:
            facts = {} if value is None else {name: value}
            self._fits[key] = holds(((name, test),), facts, self.limit)
        return self._fits[key]

    # is there a case that …

    def witness(self, hold: Iterable[Condition], fail: Iterable[Condition]) -> Cell | None:
        """The first case found that meets all of `hold` and none of `fail`, with few facts known."""
        goals = (*((True, condition) for condition in hold), *((False, each) for each in fail))
        found = self._solve({}, goals)
        if found is None:
            return None
        picked = {name: None if None in values else values[0] for name, values in found.items()}
        return {name: value for name, value in picked.items() if value is not None}

    def _solve(self, domains: _Domains, goals: tuple[_Goal, ...]) -> _Domains | None:
        for index, (wanted, condition) in enumerate(goals):
            if wanted:
                rest = (*goals[:index], *goals[index + 1 :])
                if not condition:
                    return self._solve(domains, rest)
                rest = ((True, condition[1:]), *rest)
                return self._choose(domains, condition[0], rest, wanted=True)
        # Only rows that must fail are left: the one with the fewest ways to fail first.
        hard: tuple[tuple[str, Test], ...] | None = None
        still: list[_Goal] = []
        position = 0
        for goal in goals:
            ways = self._ways_to_fail(domains, goal[1])
            if ways is None:
                continue
            if not ways:
                return None
            if hard is None or len(ways) < len(hard):
                hard, position = ways, len(still)
            still.append(goal)
        if hard is None:
            return domains
        rest = (*still[:position], *still[position + 1 :])
        for test in hard:
            found = self._choose(domains, test, rest, wanted=False)
            if found is not None:
                return found
        return None

    def _ways_to_fail(
        self, domains: _Domains, condition: Condition
    ) -> tuple[tuple[str, Test], ...] | None:
        """The tests by which a condition can still fail; None where it fails already."""
        ways: list[tuple[str, Test]] = []
        for name, test in condition:
            values = domains.get(name)
            fitting = [
                self.fits(name, test, value)
                for value in (self.values(name) if values is None else values)
            ]
            if not any(fitting):
                return None
            if not all(fitting):
                ways.append((name, test))
        return tuple(ways)

    def _choose(
        self, domains: _Domains, test: tuple[str, Test], rest: tuple[_Goal, ...], *, wanted: bool
    ) -> _Domains | None:
        name, asked = test
        known = domains.get(name)
        values = tuple(
            value
            for value in (self.values(name) if known is None else known)
            if self.fits(name, asked, value) is wanted
        )
        if not values:
            return None
        if name not in self.asked_tables or known is not None:
            return self._solve({**domains, name: values}, rest)
        for answer in values:
            for ways in self._ways(self.asked_tables[name], str(answer)):
                found = self._solve({**domains, name: (answer,)}, (*ways, *rest))
                if found is not None:
                    return found
        return None

    def _ways(self, table: Table, answer: str) -> Iterator[tuple[_Goal, ...]]:
        """How a table comes to an answer; severity also from an earlier time, as it never falls."""
        for index, row in enumerate(table.rows):
            if self._gives(table, row, answer):
                yield ((True, row.when), *((False, above.when) for above in table.rows[:index]))

    def _gives(self, table: Table, row: Row, answer: str) -> bool:
        if table.name != "severity":
            return row.then == answer
        levels = self.policy.levels
        return levels.index(str(row.then)) <= levels.index(answer)

    # all the cases that some conditions tell apart

    def base(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names and, in place of tables, what they ask in the end."""
        found: dict[str, None] = {}
        open_names = list(names)
        seen: set[str] = set()
        while open_names:
            name = open_names.pop(0)
            if name in seen:
                continue
            seen.add(name)
            table = self.asked_tables.get(name)
            if table is None:
                found[name] = None
            else:
                open_names += [asked for row in table.rows for asked, _ in row.when]
        return tuple(found)

    def classes(self, conditions: Iterable[Condition], apart: Iterable[str] = ()) -> list[Cell]:
        """One case for each way these conditions can turn out together, the plainest cases first.

        The values of `apart` are never thrown together, nor is what is known with what is unknown
        where an act settles a fact: those cases have other futures.
        """
        tests = tuple(dict.fromkeys(test for condition in conditions for test in condition))
        asked = {name for name, _ in tests}
        names = self.base([*asked, *apart])
        settled = [
            name for name in names if name in self.policy.facts and self.policy.facts[name].set_by
        ]
        chosen: dict[tuple[object, ...], Cell] = {}
        size = 1
        for name in names:
            size *= len(self.values(name))
        private = self._private(names, asked, {*apart, *settled})
        shared = [name for name in names if name not in private]
        choices = [self.values(name) for name in shared]
        rest = self._fewest(private, asked) if size <= MOST_CELLS else []
        if size > MOST_CELLS:  # by what the tables answer, whether together or not
            names = tuple(dict.fromkeys([*asked, *apart]))
            shared, choices, rest = list(names), [self.values(name) for name in names], [{}]
        for values, more in product(product(*choices), rest):
            told = {
                name: value for name, value in zip(shared, values, strict=True) if value is not None
            }
            for cell in self._derived({**told, **more}, asked):
                key = (
                    *(self.fits(name, test, cell.get(name)) for name, test in tests),
                    *(cell.get(name) for name in apart),
                    *(name in cell for name in settled),
                )
                if key not in chosen or len(cell) < len(chosen[key]):
                    chosen[key] = cell
        return sorted(chosen.values(), key=len)

    def _private(
        self, names: tuple[str, ...], asked: set[str], others: set[str]
    ) -> tuple[str, ...]:
        """The facts that nothing but the tables asked about looks at; none where tables ask tables."""
        tables = [self.asked_tables[name] for name in asked if name in self.asked_tables]
        inner = {name for table in tables for row in table.rows for name, _ in row.when}
        if not inner.isdisjoint(self.asked_tables):
            return ()
        return tuple(name for name in names if name not in asked and name not in others)

    def _fewest(self, private: tuple[str, ...], asked: set[str]) -> list[Cell]:
        """One way to know these facts for each way they let the rows of tables hit, with few known."""
        rows = [
            tuple(test for test in row.when if test[0] in private)
            for name in asked
            if name in self.asked_tables
            for row in self.asked_tables[name].rows
        ]
        found: dict[tuple[bool, ...], Cell] = {}
        for values in product(*(self.values(name) for name in private)):
            known = dict(zip(private, values, strict=True))
            key = tuple(
                all(self.fits(name, test, known[name]) for name, test in row) for row in rows
            )
            cell = {name: value for name, value in known.items() if value is not None}
            if key not in found or len(cell) < len(found[key]):
                found[key] = cell
        return list(found.values())

    def _derived(self, told: Cell, asked: set[str]) -> Iterator[Cell]:
        """The case with its tables answered; severity may have been higher before."""
        cell = dict(told)
        needed = {name for name in asked if name in self.asked_tables} - set(told)
        needed |= {
            inner
            for name in needed
            for row in self.asked_tables[name].rows
            for inner, _ in row.when
            if inner in self.asked_tables
        }
        yield from self._answer(cell, [name for name in self.policy.tables if name in needed])

    def _answer(self, cell: Cell, tables: list[str]) -> Iterator[Cell]:
        if not tables:
            yield cell
            return
        name = tables[0]
        row = answering_row(self.asked_tables[name], cell, self.limit)
        answers = [str(row.then)] if row is not None else []
        if name == "severity" and answers:
            answers = list(self.policy.levels[self.policy.levels.index(answers[0]) :])
        if not answers:
            yield from self._answer(cell, tables[1:])
        for answer in answers:
            yield from self._answer({**cell, name: answer}, tables[1:])
