"""The phone desk: registering, agreeing a time in one go, and seeing beforehand what follows."""

import json
from collections.abc import Callable
from hashlib import sha256

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.desk import files
from bihuan.desk.stored import load
from bihuan.desk.verify import verify_case
from bihuan.records.models import Case, Event
from bihuan.records.queries.answer_times import AnswerTimes
from tests.web.mall import DAY, HOUR, Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
SAID = {
    "content": "羊绒衫袖口脱线，店里说是人为的不给退", "name": "韦芸", "phone": "15000003307",
    "about_unit": "木棉里女装", "category": "quality_price", "demand": "退款",
}  # fmt: skip


def submit(client: Client, **more: str) -> object:
    act_id = client.get("/cases/new/").context["act_id"]
    return client.post("/cases/new/", {"act_id": act_id, **SAID, **more})


def test_a_complaint_is_registered_with_few_words(mall: Mall, as_: As) -> None:
    client = as_("desk")
    answer = submit(client)
    case = Case.objects.get(ledger=False)
    assert answer.headers["location"] == f"/cases/{case.number}/"
    stored = load(case.number)
    assert stored is not None
    assert stored.case.facts["about_unit"] == "m217"
    assert stored.case.facts["contact"] == "15000003307"
    assert (case.channel, case.kind, case.category) == ("phone", "complaint", "quality_price")
    shown = client.get(answer.headers["location"]).content.decode()
    assert f"已登记，单号 {case.number}" in shown
    assert "查询码" in shown
    assert "您接下来欠" in shown


def test_a_time_agreed_on_the_phone_acknowledges_in_one_go(mall: Mall, as_: As) -> None:
    client = as_("desk")
    quick = client.get("/cases/new/").context["quick"]
    assert quick
    submit(client, agreed_quick=quick[0]["value"])
    stored = load(Case.objects.get(ledger=False).number)
    assert stored is not None
    assert stored.case.agreed == int(quick[0]["value"])
    assert {debt.act for debt in stored.case.debts.values()} >= {"classify"}
    assert [event.kind for event in Event.objects.filter(case__ledger=False).order_by("id")] == [
        "register",
        "acknowledge",
    ]


def test_times_offered_lie_within_the_policy_s_bound(mall: Mall, as_: As) -> None:
    for offered in as_("desk").get("/cases/new/").context["quick"]:
        assert now() + HOUR < int(offered["value"]) <= now() + 3 * DAY + 60


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "须晚于现在"), (30, "最远可约到")], ids=["past", "too far"]
)
def test_a_time_that_can_t_be_agreed_is_said_before_anything_is_registered(
    mall: Mall, as_: As, days: int, words: str
) -> None:
    client = as_("desk")
    agreed = client.get("/").context["reader"].clock.field(now() + days * DAY)
    answer = submit(client, agreed_time=agreed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "羊绒衫袖口脱线" in answer.content.decode()
    assert not Case.objects.filter(ledger=False).exists()


def test_the_same_form_sent_twice_registers_once(mall: Mall, as_: As) -> None:
    client = as_("desk")
    sent = {"act_id": "0123456789abcdef", **SAID}
    first = client.post("/cases/new/", sent)
    second = client.post("/cases/new/", sent)
    assert first.headers["location"] == second.headers["location"]
    assert Case.objects.filter(ledger=False).count() == 1


def test_an_unknown_unit_is_said_at_its_field(mall: Mall, as_: As) -> None:
    answer = submit(as_("desk"), about_unit="不存在的店")
    assert answer.status_code == 422
    assert answer.context["errors"][0]["field"] == "about_unit"
    assert "不存在的店" in answer.context["errors"][0]["text"]


def test_what_was_refused_is_registered_once_it_is_put_right(mall: Mall, as_: As) -> None:
    client = as_("desk")
    refused = submit(client, about_unit="不存在的店")
    again = client.post("/cases/new/", {"act_id": refused.context["act_id"], **SAID})
    assert again.status_code == 302, again.context["errors"]


def test_beforehand_one_sees_severity_owner_and_what_one_owes_next(mall: Mall, as_: As) -> None:
    client = as_("desk")

    def follows(**more: str) -> dict[str, str]:
        answer = client.post("/cases/new/follows/", {**SAID, **more})
        assert answer.status_code == 200
        return {fact["label"]: fact["value"] for fact in answer.context["consequences"]}

    plain = follows()
    assert plain["等级"] == "一般投诉"
    assert plain["您接下来欠"].startswith("告知受理")
    exposed = follows(media_exposed="yes")
    assert exposed["等级"] == "重大投诉"
    assert exposed["归谁"] == "店总 高明远"
    assert not Case.objects.filter(ledger=False).exists()


def test_the_words_to_close_a_call_with_stand_there_before_anything_is_typed(
    mall: Mall, as_: As
) -> None:
    page = as_("desk").get("/cases/new/").content.decode()
    assert "您说的我都记下了。" in page.split('id="to-say"')[1].split("</div>")[0]


def test_the_customer_is_found_by_phone_and_open_cases_alike_are_shown(mall: Mall, as_: As) -> None:
    number = mall.complain(name="韦芸", phone="15000003307", category="quality_price")
    answer = as_("desk").post("/cases/new/follows/", {**SAID, "phone": "150 0000 3307"})
    (found,) = answer.context["history"]
    assert (found["name"], found["phone"]) == ("韦芸", "150****3307")
    assert [case["number"] for case in answer.context["alike"]["cases"]] == [number]


def test_the_policy_s_words_for_the_call_stand_beside_the_form(mall: Mall, as_: As) -> None:
    page = as_("desk").get("/cases/new/")
    (said,) = page.context["guidance"]
    assert "认真聆听" in said["text"]
    assert said["clause"]["id"] == "MALL-10"


def test_who_takes_no_complaints_in_has_no_such_page(mall: Mall, as_: As) -> None:
    assert as_("merchant").get("/cases/new/").status_code == 404
    assert as_("merchant").post("/cases/new/", SAID).status_code == 404
    assert 'href="/cases/new/"' not in as_("merchant").get("/").content.decode()


def offered(client: Client, **typed: str) -> dict[str, dict[str, object]]:
    """What is offered for which field, for what is typed so far."""
    answer = client.post("/cases/new/follows/", typed)
    assert answer.status_code == 200
    return {one["field"]: one for one in answer.context["offers"]}


def test_what_the_text_points_to_is_offered_with_its_reason(mall: Mall, as_: As) -> None:
    found = offered(as_("desk"), content="木棉里的羊绒衫脱线，不给退钱，还说要找记者")
    assert found["category"]["value"] == "quality_price"
    assert found["category"]["reason"] == "客户说到“脱线”、“退钱”"
    assert found["about_unit"]["value"] == "木棉里女装"
    assert found["about"]["value"] == "merchant"
    assert "请问清楚" in str(found["media_exposed"]["asks"])
    assert "value" not in found["media_exposed"]


def test_what_is_chosen_already_is_not_offered_again(mall: Mall, as_: As) -> None:
    found = offered(
        as_("desk"), content="木棉里的羊绒衫脱线", category="service", about_unit="一碗山面馆"
    )
    assert "category" not in found
    assert "about_unit" not in found


@pytest.mark.parametrize("typed", [{"phone": "3307"}, {"name": "韦芸"}], ids=["last-four", "name"])
def test_a_customer_found_is_taken_over_without_seeing_the_number(
    mall: Mall, as_: As, typed: dict[str, str]
) -> None:
    earlier = mall.complain(name="韦芸", phone="15000003307")
    client = as_("desk")
    (one,) = offered(client, **typed).values()
    also = json.loads(str(one["also"]))
    assert also["phone"] == "150****3307"
    assert "15000003307" not in client.post("/cases/new/follows/", typed).content.decode()
    submit(client, phone=also["phone"], customer=also["customer"])
    case = Case.objects.filter(ledger=False).latest("id")
    assert case.complainant == Case.objects.get(number=earlier).complainant
    stored = load(case.number)
    assert stored is not None
    assert stored.case.facts["contact"] == "15000003307"


@pytest.mark.parametrize("customer", ["", "999999", "x", "9" * 30])
def test_a_masked_number_of_nobody_known_is_said_at_its_field(
    mall: Mall, as_: As, customer: str
) -> None:
    answer = submit(as_("desk"), phone="150****3307", customer=customer)
    assert answer.status_code == 422
    assert answer.context["errors"][0]["field"] == "phone"
    assert not Case.objects.filter(ledger=False).exists()


def test_who_may_not_see_the_earlier_case_finds_no_customer(mall: Mall, as_: As) -> None:
    """The wall: a complaint about the desk's own people is not found by its complainant's number."""
    mall.complain(name="韦芸", phone="15000003307", about_person=mall.ids["desk"])
    found = as_("desk").post("/cases/new/follows/", {"phone": "15000003307"})
    assert found.context["history"] == []


def test_registering_leads_on_to_joining_with_a_case_alike(mall: Mall, as_: As) -> None:
    other = mall.complain(category="quality_price")
    client = as_("desk")
    [alike] = client.post("/cases/new/follows/", SAID).context["alike"]["cases"]
    joins = [join["value"] for join in alike["joins"]]
    assert joins == [f"link:{other}:collective", f"merge:{other}:collective"]
    assert "同一单位" in alike["reason"]
    answer = submit(client, join=joins[0])
    case = Case.objects.filter(ledger=False).latest("id")
    assert answer.headers["location"] == f"/cases/{case.number}/link/?case={other}&as=collective"
    form = client.get(answer.headers["location"]).context["form"]
    assert next(one["value"] for one in form["fields"] if one["name"] == "case") == other


def test_files_sent_along_are_attached_in_their_order(mall: Mall, as_: As) -> None:
    sent = [
        SimpleUploadedFile(name, b"\xff\xd8\xff\xe0" + name.encode())
        for name in ("三.jpg", "صورة.png", "𠮷😀.jpg")
    ]
    submit(as_("desk"), attached=sent)
    number = Case.objects.get(ledger=False).number
    event = Event.objects.get(kind="attach")
    shown = as_("desk").get(f"/cases/{number}/")
    assert [one["name"] for one in shown.context["files"]] == ["三.jpg", "صورة.png", "𠮷😀.jpg"]
    assert event.by == mall.ids["desk"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.jpg", b"", "是空文件"),
        ("run.exe", b"MZ\x90\x00", "是程序或网页"),
        ("photo.jpg.exe", b"\xff\xd8\xff\xe0", "是程序或网页"),
        ("photo.exe.jpg", b"\xff\xd8\xff\xe0", "是程序或网页"),
        ("photo.jpg", b"MZ\x90\x00", "是程序或网页"),
        ("page.txt", b"<!DOCTYPE html><script>alert(1)</script>", "是程序或网页"),
        ("big.jpg", b"\xff\xd8\xff\xe0" + b"0" * (20 * 1024 * 1024), "超过 20 MB"),
    ],
)
def test_a_file_that_can_t_be_kept_is_named_and_nothing_is_registered(
    mall: Mall, as_: As, name: str, content: bytes, words: str
) -> None:
    good = SimpleUploadedFile("good.jpg", b"\xff\xd8\xff\xe0 good")
    answer = submit(as_("desk"), attached=[good, SimpleUploadedFile(name, content)])
    assert answer.status_code == 422
    (error,) = answer.context["errors"]
    assert error["field"] == "attached"
    assert name in error["text"]
    assert words in error["text"]
    assert not Case.objects.filter(ledger=False).exists()
    assert not default_storage.exists(files.path_of(sha256(b"\xff\xd8\xff\xe0 good").hexdigest()))


def test_a_name_that_turns_its_direction_is_kept_without_the_trick() -> None:
    assert files.plain_name("good\u202egpj.txt") == "goodgpj.txt"
    assert files.plain_name("../../etc/passwd") == "etcpasswd"
    assert files.plain_name("\x00\x07") == "file"


def test_a_letter_asks_when_it_came_and_who_opened_it(mall: Mall, as_: As) -> None:
    client = as_("desk")
    fields = client.get("/cases/new/").context["fields"]
    assert fields["opened_by"]["when"] == "channel=suggestion_box|letter"
    came = now() - DAY
    when = client.get("/").context["reader"].clock.field(came)
    submit(client, channel="letter", received=when, opened_by="周晓岚")
    case = Case.objects.get(ledger=False)
    assert case.received_at == came // 60 * 60
    assert case.registered_at > case.received_at
    stored = load(case.number)
    assert stored is not None
    assert stored.case.facts["opened_by"] == mall.ids["desk"]
    assert "拆阅人" in client.get(f"/cases/{case.number}/").content.decode()


def test_how_likely_a_time_is_kept_is_said_from_twenty_answers_on(mall: Mall, as_: As) -> None:
    asked = {"category": "quality_price", "content": "开线"}
    client = as_("desk")
    for _case in range(2):
        mall.complain(category="quality_price")
    assert client.post("/cases/new/follows/", asked).context["odds"] == ""
    times = AnswerTimes(tuple(range(HOUR, 21 * HOUR, HOUR)), waiting=(30 * HOUR, 2 * HOUR))
    assert len(times.took) == 20
    assert times.share_within(10 * HOUR) == round(100 * 10 / 21)  # one waits longer than that
    assert times.share_within(40 * HOUR) == 100
    assert times.usual == int(10.5 * HOUR)
    assert AnswerTimes((HOUR,) * 19).share_within(DAY) is None


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "wild",
    ["长" * 10_000, "\u202eevil\u2066", "a\x07b\x1bc", "<script>alert(1)</script>\"'{{7*7}}"],
    ids=["long-word", "right-to-left", "controls", "script"],
)
def test_whatever_is_typed_is_shown_harmless(mall: Mall, as_: As, wild: str, language: str) -> None:
    client = as_("desk", language)
    names = "content name phone demand about_unit category received agreed_time customer join"
    typed = dict.fromkeys(names.split(), wild)
    for answer in (client.post("/cases/new/follows/", typed), submit(client, **typed)):
        assert answer.status_code in (200, 422)
        assert "<script>alert" not in answer.content.decode()
    good = submit(client, content=wild, name=wild[:100], demand=wild)
    assert good.status_code == 302, good.context["errors"]
    shown = client.get(good.headers["location"]).content.decode()
    assert "<script>alert" not in shown


def test_a_lost_session_leaves_the_page_with_what_is_written_on_it(mall: Mall) -> None:
    stranger = Client()
    answer = stranger.post("/cases/new/", SAID, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert stranger.post("/cases/new/", SAID).status_code == 302


@pytest.mark.parametrize("typed", ["DEMO-7-0042", "ｄｅｍｏ 7 0042", "demo7·0042"])
def test_a_customer_is_found_by_what_the_policy_finds_customers_by(
    mall: Mall, as_: As, typed: str
) -> None:
    number = mall.complain(name="韦芸", phone="15000003307", member="demo 7-0042")
    mall.complain(name="别人", phone="15000003308", member="DEMO-7-0043")
    answer = as_("desk").post("/cases/new/follows/", {"member": typed})
    (found,) = answer.context["history"]
    assert (found["name"], [case["url"] for case in found["cases"]]) == (
        "韦芸", [f"/cases/{number}/"],
    )  # fmt: skip
    offered = next(one for one in answer.context["offers"] if one["field"] == "name")
    assert offered["value"] == "韦芸"
    assert number in as_("desk").get("/cases/", {"q": "DEMO 7-0042"}).content.decode()


def test_a_corrected_plate_or_order_finds_nobody_by_the_old_one(mall: Mall, as_: As) -> None:
    number = mall.complain(name="韦芸", phone="15000003307", member="DEMO-7-0042")
    mall.act(number, "correct", by="desk", member="DEMO-7-0099")
    client = as_("desk")
    assert client.post("/cases/new/follows/", {"member": "DEMO-7-0042"}).context["history"] == []
    (found,) = client.post("/cases/new/follows/", {"member": "DEMO-7-0099"}).context["history"]
    assert found["name"] == "韦芸"
    assert list(verify_case(Case.objects.get(number=number).pk, now())) == []


def test_a_plate_or_order_of_cases_out_of_sight_finds_nobody(mall: Mall, as_: As) -> None:
    mall.complain(name="韦芸", member="DEMO-7-0042", about_person=mall.ids["desk"])
    found = as_("desk").post("/cases/new/follows/", {"member": "DEMO-7-0042"})
    assert found.context["history"] == []
