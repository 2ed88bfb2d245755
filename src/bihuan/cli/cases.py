"""Commands about cases: register, list, show, act, owed."""

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bihuan.cli import store
from bihuan.cli.commands import Commands
from bihuan.cli.instants import instant, iso, now, wall
from bihuan.cli.legs import show_legs
from bihuan.cli.speech import OK, REFUSED, Speaker, refused, shortened, stop
from bihuan.engine.acts import ACTS, FOR_MEMBERS
from bihuan.engine.case import Case
from bihuan.engine.fields import Field
from bihuan.engine.organisation import post_of, unit_of
from bihuan.engine.policy import Policy
from bihuan.engine.refusal import refuse
from bihuan.engine.words import ENDINGS, STAGES, Text

if TYPE_CHECKING:
    from bihuan.desk.perform import Performed

_NUMBER = Text("案件编号", "the case's number")
_BY = Text(
    "谁做的：编号、用户名、姓名、customer 或 system(默认管理员)",
    "who did it: number, username, name, customer or system (the administrator unless given)",
)
INSTANTS = (
    "received_at", "registered_at", "closed_at", "next_due_at", "agreed_at", "since_at", "due_at",
    "first_due_at", "ended_at", "at", "recorded_at",
)  # fmt: skip


def add(commands: Commands) -> None:
    """Declare the commands."""
    register = commands.add("register", run_register, Text("登记一件投诉", "register a complaint"))
    register.take(
        "facts",
        nargs="+",
        metavar="NAME=VALUE",
        says=Text(
            "内容:content=…、name=…、contact=…、channel=phone 等，按制度的字段",
            "what is told: content=…, name=…, contact=…, channel=phone …, by the policy's fields",
        ),
    )
    register.take(
        "--policy",
        metavar="P",
        says=Text("制度(默认由单位和类型决定)", "the policy (unit and kind choose unless given)"),
    )
    register.take(
        "--unit",
        metavar="CODE",
        says=Text("受理单位(默认最上级)", "who received it (the top unless given)"),
    )
    register.take("--by", metavar="PERSON", says=_BY)
    register.take("--at", metavar="INSTANT", says=Text("何时(默认现在)", "when (now unless given)"))
    register.take(
        "--act-id",
        metavar="ID",
        says=Text(
            "自选编号：重复提交只登记一次",
            "an id of your own: sent again, nothing more is registered",
        ),
    )

    listed = commands.add(
        "list", run_list, Text("列出案件，新的在前", "list the cases, newest first")
    )
    listed.take("--open", action="store_true", says=Text("只列未结的", "only open ones"))
    listed.take("--late", action="store_true", says=Text("只列逾期的", "only overdue ones"))
    for name, said in (
        ("stage", Text("阶段", "stage")),
        ("owner", Text("责任岗位(岗位@单位)", "owner (post@unit)")),
        ("unit", Text("受理单位", "receiving unit")),
        ("kind", Text("类型", "kind")),
        ("category", Text("类别", "category")),
        ("number", Text("编号开头", "beginning of the number")),
    ):
        listed.take(f"--{name}", default="", says=said)
    listed.take(
        "--ledgers",
        action="store_true",
        says=Text("列出单位自身的台账", "the organisation's own ledgers"),
    )
    listed.take(
        "--limit", type=int, default=50, says=Text("最多几件(默认 50)", "how many at most (50)")
    )
    listed.take(
        "--as",
        dest="reader",
        metavar="PERSON",
        says=Text("只看此人能看的", "what this person may see"),
    )

    show = commands.add("show", run_show, Text("显示一个案件", "show a case"))
    show.take("number", says=_NUMBER)
    show.take(
        "--as", dest="reader", metavar="PERSON", says=Text("以此人所见", "as this person sees it")
    )

    show.take(
        "--legs",
        action="store_true",
        says=Text(
            "时间花在哪里：各环节、各单据、超时由谁承担", "where the time went, and who was late"
        ),
    )

    act = commands.add("act", run_act, Text("在案件上做一个动作", "do an act on a case"))
    act.take("number", says=_NUMBER)
    act.take(
        "act",
        metavar="ACT",
        nargs="?",
        says=Text(
            "动作；不写则列出现在可做的", "the act; without one, those possible now are listed"
        ),
    )
    act.take(
        "fields", nargs="*", metavar="FIELD=VALUE", says=Text("动作的各栏", "the act's fields")
    )
    act.take("--by", metavar="PERSON", says=_BY)
    act.take(
        "--at",
        metavar="INSTANT",
        says=Text("何时发生(默认现在)", "when it happened (now unless given)"),
    )
    act.take(
        "--members",
        action="store_true",
        says=Text(
            "也办到集体投诉的各成员案", "do it on the members of the collective complaint too"
        ),
    )
    act.take("--sheet", type=int, metavar="N", says=Text("在第几张单据上", "on which sheet"))
    act.take(
        "--act-id",
        metavar="ID",
        says=Text(
            "自选编号：重复提交只做一次", "an id of your own: sent again, nothing more is done"
        ),
    )

    owed = commands.add(
        "owed",
        run_owed,
        Text("谁欠什么、何时到期，最近的在前", "who owes what by when, nearest first"),
    )
    owed.take(
        "--seat", action="append", metavar="POST@UNIT", says=Text("只看这个岗位", "only this post")
    )
    owed.take("--person", metavar="PERSON", says=Text("只看此人", "only this person"))
    owed.take("--late", action="store_true", says=Text("只看逾期的", "only what is overdue"))
    owed.take(
        "--count",
        action="store_true",
        says=Text("只数每个岗位欠几项", "only how many each post owes"),
    )
    owed.take(
        "--limit", type=int, default=50, says=Text("最多几项(默认 50)", "how many at most (50)")
    )


# -- register --------------------------------------------------------------------------------------


def run_register(args: argparse.Namespace, speaker: Speaker) -> int:
    present = now()
    at = instant(args.at, "--at") if args.at else None
    pairs = _pairs(args.facts)
    if args.policy:
        store.make_site(args.policy, speaker, present)
    store.need_site()
    from bihuan.desk import packs, worlds
    from bihuan.desk.imports import fields_of
    from bihuan.desk.intake import register

    unit = store.unit(args.unit, present)
    if args.policy:
        version = store.in_force(args.policy, present)
    else:
        found = packs.policy_for(unit, pairs.get("kind", "complaint"), present)
        if found is None:
            raise stop(
                Text(
                    "没有适用于此单位和类型的制度，请用 --policy 指明",
                    "no policy rules over this unit and kind; name one with --policy",
                ),
                REFUSED,
            )
        version = found
    policy = worlds.policy_of(version.pk)
    fields = fields_of(policy)
    del fields["id"]
    facts = values(pairs, fields.values(), _zone(version.pk, present))
    if "channel" not in facts:
        facts["channel"] = "phone" if "phone" in policy.channels else next(iter(policy.channels))
    facts.setdefault("kind", next(iter(policy.kinds)))
    done = register(
        facts,
        by=store.person(args.by, present),
        unit=unit,
        now=present,
        policy=version.pk,
        act_id=args.act_id,
        at=at,
    )
    if done.refusal:
        raise refused(done.refusal)
    again = done.performed.repeated
    speaker.say(
        Text(
            f"{done.number}{'(此前已登记)' if again else ''}",
            f"{done.number}{' (registered before)' if again else ''}",
        )
    )
    if done.query_code:
        speaker.say(
            Text(
                f"查询码 {done.query_code}(告知客户，只显示这一次)",
                f"query code {done.query_code} (for the customer; shown only now)",
            )
        )
    _say_owed(done.number, speaker)
    speaker.data(
        {
            "number": done.number,
            "query_code": done.query_code,
            "repeated": again,
            "owed": _owed_json(done.number),
        }
    )
    return OK


def _pairs(words: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise stop(
                Text(
                    f"“{word}”应写成 名称=值，例如 content=大衣开线",
                    f"'{word}' should be NAME=VALUE, like content='the seam came undone'",
                )
            )
        if name in found:
            raise stop(Text(f"“{name}”写了两次", f"'{name}' is given twice"))
        found[name] = value
    return found


def values(pairs: Mapping[str, str], fields: Iterable[Field], zone: ZoneInfo) -> dict[str, Any]:
    """Fields written at the terminal as the values an act takes; a name nobody knows stays as it is."""
    from bihuan.desk.imports import value_of

    known = {field.name: field for field in fields}
    found: dict[str, Any] = {}
    for name, written in pairs.items():
        field = known.get(name)
        if field is None:
            found[name] = written
        elif field.kind == "time":
            found[name] = instant(written, name)
        else:
            value = value_of(field, written, zone)
            found[name] = written if value is None else value
    return found


def _zone(version: int, at: int) -> ZoneInfo:
    from bihuan.desk import worlds

    return ZoneInfo(worlds.ruling(version, at).world.calendars["usual"].zone)


# -- list, show ------------------------------------------------------------------------------------


def run_list(args: argparse.Namespace, speaker: Speaker) -> int:
    store.need_site()
    from bihuan.records.queries.cases import Filters, case_list

    at = now()
    filters = Filters(
        stage=args.stage,
        owner=args.owner,
        unit=args.unit,
        kind=args.kind,
        category=args.category,
        number=args.number,
        open_only=args.open,
        late_at=at if args.late else 0,
        ledgers=args.ledgers,
    )
    found, more = case_list(store.viewer(args.reader, at), filters, limit=max(1, args.limit))
    speaker.table(
        (
            row.number,
            wall(row.registered_at),
            speaker.word(_stage(row.ended or row.stage)),
            row.owner or "-",
            _due(row.next_due_at, at, speaker),
            row.title,
        )
        for row in found
    )
    if more:
        speaker.say(Text("……还有更多，可用 --limit", "… and more; see --limit"))
    speaker.data([store.as_json(asdict(row), INSTANTS) for row in found])
    return OK


def _stage(name: str) -> Text:
    return STAGES.get(name) or ENDINGS.get(name) or Text(name, name)


def _due(at: int, present: int, speaker: Speaker) -> str:
    if not at:
        return "-"
    late = speaker.word(Text("逾期", "late"))
    return wall(at) + (f" {late}" if at < present else "")


def run_show(args: argparse.Namespace, speaker: Speaker) -> int:
    store.need_site()
    from bihuan.desk import worlds
    from bihuan.records.queries.cases import case_page
    from bihuan.records.queries.visibility import Reach

    at = now()
    page = case_page(args.number, store.viewer(args.reader, at))
    if page is None:
        raise stop(Text(f"没有案件“{args.number}”", f"there is no case '{args.number}'"), REFUSED)
    policy = worlds.policy_of(page.policy_id)
    people = store.organisation(at)
    state = page.state
    facts = _masked(state.facts)
    if page.reach is not Reach.WHOLE:  # of a note of one's own: what is about nobody in person
        facts = {
            name: value
            for name, value in facts.items()
            if name in policy.facts and not policy.facts[name].personal
        }
    speaker.print(f"{page.number}  {speaker.word(_stage(state.ended or state.stage))}")
    speaker.say(
        Text(
            f"登记 {wall(state.registered)}，收到 {wall(state.received)}",
            f"registered {wall(state.registered)}, received {wall(state.received)}",
        )
    )
    if state.owner:
        speaker.say(
            Text(
                f"责任岗位 {_seat(state.owner, policy, 'zh')}",
                f"owner: {_seat(state.owner, policy, 'en')}",
            )
        )
    if state.agreed:
        speaker.say(Text(f"约定反馈时间 {wall(state.agreed)}", f"agreed time {wall(state.agreed)}"))
    for name, value in facts.items():
        fact = policy.facts.get(name)
        speaker.print(f"  {speaker.word(fact.text) if fact else name}: {value}")
    speaker.say(Text("待办：", "owed:"))
    for owed in page.obligations:
        if owed.state == "open":
            speaker.print("  " + _owed_line(owed, policy, at, speaker))
    speaker.say(Text("经过：", "history:"))
    for entry in page.history:
        who = people.names.get(entry.by, entry.by)
        sheet = f" {_note(policy, page.number, state, entry.sheet)}" if entry.sheet else ""
        speaker.print(f"  {wall(entry.at)}  {_past(entry.kind, speaker)}{sheet}  {who}")
    legs = None
    if args.legs:
        legs = show_legs(page, policy, at, speaker)
    speaker.data(
        {
            "number": page.number,
            "policy": policy.code,
            "version": policy.version,
            "stage": state.stage,
            "ended": state.ended,
            "owner": state.owner,
            "registered_at": iso(state.registered),
            "received_at": iso(state.received),
            "agreed_at": iso(state.agreed) if state.agreed else None,
            "facts": facts,
            "derived": dict(state.derived),
            **({"legs": legs} if args.legs else {}),
            "owed": [
                store.as_json(asdict(owed), INSTANTS)
                for owed in page.obligations
                if owed.state == "open"
            ],
            "history": [
                {
                    "kind": entry.kind,
                    "at": iso(entry.at),
                    "recorded_at": iso(entry.recorded_at),
                    "by": entry.by,
                    "seat": entry.seat,
                    "sheet": entry.sheet,
                }
                for entry in page.history
            ],
        }
    )
    return OK


def _masked(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with name and contact hidden: a terminal leaves traces."""
    from bihuan.desk.permissions import mask_contact, mask_name

    hidden = {"name": mask_name, "contact": mask_contact}
    return {
        name: hidden[name](str(value)) if name in hidden else value for name, value in facts.items()
    }


def _note(policy: Policy, case_number: str, state: Case, number: int) -> str:
    """The number people quote for a sheet of this case."""
    sheet = state.sheets.get(number)
    return policy.sheets[sheet.kind].called(case_number, number) if sheet else f"#{number}"


def _past(kind: str, speaker: Speaker) -> str:
    act = ACTS.get(kind)
    return speaker.word(act.past if act else _KINDS.get(kind, Text(kind, kind)))


_KINDS = {
    "lapsed": Text("逾期", "time ran out"),
    "opened": Text("到期开启", "fell due"),
    "open ledger": Text("建立台账", "the ledger was opened"),
    "resettle": Text("按新的任职重新落实", "settled again after a change of posts"),
    "take over": Text("转入制度新版本", "moved to the new version of the policy"),
    "recount": Text(
        "按内容归类后重新计数", "counted again after problems were grouped by their wording"
    ),
    "recompute": Text("按新日历重算", "computed again after a calendar was published"),
}


def _seat(seat: str, policy: Policy | None, lang: str) -> str:
    post = policy.posts.get(post_of(seat)) if policy else None
    name = post.text.in_(lang) if post else post_of(seat)
    return f"{name}@{unit_of(seat)}" if unit_of(seat) else name


def _owed_line(owed: Any, policy: Policy | None, at: int, speaker: Speaker) -> str:
    act = ACTS[owed.act].text if owed.act in ACTS else Text(owed.act, owed.act)
    who = _seat(owed.seat, policy, speaker.lang)
    kind = policy.sheets.get(owed.row.split(".")[1]) if policy and owed.sheet else None
    sheet = f" {kind.called(owed.case_number, owed.sheet)}" if kind else ""
    clauses = f" ({', '.join(owed.clauses)})" if owed.clauses else ""
    rung = f" ↑{owed.rung}" if owed.rung else ""
    provisional = speaker.word(Text(" 预估", " provisional")) if owed.provisional else ""
    due = _due(owed.due_at, at, speaker)
    return f"{due}{provisional}  {speaker.word(act)}{sheet}  {who}{rung}{clauses}"


def _open_of(number: str) -> list[Any]:
    from bihuan.desk.stored import load
    from bihuan.records.queries.obligations import obligations_of

    stored = load(number)
    return [item for item in obligations_of(stored.id) if item.state == "open"] if stored else []


def _say_owed(number: str, speaker: Speaker) -> None:
    from bihuan.desk import worlds

    at = now()
    for owed in _open_of(number):
        speaker.print("  " + _owed_line(owed, worlds.policy_of(owed.policy_id), at, speaker))


def _owed_json(number: str) -> list[dict[str, Any]]:
    return [store.as_json(asdict(owed), INSTANTS) for owed in _open_of(number)]


# -- act -------------------------------------------------------------------------------------------


def run_act(args: argparse.Namespace, speaker: Speaker) -> int:
    present = now()
    at = instant(args.at, "--at") if args.at else present
    pairs = _pairs(args.fields)
    store.need_site()
    from bihuan.desk import worlds
    from bihuan.desk.perform import perform
    from bihuan.desk.stored import load
    from bihuan.engine.case import Act
    from bihuan.engine.step import possible

    stored = load(args.number)
    if stored is None:
        raise stop(Text(f"没有案件“{args.number}”", f"there is no case '{args.number}'"), REFUSED)
    if args.members and args.act not in FOR_MEMBERS:
        raise refused(refuse("not-for-members"))
    by = store.person(args.by, present)
    world = worlds.ruling(stored.policy_id, present).world
    offered = possible(stored.case, by, world, present)
    if args.act is None:
        return _list_possible(offered, speaker)
    same = [item for item in offered if item.act == args.act]
    sheet = args.sheet if args.sheet is not None else _only_sheet(same)
    form = next((item for item in same if item.sheet == sheet), same[0] if same else None)
    data = values(pairs, form.fields if form else (), ZoneInfo(world.calendars["usual"].zone))
    done = perform(
        Act(args.act, by, at, data, sheet),
        case_number=args.number,
        act_id=args.act_id,
        now=present,
    )
    if done.refusal:
        raise refused(done.refusal)
    speaker.say(
        Text(
            f"已办{'(此前已办过)' if done.repeated else ''}。现在待办：",
            f"done{' (it was done before)' if done.repeated else ''}. Now owed:",
        )
    )
    _say_owed(args.number, speaker)
    members = _on_members(done, by, present, speaker) if args.members else {}
    speaker.data(
        {
            "number": done.number,
            "events": done.events,
            "repeated": done.repeated,
            "owed": _owed_json(args.number),
        }
        | members
    )
    return OK


def _on_members(done: "Performed", by: str, at: int, speaker: Speaker) -> dict[str, Any]:
    """The act just done on a command case, done on each of its members; each is judged for itself."""
    from bihuan.desk.together import apply_to_members, done_on_command
    from bihuan.engine.refusal import Refusal

    applied = apply_to_members(done.number, done_on_command(done.number, done), by=by, now=at)
    if isinstance(applied, Refusal):
        raise refused(applied)
    found = {}
    for one in applied:
        refusal = one.performed.refusal
        how = Text("已办", "done") if refusal is None else refusal.text
        speaker.print(f"  {one.number}  {how.in_(speaker.lang)}")
        found[one.number] = refusal.code if refusal else "done"
    return {"members": found}


def _only_sheet(same: Sequence[Any]) -> int:
    """The sheet meant where none is named: the one on which the act can be done, if there is one."""
    ready = [item.sheet for item in same if item.refusal is None]
    return ready[0] if ready else (same[0].sheet if same else 0)


def _list_possible(offered: Sequence[Any], speaker: Speaker) -> int:
    ready = [item for item in offered if item.refusal is None]
    for item in ready:
        sheet = f" --sheet {item.sheet}" if item.sheet else ""
        speaker.print(f"{item.act}{sheet}  {speaker.word(ACTS[item.act].text)}")
        if item.outcomes:
            names = "|".join(outcome.name for outcome in item.outcomes)
            speaker.print(f"    outcome={names}")
        for field in item.fields:
            need = "" if field.required else speaker.word(Text("(可不填)", " (optional)"))
            if field.when is not None:
                only = "=".join(field.when)
                need = speaker.word(Text(f"(仅当 {only})", f" (only where {only})"))
            choices = "|".join(name for name, _ in field.choices)
            speaker.print(
                f"    {field.name}={choices or field.kind}  {speaker.word(field.text)}{need}"
            )
    speaker.data(
        [
            {
                "act": item.act,
                "sheet": item.sheet,
                "outcomes": [outcome.name for outcome in item.outcomes],
                "fields": [
                    {
                        "name": field.name,
                        "kind": field.kind,
                        "required": field.required,
                        "when": list(field.when or ()),
                        "choices": [name for name, _ in field.choices],
                    }
                    for field in item.fields
                ],
            }
            for item in ready
        ]
    )
    return OK


# -- owed ------------------------------------------------------------------------------------------


def run_owed(args: argparse.Namespace, speaker: Speaker) -> int:
    store.need_site()
    from bihuan.desk import worlds
    from bihuan.records.queries.obligations import all_owed, open_counts, owed_by

    at = now()
    seats: set[str] = set(args.seat or ())
    if args.person:
        seats |= store.viewer(args.person, at).seats
    if args.count:
        counts = {
            seat: count
            for seat, count in sorted(open_counts().items())
            if seat in seats or not (args.seat or args.person)
        }
        speaker.table((str(count), seat) for seat, count in counts.items())
        speaker.data(counts)
        return OK
    before = at if args.late else None
    limit = max(1, args.limit)
    if args.seat or args.person:
        found, more = owed_by(seats, limit=limit, due_before=before)
    else:
        found, more = all_owed(limit=limit, due_before=before)
    for owed in found:
        policy = worlds.policy_of(owed.policy_id)
        line = _owed_line(owed, policy, at, speaker)
        speaker.print(f"{owed.case_number}  {line}  {shortened(owed.title, 40)}")
    if more:
        speaker.say(Text("……还有更多，可用 --limit", "… and more; see --limit"))
    speaker.data([store.as_json(asdict(owed), INSTANTS) for owed in found])
    return OK
