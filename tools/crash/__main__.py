"""Kill the server at random moments under load, again and again, and look whether anything is lost.

    python -m tools.crash --runs 200 --database sqlite|postgresql [--dice N] [--minutes M] [--keep]

Each run starts `bihuan serve` on the data the runs before left, with duties that fell due; clerks
register and act by the real forms, customers complain on the web; then kill -9, at any moment from
the first one on. While nothing runs, the database is compared with what was acknowledged, and
verified; in the next run, forms are sent again under their act ids. PostgreSQL itself keeps running.
"""

import argparse
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from tools import postgres
from tools.crash.books import CLERKS, MANAGER, Books, Sent
from tools.crash.browsing import LostError
from tools.crash.load import WAY, Clerk, Customer, Office
from tools.crash.server import Server

MOST_FAULTS = 20
READY_WITHIN = 60.0
FIRST_STARTS = 4
ENOUGH_FOR_ALL = 50  # runs after which each act of the way must have been done
LONGEST_WORK = 4.0
LOOK_AT_ALL_EVERY = 50


def main() -> int:
    """Run the command; 0 where nothing was lost."""
    parser = argparse.ArgumentParser(prog="python -m tools.crash", description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--dice", type=int, default=1, help="other numbers, other moments")
    parser.add_argument("--minutes", type=float, default=60.0, help="give up after so long")
    parser.add_argument("--keep", action="store_true", help="keep the data folder")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    home = Path(tempfile.mkdtemp(prefix="bihuan-crash-"))
    kept = args.keep
    try:
        with _database(args.database) as url:
            os.environ.update(
                BIHUAN_HOME=str(home),
                DATABASE_URL=url,
                DJANGO_SETTINGS_MODULE="bihuan.site.settings",
            )
            import django

            django.setup()
            test = Crash(home, args.dice)
            test.run(args.runs, time.monotonic() + 60 * args.minutes)
            kept = kept or bool(test.faults)
            print(test.summary(args.database))
            return 1 if test.faults else 0
    finally:
        if kept:
            print(f"the data folder is {home}")
        else:
            shutil.rmtree(home, ignore_errors=True)


def _database(name: str) -> AbstractContextManager[str]:
    return postgres.running(fsync=True) if name == "postgresql" else nullcontext("")


class Crash:
    """The whole test: people, books, and one server after the other."""

    def __init__(self, home: Path, dice: int) -> None:
        self.home = home
        self.dice = random.Random(dice)
        self.faults: list[str] = []
        self.kills: Counter[str] = Counter()
        self.runs = 0
        self._first_starts()
        self.books = Books(self.dice)
        self.office = Office(self.dice)
        names = (*CLERKS, MANAGER)
        self.clerks = [Clerk(name, dice * 1000 + place) for place, name in enumerate(names)]
        self.customers = [Customer(place) for place in range(3)]
        self.acts: Counter[str] = Counter()
        self.others: Counter[str] = Counter()
        self.open: list[Sent] = []  # to be sent again
        self.all: list[Sent] = []
        self.starts: list[float] = []
        self.looks: list[float] = []
        self.begun = time.monotonic()
        self.verified = 0.0

    def _first_starts(self) -> None:
        """On an empty database: killed while it makes the tables, it makes the rest the next time."""
        for _ in range(FIRST_STARTS):
            server = Server(self.home)
            time.sleep(self.dice.uniform(0.1, 1.2))
            server.kill()
            self.kills["while it made the tables" if not server.port() else "otherwise"] += 1
        server = Server(self.home)
        if not server.wait_for_port(time.monotonic() + READY_WITHIN):
            self._fault(f"the first start fails: {server.log.read_text()[-2000:]}")
        server.kill()

    def run(self, runs: int, until: float) -> None:
        """So many lives of the server, then one that is stopped in peace."""
        self.books.left()
        self._life(("sign in", READY_WITHIN))
        for number in range(1, runs + 1):
            if time.monotonic() > until:
                self.faults.append(f"only {self.runs} of {runs} runs within the time given")
            if len(self.faults) >= MOST_FAULTS or time.monotonic() > until:
                break
            self.books.make_due(220 if number % 20 == 10 else 25)
            self.books.let_customers_in()
            self.books.left()
            self._life(self._moment())
            self._look()
            if number % LOOK_AT_ALL_EVERY == 0:
                self._fault(*self.books.check_all())
                self._say(number)
            self.runs = number
        self._last_life()

    def _moment(self) -> tuple[str, float]:
        """When to kill: during the start, soon after it, or in the middle of the work."""
        turn = self.dice.random()
        usual = statistics.median(self.starts) if self.starts else 2.0
        if turn < 0.2 and self.starts:
            return "start", self.dice.uniform(0, usual)
        if turn < 0.4:
            return "work", self.dice.uniform(0, 0.4)
        return "forms", self.dice.randint(1, 20)

    def _life(self, moment: tuple[str, float]) -> None:
        during, after = moment
        self.office.sent = []
        self.office.stopping.clear()
        self.office.killed.clear()
        server = Server(self.home)
        try:
            if during == "start":
                time.sleep(after)
                ready = bool(server.port())
                self.office.killed.set()
                server.kill()
                self._count(ready=ready)
                return
            port = server.wait_for_port(time.monotonic() + READY_WITHIN)
            if not port:
                self._fault(f"the server did not start: {server.log.read_text()[-2000:]}")
                return
            self.starts.append(time.monotonic() - server.begun)
            if during == "sign in":
                self._sign_in(port)
                return
            threads = self._at_work(port)
            if during == "forms":
                self._wait_for_forms(int(after))
            else:
                time.sleep(after)
            self.office.killed.set()
            server.kill()
            self.office.stopping.set()
            for thread in threads:
                thread.join(60)
            self._count(ready=True)
        finally:
            self.office.killed.set()
            server.kill()
            self._fault(*(f"server's log: {line}" for line in server.trouble()))
            self._fault(*self.office.faults)
            self.office.faults.clear()

    def _wait_for_forms(self, count: int) -> None:
        """Until so many forms were answered, and a moment longer."""
        until = time.monotonic() + LONGEST_WORK
        while time.monotonic() < until:
            if sum(one.told != "unknown" for one in self.office.sent) >= count:
                break
            time.sleep(0.005)
        time.sleep(self.dice.uniform(0, 0.08))

    def _sign_in(self, port: int) -> None:
        for clerk in self.clerks:
            clerk.browser.use(port)
            clerk.sign_in(self.office)

    def _at_work(self, port: int) -> list[threading.Thread]:
        threads = []
        again = {clerk.name: [one for one in self.open if one.who == clerk.name]
                 for clerk in self.clerks}  # fmt: skip
        for clerk in self.clerks:
            clerk.browser.use(port)
            threads.append(threading.Thread(target=self._day, args=(clerk, again[clerk.name])))
        for customer in self.customers:
            customer.browser.use(port)
            threads.append(threading.Thread(target=customer.work, args=(self.office,)))
        for thread in threads:
            thread.start()
        return threads

    def _day(self, clerk: Clerk, again: list[Sent]) -> None:
        """A clerk sends again what is to be sent again, then works."""
        try:
            for one in again:
                self._repeat(clerk, one)
                self.open.remove(one)
        except LostError as error:
            if not self.office.killed.is_set():
                self.office.faults.append(f"no answer to a form sent again: {error}")
            return
        clerk.work(self.office)

    def _repeat(self, clerk: Clerk, one: Sent) -> None:
        answer = clerk.repeat(one, self.office)
        if answer is None:
            return
        number = answer.to.removeprefix("/cases/").rstrip("/") if answer.status == 302 else ""
        self.others["sent again"] += 1
        was = one.told
        if was == "accepted" or one.receipt is not None:
            wanted = one.number or (one.receipt and self.books.number_in(one.receipt))
            refused = one.receipt is not None and self.books.refused(one.receipt)
            if number != wanted and not refused:
                self.office.faults.append(
                    f"{one.act} {one.act_id} on {wanted} sent again after the crash was answered "
                    f"{answer.status} {answer.to}"
                )
        if was == "unknown":
            one.told = "accepted" if number else "refused"
            if number:
                one.number = one.number or number
                self.others["arrived at the second try"] += one.receipt is None
                self.others["had been done, unanswered"] += one.receipt is not None
                step = one.step + 1 if one.act != "register" else int("agreed_time" in one.values)
                if one.act == "register" or one.step >= 0:
                    self.office.hand_on(one.number, step)
        self.office.sent.append(one)

    def _count(self, *, ready: bool) -> None:
        self.books.wait_until_alone()
        if not ready:
            self.kills["while it started"] += 1
        elif self.books.still_due():
            self.kills["while the sweep worked"] += 1
        elif self.office.in_hand():
            self.kills["with forms unanswered"] += 1
        else:
            self.kills["otherwise"] += 1

    def _look(self) -> None:
        """Compare with what was acknowledged; choose what is sent again."""
        begun = time.monotonic()
        self.books.wait_until_alone()
        sent = {one.act_id: one for one in (*self.office.sent, *self.open)}
        told = [answered for customer in self.customers for answered in customer.told]
        self._fault(*self.books.check(sent.values(), [number for _, number in told]))
        new = [one for one in self.office.sent if one.act_id not in {x.act_id for x in self.all}]
        for one in self.office.sent:
            if one.act == "register" and one.told == "accepted":
                self._fault(self.books.took(one.number, one.act_id))
        self._look_at_customers()
        unknown = [one for one in sent.values() if one.told == "unknown"]
        done = [one for one in self.office.sent if one.told == "accepted"]
        self.others["unanswered when killed"] += sum(one.told == "unknown" for one in new)
        self.others["refused"] += sum(one.told == "refused" for one in new)
        self.all += new
        some = self.dice.sample(done, min(5, len(done)))
        old = [one for one in self.dice.sample(self.all, min(3, len(self.all)))
               if one.told == "accepted"]  # fmt: skip
        self.open = list({one.act_id: one for one in (*unknown, *some, *old)}.values())
        self.books.left()
        self.looks.append(time.monotonic() - begun)

    def _look_at_customers(self) -> None:
        for customer in self.customers:
            for marker, number in customer.told:
                self.acts["portal complaint"] += 1
                self._fault(self.books.took(number, marker))
                if self.books.find_marker(marker) != [number]:
                    self._fault(f"{marker} was told {number}: {self.books.find_marker(marker)}")
            customer.told.clear()
            for marker in customer.sending:
                found = self.books.find_marker(marker)
                if len(found) > 1:
                    self._fault(f"{marker} was sent once and is there as {found}")

    def _last_life(self) -> None:
        """Once more, without a kill: everything is sent again, then it stops when asked to."""
        self.office.sent = []
        self.office.stopping.clear()
        self.office.killed.clear()
        server = Server(self.home)
        try:
            port = server.wait_for_port(time.monotonic() + READY_WITHIN)
            if port:
                threads = self._at_work(port)
                self._wait_for_forms(10)
                self.office.stopping.set()
                for thread in threads:
                    thread.join(60)
                if self.open:
                    self._fault(f"{len(self.open)} forms were not sent again")
                if code := server.stop():
                    self._fault(f"asked to stop, the server ended with {code}")
            else:
                self._fault("the server did not start again")
        finally:
            server.kill()
            self._fault(*(f"server's log: {line}" for line in server.trouble()))
            self._fault(*self.office.faults)
        self._look()
        begun = time.monotonic()
        self._fault(*self.books.check_all())
        self.verified = time.monotonic() - begun
        wanted = {act for act, _ in WAY} if self.runs >= ENOUGH_FOR_ALL else set()
        never = {"register", *wanted} - {one.act for one in self.all if one.told == "accepted"}
        if never:
            self._fault(f"never acknowledged, are its fields still called so: {sorted(never)}")

    def _fault(self, *found: str) -> None:
        for text in found:
            if text:
                self.faults.append(text)
                print(f"run {self.runs + 1}: {text}", flush=True)

    def _say(self, number: int) -> None:
        took = time.monotonic() - self.begun
        print(f"{number} runs, {took:.0f} s: {self.books.sizes()}; {len(self.faults)} faults",
              flush=True)  # fmt: skip

    def summary(self, database: str) -> str:
        """The figures, for people."""
        for one in self.all:
            self.acts[one.act] += one.told == "accepted"
        order = ["register", *(act for act, _ in WAY)]
        acts = sorted(self.acts.items(), key=lambda item: (item[0] not in order, item[0]))
        took = time.monotonic() - self.begun
        each = took / max(1, self.runs)
        start, look = (statistics.median(times or [0]) for times in (self.starts, self.looks))
        lines = [
            f"{database}: {sum(self.kills.values())} kills in {took:.0f} s, {each:.1f} s a run",
            "killed:       " + ", ".join(f"{n} {what}" for what, n in self.kills.most_common()),
            f"acknowledged: {sum(self.acts.values()):,}: "
            + ", ".join(f"{n} {act}" for act, n in acts if n),
            "besides:      " + ", ".join(f"{n} {what}" for what, n in self.others.items()),
            f"in the end:   {self.books.sizes()}",
            f"seconds:      {start:.2f} a start, {look:.2f} a look, {self.verified:.1f} to verify all",
            f"faults:       {len(self.faults)}",
        ]
        return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
