"""The fields that forms ask for, and those that several acts and needs share."""

from dataclasses import dataclass, replace

from bihuan.engine.words import Text


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an act's form: its type decides the check, `personal` seals it in the history."""

    name: str
    # text, long, choice, yes/no, time, count, score, money, unit, person, people, file, signature,
    # case, document
    kind: str
    text: Text
    required: bool = True
    personal: bool = False
    choices: tuple[tuple[str, Text], ...] = ()
    when: tuple[str, str] | None = None  # asked for only where that fact or field has that value


def field(
    name: str,
    kind: str,
    zh: str,
    en: str,
    *,
    required: bool = True,
    personal: bool = False,
    choices: dict[str, tuple[str, str]] | None = None,
) -> Field:
    options = tuple((key, Text(*words)) for key, words in (choices or {}).items())
    return Field(name, kind, Text(zh, en), required, personal, options)


REASON = field("reason", "long", "理由", "Reason")
REMARK = field("remark", "long", "说明", "Remark", required=False)
PHOTOS = field("files", "file", "照片和凭证", "Photos and papers", required=False)
# How often a problem came before something was done about it, and since: counted by the system.
RECURRENCE = (
    field("cases_before", "count", "措施前的同类投诉", "Cases of the problem before"),
    field("cases_after", "count", "措施后的同类投诉", "Cases of the problem since"),
)
RESULT = field("result", "long", "结果", "Result", personal=True)
ANSWER_FORMS = {
    "phone": ("电话", "By phone"),
    "written": ("书面", "In writing"),
    "in person": ("当面", "In person"),
    "query code": ("查询码页面", "On the query page"),
}
# With a policy that names outside bodies a choice among them, else whatever is written (forms.py).
BODY = (
    field("body", "text", "外部机构", "Outside body"),
    replace(
        field("other_body", "text", "其他外部机构的名称", "Which other body"),
        when=("body", "other"),
    ),
)
THEIR_NUMBER = field("their_number", "text", "对方编号", "Their number", required=False)
OTHER_BODY = "other"  # the choice beside the outside bodies that the policy names
PENDING = "pending"  # the outcome of following up that leaves a matter open
GROUNDS = {
    "law": ("法律法规", "Law"),
    "contract": ("合同", "Contract"),
    "standard": ("质量标准", "Quality standard"),
}
TOLD_BY = field(
    "told_by",
    "choice",
    "告知方式",
    "Told by",
    choices={
        "same channel": ("原渠道", "The channel they came by"),
        "phone": ("电话", "Phone"),
        "query code": ("查询码页面(无联系方式)", "Query page (no contact given)"),
    },
)
# What a visit leaves behind: how they were called, what they said, what is to follow.
SENT_BY = field(
    "way",
    "choice",
    "发送方式",
    "It was sent by",
    choices={
        "email": ("电子邮件", "E-mail"),
        "sms": ("短信", "Text message"),
        "letter": ("书信", "Letter"),
        "message": ("网络消息", "Online message"),
    },
)
WAY = field(
    "way",
    "choice",
    "回访方式",
    "How they were called on",
    choices={
        "phone": ("电话", "Phone"),
        "visit": ("上门", "Visit"),
        "message": ("短信或网络消息", "Message"),
        "letter": ("书信", "Letter"),
    },
)
VISIT_FIELDS = (
    WAY,
    field("score", "score", "满意度(1–5)", "Satisfaction (1–5)", required=False),
    field("opinion", "long", "客户反馈", "What the customer said", required=False, personal=True),
    field("follows", "long", "后续处理", "What follows", required=False),
)
# Facts every case has, whatever the policy asks.
# What a case keeps of the conditions that were told before or at its confirmation: that, when, which wording.
CONDITIONS_TOLD = field(
    "conditions_told", "yes/no", "已告知退货条件", "Conditions of a return told"
)
CONDITIONS_KEPT = (
    field("conditions_at", "time", "告知退货条件的时间", "Conditions of a return told at"),
    field("conditions_edition", "count", "所告知条件的制度版本", "Edition of the conditions told"),
)
