"""What a mail is: machines are kept from the cases, answers go to theirs, what is new becomes one."""

from bihuan.channels.channel import Content, keep_enclosed
from bihuan.channels.email.html_text import safe
from bihuan.channels.email.kinds import Kind, kind_of, returned
from bihuan.channels.email.parse import Mail, parse
from bihuan.channels.email.quotes import parted
from bihuan.channels.email.threading import thread_of
from bihuan.desk import delivering, mailboxes, received
from bihuan.desk.mailboxes import Box
from bihuan.desk.received import Message, Verdict
from bihuan.records.queries import received as known

MOST_CONTENT = 50_000  # characters of a mail that a case begins with
MOST_AN_HOUR = (
    30  # mails of one sender, of which the following wait for a person: no loop gets further
)
CHANNEL = "email"


def judge(message: Message, now: int) -> Verdict:
    """What the mail is; a bounce is told to those who owe the customer another way."""
    return verdict(parse(received.raw_of(message.digest)), message, now)


def verdict(mail: Mail, message: Message, now: int) -> Verdict:
    """The same for a mail that is read already."""
    box = mailboxes.find(message.source) or Box()
    kind = kind_of(mail, mailboxes.own_addresses())
    if kind is Kind.BOUNCE:
        gone = returned(mail)
        for one in gone.ids:
            delivering.bounced(one, gone.reason, now)
    if kind in _REJECTED:
        return Verdict("rejected", kind.value)
    if reason := _doubt(mail, kind, message, now):
        return Verdict("quarantined", reason)
    if number := known.same_mail(mail.message_id, mail.sender, message.id):
        return Verdict("merged", "duplicate", number)
    fresh, _rest = parted(mail.text)
    thread = thread_of(mail, fresh, now)
    if thread.number:
        return Verdict(
            "addition",
            case=thread.number,
            text=_said(mail, fresh),
            files=keep_enclosed(content(mail)),
        )
    if thread.claimed:
        return Verdict("quarantined", "stranger")
    if not box.opens:
        return Verdict("quarantined", "box-asks")
    return _case(mail, fresh, message, box, now)


_REJECTED = frozenset({Kind.BOUNCE, Kind.REPORT, Kind.AUTOMATIC, Kind.OWN})


def _doubt(mail: Mail, kind: Kind, message: Message, now: int) -> str:
    """Why a person has to look at it before anything is done; empty where nobody has to."""
    if mail.is_empty or not mail.sender or (mail.wrong and not mail.text.strip()):
        return "unreadable"
    if kind is not Kind.PERSON:
        return kind.value
    if mail.headers.get("x-spam-flag", "").strip().lower() in ("yes", "true"):
        return "spam"
    if known.count_of(mail.sender, now - 3600, message.id) >= MOST_AN_HOUR:
        return "too-many"
    return ""


def _case(mail: Mail, fresh: str, message: Message, box: Box, now: int) -> Verdict:
    policy = received.policy_of(message, now)
    if policy is None or CHANNEL not in policy.channels:
        return Verdict("quarantined", "no-channel")
    kind = box.kind if box.kind in policy.kinds else next(iter(policy.kinds))
    told = {
        "name": mail.name or mail.sender.partition("@")[0],
        "contact": mail.sender,
        "content": "\n".join(part for part in (mail.subject, fresh) if part)[:MOST_CONTENT] or "—",
    }
    facts = {name: value for name, value in told.items() if name in policy.facts}
    facts |= {"kind": kind, "channel": CHANNEL, "received": message.received_at}
    return Verdict("case", facts=facts, files=keep_enclosed(content(mail)))


def _said(mail: Mail, fresh: str) -> str:
    text = fresh.strip() or mail.subject or "—"
    return text[:MOST_CONTENT]


def content(mail: Mail) -> Content:
    """A mail as people read it."""
    fresh, _rest = parted(mail.text)
    return Content(
        sender=mail.name,
        contact=mail.sender,
        subject=mail.subject,
        text=mail.text,
        fresh=fresh,
        html=safe(mail.html) if mail.html else "",
        enclosed=mail.enclosed,
        about={"To": ", ".join(mail.to[:10])} if mail.to else {},
    )


def read(raw: bytes) -> Content:
    """A raw mail as people read it."""
    return content(parse(raw))
