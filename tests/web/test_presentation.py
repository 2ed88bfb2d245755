"""Name and look, channels and notices: kept by administrators, seen by customers, within what can be read."""

from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.desk import presentation
from bihuan.records.models import AdministrativeChange, Site
from bihuan.web.papers.typeset import square
from tests.web.mall import Mall
from tests.web.pages import Page

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
CHANGE = "/presentation/change/"
LOOK = {
    "change": "look",
    "organisation_name": "星河广场",
    "colour": "#7a1f3d",
    "head": "星河集团",
    "foot": "示例路 1 号",
}
NOTICES = {"change": "notices", "quiet_from": "22:00", "quiet_until": "07:00", "way.late": ["sms"]}
PNG = square("a picture of ours", "png")


def test_name_colour_logo_and_letters_are_kept_and_shown_to_customers(mall: Mall, as_: As) -> None:
    sent = LOOK | {"logo": SimpleUploadedFile("l.png", PNG)}
    page = as_("admin").post(CHANGE, sent, follow=True).content.decode()
    assert "已保存" in page
    door = Client(headers={"accept-language": "zh-CN"}).get("/portal/").content.decode()
    assert "/look.css?7a1f3d" in door
    assert 'class="logo"' in door
    sheet = Client().get("/look.css")
    assert sheet["Content-Type"].startswith("text/css")
    assert "--accent:#7a1f3d" in sheet.content.decode()
    assert Client().get("/logo")["Content-Type"] == "image/png"
    trail = AdministrativeChange.objects.get(area="look")
    assert {"colour": "#7a1f3d"} in trail.after
    assert Site.objects.get().look["foot"] == "示例路 1 号"


def test_only_administrators_see_and_change_it(mall: Mall, as_: As) -> None:
    assert as_("gm").get("/presentation/").status_code == 403
    assert as_("gm").post(CHANGE, LOOK).status_code == 403
    assert as_("admin", "en").get("/presentation/").status_code == 200


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (LOOK | {"colour": "#ffee00"}, "颜色太浅"),
        (LOOK | {"colour": "red"}, "应写成 #1f5aa6"),
        (LOOK | {"organisation_name": " "}, "请写单位名称"),
        (LOOK | {"head": "长" * 201}, "至多 200 字"),
        (LOOK | {"logo": SimpleUploadedFile("l.svg", b"<svg onload=alert(1)>")}, "PNG 或 JPEG"),
        (LOOK | {"logo": SimpleUploadedFile("l.png", PNG[:60])}, "PNG 或 JPEG"),
        ({"change": "doors"}, "至少开放一个渠道"),
        (NOTICES | {"quiet_until": ""}, "起止两个时刻"),
        (NOTICES | {"quiet_from": "25:00"}, "应写成 22:00"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_said_and_nothing_is_changed(
    mall: Mall, as_: As, sent: dict[str, object], said: str
) -> None:
    answer = as_("admin").post(CHANGE, sent)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    row = Site.objects.get()
    assert (row.look, row.doors, row.notices) == ({}, {}, {})


@pytest.mark.parametrize("colour", ["#1f5aa6", "#000000", "#7a1f3d", "#0b6b3a", "#5b2ca8"])
def test_a_colour_can_be_read_in_both_themes(colour: str) -> None:
    made = presentation.colours(colour)

    def contrast(one: str, other: str) -> float:
        def lum(text: str) -> float:
            parts = [int(text[n : n + 2], 16) / 255 for n in (1, 3, 5)]
            lin = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
            return 0.2126 * lin[0] + 0.7152 * lin[1] + 0.0722 * lin[2]

        a, b = sorted((lum(one), lum(other)), reverse=True)
        return (a + 0.05) / (b + 0.05)

    for accent, ground in (
        (made["accent"], "#ffffff"), (made["accent"], made["weak"]),
        (made["dark_accent"], "#181d25"), (made["dark_accent"], made["dark_weak"]),
        (made["dark_accent"], "#0e1520"),
    ):  # fmt: skip
        assert contrast(accent, ground) >= 4.5, (accent, ground)


def test_a_closed_channel_is_not_offered_and_the_open_ones_tell_where(mall: Mall, as_: As) -> None:
    names = list(presentation.channels())
    told = {f"{name}.open": "yes" for name in names} | {"phone.zh": "400-000-0000 示例"}
    as_("admin").post(CHANGE, {"change": "doors", **told})
    door = Client(headers={"accept-language": "zh-CN"}).get("/portal/")
    assert (door.status_code, "400-000-0000 示例" in door.content.decode()) == (200, True)
    from bihuan.web.portal.asking import WAYS_IN

    for name in WAYS_IN:
        told.pop(f"{name}.open", None)
    as_("admin").post(CHANGE, {"change": "doors", **told})
    shut = Client(headers={"accept-language": "zh-CN"}).get("/portal/")
    assert (shut.status_code, "400-000-0000 示例" in shut.content.decode()) == (503, True)


def test_how_news_is_told_and_the_quiet_hours_are_kept(mall: Mall, as_: As) -> None:
    as_("admin").post(CHANGE, NOTICES)
    kept = Site.objects.get().notices
    assert (kept["late"], kept["owed"], kept["quiet_from"]) == (["here", "sms"], ["here"], "22:00")


def test_the_logo_stands_on_every_printed_form_and_letter(mall: Mall, as_: As) -> None:
    number = mall.with_the_merchant()
    forms = (
        f"/cases/{number}/papers/handling_sheet/1",
        f"/cases/{number}/papers/complaint_record/0",
    )
    without = {form: as_("desk").get(f"{form}.docx").content for form in forms}
    sent = LOOK | {"logo": SimpleUploadedFile("l.png", PNG)}
    assert as_("admin").post(CHANGE, sent).status_code == 302
    for form, plain in without.items():
        pdf, docx = (as_("desk").get(f"{form}.{ending}").content for ending in ("pdf", "docx"))
        assert pdf.startswith(b"%PDF")
        assert pictures(docx) == pictures(plain) + 1
        assert as_("desk").get(f"{form}.docx").content == docx


def pictures(content: bytes) -> int:
    """How many pictures a Word file holds."""
    with ZipFile(BytesIO(content)) as parts:
        return sum(name.startswith("word/media/") for name in parts.namelist())


def test_who_is_slower_is_told_and_loses_no_word_and_what_is_kept_again_counts(
    mall: Mall, as_: As
) -> None:
    def version(page: str, form: str) -> str:
        return next(one.values["version"] for one in Page("", page).forms if form in one.typed)

    slow, quick = as_("admin"), as_("admin")
    opened = slow.get("/presentation/").content.decode()
    quick.post(CHANGE, LOOK | {"foot": "先保存的地址"})

    mine = LOOK | {"head": "后写的抬头", "version": version(opened, "organisation_name")}
    answer = slow.post(CHANGE, mine)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "管理员在" in page
    assert "后写的抬头" in page
    assert Site.objects.get().look["foot"] == "先保存的地址"
    again = mine | {"version": version(page, "organisation_name")}
    assert slow.post(CHANGE, again).status_code == 302
    assert Site.objects.get().look["head"] == "后写的抬头"
    # Another of the three forms is another matter.
    doors = {
        "change": "doors",
        "phone.open": "yes",
        "phone.zh": "400",
        "version": version(opened, "phone.zh"),
    }
    assert slow.post(CHANGE, doors).status_code == 302


def test_the_text_of_a_message_is_not_kept_over_another_s(mall: Mall, as_: As) -> None:
    texts = {"change": "save", "kind": "owed", "policy": "", "zh_subject": "待办", "zh": "请办理",
             "en_subject": "Owed", "en": "Please act"}  # fmt: skip
    change = "/ways/texts/change/"
    assert as_("admin").post(change, texts | {"version": "0"}).status_code == 302
    late = as_("admin").post(change, texts | {"zh": "我写的", "version": "0"})
    assert late.status_code == 409
    assert "我写的" in late.content.decode()
    other = texts | {"kind": "late", "version": "0"}
    assert as_("admin").post(change, other).status_code == 302
