"""Everything the desk does with cases, by a program."""

from datetime import UTC, datetime

import pytest

from bihuan.engine.acts import ACTS
from tests.web.mall import DAY, HOUR, now

pytestmark = pytest.mark.django_db
TOLD = {
    "kind": "complaint", "channel": "phone", "name": "王敏", "phone": "13800005678",
    "content": "羊毛大衣穿了一次就开线，店里拒绝退换", "about_unit": "m217",
}  # fmt: skip


def at(seconds: int) -> str:
    return datetime.fromtimestamp(now() + seconds, UTC).isoformat()


def test_a_program_registers_acts_and_reads_what_came_of_it(as_):
    desk = as_("desk")
    made = desk.post("/cases", TOLD)
    number = made["number"]
    assert made["query_code"]

    offered = {one["act"]: one for one in desk.get(f"/cases/{number}/acts")}
    assert offered["acknowledge"]["expected"]
    assert offered["acknowledge"]["refusal"] is None
    assert [field["name"] for field in offered["acknowledge"]["fields"] if field["required"]] == [
        "agreed_time"
    ]
    assert offered["close"]["refusal"]["text"]

    agreed = at(DAY)
    desk.act(number, "acknowledge", agreed_time=agreed)
    case = desk.get(f"/cases/{number}")
    assert datetime.fromisoformat(case["agreed_at"]) == datetime.fromisoformat(agreed).replace(
        microsecond=0
    )
    assert case["facts"]["name"] == "王敏"
    assert "classify" in [item["act"] for item in case["owed"]]
    history = desk.get(f"/cases/{number}/history")
    assert [event["kind"] for event in history["events"]] == ["register", "acknowledge"]
    assert history["events"][1]["data"]["agreed_time"] == case["agreed_at"]
    assert history["next"] is None


def test_contact_data_are_masked_until_they_are_needed_or_revealed_with_a_reason(as_, mall):
    number = mall.complain()
    assert as_("desk").get(f"/cases/{number}")["facts"]["contact"] == "13800005678"
    manager = as_("gm")
    case = manager.get(f"/cases/{number}")
    assert case["contact"] == "masked"
    assert case["facts"]["contact"] == "138****5678"
    assert "13800005678" not in str(manager.get(f"/cases/{number}/history"))
    refused = manager.send("POST", f"/cases/{number}/contact", {"reason": " "})
    assert refused.status_code == 422
    assert refused.json()["field"] == "reason"
    shown = manager.post(f"/cases/{number}/contact", {"reason": "the customer rang"})
    assert shown["facts"]["contact"] == "13800005678"


def test_a_refusal_says_code_clause_field_and_who_owes_what_in_the_reader_s_language(as_, mall):
    number = mall.complain()
    for language, words in (("en", "is missing"), ("zh-CN", "缺少")):
        answer = as_("desk", "act", language).send(
            "POST", f"/cases/{number}/acts", {"act": "acknowledge"}
        )
        assert answer.status_code == 422
        problem = answer.json()
        assert (problem["code"], problem["field"]) == ("missing-field", "agreed_time")
        assert words in problem["text"]
        assert problem["clauses"] == ["MALL-5.0", "MALL-5.1"] or problem["clauses"]
        mall.act(number, "remark", "desk", text=language)
    early = as_("desk", "act read").send("POST", f"/cases/{number}/acts", {"act": "close"})
    assert early.status_code in (403, 409)
    assert early.json()["text"]


def test_malformed_input_is_told_field_by_field(as_, mall):
    number = mall.complain()
    wrong = {"act": "acknowledge", "sheet": "x", "data": {"agreed_time": "tomorrow"}}
    answer = as_("desk").send("POST", f"/cases/{number}/acts", wrong)
    assert answer.status_code == 422
    assert [(one["field"], one["text"]) for one in answer.json()["fields"]] == [
        ("sheet", "a whole number would be right")
    ]
    del wrong["sheet"]
    answer = as_("desk", language="zh-CN", scopes="act").send(
        "POST", f"/cases/{number}/acts", wrong
    )
    assert answer.json()["field"] == "agreed_time"
    assert "2026-02-13T18:30:00+08:00" in answer.json()["text"]
    bad = as_("desk", "act read").send("POST", f"/cases/{number}/acts", None)
    assert bad.status_code in (400, 422)
    unknown = as_("gm").send("POST", f"/cases/{number}/acts", {"act": "fly"})
    assert unknown.json()["code"] == "unknown-act"


def test_the_same_act_id_brings_the_first_outcome_and_does_nothing_more(as_):
    desk = as_("desk")
    first = desk.post("/cases", TOLD, **{"idempotency-key": "order-7"})
    again = desk.post("/cases", {**TOLD, "act_id": "order-7"})
    assert again == {**first, "repeated": True}
    body = {"act": "remark", "data": {"text": "rang again"}}
    path = f"/cases/{first['number']}/acts"
    done = desk.post(path, body, **{"idempotency-key": "remark-1"})
    assert desk.post(path, body, **{"idempotency-key": "remark-1"}) == {**done, "repeated": True}
    assert len(desk.get(f"/cases/{first['number']}/history")["events"]) == 2


def test_a_list_is_narrowed_and_goes_on_by_key(as_, mall):
    numbers = [mall.complain(now() - HOUR * step) for step in range(5, 0, -1)]
    desk = as_("desk")
    seen, after = [], ""
    while True:
        page = desk.get(f"/cases?limit=2&after={after}")
        assert page.keys() == {"cases", "next"}
        seen += [row["number"] for row in page["cases"]]
        after = page["next"]
        if after is None:
            break
    assert seen == numbers[::-1]
    assert desk.get(f"/cases?q={numbers[0]}")["cases"][0]["number"] == numbers[0]
    assert desk.get("/cases?kind=enquiry")["cases"] == []
    due = desk.get("/cases?order=due&open=true")["cases"]
    assert [row["due_at"] for row in due] == sorted(row["due_at"] for row in due)
    assert desk.send("GET", "/cases?after=9-x").json()["code"] == "bad-cursor"


def test_what_one_owes_and_was_told_is_there_and_can_be_marked_as_read(as_, mall):
    from bihuan.desk.outbox import deliver

    number = mall.complain()
    deliver(now())
    desk = as_("desk")
    assert "desk" not in desk.get("/me")["name"]
    assert "service_desk@" in desk.get("/me")["seats"]
    owed = desk.get("/me/owed")["owed"]
    assert [(item["case"], item["act"]) for item in owed] == [(number, "acknowledge")]
    mall.act(number, "acknowledge", "desk", agreed_time=now() + DAY)
    mall.act(number, "classify", "desk", category="quality_price", about="merchant",
             desk_can_solve="no")  # fmt: skip
    deliver(now())
    manager = as_("operations")
    told = manager.get("/me/notices")["notices"]
    assert told
    ids = [one["id"] for one in told]
    assert manager.post("/me/notices/read", {"notices": ids}) == {"marked": len(ids)}
    assert all(one["read_at"] for one in manager.get("/me/notices")["notices"])


def test_a_file_is_uploaded_attached_and_downloaded_and_nobody_else_s_hash_is_taken(as_, mall):
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    number = mall.complain()
    desk = as_("desk")
    picture = SimpleUploadedFile("coat.jpg", b"\xff\xd8\xff\xe0" + b"0" * 200)
    headers = {"authorization": f"Bearer {desk.token}", "accept-language": "en"}
    kept = Client().post("/api/v1/files", {"file": picture}, headers=headers)
    assert kept.status_code == 201, kept.content
    sha = kept.json()["sha256"]
    for given in (f"{sha}:coat.jpg", "made up", sha):
        refused = desk.send(
            "POST", f"/cases/{number}/acts", {"act": "attach", "data": {"files": [given]}}
        )
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown-file")
    other = as_("gm").send(
        "POST", f"/cases/{number}/acts", {"act": "attach", "data": {"files": [kept.json()["file"]]}}
    )
    assert other.json()["code"] == "unknown-file"
    sneaked = desk.send(
        "POST", f"/cases/{number}/acts", {"act": "remark", "data": {"text": f"{sha}:coat.jpg"}}
    )
    assert sneaked.status_code == 422
    desk.act(number, "attach", files=[kept.json()["file"]])
    assert desk.get(f"/cases/{number}/files") == [{"sha256": sha, "name": "coat.jpg"}]
    got = desk.send("GET", f"/cases/{number}/files/{sha}")
    assert got.content == b"\xff\xd8\xff\xe0" + b"0" * 200
    assert got.headers["Content-Disposition"] == "attachment"


def test_every_act_of_the_engine_is_described(as_):
    from django.test import Client

    document = Client().get("/api/v1/openapi.json", headers={"accept-language": "en"}).json()
    described = document["components"]["schemas"]["Act"]["discriminator"]["mapping"]
    assert described.keys() == ACTS.keys() - {"register"}
    assert document["info"]["title"] == "The API of Bihuan"
