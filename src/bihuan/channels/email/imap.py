"""Boxes read over IMAP: what is new is kept one by one, and marked on the server only after that.

How far a box was read stands in our database, not on the server: a worker that dies anywhere repeats
at most one mail, which is recognised. A box that fails is tried again later and stops no other.
"""

import imaplib
import logging
import re
import ssl
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from email.utils import parsedate_to_datetime
from threading import Event, Thread
from time import time

from django.db import connection
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from bihuan.channels.email import oauth
from bihuan.channels.email.taking import take
from bihuan.desk import mailboxes
from bihuan.desk.mailboxes import Box

log = logging.getLogger(__name__)
SECONDS = 30
IDLE_SECONDS = (
    240  # a server may hang up after half an hour; meanwhile what came by other ways is seen
)
TOGETHER = 200  # mails asked for at once
LARGEST = 200 * 1024 * 1024
imaplib._MAXLINE = 10_000_000  # noqa: SLF001  (one SEARCH answer of a big box is one line)


class BoxError(Exception):
    """A box that cannot be read now, in words an administrator understands."""


def wake(now: int) -> int:
    """Let somebody listen at every box whose server tells what comes, and read the others."""
    _WATCH.look_after()
    return poll(now, besides=_WATCH.standing())


def poll(now: int, besides: Collection[int] = ()) -> int:
    """Read every box that is due; how many new mails were kept. One that fails stops no other."""
    count = 0
    for box in mailboxes.due(now):
        if box.id in besides:
            continue
        try:
            with connected(box, now) as server:
                count += read_new(server, box, lambda: now)
            mailboxes.reached(box.id, now)
        except Exception as error:  # noqa: BLE001  (whatever a server does, the next box is read)
            mailboxes.failed(box.id, in_words(error), now)
    return count


def in_words(error: Exception) -> str:
    """What went wrong, without what it may hold of credentials."""
    text = f"{type(error).__name__}: {error}"
    return re.sub(r"(?i)(auth\S*|login|password|token)\s*[=:]\s*\S+", r"\1=…", text)[:300]


@contextmanager
def connected(box: Box, now: int) -> Iterator[BaseMailBox]:
    """The box, signed in and with its folder chosen."""
    server = _open(box)
    try:
        if box.auth == "oauth2":
            server.xoauth2(box.user, oauth.access_token(box, now), initial_folder=None)
        else:
            server.login(box.user, box.hidden.get("password", ""), initial_folder=None)
        _introduce(server)
        server.folder.set(box.folder)
        yield server
    finally:
        with suppress(Exception):
            server.logout()
        with suppress(Exception):  # where the line was cut, no word of ours closes it
            server.client.shutdown()


def _open(box: Box) -> BaseMailBox:
    context = ssl.create_default_context()
    if box.security == "tls":
        return MailBox(box.host, box.port, timeout=SECONDS, ssl_context=context)
    if box.security == "starttls":
        return MailBoxStartTls(box.host, box.port, timeout=SECONDS, ssl_context=context)
    return MailBoxUnencrypted(box.host, box.port, timeout=SECONDS)


def _introduce(server: BaseMailBox) -> None:
    """Say who we are (RFC 2971): 163 and its like let nobody choose a folder who does not."""
    client = server.client
    if "ID" in getattr(client, "capabilities", ()) or b"ID" in getattr(client, "capabilities", ()):
        imaplib.Commands.setdefault("ID", ("AUTH", "SELECTED", "NONAUTH"))
        with suppress(imaplib.IMAP4.error):
            client._simple_command("ID", '("name" "bihuan" "version" "1" "vendor" "bihuan")')  # noqa: SLF001


def read_new(server: BaseMailBox, box: Box, clock: Callable[[], int], most: int = 0) -> int:
    """Keep what came since the box was read last, in the order of its numbers; how many mails."""
    validity = _validity(server)
    last = box.last_uid if validity == box.validity else 0
    count = 0
    for uid in _numbers(server, last + 1, box, clock()):
        raw, came = _fetch(server, uid)
        if raw:
            take(raw, box, clock(), came)
            count += 1
        mailboxes.advance(box.id, validity, uid)  # committed before the server is told
        _mark(server, uid, box)
        if most and count >= most:
            break
    return count


def _validity(server: BaseMailBox) -> int:
    status = server.folder.status(server.folder.get(), options=("UIDVALIDITY",))
    return int(status.get("UIDVALIDITY", 0))


def _numbers(server: BaseMailBox, first: int, box: Box, now: int) -> list[int]:
    """The numbers of the mails from the first on; where it was never read, of those since it was set up."""
    asked = f"UID {first}:*"
    if first == 1:
        from datetime import UTC, datetime

        day = datetime.fromtimestamp(min(box.since_at, now) - 86_400, UTC)
        asked += f" SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}"
    kind, data = server.client.uid("SEARCH", asked)
    if kind != "OK":
        raise BoxError(f"SEARCH: {data!r}")
    found = (int(number) for line in data if line for number in line.split())
    return sorted(number for number in found if number >= first)


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')


def _fetch(server: BaseMailBox, uid: int) -> tuple[bytes, int]:
    """A mail as the server has it, and when it came there; empty where it is gone meanwhile."""
    kind, data = server.client.uid("FETCH", str(uid), "(INTERNALDATE BODY.PEEK[])")
    if kind != "OK":
        raise BoxError(f"FETCH {uid}: {data!r}")
    for item in data:
        if isinstance(item, tuple) and len(item) == 2:
            head, raw = item
            size = re.search(rb"\{(\d+)\}", head)
            if size and len(raw) != int(size[1]):
                raise BoxError(f"FETCH {uid}: {len(raw)} of {int(size[1])} bytes")
            whole = head + b" ".join(one for one in data if isinstance(one, bytes))
            return raw, _came(whole)
    return b"", 0


def _came(head: bytes) -> int:
    found = _DATE.search(head)
    if not found:
        return 0
    day = found[1].decode("ascii", "replace").replace("-", " ")
    try:
        return int(parsedate_to_datetime(day).timestamp())
    except (ValueError, TypeError, OverflowError):
        return 0


def _mark(server: BaseMailBox, uid: int, box: Box) -> None:
    """Tell the server that the mail was read, or move it; where it will not, that is its own matter."""
    client = server.client
    with suppress(imaplib.IMAP4.error, ImapToolsError):
        client.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
        if box.done_folder:
            if not server.folder.exists(box.done_folder):
                server.folder.create(box.done_folder)
            server.move([str(uid)], box.done_folder)


# -- Being told at once ------------------------------------------------------------------------------


class Watch:
    """One thread for each box whose server tells at once what comes (IDLE); the poll covers what it misses."""

    def __init__(self, clock: Callable[[], int], stop: Event) -> None:
        self.clock = clock
        self.stop = stop
        self.threads: dict[int, Thread] = {}

    def look_after(self) -> None:
        """Start a watch for every open box that has none."""
        for box in mailboxes.due(self.clock()):
            standing = self.threads.get(box.id)
            if standing is None or not standing.is_alive():
                thread = Thread(target=self._watch, args=(box.id,), daemon=True, name=box.address)
                self.threads[box.id] = thread
                thread.start()

    def standing(self) -> frozenset[int]:
        """The boxes that are listened at now."""
        return frozenset(number for number, thread in self.threads.items() if thread.is_alive())

    def _watch(self, number: int) -> None:
        try:
            while not self.stop.is_set():
                box = next((one for one in mailboxes.due(self.clock()) if one.id == number), None)
                if box is None or not self._once(box):
                    return  # closed, failing, or a server that does not tell: the poll reads it
        finally:
            connection.close()

    def _once(self, box: Box) -> bool:
        try:
            with connected(box, self.clock()) as server:
                read_new(server, box, self.clock)
                mailboxes.reached(box.id, self.clock())
                if "IDLE" not in {str(one).strip("b'") for one in server.client.capabilities}:
                    return False
                for _ in range(IDLE_SECONDS):
                    if self.stop.is_set() or server.idle.wait(timeout=1):
                        break
        except Exception as error:  # noqa: BLE001  (whatever a server does)
            log.warning("%s: %s", box.address, in_words(error))
            mailboxes.failed(box.id, in_words(error), self.clock())
            return False
        return True


_WATCH = Watch(lambda: int(time()), Event())
