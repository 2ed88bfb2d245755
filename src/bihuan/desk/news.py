"""The kinds of news there are, and what a message of each says: kept by administrators, ours until then."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from bihuan.desk import changes
from bihuan.desk.organisation import adopted_policies
from bihuan.engine.refusal import Refusal, refuse_field
from bihuan.engine.words import Text
from bihuan.records.models import NoticeText

LONGEST, LONGEST_SUBJECT = 4000, 150
VARIABLES = {
    "case": Text("案件编号", "the case's number"),
    "act": Text("应办的事", "what is owed"),
    "due": Text("期限，或下次联系客户的期限", "the due, or by when the customer hears next"),
    "link": Text("网页链接", "a link to the page"),
    "company": Text("单位名称", "the organisation's name"),
    "customer": Text("顾客姓名", "the customer's name"),
    "matter": Text("案件种类", "the kind of case"),
    "agreed_time": Text("约定反馈时间", "the agreed time"),
    "said": Text("告知或答复的内容", "what was said or answered"),
}
_NAME = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class News:
    """One kind of news: what it is called, to whom it goes, and what it says unless told otherwise.

    `owed`: a policy owes it, so that nobody switches every way of it off.
    """

    text: Text
    subject: Text
    body: Text
    to_customer: bool = False
    owed: bool = False


def _staff(zh: str, en: str, subject: tuple[str, str], body: tuple[str, str]) -> News:
    return News(Text(zh, en), Text(*subject), Text(*body), owed=True)


def _customer(zh: str, en: str, subject: tuple[str, str], body: tuple[str, str]) -> News:
    greeting = Text("{customer}，您好：\n", "Dear {customer},\n")
    foot = Text("\n查看进展：{link}\n{company}", "\nFollow it here: {link}\n{company}")
    words = Text(*body)
    whole = Text(greeting.zh + words.zh + foot.zh, greeting.en + words.en + foot.en)
    return News(Text(zh, en), Text(*subject), whole, to_customer=True)


NEWS: dict[str, News] = {
    "owed": _staff(
        "新的待办", "something new is owed",
        ("待办：{act}（{case}）", "You owe: {act} ({case})"),
        ("您有一项新的待办：{act}\n案件：{case}\n期限：{due}\n{link}",
         "You owe: {act}\nCase: {case}\nBy: {due}\n{link}"),
    ),
    "handed": _staff(
        "待办转来", "something was handed over",
        ("转来待办：{act}（{case}）", "Passed to you: {act} ({case})"),
        ("有一项待办转给了您：{act}\n案件：{case}\n期限：{due}\n{link}",
         "Passed to you: {act}\nCase: {case}\nBy: {due}\n{link}"),
    ),
    "due moved": _staff(
        "期限变动", "a due moved",
        ("期限变动：{act}（{case}）", "The time moved: {act} ({case})"),
        ("您的一项待办期限有变：{act}\n案件：{case}\n现在的期限：{due}\n{link}",
         "The time moved: {act}\nCase: {case}\nNow by: {due}\n{link}"),
    ),
    "late": _staff(
        "逾期", "something is late",
        ("逾期：{act}（{case}）", "Overdue: {act} ({case})"),
        ("这项待办已超时，现在由您办理：{act}\n案件：{case}\n期限：{due}\n{link}",
         "Overdue, and now yours: {act}\nCase: {case}\nBy: {due}\n{link}"),
    ),
    "told": _staff(
        "制度要求告知", "what the policy says to tell",
        ("请知悉：{case}", "For you to know: {case}"),
        ("请知悉：{act}\n案件：{case}\n{link}", "For you to know: {act}\nCase: {case}\n{link}"),
    ),
    "report": News(
        Text("报表已出具", "a report was issued"),
        Text("报表：{act} {case}", "Report: {act} {case}"),
        Text("{act} {case} 已出具：\n{link}\n{company}", "{act} {case} was issued:\n{link}\n{company}"),
    ),
    "registered": _customer(
        "受理回执", "registered",
        ("已收到您的{matter}：{case}", "We have received it: {case}"),
        (("我们已收到您的{matter}，编号 {case}。\n我们将在 {due} 前与您联系。\n"
         "在网上查询须填编号和查询码；查询码在登记时已交给您，我们不留存，请妥善保管。"),
         ("We have received what you told us; its number is {case}.\nYou will hear from us by {due}.\n"
         "To follow it online you need the number and the query code that you were given when it was "
         "registered. We keep no copy of the code.")),
    ),
    "acknowledged": _customer(
        "约定答复时间", "when the answer comes",
        ("您的{matter} {case}：{agreed_time} 前答复", "{case}: our answer by {agreed_time}"),
        ("关于您的{matter} {case}，我们将在 {agreed_time} 前答复您。",
         "You will have our answer to {case} by {agreed_time}."),
    ),
    "progress": _customer(
        "进展", "how things stand",
        ("您的{matter} {case} 的进展", "How things stand with {case}"),
        ("关于您的{matter} {case}：\n{said}", "About {case}:\n{said}"),
    ),
    "answered": _customer(
        "答复", "the answer",
        ("对您的{matter} {case} 的答复", "Our answer to {case}"),
        ("关于您的{matter} {case}，我们的答复是：\n{said}\n是否满意，请在查询页面告诉我们。",
         "Our answer to {case}:\n{said}\nOn the query page you can tell us whether it is good enough."),
    ),
    "postponed": _customer(
        "改期", "a new time",
        ("您的{matter} {case}：答复时间改为 {agreed_time}", "{case}: the new time is {agreed_time}"),
        ("经您同意，{case} 的答复时间改为 {agreed_time}。",
         "As you agreed, you will have our answer to {case} by {agreed_time}."),
    ),
    "declined": _customer(
        "不予受理", "declined",
        ("关于您的{matter} {case}", "About {case}"),
        ("您的{matter} {case} 我们不能受理，原因：\n{said}", "We cannot take {case} on, because:\n{said}"),
    ),
    "closed": _customer(
        "办结", "closed",
        ("您的{matter} {case} 已办结", "{case} is closed"),
        ("您的{matter} {case} 已办结。如果问题没有解决，请告诉我们。",
         "{case} is closed. If the matter is not settled, tell us."),
    ),
    "visit": _customer(
        "回访未联系上", "a visit that found nobody",
        ("回访您的{matter} {case}", "How did it go? {case}"),
        ("我们回访 {case} 时没有联系上您。处理得如何，请在查询页面告诉我们。",
         "We tried to reach you to ask how {case} went. You can tell us on the query page."),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """Subject and text in one language."""

    subject: str
    text: str


def written(policy: str, kind: str, language: str, values: Mapping[str, str]) -> Written:
    """What a message of that kind says under that policy. A line with a name that has no value is left out."""
    row = (
        NoticeText.objects.filter(kind=kind, policy__in=("", policy), withdrawn_at=None)
        .order_by("-policy")
        .first()
    )
    chinese = language.startswith("zh")
    if row is not None:
        subject, text = (row.zh_subject, row.zh) if chinese else (row.en_subject, row.en)
    else:
        subject, text = (NEWS[kind].subject.in_(language), NEWS[kind].body.in_(language))
    return filled(subject, text, values)


def filled(subject: str, text: str, values: Mapping[str, str]) -> Written:
    """Subject and text with their names filled in, as they may go out."""
    told = "\n".join(_lines(text, values))
    return Written(one_line(_replaced(subject, values))[:LONGEST_SUBJECT], told.strip())


def _lines(text: str, values: Mapping[str, str]) -> list[str]:
    lines = text.splitlines()
    known = (line for line in lines if all(values.get(name) for name in _NAME.findall(line)))
    return [plain(_replaced(line, values)) for line in known]


def _replaced(text: str, values: Mapping[str, str]) -> str:
    return _NAME.sub(lambda found: values.get(found[1], ""), text)


def plain(text: str) -> str:
    """Text without characters that steer a terminal, a header or the direction of reading; lines stay."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        char for char in kept if char == "\n" or unicodedata.category(char) not in _STEERING
    )


def one_line(text: str) -> str:
    """The same as one line, for headers: nothing in it can begin another."""
    return " ".join(plain(text).split())


_STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def called(kind: str) -> str:
    """What a kind of news is called on the trail of administration."""
    return NEWS[kind].text.en if kind in NEWS else kind


def save(policy: str, kind: str, subjects: Text, bodies: Text, *, now: int) -> NoticeText | Refusal:
    """Keep what a kind of news says, under one policy or under all (empty)."""
    subjects = Text(subjects.zh.strip(), subjects.en.strip())
    bodies = Text(bodies.zh.strip(), bodies.en.strip())
    if wrong := _wrong(policy, kind, subjects, bodies):
        return wrong
    with transaction.atomic():
        before = _withdrawn(policy, kind, now)
        made = NoticeText.objects.create(
            policy=policy, kind=kind, zh_subject=subjects.zh, zh=bodies.zh,
            en_subject=subjects.en, en=bodies.en, known_at=now,
        )  # fmt: skip
        about = f"{policy or '*'} {called(kind)}"
        changes.note("notices", "save_text", about, now, before=before, after=[_said(made)])
    return made


def withdraw(policy: str, kind: str, *, now: int) -> bool:
    """Say what we say again; whether there was another text."""
    with transaction.atomic():
        before = _withdrawn(policy, kind, now)
        about = f"{policy or '*'} {called(kind)}"
        changes.note("notices", "withdraw_text", about, now, before=before)
    return bool(before)


def _withdrawn(policy: str, kind: str, now: int) -> list[dict[str, str]]:
    rows = NoticeText.objects.select_for_update().filter(
        policy=policy, kind=kind, withdrawn_at=None
    )
    found = [_said(row) for row in rows]
    rows.update(withdrawn_at=now)
    return found


def _said(row: NoticeText) -> dict[str, str]:
    return {name: getattr(row, name) for name in ("zh_subject", "zh", "en_subject", "en")}


def _wrong(policy: str, kind: str, subjects: Text, bodies: Text) -> Refusal | None:
    if kind not in NEWS:
        return refuse_field("unknown-kind", "kind", "请选择通知种类", "choose a kind of news")
    if policy and policy not in {one.code for one in adopted_policies()}:
        return refuse_field("unknown-policy", "policy", "请选择制度", "choose a policy")
    for field, text, longest in (
        ("zh_subject", subjects.zh, LONGEST_SUBJECT), ("zh", bodies.zh, LONGEST),
        ("en_subject", subjects.en, LONGEST_SUBJECT), ("en", bodies.en, LONGEST),
    ):  # fmt: skip
        if not 0 < len(text) <= longest:
            return refuse_field(
                "bad-length", field, f"应写 1 至 {longest} 字", f"1 to {longest} characters"
            )
        if plain(text) != text.replace("\r\n", "\n") or (longest < LONGEST and "\n" in text):
            return refuse_field(
                "bad-character", field, "含有不能发送的字符或换行",
                "holds characters or line breaks that cannot be sent",
            )  # fmt: skip
        for found in _NAME.findall(text):
            if found not in VARIABLES:
                known = ", ".join(f"{{{one}}}" for one in VARIABLES)
                return refuse_field(
                    "unknown-variable", field, f"没有变量“{{{found}}}”，可用：{known}",
                    f"there is no {{{found}}}; there are {known}",
                )  # fmt: skip
    return None
