"""What was received, as people see it: days that add up, one message, what it is said to be."""

import pytest
from django.urls import reverse

from bihuan.desk import organisation, received
from bihuan.desk.received import Arrival, Verdict
from bihuan.records.models import Case, Received
from bihuan.records.queries.received import tallies
from tests.web.mall import Mall, now

pytestmark = pytest.mark.django_db


def mail(number: int = 1, unit: str = "company") -> int:
    """A mail that nobody judged yet; its id."""
    raw = f"From: 赵示例 <zhao{number}@example.com>\n\n大衣开线 {number}".encode()
    arrival = Arrival(
        "web", raw, unit=unit, sender="赵示例", subject=f"大衣开线{number}", preview="大衣"
    )
    return received.receive(arrival, now()).id


def test_the_page_shows_that_it_adds_up_and_what_waits(mall: Mall, as_) -> None:
    one, two = mail(1), mail(2)
    received.judge(two, Verdict("rejected", "auto-reply"), now=now())

    answer = as_("desk").get(reverse("received"))

    (day,) = answer.context["days"]
    assert (day["received"], day["fates"], day["balances"]) == (2, [1, 0, 0, 0, 0, 1], True)
    assert [row["url"] for row in answer.context["rows"]] == [reverse("message", args=[one])]
    assert "相符" in answer.content.decode()


def test_a_message_is_on_my_page_with_its_due_time(mall: Mall, as_) -> None:
    one = mail()

    answer = as_("desk").get(reverse("todo"))

    assert reverse("message", args=[one]) in answer.content.decode()
    assert "大衣开线1" in answer.content.decode()


def test_a_message_shows_its_text_and_gives_its_raw_form(mall: Mall, as_) -> None:
    one = mail()
    desk = as_("desk")

    assert "大衣开线 1" in desk.get(reverse("message", args=[one])).content.decode()
    raw = desk.get(reverse("message-raw", args=[one]))
    assert b"".join(raw.streaming_content).startswith(b"From: ")
    assert raw.headers["Content-Disposition"].startswith("attachment")


def test_a_message_becomes_a_case_from_the_register_page(mall: Mall, as_) -> None:
    one = mail()
    desk = as_("desk")
    form = desk.get(desk.get(reverse("message", args=[one])).context["register_url"])
    assert form.context["message"] == one
    assert "大衣开线 1" in form.context["fields"]["content"]["value"]

    told = {
        "message": one,
        "kind": "complaint",
        "channel": "web",
        "content": "大衣开线",
        "act_id": "a1",
    }
    assert desk.post(reverse("register"), told).status_code == 302
    desk.post(reverse("register"), told)

    row = Received.objects.get(pk=one)
    assert row.fate == "case"
    assert row.case.state["received"] == row.received_at
    assert Case.objects.filter(ledger=False).count() == 1


def test_a_message_is_added_to_a_case_or_kept_with_it_or_rejected_with_a_reason(
    mall: Mall, as_
) -> None:
    number, desk = mall.complain(), as_("desk")
    first, second, third = mail(1), mail(2), mail(3)

    for one, told in (
        (first, {"fate": "addition", "case": number}),
        (second, {"fate": "merged", "case": number.lower()}),
        (third, {"fate": "rejected", "reason": "广告"}),
    ):
        assert desk.post(reverse("message-judge", args=[one]), told).status_code == 302

    fates = Received.objects.order_by("id").values_list("fate", "case__number", "reason")
    assert list(fates) == [
        ("addition", number, ""),
        ("merged", number, ""),
        ("rejected", None, "广告"),
    ]
    assert all(day.balances for day in tallies(now() - 86400, now() + 1))


def test_what_is_missing_is_said_and_nothing_is_changed(mall: Mall, as_) -> None:
    one, desk = mail(), as_("desk")
    judge = reverse("message-judge", args=[one])

    for told, field in (
        ({}, "fate"),
        ({"fate": "rejected"}, "reason"),
        ({"fate": "addition"}, "case"),
        ({"fate": "merged", "case": "TS20200101-0001"}, "case"),
    ):
        answer = desk.post(judge, told)
        assert answer.status_code == 422
        assert field in answer.context["errors"], told
    assert Received.objects.get(pk=one).fate == ""


def test_who_takes_nothing_in_finds_no_message(mall: Mall, as_) -> None:
    one = mail()

    for username in ("merchant", "floor"):
        assert as_(username).get(reverse("message", args=[one])).status_code == 404
    assert as_("merchant").get(reverse("received")).status_code == 404


def test_a_message_of_a_case_about_somebody_is_not_found_by_them(mall: Mall, as_) -> None:
    mall.hire("second", "钱示例", "service_desk")
    one = mail()
    facts = {
        "kind": "complaint",
        "channel": "web",
        "content": "骂人",
        "about_person": mall.ids["second"],
    }
    assert as_("second").get(reverse("message", args=[one])).status_code == 200

    received.judge(one, Verdict("case", facts=facts), now=now())

    second = as_("second")
    assert second.get(reverse("message", args=[one])).status_code == 404
    assert second.get(reverse("message-raw", args=[one])).status_code == 404
    assert as_("gm").get(reverse("message", args=[one])).status_code == 200


def test_a_message_that_was_rejected_can_be_taken_up_again(mall: Mall, as_) -> None:
    number, one = mall.complain(), mail()
    received.judge(one, Verdict("rejected", "auto-reply"), now=now())

    told = {"fate": "merged", "case": number}
    assert as_("desk").post(reverse("message-judge", args=[one]), told).status_code == 302

    answer = as_("desk").get(reverse("message", args=[one]))
    assert not answer.context["may_judge"]


def test_messages_are_read_on_by_key(mall: Mall, as_) -> None:
    organisation.site()
    for number in range(60):
        mail(number)

    first = as_("desk").get(reverse("received"))
    following = as_("desk").get(reverse("received") + first.context["next_url"])

    assert (len(first.context["rows"]), len(following.context["rows"])) == (50, 10)
