"""What kind of mail it is: written by a person, or by a machine that nobody should answer.

Nothing here is a guess about content: what a mail system says of its own mail (RFC 3464, RFC 3834,
RFC 2369), the null sender, and the shapes of those that say nothing.
"""

import re
from dataclasses import dataclass
from enum import Enum

from bihuan.channels.email.parse import Mail, nested_ids

_DAEMON = re.compile(
    r"^(mailer-?daemon|post_?master|mail-?daemon|mail[._-]?delivery|mdaemon|bounces?|bounce[+=-].*|double-bounce|"
    r"complaints?@.*(feedback|fbl)|abuse|staff@hotmail\.com|postfix|exchange|no-?reply-?postmaster|"
    r"systemadministrator|noreply-dmarc.*|microsoftexchange[0-9a-f]{10,}.*|feedback(loop)?|fbl.*|scomp)(@|$)",
    re.IGNORECASE,
)
_ROBOT = re.compile(
    r"^(no|do[._-]?not|dont|never)[._-]?reply([._+-]|@)|^(notifications?|automailer|robot|cron|root|daemon)@|"
    r"^[^@]{1,60}-(admin|owner|request|bounces?|errors?)@",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"undeliver|delivery (status|failure|notification|problem|error|report|has failed|incomplete|delayed)|"
    r"mail delivery|returned (mail|to sender)|failure notice|mail (error|failure|status)|non[- ]?delivery|"
    r"could not (be|send)|not delivered|message (delivery|undeliverable|you sent|could)|delivery.{0,12}fail|"
    r"mail system error|permanent error|warning: could not send|unzustellbar|notificaci|"
    r"退信|投递失败|邮件退回|无法投递|未送达|无法送达|发送失败|退回邮件|傳送失敗|無法傳送|配信|返信",  # zh: data
    re.IGNORECASE,
)
_AUTOMATIC = re.compile(
    r"^\s*[\[【(（]?\s*(re:\s*)?((外出|休假|系统)?自动回复|自动答复|自動回覆|自动应答|外出回复|"  # zh: data
    r"auto(matic)?[\s_-]*(re(ply|sponse|spond(er)?)|antwort)?\s*[:：\]】)）]|auto(matic)?[\s_-]?(reply|response|responder)|"
    r"out[\s_-]of[\s_-](the[\s_-])?office|ooo\b|away from (the|my)|vacation (reply|message|response|notice)|"
    r"(abwesenheits|automatische antwort)|réponse automatique|respuesta automática|i am (currently )?(away|out))",
    re.IGNORECASE,
)
_READ = re.compile(
    r"^\s*(已读|已讀|未读|已删除|(not )?read|deleted)\s*"  # zh: data
    r"[:：]",
    re.IGNORECASE,
)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


class Kind(Enum):
    """What wrote the mail; all but PERSON are machines."""

    PERSON = ""
    BOUNCE = "bounce"  # a mail of ours did not reach somebody
    REPORT = "delivery-report"  # delayed, relayed, read, complained about
    AUTOMATIC = "auto-reply"
    LIST = "list-mail"
    ROBOT = "robot"  # from an address nobody reads
    OWN = "own-mail"  # of ours, come round


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back: the ids of our mail that it is about, to whom it went, and why not."""

    ids: tuple[str, ...]
    recipients: tuple[str, ...]
    reason: str


def kind_of(mail: Mail, own: frozenset[str] = frozenset()) -> Kind:
    """What kind of mail it is; `own` are the addresses that we write from."""
    if mail.headers.get("x-bihuan") or mail.headers.get("x-loop", "").lower() in own - {""}:
        return Kind.OWN
    if mail.sender and mail.sender in own:
        return Kind.OWN
    return _reported(mail) or _by_headers(mail) or _by_shape(mail) or Kind.PERSON


def _reported(mail: Mail) -> Kind | None:
    """What a mail system says in the form made for it."""
    kind = mail.report_type.lower()
    if kind in ("disposition-notification", "feedback-report") or "feedback-type" in mail.headers:
        return Kind.REPORT
    if any("feedback-type" in one for one in mail.reports):
        return Kind.REPORT
    if kind == "delivery-status" or any("action" in one for one in mail.reports):
        actions = {one.get("action", "").lower().split(" ")[0] for one in mail.reports} - {""}
        return (
            Kind.REPORT
            if actions and "failed" not in actions and not _is_final(mail)
            else Kind.BOUNCE
        )
    if mail.headers.get("x-failed-recipients"):
        return Kind.BOUNCE
    return None


def _is_final(mail: Mail) -> bool:
    return any(one.get("status", "").startswith("5") for one in mail.reports)


def _by_headers(mail: Mail) -> Kind | None:
    told = mail.headers
    nobody = told.get("return-path", "x").strip() in ("<>", "")
    failing = bool(_FAILED.search(mail.subject))
    if _DAEMON.match(mail.sender) or (nobody and (failing or not mail.sender)):
        return Kind.BOUNCE
    submitted = told.get("auto-submitted", "no").lower().split(";")[0].strip()
    if submitted not in ("no", ""):
        return Kind.BOUNCE if failing else Kind.AUTOMATIC
    if any(
        told.get(name)
        for name in ("x-autoreply", "x-autorespond", "x-autorespond-to", "x-cron-env")
    ):
        return Kind.AUTOMATIC
    precedence = told.get("precedence", "").lower()
    if precedence in ("auto_reply", "auto-reply"):
        return Kind.AUTOMATIC
    if told.get("list-id") or told.get("list-post") or precedence in ("list", "bulk", "junk"):
        return Kind.LIST
    if nobody and "return-path" in told:
        return Kind.AUTOMATIC
    if _ROBOT.match(mail.sender):
        return Kind.ROBOT
    return None


def _by_shape(mail: Mail) -> Kind | None:
    if _AUTOMATIC.search(mail.subject):
        return Kind.AUTOMATIC
    if _READ.match(mail.subject) and not mail.text.strip():
        return Kind.REPORT
    if _FAILED.search(mail.subject) and (
        mail.returned or next(nested_ids(mail), "") or _STATUS.search(mail.text)
    ):
        return Kind.BOUNCE
    if not mail.sender and (mail.returned or _FAILED.search(mail.subject)):
        return Kind.BOUNCE
    return None


def returned(mail: Mail) -> Returned:
    """What a bounce gives back."""
    found: list[str] = []
    reasons: list[str] = []
    for one in mail.reports:
        address = one.get("final-recipient", "") or one.get("original-recipient", "")
        if "@" in address:
            found.append(address.rpartition(";")[2].strip().lower())
        reason = one.get("diagnostic-code", "").partition(";")[2].strip() or one.get("status", "")
        if reason:
            reasons.append(reason)
    if failed := mail.headers.get("x-failed-recipients"):
        found += [address.strip().lower() for address in failed.split(",")]
    status = _STATUS.search(mail.text)
    reason = next(iter(reasons), "") or (status[1] if status else "") or mail.subject
    return Returned(
        tuple(dict.fromkeys((*nested_ids(mail), *mail.references))),
        tuple(dict.fromkeys(found)),
        " ".join(reason.split())[:300],
    )
