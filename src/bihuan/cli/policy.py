"""Commands about policies: policy check, read, show, trace, adopt, propose, sign, withdraw."""

import argparse
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from bihuan.cli import store
from bihuan.cli.commands import Commands
from bihuan.cli.instants import now
from bihuan.cli.speech import OK, REFUSED, Speaker, Stop, refused, shortened
from bihuan.engine.check import check
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import Refusal
from bihuan.engine.say_rules import TABLES, say_sheet, say_value
from bihuan.engine.sentences import SECTIONS, duties_of, sentences
from bihuan.engine.words import Text

_NAME = Text("制度代码或文件", "a policy's code, or a file")


def add(commands: Commands) -> None:
    """Declare the commands."""
    below = commands.group("policy", Text("制度：检查、朗读、追溯", "policies: check, read, trace"))
    check = below.add(
        "check",
        run_check,
        Text(
            "检查制度：逐条指出问题、位置与反例",
            "check a policy: each finding with its place and story",
        ),
    )
    check.take("policy", metavar="FILE|NAME", says=_NAME)
    check.take(
        "--organisation",
        action="store_true",
        says=Text("连同本单位的岗位一起检查", "check it against the organisation here too"),
    )
    read = below.add(
        "read",
        run_read,
        Text("把制度逐行读成句子", "read a policy aloud, each row as a sentence"),
    )
    read.take("policy", metavar="FILE|NAME", says=_NAME)
    read.take(
        "--post", metavar="POST", says=Text("只读这个岗位所承担的", "only what this post can owe")
    )
    show = below.add(
        "show",
        run_show,
        Text(
            "制度概要：版本、岗位、主线、约定数",
            "a policy at a glance: version, posts, steps, numbers",
        ),
    )
    show.take("policy", metavar="FILE|NAME", nargs="?", says=_NAME)
    trace = below.add(
        "trace",
        run_trace,
        Text(
            "逐条追溯：每条条款由什么执行，由哪个情景证明",
            "trace each clause: what carries it out, and which scenario proves it",
        ),
    )
    trace.take("policy", metavar="NAME", says=_NAME)
    adopt = below.add(
        "adopt",
        run_adopt,
        Text(
            "由管理员采用一份随附的制度，待三人批准",
            "put a shipped policy in force by the administrator, until three have approved it",
        ),
    )
    adopt.take(
        "policy", metavar="NAME", says=Text("随附制度的代码", "the code of a shipped policy")
    )
    adopt.take(
        "--unit",
        default="",
        metavar="CODE",
        says=Text(
            "适用于哪个单位及其下级(默认全部)", "for which unit and those below (all unless given)"
        ),
    )
    adopt.take(
        "--kind",
        action="append",
        default=[],
        metavar="KIND",
        says=Text(
            "适用于哪种来件(可重复，默认全部)", "for which kind (may be repeated; all unless given)"
        ),
    )
    propose = below.add(
        "propose",
        run_propose,
        Text(
            "以一个文件作为下一版草案，由编制人签署",
            "keep a file as the draft of the next version; its author signs it",
        ),
    )
    propose.take("file", metavar="FILE", says=Text("制度文件", "the policy's file"))
    sign = below.add(
        "sign",
        run_sign,
        Text("签署草案：先审核，后审批", "sign a draft: its reviewer, then its approver"),
    )
    sign.take("role", choices=("reviewer", "approver"), says=Text("身份", "as which"))
    withdraw = below.add(
        "withdraw",
        run_withdraw,
        Text("撤回一个尚未施行的版本", "withdraw a version that is not in force yet"),
    )
    withdraw.take("--reason", required=True, says=Text("原因", "why"))
    for command in (sign, withdraw):
        command.take("policy", metavar="NAME", says=Text("制度代码", "the policy's code"))
        command.take("number", type=int, says=Text("版本号", "the version's number"))
    for command in (propose, sign, withdraw):
        command.take(
            "--by",
            metavar="WHO",
            says=Text("由谁办理(默认管理员)", "who does it (the administrator unless given)"),
        )


def run_check(args: argparse.Namespace, speaker: Speaker) -> int:
    policy, findings, place = store.read_policy(args.policy)
    if policy:
        organisation = None
        if args.organisation:
            store.need_site()
            organisation = store.organisation(now())
        findings = (
            *findings,
            *check(policy, organisation=organisation, calendars=store.calendars_of(policy)),
        )
    for found in findings:
        speaker.print(f"{place}:{found.say(speaker.lang)}")
        for sentence in found.story:
            speaker.print(textwrap.indent(sentence.in_(speaker.lang), "    "))
    errors = sum(found.level is Level.ERROR for found in findings)
    warnings = sum(found.level is Level.WARNING for found in findings)
    speaker.say(
        Text(f"必须改 {errors} 处，提醒 {warnings} 处", f"{errors} errors, {warnings} warnings")
    )
    speaker.data({"policy": place, "findings": [_finding_json(found) for found in findings]})
    return REFUSED if errors else OK


def _finding_json(found: Finding) -> dict[str, Any]:
    return {
        "level": found.level.value,
        "code": found.code,
        "line": found.line,
        "column": found.column,
        "place": found.place,
        "clauses": list(found.clauses),
        "text": {"zh": found.text.zh, "en": found.text.en},
        "story": [{"zh": item.zh, "en": item.en} for item in found.story],
    }


def run_read(args: argparse.Namespace, speaker: Speaker) -> int:
    policy = store.sound_policy(args.policy)
    owing = duties_of(policy, speaker.lang)
    if args.post:
        if args.post not in policy.posts:
            raise store.unknown(
                Text("岗位", "post"), args.post, {n: p.text for n, p in policy.posts.items()}
            )
        owing = {args.post: owing[args.post]}
    rows = () if args.post else sentences(policy, speaker.lang)
    if speaker.json:
        speaker.data(
            {
                "policy": policy.code,
                "version": policy.version,
                "rows": [_sentence_json(row) for row in rows],
                "posts": {
                    post: [_sentence_json(row) for row in found] for post, found in owing.items()
                },
            }
        )
        return OK
    for section, group in groupby(rows, key=lambda row: row.section):
        speaker.print(f"\n{_section(section, policy, speaker.lang)}")
        for row in group:
            _read_aloud(row, speaker)
    for post, found in owing.items():
        name = speaker.word(policy.posts[post].text)
        speaker.print()
        speaker.say(Text(f"{name}可能承担的：", f"What the {name} can owe:"))
        for row in found:
            speaker.print(f"  · {row.text}")
    return OK


def _section(name: str, policy: Policy, lang: str) -> str:
    group, _, item = name.partition(".")
    title = SECTIONS[group].in_(lang)
    if group == "sheets" and item:
        return say_sheet(policy, item, lang)
    if item:
        return f"{title} · {TABLES.get(item, Text(item, item)).in_(lang)}"
    return title


def _read_aloud(row: Any, speaker: Speaker) -> None:
    speaker.print(f"  {row.text}")
    for clause, wording in row.wording:
        speaker.print(f"      {clause}: {wording}")


def _sentence_json(row: Any) -> dict[str, Any]:
    return {
        "section": row.section,
        "place": row.place,
        "text": row.text,
        "clauses": list(row.clauses),
        "wording": dict(row.wording),
    }


def run_show(args: argparse.Namespace, speaker: Speaker) -> int:
    if args.policy is None:
        return _show_all(speaker)
    policy = store.sound_policy(args.policy)
    if speaker.json:
        speaker.data(_policy_json(policy))
        return OK
    lang = speaker.lang
    speaker.print(f"{speaker.word(policy.title)} ({policy.code})")
    speaker.say(
        Text(
            f"第 {policy.version} 版，{policy.in_force} 起施行",
            f"version {policy.version}, in force from {policy.in_force}",
        )
    )
    for name, calendar in policy.calendars.items():
        hours = calendar.get("open")
        week = ", ".join(f"{k} {v}" for k, v in hours.items()) if hasattr(hours, "items") else hours
        speaker.print(f"{name}: {week} ({calendar.get('zone')}, {calendar.get('holidays')})")
    _heading(speaker, Text("岗位", "Posts"))
    speaker.table(
        (f"  {name}", speaker.word(post.text), f"→ {post.up}" if post.up else "")
        for name, post in policy.posts.items()
    )
    _heading(speaker, Text("主线", "Main line"))
    speaker.table(_steps(policy.steps))
    for kind in policy.sheets.values():
        _heading(speaker, kind.text)
        speaker.table(_steps(kind.steps))
    _heading(speaker, Text("约定数", "Numbers"))
    speaker.table(
        (
            f"  {name}",
            say_value(number.value(), lang, policy.calendar_words),
            number.mark,
            number.word,
            *_clauses(number),
        )
        for name, number in policy.numbers.items()
    )
    return OK


def _steps(steps: Sequence[Any]) -> list[tuple[str, ...]]:
    return [
        (
            f"  {place}",
            step.name,
            step.owes.post or step.owes.kind,
            step.timing.within or step.timing.by,
            *_clauses(step),
        )
        for place, step in enumerate(steps, 1)
    ]


def _clauses(element: Any) -> tuple[str]:
    return (", ".join(element.at.clauses),)


def _heading(speaker: Speaker, text: Text) -> None:
    speaker.print(f"\n{speaker.word(text)}")


def _show_all(speaker: Speaker) -> int:
    """Without a name: which policies there are, and which are in force here."""
    rows: list[dict[str, Any]] = []
    used: dict[str, int] = {}
    if store.has_data():
        store.open_data()
        from bihuan.desk import packs

        used = {code: version.number for code, version in packs.policies_in_force(now()).items()}
    for code in dict.fromkeys((*store.shipped(), *used)):
        policy = store.sound_policy(code)
        rows.append(
            {
                "policy": code,
                "title": {"zh": policy.title.zh, "en": policy.title.en},
                "version": policy.version,
                "in_force_here": code in used,
            }
        )
    here = Text("在此施行", "in force here")
    speaker.table(
        (
            row["policy"],
            row["title"][speaker.lang],
            str(row["version"]),
            speaker.word(here) if row["in_force_here"] else "",
        )
        for row in rows
    )
    speaker.data(rows)
    return OK


def _policy_json(policy: Policy) -> dict[str, Any]:
    return {
        "policy": policy.code,
        "title": {"zh": policy.title.zh, "en": policy.title.en},
        "version": policy.version,
        "in_force": policy.in_force,
        "calendars": {name: dict(words) for name, words in policy.calendars.items()},
        "posts": {
            name: {"zh": post.text.zh, "en": post.text.en, "up": post.up, "of": post.of}
            for name, post in policy.posts.items()
        },
        "kinds": {name: {"zh": text.zh, "en": text.en} for name, text in policy.kinds.items()},
        "channels": list(policy.channels),
        "facts": {name: fact.type for name, fact in policy.facts.items()},
        "steps": [_step_json(step) for step in policy.steps],
        "sheets": {
            name: [_step_json(step) for step in kind.steps] for name, kind in policy.sheets.items()
        },
        "numbers": {
            name: {
                "is": number.written,
                "word": number.word,
                "mark": number.mark,
                "clauses": list(number.at.clauses),
            }
            for name, number in policy.numbers.items()
        },
        "clauses": dict(policy.clauses),
    }


def _step_json(step: Any) -> dict[str, Any]:
    return {
        "step": step.name,
        "act": step.act,
        "owes": step.owes.post or step.owes.kind,
        "within": step.timing.within,
        "by": step.timing.by,
        "needs": list(step.needs),
        "outcomes": list(step.outcomes),
        "clauses": list(step.at.clauses),
    }


def run_trace(args: argparse.Namespace, speaker: Speaker) -> int:
    from bihuan.desk.scenarios import BadScenarioFile, trace_shipped

    if args.policy not in store.shipped():
        raise store.no_such_policy(args.policy)
    try:
        rows = trace_shipped(args.policy, speaker.lang)
    except BadScenarioFile as bad:
        raise Stop(Text(str(bad), str(bad)), REFUSED) from None
    lacking = sum(not row.is_proved for row in rows)
    for row in rows:
        mark = " " if row.is_proved else "!"
        speaker.print(f"{mark} {row.clause}  {shortened(row.wording, 80)}")
        for place, sentence in row.carried_by:
            speaker.print(f"      {place}: {sentence}")
        for name in row.passed:
            speaker.say(Text(f"      通过：{name}", f"      passed: {name}"))
        for name in row.failed:
            speaker.say(Text(f"      未通过：{name}", f"      failed: {name}"))
        if row.reason:
            speaker.say(Text(f"      原因：{row.reason}", f"      because: {row.reason}"))
    speaker.say(
        Text(
            f"共 {len(rows)} 条，其中 {lacking} 条没有证明",
            f"{len(rows)} clauses, {lacking} of them without proof",
        )
    )
    speaker.data([asdict(row) | {"is_proved": row.is_proved} for row in rows])
    return REFUSED if lacking else OK


def run_adopt(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from bihuan.desk import adoption

    people = store.organisation(at)
    if args.unit and args.unit not in people.units:
        raise store.unknown(
            Text("单位", "unit"),
            args.unit,
            {k: Text(u.name, u.name) for k, u in people.units.items()},
        )
    done = adoption.put_in_force(
        args.policy, int(people.administrator), at, unit=args.unit, kinds=tuple(args.kind)
    )
    if isinstance(done, Refusal):
        raise refused(done)
    speaker.say(
        Text(
            f"“{done.title_zh}”第 {done.number} 版已施行，待三人批准",
            f"'{done.title_en}' version {done.number} is in force, not yet approved by three",
        )
    )
    speaker.data({"policy": done.code, "version": done.number, "unit": args.unit})
    return OK


def run_propose(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from bihuan.desk import policy_life

    who = store.person(args.by, at)
    text = store.read_file(args.file).decode("utf-8", "replace")
    return _told(policy_life.propose(text, by=who, now=at), speaker)


def run_sign(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from bihuan.desk import policy_life
    from bihuan.records.queries.organisation import versions

    who = store.person(args.by, at)
    found = next((one for one in versions(args.policy) if one.number == args.number), None)
    key, digest = (found.id, found.hash) if found else (0, "")
    return _told(policy_life.sign(key, args.role, who, digest, at), speaker)


def run_withdraw(args: argparse.Namespace, speaker: Speaker) -> int:
    at = now()
    store.need_site()
    from bihuan.desk import policy_life

    who = store.person(args.by, at)
    done = policy_life.withdraw(args.policy, args.number, args.reason, by=who, now=at)
    return _told(done, speaker)


def _told(done: Any, speaker: Speaker) -> int:
    if isinstance(done, Refusal):
        raise refused(done)
    states = {
        "draft": Text("草案", "a draft"),
        "approved": Text(
            f"已签署，{done.in_force_on} 起施行", f"signed, in force from {done.in_force_on}"
        ),
        "withdrawn": Text("已撤回", "withdrawn"),
    }
    state = states[str(done.state)]
    speaker.say(
        Text(
            f"“{done.title_zh}”第 {done.number} 版：{state.zh}",
            f"'{done.title_en}' version {done.number}: {state.en}",
        )
    )
    speaker.data({"policy": done.code, "version": done.number, "state": str(done.state)})
    return OK
