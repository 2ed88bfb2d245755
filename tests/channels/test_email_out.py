"""E-mail as a real server takes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.channels.email.sending import composed, send
from bihuan.desk import reply_tokens
from bihuan.desk.news import filled
from bihuan.desk.ways import (
    Attachment,
    GatewayDownError,
    NotAcceptedError,
    Parcel,
    TryLaterError,
)
from tests.channels.servers import free_port, mail_server
from tests.desk.firm import START

TOLD = {
    "host": "127.0.0.1", "security": "none", "from_address": "notices@firm.example",
    "from_name": "测试公司", "reply_address": "box@firm.example",
}  # fmt: skip


def parcel(**more):
    given = {
        "message_id": "a1b2c3", "address": "wang@customer.example", "secret": "", "language": "zh-hans",
        "kind": "answered", "subject": "对您的投诉的答复", "text": "已换新机。\n\n查看：https://here.example/a?b=1&c=2",
        "values": {}, "case": "TS20260302-0001", "to_customer": True, "at": START,
    }  # fmt: skip
    return Parcel(**given | more)


def sent(told=TOLD, **more):
    with mail_server() as box:
        send({**told, "port": str(box.port)}, parcel(**more))
    return box.mails


def test_a_mail_is_plain_and_html_threaded_by_case_and_answered_to_an_address_that_names_it():
    [mail] = sent()
    assert mail["Message-ID"] == "<a1b2c3@firm.example>"
    assert mail["From"].addresses[0].addr_spec == mail.envelope[0] == "notices@firm.example"
    assert mail.envelope[1] == ("wang@customer.example",)
    assert mail["References"] == mail["In-Reply-To"] == "<case.ts20260302-0001@firm.example>"
    assert reply_tokens.number_in(mail["Reply-To"].addresses[0].addr_spec) == "TS20260302-0001"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime.timestamp() == START
    assert not [name for name in mail.keys() if name.startswith("List-")]  # noqa: SIM118
    plain, html = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
    assert "已换新机。" in plain
    assert '<a href="https://here.example/a?b=1&amp;c=2">' in html
    assert max(len(line) for line in mail.raw.split(b"\r\n")) <= 998


def test_a_letter_goes_with_it_under_its_chinese_name():
    letter = Attachment("书面答复函 TS1.pdf", "application/pdf", b"%PDF-1.7 example")
    [mail] = sent(attachments=(letter,))
    [found] = mail.iter_attachments()
    assert (found.get_filename(), found.get_content()) == (letter.name, letter.content)


def test_members_of_staff_are_not_answered_to_a_case():
    [mail] = sent(to_customer=False)
    assert mail["Reply-To"] is None


def test_what_the_server_says_is_told_apart():
    with mail_server() as box:
        told = {**TOLD, "port": str(box.port)}
        box.answers = {"gone@x.example": "550 no such user", "full@x.example": "452 mailbox full"}
        with pytest.raises(NotAcceptedError, match="550 no such user"):
            send(told, parcel(address="gone@x.example"))
        with pytest.raises(TryLaterError, match="452"):
            send(told, parcel(address="full@x.example"))
    with pytest.raises(GatewayDownError):
        send({**TOLD, "port": str(free_port())}, parcel())


def test_a_server_without_the_encryption_asked_for_gets_no_mail():
    with mail_server() as box:
        told = {**TOLD, "port": str(box.port), "security": "starttls"}
        with pytest.raises(GatewayDownError, match="STARTTLS"):
            send(told, parcel())
    assert box.mails == []


hostile = st.text(max_size=60) | st.sampled_from(
    [
        "a\r\nBcc: all@x.example",
        "a\nSubject: b",
        "\x00",
        "a\u2028b",
        "\u202egnp.exe",
        "a\r\n\r\n<script>",
    ]
)


@given(hostile, hostile)
def test_nothing_a_customer_wrote_becomes_a_header_or_markup(name, words):
    said = filled("{customer}: {case}", "{customer}\n{said}", {
        "customer": name, "case": "TS1", "said": words,
    })  # fmt: skip
    mail = composed(TOLD, parcel(subject=said.subject, text=said.text))
    head, _empty, _body = mail.as_bytes().partition(b"\r\n\r\n")
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if line[:1].strip()]
    assert sorted(names) == sorted({
        b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", b"Content-Language",
        b"In-Reply-To", b"References", b"Reply-To", b"MIME-Version", b"Content-Type",
    })  # fmt: skip
    assert "<script>" not in mail.get_body(("html",)).get_content()
    assert not any(char < " " and char != "\n" for char in said.text)


@given(st.text(max_size=60))
def test_a_token_that_nobody_gave_out_names_no_case(text):
    assert reply_tokens.number_of(text) == ""


def test_a_token_names_its_case_and_no_other():
    token = reply_tokens.token_of("TS20260302-0001")
    assert reply_tokens.number_of(token.upper()) == "TS20260302-0001"
    assert reply_tokens.number_of(token.replace("0001", "0002")) == ""
