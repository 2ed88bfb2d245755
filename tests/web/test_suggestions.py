"""How suggestions fared, on a page: by what the cases say now."""

from collections.abc import Callable

import pytest
from django.test import Client

from bihuan.records.models import Case, Learned, Suggested
from tests.web.mall import HOUR, Mall, now

pytestmark = pytest.mark.django_db
As = Callable[..., Client]


def test_accepted_and_corrected_suggestions_are_counted_from_the_cases(mall: Mall, as_: As) -> None:
    learned = Learned.objects.create(
        policy_code="mall", fact="category", at=now() - 3 * HOUR, cases=120, accuracy=0.8125, floor=0.5,
        weights={"values": [], "bias": [], "signs": {}, "scale": 1.0},
    )  # fmt: skip
    for category in ("service", "service", "environment"):
        number = mall.complain(now() - HOUR, category=category)
        case = Case.objects.get(number=number)
        Suggested.objects.create(case=case, learned=learned, value="service", confidence=0.9)
    client = as_("gm", "en")
    page = client.get("/insight/suggestions/").content.decode()
    row = page.partition("Category")[2].partition("</tr>")[0]
    numbers = [one.partition("<")[0] for one in row.split('">')[1:]]
    assert [one for one in numbers if one][-6:] == ["120", "81%", "50%", "2", "1", "67%"]
    assert "/insight/suggestions/" in client.get("/insight/").content.decode()


def test_before_anything_is_learned_the_page_says_so_and_outsiders_see_none(
    mall: Mall, as_: As
) -> None:
    assert (
        "Nothing was learned yet" in as_("gm", "en").get("/insight/suggestions/").content.decode()
    )
    assert as_("merchant").get("/insight/suggestions/").status_code == 404
