"""Whether the people fit the policy: posts filled and covered, ranks held by different people, a clean top."""

from collections.abc import Iterator, Mapping

from bihuan.engine.acts import ACTS
from bihuan.engine.calendar import Published, parse_calendar
from bihuan.engine.case import Case
from bihuan.engine.check.names import whos_of
from bihuan.engine.check.story import found, joined, who_text
from bihuan.engine.findings import Finding, Level
from bihuan.engine.organisation import Organisation, Seat, post_of, seat, unit_of
from bihuan.engine.policy import Policy, Post, Who
from bihuan.engine.posts import is_clean, is_walled, resolve, superior
from bihuan.engine.settling import table_owner
from bihuan.engine.words import Text
from bihuan.engine.work import Work
from bihuan.engine.world import World

_Able = tuple[str, tuple[str, ...]]  # an act, and who may do it


def check_organisation(policy: Policy, organisation: Organisation) -> Iterator[Finding]:
    """Vacant posts, posts without a deputy, two ranks in one person, nobody clean above the top."""
    for post in policy.posts.values():
        seats = seats_of(post, organisation)
        if not seats:
            yield _finding(
                Level.WARNING,
                "no-such-unit",
                post,
                policy,
                f"组织中没有一个“{post.of}”，{post.text.zh}无处可设",
                f"the organisation has no unit of the kind '{post.of}', so there is no {post.text.en}",
            )
            continue
        yield from _filled(post, seats, policy, organisation)
        yield from _two_hats(post, seats, policy, organisation)
    yield from _never_the_same(policy, organisation)
    yield from _always_aside(policy, organisation)
    yield from _clean_top(policy, organisation)
    yield from _enough_at_the_top(policy, organisation)


def seats_of(post: Post, organisation: Organisation) -> tuple[Seat, ...]:
    """The seats of a post: one in each unit of its kind, or where it is held, else at the top."""
    if post.of:
        return tuple(
            seat(post.name, unit.code)
            for unit in organisation.units.values()
            if unit.kind == post.of
        )
    known = tuple(sorted(place for place in organisation.known if post_of(place) == post.name))
    return known or (seat(post.name),)


def _finding(
    level: Level,
    code: str,
    post: Post,
    policy: Policy,
    zh: str,
    en: str,
    story: tuple[Text, ...] = (),
) -> Finding:
    clauses = post.at.clauses or policy.usual.at.clauses
    return found(level, code, post.at, zh, en, story=story, clauses=clauses)


def _place_text(place: Seat, organisation: Organisation) -> str:
    unit = organisation.units.get(unit_of(place))
    return unit.name if unit else "—"


def _person_text(person: str, organisation: Organisation) -> str:
    return organisation.names.get(person, person)


def _filled(
    post: Post, seats: tuple[Seat, ...], policy: Policy, organisation: Organisation
) -> Iterator[Finding]:
    vacant = [place for place in seats if organisation.is_vacant(place)]
    if vacant:
        where = joined(_place_text(place, organisation) for place in vacant)
        yield _finding(
            Level.WARNING,
            "vacant",
            post,
            policy,
            f"{post.text.zh}空缺({where})，暂由管理员代理",
            f"the post of {post.text.en} is vacant ({where}); the administrator acts for it",
            (
                Text(
                    f"{post.text.zh}({where})有一项待办",
                    f"the {post.text.en} ({where}) owes something",
                ),
                Text(
                    f"{post.text.zh}应办的事落在管理员身上",
                    f"what the {post.text.en} owes falls to the administrator",
                ),
            ),
        )
    alone = [
        place
        for place in seats
        if place not in vacant
        and len(organisation.holders.get(place, ())) < 2
        and not organisation.deputies.get(place)
    ]
    if alone:
        where = joined(_place_text(place, organisation) for place in alone)
        yield _finding(
            Level.NOTE,
            "no-deputy",
            post,
            policy,
            f"{post.text.zh}只有一人而无代理({where})；其不在时由管理员代理",
            f"the {post.text.en} is one person without a deputy ({where}); in their absence the administrator acts",
        )


def _two_hats(
    post: Post, seats: tuple[Seat, ...], policy: Policy, organisation: Organisation
) -> Iterator[Finding]:
    for place in seats:
        above = superior(place, policy, organisation)
        if above is None:
            continue
        here, there = organisation.holders.get(place, ()), organisation.holders.get(above, ())
        if here and there and set(there) <= set(here):
            person = _person_text(there[0], organisation)
            boss = policy.posts[post_of(above)].text
            yield _finding(
                Level.WARNING,
                "two-hats",
                post,
                policy,
                f"{person}既是{post.text.zh}又是其上级{boss.zh}：逐级上报又回到本人",
                f"{person} is both {post.text.en} and the superior, {boss.en}: what is passed up comes back",
                (
                    Text(
                        f"{post.text.zh}的待办到期未办",
                        f"something the {post.text.en} owes is missed",
                    ),
                    Text(
                        f"上报{boss.zh}，还是{person}",
                        f"it goes up to the {boss.en}: {person} again",
                    ),
                ),
            )
            return


def _never_the_same(policy: Policy, organisation: Organisation) -> Iterator[Finding]:
    for pair in policy.never_the_same:
        people = [
            {
                person
                for place in organisation.known
                if post_of(place) == name
                for person in organisation.holders.get(place, ())
            }
            for name in pair
        ]
        both = set.intersection(*people) if people else set()
        if both:
            post = policy.posts[pair[0]]
            person = _person_text(sorted(both)[0], organisation)
            names = " + ".join(policy.posts[name].text.zh for name in pair)
            names_en = " and ".join(policy.posts[name].text.en for name in pair)
            yield _finding(
                Level.ERROR,
                "same-person",
                post,
                policy,
                f"{person}一人兼任{names}，而制度要求分设",
                f"{person} holds {names_en}, which the policy keeps apart",
            )


def _always_aside(policy: Policy, organisation: Organisation) -> Iterator[Finding]:
    """One person holds a post that owes an act and, in every case, one that bars them from it."""
    for step in policy.steps:
        barring = next(
            (
                other
                for other in policy.steps
                if other.act in step.not_by and other.owes == step.owes and not other.only
            ),
            None,
        )
        if barring is None or step.owes.kind != "post":
            continue
        post = policy.posts[step.owes.post]
        alone = [
            place for place in seats_of(post, organisation) if len(organisation.people(place)) == 1
        ]
        if not alone:
            continue
        person = _person_text(organisation.people(alone[0])[0], organisation)
        act, done = ACTS[step.act].text, ACTS[barring.act].text
        yield found(
            Level.WARNING,
            "always-steps-aside",
            step.at,
            f"{post.text.zh}只有{person}一人，每件都办过“{done.zh}”，“{act.zh}”总要由上级代办",
            f"{person} alone holds the post of {post.text.en} and does '{done.en}' in every case, "
            f"so '{act.en}' always falls to the superior",
            clauses=step.at.clauses,
        )


def _clean_top(policy: Policy, organisation: Organisation) -> Iterator[Finding]:
    """Whoever is complained about, each thing owed comes to somebody who is not concerned."""
    world = _world(policy, organisation)
    owing = tuple(dict.fromkeys(who for who, _ in whos_of(policy)))
    for post in policy.posts.values():
        if post.up or not post.recused_by:
            continue
        for place in seats_of(post, organisation):
            for person in organisation.holders.get(place, ()):
                dirty = _unclean(person, place, owing, world)
                if dirty is None:
                    continue
                stand_in = policy.posts[post.recused_by].text
                name = _person_text(person, organisation)
                said = who_text(dirty, policy)
                yield _finding(
                    Level.ERROR,
                    "no-clean-top",
                    post,
                    policy,
                    f"投诉{post.text.zh}({name})本人时无人可回避接手：{stand_in.zh}也是本人或其下属",
                    f"when the {post.text.en} ({name}) is complained about, nobody is clean: "
                    f"the {stand_in.en} is the same person or below",
                    (
                        Text(f"一件投诉{name}本人的案件", f"a complaint about {name} in person"),
                        Text(
                            f"由{said.zh}办理的事，没有无关的人可办",
                            f"what {said.en} owes has nobody clean to do it",
                        ),
                    ),
                )
                return


def _unclean(person: str, place: Seat, owing: tuple[Who, ...], world: World) -> Who | None:
    case = Case(unit=unit_of(place), facts={"about_person": person}, owner=place)
    for who in owing:
        if who.kind in ("customer", "system", "sheet"):
            continue
        if not is_clean(resolve(who, case, world, dict(case.facts)), case, world):
            return who
    return None


def _enough_at_the_top(policy: Policy, organisation: Organisation) -> Iterator[Finding]:
    """What is about the top comes to who stands in for it: enough people for what different people must do."""
    world = _world(policy, organisation)
    for post in policy.posts.values():
        if post.up or not post.recused_by:
            continue
        for place in seats_of(post, organisation):
            for person in organisation.holders.get(place, ()):
                case = Case(unit=unit_of(place), facts={"about_person": person})
                case.owner = table_owner(Work(case, world), case.facts)
                left = _nobody_left(case, world)
                if left is None:
                    continue
                act, barring = left
                done_zh = "、".join(ACTS[other].text.zh for other in barring)
                done_en = joined(ACTS[other].text.en for other in barring)
                stand_in = policy.posts[post.recused_by].text
                yield _finding(
                    Level.WARNING,
                    "too-few-apart",
                    post,
                    policy,
                    f"投诉{post.text.zh}本人时，“{act.zh}”没有人可办：{stand_in.zh}代办的人太少，请增加人员",
                    f"when the {post.text.en} is complained about, nobody is left for '{act.en}': "
                    f"name more people for {stand_in.en}, who stands in",
                    (
                        Text(
                            f"一件投诉{post.text.zh}本人的案件，由{stand_in.zh}办理",
                            f"a complaint about the {post.text.en} in person, which comes to {stand_in.en}",
                        ),
                        Text(
                            f"办过{done_zh}的人不能再办“{act.zh}”，此外没有别人",
                            f"whoever did one of {done_en} may not do '{act.en}', and there is nobody else",
                        ),
                    ),
                )
                return


def _nobody_left(case: Case, world: World) -> tuple[Text, tuple[str, ...]] | None:
    """The first act of the line for which nobody is left, however those before it are shared out; and what bars."""
    policy, facts = world.policy, dict(case.facts)
    able: list[_Able] = []
    for step in policy.steps:
        if step.act not in policy.apart or step.owes.kind in ("customer", "system"):
            continue
        people = world.organisation.people(resolve(step.owes, case, world, facts, act=step.act))
        clean = tuple(one for one in people if not is_walled(one, case, world))
        able.append((step.act, clean))
        if not _shared_out(able, (), policy.apart):
            barring = dict.fromkeys(act for act, _ in able if act in policy.apart[step.act])
            return ACTS[step.act].text, tuple(barring)
    return None


def _shared_out(
    acts: list[_Able], done: tuple[tuple[str, str], ...], apart: Mapping[str, frozenset[str]]
) -> bool:
    """Whether each act finds somebody who did none of those it is kept apart from."""
    if not acts:
        return True
    (act, able), *rest = acts
    barred = {person for other, person in done if other in apart[act]}
    return any(
        _shared_out(rest, (*done, (act, person)), apart) for person in able if person not in barred
    )


def _world(policy: Policy, organisation: Organisation) -> World:
    calendars: Mapping[str, object] = policy.calendars["usual"]
    usual = parse_calendar(calendars, {"china": Published(through=2000)})
    return World(policy, organisation, {"usual": usual})
