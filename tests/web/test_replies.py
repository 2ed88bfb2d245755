"""Reply templates: kept by administrators, filled from the case, offered where somebody answers."""

from collections.abc import Callable

import pytest
from django.test import Client

from bihuan.records.models import AdministrativeChange, ReplyTemplate
from tests.web.mall import Mall

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
GOOD = {
    "change": "save",
    "name": "致歉",
    "act": "contact",
    "kind": "",
    "zh": "{customer}您好，{number}",
    "en": "",
}


def test_a_pack_brings_templates_that_everybody_reads(mall: Mall, as_: As) -> None:
    page = as_("desk").get("/templates/").content.decode()
    assert "受理告知" in page
    assert "/templates/change/" not in page
    assert as_("desk").post("/templates/change/", GOOD).status_code == 403


def test_a_template_is_kept_changed_and_withdrawn_and_the_trail_says_so(
    mall: Mall, as_: As
) -> None:
    admin = as_("admin")
    page = admin.post("/templates/change/", GOOD, follow=True).content.decode()
    assert "已保存致歉" in page
    first = ReplyTemplate.objects.get(name="致歉")
    admin.post("/templates/change/", GOOD | {"template": str(first.pk), "zh": "新的正文"})
    second = ReplyTemplate.objects.get(name="致歉", withdrawn_at=None)
    assert second.zh == "新的正文"
    admin.post("/templates/change/", {"change": "withdraw", "template": str(second.pk)})
    assert not ReplyTemplate.objects.filter(name="致歉", withdrawn_at=None).exists()
    trail = AdministrativeChange.objects.filter(area="templates", about="致歉").order_by("id")
    assert [
        (one.what, [row["zh"] for row in one.before], [row["zh"] for row in one.after])
        for one in trail
    ] == [
        ("save", [], ["{customer}您好，{number}"]),
        ("save", ["{customer}您好，{number}"], ["新的正文"]),
        ("withdraw", ["新的正文"], []),
    ]
    assert {str(one.by_id) for one in trail} == {mall.ids["admin"]}


def test_the_preview_fills_the_names_and_keeps_nothing(mall: Mall, as_: As) -> None:
    page = as_("admin").post("/templates/change/", GOOD | {"change": "preview"}).content.decode()
    assert "您好，TS-20260101-001" in page
    assert not ReplyTemplate.objects.filter(name="致歉").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"zh": "{customer} {电话}"}, "没有变量“{电话}”"),
        ({"zh": " "}, "请至少用一种语言"),
        ({"name": ""}, "请写名称"),
        ({"name": "受理告知 / Received"}, "已有名为"),
        ({"act": "fly"}, "请选择动作"),
        ({"kind": "moon"}, "请选择种类"),
    ],
)
def test_what_cannot_be_kept_is_said_and_what_was_typed_stays(
    mall: Mall, as_: As, change: dict[str, str], said: str
) -> None:
    before = ReplyTemplate.objects.count()
    answer = as_("admin").post("/templates/change/", GOOD | change)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert ReplyTemplate.objects.count() == before


def test_the_form_of_an_act_offers_the_filled_text(mall: Mall, as_: As) -> None:
    as_("admin").post(
        "/templates/change/", GOOD | {"zh": "{customer}您好，编号 {number}，{demand}"}
    )
    number = mall.with_the_merchant()
    desk = as_("desk")
    page = desk.get(f"/cases/{number}/contact/").content.decode()
    assert "data-fills=" in page
    assert f"编号 {number}，____" in page
    found = desk.get(f"/cases/{number}/templates.json?act=contact").json()["templates"]
    assert "致歉" in [one["name"] for one in found]
    assert as_("merchant").get(f"/cases/{number}/templates.json?act=contact").status_code == 404
