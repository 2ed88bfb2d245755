"""A corrective action is planned, owed line by line, and judged by how often the problem came again."""

import pytest

from bihuan.desk import imports, organisation, people
from bihuan.desk.tables import read_table
from bihuan.desk.worlds import policy_of
from bihuan.engine.acts import FOR_MEMBERS
from bihuan.engine.preventing import JUDGES
from tests.desk.firm import DAY, HOUR, START, Firm, firm, stored

pytestmark = pytest.mark.django_db
TAKEN = START + 3 * DAY  # the action was taken
JUDGED = START + 40 * DAY


@pytest.fixture
def desk() -> Firm:
    return firm()


def complaints(desk: Firm, count: int, first: int, every: int = HOUR) -> list[str]:
    """So many complaints about one product by different people, the last one's number last."""
    return [
        desk.complain(
            first + n * every, name=f"顾客{n}", phone=f"1380000{first % 97:02}{n:02}"
        ).number
        for n in range(count)
    ]


def taken(desk: Firm) -> str:
    """The number of a case in which a corrective action was opened by the third complaint, and taken."""
    number = complaints(desk, 3, START)[-1]
    assert [sheet["kind"] for sheet in stored(number).state["sheets"]] == ["capa"]
    for at, name, data in (
        (TAKEN - DAY, "find_cause", {"cause": "密封圈老化"}),
        (TAKEN, "take_action", {"action": "换供应商"}),
    ):
        done = desk.act(number, name, desk.manager, at, sheet=1, **data)
        assert done.accepted, done.refusal
    return number


def judge(desk: Firm, number: str, at: int, **data):
    return desk.act(number, "check_effect", desk.gm, at, sheet=1, outcome="effective", **data)


def test_a_problem_that_comes_as_often_as_before_cannot_be_called_effective(desk):
    number = taken(desk)
    complaints(desk, 2, TAKEN + 5 * DAY)

    done = judge(desk, number, JUDGED)

    assert done.refusal
    assert done.refusal.code == "not-fallen"
    assert "措施前 34 天 3 件" in done.refusal.text.zh
    assert "2 件" in done.refusal.text.zh
    assert not stored(number).state["sheets"][0].get("ended")


def test_counts_told_from_outside_are_not_believed(desk):
    number = taken(desk)
    complaints(desk, 3, TAKEN + 5 * DAY)

    done = judge(desk, number, JUDGED, cases_before=99, cases_after=0)

    assert done.refusal
    assert done.refusal.code == "not-fallen"


def test_it_is_effective_once_the_rate_has_fallen_and_the_sheet_keeps_the_counts(desk):
    number = taken(desk)
    complaints(desk, 1, TAKEN + 5 * DAY)

    done = judge(desk, number, JUDGED)

    assert done.accepted, done.refusal
    sheet = stored(number).state["sheets"][0]
    assert sheet["ended"] == "done"
    assert (sheet["data"]["cases_before"], sheet["data"]["cases_after"]) == (3, 1)


def test_it_is_too_early_before_the_time_the_policy_watches(desk):
    number = taken(desk)

    done = judge(desk, number, TAKEN + 20 * DAY)

    assert done.refusal
    assert done.refusal.code == "too-early-to-judge"
    assert "2026-04-08" in done.refusal.text.zh


def test_cases_of_another_problem_do_not_count(desk):
    number = taken(desk)
    for n in range(3):
        desk.complain(TAKEN + (5 + n) * DAY, about="service", phone=f"1390000000{n}")

    assert judge(desk, number, JUDGED).accepted


def test_without_effect_it_goes_back_to_its_cause_and_is_watched_anew(desk):
    number = taken(desk)
    complaints(desk, 3, TAKEN + 5 * DAY)
    back = desk.act(number, "check_effect", desk.gm, JUDGED, sheet=1, outcome="no effect")
    assert back.accepted
    again = JUDGED + DAY
    for name, data in (("find_cause", {"cause": "装配"}), ("take_action", {"action": "培训"})):
        assert desk.act(number, name, desk.manager, again, sheet=1, **data).accepted

    early = judge(desk, number, again + 20 * DAY)
    late = judge(desk, number, again + 35 * DAY)

    assert early.refusal
    assert early.refusal.code == "too-early-to-judge"
    assert late.accepted, late.refusal


def test_neither_a_deputy_nor_the_system_nor_a_customer_calls_it_effective(desk):
    number = taken(desk)
    complaints(desk, 2, TAKEN + 5 * DAY)
    person, _ = people.create_person("代理总经理", now=TAKEN)
    named = organisation.name_deputy(person.pk, "general_manager", now=TAKEN)
    assert not isinstance(named, organisation.Refusal), named
    gone = organisation.end_holding(int(desk.gm), "general_manager", now=TAKEN)
    assert not isinstance(gone, organisation.Refusal), gone

    codes = {}
    for by in (str(person.pk), "system", "customer"):
        done = desk.act(
            number, "check_effect", by, JUDGED, sheet=1, outcome="effective", cases_after=0
        )
        codes[by] = done.refusal and done.refusal.code

    refused = {str(person.pk): "not-fallen", "system": "not-fallen", "customer": "not-yours"}
    assert codes == refused
    assert not stored(number).state["sheets"][0].get("ended")


def test_imported_complaints_of_the_problem_count_and_bring_no_verdict(desk):
    number = taken(desk)
    table = read_table(
        "text,who,outcome,cases_after\n机器漏水,顾客甲,effective,0\n又漏水,顾客乙,effective,0\n".encode(),
        "t.csv",
    )
    done = imports.import_records(
        table.records, {"text": "content", "who": "name"}, policy=desk.policy, unit="firm", by="system",
        now=TAKEN + 5 * DAY, constant={"about": "product"},
    )  # fmt: skip
    assert not done.rejected

    assert judge(desk, number, JUDGED).refusal.code == "not-fallen"
    with pytest.raises(imports.BadMapping):  # what an act is told is no field of an import
        imports.checked_mapping(table, policy_of(desk.policy), {}, [("outcome", "outcome")])


def test_an_act_on_all_members_is_never_a_verdict():
    assert JUDGES not in FOR_MEMBERS
