"""Feeds folders of mails through a real Dovecot into an organisation of its own, and says what became of them.

    python -m tools.mail_corpus DIR …    0 where nothing went wrong

Wrong is: a mail that is not kept; one that breaks what reads it; books that do not agree; a machine's
mail (bounce, report, automatic reply) that opens a case, is added to one or is answered.
"""

import logging
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tools import mailbox

USER = "corpus"


class _Broken(logging.Handler):
    """Counts what was logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(self.format(record).splitlines()[-1])


def main() -> int:
    """Run the command."""
    files = [
        path for name in sys.argv[1:] for path in sorted(Path(name).rglob("*")) if path.is_file()
    ]
    if not files:
        print(__doc__)
        return 2
    with tempfile.TemporaryDirectory(prefix="bihuan-corpus-") as home:
        os.environ.update(
            BIHUAN_HOME=home, DATABASE_URL="", DJANGO_SETTINGS_MODULE="bihuan.site.settings"
        )
        import django

        django.setup()
        with mailbox.running() as server:
            return _feed(server, files)


def _feed(server: mailbox.Server, files: list[Path]) -> int:
    broken = _Broken()
    logging.getLogger("bihuan").addHandler(broken)
    now = open_house(server, USER)
    from bihuan.channels.email import imap
    from bihuan.desk import mailboxes

    for path in files:
        server.deliver(USER, path.read_bytes())
    begun = time.monotonic()
    count = imap.poll(now)
    took = time.monotonic() - begun
    (state,) = mailboxes.states()
    faults = [state.error] if state.error else []
    faults += [f"{len(files) - count} mails were not read"] if count != len(files) else []
    faults += broken.said + _look(now, len(files))
    print(f"{count} mails in {took:.1f} s, {count / took:.0f} a second")
    for fault in faults:
        print(f"WRONG: {fault}")
    print("nothing went wrong" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


def open_house(server: mailbox.Server, user: str) -> int:
    """An organisation under the plain policy with a box on the server; the instant it is now."""
    from django.core.management import call_command

    from bihuan.desk import mailboxes, setup

    call_command("migrate", verbosity=0)
    now = int(time.time())
    token = setup.issue_token(now - 86_400) or ""
    setup.set_up(
        token, "Example", "general", "Admin", "admin", "only-for-the-mails-7", now=now - 86_400
    )
    told = {
        "address": "desk@example.com", "host": "127.0.0.1", "port": str(server.port), "security": "none",
        "user": user, "auth": "password", "password": mailbox.PASSWORD, "unit": "company",
    }  # fmt: skip
    made = mailboxes.save(told, opens=True, is_open=True, now=now - 86_400)
    assert not hasattr(made, "code"), made
    return now + 60


def _look(now: int, files: int) -> list[str]:
    """What is wrong with the books after all mails were read; prints what became of them."""
    from bihuan.channels.email.kinds import Kind, kind_of
    from bihuan.channels.email.parse import parse
    from bihuan.desk.received import raw_of, unsound
    from bihuan.desk.verify import verify
    from bihuan.records.models import Case, Delivery, Outbox, Received
    from bihuan.records.queries.received import tallies

    faults = [text.en for _, text in unsound()]
    faults += [f"{one.code} {one.number}: {one.text.en}" for one in verify(now)]
    faults += ["the two books do not agree" for day in tallies(0, now + 1) if not day.balances]
    distinct = Received.objects.count()
    print(f"{files} files, {distinct} different mails")
    fates = Counter(Received.objects.values_list("fate", "reason"))
    for (fate, reason), count in sorted(fates.items()):
        print(f"{count:6} {fate or 'waiting'} {reason}")
    machines = (Kind.BOUNCE, Kind.REPORT, Kind.AUTOMATIC, Kind.OWN, Kind.LIST, Kind.ROBOT)
    for row in Received.objects.filter(fate__in=("", "case", "addition")):
        mail = parse(raw_of(row.digest))
        if not row.fate or kind_of(mail) in machines:
            faults.append(f"{row.fate or 'waiting'}: {mail.sender} {mail.subject[:60]}")
    cases = Case.objects.filter(ledger=False).count()
    told = Outbox.objects.filter(to="customer", kind="registered").count()
    answered = Delivery.objects.filter(to="customer").count()
    if told > cases or answered:
        faults.append(f"{told} told and {answered} answered for {cases} cases")
    unread = sum(
        "\ufffd" in text
        for row in Received.objects.values_list("subject", "preview")
        for text in row
    )
    print(f"{cases} cases; {unread} texts hold signs that could not be read")
    return faults


if __name__ == "__main__":
    sys.exit(main())
