"""A version's way: drafted from the one in force, signed by three, withdrawn before it begins."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from bihuan.desk import changes, packs, worlds
from bihuan.desk.in_force import day_of, policies_in_force
from bihuan.desk.organisation import stamp
from bihuan.desk.policy_files import path_of, read_nodes, replace_scalar
from bihuan.engine import nodes
from bihuan.engine.findings import Finding, Level
from bihuan.engine.organisation import post_of
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import Refusal, refuse_field
from bihuan.records.models import Person, PolicyVersion

ROLES = ("author", "reviewer", "approver")  # in the order in which they sign
LONGEST_REASON = 500


def may_draft(person: str, code: str, now: int) -> bool:
    """Whether somebody may draft the next version: administrators, and who keeps the policy."""
    if not person.isdecimal():
        return False
    if Person.objects.filter(pk=int(person), active=True, is_administrator=True).exists():
        return True
    version = policies_in_force(now).get(code)
    keeper = worlds.policy_of(version.pk).kept_by if version else ""
    seats = worlds.organisation(now).seats_of(person)
    return bool(keeper) and any(post_of(place) == keeper for place in seats)


def editable(text: str) -> dict[str, str]:
    """What can be changed without the file, by its place: numbers, words of kinds, callers, categories, posts."""
    root, _findings = read_nodes(text)
    found: dict[str, str] = {}
    if root is None:
        return found
    written = nodes.plain(root)
    for name, number in written.get("numbers", {}).items():
        if isinstance(number, dict) and isinstance(number.get("is"), str):
            found[f"numbers.{name}.is"] = number["is"]
    what = written.get("what", {})
    for section, part in (
        *((f"what.{name}", what.get(name)) for name in ("kinds", "callers", "categories")),
        ("who", written.get("who")),
    ):
        for name, words in (part if isinstance(part, dict) else {}).items():
            for language in ("zh", "en"):
                if isinstance(words, dict) and isinstance(words.get(language), str):
                    found[f"{section}.{name}.{language}"] = words[language]
    return found


def drafted(text: str, values: Mapping[str, str]) -> str | Refusal:
    """The text with these values at their places and the rest as it was; or the first that cannot be.

    Comments and everything else stay to the letter.
    """
    known = editable(text)
    for place, told in values.items():
        value = " ".join(told.split())
        if place not in known:
            return refuse_field(
                "not-editable", place, "此处只能在文件中修改", "this is changed in the file"
            )
        if known[place] == value:
            continue
        if not value:
            return refuse_field("missing-field", place, "不能为空", "it cannot be empty")
        try:
            text = replace_scalar(text, path_of(place), value)
        except (KeyError, ValueError):
            return refuse_field(
                "bad-value", place, f"不能写“{value}”", f"'{value}' cannot be written here"
            )
        wrong = _error(packs.read_policy(text)[1])
        if wrong:
            return Refusal("bad-value", wrong.text, wrong.clauses, place)
    return text


def draft(
    code: str, values: Mapping[str, str], begins: date | None, *, moves: bool, by: str, now: int
) -> PolicyVersion | Refusal:
    """Keep the next version of the policy in force with some values changed, as a draft its author signs.

    `moves`: open cases move to it when it takes over. A draft of that number is replaced, its
    signatures with it.
    """
    if not may_draft(by, code, now):
        return refuse_field(
            "not-allowed",
            "",
            "只有管理员或制度保管人可以起草",
            "only administrators and who keeps the policy may draft",
        )
    base = policies_in_force(now).get(code)
    if base is None:
        return refuse_field("no-policy", "", "没有施行中的这份制度", "no such policy is in force")
    policy = worlds.policy_of(base.pk)
    today = day_of(policy, now)
    if begins is not None and begins < today:
        return refuse_field(
            "in-the-past", "begins", "施行日不能早于今天", "it cannot come into force before today"
        )
    kept = _draft_of(code)
    text = drafted(kept.text if kept else base.text, values)
    if isinstance(text, Refusal):
        return text
    number = kept.number if kept else _next_number(code)
    for place, value in (
        ("version.no", str(number)),
        ("version.in_force", str(begins or today)),
        ("version.cases_in_hand", "move" if moves else "keep"),
    ):
        try:
            text = replace_scalar(text, place, value)
        except KeyError:
            return refuse_field(
                "bad-value",
                "begins",
                f"文件中没有“{place}”，请先在文件中写上",
                f"the file lacks '{place}'; write it there first",
            )
    with transaction.atomic():
        made = packs.propose(text)
        if isinstance(made, Refusal):
            return made
        _sign(made, "author", by, now)
        before = editable(kept.text if kept else base.text)
        after = editable(text)
        differing = {place for place in before | after if before.get(place) != after.get(place)}
        changes.note(
            "policy", "draft", str(made), now,
            before=[{place: before.get(place, "")} for place in sorted(differing)],
            after=[{place: after.get(place, "")} for place in sorted(differing)]
            + [{"in_force": str(begins or today), "hash": made.hash}],
        )  # fmt: skip
    return made


def propose(text: str, *, by: str, now: int) -> PolicyVersion | Refusal:
    """Keep a file as the draft of its policy's next version, signed by its author."""
    policy, findings = packs.read_policy(text)
    if policy is None:
        wrong = _error(findings)
        assert wrong is not None
        return Refusal("policy-has-errors", wrong.text, wrong.clauses, "file")
    if not may_draft(by, policy.code, now):
        return refuse_field(
            "not-allowed",
            "",
            "只有管理员或制度保管人可以起草",
            "only administrators and who keeps the policy may draft",
        )
    with transaction.atomic():
        made = packs.propose(text)
        if not isinstance(made, Refusal):
            _sign(made, "author", by, now)
            changes.note("policy", "draft", str(made), now, after=[{"hash": made.hash}])
    return made


def sign(version_id: int, role: str, by: str, text_hash: str, now: int) -> PolicyVersion | Refusal:
    """Put one's name to a draft as its reviewer, then another person as its approver; it then comes in force.

    In force from the day it names, never before the day of approval.
    """
    with transaction.atomic():
        version = PolicyVersion.objects.select_for_update().filter(pk=version_id).first()
        if version is None or version.state != PolicyVersion.State.DRAFT:
            return refuse_field("not-a-draft", "", "这不是草案", "this is no draft")
        signed = dict(version.approval or {})
        if version.hash != text_hash:
            return refuse_field(
                "text-changed",
                "",
                "签署的不是现在的文本，请重新阅读后签署",
                "what was signed is not the present text; read it again",
            )
        if role not in ROLES or [one for one in ROLES if one not in signed][:1] != [role]:
            return refuse_field(
                "not-its-turn",
                "role",
                "请依次由编制、审核、审批签署",
                "author, reviewer and approver sign in this order",
            )
        if by in [signed.get(one) for one in ROLES]:
            return refuse_field(
                "same-person",
                "role",
                "编制、审核、审批应为三个不同的人",
                "author, reviewer and approver are three people",
            )
        if not _is_staff(by, now):
            return refuse_field(
                "not-staff", "role", "须由本单位任职人员签署", "who signs holds a post here"
            )
        _sign(version, role, by, now)
        changes.note("policy", "sign", str(version), now, after=[{"role": role, "hash": text_hash}])
        if role != ROLES[-1]:
            return version
        author, reviewer, approver = (int((version.approval or {})[one]) for one in ROLES)
        return packs.approve(version.pk, author, reviewer, approver, text_hash, now)


def withdraw(code: str, number: int, reason: str, *, by: str, now: int) -> PolicyVersion | Refusal:
    """Take back a version that is not in force yet, draft or approved; with a reason."""
    if not may_draft(by, code, now):
        return refuse_field(
            "not-allowed",
            "",
            "只有管理员或制度保管人可以撤回",
            "only administrators and who keeps the policy may withdraw a version",
        )
    if not reason.strip():
        return refuse_field(
            "missing-field", "reason", "请写明撤回的原因", "say why it is withdrawn"
        )
    with transaction.atomic():
        version = PolicyVersion.objects.select_for_update().filter(code=code, number=number).first()
        if version is None or version.state == PolicyVersion.State.WITHDRAWN:
            return refuse_field(
                "no-such-version", "version", "没有这一版", "there is no such version"
            )
        today = day_of(worlds.compiled(version.text, str(version)), now)
        begun = version.in_force_on is None or version.in_force_on <= today
        if version.state != PolicyVersion.State.DRAFT and begun:
            return refuse_field(
                "in-force",
                "version",
                "这一版已经施行，只能由新版本取代",
                "this version is in force; only a new one replaces it",
            )
        before = [{"state": version.state, "in_force_on": str(version.in_force_on or "")}]
        version.state = PolicyVersion.State.WITHDRAWN
        version.withdrawn_because = reason.strip()[:LONGEST_REASON]
        version.save(update_fields=["state", "withdrawn_because"])
        said = [{"state": version.state, "reason": version.withdrawn_because}]
        changes.note("policy", "withdraw", str(version), now, before=before, after=said)
        stamp()
    return version


def draft_text(code: str, now: int) -> str:
    """The text a draft goes on from: the draft there is, else the version in force; empty for neither."""
    kept = _draft_of(code)
    base = kept or policies_in_force(now).get(code)
    return PolicyVersion.objects.values_list("text", flat=True).get(pk=base.pk) if base else ""


def _draft_of(code: str) -> PolicyVersion | None:
    drafts = PolicyVersion.objects.filter(code=code, state=PolicyVersion.State.DRAFT)
    return drafts.order_by("number").last()


def _next_number(code: str) -> int:
    last = PolicyVersion.objects.filter(code=code).order_by("number").last()
    return (last.number if last else 0) + 1


def _sign(version: PolicyVersion, role: str, by: str, now: int) -> None:
    version.approval = {
        **(version.approval or {}),
        role: by,
        f"{role}_at": now,
        "hash": version.hash,
    }
    version.save(update_fields=["approval"])


def _is_staff(person: str, now: int) -> bool:
    """Whether somebody holds a post of the organisation's own, or administers it."""
    if not person.isdecimal():
        return False
    if Person.objects.filter(pk=int(person), active=True, is_administrator=True).exists():
        return True
    posts = {post_of(place) for place in worlds.organisation(now).seats_of(person)}
    policies: list[Policy] = [worlds.policy_of(one.pk) for one in policies_in_force(now).values()]
    return any(
        name in posts and not post.outside
        for policy in policies
        for name, post in policy.posts.items()
    )


def _error(findings: tuple[Finding, ...]) -> Finding | None:
    return next((one for one in findings if one.level is Level.ERROR), None)
