"""Two administrators at one form: who is slower is told by whom, loses no word, and what is kept again counts."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from bihuan.desk import mailboxes, presentation, reply_templates
from bihuan.desk.news import NEWS
from bihuan.desk.ways import HERE
from tests.desk.test_calendars import YEAR
from tests.web.mall import Mall, now
from tests.web.pages import Form, Page, page_of, walk
from tests.web.test_mailboxes import TOLD

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
# Forms that put something over what stands there: where, the field, what is written by who is quicker and slower.
OVER = (
    ("/presentation/", "organisation_name", "先到商场", "后到商场"),
    ("/presentation/", "phone.zh", "400-1", "400-2"),
    ("/presentation/", "quiet_from", "21:00", "22:00"),
    ("/ways/email/", "host", "first.example", "second.example"),
    ("/ways/texts/?kind=owed", "zh_subject", "先写的", "后写的"),
    ("/mailboxes/?box={box}", "host", "first.example", "second.example"),
    ("/templates/?template={template}", "name", "致歉", "深深致歉"),
    ("/templates/?template={template}", "zh", "先写的话", "后写的话"),
    ("/people/{person}/", "name", "先改的名", "后改的名"),
    ("/people/{person}/", "phone", "13800001111", "13800002222"),
    ("/organisation/?unit=m217", "new_name", "先改的店", "后改的店"),
    ("/organisation/?unit=m217", "place", "31.2,121.4", "31.3,121.5"),
    ("/organisation/?unit=m217", "parent", "d1", "company"),
    ("/policy/mall/draft/", "begins", "2999-01-01", "2999-02-02"),
)


@pytest.fixture
def standing(mall: Mall) -> dict[str, object]:
    """What there is to be changed: a box, a template, a person."""
    told = TOLD | {"password": "a secret of the box"}
    box = mailboxes.save(told, opens=True, is_open=True, now=now())
    template = reply_templates.save("抱歉", "", "", "给您添麻烦了", "", now=now())
    presentation.set_notices(
        {kind: [HERE] for kind in NEWS}, "20:00", "08:00", quiet_on_rest_days=False, now=now()
    )
    return {"box": box.pk, "template": template.pk, "person": mall.ids["merchant"]}


def form_with(page: Page, field: str) -> Form:
    found = [one for one in page.forms if field in one.typed]
    return (found or [one for one in page.forms if field in one.values])[0]


@pytest.mark.parametrize(("address", "field", "first", "second"), OVER)
def test_who_is_slower_is_told_and_loses_no_word_and_what_is_kept_again_counts(
    standing: dict[str, object], as_: As, address: str, field: str, first: str, second: str
) -> None:
    slow, quick = as_("admin"), as_("admin")
    at = address.format(**standing)
    opened = page_of(slow, at)
    assert opened
    form = form_with(opened, field)
    assert quick.post(form.action, form.values | {field: first}).status_code == 302

    answer = slow.post(form.action, form.values | {field: second})
    page = Page(at, answer.content.decode())
    assert answer.status_code == 409
    assert "管理员在" in answer.content.decode()
    assert "尚未保存您的改动" in answer.content.decode()
    again = form_with(page, field)
    assert again.values[field] == second
    assert slow.post(again.action, again.values).status_code == 302


def test_a_name_with_a_star_is_that_name_and_no_pattern(mall: Mall, as_: As) -> None:
    star = reply_templates.save("致*", "", "", "给您添麻烦了", "", now=now())
    other = reply_templates.save("致歉", "", "", "抱歉", "", now=now())
    form = form_with(page_of(as_("admin"), f"/templates/?template={star.pk}"), "zh")
    reply_templates.save("致歉", "", "", "深表歉意", "", instead_of=other.pk, now=now())
    assert as_("admin").post(form.action, form.values | {"zh": "辛苦您了"}).status_code == 302


def test_who_loads_a_year_that_somebody_just_loaded_is_told_by_whom(mall: Mall, as_: As) -> None:
    slow = as_("admin")
    form = next(one for one in page_of(slow, "/calendar/").forms if one.files)
    year = json.dumps(YEAR)

    def loaded(client: Client, version: str) -> HttpResponse:
        told = {
            "version": version,
            "source": "china",
            "file": SimpleUploadedFile("2027.json", year.encode()),
        }
        return client.post(form.action, told)

    assert loaded(as_("admin"), form.values["version"]).status_code == 302
    late = loaded(slow, form.values["version"])
    page = late.content.decode()
    assert late.status_code == 409
    assert "管理员在" in page
    again = next(one for one in Page("/calendar/", page).forms if one.files)
    assert loaded(slow, again.values["version"]).status_code == 302


def test_no_form_in_which_something_stands_can_be_kept_over_another_s_without_being_told(
    standing: dict[str, object], as_: As
) -> None:
    places = [at.format(**standing) for at, *_ in OVER]
    told = {
        (urlsplit(form.action).path, bool(form.values.get("version")))
        for page in walk(as_("admin"), "/organisation/", *places, seen=set())
        for form in page.forms
        if form.method == "post" and any(form.values.get(name) for name in form.typed)
    }
    assert len(told) > 6
    assert all(version for _action, version in told), told
