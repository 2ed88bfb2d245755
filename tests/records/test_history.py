"""The history cannot be changed, and stays verifiable when personal values are erased."""

import pytest
from django.db import Error, connection, transaction

from bihuan.desk import chain
from bihuan.records.models import Case, Event, PolicyVersion
from bihuan.records.models.json_text import canonical

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    version = PolicyVersion.objects.create(code="p", number=1, text="", hash="")
    case = Case.objects.create(
        number="TS20260105-0001", policy=version, policy_code="p", stage="registered",
        state={}, events=1, head="h",
    )  # fmt: skip
    return Event.objects.create(
        case=case, sequence=1, kind="register", by="1", at=10, recorded_at=11,
        data={"name": {"sealed": "x"}}, effects=[], private={"x": ["salt", "王测试"]}, hash="h",
    )  # fmt: skip


def refused(change):
    with pytest.raises(Error, match="never changed or deleted"), transaction.atomic():
        change()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", 9), ("recorded_at", 9), ("kind", "close"), ("by", "2"), ("data", {}), ("seat", "a@b"),
        ("effects", [1]), ("hash", "g"), ("previous", "g"), ("sequence", 2), ("act_id", "z"),
        ("sheet", 4), ("private", {"x": ["salt", "李测试"]}),
    ],
)  # fmt: skip
def test_no_column_of_an_event_can_be_changed(event, column, value):
    refused(lambda: Event.objects.filter(pk=event.pk).update(**{column: value}))


def test_an_event_cannot_be_deleted(event):
    def delete():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM records_event WHERE id = %s", (event.pk,))

    refused(delete)


def test_personal_values_can_be_blanked(event):
    Event.objects.filter(pk=event.pk).update(private={})

    assert Event.objects.get(pk=event.pk).private == {}


def test_two_events_cannot_take_one_place(event):
    with pytest.raises(Error), transaction.atomic():
        Event.objects.create(
            case=event.case, sequence=1, kind="remark", by="1", at=12, recorded_at=12,
            data={}, effects=[], private={}, hash="i",
        )  # fmt: skip


def test_json_keeps_the_same_bytes_on_every_database(event):
    data = {"b": 1, "aa": {"z": None, "c": [1, "闭环"]}, "name": {"sealed": "x"}}
    other = Event.objects.create(
        case=event.case, sequence=2, kind="remark", by="1", at=12, recorded_at=12,
        data=data, effects=[["told", {}]], private={}, hash="i",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM records_event WHERE id = %s", (other.pk,))
        assert cursor.fetchone()[0] == canonical(data)
    assert Event.objects.get(pk=other.pk).data == data


EFFECTS = (
    ("registered", {"unit": "mall", "facts": {"name": "王测试", "kind": "complaint"}}),
    ("instant", {"name": "registered", "at": 10}),
    ("facts", {"contact": "13800000000", "category": "service"}),
    ("sheet filled", {"number": 1, "data": {"spoke_to": "李测试", "cause": "x"}}),
)
PERSONAL = {"name", "contact", "spoke_to"}


def test_personal_values_are_sealed_and_come_back_as_they_were():
    sealed = chain.seal({"name": "王测试", "kind": "complaint"}, EFFECTS, PERSONAL)

    text = canonical([sealed.data, sealed.effects])
    assert not any(word in text for word in ("王测试", "李测试", "13800000000"))
    assert sealed.effects[1] == ["instant", {"name": "registered", "at": 10}]
    assert chain.unseal(sealed.data, sealed.effects, sealed.private) == (
        {"name": "王测试", "kind": "complaint"},
        EFFECTS,
    )


def test_one_value_under_one_name_is_sealed_once_in_an_event():
    sealed = chain.seal({"name": "王测试"}, EFFECTS, PERSONAL)

    assert sealed.data["name"] == sealed.effects[0][1]["facts"]["name"]
    assert len(sealed.private) == 3


def test_the_same_name_of_two_customers_has_two_commitments():
    one, two = (chain.seal({"name": "王测试"}, (), PERSONAL) for _ in range(2))

    assert one.data != two.data


def test_what_was_erased_reads_as_erased_and_its_hash_still_holds():
    sealed = chain.seal({"name": "王测试", "kind": "complaint"}, EFFECTS, PERSONAL)

    data, effects = chain.unseal(sealed.data, sealed.effects, {})

    assert data == {"name": chain.ERASED, "kind": "complaint"}
    assert effects[2] == ("facts", {"contact": chain.ERASED, "category": "service"})
    for commitment, (salt, value) in sealed.private.items():
        assert chain.commit(salt, value) == commitment


def link(**changed):
    entry = {
        "previous": "", "number": "TS20260105-0001", "sequence": 1, "kind": "lapsed", "act_id": "",
        "by": "system", "seat": "desk@mall", "sheet": 0, "at": 10, "recorded_at": 99,
        "data": "{}", "effects": "[]",
    }  # fmt: skip
    return chain.link(**{**entry, **changed})


@pytest.mark.parametrize(
    "changed",
    [
        {"previous": "x"}, {"number": "TS20260105-0002"}, {"sequence": 2}, {"kind": "opened"},
        {"act_id": "x"}, {"by": "1"}, {"seat": "x@mall"}, {"sheet": 1}, {"at": 11},
        {"data": '{"a":1}'}, {"effects": "[1]"},
    ],
)  # fmt: skip
def test_the_hash_binds(changed):
    assert link(**changed) != link()


def test_when_the_system_noticed_a_lapse_is_not_bound_but_when_a_person_acted_is():
    assert link(recorded_at=5) == link()
    assert link(by="1", recorded_at=5) != link(by="1")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_time", [1, 2])
def test_the_history_is_guarded_in_tests_that_commit_too(event, _time):
    test_an_event_cannot_be_deleted(event)
