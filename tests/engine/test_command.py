"""The command of a major comstoryt: nothing is dispatched before it, who leads it owes the daily progress."""

from bihuan.engine.case import Act
from bihuan.engine.together import Peer, for_member
from bihuan.records.queries.visibility import OWES, Access, access_from
from tests.engine.homes import demanding, home
from tests.engine.stories import Story

NOTE = {"instructions": "请核实", "to_unit": "works"}
COMMAND = {"commander": "deputy-fang", "team": "工程、客服", "members": ["works-er"]}


def commanded() -> Story:
    """A major comstoryt whose command is appointed and which is in hand."""
    story = demanding("appoint_command")
    story.do("appoint_command", "gm-ge", **COMMAND)
    story.do("decide", "gm-ge", handling="direct", ask_president="no")
    return story


def test_nothing_is_dispatched_before_the_command_by_the_step_or_beside_it() -> None:
    story = demanding("appoint_command")
    assert story.refused("dispatch", "sales-an", **NOTE)[0] == "not-yet"
    assert (
        story.refused("dispatch", "gm-ge", **NOTE)[0] == "not-yet"
    )  # the owner's, beside the line
    assert not story.case.sheets
    story.do("appoint_command", "gm-ge", **COMMAND)
    story.do("decide", "gm-ge", handling="direct", ask_president="no")
    story.do("dispatch", "gm-ge", **NOTE)
    assert len(story.case.sheets) == 1


def test_a_comstoryt_that_becomes_major_in_hand_waits_for_its_command_before_more_is_dispatched() -> (
    None
):
    story = Story(home()).register(unit="city", delivered="no")
    for name, by, data in (
        ("acknowledge", "sales-an", {}),
        ("classify", "sales-an", {"category": "engineering"}),
        ("report", "sales-an", {"form": "phone", "content": "渗水"}),
        ("decide", "gm-ge", {"handling": "direct", "ask_president": "no"}),
    ):
        story.do(name, by, **data)
    story.do("correct", "sales-an", media_exposed="yes")
    assert story.refused("dispatch", "gm-ge", **NOTE)[0] == "not-yet"
    assert story.case.derived["severity"] == "major"


def test_a_dispatch_is_never_applied_to_the_members_of_a_command_case() -> None:
    member = Peer("TS2", demanding("appoint_command").case, home())
    done = for_member(Act("dispatch", "gm-ge", 0, NOTE), member, 0)
    assert getattr(done, "code", "") == "not-for-members"


def test_the_commander_owes_the_daily_progress_and_nobody_below_gives_it() -> None:
    story = commanded()
    assert story.owing("contact").seat == "deputy_gm@city"
    assert story.refused("contact", "sales-an", said="正在查")[0] == "not-yours"
    story.do("contact", "deputy-fang", said="正在查")
    assert story.owing("contact").seat == "deputy_gm@city"


def test_people_named_in_the_command_come_to_read_the_case() -> None:
    story = commanded()
    found = access_from(story.history)
    assert {Access("deputy_gm@city", OWES), Access("handler@works", OWES)} <= found
    assert Access("staff@works", OWES) not in found


def test_nobody_who_is_not_there_is_named_in_the_command() -> None:
    story = demanding("appoint_command")
    for wrong in (["nobody"], "works-er", [7]):
        found = story.attempt("appoint_command", "gm-ge", **COMMAND | {"members": wrong})
        assert found.refusal is not None
        assert (found.refusal.code, found.refusal.field) == ("bad-value", "members")
