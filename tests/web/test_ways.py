"""Ways of telling: set up by administrators, chosen by each person, seen on the case."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from icalendar import Calendar

from bihuan.channels.registry import ways_out
from bihuan.desk import delivering, ways
from bihuan.desk.outbox import deliver
from bihuan.records.models import Delivery, Gateway, GroupChat, NoticeText, Person, Telling
from tests.channels.servers import mail_server
from tests.web.mall import HOUR, Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
MAIL = {
    "host": "127.0.0.1", "port": "2525", "security": "none", "from_address": "desk@mall.example",
    "user": "desk", "password": "示例口令", "open": "yes",
}  # fmt: skip
TEXTS = {
    "change": "save", "policy": "mall", "kind": "owed", "zh_subject": "要办：{act}",
    "zh": "{case} 请办 {act}，{due} 前", "en_subject": "Due: {act}", "en": "{case}: {act} by {due}",
}  # fmt: skip


def open_mail(port: int = 2525) -> None:
    told = {key: value for key, value in MAIL.items() if key not in ("open", "user", "password")}
    told["port"] = str(port)
    made = ways.set_gateway(ways_out()["email"], told, is_open=True, now=now())
    assert isinstance(made, Gateway), made


def test_an_administrator_sets_mail_up_and_nobody_reads_its_password(mall: Mall, as_: As) -> None:
    admin = as_("admin")
    page = admin.post("/ways/email/", MAIL, follow=True).content.decode()
    assert "电子邮件" in page
    assert "开通" in page
    assert "示例口令" not in admin.get("/ways/email/").content.decode()
    assert ways.settings_of("email")["password"] == "示例口令"
    admin.post("/ways/email/", MAIL | {"password": "", "host": "mail.example"})
    assert ways.settings_of("email")["password"] == "示例口令"  # left as it was
    assert ways.settings_of("email")["host"] == "mail.example"
    for who in ("gm", "desk", "merchant"):
        assert as_(who).get("/ways/").status_code == 403
        assert as_(who).post("/ways/email/", MAIL).status_code == 403


@pytest.mark.parametrize(
    ("way", "sent", "said"),
    [
        ("email", MAIL | {"host": ""}, "开通前须填写"),
        ("email", MAIL | {"port": "many"}, "应为整数"),
        ("email", MAIL | {"from_name": "a\r\nBcc: all@x.example"}, "可见字符"),
        ("wecom", {"url": "ftp://x", "corp": "c", "agent": "1", "secret": "s", "open": "yes"}, "https://"),
        ("sms", {"protocol": "pigeon", "url": "https://x", "secret": "s", "open": "yes"}, "列出的选项"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_at_its_field(
    mall: Mall, as_: As, way: str, sent: dict[str, str], said: str
) -> None:
    answer = as_("admin").post(f"/ways/{way}/", sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Gateway.objects.filter(open=True).exists()


def test_a_group_is_added_with_its_address_sealed_and_ended(mall: Mall, as_: As) -> None:
    admin = as_("admin")
    sent = {
        "way": "dingtalk", "name": "二楼群", "unit": "f2", "secret": "SEC1",
        "address": "https://chat.example/robot/send?access_token=geheim77",
    }  # fmt: skip
    page = admin.post("/ways/chats/", sent, follow=True).content.decode()
    assert "二楼群" in page
    assert "geheim77" not in page
    row = GroupChat.objects.get()
    assert "geheim77" not in row.sealed
    assert admin.post("/ways/chats/", sent | {"address": "robot"}).status_code == 422
    admin.post("/ways/chats/", {"chat": row.pk})
    assert "二楼群" not in admin.get("/ways/").content.decode()


def test_what_messages_say_is_previewed_kept_for_one_policy_and_put_back(
    mall: Mall, as_: As
) -> None:
    admin = as_("admin")
    seen = admin.post("/ways/texts/change/", TEXTS | {"change": "preview"}).content.decode()
    assert "TS20260101-0001 请办 调查" in seen
    assert NoticeText.objects.count() == 0
    admin.post("/ways/texts/change/", TEXTS)
    assert NoticeText.objects.get(withdrawn_at=None).policy == "mall"
    for wrong in ({"zh": "{salary}"}, {"zh": ""}, {"zh_subject": "两\n行"}, {"policy": "none"}):
        assert admin.post("/ways/texts/change/", TEXTS | wrong).status_code == 422
    admin.post("/ways/texts/change/", TEXTS | {"change": "withdraw"})
    assert not NoticeText.objects.filter(withdrawn_at=None).exists()


def test_a_person_chooses_ways_hours_and_a_digest_within_what_is_owed(mall: Mall, as_: As) -> None:
    open_mail()
    as_("admin").post("/presentation/change/", {"change": "notices", "way.owed": ["email"]})
    desk = as_("desk")
    page = desk.get("/me/notices/").content.decode()
    assert "电子邮件" in page
    sent = {
        "email": "zhou@mall.example", "way.owed": ["email"], "quiet_from": "21:00",
        "quiet_until": "08:00", "digest": "09:00，14:00",
    }  # fmt: skip
    assert "已保存" in desk.post("/me/notices/", sent, follow=True).content.decode()
    row = Telling.objects.get(person_id=int(mall.ids["desk"]))
    assert (row.addresses, row.digest) == ({"email": "zhou@mall.example"}, "09:00 14:00")
    for wrong, said in (
        ({"way.owed": []}, "至少留一种方式"),
        ({"email": "zhou@mall"}, "name@example.com"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "name@example.com"),
        ({"digest": "soon"}, "09:00 14:00"),
        ({"quiet_until": ""}, "起止两个时刻"),
    ):
        answer = desk.post("/me/notices/", sent | wrong)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert Telling.objects.get(pk=row.pk).addresses == {"email": "zhou@mall.example"}


def test_the_case_says_what_was_sent_and_what_became_of_it(mall: Mall, as_: As) -> None:
    at = now() - 2 * HOUR
    with mail_server() as box:
        open_mail(box.port)
        number = mall.complain(at, channel="email", phone="", contact="wang@customer.example")
        deliver(at)
        queued = as_("gm").get(f"/cases/{number}/").content.decode()
        assert "wang@customer.example" not in queued
        delivering.send(at, ways_out())
    page = as_("desk").get(f"/cases/{number}/").content.decode()
    assert re.search(r"电子邮件 \S+ · <span>[^<]+ 已发出", page)
    [mail] = box.mails
    delivering.bounced(mail["Message-ID"], "550 no such user", at + HOUR)
    page = as_("desk").get(f"/cases/{number}/").content.decode()
    assert "退回" in page
    assert "550 no such user" in page
    assert "另行联系客户" in page  # owed now
    lost = as_("admin").get("/ways/").content.decode()
    assert "550 no such user" in lost
    assert number in lost


def test_a_way_that_does_not_answer_is_said_to_administrators_and_to_whom_it_concerns(
    mall: Mall, as_: As
) -> None:
    at = now() - HOUR
    open_mail(9)  # nobody listens there
    as_("admin").post("/presentation/change/", {"change": "notices", "way.owed": ["email"]})
    Telling.objects.create(
        person_id=int(mall.ids["operations"]), addresses={"email": "shen@mall.example"}
    )
    number = mall.complain(at)
    mall.act(number, "acknowledge", "desk", at + 60, agreed_time=at + 20 * HOUR)
    mall.act(
        number, "classify", "desk", at + 120,
        category="quality_price", about="merchant", desk_can_solve="no",
    )  # fmt: skip
    mall.act(number, "report", "desk", at + 150, content="质量问题")
    deliver(at + 200)
    assert Delivery.objects.filter(to=mall.ids["operations"]).exists()
    for later in (200, 300, 1000, 1500):
        delivering.send(at + later, ways_out())
    page = as_("admin").get("/ways/").content.decode()
    assert "起没有响应" in page
    assert "没有响应" in as_("operations").get("/me/notices/").content.decode()
    assert "发不出去" in as_("admin").get("/notices/").content.decode()


def test_the_calendar_feed_says_what_is_owed_until_its_address_is_ended(
    mall: Mall, as_: As
) -> None:
    number = mall.complain()
    desk = as_("desk")
    page = desk.post("/me/notices/feed/", {"change": "new"}, follow=True).content.decode()
    address = re.search(r"http://testserver(/feed/\S+?\.ics)", page)
    assert address
    assert address[1] not in desk.get("/me/notices/").content.decode()  # shown once
    answer = Client().get(address[1])
    assert answer["Content-Type"].startswith("text/calendar")
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events if number in str(event["SUMMARY"])]
    assert "羊毛大衣" not in answer.content.decode()
    Person.objects.filter(pk=int(mall.ids["desk"])).update(active=False)
    assert Client().get(address[1]).status_code == 404
    Person.objects.filter(pk=int(mall.ids["desk"])).update(active=True)
    desk.post("/me/notices/feed/", {"change": "end"})
    assert Client().get(address[1]).status_code == 404
