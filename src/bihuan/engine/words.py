"""The closed vocabularies: stages, acts with their forms, needs, events, each with its words in both languages."""

from dataclasses import dataclass, replace
from typing import NamedTuple


class Text(NamedTuple):
    """What something is called, in Chinese and in English."""

    zh: str
    en: str

    def in_(self, lang: str) -> str:
        """The words in ``lang``; every language but Chinese reads the English ones."""
        return self.zh if lang.startswith("zh") else self.en


NOTHING = Text("", "")


def both(written: str) -> Text:
    """Words that may be written in both languages, `中文 / English`."""
    zh, slash, en = written.partition(" / ")
    return Text(zh, en if slash else zh)


# Stages, in their order (ISO 10002); the stage of a case is the stage of its current step.
STAGES: dict[str, Text] = {
    "registered": Text("登记", "Registered"),
    "acknowledged": Text("受理", "Acknowledged"),
    "assessed": Text("分派", "Assessed"),
    "in hand": Text("处理中", "In hand"),
    "answered": Text("已答复", "Answered"),
    "closed": Text("办结", "Closed"),
    "archived": Text("归档", "Archived"),
}
ENDINGS: dict[str, Text] = {
    "archived": Text("归档", "Archived"),
    "declined": Text("不予受理", "Declined"),
    "withdrawn": Text("撤诉", "Withdrawn"),
    "merged": Text("并案", "Merged"),
    "purged": Text("已销毁", "Destroyed"),
}
# Records a policy says how long to keep; `reports` stand for all that a ledger holds.
KEPT: dict[str, Text] = {
    "case records": Text("案件记录", "case records"),
    "sheets": Text("单据", "notes and other sheets"),
    "reports": Text("报告与日常工作记录", "reports and the records of duties"),
}


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a judging act can end; the first of an act's outcomes is the good one."""

    name: str
    text: Text


@dataclass(frozen=True, slots=True)
class ActWord:
    """An act of the field: its words, the stage it stands for, its outcomes and its form.

    `stage` is empty where the act takes the stage of the row before it. `phrase` completes
    "who should …" in a policy's sentence.
    """

    name: str
    text: Text
    phrase: Text
    stage: str = ""
    outcomes: tuple[Outcome, ...] = ()
    fields: tuple[Field, ...] = ()
    past: Text = NOTHING  # for the history: "who …"
    customer: bool = False  # the customer may do it too
    engine: bool = False  # offered whatever a policy says


def _field(
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


def _outcomes(**words: tuple[str, str]) -> tuple[Outcome, ...]:
    return tuple(Outcome(name.replace("_", " "), Text(*pair)) for name, pair in words.items())


REASON = _field("reason", "long", "理由", "Reason")
REMARK = _field("remark", "long", "说明", "Remark", required=False)
PHOTOS = _field("files", "file", "照片和凭证", "Photos and papers", required=False)
RESULT = _field("result", "long", "结果", "Result", personal=True)
ANSWER_FORMS = {
    "phone": ("电话", "By phone"),
    "written": ("书面", "In writing"),
    "in person": ("当面", "In person"),
    "query code": ("查询码页面", "On the query page"),
}
# With a policy that names outside bodies a choice among them, else whatever is written (forms.py).
BODY = (
    _field("body", "text", "外部机构", "Outside body"),
    replace(
        _field("other_body", "text", "其他外部机构的名称", "Which other body"),
        when=("body", "other"),
    ),
)
THEIR_NUMBER = _field("their_number", "text", "对方编号", "Their number", required=False)
OTHER_BODY = "other"  # the choice beside the outside bodies that the policy names
PENDING = "pending"  # the outcome of following up that leaves a matter open
GROUNDS = {
    "law": ("法律法规", "Law"),
    "contract": ("合同", "Contract"),
    "standard": ("质量标准", "Quality standard"),
}
TOLD_BY = _field(
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
WAY = _field(
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
VISITED = _outcomes(
    satisfied=("满意", "Satisfied"),
    unsatisfied=("不满意", "Not satisfied"),
    unreachable=("未联系上", "Not reached"),
)
VISIT_FIELDS = (
    WAY,
    _field("score", "score", "满意度(1–5)", "Satisfaction (1–5)", required=False),
    _field("opinion", "long", "客户反馈", "What the customer said", required=False, personal=True),
    _field("follows", "long", "后续处理", "What follows", required=False),
)
_GRANTED = _outcomes(approved=("同意", "Approved"), refused=("不同意", "Refused"))
_REVIEWED = _outcomes(accepted=("通过", "Accepted"), refused=("退回", "Refused"))
_EFFECT = _outcomes(effective=("有效", "Effective"), no_effect=("无效", "No effect"))


# What the other case is to this one, and what this one then is to the other. The last two come of merging.
RELATIONS: dict[str, tuple[Text, str]] = {
    "related": (Text("相关", "Related"), "related"),
    "repeat": (Text("本案重复投诉的先前案件", "Earlier case this one repeats"), "repeated"),
    "repeated": (Text("重复投诉本案的案件", "Case that repeats this one"), "repeat"),
    "duplicate": (Text("同一投诉的重复登记", "The same complaint registered twice"), "duplicate"),
    "collective": (
        Text("本案所属集体投诉的指挥案", "Command case of the collective complaint"),
        "member",
    ),
    "member": (Text("集体投诉的成员案", "Member of this collective complaint"), "collective"),
    "grown": (Text("引起本案的案件", "Case this one grew from"), "led to"),
    "led to": (Text("由本案引起的案件", "Case that grew from this one"), "grown"),
    "appeal": (Text("外部申诉所涉的案件", "Case of the outside appeal"), "appealed"),
    "appealed": (Text("对本案的外部申诉", "Outside appeal about this case"), "appeal"),
}
MERGED_INTO, MERGED_HERE = "merged into", "merged here"
MERGING: dict[str, Text] = {
    MERGED_INTO: Text("本案并入的案件", "Case this one was merged into"),
    MERGED_HERE: Text("并入本案的案件", "Case merged into this one"),
}


def _act(
    name: str,
    zh: str,
    en: str,
    *,
    phrase: tuple[str, str] | None = None,
    past: tuple[str, str] | None = None,
    stage: str = "",
    outcomes: tuple[Outcome, ...] = (),
    fields: tuple[Field, ...] = (),
    customer: bool = False,
    engine: bool = False,
) -> ActWord:
    said = Text(*phrase) if phrase else Text(zh, en[0].lower() + en[1:])
    done = Text(*past) if past else Text(zh, en)
    return ActWord(name, Text(zh, en), said, stage, outcomes, fields, done, customer, engine)


_ACTS = (
    # the main line of a complaint
    _act("register", "登记", "Register", past=("登记", "registered it"), stage="registered"),
    _act(
        "acknowledge",
        "告知受理",
        "Tell the customer it is taken in hand",
        phrase=("告知客户受理情况", "tell the customer that the complaint is taken in hand"),
        past=("告知客户受理情况", "told the customer it is taken in hand"),
        stage="registered",
        fields=(REMARK,),
    ),
    _act(
        "classify",
        "分类定级",
        "Classify",
        phrase=("分类定级", "classify the case"),
        past=("分类定级", "classified it"),
        stage="acknowledged",
        fields=(REMARK,),
    ),
    _act(
        "dispatch",
        "开单转办",
        "Draw up a note",
        phrase=("开具处理单转有关部门", "draw up the note for the unit concerned"),
        past=("开具处理单", "drew up a note"),
        stage="assessed",
        fields=(
            _field("instructions", "long", "要求", "What is asked of them"),
            _field("to_unit", "unit", "发往", "Addressed to", required=False),
            _field("lead", "yes/no", "由其牵头", "It leads", required=False),
        ),
    ),
    _act(
        "appoint_command",
        "指定指挥",
        "Appoint the command",
        stage="",
        fields=(
            _field("commander", "person", "指挥人", "Commander"),
            _field("team", "long", "小组", "Team"),
            _field(
                "members", "people", "小组成员(每行一人)", "Members, one a line", required=False
            ),
        ),
    ),
    _act("decide", "判断处理方式", "Decide how to handle it", stage="", fields=(REMARK,)),
    _act(
        "investigate",
        "调查",
        "Investigate",
        phrase=("查清事实与原因", "establish facts and cause"),
        past=("完成调查", "investigated it"),
        stage="in hand",
        fields=(REMARK,),
    ),
    _act(
        "resolve",
        "提出处理意见",
        "Resolve",
        phrase=("拿出处理意见", "work out the resolution"),
        past=("拿出处理意见", "worked out the resolution"),
        stage="in hand",
        fields=(_field("resolution", "long", "处理意见", "Resolution"),),
    ),
    _act(
        "respond",
        "答复客户",
        "Answer the customer",
        phrase=("答复客户并征求意见", "answer the customer and ask for their opinion"),
        past=("答复客户", "answered the customer"),
        stage="in hand",
        fields=(
            _field("form", "choice", "答复方式", "Form of the answer", choices=ANSWER_FORMS),
            _field("answer", "long", "答复内容", "Answer", personal=True),
            _field(
                "answered_to",
                "choice",
                "答复对象",
                "Answered to",
                required=False,
                choices={
                    "complainant": ("投诉人本人", "The complainant"),
                    "representative": ("代表人", "The representative"),
                },
            ),
        ),
    ),
    _act(
        "confirm",
        "请客户确认",
        "Ask the customer to confirm",
        phrase=("请客户确认是否满意", "ask whether the customer is satisfied"),
        past=("记录客户意见", "recorded the customer's word"),
        stage="answered",
        outcomes=_outcomes(
            satisfied=("满意", "Satisfied"),
            disputed=("不满意", "Disputed"),
            unreachable=("未联系上", "Not reached"),
        ),
        fields=(
            _field(
                "opinion", "long", "客户意见", "Customer's opinion", required=False, personal=True
            ),
        ),
        customer=True,
    ),
    _act(
        "countersign",
        "签名确认",
        "Countersign",
        phrase=("签名确认", "countersign"),
        past=("签名确认", "countersigned"),
        outcomes=_GRANTED,
        fields=(REMARK,),
    ),
    _act(
        "approve",
        "审批",
        "Approve",
        phrase=("审批", "approve it"),
        past=("审批", "decided on approval"),
        outcomes=_GRANTED,
        fields=(REMARK,),
    ),
    _act(
        "close",
        "办结",
        "Close",
        phrase=("办结", "close the case"),
        past=("办结", "closed it"),
        stage="answered",
        fields=(_field("summary", "long", "办结说明", "Closing remark"),),
    ),
    _act(
        "follow_up",
        "回访",
        "Follow up",
        phrase=("回访客户", "call the customer again"),
        past=("回访客户", "followed up"),
        stage="closed",
        outcomes=VISITED,
        fields=VISIT_FIELDS,
    ),
    _act(
        "archive",
        "归档",
        "Archive",
        phrase=("归档", "archive the record"),
        past=("归档", "archived it"),
        stage="closed",
    ),
    _act(
        "report",
        "上报情况",
        "Report",
        phrase=("报告情况", "report it"),
        past=("报告情况", "reported it"),
        fields=(_field("content", "long", "报告内容", "Report"),),
    ),
    _act(
        "refer",
        "转外部调解或申诉",
        "Refer outside",
        phrase=("引导调解或申诉", "refer the customer outside"),
        past=("转外部", "referred it outside"),
        fields=(
            *BODY,
            THEIR_NUMBER,
            _field("until", "time", "对方答复期限", "Their answer is due", required=False),
            _field(
                "handed_over",
                "long",
                "移交材料(每行一项)",
                "Handed over, one a line",
                required=False,
            ),
        ),
    ),
    # compensation; what stands behind it is the engine's own rule (compensation.py)
    _act(
        "propose",
        "提出补偿方案",
        "Propose compensation",
        phrase=("提出补偿方案", "propose compensation"),
        past=("提出补偿方案", "proposed compensation"),
        fields=(REMARK,),
    ),
    _act(
        "compensate",
        "支付补偿",
        "Pay the compensation",
        phrase=("支付经批准的补偿", "pay the compensation approved"),
        past=("支付补偿", "paid compensation"),
        fields=(
            _field("amount", "money", "支付金额", "Amount paid"),
            _field("method", "text", "支付方式", "Method"),
            _field("paid_on", "time", "支付时间", "Paid at"),
            _field("receipt", "text", "收据编号", "Receipt number"),
        ),
    ),
    _act(
        "waive",
        "放弃补偿",
        "Waive the compensation",
        phrase=("放弃未付的补偿", "waive the compensation that is not paid"),
        past=("放弃补偿", "waived the compensation"),
        fields=(_field("reason", "long", "理由", "Reason", required=False),),
        customer=True,
    ),
    _act(
        "withdraw_request",
        "撤回请示",
        "Withdraw the request for approval",
        phrase=("撤回尚未审批的请示", "withdraw a request for approval that is still open"),
        past=("撤回请示", "withdrew the request for approval"),
        fields=(REASON,),
    ),
    # goods coming back; what they must bring is the engine's own rule (money.py)
    _act(
        "confirm_return",
        "确认退货申请",
        "Confirm the return request",
        phrase=("联系客户确认退货申请", "contact the customer and confirm the return request"),
        past=("确认退货申请", "confirmed the return request"),
        stage="registered",
        fields=(REMARK,),
    ),
    _act(
        "review_return",
        "审核退货",
        "Review the return",
        phrase=("审核退货", "review the return"),
        past=("审核退货", "reviewed the return"),
        stage="acknowledged",
        outcomes=_outcomes(accepted=("同意退货", "Accepted"), refused=("不同意退货", "Refused")),
        fields=(REMARK,),
    ),
    _act(
        "receive_goods",
        "收货",
        "Receive the goods",
        phrase=("收货并清点", "receive and count the goods"),
        past=("收货", "received the goods"),
        stage="assessed",
        outcomes=_outcomes(
            arrived=("已到", "Arrived"),
            wrong=("错货", "Wrong goods"),
            not_arrived=("未到", "Not arrived"),
        ),
        fields=(
            _field("quantity", "count", "实收数量", "Quantity received", required=False),
            PHOTOS,
            REMARK,
        ),
    ),
    _act(
        "inspect",
        "验收",
        "Inspect",
        phrase=("验收退货", "inspect the goods"),
        past=("验收退货", "inspected the goods"),
        stage="in hand",
        outcomes=_outcomes(passed=("合格", "Passed"), failed=("不合格", "Failed")),
        fields=(
            _field("accepted", "count", "合格数量", "Quantity accepted", required=False),
            PHOTOS,
            REMARK,
        ),
    ),
    _act(
        "refund",
        "退款",
        "Refund",
        phrase=("退款", "refund the customer"),
        past=("退款", "refunded the customer"),
        stage="in hand",
        fields=(_field("amount", "money", "退款金额", "Amount refunded"),),
    ),
    _act(
        "exchange",
        "换货",
        "Exchange",
        phrase=("换货", "exchange the goods"),
        past=("换货", "exchanged the goods"),
        stage="in hand",
        fields=(REMARK,),
    ),
    _act(
        "repair",
        "维修",
        "Repair",
        phrase=("维修并交还客户", "repair the goods and hand them back"),
        past=("维修", "repaired the goods"),
        stage="in hand",
        fields=(REMARK,),
    ),
    _act(
        "dispose",
        "处置退货",
        "Dispose of the goods",
        phrase=("整理并处置退货", "put the goods in order and dispose of them"),
        past=("处置退货", "disposed of the goods"),
        stage="answered",
        fields=(
            _field(
                "disposition",
                "choice",
                "处置",
                "Disposition",
                choices={
                    "restock": ("返库", "Restock"),
                    "repair": ("维修", "Repair"),
                    "scrap": ("报废", "Scrap"),
                    "supplier": ("退供应商", "To supplier"),
                    "customer": ("退还客户", "Back to the customer"),
                },
            ),
        ),
    ),
    # papers that travel
    _act(
        "issue",
        "审核签发",
        "Review and issue",
        phrase=("审核并签发", "review and issue it"),
        past=("审核签发", "reviewed and issued it"),
        outcomes=_outcomes(issued=("签发", "Issued"), refused=("退回", "Refused")),
        fields=(REMARK,),
    ),
    _act(
        "receipt",
        "签收",
        "Sign for it",
        phrase=("签收", "sign for it"),
        past=("签收", "signed for it"),
    ),
    _act(
        "reply",
        "回复",
        "Reply",
        phrase=("办理并回复", "deal with it and reply"),
        past=("回复处理单", "replied to the note"),
        fields=(PHOTOS,),
    ),
    _act(
        "check_reply",
        "核查回复",
        "Check the reply",
        phrase=("核查回复", "check the reply"),
        past=("核查回复", "checked the reply"),
        outcomes=_REVIEWED,
        fields=(REMARK,),
    ),
    _act(
        "draft",
        "起草",
        "Draft",
        phrase=("起草", "draft it"),
        past=("起草", "drafted it"),
        fields=(_field("content", "long", "内容", "Content"),),
    ),
    _act(
        "review",
        "审核",
        "Review",
        phrase=("审核", "review it"),
        past=("审核", "reviewed it"),
        outcomes=_REVIEWED,
        fields=(REMARK,),
    ),
    _act(
        "send",
        "发送",
        "Send",
        phrase=("发送", "send it"),
        past=("发送", "sent it"),
        fields=(_field("sent_to", "long", "发往", "Sent to"),),
    ),
    _act(
        "find_cause",
        "查明原因",
        "Find the cause",
        phrase=("查明原因", "find the cause"),
        past=("查明原因", "found the cause"),
        fields=(_field("cause", "long", "原因", "Cause"),),
    ),
    _act(
        "take_action",
        "采取措施",
        "Take action",
        phrase=("采取措施", "take action"),
        past=("采取措施", "took action"),
        fields=(_field("action", "long", "措施", "Action taken"),),
    ),
    _act(
        "check_effect",
        "验证效果",
        "Check the effect",
        phrase=("验证效果", "check that it worked"),
        past=("验证效果", "checked the effect"),
        outcomes=_EFFECT,
        fields=(REMARK,),
    ),
    _act(
        "make_appointment",
        "预约客户",
        "Make an appointment",
        fields=(_field("appointment", "time", "预约时间", "Appointment"),),
    ),
    _act("execute", "执行", "Carry it out", fields=(RESULT,)),
    _act(
        "appeal",
        "接受或申诉",
        "Accept or appeal",
        phrase=("接受，或提出申诉", "accept it or appeal against it"),
        past=("对考核表态", "accepted it or appealed"),
        outcomes=_outcomes(accepted=("接受", "Accepted"), appealed=("申诉", "Appealed")),
        fields=(REMARK,),
    ),
    _act(
        "decide_appeal",
        "裁定申诉",
        "Decide the appeal",
        phrase=("裁定申诉", "decide the appeal"),
        past=("裁定申诉", "decided the appeal"),
        outcomes=_outcomes(upheld=("维持", "Upheld"), reversed=("撤销", "Reversed")),
        fields=(REMARK,),
    ),
    _act(
        "reverse",
        "撤销执行",
        "Reverse it",
        phrase=("撤销已执行的考核", "take back what was carried out"),
        past=("撤销执行", "took back what was carried out"),
        fields=(RESULT,),
    ),
    # owed beside the line
    _act(
        "trace_call",
        "致电商户追踪",
        "Trace call",
        phrase=("致电商户负责人追踪", "call the merchant's manager to trace it"),
        past=("致电商户追踪", "made the trace call"),
        fields=(_field("spoke_to", "text", "接听人", "Spoke to", personal=True), RESULT),
    ),
    _act(
        "contact",
        "联系客户",
        "Contact the customer",
        phrase=("向客户反馈进展", "tell the customer how things stand"),
        past=("联系客户", "contacted the customer"),
        fields=(_field("said", "long", "告知内容", "What was said", personal=True),),
    ),
    _act(
        "meet",
        "出面接待",
        "Meet the complainants",
        phrase=("出面接待投诉人", "meet the complainants"),
        past=("出面接待投诉人", "met the complainants"),
        fields=(_field("said", "long", "接待情况", "What was said", personal=True),),
    ),
    _act(
        "ask_missing",
        "补问客户",
        "Ask for what is missing",
        phrase=("向客户补问所缺内容", "ask the customer for what is missing"),
        past=("补问客户", "asked for what was missing"),
        fields=(_field("said", "long", "客户补充", "What the customer added", personal=True),),
    ),
    _act(
        "visit_shopper",
        "回访顾客",
        "Visit a shopper",
        phrase=("回访购物顾客", "call the shopper"),
        past=("回访购物顾客", "called a shopper"),
        outcomes=VISITED,
        fields=VISIT_FIELDS,
    ),
    _act(
        "new_case",
        "据回访另立新案",
        "Register a case from the visit",
        phrase=("把顾客不满意的事另立新案", "register what the visit brought up as a new case"),
        past=("据回访另立新案", "registered a new case from the visit"),
        fields=(_field("case", "case", "新案编号", "Number of the new case"),),
    ),
    _act(
        "look_at_evidence",
        "查看客户补充",
        "Look at what was added",
        phrase=("查看客户补充", "look at what was added"),
        past=("查看客户补充", "looked at what was added"),
        fields=(RESULT,),
    ),
    _act(
        "await_outside",
        "跟进外部机构",
        "Follow up the outside body",
        phrase=("跟进外部机构结果", "follow up the outside body"),
        past=("跟进外部机构", "followed up the outside body"),
        outcomes=_outcomes(
            agreed=("达成一致", "Agreed"),
            not_agreed=("未达成一致", "Not agreed"),
            against_us=("决定对我方不利", "Decided against us"),
            withdrawn=("客户撤回", "Withdrawn"),
            pending=("尚无结果", "No result yet"),
        ),
        fields=(
            RESULT,
            THEIR_NUMBER,
            replace(
                _field("until", "time", "对方新的答复期限", "Their new date", required=False),
                when=("outcome", PENDING),
            ),
            _field("what", "long", "我方随后应做", "What we then owe", required=False),
            _field("date", "time", "我方应做到的时间", "By when we owe it", required=False),
        ),
    ),
    _act("keep_promise", "兑现承诺", "Keep the promise", fields=(RESULT,)),
    _act(
        "chase",
        "催办",
        "Chase",
        past=("催办", "chased it"),
        fields=(_field("said", "long", "催办内容", "What was said"),),
    ),
    _act("answer", "直接回复", "Answer directly", fields=(RESULT,)),
    _act(
        "pass_on",
        "首接处理",
        "Answer or pass on what one was told",
        phrase=(
            "直接回复、转达归口部门或告知投诉接口",
            "answer at once, pass it on to the responsible department, or name the right contact",
        ),
        past=("首接处理", "answered or passed on what they were told"),
        outcomes=_outcomes(
            answered=("已直接回复", "Answered"),
            passed_on=("已转达归口部门", "Passed on"),
            referred=("已告知投诉接口", "The right contact named"),
        ),
        fields=(_field("said", "long", "如何处理", "What was done", personal=True),),
    ),
    # duties of the organisation
    _act(
        "daily_review",
        "每日查阅",
        "Daily review",
        phrase=("查阅当日处理单", "review the day's notes"),
        past=("查阅当日处理单", "reviewed the day's notes"),
        fields=(_field("findings", "long", "查阅情况", "What was found"),),
    ),
    _act(
        "empty_box",
        "开启意见箱",
        "Empty the suggestion box",
        phrase=("开启意见箱并登记", "empty the suggestion box and register what it holds"),
        past=("开启意见箱", "emptied the suggestion box"),
        fields=(_field("letters", "count", "件数", "Letters found"),),
    ),
    _act(
        "list_shoppers",
        "提供购物顾客名单",
        "Hand in the list of shoppers",
        phrase=("提供上周购物顾客名单", "hand in last week's list of shoppers"),
        past=("提供购物顾客名单", "handed in the list of shoppers"),
        fields=(
            _field("shoppers", "long", "顾客(每行一位)", "Shoppers, one a line", personal=True),
        ),
    ),
    _act(
        "review_policy",
        "复审制度",
        "Review the policy",
        phrase=("复审本制度", "review this policy"),
        past=("复审制度", "reviewed the policy"),
        fields=(_field("findings", "long", "复审意见", "Findings"),),
    ),
    _act(
        "monthly_statistics",
        "月度统计",
        "Monthly statistics",
        phrase=("编制月度统计", "draw up the monthly statistics"),
        past=("编制月度统计", "drew up the monthly statistics"),
        fields=(RESULT,),
    ),
    _act("check_mailbox", "查看投诉信箱", "Check the mailbox", fields=(RESULT,)),
    _act(
        "fill_posts",
        "填补空缺岗位",
        "Fill vacant posts",
        phrase=("填补空缺岗位", "fill the vacant posts"),
        past=("填补空缺岗位", "filled vacant posts"),
        fields=(RESULT,),
    ),
    _act(
        "approve_adoption",
        "三人批准制度",
        "Approve the policy by three",
        phrase=(
            "由编制、审核、审批三人签署本制度",
            "have the policy signed by author, reviewer and approver",
        ),
        past=("签署制度", "signed the policy"),
        fields=(
            _field("author", "person", "编制人", "Author"),
            _field("reviewer", "person", "审核人", "Reviewer"),
            _field("approver", "person", "审批人", "Approver"),
        ),
    ),
    # allowed, owed by nobody
    _act(
        "postpone",
        "改期",
        "Postpone",
        phrase=("变更约定反馈时间", "move the agreed feedback time"),
        past=("改期", "moved the agreed time"),
        fields=(REASON,),
    ),
    _act(
        "hand_over",
        "交上级处理",
        "Hand over",
        phrase=("直接交上级处理", "hand the case over"),
        past=("交上级处理", "handed it over"),
        fields=(REASON,),
    ),
    _act(
        "escalate",
        "逐级上报",
        "Escalate",
        phrase=("上报上一级", "pass the case up one rank"),
        past=("上报上一级", "escalated it"),
        fields=(REASON,),
    ),
    _act(
        "withdraw",
        "撤诉",
        "Withdraw",
        phrase=("撤回投诉", "withdraw the complaint"),
        past=("撤诉", "withdrew it"),
        fields=(_field("reason", "long", "理由", "Reason", required=False),),
        customer=True,
    ),
    _act(
        "reopen",
        "重新办理",
        "Reopen",
        phrase=("重新办理", "reopen the case"),
        past=("重新办理", "reopened it"),
        fields=(REASON,),
    ),
    _act(
        "promise",
        "承诺",
        "Promise",
        fields=(
            _field("what", "long", "承诺事项", "What is promised"),
            _field("date", "time", "承诺日期", "Promised date"),
        ),
    ),
    _act("refuse_sheet", "拒收", "Refuse the note", fields=(REASON,)),
    _act(
        "pause",
        "暂停计时",
        "Pause the clock",
        past=("暂停计时", "paused the clock"),
        fields=(REASON, _field("until", "time", "至", "Until")),
    ),
    _act("resume", "恢复计时", "Resume the clock", past=("恢复计时", "resumed the clock")),
    # the engine's own, whatever a policy says
    _act(
        "correct",
        "更正",
        "Correct",
        past=("更正记录", "corrected the record"),
        fields=(REMARK,),
        engine=True,
    ),
    _act(
        "decline",
        "不予受理",
        "Decline",
        past=("不予受理", "declined it"),
        fields=(REASON,),
        engine=True,
    ),
    _act(
        "remark",
        "补记",
        "Remark",
        past=("补记", "added a remark"),
        fields=(_field("text", "long", "内容", "Text", personal=True),),
        customer=True,
        engine=True,
    ),
    _act(
        "attach",
        "补充证据",
        "Attach",
        past=("补充证据", "attached evidence"),
        fields=(
            _field("files", "file", "文件", "Files"),
            _field("text", "long", "说明", "Remark", required=False, personal=True),
        ),
        customer=True,
        engine=True,
    ),
    _act(
        "rate",
        "客户评分",
        "Rate",
        past=("客户评分", "rated the answer"),
        fields=(
            _field("score", "score", "满意度(1–5)", "Satisfaction (1–5)"),
            _field("opinion", "long", "意见", "Opinion", required=False, personal=True),
        ),
        customer=True,
        engine=True,
    ),
    _act(
        "link",
        "关联",
        "Link",
        phrase=("与先前案件关联", "link it with the earlier case"),
        past=("关联案件", "linked a case"),
        fields=(
            _field("case", "case", "案件", "Case"),
            _field(
                "as",
                "choice",
                "关系",
                "Relation",
                choices={name: (text.zh, text.en) for name, (text, _) in RELATIONS.items()},
            ),
        ),
        engine=True,
    ),
    _act(
        "unlink",
        "取消关联",
        "Unlink",
        past=("取消关联", "unlinked a case"),
        fields=(_field("case", "case", "案件", "Case"), REASON),
        engine=True,
    ),
    _act(
        "merge",
        "并案",
        "Merge",
        phrase=("并入同一投诉的另一案件", "merge it into the other case of the same complaint"),
        past=("并入另一案件", "merged it into another case"),
        fields=(
            _field("case", "case", "并入的案件", "Case that goes on"),
            _field(
                "reason",
                "long",
                "理由(投诉人不同时必填)",
                "Reason (where the complainants differ)",
                required=False,
            ),
        ),
        engine=True,
    ),
    _act(
        "name_representative",
        "登记代表人",
        "Record a representative",
        past=("登记代表人", "recorded who speaks for the complainants"),
        fields=(
            _field("representative", "text", "代表人", "Representative", personal=True),
            _field(
                "representative_contact",
                "text",
                "代表人联系方式",
                "Representative's contact",
                personal=True,
            ),
            _field("represents", "long", "所代表的投诉人", "Whom they stand for", personal=True),
            _field("represented", "count", "所代表的人数", "How many they stand for"),
            _field("authorised", "yes/no", "已核对授权", "Authorisation seen"),
        ),
        engine=True,
    ),
    _act(
        "take_in",
        "接收并案",
        "Take a merged case in",
        past=("接收并入的案件", "took in a merged case"),
    ),
    _act(
        "appeal_received",
        "收到外部申诉",
        "Outside appeal received",
        past=("收到外部申诉", "received an outside appeal"),
        fields=(
            *BODY,
            _field("channel", "choice", "来信渠道", "It came by"),
            _field("content", "long", "内容", "Content", personal=True),
        ),
        engine=True,
    ),
    _act(
        "lower_severity",
        "调低等级",
        "Lower the severity",
        past=("调低等级", "lowered the severity"),
        fields=(REASON,),
        engine=True,
    ),
    _act(
        "name_lead",
        "另定牵头单据",
        "Name the leading note",
        phrase=("另定牵头单据", "name the leading note"),
        past=("另定牵头单据", "named the leading note"),
        fields=(_field("lead_sheet", "choice", "牵头单据", "Leading note"), REASON),
        engine=True,
    ),
    _act(
        "hold",
        "暂缓销毁",
        "Hold",
        past=("暂缓销毁", "put it on hold"),
        fields=(REASON, _field("review", "time", "复核日期", "To be looked at again by")),
        engine=True,
    ),
    _act(
        "release",
        "解除暂缓",
        "Release",
        past=("解除暂缓", "released it"),
        fields=(REASON,),
        engine=True,
    ),
    _act(
        "review_hold",
        "复核暂缓销毁",
        "Look at the hold again",
        phrase=("复核是否仍须暂缓销毁", "look again whether the hold is still needed"),
        past=("复核暂缓销毁", "looked at the hold again"),
        outcomes=_outcomes(needed=("仍须暂缓", "Still needed"), lifted=("解除暂缓", "Lifted")),
        fields=(
            REASON,
            _field("review", "time", "下次复核日期", "To be looked at again by", required=False),
        ),
        engine=True,
    ),
    _act(
        "purge",
        "销毁",
        "Destroy",
        phrase=("按保存期销毁", "destroy it when its time of keeping is over"),
        past=(
            "保存期满，销毁个人信息",
            "erased what was personal when its time of keeping was over",
        ),
    ),
)
ACTS: dict[str, ActWord] = {act.name: act for act in _ACTS}

# Acts that judge somebody else's work: never owed inside the unit complained about (MALL-11, AUTO-5.4).
JUDGING = frozenset(
    {
        "confirm",
        "countersign",
        "approve",
        "check_reply",
        "follow_up",
        "close",
        "check_effect",
        "issue",
        "decide_appeal",
    }
)
# Acts of one case that no one person may do more than one of, whatever a policy says (RET-3.6, RET-3.7).
KEPT_APART = frozenset({"register", "inspect", "refund"})
# Who pays compensation neither proposed nor approved it, and cannot do so afterwards.
PAYING_APART: dict[str, frozenset[str]] = {
    "compensate": frozenset({"propose", "approve"}),
    "propose": frozenset({"compensate"}),
    "approve": frozenset({"compensate"}),
}
COMPENSATION = "compensation"  # the fact, in fen, that is proposed, approved and paid
# Facts the engine itself reckons from (money.py): counts of items, and fen.
RECKONED: dict[str, str] = {"bought": "count", "returned": "count", "paid": "money"}
# Acts that join two cases: what is written on one side is written on the other in the same step.
JOINING = frozenset({"link", "unlink", "merge"})
# Acts of a command case that may be done on its members in one go: what the organisation finds, decides
# and says; never a customer's own word, nor what only one customer can agree to.
FOR_MEMBERS = frozenset(
    {
        "acknowledge", "appoint_command", "attach", "chase", "classify", "contact", "correct", "decide",
        "investigate", "promise", "refer", "remark", "report", "resolve", "respond",
    }
)  # fmt: skip
# Acts that people may do on many cases of a list at once: the same words fit each of them.
FOR_MANY = ("remark", "chase", "contact", "acknowledge", "hand_over", "link")
# What a closed case still accepts, beside its own owed acts.
AFTER_CLOSING = frozenset(
    {
        "reopen",
        "remark",
        "attach",
        "link",
        "unlink",
        "appeal_received",
        "hold",
        "release",
        "review_hold",
        "correct",
        "rate",
    }
)


@dataclass(frozen=True, slots=True)
class Need:
    """What an act must bring (fields of its form) or find (a state somebody else provides).

    `only` names a fact or a field of the form and the value under which the need counts; `state`
    names the check of the engine, and then `provider` says whose act provides it.
    """

    name: str
    text: Text
    fields: tuple[Field, ...] = ()
    only: tuple[str, str] | None = None
    state: str = ""


_NEEDS = (
    Need(
        "customer told on the same channel",
        Text(
            "已按原渠道告知单号、负责人与时限",
            "number, owner and time told on the channel they came by",
        ),
        (TOLD_BY,),
        state="same channel",
    ),
    Need(
        "feedback time agreed",
        Text("与客户约定反馈时间", "a feedback time agreed with the customer"),
        (_field("agreed_time", "time", "约定反馈时间", "Agreed feedback time"),),
        state="agreed time",
    ),
    Need(
        "findings", Text("事实", "findings"), (_field("findings", "long", "调查事实", "Findings"),)
    ),
    Need("cause", Text("原因", "cause"), (_field("cause", "long", "原因", "Cause"),)),
    Need("evidence", Text("证据", "evidence"), (_field("evidence", "long", "证据", "Evidence"),)),
    Need("sheets returned", Text("处理单均已交回", "every note back"), state="sheets returned"),
    Need(
        "written answer in the company's name if written",
        Text(
            "书面投诉以公司名义书面答复",
            "a written answer in the company's name to a written complaint",
        ),
        (_field("company_name", "yes/no", "以公司名义", "In the company's name"),),
        only=("written", "yes"),
        state="written answer",
    ),
    Need(
        "signature if in person",
        Text("当面答复请客户签字", "the customer's signature where answered in person"),
        (_field("signature", "signature", "客户签字", "Customer's signature", personal=True),),
        only=("form", "in person"),
    ),
    Need(
        "all fields filled",
        Text("处理单填写完整", "every field of the note filled"),
        state="sheet filled",
    ),
    Need(
        "signature",
        Text("签名", "signature"),
        (_field("signature", "signature", "签名", "Signature", personal=True),),
    ),
    Need(
        "new time",
        Text("新的约定时间", "a new time"),
        (_field("new_time", "time", "新的反馈时间", "New feedback time"),),
        state="new time",
    ),
    Need(
        "customer consent",
        Text("客户同意", "the customer's consent"),
        (_field("consent", "yes/no", "客户同意", "Customer consents"),),
        state="consent",
    ),
    Need(
        "customer told",
        Text("已告知客户", "the customer told"),
        (_field("told", "long", "如何告知客户", "How the customer was told", personal=True),),
    ),
    Need("reasons", Text("理由", "reasons"), (_field("reasons", "long", "理由", "Reasons"),)),
    Need("reason", Text("理由", "a reason"), (REASON,)),
    Need(
        "outside path told",
        Text("已告知调解与申诉途径", "the outside path told"),
        (_field("outside_path", "yes/no", "已告知外部途径", "Outside path told"),),
        state="outside path",
    ),
    Need(
        "common problems each with an action",
        Text("共性问题及改进措施", "common problems, each with an action"),
        (_field("problems", "long", "共性问题与措施", "Common problems and actions"),),
    ),
    Need("promises kept", Text("承诺均已兑现", "every promise kept"), state="promises kept"),
    Need("no open duty", Text("其他待办均已办结", "no other duty open"), state="no open duty"),
    Need(
        "time promised",
        Text("告知再致电时间", "a time promised"),
        (_field("agreed_time", "time", "承诺回电时间", "Time promised"),),
        state="agreed time",
    ),
    Need(
        "location if rescue",
        Text("求援位置", "the location of a rescue"),
        (_field("location", "text", "位置", "Location", personal=True),),
        only=("kind", "rescue"),
    ),
    Need(
        "published document in force cited",
        Text(
            "咨询按现行文件答复的须引用该文件",
            "for an enquiry, the published document in force, unless a department replied",
        ),
        (_field("document", "document", "引用文件", "Document cited"),),
        only=("kind", "enquiry"),
        state="document in force",
    ),
    Need(
        "root cause and prevention if complaint",
        Text("抱怨须写明根本原因与预防措施", "for a complaint, its root cause and prevention"),
        (
            _field("root_cause", "long", "根本原因", "Root cause"),
            _field("prevention", "long", "预防措施", "Prevention"),
        ),
        only=("kind", "complaint"),
    ),
    Need(
        "root cause",
        Text("根本原因", "root cause"),
        (_field("root_cause", "long", "根本原因", "Root cause"),),
    ),
    Need(
        "prevention",
        Text("预防措施", "prevention"),
        (_field("prevention", "long", "预防措施", "Prevention"),),
    ),
    Need(
        "nothing undisclosed",
        Text("不泄露非公开信息", "nothing undisclosed"),
        (
            _field("disclosure_checked", "yes/no", "已核对不泄密", "Disclosure checked"),
            _field("document", "document", "依据文件", "Document relied on", required=False),
        ),
        state="disclosure",
    ),
    Need(
        "written or by phone",
        Text("书面或电话送达", "in writing or by phone"),
        (
            _field(
                "form",
                "choice",
                "送达方式",
                "Form",
                choices={"written": ("书面", "In writing"), "phone": ("电话", "By phone")},
            ),
        ),
    ),
    Need("liability found", Text("责任认定", "liability"), ()),
    Need(
        "basis",
        Text("法律、合同或标准依据", "basis in law, contract or standard"),
        (
            _field("grounds", "choice", "依据种类", "Kind of basis", choices=GROUNDS),
            _field("basis", "long", "依据", "Basis"),
        ),
    ),
    Need(
        "reasons if not liable",
        Text("不承担责任的须说明理由", "reasons where we are not liable"),
        (_field("reasons", "long", "理由", "Reasons"),),
        only=("liability", "not_company"),
    ),
    Need(
        "written",
        Text("书面意见", "in writing"),
        (_field("opinion", "long", "书面意见", "Written opinion"),),
    ),
    Need(
        "trace",
        Text("追溯到产品、批次、工序", "trace to product, batch and process"),
        (_field("trace", "long", "追溯", "Trace"),),
    ),
    Need("quality", Text("品质", "quality"), (_field("quality", "long", "品质", "Quality"),)),
    Need("quantity", Text("数量", "quantity"), (_field("quantity", "count", "数量", "Quantity"),)),
    Need(
        "reasonableness",
        Text("合理性", "reasonableness"),
        (_field("reasonableness", "long", "合理性", "Reasonableness"),),
    ),
    Need(
        "condition", Text("成色", "condition"), (_field("condition", "long", "成色", "Condition"),)
    ),
    Need("amount", Text("金额", "amount"), (_field("amount", "money", "金额", "Amount"),)),
    Need("method", Text("方式", "method"), (_field("method", "text", "方式", "Method"),)),
    Need(
        "a solution",
        Text("解决方案", "a solution"),
        (_field("solution", "long", "方案", "Solution"),),
    ),
    Need(
        "return conditions told",
        Text("已告知退货条件", "the conditions of a return told"),
        (_field("conditions_told", "yes/no", "已告知退货条件", "Conditions of a return told"),),
        state="conditions told",
    ),
    Need(
        "purchase checked",
        Text("核实购买数量、退货数量与实付金额", "quantities and the amount paid checked"),
        (
            _field("bought", "count", "购买数量", "Quantity bought"),
            _field("returned", "count", "退货数量", "Quantity returned"),
            _field("paid", "money", "实付金额", "Amount paid"),
        ),
        only=("outcome", "accepted"),
    ),
    Need(
        "reasons if refused",
        Text("不同意的理由", "reasons where refused"),
        (_field("reasons", "long", "理由", "Reasons"),),
        only=("outcome", "refused"),
    ),
    Need(
        "reasons if appealed",
        Text("申诉的理由", "reasons where it is appealed"),
        (_field("reasons", "long", "理由", "Reasons"),),
        only=("outcome", "appealed"),
    ),
    Need(
        "reasons if failed",
        Text("不合格的理由", "reasons where it failed"),
        (_field("reasons", "long", "理由", "Reasons"),),
        only=("outcome", "failed"),
    ),
    Need(
        "checklist",
        Text("按品类逐项检查", "the checklist for this kind of product"),
        (_field("checklist", "long", "逐项检查结果", "Checklist"),),
    ),
    Need(
        "return rates",
        Text("按产品、批次、原因的退货率", "the return rate by product, batch and reason"),
        (_field("rates", "long", "退货率(产品、批次、原因)", "Return rates"),),
    ),
    Need(
        "outcome of the return told",
        Text("已告知处理结果", "the result told"),
        (
            _field(
                "told_result",
                "choice",
                "退货结果",
                "Result of the return",
                choices={
                    "refunded": ("已退款", "Refunded"),
                    "exchanged": ("已换货", "Exchanged"),
                    "repaired": ("已维修", "Repaired"),
                    "refused": ("不予退货", "Refused"),
                },
            ),
        ),
    ),
)
# Fields a sheet may ask its addressee to fill in (`filled`).
SHEET_FIELDS: dict[str, Field] = {
    "result": _field("result", "long", "处理结果", "Result"),
    "customer opinion": _field(
        "customer opinion", "long", "客户意见", "Customer's opinion", personal=True
    ),
    "handler": _field("handler", "text", "经办人", "Handler"),
    "date": _field("date", "text", "办理日期", "Date"),
    "cause": _field("cause", "long", "原因", "Cause"),
    "departed": _field("departed", "text", "出发时间", "Set out at"),
    "arrived": _field("arrived", "text", "到达时间", "Arrived at"),
    "promised by": _field("promised by", "text", "承诺时间", "Promised by"),
}
NEEDS: dict[str, Need] = {need.name: need for need in _NEEDS}
DOCUMENT_FIELDS = frozenset(
    item.name for need in _NEEDS for item in need.fields if item.kind == "document"
)

# Events that a row of `owed` may wait for; `sheet NAME issued` and `sheet NAME replied` are formed with a sheet's name.
EVENTS: dict[str, Text] = {
    "registered": Text("登记后", "once registered"),
    "classified": Text("分类定级后", "once classified"),
    "dispatched": Text("开单后", "once a note is drawn up"),
    "answered": Text("答复后", "once answered"),
    "closed": Text("办结后", "once closed"),
    "reopened": Text("重新办理后", "once reopened"),
    "counted": Text("同类投诉累计达到时", "when the count is reached"),
    "asked missing": Text("登记要素不全时", "when something asked at registration is missing"),
    "customer added": Text("客户补充说明或证据时", "when the customer adds something"),
    "late evidence": Text("办结后收到证据时", "when evidence comes after closing"),
    "referred": Text("转外部后", "once referred outside"),
    "goods received": Text("收货后", "once the goods are received"),
    "inspected": Text("验收后", "once the goods are inspected"),
    "promised": Text("作出承诺后", "once something is promised"),
    "visit not satisfied": Text("名单回访不满意时", "when somebody on a list is not satisfied"),
    "shopper list received": Text("收到购物顾客名单后", "once a list of shoppers is in"),
    "sheet overdue": Text("单据到期未回时", "when a note is overdue"),
    "sheet overdue again": Text("单据催办后仍未回时", "when a note is overdue once more"),
    "told to a member of staff": Text("员工转达时", "when told to a member of staff"),
    "repeated": Text("重复投诉时", "when it is a repeat"),
}
# Facts every case has, whatever the policy asks.
# What a case keeps of the conditions that were told before or at its confirmation: that, when, which wording.
CONDITIONS_TOLD = _field(
    "conditions_told", "yes/no", "已告知退货条件", "Conditions of a return told"
)
CONDITIONS_KEPT = (
    _field("conditions_at", "time", "告知退货条件的时间", "Conditions of a return told at"),
    _field("conditions_edition", "count", "所告知条件的制度版本", "Edition of the conditions told"),
)
BUILT_IN_FACTS: dict[str, Text] = {
    "kind": Text("类型", "Kind"),
    "channel": Text("渠道", "Channel"),
    "written": Text("书面", "Written"),
    "category": Text("类别", "Category"),
    "caller": Text("客户类别", "Caller"),
    "anonymous": Text("匿名", "Anonymous"),
}
# Instants a clock may start from.
INSTANTS: dict[str, Text] = {
    "registered": Text("登记", "registration"),
    "taken up": Text("接办(登记或最近一次退回)", "registration or the last return"),
    "received": Text("收到", "receipt"),
    "classified": Text("定级", "classification"),
    "dispatched": Text("开单", "the note"),
    "replied": Text("单据回复", "its reply"),
    "answered": Text("答复", "the answer"),
    "closed": Text("办结", "closing"),
    "goods received": Text("收货", "receipt of the goods"),
}
# What a measure may count, beside the time between two instants.
MEASURED: dict[str, Text] = {
    "every obligation kept by its due": Text("按时办结的待办", "every obligation kept by its due"),
}
# What the system counts for a fact `counted: … in NUMBER`, and for one found `by: calendar`.
COUNTS: dict[str, Text] = {
    "cases of the same problem": Text("同一对象同一类别的案件", "cases of the same problem"),
    "complainants with the same complaint": Text(
        "提出同一投诉的不同投诉人", "different complainants with the same complaint"
    ),
    "cases of the same complainant": Text(
        "同一投诉人的同一投诉", "cases of the same complainant on the same matter"
    ),
    "earlier cases of the same fault": Text(
        "部位和现象相同的既往案件", "earlier cases of the same part and symptom"
    ),
    "nearest unit": Text("距离最近、当班且有能力的单位", "the nearest unit on duty that can do it"),
    "complainants standing together": Text(
        "集体投诉中的不同投诉人", "different complainants of the collective complaint"
    ),
    "cases of the same batch and reason": Text("同批次同原因的案件", "same batch and reason"),
    "cases drawn for a visit": Text("已抽中回访的案件", "cases drawn for a visit"),
    "same part and same symptom": Text("同部位同现象的案件", "same part and symptom"),
}
# What a printed form is of.
PRINTED: dict[str, Text] = {
    "case": Text("案件", "a case"),
    "sheet": Text("单据", "a sheet"),
    "visit": Text("回访", "a visit"),
}
# What a visit and the customer's own rating leave among the facts of a case.
KEPT_SCORES: dict[str, Text] = {
    "satisfaction": Text("回访满意度", "Satisfaction at the visit"),
    "rating": Text("客户评分", "Customer's own rating"),
}
# Facts that acts leave behind, whole numbers that conditions may ask for; no other form asks for them.
LEFT_BEHIND: dict[str, Text] = {
    **KEPT_SCORES,
    "represented": Text("代表人所代表的人数", "How many a representative stands for"),
}
SCORES = range(1, 6)  # satisfaction, 5 the best
DRAWN = "drawn"  # the fact that says whether a sample took the case
# Trades that the law gives limits of their own (`source.trade`).
TRADES: dict[str, Text] = {
    "cars": Text("家用汽车", "Cars"),
    "platform": Text("电子商务平台", "E-commerce platform"),
    "banking": Text("银行保险", "Banking and insurance"),
    "telecoms": Text("电信", "Telecommunications"),
    "petitions": Text("信访（类推）", "Petitions (by analogy)"),
    "uk finance": Text("英国金融服务", "UK financial services"),
    "uk payments": Text("英国支付业务", "UK payments"),
}
WINDOWS: dict[str, Text] = {
    "in hours": Text("工作时间", "In working hours"),
    "off hours": Text("工作日非工作时间", "On a working day outside hours"),
    "holiday": Text("节假日", "On a day of rest"),
}
# How far a published document may go; answers cite only what a customer may be told.
DISCLOSURE: dict[str, Text] = {
    "public": Text("公开", "Public"),
    "customer": Text("可告知客户", "May be told to the customer"),
    "internal": Text("内部", "Internal"),
    "confidential": Text("机密", "Confidential"),
}
TELLABLE = frozenset({"public", "customer"})
YES_NO: dict[str, Text] = {"yes": Text("是", "Yes"), "no": Text("否", "No")}


def event_of(act: str) -> str:
    """The event of the closed list that doing ``act`` is, or the empty string."""
    return {
        "register": "registered",
        "classify": "classified",
        "dispatch": "dispatched",
        "respond": "answered",
        "close": "closed",
        "reopen": "reopened",
        "refer": "referred",
        "promise": "promised",
        "list_shoppers": "shopper list received",
        "receive_goods": "goods received",
        "inspect": "inspected",
    }.get(act, "")
