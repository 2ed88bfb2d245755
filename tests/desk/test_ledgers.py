"""What the organisation owes without any case: one ledger for each policy and unit, never two."""

import pytest

from bihuan.desk.ledgers import ensure_ledgers
from bihuan.desk.sweep import sweep
from bihuan.desk.verify import verify
from bihuan.records.models import Case
from tests.desk.firm import DAY, START, Firm, firm, instant, owed

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Firm:
    return firm()


def test_a_ledger_is_opened_once(office):
    opened = ensure_ledgers(START)

    assert [done.number for done in opened] == ["TZ-general-1-top"]
    assert ensure_ledgers(START + DAY) == ()
    assert Case.objects.get(ledger=True).wake_at > START


def test_the_monthly_report_is_owed_when_its_day_comes(office):
    ensure_ledgers(START)

    sweep(instant("2026-03-05 12:00"))

    acts = [(act, seat) for act, seat, _ in owed("TZ-general-1-top")]
    assert acts.count(("draft", "after_sales_manager@")) == 2
    assert verify(instant("2026-03-05 12:00")) == []


def test_a_policy_adopted_by_the_administrator_owes_its_approval(office):
    ensure_ledgers(START)

    assert [act for act, _, _ in owed("TZ-general-1-top")] == ["approve_adoption"]


def test_vacant_posts_are_owed_too(office):
    from bihuan.desk import organisation

    organisation.end_holding(int(office.board), "board_member", now=START)
    ensure_ledgers(START)

    assert sorted(act for act, _, _ in owed("TZ-general-1-top")) == [
        "approve_adoption", "fill_posts",
    ]  # fmt: skip
