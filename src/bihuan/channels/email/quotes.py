"""What somebody wrote now, apart from what the mail quotes and how it is signed.

Each mail program marks the mail it answers in its own way; the rules below are theirs. Where nothing
would be left (a mail passed on without a word), all of it counts as said.
"""

import re

_NAME = r"[^\n]{0,120}"
_DATE_ZH = r"\d{2,4}\s*[年/.-]\s*\d{1,2}\s*[月/.-]\s*\d{1,2}\s*日?"  # zh: data
# The lines from which on a mail is quoted; the first that is found counts.
_FROM = r"发\s*件\s*人|發\s*件\s*人|寄\s*件\s*者|From"  # zh: data
_TIMES = (
    r"发\s*送\s*时\s*间|發\s*送\s*時\s*間|傳送時間|寄\s*件\s*日\s*期|日\s*期|时\s*间|收\s*件\s*人|"  # zh: data
    r"收\s*件\s*者|主\s*题|主\s*旨|主\s*題|Sent|Date|To|Subject"
)
_ORIGINALS = (
    r"原始邮件|原邮件|回复的原邮件|转发的原邮件|转发邮件信息|原始信息|原始郵件|原始消息|Replied Message|"  # zh: data
    r"Original( Message)?|Original E-?mail|Forwarded Message|Forwarded by[^\n]*"
)
_WROTE = r"(写道|寫道|写到|來信)\s*[:：]"  # zh: data
CUTS = tuple(
    re.compile(pattern, re.MULTILINE | re.IGNORECASE)
    for pattern in (
        # QQ: ------------------ 原始邮件 ------------------; 163: ---- 回复的原邮件 ----; Outlook
        rf"^[>\s]*[-—=_*]{{2,}}\s*({_ORIGINALS})\s*[-—=_*]{{2,}}\s*$",
        # 163, Apple, Thunderbird: 在 2026-11-20 10:00:00，"某人" <a@b> 写道： (over one line or two)
        rf"^[>\s]*(在|于|於)\s*{_DATE_ZH}[^\n]{{0,160}}(\n[^\n]{{0,160}})?{_WROTE}\s*$",  # zh: data
        rf"^[>\s]*At\s+{_DATE_ZH}[^\n]{{0,120}}(\n[^\n]{{0,160}})?wrote\s*[:：]",
        # Gmail: 某人 <a@b> 于2026年11月20日周五 10:00写道：
        rf"^{_NAME}<[^<>\n]+>\s*\n?[^\n]{{0,20}}(于|於)\s*{_DATE_ZH}[^\n]{{0,60}}\n?[^\n]{{0,40}}{_WROTE}",  # zh: data
        rf"^{_NAME}(于|於)\s*{_DATE_ZH}[^\n]{{0,80}}{_WROTE}\s*$",  # zh: data
        r"^[>\s]*On\s[^\n]{5,160}(\n[^\n]{0,120})?\swrote\s*[:：]\s*$",
        # Outlook, Foxmail, Aliyun: 发件人 followed by 发送时间, 收件人 or 主题 within a few lines
        rf"^[>\s*]*({_FROM})\**\s*[:：]\**[^\n]*\n(?:[^\n]*\n){{0,3}}[>\s*]*({_TIMES})\**\s*[:：]",
    )
)
_RULE = re.compile(r"^\s*([-—_=*]{6,}|<hr>)\s*$")
_DEVICES = (
    r"发自(我的|网易|新浪|移动|安卓|华为|小米|iPhone|iPad|QQ)|來自我的|发送自|来自(我的|QQ|iPhone)|"  # zh: data
    r"从(我的)?\s*(Windows|Outlook|手机)[^\n]{0,20}发送|获取\s*Outlook|Get Outlook for|Sent via |"
    r"Sent from (my|Mail|Yahoo|Outlook)"
)
_SIGNED = (
    re.compile(r"^-- ?$", re.MULTILINE),
    re.compile(rf"^\s*({_DEVICES})[^\n]{{0,80}}$", re.MULTILINE | re.IGNORECASE),
)


def parted(text: str) -> tuple[str, str]:
    """What was written now, and the rest: the mail it answers, the signature."""
    lines = (
        text.replace("\r\n", "\n").replace("\r", "\n").replace("\u3000", " ").replace("\xa0", " ")
    )
    end = min((found.start() for cut in CUTS if (found := cut.search(lines))), default=len(lines))
    own = _without_marked(_without_rule(lines[:end]))
    for signed in _SIGNED:
        if found := signed.search(own):
            own = own[: found.start()]
    own = own.strip()
    if not own:
        return lines.strip(), ""
    rest = lines[len(own) + len(lines) - len(lines.lstrip()) :].strip()
    return own, rest


def _without_rule(text: str) -> str:
    """Without the line drawn above the quoted mail."""
    lines = text.rstrip().split("\n")
    while lines and (not lines[-1].strip() or _RULE.match(lines[-1])):
        lines.pop()
    return "\n".join(lines)


def _without_marked(text: str) -> str:
    """Without the marked lines at the end; those between what was written stay, as they are answered there."""
    lines = text.split("\n")
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith(">")):
        lines.pop()
    return "\n".join(lines)
