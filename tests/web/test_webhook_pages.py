"""Webhooks on pages and by command: subscribed with a secret shown once, their log read, sent again, ended."""

import json
import re

import pytest

from bihuan.channels.webhooks import sending
from bihuan.cli import main as cli
from bihuan.records.models import Webhook, WebhookDelivery
from tests.web.mall import now

pytestmark = pytest.mark.django_db
TOLD = {"change": "subscribe", "name": "BI", "url": "http://127.0.0.1:9/x", "kinds": "register"}


def test_an_administrator_subscribes_reads_the_log_sends_again_and_ends(as_, mall):
    client = as_("admin", "en")
    told = {**TOLD, "person": mall.ids["gm"]}
    assert client.post("/programs/webhooks/change/", told).status_code == 302
    page = client.get("/programs/webhooks/").content.decode()
    secret = re.search(r"whsec_[\w-]{20,}", page)[0]
    assert secret not in client.get("/programs/webhooks/").content.decode()
    kept = Webhook.objects.get()
    assert secret not in kept.secret
    number = mall.complain()
    sending.deliver(now())
    log = client.get(f"/programs/webhooks/{kept.pk}/").content.decode()
    assert number in log
    assert "private network" in log
    one = WebhookDelivery.objects.get()
    assert one.attempts == 1
    again = {"change": "replay", "webhook": kept.pk, "delivery": one.pk}
    client.post("/programs/webhooks/change/", again)
    assert WebhookDelivery.objects.get().attempts == 0
    client.post("/programs/webhooks/change/", {"change": "end", "webhook": kept.pk})
    assert Webhook.objects.get().ended_at
    assert "webhook subscribed" in client.get("/audit/").content.decode()


def test_what_cannot_be_is_said_at_its_field_and_others_may_not(as_):
    answer = as_("admin").post("/programs/webhooks/change/", {**TOLD, "url": "ftp://x"})
    assert answer.status_code == 422
    assert "https://" in answer.content.decode()
    assert 'value="BI"' in answer.content.decode()
    assert as_("gm").get("/programs/webhooks/").status_code == 403
    assert as_("gm").post("/programs/webhooks/change/", TOLD).status_code == 403
    assert not Webhook.objects.exists()


def test_the_commands_do_the_same(mall, capsys):
    def run(*words):
        code = cli.main(["--lang", "en", "webhook", *words, "--json"])
        return code, json.loads(capsys.readouterr().out)

    code, made = run("add", "BI", "https://example.com/told", "--kind", "register")
    assert code == 0
    number = mall.complain()
    assert run("list")[1][0]["name"] == "BI"
    log = run("log", str(made["id"]))[1]
    assert [(one["case_number"], one["state"]) for one in log] == [(number, "waiting")]
    assert run("replay", str(log[0]["id"]))[0] == 0
    assert run("end", str(made["id"]))[0] == 0
    assert run("end", str(made["id"]))[0] == 1
    assert run("replay", str(log[0]["id"]))[0] == 1
    assert run("add", "BI", "nowhere")[1]["refusal"]["field"] == "url"
