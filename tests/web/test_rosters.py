"""The roster: a month to read for everybody, to fill for administrators, rest days without anybody found."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.desk import rosters, worlds
from bihuan.records.models import AdministrativeChange, Rostering
from tests.web.houses import HOME, open_house
from tests.web.mall import Mall, now

pytestmark = pytest.mark.django_db
PAGE, CHANGE = "/organisation/roster/", "/organisation/roster/change/"
SEAT = "duty_officer@city"


@pytest.fixture
def mall(db: None) -> Mall:
    return open_house(HOME)


def next_month() -> date:
    calendar = rosters.calendar_of("duty_officer", now())
    assert calendar is not None
    return (calendar.day_of(now()).replace(day=28) + timedelta(days=4)).replace(day=1)


def asked(**more: Any) -> dict[str, Any]:
    return {"seat": SEAT, "month": f"{next_month():%Y-%m}", **more}


def test_everybody_reads_the_month_and_what_rest_days_lack(
    mall: Mall, as_: Callable[..., Client]
) -> None:
    page = as_("service").get(PAGE, asked()).content.decode()
    assert "江城公司 节假日值班员" in page
    assert "无人值班" in page
    assert CHANGE not in page
    assert as_("service").post(CHANGE, asked(change="copy")).status_code == 403


def test_chosen_days_are_filled_and_taken_off_again(mall: Mall, as_: Callable[..., Client]) -> None:
    admin, first = as_("admin"), next_month()
    days = [str(first + timedelta(days=n)) for n in (4, 5)]
    told = asked(change="fill", person=mall.ids["works"], days=days)
    page = admin.post(CHANGE, told, follow=True).content.decode()
    assert "已排班 2 天" in page
    assert "工正" in page
    calendar = rosters.calendar_of("duty_officer", now())
    assert calendar is not None
    noon = calendar.at(first + timedelta(days=4), 720)
    assert worlds.organisation(noon).people(SEAT) == (mall.ids["works"],)
    row = Rostering.objects.order_by("from_at").first()
    assert row is not None
    admin.post(CHANGE, asked(change="strike", duty=row.pk))
    worlds.forget()
    assert worlds.organisation(noon).people(SEAT) == (mall.ids["duty"],)
    trail = AdministrativeChange.objects.filter(area="rosters").order_by("id")
    assert [(one.what, str(one.by_id), len(one.before), len(one.after)) for one in trail] == [
        ("fill", mall.ids["admin"], 0, 2),
        ("strike", mall.ids["admin"], 1, 0),
    ]


def test_a_rest_day_with_somebody_is_a_gap_no_more(mall: Mall, as_: Callable[..., Client]) -> None:
    before = rosters.gaps(next_month(), now())
    assert before
    told = asked(change="fill", person=mall.ids["works"], days=[str(before[0].on)])
    as_("admin").post(CHANGE, told)
    assert rosters.gaps(next_month(), now()) == before[1:]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"person": "", "days": ["2999-01-01"]}, "请选择人员"),
        ({"person": "1"}, "请选择一至"),
        ({"person": "1", "days": ["2020-01-01"]}, "已经过去"),
    ],
)
def test_what_cannot_be_filled_is_said(
    mall: Mall, as_: Callable[..., Client], more: dict[str, Any], said: str
) -> None:
    answer = as_("admin").post(CHANGE, asked(change="fill", **more))
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not Rostering.objects.exists()


def test_the_month_before_is_copied_weekday_by_weekday(
    mall: Mall, as_: Callable[..., Client]
) -> None:
    first = next_month()
    after = (first + timedelta(days=31)).replace(day=1)
    saturdays = [
        str(first + timedelta(days=n))
        for n in range((after - first).days)
        if (first + timedelta(days=n)).weekday() == 5
    ]
    admin = as_("admin")
    admin.post(CHANGE, asked(change="fill", person=mall.ids["works"], days=saturdays))
    admin.post(CHANGE, asked(change="copy") | {"month": f"{after:%Y-%m}"})
    calendar = rosters.calendar_of("duty_officer", now())
    assert calendar is not None
    copied = [
        calendar.day_of(row.from_at)
        for row in Rostering.objects.filter(from_at__gte=calendar.at(after))
    ]
    assert len(copied) in (4, 5)
    assert {on.weekday() for on in copied} == {5}
    again = admin.post(CHANGE, asked(change="copy") | {"month": f"{after:%Y-%m}"})
    assert again.status_code == 422


def test_a_table_is_taken_row_by_row(mall: Mall, as_: Callable[..., Client]) -> None:
    day = next_month() + timedelta(days=6)
    rows = (
        "日期,岗位,单位,人员,开始,结束\n"
        f"{day},节假日值班员,江城公司,工正,20:00,08:00\n"
        f"{day},节假日值班员,江城公司,没有此人,,\n"
        f"{day},国王,江城公司,工正,,\n"
        "下周一,节假日值班员,江城公司,工正,,\n"
        f"{day},节假日值班员,江城公司,工正,20:00,08:00\n"
    )
    file = SimpleUploadedFile("值班.csv", rows.encode("gb18030"))
    answer = as_("admin").post(CHANGE, asked(change="import", file=file))
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in (
        "排入 1 行",
        "1 行已有",
        "拒绝 3 行",
        "没有名叫“没有此人”",
        "岗位“国王”",
        "应写成 2026-10-01",
    ):
        assert words in page
    row = Rostering.objects.get()
    calendar = rosters.calendar_of("duty_officer", now())
    assert calendar is not None
    assert (row.from_at, row.until_at) == (
        calendar.at(day, 20 * 60),
        calendar.at(day + timedelta(days=1), 8 * 60),
    )


def test_a_file_that_is_no_roster_is_refused(mall: Mall, as_: Callable[..., Client]) -> None:
    file = SimpleUploadedFile("x.csv", b"a,b\n1,2\n")
    answer = as_("admin").post(CHANGE, asked(change="import", file=file))
    assert (answer.status_code, "表中要有" in answer.content.decode()) == (422, True)
    assert as_("admin").post(CHANGE, asked(change="import")).status_code == 422
