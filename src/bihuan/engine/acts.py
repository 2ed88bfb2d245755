"""The acts of the field: words, stage, outcomes and form of each, and which acts belong together."""

from dataclasses import dataclass, replace

from bihuan.engine.fields import (
    ANSWER_FORMS,
    BODY,
    PENDING,
    PHOTOS,
    REASON,
    REMARK,
    RESULT,
    SENT_BY,
    THEIR_NUMBER,
    VISIT_FIELDS,
    WAY,
    Field,
    field,
)
from bihuan.engine.words import FATES, NOTHING, RELATIONS, Text

WRITES, SAVES = "draft", "save_draft"  # writing a paper, and keeping what is written of it so far


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


def _outcomes(**words: tuple[str, str]) -> tuple[Outcome, ...]:
    return tuple(Outcome(name.replace("_", " "), Text(*pair)) for name, pair in words.items())


VISITED = _outcomes(
    satisfied=("满意", "Satisfied"),
    unsatisfied=("不满意", "Not satisfied"),
    unreachable=("未联系上", "Not reached"),
)
_GRANTED = _outcomes(approved=("同意", "Approved"), refused=("不同意", "Refused"))
_REVIEWED = _outcomes(accepted=("通过", "Accepted"), refused=("退回", "Refused"))
_EFFECT = _outcomes(effective=("有效", "Effective"), no_effect=("无效", "No effect"))


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
            field("instructions", "long", "要求", "What is asked of them"),
            field("to_unit", "unit", "发往", "Addressed to", required=False),
            field("lead", "yes/no", "由其牵头", "It leads", required=False),
        ),
    ),
    _act(
        "appoint_command",
        "指定指挥",
        "Appoint the command",
        stage="",
        fields=(
            field("commander", "person", "指挥人", "Commander"),
            field("team", "long", "小组", "Team"),
            field("members", "people", "小组成员(每行一人)", "Members, one a line", required=False),
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
        fields=(field("resolution", "long", "处理意见", "Resolution"),),
    ),
    _act(
        "respond",
        "答复客户",
        "Answer the customer",
        phrase=("答复客户并征求意见", "answer the customer and ask for their opinion"),
        past=("答复客户", "answered the customer"),
        stage="in hand",
        fields=(
            field("form", "choice", "答复方式", "Form of the answer", choices=ANSWER_FORMS),
            field("answer", "long", "答复内容", "Answer", personal=True),
            field(
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
            field(
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
        fields=(field("summary", "long", "办结说明", "Closing remark"),),
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
        fields=(field("content", "long", "报告内容", "Report"),),
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
            field("until", "time", "对方答复期限", "Their answer is due", required=False),
            field(
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
            field("amount", "money", "支付金额", "Amount paid"),
            field("method", "text", "支付方式", "Method"),
            field("paid_on", "time", "支付时间", "Paid at"),
            field("receipt", "text", "收据编号", "Receipt number"),
        ),
    ),
    _act(
        "waive",
        "放弃补偿",
        "Waive the compensation",
        phrase=("放弃未付的补偿", "waive the compensation that is not paid"),
        past=("放弃补偿", "waived the compensation"),
        fields=(field("reason", "long", "理由", "Reason", required=False),),
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
            field("quantity", "count", "实收数量", "Quantity received", required=False),
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
            field("accepted", "count", "合格数量", "Quantity accepted", required=False),
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
        fields=(field("amount", "money", "退款金额", "Amount refunded"),),
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
            field(
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
        WRITES,
        "起草",
        "Draft",
        phrase=("起草", "draft it"),
        past=("起草", "drafted it"),
        fields=(field("content", "long", "内容", "Content"),),
    ),
    _act(  # what is written so far stands on the sheet, for whoever goes on with it
        SAVES,
        "存稿",
        "Save the draft",
        phrase=("存稿", "save what is written so far"),
        past=("存了草稿", "saved the draft"),
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
        fields=(field("sent_to", "long", "发往", "Sent to"),),
    ),
    _act(
        "find_cause",
        "查明原因",
        "Find the cause",
        phrase=("查明原因", "find the cause"),
        past=("查明原因", "found the cause"),
        fields=(field("cause", "long", "原因", "Cause"),),
    ),
    _act(
        "take_action",
        "采取措施",
        "Take action",
        phrase=("采取措施", "take action"),
        past=("采取措施", "took action"),
        fields=(field("action", "long", "措施", "Action taken"),),
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
        fields=(field("appointment", "time", "预约时间", "Appointment"),),
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
        fields=(field("spoke_to", "text", "接听人", "Spoke to", personal=True), RESULT),
    ),
    _act(
        "contact",
        "联系客户",
        "Contact the customer",
        phrase=("向客户反馈进展", "tell the customer how things stand"),
        past=("联系客户", "contacted the customer"),
        fields=(field("said", "long", "告知内容", "What was said", personal=True),),
    ),
    _act(
        "meet",
        "出面接待",
        "Meet the complainants",
        phrase=("出面接待投诉人", "meet the complainants"),
        past=("出面接待投诉人", "met the complainants"),
        fields=(field("said", "long", "接待情况", "What was said", personal=True),),
    ),
    _act(
        "ask_missing",
        "补问客户",
        "Ask for what is missing",
        phrase=("向客户补问所缺内容", "ask the customer for what is missing"),
        past=("补问客户", "asked for what was missing"),
        fields=(field("said", "long", "客户补充", "What the customer added", personal=True),),
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
        fields=(field("case", "case", "新案编号", "Number of the new case"),),
    ),
    _act(
        "reach_otherwise",
        "另行联系客户",
        "Reach the customer another way",
        phrase=("换一种方式把话带到客户", "reach the customer another way"),
        past=("另行联系了客户", "reached the customer another way"),
        fields=(
            replace(WAY, text=Text("联系方式", "How they were reached")),
            field(
                "said",
                "long",
                "告知内容和结果",
                "What was said, and what came of it",
                personal=True,
            ),
        ),
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
                field("until", "time", "对方新的答复期限", "Their new date", required=False),
                when=("outcome", PENDING),
            ),
            field("what", "long", "我方随后应做", "What we then owe", required=False),
            field("date", "time", "我方应做到的时间", "By when we owe it", required=False),
        ),
    ),
    _act("keep_promise", "兑现承诺", "Keep the promise", fields=(RESULT,)),
    _act(
        "chase",
        "催办",
        "Chase",
        past=("催办", "chased it"),
        fields=(
            field("whom", "choice", "催谁、催什么", "Who is chased for what", required=False),
            field("said", "long", "催办内容", "What was said"),
        ),
        engine=True,
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
        fields=(field("said", "long", "如何处理", "What was done", personal=True),),
    ),
    # duties of the organisation
    _act(
        "daily_review",
        "每日查阅",
        "Daily review",
        phrase=("查阅当日处理单", "review the day's notes"),
        past=("查阅当日处理单", "reviewed the day's notes"),
        fields=(field("findings", "long", "查阅情况", "What was found"),),
    ),
    _act(
        "empty_box",
        "开启意见箱",
        "Empty the suggestion box",
        phrase=("开启意见箱并登记", "empty the suggestion box and register what it holds"),
        past=("开启意见箱", "emptied the suggestion box"),
        fields=(field("letters", "count", "件数", "Letters found"),),
    ),
    _act(
        "triage",
        "分拣来件",
        "Judge a message",
        phrase=("判明来件该如何办理", "judge what the message is"),
        past=("分拣来件", "judged the message"),
        fields=(
            field(
                "fate",
                "choice",
                "如何办理",
                "What it is",
                choices={
                    name: (text.zh, text.en)
                    for name, text in FATES.items()
                    if name != "quarantined"
                },
            ),
            field("case", "case", "案件", "Case", required=False),
            replace(REASON, when=("fate", "rejected")),
        ),
    ),
    _act(
        "set_aside",
        "存疑待查",
        "Set a message aside",
        phrase=("将来件存疑待查", "set the message aside for a closer look"),
        past=("将来件存疑待查", "set the message aside"),
        fields=(REASON,),
    ),
    _act(
        "list_shoppers",
        "提供购物顾客名单",
        "Hand in the list of shoppers",
        phrase=("提供上周购物顾客名单", "hand in last week's list of shoppers"),
        past=("提供购物顾客名单", "handed in the list of shoppers"),
        fields=(
            field("shoppers", "long", "顾客(每行一位)", "Shoppers, one a line", personal=True),
        ),
    ),
    _act(
        "review_policy",
        "复审制度",
        "Review the policy",
        phrase=("复审本制度", "review this policy"),
        past=("复审制度", "reviewed the policy"),
        fields=(field("findings", "long", "复审意见", "Findings"),),
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
        "see_to_notices",
        "处理未送达的通知",
        "See to notices that did not arrive",
        phrase=("让未送达的通知送到本人", "see to it that notices that failed reach their people"),
        past=("处理了未送达的通知", "saw to notices that had not arrived"),
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
            field("author", "person", "编制人", "Author"),
            field("reviewer", "person", "审核人", "Reviewer"),
            field("approver", "person", "审批人", "Approver"),
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
        fields=(field("reason", "long", "理由", "Reason", required=False),),
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
            field("what", "long", "承诺事项", "What is promised"),
            field("date", "time", "承诺日期", "Promised date"),
        ),
    ),
    _act("refuse_sheet", "拒收", "Refuse the note", fields=(REASON,)),
    _act(
        "pause",
        "暂停计时",
        "Pause the clock",
        past=("暂停计时", "paused the clock"),
        fields=(REASON, field("until", "time", "至", "Until")),
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
        fields=(field("text", "long", "内容", "Text", personal=True),),
        customer=True,
        engine=True,
    ),
    _act(
        "renew_code",
        "换发查询码",
        "Renew the query code",
        past=("换发了查询码，原码作废", "renewed the query code; the one before is void"),
        fields=(
            field(
                "checked", "long", "如何核对身份", "How it was made sure who asks", personal=True
            ),
        ),
        customer=True,
        engine=True,
    ),
    _act(
        "attach",
        "补充证据",
        "Attach",
        past=("补充证据", "attached evidence"),
        fields=(
            field("files", "file", "文件", "Files"),
            field("text", "long", "说明", "Remark", required=False, personal=True),
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
            field("score", "score", "满意度(1–5)", "Satisfaction (1–5)"),
            field("opinion", "long", "意见", "Opinion", required=False, personal=True),
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
            field("case", "case", "案件", "Case"),
            field(
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
        fields=(field("case", "case", "案件", "Case"), REASON),
        engine=True,
    ),
    _act(
        "merge",
        "并案",
        "Merge",
        phrase=("并入同一投诉的另一案件", "merge it into the other case of the same complaint"),
        past=("并入另一案件", "merged it into another case"),
        fields=(
            field("case", "case", "并入的案件", "Case that goes on"),
            field(
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
            field("representative", "text", "代表人", "Representative", personal=True),
            field(
                "representative_contact",
                "text",
                "代表人联系方式",
                "Representative's contact",
                personal=True,
            ),
            field("represents", "long", "所代表的投诉人", "Whom they stand for", personal=True),
            field("represented", "count", "所代表的人数", "How many they stand for"),
            field("authorised", "yes/no", "已核对授权", "Authorisation seen"),
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
            field("channel", "choice", "来信渠道", "It came by"),
            field("content", "long", "内容", "Content", personal=True),
        ),
        engine=True,
    ),
    _act(
        "not_reached",
        "消息未送达",
        "Customer not reached",
        past=("记录消息未送达客户", "noted that a message did not reach the customer"),
        fields=(
            SENT_BY,
            field("came_back", "long", "未送达原因", "Why it did not", personal=True),
            field("message", "text", "消息编号", "Message id", required=False),
        ),
        engine=True,
    ),
    _act(
        "not_told",
        "通知未送达",
        "Notice not delivered",
        past=("记录通知未送达工作人员", "noted that a notice did not reach a member of staff"),
        fields=(
            field("told", "person", "收件人", "To", required=False),
            SENT_BY,
            field("came_back", "long", "未送达原因", "Why it did not", personal=True),
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
        fields=(field("lead_sheet", "choice", "牵头单据", "Leading note"), REASON),
        engine=True,
    ),
    _act(
        "hold",
        "暂缓销毁",
        "Hold",
        past=("暂缓销毁", "put it on hold"),
        fields=(REASON, field("review", "time", "复核日期", "To be looked at again by")),
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
            field("review", "time", "下次复核日期", "To be looked at again by", required=False),
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
# What a customer waits for; and the acts on what somebody sends back: each is a step they wait for.
AWAITED = ("acknowledge", "respond", "contact", "ask_missing", "confirm", "follow_up")
WITH_GOODS = (
    "confirm_return", "review_return", "receive_goods", "inspect", "refund", "exchange", "repair",
)  # fmt: skip
# Fields whose values mean something in one case alone: nothing to give to several at once.
OF_ONE_CASE = frozenset({"whom"})
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
        "not_reached",
        "renew_code",
    }
)


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
