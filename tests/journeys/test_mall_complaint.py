"""One complaint walked through the whole mall policy by the people who owe its acts, in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bihuan.desk.stored import load
from bihuan.desk.sweep import sweep
from bihuan.engine.acts import ACTS
from bihuan.records.models import Case, Person
from tests.journeys.desk import Desk, at
from tests.web.mall import HOUR, now, open_mall

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
SAID = "羊毛大衣腋下开线，店里说是人为的不给退。小票在，吊牌剪了。"


@pytest.fixture(params=["zh-hans", "en"])
def as_(request: pytest.FixtureRequest, desks: Callable[..., Desk]) -> Callable[..., Desk]:
    """The mall's people in one language, each with a browser of their own."""
    open_mall(language=request.param)

    def signed_in(username: str, width: int = 1280) -> Desk:
        return desks(username, request.param, width)

    return signed_in


def registered(desk: Desk, **more: str) -> str:
    """Register at the phone desk with a time agreed, and classify; the number of the case."""
    page = desk.page
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/cases/new/"))
    page.keyboard.type(SAID)  # the text field has the focus already
    desk.put("#register-form", name="王敏", phone="138 0000 5678", about_unit="木棉里女装")
    desk.put("#register-form", category="quality_price", **more)
    expect(page.locator("#consequences")).to_contain_text("沈亦川")
    page.locator("[name=agreed_quick]").first.check()
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile(r"/cases/TS\d{8}-\d+/"))
    desk.done()
    number = page.url.rstrip("/").rpartition("/")[2]
    desk.do("classify", about="merchant", desk_can_solve="no")
    return number


def facts(number: str) -> "Case":
    return Case.objects.get(number=number)


def test_a_complaint_goes_its_whole_way(as_: Callable[..., Desk], tmp_path: Path) -> None:
    service = as_("desk")
    number = registered(service)
    service.do("report", content="质量问题，商户拒绝退换")
    service.do("dispatch", instructions="请核对售后记录，书面回复能否退款、何时到账")

    operations = as_("operations", 390)  # on the phone: one tap to see, one to issue
    operations.from_list("issue")
    merchant = as_("merchant", 390)
    merchant.from_list("receipt", signature="乔安")
    service.case(number)
    service.do("trace_call", spoke_to="乔安", result="店长称须区域经理同意")

    agreed = facts(number).agreed_at
    for hours in (1, 2):
        service.case(number)
        service.do(
            "postpone", new_time=at(agreed + hours * HOUR), consent="yes", reason="等商户区域经理"
        )
    service.case(number)
    service.page.locator(".not-possible a").first.click()
    service.page.locator("#act-form form .is-solid").click()
    expect(service.page.locator(".refusal")).to_be_visible()
    expect(service.page.locator(".story")).to_contain_text("高明远")
    assert facts(number).owner == "store_gm@"

    answers = {"result": "同意退款 1280 元", "customer-opinion": "同意", "handler": "乔安",
               "date": "2026-11-20"}  # fmt: skip
    merchant.from_list("reply", **answers)
    operations.from_list("check_reply")
    manager = as_("gm")
    manager.from_list("resolve", resolution="商户今日原路退款")

    service.case(number)
    service.open("respond")
    service.put("#act-form", form_="in person", answer="今天退款 1280 元")
    service.page.locator("#act-form form .is-solid").click()
    expect(service.page.locator("#f-signature")).to_have_attribute("aria-invalid", "true")
    service.put("#act-form", signature="王敏")
    service.page.locator("#act-form form .is-solid").click()
    service.done("respond")
    service.from_list("confirm", outcome="satisfied", opinion="满意")
    operations.from_list("countersign")
    service.from_list("close", summary="已退款，客户满意")
    operations.from_list("follow_up", outcome="satisfied", way="phone")  # not by who answered

    service.case(number)
    service.page.screenshot(path=tmp_path / "done.png", full_page=True)
    stored = load(number)
    assert stored is not None
    assert (stored.case.stage, stored.case.rounds["postpone"]) == ("closed", 2)
    (debt,) = stored.case.debts.values()
    assert debt.act == "archive"
    sweep(debt.due + 1)
    service.case(number)
    expect(service.page.locator("main")).to_contain_text(ACTS["archive"].past.in_(service.language))


def test_a_letter_is_answered_in_writing_in_the_company_s_name(
    as_: Callable[..., Desk],
) -> None:
    service = as_("desk")
    page = service.page
    page.goto(f"{service.url}/cases/new/")
    service.put("#register-form", content=SAID, name="吴女士", phone="13900001111")
    page.locator(".more-fields summary").click()
    service.put("#register-form", channel="letter")
    page.locator("[name=agreed_quick]").first.check()
    page.locator("#register-form .is-solid").click()
    service.done()
    number = page.url.rstrip("/").rpartition("/")[2]
    service.do("classify", category="environment", about="department", desk_can_solve="yes")
    as_("operations").from_list("resolve", resolution="加装排风")
    service.case(number)
    service.open("respond")
    service.put("#act-form", form_="phone", answer="本周加装排风", company_name="yes")
    page.locator("#act-form form .is-solid").click()
    expect(page.locator("#f-form_-below")).to_be_visible()
    expect(page.locator("#act-form [name=answer]")).to_have_value("本周加装排风")
    service.put("#act-form", form_="written")
    page.locator("#act-form form .is-solid").click()
    service.done("respond")
    assert facts(number).stage == "answered"


def test_what_is_typed_survives_leaving_the_page(as_: Callable[..., Desk]) -> None:
    service = as_("desk")
    page = service.page
    page.goto(f"{service.url}/cases/new/")
    page.fill("[name=content]", SAID)
    page.fill("[name=phone]", "13800005678")
    page.locator("[data-save-draft]").click()
    page.goto(f"{service.url}/")
    page.goto(f"{service.url}/cases/new/")
    expect(page.locator("[name=content]")).to_have_value(SAID)
    page.locator("#register-form .is-solid").click()
    service.done()
    page.goto(f"{service.url}/cases/new/")
    expect(page.locator("[name=content]")).to_have_value("")


def test_a_plain_form_s_draft_is_not_back_on_the_page_that_accepted_it(
    as_: Callable[..., Desk],
) -> None:
    """A complaint about oneself is taken down and not seen again: the empty form follows."""
    service = as_("desk")
    page = service.page
    me = str(Person.objects.get(user__username="desk").pk)
    page.goto(f"{service.url}/cases/new/")
    page.fill("[name=content]", SAID)
    page.fill("[name=phone]", "13800005678")
    page.locator("[data-save-draft]").click()
    with page.expect_navigation():
        page.evaluate(
            """me => {
              const form = document.getElementById("register-form");
              for (const old of form.querySelectorAll("[name=about_person]")) old.remove();
              const field = document.createElement("input");
              Object.assign(field, { type: "hidden", name: "about_person", value: me });
              form.append(field);
              form.submit();
            }""",
            me,
        )
    service.done()
    expect(page).to_have_url(f"{service.url}/cases/new/")
    expect(page.locator("#register-form")).to_have_attribute("data-draft-read", "yes")
    expect(page.locator("[name=content]")).to_have_value("")


def test_the_list_is_walked_by_keys(as_: Callable[..., Desk]) -> None:
    service = as_("desk")
    for _ in range(2):
        registered(service)
        service.page.goto(f"{service.url}/")
    page = service.page
    first = page.locator("tr[data-row][aria-current]").get_attribute("id")
    page.keyboard.press("j")
    expect(page.locator("tr[data-row][aria-current]")).not_to_have_id(first or "")
    expect(page).to_have_url(re.compile(r"row="))
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile(r"/cases/TS"))
    assert now() > 0
