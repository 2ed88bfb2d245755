"""The trail of administration: who changed what, before and after; for administrators and auditors."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from bihuan import desk
from bihuan.desk import people
from bihuan.records.models import AdministrativeChange
from bihuan.web.audit import views
from tests.web.mall import Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
NEW = {"change": "add", "unit": "company", "code": "d2", "name": "保安部", "kind": "department"}


def test_every_kind_of_change_is_in_it_with_who_and_what(mall: Mall, as_: As) -> None:
    admin = as_("admin")
    admin.post("/organisation/change/", NEW)
    admin.post("/organisation/change/", {"change": "rename", "unit": "d2", "new_name": "安保部"})
    admin.post(
        f"/people/{mall.ids['desk']}/change/",
        {"change": "rename", "name": "周晓澜", "phone": "", "language": "zh-hans"},
    )
    page = admin.get("/audit/").content.decode()
    for words in ("保安部", "安保部", "周晓澜", "周晓岚", "管理员", "简体中文"):
        assert words in page
    assert "zh-hans" not in page.partition("<main")[2]
    renamed = AdministrativeChange.objects.get(what="rename")
    assert (renamed.before[0]["name"], renamed.after[-1]["name"]) == ("保安部", "安保部")
    assert str(renamed.by_id) == mall.ids["admin"]


def test_it_is_narrowed_by_area_person_words_and_day(mall: Mall, as_: As) -> None:
    admin = as_("admin")
    admin.post("/organisation/change/", NEW)
    for query, there in (
        ("area=organisation&q=保安", True), ("area=people&q=保安", False),
        (f"person={mall.ids['admin']}", True), ("person=console&q=保安", False),
        ("q=保安部", True), ("since=2999-01-01", False), ("until=2000-01-01", False),
        ("since=nonsense&before=x&q=保安", True),
    ):  # fmt: skip
        page = admin.get(f"/audit/?{query}").content.decode()
        assert ("(d2)" in page) is there, query


def test_only_administrators_and_auditors_read_it(mall: Mall, as_: As) -> None:
    assert as_("gm").get("/audit/").status_code == 404
    assert as_("gm").get("/audit.csv").status_code == 404
    people.change_rights(int(mall.ids["gm"]), is_auditor=True, is_administrator=False, now=now())
    assert as_("gm").get("/audit/").status_code == 200


def test_the_export_holds_no_formula(mall: Mall, as_: As) -> None:
    as_("admin").post("/organisation/change/", NEW | {"name": "=1+1"})
    answer = as_("admin", "en").get("/audit.csv?area=organisation")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "'=1+1 (d2)" in text
    assert text.startswith("Time,By,Area")


def test_the_database_keeps_the_trail(mall: Mall) -> None:
    people.change_rights(int(mall.ids["gm"]), is_auditor=True, is_administrator=False, now=now())
    for change in (lambda rows: rows.update(about="x"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(AdministrativeChange.objects.filter(what="change_rights"))
    assert AdministrativeChange.objects.filter(what="change_rights").exists()


def test_everything_that_is_noted_is_called_in_words() -> None:
    code = "".join(path.read_text() for path in Path(desk.__file__).parent.glob("*.py"))
    noted = set(re.findall(r'\bnote\(\s*"[a-z_]+", "([a-z_]+)"', code))
    assert {"open", "revoke", "publish"} <= noted
    assert not [what for what in noted if views._deed(what) == what]
