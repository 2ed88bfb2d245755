"""What is planned goes out at least once and arrives once in effect, whatever stands in between."""

import pytest
from django.db import connection

from bihuan.channels.registry import ways_out
from bihuan.desk import delivering, intake, organisation, secrets, ways
from bihuan.desk.delivering import mark_read
from bihuan.desk.ledgers import ensure_ledgers
from bihuan.desk.news import NEWS
from bihuan.desk.outbox import deliver
from bihuan.desk.presentation import set_notices
from bihuan.desk.sweep import sweep
from bihuan.desk.verify import verify
from bihuan.records.models import Case, Delivery, Gateway, Notice, Person, Site, Telling
from tests.channels.servers import free_port, http_server, mail_server
from tests.desk.firm import DAY, HOUR, MIN, START, firm, instant, owed
from tests.desk.test_at_once import at_once

pytestmark = pytest.mark.django_db
KINDS = ("owed", "handed", "due moved", "late", "told")


def everything(office):
    """Staff told by e-mail and WeCom of everything; the agent and the manager have addresses."""
    for name in ("agent", "manager"):
        person = Person.objects.get(pk=int(getattr(office, name)))
        Telling.objects.create(
            person=person, addresses={"email": f"{name}@firm.example", "wecom": name}
        )
    set_ways(email=KINDS)


def set_ways(**kinds):
    told = {kind: ["here"] for kind in ways_of_news()}
    for way, names in kinds.items():
        for kind in names:
            told[kind].append(way)
    row = organisation.site()
    Site.objects.filter(pk=row.pk).update(notices=told)


def ways_of_news():
    return {kind: None for kind in NEWS if not NEWS[kind].to_customer}


def came(now=START, act_id=None, **facts):
    """A complaint that the customer sends by themselves, so that who owes is told of it."""
    facts = {
        "kind": "complaint", "channel": "phone", "name": "王测试", "phone": "138 0000 0001",
        "about": "product", "content": "机器漏水", "demand": "换一台", **facts,
    }  # fmt: skip
    return intake.register(facts, by="customer", unit="firm", now=now, act_id=act_id)


def open_mail(port, **more):
    told = {"host": "127.0.0.1", "port": str(port), "security": "none"}
    told |= {"from_address": "notices@firm.example", "reply_address": "box@firm.example"} | more
    made = ways.set_gateway(ways_out()["email"], told, is_open=True, now=START)
    assert isinstance(made, Gateway), made


def open_http(way, url, **more):
    told = {"url": url, "secret": "s3", "protocol": "plain", "corp": "c", "agent": "7"} | more
    made = ways.set_gateway(ways_out()[way], told, is_open=True, now=START)
    assert isinstance(made, Gateway), made


@pytest.fixture
def office(db):
    made = firm()
    everything(made)
    return made


def go(now):
    deliver(now)
    return delivering.send(now, ways_out())


def to(mails, address):
    return [mail for mail in mails if mail.envelope[1] == (address,)]


def test_the_customer_hears_by_mail_and_the_clerk_by_theirs(office):
    with mail_server() as box:
        open_mail(box.port)
        number = came(channel="web", contact="王测试 wang@customer.example").number
        assert go(START).sent == 2
        go(START + MIN)
    [mail] = to(box.mails, "wang@customer.example")
    text = mail.get_body(("plain",)).get_content()
    assert number in mail["Subject"]
    assert text.startswith("王测试，您好：")
    assert "2026-03-02 10:30 前与您联系" in text
    [clerk] = to(box.mails, "agent@firm.example")
    assert clerk["Subject"] == f"待办：告知受理（{number}）"
    assert "2026-03-02 10:30" in clerk.get_body(("plain",)).get_content()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_without_a_way_that_is_open_nothing_is_planned(office):
    came(contact="wang@customer.example")
    go(START)
    assert Delivery.objects.count() == 0


def test_the_way_they_came_is_the_way_they_hear_and_one_is_enough(office):
    with mail_server() as box, http_server() as gate:
        open_mail(box.port)
        open_http("sms", gate.url)
        came(channel="phone", contact="wang@customer.example")
        came(channel="web", phone="138 0000 0002", contact="li@customer.example")
        came(channel="web", phone="", contact="没有")
        go(START)
    assert [asked.json["phone"] for asked in gate.asked] == ["13800000001"]
    assert [mail.envelope[1][0] for mail in box.mails if "customer" in mail.envelope[1][0]] == [
        "li@customer.example"
    ]


def test_a_written_answer_goes_as_a_letter_in_the_companys_name(office):
    with mail_server() as box:
        open_mail(box.port)
        number = came(channel="web", contact="wang@customer.example").number
        walk_to_answer(office, number)
        go(START + 3 * HOUR)
    mail = to(box.mails, "wang@customer.example")[-1]
    [letter] = mail.iter_attachments()
    assert letter.get_filename() == f"书面答复函 {number}.pdf" or letter.get_filename().endswith(
        f"{number}.pdf"
    )
    assert letter.get_content().startswith(b"%PDF")
    assert "为您换新机" in mail.get_body(("plain",)).get_content()


def walk_to_answer(office, number, now=START + HOUR):
    office.acknowledge(number, now=now)
    for act, data in (
        ("classify", {}),
        ("investigate", {"findings": "密封圈老化", "cause": "老化", "evidence": "照片"}),
        ("resolve", {"resolution": "换新机"}),
        ("respond", {"form": "written", "answer": "为您换新机"}),
    ):
        done = office.act(number, act, office.agent, now, **data)
        assert done.accepted, (act, done.refusal)


def test_a_gateway_dead_for_a_day_is_seen_meanwhile_and_each_message_arrives_once_it_is_back(
    office,
):
    port = free_port()
    with http_server() as gate:
        open_mail(port)
        open_http("sms", gate.url)
        numbers = [
            came(now=START + at * HOUR, channel="web", contact=f"c{at}@customer.example").number
            for at in range(4)
        ]  # fmt: skip
        came(channel="phone")
        now = START
        while now < START + DAY:
            go(now)
            now += 5 * MIN
        assert len(gate.asked) == 1  # the other way was not held up
        gateway = Gateway.objects.get(way="email")
        assert gateway.down_since == START
        assert "Connect" in gateway.error
        waiting = Delivery.objects.filter(way="email", to="customer")
        assert {row.state for row in waiting} == {"queued"}
        assert {row.attempts for row in waiting} == {0}
        administrator = Site.objects.get().administrator_id
        assert administrator is None or Notice.objects.filter(kind="way down").count() == 1
        with mail_server(port) as box:
            go(START + DAY + 20 * MIN)
            go(START + DAY + 40 * MIN)
    for at, number in enumerate(numbers):
        [mail] = to(box.mails, f"c{at}@customer.example")
        assert number in mail["Subject"]
    assert len({mail["Message-ID"] for mail in box.mails}) == len(box.mails)
    told = to(box.mails, "agent@firm.example")
    assert len(told) <= 2  # the one that was tried, and all that waited behind it as one
    text = "".join(mail.get_body(("plain",)).get_content() for mail in told)
    assert {text.count(f"待办：告知受理（{number}）") for number in numbers} <= {0, 1}
    assert all(number in text for number in numbers)
    assert not Delivery.objects.filter(state="queued").exists()
    assert Gateway.objects.get(way="email").down_since == 0


def test_stopped_between_sending_and_noting_it_goes_again_under_the_same_id(office):
    class StoppedError(BaseException):
        pass

    def stop():
        raise StoppedError

    with mail_server() as box:
        open_mail(box.port)
        came(channel="web", contact="wang@customer.example")
        came(channel="web", contact="wang@customer.example")
        deliver(START)

        def cut_short(told, parcel):
            ways_out()["email"].send(told, parcel)
            stop()

        broken = {"email": ways.Way("email", ways_out()["email"].settings, cut_short)}
        with pytest.raises(StoppedError):
            delivering.send(START, broken)
        assert (
            delivering.send(START + MIN, ways_out()).sent == 0
        )  # still in the hands of who took it
        came(now=START + 2 * MIN, channel="web", contact="li@customer.example")
        go(START + delivering.CLAIMED_FOR + MIN)
    ids = [mail["Message-ID"] for mail in box.mails]
    twice = {one for one in ids if ids.count(one) == 2}
    assert len(twice) == 1
    first, again = [mail for mail in box.mails if mail["Message-ID"] in twice]
    assert first.get_body(("plain",)).get_content() == again.get_body(("plain",)).get_content()
    assert not Delivery.objects.exclude(state="sent").exists()


def test_what_comes_back_is_owed_to_the_customer_another_way_and_once(office):
    with mail_server() as box:
        open_mail(box.port)
        number = came(channel="web", contact="wang@customer.example").number
        go(START)
    [mail] = to(box.mails, "wang@customer.example")
    for _ in range(2):
        assert delivering.bounced(mail["Message-ID"], "550 5.1.1 no such user", START + HOUR)
    row = Delivery.objects.get(to="customer")
    assert (row.state, row.error) == ("bounced", "550 5.1.1 no such user")
    debts = [act for act, _seat, _due in owed(number)]
    assert debts.count("reach_otherwise") == 1
    assert delivering.case_of(mail["Message-ID"]) == number
    assert not delivering.bounced("<nobody@elsewhere.example>", "x", START + HOUR)


def test_an_address_that_no_server_knows_is_owed_another_way_at_once(office):
    with mail_server() as box:
        box.answers["wang@customer.example"] = "550 no such user"
        open_mail(box.port)
        number = came(channel="web", contact="wang@customer.example").number
        assert go(START).failed == 1
    assert "reach_otherwise" in [act for act, _seat, _due in owed(number)]
    done = office.act(
        number, "reach_otherwise", office.agent, START + HOUR, way="phone", said="已电话告知"
    )
    assert done.accepted, done.refusal


def test_an_administrator_hears_what_did_not_reach_a_colleague(office):
    Person.objects.filter(pk=int(office.gm)).update(is_administrator=True)
    with mail_server() as box:
        box.answers["agent@firm.example"] = "550 no such user"
        open_mail(box.port)
        came()
        go(START)
    notice = Notice.objects.get(kind="undelivered", person=office.gm)
    assert (notice.body["to"], notice.body["way"]) == (office.agent, "email")


def test_what_does_not_reach_a_colleague_is_owed_until_somebody_saw_to_it(office):
    ensure_ledgers(START - DAY)
    with mail_server() as box:
        box.answers["agent@firm.example"] = "550 no such user"
        open_mail(box.port)
        came()
        go(START)
        came()
        go(START + MIN)
    ledger = "TZ-general-1-top"
    (debt,) = [one for one in owed(ledger) if one[0] == "see_to_notices"]
    assert debt[1] == "after_sales_manager@"
    assert debt[2] > START
    told = {"result": "已改正其邮箱地址，并电话告知"}
    done = office.act(ledger, "see_to_notices", office.manager, START + HOUR, **told)
    assert done.accepted, done.refusal
    assert "see_to_notices" not in [act for act, _seat, _due in owed(ledger)]
    assert verify(START + HOUR) == []


def test_a_way_that_is_down_is_owed_once_while_it_is_down(office):
    ensure_ledgers(START - DAY)
    open_mail(1)
    came()
    for at in (START, START + 300, START + 700, START + 1500):
        go(at)
    assert [act for act, _seat, _due in owed("TZ-general-1-top")].count("see_to_notices") == 1


def test_a_message_taken_later_is_tried_again_and_the_others_go(office):
    with mail_server() as box:
        box.answers["wang@customer.example"] = "450 greylisted"
        open_mail(box.port)
        came(channel="web", contact="wang@customer.example")
        go(START)
        row = Delivery.objects.get(to="customer")
        assert (row.state, row.attempts, "450" in row.error) == ("queued", 1, True)
        assert len(to(box.mails, "agent@firm.example")) == 1
        box.answers.clear()
        go(START + 59)
        assert not to(box.mails, "wang@customer.example")
        go(START + 61)
    assert len(to(box.mails, "wang@customer.example")) == 1


def test_quiet_hours_hold_back_what_can_wait(office):
    told = dict(Site.objects.get().notices) | {"quiet_from": "22:00", "quiet_until": "07:00"}
    Site.objects.update(notices=told)
    night = instant("2026-03-02 23:00")
    with mail_server() as box:
        open_mail(box.port)
        came(now=night, channel="web", contact="wang@customer.example")
        go(night + MIN)
        assert len(to(box.mails, "wang@customer.example")) == 1  # who has just written is awake
        agent = Delivery.objects.get(to=office.agent)
        assert agent.next_at == night + MIN  # due within the quiet time
        number = Case.objects.get().number
        by, at = office.manager, night + 2 * MIN
        office.act(number, "acknowledge", by, at, told_by="same channel")
        go(night + 3 * MIN)
        assert len(box.mails) == 2
        go(instant("2026-03-03 07:00"))
    assert len(to(box.mails, "agent@firm.example")) == 2


def test_a_digest_comes_at_its_times_as_one(office):
    Telling.objects.filter(person_id=int(office.agent)).update(digest="14:00 17:30")
    with mail_server() as box:
        open_mail(box.port)
        numbers = [came(now=START).number for _ in range(3)]
        for number in numbers:
            office.acknowledge(number, now=START + MIN)
        go(START + 2 * MIN)
        due_soon = to(box.mails, "agent@firm.example")
        go(instant("2026-03-02 14:00"))
    assert len(due_soon) == 1  # to acknowledge within half an hour could not wait
    digest = to(box.mails, "agent@firm.example")[-1]
    assert digest["Subject"].startswith("3 条通知")
    assert all(number in digest.get_body(("plain",)).get_content() for number in numbers)


def test_what_was_read_here_need_not_be_sent(office):
    Telling.objects.filter(person_id=int(office.agent)).update(digest="14:00")
    with mail_server() as box:
        open_mail(box.port)
        number = came().number
        office.acknowledge(number)
        deliver(START + 2 * MIN)
        notices = Notice.objects.filter(person=office.agent).values_list("pk", flat=True)
        mark_read(office.agent, notices, START + HOUR)
        go(instant("2026-03-02 14:00"))
    assert not to(box.mails, "agent@firm.example")
    assert set(Delivery.objects.filter(to=office.agent).values_list("state", flat=True)) == {"read"}


def test_a_group_hears_that_something_is_owed_and_never_in_which_case(office):
    with http_server() as gate:
        open_http("dingtalk", gate.url)
        made = ways.add_chat(
            "dingtalk", "车间群", "works", f"{gate.url}/robot/send?access_token=t", "SEC", now=START
        )
        assert not isinstance(made, organisation.Refusal), made
        number = came(about="unit", about_unit="works").number
        office.acknowledge(number)
        office.act(number, "classify", office.agent, START + 2 * MIN)
        go(START + 3 * MIN)
    [asked] = gate.asked
    said = asked.json["text"]["content"]
    assert "测试车间有待办的事" in said
    assert "调查" in said
    assert number not in said
    assert "SEC" not in str(list(Delivery.objects.values()))


def test_a_purge_leaves_nothing_of_what_was_sent(office):
    with mail_server() as box:
        open_mail(box.port)
        number = came(channel="web", contact="wang@customer.example").number
        office.act(number, "decline", office.agent, START + MIN, reason="不属本公司")
        go(START + MIN)
        assert Delivery.objects.filter(address="wang@customer.example").count() == 2
        sweep(START + 4 * 366 * DAY)
    assert Case.objects.get(number=number).ended == "purged"
    assert not Delivery.objects.filter(case__number=number).exists()


def test_credentials_are_sealed_and_a_lost_secret_is_said(office, settings):
    with mail_server() as box:
        open_mail(box.port, user="notices", password="示例口令")
        with connection.cursor() as cursor:
            cursor.execute("SELECT settings, sealed FROM records_gateway")
            assert "示例口令" not in str(cursor.fetchall())
        assert ways.settings_of("email")["password"] == "示例口令"
        came(channel="web", contact="wang@customer.example")
        settings.SECRET_KEY = "another secret of this server, long enough"
        assert go(START).down == ("email",)
    assert "credentials" in Gateway.objects.get().error
    with pytest.raises(secrets.UnreadableError):
        ways.settings_of("email")


def test_a_case_that_comes_from_another_system_is_not_acknowledged_again(office):
    with mail_server() as box:
        open_mail(box.port)
        came(act_id="import:old/1", channel="web", contact="wang@customer.example")
        go(START)
    assert not to(box.mails, "wang@customer.example")


def test_ways_and_quiet_hours_are_as_administrators_say(office):
    made = set_notices({kind: ["here"] for kind in NEWS}, "", "", now=START)
    assert not isinstance(made, organisation.Refusal), made
    with mail_server() as box:
        open_mail(box.port)
        came(channel="web", contact="wang@customer.example")
        go(START)
    assert box.mails == []


@pytest.mark.django_db(transaction=True)
def test_several_workers_share_what_waits_and_send_each_once():
    office = firm()
    everything(office)
    with mail_server() as box:
        open_mail(box.port)
        for n in range(30):
            came(now=START + n, channel="web", contact=f"c{n}@customer.example")
        deliver(START + MIN)
        at_once(*[lambda: delivering.send(START + MIN, ways_out())] * 4)
        delivering.send(START + MIN, ways_out())
    customers = [mail.envelope[1][0] for mail in box.mails if "customer" in mail.envelope[1][0]]
    assert sorted(customers) == sorted(f"c{n}@customer.example" for n in range(30))
    text = "".join(
        mail.get_body(("plain",)).get_content() for mail in to(box.mails, "agent@firm.example")
    )
    for number in Case.objects.filter(ledger=False).values_list("number", flat=True):
        assert text.count(f"案件：{number}") == 1
    assert not Delivery.objects.exclude(state="sent").exists()


def test_what_waits_for_a_way_that_is_closed_is_owed_another_way_and_never_goes_by_it(office):
    with mail_server() as box:
        open_mail(box.port)
        number = came(channel="web", contact="wang@customer.example").number
        deliver(START)
        told = {"from_address": "notices@firm.example"}
        ways.set_gateway(ways_out()["email"], told, is_open=False, now=START + MIN)
        go(START + 2 * MIN)
        assert "reach_otherwise" in [act for act, _seat, _due in owed(number)]
        open_mail(box.port)
        go(START + HOUR)
    assert not to(box.mails, "wang@customer.example")
