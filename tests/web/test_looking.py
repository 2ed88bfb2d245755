"""Who else looks at a case is said to those who may see it."""

from collections.abc import Callable

import pytest
from django.test import Client

from bihuan.desk.looking import STILL
from bihuan.records.models import Looking
from bihuan.web import shell
from tests.web.mall import Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]


def watching(client: Client, number: str) -> str:
    return str(client.get(f"/cases/{number}/").context["watching"])


def test_who_else_has_it_open_is_named_and_nobody_is_told_of_themselves(
    mall: Mall, as_: As
) -> None:
    number = mall.complain()
    assert watching(as_("desk"), number) == ""
    assert watching(as_("desk"), number) == ""
    assert watching(as_("gm"), number) == "周晓岚也在看"
    assert as_("desk").post(f"/cases/{number}/looking/").content.decode() == "高明远也在看"


def test_who_put_it_aside_or_fell_silent_is_named_no_more(
    mall: Mall, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = mall.complain()
    watching(as_("desk"), number)
    watching(as_("deputy"), number)
    assert as_("desk").post(f"/cases/{number}/looking/", {"gone": "1"}).status_code == 204
    assert watching(as_("gm"), number) == "陆嘉禾也在看"
    later = now() + STILL + 1
    monkeypatch.setattr(shell, "now", lambda: later)
    assert watching(as_("desk"), number) == ""


def test_who_may_not_see_the_case_neither_looks_nor_is_told(mall: Mall, as_: As) -> None:
    number = mall.complain(about_person=mall.ids["operations"], about="manager", about_unit="")
    watching(as_("gm"), number)
    assert as_("operations").post(f"/cases/{number}/looking/").status_code == 404
    assert Looking.objects.count() == 1


def test_who_sees_only_their_own_sheet_is_not_told_who_looks(mall: Mall, as_: As) -> None:
    number = mall.complain(now() - 600)
    mall.act(number, "acknowledge", "desk", agreed_time=now() + 86400)
    told = {"category": "quality_price", "about": "merchant", "desk_can_solve": "no"}
    mall.act(number, "classify", "desk", **told)
    mall.act(number, "dispatch", "desk", instructions="请核对售后记录")
    mall.act(number, "issue", "operations", sheet=1, outcome="issued")
    watching(as_("desk"), number)
    assert watching(as_("merchant"), number) == ""
    assert watching(as_("desk"), number) == "乔安也在看"
