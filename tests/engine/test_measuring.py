"""A policy's measures for one case: hand-over, reply and closing times, read from its history."""

from bihuan.engine.measuring import measured
from tests.engine.playing import DAY, HOUR
from tests.engine.stories import Story, mall, with_a_note
from tests.engine.worlds import changed

TIMES = """
measures:
  - {zh: 移交时间, en: Hand-over, from: registered, to: dispatched, clause: MALL-7.2}
  - {zh: 回复时间, en: Reply, from: dispatched, to: replied, clause: MALL-7.2}
  - {zh: 关闭时间, en: Closing, from: registered, to: closed, clause: MALL-7.2}
  - {zh: 按时, en: On time, counts: every obligation kept by its due, clause: MALL-7.2}
forms:"""
WITH_TIMES = changed("mall", ("\nforms:", TIMES))
FILLED = {"result": "退货", "customer opinion": "接受", "handler": "某", "date": "2026-03-03"}


def figures(story: Story) -> dict[str, int | None]:
    found = measured(story.world.policy, story.history, story.now)
    return {one.measure.text.en: one.seconds for one in found if not one.measure.counts}


def test_hand_over_counts_to_the_first_note_and_reply_to_the_last_one_back():
    story = with_a_note(WITH_TIMES)
    registered, dispatched = story.case.registered, story.now
    story.do("issue", "operations-cai", sheet=1, outcome="issued")
    story.later(HOUR).do("receipt", "merchant-fang", sheet=1, signature="某")
    story.later(600).do("dispatch", "operations-cai", instructions="请协助", to_unit="kettle")
    story.later(HOUR).do("reply", "merchant-fang", sheet=1, **FILLED)
    story.do("check_reply", "operations-cai", sheet=1, outcome="accepted")
    assert figures(story) == {
        "Hand-over": dispatched - registered, "Reply": None, "Closing": None,
    }  # fmt: skip
    story.do("issue", "operations-cai", sheet=2, outcome="issued")
    story.do("receipt", "merchant-ge", sheet=2, signature="某")
    story.later(600).do("reply", "merchant-ge", sheet=2, **FILLED)
    story.do("check_reply", "operations-cai", sheet=2, outcome="accepted")
    assert figures(story)["Reply"] == story.now - dispatched


def test_closing_counts_to_the_last_closing_and_to_none_while_reopened():
    story = mall(WITH_TIMES, "follow_up")
    assert figures(story)["Closing"] == story.case.instants["closed"] - story.case.registered
    story.later(DAY).do("reopen", "desk-an", reason="仍开线")
    assert figures(story)["Closing"] is None


def test_obligations_are_counted_as_kept_by_their_due():
    story = mall(WITH_TIMES, "classify")
    story.later(5 * DAY).do("classify", "desk-an", category="service", desk_can_solve="yes")
    (kept,) = [one.kept for one in measured(story.world.policy, story.history, story.now)
               if one.measure.counts]  # fmt: skip
    assert kept == (1, 2)
