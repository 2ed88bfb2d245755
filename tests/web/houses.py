"""Small fictional organisations under a shipped policy, set up a month ago by the product's own doors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bihuan.desk import organisation, people, setup
from bihuan.engine.refusal import Refusal
from tests.made_once import made_once
from tests.web.mall import DAY, PASSWORD, Mall, now

Unit = tuple[str, str, str, str]  # code, name, kind, parent
Member = tuple[str, str, str, str]  # username, name, post, unit


@dataclass(frozen=True)
class Plan:
    """Who and what is there before anybody calls; `places` are the coordinates of units."""

    name: str
    pack: str
    units: Sequence[Unit]
    staff: Sequence[Member]
    places: Mapping[str, str]


AUTO = Plan(
    "示例汽车销售公司", "auto",
    (
        ("centre", "客户服务中心", "centre", "company"),
        ("product", "产品部", "department", "company"),
        ("north", "城北服务商", "dealer", "company"),
        ("south", "城南服务商", "dealer", "company"),
    ),
    (
        ("taker", "祝晴", "call_taker", ""),
        ("back", "后柏", "back_office", ""),
        ("chief", "科方", "section_chief", ""),
        ("head", "任洁", "centre_head", ""),
        ("product", "单砚", "department_head", "product"),
        ("north", "北辰", "dealer_manager", "north"),
        ("south", "南星", "dealer_manager", "south"),
        ("finance", "钱多", "finance", ""),
        ("gm", "高明远", "sales_gm", ""),
    ),
    {"north": "31.40,121.45", "south": "31.05,121.50"},
)  # fmt: skip
HOME = Plan(
    "示例地产集团", "home",
    (
        ("city", "江城公司", "city", "company"),
        ("works", "工程部", "department", "city"),
        ("estate", "物业部", "department", "city"),
    ),
    (
        ("service", "许知", "property_service", "city"),
        ("finance", "钱多", "finance", ""),
        ("sales", "岳宁", "sales_service", "city"),
        ("duty", "值夏", "duty_officer", "city"),
        ("works", "工正", "handler", "works"),
        ("estate", "物华", "handler", "estate"),
        ("mason", "员安", "staff", "works"),
        ("deputy", "陆嘉禾", "deputy_gm", "city"),
        ("gm", "高明远", "city_gm", "city"),
        ("president", "总清", "president", ""),
    ),
    {},
)  # fmt: skip
GENERAL = Plan(
    "示例电器公司", "general",
    (
        ("fitting", "安装部", "department", "company"),
        ("stores", "仓储部", "department", "company"),
    ),
    (
        ("agent", "周晓岚", "after_sales", ""),
        ("manager", "沈亦川", "after_sales_manager", ""),
        ("fitting", "何立群", "department_head", "fitting"),
        ("stores", "乔安", "department_head", "stores"),
        ("gm", "高明远", "general_manager", ""),
    ),
    {},
)  # fmt: skip


@made_once
def open_house(plan: Plan, at: int | None = None, language: str = "zh-hans") -> Mall:
    """The organisation of the plan with people who can sign in: their ids by username."""
    since = (at or now()) - 30 * DAY
    token = setup.issue_token(since) or ""
    done = setup.set_up(
        token, plan.name, plan.pack, "管理员", "admin", PASSWORD, language=language, now=since
    )
    assert isinstance(done, setup.SetUp), done
    for code, name, kind, parent in plan.units:
        made = organisation.add_unit(code, name, kind, parent, now=since)
        assert not isinstance(made, Refusal), made
    for code, place in plan.places.items():
        placed = organisation.locate(code, place, now=since)
        assert not isinstance(placed, Refusal), placed
    ids = {"admin": str(done.person.pk)}
    for username, name, post, unit in plan.staff:
        created = people.create_person(name, username=username, language=language, now=since)
        assert not isinstance(created, Refusal), created
        person, invitation = created
        accepted = people.accept_invitation(invitation, PASSWORD, now=since)
        assert not isinstance(accepted, Refusal), accepted
        held = organisation.hold(person.pk, post, unit, now=since)
        assert not isinstance(held, Refusal), held
        ids[username] = str(person.pk)
    return Mall(ids)
