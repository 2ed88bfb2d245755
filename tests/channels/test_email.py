"""A mail becomes a case, goes to its case, or is kept from the cases; never on the word of a stranger."""

import pytest

from bihuan.channels.email.imap import poll
from bihuan.channels.email.kinds import Kind, kind_of, returned
from bihuan.channels.email.parse import parse
from bihuan.channels.email.taking import take
from bihuan.channels.email.threading import normal_subject
from bihuan.desk import mailboxes, received
from bihuan.desk.rebuild import events_of
from bihuan.desk.received import Verdict
from bihuan.desk.reply_tokens import address_for
from bihuan.desk.verify import verify
from bihuan.records.models import Case, Delivery, Event, Received
from tests.channels.conftest import a_box
from tests.channels.mails import SUBJECT, TEXT, raw
from tests.desk.firm import DAY, HOUR, MIN, START, Firm, owed, stored

pytestmark = pytest.mark.django_db
ZHAO, QIAN = "zhao@example.com", "qian@example.net"


@pytest.fixture
def box(office: Firm) -> mailboxes.Box:
    return a_box()


def fate(message: received.Message) -> tuple[str, str, str]:
    row = Received.objects.get(pk=message.id)
    return row.fate, row.reason, row.case.number if row.case else ""


def complaint(box: mailboxes.Box, now: int = START, **more: str) -> str:
    """A mail that opens a case; its number."""
    message = take(raw(TEXT.encode(), SUBJECT, **more), box, now)
    assert fate(message)[0] == "case", fate(message)
    return fate(message)[2]


def sent(number: str, message_id: str = "a1b2c3d4e5") -> None:
    """A mail of ours about a case, as it lies in the records once it went out."""
    Delivery.objects.create(
        message_id=message_id, origin=f"test/{message_id}", case=stored(number), kind="registered",
        to="customer", way="email", address=ZHAO, language="zh-hans", subject="x", text="x",
        state="sent", written_at=START, next_at=START, sent_at=START,
    )  # fmt: skip


def test_a_mail_opens_a_case_in_writing_with_what_is_missing_as_a_question(box) -> None:
    number = complaint(box)

    state = stored(number).state
    assert (
        state["facts"] | {"written": "yes", "channel": "email", "contact": ZHAO} == state["facts"]
    )
    assert state["facts"]["name"] == "赵示例"
    assert state["facts"]["content"] == f"{SUBJECT}\n{TEXT}"
    assert {act for act, _, _ in owed(number)} == {"acknowledge", "ask_missing"}
    assert verify(START) == []


def test_its_clocks_start_when_it_was_received(box) -> None:
    message = take(raw(TEXT.encode(), SUBJECT), box, START, received_at=START - HOUR)

    assert stored(fate(message)[2]).received_at == START - HOUR


def test_an_answer_to_a_mail_of_ours_is_added_whoever_sends_it(box) -> None:
    number = complaint(box)
    sent(number)

    message = take(
        raw("还在等。".encode(), "Re: x", QIAN, In_Reply_To="<a1b2c3d4e5@example.com>"),
        box,
        START + HOUR,
    )

    assert fate(message) == ("addition", "", number)
    remark = Event.objects.get(case__number=number, kind="remark")
    assert remark.by == "customer"
    assert "look_at_evidence" in [act for act, _, _ in owed(number)]


def test_an_answer_to_the_address_with_a_token_is_added_and_a_made_up_token_is_not(box) -> None:
    number = complaint(box)
    right = address_for(number, "desk@example.com")
    wrong = right.replace(right[-20], "x" if right[-20] != "x" else "y")

    first = take(raw(b"still waiting here", "hello there", QIAN, To=right), box, START + HOUR)
    second = take(raw(b"me too, and more", "hello again", QIAN, To=wrong), box, START + HOUR)

    assert fate(first) == ("addition", "", number)
    assert fate(second)[0] == "case"
    assert fate(second)[2] != number


def test_an_answer_to_ones_own_mail_is_added(box) -> None:
    number = complaint(box, Message_ID="<first@example.com>")

    message = take(
        raw(b"more", "more about it", ZHAO, References="<first@example.com>"), box, START + DAY
    )

    assert fate(message) == ("addition", "", number)


def test_a_number_is_believed_of_the_complainant_and_not_of_a_stranger(box) -> None:
    number = complaint(box)

    own = take(raw(b"any news?", f"[{number}] news", ZHAO), box, START + HOUR)
    foreign = take(raw(b"any news?", f"Re: [{number}] news", QIAN), box, START + HOUR)

    assert fate(own) == ("addition", "", number)
    assert fate(foreign) == ("quarantined", "stranger", "")
    assert [act for act, _, _ in owed(Received.objects.get(pk=foreign.id).ledger.number)] == [
        "triage"
    ]


def test_the_same_subject_by_the_same_sender_is_the_same_matter_for_a_while(box) -> None:
    number = complaint(box)

    soon = take(raw(b"again", f"Re: {SUBJECT}", ZHAO), box, START + DAY)
    other = take(raw(b"mine too", f"Re: {SUBJECT}", QIAN), box, START + DAY)
    late = take(raw(b"once more", f"回复：{SUBJECT}", ZHAO), box, START + 40 * DAY)

    assert fate(soon) == ("addition", "", number)
    assert fate(other)[0] == fate(late)[0] == "case"


def test_the_same_mail_in_two_boxes_is_one_case(box) -> None:
    second = a_box(address="service@example.com")
    mail = raw(TEXT.encode(), SUBJECT, Message_ID="<one@example.com>")

    first, again = take(mail, box, START), take(mail, second, START)

    assert fate(again) == ("merged", "duplicate", fate(first)[2])


def test_what_is_enclosed_becomes_evidence_but_for_programs(box) -> None:
    lines = [
        b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + TEXT.encode(),
        b"--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=a.png\r\n\r\n\x89PNG",
        b"--b\r\nContent-Type: application/x-msdownload; name=x.exe\r\n\r\nMZ\x90",
        b"--b--\r\n",
    ]
    mail = raw(b"\r\n".join(lines), SUBJECT, kind='multipart/mixed; boundary="b"', charset="")

    number = fate(take(mail, box, START))[2]

    (attached,) = events_of(Event.objects.filter(case__number=number, kind="attach"))
    files = attached.data["files"]
    assert [one.partition(":")[2] for one in files] == ["a.png"]


def test_a_box_that_asks_leaves_what_is_new_to_a_person(office: Firm) -> None:
    a_box()
    told = {"address": "asks@example.com", "host": "127.0.0.1", "port": "993", "security": "tls",
            "auth": "password", "password": "x", "user": "", "unit": "firm"}  # fmt: skip
    mailboxes.save(told, opens=False, is_open=True, now=START)

    message = take(raw(TEXT.encode(), SUBJECT), mailboxes.find("asks@example.com"), START)

    assert fate(message) == ("quarantined", "box-asks", "")


MACHINES = {
    "a bounce": (
        Kind.BOUNCE,
        raw(
            b"--b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            b"Reporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; zhao@example.com\r\nAction: failed\r\n"
            b"Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n--b\r\nContent-Type: text/rfc822-headers"
            b"\r\n\r\nMessage-ID: <a1b2c3d4e5@example.com>\r\nSubject: x\r\n\r\n--b--\r\n",
            "Undelivered Mail Returned to Sender", "MAILER-DAEMON@mx.example.com", charset="",
            kind='multipart/report; report-type=delivery-status; boundary="b"', Return_Path="<>",
        ),
    ),
    "a bounce in Chinese": (Kind.BOUNCE, raw("退信原因 5.1.1".encode(), "系统退信", "postmaster@qq.com")),
    "an automatic reply": (
        Kind.AUTOMATIC, raw("我休假了".encode(), "自动回复：冰箱", ZHAO, Auto_Submitted="auto-replied"),
    ),
    "one that does not say so": (Kind.AUTOMATIC, raw("我休假了".encode(), "自动回复: 您的投诉", ZHAO)),
    "out of office": (Kind.AUTOMATIC, raw(b"I am away", "Automatic reply: x", ZHAO)),
    "a null sender": (Kind.AUTOMATIC, raw(b"x", "hello", ZHAO, Return_Path="<>")),
    "our own": (Kind.OWN, raw(b"x", "hello", "desk@example.com")),
    "a read receipt": (
        Kind.REPORT, raw(b"read", "x", ZHAO, kind="multipart/report; report-type=disposition-notification"),
    ),
    "a list": (Kind.LIST, raw(b"x", "offer", "news@example.org", List_Id="<news.example.org>")),
    "bulk": (Kind.LIST, raw(b"x", "offer", "news@example.org", Precedence="bulk")),
    "a robot": (Kind.ROBOT, raw(b"x", "your order", "no-reply@example.org")),
}  # fmt: skip


@pytest.mark.parametrize("name", MACHINES)
def test_no_machine_opens_a_case_or_is_answered(name: str, box) -> None:
    kind, mail = MACHINES[name]

    message = take(mail, box, START)

    assert kind_of(parse(mail), frozenset({"desk@example.com"})) is kind
    assert fate(message)[0] == ("quarantined" if kind in (Kind.LIST, Kind.ROBOT) else "rejected")
    assert fate(message)[1] == kind.value
    assert not Case.objects.filter(ledger=False).exists()
    assert not Delivery.objects.exists()


def test_a_bounce_says_which_mail_did_not_arrive_and_why() -> None:
    gone = returned(parse(MACHINES["a bounce"][1]))

    assert gone.ids[0] == "a1b2c3d4e5@example.com"
    assert gone.recipients == ("zhao@example.com",)
    assert gone.reason == "550 no such user"


def test_what_came_back_is_owed_to_the_customer_another_way(box) -> None:
    number = complaint(box)
    sent(number)

    take(MACHINES["a bounce"][1], box, START + HOUR)
    take(MACHINES["a bounce"][1], box, START + 2 * HOUR)

    assert Delivery.objects.get().state == "bounced"
    assert Event.objects.filter(case__number=number, kind="not_reached").count() == 1
    assert verify(START + HOUR) == []


def test_two_who_answer_each_other_do_not_go_on_for_ever(box) -> None:
    fates = [
        fate(take(raw(f"thanks {number}".encode(), f"thank you {number}", QIAN), box, START + number))[:2]
        for number in range(40)
    ]  # fmt: skip
    assert fates.count(("case", "")) == 30
    assert set(fates[30:]) == {("quarantined", "too-many")}


@pytest.mark.parametrize("mail", [b"", b"\xff\xfe\x00\x01", b"no mail at all"])
def test_what_is_no_mail_is_kept_for_a_person(mail: bytes, box) -> None:
    assert fate(take(mail, box, START))[:2] == ("quarantined", "unreadable")
    assert verify(START) == []


def test_a_mail_kept_by_a_worker_that_died_is_judged_by_the_next(box) -> None:
    from bihuan.channels.registry import judge_waiting

    mail = raw(TEXT.encode(), SUBJECT)
    message = received.receive(received.Arrival("email", mail, box.address, unit="firm"), START)

    assert judge_waiting(START + MIN) == 1
    assert fate(message)[0] == "case"
    assert take(mail, box, START + MIN).id == message.id
    assert judge_waiting(START + MIN) == 0


def test_a_person_takes_up_what_was_rejected(office: Firm, box) -> None:
    message = take(raw("我休假了".encode(), "自动回复: 您的投诉", ZHAO), box, START)
    facts = {"kind": "complaint", "channel": "email", "content": "x"}

    done = received.judge(
        message.id, Verdict("case", facts=facts), by=office.agent, now=START + MIN, act_id="up"
    )

    assert done.refusal is None
    assert fate(message)[0] == "case"


def test_subjects_are_compared_without_what_answering_adds() -> None:
    for subject in (
        f"Re: {SUBJECT}",
        f"回复：Re[2]: {SUBJECT}",
        f"答复: FW: [TS20260302-0001] {SUBJECT}",
    ):
        assert normal_subject(subject) == normal_subject(SUBJECT)


def test_a_server_that_is_not_there_is_said_and_tried_again_later(box) -> None:
    told = mailboxes.states()[0]
    assert poll(START) == 0

    (state,) = mailboxes.states()
    assert (told.failures, state.failures) == (0, 1)
    assert state.error
    assert mailboxes.due(START + 1) == []
    assert [one.id for one in mailboxes.due(START + HOUR)] == [state.id]
