"""A customer complains on a phone and follows what happens, in both languages and without an account."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.web.portal.robots import QUICKEST
from tests.journeys.desk import Clock
from tests.web.mall import HOUR, now, open_mall

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WORDS = {
    "zh-hans": {
        "complain": "我要投诉", "next": "下一步", "send": "提交投诉", "consent": "同意", "see": "看进展",
        "number": "单号", "code": "查询码", "wrong": "对不上", "received": "收到了，叶蓁。",
        "promise": "服务台客服告诉您几时有答复", "agreed": "您会得到我们的答复", "no": "不满意",
        "answer": "我们的答复", "you": "您说：不满意", "quick": "提交得太快",
    },
    "en": {
        "complain": "Complain", "next": "Next", "send": "Send the complaint", "consent": "I agree",
        "see": "See how it stands", "number": "No.", "code": "Query code", "wrong": "do not belong",
        "received": "Received, 叶蓁.", "promise": "tells you when you will have an answer",
        "agreed": "you have our answer", "no": "No, not good enough", "answer": "Our answer",
        "you": "You said: not good enough", "quick": "quicker than anybody writes",
    },
}  # fmt: skip


@pytest.mark.parametrize("language", list(WORDS))
@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_a_complaint_is_sent_followed_answered_and_disputed(
    visitor: Callable[..., Page],
    live_server: LiveServer,
    clock: Clock,
    language: str,
    script: bool,
    tmp_path: Path,
) -> None:
    mall = open_mall()
    clock.at = now()
    words = WORDS[language]
    page = visitor(language, 360, script=script)

    def seen(text: str) -> None:
        expect(page.locator("main")).to_contain_text(text)

    page.goto(f"{live_server.url}/portal/?unit=m218")
    seen("一碗山面馆")
    page.get_by_role("link", name=words["complain"]).click()
    page.locator("[name=content]").fill("汤里有一截钢丝球。店员说挑出来就行。")
    expect(page.locator("[name=about_unit]")).to_have_value("m218")
    page.get_by_role("button", name=words["next"]).click()
    page.locator("[name=demand]").fill("退款,道歉")
    page.get_by_role("button", name=words["next"]).click()
    page.locator("[name=name]").fill("叶蓁")
    page.locator("[name=contact]").fill("13900000626")
    page.get_by_role("button", name=words["send"]).click()
    expect(page.locator(".error")).to_be_visible()  # without consent
    page.get_by_label(re.compile(words["consent"])).check()
    page.get_by_role("button", name=words["send"]).click()
    if not script:  # quicker than anybody writes; then with the sum worked out
        expect(page.get_by_role("alert").filter(visible=True)).to_contain_text(words["quick"])
        clock.pass_(QUICKEST)
        sum_asked = page.locator("label", has=page.get_by_text(re.compile(r"\d \+ \d"))).first
        first, second = re.findall(r"\d", sum_asked.inner_text())[:2]
        page.locator("[name=sum]").fill(str(int(first) + int(second)))
        page.get_by_role("button", name=words["send"]).click()
    expect(page).to_have_url(re.compile("/portal/receipt"))
    seen(words["received"])
    seen(words["promise"])
    number = page.locator(".pairs dd").nth(0).inner_text()
    code = page.locator(".pairs dd").nth(1).inner_text()
    assert re.fullmatch(r"TS\d{8}-\d{4}", number)
    assert len(code.replace(" ", "")) == 13

    # On another phone: a wrong code, then the right one, in small letters.
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/portal/case/{number}")
    expect(page).to_have_url(re.compile("/portal/follow"))
    page.get_by_label(words["code"]).fill("AAAAA AAAAA AAA")
    page.get_by_role("button", name=words["see"]).click()
    seen(words["wrong"])
    page.get_by_label(words["number"]).fill(number.lower())
    page.get_by_label(words["code"]).fill(code.lower())
    page.get_by_role("button", name=words["see"]).click()
    seen(words["promise"])

    mall.act(number, "acknowledge", "desk", clock.at, agreed_time=clock.at + 5 * HOUR)
    page.reload()
    seen(words["agreed"])

    photo = tmp_path / "bowl.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0" + b"0" * 200)
    page.locator(".bar a").first.click()
    page.locator("[name=text]").fill("照片在这里")
    page.locator("[name=files]").set_input_files(photo)
    page.locator(".bar button").click()
    seen("bowl.jpg")
    seen("照片在这里")

    mall.act(
        number, "classify", "desk", clock.at,
        category="service", about="merchant", desk_can_solve="yes",
    )  # fmt: skip
    mall.act(number, "resolve", "floor", clock.at, resolution="退款并道歉")
    mall.act(
        number, "respond", "desk", clock.at, form="written", company_name="yes",
        answer="餐费 38 元已退回,店长当面致歉。",
    )  # fmt: skip
    page.reload()
    seen(words["answer"])
    seen("店长当面致歉")
    page.get_by_role("button", name=words["no"]).click()
    expect(
        page.get_by_role("alert").filter(visible=True).first
    ).to_be_visible()  # not without words
    page.locator("[name=opinion]").fill("道歉可以,但后厨还没有检查")
    page.get_by_role("button", name=words["no"]).click()
    seen(words["you"])
    seen("后厨还没有检查")
