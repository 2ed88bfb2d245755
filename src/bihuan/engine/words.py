"""The closed vocabularies: stages, endings, relations, events, counts, each with its words in both languages."""

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
# What becomes of a message that reached the organisation; quarantined ones wait for a person.
FATES: dict[str, Text] = {
    "quarantined": Text("待查", "Quarantined"),
    "case": Text("立案", "A case"),
    "addition": Text("补充", "Added to a case"),
    "merged": Text("重复", "Said already"),
    "rejected": Text("不办理", "Rejected"),
}
# Why the system judged a message as it did; people give reasons in their own words.
REASONS: dict[str, Text] = {
    "unreadable": Text("无法读出，须有人看原文", "it cannot be read; somebody has to look at it"),
    "bounce": Text("退信：我们发出的邮件未送达", "a mail of ours that came back"),
    "delivery-report": Text("投递报告", "a report of a mail system"),
    "auto-reply": Text("自动回复", "an automatic reply"),
    "own-mail": Text("我们自己发出的邮件", "a mail of our own"),
    "list-mail": Text("邮件列表或群发", "sent to a list"),
    "robot": Text("发件地址无人查收", "from an address that nobody reads"),
    "spam": Text("被标为垃圾邮件", "marked as spam"),
    "too-many": Text("同一来件人短时间内来件过多", "too many from one sender in a short time"),
    "duplicate": Text("同一封邮件", "the same mail once more"),
    "stranger": Text("来件人引用的案件与其无关", "who quotes that case has no part in it"),
    "box-asks": Text("此邮箱的来件由人判断", "what comes to this box is judged by a person"),
    "no-channel": Text("制度没有此渠道", "the policy has no such channel"),
    "call": Text("通话已结束，尚未登记", "the call is over and nothing was registered from it"),
}
# Records a policy says how long to keep; `reports` stand for all that a ledger holds.
KEPT: dict[str, Text] = {
    "case records": Text("案件记录", "case records"),
    "sheets": Text("单据", "notes and other sheets"),
    "reports": Text("报告与日常工作记录", "reports and the records of duties"),
}
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
COMPENSATION = "compensation"  # the fact, in fen, that is proposed, approved and paid
# Facts the engine itself reckons from (money.py): counts of items, and fen.
RECKONED: dict[str, str] = {"bought": "count", "returned": "count", "paid": "money"}
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
    "not reached": Text("消息未送达客户时", "when a message does not reach the customer"),
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
