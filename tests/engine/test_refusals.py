"""Every refusal there is, with its clause: what is wrong, and who owes what is missing."""

from dataclasses import replace

import pytest

from bihuan.engine.case import Act
from bihuan.engine.refusal import REFUSAL_CODES, Owing, Refusal
from bihuan.engine.step import decide
from bihuan.engine.together import Peer, decide_both, for_member
from tests.engine.homes import PAYMENT, demanding, home_with, pay
from tests.engine.playing import GARBAGE
from tests.engine.stories import Story, general, instant, mall, with_a_note
from tests.engine.test_library import refusal_codes
from tests.engine.test_money import CHECKED, REVIEW, inspected, received, returns
from tests.engine.test_pausing import HERE as PAUSING
from tests.engine.worlds import changed, world

MALL, GENERAL = world("mall"), world("general")
LATER = instant("2026-03-04 20:00")
ASKED = {"new_time": LATER, "consent": "yes", "reason": "配件未到"}
PAYING = (
    "{owes: finance,     act: compensate, within: pay_time, clause: [HOME-8.2, HOME-6.2], "
    "missed: [up, tell president]}"
)
SEEN: set[str] = set()
PARAMETRIZED = "test_no_garbage_in_any_field_raises"


def test_an_act_nobody_knows() -> None:
    refused(mall(MALL, "resolve"), "unknown-act", "praise", "desk-an")
    assert decide(None, Act("praise", "desk-an", 1), MALL, 1).refusal.code == "unknown-act"


def refused(story: Story, code: str, name: str, by: str, /, *clauses: str, **data: object) -> None:
    """The act is refused with that code and clause, and changes nothing."""
    before = story.case.to_json()
    found = story.refused(name, by, **data)
    SEEN.add(found[0])
    assert found == (code, clauses)
    assert story.case.to_json() == before


def not_registered(
    code: str, field: str, by: str = "desk-an", late: int = 0, **data: object
) -> None:
    act = Act(
        "register",
        by,
        instant("2026-03-02 10:05") + late,
        {"kind": "complaint", "channel": "phone", "unit": "mall"} | data,
    )
    made = decide(None, act, MALL, instant("2026-03-02 10:05"))
    assert made.refusal is not None
    SEEN.add(made.refusal.code)
    assert (made.refusal.code, made.refusal.field, made.events, made.case) == (
        code,
        field,
        (),
        None,
    )


def test_registering_with_something_wrong() -> None:
    not_registered("unknown-kind", "kind", kind="praise")
    not_registered("unknown-kind", "kind", kind=["complaint"])
    not_registered("unknown-channel", "channel", channel="pigeon")
    not_registered("unknown-unit", "unit", unit="moon")
    not_registered("unknown-unit", "unit", unit=["mall"])
    not_registered("not-staff", "", by="stranger")
    not_registered("not-staff", "", by="merchant-fang")
    not_registered("in-the-future", "at", late=1)
    not_registered("in-the-future", "received", received=instant("2026-03-02 10:06"))
    not_registered("unknown-field", "weather", weather="rain")
    not_registered("bad-value", "injured", injured="perhaps")
    not_registered("bad-value", "about_unit", about_unit={"code": "cotton"})
    not_registered("bad-value", "about_person", about_person="nobody")
    not_registered("bad-value", "same_problem", same_problem="many")
    not_registered("bad-value", "anonymous", anonymous=["yes"])
    made = decide(None, Act("classify", "desk-an", 1), MALL, 1)
    SEEN.add(made.refusal.code)
    assert made.refusal.code == "no-case"


@pytest.mark.parametrize("garbage", GARBAGE, ids=repr)
def test_no_garbage_in_any_field_raises(garbage: object) -> None:
    data = {"kind": "complaint", "channel": "phone", "unit": "mall"}
    names = [*data, *MALL.policy.facts, "about_unit", "about_person", "received", "anonymous"]
    for name in names:
        made = decide(None, Act("register", "system", 10**9, {**data, name: garbage}), MALL, 10**9)
        assert (made.case is None) == (made.refusal is not None)
    story = mall(MALL, "resolve")
    acts = ("postpone", "resolve", "correct", "link", "attach", "dispatch", "lower_severity")
    for name in acts:
        for field in ("new_time", "consent", "resolution", "about_person", "case", "files",
                      "severity", "to_unit", "item", "same_problem", "outcome"):  # fmt: skip
            decide(story.case, Act(name, "desk-an", story.now, {field: garbage}), MALL, story.now)


def test_an_instant_that_is_not_yet() -> None:
    story = mall(MALL, "resolve")
    refused(story, "in-the-future", "resolve", "desk-an", at=story.now + 1, resolution="换货")


def test_an_instant_before_the_registration() -> None:
    story = mall(MALL, "resolve")
    refused(story, "before-registration", "resolve", "desk-an", at=story.case.registered - 1)


def test_an_act_at_the_very_instant_it_is_due_is_in_time() -> None:
    story = mall(MALL, "classify")
    story.now = story.owing("classify").due
    story.do("classify", "desk-an", desk_can_solve="yes")
    assert not story.lapses()


def test_somebody_whom_the_complaint_is_about() -> None:
    refused(mall(MALL, "resolve", about_person="desk-bo"), "walled", "remark", "desk-bo", text="无")


def test_somebody_elses_task_names_whose_it_is() -> None:
    story = mall(MALL, "classify")
    refused(story, "not-yours", "classify", "merchant-fang", "MALL-3.5", "MALL-4.1")
    made = decide(story.case, Act("classify", "merchant-fang", story.now), MALL, story.now)
    assert "服务台客服" in made.refusal.text.zh
    assert [owing.seat for owing in made.refusal.owing] == ["service_desk@mall"]
    refused(story, "not-yours", "remark", "stranger", text="无")
    refused(story, "not-yours", "classify", "customer", "MALL-3.5", "MALL-4.1")


def test_what_this_policy_does_not_have() -> None:
    refused(mall(MALL, "resolve"), "not-allowed", "refund", "desk-an")
    refused(mall(MALL, "resolve"), "not-allowed", "resettle", "desk-an")
    made = decide(None, Act("open ledger", "desk-an", 1, {"unit": "mall"}), MALL, 1)
    assert made.refusal.code == "not-allowed"


def test_the_wrong_stage_names_what_comes_first_and_who_owes_it() -> None:
    story = mall(MALL, "resolve")
    refused(story, "not-yet", "close", "desk-an", "MALL-5.3", "MALL-5.1", summary="完")
    made = decide(story.case, Act("close", "desk-an", story.now), MALL, story.now)
    assert [(owing.act, owing.seat) for owing in made.refusal.owing] == [
        ("resolve", "service_desk@mall")
    ]


def test_a_step_that_is_done() -> None:
    refused(mall(MALL, "resolve"), "done-already", "classify", "desk-an", "MALL-3.5", "MALL-4.1")


def test_sheets_that_are_not_there_or_wait_for_another_act() -> None:
    story = with_a_note(MALL)
    refused(story, "no-such-sheet", "reply", "merchant-fang", sheet=9)
    refused(story, "no-such-sheet", "reply", "merchant-fang", sheet=-1)
    refused(story, "wrong-sheet-step", "reply", "merchant-fang", sheet=1)


def test_notes_that_are_void_or_done_and_units_no_note_reaches() -> None:
    filled = {"result": "退货", "customer opinion": "接受", "handler": "某", "date": "2026-03-03"}
    story = with_a_note(MALL)
    story.do("issue", "operations-cai", sheet=1, outcome="refused")
    refused(story, "sheet-void", "reply", "merchant-fang", "MALL-5.3", sheet=1, **filled)
    story.do("dispatch", "desk-an", instructions="请处理")
    named = {"lead_sheet": "2", "reason": "试"}
    refused(story, "one-note", "name_lead", "operations-cai", **named)
    story.do("issue", "operations-cai", sheet=2, outcome="issued")
    story.do("receipt", "merchant-fang", sheet=2, signature="某")
    story.do("reply", "merchant-fang", sheet=2, **filled)
    story.do("check_reply", "operations-cai", sheet=2, outcome="accepted")
    refused(story, "sheet-done", "reply", "merchant-fang", "MALL-5.3", sheet=2, **filled)
    here = MALL.organisation
    gone = {code: unit for code, unit in here.units.items() if code != "cotton"}
    story.world = replace(MALL, organisation=replace(here, units=gone))
    told = {"instructions": "请处理"}
    refused(story, "unit-gone", "dispatch", "operations-cai", "MALL-5.2", **told)


def test_a_note_that_is_still_out_holds_up_the_resolution() -> None:
    story = with_a_note(MALL)
    clauses = ("MALL-5.1", "MALL-5.2", "MALL-3.4")
    refused(story, "sheets-out", "resolve", "operations-cai", *clauses, resolution="换货")
    act = Act("resolve", "operations-cai", story.now, {"resolution": "换货"})
    owing = decide(story.case, act, MALL, story.now).refusal.owing
    assert [(one.act, one.sheet) for one in owing] == [("issue", 1)]


def test_a_note_must_be_filled_in_completely() -> None:
    story = with_a_note(MALL)
    story.do("issue", "operations-cai", sheet=1, outcome="issued")
    story.do("receipt", "merchant-fang", sheet=1, signature="方")
    filled = {"result": "换货", "customer opinion": "同意", "date": "3月2日"}
    refused(story, "sheet-incomplete", "reply", "merchant-fang", "MALL-5.3", sheet=1, **filled)
    story.do("reply", "merchant-fang", sheet=1, handler="方", **filled)


def test_a_reply_gives_nothing_unpublished_away() -> None:
    story = with_a_note(
        changed("mall", ("needs: [all fields filled]", "needs: [nothing undisclosed]"))
    )
    story.do("issue", "operations-cai", sheet=1, outcome="issued")
    story.do("receipt", "merchant-fang", sheet=1, signature="方")
    by, checked = "merchant-fang", "disclosure_checked"
    refused(story, "undisclosed", "reply", by, "MALL-5.3", sheet=1, **{checked: "no"})
    refused(story, "missing-field", "reply", by, "MALL-5.3", sheet=1)
    story.do("reply", by, sheet=1, **{checked: "yes"})


def test_what_is_over() -> None:
    story = mall(MALL, "resolve")
    story.do("withdraw", "customer")
    refused(story, "final", "resolve", "desk-an", resolution="换货")
    refused(story, "final", "reopen", "desk-an", reason="又来了")


def test_what_is_closed_and_what_is_not() -> None:
    refused(
        mall(MALL, "follow_up"), "closed", "postpone", "desk-an", "MALL-5.6", "MALL-3.1", **ASKED
    )
    refused(mall(MALL, "follow_up"), "closed", "decline", "desk-an", reason="晚了")
    refused(mall(MALL, "resolve"), "not-closed", "reopen", "desk-an", "MALL-6.2", reason="又来了")


def test_missing_wrong_and_unknown_fields() -> None:
    story, clauses = mall(MALL, "resolve"), ("MALL-5.1", "MALL-5.2", "MALL-3.4")
    refused(story, "missing-field", "resolve", "desk-an", *clauses)
    refused(story, "bad-value", "resolve", "desk-an", *clauses, resolution=7)
    refused(story, "unknown-field", "resolve", "desk-an", *clauses, resolution="换", colour="红")
    story = mall(MALL, "confirm")
    refused(story, "no-outcome", "confirm", "desk-an", "MALL-5.5", "MALL-11")
    refused(story, "no-outcome", "confirm", "desk-an", "MALL-5.5", "MALL-11", outcome="glad")


def test_agreed_times_lie_ahead_within_reach_and_after_the_last() -> None:
    clauses = ("MALL-5.6", "MALL-3.1")
    story = mall(MALL, "resolve")
    refused(
        story, "past-time", "postpone", "desk-an", *clauses, **(ASKED | {"new_time": story.now})
    )
    early = {"new_time": instant("2026-03-04 17:00")}
    refused(story, "not-later", "postpone", "desk-an", *clauses, **(ASKED | early))
    refused(story, "no-consent", "postpone", "desk-an", *clauses, **(ASKED | {"consent": "no"}))
    far = {"new_time": instant("2026-03-09 10:00")}
    refused(story, "too-far", "postpone", "desk-an", *clauses, **(ASKED | far))
    refused(
        mall(MALL, "acknowledge"), "past-time", "acknowledge", "desk-an", "MALL-5.0", agreed_time=1
    )


def test_the_third_postponement_is_refused_and_handed_to_the_store_gm_in_the_same_decision() -> (
    None
):
    story = mall(MALL, "resolve")
    for hour in (20, 21):
        story.do("postpone", "desk-an", **(ASKED | {"new_time": instant(f"2026-03-04 {hour}:00")}))
    act = Act("postpone", "desk-an", story.now, ASKED | {"new_time": instant("2026-03-04 22:00")})
    made = decide(story.case, act, MALL, story.now)
    SEEN.add(made.refusal.code)
    assert (made.refusal.code, made.refusal.clauses) == ("changes-spent", ("MALL-5.6", "MALL-3.1"))
    assert "店总" in made.refusal.text.zh
    assert [event.kind for event in made.events] == ["refused"]
    assert made.case.owner == "store_gm@mall"


def test_a_written_complaint_is_answered_in_writing_in_the_companys_name() -> None:
    story = mall(MALL, "respond", channel="letter")
    clauses = ("MALL-5.5", "MALL-3.5")
    answer = {"answer": "换货", "company_name": "yes"}
    refused(story, "not-written", "respond", "desk-an", *clauses, form="phone", **answer)
    refused(story, "missing-field", "respond", "desk-an", *clauses, form="written", answer="换货")
    story.do("respond", "desk-an", form="written", **answer)


def test_an_answer_given_in_person_is_signed() -> None:
    story = mall(MALL, "respond")
    clauses = ("MALL-5.5", "MALL-3.5")
    refused(story, "missing-field", "respond", "desk-an", *clauses, form="in person", answer="换货")
    story.do("respond", "desk-an", form="in person", answer="换货", signature="甲")


def test_what_is_cited_can_answer_at_that_instant() -> None:
    SEEN.update(refusal_codes())


def test_the_customer_is_told_on_the_channel_they_came_by() -> None:
    story = general(GENERAL, "acknowledge", channel="letter")
    refused(story, "other-channel", "acknowledge", "agent-an", "GEN-4.1", told_by="phone")


def test_a_dispute_is_approved_only_once_the_outside_path_was_told() -> None:
    story = mall(MALL, "confirm")
    for _ in range(3):
        story.do("confirm", "desk-an", outcome="disputed")
        if "approve" in story.owed():
            break
        by = story.world.organisation.people(story.owing("resolve").seat)[0]
        story.do("resolve", by, resolution="换货")
        story.do("respond", "desk-an", form="phone", answer="换货")
    told = {"outcome": "approved", "reasons": "已尽力", "outside_path": "no"}
    by = story.world.organisation.people(story.owing("approve").seat)[0]
    refused(story, "path-not-told", "approve", by, "MALL-3.2", "MALL-4.2", **told)


def test_other_duties_hold_up_the_closing() -> None:
    story = mall(MALL, "resolve")
    story.do("refer", "operations-cai", body="消费者协会", told="已告知")
    for name, by, data in (
        ("resolve", "desk-an", {"resolution": "换货"}),
        ("respond", "desk-an", {"form": "phone", "answer": "换货"}),
        ("confirm", "desk-an", {"outcome": "satisfied"}),
        ("countersign", "operations-cai", {"outcome": "approved"}),
    ):
        story.do(name, by, **data)
    refused(story, "open-duty", "close", "desk-an", "MALL-5.3", "MALL-5.1", summary="完")
    story.do("await_outside", "desk-an", outcome="agreed", result="已调解")
    story.do("close", "desk-an", summary="完")


def test_severity_can_only_be_lowered() -> None:
    story = mall(MALL, "resolve", injured="yes")
    refused(story, "level-too-high", "lower_severity", "owner-mo", severity="major", reason="无")


def test_what_may_be_done_only_so_often() -> None:
    once = "hand_over: {who: operations_manager, "
    here = changed("mall", (once, once + "at most: changes, "))
    story = mall(here, "resolve")
    for _ in range(2):
        story.do("hand_over", "operations-cai", reason="无法处理")
    refused(story, "budget-spent", "hand_over", "operations-cai", "MALL-5.4", reason="无法处理")


def test_promises_are_kept_before_the_case_is_closed() -> None:
    here = changed(
        "mall",
        ("within: sign_time, needs: [sheets returned]", "within: sign_time, needs: [promises kept]"),
        ("may:\n", "may:\n  promise: {who: owner, then: stay, clause: MALL-5.1}\n"),
    )  # fmt: skip
    story = mall(here, "resolve")
    story.do("promise", "desk-an", what="上门道歉", date=LATER)
    assert story.owing("keep_promise").due == LATER
    for name, by, data in (
        ("resolve", "desk-an", {"resolution": "换货"}),
        ("respond", "desk-an", {"form": "phone", "answer": "换货"}),
        ("confirm", "desk-an", {"outcome": "satisfied"}),
        ("countersign", "operations-cai", {"outcome": "approved"}),
    ):
        story.do(name, by, **data)
    refused(story, "promises-open", "close", "desk-an", "MALL-5.3", "MALL-5.1", summary="完")
    story.do("keep_promise", "desk-an", result="已道歉")
    story.do("close", "desk-an", summary="完")


def test_what_was_promised_is_kept_though_the_complaint_was_withdrawn() -> None:
    here = changed(
        "mall",
        ("may:\n", "may:\n  promise: {who: owner, then: stay, clause: MALL-5.1}\n"),
    )
    story = mall(here, "resolve")
    story.do("promise", "desk-an", what="上门道歉", date=LATER)
    story.do("withdraw", "customer")
    assert (story.case.ended, story.case.is_open) == ("withdrawn", True)
    assert "keep_promise" in story.owed()
    story.at("2026-03-05 11:00").sweep()
    assert story.lapses("keep_promise")[0] == "2026-03-04 20:00"
    story.do("keep_promise", "operations-cai", result="已道歉")
    assert (story.owed(), story.case.is_open) == (["purge"], False)


def test_compensation_beside_what_was_approved() -> None:
    late = {"reason": "客户不再要求"}
    asked = demanding("approve")
    refused(asked, "nothing-unpaid", "waive", "customer", "HOME-8.2", **late)
    refused(asked, "not-the-asker", "withdraw_request", "sales-an", "HOME-8.2", reason="有误")
    story = demanding()
    paying = {"paid_on": story.now, **PAYMENT}
    clauses = ("HOME-8.2", "HOME-6.2")
    refused(story, "nothing-asked", "withdraw_request", "gm-ge", "HOME-8.2", reason="有误")
    refused(story, "kept-apart", "compensate", "gm-ge", *clauses, amount=1, **paying)
    for amount in (0, 1_500_001):
        refused(story, "above-approved", "compensate", "finance-he", *clauses, amount=amount, **paying)  # fmt: skip
    ahead = {**paying, "paid_on": story.now + 60}
    refused(story, "in-the-future", "compensate", "finance-he", *clauses, amount=1, **ahead)
    refused(story, "compensation-unpaid", "withdraw", "customer", "HOME-9")
    pay(story, 1_000_000)
    refused(story, "below-paid", "correct", "clerk-ding", compensation=999_999)


def test_compensation_that_nobody_approved_is_not_paid() -> None:
    beside = home_with(
        (f"  - {PAYING}\n", ""),
        ("may:\n", "may:\n  compensate: {who: finance, then: stay, clause: HOME-8.2}\n"),
    )  # fmt: skip
    story = demanding("approve", beside)
    paying = {"amount": 1, "paid_on": story.now, **PAYMENT}
    refused(story, "not-approved", "compensate", "finance-he", "HOME-8.2", **paying)
    story.do("approve", "gm-ge", outcome="approved")
    story.do("compensate", "finance-he", **paying)


def test_a_clock_that_stands_already_and_one_that_runs() -> None:
    story = mall(PAUSING, "resolve")
    until = {"reason": "等客户寄回", "until": LATER}
    refused(story, "not-paused", "resume", "desk-an", "MALL-5.6")
    story.do("pause", "desk-an", **until)
    refused(story, "paused-already", "pause", "desk-an", "MALL-5.6", **until)


def test_a_record_on_hold_one_that_is_not_and_one_that_was_destroyed() -> None:
    story = mall(MALL, "resolve")
    refused(story, "not-held", "release", "desk-an", reason="诉讼终结")
    refused(story, "not-held", "review_hold", "desk-an", outcome="lifted")
    keeping = {"reason": "可能诉讼", "review": instant("2027-03-02 10:00")}
    story.do("hold", "desk-an", **keeping)
    refused(story, "held-already", "hold", "desk-an", **keeping)
    story.do("release", "desk-an", reason="诉讼终结")
    refused(story, "not-held", "release", "desk-an", reason="诉讼终结")
    story.do("withdraw", "customer")
    assert story.owed() == ["purge"]
    story.now = story.owing("purge").due + 1
    story.sweep()
    refused(story, "purged", "remark", "desk-an", text="补记")
    refused(story, "purged", "hold", "desk-an", **keeping)


def test_a_policy_is_not_signed_by_two_people_for_three() -> None:
    now = instant("2026-03-02 10:05")
    opened = decide(
        None,
        Act("open ledger", "system", now, {"unit": "mall", "owed": ["approve_adoption"]}),
        MALL,
        now,
    )
    signed = {"author": "desk-an", "reviewer": "operations-cai", "approver": "desk-an"}
    made = decide(opened.case, Act("approve_adoption", "operations-cai", now, signed), MALL, now)
    assert made.refusal is not None
    SEEN.add(made.refusal.code)
    assert (made.refusal.code, made.events) == ("same-person", ())
    three = signed | {"approver": "store-lu"}
    assert decide(
        opened.case, Act("approve_adoption", "operations-cai", now, three), MALL, now
    ).accepted


def test_a_return_that_does_not_meet_the_conditions() -> None:
    here = returns()
    story = Story(here).register("agent", kind="return", unit="shop")
    asked = ("RET-2.1", "RET-3.5", "RET-4.1")
    refused(story, "conditions-not-told", "confirm_return", "agent", *asked, conditions_told="no")
    story.do("confirm_return", "agent", conditions_told="yes")
    made_to_order = REVIEW | {"goods": "custom", "return_reason": "no_reason"}
    late = REVIEW | {"delivered": instant("2026-02-01 09:00")}
    many = REVIEW | {"returned": 4}
    reviewed = ("RET-2.2", "RET-4.2")
    for code, told in (
        ("conditions-not-met", made_to_order),
        ("after-limit", late),
        ("above-bought", many),
    ):
        refused(story, code, "review_return", "handler", *reviewed, **told)


def test_goods_that_did_not_come_or_did_not_pass() -> None:
    came = {"outcome": "arrived", "quantity": 0}
    story = Story(returns()).register("gm", kind="return", unit="shop")
    story.do("confirm_return", "agent", conditions_told="yes")
    story.do("review_return", "handler", **REVIEW)
    refused(story, "nothing-received", "receive_goods", "store", "RET-2.3", **came)
    story.do("receive_goods", "store", outcome="arrived", quantity=1)
    refused(story, "goods-in-hand", "withdraw", "customer", "RET-2.4")
    passed = {"outcome": "passed", **CHECKED}
    inspected_by = ("RET-2.3", "RET-3.6")
    refused(story, "kept-apart", "inspect", "gm", *inspected_by, accepted=1, **passed)
    refused(story, "nothing-accepted", "inspect", "inspector", *inspected_by, accepted=0, **passed)
    refused(story, "above-received", "inspect", "inspector", *inspected_by, accepted=2, **passed)
    incomplete = passed | {"complete": "no", "accepted": 1}
    refused(story, "item-failed", "inspect", "inspector", "RET-3.6", **incomplete)


def test_a_chase_where_only_the_chaser_owes_anything() -> None:
    refused(mall(MALL, "acknowledge"), "nobody-to-chase", "chase", "desk-an", said="催")


def test_an_inspection_for_which_nobody_is_left() -> None:
    """About the general manager, so all of it comes to the one supervisor, who asked and may not inspect."""
    story = Story(returns()).register("system", kind="return", unit="shop", about_person="gm")
    story.do("confirm_return", "board", conditions_told="yes")
    story.do("review_return", "board", **REVIEW)
    story.do("receive_goods", "board", outcome="arrived", quantity=1)
    passed = {"outcome": "passed", "accepted": 1, **CHECKED}
    refused(story, "nobody-left", "inspect", "board", "RET-2.3", "RET-3.6", **passed)


def test_money_that_may_not_go_out() -> None:
    story = inspected(returns())
    refused(story, "above-paid", "refund", "cashier", "RET-3.7", amount=6667, method="原路")
    story.do("refund", "cashier", amount=6666, method="原路")
    refused(story, "purchase-fixed", "correct", "agent", paid=90000)
    careless = inspected(
        returns(("only: {inspect: passed, remedy: exchange}", "only: {inspect: passed}"))
    )
    careless.do("refund", "cashier", amount=6666, method="原路")
    refused(careless, "settled-already", "exchange", "store", "RET-2.4")
    hasty = received(
        returns(
            ("only: {receive_goods: arrived}, within: insp", "only: {channel: web}, within: insp"),
            ("only: {inspect: passed, remedy: refund}", "only: {remedy: refund}"),
        )
    )
    refused(hasty, "not-inspected", "refund", "cashier", "RET-3.7", amount=1, method="原路")
    blind = Story(returns(("needs: [purchase checked, quality", "needs: [quality")))
    blind.register("agent", kind="return", unit="shop")
    blind.do("confirm_return", "agent", conditions_told="yes")
    known = {
        name: value for name, value in REVIEW.items() if name not in ("bought", "returned", "paid")
    }
    blind.do("review_return", "handler", **known)
    blind.do("receive_goods", "store", outcome="arrived", quantity=2)
    blind.do("inspect", "inspector", outcome="passed", accepted=2, **CHECKED)
    refused(blind, "paid-unknown", "refund", "cashier", "RET-3.7", amount=1, method="原路")


def both(
    code: str, own: Peer, other: Peer, name: str, by: str = "store-lu", **data: object
) -> None:
    """An act on two cases is refused with that code, and changes neither."""
    made, beside = decide_both(own, other, Act(name, by, NOON, data), NOON)
    assert made.refusal is not None
    assert (made.refusal.code, beside) == (code, None)
    SEEN.add(code)


NOON = instant("2026-03-02 12:00")


def test_cases_that_cannot_be_joined() -> None:
    one, two = (Peer(name, mall(MALL, "classify").case, MALL, "某甲") for name in ("1", "2"))
    both("with-itself", one, one, "link", case="1", **{"as": "related"})
    both("not-linked", one, two, "unlink", case="2", reason="误")
    plain = Peer("3", general(GENERAL, "classify").case, GENERAL, "某甲")
    both("other-policy", one, plain, "merge", case="3")
    closed = Peer("4", mall(MALL, "follow_up").case, MALL, "某甲")
    both("not-living", one, closed, "merge", case="4")
    answered = mall(MALL, "confirm")
    refused(answered, "answered-already", "merge", "store-lu", case="1")
    other = replace(two, person="某乙")
    both("missing-field", one, other, "merge", case="2")
    both("walled", one, Peer("5", mall(MALL, "classify", about_person="desk-bo").case, MALL),
         "merge", "desk-bo", case="5", reason="同一件事")  # fmt: skip


def test_members_of_one_command_and_what_was_merged() -> None:
    story = mall(MALL, "classify")
    story.do("link", "desk-an", case="1", **{"as": "member"})
    refused(story, "linked-already", "link", "desk-an", case="1", **{"as": "repeat"})
    refused(story, "one-command", "link", "desk-an", case="2", **{"as": "collective"})
    refused(story, "has-members", "merge", "store-lu", case="2")
    gone = mall(MALL, "classify")
    gone.do("merge", "store-lu", case="1")
    refused(gone, "merged-stays", "unlink", "desk-an", case="1", reason="误")
    confirmed = for_member(Act("confirm", "desk-an", NOON), Peer("6", gone.case, MALL), NOON)
    assert isinstance(confirmed, Refusal)
    SEEN.add(confirmed.code)
    waits = Story(replace(MALL, awaits=(Owing("decide", "store_gm@mall", NOON),)))
    waits.state, waits.history = mall(MALL, "respond").case, list(mall(MALL, "respond").history)
    waits.now = mall(MALL, "respond").now
    told = {"form": "phone", "answer": "换货"}
    clauses = MALL.policy.rows["steps.respond"].at.clauses
    refused(waits, "command-undecided", "respond", "desk-an", *clauses, **told)


def test_an_answer_to_a_representative_whose_authorisation_was_not_seen() -> None:
    story = mall(MALL, "respond")
    told = {"form": "phone", "answer": "换货"}
    clauses = MALL.policy.rows["steps.respond"].at.clauses
    refused(
        story, "unknown-field", "respond", "desk-an", *clauses, **told, answered_to="complainant"
    )
    speaker = {"representative": "某丙", "representative_contact": "示例号码", "represents": "三户业主",
               "represented": 3}  # fmt: skip
    story.do("name_representative", "desk-an", **speaker, authorised="no")
    told["answered_to"] = "representative"
    refused(story, "not-authorised", "respond", "desk-an", *clauses, **told)
    story.do("name_representative", "desk-an", **speaker, authorised="yes")
    story.do("respond", "desk-an", **told)
    assert story.history[-1].data["answered_to"] == "representative"


def test_a_survivor_that_owes_an_answer_cannot_be_withdrawn() -> None:
    one, two = (Peer(name, mall(MALL, "classify").case, MALL, "某甲") for name in ("1", "2"))
    _, beside = decide_both(one, two, Act("merge", "store-lu", NOON, {"case": "2"}), NOON)
    assert beside is not None
    survivor = Story(MALL, "2026-03-02 12:00")
    survivor.state, survivor.history = (
        beside.case,
        [*mall(MALL, "classify").history, *beside.events],
    )
    clauses = MALL.policy.may["withdraw"].at.clauses
    refused(survivor, "owes-merged", "withdraw", "customer", *clauses)


def test_a_note_to_a_unit_that_is_closed() -> None:
    story = mall(MALL, "classify")
    story.do("classify", "desk-an", category="service", about="merchant", desk_can_solve="no")
    units = {code: unit for code, unit in MALL.organisation.units.items() if code != "cotton"}
    assert story.case.facts["about_unit"] == "cotton"
    story.world = replace(MALL, organisation=replace(MALL.organisation, units=units))
    refused(story, "unit-gone", "dispatch", "desk-an", "MALL-5.2", "MALL-11", instructions="请核实")
    story.do("dispatch", "desk-an", instructions="请核实", to_unit="mall")


def test_a_message_is_judged_once() -> None:
    story = Story(MALL)
    story.do("open ledger", "system", unit="mall", message="1", channel="email")
    story.later(60).do("triage", "desk-an", fate="case", case="B")
    refused(story, "judged-already", "triage", "desk-an", fate="rejected", reason="再想想")
    refused(story, "judged-already", "set_aside", "system", reason="无法读出")


def test_a_plan_and_a_verdict_of_a_corrective_action() -> None:
    story = Story(MALL)
    told = {"kind": "complaint", "channel": "phone", "unit": "mall", "content": "大衣开线"}
    story.do("register", "desk-an", **told, about_unit="cotton", same_problem=3)
    drawn = {"content": "三件", "team": "服务台", "problem": "开线", "containment": "停售"}
    story.later(60).do("draft", "desk-an", sheet=1, **drawn)
    found = {"cause": "缝线", "whys": "为何：缝线", "escape": "未抽检"}
    for code, plan in (
        ("plan-too-long", "换货\n" * 31),
        ("bad-plan", "换货；没有此人；2026-03-20"),
        ("plan-too-far", "换货；desk-an；2026-12-31"),
    ):
        more = {**found, "actions": plan, "sheet": 1}
        _refused_on_sheet(story, code, "find_cause", "operations-cai", (), **more)
    story.do("find_cause", "operations-cai", sheet=1, **found, actions="换货")
    story.do("approve", "store-lu", sheet=1, outcome="approved")
    story.do("take_action", "operations-cai", sheet=1, action="已换")
    verdict = {"outcome": "effective", "lasting": "入检验办法", "sheet": 1}
    on_clause = ("MALL-7.2",)
    _refused_on_sheet(story, "too-early-to-judge", "check_effect", "store-lu", on_clause, **verdict)
    story.at("2026-04-25 10:00")
    _refused_on_sheet(story, "not-counted", "check_effect", "store-lu", on_clause, **verdict)
    counted = {**verdict, "cases_before": 3, "cases_after": 3}
    _refused_on_sheet(story, "not-fallen", "check_effect", "store-lu", on_clause, **counted)
    story.do("check_effect", "store-lu", **{**counted, "cases_after": 1})


def _refused_on_sheet(
    story: Story, code: str, name: str, by: str, clauses: tuple[str, ...], **data: object
) -> None:
    found = story.refused(name, by, **data)
    SEEN.add(found[0])
    assert found == (code, clauses)


def test_every_refusal_there_is_is_met_by_a_test_above() -> None:
    for name, test in tuple(globals().items()):
        if name.startswith("test_") and name not in (
            PARAMETRIZED,
            "test_every_refusal_there_is_is_met_by_a_test_above",
        ):
            test()
    assert REFUSAL_CODES == SEEN
