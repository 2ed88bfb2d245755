"""What the parent keeps: what was sent and answered; and how it looks into the database itself."""

import json
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

PASSWORD = "only-for-the-crash-test-7"
DAY, HOUR = 86400, 3600
CLERKS = ("desk1", "desk2", "desk3")
MANAGER = "manager"
Row = tuple[Any, ...]


@dataclass(slots=True)
class Sent:
    """One form that was sent: its act id, and what came back."""

    who: str
    act: str
    act_id: str
    url: str
    values: dict[str, str]
    number: str = ""
    told: str = "unknown"  # accepted, refused, unknown: no answer came
    step: int = 0
    receipt: Row | None = None  # as it was after the kill


def set_up() -> tuple[dict[str, str], int]:
    """Make a mall with three clerks and a manager: their ids as text, and the policy's version."""
    from django.core.management import call_command

    from bihuan.desk import organisation, people, setup
    from bihuan.engine.refusal import Refusal

    call_command("migrate", verbosity=0)
    before = int(time.time()) - 40 * DAY
    token = setup.issue_token(before) or ""
    made = setup.set_up(
        token, "测试广场", "mall", "管理员", "admin", PASSWORD, now=before
    )  # zh: data
    if isinstance(made, Refusal):
        raise RuntimeError(made.text.en)  # noqa: TRY004
    found = {}
    for name in (*CLERKS, MANAGER):
        person, invitation = people.create_person(name, username=name, now=before)  # type: ignore[misc]
        people.accept_invitation(invitation, PASSWORD, now=before)
        post = "operations_manager" if name == MANAGER else "service_desk"
        organisation.hold(person.pk, post, "", now=before)
        found[name] = str(person.pk)
    return found, made.version.pk


class Books:
    """The database as the parent sees it while no server runs."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.people, self.policy = set_up()
        self.last_event = 0
        self.accepted: dict[str, Row] = {}  # act id -> its receipt when it was first looked at
        self.numbers: dict[str, str] = {}  # number -> act id or marker it was acknowledged for

    def left(self) -> None:
        """Close our connection, so that the server's crash is the crash of everybody who had it open."""
        from django.db import connection

        connection.close()

    def wait_until_alone(self) -> None:
        """PostgreSQL ends what a killed client had asked for by itself; wait until it has."""
        from django.db import connection

        if connection.vendor != "postgresql":
            return
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            others = _rows(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )[0][0]
            if not others:
                return
            time.sleep(0.01)
        raise RuntimeError("PostgreSQL still works for a client that was killed")

    def make_due(self, count: int) -> None:
        """Register so many complaints as of some hours or days ago: the next sweep has work to do."""
        from django.db import transaction

        from bihuan.desk import intake

        now = int(time.time())
        with transaction.atomic():
            for _ in range(count):
                done = intake.register(
                    {
                        "kind": "complaint",
                        "channel": "phone",
                        "name": "测试",
                        "content": "电梯停运",
                    },  # zh: data
                    by=self.people[CLERKS[0]],
                    unit="company",
                    now=now - self.dice.randint(HOUR, 3 * DAY),
                    policy=self.policy,
                )
                if done.refusal:
                    raise RuntimeError(done.refusal.text.en)

    def let_customers_in(self) -> None:
        """Forget what the customers, all at one address, sent this hour; how much they may is not tested here."""
        from bihuan.web.portal.robots import PROVEN

        PROVEN.clear("127.0.0.1")

    def still_due(self) -> int:
        """How many cases wait for the sweep."""
        found = _rows(
            "SELECT COUNT(*) FROM records_case WHERE wake_at > 0 AND wake_at <= %s",
            (int(time.time()),),
        )
        return int(found[0][0])

    # -- Looking after a kill ----------------------------------------------------------------------

    def check(self, sent: Iterable[Sent], numbers: Iterable[str]) -> Iterator[str]:
        """Everything that is not as it must be, of what was touched since the last look."""
        sent = list(sent)
        found = dict(_receipts([one.act_id for one in sent]))
        for one in sent:
            one.receipt = found.get(one.act_id)
            if one.told == "accepted":
                yield from self._acknowledged(one)
            elif one.receipt and _outcome(one.receipt).get("refusal") is None:
                yield from self._whole(one, one.receipt)
        yield from self._touched({*numbers, *(one.number for one in sent if one.number)})
        yield from self._alike()

    def check_all(self) -> Iterator[str]:
        """Everything: all that was ever acknowledged, and `verify` over the whole database."""
        from bihuan.desk.verify import verify

        found = dict(_receipts(list(self.accepted)))
        for act_id, row in self.accepted.items():
            if found.get(act_id) != row:
                yield f"the receipt of {act_id} was {row} and is {found.get(act_id)}"
        known = {row[0] for row in _rows("SELECT number FROM records_case")}
        yield from (f"{number} is gone" for number in self.numbers if number not in known)
        yield from self._alike()
        for finding in verify(int(time.time())):
            yield f"verify: {finding.code} {finding.number} {finding.text.en}"

    def took(self, number: str, whose: str) -> str:
        """Note that `number` was acknowledged; what is wrong with that, or nothing."""
        before = self.numbers.setdefault(number, whose)
        return "" if before == whose else f"{number} was given to {before} and to {whose}"

    def find_marker(self, marker: str) -> list[str]:
        """The numbers of the cases whose story begins with this marker."""
        rows = _rows("SELECT number FROM records_case WHERE title LIKE %s", (f"{marker} %",))
        return [row[0] for row in rows]

    @staticmethod
    def number_in(receipt: Row) -> str:
        """The case's number by a receipt."""
        return str(_outcome(receipt)["number"])

    @staticmethod
    def refused(receipt: Row) -> bool:
        """Whether a receipt says that the act was refused."""
        return "refusal" in _outcome(receipt)

    def sizes(self) -> str:
        """How much there is."""
        counts = [
            f"{_rows(f'SELECT COUNT(*) FROM records_{table}')[0][0]:,} {what}"
            for table, what in (
                ("case", "cases"), ("event", "events"), ("obligation", "obligations"),
                ("actreceipt", "receipts"), ("notice", "notices"),
            )
        ]  # fmt: skip
        return ", ".join(counts)

    def _acknowledged(self, one: Sent) -> Iterator[str]:
        row = one.receipt
        if row is None:
            yield f"LOST: {one.act} {one.act_id} on {one.number} was acknowledged and is not there"
            return
        if self.accepted.setdefault(one.act_id, row) != row:
            yield f"the receipt of {one.act_id} was {self.accepted[one.act_id]} and is {row}"
        outcome = _outcome(row)
        if outcome["act"] != one.act or outcome["number"] != one.number or "refusal" in outcome:
            yield f"{one.act_id}: answered {one.act} on {one.number}, written {outcome}"
        if row[0] != self.people[one.who]:
            yield f"{one.act_id}: done by {one.who}, written by {row[0]}"
        yield from self._whole(one, row)

    def _whole(self, one: Sent, row: Row) -> Iterator[str]:
        """The events of an act, all of them and one with its id."""
        _by, case_id, first, last, _told = row
        number = _outcome(row)["number"]
        events = _rows(
            "SELECT e.sequence, e.kind, e.act_id FROM records_event e JOIN records_case c "
            "ON c.id = e.case_id WHERE c.number = %s AND e.sequence BETWEEN %s AND %s",
            (number, first, last),
        )
        if case_id is None or not first or len(events) != last - first + 1:
            yield f"HALF: {one.act_id} on {number} says events {first} to {last}, has {events}"
        own = _rows("SELECT kind FROM records_event WHERE act_id = %s", (one.act_id,))
        if own != [(one.act,)]:
            yield f"{one.act_id}: its events are {own}, not one of {one.act}"

    def _touched(self, numbers: set[str]) -> Iterator[str]:
        from bihuan.desk.verify import verify_case

        rows = _rows("SELECT DISTINCT case_id FROM records_event WHERE id > %s", (self.last_event,))
        ids = {row[0] for row in rows}
        for some in _parts(sorted(numbers)):
            holes = ", ".join(["%s"] * len(some))
            ids |= {
                row[0]
                for row in _rows(f"SELECT id FROM records_case WHERE number IN ({holes})", some)
            }
        now = int(time.time())
        for pk in sorted(ids):
            for finding in verify_case(pk, now):
                yield f"verify: {finding.code} {finding.number} {finding.text.en}"
        self.last_event = _rows("SELECT COALESCE(MAX(id), 0) FROM records_event")[0][0]

    def _alike(self) -> Iterator[str]:
        for what, column, table in (
            ("number", "number", "case"),
            ("act id", "act_id", "event"),
            ("receipt", "act_id", "actreceipt"),
            ("message", "dedupe", "outbox"),
        ):
            rows = _rows(
                f"SELECT {column}, COUNT(*) FROM records_{table} WHERE {column} <> '' "
                f"GROUP BY {column} HAVING COUNT(*) > 1"
            )
            yield from (f"the {what} {value} is there {count} times" for value, count in rows)


def _receipts(act_ids: list[str]) -> Iterator[tuple[str, Row]]:
    for some in _parts(act_ids):
        holes = ", ".join(["%s"] * len(some))
        for act_id, *row in _rows(
            f'SELECT act_id, "by", case_id, first, last, outcome FROM records_actreceipt '
            f"WHERE act_id IN ({holes})",
            some,
        ):
            yield act_id, tuple(row)


def _outcome(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row[4])
    return found


def _parts(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), 500):
        yield values[start : start + 500]


def _rows(statement: str, values: Iterable[Any] = ()) -> list[Row]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        found: list[Row] = cursor.fetchall()
        return found
