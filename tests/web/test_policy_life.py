"""The next version in the browser: drafted by who keeps it, signed by two others, withdrawn; reviews shown."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from bihuan.engine.calendar import Calendar
from bihuan.records.models import PolicyVersion
from tests.web.houses import GENERAL, open_house
from tests.web.mall import Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
PAGE = "/policy/general/"
TIME = "numbers.findings_time.is"


@pytest.fixture
def mall(db: None) -> Mall:
    return open_house(GENERAL)


def days_ahead(count: int) -> str:
    calendar = Calendar.build(zone="Asia/Shanghai", week={"daily": "00:00-24:00"})
    return str(calendar.day_of(now()) + timedelta(days=count))


def keep_draft(as_: As, who: str = "manager", **more: str) -> PolicyVersion:
    answer = as_(who).post(
        f"{PAGE}draft/", {TIME: "1 working day", "begins": days_ahead(3), **more}
    )
    assert answer.status_code == 302, answer.content.decode()
    return PolicyVersion.objects.get(state="draft")


def test_who_keeps_the_policy_changes_numbers_and_words_of_the_next_version(
    mall: Mall, as_: As
) -> None:
    page = as_("manager").get(f"{PAGE}draft/").content.decode()
    assert "开展调查" in page
    assert 'value="3 working days"' in page
    made = keep_draft(as_, **{"who.after_sales.zh": "售后服务部"})
    assert "{is: 1 working day," in made.text
    assert "zh: 售后服务部" in made.text
    versions = as_("gm").get(f"{PAGE}versions/").content.decode()
    assert "草稿" in versions
    assert "沈亦川" in versions
    assert 'value="1 working day"' in as_("manager").get(f"{PAGE}draft/").content.decode()


def test_others_neither_draft_nor_withdraw(mall: Mall, as_: As) -> None:
    assert as_("agent").get(f"{PAGE}draft/").status_code == 403
    assert as_("agent").post(f"{PAGE}draft/", {TIME: "1 working day"}).status_code == 403
    made = keep_draft(as_)
    told = {"number": made.number, "reason": "不要"}
    assert as_("agent").post(f"{PAGE}withdraw/", told).status_code == 422
    assert PolicyVersion.objects.filter(state="draft").exists()


def test_a_number_that_cannot_be_is_refused_beside_it_and_kept_as_typed(
    mall: Mall, as_: As
) -> None:
    answer = as_("manager").post(f"{PAGE}draft/", {TIME: "很快", "begins": days_ahead(3)})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="很快"' in page
    assert 'aria-invalid="true"' in page
    assert PolicyVersion.objects.count() == 1
    assert as_("manager").post(f"{PAGE}draft/", {"begins": "明天"}).status_code == 422


def test_two_others_sign_and_it_comes_in_force_on_its_day(mall: Mall, as_: As) -> None:
    made = keep_draft(as_)
    told = {"id": made.pk, "hash": made.hash, "role": "reviewer"}
    refused = as_("manager").post(f"{PAGE}sign-draft/", told)
    assert (refused.status_code, "三个不同的人" in refused.content.decode()) == (422, True)
    as_("gm").post(f"{PAGE}sign-draft/", told)
    page = as_("admin").post(f"{PAGE}sign-draft/", told | {"role": "approver"}, follow=True)
    assert f"{days_ahead(3)} 起施行" in page.content.decode()
    again = as_("manager").post(
        f"{PAGE}withdraw/", {"number": made.number, "reason": "期限过短"}, follow=True
    )
    assert "已撤回" in again.content.decode()
    assert "期限过短" in again.content.decode()


def test_the_page_of_versions_reads_in_english(mall: Mall, as_: As) -> None:
    made = keep_draft(as_)
    page = as_("gm", "en").get(f"{PAGE}versions/?version={made.number}").content.decode()
    assert "Sign as reviewer" in page
    assert "Reviews of this policy" in page
