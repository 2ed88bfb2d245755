"""Every way a line can go: (what is known of the case, which steps are done and how), step by step.

Facts may change at any moment, severity never falls, counters are left open (each budget may be unspent
or spent). Where a line stands is asked of the engine's own `current_step`.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from bihuan.engine.acts import ACTS
from bihuan.engine.check.cells import NEVER_CHANGED, Cell, Cells
from bihuan.engine.check.story import Story, cases, facts_text, name_text, step_text, value_text
from bihuan.engine.policy import Consequence, Policy, SheetKind, Step
from bihuan.engine.rules import applies, current_step
from bihuan.engine.words import STAGES, Text

Marks = tuple[tuple[str, str], ...]  # finished steps with their outcomes, in the order of the line
State = tuple[int, int]  # the numbers of a class of cases and of the marks it has
MOST_STATES = 50_000

_GO_ON = Consequence(go_on=True)


@dataclass(frozen=True, slots=True)
class Move:
    """How a state came about: an act with its outcome, something beside the line, or facts learned."""

    before: State
    step: Step | None = None
    outcome: str = ""
    said: Text | None = None
    learned: int = -1  # the class of cases it then belongs to


def effects(consequence: Consequence) -> Iterator[Consequence]:
    """What an outcome can lead to: its consequence, and once its budget is spent what comes then."""
    yield consequence
    if consequence.at_most:
        yield from effects(consequence.then or _GO_ON)


def stage_of(steps: tuple[Step, ...], step: Step | None) -> str:
    """The stage of a case that stands on a step: of its act, or of the nearest act before that has one."""
    if step is None:
        return "archived"
    for candidate in reversed(steps[: steps.index(step) + 1]):
        if ACTS[candidate.act].stage:
            return ACTS[candidate.act].stage
    return "registered"


class Walk:
    """One line walked from every plain beginning: which steps it comes to, where it ends, and how."""

    def __init__(
        self, policy: Policy, cells: Cells, sheet: SheetKind | None, stuck: frozenset[str]
    ) -> None:
        self.policy, self.cells, self.sheet = policy, cells, sheet
        self.steps = sheet.steps if sheet else policy.steps
        self.stuck = stuck
        self.order = {step.name: index for index, step in enumerate(self.steps)}
        asked = [condition for step in self.steps for condition in (step.only, step.unless)]
        if sheet is None:  # of its own steps a line knows what is done and what is not
            asked = [
                tuple(test for test in condition if test[0] not in self.order)
                for condition in asked
            ]
        names = {name for condition in asked for name, _ in condition}
        fixed = [name for name in cells.base(names) if name in NEVER_CHANGED]
        self.classes = cells.classes(asked, fixed)
        self.fixed = [tuple(cell.get(name) for name in fixed) for cell in self.classes]
        known = {name for cell in self.classes for name in cell}
        self.set_by = [
            (name, fact)
            for name, fact in policy.facts.items()
            if fact.set_by and name in known and sheet is None
        ]
        self.levels = [
            policy.levels.index(str(cell["severity"])) if "severity" in cell else 0
            for cell in self.classes
        ]
        self.next_classes = [
            tuple(
                after
                for after in range(len(self.classes))
                if after != number
                and self.fixed[after] == self.fixed[number]
                and self.levels[after] >= self.levels[number]
            )
            for number in range(len(self.classes))
        ]
        self._settling = [frozenset(self._to_settle(cell)) for cell in self.classes]
        self._stages = {step.name: stage_of(self.steps, step) for step in self.steps}
        self._voidable = [
            step.name for step in self.steps if step.opens and self._can_be_void(step.opens)
        ]
        self._all_marks: list[Marks] = []
        self._acts_done: list[frozenset[str]] = []
        self._numbers: dict[Marks, int] = {}
        self._asked_outcomes = set(self._asked(policy))
        self._marked: dict[tuple[int, str, str], int] = {}
        self._without: dict[tuple[int, int], int] = {}
        self._number(())
        self.came: dict[State, Move | None] = {}
        self._learned_from: set[tuple[object, int, int]] = set()
        self.arrivals: dict[str, State] = {}
        self.ends: list[State] = []
        self.cut_short = False
        self._walk()

    def facts(self, state: State) -> Cell:
        """What a condition may ask in this state."""
        return {**self.classes[state[0]], **dict(self._all_marks[state[1]])}

    def marks(self, state: State) -> Marks:
        """The steps finished in this state, each with how it ended as far as anything asks."""
        return self._all_marks[state[1]]

    def current(self, state: State) -> Step | None:
        """The step the line stands on, by the engine."""
        marks = dict(self._all_marks[state[1]])
        facts = {**self.classes[state[0]], **marks}
        return current_step(self.steps, marks, facts, self.cells.limit)

    def _walk(self) -> None:
        first: list[State] = [(number, 0) for number in range(len(self.classes))]
        waiting = deque(first)
        self.came = dict.fromkeys(waiting)
        while waiting:
            state = waiting.popleft()
            for after, move in self._moves(state):
                if after not in self.came:
                    self.came[after] = move
                    waiting.append(after)
            if len(self.came) > MOST_STATES:
                self.cut_short = True
                return

    def _asked(self, policy: Policy) -> Iterator[tuple[str, str]]:
        """The outcomes of steps on which anything hangs, and what was missed."""
        for step in self.steps:
            yield from ((step.name, value) for value in self.cells.mentioned(step.name))
            yield step.name, "missed"
        yield from (row.after for row in policy.always)

    def _to_settle(self, cell: Cell) -> Iterator[str]:
        """The acts after which this case cannot be as it is: they settle what is unknown in it."""
        for name, fact in self.set_by:
            if name not in cell and ("kind" not in cell or fact.concerns(cell["kind"])):
                yield fact.set_by

    def _can_be(self, state: State) -> bool:
        """Whether what acts had to settle is known once they are done."""
        return self._settling[state[0]].isdisjoint(self._acts_done[state[1]])

    def _number(self, marks: Marks) -> int:
        """The number of these marks: states are told apart by small numbers, which is quick."""
        number = self._numbers.get(marks)
        if number is None:
            number = self._numbers[marks] = len(self._all_marks)
            self._all_marks.append(marks)
            done = {self.steps[self.order[name]].act for name, how in marks if how != "missed"}
            self._acts_done.append(frozenset(done))
        return number

    def _moves(self, state: State) -> Iterator[tuple[State, Move]]:
        step = self.current(state)
        if step is None:
            self.ends.append(state)
        else:
            self.arrivals.setdefault(step.name, state)
            if step.name not in self.stuck:
                for marks, outcome in self._acts(state, step):
                    yield from self._into(state, marks, Move(state, step, outcome))
        if self.sheet is None and step is not None:
            yield from self._beside(state, step)
        yield from self._learn(state)

    def _into(self, state: State, marks: int, move: Move) -> Iterator[tuple[State, Move]]:
        after = (state[0], marks)
        if self._can_be(after):
            yield after, move
            return
        for number in range(len(self.classes)):  # the act settled what was unknown
            if self.fixed[number] == self.fixed[state[0]] and self._can_be((number, marks)):
                yield (number, marks), move

    def _acts(self, state: State, step: Step) -> Iterator[tuple[int, str]]:
        """The marks after each outcome of a step."""
        word = ACTS[step.act]
        if not word.outcomes:
            yield self._mark(state[1], step, "done"), "done"
        for index, outcome in enumerate(word.outcomes):
            if index == 0:
                yield self._mark(state[1], step, outcome.name), outcome.name
                continue
            for effect in effects(step.outcomes.get(outcome.name, _GO_ON)):
                if effect.back_to:
                    yield self._back(state, effect.back_to), outcome.name
                elif effect.go_on:
                    yield self._mark(state[1], step, outcome.name), outcome.name
        if (step.missed or self.policy.usual.missed).go_on:
            yield self._mark(state[1], step, "missed"), "missed"

    def _beside(self, state: State, step: Step) -> Iterator[tuple[State, Move]]:
        """A sheet made void, a case reopened: both take marks away."""
        for opener in self._voidable:
            after = self._back(state, (opener,))
            if after != state[1]:
                said = Text("单据作废，重开", "the note is made void and drawn up again")
                yield (state[0], after), Move(state, said=said)
        reopen = self.policy.may.get("reopen")
        if reopen is not None and reopen.back_to and self._stages[step.name] == "closed":
            said = Text("重新办理", "the case is reopened")
            yield (state[0], self._back(state, reopen.back_to)), Move(state, said=said)

    def _can_be_void(self, opens: str) -> bool:
        if "refuse_sheet" in self.policy.may:
            return True
        table = self.policy.tables.get(opens)
        names = {str(row.then) for row in table.rows} if table else {opens}
        return any(
            effect.void
            for name in names & set(self.policy.sheets)
            for step in self.policy.sheets[name].steps
            for consequence in step.outcomes.values()
            for effect in effects(consequence)
        )

    def _learn(self, state: State) -> Iterator[tuple[State, Move]]:
        """Facts change at any moment, but not what was so from the beginning; severity never falls."""
        number, marks = state
        from_here = (self.fixed[number], self.levels[number], marks)
        if from_here in self._learned_from:
            return
        self._learned_from.add(from_here)
        for after in self.next_classes[number]:
            if (after, marks) not in self.came and self._can_be((after, marks)):
                yield (after, marks), Move(state, learned=after)

    def _learned(self, before: Cell, after: Cell) -> Text:
        zh, en = [], []
        for name in dict.fromkeys((*before, *after)):
            if before.get(name) != after.get(name):
                what = name_text(name, self.policy)
                value = (
                    value_text(name, after[name], self.policy)
                    if name in after
                    else Text("不详", "unknown")
                )
                zh.append(f"{what.zh}={value.zh}")
                en.append(f"{what.en.lower()} = {value.en.lower()}")
        return Text("后来：" + ",".join(zh), "later: " + ", ".join(en))

    def _mark(self, marks: int, step: Step, outcome: str) -> int:
        """The marks with this step finished; outcomes that nothing asks about are not told apart."""
        key = (marks, step.name, outcome)
        if key not in self._marked:
            plain = ACTS[step.act].outcomes[0].name if ACTS[step.act].outcomes else outcome
            how = outcome if (step.name, outcome) in self._asked_outcomes else plain
            done = {**dict(self._all_marks[marks]), step.name: how}
            in_order = sorted(done.items(), key=lambda item: self.order[item[0]])
            self._marked[key] = self._number(tuple(in_order))
        return self._marked[key]

    def _back(self, state: State, targets: tuple[str, ...]) -> int:
        """The marks without those from the first target that applies on."""
        known = [name for name in targets if name in self.order]
        fitting = known
        if len(known) > 1:
            facts, limit = self.facts(state), self.cells.limit
            fitting = [n for n in known if applies(self.steps[self.order[n]], facts, limit)]
        first = self.order[(fitting or known)[0]] if known else 0
        key = (state[1], first)
        if key not in self._without:
            marks = self._all_marks[state[1]]
            kept = tuple(item for item in marks if self.order[item[0]] < first)
            self._without[key] = self._number(kept)
        return self._without[key]

    def story(self, state: State, *last: Text) -> Story:
        """The shortest way to a state, told from the beginning."""
        moves: list[Move] = []
        move = self.came[state]
        while move is not None:
            moves.append(move)
            state = move.before
            move = self.came[state]
        if self.sheet is not None and not self.classes[state[0]]:
            title = self.sheet.text
            first = Text(f"一张{title.zh}", f"a sheet: {title.en}")
        else:
            first = facts_text(self.classes[state[0]], self.policy)
        lines = [first]
        for move in reversed(moves):
            if move.step is not None:
                lines.append(step_text(move.step, move.outcome, self.policy))
            elif move.learned >= 0:
                before, after = self.classes[move.before[0]], self.classes[move.learned]
                lines.append(self._learned(before, after))
            elif move.said is not None:
                lines.append(move.said)
        return cases([*lines, *last])

    def story_to(self, step: str, *last: Text) -> Story:
        """The shortest way to where the line first stands on a step; without one, only what follows."""
        state = self.arrivals.get(step)
        return self.story(state, *last) if state is not None else cases(last)


STAGE_ORDER = tuple(STAGES)
