"""What programs may do beside acts: act on all members, keep the library, change the organisation, be the customer."""

from base64 import b64encode

import pytest

from bihuan.channels.api import customer
from bihuan.desk import query_codes, received
from bihuan.desk.received import Arrival
from bihuan.records.models import AdministrativeChange, Case
from bihuan.records.queries.library import versions
from tests.channels.api.conftest import Program, token_of
from tests.web.mall import DAY, HOUR, Mall, now

pytestmark = pytest.mark.django_db


def basic(number: str, code: str) -> dict[str, str]:
    told = b64encode(f"{number}:{code}".encode()).decode()
    return {"authorization": f"Basic {told}"}


def registered(mall: Mall) -> tuple[str, str]:
    program = Program(token_of(mall.ids["desk"]))
    made = program.post("/cases", {"channel": "web", "content": "地面湿滑", "about_unit": "m217"})
    return made["number"], made["query_code"]


def test_the_customer_reads_and_acts_by_number_and_code_alone(mall: Mall) -> None:
    number, code = registered(mall)
    anybody = Program("")
    seen = anybody.send("GET", "/customer/case", **basic(number, code)).json()
    assert (seen["number"], seen["next"]["act"], seen["answers"]) == (number, "acknowledge", [])
    assert {"remark", "withdraw", "renew_code"} <= {one["act"] for one in seen["may"]}

    told = {"act": "remark", "act_id": "r1", "data": {"text": "还是很滑"}}
    done = [
        anybody.send("POST", "/customer/acts", told, **basic(number, code)).json() for _ in "ab"
    ]
    assert [one["repeated"] for one in done] == [False, True]

    mall.act(number, "acknowledge", "desk", agreed_time=now() + 5 * HOUR)
    refused = anybody.send("POST", "/customer/acts", {"act": "close"}, **basic(number, code))
    assert refused.status_code in (403, 409)

    renew = {"act": "renew_code", "act_id": "n1", "data": {"checked": "by the code before"}}
    new = anybody.send("POST", "/customer/acts", renew, **basic(number, code)).json()["query_code"]
    assert anybody.send("GET", "/customer/case", **basic(number, code)).status_code == 401
    assert anybody.send("GET", "/customer/case", **basic(number, new)).status_code == 200


def test_wrong_codes_are_tried_a_few_times_and_no_more(mall: Mall, monkeypatch) -> None:
    number, code = registered(mall)
    at = now()
    monkeypatch.setattr(customer, "now", lambda: at)  # within one quarter of an hour
    anybody = Program("")
    answers = [
        anybody.send("GET", "/customer/case", **basic(number, "WRONG")).status_code
        for _ in range(query_codes.TRIES + 1)
    ]
    assert answers == [401] * query_codes.TRIES + [429]
    assert anybody.send("GET", "/customer/case", **basic(number, code)).status_code == 429


def test_staff_renew_a_code_and_are_shown_it_once(mall: Mall) -> None:
    number, code = registered(mall)
    desk = Program(token_of(mall.ids["desk"], name="another"))
    told = {"act": "renew_code", "data": {"checked": "报出登记时的电话"}}
    assert desk.send("POST", f"/cases/{number}/acts", told).json()["field"] == "act_id"
    new = desk.post(f"/cases/{number}/acts", told | {"act_id": "n1"})["query_code"]
    assert query_codes.find_by_code(number, new)
    assert query_codes.find_by_code(number, code) is None
    assert desk.act(number, "remark", text="已告知")["query_code"] == ""


def test_an_act_of_the_command_case_is_done_on_all_members_once(mall: Mall) -> None:
    desk = Program(token_of(mall.ids["desk"]))
    command, one, two = (mall.complain(content=f"停电{place}") for place in range(3))
    for number in (one, two):
        desk.act(command, "link", case=number, **{"as": "member"})
    done = desk.act(command, "remark", text="正在抢修")
    path = f"/cases/{command}/history/{done['last']}/members"
    first, again = desk.post(path, {}), desk.post(path, {})
    assert {member["number"] for member in first["members"]} == {one, two}
    assert all(member["done"] and not member["repeated"] for member in first["members"])
    assert all(member["repeated"] for member in again["members"])
    assert desk.send("POST", f"/cases/{command}/history/1/members", {}).status_code == 409
    merchant = Program(token_of(mall.ids["merchant"]))
    assert merchant.send("POST", path, {}).status_code == 404


def test_the_library_is_kept_by_whom_the_policy_names_and_nobody_else(mall: Mall) -> None:
    admin = Program(token_of(mall.ids["admin"]))
    told = {"code": "ZB-9", "version": "V1", "title": "停车退费规则", "text": "半小时内免费"}
    made = admin.post("/library", told)
    assert (made["state"], made["version"]) == ("in force", "V1")
    taken = admin.send("POST", "/library", told)
    assert (taken.status_code, taken.json()["field"]) == (422, "version")
    assert admin.post("/library/ZB-9/V1/copied", {})["copied_at"]
    ended = admin.post("/library/ZB-9/V1/withdraw", {"reason": "规则已变"})
    assert ended["until_at"]
    assert admin.send("POST", "/library/ZB-9/V7/copied", {}).status_code == 404
    desk = Program(token_of(mall.ids["desk"]))
    assert desk.send("POST", "/library", told | {"version": "V2"}).status_code == 403
    assert len(versions(("public",), code="ZB-9")) == 1


def test_the_organisation_is_changed_by_administrators_with_what_is_wrong_said(mall: Mall) -> None:
    admin = Program(token_of(mall.ids["admin"], "read admin"))
    path = "/organisation/changes"
    admin.post(
        path,
        {"change": "add_unit", "code": "f9", "name": "九层", "kind": "floor", "parent": "company"},
    )
    made = admin.post(path, {"change": "add_person", "name": "吴示例", "username": "wu"})
    assert made["invitation"]
    admin.post(
        path, {"change": "hold", "person": made["person"], "post": "floor_manager", "unit": "f9"}
    )
    seats = {one["seat"]: one["person"] for one in admin.get("/organisation")["seats"]}
    assert seats["floor_manager@f9"] == made["person"]
    assert AdministrativeChange.objects.order_by("-id").first().by_id == int(mall.ids["admin"])
    for told, field in (
        (
            {
                "change": "add_unit",
                "code": "f9",
                "name": "九层",
                "kind": "floor",
                "parent": "company",
            },
            "code",
        ),
        ({"change": "hold", "person": made["person"], "post": "king", "unit": "f9"}, "post"),
        ({"change": "close_unit", "code": "f9"}, "code"),
        ({"change": "away", "person": "999999", "until": None}, "person"),
    ):
        answer = admin.send("POST", path, told)
        assert (answer.status_code, answer.json()["field"]) == (422, field), answer.content
    assert admin.send("POST", path, {"change": "dissolve"}).status_code == 422
    desk = Program(token_of(mall.ids["desk"], "read act"))
    assert desk.send("POST", path, {"change": "back", "person": "1"}).status_code == 403
    assert Case.objects.filter(registered_at__gt=now() + DAY).count() == 0


def test_messages_are_listed_read_and_judged(mall: Mall) -> None:
    desk = Program(token_of(mall.ids["desk"]))
    arrivals = [
        received.receive(Arrival("web", f"大衣开线 {place}".encode(), unit="company"), now()).id
        for place in range(3)
    ]
    first = desk.get("/messages?limit=2")
    rest = desk.get(f"/messages?limit=2&after={first['next']}")
    listed = [one["id"] for one in (*first["messages"], *rest["messages"])]
    assert (listed, rest["next"]) == (arrivals[::-1], None)
    assert desk.get(f"/messages/{arrivals[0]}")["text"] == "大衣开线 0"

    judge = f"/messages/{arrivals[0]}/judge"
    told = {"fate": "case", "facts": {"content": "大衣开线", "about_unit": "m217"}, "act_id": "m1"}
    made, again = desk.post(judge, told), desk.post(judge, told)
    assert made["case"] == again["case"] != ""
    added = {"fate": "addition", "case": made["case"]}
    assert desk.post(f"/messages/{arrivals[1]}/judge", added)["case"] == made["case"]
    lacking = desk.send("POST", f"/messages/{arrivals[2]}/judge", {"fate": "rejected"})
    assert (lacking.status_code, lacking.json()["field"]) == (422, "reason")
    wrong = {"fate": "case", "facts": {"about_unit": 7}}
    assert (
        desk.send("POST", f"/messages/{arrivals[2]}/judge", wrong).json()["field"] == "about_unit"
    )
    assert [one["id"] for one in desk.get("/messages")["messages"]] == arrivals[2:]
    assert {one["fate"] for one in desk.get("/messages?fate=all")["messages"]} == {
        "", "case", "addition",
    }  # fmt: skip
    merchant = Program(token_of(mall.ids["merchant"]))
    assert merchant.send("GET", "/messages").status_code == 404
    assert merchant.send("GET", f"/messages/{arrivals[2]}").status_code == 404
