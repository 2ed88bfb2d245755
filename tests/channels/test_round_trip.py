"""One complaint by mail from end to end: real IMAP in, real SMTP out, and what comes back."""

import time

import pytest

from bihuan.channels.email import imap
from bihuan.channels.registry import ways_out
from bihuan.desk import delivering, ways
from bihuan.desk.outbox import deliver
from bihuan.desk.verify import verify
from bihuan.records.models import Case, Delivery, Event, Received
from tests.channels.conftest import BOX, a_box
from tests.channels.mails import SENDER, SUBJECT, TEXT, raw
from tests.channels.servers import mail_server
from tests.desk.firm import owed

pytestmark = pytest.mark.django_db
NOW = int(time.time())


def test_mail_case_acknowledgement_reply_answer_bounce_and_another_way_is_owed(
    office, dovecot
) -> None:
    a_box(dovecot.port, "roundtrip", now=NOW - 3600)
    with mail_server() as sink:
        told = {"host": "127.0.0.1", "port": str(sink.port), "security": "none",
                "from_address": BOX, "reply_address": BOX}  # fmt: skip
        ways.set_gateway(ways_out()["email"], told, is_open=True, now=NOW - 3600)

        def go(now: int) -> None:
            imap.poll(now)
            deliver(now)
            delivering.send(now, ways_out())

        dovecot.deliver("roundtrip", raw(TEXT.encode(), SUBJECT, Message_ID="<first@example.com>"))
        go(NOW)
        case = Case.objects.get(ledger=False)
        (told_of,) = sink.mails
        assert told_of.envelope[1] == (SENDER,)
        assert told_of["In-Reply-To"] == "<first@example.com>"
        assert case.number in told_of["Subject"] + told_of.get_body(("plain",)).get_content()

        reply = raw("补充：购买凭证在此。".encode(), f"Re: {told_of['Subject']}", "zhao@other.example",
                    To=str(told_of["Reply-To"]), In_Reply_To=told_of["Message-ID"],
                    Message_ID="<second@example.com>")  # fmt: skip
        dovecot.deliver("roundtrip", reply)
        go(NOW + 60)
        assert Received.objects.order_by("id").last().case == case
        assert "look_at_evidence" in [act for act, _, _ in owed(case.number)]

        _answer(office, case.number, NOW + 120)
        go(NOW + 600)
        answer = sink.mails[-1]
        assert answer["In-Reply-To"] == "<second@example.com>"
        assert [one.get_content_type() for one in answer.iter_attachments()] == ["application/pdf"]
        assert "已更换压缩机" in answer.get_body(("plain",)).get_content()

        dovecot.deliver("roundtrip", _bounce(answer))
        go(NOW + 700)
        go(NOW + 800)

    assert [act for act, _, _ in owed(case.number)].count("reach_otherwise") == 1
    assert Event.objects.filter(case=case, kind="not_reached").count() == 1
    assert Case.objects.filter(ledger=False).count() == 1
    assert Delivery.objects.filter(state="bounced").count() == 1
    fates = Received.objects.order_by("id").values_list("fate", "reason")
    assert list(fates) == [("case", ""), ("addition", ""), ("rejected", "bounce")]
    ids = [mail["Message-ID"] for mail in sink.mails]
    assert len(ids) == len(set(ids))  # nothing was sent twice, and no machine was answered
    assert verify(NOW + 800) == []


def _answer(office, number: str, at: int) -> None:
    """The case is worked through to the written answer."""
    for name, by, more in (
        ("acknowledge", office.agent, {"told_by": "same channel"}),
        ("classify", office.agent, {}),
        ("investigate", office.agent, {"findings": "压缩机故障", "cause": "批次", "evidence": "照片"}),
        ("resolve", office.agent, {"resolution": "更换"}),
        ("respond", office.agent, {"form": "written", "answer": "已更换压缩机"}),
    ):  # fmt: skip
        at += 1
        done = office.act(number, name, by, at, **more)
        assert done.refusal is None, (name, done.refusal)


def _bounce(mail) -> bytes:
    """What a mail system gives back."""
    return raw(
        b"--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; zhao@example.com\r\nAction: failed\r\n"
        b"Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        + mail.raw + b"\r\n--b--\r\n",
        "Undelivered Mail Returned to Sender", "MAILER-DAEMON@mx.example.com", charset="",
        kind='multipart/report; report-type=delivery-status; boundary="b"', Return_Path="<>",
    )  # fmt: skip
