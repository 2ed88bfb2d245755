"""The pages of common problems: what came how often, what is new or surges, whom it concerns; for whom may see it."""

from collections.abc import Callable

import pytest
from django.test import Client

from bihuan.desk import problems
from bihuan.records.models import Problem
from tests.web.mall import HOUR, Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
SEAMS = (
    "大衣穿一次腋下就开线",
    "羊毛大衣开线，不给退换",
    "新大衣袖口开线",
    "外套大衣后背开线一长条",
)


def seams(mall: Mall, **told: object) -> int:
    """The key of the problem of four coats that came apart."""
    for n, text in enumerate(SEAMS):
        mall.complain(now() - HOUR, name=f"顾客{n}", phone=f"1380000567{n}", content=text, **told)
    problems.group_now(now())
    return Problem.objects.get(gone_at=0).pk


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "通常"), ("en", "Usual")])
def test_a_problem_shows_how_often_it_came_and_leads_to_its_cases(
    mall: Mall, as_: As, language: str, words: str
) -> None:
    key = seams(mall)
    client = as_("gm", language)
    page = client.get("/problems/").content.decode()
    assert "开线" in page
    assert words in page
    assert f'href="/problems/{key}/"' in page

    one = client.get(f"/problems/{key}/").content.decode()
    assert one.count('<a href="/cases/') >= 4
    assert "Month by month" in one or "逐月" in one


def test_only_who_oversees_sees_problems_and_only_of_cases_they_see(mall: Mall, as_: As) -> None:
    key = seams(mall, about_person=mall.ids["operations"], about="manager")
    assert "开线" in as_("gm").get("/problems/").content.decode()
    hidden = as_("operations")
    assert "开线" not in hidden.get("/problems/").content.decode()
    assert hidden.get(f"/problems/{key}/").status_code == 404
    assert as_("merchant").get("/problems/").status_code == 404


@pytest.mark.parametrize("asked", ["2026-W10", "1999", "2020-02", "nonsense", "2026-Q9"])
def test_any_period_is_answered(mall: Mall, as_: As, asked: str) -> None:
    assert as_("gm").get(f"/problems/?period={asked}&policy=nowhere").status_code == 200
