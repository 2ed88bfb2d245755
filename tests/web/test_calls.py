"""Calls before whoever takes complaints in: what rings, registering from it, and who sees them."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from bihuan.desk import calls, received
from bihuan.desk.calls import Told
from bihuan.desk.received import Verdict
from bihuan.desk.stored import load
from bihuan.records.models import Call, Case, Received
from tests.web.mall import Mall, now
from tests.web.test_register import submit

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
NUMBER = "15000003307"


@pytest.fixture
def line(mall: Mall) -> calls.Line:
    assert isinstance(calls.open_line("desk", "服务台", "company", now=now() - 3600), str)
    found = calls.line("desk")
    assert found is not None
    return found


def tell(line: calls.Line, at: int, *events: str, call: str = "c1") -> int:
    for place, event in enumerate(events):
        kept = calls.note(line, Told(call, event, at + place * 30, NUMBER, "desk"), now())
        assert isinstance(kept, int)
    return kept


def test_who_calls_is_shown_while_it_rings_and_the_form_is_filled_in(
    mall: Mall, as_: As, line: calls.Line
) -> None:
    mall.complain(name="韦芸", phone=NUMBER)
    call = tell(line, now() - 20, "started")
    client = as_("desk")
    for address in ("/", "/calls/", "/calls/ringing/", "/cases/new/"):
        shown = client.get(address).content.decode()
        assert "150****3307" in shown, address
        assert "韦芸" in shown, address
        assert f"call={call}" in shown, address
    page = client.get(f"/cases/new/?call={call}&channel=phone")
    assert page.context["phone"] == NUMBER


def test_registered_after_the_call_the_clock_starts_when_it_was_over(
    mall: Mall, as_: As, line: calls.Line
) -> None:
    began = now() - 600
    call = tell(line, began, "started", "answered", "ended")
    client = as_("desk")
    submit(client, call=str(call))
    case = Case.objects.get(ledger=False)
    stored = load(case.number)
    assert stored is not None
    assert stored.case.received == began + 60
    assert Call.objects.get().case == case
    assert Received.objects.get().fate == "case"
    assert case.number in client.get("/calls/").content.decode()
    assert f"call={call}" not in client.get("/calls/").content.decode()


def test_a_call_nobody_registered_stands_on_my_page_in_words(
    mall: Mall, as_: As, line: calls.Line
) -> None:
    tell(line, now() - 600, "started", "answered", "ended")
    for language, word in (("zh-hans", "电话"), ("en", "Telephone")):
        page = as_("desk", language).get("/").content.decode()
        assert re.search(rf">{word}<", page), language
        assert ">phone<" not in page


def test_calls_are_nobodys_else_to_see(mall: Mall, as_: As, line: calls.Line) -> None:
    call = tell(line, now() - 20, "started")
    for username in ("merchant", "floor"):
        client = as_(username)
        assert client.get("/calls/").status_code == 404
        assert client.get("/calls/ringing/").status_code == 404
        assert NUMBER not in client.get(f"/cases/new/?call={call}").content.decode()
    assert as_("desk").get("/calls/lines/").status_code == 403
    assert Client().get("/calls/").status_code == 302


def test_without_a_line_nothing_asks_for_calls(mall: Mall, as_: As) -> None:
    client = as_("desk")
    assert "/calls/" not in client.get("/").content.decode()
    assert client.get("/calls/").status_code == 404


def test_the_administrator_opens_a_line_and_sees_its_secret_once(mall: Mall, as_: As) -> None:
    client = as_("admin")
    told = {
        "change": "open",
        "code": "hot",
        "name": "热线",
        "unit": "company",
        "names": "call=CallID",
    }
    refused = client.post("/calls/lines/change/", told | {"unit": "nowhere"})
    assert refused.status_code == 422
    assert refused.context["errors"].keys() == {"unit"}
    client.post("/calls/lines/change/", told)
    secret = client.get("/calls/lines/").context["made"]
    line = calls.line("hot")
    assert line is not None
    assert (line.secret, line.names) == (secret, {"call": "CallID"})
    assert not client.get("/calls/lines/").context["made"]
    client.post("/calls/lines/change/", {"change": "end", "line": "hot"})
    assert calls.line("hot") is None


def test_the_page_of_a_call_says_in_words_why_it_waits(
    mall: Mall, as_: As, line: calls.Line
) -> None:
    tell(line, now() - 600, "started", "answered", "ended")
    (message,) = received.waiting([calls.CHANNEL])
    received.judge(message.id, Verdict("quarantined", "call"), now=now())
    ledger = Received.objects.get().ledger
    assert ledger is not None
    page = as_("desk").get(f"/cases/{ledger.number}/").content.decode()
    assert "通话已结束，尚未登记" in page
    assert "理由：call" not in page
