"""Letters and slips of the suggestion box are taken in on a page; who brought them gets a numbered receipt."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bihuan.desk import ledgers, received
from bihuan.desk.received import Verdict
from bihuan.desk.sweep import sweep
from bihuan.records.models import Received
from bihuan.web import shell
from tests.web.mall import DAY, HOUR, Mall, now

pytestmark = pytest.mark.django_db
JPG = b"\xff\xd8\xff\xe0"


def sheet(**told: str) -> dict:
    pages = [SimpleUploadedFile(f"{place}.jpg", JPG + b"%d" % place) for place in (1, 2)]
    return {"channel": "letter", "unit": "company", "sender": "赵示例", "subject": "大衣开线",
            "scans": pages} | told  # fmt: skip


def test_a_letter_is_taken_in_and_waits_for_a_look(mall: Mall, as_) -> None:
    desk = as_("desk")
    answer = desk.post(reverse("paper-in"), sheet(received="2026-01-05 09:30"))
    row = Received.objects.get()
    assert answer.headers["Location"] == reverse("message", args=[row.id])
    page = desk.get(answer.headers["Location"])
    assert row.ledger.number in page.content.decode()
    assert [one["drawn"] for one in page.context["enclosed"]] == [True, True]
    assert row.received_at < row.recorded_at

    desk.post(reverse("paper-in"), sheet())
    assert Received.objects.count() == 1

    told = {"message": row.id, "kind": "complaint", "channel": "letter", "content": "大衣开线",
            "act_id": "a1"}  # fmt: skip
    assert desk.post(reverse("register"), told).status_code == 302
    row.refresh_from_db()
    assert row.case.state["received"] == row.received_at
    assert row.case.registered_at > row.received_at


def test_the_receipt_is_numbered_and_stays_the_same_to_the_byte(mall: Mall, as_) -> None:
    desk = as_("desk")
    desk.post(reverse("paper-in"), sheet())
    row = Received.objects.get()
    address = reverse("message-receipt", args=[row.id])
    first = desk.get(address)
    assert (first.headers["Content-Type"], first.content[:5]) == ("application/pdf", b"%PDF-")
    received.judge(row.id, Verdict("rejected", "广告"), now=now())
    assert desk.get(address).content == first.content
    assert row.ledger.number in desk.get(reverse("message", args=[row.id])).content.decode()
    assert as_("merchant").get(address).status_code == 404

    mail = received.receive(received.Arrival("web", b"x", unit="company"), now())
    assert desk.get(reverse("message-receipt", args=[mail.id])).status_code == 404


def test_a_slip_says_who_opened_the_box_and_the_page_when_that_is_owed(
    mall: Mall, as_, monkeypatch
) -> None:
    desk = as_("desk")
    refused = desk.post(reverse("paper-in"), sheet(channel="suggestion_box"))
    assert (refused.status_code, list(refused.context["errors"])) == (422, ["opened_by"])
    assert refused.context["told"]["subject"] == "大衣开线"

    desk.post(reverse("paper-in"), sheet(channel="suggestion_box", opened_by="钱示例"))
    row = Received.objects.get()
    assert "钱示例" in desk.get(reverse("message", args=[row.id])).content.decode()

    ledgers.ensure_ledgers(now())
    evening = (now() // DAY + 2) * DAY + 10 * HOUR + 1800  # half past six in China
    sweep(evening)
    monkeypatch.setattr(shell, "now", lambda: evening)
    (box,) = desk.get(reverse("paper-in")).context["boxes"]
    assert desk.get(box["url"]).status_code == 200


def test_what_is_wrong_is_said_at_its_field(mall: Mall, as_, monkeypatch) -> None:
    desk = as_("desk")
    for told, field in (
        ({"channel": "pigeon"}, "channel"),
        ({"unit": "moon"}, "unit"),
        ({"received": "gestern"}, "received"),
        ({"received": "2999-01-01 10:00"}, "received"),
        ({"scans": SimpleUploadedFile("a.docx", b"PK\x03\x04")}, "scans"),
        ({"scans": []}, "scans"),
    ):
        answer = desk.post(reverse("paper-in"), sheet(**told))
        assert (answer.status_code, list(answer.context["errors"])) == (422, [field])

    def full(_raw: bytes) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bihuan.desk.files.keep_raw", full)
    assert desk.post(reverse("paper-in"), sheet()).status_code == 503
    assert not Received.objects.exists()
    assert as_("merchant").get(reverse("paper-in")).status_code == 404
