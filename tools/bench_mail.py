"""Measures how many mails a second are taken in, against the bare parser and one insert for each.

    python -m tools.bench_mail [--mails 1000] [--database sqlite|postgresql]

The path measured is the worker's: read, kept on the disk, row and ledger, judged, a case registered.
The floor is the library's parser, the raw mail written and synced, and one row committed.
"""

import argparse
import os
import sys
import tempfile
import time
from contextlib import nullcontext
from email import policy
from email.parser import BytesParser
from pathlib import Path

from tools import postgres

BODY = "我上周在贵店买的冰箱不制冷，冷冻室结霜，打过三次电话都没有人处理。请尽快答复。" * 8


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench_mail", description=__doc__)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = parser.parse_args()
    opened = postgres.running(fsync=True) if asked.database == "postgresql" else nullcontext("")
    with opened as url, tempfile.TemporaryDirectory(prefix="bihuan-bench-mail-") as home:
        os.environ.update(
            BIHUAN_HOME=home, DATABASE_URL=url, DJANGO_SETTINGS_MODULE="bihuan.site.settings"
        )
        import django

        django.setup()
        mails = [_mail(number) for number in range(asked.mails)]
        here, floor = _here(mails), _floor(mails, Path(home))
        print(
            f"{asked.database}, {asked.mails} mails of {len(mails[0]) // 1024 + 1} KB, one worker"
        )
        for name, (wall, cpu) in (("taken in", here), ("floor", floor)):
            print(
                f"{name:10} {len(mails) / wall:8.0f} mails/s {1000 * cpu / len(mails):8.2f} ms CPU each"
            )
        print(f"× floor    {here[0] / floor[0]:8.1f} wall      {here[1] / floor[1]:8.1f} CPU")
    return 0


def _mail(number: int) -> bytes:
    return (
        f"From: =?utf-8?b?6LW156S65L6L?= <sender{number}@example.com>\r\nTo: desk@example.com\r\n"
        f"Subject: matter {number}\r\nMessage-ID: <{number}@example.com>\r\nMIME-Version: 1.0\r\n"
        "Date: Mon, 02 Mar 2026 09:30:00 +0800\r\nContent-Type: text/plain; charset=gb2312\r\n\r\n"
    ).encode() + f"{number} {BODY}".encode("gb18030")


def _here(mails: list[bytes]) -> tuple[float, float]:
    from django.core.management import call_command

    from bihuan.channels.email.taking import take
    from bihuan.desk import setup
    from bihuan.desk.mailboxes import Box
    from bihuan.records.models import Received

    call_command("migrate", verbosity=0)
    now = int(time.time())
    token = setup.issue_token(now - 86_400) or ""
    setup.set_up(
        token, "Example", "general", "Admin", "admin", "only-for-the-mails-7", now=now - 86_400
    )
    box = Box(address="desk@example.com")
    take(_mail(len(mails)), box, now)  # what is made once is made
    wall, cpu = time.perf_counter(), time.process_time()
    for mail in mails:
        take(mail, box, now)
    found = time.perf_counter() - wall, time.process_time() - cpu
    assert Received.objects.filter(fate="case").count() == len(mails) + 1
    return found


def _floor(mails: list[bytes], home: Path) -> tuple[float, float]:
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_mail (id INTEGER PRIMARY KEY, subject TEXT, digest TEXT)"
        )
    reader = BytesParser(policy=policy.compat32)
    folder = home / "floor"
    folder.mkdir()
    wall, cpu = time.perf_counter(), time.process_time()
    for number, mail in enumerate(mails):
        message = reader.parsebytes(mail)
        message.get_payload(decode=True)
        with (folder / str(number)).open("wb") as file:
            file.write(mail)
            file.flush()
            os.fsync(file.fileno())
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bench_mail VALUES (%s, %s, %s)",
                (number, str(message["Subject"]), str(number)),
            )
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    sys.exit(main())
