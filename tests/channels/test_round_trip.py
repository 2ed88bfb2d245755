"""One matter from mail to mail: it arrives, is acknowledged, threads, is answered, comes back, is owed."""

from bihuan.channels.email.taking import take
from bihuan.channels.registry import judge_waiting, send_waiting, ways_out
from bihuan.desk import ways
from bihuan.desk.outbox import deliver
from bihuan.desk.verify import verify
from bihuan.records.models import Case, Event, Gateway
from tests.channels.conftest import a_box
from tests.channels.mails import SENDER, SUBJECT, TEXT, raw
from tests.channels.servers import mail_server
from tests.desk.firm import HOUR, MIN, START, owed

BOUNCE = (
    "--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
    "Reporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; zhao@example.com\r\nAction: failed\r\n"
    "Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n--b\r\n"
    "Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: {}\r\nSubject: x\r\n\r\n--b--\r\n"
)  # fmt: skip


def arrives(mail: bytes, box, now: int) -> None:
    take(mail, box, now)
    judge_waiting(now)


def goes(now: int) -> None:
    deliver(now)
    send_waiting(now)


def test_a_mail_is_acknowledged_its_answer_threads_and_what_comes_back_is_owed(office) -> None:
    box = a_box()
    with mail_server() as server:
        told = {
            "host": "127.0.0.1", "port": str(server.port), "security": "none",
            "from_address": "desk@example.com", "reply_address": "desk@example.com",
        }  # fmt: skip
        assert isinstance(
            ways.set_gateway(ways_out()["email"], told, is_open=True, now=START), Gateway
        )
        arrives(raw(TEXT.encode(), SUBJECT, Message_ID="<first@example.com>"), box, START)
        number = Case.objects.get(ledger=False).number
        goes(START + MIN)
        [receipt] = server.mails
        assert receipt.envelope[1] == (SENDER,)
        assert receipt["In-Reply-To"] == "<first@example.com>"

        reply_to = receipt["Reply-To"].addresses[0].addr_spec
        more = raw(
            "照片附上".encode(), f"回复: {SUBJECT}", To=reply_to, Message_ID="<second@example.com>",
            In_Reply_To=receipt["Message-ID"],
        )  # fmt: skip
        arrives(more, box, START + HOUR)
        assert Case.objects.filter(ledger=False).count() == 1
        assert "look_at_evidence" in [act for act, _seat, _due in owed(number)]

        at = START + 2 * HOUR
        office.act(number, "look_at_evidence", office.agent, at, result="已看")
        office.acknowledge(number, now=at)
        for act, data in (
            ("classify", {}),
            ("investigate", {"findings": "压缩机坏了", "cause": "老化", "evidence": "照片"}),
            ("resolve", {"resolution": "换新机"}),
            ("respond", {"form": "written", "answer": "为您换新机"}),
        ):
            done = office.act(number, act, office.agent, at, **data)
            assert done.accepted, (act, done.refusal)
        goes(at + MIN)
        answer = server.mails[-1]
        assert answer["In-Reply-To"] == "<second@example.com>"
        assert [one.get_content_type() for one in answer.iter_attachments()] == ["application/pdf"]

    back = raw(
        BOUNCE.format(answer["Message-ID"]).encode(), "Undelivered Mail Returned to Sender",
        "MAILER-DAEMON@mx.example.com", charset="", Return_Path="<>",
        kind='multipart/report; report-type=delivery-status; boundary="b"',
    )  # fmt: skip
    arrives(back, box, at + HOUR)
    assert [act for act, _seat, _due in owed(number)].count("reach_otherwise") == 1
    assert Event.objects.filter(case__number=number, kind="not_reached").count() == 1
    assert Case.objects.filter(ledger=False).count() == 1
    assert verify(at + HOUR) == []
