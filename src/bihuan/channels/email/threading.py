"""Which case a mail belongs to: by what it answers, by the address it went to, by likeness, never by a number alone.

A number is no secret: who quotes one is only believed where they have a part in that case. What a
stranger says about a number is for a person to judge.
"""

import re
from dataclasses import dataclass

from bihuan.channels.email.parse import Mail
from bihuan.desk import delivering, reply_tokens
from bihuan.desk.numbering import PREFIXES
from bihuan.records.queries import received

WINDOW = 14 * 86_400  # how long the same subject by the same sender means the same matter
_NUMBER = re.compile(
    rf"(?<![A-Z0-9])((?:{'|'.join([*PREFIXES.values(), 'AJ'])})\d{{8}}-\d{{4,6}})(?!\d)"
)
_ANSWERS = re.compile(
    r"^\s*((re|aw|sv|fw|fwd|wg|tr)\s*(\[\d+\])?\s*[:：]|(回复|答复|回覆|转发|轉寄|转寄|回信)\s*[:：])\s*",  # zh: data
    re.IGNORECASE,
)
_SHORTEST = 4  # signs a subject must have to mean anything
LOOKED_AT = 2000  # characters of the text in which a number counts as quoted


@dataclass(frozen=True, slots=True)
class Thread:
    """The case a mail belongs to, and how that is known; `claimed`: a number a stranger quotes."""

    number: str = ""
    how: str = ""  # reply, address, own-mail, number, subject
    claimed: str = ""


def thread_of(mail: Mail, fresh: str, now: int) -> Thread:
    """Where the mail belongs; empty where it begins something."""
    for one in mail.references:
        if number := received.living(delivering.case_of(one)):
            return Thread(number, "reply")
    for address in mail.to:
        if number := received.living(reply_tokens.number_in(address)):
            return Thread(number, "address")
    if number := received.case_of_messages(mail.references):
        return Thread(number, "own-mail")
    quoted = [one for one in quoted_numbers(mail, fresh) if received.living(one)]
    for number in quoted:
        if received.takes_part(mail.sender, number):
            return Thread(received.living(number), "number")
    if quoted:
        return Thread(claimed=quoted[0])
    subject = normal_subject(mail.subject)
    if len(subject) >= _SHORTEST:
        for earlier in received.earlier_of(mail.sender, now - WINDOW):
            if normal_subject(earlier.subject) == subject and earlier.is_open:
                return Thread(earlier.case, "subject")
    return Thread()


def quoted_numbers(mail: Mail, fresh: str) -> tuple[str, ...]:
    """The case numbers a mail names: in its subject, else at the beginning of what was written now."""
    subject = _NUMBER.findall(mail.subject.upper())
    return tuple(dict.fromkeys(subject or _NUMBER.findall(fresh[:LOOKED_AT].upper())))


def normal_subject(subject: str) -> str:
    """A subject without what answering and passing on put before it, and without our number."""
    text = subject.strip()
    while found := _ANSWERS.match(text):
        text = text[found.end() :]
    text = re.sub(r"[\[【(（]?" + _NUMBER.pattern + r"[\]】)）]?", "", text)
    return re.sub(r"\s+", "", text).casefold()
