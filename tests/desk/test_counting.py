"""What is counted by complainant: different people with one complaint, one person's repeats."""

import pytest
from django.db import connection

from bihuan.desk import intake, organisation, packs, people
from bihuan.desk.counting import COVERED_BY_WORDING
from bihuan.desk.perform import perform
from bihuan.desk.permissions import viewer
from bihuan.engine.case import Act
from bihuan.records.models import Case, Problem, ProblemCase
from bihuan.records.queries.alike import alike_case
from tests.desk.firm import DAY, HOUR, MIN, START, firm, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    """The real-estate policy in a fictional city company; its customer service's id."""
    before = START - 30 * DAY
    organisation.site()
    version = packs.adopt("home", None, before)
    assert not isinstance(version, organisation.Refusal), version
    for code, name, kind, parent in (
        ("group", "测试集团", "company", ""), ("east", "测试城", "city", "group"),
        ("works", "测试工程部", "department", "east"),
    ):  # fmt: skip
        organisation.add_unit(code, name, kind, parent, now=before)
    person, _ = people.create_person("周一", now=before)
    organisation.hold(person.pk, "sales_service", "east", now=before)
    return str(person.pk)


def classified(by: str, now: int, category: str = "engineering", **who: str) -> dict:
    """The facts of a new case once it is classified."""
    told = {
        "kind": "complaint", "channel": "phone", "content": "墙面开裂", "delivered": "no",
        "about_unit": "works", **who,
    }  # fmt: skip
    number = intake.register(told, by=by, unit="east", now=now).number
    for minutes, act, data in ((1, "acknowledge", {}), (2, "classify", {"category": category})):
        at = now + minutes * MIN
        assert not perform(Act(act, by, at, data), case_number=number, now=at).refusal
    return stored(number).state


def test_a_third_different_complainant_makes_the_complaint_major(city):
    first = classified(city, START, name="王测试", phone="13800000001")
    again = classified(city, START + HOUR, name="王测试", phone="13800000001")
    second = classified(city, START + 2 * HOUR, name="李测试", phone="13800000002")
    other = classified(city, START + 3 * HOUR, "design", name="赵测试", phone="13800000003")
    third = classified(city, START + 4 * HOUR, name="赵测试", phone="13800000003")

    states = (first, again, second, other, third)
    assert [state["facts"]["same"] for state in states] == [1, 1, 2, 1, 3]
    severities = [state["derived"]["severity"] for state in states]
    assert severities == ["general", "general", "general", "general", "major"]


def test_a_repeat_of_the_same_complainant_is_owed_its_link(city):
    first = classified(city, START, name="王测试", phone="13800000001")
    other = classified(city, START + HOUR, name="李测试", phone="13800000002")
    again = classified(city, START + 2 * HOUR, name="王测试", phone="13800000001")

    assert [state["facts"]["repeats"] for state in (first, other, again)] == [1, 1, 2]
    owed = [{debt["act"] for debt in state["debts"]} for state in (first, other, again)]
    assert ["link" in acts for acts in owed] == [False, False, True]


def test_anonymous_complaints_are_nobodys(city):
    states = [classified(city, START + n * HOUR) for n in range(3)]

    assert [state["facts"]["same"] for state in states] == [0, 0, 0]
    assert [state["facts"]["repeats"] for state in states] == [1, 1, 1]
    assert {state["derived"]["severity"] for state in states} == {"general"}


def test_what_lies_before_the_period_is_not_counted(city):
    classified(city, START, name="王测试", phone="13800000001")
    late = classified(city, START + 380 * DAY, name="李测试", phone="13800000002")

    assert late["facts"]["same"] == 1


def test_complaints_found_alike_feed_severity_the_moment_a_person_confirms_them(city):
    """HOME-4: three people about one crack, found by place and wording; confirmed one by one."""
    numbers = [
        intake.register(
            {"kind": "complaint", "channel": "phone", "delivered": "no", "content": text,
             "name": f"业主{n}", "phone": f"1380000001{n}"},
            by=city, unit="east", now=START + n * HOUR,
        ).number
        for n, text in enumerate(("3号楼外墙开裂，下雨渗水", "3幢外墙渗水，墙皮掉了", "三号楼外墙裂缝渗水没人管"))
    ]  # fmt: skip
    first = stored(numbers[0])
    found = alike_case(viewer(city, START + DAY), first.pk)
    assert {row.number for row, _ in found.found} == set(numbers[1:])
    assert found.group.complainants == 3

    severities = []
    for minutes, number in enumerate(numbers[1:]):
        at = START + DAY + minutes * MIN
        link = Act("link", city, at, {"case": number, "as": "member"})
        done = perform(link, case_number=numbers[0], now=at)
        assert done.accepted, done.refusal
        severities.append(stored(numbers[0]).state["derived"]["severity"])
    assert severities == ["general", "major"]


def test_what_has_its_sheet_is_asked_of_lately_covered_cases_and_of_the_subjects_own() -> None:
    firm().complain()
    values = Case.objects.values().get(ledger=False)
    del values["id"]
    made = Case.objects.bulk_create(
        Case(**values | {
            "number": f"X{count}", "subject": f"m{count % 50}", "category": "service",
            "registered_at": START + count, "covered_at": START + count if count % 40 == 0 else 0,
        })
        for count in range(2000)
    )  # fmt: skip
    problem = Problem.objects.create(policy_code="mall", found_at=START, grouped_at=START)
    ProblemCase.objects.bulk_create(ProblemCase(case=case, problem=problem) for case in made)
    given = (START + 1500, "m7", "service", START + 1500, 0)
    how = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE records_case, records_problemcase")
        cursor.execute(how + COVERED_BY_WORDING, given)
        told = "\n".join(row[-1] for row in cursor.fetchall())
    assert "case_covered" in told
    assert "case_problem" in told
    assert not {"SCAN c", "SCAN o", "SCAN p", "SCAN q"} & set(told.splitlines())
    assert "Seq Scan on records_case" not in told
