"""Policies read as sentences beside their clauses, checked, signed; calendars by the year."""

import json
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.desk import adoption, organisation, people
from bihuan.records.queries.organisation import published_years, versions
from tests.web.mall import Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
PAGES = (
    "",
    "rules/",
    "check/",
    "clauses/",
    "clause/MALL-5.6/",
    "versions/",
    "file/",
    "?post=service_desk",
)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_everybody_of_the_organisation_reads_every_page(
    mall: Mall, as_: As, page: str, language: str
) -> None:
    answer = as_("desk", language).get(f"/policy/mall/{page}")
    assert answer.status_code == 200
    title = "商场客户投诉处理预案" if language == "zh-hans" else "Mall complaint handling plan"
    assert title in answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_strangers_read_none(mall: Mall, page: str) -> None:
    assert Client().get(f"/policy/mall/{page}").status_code == 302


def test_what_is_not_there_is_404(mall: Mall, as_: As) -> None:
    assert as_("desk").get("/policy/nonsense/").status_code == 404
    assert as_("desk").get("/policy/mall/clause/MALL-99/").status_code == 404


def test_a_sentence_stands_beside_the_wording_of_its_clause(mall: Mall, as_: As) -> None:
    page = as_("desk").get("/policy/mall/").content.decode()
    assert "反馈期限变更不得超过两次" in page
    assert 'href="/policy/mall/clause/MALL-5.6/"' in page


def test_a_post_reads_all_it_can_ever_owe_and_nothing_else(mall: Mall, as_: As) -> None:
    client = as_("desk")
    whole = client.get("/policy/mall/").content.decode()
    merchant = client.get("/policy/mall/?post=merchant_manager").content.decode()
    assert "可能承担的全部待办" in merchant
    assert merchant.count("reading-row") < whole.count("reading-row") / 10


def test_a_clause_shows_what_the_system_makes_of_it(mall: Mall, as_: As) -> None:
    page = as_("desk", "en").get("/policy/mall/clause/MALL-5.6/").content.decode()
    assert "反馈期限变更不得超过两次" in page
    assert "may move the agreed feedback time" in page


def test_the_check_tells_what_the_organisation_lacks(mall: Mall, as_: As) -> None:
    page = as_("desk").get("/policy/mall/check/").content.decode()
    assert "提醒" in page
    assert "空缺" in page
    assert "反例" in page
    organisation.hold(int(mall.ids["desk"]), "department_manager", "d1", now=now())
    assert as_("desk").get("/policy/mall/check/?finding=nonsense").status_code == 200


def test_only_administrators_put_a_policy_in_force(mall: Mall, as_: As) -> None:
    sent = {"pack": "general", "kind": ""}
    assert as_("gm").post("/policy/adopt/", sent).status_code == 403
    assert as_("admin").post("/policy/adopt/", {"pack": "nonsense"}).status_code == 422
    unknown = as_("admin").post("/policy/adopt/", {**sent, "kind": "x" * 200})
    assert unknown.status_code == 422
    assert "至多 60 个字符" in unknown.content.decode()
    assert as_("admin").post("/policy/adopt/", sent).headers["location"] == "/policy/general/"
    assert {row.code for row in versions()} == {"mall", "general"}
    assert "客户投诉管理制度" in as_("desk").get("/policy/").content.decode()


def test_three_different_people_sign_exactly_the_text(mall: Mall, as_: As) -> None:
    admin, version = as_("admin"), versions("mall")[0]
    three = {
        "author": mall.ids["admin"],
        "reviewer": mall.ids["operations"],
        "approver": mall.ids["gm"],
        "hash": version.hash,
    }
    address = "/policy/mall/sign/"
    assert as_("gm").post(address, three).status_code == 403
    assert admin.post(address, three | {"approver": ""}).status_code == 422
    twice = admin.post(address, three | {"approver": mall.ids["admin"]})
    assert twice.status_code == 422
    assert "三个不同的人" in twice.content.decode()
    assert admin.post(address, three | {"hash": "0" * 64}).status_code == 422
    assert versions("mall")[0].state == "adopted"


# -- Calendars -------------------------------------------------------------------------------------


@pytest.fixture
def general(mall: Mall) -> None:
    """The general policy in force, too: its calendar follows public holidays."""
    done = adoption.put_in_force("general", int(mall.ids["admin"]), now(), kinds=("enquiry",))
    assert not isinstance(done, people.Refusal), done


def test_a_year_tells_holidays_make_up_days_and_hours(general: None, as_: As) -> None:
    page = as_("desk").get("/calendar/?year=2026&calendar=general:usual").content.decode()
    assert "国庆节" in page
    assert "is-make-up" in page
    assert page.count('class="day') == 365
    assert "is-provisional" not in page


def test_a_year_that_is_not_published_is_provisional(general: None, as_: As) -> None:
    page = as_("desk", "en").get("/calendar/?year=2027&calendar=general:usual").content.decode()
    assert "is-provisional" in page
    assert "published up to 2026" in page
    assert as_("desk").get("/calendar/?year=9999&calendar=nonsense").status_code == 200


def send(client: Client, content: bytes, name: str = "2027.json") -> tuple[int, str]:
    answer = client.post("/calendar/load/", {"file": SimpleUploadedFile(name, content)})
    return answer.status_code, answer.content.decode()


def test_an_administrator_loads_the_next_year(general: None, as_: As) -> None:
    year = {"year": 2027, "off": {"2027-01-01": "元旦", "2027-02-05": "春节"}, "work": {}}
    content = json.dumps(year, ensure_ascii=False).encode()
    assert send(as_("gm"), content)[0] == 403
    assert published_years() == ()
    assert send(as_("admin"), content)[0] == 302
    assert [row.year for row in published_years()] == [2027]
    page = as_("desk").get("/calendar/?year=2027&calendar=general:usual").content.decode()
    assert "is-provisional" not in page
    assert "春节" in page


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"year": 2027,\n "off": {"2027-01-01": "a",\n "2027-01-01": "b"}}', "写了两次"),
        (b'{"year": 2027, "off": {"2027-13-01": "a"}}', "应为 2027-01-01 这样的日期"),
        (b'{"year": 2029, "off": {"2029-01-01": "a"}}', "2027"),
        (b"not a calendar", "JSON"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270101T100000\nEND:VEVENT\n", "全天事件"),
    ],
)
def test_a_wrong_file_is_refused_line_by_line_and_nothing_is_changed(
    general: None, as_: As, content: bytes, said: str
) -> None:
    status, page = send(as_("admin"), content)
    assert status == 422
    assert said in page
    assert published_years() == ()


def test_no_file_at_all_is_refused(general: None, as_: As) -> None:
    assert as_("admin").post("/calendar/load/", {}).status_code == 422
