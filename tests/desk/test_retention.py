"""When its time of keeping is over, what was personal is gone everywhere, and everything else proves itself."""

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction

from bihuan.desk import (
    files,
    organisation,
    packs,
    people,
    policy_files,
    purging,
    query_codes,
    retention,
)
from bihuan.desk.ledgers import ensure_ledgers
from bihuan.desk.outbox import deliver
from bihuan.desk.perform import perform
from bihuan.desk.rebuild import dump, rebuild
from bihuan.desk.sweep import sweep
from bihuan.desk.verify import anchor, verify
from bihuan.engine.case import Act
from bihuan.records.models import Case, Event, Notice, Party, PurgeCertificate
from tests.desk.firm import DAY, HOUR, MIN, START, Firm, firm, instant, stored

pytestmark = pytest.mark.django_db
YEAR = 366 * DAY
CLOSED = START + 3 * HOUR
GONE = instant("2029-03-05 00:00")  # three years after the day of closing; 2 March 2029 is a Friday
SECRETS = (
    "孙测试", "13900000009", "示例路 77 号", "水从底盘漏到地板", "退给孙测试一台", "阀门坏了是老周装的",
    "照片是孙测试拍的", "孙测试说可以", "老周已口头道歉", "孙测试要求删除", "孙测试的身份证.jpg",
)  # fmt: skip


@pytest.fixture
def office() -> Firm:
    return firm()


def archived(office: Firm, **more) -> str:
    """A complaint with a secret in every field somebody can fill in, closed and archived."""
    number = office.complain(
        name="孙测试", phone="139 0000 0009", address="示例路 77 号", content="水从底盘漏到地板",
        **more,
    ).number  # fmt: skip
    picture = files.keep([b"a picture of an identity card"], "孙测试的身份证.jpg")
    attached = office.act(
        number, "attach", office.agent, START + MIN, files=[picture], text="照片是孙测试拍的"
    )
    assert attached.accepted, attached.refusal
    office.act(number, "remark", office.agent, START + MIN, text="孙测试要求删除")
    told = {"told_by": "same channel", "remark": "孙测试说可以"}
    assert office.act(number, "acknowledge", office.agent, START + MIN, **told).accepted
    assert office.act(number, "classify", office.agent, START + 2 * MIN).accepted
    investigated_and_closed(office, number, CLOSED)
    later = CLOSED + DAY
    done = office.act(
        number,
        "follow_up",
        office.manager,
        later,
        outcome="satisfied",
        opinion="孙测试说可以",
        way="phone",
        score=5,
    )
    assert done.accepted, done.refusal
    sweep(later + 60 * DAY)
    assert stored(number).ended == "archived"
    return number


def investigated_and_closed(office: Firm, number: str, at: int) -> None:
    for act, data in (
        ("investigate",
         {"findings": "阀门坏了是老周装的", "cause": "安装", "evidence": "照片是孙测试拍的"}),
        ("resolve", {"resolution": "退给孙测试一台"}),
        ("respond", {"form": "phone", "answer": "退给孙测试一台"}),
        ("confirm", {"outcome": "satisfied", "opinion": "孙测试说可以"}),
        ("close", {"summary": "老周已口头道歉"}),
    ):  # fmt: skip
        done = office.act(number, act, office.agent, at, **data)
        if done.refusal and done.refusal.code == "not-yours":
            done = office.act(number, act, office.gm, at, **data)
        assert done.accepted, (act, done.refusal)


def everywhere(secrets=SECRETS) -> list[tuple[str, str, str]]:
    """Every place of the database in which one of the secrets stands: table, column, secret."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for column in connection.introspection.get_table_description(cursor, table):
                name = connection.ops.quote_name(column.name)
                for secret in secrets:
                    cursor.execute(
                        f"SELECT 1 FROM {table} WHERE CAST({name} AS TEXT) LIKE %s LIMIT 1",
                        (f"%{secret}%",),
                    )
                    if cursor.fetchone():
                        found.append((table, column.name, secret))
    return found


def test_a_purge_leaves_every_hash_verifiable_and_no_personal_value_anywhere(office):
    number = archived(office)
    deliver(START + DAY)
    anchor("2026-06-01", START + 80 * DAY)
    assert {secret for _, _, secret in everywhere()} == set(SECRETS)
    before = stored(number)

    report = retention.purge(GONE + MIN)

    assert everywhere() == []
    assert verify(GONE + MIN) == []
    after = stored(number)
    assert (after.ended, after.stage, after.title) == ("purged", "purged", "")
    kept = ("kind", "channel", "category", "severity", "registered_at", "closed_at", "unit")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert report.files == 1
    assert len(report.certificates) == 1


def test_rebuilding_after_a_purge_gives_the_purged_state_byte_for_byte(office):
    archived(office)
    retention.purge(GONE + MIN)
    before = dump()

    rebuild()

    assert dump() == before


def test_nothing_is_purged_before_its_time_and_the_purge_is_dated_when_it_was_due(office):
    number = archived(office)
    [coming] = retention.coming()
    assert (coming.number, coming.due_at) == (number, instant("2029-03-03 00:00"))

    assert retention.purge(coming.due_at).certificates == ()
    assert retention.purge(coming.due_at + 100 * DAY).certificates != ()

    event = Event.objects.get(kind="purge")
    assert (event.at, event.recorded_at) == (coming.due_at, coming.due_at + 100 * DAY)


def test_the_certificate_says_what_how_much_under_which_clause_and_is_bound_to_the_chain(office):
    number = archived(office)
    values = sum(len(row.private) for row in Event.objects.filter(case__number=number))
    retention.purge(GONE + MIN)

    made = PurgeCertificate.objects.get()

    assert (made.number, made.rule, made.clauses) == (number, "keep[0]", ["GEN-5.1"])
    assert (made.kept_for, made.kept_from) == ("3 years", CLOSED)
    assert made.counts["values"] == values > 10
    assert (made.counts["files"], made.counts["complainants"]) == (1, 1)
    assert made.head == Event.objects.get(kind="purge").hash
    assert made.hash == purging.hash_of(made)


def test_an_altered_certificate_a_missing_one_and_a_value_put_back_are_found(office):
    archived(office)
    retention.purge(GONE + MIN)
    PurgeCertificate.objects.update(kept_for="1 year")
    assert [f.code for f in verify(GONE + MIN)] == ["certificate"]
    PurgeCertificate.objects.all().delete()
    assert [f.text.en for f in verify(GONE + MIN)] == ["a purge without its certificate"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(kind="register").update(private={"a": ["b", "c"]})


def test_a_purged_case_accepts_nothing_at_all(office):
    number = archived(office)
    retention.purge(GONE + MIN)

    for act, data in (
        ("remark", {"text": "补记"}), ("reopen", {"reason": "客户来电"}), ("link", {}),
        ("hold", {"reason": "诉讼", "review": GONE + YEAR}), ("attach", {}), ("close", {}),
    ):  # fmt: skip
        done = office.act(number, act, office.agent, GONE + HOUR, **data)
        assert done.refusal is not None
        assert done.refusal.code == "purged", act
    assert verify(GONE + HOUR) == []


def test_a_hold_stops_the_purge_and_its_review_is_owed_by_the_day_named(office):
    number = archived(office)
    review = instant("2029-06-01 12:00")
    at = instant("2029-03-01 10:00")
    missing = office.act(number, "hold", office.agent, at, reason="诉讼")
    assert missing.refusal.field == "review"
    assert office.act(number, "hold", office.agent, at, reason="诉讼", review=review).accepted

    assert retention.purge(GONE + 30 * DAY).certificates == ()
    owed = [(row.act, row.due_at) for row in stored(number).obligations.filter(state="open")]
    assert owed == [("review_hold", review)]
    again = review + 90 * DAY
    done = office.act(
        number, "review_hold", office.agent, review - DAY, outcome="needed", reason="仍在审理",
        review=again,
    )  # fmt: skip
    assert done.accepted, done.refusal
    done = office.act(
        number, "review_hold", office.agent, review, outcome="needed", reason="仍在审理"
    )
    assert done.refusal.field == "review"
    assert verify(review) == []


def test_after_a_release_there_is_a_day_to_think_again_before_it_is_destroyed(office):
    number = archived(office)
    at = instant("2029-03-01 10:00")
    office.act(number, "hold", office.agent, at, reason="诉讼", review=at + YEAR)
    released = instant("2029-09-03 10:00")

    assert office.act(number, "release", office.agent, released, reason="已结案").accepted

    assert retention.purge(released + HOUR).certificates == ()
    assert len(retention.purge(instant("2029-09-05 00:01")).certificates) == 1


def test_closing_again_after_reopening_starts_the_time_of_keeping_anew(office):
    number = office.complain().number
    office.acknowledge(number)
    office.act(number, "classify", office.agent, START + 2 * MIN)
    investigated_and_closed(office, number, CLOSED)
    done = office.act(number, "reopen", office.agent, CLOSED + DAY, reason="客户来电")
    assert done.accepted, done.refusal
    assert retention.coming() == ()
    investigated_and_closed(office, number, instant("2026-03-11 10:00"))
    day, told = instant("2026-03-12 10:00"), {"outcome": "satisfied", "way": "phone", "score": 5}
    tried = [
        office.act(number, "follow_up", who, day, **told) for who in (office.manager, office.gm)
    ]
    assert any(done.accepted for done in tried), [done.refusal for done in tried]

    sweep(instant("2026-06-01 10:00"))

    [coming] = retention.coming()
    assert coming.due_at == instant("2029-03-13 00:00")  # 11 March 2029 is a Sunday


def test_a_case_that_was_declined_is_kept_from_that_day(office):
    number = office.complain().number
    assert office.act(number, "decline", office.agent, START + MIN, reason="不属本单位").accepted

    [coming] = retention.coming()

    assert (coming.number, coming.due_at) == (number, instant("2029-03-03 00:00"))


def test_a_complainant_with_another_case_is_kept_until_the_last_is_purged(office):
    archived(office)
    other = office.complain(
        name="孙测试", phone="139 0000 0009", content="又漏了",
        now=START + 2 * YEAR,
    )  # fmt: skip
    assert stored(other.number).complainant_id == Party.objects.get().pk

    retention.purge(GONE + MIN)

    assert Party.objects.get().name == "孙测试"


def test_a_file_that_another_case_names_too_stays(office):
    archived(office)
    number = office.complain(content="又漏了", now=START + 2 * YEAR).number
    picture = files.keep([b"a picture of an identity card"], "同一张.jpg")
    office.act(number, "attach", office.agent, START + 2 * YEAR + MIN, files=[picture])
    place = files.path_of(str(picture).partition(":")[0])

    assert retention.purge(GONE + MIN).files == 0
    assert default_storage.exists(place)


def test_a_kill_in_the_middle_leaves_nothing_half_purged(office, monkeypatch):
    number = archived(office)
    before = dump()
    values = everywhere()

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(purging, "_certify", killed)
    with pytest.raises(KeyboardInterrupt):
        retention.purge(GONE + MIN)
    monkeypatch.undo()

    assert everywhere() == values
    assert [line for line in dump() if number in line] == [
        line for line in before if number in line
    ]
    assert len(retention.purge(GONE + MIN).certificates) == 1
    assert everywhere() == []


def test_a_purge_noticed_by_an_act_before_the_sweep_is_a_whole_purge_too(office):
    number = archived(office)

    done = office.act(number, "remark", office.agent, GONE + MIN, text="孙测试要求删除")

    assert done.refusal.code == "purged"
    assert everywhere() == []
    assert PurgeCertificate.objects.count() == 1
    assert Notice.objects.filter(case__number=number).count() == 0
    assert verify(GONE + MIN) == []


def test_the_customer_finds_a_purged_case_no_more(office):
    registered = office.complain()
    code = registered.query_code
    office.act(registered.number, "decline", office.agent, START + MIN, reason="不属本单位")
    assert stored(registered.number).query_code_hash == query_codes.hash_of(code)
    retention.purge(START + 4 * YEAR)

    assert stored(registered.number).query_code_hash == ""


def test_the_ledger_keeps_what_no_row_of_keep_speaks_of(office):
    ensure_ledgers(START)
    organisation.site()
    sweep(START + 90 * DAY)

    assert not [item for item in retention.coming() if Case.objects.get(number=item.number).ledger]


def test_the_daily_records_of_a_mall_go_month_by_month(mall_ledger):
    """As the shipped policy says it, but kept for one month instead of two years."""
    number, person = mall_ledger
    for day, words in (("2026-03-31 21:30", "孙测试来过柜台"), ("2026-04-01 21:30", "老周值班")):
        at = instant(day)
        done = perform(
            Act("daily_review", person, at, {"findings": words}), case_number=number, now=at
        )
        assert done.accepted, done.refusal
    spring, due = ("孙测试来过柜台",), instant("2026-05-01 00:00")

    retention.purge(due - HOUR)
    assert everywhere(spring) != []
    retention.purge(due + HOUR)

    assert everywhere(spring) == []
    assert everywhere(("老周值班",)) != []
    assert Case.objects.get(number=number).ended == ""
    assert verify(due + HOUR) == []


@pytest.fixture
def mall_ledger():
    """The ledger of a fictional mall, and who reviews its notes every evening."""
    now = instant("2026-03-31 09:00")
    organisation.site()
    text = policy_files.replace_scalar(
        packs.shipped_text("mall"), "numbers.keep_time.is", "1 months"
    )
    version = packs.adopt_text(text, None, now)
    assert not isinstance(version, organisation.Refusal), version
    organisation.add_unit("mall", "测试商场", "company", now=now)
    person, _ = people.create_person("吴二", now=now)
    held = organisation.hold(person.pk, "operations_manager", "mall", now=now)
    assert not isinstance(held, organisation.Refusal), held
    ensure_ledgers(now)
    made = [case.number for case in Case.objects.filter(ledger=True)]
    return made[0], str(person.pk)
