"""E-mail out over SMTP: plain and HTML, threaded by case, with a stable Message-ID and what signers want aligned."""

import html
import re
import smtplib
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bihuan.desk.reply_tokens import address_for
from bihuan.desk.ways import GatewayDownError, NotAcceptedError, Parcel, Setting, TryLaterError, Way
from bihuan.engine.words import Text

SECONDS = 10
_LINK = re.compile(r"https?://[^\s<>\"，。；）)]+")

_ID = re.compile(r"([^\s<>@]{1,120}@[^\s<>@]{1,120})")

SETTINGS = (
    Setting("host", Text("服务器", "Server")),
    Setting("port", Text("端口", "Port"), "number"),
    Setting(
        "security", Text("加密", "Encryption"), "choice",
        choices=(("starttls", Text("STARTTLS", "STARTTLS")), ("tls", Text("TLS", "TLS")),
                 ("none", Text("无(仅限本机或内网)", "None (this machine or an inner network)"))),
    ),
    Setting("user", Text("用户名", "User name"), required=False),
    Setting("password", Text("密码", "Password"), "secret", required=False),
    Setting("from_address", Text("发件地址", "Sender's address")),
    Setting("from_name", Text("发件人名称", "Sender's name"), required=False),
    Setting(
        "reply_address", Text("回复地址", "Address for replies"), required=False,
        hint=Text("填收信邮箱；回复会带上案件标记，如 box+标记@example.com",
                  "The mailbox we read; replies carry a token of the case: box+token@example.com"),
    ),
)  # fmt: skip


def send(told: Mapping[str, str], parcel: Parcel) -> None:
    """Hand one message to the server; the server's own words say what became of it."""
    message = composed(told, parcel)
    try:
        with _connected(told) as server:
            server.send_message(message, told["from_address"], [parcel.address])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        _judge(code, words)
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        _judge(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        raise GatewayDownError(f"{type(error).__name__}: {error}") from error


def _judge(code: int, words: bytes | str) -> None:
    said = f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
    if code == 421:
        raise GatewayDownError(said)
    if code >= 500:
        raise NotAcceptedError(said)
    raise TryLaterError(said)


def _connected(told: Mapping[str, str]) -> smtplib.SMTP:
    host, port = told["host"], int(told["port"])
    context = ssl.create_default_context()
    if told["security"] == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=SECONDS)
    try:
        if told["security"] == "starttls":
            server.starttls(context=context)
        if told.get("user"):
            server.login(told["user"], told.get("password", ""))
    except BaseException:
        server.close()
        raise
    return server


def composed(told: Mapping[str, str], parcel: Parcel) -> EmailMessage:
    """The message as it goes out. The same parcel under the same settings gives the same Message-ID.

    `From` and the envelope's sender are of one domain, as DMARC wants; no list headers; what comes by
    itself says so, so that no automatic reply answers it.
    """
    sender = told["from_address"]
    domain = sender.rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(told.get("from_name", ""), sender)
    message["To"] = _address("", parcel.address)
    message["Subject"] = parcel.subject
    message["Date"] = format_datetime(datetime.fromtimestamp(parcel.at, UTC))
    message["Message-ID"] = f"<{parcel.message_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if parcel.to_customer and parcel.case:
        root = f"<case.{parcel.case.lower()}@{domain}>"
        answered = _ID.search(parcel.answers)
        theirs = f"<{answered[1]}>" if answered else ""
        message["In-Reply-To"] = theirs or root
        message["References"] = f"{root} {theirs}".strip()
        if told.get("reply_address"):
            message["Reply-To"] = address_for(parcel.case, told["reply_address"])
    message.set_content(parcel.text + "\n", cte="base64")
    message.add_alternative(as_html(parcel), subtype="html", cte="base64")
    for one in parcel.attachments:
        main, _slash, sub = one.kind.partition("/")
        message.add_attachment(one.content, main, sub, filename=one.name)
    message["Content-Language"] = "en" if parcel.language == "en" else "zh-CN"
    return message


def _address(name: str, address: str) -> Address:
    local, _at, domain = address.rpartition("@")
    return Address(name, local, domain)


def as_html(parcel: Parcel) -> str:
    """The same words with paragraphs and links, and nothing fetched from anywhere."""
    language = "en" if parcel.language == "en" else "zh-Hans"
    paragraphs = "".join(
        f"<p>{'<br>'.join(_linked(line) for line in part.splitlines())}</p>"
        for part in parcel.text.split("\n\n")
    )
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{html.escape(parcel.subject)}</title></head><body>{paragraphs}</body></html>"
    )


def _linked(line: str) -> str:
    made, at = [], 0
    for found in _LINK.finditer(line):
        address = html.escape(found[0])
        made += [html.escape(line[at : found.start()]), f'<a href="{address}">{address}</a>']
        at = found.end()
    return "".join([*made, html.escape(line[at:])])


WAY = Way("email", SETTINGS, send)
