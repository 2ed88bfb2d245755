"""Texts to answer with: kept by administrators, filled from the case, shipped with the packs."""

import re
from collections.abc import Mapping
from importlib import resources

from django.db import transaction

from bihuan.desk import changes
from bihuan.desk.organisation import adopted_policies
from bihuan.desk.policy_files import read_nodes
from bihuan.engine.acts import ACTS
from bihuan.engine.nodes import plain
from bihuan.engine.refusal import Refusal, refuse_field
from bihuan.engine.words import Text
from bihuan.records.models import ReplyTemplate

LONGEST = 4000
UNKNOWN = "____"  # in the place of what the case does not know yet
VARIABLES = {
    "customer": Text("顾客姓名", "the customer's name"),
    "number": Text("案件编号", "the case's number"),
    "agreed_time": Text("约定反馈时间", "the agreed time"),
    "due": Text("答复期限", "when the answer is due"),
    "company": Text("单位名称", "the organisation's name"),
    "agent": Text("经办人", "who answers"),
    "received": Text("受理日期", "the day it was received"),
    "today": Text("今天", "today"),
    "content": Text("投诉内容", "what was complained about"),
    "demand": Text("诉求", "what was asked for"),
}
_NAME = re.compile(r"\{([^{}]*)\}")


def acts_with_text() -> dict[str, Text]:
    """The acts a template can be offered for: what is said to customers in words of one's own."""
    names = ("contact", "ask_missing", "respond", "answer", "meet", "promise", "decline", "resolve")
    return {name: ACTS[name].text for name in names}


def kinds() -> dict[str, Text]:
    """The kinds of case of the adopted policies."""
    return {name: text for policy in adopted_policies() for name, text in policy.kinds.items()}


def save(
    name: str, act: str, kind: str, zh: str, en: str, *, instead_of: int = 0, now: int
) -> ReplyTemplate | Refusal:
    """Keep a template, or another text in the place of the one with the id `instead_of`."""
    name, zh, en = name.strip(), zh.strip(), en.strip()
    wrong = _wrong(name, act, kind, zh, en)
    if wrong:
        return wrong
    with transaction.atomic():
        standing = ReplyTemplate.objects.select_for_update().filter(withdrawn_at=None)
        before = standing.filter(pk=instead_of).first() if instead_of else None
        if instead_of and before is None:
            return refuse_field(
                "no-template", "name", "这个模板已撤下", "this template is withdrawn"
            )
        if standing.filter(name=name).exclude(pk=instead_of).exists():
            return refuse_field(
                "name-taken", "name", f"已有名为“{name}”的模板", f"a template is called '{name}'"
            )
        if before:
            standing.filter(pk=before.pk).update(withdrawn_at=now)
        made = ReplyTemplate.objects.create(
            name=name, act=act, kind=kind, zh=zh, en=en, known_at=now
        )
        changes.note(
            "templates", "save", (before or made).name, now,
            before=[_said(before)] if before else (), after=[_said(made)],
        )  # fmt: skip
    return made


def withdraw(template: int, *, now: int) -> ReplyTemplate | Refusal:
    """Offer a template no more; what was written with it stays."""
    with transaction.atomic():
        found = ReplyTemplate.objects.filter(pk=template, withdrawn_at=None).first()
        if found is None:
            return refuse_field("no-template", "name", "没有这个模板", "there is no such template")
        ReplyTemplate.objects.filter(pk=found.pk).update(withdrawn_at=now)
        changes.note("templates", "withdraw", found.name, now, before=[_said(found)])
    return found


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with what is known in the places of its names, a line where something is not known."""
    return _NAME.sub(lambda found: values.get(found[1]) or UNKNOWN, text)


def add_shipped(pack: str, now: int) -> int:
    """Keep the templates a pack brings, but for names there are already; how many."""
    file = resources.files("bihuan") / "packs" / pack / "replies.yaml"
    if not file.is_file():
        return 0
    node, findings = read_nodes(file.read_bytes())
    if node is None:
        raise AssertionError(findings)
    made = 0
    for row in plain(node)["replies"]:
        words = [str(row.get(key, "")) for key in ("name", "act", "kind", "zh", "en")]
        done = save(words[0], *words[1:], now=now)
        made += not isinstance(done, Refusal)
    return made


def _wrong(name: str, act: str, kind: str, zh: str, en: str) -> Refusal | None:
    if not 0 < len(name) <= 100:
        return refuse_field(
            "no-name", "name", "请写名称，至多 100 字", "write a name, at most 100 characters"
        )
    if act and act not in acts_with_text():
        return refuse_field("unknown-act", "act", "请选择动作", "choose an act")
    if kind and kind not in kinds():
        return refuse_field("unknown-kind", "kind", "请选择种类", "choose a kind")
    if not (zh or en):
        return refuse_field(
            "no-text", "zh", "请至少用一种语言写正文", "write the text in one language at least"
        )
    for field, text in (("zh", zh), ("en", en)):
        if len(text) > LONGEST:
            return refuse_field(
                "too-long", field, f"至多 {LONGEST} 字", f"at most {LONGEST} characters"
            )
        for found in _NAME.findall(text):
            if found not in VARIABLES:
                known = ", ".join(f"{{{one}}}" for one in VARIABLES)
                return refuse_field(
                    "unknown-variable",
                    field,
                    f"没有变量“{{{found}}}”，可用：{known}",
                    f"there is no {{{found}}}; there are {known}",
                )
    return None


def _said(row: ReplyTemplate) -> dict[str, str]:
    return {key: getattr(row, key) for key in ("name", "act", "kind", "zh", "en")}
