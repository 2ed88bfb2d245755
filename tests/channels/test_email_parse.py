"""Mails are read whatever they hold: charsets that lie, broken headers, mails within mails, bombs."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.channels.email.charsets import decoded
from bihuan.channels.email.html_text import safe, text_of
from bihuan.channels.email.parse import MOST_ENCLOSED, MOST_TEXT, parse
from bihuan.channels.email.quotes import parted
from bihuan.channels.email.words import header
from tests.channels.mails import SUBJECT, TEXT, raw, subjects, variants, word


def test_more_than_fifty_chinese_mails_in_all_dresses_are_read_right() -> None:
    found = variants()
    wrong = [name for name, mail, text in found if parse(mail).text.strip() != text]
    assert len(found) >= 50
    assert wrong == []
    assert {parse(mail).subject for _, mail, _ in found} == {SUBJECT}


@pytest.mark.parametrize(("name", "subject"), subjects())
def test_subjects_are_read_right(name: str, subject: str) -> None:
    lines = f"From: a@example.com\r\nSubject: {subject}\r\n\r\nx".encode("utf-8", "surrogateescape")
    assert parse(lines).subject == SUBJECT


def test_western_text_is_not_taken_for_chinese() -> None:
    text = "Der Kühlschrank kühlt nicht. Ménage à trois, naïve café señor."
    assert decoded(text.encode("iso-8859-1"), "iso-8859-1") == text
    assert decoded(text.encode("cp1252"), "windows-1252") == text


@given(st.binary(max_size=400), st.text(max_size=20))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_some_text(data: bytes, label: str) -> None:
    text = decoded(data, label)
    assert "\0" not in text
    text.encode()


@given(st.binary(max_size=600))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_some_mail(data: bytes) -> None:
    mail = parse(data)
    f"{mail.subject}{mail.name}{mail.text}".encode()


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_a_header_is_one_line(text: str) -> None:
    assert "\n" not in header(text)
    assert "\r" not in header(text)


BROKEN = {
    "nothing": b"",
    "no header": b"\r\n\r\njust text",
    "no sender": b"Subject: x\r\n\r\ny",
    "no end of headers": b"From: a@example.com\r\nSubject: x",
    "a header that is not one": b"From a@example.com\r\nthis is no header\r\nSubject: x\r\n\r\ny",
    "an address like no other": b'From: <<<@@@>>>, "x\r\nTo: ;;;\r\n\r\ny',
    "a boundary that never comes": b'From: a@example.com\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\nx',
    "no boundary": b"From: a@example.com\r\nContent-Type: multipart/mixed\r\n\r\nx",
    "a type like no other": b"From: a@example.com\r\nContent-Type: ;;;/=\r\n\r\nx",
    "NUL bytes": b"From: a@example.com\r\nSubject: a\0b\r\n\r\nx\0y",
    "a broken base64": b"From: a@example.com\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!A",
    "an unknown encoding": b"From: a@example.com\r\nContent-Transfer-Encoding: x-zip\r\n\r\nx",
    "a parameter in an unknown charset": b"From: a@example.com\r\n"
    b"Content-Disposition: attachment; filename*=klingon''%ff%fe\r\n\r\nx",
    "a date like no other": b"From: a@example.com\r\nDate: the day before yesterday\r\n\r\nx",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_mail_is_read_as_far_as_it_goes(name: str) -> None:
    mail = parse(BROKEN[name])
    assert "\0" not in mail.text + mail.subject
    if b"From: a@example.com" in BROKEN[name]:
        assert mail.sender == "a@example.com"


@pytest.mark.parametrize("year", ["1970", "2099"])
def test_a_clock_that_is_wrong_is_only_wrong(year: str) -> None:
    assert parse(raw(Date=f"Mon, 01 Jan {year} 00:00:00 +0000")).subject == "x"


def test_ten_thousand_recipients_are_counted_and_not_kept() -> None:
    to = ", ".join(f"p{number}@example.com" for number in range(10_000))
    mail = parse(raw(To=to))
    assert mail.recipients == 10_000
    assert len(mail.to) <= 50


def test_mails_within_mails_without_end_are_read_so_far() -> None:
    inner = b"From: a@example.com\r\nSubject: end\r\n\r\nx"
    for _ in range(2_000):
        inner = b"Content-Type: message/rfc822\r\n\r\n" + inner
    assert parse(b"From: b@example.com\r\nSubject: first\r\n" + inner).subject in ("first", "")
    parts = b"".join(
        b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" for _ in range(2_000)
    )
    mail = parse(
        b'From: a@example.com\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + parts
    )
    assert mail.sender == "a@example.com"


def test_a_big_mail_and_a_bomb_are_bounded() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("zeros", b"\0" * 10_000_000)
    mail = parse(_mixed(("application/zip", "bomb.zip", packed.getvalue())))
    assert [len(one.content) for one in mail.enclosed] == [len(packed.getvalue())]  # never unpacked
    assert len(parse(raw(b"a" * 3_000_000)).text) == MOST_TEXT
    many = parse(_mixed(*(("image/png", f"{number}.png", b"x") for number in range(400))))
    assert len(many.enclosed) <= MOST_ENCLOSED
    assert many.wrong


def test_attachments_inline_images_and_mails_passed_on_are_enclosed() -> None:
    inner = raw(b"first", "first mail")
    mail = parse(
        _mixed(
            ("image/png", "发票.png", b"\x89PNG"),
            ("message/rfc822", "", inner),
            ("application/pdf", "合同.pdf", b"%PDF"),
        )
    )
    assert [one.name for one in mail.enclosed] == ["发票.png", "first mail.eml", "合同.pdf"]
    assert mail.text.strip() == "see enclosed"


def test_a_file_that_names_itself_by_any_rule_keeps_its_name() -> None:
    for told in (
        f'attachment; filename="{word("发票.png")}"',
        "attachment; filename*=utf-8''%E5%8F%91%E7%A5%A8.png",
        "attachment; filename*0*=utf-8''%E5%8F%91; filename*1*=%E7%A5%A8.png",
        "attachment; filename*=gb2312''%B7%A2%C6%B1.png",
        'attachment; filename="'
        + "发票.png".encode("gbk").decode("ascii", "surrogateescape")
        + '"',
    ):
        lines = f"From: a@example.com\r\nContent-Type: image/png\r\nContent-Disposition: {told}\r\n\r\nx"
        assert [one.name for one in parse(lines.encode("utf-8", "surrogateescape")).enclosed] == [
            "发票.png"
        ]


def test_html_is_shown_without_scripts_forms_or_anything_that_is_fetched() -> None:
    html = (
        "<p onclick=x()>hello</p><script>alert(1)</script><img src=http://example.com/x.png>"
        "<iframe src=x></iframe><form action=x><input></form><style>p{background:url(http://x)}</style>"
        '<a href="javascript:x">a</a><a href="https://example.com/">b</a><div style="background:url(x)">c</div>'
    )
    shown = safe(html)
    for bad in (
        "onclick",
        "script",
        "<img",
        "iframe",
        "<form",
        "<input",
        "style",
        "javascript",
        "url(",
    ):
        assert bad not in shown
    assert "hello" in shown
    assert 'href="https://example.com/"' in shown
    assert text_of(html).splitlines()[0] == "hello"


QUOTED = {
    "QQ": f'{TEXT}\n\n\n------------------ 原始邮件 ------------------\n发件人: "服务台" <desk@example.com>;\n',
    "QQ with spaces": f"{TEXT}\n\n------------------\xa0原始邮件\xa0------------------\n发件人: x\n",
    "163": f'{TEXT}\n\n\n\n\n在 2026-03-02 10:00:00，"服务台" <desk@example.com> 写道：\n> 您好',
    "163 over two lines": f'{TEXT}\n\n在 2026-03-02 10:00:00，"服务台"\n<desk@example.com> 写道：\n您好',
    "163 newer": f"{TEXT}\n\n---- 回复的原邮件 ----\n| 发件人 | 服务台 |\n",
    "Foxmail": f"{TEXT}\n\n\n赵示例\n \n发件人： 服务台\n发送时间： 2026-03-02 10:00\n收件人： zhao\n主题： 冰箱",
    "Outlook": f"{TEXT}\n\n{'_' * 32}\n发件人: 服务台 <desk@example.com>\n"
    "发送时间: 2026年3月2日 10:00\n收件人: zhao\n主题: 冰箱",
    "Outlook in English": f"{TEXT}\n\nFrom: Desk <desk@example.com>\n"
    "Sent: Monday, March 2, 2026 10:00 AM\nTo: zhao\nSubject: fridge\n\nhi",
    "Aliyun": f"{TEXT}\n\n{'-' * 66}\n发件人：服务台<desk@example.com>\n"
    "日　期：2026年03月02日 10:00:00\n收件人：zhao\n主　题：冰箱\n",
    "Gmail": f"{TEXT}\n\n服务台 <desk@example.com> 于2026年3月2日周一 10:00写道：\n\n> 您好\n> 已收到",
    "Gmail in English": f"{TEXT}\n\nOn Mon, Mar 2, 2026 at 10:00 AM Desk <desk@example.com> wrote:\n\n> hello",
    "Gmail over two lines": f"{TEXT}\n\nOn Mon, Mar 2, 2026 at 10:00 AM Service Desk <\n"
    "desk@example.com> wrote:\n> hi",
    "Apple": f"{TEXT}\n\n发自我的 iPhone\n\n> 在 2026年3月2日，10:00，服务台 <desk@example.com> 写道：\n> \n> 您好",
    "English original": f"{TEXT}\n\n-----Original Message-----\nFrom: desk\nSent: x\n",
    "marked lines alone": f"{TEXT}\n\n> 您好\n> 已收到您的投诉",
    "signed": f"{TEXT}\n\n-- \n赵示例\n示例公司",
    "a telephone": f"{TEXT}\n发自我的华为手机",
    "mail app": f"{TEXT}\n\n发自网易邮箱大师",
    "traditional": f"{TEXT}\n\n寄件者: 服務台 <desk@example.com>\n寄件日期: 2026年3月2日\n收件者: zhao\n主旨: 冰箱",
}


@pytest.mark.parametrize("name", QUOTED)
def test_what_a_mail_program_quotes_is_folded(name: str) -> None:
    fresh, rest = parted(QUOTED[name])
    own = fresh.removesuffix("赵示例").strip() if name == "Foxmail" else fresh
    assert own in (TEXT, TEXT.removesuffix("赵示例").strip())
    assert rest


def test_what_is_answered_between_the_lines_stays() -> None:
    fresh, _ = parted("> 何时购买？\n3月1日\n> 订单号？\n12345")
    assert "3月1日" in fresh
    assert "12345" in fresh


def test_a_mail_passed_on_without_a_word_says_what_it_passes_on() -> None:
    text = "---------- Forwarded message ---------\nFrom: x <x@example.com>\n冰箱不制冷"
    assert parted(text)[0] == text


def test_a_quote_in_html_is_folded() -> None:
    html = f"<div>{TEXT}</div><blockquote><p>您好</p></blockquote>"
    assert parted(text_of(html))[0] == TEXT


def _mixed(*parts: tuple[str, str, bytes]) -> bytes:
    made = [
        b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nsee enclosed\r\n",
        *(
            f"--b\r\nContent-Type: {kind}\r\nContent-Disposition: attachment"
            f'{"; filename=" + chr(34) + word(name) + chr(34) if name else ""}\r\n\r\n'.encode() + data + b"\r\n"
            for kind, name, data in parts
        ),
        b"--b--\r\n",
    ]  # fmt: skip
    return b'From: a@example.com\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"".join(
        made
    )
