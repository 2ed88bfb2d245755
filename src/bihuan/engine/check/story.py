"""Counter-examples told as sentences in both languages, and findings with their place and clause."""

from collections.abc import Iterable, Mapping, Sequence

from bihuan.engine.acts import ACTS
from bihuan.engine.case import Json
from bihuan.engine.findings import Finding, Level
from bihuan.engine.policy import Element, Policy, Step, Who
from bihuan.engine.words import Text

Story = tuple[Text, ...]


def found(
    level: Level,
    code: str,
    at: Element,
    zh: str,
    en: str,
    *,
    story: Story = (),
    place: str = "",
    clauses: tuple[str, ...] = (),
) -> Finding:
    """A finding at an element: its place, line and clauses, and the sentence that begins with the place."""
    where = place or at.place
    return Finding(
        level,
        code,
        Text(f"{where}：{zh}", f"{where}: {en}"),
        where,
        clauses or at.clauses,
        at.line,
        at.column,
        story,
    )


def value_text(name: str, value: Json, policy: Policy) -> Text:
    """A value of a fact, an answer of a table or an outcome of a step in words."""
    fact = policy.facts.get(name)
    if fact is not None:
        return fact.values.get(str(value), Text(str(value), str(value)))
    table = policy.tables.get(name)
    if table is not None:
        said = next((row.text for row in table.rows if row.then == value and row.text), None)
        return said or Text(str(value), str(value))
    step = policy.step("", name)
    return outcome_text(step, str(value)) if step else Text(str(value), str(value))


def outcome_text(step: Step, outcome: str) -> Text:
    """How a step ended, in words."""
    for word in ACTS[step.act].outcomes:
        if word.name == outcome:
            return word.text
    if outcome == "missed":
        return Text("到期未办，跳过", "missed and passed over")
    return Text("", "") if outcome == "done" else Text(outcome, outcome)


def name_text(name: str, policy: Policy) -> Text:
    """What a fact, table or step is called."""
    fact = policy.facts.get(name)
    if fact is not None:
        return fact.text
    step = policy.step("", name)
    if step is not None:
        return ACTS[step.act].text
    return Text({"severity": "等级", "owner": "负责人"}.get(name, name), name.replace("_", " "))


def facts_text(cell: Mapping[str, Json], policy: Policy) -> Text:
    """The facts known of a case in one sentence; what is not told is unknown."""
    said = [
        (name_text(name, policy), value_text(name, value, policy)) for name, value in cell.items()
    ]
    if not said:
        return Text("一件案件，别无所知", "a case of which nothing else is known")
    return Text(
        "一件案件，已知：" + ",".join(f"{name.zh}={value.zh}" for name, value in said),
        "a case of which is known: "
        + ", ".join(f"{name.en.lower()} = {value.en.lower()}" for name, value in said),
    )


def who_text(who: Who, policy: Policy) -> Text:
    """An expression of posts in words."""
    post = policy.posts.get(who.post)
    of = {
        "about": Text("被投诉方的", "of the unit concerned"),
        "sheet": Text("单据所属单位的", "of the note's unit"),
        "category": Text("该类别的", "for the category"),
    }.get(who.of, Text("", ""))
    match who.kind:
        case "post" if post:
            return post.text
        case "of" if post:
            return Text(of.zh + post.text.zh, f"{post.text.en} {of.en}".strip())
        case "nearest" if post:
            return Text("最近的" + post.text.zh, "the nearest " + post.text.en)
        case "superior" if who.of == "owner":
            return Text("负责人的上级", "the owner's superior")
        case "superior":
            return Text("被投诉人的上级", "the superior of the person concerned")
        case "sheet":
            return Text("单据接收单位", "the note's addressee")
        case "table":
            return Text(f"“{who.post}”判定的岗位", f"whom '{who.post}' names")
    return {
        "owner": Text("负责人", "the owner"),
        "commander": Text("指挥人", "the commander"),
        "registrar": Text("登记人", "whoever registered it"),
        "customer": Text("客户", "the customer"),
        "system": Text("系统", "the system"),
    }.get(who.kind, Text(who.kind, who.kind))


def step_text(step: Step, outcome: str, policy: Policy) -> Text:
    """One step done: who, which act, with which outcome."""
    who, said, how = who_text(step.owes, policy), ACTS[step.act].text, outcome_text(step, outcome)
    return Text(
        f"{who.zh}：{said.zh}" + (f"——{how.zh}" if how.zh else ""),
        f"{who.en}: {said.en}" + (f" – {how.en}" if how.en else ""),
    )


def joined(words: Iterable[str], *, most: int = 8) -> str:
    """Names in a row, the first few of many."""
    names = list(words)
    return ", ".join(names[:most]) + (f", … (+{len(names) - most})" if len(names) > most else "")


def cases(lines: Sequence[Text]) -> Story:
    """A story of these lines without empty ones."""
    return tuple(line for line in lines if line.zh or line.en)
