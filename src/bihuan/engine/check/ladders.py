"""P6: ladders end at a top that a clean post stands in for; every miss has a next instant; nothing is handed down."""

from collections.abc import Iterator

from bihuan.engine.acts import ACTS
from bihuan.engine.check.story import found, joined
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import Consequence, Element, Policy, Post, Who
from bihuan.engine.spans import Elapsed, WorkingTime
from bihuan.engine.words import Text

LEAST_REMINDER = 3600  # seconds; reminding the top more often floods it


def check_ladders(policy: Policy) -> Iterator[Finding]:
    """The usual ladder, the superiors, who stands in at the top, and where cases are handed."""
    yield from _usual(policy)
    circle = _circle(policy)
    if circle:
        yield _circle_finding(circle, policy)
    else:
        for post in policy.posts.values():
            yield from _top(post, policy)
    yield from _hands_down(policy)


def above(post: str, policy: Policy) -> tuple[str, ...]:
    """The posts above one, nearest first, as far as they do not come round again."""
    found_posts: list[str] = []
    up = policy.posts[post].up
    while up and up in policy.posts and up not in found_posts:
        found_posts.append(up)
        up = policy.posts[up].up
    return tuple(found_posts)


def _usual(policy: Policy) -> Iterator[Finding]:
    usual = policy.usual
    if not (usual.missed.up or usual.missed.hand_to or usual.missed.remind or usual.missed.go_on):
        yield found(
            Level.ERROR,
            "missed-without-next",
            usual.at,
            "超时之后没有下一个时限;missed 应有 up、hand to、remind 或 go on 之一",
            "after a miss no next instant is named; missed needs one of up, hand to, remind, go on",
            place="usual.missed",
            story=(
                Text("某项待办到期未办", "something owed is missed"),
                Text(
                    "此后无人在某一时刻之前负有义务", "from then on nobody owes it by any instant"
                ),
            ),
        )
    for key, name in (
        ("again", usual.again),
        ("at_top", usual.at_top),
        ("longest_silence", usual.longest_silence),
    ):
        for _, value in policy.numbers[name].values:
            if isinstance(value, int | str):
                yield found(
                    Level.ERROR,
                    "not-a-time",
                    usual.at,
                    f"约定数“{name}”不是时长",
                    f"the number '{name}' is no length of time",
                    place=f"usual.{key}",
                )
            elif isinstance(value, Elapsed | WorkingTime) and value.seconds < (
                LEAST_REMINDER if key == "at_top" else 1
            ):
                yield found(
                    Level.ERROR,
                    "too-short",
                    usual.at,
                    f"约定数“{name}”太短：{'最高一级至少隔 1 小时提醒一次' if key == 'at_top' else '须大于 0'}",
                    f"the number '{name}' is too short: "
                    + (
                        "the top is reminded at most once an hour"
                        if key == "at_top"
                        else "it must be above 0"
                    ),
                    place=f"usual.{key}",
                )
    if usual.floor.kind not in ("post", "table"):
        yield found(
            Level.ERROR,
            "no-floor",
            usual.at,
            "兜底(floor)须是一个岗位",
            "the floor must be a post",
            place="usual.floor",
        )


def _circle(policy: Policy) -> tuple[str, ...]:
    for name in policy.posts:
        path = [name]
        up = policy.posts[name].up
        while up:
            if up == name:
                return tuple(path)
            if up in path:
                break
            path.append(up)
            up = policy.posts[up].up
    return ()


def _circle_finding(circle: tuple[str, ...], policy: Policy) -> Finding:
    names = [policy.posts[name].text for name in (*circle, circle[0])]
    post = policy.posts[circle[0]]
    return found(
        Level.ERROR,
        "ladder-circle",
        post.at,
        "上级互指成环：" + " → ".join(name.zh for name in names),
        "superiors go round in a circle: " + " → ".join(name.en for name in names),
        clauses=post.at.clauses or policy.usual.at.clauses,
        story=(
            Text(f"{names[0].zh}的待办到期未办", f"something the {names[0].en} owes is missed"),
            Text(
                "逐级上报又回到" + names[0].zh, f"step by step it comes back to the {names[0].en}"
            ),
        ),
    )


def _top(post: Post, policy: Policy) -> Iterator[Finding]:
    """A post without a superior is the top, or stands in for it; the top needs a stand-in outside."""
    clauses = post.at.clauses or policy.usual.at.clauses
    stands_in = any(other.recused_by == post.name for other in policy.posts.values())
    about = (
        Text(
            f"一件投诉{post.text.zh}本人的案件", f"a complaint about the {post.text.en} in person"
        ),
    )
    if post.recused_by:
        stand_in = policy.posts[post.recused_by]
        if post.up:
            yield found(
                Level.WARNING,
                "stand-in-unused",
                post.at,
                f"有上级，recused_by({post.recused_by})不会用到",
                f"has a superior, so recused_by ({post.recused_by}) is never used",
                clauses=clauses,
            )
        elif (
            not stand_in.outside
            or post.name in above(post.recused_by, policy)
            or post.recused_by == post.name
        ):
            yield found(
                Level.ERROR,
                "stand-in-inside",
                post.at,
                f"recused_by({stand_in.text.zh})须在体系之外(outside: yes)，且不在其下",
                f"recused_by ({stand_in.text.en}) must be outside the hierarchy (outside: yes) and not below the post",
                clauses=clauses,
                story=(
                    *about,
                    Text(
                        f"回避后交{stand_in.text.zh}，仍在其下",
                        f"it goes to the {stand_in.text.en}, who is not independent of them",
                    ),
                ),
            )
    elif not post.up and not (post.outside and stands_in):
        below = [
            other.text.zh
            for other in policy.posts.values()
            if post.name in above(other.name, policy)
        ]
        yield found(
            Level.ERROR,
            "no-superior",
            post.at,
            f"{post.text.zh}没有上级(up)，也没有回避时的替代(recused_by)"
            + (f"；以此为顶的有：{joined(below)}" if below else ""),
            f"the {post.text.en} has no superior (up) and nobody who stands in (recused_by)",
            clauses=clauses,
            story=(
                *about,
                Text("无人可接手", "nobody is there to take it"),
            ),
        )


def _hands_down(policy: Policy) -> Iterator[Finding]:
    owners = _posts_of(Who("table", "owner"), policy) if "owner" in policy.tables else ()
    for step in (*policy.steps, *(step for kind in policy.sheets.values() for step in kind.steps)):
        for name, consequence in step.outcomes.items():
            yield from _down(
                consequence, owners, step.at, f"{step.at.place}.if.{name}", policy, step.act
            )
        if step.missed and step.missed.hand_to:
            held_by = (
                tuple(
                    post
                    for post in _posts_of(step.owes, policy)
                    if policy.posts[step.missed.hand_to.post].up
                    != post  # to the deputy, then past both
                )
                if step.missed.hand_to.kind == "post"
                else ()
            )
            yield from _down(
                Consequence(hand_to=step.missed.hand_to),
                held_by,
                step.at,
                f"{step.at.place}.missed",
                policy,
                step.act,
            )
    for duty in policy.owed:
        if duty.missed and duty.missed.hand_to and duty.owes:
            yield from _down(
                Consequence(hand_to=duty.missed.hand_to),
                _posts_of(duty.owes, policy),
                duty.at,
                f"{duty.at.place}.missed",
                policy,
                duty.act,
            )
    for row in policy.may.values():
        yield from _down(row.then, owners, row.at, f"{row.at.place}.then", policy, row.act)


def _down(
    consequence: Consequence,
    holders: tuple[str, ...],
    at: Element,
    place: str,
    policy: Policy,
    act: str,
) -> Iterator[Finding]:
    target = consequence.hand_to
    if target is not None and target.kind == "post":
        higher = [name for name in holders if name in above(target.post, policy)]
        if higher:
            to, holder = policy.posts[target.post].text, policy.posts[higher[0]].text
            yield found(
                Level.ERROR,
                "hands-down",
                at,
                f"上报成了下交：可能由{holder.zh}负责，却交给其下级{to.zh}",
                f"this hands the case down: the {holder.en} may hold it, and the {to.en} is below",
                place=place,
                story=(
                    Text(f"案件由{holder.zh}负责", f"the {holder.en} holds the case"),
                    Text(
                        f"{ACTS[act].text.zh} → 交{to.zh}",
                        f"{ACTS[act].text.en} → handed to the {to.en}",
                    ),
                ),
            )
    if consequence.then is not None:
        yield from _down(consequence.then, holders, at, place, policy, act)


def _posts_of(who: Who, policy: Policy) -> tuple[str, ...]:
    """The posts an expression can come to, where the policy itself says which."""
    if who.kind in ("post", "of", "nearest"):
        return (who.post,)
    name = "owner" if who.kind == "owner" else who.post if who.kind == "table" else ""
    table = policy.tables.get(name)
    if table is None:
        return ()
    found_posts = [
        post
        for row in table.rows
        if isinstance(row.then, Who)
        for post in _posts_of(row.then, policy)
    ]
    return tuple(dict.fromkeys(found_posts))
