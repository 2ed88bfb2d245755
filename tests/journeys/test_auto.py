"""A car maker's hotline and its dealers: a complaint, an enquiry and a rescue, each by everybody who takes part."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from bihuan.desk.stored import load
from bihuan.desk.sweep import sweep
from bihuan.engine.case import Case
from tests.journeys.desk import Clock, Desk, at, instant
from tests.web.houses import AUTO, open_house
from tests.web.mall import DAY, HOUR

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
MIN = 60
CALLER = {"name": "叶蓁", "phone": "13900000626"}


def stored(number: str) -> Case:
    found = load(number)
    assert found is not None
    return found.case


@pytest.fixture(params=["zh-hans"])
def opened(request: pytest.FixtureRequest, clock: Clock) -> Clock:
    """A Monday morning at the hotline."""
    clock.at = instant("2026-03-02 10:00")
    open_house(AUTO, clock.at, request.param)
    return clock


@pytest.mark.parametrize("opened", ["en"], indirect=True)
def test_a_complaint_about_a_dealer_is_noted_replied_to_answered_closed_and_archived(
    opened: Clock, desks: Callable[..., Desk]
) -> None:
    taker, back = desks("taker", "en"), desks("back", "en")
    number = taker.registers(kind="complaint", content="维修后仍漏油", **CALLER)
    taker.does(number, "acknowledge", agreed_time=at(opened.at + 40 * HOUR))
    taker.does(
        number, "classify", about="dealer", about_unit="城南服务商", grade="general",
        category="other",
    )  # fmt: skip
    opened.pass_(20 * MIN)
    back.does(number, "dispatch", instructions="请复查漏油，说明原因")

    dealer = desks("south", "en", 390)
    opened.pass_(3 * HOUR)
    dealer.from_list(
        "reply", **{"customer-opinion": "接受"}, result="更换油封", handler="南星",
        date="2026-03-02", root_cause="油封装反", prevention="装配后复检",
    )  # fmt: skip
    dealer.case(number)
    expect(dealer.page.locator("main")).to_contain_text("更换油封")
    assert CALLER["phone"] not in dealer.page.content()
    other = desks("north", "en")
    assert other.page.request.get(f"{other.url}/cases/{number}/").status == 404

    opened.pass_(HOUR)
    back.does(number, "respond", form_="phone", answer="已更换油封，免收工时")
    back.does(number, "confirm", outcome="satisfied", opinion="满意")
    back.does(number, "close", summary="已修复", root_cause="油封装反", prevention="装配后复检")
    opened.pass_(2 * DAY)
    dealer.from_list("find_cause", cause="新工未培训", prevention="上岗培训")
    head = desks("head", "en")
    opened.pass_(35 * DAY)  # it can be judged after thirty
    head.from_list("check_effect", outcome="effective")
    sweep(opened.pass_(15 * DAY))
    back.case(number)
    expect(back.page.locator("main")).to_contain_text("The system archived it")
    assert stored(number).ended == "archived"
    assert {debt.act for debt in stored(number).debts.values()} <= {"purge"}


def test_an_enquiry_is_countersigned_answered_by_the_department_and_told_to_the_caller(
    opened: Clock, desks: Callable[..., Desk]
) -> None:
    taker, back = desks("taker"), desks("back")
    number = taker.registers(kind="enquiry", content="顶配带不带天窗", answered_now="no", **CALLER)
    taker.does(number, "acknowledge", agreed_time=at(opened.at + 3 * HOUR))
    taker.does(
        number, "classify", about="department", about_unit="产品部", category="configuration"
    )
    opened.pass_(15 * MIN)
    back.does(number, "dispatch", instructions="请答复顶配配置")
    chief = desks("chief", "zh-hans", 390)
    chief.from_list("countersign")
    department = desks("product")
    opened.pass_(HOUR)
    department.page.goto(f"{department.url}/")
    department.page.locator("tr[data-row]", has_text=department.word("reply")).locator(
        ".act a"
    ).click()
    department.put(
        "#pane-body",
        result="顶配含天窗",
        handler="单砚",
        date="2026-03-02",
        disclosure_checked="no",
    )
    department.page.locator("#pane-body form .is-solid").click()
    expect(department.page.locator("#pane-body .error").first).to_contain_text("公开")
    assert not stored(number).sheets[1].ended
    department.put("#pane-body", disclosure_checked="yes")
    department.page.locator("#pane-body form .is-solid").click()
    department.done("reply")
    back.does(number, "respond", form_="phone", answer="顶配含天窗")
    back.does(number, "confirm", outcome="satisfied")
    back.does(number, "close", summary="已答复")
    assert stored(number).stage == "closed"


def test_a_rescue_needs_a_place_goes_to_the_nearest_dealer_and_ends_with_the_outing_record(
    opened: Clock, desks: Callable[..., Desk]
) -> None:
    taker, back = desks("taker"), desks("back")
    number = taker.registers(kind="rescue", content="高速抛锚", **CALLER)
    taker.case(number)
    taker.open("acknowledge")
    taker.put("#act-form", agreed_time=at(opened.at + HOUR))
    taker.page.locator("#act-form form .is-solid").click()
    expect(taker.page.locator("#f-location")).to_be_focused()
    expect(taker.page.locator("#act-form [data-missing]")).to_contain_text("位置")
    assert "acknowledge" not in stored(number).marks
    taker.put("#act-form", location="31.38,121.46")
    taker.page.locator("#act-form form .is-solid").click()
    taker.done("acknowledge")
    taker.does(number, "classify")
    assert stored(number).facts["nearest_unit"] == "north"
    opened.pass_(5 * MIN)
    back.does(number, "dispatch", instructions="请立即救援")
    dealer = desks("north", "zh-hans", 390)
    opened.pass_(5 * MIN)
    dealer.from_list("contact", said="四十分钟到")
    opened.pass_(90 * MIN)
    dealer.from_list(
        "reply", departed="10:15", arrived="10:55", result="更换水泵", handler="北辰",
        date="2026-03-02",
    )  # fmt: skip
    back.does(number, "respond", form_="phone", answer="已恢复行驶")
    back.does(number, "confirm", outcome="satisfied")
    back.does(number, "close", summary="已恢复行驶")
    assert stored(number).stage == "closed"
