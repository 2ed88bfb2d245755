"""Stories told act by act, with everything checked that must hold after each of them."""

from datetime import UTC, datetime, timedelta, timezone

from bihuan.engine.case import Act, Case, Debt, Event, Json, replay
from bihuan.engine.clock import parse_instant
from bihuan.engine.invariants import broken, broken_between
from bihuan.engine.step import Decision, catch_up, decide
from bihuan.engine.world import World

CHINA = timezone(timedelta(hours=8))


def instant(text: str) -> int:
    """“2026-03-02 10:05” in China as an instant."""
    return parse_instant(text.replace(" ", "T") + ":00+08:00")


def wall_time(at: int) -> str:
    """An instant as “2026-03-02 10:05” in China."""
    return datetime.fromtimestamp(at, UTC).astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


class Story:
    """One case under one policy: each act happens at the clock's time unless another is given."""

    def __init__(self, world: World, clock: str = "2026-03-02 10:05") -> None:
        self.world = world
        self.now = instant(clock)
        self.state: Case | None = None
        self.history: list[Event] = []

    @property
    def case(self) -> Case:
        assert self.state is not None
        return self.state

    def at(self, clock: str) -> "Story":
        """Let time pass until then; nobody sweeps."""
        assert instant(clock) >= self.now
        self.now = instant(clock)
        return self

    def later(self, seconds: int) -> "Story":
        self.now += seconds
        return self

    def do(
        self, name: str, by: str, /, *, sheet: int = 0, at: int | None = None, **data: Json
    ) -> None:
        """An act that is accepted."""
        made = self.attempt(name, by, sheet=sheet, at=at, **data)
        assert made.refusal is None, f"{name} by {by}: {made.refusal}"

    def refused(
        self, name: str, by: str, /, *, sheet: int = 0, at: int | None = None, **data: Json
    ) -> tuple[str, tuple[str, ...]]:
        """An act that is refused: the code and the clauses."""
        made = self.attempt(name, by, sheet=sheet, at=at, **data)
        assert made.refusal is not None, f"{name} by {by} was accepted"
        assert made.refusal.text.zh
        assert made.refusal.text.en
        return made.refusal.code, made.refusal.clauses

    def attempt(
        self, name: str, by: str, /, *, sheet: int = 0, at: int | None = None, **data: Json
    ) -> Decision:
        act = Act(name, by, self.now if at is None else at, data, sheet)
        return self.take(decide(self.state, act, self.world, self.now))

    def sweep(self) -> None:
        self.take(catch_up(self.case, self.world, self.now))

    def take(self, made: Decision) -> Decision:
        if made.case is not None:
            wrong = broken_between(self.state, made.events, made.case, self.world)
            wrong += broken(made.case, self.world, self.now)
            assert not wrong, wrong
            self.state = made.case
            self.history += made.events
            assert replay(self.history) == self.state
        return made

    def register(self, by: str = "system", /, **data: Json) -> "Story":
        first = {
            "kind": "complaint",
            "channel": "phone",
            "unit": next(iter(self.world.organisation.units)),
        }
        told = {"name": "某甲", "contact": "800-0000", "content": "大衣开线", "demand": "退货"}
        self.do("register", by, **(first | told | data))
        return self

    def owing(self, act: str, sheet: int | None = None) -> Debt:
        """The one open debt of an act."""
        found = [
            debt
            for debt in self.case.debts.values()
            if debt.act == act and (sheet is None or debt.sheet == sheet)
        ]
        assert len(found) == 1, (act, found)
        return found[0]

    def owed(self) -> list[str]:
        return sorted(debt.act for debt in self.case.debts.values())

    def lapses(self, act: str = "") -> list[str]:
        """When debts lapsed, as the history dates it."""
        return [
            wall_time(event.at)
            for event in self.history
            if event.kind == "lapsed" and event.data["act"] in (act or event.data["act"])
        ]


def mall(world: World, until: str = "", **facts: Json) -> Story:
    """A complaint in the mall that the desk solves itself, walked up to the step named."""
    story = Story(world).register(about_unit="cotton", **facts)
    acts = {
        "acknowledge": ("desk-an", {"agreed_time": instant("2026-03-04 18:00")}),
        "classify": ("desk-an", {"category": "service", "desk_can_solve": "yes"}),
        "resolve": ("desk-an", {"resolution": "换货"}),
        "respond": ("desk-an", {"form": "phone", "answer": "换货"}),
        "confirm": ("desk-an", {"outcome": "satisfied"}),
        "countersign": ("operations-cai", {"outcome": "approved"}),
        "close": ("desk-an", {"summary": "已换货"}),
        "follow_up": ("desk-bo", {"outcome": "satisfied", "way": "phone"}),
    }
    return walked(story, acts, until)


def general(world: World, until: str = "", **facts: Json) -> Story:
    """A complaint under the plain loop, walked up to the step named."""
    story = Story(world).register(about="product", **facts)
    acts = {
        "acknowledge": ("agent-an", {"told_by": "same channel"}),
        "classify": ("agent-an", {}),
        "investigate": ("agent-an", {"findings": "开线", "cause": "线旧", "evidence": "照片"}),
        "resolve": ("agent-an", {"resolution": "换货"}),
        "respond": ("agent-an", {"form": "phone", "answer": "换货"}),
        "confirm": ("agent-an", {"outcome": "satisfied"}),
        "close": ("agent-an", {"summary": "已换货"}),
        "follow_up": ("agent-bo", {"outcome": "satisfied", "way": "phone"}),
    }
    return walked(story, acts, until)


def walked(story: Story, acts: dict[str, tuple[str, dict[str, Json]]], until: str) -> Story:
    for name, (by, data) in acts.items():
        if name == until:
            break
        story.later(300).do(name, by, **data)
    return story


def with_a_note(world: World) -> Story:
    """A complaint about a merchant whose note is drawn up and waits to be issued."""
    story = mall(world, "classify")
    story.do("classify", "desk-an", category="service", about="merchant", desk_can_solve="no")
    story.do("dispatch", "desk-an", instructions="请处理")
    return story
