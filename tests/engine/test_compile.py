"""Reading a policy: what is right compiles whole, what is wrong is named with line, column and what would be right."""

import pytest

from bihuan.engine.compile import compile_policy, personal_names
from tests.engine.policy_texts import nodes, pack, pack_text

CONFIRM = """act: confirm, within: confirm_time, tries: tries, clause: [MALL-5.5, MALL-11],
     if: {disputed: {back to: dispatch"""


@pytest.mark.parametrize("name", ["general", "mall", "auto"])
def test_a_shipped_policy_compiles_without_a_finding(name):
    policy, findings = compile_policy(nodes(pack_text(name)))
    assert findings == ()
    assert policy.code == name


def changed(old: str, new: str) -> str:
    text = pack_text("mall")
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "code", "right"),
    [
        ("within: trace_time", "within: trace_tme", "unknown-name", "trace_time"),
        ("within: trace_time", "within: 24 h", "number-in-row", "numbers"),
        ("{is: 24 h,    word: 24小时内", "{is: 24 hours,    word: 24小时内", "bad-time", "24 h"),
        ("act: trace_call", "act: trace_cal", "unknown-name", "trace_call"),
        ("_manager, act: countersign", "_mnager, act: countersign", "unknown-name", "operations_manager"),
        ("[sheets returned], clause", "[sheet returned], clause", "unknown-name", "sheets returned"),
        ("tries: tries, clause: [MALL-5.5", "trys: tries, clause: [MALL-5.5", "unknown-key", "tries"),
        ("{when: {media_exposed: yes}", "{when: {media_exposed: maybe}", "unknown-name", "value"),
        ("opens: handling_sheet, form", "opens: handling_note, form", "unknown-name", "handling_sheet"),
        ("by: agreed time, at latest: longest_promise, needs", "by: agreed time, needs", "no-latest", "at latest"),
        ("clause: MALL-5.4", "clause: 5.4", "bad-clause", "GEN-4.1"),
        ("clause: MALL-5.4", "clause: {complaint: 5.4}", "bad-clause", "GEN-4.1"),
        ("clause: MALL-5.4", "clause: {any: MALL-5.4, complain: MALL-5.5}", "unknown-kind", "complaint"),
        ("open: {daily: 10:00-22:00}", "open: {daily: 22:00-10:00}", "bad-time", "10:00"),
        ("act: archive, within: archive_time", "act: archive", "no-time", "within"),
        ("at most: changes, then: hand to store_gm", "at most: changes", "no-then", "then"),
        ("up: deputy_gm, clause: MALL-3.3", "up: deputy_g, clause: MALL-3.3", "unknown-name", "deputy_gm"),
        (CONFIRM, CONFIRM.replace("back to: dispatch", "back to: archive"), "back-to-later", "earlier"),
        ("every: day at 21:00", "every: dayly at 21:00", "bad-time", "day at"),
        ("when: referred", "when: refered", "unknown-name", "referred"),
        ("number: CL", "number: cl-1", "bad-prefix", "CL"),
        ("not_by: [resolve, respond, reply]", "not_by: [resolve, follow_up]", "bad-not-by", "own act"),
        ("not_by: [resolve, respond, reply]", "not_by: [resolved]", "unknown-name", "resolve"),
        ("sample: shopper_share", "sample: 20 %", "number-in-row", "numbers"),
        ("sample: shopper_share", "sample: trace_time", "bad-sample", "100 %"),
        ("for_each: shopper, sample", "sample", "bad-sample", "for_each"),
        ("again: {zh: 是否愿意再来", "opinion: {zh: 是否愿意再来", "taken-name", "another name"),
        ("again: {zh: 是否愿意再来", "category: {zh: 是否愿意再来", "taken-name", "another name"),
        ("is: yes/no, unsatisfied: no", "is: yes/no, unsatisfied: nope", "unknown-name", "no"),
        ("is: yes/no, unsatisfied: no", "is: yes/no, fails: nope", "unknown-name", "no"),
        ("is: score, unsatisfied: low_score", "is: score, fails: 1", "unknown-name", "yes/no"),
        ("is: yes/no, unsatisfied: no", "is: yes/no, only: {categry: quality}", "unknown-name", "category"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line_and_what_would_be_right(old, new, code, right):
    text = changed(old, new)
    policy, findings = compile_policy(nodes(text))
    assert policy is None
    found = next(finding for finding in findings if finding.code == code)
    start = line_of(text, new)
    assert start <= found.line <= start + new.count("\n")
    assert found.column >= 1
    assert right in found.text.en
    assert found.text.zh != found.text.en


def test_tables_that_refer_to_each_other_in_a_circle_are_refused():
    text = changed(
        "{otherwise: operations_manager,                            clause: MALL-5.2}\n  addressee",
        "{otherwise: addressee,                            clause: MALL-5.2}\n  addressee",
    )
    text = text.replace(
        "- {otherwise: operations_manager,                            clause: MALL-5.2}\n\nsteps",
        "- {otherwise: owner_table, clause: MALL-5.2}\n\nsteps",
    ).replace("owner_table", "addressee", 1)
    policy, findings = compile_policy(nodes(text))
    assert policy is None
    assert "circle" in {finding.code for finding in findings}


def test_names_of_personal_fields_cover_the_customer_and_what_the_customer_said():
    names = personal_names(pack("mall"))
    assert {"name", "contact", "content", "opinion", "signature", "spoke_to"} <= names
    assert "category" not in names


@pytest.mark.parametrize(
    ("old", "new", "right"),
    [
        ("linked to: complaint", "linked to: complain", "complaint"),
        ("from: registered, to: dispatched", "from: registered, to: dispached", "dispatched"),
        ("for: [complaint, appeal]", "for: [complaint, apeal]", "appeal"),
        ("at latest: answer_time", "at latest: answer_tme", "number"),
        ("counted: nearest unit in reach", "counted: nearest units in reach", "nearest unit"),
        ("when: sheet overdue again", "when: sheet overdu again", "sheet overdue again"),
        ("from: taken up", "from: taken", "taken up"),
    ],
)
def test_the_words_of_the_car_makers_policy_are_checked_too(old, new, right):
    text = pack_text("auto")
    assert old in text
    policy, findings = compile_policy(nodes(text.replace(old, new, 1)))
    assert policy is None
    (found,) = findings
    assert found.code == "unknown-name"
    assert right in found.say("en")


def test_a_case_knows_what_it_grew_from_and_which_figures_are_wanted():
    policy = pack("auto")
    assert policy.linked == {"appeal": "complaint"}
    assert [(each.start, each.end) for each in policy.measures] == [
        ("registered", "dispatched"), ("dispatched", "replied"), ("registered", "closed"),
    ]  # fmt: skip
    assert policy.facts["grade"].concerns("complaint")
    assert not policy.facts["grade"].concerns("rescue")
    assert policy.facts["about"].concerns("rescue")


def test_a_row_cites_the_clause_of_the_kind_first_and_never_that_of_another():
    auto = pack("auto")
    respond = next(step for step in auto.steps if step.act == "respond")
    assert respond.at.cited("complaint") == ("AUTO-6",)
    assert respond.at.cited("rescue") == ("AUTO-5.2.2", "AUTO-6")
    assert respond.at.cited("enquiry") == ("AUTO-5.2.1a", "AUTO-5.2.1b", "AUTO-6")
    assert set(respond.at.clauses) == {
        "AUTO-5.2.1a",
        "AUTO-5.2.1b",
        "AUTO-5.2.2",
        "AUTO-5.2.3",
        "AUTO-6",
    }


@pytest.mark.parametrize("name", ["condition", "accepted", "outcome", "goods"])
def test_an_item_of_the_inspection_is_not_called_as_a_field_of_the_inspection(name: str):
    text = pack_text("returns").replace("complete: {zh", name + ": {zh")
    policy, findings = compile_policy(nodes(text))
    assert policy is None
    assert [(each.code, each.place) for each in findings] == [
        ("taken-name", f"forms.inspection_record.asks.{name}")
    ]
