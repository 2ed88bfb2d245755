"""What figures are taken from: the rows a history leaves, and the measures over them."""

from dataclasses import replace
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bihuan.engine.calendar import Calendar, parse_calendar
from bihuan.engine.case import Event
from bihuan.engine.figures import Figures, figures_of
from bihuan.engine.measure import Span, Value, counted, taken
from bihuan.engine.measures import ISO_10002, MEASURES, dimensions_of
from bihuan.engine.measuring import measured
from tests.engine.playing import DAY, HOUR, played
from tests.engine.stories import Story, instant, mall, with_a_note
from tests.engine.test_measuring import WITH_TIMES
from tests.engine.worlds import MORNING, PACKS, random_world, world

PLAYS = settings(
    max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
FILLED = {"result": "退货", "customer opinion": "接受", "handler": "某", "date": "2026-03-03"}


def usual(policy) -> Calendar:
    return parse_calendar(policy.calendars["usual"] | {"holidays": "none"}, {})


def rows(history, policy) -> Figures:
    def clauses(_version: int, row: str, _kind: str) -> tuple[str, ...]:
        found = policy.rows.get(row)
        return found.at.clauses if found else ()

    return figures_of("A-1", history, policy, usual(policy), clauses)


def of(story: Story) -> Figures:
    return rows(story.history, story.world.policy)


def whole(story: Story) -> Span:
    return Span(0, 2**40, story.now + 1)


def figure(name: str, story: Story, span: Span | None = None, **how) -> Value:
    measure = MEASURES[name]
    found = of(story)
    table = {"cases": [found.case], "owed": found.owed, "legs": found.legs, "visits": found.visits}
    return taken(measure, table[measure.of], span or whole(story), **how)[()]


@PLAYS
@given(st.sampled_from(PACKS), st.integers(0, 2**32 - 1))
def test_any_case_leaves_the_times_its_policy_measures_and_each_obligation_once(name, entropy):
    dice = Random(entropy)
    where = random_world(name, dice)
    *_, play = played(dice, where, MORNING + dice.randint(0, 300 * DAY), 50)
    play.sweep()
    found = rows(play.history, where.policy)
    assert (found.case is None) == play.case.ledger
    if found.case is None:
        return
    assert found.case.closed_at == (
        play.case.instants["closed"]
        if play.case.stage in ("closed", "archived") or play.case.ended
        else 0
    )
    opened = {d["id"] for e in play.history for kind, d in e.effects if kind == "opened"}
    void = {d["id"] for e in play.history for kind, d in e.effects if kind == "void"}
    assert [row.number for row in found.owed] == sorted(opened - void)
    assert {row.number for row in found.owed if not row.done_at} == set(play.case.debts)
    assert found.case.severity == play.case.derived.get("severity", "")


@PLAYS
@given(st.integers(0, 2**32 - 1))
def test_hand_over_reply_and_closing_are_those_of_the_case_page(entropy):
    dice = Random(entropy)
    *_, play = played(dice, WITH_TIMES, MORNING, 60)
    found = rows(play.history, WITH_TIMES.policy).case
    if found is None:
        return
    theirs = {
        one.measure.text.en: one.seconds
        for one in measured(WITH_TIMES.policy, play.history, play.now)
        if not one.measure.counts
    }
    assert {"Hand-over": found.hand_over, "Reply": found.reply, "Closing": found.closing} == theirs


@PLAYS
@given(st.sampled_from(PACKS), st.integers(0, 2**32 - 1))
def test_nothing_that_is_erased_with_the_personal_data_stands_in_a_figure(name, entropy):
    dice = Random(entropy)
    *_, play = played(dice, random_world(name, dice), MORNING, 40)
    policy = play.world.policy
    personal = {name for name, fact in policy.facts.items() if fact.personal}
    assert rows([_erased(event, personal) for event in play.history], policy) == rows(
        play.history, policy
    )


def _erased(event: Event, personal: set[str]) -> Event:
    gone = {"sealed": "…"}
    effects = tuple(
        (
            kind,
            {k: gone if k in personal else v for k, v in data.items()} if kind == "facts" else data,
        )
        for kind, data in event.effects
    )
    return replace(
        event,
        effects=effects,
        data={k: gone if k in personal else v for k, v in event.data.items()},
    )


def test_a_case_answered_by_who_took_it_in_is_resolved_at_first_contact():
    story = Story(world("mall")).register("desk-an", about_unit="cotton")
    for name, by, data in (
        ("acknowledge", "desk-an", {"agreed_time": instant("2026-03-04 18:00")}),
        ("classify", "desk-an", {"category": "service", "desk_can_solve": "yes"}),
        ("resolve", "desk-an", {"resolution": "换货"}),
        ("respond", "desk-an", {"form": "phone", "answer": "换货"}),
        ("confirm", "desk-an", {"outcome": "satisfied"}),
        ("countersign", "operations-cai", {"outcome": "approved"}),
        ("close", "desk-an", {"summary": "已换货"}),
    ):
        story.later(300).do(name, by, **data)
    assert figure("resolved at first contact", story) == (1, 1)
    assert figure("resolved in time", story) == (1, 1)
    story.later(DAY).do("reopen", "desk-an", reason="仍开线")
    assert figure("closed", story) == (0, 0)
    assert figure("resolved at first contact", story) == (None, 0)
    assert figure("reopened", story) == (1, 1)


def test_a_late_acknowledgement_is_counted_in_the_period_it_was_due_in_whoever_noticed_when():
    story = mall(world("mall"), "acknowledge")  # registered 10:05, due by 10:35
    story.later(3 * DAY)
    due = Span(instant("2026-03-02 00:00"), instant("2026-03-03 00:00"), story.now)
    assert figure("acknowledged late", story, due) == (1, 1)
    assert figure("acknowledged in time", story, due) == (0, 1)
    too_early = due._replace(as_of=instant("2026-03-02 10:35"))
    assert figure("acknowledged late", story, too_early) == (0, 0)
    assert figure("acknowledged in time", story, too_early) == (None, 0)
    story.do("acknowledge", "desk-an", agreed_time=story.now + DAY)
    assert figure("acknowledged late", story, due) == (1, 1)
    after = Span(due.until, story.now + DAY, story.now + DAY)
    assert figure("acknowledged late", story, after) == (0, 0)


def test_severity_corrected_after_classifying_counts_as_wrongly_prioritised():
    story = mall(world("mall"), "resolve")
    assert figure("wrongly prioritised", story) == (0, 0)
    story.later(HOUR).do("correct", "desk-an", media_exposed="yes")
    assert story.case.derived["severity"] == "major"
    assert figure("wrongly prioritised", story) == (1, 1)


def test_a_visit_counts_in_satisfaction_and_its_score_in_the_mean():
    story = mall(world("mall"), "follow_up")
    story.later(DAY).do(
        "follow_up", "desk-bo", outcome="satisfied", way="phone", solved="yes", score=1
    )
    assert [(row.outcome, row.score) for row in of(story).visits] == [("unsatisfied", 1)]
    assert figure("satisfied", story) == (0, 1)
    assert figure("satisfaction", story) == (1, 1)
    assert figure("response rate", story) == (1, 1)


def test_obligations_are_broken_down_by_post_and_by_each_of_their_clauses():
    story = with_a_note(world("mall"))
    story.do("issue", "operations-cai", sheet=1, outcome="issued")
    story.later(2 * DAY).sweep()
    found = taken(MEASURES["compliance"], of(story).owed, whole(story), by=["clause"])
    assert found["MALL-5.0",] == (1, 1)
    assert found["MALL-11",].of > found["MALL-11",].part
    posts = taken(MEASURES["load"], of(story).owed, whole(story), by=["post"])
    assert sum(value.of for value in posts.values()) == len(story.case.debts)


def test_nothing_is_said_where_nothing_is():
    span = Span(0, 1, 1)
    for measure in MEASURES.values():
        value = taken(measure, [], span)[()]
        assert value == ((0, 0) if measure.unit == "count" else (None, 0)), measure.name
        assert taken(measure, [], span, by=dimensions_of(measure.of)[:1]) == {}
    assert set(ISO_10002) <= MEASURES.keys()


def test_every_measure_says_what_it_counts_in_both_languages_and_names_columns_there_are():
    found = of(mall(world("mall"), "resolve"))
    assert found.case is not None
    tables = {"cases": found.case, "owed": found.owed[0], "legs": found.legs[0]}
    for name, measure in MEASURES.items():
        assert name == measure.name
        assert all((*measure.text, *measure.says))
        if measure.of in tables:
            assert counted(measure, tables[measure.of], Span(0, 2**40, 2**40)) in (True, False)
