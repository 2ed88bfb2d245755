"""Worlds to play in: both packs with a fictional cast, and organisations thrown together at random."""

from functools import cache
from importlib.resources import files
from random import Random

from bihuan.desk.calendars import shipped
from bihuan.desk.policy_files import read_nodes
from bihuan.engine.calendar import parse_calendar
from bihuan.engine.clock import parse_instant
from bihuan.engine.compile import compile_policy
from bihuan.engine.organisation import Organisation, Seat, Unit
from bihuan.engine.policy import Policy
from bihuan.engine.world import World

MORNING = parse_instant("2026-03-02T10:05:00+08:00")  # a Monday

MALL_UNITS = (
    Unit("mall", "星河商场", "company"),
    Unit("floor1", "一层", "floor", "mall"),
    Unit("floor2", "二层", "floor", "mall"),
    Unit("cotton", "木棉服饰", "merchant", "floor1"),
    Unit("kettle", "茶壶居", "merchant", "floor2"),
    Unit("grounds", "物业部", "department", "mall"),
    Unit("safety", "安保部", "department", "mall"),
)
MALL_HOLDERS: dict[Seat, tuple[str, ...]] = {
    "service_desk@mall": ("desk-an", "desk-bo"),
    "operations_manager@mall": ("operations-cai",),
    "floor_manager@floor1": ("floor-ding",),
    "floor_manager@floor2": ("floor-er",),
    "merchant_manager@cotton": ("merchant-fang",),
    "merchant_manager@kettle": ("merchant-ge",),
    "department_manager@grounds": ("grounds-he",),
    "department_manager@safety": ("safety-ji",),
    "deputy_gm@mall": ("deputy-kang",),
    "store_gm@mall": ("store-lu",),
    "owner_company@mall": ("owner-mo",),
}
GENERAL_UNITS = (
    Unit("company", "青禾公司", "company"),
    Unit("sales", "销售部", "department", "company"),
    Unit("repair", "维修部", "department", "company"),
)
GENERAL_HOLDERS: dict[Seat, tuple[str, ...]] = {
    "after_sales@company": ("agent-an", "agent-bo"),
    "after_sales_manager@company": ("manager-cai",),
    "department_head@sales": ("sales-ding",),
    "department_head@repair": ("repair-er",),
    "general_manager@company": ("general-fang",),
    "board_member@company": ("board-ge",),
}
CAST = {"mall": (MALL_UNITS, MALL_HOLDERS), "general": (GENERAL_UNITS, GENERAL_HOLDERS)}
PACKS = tuple(CAST)


@cache
def pack(name: str) -> Policy:
    """A shipped pack, compiled."""
    return compiled(files("bihuan.packs").joinpath(name).joinpath("policy.yaml").read_text("utf-8"))


def compiled(text: str) -> Policy:
    """The policy of a text, which has no errors."""
    node, found = read_nodes(text)
    assert node is not None, [finding.say("en") for finding in found]
    policy, found = compile_policy(node)
    assert policy is not None, [finding.say("en") for finding in found]
    return policy


@cache
def world(name: str) -> World:
    """A pack with every post held by somebody."""
    units, holders = CAST[name]
    people = {person: person for held in holders.values() for person in held}
    organisation = Organisation(
        units={unit.code: unit for unit in units}, holders=holders, names=people
    )
    return world_of(pack(name), organisation)


def world_of(policy: Policy, organisation: Organisation) -> World:
    """The world of a policy with its own calendars."""
    calendars = {
        name: parse_calendar(written, shipped()) for name, written in policy.calendars.items()
    }
    return World(policy, organisation, calendars)


def changed(name: str, *changes: tuple[str, str]) -> World:
    """The world of a pack whose text was changed here and there."""
    text = files("bihuan.packs").joinpath(name).joinpath("policy.yaml").read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return world_of(compiled(text), world(name).organisation)


def random_world(name: str, dice: Random) -> World:
    """A pack in an organisation with people away, deputies, vacancies and people of two posts."""
    units, whole = CAST[name]
    top = {"mall": "owner_company@mall", "general": "board_member@company"}[name]
    everybody = sorted({person for held in whole.values() for person in held})
    others = [
        person for person in everybody if person not in whole[top]
    ]  # whom the top is clean of
    holders, deputies, away = dict(whole), {}, set()
    for place in whole:
        if place == top:
            continue
        chance = dice.random()
        if chance < 0.15:
            del holders[place]  # vacant: the administrator stands in
        elif chance < 0.3:
            away.update(whole[place])
        elif chance < 0.4:
            holders[place] = (*whole[place], dice.choice(others))
        if dice.random() < 0.4:
            deputies[place] = (dice.choice(others),)
    organisation = Organisation(
        units={unit.code: unit for unit in units},
        holders=holders,
        deputies=deputies,
        away=frozenset(away),
        names={person: person for person in everybody},
    )
    return world_of(pack(name), organisation)
