"""A corrective action cannot be called effective over the API either, whatever counts a program tells."""

import pytest

from bihuan.desk.stored import load
from tests.web.test_preventing import planned

pytestmark = pytest.mark.django_db


def test_a_program_that_tells_its_own_counts_is_refused_all_the_same(as_, mall):
    number = planned(mall)
    for by in ("desk", "operations"):
        mall.act(number, "take_action", by, sheet=1, action="已办")
    said = {"outcome": "effective", "lasting": "进货检验办法", "cases_before": 99, "cases_after": 0}
    body = {"act": "check_effect", "sheet": 1, "data": said}

    answer = as_("gm").send("POST", f"/cases/{number}/acts", body)

    assert (answer.status_code, answer.json()["code"]) == (409, "too-early-to-judge")
    assert not load(number).case.sheets[1].ended
