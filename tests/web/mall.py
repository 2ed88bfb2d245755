"""A small fictional mall under the shipped policy, with people who can sign in: set up by the product's own doors."""

import time
from dataclasses import dataclass

from bihuan.desk import intake, organisation, people, setup
from bihuan.desk.perform import Performed, perform
from bihuan.engine.case import Act
from bihuan.engine.refusal import Refusal
from tests.made_once import made_once

PASSWORD = "a long enough word"
HOUR, DAY = 3600, 86400
STAFF = (
    ("desk", "周晓岚", "service_desk", ""),
    ("operations", "沈亦川", "operations_manager", ""),
    ("floor", "何立群", "floor_manager", "f2"),
    ("merchant", "乔安", "merchant_manager", "m217"),
    ("deputy", "陆嘉禾", "deputy_gm", ""),
    ("gm", "高明远", "store_gm", ""),
)


def now() -> int:
    return int(time.time())


@dataclass
class Mall:
    """Who is there: person ids by username."""

    ids: dict[str, str]

    def complain(self, at: int | None = None, **facts: object) -> str:
        """A complaint registered by the service desk; its number."""
        told = {
            "kind": "complaint", "channel": "phone", "name": "王敏", "phone": "13800005678",
            "content": "羊毛大衣穿了一次就开线，店里拒绝退换", "about_unit": "m217", **facts,
        }  # fmt: skip
        when = at or now()
        done = intake.register(told, by=self.ids["desk"], unit="company", now=when)
        assert done.refusal is None, done.refusal
        return done.number

    def with_the_merchant(self, **facts: object) -> str:
        """A complaint of five hours ago whose note was issued to the merchant; its number."""
        at = now() - 5 * HOUR
        number = self.complain(at, **facts)
        self.act(number, "acknowledge", "desk", at + 60, agreed_time=at + 20 * HOUR)
        self.act(
            number, "classify", "desk", at + 120,
            category="quality_price", about="merchant", desk_can_solve="no",
        )  # fmt: skip
        self.act(number, "report", "desk", at + 150, content="质量问题")
        self.act(number, "dispatch", "desk", at + 1800, instructions="请核实并提出处理意见")
        self.act(number, "issue", "operations", at + 2400, sheet=1, outcome="issued")
        return number

    def hire(
        self, username: str, name: str, post: str, unit: str = "", language: str = "zh-hans"
    ) -> None:
        """Somebody more at a post, since a day."""
        since = now() - DAY
        created = people.create_person(name, username=username, language=language, now=since)
        assert not isinstance(created, Refusal), created
        person, token = created
        assert not isinstance(people.accept_invitation(token, PASSWORD, now=since), Refusal)
        assert not isinstance(organisation.hold(person.pk, post, unit, now=since), Refusal)
        self.ids[username] = str(person.pk)

    def act(
        self, number: str, name: str, by: str, at: int | None = None, sheet: int = 0, **data: object
    ) -> Performed:
        """An act that must be accepted."""
        when = at or now()
        act = Act(name, self.ids.get(by, by), when, data, sheet)
        done = perform(act, case_number=number, now=when)
        assert done.refusal is None, done.refusal
        return done


@made_once
def open_mall(at: int | None = None, language: str = "zh-hans") -> Mall:
    """The mall, set up a month ago."""
    since = (at or now()) - 30 * DAY
    token = setup.issue_token(since) or ""
    done = setup.set_up(
        token, "星河广场", "mall", "管理员", "admin", PASSWORD, language=language, now=since
    )
    assert isinstance(done, setup.SetUp), done
    for code, name, kind, parent in (
        ("f2", "二层", "floor", "company"),
        ("m217", "木棉里女装", "merchant", "f2"),
        ("m218", "一碗山面馆", "merchant", "f2"),
        ("d1", "物业部", "department", "company"),
    ):
        made = organisation.add_unit(code, name, kind, parent, now=since)
        assert not isinstance(made, Refusal), made
    ids = {"admin": str(done.person.pk)}
    for username, name, post, unit in STAFF:
        created = people.create_person(name, username=username, language=language, now=since)
        assert not isinstance(created, Refusal), created
        person, token = created
        accepted = people.accept_invitation(token, PASSWORD, now=since)
        assert not isinstance(accepted, Refusal), accepted
        held = organisation.hold(person.pk, post, unit, now=since)
        assert not isinstance(held, Refusal), held
        ids[username] = str(person.pk)
    return Mall(ids)
