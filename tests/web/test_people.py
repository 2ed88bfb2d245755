"""People: added with an invitation that is shown once, given posts, noted as away, let go."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from bihuan.desk import outbox, worlds
from bihuan.records.queries.obligations import unread_count
from tests.web.mall import Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]


def test_people_are_for_administrators(mall: Mall, as_: As) -> None:
    assert as_("gm").get("/people/").status_code == 403
    assert as_("gm").post("/people/add/", {"name": "丁"}).status_code == 403
    assert Client().get("/people/").status_code == 302
    page = as_("admin").get("/people/").content.decode()
    assert "沈亦川" in page
    assert "营运部经理" in page


def test_somebody_new_gets_an_invitation_that_is_shown_once(mall: Mall, as_: As) -> None:
    admin = as_("admin")
    told = {"name": "丁新人", "username": "newcomer", "phone": "", "language": "zh-hans"}
    answer = admin.post("/people/add/", told)
    page = admin.get(answer.headers["location"]).content.decode()
    found = re.search(r"http://testserver(/invitation/[\w-]+/)", page)
    assert found
    assert Client().get(found[1]).status_code == 200
    assert found[1] not in admin.get(answer.headers["location"]).content.decode()


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"name": "", "username": "x1"}, "请写姓名"),
        ({"name": "丁", "username": "desk"}, "已有人用"),
        ({"name": "丁", "username": "a b"}, "用户名"),
    ],
)
def test_nobody_is_added_by_mistake(mall: Mall, as_: As, told: dict[str, str], said: str) -> None:
    answer = as_("admin").post("/people/add/", told)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "7" in as_("admin").get("/people/").content.decode()


def change(client: Client, person: str, **sent: str) -> str:
    return client.post(f"/people/{person}/change/", sent, follow=True).content.decode()


def test_a_person_is_renamed_given_posts_and_noted_as_away(mall: Mall, as_: As) -> None:
    admin, clerk = as_("admin"), mall.ids["desk"]
    change(admin, clerk, change="rename", name="周小岚", phone="", language="zh-hans")
    change(admin, clerk, change="hold", seat="floor_manager@f2", deputy="yes")
    page = change(admin, mall.ids["floor"], change="away", **{"from": "", "until": ""})
    assert "不在岗" in page
    worlds.forget()
    there = worlds.organisation(now())
    assert there.names[clerk] == "周小岚"
    assert there.people("floor_manager@f2") == (clerk,)
    change(admin, mall.ids["floor"], change="back")
    worlds.forget()
    assert worlds.organisation(now()).people("floor_manager@f2") == (mall.ids["floor"],)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"change": "hold", "seat": ""}, "请选择岗位"),
        ({"change": "hold", "seat": "floor_manager@company"}, "楼层主管"),
        ({"change": "away", "from": "2026-01-02T10:00", "until": "2026-01-01T10:00"}, "结束须晚于开始"),
        ({"change": "away", "from": "", "until": "soon"}, "应为日期和时间"),
        ({"change": "back"}, "没有缺勤"),
        ({"change": "rename", "name": "", "phone": "", "language": "zh-hans"}, "请写姓名"),
        ({"change": "account", "username": "another"}, "已有账号"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said(mall: Mall, as_: As, sent: dict[str, str], said: str) -> None:
    answer = as_("admin").post(f"/people/{mall.ids['desk']}/change/", sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_who_leaves_loses_posts_and_account_and_the_stand_in_stays(mall: Mall, as_: As) -> None:
    admin = as_("admin")
    clerk = as_("desk")
    assert clerk.get("/").status_code == 200
    change(admin, mall.ids["desk"], change="deactivate")
    assert clerk.get("/").status_code in (302, 404)
    assert "周晓岚" not in admin.get("/people/").content.decode()
    assert "周晓岚" in admin.get("/people/?left=yes").content.decode()
    change(admin, mall.ids["desk"], change="reactivate")
    assert "周晓岚" in admin.get("/people/").content.decode()
    answer = admin.post(f"/people/{mall.ids['admin']}/change/", {"change": "deactivate"})
    assert answer.status_code == 422


def test_nobody_is_404(mall: Mall, as_: As) -> None:
    assert as_("admin").get("/people/999999/").status_code == 404
    assert as_("admin").post("/people/999999/change/", {"change": "invite"}).status_code == 404


# -- Notices ---------------------------------------------------------------------------------------


def test_one_reads_what_one_was_told_and_nobody_else_s(mall: Mall, as_: As) -> None:
    number = mall.complain()
    mall.act(number, "acknowledge", "desk", agreed_time=now() + 3600)
    mall.act(
        number, "classify", "desk", category="quality_price", about="merchant", desk_can_solve="no"
    )
    mall.act(number, "dispatch", "desk", instructions="请书面说明")
    outbox.deliver(now())
    manager = as_("operations")
    page = manager.get("/notices/").content.decode()
    assert "您要办" in page
    assert number in page
    assert number not in as_("gm").get("/notices/").content.decode()

    ids = re.findall(r'name="notice" value="(\d+)"', page)
    as_("gm").post("/notices/read/", {"notice": ids})
    assert unread_count(mall.ids["operations"]) > 0
    assert manager.post("/notices/read/", {"notice": [*ids, "nonsense"]}).status_code == 302
    assert unread_count(mall.ids["operations"]) == 0
    assert Client().get("/notices/").status_code == 302
