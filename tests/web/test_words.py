"""Values and ends in the reader's words."""

from zoneinfo import ZoneInfo

from bihuan.desk.scenarios import shipped_pack
from bihuan.engine.clock import parse_instant
from bihuan.web.words import Clock, Names

NOW = parse_instant("2026-11-29T09:00:00+08:00")
CLOCK = Clock(ZoneInfo("Asia/Shanghai"), NOW, "zh-hans")


def end(text: str) -> int:
    return parse_instant(f"{text}:00+08:00")


def test_a_day_of_the_next_year_is_told_with_the_year_only_where_it_is_far():
    ends = ("2026-11-29T18:00", "2026-11-30T00:00", "2026-12-01T00:00", "2027-01-04T18:00",
            "2027-08-01T18:00")  # fmt: skip
    assert [CLOCK.short(end(text)) for text in ends] == [
        "18:00", "24:00", "11-30", "01-04", "2027-08-01",
    ]  # fmt: skip


def test_the_nearest_dealer_is_told_by_name():
    world = shipped_pack("auto").world()
    names = Names(world.policy, world.organisation, "zh-hans")
    told = names.value("nearest_unit", "north", CLOCK)
    assert told == world.organisation.units["north"].name != "north"
