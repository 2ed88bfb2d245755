"""Policies and calendars as data: shipped packs, adoption, what is in force where."""

import hashlib
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from django.db import transaction

from bihuan.desk import calendars, changes, worlds
from bihuan.desk.in_force import IN_FORCE, day_of, policies_in_force, policy_for, version_in_force
from bihuan.desk.organisation import recompute_provisional, stamp
from bihuan.desk.policy_files import read_nodes
from bihuan.engine.compile import compile_policy
from bihuan.engine.findings import Finding, Level
from bihuan.engine.nodes import plain
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import Refusal, refuse_field
from bihuan.engine.words import Text
from bihuan.engine.world import World
from bihuan.records.models import PolicyUse, PolicyVersion, PublishedYear

__all__ = ["policies_in_force", "policy_for", "version_in_force"]  # of in_force, for callers

LONGEST_KIND = 60


@cache
def shipped() -> tuple[str, ...]:
    """The codes of the packs that come with Bihuan, in the order of the alphabet."""
    return tuple(
        sorted(pack.name for pack in _packs().iterdir() if (pack / "policy.yaml").is_file())
    )


def shipped_text(code: str) -> str:
    """The text of a shipped policy. Raises KeyError where no pack of that code is shipped."""
    if code not in shipped():
        raise KeyError(code)
    return (_packs() / code / "policy.yaml").read_text("utf-8")


def shipped_titles() -> dict[str, Text]:
    """The titles of the shipped policies, by code."""
    return {code: worlds.compiled(shipped_text(code), code).title for code in shipped()}


@cache
def about(code: str) -> Text:
    """For whom a shipped policy is and what marks it, in one sentence. KeyError where none is."""
    if code not in shipped():
        raise KeyError(code)
    node, findings = read_nodes((_packs() / code / "about.yaml").read_bytes())
    if node is None:
        raise AssertionError(findings)
    said = plain(node)
    return Text(str(said["zh"]), str(said["en"]))


def read_policy(text: bytes | str) -> tuple[Policy | None, tuple[Finding, ...]]:
    """The policy a file says, and what was found in it; None where it has errors."""
    node, found = read_nodes(text)
    if node is None:
        return None, found
    policy, findings = compile_policy(node)
    return policy, (*found, *findings)


def adopt(
    code: str, by: int | None, at: int, *, unit: str = "", kinds: tuple[str, ...] = ()
) -> PolicyVersion | Refusal:
    """Put a shipped pack in force by the administrator's adoption, "not yet approved by three".

    `by` is the person's id. It rules over what `unit` and those below it receive (empty: everything)
    of those `kinds` (none: all). Adopting the same text again changes nothing and returns the same.
    Only the first version of a policy can be adopted so; later ones need three people.
    """
    if code not in shipped():
        return Refusal(
            "unknown-pack",
            Text(
                f"没有名为“{code}”的制度包；可选：{'、'.join(shipped())}",
                f"no pack is called '{code}'; there are {', '.join(shipped())}",
            ),
            field="pack",
        )
    return adopt_text(shipped_text(code), by, at, unit=unit, kinds=kinds)


@transaction.atomic
def adopt_text(
    text: str, by: int | None, at: int, *, unit: str = "", kinds: tuple[str, ...] = ()
) -> PolicyVersion | Refusal:
    """`adopt` for a policy of one's own: its text must be free of errors."""
    policy, findings = read_policy(text)
    if policy is None:
        return _broken(findings)
    for kind in kinds:
        if len(kind) > LONGEST_KIND:
            begun, like = kind[:LONGEST_KIND], next(iter(policy.kinds))
            return refuse_field(
                "too-long",
                "kind",
                f"“{begun}…”太长：案件种类至多 {LONGEST_KIND} 个字符，例如 {like}",
                f"'{begun}…' is too long: a kind has {LONGEST_KIND} characters at most, like {like}",
            )
    digest = hash_of(text)
    known = PolicyVersion.objects.filter(code=policy.code)
    same = known.filter(hash=digest, state__in=IN_FORCE).first()
    if same is None:
        if known.filter(state__in=IN_FORCE).exists():
            return Refusal(
                "needs-three",
                Text(
                    f"制度“{policy.title.zh}”已在施行，新版本须经编制、审核、审批三人签署",
                    f"'{policy.title.en}' is in force already; another version must be signed by "
                    "author, reviewer and approver",
                ),
                field="policy",
            )
        same = PolicyVersion.objects.create(
            code=policy.code,
            number=policy.version,
            title_zh=policy.title.zh,
            title_en=policy.title.en,
            text=text,
            hash=digest,
            state=PolicyVersion.State.ADOPTED,
            in_force_on=day_of(policy, at),
            adopted_at=at,
            adopted_by_id=by,
        )
    for kind in kinds or ("",):
        PolicyUse.objects.update_or_create(unit=unit, kind=kind, defaults={"code": policy.code})
    said = {"unit": unit, "kinds": list(kinds), "hash": digest}
    changes.note("policy", "adopt", str(same), at, after=[said])
    stamp()
    return same


@transaction.atomic
def propose(text: str) -> PolicyVersion | Refusal:
    """Keep a new version as a draft, to be signed by three; a draft of that number is replaced."""
    policy, findings = read_policy(text)
    if policy is None:
        return _broken(findings)
    taken = PolicyVersion.objects.filter(code=policy.code, number=policy.version)
    if taken.exclude(state=PolicyVersion.State.DRAFT).exists():
        return Refusal(
            "number-taken",
            Text(
                f"第 {policy.version} 版已施行过，请改用下一个版本号",
                f"version {policy.version} was in force already; give it the next number",
            ),
            field="version.no",
        )
    taken.delete()
    return PolicyVersion.objects.create(
        code=policy.code,
        number=policy.version,
        title_zh=policy.title.zh,
        title_en=policy.title.en,
        text=text,
        hash=hash_of(text),
        in_force_on=date.fromisoformat(policy.in_force) if policy.in_force else None,
    )


@transaction.atomic
def approve(
    version_id: int, author: int, reviewer: int, approver: int, text_hash: str, at: int
) -> PolicyVersion | Refusal:
    """Record that three different people signed the text with this hash; a draft comes in force.

    In force from the day its file names, never before the day of approval.
    """
    version = PolicyVersion.objects.select_for_update().get(pk=version_id)
    if len({author, reviewer, approver}) < 3:
        return Refusal(
            "same-person",
            Text(
                "编制、审核、审批应为三个不同的人", "author, reviewer and approver are three people"
            ),
            field="approver",
        )
    if version.hash != text_hash:
        return Refusal(
            "text-changed",
            Text(
                "签署的不是现在的文本，请重新阅读后签署", "what was signed is not the present text"
            ),
            field="text",
        )
    version.approval = {
        "author": str(author),
        "reviewer": str(reviewer),
        "approver": str(approver),
        "hash": text_hash,
        "at": at,
    }
    if version.state == PolicyVersion.State.DRAFT:
        today = day_of(worlds.compiled(version.text, str(version)), at)
        version.in_force_on = max(version.in_force_on or today, today)
        version.adopted_at = at
    version.state = PolicyVersion.State.APPROVED
    version.save(update_fields=["approval", "state", "in_force_on", "adopted_at"])
    stamp()
    return version


def world_of(version_id: int, now: int) -> World:
    """The world an act under that version is judged in now; kept per process until it changes."""
    return worlds.ruling(version_id, now).world


def hash_of(text: str) -> str:
    """What approvals bind to: SHA-256 of the text as written, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def publish_calendar(
    data: bytes, filename: str, by: int | None, at: int, *, source: str = "china"
) -> int:
    """Load a year's holidays from a file; loading the year again replaces it.

    Raises BadCalendarFile with every line and field. Open cases with provisional due times are
    computed again; the answer says how many.
    """
    with transaction.atomic():
        _publish(data, filename, by, at, source)
        stamp(calendars=True)
    return recompute_provisional(at)


def _publish(data: bytes, filename: str, by: int | None, at: int, source: str) -> None:
    year = calendars.read_calendar(data, filename)
    before = calendars.shipped().get(source)
    if before is None:
        raise calendars.BadCalendarFile(
            filename,
            [
                calendars.Trouble(
                    None,
                    "source",
                    f"没有名为“{source}”的假期来源，可选：{'、'.join(calendars.shipped())}",
                    f"no source of holidays is called '{source}'; "
                    f"there are {', '.join(calendars.shipped())}",
                )
            ],
        )
    loaded = PublishedYear.objects.filter(source=source, year__lt=year.through)
    last = max((before.through, *loaded.values_list("year", flat=True)))
    if year.through > last + 1:
        raise calendars.BadCalendarFile(
            filename,
            [
                calendars.Trouble(
                    None,
                    "year",
                    f"{last + 1} 年的放假安排还没有，请先载入那一年",
                    f"the year {last + 1} is not there yet; load that year first",
                )
            ],
        )
    PublishedYear.objects.update_or_create(
        source=source,
        year=year.through,
        defaults={
            "data": {
                "year": year.through,
                "notices": list(year.notices.get(year.through, ())),
                "off": {str(day): name for day, name in sorted(year.off.items())},
                "work": {str(day): name for day, name in sorted(year.work.items())},
            },
            "loaded_at": at,
            "by_id": by,
        },
    )
    said = {"days_off": len(year.off), "days_worked": len(year.work), "file": filename}
    changes.note("calendars", "publish", f"{source} {year.through}", at, after=[said])


def _broken(findings: tuple[Finding, ...]) -> Refusal:
    first = next(finding for finding in findings if finding.level is Level.ERROR)
    return Refusal("policy-has-errors", Text(first.say("zh"), first.say("en")), field="policy")


def _packs() -> Traversable:
    return resources.files("bihuan") / "packs"


__all__ = [
    "adopt",
    "adopt_text",
    "approve",
    "hash_of",
    "policies_in_force",
    "policy_for",
    "propose",
    "publish_calendar",
    "read_policy",
    "shipped",
    "shipped_text",
    "shipped_titles",
    "version_in_force",
    "world_of",
]
