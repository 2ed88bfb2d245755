"""The customer's pages: what is asked, promised and shown; what is kept from strangers and robots."""

import html
import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.desk import intake, organisation, query_codes, worlds
from bihuan.records.queries.cases import portal_case
from bihuan.web.portal import consent, follow, robots
from tests.web.mall import DAY, HOUR, Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 100


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    for limit in (robots.PROVEN, robots.UNPROVEN, follow.WRONG, follow.ADDITIONS):
        limit.clear("127.0.0.1")


def customer(language: str = "zh-CN") -> Client:
    return Client(headers={"accept-language": language})


def proof(client: Client, step: int = 3) -> dict[str, str]:
    """What a browser's script finds for the challenge of the last screen."""
    page = client.get(f"/portal/complain/{step}").content.decode()
    asked = re.search(r'name="challenge" value="([^"]+)"', page)
    assert asked
    tries = (str(number) for number in range(10**7))
    return {
        "challenge": asked[1],
        "proof": next(one for one in tries if robots.proves(asked[1], one)),
    }


def complain(client: Client, unit: str = "", **other: str) -> tuple[str, str]:
    """Send a complaint through the three screens; number and query code."""
    client.get(f"/portal/?unit={unit}")
    session = client.session
    session["portal"] = session["portal"] | {"began": now() - 60}
    session.save()
    told = {
        1: {"content": "汤里有一截钢丝球", "about_unit": unit},
        2: {"demand": "退款"},
        3: {"name": "叶蓁", "contact": "13900000626", "consent": "yes"},
    }
    for step, fields in told.items():
        proven = proof(client) if step == 3 else {}
        answer = client.post(f"/portal/complain/{step}", fields | other | proven)
        assert answer.status_code == 302, answer.content.decode()
    page = client.get("/portal/receipt").content.decode()
    number, code = re.findall(r"<dd>([^<]+)</dd>", page)[:2]
    return number, code


def opened(number: str, code: str, language: str = "zh-CN") -> Client:
    client = customer(language)
    answer = client.post("/portal/follow", {"number": number, "code": code})
    assert answer.headers["location"] == f"/portal/case/{number}"
    return client


def text(answer: object) -> str:
    page = answer.content.decode()  # type: ignore[attr-defined]
    return re.sub(r"<[^>]+>", "", page[page.index("<main") : page.index("</main")])


def answered(mall: Mall, number: str) -> None:
    mall.act(number, "acknowledge", "desk", agreed_time=now() + 5 * HOUR)
    mall.act(number, "classify", "desk", category="service", about="merchant", desk_can_solve="yes")
    mall.act(number, "resolve", "floor", resolution="退款")
    mall.act(number, "respond", "desk", form="written", company_name="yes", answer="已退款并致歉")


def test_a_complaint_is_registered_as_the_policy_wants_it(mall: Mall) -> None:
    number, code = complain(customer(), "m218")
    page = portal_case(number, query_codes.hash_of(code))
    assert page
    facts = page.state.facts
    assert facts["content"] == "汤里有一截钢丝球"
    assert facts["demand"] == "退款"
    assert facts["about_unit"] == "m218"
    assert facts["channel"] == "web"
    assert "13900000626" in facts["contact"]
    assert page.state.unit == "company"
    assert [debt.act for debt in page.state.debts.values()] == ["acknowledge"]


def test_nothing_but_the_story_and_the_consent_is_needed(mall: Mall) -> None:
    number, code = complain(customer(), name="", contact="", demand="")
    assert "您没有留联系方式" not in text(opened(number, code).get(f"/portal/case/{number}"))
    assert portal_case(number, query_codes.hash_of(code)).state.facts["anonymous"] == "yes"


def test_without_a_story_or_consent_it_is_refused_and_nothing_typed_is_lost(mall: Mall) -> None:
    client = customer()
    client.get("/portal/")
    assert client.post("/portal/complain/1", {"content": " "}).status_code == 422
    client.post("/portal/complain/1", {"content": "地面湿滑"})
    client.post("/portal/complain/2", {"demand": ""})
    answer = client.post("/portal/complain/3", {"name": "叶蓁", "contact": "", "consent": ""})
    assert answer.status_code == 422
    assert 'value="叶蓁"' in answer.content.decode()
    assert "地面湿滑" in client.get("/portal/complain/1").content.decode()


def test_the_receipt_promises_a_time_and_says_what_follows_if_it_passes(mall: Mall) -> None:
    client = customer()
    complain(client)
    said = text(client.get("/portal/receipt"))
    assert "服务台客服告诉您几时有答复" in said
    assert "自动报给营运部沈经理" in said
    assert "沈亦川" not in said  # a post and a surname


def test_sending_twice_makes_one_case_with_the_same_code(mall: Mall) -> None:
    client = customer()
    client.get("/portal/")
    session = client.session
    draft = session["portal"] | {"began": now() - 60, "content": "地面湿滑", "consent": "yes"}
    sent = []
    for seconds in (2, 0):  # the second does not know when the first was sent
        session = client.session
        session["portal"] = draft | {"consented_at": now() - seconds}
        session.save()
        client.post("/portal/complain/3", {"consent": "yes"} | proof(client))
        sent.append(
            (client.session["portal_receipt"]["number"], client.session["portal_receipt"]["code"])
        )
    assert sent[0] == sent[1]


def begun(client: Client, ago: int = 60) -> None:
    """As far as the last screen, `ago` seconds after the first."""
    client.get("/portal/")
    session = client.session
    session["portal"] = session["portal"] | {"began": now() - ago, "content": "地面湿滑"}
    session.save()


def sum_of(client: Client) -> dict[str, str]:
    """The challenge with the sum worked out, as somebody without script does."""
    page = client.get("/portal/complain/3").content.decode()
    asked, first, second = (
        re.search(r'name="challenge" value="([^"]+)"', page),
        *re.findall(r"(\d) \+ (\d)", page)[0],
    )
    assert asked
    return {"challenge": asked[1], "sum": str(int(first) + int(second))}


def test_without_script_a_sum_is_asked_and_the_right_one_gets_through(mall: Mall) -> None:
    client = customer()
    begun(client)
    asked = sum_of(client)
    for wrong in ("", "0", "999", "²", "x" * 500):
        answer = client.post("/portal/complain/3", {"consent": "yes"} | asked | {"sum": wrong})
        assert answer.status_code == 422
        assert "算式" in text(answer)
    assert client.post("/portal/complain/3", {"consent": "yes"} | asked).status_code == 302


def test_nobody_writes_so_quickly_without_script(mall: Mall) -> None:
    client = customer()
    begun(client, ago=0)
    quick = client.post("/portal/complain/3", {"consent": "yes"} | sum_of(client))
    assert quick.status_code == 422
    assert "太快" in text(quick)
    assert client.post("/portal/complain/3", {"consent": "yes"} | sum_of(client)).status_code == 302


def test_who_fills_in_what_nobody_sees_is_asked_the_sum_even_with_a_proof(mall: Mall) -> None:
    client = customer()
    begun(client)
    trap = {"consent": "yes", "website": "http://spam.example"} | proof(client)
    assert client.post("/portal/complain/3", trap).status_code == 422
    assert client.post("/portal/complain/3", {"consent": "yes"} | sum_of(client)).status_code == 302


def test_a_proof_is_good_for_one_complaint_and_for_two_hours(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, other = customer(), customer()
    begun(client)
    begun(other)
    mine = proof(client)
    assert other.post("/portal/complain/3", {"consent": "yes"} | mine).status_code == 422
    signed = mine["challenge"]
    middle = len(signed) // 2
    other_sign = "A" if signed[middle] != "A" else "B"
    forged = mine | {"challenge": signed[:middle] + other_sign + signed[middle + 1 :]}
    assert client.post("/portal/complain/3", {"consent": "yes"} | forged).status_code == 422
    wrong = mine | {"proof": "1" + mine["proof"]}
    assert client.post("/portal/complain/3", {"consent": "yes"} | wrong).status_code == 422
    monkeypatch.setattr(robots, "GOOD_FOR", -1)
    assert client.post("/portal/complain/3", {"consent": "yes"} | mine).status_code == 422
    monkeypatch.undo()
    assert client.post("/portal/complain/3", {"consent": "yes"} | mine).status_code == 302


@pytest.mark.parametrize("limit", [robots.PROVEN, robots.UNPROVEN], ids=["proven", "unproven"])
def test_so_many_complaints_an_hour_from_one_address_are_enough(
    mall: Mall, limit: robots.Limit
) -> None:
    for _ in range(limit.times):
        limit.count("127.0.0.1")
    client = customer()
    begun(client)
    shown = proof(client) if limit is robots.PROVEN else sum_of(client)
    answer = client.post("/portal/complain/3", {"consent": "yes"} | shown)
    assert answer.status_code == 429
    assert "portal" in client.session


def test_sent_again_after_the_answer_was_lost_it_leads_to_the_receipt(mall: Mall) -> None:
    client = customer()
    begun(client)
    sent = {"consent": "yes"} | proof(client)
    client.post("/portal/complain/3", sent)
    again = client.post("/portal/complain/3", sent)
    assert again.headers["location"] == "/portal/receipt"


def test_number_and_code_open_the_case_in_whatever_way_they_are_typed(mall: Mall) -> None:
    number, code = complain(customer())
    opened(number, code)
    client = customer()
    typed = {"number": f" {number.lower()} ", "code": code.lower().replace(" ", "-")}
    assert client.post("/portal/follow", typed).status_code == 302


def test_whatever_is_wrong_the_refusal_is_the_same(mall: Mall) -> None:
    number, code = complain(customer())
    other = mall.complain()
    said = {
        text(customer().post("/portal/follow", typed)).replace(typed["number"], "")
        for typed in (
            {"number": number, "code": "AAAAA AAAAA AAA"},
            {"number": "TS20200101-0001", "code": code},
            {"number": other, "code": code},
            {"number": other, "code": ""},
        )
    }
    assert len(said) == 1
    assert customer().post("/portal/follow", {"number": number, "code": ""}).status_code == 403


def test_guessing_codes_ends_after_some_tries(mall: Mall) -> None:
    number, code = complain(customer())
    for _ in range(follow.WRONG.times):
        customer().post("/portal/follow", {"number": number, "code": "AAAAA"})
    answer = customer().post("/portal/follow", {"number": number, "code": code})
    assert answer.status_code == 429


@pytest.mark.parametrize("page", ["", "/add", "/withdraw", "/file/" + "0" * 64])
def test_strangers_see_nothing_of_a_case(mall: Mall, page: str) -> None:
    number, _code = complain(customer())
    answer = customer().get(f"/portal/case/{number}{page}")
    assert answer.status_code in (302, 404)


def test_a_case_is_closed_again_in_a_browser_that_others_use(mall: Mall) -> None:
    number, code = complain(customer())
    client = opened(number, code)
    assert client.get(f"/portal/case/{number}").status_code == 200
    client.post(f"/portal/case/{number}/leave")
    assert client.get(f"/portal/case/{number}").status_code == 302


def test_the_story_holds_no_internal_word_and_no_remark_of_the_staff(mall: Mall) -> None:
    number, code = complain(customer(), "m217")
    mall.act(number, "acknowledge", "desk", agreed_time=now() + 5 * HOUR)
    mall.act(
        number, "classify", "desk", category="quality_price", about="merchant", desk_can_solve="no"
    )
    mall.act(number, "remark", "desk", text="此人难缠")
    mall.act(number, "dispatch", "desk", instructions="请书面说明")
    mall.act(number, "issue", "operations", sheet=1, outcome="issued")
    said = text(opened(number, code).get(f"/portal/case/{number}"))
    assert "已要求有关方面书面说明" in said
    for word in ("此人难缠", "处理单", "工单", "分派", "质量价格", "请书面说明"):
        assert word not in said


def test_a_lapse_is_told_to_the_customer_even_before_any_sweep(mall: Mall) -> None:
    number = intake.register(
        {"kind": "complaint", "channel": "web", "content": "地面湿滑"},
        by="customer", unit="company", now=now() - DAY, act_id="portal old",
    )  # fmt: skip
    said = text(opened(number.number, number.query_code).get(f"/portal/case/{number.number}"))
    assert "晚了" in said


def test_the_customer_says_satisfied_or_not_and_why(mall: Mall) -> None:
    number, code = complain(customer(), "m218")
    answered(mall, number)
    client = opened(number, code)
    address = f"/portal/case/{number}/answer"
    assert "已退款并致歉" in text(client.get(f"/portal/case/{number}"))
    silent = client.post(address, {"outcome": "disputed", "opinion": ""})
    assert silent.status_code == 422
    assert client.post(address, {"outcome": "nonsense", "opinion": "x"}).status_code == 422
    client.post(address, {"outcome": "disputed", "opinion": "后厨没有检查"})
    page = portal_case(number, query_codes.hash_of(code))
    assert page.history[-1].by == "customer"
    assert "resolve" not in page.state.marks or page.state.round > 0
    assert client.post(address, {"outcome": "satisfied", "opinion": ""}).status_code == 409


def test_what_the_customer_adds_reaches_the_case_and_files_only_its_readers(
    mall: Mall, as_: As
) -> None:
    number, code = complain(customer(), "m218")
    client = opened(number, code)
    address = f"/portal/case/{number}/add"
    assert client.get(address).status_code == 200
    assert client.post(address, {"text": ""}).status_code == 422
    client.post(address, {"text": "收银员也听见了"})
    client.post(address, {"files": SimpleUploadedFile("bowl.jpg", JPEG)})
    assert "收银员也听见了" in text(client.get(f"/portal/case/{number}"))
    found = re.search(
        r'href="(/portal/case/[^"]+/file/\w+)"',
        client.get(f"/portal/case/{number}").content.decode(),
    )
    assert found
    photo = client.get(found[1])
    assert b"".join(photo.streaming_content) == JPEG
    assert photo.headers["content-type"] == "image/jpeg"
    assert customer().get(found[1]).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("page.html", b"<script>alert(1)</script>", "不是照片"),
        ("photo.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不是照片"),
        ("empty.jpg", b"", "空文件"),
    ],
)
def test_files_that_are_no_photos_films_or_pdf_are_refused(
    mall: Mall, name: str, content: bytes, said: str
) -> None:
    number, code = complain(customer())
    client = opened(number, code)
    sent = {"text": "见附件", "files": SimpleUploadedFile(name, content)}
    answer = client.post(f"/portal/case/{number}/add", sent)
    assert answer.status_code == 422
    assert said in text(answer)
    assert "见附件" in answer.content.decode()


def test_seven_files_at_once_are_too_many(mall: Mall) -> None:
    number, code = complain(customer())
    sent = {"files": [SimpleUploadedFile(f"{n}.jpg", JPEG) for n in range(7)]}
    answer = opened(number, code).post(f"/portal/case/{number}/add", sent)
    assert answer.status_code == 422
    assert "6" in text(answer)


def test_a_complaint_is_withdrawn_by_who_made_it_and_then_nothing_is_owed(mall: Mall) -> None:
    number, code = complain(customer())
    client = opened(number, code)
    assert "不能收回" in text(client.get(f"/portal/case/{number}/withdraw"))
    client.post(f"/portal/case/{number}/withdraw", {"reason": "已当面解决"})
    page = portal_case(number, query_codes.hash_of(code))
    assert page.state.ended == "withdrawn"
    assert "您已撤诉" in text(client.get(f"/portal/case/{number}"))
    assert client.post(f"/portal/case/{number}/withdraw", {}).status_code == 409


def test_a_unit_with_a_desk_of_its_own_takes_in_what_is_about_it(mall: Mall) -> None:
    organisation.add_unit("east", "东馆", "branch", "company", now=now() - HOUR)
    organisation.add_unit("e1", "东馆鞋店", "merchant", "east", now=now() - HOUR)
    organisation.hold(int(mall.ids["desk"]), "service_desk", "east", now=now() - HOUR)
    worlds.forget()
    number, code = complain(customer(), "e1")
    assert portal_case(number, query_codes.hash_of(code)).state.unit == "east"


def test_the_portal_speaks_english_to_english_readers(mall: Mall) -> None:
    number, code = complain(customer("en"), "m218")
    said = text(opened(number, code, "en").get(f"/portal/case/{number}"))
    assert "Service desk 周 tells you when you will have an answer" in said
    assert "it goes by itself to Operations manager 沈" in said


def test_a_customer_rates_the_answer_and_the_visit_stays_owed(mall: Mall) -> None:
    number, code = complain(customer(), "m218")
    client = opened(number, code)
    page = f"/portal/case/{number}"
    assert "为我们的答复打分" not in text(client.get(page))
    early = client.post(f"{page}/rate", {"score": "5"})
    assert early.status_code == 422
    answered(mall, number)
    assert "为我们的答复打分" in text(client.get(page))
    for score in ("", "0", "6", "五"):
        assert client.post(f"{page}/rate", {"score": score}).status_code == 422
    done = client.post(f"{page}/rate", {"score": "4", "rating_opinion": "还算快"})
    assert done.status_code == 302
    assert "4 分" in text(client.get(page))
    mall.act(number, "confirm", "desk", outcome="satisfied")
    mall.act(number, "countersign", "operations", outcome="approved")
    mall.act(number, "close", "desk", summary="已办结")
    assert client.post(f"{page}/rate", {"score": "5"}).status_code == 302  # closed, not over
    stored = portal_case(number, query_codes.hash_of(code))
    assert stored
    assert stored.state.facts["rating"] == 5
    assert "follow_up" in [debt.act for debt in stored.state.debts.values()]


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "同意"), ("en", "I agree that")])
def test_the_consent_is_a_fact_of_the_case_with_its_instant_and_its_words(
    mall: Mall, as_: As, language: str, words: str
) -> None:
    client = customer(language)
    number, code = complain(client)
    page = portal_case(number, query_codes.hash_of(code))
    assert page
    assert now() - 60 < page.state.facts["consented_at"] <= now()
    kept = consent.read(page.state.facts["consent_text"])
    assert kept[0].startswith(words)
    assert "2" in kept[0]  # the two years of the policy
    shown = text(opened(number, code, language).get(f"/portal/case/{number}/consent"))
    for line in kept:
        assert line in html.unescape(shown)
    other = complain(customer(language))
    again = portal_case(other[0], query_codes.hash_of(other[1]))
    assert again
    assert again.state.facts["consent_text"] == page.state.facts["consent_text"]
    staff = as_("desk").get(f"/cases/{number}/").content.decode()
    assert page.state.facts["consent_text"][:12] in staff


def test_consent_taken_back_closes_the_matter_after_saying_so(mall: Mall) -> None:
    number, code = complain(customer())
    client = opened(number, code)
    assert "如何撤回" in text(client.get(f"/portal/case/{number}"))
    shown = text(client.get(f"/portal/case/{number}/consent"))
    assert "立即了结" in shown
    assert "销毁" in shown
    done = client.post(f"/portal/case/{number}/consent", follow=True)
    assert "已撤回同意" in text(done)
    page = portal_case(number, query_codes.hash_of(code))
    assert page
    assert page.state.ended == "withdrawn"
    assert "没有人再处理" in text(client.get(f"/portal/case/{number}/consent"))


def test_consent_taken_back_after_closing_is_noted(mall: Mall) -> None:
    number, code = complain(customer(), "m218")
    answered(mall, number)
    mall.act(number, "confirm", "desk", outcome="satisfied")
    mall.act(number, "countersign", "operations", outcome="approved")
    mall.act(number, "close", "desk", summary="已办结")
    client = opened(number, code)
    client.post(f"/portal/case/{number}/consent")
    page = portal_case(number, query_codes.hash_of(code))
    assert page
    assert page.history[-1].kind == "remark"
    assert "撤回" in page.history[-1].data["text"]


@pytest.mark.parametrize(
    "told", [{"consented_at": "yesterday"}, {"consented_at": -1}, {"consent_text": ["x"]}]
)
def test_a_consent_that_is_none_is_refused(mall: Mall, told: dict[str, object]) -> None:
    facts = {"kind": "complaint", "channel": "web", "content": "地面湿滑", **told}
    done = intake.register(facts, by="customer", unit="company", now=now())
    assert done.refusal
    assert done.refusal.code == "bad-value"


def test_what_the_customer_adds_is_owed_to_be_looked_at_each_time(mall: Mall) -> None:
    done = intake.register(
        {"kind": "complaint", "channel": "web", "content": "地面湿滑"},
        by="customer", unit="company", now=now() - 600, act_id="portal earlier",
    )  # fmt: skip
    number, code = done.number, done.query_code
    client = opened(number, code)

    def owed() -> list[str]:
        page = portal_case(number, query_codes.hash_of(code))
        assert page
        return sorted(debt.act for debt in page.state.debts.values())

    for added in ("收银员也听见了", "还有录音"):
        client.post(f"/portal/case/{number}/add", {"text": added})
        client.post(f"/portal/case/{number}/add", {"text": f"{added}。"})
        assert owed() == ["acknowledge", "look_at_evidence"]
        mall.act(number, "look_at_evidence", "desk", result="已记下")
        assert owed() == ["acknowledge"]


def test_a_customer_gets_a_new_code_and_the_old_one_opens_nothing(mall: Mall) -> None:
    number, code = complain(customer())
    client, elsewhere = opened(number, code), opened(number, code)
    act_id = re.search(r'name="act_id" value="(\w+)"><button class="plain">', client.get(
        f"/portal/case/{number}").content.decode())[1]  # fmt: skip
    answer = client.post(f"/portal/case/{number}/code", {"act_id": act_id})
    assert answer.headers["location"] == "/portal/receipt"
    new = client.session["portal_receipt"]["code"]
    assert new in client.get("/portal/receipt").content.decode().replace(" ", "")
    assert client.get(f"/portal/case/{number}").status_code == 200
    assert elsewhere.get(f"/portal/case/{number}").status_code == 302
    assert customer().post("/portal/follow", {"number": number, "code": code}).status_code == 403
    opened(number, new)
