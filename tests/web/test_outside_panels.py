"""What waits outside is shown on the case and found by the other side's own number."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.web.mall import DAY, Mall, now
from tests.web.test_case import dispatched

pytestmark = pytest.mark.django_db


def test_a_matter_outside_is_shown_and_found_by_its_number(
    mall: Mall, as_: Callable[..., Client]
) -> None:
    number = dispatched(mall)
    mall.act(
        number, "refer", "operations", body="消费者协会", told="已电话告知", their_number="示例-2026-17",
        until=now() + 9 * DAY,
    )  # fmt: skip
    page = as_("desk").get(f"/cases/{number}/").content.decode()
    assert page.count("示例-2026-17") >= 2
    assert "外部机构" in page
    found = as_("desk").get("/cases/", {"q": "示例-2026-17"}).content.decode()
    assert number in found
