"""The customer's pages for a return: conditions before the request, its questions, its story in plain words."""

import re
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import docx
import pytest
from django.contrib.auth.models import User
from django.test import Client

from bihuan.desk import intake, query_codes
from bihuan.desk.perform import load
from bihuan.engine.sentences import shown_before
from bihuan.records.queries.cases import CasePage, portal_case
from bihuan.web.portal import follow, robots, views
from tests.web.mall import DAY, Mall, now
from tests.web.shop import open_shop
from tests.web.test_portal import customer, opened, proof, text

pytestmark = pytest.mark.django_db
ASKED = {
    "story": {"content": "灯罩颜色与图片不符"},
    "thing": {"product": "示例台灯", "order": "示例订单 7", "batch": "B-01", "serial": "SN-0007"},
    "case": {"goods": "ordinary", "return_reason": "no_reason"},
    "count": {"bought": "2", "returned": "2", "paid": "400.00"},
    "wish": {"demand": "退款"},
    "reach": {"name": "叶蓁", "contact": "13900000626", "consent": "yes"},
}


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    for limit in (robots.PROVEN, robots.UNPROVEN, follow.WRONG, follow.ADDITIONS):
        limit.clear("127.0.0.1")


@pytest.fixture
def shop(db: None) -> Mall:
    return open_shop()


def day(ago: int) -> str:
    """A time so many days ago as it is typed."""
    return datetime.fromtimestamp(now() - ago * DAY, ZoneInfo("Asia/Shanghai")).strftime(
        "%Y-%m-%dT%H:%M"
    )


def started(client: Client) -> None:
    client.get("/portal/")
    session = client.session
    session["portal"] = session["portal"] | {"began": now() - 60}
    session.save()


def ask_for_return(client: Client, **other: str) -> tuple[str, str]:
    """A return asked for through its screens; number and query code."""
    started(client)
    assert client.post("/portal/apply/return").status_code == 302
    dated = {"delivered": day(2), "purchased": day(4)}
    for step, (screen, fields) in enumerate(ASKED.items(), 1):
        told = fields | (dated if screen == "thing" else {}) | other
        told |= proof(client, step) if screen == "reach" else {}
        answer = client.post(f"/portal/complain/{step}", told)
        assert answer.status_code == 302, text(answer)
    page = client.get("/portal/receipt").content.decode()
    number, code = re.findall(r"<dd>([^<]+)</dd>", page)[:2]
    return number, code


def page_of(number: str, code: str) -> CasePage:
    page = portal_case(number, query_codes.hash_of(code))
    assert page is not None
    return page


def seen(number: str, code: str, language: str = "zh-CN") -> str:
    return text(opened(number, code, language).get(f"/portal/case/{number}"))


def reviewed(shop: Mall, number: str) -> None:
    shop.act(number, "confirm_return", "service")
    shop.act(
        number, "review_return", "handler", outcome="accepted", bought=2, returned=2, paid=40000,
        quality="完好", reasonableness="七日内无理由", remedy="refund",
    )  # fmt: skip


def test_the_door_offers_a_return_beside_a_complaint(shop: Mall) -> None:
    said = text(customer().get("/portal/"))
    assert "申请退货" in said
    assert "我要投诉" in said


def test_the_mall_s_door_offers_no_return(mall: Mall) -> None:
    assert "申请" not in text(customer().get("/portal/"))
    assert customer().get("/portal/apply/return").status_code == 404


@pytest.mark.parametrize(("language", "short"), [("zh-CN", "zh"), ("en", "en")])
def test_every_condition_of_the_policy_is_shown_before_the_first_question(
    shop: Mall, language: str, short: str
) -> None:
    client = customer(language)
    started(client)
    said = text(client.get("/portal/apply/return"))
    policy = page_of(*ask_for_return(customer())).state.policy
    rules = views._policy(now(), "", "return")
    assert rules is not None
    assert rules.code == policy
    rows = shown_before(rules, "return", short)
    assert len(rows) > 3
    for row in rows:
        assert row.replace("“", "").replace("”", "") in said.replace("“", "").replace("”", "")


def test_a_return_without_the_conditions_read_goes_back_to_them(shop: Mall) -> None:
    client = customer()
    started(client)
    sent = {"content": "不想要了", "kind": "return"}
    answer = client.post("/portal/complain/1", sent)
    assert answer.headers["location"] == "/portal/apply/return"
    answer = client.post("/portal/complain/1", {"content": "不想要了", "kind": "return"})
    assert answer.headers["location"] == "/portal/apply/return"
    client.post("/portal/apply/return")
    assert "不想要了" in client.get("/portal/complain/1").content.decode()
    assert client.post("/portal/complain/1", {"content": "不想要了"}).headers["location"] == (
        "/portal/complain/2"
    )


def test_what_was_asked_reaches_the_case_as_the_policy_names_it(shop: Mall) -> None:
    page = page_of(*ask_for_return(customer()))
    facts = page.state.facts
    assert facts["kind"] == "return"
    assert facts["channel"] == "web"
    assert (facts["product"], facts["order"], facts["batch"]) == ("示例台灯", "示例订单 7", "B-01")
    assert (facts["goods"], facts["return_reason"]) == ("ordinary", "no_reason")
    assert (facts["bought"], facts["returned"], facts["paid"]) == (2, 2, 40000)
    assert now() - 2 * DAY - 120 < facts["delivered"] < now() - DAY
    assert facts["purchased"] < facts["delivered"]
    assert [debt.act for debt in page.state.debts.values()] == ["confirm_return"]


def test_a_complaint_under_the_same_policy_is_asked_nothing_about_quantities(shop: Mall) -> None:
    client = customer()
    started(client)
    client.post("/portal/complain/1", {"content": "客服态度不好"})
    titles = []
    for step in range(1, 10):
        answer = client.get(f"/portal/complain/{step}")
        if answer.status_code == 404:
            break
        titles.append(re.findall(r"<h1>([^<]+)</h1>", answer.content.decode())[0])
    assert "数量与金额" not in titles
    assert titles[0] == "发生了什么"


def test_an_amount_that_is_none_is_said_at_its_field_and_nothing_is_lost(shop: Mall) -> None:
    client = customer()
    started(client)
    client.post("/portal/apply/return")
    client.post("/portal/complain/1", ASKED["story"])
    answer = client.post("/portal/complain/4", ASKED["count"] | {"paid": "四百"})
    assert answer.status_code == 422
    assert 'value="四百"' in answer.content.decode()
    made_up = client.post("/portal/complain/3", {"goods": "stolen"})
    assert made_up.status_code == 302
    assert "goods" not in client.session["portal"]["told"]


def test_only_the_story_and_the_consent_are_needed(shop: Mall) -> None:
    client = customer()
    started(client)
    client.post("/portal/apply/return")
    for step, screen in enumerate(ASKED, 1):
        told = {"story": {"content": "不想要了"}, "reach": {"consent": "yes"}}.get(screen, {})
        told |= proof(client, step) if screen == "reach" else {}
        assert client.post(f"/portal/complain/{step}", told).status_code == 302
    assert client.session["portal_receipt"]["number"]


def test_the_receipt_promises_who_confirms_the_request(shop: Mall) -> None:
    client = customer()
    ask_for_return(client)
    assert "客服专员联系您确认申请" in text(client.get("/portal/receipt"))


def test_the_story_of_a_return_is_told_in_plain_words(shop: Mall) -> None:
    number, code = ask_for_return(customer())
    said = seen(number, code)
    assert "已收到您的申请" in said
    reviewed(shop, number)
    said = seen(number, code)
    assert "已与您确认申请" in said
    assert "已同意您的申请" in said
    assert "您寄回商品" in said
    shop.act(number, "receive_goods", "warehouse", outcome="arrived", quantity=2)
    said = seen(number, code)
    assert "您寄回的商品已收到" in said
    assert "验收商品" in said
    shop.act(
        number, "inspect", "inspector", outcome="passed", accepted=2, condition="全新",
        complete="yes", as_requested="yes", unused="yes",
    )  # fmt: skip
    assert "退款给您" in seen(number, code)
    shop.act(number, "refund", "finance", amount=40000, method="原路退回")
    said = seen(number, code)
    assert "已退款：¥400.00" in said
    assert "原路退回" in said
    for word in ("外观完好", "方屿", "投诉"):
        assert word not in said.replace("已经投诉过", "")
    assert "Paid back: ¥400.00" in seen(number, code, "en")


def test_the_inspection_is_asked_and_printed_item_by_item_in_one_order(shop: Mall) -> None:
    number, _ = ask_for_return(customer())
    reviewed(shop, number)
    shop.act(number, "receive_goods", "warehouse", outcome="arrived", quantity=2)
    inspector = Client(headers={"accept-language": "zh-CN"})
    inspector.force_login(User.objects.get(username="inspector"))
    form = inspector.get(f"/cases/{number}/inspect/").content.decode().partition("act-form")[2]
    shop.act(
        number, "inspect", "inspector", outcome="passed", accepted=2, condition="全新",
        complete="yes", as_requested="yes", unused="yes",
    )  # fmt: skip
    content = inspector.get(f"/cases/{number}/papers/inspection_record/0.docx").content
    words = "\n".join(docx.Document(BytesIO(content)).element.body.itertext())
    asked = ("是否齐全", "是否与退货申请相符", "是否未经使用", "成色", "合格数量")
    for said in (form, words[words.rindex("验收") :]):
        places = [said.index(item) for item in asked]
        assert places == sorted(places)


def test_the_conditions_read_are_kept_with_the_case_and_not_asked_for_again(shop: Mall) -> None:
    """Through the portal, the counter and a plain registration alike; who was told nothing is asked."""
    before = now()
    number, code = ask_for_return(customer())
    facts = page_of(number, code).state.facts
    assert (facts["conditions_told"], facts["conditions_edition"]) == ("yes", 1)
    assert before <= facts["conditions_at"] <= now()
    assert facts["serial"] == "SN-0007"
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(User.objects.get(username="service"))
    asked = "已告知退货条件"
    assert asked in text(client.get(f"/cases/{number}/"))
    form = client.get(f"/cases/{number}/confirm_return/").context["form"]
    assert asked not in str(form)
    told = {"kind": "return", "channel": "phone", "content": "不想要了", "product": "示例杯"}
    for extra, kept in (({"conditions_told": "yes"}, True), ({}, False)):
        done = intake.register(told | extra, by=shop.ids["service"], unit="company", now=now())
        stored = load(done.number)
        assert stored is not None
        assert ("conditions_at" in stored.case.facts) is kept
    form = client.get(f"/cases/{done.number}/confirm_return/").context["form"]
    assert asked in str(form)


def test_a_refused_return_says_why(shop: Mall) -> None:
    number, code = ask_for_return(customer())
    shop.act(number, "confirm_return", "service")
    shop.act(
        number, "review_return", "handler", outcome="refused", quality="完好",
        reasonableness="已过七日", reasons="无理由退货须在签收后七日内提出",
    )  # fmt: skip
    said = seen(number, code)
    assert "未能同意您的申请" in said
    assert "无理由退货须在签收后七日内提出" in said


def test_a_request_is_withdrawn_until_the_goods_are_with_the_company(shop: Mall) -> None:
    first, second = ask_for_return(customer()), ask_for_return(customer())
    client = opened(*first)
    assert "撤回申请" in text(client.get(f"/portal/case/{first[0]}/withdraw"))
    client.post(f"/portal/case/{first[0]}/withdraw", {"reason": "想留下了"})
    assert page_of(*first).state.ended == "withdrawn"
    assert "您已撤回此申请" in seen(*first)

    reviewed(shop, second[0])
    shop.act(second[0], "receive_goods", "warehouse", outcome="arrived", quantity=2)
    client = opened(*second)
    said = text(client.get(f"/portal/case/{second[0]}"))
    assert "现在不能撤回" in said
    refused = client.post(f"/portal/case/{second[0]}/withdraw", {"reason": "想留下了"})
    assert refused.status_code == 409
    assert page_of(*second).state.ended == ""


def test_what_only_a_refusal_asks_for_is_not_asked_of_an_agreement(shop: Mall) -> None:
    number, _ = ask_for_return(customer())
    shop.act(number, "confirm_return", "service")
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(User.objects.get(username="handler"))
    form = client.get(f"/cases/{number}/review_return/").context["form"]
    asked = {one["name"]: one for one in form["fields"]}
    assert (asked["reasons"]["required"], asked["reasons"]["side"]) == (False, "如为：不同意退货")
    assert asked["reasons"]["when"] == "outcome=refused"
    assert (asked["bought"]["required"], asked["bought"]["side"]) == (False, "如为：同意退货")
    assert asked["quality"]["required"]
