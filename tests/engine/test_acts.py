"""The life of a debt, act by act, where it is easy to get wrong."""

import pytest

from tests.engine.playing import DAY, HOUR
from tests.engine.stories import Story, instant, mall, wall_time, with_a_note
from tests.engine.worlds import changed, world

MALL, GENERAL = world("mall"), world("general")
AGREED = instant("2026-03-04 18:00")


def postponed(story: Story, to: str, by: str = "desk-an") -> None:
    story.do("postpone", by, new_time=instant(to), consent="yes", reason="配件未到")


# agreed times


def test_two_postponements_move_the_debt_owed_by_the_agreed_time() -> None:
    story = mall(MALL, "resolve")
    contact = story.owing("contact").due
    postponed(story, "2026-03-05 10:00")
    assert wall_time(story.owing("resolve").due) == "2026-03-05 10:00"
    postponed(story, "2026-03-05 18:00")
    assert wall_time(story.owing("resolve").due) == "2026-03-05 18:00"
    assert story.owing("contact").due == contact


def test_the_third_postponement_goes_to_the_store_general_manager() -> None:
    story = mall(MALL, "resolve")
    postponed(story, "2026-03-05 10:00")
    postponed(story, "2026-03-05 18:00")
    asked = {"new_time": instant("2026-03-05 20:00"), "consent": "yes", "reason": "配件未到"}
    code, clauses = story.refused("postpone", "desk-an", **asked)
    assert (code, clauses) == ("changes-spent", ("MALL-5.6", "MALL-3.1"))
    assert story.history[-1].kind == "refused"
    assert (story.case.owner, story.owing("resolve").seat) == ("store_gm@mall", "store_gm@mall")
    assert wall_time(story.owing("resolve").due) == "2026-03-05 18:00"


def test_asking_once_more_after_that_changes_nothing() -> None:
    story = mall(MALL, "resolve", media_exposed="yes")
    assert story.case.owner == "store_gm@mall"
    for hour in ("10", "18"):
        postponed(story, f"2026-03-05 {hour}:00")
    asked = {"new_time": instant("2026-03-05 20:00"), "consent": "yes", "reason": "配件未到"}
    for _ in range(3):
        assert story.refused("postpone", "desk-an", **asked)[0] == "changes-spent"
    assert [event.kind for event in story.history].count("refused") == 1


def test_missing_an_agreed_time_goes_up_one_rank_and_uses_up_no_change() -> None:
    story = mall(MALL, "resolve").at("2026-03-04 19:00")
    story.sweep()
    assert story.lapses("resolve") == ["2026-03-04 18:00"]
    assert story.case.owner == "operations_manager@mall"
    assert story.case.rounds.get("postpone", 0) == 0


@pytest.mark.parametrize("missed_before", [False, True])
def test_missing_the_last_agreed_time_goes_straight_to_the_store_general_manager(
    missed_before: bool,
) -> None:
    story = mall(MALL, "resolve")
    story.at("2026-03-04 19:00" if missed_before else "2026-03-04 17:00")
    postponed(story, "2026-03-05 18:00")
    postponed(story, "2026-03-06 18:00")
    story.at("2026-03-06 18:30").sweep()
    assert story.case.owner == "store_gm@mall"
    assert story.owing("resolve").seat == "store_gm@mall"
    assert wall_time(story.owing("resolve").due) == "2026-03-06 22:00"


def test_a_breach_stays_one_though_the_time_is_moved_afterwards() -> None:
    story = mall(MALL, "resolve").at("2026-03-04 19:00")
    postponed(story, "2026-03-05 18:00")
    story.do("resolve", "desk-an", resolution="换货")
    assert ("kept", True) in [(kind, data.get("late")) for kind, data in story.history[-1].effects]


def test_without_an_agreed_time_the_farthest_promise_is_due() -> None:
    story = mall(MALL, "confirm")
    story.do("confirm", "desk-an", outcome="disputed")
    assert story.case.agreed == 0
    resolve = story.owing("resolve")
    assert wall_time(resolve.due) == "2026-03-06 00:00"
    postponed(story, "2026-03-03 18:00")
    assert wall_time(story.owing("resolve").due) == "2026-03-03 18:00"


# severity and owner


def test_a_severity_once_lowered_stays_so_until_something_new_hits() -> None:
    story = mall(MALL, "resolve", injured="yes")
    assert (story.case.derived["severity"], story.case.owner) == ("major", "store_gm@mall")
    story.do("lower_severity", "owner-mo", severity="general", reason="皮外伤")
    assert story.case.derived["severity"] == "general"
    story.do("remark", "desk-an", text="无")
    assert story.case.derived["severity"] == "general"
    story.do("correct", "desk-an", media_exposed="yes")
    assert (story.case.derived["severity"], story.case.owner) == ("major", "store_gm@mall")


def test_what_was_answered_counts_again_once_it_ceased() -> None:
    story = mall(MALL, "resolve", injured="yes")
    story.do("lower_severity", "owner-mo", severity="general", reason="皮外伤")
    story.do("correct", "desk-an", injured="no")
    assert story.case.derived["severity"] == "general"
    story.do("correct", "desk-an", injured="yes")
    assert story.case.derived["severity"] == "major"


def test_rising_severity_hands_nothing_down_from_above() -> None:
    story = mall(MALL, "resolve")
    for _ in range(4):
        story.do(
            "escalate", story.world.organisation.people(story.case.owner)[0], reason="无法解决"
        )
    assert story.case.owner == "owner_company@mall"
    story.do("correct", "desk-an", media_exposed="yes")
    assert story.case.owner == "owner_company@mall"
    story.do("hand_over", "operations-cai", reason="无法解决")
    assert story.case.owner == "owner_company@mall"


# steps that come and go


def test_a_displaced_step_comes_back_with_its_old_start() -> None:
    story = mall(MALL, "resolve")
    start = story.owing("resolve").since
    story.later(HOUR).do("correct", "desk-an", desk_can_solve="no")
    assert "resolve" not in story.owed()
    story.later(HOUR).do("correct", "desk-an", desk_can_solve="yes")
    assert story.owing("resolve").since == start


def test_progress_is_owed_from_the_return_to_work_not_from_before() -> None:
    story = mall(MALL, "confirm")
    assert "contact" not in story.owed()
    story.at("2026-03-05 09:00").do("confirm", "desk-an", outcome="disputed")
    assert wall_time(story.owing("contact").since) == "2026-03-05 09:00"
    assert wall_time(story.owing("contact").due) == "2026-03-06 09:00"


def test_facts_corrected_after_closing_do_not_reopen_the_case() -> None:
    story = mall(MALL, "follow_up")
    story.do("correct", "desk-an", desk_can_solve="no")
    assert (story.case.stage, story.owed()) == ("closed", ["follow_up"])
    story.do("reopen", "desk-an", reason="客户来电")
    assert (story.case.stage, story.case.round) == ("assessed", 1)
    assert "dispatch" in story.owed()


def test_the_archive_waits_until_late_evidence_was_looked_at() -> None:
    story = mall(MALL)
    story.do("attach", "customer", files=["照片.jpg"])
    due = story.owing("archive").due
    story.now = due + 1
    story.sweep()
    assert "look_at_evidence" in story.owed()
    assert story.owing("archive").due > due
    story.do("look_at_evidence", "desk-an", result="不影响结论")
    story.now = story.owing("archive").due + 1
    story.sweep()
    assert (story.case.ended, story.owed()) == ("archived", ["purge"])


def test_what_did_not_reach_the_customer_is_owed_another_way_and_closing_waits_for_it() -> None:
    story = mall(MALL, "close")
    story.do("not_reached", "system", way="email", came_back="邮箱不存在")
    assert story.owing("reach_otherwise").seat == "service_desk@mall"
    assert story.refused("close", "desk-an", summary="已换货")[0] == "open-duty"
    story.do("reach_otherwise", "desk-an", way="phone", said="已电话告知")
    story.do("close", "desk-an", summary="已换货")


def test_a_message_that_comes_back_after_the_end_is_still_owed_and_nothing_is_purged_meanwhile() -> (
    None
):
    story = mall(MALL, "classify")
    story.do("decline", "desk-an", reason="不属本商场")
    assert (story.case.ended, story.owed()) == ("declined", ["purge"])
    story.do("not_reached", "system", way="sms", came_back="空号")
    assert (story.case.ended, story.owed()) == ("declined", ["reach_otherwise"])
    story.do("reach_otherwise", "desk-an", way="letter", said="已寄信")
    assert story.owed() == ["purge"]


def test_reopening_leaves_duties_that_were_open_after_closing() -> None:
    story = mall(MALL, "follow_up")
    story.do("attach", "customer", files=["照片.jpg"])
    due = story.owing("look_at_evidence").due
    story.do("reopen", "desk-an", reason="客户来电")
    assert story.owing("look_at_evidence").due == due


def test_three_attempts_on_three_days_make_a_customer_unreachable() -> None:
    story = mall(MALL, "confirm")
    for hour in (1, 2):
        story.later(hour * HOUR).do("confirm", "desk-an", outcome="unreachable")
    story.later(DAY).do("confirm", "desk-an", outcome="unreachable")
    assert "confirm" in story.owed()
    story.later(DAY).do("confirm", "desk-an", outcome="unreachable")
    assert "countersign" in story.owed()


# sheets


def test_a_note_refused_at_issue_is_void_and_has_to_be_drawn_up_again() -> None:
    story = with_a_note(MALL)
    story.do("issue", "operations-cai", sheet=1, outcome="refused")
    assert story.case.sheets[1].ended == "void"
    assert "dispatch" in story.owed()
    assert not [debt for debt in story.case.debts.values() if debt.sheet]


def test_withdrawing_voids_the_note_that_is_out() -> None:
    story = with_a_note(MALL)
    story.do("withdraw", "customer")
    assert (story.case.sheets[1].ended, story.case.ended) == ("void", "withdrawn")
    assert story.owed() == ["purge"]


def test_an_improvement_outlives_the_complaint_that_was_withdrawn() -> None:
    story = mall(MALL, "classify")
    story.do("classify", "desk-an", desk_can_solve="yes", same_problem=3)
    story.do("withdraw", "customer")
    assert story.owing("draft").row == "sheets.capa.draft"
    assert story.case.is_open


def test_reaching_the_count_opens_one_improvement_however_often_it_is_counted() -> None:
    story = mall(MALL, "classify")
    story.do("classify", "desk-an", desk_can_solve="yes", same_problem=2)
    for count in (3, 3, 4):
        story.do("correct", "desk-an", same_problem=count)
    assert [sheet.kind for sheet in story.case.sheets.values()] == ["capa"]
    assert story.case.facts["same_problem"] == 4


# the organisation's own duties


def ledger(clock: str = "2026-03-02 09:00") -> Story:
    story = Story(MALL, clock)
    story.do("open ledger", "system", unit="mall")
    return story


def test_a_missed_duty_does_not_swallow_the_next_and_one_act_keeps_both() -> None:
    story = ledger().at("2026-03-04 21:30")
    story.sweep()
    assert story.owed().count("daily_review") == 3
    story.do("daily_review", "operations-cai", findings="正常")
    assert "daily_review" not in story.owed()


def test_a_ledger_cannot_be_withdrawn_declined_or_handed_up() -> None:
    story = ledger().at("2026-03-02 21:30")
    for name, by in (("withdraw", "customer"), ("decline", "store-lu"), ("escalate", "store-lu")):
        assert story.refused(name, by, reason="不要了")[0] == "not-allowed"
    story.do("remark", "desk-an", text="已交接")


def test_shoppers_of_last_weeks_list_are_still_owed_when_the_next_comes() -> None:
    story = ledger().at("2026-03-02 11:00")
    story.do("list_shoppers", "desk-an", shoppers="甲\n乙")
    assert story.owed().count("visit_shopper") == 2
    story.at("2026-03-09 11:00").do("list_shoppers", "desk-an", shoppers="丙\n丁\n戊")
    items = [debt.item for debt in story.case.debts.values() if debt.act == "visit_shopper"]
    assert items == ["1", "2", "3", "4", "5"]
    story.do("visit_shopper", "desk-an", item="4", outcome="satisfied", way="phone", score=5)
    assert story.owed().count("visit_shopper") == 4


def test_a_debt_that_is_late_when_it_opens_lapses_from_its_due() -> None:
    story = Story(GENERAL, "2026-03-02 16:00").register(about="product")
    early = instant("2026-03-02 16:00")
    story.at("2026-03-05 10:00")
    story.do("acknowledge", "agent-an", told_by="same channel", at=early + 60)
    # The hours to classify ran from when the customer was told, and ran out on the next morning.
    assert story.lapses("classify")[0] == "2026-03-03 11:01"
    assert story.owing("classify").due > story.now


def test_each_promise_is_owed_for_itself() -> None:
    promise = "may:\n  promise: {who: service_desk, then: stay, clause: MALL-5.1}\n"
    story = mall(changed("mall", ("may:\n", promise)), "resolve")
    story.do("promise", "desk-an", what="上门道歉", date=AGREED + DAY)
    story.do("promise", "desk-an", what="退差价", date=AGREED)
    debts = [debt for debt in story.case.debts.values() if debt.act == "keep_promise"]
    assert [debt.due for debt in debts] == [AGREED + DAY, AGREED]
    story.do("keep_promise", "desk-an", item="2", result="已退")
    assert story.owing("keep_promise").due == AGREED + DAY
