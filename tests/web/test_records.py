"""What is kept how long, and the certificates of what was destroyed: for administrators and auditors."""

import pytest

from bihuan.desk.perform import perform
from bihuan.engine.case import Act
from tests.web.mall import Mall, now

pytestmark = pytest.mark.django_db
YEAR = 366 * 86400


def test_a_certificate_is_listed_and_shown_with_rule_counts_and_hash(mall: Mall, as_) -> None:
    number = mall.complain(at=now() - 3600)
    mall.act(number, "decline", "desk", at=now() - 60, reason="不属本商场")
    late = now() + 3 * YEAR
    refused = perform(Act("remark", "system", late, {"text": "?"}), case_number=number, now=late)
    assert refused.refusal
    assert refused.refusal.code == "purged"

    listed = as_("admin").get("/records/").content.decode()
    assert number in listed
    page = as_("admin").get(f"/records/{number}/").content.decode()
    for words in ("MALL-8", "2 years", "SHA-256", "keep[0]", "案件记录"):
        assert words in page
    assert as_("desk").get(f"/cases/{number}/").status_code == 200


def test_what_is_to_be_destroyed_next_is_listed_with_its_day(mall: Mall, as_) -> None:
    number = mall.complain(at=now() - 3600)
    mall.act(number, "decline", "desk", at=now() - 60, reason="不属本商场")

    assert number in as_("admin").get("/records/").content.decode()


def test_others_find_no_such_page(mall: Mall, as_) -> None:
    assert as_("desk").get("/records/").status_code == 404
    assert as_("desk").get("/records/1/").status_code == 404
