"""A fictional city company under the HOME policy, and a complaint there that asks for compensation."""

from functools import cache
from importlib.resources import files
from random import Random

from bihuan.engine.case import Json
from bihuan.engine.organisation import Organisation, Unit
from bihuan.engine.world import World
from tests.engine.stories import Story
from tests.engine.worlds import compiled, pack, world_of

UNITS = (
    Unit("group", "示例集团", "company"),
    Unit("city", "示例城市公司", "city", "group"),
    Unit("works", "示例工程部", "department", "city"),
)
HOLDERS = {
    "sales_service@city": ("sales-an",),
    "property_service@city": ("property-bo",),
    "duty_officer@city": ("duty-cai",),
    "staff@works": ("clerk-ding",),
    "handler@works": ("works-er",),
    "deputy_gm@city": ("deputy-fang",),
    "city_gm@city": ("gm-ge",),
    "finance@group": ("finance-he", "finance-ji"),
    "president@group": ("president-kang",),
    "group_audit@": ("audit-lu",),
    "group_supervisor@": ("supervisor-mo",),
}


@cache
def home() -> World:
    """The HOME pack with every post held by somebody."""
    people = {person: person for held in HOLDERS.values() for person in held}
    units = {unit.code: unit for unit in UNITS}
    return world_of(pack("home"), Organisation(units=units, holders=HOLDERS, names=people))


def home_with(*changes: tuple[str, str]) -> World:
    """The same world under a policy whose text was changed here and there."""
    text = files("bihuan.packs").joinpath("home").joinpath("policy.yaml").read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return world_of(compiled(text), home().organisation)


PROPOSED: dict[str, Json] = {
    "findings": "防水缺陷", "grounds": "contract", "basis": "购房合同", "liability": "company",
    "compensation": 1_500_000,
}  # fmt: skip
PAYMENT: dict[str, Json] = {"method": "银行转账", "receipt": "示例收据一"}
LINE: tuple[tuple[str, str, dict[str, Json]], ...] = (
    ("acknowledge", "sales-an", {}),
    ("classify", "sales-an", {"category": "engineering"}),
    ("report", "sales-an", {"form": "phone", "content": "渗水"}),
    ("appoint_command", "gm-ge", {"commander": "gm-ge", "team": "工程"}),
    ("decide", "gm-ge", {"handling": "direct", "ask_president": "no"}),
    ("investigate", "gm-ge", PROPOSED),
    ("approve", "gm-ge", {"outcome": "approved"}),
    ("respond", "sales-an", {"form": "phone", "answer": "赔偿"}),
    ("confirm", "customer", {"outcome": "satisfied"}),
)


def demanding(until: str = "", world: World | None = None) -> Story:
    """A complaint that demands compensation, walked up to the step named (the payment by default)."""
    story = Story(world or home()).register(unit="city", delivered="no", demanded=2_000_000)
    for name, by, data in LINE:
        if name == until:
            break
        story.do(name, by, **data)
        story.later(60)
    return story


def pay(story: Story, amount: int, by: str = "finance-he") -> None:
    """A payment that is accepted."""
    story.do("compensate", by, amount=amount, paid_on=story.now, **PAYMENT)


def somebody(dice: Random) -> str:
    """Anybody of the company, or the customer."""
    return dice.choice([person for held in HOLDERS.values() for person in held] + ["customer"])
