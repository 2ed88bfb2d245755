"""Other programs are told of events: signed, each once in effect, again after a failure, never too much."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.conf import settings
from django.db import transaction

from bihuan.channels.webhooks import sending
from bihuan.client import verify_webhook
from bihuan.desk import webhooks, worlds
from bihuan.desk.outbox import deliver as deliver_notices
from bihuan.engine.refusal import Refusal
from bihuan.records.models import Notice, WebhookDelivery
from tests.web.mall import HOUR, Mall, now, open_mall

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    worlds.forget()
    yield
    worlds.forget()


@pytest.fixture
def mall(db: None) -> Mall:
    return open_mall()


@dataclass
class Receiver:
    """A real server that answers as it is told and keeps what came."""

    url: str = ""
    status: int = 200
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setattr(settings, "WEBHOOKS_PRIVATE", True)
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.came.append((dict(self.headers), body))
            self.send_response(made.status)
            self.end_headers()
            self.wfile.write(b"thank you")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    made.url = f"http://localhost:{server.server_port}/told?from=us"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


def subscribed(mall: Mall, url: str, who: str = "gm", **told: object) -> tuple[int, str]:
    made = webhooks.subscribe(
        str(told.pop("name", who)), url, person=int(mall.ids[who]), now=now(), **told
    )
    assert not isinstance(made, Refusal), made
    return made


def test_an_event_is_sent_signed_and_says_nothing_personal(mall, receiver):
    key, secret = subscribed(mall, receiver.url, kinds=["register"])
    number = mall.complain()
    mall.act(number, "remark", "desk", text="rang")
    assert sending.deliver(now()) == 1
    [(headers, body)] = receiver.came
    told = json.loads(body)
    assert (told["kind"], told["case"], told["sequence"]) == ("register", number, 1)
    assert headers["Bihuan-Event"] == "register"
    assert verify_webhook(secret, headers, body, now=now())
    assert not verify_webhook(secret, headers, body + b" ", now=now())
    assert not verify_webhook("another", headers, body, now=now())
    assert not verify_webhook(secret, headers, body, now=now() + 3600)
    assert "王敏" not in body.decode()
    assert "13800005678" not in body.decode()
    kept = WebhookDelivery.objects.get(webhook=key)
    assert (kept.state, kept.status, kept.response) == ("sent", 200, "thank you")
    assert sending.deliver(now()) == 0


def test_deliveries_are_written_with_the_events_or_not_at_all(mall, receiver):
    subscribed(mall, receiver.url)
    with transaction.atomic():
        mall.complain()
        assert WebhookDelivery.objects.count() == 1
        transaction.set_rollback(True)
    assert WebhookDelivery.objects.count() == 0


def test_a_failure_is_tried_again_with_the_same_id_and_given_up_the_sixth_time_with_a_notice(
    mall, receiver
):
    subscribed(mall, receiver.url, kinds=["register"])
    mall.complain()
    receiver.status = 500
    at = now()
    waits = []
    for _ in range(5):
        assert sending.deliver(at) == 0
        one = WebhookDelivery.objects.get()
        assert (one.state, one.status) == ("waiting", 500)
        waits.append(one.next_at - at)
        assert sending.deliver(one.next_at - 1) == 0
        at = one.next_at
    assert waits == list(webhooks.RETRY)
    sending.deliver(at)
    assert WebhookDelivery.objects.get().state == "dead"
    assert len({json.loads(body)["id"] for _, body in receiver.came}) == 1
    assert len(receiver.came) == 6
    deliver_notices(at)
    told = Notice.objects.filter(body__contains="webhook dead").values_list("person", flat=True)
    assert set(told) == {mall.ids["admin"], mall.ids["gm"]}
    receiver.status = 204
    assert webhooks.replay(WebhookDelivery.objects.get().pk, now=at)
    assert sending.deliver(at) == 1


def test_an_address_that_fails_is_left_alone_and_others_are_told(mall, receiver):
    dead, _ = subscribed(mall, "http://localhost:9/", name="dead")
    subscribed(mall, receiver.url, name="well")
    number = mall.complain()
    mall.act(number, "remark", "desk", text="rang")
    assert sending.deliver(now()) == 2
    tries = WebhookDelivery.objects.filter(webhook=dead).order_by("id")
    assert [one.attempts for one in tries] == [1, 0]
    assert all(one.next_at > now() for one in tries)


def test_it_is_told_no_more_than_the_person_it_is_for_may_see(mall, receiver):
    manager, _ = subscribed(mall, receiver.url, "operations", kinds=["register"])
    merchant, _ = subscribed(mall, receiver.url, "merchant", kinds=["register", "issue"])
    hidden = mall.complain(about="manager", about_person=mall.ids["operations"])
    own = mall.with_the_merchant()
    sending.deliver(now())
    told = {
        (key, one["kind"], one["case"])
        for one in (json.loads(body) for _, body in receiver.came)
        for key in [int(one["id"].partition("-")[0])]
    }
    assert told == {(manager, "register", own), (merchant, "issue", own)}
    withheld = WebhookDelivery.objects.filter(state="withheld")
    assert set(withheld.values_list("webhook", "case__number")) == {
        (manager, hidden), (merchant, hidden), (merchant, own),
    }  # fmt: skip


def test_a_unit_and_kinds_narrow_it_and_an_ended_subscription_is_told_nothing(mall, receiver):
    subscribed(mall, receiver.url, unit="f2")
    mall.complain()
    assert WebhookDelivery.objects.count() == 0
    other, _ = subscribed(mall, receiver.url, name="all", unit="company", kinds=["remark"])
    number = mall.complain()
    mall.act(number, "remark", "desk", text="rang")
    assert list(WebhookDelivery.objects.values_list("webhook", "kind")) == [(other, "remark")]
    assert webhooks.end(other, now=now())
    assert not webhooks.end(other, now=now())
    mall.act(number, "remark", "desk", text="again")
    assert sending.deliver(now()) == 0
    assert receiver.came == []
    assert WebhookDelivery.objects.get().state == "dead"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/", "http://localhost/", "http://10.1.2.3/", "http://192.168.0.9/",
        "http://169.254.169.254/latest/", "http://[::1]/", "http://[::ffff:10.0.0.1]/",
        "http://0.0.0.0/", "http://2130706433/", "http://100.64.0.1/", "http://no-such-host.invalid/",
    ],
)  # fmt: skip
def test_addresses_of_our_own_network_are_not_sent_to(url, monkeypatch):
    monkeypatch.setattr(settings, "WEBHOOKS_PRIVATE", False)
    waiting = webhooks.Waiting(1, 1, "register", url, "secret", "{}", 0)
    answer = sending.send(waiting, now())
    assert answer.status == 0
    assert "private network" in answer.text or "no such host" in answer.text


def test_a_redirect_is_not_followed(mall, receiver):
    subscribed(mall, receiver.url, kinds=["register"])
    mall.complain()
    receiver.status = 302
    sending.deliver(now())
    assert len(receiver.came) == 1
    assert WebhookDelivery.objects.get().status == 302


def test_a_subscription_that_cannot_be_is_refused_at_its_field(mall):
    right = {"name": "x", "url": "https://example.com/told", "person": int(mall.ids["gm"])}
    for change, wrong in (
        ({"name": ""}, "name"),
        ({"url": "ftp://example.com"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://me:secret@example.com"}, "url"),
        ({"url": "https://example.com:port"}, "url"),
        ({"url": "https://[x"}, "url"),
        ({"kinds": ["fly"]}, "kinds"),
        ({"unit": "moon"}, "unit"),
        ({"person": 999}, "person"),
    ):
        made = webhooks.subscribe(**{**right, **change}, now=now())
        assert isinstance(made, Refusal)
        assert made.field == wrong


def test_who_dies_while_delivering_gives_back_what_it_took(mall, receiver):
    subscribed(mall, receiver.url, kinds=["register"])
    mall.complain(now() - HOUR)
    assert len(webhooks.claim(now())) == 1
    assert webhooks.claim(now()) == []
    assert sending.deliver(now() + webhooks.LEASE) == 1


def test_an_administrator_s_program_reads_the_log_and_sends_again(mall, receiver):
    from tests.channels.api.conftest import Program, token_of

    key, _ = subscribed(mall, receiver.url, kinds=["register"])
    number = mall.complain()
    sending.deliver(now())
    program = Program(token_of(mall.ids["admin"], "admin"))
    assert [one["name"] for one in program.get("/webhooks")] == ["gm"]
    [sent] = program.get(f"/webhooks/{key}/deliveries")["deliveries"]
    assert (sent["case"], sent["state"], sent["status"]) == (number, "sent", 200)
    assert program.post(f"/webhooks/deliveries/{sent['id']}/replay", {}) == {"delivery": sent["id"]}
    assert sending.deliver(now()) == 1
    assert Program(token_of(mall.ids["desk"])).send("GET", "/webhooks").status_code == 403
