"""The board: figures that lead to their cases, only what its reader may see, lateness foreseen."""

from collections.abc import Callable

import pytest
from django.test import Client

from bihuan.desk.permissions import viewer
from bihuan.desk.sweep import sweep
from bihuan.records.queries.board import Pace, Soon
from bihuan.records.queries.cases import due_list
from bihuan.web.board.views import will_be_late
from tests.web.mall import DAY, HOUR, Mall, now

As = Callable[..., Client]


def soon(since: int, due: int) -> Soon:
    return Soon("N", "", "a@", "", "reply", 1, 1, since, due)


@pytest.mark.parametrize(
    ("took", "lain", "allowed", "late"),
    [
        ([], 10, 100, False),  # nothing known: the last fifth of its time counts
        ([], 80, 100, True),
        ([50, 60, 70, 150, 160], 10, 100, False),  # most took less than it may
        ([50, 60, 70, 150, 160], 75, 100, True),  # of those that lay so long, all took more
        ([50, 60, 70, 80, 90], 95, 100, True),  # nobody ever took so long: as if nothing were known
    ],
)
def test_an_obligation_will_be_late_where_most_of_its_like_were(
    took: list[int], lain: int, allowed: int, late: bool
) -> None:
    pace = Pace({("a@", "reply"): sorted(took)})
    assert will_be_late(soon(1000, 1000 + allowed), pace, 1000 + lain) is late


def test_every_figure_leads_to_its_cases(mall: Mall, as_: As) -> None:
    mall.complain(now() - 3 * DAY, content="很早的一件")
    mall.complain(content="刚来的一件")
    row = next(row for row in as_("gm").get("/board/").context["rows"] if row["late"])
    owing = as_("gm").get(row["cases_url"]).content.decode()
    assert "很早的一件" in owing
    assert "刚来的一件" in owing
    assert row["cases"] == 2  # as the list has them: what routine duties belong to is no case
    late = as_("gm").get(row["late_url"]).content.decode()
    assert "很早的一件" in late
    assert "刚来的一件" not in late


def test_the_figure_of_the_overdue_and_their_list_agree_after_a_lapse(mall: Mall, as_: As) -> None:
    """The clock of what lapsed moves on, to the next rank; it stays overdue until it is done."""
    late = mall.complain(now() - 3 * HOUR)
    mall.complain()
    sweep(now())
    [case] = due_list(viewer(mall.ids["gm"], now()))[0][:1]
    client = as_("gm")
    figure = next(
        one for one in client.get("/board/").context["figures"] if one["url"].endswith("late=1")
    )
    assert figure["value"] == 1
    [row] = client.get(figure["url"]).context["rows"]
    assert row["number"] == late
    assert row["due"] < now()
    assert case.next_due_at > now(), "the next rank still has time"


def test_nobody_sees_figures_of_cases_they_may_not_see(mall: Mall, as_: As) -> None:
    mall.complain()
    mall.complain(about_person=mall.ids["operations"])
    assert as_("gm").get("/board/").context["figures"][0]["value"] == 2
    assert as_("operations").get("/board/").context["figures"][0]["value"] == 1
    page = as_("merchant").get("/board/")
    assert page.context["figures"][0]["value"] == 0
    assert page.context["rows"] == []
    assert 'href="/board/"' not in as_("merchant").get("/").content.decode()


def test_the_times_of_units_are_told_in_words_too(mall: Mall, as_: As) -> None:
    mall.with_the_merchant()
    rows = as_("gm", "en").get("/board/").context["rows"]
    legs = [row["legs"][0] for row in rows if row["legs"][0]]
    assert legs
    assert "half within 0:30, nine in ten within 0:30, limit" in legs[0]["words"]
    assert as_("gm", "en").get("/board/").content.decode().count("half within 0:30")
