"""The packs, what is done to them, and people to staff them with: for the tests of the checker."""

from ast import literal_eval
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

import bihuan
from bihuan.desk.calendars import shipped
from bihuan.desk.policy_files import read_nodes
from bihuan.engine.calendar import Calendar, Published, parse_calendar
from bihuan.engine.check import check
from bihuan.engine.compile import compile_policy
from bihuan.engine.findings import Finding
from bihuan.engine.library import Library, Version
from bihuan.engine.nodes import Mapping, Node, Scalar, Sequence
from bihuan.engine.organisation import Organisation, Unit, organisation_of
from bihuan.engine.policy import Policy
from bihuan.engine.world import World

PACKS = Path(bihuan.__file__).parent / "packs"
HERE = Path(__file__).parent
LIBRARY = Library(
    {"保修说明": (Version("保修说明", "第1版", "保修说明", (), "public", "00", since=1, copied=1),)}
)

_STAFF = {
    "general": {
        "after_sales@co": ["agent", "agent two"],
        "after_sales_manager@co": ["manager"],
        "department_head@d1": ["head one"],
        "department_head@d2": ["head two"],
        "general_manager@co": ["gm"],
        "board_member@co": ["board"],
    },
    "mall": {
        "service_desk@mall": ["desk", "desk two"],
        "operations_manager@mall": ["operations"],
        "floor_manager@f1": ["floor one"],
        "floor_manager@f2": ["floor two"],
        "merchant_manager@m1": ["merchant"],
        "department_manager@d1": ["department"],
        "deputy_gm@mall": ["deputy"],
        "store_gm@mall": ["gm"],
        "owner_company@mall": ["auditor"],
    },
    "home": {
        "sales_service@c1": ["sales"],
        "property_service@c1": ["property"],
        "duty_officer@c1": ["duty"],
        "staff@d1": ["clerk"],
        "handler@d1": ["handler"],
        "deputy_gm@c1": ["deputy"],
        "city_gm@c1": ["gm"],
        "president@co": ["president"],
        "group_audit@": ["auditor"],
        "finance@co": ["cashier"],
        "group_supervisor@": ["supervisor"],
    },
}
_STAFF["auto"] = {
    "call_taker@co": ["taker"],
    "back_office@co": ["back"],
    "section_chief@co": ["chief"],
    "centre_head@co": ["centre"],
    "department_head@d1": ["product"],
    "dealer_manager@n1": ["north"],
    "general_admin@co": ["admin"],
    "finance@co": ["finance"],
    "sales_gm@co": ["gm"],
    "group_audit@": ["auditor"],
}
_STAFF["returns"] = {
    "service@co": ["agent", "agent two"],
    "service_manager@co": ["service head"],
    "handler@co": ["handler"],
    "warehouse@co": ["receiver"],
    "inspector@co": ["inspector"],
    "technician@co": ["repairer"],
    "quality_manager@co": ["quality"],
    "finance@co": ["cashier"],
    "finance_manager@co": ["finance head"],
    "general_manager@co": ["gm"],
    "supervisor@": ["supervisor", "supervisor two", "supervisor three"],  # asks, inspects, pays
}
STAFFED = tuple(_STAFF)
_UNITS = {
    "auto": [
        Unit("co", "云杉汽车销售公司", "company"),
        Unit("d1", "产品部", "department", "co"),
        Unit("n1", "北城服务商", "dealer", "co"),
    ],
    "returns": [Unit("co", "木棉电商", "company")],
    "general": [
        Unit("co", "云杉公司", "company"),
        Unit("d1", "仓储部", "department", "co"),
        Unit("d2", "销售部", "department", "co"),
    ],
    "mall": [
        Unit("mall", "星河商场", "company"),
        Unit("f1", "一层", "floor", "mall"),
        Unit("f2", "二层", "floor", "mall"),
        Unit("m1", "木棉", "merchant", "f1"),
        Unit("d1", "物业部", "department", "mall"),
    ],
    "home": [
        Unit("c1", "东城公司", "city", "co"),  # first: complaints come to a city company
        Unit("co", "南岭集团", "company"),
        Unit("d1", "工程部", "department", "c1"),
    ],
}


def load(name: str) -> list[dict[str, Any]]:
    """A list of changes as data."""
    loaded: list[dict[str, Any]] = YAML(typ="safe").load(HERE / name)
    return loaded


@cache
def pack(name: str) -> Mapping:
    root, findings = read_nodes((PACKS / name / "policy.yaml").read_bytes())
    assert root is not None, findings
    return root


def staffed(name: str, changes: dict[str, list[str]] | None = None) -> Organisation:
    """A small organisation in which every post is held, changed by ``changes``."""
    return organisation_of(_UNITS[name], {**_STAFF[name], **(changes or {})})


def edited(node: Node, path: list[Any], change: dict[str, Any]) -> Node:
    """The node with one change made at the path."""
    key, rest = path[0], path[1:]
    if isinstance(node, Mapping):
        items = []
        for name, value in node.items:
            if name.text != key:
                items.append((name, value))
            elif rest:
                items.append((name, edited(value, rest, change)))
            elif "delete" not in change:
                items.append((name, parsed(change["set"])))
        if key not in [name.text for name, _ in node.items]:
            assert not rest, f"nothing at {key}"
            assert "set" in change, f"nothing at {key}"
            items.append((Scalar(key, node.line, node.column), parsed(change["set"])))
        return Mapping(tuple(items), node.line, node.column)
    assert isinstance(node, Sequence), f"nothing at {key}"
    index = key if isinstance(key, int) else _position(node, key)
    before, at, after = node.items[:index], node.items[index], node.items[index + 1 :]
    if rest:
        middle: tuple[Node, ...] = (edited(at, rest, change),)
    elif "insert" in change:
        middle = (parsed(change["insert"]), at)
    else:
        middle = () if "delete" in change else (parsed(change["set"]),)
    return Sequence((*before, *middle, *after), node.line, node.column)


def _position(node: Sequence, key: str) -> int:
    name, _, value = key.partition("=")
    for index, item in enumerate(node.items):
        found = item.get(name) if isinstance(item, Mapping) else None
        if isinstance(found, Scalar) and found.text == value:
            return index
    raise AssertionError(f"no entry has {key}")


def parsed(text: str) -> Node:
    root, findings = read_nodes(f"x: {text}\n")
    assert root is not None, findings
    value = root.get("x")
    assert value is not None
    return value


def mutated(mutation: dict[str, Any]) -> Node:
    node: Node = pack(mutation["pack"])
    for change in mutation["edits"]:
        node = edited(node, change["at"], change)
    return node


def judged(mutation: dict[str, Any]) -> tuple[Policy | None, tuple[Finding, ...]]:
    """What compiling and checking find in a changed pack, with its people."""
    policy, findings = compile_policy(mutated(mutation))
    if policy is None:
        return None, findings
    organisation = staffed(mutation["pack"], mutation.get("staff"))
    found = check(policy, organisation=organisation, calendars=calendars_of(policy))
    return policy, (*findings, *found)


def calendars_of(policy: Policy) -> dict[str, Calendar]:
    """The policy's calendars with the holidays that ship."""
    return {name: _calendar(str(dict(words)), True) for name, words in policy.calendars.items()}


@cache
def _calendar(words: str, holidays: bool) -> Calendar:
    published = shipped() if holidays else {"china": Published(through=2100)}
    return parse_calendar(literal_eval(words), published)


@cache
def unchanged(name: str) -> tuple[Policy, tuple[Finding, ...]]:
    """A pack as it is, and what is found in it."""
    policy, findings = judged({"pack": name, "edits": []})
    assert policy is not None, findings
    return policy, findings


def world_of(name: str, policy: Policy) -> World:
    """The policy with its people, on calendars without holidays, one document published long ago."""
    calendars = {
        calendar: _calendar(str(dict(words)), False) for calendar, words in policy.calendars.items()
    }
    return World(policy, staffed(name), calendars, library=LIBRARY)
