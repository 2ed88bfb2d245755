"""What the desk knows beside cases, by a program: policies, the organisation, the library."""

import pytest

from bihuan.desk import library
from bihuan.desk.library import Publication
from tests.web.mall import DAY, now

pytestmark = pytest.mark.django_db


def test_a_policy_is_read_aloud_and_checked_in_the_reader_s_language(as_):
    desk, chinese = as_("desk"), as_("desk", language="zh-CN")
    assert [one["code"] for one in desk.get("/policies")] == ["mall"]
    policy = desk.get("/policies/mall")
    assert policy["versions"][0]["in_force"]
    assert {"code": "complaint"}.items() <= policy["kinds"][0].items()
    rows = chinese.get("/policies/mall/rows")
    assert any("MALL-5.6" in row["clauses"] for row in rows)
    assert any("两" in row["text"] or "应" in row["text"] for row in rows)
    levels = {one["level"] for one in desk.get("/policies/mall/findings")}
    assert levels <= {"error", "warning", "note"}
    found = desk.post("/policy-checks", {"text": "policy: [x"})
    assert found[0]["level"] == "error"
    assert found[0]["line"] == 1
    assert desk.send("GET", "/policies/none").status_code == 404


def test_a_time_limit_is_computed_and_explains_itself(as_):
    asked = {"within": "2 working h", "start": "2026-03-02T21:00:00+08:00"}
    due = as_("desk").post("/policies/mall/due", asked)
    assert due["due_at"] == "2026-03-03T11:00:00+08:00"
    assert due["explanation"]
    for wrong, field in (
        ({"within": "soon"}, "within"),
        ({"within": "2 h", "calendar": "moon"}, "calendar"),
        ({"within": "2 h", "start": "2026-03-02"}, "start"),
        ({"within": "2 h on moon"}, "within"),
    ):
        answer = as_("desk").send("POST", "/policies/mall/due", wrong)
        assert (answer.status_code, answer.json()["field"]) == (422, field), answer.json()


def test_who_sits_where_is_told_to_colleagues_and_not_to_merchants(as_, mall):
    told = as_("desk").get("/organisation")
    assert {"code": "m217", "parent": "f2"}.items() <= next(
        unit for unit in told["units"] if unit["code"] == "m217"
    ).items()
    seat = {"seat": "service_desk@", "person": mall.ids["desk"], "deputy": False}
    assert any(seat.items() <= one.items() for one in told["seats"])
    outside = as_("merchant").get("/organisation")
    assert outside["seats"] == []
    assert len(outside["units"]) == len(told["units"])


def test_documents_are_read_as_far_as_they_are_disclosed_to_the_reader(as_, mall):
    for code, level in (("ZB-1", "public"), ("NB-1", "internal")):
        made = library.publish(
            Publication(code, "V1", "退换规则", now() - DAY, level=level, text="开线可换"),
            by=mall.ids["admin"],
            now=now() - DAY,
        )
        assert made.pk, made
    assert [one["code"] for one in as_("desk").get("/library")] == ["NB-1", "ZB-1"]
    assert [one["code"] for one in as_("merchant").get("/library?q=退换")] == ["ZB-1"]
    page = as_("merchant").get("/library/ZB-1")
    assert page["versions"][0]["text"] == "开线可换"
    assert page["versions"][0]["state"] == "in force"
    assert as_("merchant").send("GET", "/library/NB-1").status_code == 404
