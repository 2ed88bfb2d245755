"""Kills the worker that reads the mail, again and again, and looks whether a mail is lost or there twice.

    python -m tools.mail_crash --kills 100 [--dice N]

Each life begins with new mails in a real Dovecot; a worker process reads them and is killed at any
moment. At the end one is let through; then every mail is there once, the books agree, verify finds nothing.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tools import mailbox
from tools.mail_corpus import open_house

USER = "crash"
MAILS = 12  # delivered before each life
LONGEST = 0.9  # seconds a worker lives once it reads


def main() -> int:
    """Run the command; 0 where nothing was lost."""
    parser = argparse.ArgumentParser(prog="python -m tools.mail_crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--dice", type=int, default=1)
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        return _work()
    with tempfile.TemporaryDirectory(prefix="bihuan-mail-crash-") as home:
        os.environ.update(
            BIHUAN_HOME=home, DATABASE_URL="", DJANGO_SETTINGS_MODULE="bihuan.site.settings"
        )
        import django

        django.setup()
        with mailbox.running() as server:
            faults = crash(server, asked.kills, random.Random(asked.dice))
    for fault in faults:
        print(f"WRONG: {fault}")
    print("nothing was lost, and nothing is there twice" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


def crash(server: mailbox.Server, kills: int, dice: random.Random) -> list[str]:
    """So many lives of the worker; what is wrong afterwards."""
    open_house(server, USER)
    delivered = 0
    middle = 0
    for _ in range(kills):
        for _ in range(MAILS):
            delivered += 1
            server.deliver(USER, _mail(delivered))
        worker = _worker()
        assert worker.stdout
        worker.stdout.readline()  # it reads
        time.sleep(dice.uniform(0, LONGEST))
        ended = worker.poll() is not None
        worker.kill()
        worker.wait()
        worker.stdout.close()
        middle += not ended
    with _worker() as last:
        last.communicate(timeout=600)
    print(f"{kills} kills, {middle} of them while it read; {delivered} mails")
    return _faults(delivered)


def _mail(number: int) -> bytes:
    return (
        f"From: sender{number} <sender{number}@example.com>\r\nSubject: matter {number}\r\n"
        f"Message-ID: <{number}@example.com>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"第 {number} 件：冰箱不制冷。"
    ).encode()


def _worker() -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-m", "tools.mail_crash", "--work"]
    return subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=Path(__file__).parent.parent
    )


def _work() -> int:
    """What is killed: the worker's own jobs, until nothing is new."""
    import django

    django.setup()
    from bihuan.channels.email import imap
    from bihuan.channels.registry import judge_waiting

    print("reading", flush=True)
    while True:
        now = int(time.time())
        judged = judge_waiting(now)
        if not imap.poll(now) and not judged:
            return 0


def _faults(delivered: int) -> list[str]:
    from bihuan.desk import mailboxes
    from bihuan.desk.verify import verify
    from bihuan.records.models import Case, Received
    from bihuan.records.queries.received import tallies

    now = int(time.time())
    faults = [f"{one.code} {one.number}: {one.text.en}" for one in verify(now)]
    faults += [f"{day.channel} does not add up" for day in tallies(0, now + 1) if not day.balances]
    faults += [state.error for state in mailboxes.states() if state.error]
    wanted = {f"matter {number}" for number in range(1, delivered + 1)}
    kept = Counter(Received.objects.values_list("subject", flat=True))
    faults += [f"{one} is lost" for one in sorted(wanted - set(kept))]
    faults += [f"{one} was kept {count} times" for one, count in kept.items() if count > 1]
    titles = Counter(Case.objects.filter(ledger=False).values_list("title", flat=True))
    faults += [f"{title} is {count} cases" for title, count in titles.items() if count > 1]
    open_ones = Received.objects.exclude(fate="case").count()
    faults += [f"{open_ones} mails are no case"] if open_ones else []
    return faults


if __name__ == "__main__":
    sys.exit(main())
