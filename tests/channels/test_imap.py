"""Boxes read from a real Dovecot: everything once, in order, whatever the server or the worker does."""

import imaplib
import socket
import threading
import time
from contextlib import suppress
from typing import Self

import pytest

from bihuan.channels.email import imap
from bihuan.desk import mailboxes
from bihuan.desk.verify import verify
from bihuan.records.models import Mailbox, Received
from bihuan.records.queries.received import tallies
from tests.channels.conftest import a_box
from tests.channels.mails import SUBJECT, TEXT, raw
from tools import mailbox

pytestmark = pytest.mark.django_db
NOW = int(time.time())
DAY = 86_400


@pytest.fixture
def user(dovecot, request) -> str:
    """An inbox of the test's own."""
    name = f"u{abs(hash(request.node.name))}"
    dovecot.inbox(name)
    return name


@pytest.fixture
def box(office, dovecot, user) -> mailboxes.Box:
    return a_box(dovecot.port, user, now=NOW - 3600)


def flags(port: int, user: str, folder: str = "INBOX") -> list[bytes]:
    client = imaplib.IMAP4("127.0.0.1", port)
    client.login(user, mailbox.PASSWORD)
    client.select(folder, readonly=True)
    _, data = client.uid("FETCH", "1:*", "(FLAGS)")
    client.logout()
    return [line for line in data if line]


def test_new_mails_are_kept_in_order_judged_and_marked_as_read(box, dovecot, user) -> None:
    for number in range(3):
        dovecot.deliver(user, raw(f"{TEXT} {number}".encode(), f"{SUBJECT} {number}"))

    assert imap.poll(NOW) == 3
    assert imap.poll(NOW + 60) == 0

    rows = Received.objects.order_by("id").values_list("subject", "fate")
    assert list(rows) == [(f"{SUBJECT} {number}", "case") for number in range(3)]
    assert all(b"\\Seen" in line for line in flags(dovecot.port, user))
    (state,) = mailboxes.states()
    assert (state.contact_at, state.error, state.last_uid) == (NOW + 60, "", 3)
    assert all(day.balances for day in tallies(NOW - DAY, NOW + DAY))
    assert verify(NOW + 60) == []


def test_mails_are_moved_where_that_is_wished_and_the_folder_is_made(office, dovecot, user) -> None:
    a_box(dovecot.port, user, now=NOW - 3600, done_folder="已处理")
    dovecot.deliver(user, raw(TEXT.encode(), SUBJECT))

    assert imap.poll(NOW) == 1

    assert flags(dovecot.port, user) == []
    assert len(flags(dovecot.port, user, '"&XfJZBHQG-"')) == 1


def test_a_box_that_is_numbered_anew_brings_nothing_twice(box, dovecot, user) -> None:
    dovecot.deliver(user, raw(TEXT.encode(), SUBJECT))
    assert imap.poll(NOW) == 1
    before = Mailbox.objects.get().validity
    Mailbox.objects.update(validity=before - 1)  # as if the server had begun again

    dovecot.deliver(user, raw(b"second", "another matter"))
    imap.poll(NOW + 60)

    assert Received.objects.count() == 2
    assert Mailbox.objects.get().validity == before


def test_a_worker_that_died_after_keeping_a_mail_keeps_it_once(box, dovecot, user) -> None:
    for number in range(4):
        dovecot.deliver(user, raw(f"{number}".encode(), f"matter {number} of four"))
    assert imap.poll(NOW) == 4
    Mailbox.objects.update(last_uid=1)  # what it had noted last

    imap.poll(NOW + 60)

    assert Received.objects.count() == 4
    assert Mailbox.objects.get().last_uid == 4


def test_nothing_is_marked_that_could_not_be_kept(box, dovecot, user, monkeypatch) -> None:
    dovecot.deliver(user, raw(TEXT.encode(), SUBJECT))

    def full(_raw: bytes) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bihuan.desk.files.keep_raw", full)
    assert imap.poll(NOW) == 0

    assert Received.objects.count() == 0
    assert not any(b"\\Seen" in line for line in flags(dovecot.port, user))
    assert "No space left" in mailboxes.states()[0].error
    monkeypatch.undo()
    assert imap.poll(NOW + 3600) == 1


def test_what_came_before_the_box_was_set_up_is_left_alone(office, dovecot, user) -> None:
    client = imaplib.IMAP4("127.0.0.1", dovecot.port)
    client.login(user, mailbox.PASSWORD)
    client.append(
        "INBOX", "", imaplib.Time2Internaldate(NOW - 30 * DAY), raw(b"old", "an old matter")
    )
    client.append("INBOX", "", imaplib.Time2Internaldate(NOW - 60), raw(b"new", "a new matter"))
    client.logout()
    a_box(dovecot.port, user, now=NOW - 3600)

    assert imap.poll(NOW) == 1

    row = Received.objects.get()
    assert (row.subject, row.received_at) == ("a new matter", NOW - 60)


def test_a_wrong_password_is_said_and_does_not_stop_the_other_box(box, dovecot, user) -> None:
    a_box(dovecot.port, user, now=NOW - 3600, address="a@example.com", password="wrong")
    dovecot.deliver(user, raw(TEXT.encode(), SUBJECT))

    assert imap.poll(NOW) == 1

    states = {one.address: one for one in mailboxes.states()}
    assert "AUTHENTICATIONFAILED" in states["a@example.com"].error.upper()
    assert "wrong" not in states["a@example.com"].error
    assert states["desk@example.com"].error == ""


def test_a_server_that_hangs_up_in_the_middle_of_a_mail_costs_nothing(
    office, dovecot, user, monkeypatch
) -> None:
    with Cutting(dovecot.port, after=6_000) as line:
        a_box(line.port, user, now=NOW - 3600)
        dovecot.deliver(user, raw(b"short", "a short matter"))
        dovecot.deliver(user, raw(b"long " * 4_000, "a long matter"))

        imap.poll(NOW)
        assert Received.objects.count() == 1
        assert mailboxes.states()[0].error
        line.after = 10_000_000
        imap.poll(NOW + 3600)

    assert sorted(Received.objects.values_list("subject", flat=True)) == [
        "a long matter",
        "a short matter",
    ]
    assert verify(NOW + 3600) == []


def test_what_comes_is_seen_at_once_where_the_server_tells(transactional_db, dovecot, user) -> None:
    from tests.desk.firm import firm

    firm()
    a_box(dovecot.port, user, now=NOW - 3600)
    stop = threading.Event()
    watch = imap.Watch(lambda: NOW, stop)
    watch.look_after()
    try:
        dovecot.deliver(user, raw(TEXT.encode(), SUBJECT))
        end = time.monotonic() + 30
        while not Received.objects.exclude(fate="").exists() and time.monotonic() < end:
            stop.wait(0.05)
        assert Received.objects.get().fate == "case"
    finally:
        stop.set()
        for thread in watch.threads.values():
            thread.join(30)


class Cutting:
    """A line to the server that is cut after so many bytes from it."""

    def __init__(self, target: int, after: int) -> None:
        self.target = target
        self.after = after
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.target))
            back = threading.Thread(target=self._copy, args=(far, near, self.after), daemon=True)
            back.start()
            threading.Thread(target=self._both, args=(near, far, back), daemon=True).start()

    def _both(self, near: socket.socket, far: socket.socket, back: threading.Thread) -> None:
        self._copy(near, far, 2**60)
        back.join()
        near.close()
        far.close()

    @staticmethod
    def _copy(source: socket.socket, target: socket.socket, most: int) -> None:
        with suppress(OSError):
            while most > 0 and (data := source.recv(min(65_536, most))):
                target.sendall(data)
                most -= len(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
