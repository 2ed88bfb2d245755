"""Mailboxes are set up by administrators; their passwords are sealed and never shown."""

import pytest
from django.urls import reverse

from bihuan.desk import mailboxes
from bihuan.records.models import AdministrativeChange, Mailbox
from tests.web.mall import Mall, now

pytestmark = pytest.mark.django_db
TOLD = {
    "address": "Desk@example.com", "host": "imap.example.com", "port": "993", "security": "tls", "user": "",
    "auth": "password", "password": "a secret of the box", "unit": "company", "opens": "yes", "open": "yes",
}  # fmt: skip


def test_a_box_is_set_up_shown_changed_and_removed_and_its_password_stays_sealed(
    mall: Mall, as_
) -> None:
    admin = as_("admin")
    assert admin.post(reverse("mailboxes_change"), TOLD).status_code == 302

    row = Mailbox.objects.get()
    page = admin.get(reverse("mailboxes") + f"?box={row.pk}").content.decode()
    assert "desk@example.com" in page
    assert "a secret of the box" not in page + row.sealed + str(
        list(AdministrativeChange.objects.values())
    )
    assert [box.hidden["password"] for box in mailboxes.due(now())] == ["a secret of the box"]

    admin.post(reverse("mailboxes_change"), {**TOLD, "box": row.pk, "password": "", "opens": ""})
    row.refresh_from_db()
    assert not row.opens
    assert mailboxes.due(now())[0].hidden["password"] == "a secret of the box"
    assert AdministrativeChange.objects.filter(area="boxes").count() == 2

    admin.post(reverse("mailboxes_change"), {"box": row.pk, "change": "remove"})
    assert not Mailbox.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"address": "nobody"}, "address"),
        ({"host": "two words"}, "host"),
        ({"port": "0"}, "port"),
        ({"security": "magic"}, "security"),
        ({"unit": "nowhere"}, "unit"),
        ({"password": ""}, "password"),
        ({"auth": "oauth2"}, "token_url"),
        (
            {"auth": "oauth2", "token_url": "ftp://x", "client_id": "a", "refresh_token": "b"},
            "token_url",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    mall: Mall, as_, wrong: dict[str, str], field: str
) -> None:
    answer = as_("admin").post(reverse("mailboxes_change"), {**TOLD, **wrong})
    assert answer.status_code == 422
    assert list(answer.context["errors"]) == [field]
    assert not Mailbox.objects.exists()


def test_a_box_that_does_not_answer_shows_since_when_and_why(mall: Mall, as_) -> None:
    as_("admin").post(reverse("mailboxes_change"), TOLD)
    mailboxes.failed(Mailbox.objects.get().pk, "OSError: no route to host", now())

    assert "no route to host" in as_("admin").get(reverse("mailboxes")).content.decode()


def test_only_administrators_see_the_boxes(mall: Mall, as_) -> None:
    assert as_("desk").get(reverse("mailboxes")).status_code == 403
    assert as_("desk").post(reverse("mailboxes_change"), TOLD).status_code == 403
