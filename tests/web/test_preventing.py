"""Corrective action on the pages: what was planned is each one's own, and what tells whether it worked is shown."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from bihuan.desk.stored import load
from bihuan.web.forms import control
from tests.web.mall import DAY, HOUR, Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]


def planned(mall: Mall) -> str:
    """A case in which the third complaint opened a corrective action whose plan is approved."""
    for n in range(3):
        number = mall.complain(now() - 6 * HOUR, name=f"顾客{n}", phone=f"1380000567{n}")
        mall.act(number, "acknowledge", "desk", agreed_time=now() + HOUR)
        mall.act(
            number, "classify", "desk",
            category="quality_price", about="merchant", desk_can_solve="no",
        )  # fmt: skip
    day = mall_day(5)
    mall.act(
        number, "draft", "desk", sheet=1, content="三件开线", team="服务台、营运部",
        problem="同款大衣开线", containment="暂停销售",
    )  # fmt: skip
    mall.act(
        number, "find_cause", "operations", sheet=1, cause="缝线不良", whys="为何开线：缝线不良",
        escape="没有抽检", cause_method="没有抽检办法",
        actions=f"退回供应商；周晓岚；{day}\n进货抽检；{mall.ids['operations']}；{day}",
    )  # fmt: skip
    mall.act(number, "approve", "gm", sheet=1, outcome="approved")
    return number


def mall_day(ahead: int) -> str:
    return datetime.fromtimestamp(now() + ahead * DAY, UTC).date().isoformat()


def send(client: Client, number: str, act: str, **data: str) -> object:
    address = f"/cases/{number}/{act}/?sheet=1"
    form = client.get(address).context["form"]
    typed = {control(name): value for name, value in data.items()}
    return client.post(address, {"act_id": form["act_id"], "version": form["version"], **typed})


def test_each_action_of_a_plan_is_owed_by_who_was_named(mall: Mall, as_: As) -> None:
    number = planned(mall)
    case = load(number).case
    owed = {debt.item: debt.seat for debt in case.debts.values() if debt.sheet == 1}
    assert owed == {"1": "service_desk@", "2": "operations_manager@"}

    answer = send(as_("operations"), number, "take_action", action="已定抽检办法")
    assert answer.status_code == 302, answer.context["form"]
    left = {debt.item for debt in load(number).case.debts.values() if debt.sheet == 1}
    assert left == {"1"}
    assert send(as_("desk"), number, "take_action", action="已退回").status_code == 302
    sheet = load(number).case.sheets[1]
    assert sheet.data["action"] == "2. 已定抽检办法\n1. 已退回"
    assert [debt.act for debt in load(number).case.debts.values() if debt.sheet == 1] == [
        "check_effect"
    ]


def test_the_page_tells_how_often_it_came_and_refuses_an_early_verdict(mall: Mall, as_: As) -> None:
    number = planned(mall)
    for by in ("desk", "operations"):
        mall.act(number, "take_action", by, sheet=1, action="已办")
    head = as_("gm", "en")

    page = head.get(f"/cases/{number}/check_effect/?sheet=1")
    shown = page.content.decode()
    assert "3 cases of the problem in the" in shown
    assert 'value="no effect"' in shown
    assert 'value="effective"' not in shown
    refused = send(head, number, "check_effect", outcome="effective", lasting="进货检验办法")

    assert refused.status_code != 302
    assert "too early to say whether it worked" in refused.content.decode()
    assert not load(number).case.sheets[1].ended
