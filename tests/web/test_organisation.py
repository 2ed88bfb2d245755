"""Units and posts: everybody reads them, administrators change them, refusals stand at their field."""

from collections.abc import Callable

import pytest
from django.test import Client

from bihuan.desk import worlds
from bihuan.engine.organisation import Organisation
from tests.web.mall import Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
CHANGE = "/organisation/change/"


def there() -> Organisation:
    worlds.forget()
    return worlds.organisation(now())


def test_the_tree_shows_who_holds_what_and_what_is_vacant(mall: Mall, as_: As) -> None:
    page = as_("desk").get("/organisation/").content.decode()
    for words in ("星河广场", "木棉里女装", "沈亦川", "空缺", "由管理员代理"):
        assert words in page
    assert CHANGE not in page  # nothing to change for who may not


def test_only_administrators_change_it(mall: Mall, as_: As) -> None:
    new = {"change": "add", "unit": "company", "code": "d2", "name": "保安部", "kind": "department"}
    assert as_("gm").post(CHANGE, new).status_code == 403
    assert Client().post(CHANGE, new).status_code == 302
    assert "d2" not in there().units


def test_a_unit_is_added_renamed_moved_and_closed(mall: Mall, as_: As) -> None:
    admin = as_("admin")
    new = {"change": "add", "unit": "company", "code": "d2", "name": "保安部", "kind": "department"}
    answer = admin.post(CHANGE, new, follow=True)
    assert "已添加保安部" in answer.content.decode()
    admin.post(CHANGE, {"change": "rename", "unit": "d2", "new_name": "安保部"})
    admin.post(CHANGE, {"change": "move", "unit": "d2", "parent": "d1"})
    assert (there().units["d2"].name, there().units["d2"].parent) == ("安保部", "d1")
    admin.post(CHANGE, {"change": "close", "unit": "d2"})
    assert "d2" not in there().units


def test_a_unit_gets_its_place_and_what_it_can_do(mall: Mall, as_: As) -> None:
    admin = as_("admin")
    here = {"change": "locate", "unit": "m217", "place": "31.23，121.47", "can": ["complaint"]}
    answer = admin.post(CHANGE, here, follow=True)
    page = answer.content.decode()
    assert "位置已设定" in page
    assert 'value="31.23,121.47"' in page
    assert (there().units["m217"].place, there().units["m217"].can) == (
        "31.23,121.47",
        ("complaint",),
    )
    admin.post(CHANGE, here | {"can": []})
    assert there().units["m217"].can == ()
    assert as_("gm").post(CHANGE, here).status_code == 403


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"change": "add", "unit": "company", "code": "有空格 x", "name": "保安部", "kind": "d"}, "代码由"),
        ({"change": "add", "unit": "company", "code": "m217", "name": "保安部", "kind": "d"}, "已用过"),
        ({"change": "add", "unit": "company", "code": "d2", "name": "", "kind": "d"}, "缺少名称"),
        ({"change": "rename", "unit": "f2", "new_name": " "}, "缺少名称"),
        ({"change": "move", "unit": "f2", "parent": "m217"}, "不能作其上级"),
        ({"change": "close", "unit": "f2"}, "还有单位"),
        ({"change": "hold", "unit": "f2", "post": "floor_manager", "person": ""}, "请选择人员"),
        ({"change": "locate", "unit": "f2", "place": "城北路 1 号"}, "纬度，经度"),
        ({"change": "locate", "unit": "f2", "place": "91,121"}, "位置应写成"),
        ({"change": "locate", "unit": "f2", "place": "31,121", "can": "rescue"}, "没有叫“rescue”"),
        ({"change": "hold", "unit": "f2", "post": "nonsense", "person": "1"}, ""),
    ],
)  # fmt: skip
def test_nonsense_is_refused_at_its_field(
    mall: Mall, as_: As, sent: dict[str, str], said: str
) -> None:
    before = there().units
    answer = as_("admin").post(CHANGE, sent)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert there().units == before


def test_a_post_is_given_to_a_deputy_and_taken_again(mall: Mall, as_: As) -> None:
    admin, clerk = as_("admin"), mall.ids["desk"]
    given = {"unit": "f2", "post": "floor_manager", "person": clerk, "deputy": "yes"}
    admin.post(CHANGE, given | {"change": "hold"})
    assert there().deputies["floor_manager@f2"] == (clerk,)
    assert "周晓岚" in admin.get("/organisation/?unit=f2").content.decode()
    admin.post(CHANGE, given | {"change": "end", "place": "f2"})
    assert "floor_manager@f2" not in there().deputies


def test_the_tree_reads_in_english(mall: Mall, as_: As) -> None:
    page = as_("admin", "en").get("/organisation/?unit=f2").content.decode()
    assert "Floor manager" in page
    assert "Give somebody a post" in page
