"""What a policy's reports show, as a sentence."""

from collections.abc import Iterator

from bihuan.engine.manner import is_zh
from bihuan.engine.measures import DIMENSIONS, MEASURES
from bihuan.engine.policy import Policy, Report, ReportPart
from bihuan.engine.say_rules import UNIT_KINDS, any_of, say_post

_VALUES = {"kind": "kinds", "channel": "channels", "category": "categories", "caller": "callers"}


def say_report(policy: Policy, report: Report, lang: str) -> str:
    """One sentence: which figures by what, for whom."""
    zh = is_zh(lang)
    shown = ("；" if zh else "; ").join(_part(policy, part, lang) for part in report.parts)
    name = report.text.in_(lang)
    words = (
        f"“{name}”由系统列出{shown}" if zh else f"“{name}” shows, reckoned by the system, {shown}"
    )
    return words + "".join(_for_whom(policy, report, lang))


def say_part(policy: Policy, report: Report, part: ReportPart, lang: str) -> str:
    """One sentence about a part that carries out a clause of its own."""
    name, shown = report.text.in_(lang), _part(policy, part, lang)
    return f"“{name}”中列出{shown}" if is_zh(lang) else f"“{name}” shows {shown}"


def _part(policy: Policy, part: ReportPart, lang: str) -> str:
    zh = is_zh(lang)
    figures = any_of((MEASURES[name].text.in_(lang) for name in part.figures), lang, every=True)
    if not zh:
        figures = figures[0].lower() + figures[1:]
    by = any_of((DIMENSIONS[name].in_(lang) for name in part.by), lang, every=True)
    if by:
        figures = f"按{by}的{figures}" if zh else f"{figures} by {by.lower()}"
    for test in part.only:
        texts = getattr(policy, _VALUES.get(test.column, ""), {})
        values = (
            texts[value].in_(lang)
            if value in texts and hasattr(texts[value], "in_")
            else str(value)
            for value in test.values
        )
        only = any_of(values, lang)
        figures += f"(仅{only})" if zh else f" (only {only})"
    return figures


def _for_whom(policy: Policy, report: Report, lang: str) -> Iterator[str]:
    zh = is_zh(lang)
    if report.each:
        kind = UNIT_KINDS[report.each].in_(lang) if report.each in UNIT_KINDS else report.each
        yield f"，{kind}另有各自一份" if zh else f"; {kind} has a part of its own"
    if report.to:
        posts = any_of((say_post(policy, post, lang) for post in report.to), lang, every=True)
        yield f"，通知{posts}" if zh else f"; {posts} are told"
