"""A small fictional seller under the shipped policy for returns, set up by the product's own doors."""

from bihuan.desk import organisation, people, setup
from bihuan.engine.refusal import Refusal
from tests.web.mall import DAY, PASSWORD, Mall, now

STAFF = (
    ("service", "韩晓", "service"),
    ("manager", "苏婧", "service_manager"),
    ("handler", "方屿", "handler"),
    ("warehouse", "罗仓", "warehouse"),
    ("inspector", "严正", "inspector"),
    ("quality", "石坚", "quality_manager"),
    ("finance", "钱多", "finance"),
    ("gm", "高明远", "general_manager"),
)


def open_shop(language: str = "zh-hans") -> Mall:
    """The seller, set up a month ago; everybody at the top unit."""
    since = now() - 30 * DAY
    token = setup.issue_token(since) or ""
    done = setup.set_up(
        token, "示例商贸公司", "returns", "管理员", "admin", PASSWORD, language=language, now=since
    )
    assert isinstance(done, setup.SetUp), done
    ids = {"admin": str(done.person.pk)}
    for username, name, post in STAFF:
        created = people.create_person(name, username=username, language=language, now=since)
        assert not isinstance(created, Refusal), created
        person, token = created
        accepted = people.accept_invitation(token, PASSWORD, now=since)
        assert not isinstance(accepted, Refusal), accepted
        held = organisation.hold(person.pk, post, "", now=since)
        assert not isinstance(held, Refusal), held
        ids[username] = str(person.pk)
    return Mall(ids)
