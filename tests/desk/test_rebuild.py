"""The events are the truth: what is made from them again has the same bytes; what differs is found."""

import pytest
from django.db import connection

from bihuan.desk import chain, organisation
from bihuan.desk.rebuild import dump, rebuild
from bihuan.desk.sweep import sweep
from bihuan.desk.verify import anchor, verify
from bihuan.records.models import Case, CaseAccess, Event, Holding, Obligation
from bihuan.records.models.json_text import canonical
from tests.desk.firm import DAY, HOUR, MIN, START, Firm, firm, stored
from tests.tampering import tamper

pytestmark = pytest.mark.django_db
LATER = START + 3 * DAY


@pytest.fixture
def office() -> Firm:
    office = firm()
    for n in range(3):
        number = office.complain(now=START + n * HOUR, about="unit", about_unit="works").number
        if n:
            office.acknowledge(number, START + n * HOUR + MIN)
    sweep(LATER)
    return office


def codes(now=LATER):
    return sorted({finding.code for finding in verify(now)})


def test_all_is_well(office):
    assert Event.objects.count() > 6
    assert verify(LATER) == []


@pytest.mark.parametrize("at_once", [1, 2, 200])
def test_rebuilding_gives_the_same_bytes_however_many_are_made_at_once(
    office, monkeypatch, at_once
):
    monkeypatch.setattr("bihuan.desk.rebuild.AT_ONCE", at_once)
    before = dump()

    assert rebuild() == 3
    assert dump() == before


def test_rebuilding_mends_what_was_spoilt(office):
    before = dump()
    Case.objects.update(stage="closed", owner="x@", wake_at=0, state={}, title="?")
    Obligation.objects.all().delete()
    CaseAccess.objects.all().delete()
    assert codes() == ["projection", "wake"]

    rebuild()

    assert dump() == before


def test_one_case_can_be_rebuilt_alone(office):
    Case.objects.update(title="?")

    assert rebuild(number="TS20260302-0002") == 1
    assert list(Case.objects.order_by("id").values_list("title", flat=True)) == [
        "?", "机器漏水", "?",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "column", ["stage", "owner", "title", "next_due_at", "first_due_at", "wake_at", "unit"]
)
def test_a_column_that_does_not_follow_from_the_events_is_found(office, column):
    spoilt = 77 if column.endswith("_at") else "x"
    Case.objects.filter(number="TS20260302-0002").update(**{column: spoilt})

    assert [(f.code, f.number) for f in verify(LATER)] == [("projection", "TS20260302-0002")]


def test_an_obligation_that_does_not_follow_from_the_events_is_found(office):
    Obligation.objects.filter(state="open").update(due_at=LATER + DAY)

    assert codes() == ["projection"]


@pytest.mark.parametrize(
    ("column", "value"), [("at", START + 1), ('"by"', "9"), ("data", "{}"), ("act_id", "z")]
)
def test_a_changed_event_is_found(office, column, value):
    anchor("2026-03-05", LATER)
    pk = Event.objects.filter(kind="acknowledge").first().pk
    tamper(f"UPDATE records_event SET {column} = %s WHERE id = %s", value, pk)

    assert "chain" in codes()


def test_a_changed_personal_value_is_found(office):
    event = Event.objects.filter(kind="register").first()
    forged = {key: [salt, "李测试"] for key, (salt, _) in event.private.items()}
    tamper("UPDATE records_event SET private = %s WHERE id = %s", canonical(forged), event.pk)

    assert "chain" in codes()


def test_a_history_cut_short_with_its_row_mended_is_found_by_the_anchor(office):
    anchor("2026-03-05", LATER)
    assert verify(LATER) == []
    last = Event.objects.order_by("-id").first()
    tamper("DELETE FROM records_event WHERE id = %s", last.pk)
    rebuild()

    assert "anchor" in codes()


def test_anchors_bind_what_came_since_the_one_before(office):
    one = anchor("2026-03-05", LATER)
    office.complain(now=LATER)
    two = anchor("2026-03-06", LATER + DAY)

    assert anchor("2026-03-06", LATER + DAY) is None
    assert two.previous == one.hash
    assert one.events + two.events == Event.objects.count()
    assert verify(LATER) == []


def test_missing_guards_are_found(office):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE records_event DISABLE TRIGGER records_event_never_leaves")
        else:
            cursor.execute("DROP TRIGGER records_event_never_leaves")

    assert codes() == ["guard"]


def test_erasing_personal_values_leaves_every_hash_true_and_rebuilds_the_purged_state(office):
    number = "TS20260302-0002"
    Event.objects.filter(case__number=number).update(private={})

    rebuild(number=number)

    assert verify(LATER) == []
    case = stored(number)
    assert case.state["facts"]["name"] == chain.ERASED
    assert case.state["facts"]["about_unit"] == "works"
    assert case.title == ""
    assert "王测试" not in "".join(line for line in dump() if number in line)


def test_a_duty_that_lies_with_the_person_complained_about_is_found(office):
    number = office.complain(now=LATER, about="person", about_person=office.agent).number
    assert verify(LATER, number=number) == []  # the engine passes it to somebody else

    post, _, unit = stored(number).state["debts"][0]["seat"].partition("@")
    Holding.objects.filter(post=post).update(withdrawn_at=LATER)
    Holding.objects.create(
        person_id=int(office.agent), post=post, unit=unit, from_at=0, known_at=LATER
    )
    organisation.stamp()

    assert {finding.code for finding in verify(LATER, number=number)} == {"K4"}
