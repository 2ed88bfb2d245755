"""Packs: shipped policies, adoption, versions in force, calendars published later."""

import json
from collections.abc import Iterator
from datetime import date

import pytest

from bihuan.desk import intake, organisation, packs, people, worlds
from bihuan.desk.calendars import BadCalendarFile, china
from bihuan.desk.perform import perform
from bihuan.engine.case import Act
from bihuan.engine.findings import Level
from bihuan.engine.refusal import Refusal
from bihuan.records.models import Obligation, Person, PolicyUse, PolicyVersion, PublishedYear

pytestmark = pytest.mark.django_db
NOW = 1_790_000_000  # 2026-09-21
DAY = 86_400


@pytest.fixture(autouse=True)
def _site() -> Iterator[None]:
    worlds.forget()
    organisation.site()
    yield
    worlds.forget()


def made(found):  # type: ignore[no-untyped-def]
    assert not isinstance(found, Refusal), found
    return found


def refused(found: object) -> tuple[str, str]:
    assert isinstance(found, Refusal), found
    return found.code, found.field


def second_version(text: str = "") -> str:
    text = text or packs.shipped_text("mall")
    assert "version: {no: 1," in text
    return text.replace("version: {no: 1,", "version: {no: 2,")


def test_every_shipped_policy_reads_without_errors() -> None:
    assert {"general", "mall"} <= set(packs.shipped())
    for code in packs.shipped():
        policy, findings = packs.read_policy(packs.shipped_text(code))
        assert policy is not None
        assert policy.code == code
        assert not [found for found in findings if found.level is Level.ERROR]
    assert packs.shipped_titles()["mall"].zh == "商场客户投诉处理预案"
    with pytest.raises(KeyError):
        packs.shipped_text("../mall")


def test_what_is_wrong_in_a_policy_is_found_with_its_line() -> None:
    text = packs.shipped_text("mall").replace("act: acknowledge", "act: aknowledge", 1)
    policy, findings = packs.read_policy(text)
    assert policy is None
    line = text[: text.index("act: aknowledge")].count("\n") + 1
    assert line in {found.line for found in findings if found.level is Level.ERROR}
    policy, findings = packs.read_policy("policy: [")
    assert policy is None
    assert findings


def test_the_administrators_adoption_is_marked_and_repeating_it_changes_nothing() -> None:
    admin = Person.objects.create(name="甲")
    version = made(packs.adopt("mall", admin.pk, NOW))
    assert version.state == PolicyVersion.State.ADOPTED
    assert version.approval is None
    assert version.text == packs.shipped_text("mall")
    assert version.hash == packs.hash_of(version.text)
    assert packs.adopt("mall", admin.pk, NOW + DAY) == version
    assert PolicyVersion.objects.count() == 1
    assert PolicyUse.objects.count() == 1
    assert refused(packs.adopt("nothing", admin.pk, NOW)) == ("unknown-pack", "pack")
    assert refused(packs.adopt_text("policy: [", admin.pk, NOW)) == (
        "policy-has-errors",
        "policy",
    )


def test_a_later_version_needs_three_people() -> None:
    signers = [Person.objects.create(name=name).pk for name in "乙丙丁"]
    first = made(packs.adopt("mall", signers[0], NOW))
    assert refused(packs.adopt_text(second_version(), signers[0], NOW)) == (
        "needs-three",
        "policy",
    )
    assert refused(packs.propose(packs.shipped_text("mall") + "# x\n")) == (
        "number-taken",
        "version.no",
    )
    draft = made(packs.propose(second_version()))
    draft = made(packs.propose(second_version() + "# 又改\n"))
    assert packs.version_in_force("mall", date(2026, 12, 31)) == first
    one, two, three = signers
    assert refused(packs.approve(draft.pk, one, two, one, draft.hash, NOW))[0] == "same-person"
    assert refused(packs.approve(draft.pk, one, two, three, first.hash, NOW))[0] == "text-changed"
    made(packs.approve(draft.pk, one, two, three, draft.hash, NOW + 2 * DAY))
    assert packs.version_in_force("mall", date(2026, 9, 22)) == first
    assert packs.version_in_force("mall", date(2026, 9, 23)) == draft
    assert packs.policies_in_force(NOW + DAY) == {"mall": first}
    assert packs.policies_in_force(NOW + 2 * DAY) == {"mall": draft}


def test_nothing_is_in_force_before_its_day() -> None:
    version = made(packs.adopt("mall", None, NOW))
    assert packs.version_in_force("mall", date(2026, 9, 20)) is None
    assert packs.version_in_force("mall", date(2026, 9, 21)) == version
    assert packs.version_in_force("general", date(2026, 9, 21)) is None
    assert packs.policies_in_force(NOW - DAY) == {}


def test_receiving_unit_and_kind_choose_among_policies() -> None:
    for code, kind, parent in (("top", "company", ""), ("w", "floor", "top"), ("x", "floor", "w")):
        made(organisation.add_unit(code, code, kind, parent, now=NOW))
    mall = made(packs.adopt("mall", None, NOW))
    general = made(packs.adopt("general", None, NOW, unit="w", kinds=("complaint",)))
    assert packs.policy_for("top", "complaint", NOW) == mall
    assert packs.policy_for("w", "complaint", NOW) == general
    assert packs.policy_for("x", "complaint", NOW) == general
    assert packs.policy_for("x", "suggestion", NOW) == mall
    assert packs.policy_for("x", "rescue", NOW) is None
    assert packs.policy_for("unknown", "complaint", NOW) == mall


def test_a_world_is_kept_until_something_changes() -> None:
    version = made(packs.adopt("general", None, NOW))
    world = packs.world_of(version.pk, NOW)
    assert packs.world_of(version.pk, NOW + 1).policy is world.policy
    assert packs.world_of(version.pk, NOW + 1).organisation is world.organisation
    person, _ = made(people.create_person("乙", now=NOW))
    made(organisation.hold(person.pk, "after_sales", now=NOW))
    changed = packs.world_of(version.pk, NOW)
    assert changed.organisation.people("after_sales@") == (str(person.pk),)
    assert changed.policy is world.policy


def year_file(year: int, **days: dict[str, str]) -> bytes:
    return json.dumps({"year": year, "notices": [], "off": {}, "work": {}, **days}).encode()


def test_a_year_loaded_later_is_in_every_calendar_that_names_its_source() -> None:
    version = made(packs.adopt("general", None, NOW))
    year = china().through + 1
    before = packs.world_of(version.pk, NOW).calendars["usual"]
    monday = next(day for day in range(1, 8) if date(year, 3, day).weekday() == 0)
    feast = date(year, 3, monday)
    assert before.works(feast)
    data = year_file(year, off={str(feast): "试验节"})
    assert packs.publish_calendar(data, "next.json", None, NOW) == 0
    after = packs.world_of(version.pk, NOW).calendars["usual"]
    assert not after.works(feast)
    assert after.day(feast).name == "试验节"
    assert after.provisional_from == after.at(date(year + 1, 1, 1))
    packs.publish_calendar(year_file(year, off={f"{year}-01-01": "元旦"}), "x.json", None, NOW)
    assert PublishedYear.objects.count() == 1
    assert packs.world_of(version.pk, NOW).calendars["usual"].works(feast)


def test_a_published_holiday_moves_the_provisional_due_times_of_open_cases() -> None:
    eve = 1_798_707_600  # Thursday 2026-12-31 17:00 in Shanghai
    agent, _ = made(people.create_person("乙专员", now=eve))
    made(packs.adopt("general", None, eve))
    made(organisation.add_unit("top", "测试公司", "company", now=eve))
    made(organisation.hold(agent.pk, "after_sales", now=eve))
    facts = {"kind": "complaint", "channel": "phone", "name": "王测试", "content": "漏水"}
    number = intake.register(facts, by=str(agent.pk), unit="top", now=eve).performed.number
    told = Act("acknowledge", str(agent.pk), eve, {"told_by": "same channel"})
    assert perform(told, case_number=number, now=eve).accepted

    def due() -> tuple[int, bool]:
        found = Obligation.objects.get(case__number=number, act="classify", state="open")
        return found.due_at, found.provisional

    friday, monday = eve + 19 * 3600, eve + (19 + 72) * 3600
    assert due() == (friday, True)
    data = year_file(2027, off={"2027-01-01": "元旦"})
    assert packs.publish_calendar(data, "2027.json", None, eve + 60) == 1
    assert due() == (monday, False)


def test_a_bad_year_is_refused_and_nothing_is_kept() -> None:
    year = china().through + 1
    with pytest.raises(BadCalendarFile, match="off"):
        packs.publish_calendar(year_file(year), "empty.json", None, NOW)
    too_late = year_file(year + 1, off={f"{year + 1}-01-01": "元旦"})
    with pytest.raises(BadCalendarFile, match="load that year first"):
        packs.publish_calendar(too_late, "too-late.json", None, NOW)
    good = year_file(year, off={f"{year}-01-01": "元旦"})
    with pytest.raises(BadCalendarFile, match="no source"):
        packs.publish_calendar(good, "x.json", None, NOW, source="atlantis")
    with pytest.raises(BadCalendarFile):
        packs.publish_calendar(b"\xff\x00", "x.json", None, NOW)
    assert not PublishedYear.objects.exists()


def test_every_shipped_pack_says_in_one_sentence_of_each_language_for_whom_it_is():
    assert len(packs.shipped()) >= 5
    for code in packs.shipped():
        about = packs.about(code)
        assert about.zh.startswith("适用于"), code
        assert about.zh.endswith("。"), code
        assert about.zh.count("。") == 1, code
        assert about.en.startswith("For "), code
        assert about.en.endswith("."), code
    with pytest.raises(KeyError):
        packs.about("nonsense")
