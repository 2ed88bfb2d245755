"""What an act must bring or find: the needs a policy may name, and the fields a sheet may ask for."""

from dataclasses import dataclass

from bihuan.engine.fields import GROUNDS, REASON, TOLD_BY, Field, field
from bihuan.engine.words import Text


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
        (field("agreed_time", "time", "约定反馈时间", "Agreed feedback time"),),
        state="agreed time",
    ),
    Need(
        "findings", Text("事实", "findings"), (field("findings", "long", "调查事实", "Findings"),)
    ),
    Need("cause", Text("原因", "cause"), (field("cause", "long", "原因", "Cause"),)),
    Need("evidence", Text("证据", "evidence"), (field("evidence", "long", "证据", "Evidence"),)),
    Need("sheets returned", Text("处理单均已交回", "every note back"), state="sheets returned"),
    Need(
        "written answer in the company's name if written",
        Text(
            "书面投诉以公司名义书面答复",
            "a written answer in the company's name to a written complaint",
        ),
        (field("company_name", "yes/no", "以公司名义", "In the company's name"),),
        only=("written", "yes"),
        state="written answer",
    ),
    Need(
        "signature if in person",
        Text("当面答复请客户签字", "the customer's signature where answered in person"),
        (field("signature", "signature", "客户签字", "Customer's signature", personal=True),),
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
        (field("signature", "signature", "签名", "Signature", personal=True),),
    ),
    Need(
        "new time",
        Text("新的约定时间", "a new time"),
        (field("new_time", "time", "新的反馈时间", "New feedback time"),),
        state="new time",
    ),
    Need(
        "customer consent",
        Text("客户同意", "the customer's consent"),
        (field("consent", "yes/no", "客户同意", "Customer consents"),),
        state="consent",
    ),
    Need(
        "customer told",
        Text("已告知客户", "the customer told"),
        (field("told", "long", "如何告知客户", "How the customer was told", personal=True),),
    ),
    Need("reasons", Text("理由", "reasons"), (field("reasons", "long", "理由", "Reasons"),)),
    Need("reason", Text("理由", "a reason"), (REASON,)),
    Need(
        "outside path told",
        Text("已告知调解与申诉途径", "the outside path told"),
        (field("outside_path", "yes/no", "已告知外部途径", "Outside path told"),),
        state="outside path",
    ),
    Need(
        "common problems each with an action",
        Text("共性问题及改进措施", "common problems, each with an action"),
        (field("problems", "long", "共性问题与措施", "Common problems and actions"),),
    ),
    Need("promises kept", Text("承诺均已兑现", "every promise kept"), state="promises kept"),
    Need("no open duty", Text("其他待办均已办结", "no other duty open"), state="no open duty"),
    Need(
        "time promised",
        Text("告知再致电时间", "a time promised"),
        (field("agreed_time", "time", "承诺回电时间", "Time promised"),),
        state="agreed time",
    ),
    Need(
        "location if rescue",
        Text("求援位置", "the location of a rescue"),
        (field("location", "text", "位置", "Location", personal=True),),
        only=("kind", "rescue"),
    ),
    Need(
        "published document in force cited",
        Text(
            "咨询按现行文件答复的须引用该文件",
            "for an enquiry, the published document in force, unless a department replied",
        ),
        (field("document", "document", "引用文件", "Document cited"),),
        only=("kind", "enquiry"),
        state="document in force",
    ),
    Need(
        "root cause and prevention if complaint",
        Text("抱怨须写明根本原因与预防措施", "for a complaint, its root cause and prevention"),
        (
            field("root_cause", "long", "根本原因", "Root cause"),
            field("prevention", "long", "预防措施", "Prevention"),
        ),
        only=("kind", "complaint"),
    ),
    Need(
        "root cause",
        Text("根本原因", "root cause"),
        (field("root_cause", "long", "根本原因", "Root cause"),),
    ),
    Need(
        "prevention",
        Text("预防措施", "prevention"),
        (field("prevention", "long", "预防措施", "Prevention"),),
    ),
    # corrective action, as 8D and CAPA forms ask for it
    Need("team", Text("小组", "a team"), (field("team", "long", "小组", "Team"),)),
    Need(
        "problem described",
        Text("描述问题", "the problem described"),
        (field("problem", "long", "问题描述", "Problem"),),
    ),
    Need(
        "containment",
        Text("应急措施", "what holds it in check at once"),
        (field("containment", "long", "应急措施", "Held in check by"),),
    ),
    Need(
        "five whys",
        Text("逐层追问五个为什么", "why, asked five times"),
        (field("whys", "long", "五个为什么(每行一问一答)", "Five times why, one a line"),),
    ),
    Need(
        "fishbone",
        Text("按人、机、料、法、环、测查找原因", "causes looked for along a fishbone"),
        (
            field("cause_people", "long", "鱼骨图：人", "Fishbone: people", required=False),
            field("cause_machine", "long", "鱼骨图：机", "Fishbone: machine", required=False),
            field("cause_material", "long", "鱼骨图：料", "Fishbone: material", required=False),
            field("cause_method", "long", "鱼骨图：法", "Fishbone: method", required=False),
            field("cause_place", "long", "鱼骨图：环", "Fishbone: surroundings", required=False),
            field("cause_check", "long", "鱼骨图：测", "Fishbone: measurement", required=False),
        ),
    ),
    Need(
        "escape",
        Text("为何没有更早发现", "why it was not noticed before"),
        (field("escape", "long", "为何没有更早发现", "Why it was not noticed before"),),
    ),
    Need(
        "actions planned",
        Text("措施、责任人、期限", "actions, each with who does it by when"),
        (
            field(
                "actions",
                "long",
                "措施(每行一项：措施；责任人；日期)",
                "Actions, one a line: what; who; day",
            ),
        ),
    ),
    Need(
        "made lasting",
        Text(
            "有效的措施固化到制度、标准或培训",
            "what worked made lasting in rules, standards or training",
        ),
        (field("lasting", "long", "固化措施", "Made lasting by"),),
        only=("outcome", "effective"),
    ),
    Need(
        "nothing undisclosed",
        Text("不泄露非公开信息", "nothing undisclosed"),
        (
            field("disclosure_checked", "yes/no", "已核对不泄密", "Disclosure checked"),
            field("document", "document", "依据文件", "Document relied on", required=False),
        ),
        state="disclosure",
    ),
    Need(
        "written or by phone",
        Text("书面或电话送达", "in writing or by phone"),
        (
            field(
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
            field("grounds", "choice", "依据种类", "Kind of basis", choices=GROUNDS),
            field("basis", "long", "依据", "Basis"),
        ),
    ),
    Need(
        "reasons if not liable",
        Text("不承担责任的须说明理由", "reasons where we are not liable"),
        (field("reasons", "long", "理由", "Reasons"),),
        only=("liability", "not_company"),
    ),
    Need(
        "written",
        Text("书面意见", "in writing"),
        (field("opinion", "long", "书面意见", "Written opinion"),),
    ),
    Need(
        "trace",
        Text("追溯到产品、批次、工序", "trace to product, batch and process"),
        (field("trace", "long", "追溯", "Trace"),),
    ),
    Need("quality", Text("品质", "quality"), (field("quality", "long", "品质", "Quality"),)),
    Need("quantity", Text("数量", "quantity"), (field("quantity", "count", "数量", "Quantity"),)),
    Need(
        "reasonableness",
        Text("合理性", "reasonableness"),
        (field("reasonableness", "long", "合理性", "Reasonableness"),),
    ),
    Need(
        "condition", Text("成色", "condition"), (field("condition", "long", "成色", "Condition"),)
    ),
    Need("amount", Text("金额", "amount"), (field("amount", "money", "金额", "Amount"),)),
    Need("method", Text("方式", "method"), (field("method", "text", "方式", "Method"),)),
    Need(
        "a solution",
        Text("解决方案", "a solution"),
        (field("solution", "long", "方案", "Solution"),),
    ),
    Need(
        "return conditions told",
        Text("已告知退货条件", "the conditions of a return told"),
        (field("conditions_told", "yes/no", "已告知退货条件", "Conditions of a return told"),),
        state="conditions told",
    ),
    Need(
        "purchase checked",
        Text("核实购买数量、退货数量与实付金额", "quantities and the amount paid checked"),
        (
            field("bought", "count", "购买数量", "Quantity bought"),
            field("returned", "count", "退货数量", "Quantity returned"),
            field("paid", "money", "实付金额", "Amount paid"),
        ),
        only=("outcome", "accepted"),
    ),
    Need(
        "reasons if refused",
        Text("不同意的理由", "reasons where refused"),
        (field("reasons", "long", "理由", "Reasons"),),
        only=("outcome", "refused"),
    ),
    Need(
        "reasons if appealed",
        Text("申诉的理由", "reasons where it is appealed"),
        (field("reasons", "long", "理由", "Reasons"),),
        only=("outcome", "appealed"),
    ),
    Need(
        "reasons if failed",
        Text("不合格的理由", "reasons where it failed"),
        (field("reasons", "long", "理由", "Reasons"),),
        only=("outcome", "failed"),
    ),
    Need(
        "checklist",
        Text("按品类逐项检查", "the checklist for this kind of product"),
        (field("checklist", "long", "逐项检查结果", "Checklist"),),
    ),
    Need(
        "return rates",
        Text("按产品、批次、原因的退货率", "the return rate by product, batch and reason"),
        (field("rates", "long", "退货率(产品、批次、原因)", "Return rates"),),
    ),
    Need(
        "outcome of the return told",
        Text("已告知处理结果", "the result told"),
        (
            field(
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
    "result": field("result", "long", "处理结果", "Result"),
    "customer opinion": field(
        "customer opinion", "long", "客户意见", "Customer's opinion", personal=True
    ),
    "handler": field("handler", "text", "经办人", "Handler"),
    "date": field("date", "text", "办理日期", "Date"),
    "cause": field("cause", "long", "原因", "Cause"),
    "departed": field("departed", "text", "出发时间", "Set out at"),
    "arrived": field("arrived", "text", "到达时间", "Arrived at"),
    "promised by": field("promised by", "text", "承诺时间", "Promised by"),
}
NEEDS: dict[str, Need] = {need.name: need for need in _NEEDS}
DOCUMENT_FIELDS = frozenset(
    item.name for need in _NEEDS for item in need.fields if item.kind == "document"
)
