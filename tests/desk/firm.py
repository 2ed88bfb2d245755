"""A small fictional firm under the shipped general policy, through the product's own doors."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from bihuan.desk import intake, organisation, packs, people
from bihuan.desk.perform import Performed, perform
from bihuan.desk.policy_files import replace_scalar
from bihuan.engine.case import Act
from bihuan.records.models import Case, Obligation
from tests.made_once import made_once

_ids = count(1)


def instant(text):
    """Wall time in Shanghai: 2026-03-02 10:00."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())


START = instant("2026-03-02 10:00")  # a Monday
MIN, HOUR, DAY = 60, 3600, 86400


@dataclass
class Firm:
    policy: int
    agent: str
    manager: str
    gm: str
    head: str
    board: str

    def complain(self, now=START, act_id=None, **facts) -> intake.Registered:
        facts = {
            "kind": "complaint", "channel": "phone", "name": "王测试", "phone": "138 0000 0001",
            "about": "product", "content": "机器漏水", "demand": "换一台", **facts,
        }  # fmt: skip
        return intake.register(facts, by=self.agent, unit="firm", now=now, act_id=act_id)

    def act(self, number, name, by, now, act_id=None, sheet=0, **data) -> Performed:
        return perform(Act(name, by, now, data, sheet), case_number=number, act_id=act_id, now=now)

    def acknowledge(self, number, now=START + MIN, **more) -> Performed:
        return self.act(number, "acknowledge", self.agent, now, told_by="same channel", **more)


@made_once
def firm(**numbers: str) -> Firm:
    """A firm under the policy general, with these of its numbers written otherwise."""
    before = START - 30 * DAY
    organisation.site()
    text = packs.shipped_text("general")
    for name, written in numbers.items():
        text = replace_scalar(text, f"numbers.{name}.is", written)
    version = packs.adopt_text(text, None, before)
    assert not isinstance(version, organisation.Refusal), version
    organisation.add_unit("firm", "测试公司", "company", now=before)
    organisation.add_unit("works", "测试车间", "department", "firm", now=before)
    made = []
    for name, post, unit in (
        ("周一", "after_sales", ""), ("吴二", "after_sales_manager", ""),
        ("郑三", "general_manager", ""), ("王四", "department_head", "works"),
        ("冯五", "board_member", ""),
    ):  # fmt: skip
        person, _ = people.create_person(name, now=before)
        held = organisation.hold(person.pk, post, unit, now=before)
        assert not isinstance(held, organisation.Refusal), held
        made.append(str(person.pk))
    return Firm(version.pk, *made)


def stored(number) -> Case:
    return Case.objects.get(number=number)


def owed(number):
    rows = Obligation.objects.filter(case__number=number, state="open").order_by("due_at")
    return [(row.act, row.seat, row.due_at) for row in rows]
