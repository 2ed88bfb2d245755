"""The plain loop: a customer complains on a phone, a colleague passes one on; both end in the archive."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.desk.stored import load
from bihuan.desk.sweep import sweep
from bihuan.engine.case import Case
from tests.journeys.desk import Clock, Desk, instant
from tests.web.houses import GENERAL, open_house
from tests.web.mall import DAY, HOUR

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def stored(number: str) -> Case:
    found = load(number)
    assert found is not None
    return found.case


@pytest.fixture
def opened(clock: Clock) -> Clock:
    """A Monday morning."""
    clock.at = instant("2026-03-02 10:00")
    open_house(GENERAL, clock.at, "en")
    return clock


def complained(page: Page, url: str, clock: Clock) -> tuple[str, str]:
    """Complain on a phone, in English; the number and the code."""
    page.goto(f"{url}/portal/")
    page.get_by_role("link", name="Complain").click()
    page.fill("[name=content]", "The kettle leaks since the second day.")
    page.get_by_role("button", name="Next").click()
    page.fill("[name=demand]", "A new one")
    page.get_by_role("button", name="Next").click()
    page.fill("[name=name]", "Ye Zhen")
    page.fill("[name=contact]", "13900000626")
    page.get_by_label(re.compile("I agree")).check()
    clock.pass_(60)
    page.get_by_role("button", name="Send the complaint").click()
    expect(page).to_have_url(re.compile("/portal/receipt"))
    number, code = page.locator(".pairs dd").all_inner_texts()[:2]
    return number, code


def test_a_complaint_from_the_web_is_examined_solved_answered_visited_and_archived(
    opened: Clock, visitor: Callable[..., Page], desks: Callable[..., Desk], live_server: LiveServer
) -> None:
    phone = visitor("en", 360)
    number, code = complained(phone, live_server.url, opened)
    agent = desks("agent", "en")
    agent.does(number, "acknowledge", told_by="same channel")
    agent.does(number, "classify")
    opened.pass_(4 * HOUR)
    agent.does(number, "investigate", findings="Seal missing", cause="Packing", evidence="Photo")
    agent.does(number, "resolve", resolution="Send a new kettle")
    agent.does(number, "respond", form_="query code", answer="A new kettle is on its way.")
    phone.goto(f"{live_server.url}/portal/case/{number}")
    expect(phone).to_have_url(re.compile("/portal/follow"))  # open in a browser for an hour only
    phone.fill("[name=code]", code)
    phone.locator("form button.is-solid").click()
    expect(phone.locator("main")).to_contain_text("A new kettle is on its way.")
    phone.get_by_role("button", name="Yes", exact=False).first.click()
    expect(phone.locator("main")).to_contain_text("You said")
    opened.pass_(DAY)
    agent.does(number, "close", summary="Replaced")
    opened.pass_(10 * DAY)
    visit = {"way": "phone", "score": "5", "solved": "yes", "opinion": "Works"}
    desks("manager", "en").from_list("follow_up", outcome="satisfied", **visit)  # not who answered
    sweep(opened.pass_(40 * DAY))
    assert stored(number).ended == "archived"


def test_any_member_of_staff_registers_and_the_department_complained_about_is_looked_into_above_it(
    opened: Clock, desks: Callable[..., Desk]
) -> None:
    colleague, agent = desks("stores"), desks("agent")
    number = colleague.registers(
        content="安装热水器另收材料费", name="叶蓁", phone="13900000626", about="unit",
        about_unit="安装部", demand="退材料费",
    )  # fmt: skip
    assert colleague.page.request.get(f"{colleague.url}/cases/{number}/").status == 404
    agent.does(number, "acknowledge", told_by="same channel")
    agent.does(number, "classify")
    head = desks("fitting", "en", 390)
    opened.pass_(DAY)
    head.from_list("investigate", findings="属实", cause="报价单漏项", evidence="收据")
    head.from_list("resolve", resolution="退还材料费")
    head.does(number, "respond", form_="phone", answer="材料费已退回")
    agent.does(number, "confirm", outcome="disputed", opinion="只退了一半")
    manager = desks("gm", "en")
    manager.case(number)
    assert stored(number).owner == "general_manager@"
    manager.does(number, "investigate", findings="少退一半", cause="录入错误", evidence="流水")
    manager.does(number, "resolve", resolution="补退")
    manager.does(number, "respond", form_="phone", answer="已补退")
    agent.does(number, "confirm", outcome="satisfied")
    agent.does(number, "close", summary="已补退")
    opened.pass_(10 * DAY)
    agent.from_list("follow_up", outcome="satisfied", way="phone", opinion="没有问题了")
    sweep(opened.pass_(40 * DAY))
    assert stored(number).ended == "archived"
