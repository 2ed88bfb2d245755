"""The same pages under the other shipped policy: nothing in them is made for one of them."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bihuan.desk import setup
from bihuan.desk.stored import load
from bihuan.records.models import Case
from tests.web.mall import DAY, PASSWORD, now

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    """The administrator of a new organisation, who acts for every vacant post."""
    since = now() - DAY
    token = setup.issue_token(since) or ""
    done = setup.set_up(token, "云桥公司", "general", "管理员", "admin", PASSWORD, now=since)
    assert isinstance(done, setup.SetUp), done
    client = Client()
    client.force_login(User.objects.get(username="admin"))
    return client


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_complaint_is_registered_acknowledged_and_classified(
    client: Client, language: str
) -> None:
    client.cookies["django_language"] = language
    page = client.get("/cases/new/")
    assert page.status_code == 200
    sent = {
        "act_id": page.context["act_id"], "content": "机器漏水", "name": "王测试",
        "phone": "13800000001",
    }  # fmt: skip
    place = client.post("/cases/new/", sent).headers["location"]
    number = Case.objects.get(ledger=False).number
    assert client.get("/").status_code == 200
    for act in ("acknowledge", "classify"):
        form = client.get(f"{place}{act}/").context["form"]
        typed = {"act_id": form["act_id"], "version": form["version"]}
        for field in form["fields"]:
            if field["choices"]:
                typed[field["name"]] = field["choices"][0]["value"]
            elif field["kind"] == "yes_no":
                typed[field["name"]] = "no"
            elif field["required"]:
                typed[field["name"]] = "x"
        answer = client.post(f"{place}{act}/", typed)
        assert answer.status_code == 302, answer.context["form"]
        assert client.get(place).status_code == 200
    stored = load(number)
    assert stored is not None
    assert {"acknowledge", "classify"} <= stored.case.marks.keys()


def test_who_is_to_fill_posts_finds_the_way_to_the_page_on_which_that_is_done(
    client: Client,
) -> None:
    rows = [row for group in client.get("/").context["groups"] for row in group["rows"]]
    (key,) = [row["key"] for row in rows if row["act"] == "填补空缺岗位"]
    page = client.get(f"/?row={key}")
    assert page.context["pane"]["done_at"]["label"] == "部门与岗位"
    assert '/organisation/" class="button"' in page.content.decode().split("pane", 1)[1]
