"""Mails written for the tests: Chinese complaints in every dress in which such mails come."""

import base64
import quopri
from email.header import Header

SUBJECT = "冰箱不制冷，要求换货"
TEXT = "你好：我上周在贵店买的冰箱不制冷，冷冻室结霜，打过三次电话都没有人处理。请尽快答复。赵示例"
TRADITIONAL = "您好：我上週在貴店買的冰箱不製冷，打過三次電話都沒有人處理，請儘快答覆。趙示例"
SENDER = "zhao@example.com"


def raw(
    body: bytes = b"hello", subject: str = "x", sender: str = SENDER, charset: str = "utf-8",
    encoding: str = "8bit", kind: str = "text/plain", **headers: str,
) -> bytes:  # fmt: skip
    """A simple mail; further headers by name with underscores."""
    if encoding == "base64":
        body = base64.encodebytes(body)
    elif encoding == "quoted-printable":
        body = quopri.encodestring(body)
    told = {
        "From": sender if "<" in sender else f"{word('赵示例')} <{sender}>",
        "To": "desk@example.com",
        "Subject": subject if subject.isascii() else word(subject),
        "Message-ID": f"<{abs(hash((body, subject, sender)))}@example.com>",
        "Date": "Mon, 02 Mar 2026 09:30:00 +0800",
        "MIME-Version": "1.0",
        "Content-Type": f'{kind}; charset="{charset}"' if charset else kind,
        "Content-Transfer-Encoding": encoding,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value)
    return lines.encode("utf-8", "surrogateescape") + b"\r\n" + body


def word(text: str, charset: str = "utf-8") -> str:
    """An encoded word."""
    return Header(text, charset).encode()


def word_of(data: bytes, charset: str, how: str = "b") -> str:
    """An encoded word of these bytes, whatever the charset says."""
    if how == "b":
        return f"=?{charset}?B?{base64.b64encode(data).decode()}?="
    signs = "".join(f"={byte:02X}" for byte in data)
    return f"=?{charset}?Q?{signs}?="


def variants() -> list[tuple[str, bytes, str]]:
    """Fifty and more mails with the same complaint: what is odd, the raw mail, the text it must be read as."""
    found: list[tuple[str, bytes, str]] = []

    def add(
        name: str,
        data: bytes,
        label: str,
        text: str = TEXT,
        encoding: str = "8bit",
        kind: str = "text/plain",
    ) -> None:
        subject = word_of(SUBJECT.encode("gb18030"), "gb2312")
        found.append((name, raw(data, subject, charset=label, encoding=encoding, kind=kind), text))

    gb, utf8, big5 = TEXT.encode("gb18030"), TEXT.encode(), TRADITIONAL.encode("big5hkscs")
    for label in (
        "gb2312",
        "GB2312",
        "gbk",
        "GBK",
        "gb18030",
        "x-gbk",
        "cp936",
        "gb_2312-80",
        "GB2312; format=flowed",
    ):
        for encoding in ("8bit", "base64") if label in ("gb2312", "gbk", "gb18030") else ("8bit",):
            add(f"{label} {encoding}", gb, label, encoding=encoding)
    add("gb18030 as quoted-printable", gb, "gb2312", encoding="quoted-printable")
    rare = TEXT + "䶮㙓𠮷"
    add("signs beyond GBK under gb2312", rare.encode("gb18030"), "gb2312", rare)
    for label in ("utf-8", "UTF8", "utf8", '"utf-8"', "utf-8; format=flowed"):
        add(f"UTF-8 as {label}", utf8, label)
    add("UTF-8 as base64", utf8, "utf-8", encoding="base64")
    add("UTF-8 as quoted-printable", utf8, "utf-8", encoding="quoted-printable")
    add("UTF-8 with a mark before it", b"\xef\xbb\xbf" + utf8, "utf-8")
    for label in (
        "gb2312",
        "gbk",
        "gb18030",
        "big5",
        "us-ascii",
        "iso-8859-1",
        "windows-1252",
        "",
        "x-unknown",
        "klingon",
    ):
        add(f"UTF-8 labelled {label or 'nothing'}", utf8, label)
    for label in (
        "utf-8",
        "us-ascii",
        "iso-8859-1",
        "windows-1252",
        "",
        "big5",
        "unknown-8bit",
        "klingon",
    ):
        add(f"GBK labelled {label or 'nothing'}", gb, label)
    for label in (
        "big5",
        "Big5",
        "big5-hkscs",
        "cp950",
        "x-big5",
        "",
        "utf-8",
        "us-ascii",
        "iso-8859-1",
    ):
        add(f"Big5 labelled {label or 'nothing'}", big5, label, TRADITIONAL)
    add("Big5 as base64", big5, "big5", TRADITIONAL, encoding="base64")
    hz = TEXT.encode("hz")
    for label in ("hz-gb-2312", "HZ-GB-2312", "us-ascii", "gb2312", ""):
        add(f"HZ labelled {label or 'nothing'}", hz, label, encoding="7bit")
    for label in ("utf-7", "unicode-1-1-utf-7", "UTF-7"):
        add(f"UTF-7 as {label}", TEXT.encode("utf-7"), label, encoding="7bit")
    for label in ("utf-16le", "utf-16be", "utf-16"):
        add(f"{label}", TEXT.encode(label), label, encoding="base64")
    html = f"<html><head><meta charset=gb2312></head><body><p>{TEXT}</p></body></html>".encode(
        "gb18030"
    )
    add("HTML in GBK", html, "gb2312", kind="text/html")
    add("HTML in GBK labelled utf-8", html, "utf-8", kind="text/html")
    add("HTML in UTF-8 labelled gb2312", f"<div>{TEXT}</div>".encode(), "gb2312", kind="text/html")
    add(
        "HTML by entities",
        "".join(f"&#{ord(sign)};" for sign in TEXT).encode(),
        "us-ascii",
        kind="text/html",
    )
    return found


def subjects() -> list[tuple[str, str]]:
    """Subjects as they stand in mails, each to be read as SUBJECT."""
    gb, utf8 = SUBJECT.encode("gb18030"), SUBJECT.encode()
    return [
        ("GBK as gb2312", word_of(gb, "gb2312")),
        ("GBK, quoted", word_of(gb, "gbk", "q")),
        ("UTF-8", word(SUBJECT)),
        ("UTF-8 labelled gb2312", word_of(utf8, "gb2312")),
        ("GBK labelled utf-8", word_of(gb, "utf-8")),
        ("a sign cut in two between words", f"{word_of(gb[:7], 'gb2312')}\r\n {word_of(gb[7:], 'gb2312')}"),
        ("UTF-8, cut in two", f"{word_of(utf8[:10], 'utf-8')} {word_of(utf8[10:], 'utf-8')}"),
        ("bare UTF-8", SUBJECT),
        ("bare GBK", gb.decode("ascii", "surrogateescape")),
        ("without the padding", word_of(utf8, "utf-8").replace("=?=", "?=").replace("==", "=")),
        ("an unknown charset", word_of(utf8, "x-klingon")),
    ]  # fmt: skip
