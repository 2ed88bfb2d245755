"""The page of a case: what happened, what is owed, what can be done, and why the rest can't."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from bihuan.desk import query_codes
from bihuan.desk.stored import load
from bihuan.desk.sweep import sweep
from bihuan.records.models import Disclosure
from bihuan.records.queries.entries import Entry, history
from bihuan.web.cases.marks import mark_of
from bihuan.web.words import length
from tests.tampering import tamper
from tests.web.mall import DAY, HOUR, Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]


def dispatched(mall: Mall) -> str:
    """A case whose note waits for the operations manager."""
    number = mall.complain()
    mall.act(number, "acknowledge", "desk", agreed_time=now() + HOUR)
    mall.act(
        number, "classify", "desk", category="quality_price", about="merchant", desk_can_solve="no"
    )
    mall.act(number, "dispatch", "desk", instructions="请核对售后记录")
    return number


def post(client: Client, number: str, act: str, sheet: int = 0, **data: object) -> object:
    """Post the form of an act as the page gives it out."""
    address = f"/cases/{number}/{act}/" + (f"?sheet={sheet}" if sheet else "")
    form = client.get(address).context["form"]
    return client.post(address, {"act_id": form["act_id"], "version": form["version"], **data})


def at(client: Client, instant: int) -> str:
    """An instant as a field of a form takes it."""
    return client.get("/").context["reader"].clock.field(instant)


def test_the_page_tells_what_happened_and_what_is_owed(mall: Mall, as_: As) -> None:
    number = dispatched(mall)
    shown = as_("desk").get(f"/cases/{number}/").content.decode()
    for words in ("周晓岚", "告知客户受理情况", "按时", "MALL-5.0", "开具处理单", "请核对售后记录",
                  "营运部经理 沈亦川", "审核签发", "店总"):  # fmt: skip
        assert words in shown, words
    english = as_("desk", "en").get(f"/cases/{number}/").content.decode()
    for words in ("drew up a note", "on time", "Owed now", "Operations manager"):
        assert words in english, words


@pytest.mark.parametrize("count", [1, 3])
def test_a_case_with_any_history_is_few_questions(mall: Mall, as_: As, count: int) -> None:
    number = mall.complain()
    for _ in range(count):
        mall.act(number, "remark", "desk", text="客户来电催问")
    client = as_("desk")
    client.get(f"/cases/{number}/")
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(f"/cases/{number}/")
    assert sum("补记" in one["what"] for one in answer.context["events"]) == count
    assert len(asked) <= 18, [one["sql"][:90] for one in asked]


def test_what_can_t_be_done_now_says_what_is_missing_and_who_owes_it(mall: Mall, as_: As) -> None:
    number = dispatched(mall)
    refused = as_("operations").get(f"/cases/{number}/").context["refused"]
    resolve = next(item for item in refused if item["act"] == "提出处理意见")
    assert "还有单据未交回" in resolve["why"]
    assert "营运部经理 沈亦川 欠 审核签发" in resolve["why"]
    assert resolve["clause"]["id"] == "MALL-5.1"


def test_a_stranger_to_the_case_finds_nothing(mall: Mall, as_: As) -> None:
    number = mall.complain()
    for address in (f"/cases/{number}/", f"/cases/{number}/remark/", "/cases/TS-none/"):
        assert as_("merchant").get(address).status_code == 404
    assert as_("merchant").post(f"/cases/{number}/remark/", {"text": "x"}).status_code == 404


def test_the_merchant_sees_the_note_and_never_the_customer(mall: Mall, as_: As) -> None:
    number = dispatched(mall)
    mall.act(number, "issue", "operations", sheet=1, outcome="issued")
    shown = as_("merchant").get(f"/cases/{number}/").content.decode()
    assert "请核对售后记录" in shown
    for hidden in ("138 0000 5678", "13800005678", "138****5678", "王敏", "告知客户受理情况"):
        assert hidden not in shown, hidden


def test_contact_data_are_masked_until_they_are_asked_for_with_a_reason(
    mall: Mall, as_: As
) -> None:
    number = dispatched(mall)
    client = as_("operations")
    assert "138****5678" in client.get(f"/cases/{number}/").content.decode()
    assert "138 0000 5678" not in client.get(f"/cases/{number}/").content.decode()
    assert client.post(f"/cases/{number}/reveal/", {"reason": " "}).status_code == 422
    assert not Disclosure.objects.exists()
    revealed = client.post(f"/cases/{number}/reveal/", {"reason": "客户来电核对"})
    assert "138 0000 5678" in revealed.content.decode()
    assert Disclosure.objects.get().reason == "客户来电核对"
    assert "138 0000 5678" not in client.get(f"/cases/{number}/").content.decode()


def test_a_note_is_issued_by_one_button_that_says_what_follows(mall: Mall, as_: As) -> None:
    number = dispatched(mall)
    client = as_("operations")
    page = client.get(f"/cases/{number}/issue/?sheet=1")
    form = page.context["form"]
    assert [one["value"] for one in form["buttons"]] == ["issued", "refused"]
    assert [line["text"] for line in form["after"]] == ["收到", "欠 签收", "欠 致电商户追踪"]
    assert [check["ok"] for check in form["checks"]] == [True, True, True]
    answer = post(client, number, "issue", sheet=1, outcome="issued")
    assert answer.status_code == 302
    stored = load(number)
    assert stored is not None
    assert {debt.act for debt in stored.case.debts.values()} >= {"receipt", "trace_call"}


def test_the_same_form_sent_twice_is_done_once(mall: Mall, as_: As) -> None:
    number = mall.complain()
    client = as_("desk")
    form = client.get(f"/cases/{number}/remark/").context["form"]
    sent = {"act_id": form["act_id"], "version": form["version"], "text": "客户下午在店里"}
    for _ in range(2):
        assert client.post(f"/cases/{number}/remark/", sent).status_code == 302
    stored = load(number)
    assert stored is not None
    assert stored.events == 2


def test_who_was_slower_is_told_who_did_what_and_keeps_the_text(mall: Mall, as_: As) -> None:
    number = dispatched(mall)
    client = as_("desk")
    form = client.get(f"/cases/{number}/postpone/").context["form"]
    mall.act(number, "issue", "operations", sheet=1, outcome="issued")
    sent = {
        "act_id": form["act_id"], "version": form["version"], "consent": "yes",
        "new_time": at(client, now() + DAY), "reason": "等商户区域经理",
    }  # fmt: skip
    answer = client.post(f"/cases/{number}/postpone/", sent)
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "沈亦川 已于" in shown
    assert "等商户区域经理" in shown
    again = client.post(f"/cases/{number}/postpone/", {**sent, "all_the_same": "yes"})
    assert again.status_code == 302


def test_what_can_no_longer_be_done_is_kept_as_a_remark(mall: Mall, as_: As) -> None:
    number = mall.complain()
    client = as_("desk")
    form = client.get(f"/cases/{number}/acknowledge/").context["form"]
    sent = {"act_id": form["act_id"], "version": form["version"], "remark": "客户两点后方便"}
    mall.hire("colleague", "林晚", "service_desk")
    mall.act(number, "acknowledge", "colleague", agreed_time=now() + DAY)
    answer = client.post(f"/cases/{number}/acknowledge/", sent)
    assert answer.status_code == 409
    kept = answer.context["form"]
    assert (kept["act"], kept["fields"][0]["value"]) == ("remark", "客户两点后方便")
    assert "林晚" in kept["conflict"]
    done = client.post(kept["url"], {"act_id": kept["act_id"], "text": "客户两点后方便"})
    assert done.status_code == 302


def test_who_was_slower_may_keep_their_words_as_a_remark(mall: Mall, as_: As) -> None:
    number = dispatched(mall)
    client = as_("desk")
    form = client.get(f"/cases/{number}/postpone/").context["form"]
    mall.act(number, "issue", "operations", sheet=1, outcome="issued")
    sent = {
        "act_id": form["act_id"], "version": form["version"], "reason": "等商户区域经理",
        "consent": "yes", "as_remark": "yes",
    }  # fmt: skip
    for _ in range(2):
        assert client.post(f"/cases/{number}/postpone/", sent).status_code == 302
    remarks = [entry for entry in history(load(number).id) if entry.kind == "remark"]
    assert len(remarks) == 1
    assert "理由：等商户区域经理" in remarks[0].data["text"]


def test_a_form_of_an_act_nobody_knows_is_no_page(mall: Mall, as_: As) -> None:
    number = mall.complain()
    sent = {"version": "1", "text": "x"}
    assert as_("desk").post(f"/cases/{number}/nonsense/", sent).status_code == 404


def test_a_wrong_value_is_said_at_its_field(mall: Mall, as_: As) -> None:
    number = dispatched(mall)
    client = as_("desk")
    answer = post(client, number, "postpone", new_time="tomorrow", consent="yes", reason="x")
    assert answer.status_code == 422
    assert "不是时间" in answer.content.decode()
    answer = post(client, number, "postpone", new_time=at(client, now() + DAY), consent="no",
                  reason="x")  # fmt: skip
    assert answer.status_code == 422
    assert answer.context["form"]["errors"] == [{"text": "改期须征得客户同意", "field": "consent"}]


def test_the_third_postponement_is_refused_and_the_case_goes_to_the_store_general_manager(
    mall: Mall, as_: As
) -> None:
    number = dispatched(mall)
    client = as_("desk")
    for hours in (2, 3):
        moved = post(client, number, "postpone", new_time=at(client, now() + hours * HOUR),
                     consent="yes", reason="等商户")  # fmt: skip
        assert moved.status_code == 302
    page = client.get(f"/cases/{number}/").context
    assert "postpone" not in {one["id"].partition("-")[0] for one in page["doable"]["acts"]}
    spent = page["refused"][0]
    assert (spent["act"], spent["ways"][0]["url"]) == ("改期", f"/cases/{number}/postpone/")
    assert "已改期 2 次" in spent["why"]
    answer = post(client, number, "postpone")
    assert answer.status_code == 422
    assert "案件已上报店总" in answer.content.decode()
    stored = load(number)
    assert stored is not None
    assert stored.case.owner.startswith("store_gm@")
    assert "店总 高明远" in client.get(f"/cases/{number}/").content.decode()


def test_an_attached_file_is_kept_once_and_read_by_who_sees_the_case(mall: Mall, as_: As) -> None:
    number = mall.complain()
    client = as_("desk")

    def file() -> SimpleUploadedFile:
        return SimpleUploadedFile("小票.jpg", b"\xff\xd8 a receipt", "image/jpeg")

    assert post(client, number, "attach", files=[file()]).status_code == 302
    assert post(client, number, "attach", files=[file()]).status_code == 302
    (kept,) = client.get(f"/cases/{number}/").context["files"]
    assert kept["name"] == "小票.jpg"
    answer = client.get(kept["url"])
    assert (answer.content, answer.headers["content-type"]) == (b"\xff\xd8 a receipt", "image/jpeg")
    assert as_("merchant").get(kept["url"]).status_code == 404
    assert client.get(kept["url"].rpartition("/")[0] + "/x.jpg").status_code == 404


def test_what_a_customer_wrote_is_never_markup(mall: Mall, as_: As) -> None:
    number = mall.complain(content="<script>alert(1)</script>", name="<b>甲</b>")
    shown = as_("desk").get(f"/cases/{number}/").content.decode()
    assert "<script>alert" not in shown
    assert "<b>甲" not in shown


def test_an_unknown_act_is_no_page(mall: Mall, as_: As) -> None:
    number = mall.complain()
    assert as_("desk").get(f"/cases/{number}/dance/").status_code == 404


def test_the_page_says_where_the_time_went_and_who_was_late(mall: Mall, as_: As) -> None:
    since = now() - 5 * HOUR
    number = mall.complain(at=since)
    mall.act(number, "acknowledge", "desk", at=since + 60, agreed_time=now() + HOUR)
    told = {"category": "quality_price", "about": "merchant", "desk_can_solve": "no"}
    mall.act(number, "classify", "desk", at=since + 120, **told)
    mall.act(number, "dispatch", "desk", at=since + 180, instructions="请核对售后记录")
    sweep(now())
    page = as_("operations").get(f"/cases/{number}/")
    spent = page.context["time_spent"]
    assert [row["step"] for row in spent["rows"]] == [
        "告知受理", "分类定级", "开单转办", "提出处理意见",
    ]  # fmt: skip
    assert spent["total"] == "5 小时"
    assert sum(part["width"] for part in spent["parts"]) == pytest.approx(100, abs=0.1)
    assert spent["notes"][0]["number"] == f"客户投诉处理单 CL-{number}-1"
    shown = page.content.decode()
    assert "时间去向" in shown
    assert 'class="spent"' in shown
    english = as_("operations", "en").get(f"/cases/{number}/").content.decode()
    assert "Where the time went" in english
    assert "waiting for notes" in english
    mall.act(number, "issue", "operations", sheet=1, outcome="issued")
    assert as_("merchant").get(f"/cases/{number}/").context["time_spent"] is None


def test_a_note_is_found_by_its_number_by_whoever_may_see_it(mall: Mall, as_: As) -> None:
    number = dispatched(mall)
    wanted = f"CL-{number}-1"
    for words in (wanted, wanted.lower(), f"{number}-1"):
        answer = as_("operations").get("/cases/", {"q": words})
        assert answer.headers["location"] == f"/cases/{number}/#sheet-1"
    assert wanted in as_("operations").get(f"/cases/{number}/").content.decode()
    assert as_("merchant").get("/cases/", {"q": wanted}).status_code == 200  # not issued yet
    assert as_("merchant").get(f"/cases/{number}/").status_code == 404
    mall.act(number, "issue", "operations", sheet=1, outcome="issued")
    assert as_("merchant").get("/cases/", {"q": wanted}).headers["location"].endswith("#sheet-1")
    for words in (f"CL-{number}-2", f"CL-{number}", "CL--1", "-1", f"CL-{number}-x"):
        assert as_("operations").get("/cases/", {"q": words}).status_code == 200
    other = mall.complain(about_unit="m218")
    assert as_("merchant").get("/cases/", {"q": f"CL-{other}-1"}).status_code == 200


def test_the_story_is_told_whole_as_the_customer_reads_it_or_by_its_acts(
    mall: Mall, as_: As
) -> None:
    number = dispatched(mall)
    client = as_("operations")
    whole = client.get(f"/cases/{number}/")
    assert [(tab["id"], tab["current"]) for tab in whole.context["views"]] == [
        ("story-all", True), ("story-customer", False), ("story-acts", False),
        ("story-messages", False),
    ]  # fmt: skip
    assert "请核对售后记录" in whole.content.decode()
    customer = client.get(f"/cases/{number}/?view=customer")
    said = [line["what"] for line in customer.context["events"]]
    assert said[0] == "收到您的投诉"
    assert len(said) == customer.context["views"][1]["count"] == 3
    assert all("请核对售后记录" not in str(line) for line in customer.context["events"])
    acts = client.get(f"/cases/{number}/?view=acts").context["events"]
    assert len(acts) == 4
    assert all("系统" not in line["who"] for line in acts)
    assert client.get(f"/cases/{number}/?view=none").context["views"][0]["current"]


def test_messages_and_clocks_are_told_apart_in_the_story_by_icon_and_word(
    mall: Mall, as_: As
) -> None:
    number = mall.complain(now() - 3 * DAY)
    mall.act(number, "acknowledge", "desk", now() - 3 * DAY + 60, agreed_time=now() - 2 * DAY)
    sweep(now())
    client = as_("desk")
    page = client.get(f"/cases/{number}/")
    tabs = {tab["id"]: tab["count"] for tab in page.context["views"]}
    assert tabs["story-messages"] == 1
    assert tabs["story-clocks"] >= 2
    assert {line.get("word") for line in page.context["events"]} == {None, "消息", "时限"}
    clocks = client.get(f"/cases/{number}/?view=clocks").context["events"]
    assert {(line["icon"], line["word"]) for line in clocks} == {("clock", "时限")}
    english = as_("desk", "en").get(f"/cases/{number}/?view=messages")
    (said,) = english.context["events"]
    assert (said["icon"], said["word"]) == ("messages", "Message")


def test_what_was_said_to_or_by_a_customer_is_a_message_by_whatever_way() -> None:
    def mark(kind: str, by: str = "7", sent: tuple[str, ...] = ()) -> str:
        return mark_of(Entry(4, kind, by, "", 0, 0, 0, {}, (), erased=False), sent)

    for kind in ("not_reached", "reach_otherwise", "visit_shopper", "respond", "contact"):
        assert mark(kind) == "messages", kind
    assert mark("attach", "customer") == "messages"  # a mail that was joined with the case
    assert mark("attach") == ""
    assert mark("dispatch") == ""
    assert mark("dispatch", sent=("e4",)) == "messages"  # the customer was written to at it
    assert mark("refund", sent=("e4",)) == "money"


def test_a_length_is_said_by_its_number() -> None:
    for language, one, two in (("en", "1 day", "2 days"), ("zh-hans", "1 天", "2 天")):
        with override(language):
            assert (length(DAY + 5), length(2 * DAY)) == (one, two)


def test_only_the_story_as_the_customer_reads_it_is_kept_from_who_sees_a_note(
    mall: Mall, as_: As
) -> None:
    number = dispatched(mall)
    mall.act(number, "issue", "operations", sheet=1, outcome="issued")
    page = as_("merchant").get(f"/cases/{number}/?view=customer")
    assert [tab["id"] for tab in page.context["views"]] == ["story-all", "story-acts"]
    assert "收到您的投诉" not in page.content.decode()


def test_a_correction_shows_what_was_said_before_and_what_counts_now(mall: Mall, as_: As) -> None:
    number = dispatched(mall)
    mall.act(number, "correct", "desk", category="service", remark="听错了")
    (line,) = (
        one for one in as_("desk").get(f"/cases/{number}/").context["events"] if one.get("changes")
    )
    assert line["changes"] == [{"label": "类别", "old": "质量价格", "new": "服务"}]
    assert line["detail"] == "“听错了”"


def test_a_long_text_is_folded_and_nothing_of_it_is_lost(mall: Mall, as_: As) -> None:
    told = "店里说要等区域经理。" * 60
    number = mall.complain(content=told)
    page = as_("desk").get(f"/cases/{number}/")
    (text,) = page.context["events"][0]["long"]
    assert told in text["text"]
    assert len(text["begins"]) < 200
    assert page.content.decode().count('<details class="fold">') == 1


def test_the_page_says_that_the_chain_of_the_record_holds_and_names_the_entry_that_broke_it(
    mall: Mall, as_: As
) -> None:
    number = dispatched(mall)
    client = as_("desk")
    assert "记录链完整" in client.get(f"/cases/{number}/").content.decode()
    tamper("UPDATE records_event SET at = at - 60 WHERE sequence = 2")
    shown = client.get(f"/cases/{number}/").content.decode()
    assert "记录链断裂" in shown
    assert "第 2 条记录被改动" in shown


def test_who_could_do_it_is_named_and_what_the_reader_can_do_instead_is_linked(
    mall: Mall, as_: As
) -> None:
    number = dispatched(mall)
    refused = {
        item["act"]: item for item in as_("desk").get(f"/cases/{number}/").context["refused"]
    }
    assert refused["逐级上报"]["why"] == "由营运部经理 沈亦川办"
    page = as_("operations").get(f"/cases/{number}/")
    resolve = next(item for item in page.context["refused"] if item["act"] == "提出处理意见")
    assert [way["label"] for way in resolve["ways"]] == ["审核签发"]
    assert resolve["ways"][0]["url"] == f"/cases/{number}/issue/?sheet=1"


def test_whoever_takes_complaints_in_renews_a_query_code_and_reads_it_once(mall: Mall, as_) -> None:
    number, desk = mall.complain(), as_("desk")
    told = {"checked": "报出登记时的电话", "act_id": "renewal-1"}
    answer = desk.post(f"/cases/{number}/renew_code/", told)
    assert answer.status_code == 302
    code = query_codes.renewed(number, mall.ids["desk"], "renewal-1")
    assert code
    assert code in desk.get(f"/cases/{number}/").content.decode()
    assert code not in desk.get(f"/cases/{number}/").content.decode()
