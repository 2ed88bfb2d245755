"""A mail taken in: kept first, then judged; what a crash leaves between the two the worker judges."""

from bihuan.channels import registry
from bihuan.channels.email import judging
from bihuan.channels.email.parse import Mail, parse
from bihuan.channels.email.quotes import parted
from bihuan.desk import received
from bihuan.desk.mailboxes import Box
from bihuan.desk.received import Arrival, Message


def take(raw: bytes, box: Box, now: int, received_at: int = 0) -> Message:
    """Keep a mail that came to a box; it is committed when this returns. Raises OSError where it cannot be.

    `received_at`: when it came to the box, 0 for now; what the mail says of its own time is not believed.
    """
    mail = parse(raw)
    message = received.receive(arrival(mail, raw, box, received_at), now)
    if message.fresh:
        try:
            verdict = judging.verdict(mail, message, now)
        except Exception:  # noqa: BLE001  (kept is kept; the worker judges it, or a person)
            return message
        registry.settle(message, verdict, now)
    return message


def arrival(mail: Mail, raw: bytes, box: Box, received_at: int = 0) -> Arrival:
    """A mail as it is kept, with what was read of it."""
    return Arrival(
        "email", raw, box.address, unit=box.unit, kind=box.kind, received_at=received_at,
        sender=f"{mail.name} <{mail.sender}>" if mail.name else mail.sender,
        contact=mail.sender, message_id=mail.message_id, subject=mail.subject,
        preview=parted(mail.text)[0],
    )  # fmt: skip
