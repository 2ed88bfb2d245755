"""A developer's buyer writes on a day of rest; all ranks act on it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from bihuan.desk.stored import load
from bihuan.desk.sweep import sweep
from bihuan.engine.case import Case
from tests.journeys.desk import Clock, Desk, at, instant
from tests.web.houses import HOME, open_house
from tests.web.mall import DAY, HOUR

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
MIN = 60


def stored(number: str) -> Case:
    found = load(number)
    assert found is not None
    return found.case


def test_a_mail_on_a_day_of_rest_goes_through_all_ranks_to_a_paid_answer_and_the_archive(
    clock: Clock, desks: Callable[..., Desk]
) -> None:
    clock.at = instant("2026-03-07 10:00")  # a Saturday
    open_house(HOME, clock.at)
    duty, manager = desks("duty", "en"), desks("gm", "zh-hans", 390)
    number = duty.registers(
        content="交房八个月，飘窗一下雨就渗水，家具发霉，要求赔偿", channel="email", name="甲业主",
        phone="13900000626", delivered="yes", demanded="80000",
    )  # fmt: skip
    assert stored(number).facts["arrived"] == "holiday"
    duty.does(number, "acknowledge")
    duty.does(number, "classify", category="engineering", about_unit="工程部", part="building")
    clock.pass_(30 * MIN)
    duty.does(number, "report", form_="phone", content="业主来信索赔，已电话报告")

    manager.from_list("appoint_command", commander="高明远", team="工程部、物业部各一人")
    manager.from_list("decide", handling="dispatch", ask_president="yes")
    desk = desks("service", "en")
    desk.case(number)
    assert desk.page.locator("#act-dispatch-0").count() == 0
    clock.pass_(HOUR)
    desks("president", "zh-hans", 390).from_list("approve")
    duty.from_list("dispatch", instructions="请现场查看渗水原因并提出书面意见")

    clock.at = instant("2026-03-09 09:10")
    works = desks("works")
    works.from_list("receipt")
    clock.pass_(2 * HOUR)
    works.from_list("reply", opinion="窗框密封条缺失，属施工遗留，建议更换并赔偿")
    clock.at = instant("2026-03-10 10:00")
    manager.does(
        number, "investigate", findings="现场查看属实", grounds="contract",
        basis="《房屋买卖合同》交付标准",
        liability="company", compensation="60000",
    )  # fmt: skip
    desk.case(number)
    assert desk.page.locator("#act-respond-0").count() == 0  # the president has not approved
    desks("president").from_list("approve")
    desk.case(number)
    desk.open("respond")
    desk.put("#act-form", form_="phone", company_name="yes", answer="更换密封条，赔偿六万元")
    desk.page.locator("#act-form form .is-solid").click()
    expect(desk.page.locator("#f-form_-below")).to_be_visible()  # a mail is answered in writing
    desk.put("#act-form", form_="written")
    desk.page.locator("#act-form form .is-solid").click()
    desk.done("respond")
    clock.pass_(DAY)
    desk.does(number, "confirm", outcome="satisfied", opinion="同意")
    desks("finance").from_list(
        "compensate", amount="60000", method_="转账", paid_on=at(clock.at), receipt="示例 7"
    )
    manager.from_list("approve")
    desk.does(number, "close", summary="已更换并赔偿")
    clock.pass_(20 * DAY)
    visit = {"way": "phone", "score": "5", "solved": "yes", "opinion": "没有再渗水"}
    desks("president").from_list("follow_up", outcome="satisfied", **visit)  # others handled it
    sweep(clock.pass_(40 * DAY))
    case = stored(number)
    assert (case.ended, case.derived["severity"]) == ("archived", "major")
    assert case.facts["compensation"] == 6_000_000
    desk.case(number)
    expect(desk.page.locator("main")).to_contain_text("archived")
