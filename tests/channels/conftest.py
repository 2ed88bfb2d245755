"""What tests of channels share: a firm with a mailbox, and a real Dovecot."""

from collections.abc import Iterator

import pytest

from bihuan.desk import mailboxes, worlds
from bihuan.desk.mailboxes import Box
from tests.desk.firm import DAY, START, Firm, firm
from tools import mailbox

BOX = "desk@example.com"


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    worlds.forget()
    yield
    worlds.forget()


@pytest.fixture
def office(db: None) -> Firm:
    return firm()


def a_box(port: int = 993, user: str = "desk", *, now: int = START - DAY, **more: str) -> Box:
    """A mailbox of the firm, read from a server on this machine; its cases are opened at once."""
    told = {
        "address": BOX, "host": "127.0.0.1", "port": str(port), "security": "none", "user": user,
        "auth": "password", "password": mailbox.PASSWORD, "unit": "firm", **more,
    }  # fmt: skip
    made = mailboxes.save(told, opens=True, is_open=True, now=now)
    assert not hasattr(made, "code"), made
    found = mailboxes.find(told["address"])
    assert found
    return found


@pytest.fixture(scope="session")
def dovecot() -> Iterator[mailbox.Server]:
    """A real IMAP server of this machine alone; its absence is a failure."""
    with mailbox.running() as server:
        yield server
