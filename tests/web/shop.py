"""A small fictional seller under the shipped policy for returns; everybody at the top unit."""

from tests.web.houses import Plan, open_house
from tests.web.mall import Mall

SHOP = Plan(
    "示例商贸公司", "returns", (),
    (
        ("service", "韩晓", "service", ""),
        ("manager", "苏婧", "service_manager", ""),
        ("handler", "方屿", "handler", ""),
        ("warehouse", "罗仓", "warehouse", ""),
        ("inspector", "严正", "inspector", ""),
        ("quality", "石坚", "quality_manager", ""),
        ("finance", "钱多", "finance", ""),
        ("gm", "高明远", "general_manager", ""),
    ),
    {},
)  # fmt: skip


def open_shop(language: str = "zh-hans") -> Mall:
    """The seller, set up a month ago."""
    return open_house(SHOP, language=language)
