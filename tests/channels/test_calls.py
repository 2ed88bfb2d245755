"""What a telephone system tells of calls: kept as it comes, proven, owed a look, a case, a figure."""

import hmac
import json

import pytest
from django.test import Client

from bihuan.channels import registry
from bihuan.channels.phone.hook import instant_of
from bihuan.desk import calls, figures
from bihuan.engine.measure import Span
from bihuan.engine.measures import MEASURES
from bihuan.engine.refusal import Refusal
from bihuan.records.models import Call, Received
from bihuan.records.queries.received import tallies
from tests.desk.firm import DAY, MIN, START, firm

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return firm()


def opened(**names):
    secret = calls.open_line("hotline", "热线", "firm", names=names, now=START)
    assert isinstance(secret, str), secret
    return secret


def tell(secret, body=None, *, signed=False, **told):
    body = json.dumps(told) if body is None else body
    signature = hmac.digest(secret.encode(), body.encode(), "sha256").hex()
    proof = (
        {"X-Bihuan-Signature": f"sha256={signature}"}
        if signed
        else {"Authorization": f"Bearer {secret}"}
    )
    return Client(headers=proof).post("/hooks/calls/hotline", body, content_type="application/json")


def test_a_call_is_put_together_from_what_is_told_in_any_order_and_twice(office):
    secret = opened()
    for event, at in (
        ("ended", 90),
        ("started", 0),
        ("answered", 12),
        ("ended", 90),
        ("started", 0),
    ):
        answer = tell(secret, call="c1", event=event, at=START + at, number="+86 138 0000 0001")
        assert answer.status_code == 200, answer.content
    call = Call.objects.get()
    assert (call.rang_at, call.answered_at, call.ended_at) == (START, START + 12, START + 90)
    assert call.number == "13800000001"
    assert Received.objects.filter(channel="phone").count() == 1


def test_a_call_that_is_over_is_owed_a_look_and_what_was_registered_from_it_is_its_fate(office):
    secret = opened()
    first = tell(secret, call="c1", event="started", at=START).json()["call"]
    tell(secret, call="c1", event="answered", at=START + 5)
    number = office.complain().number
    calls.connect(first, number, now=START + 60)
    assert not Received.objects.exists(), "a call in progress is not over"
    tell(secret, call="c1", event="ended", at=START + 80, signed=True)
    tell(secret, call="c2", event="started", at=START + 200)
    tell(secret, call="c2", event="ended", at=START + 230)
    registry.judge_waiting(START + 300)
    fates = {
        row.external_id: (row.fate, row.case and row.case.number) for row in Received.objects.all()
    }
    assert fates == {"c1": ("case", number), "c2": ("quarantined", None)}
    assert all(one.balances for one in tallies(0, 2**40))


def test_nobody_tells_of_calls_without_the_secret_of_the_line(office):
    secret = opened()
    assert tell("another secret", call="c1", event="started").status_code == 401
    assert (
        Client().post("/hooks/calls/hotline", "{}", content_type="application/json").status_code
        == 401
    )
    assert (
        Client(headers={"X-Bihuan-Signature": "sha256=été"})
        .post("/hooks/calls/hotline")
        .status_code
        == 401
    )
    assert calls.end_line("hotline", now=START)
    assert tell(secret, call="c1", event="started").status_code == 401
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ("[]", 400, ""),
        ("{", 400, ""),
        ("[" * 60_000, 400, ""),
        ('{"event": "started"}', 422, "call"),
        ('{"call": "c1", "event": "exploded"}', 422, "event"),
        ('{"call": "\\u0000", "event": "started"}', 422, "call"),
        ("x" * 70_000, 413, ""),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_field_and_nothing_is_kept(
    office, body, status, field
):
    answer = tell(opened(), body)
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert not Call.objects.exists()


def test_a_telephone_system_may_use_its_own_names_and_send_a_form(office):
    secret = opened(call="CallID", event="State", number="Caller", at="Time", started="Ring")
    form = "CallID=7&State=RING&Caller=0512-6000%200001&Time=2026-03-02+10:00:05"
    answer = Client(headers={"Authorization": f"Bearer {secret}"}).post(
        "/hooks/calls/hotline", form, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200, answer.content
    call = Call.objects.get()
    assert (call.number, call.rang_at) == ("051260000001", START + 5)


def test_a_clock_of_1970_or_2099_is_not_believed(office):
    secret = opened()
    tell(secret, call="c1", event="started", at=7)
    tell(secret, call="c2", event="started", at="2099-01-01T00:00:00")
    assert all(call.rang_at > START for call in Call.objects.all()), "the server's own clock"


def test_instants_are_read_in_the_ways_telephone_systems_write_them():
    for text in (
        str(START),
        f"{START}000",
        f"{START}.4",
        "2026-03-02 10:00:00",
        "2026-03-02T02:00:00Z",
    ):
        assert instant_of(text) == START, text
    assert instant_of("soon") == instant_of("") == 0


def test_the_rate_of_answers_is_a_figure_from_the_calls(office, settings, tmp_path):
    settings.HOME = tmp_path
    line = calls.line(opened() and "hotline")
    for place in range(4):
        said = [("started", place * MIN), ("ended", place * MIN + 50)]
        said += [("answered", place * MIN + 10 + place)] if place else []
        for event, at in said:
            calls.note(line, calls.Told(f"c{place}", event, START + at), START + DAY)
    span = Span(START - DAY, START + DAY, START + DAY)
    with figures.book(START + DAY) as book:
        found = {
            name: book.take(MEASURES[name], span)[()]
            for name in ("calls", "answer rate", "time to answer")
        }
    assert {name: (value.part, value.of) for name, value in found.items() if name != "time to answer"} == {
        "calls": (4, 4), "answer rate": (3, 4),
    }  # fmt: skip
    assert found["time to answer"].part == 13


@pytest.mark.parametrize(
    ("told", "field"),
    [
        (("热线", "热线", "firm"), "code"),
        (("", "热线", "firm"), "code"),
        (("two", "", "firm"), "name"),
        (("two", "热线", "nowhere"), "unit"),
    ],
)
def test_a_line_that_cannot_be_says_which_field_and_why(office, told, field):
    refused = calls.open_line(*told, now=START)
    assert isinstance(refused, Refusal)
    assert refused.field == field


def test_a_call_that_could_not_be_put_into_the_ledger_is_put_there_later(office, monkeypatch):
    secret = opened()

    def full(_raw):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("bihuan.desk.files.keep_raw", full)
        assert tell(secret, call="c1", event="ended", at=START).status_code == 503
    assert not Received.objects.exists()
    assert (calls.hand_in_waiting(START + 60), calls.hand_in_waiting(START + 61)) == (1, 0)
    assert Received.objects.get().ledger is not None
