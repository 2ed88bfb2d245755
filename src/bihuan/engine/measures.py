"""Every measure once: what it is called, what it counts, and over which instant.

Reports, dashboards, assessments and exports all take these, and nothing else defines a figure.
"""

from collections.abc import Iterator

from bihuan.engine.figures import TABLES
from bihuan.engine.measure import (
    AtLeast,
    Count,
    DueByEnd,
    InTime,
    Is,
    IsPerson,
    Judged,
    Late,
    Mean,
    Measure,
    OpenAtEnd,
    Share,
    Total,
    Within,
)
from bihuan.engine.words import Text

# What figures may be broken down by, of each table; a row may stand under several clauses.
DIMENSIONS: dict[str, Text] = {
    "unit": Text("部门", "Unit"),
    "intake": Text("受理部门", "Received by"),
    "kind": Text("类型", "Kind"),
    "channel": Text("渠道", "Channel"),
    "category": Text("类别", "Category"),
    "severity": Text("等级", "Severity"),
    "caller": Text("客户类别", "Caller"),
    "about": Text("投诉对象", "Subject"),
    "ended": Text("结果", "How it ended"),
    "stage": Text("阶段", "Stage"),
    "product": Text("产品", "Product"),
    "batch": Text("批次", "Batch"),
    "reason": Text("退货原因", "Reason"),
    "part": Text("部位", "Part"),
    "symptom": Text("现象", "Symptom"),
    "act": Text("环节", "Step"),
    "post": Text("岗位", "Post"),
    "clause": Text("条款", "Clause"),
    "outcome": Text("结果", "Outcome"),
    "queue": Text("线路", "Line"),
    "weekday": Text("星期", "Weekday"),
    "hour": Text("时段", "Hour"),
}


def dimensions_of(table: str) -> tuple[str, ...]:
    """What the rows of a table may be broken down by."""
    columns = TABLES[table].__dataclass_fields__
    return tuple(name for name in DIMENSIONS if name in columns)


_ACKNOWLEDGE = ("acknowledge_due", "acknowledged_at")
_ANSWER = ("answer_due", "answered_at")
_OWED = ("due_at", "done_at")


def _time(name: str, zh: str, en: str, column: str, at: str, ended: str) -> Iterator[Measure]:
    """A length of cases: the middle, and what nine in ten did not exceed."""
    for per_cent, more, words in (
        (50, Text("中位数", "median"), Text("半数不超过的时长", "what half did not exceed")),
        (90, Text("90分位", "90th per cent"), Text("九成不超过的时长", "what nine in ten did not exceed")),
    ):  # fmt: skip
        yield Measure(
            f"{name} {'median' if per_cent == 50 else 'p90'}",
            Text(f"{zh}({more.zh})", f"{en} ({more.en})"),
            Text(f"{ended}的案件中，{words.zh}", f"Of the cases whose {en.lower()} ended in the period: {words.en}"),
            "cases",
            Within(column, per_cent),
            at,
            (AtLeast(at),),
        )  # fmt: skip


def _made() -> Iterator[Measure]:
    cases, owed = "cases", "owed"
    yield Measure(
        "received", Text("受理", "Received"),
        Text("期间登记的案件", "Cases registered in the period"), cases, Count(), "registered_at",
    )  # fmt: skip
    yield Measure(
        "closed", Text("办结", "Closed"),
        Text(
            "期间办结的案件，含撤诉、不予受理和并案",
            "Cases that ended in the period, also withdrawn, declined or merged",
        ),
        cases, Count(), "closed_at", (AtLeast("closed_at"),),
    )  # fmt: skip
    yield Measure(
        "open", Text("期末在办", "Open at the end"),
        Text("期末尚未办结的案件", "Cases not closed at the end of the period"), cases, Count(), "",
        (OpenAtEnd("registered_at", "closed_at"),),
    )  # fmt: skip
    yield from _time(
        "hand-over", "移交时间", "Hand-over time", "hand_over", "dispatched_at", "期间移交"
    )
    yield from _time("reply", "回复时间", "Reply time", "reply", "replied_at", "期间全部回单")
    yield from _time("answer", "答复时间", "Answer time", "answer", "answered_at", "期间答复客户")
    yield from _time("closing", "关闭时间", "Closing time", "closing", "closed_at", "期间办结")
    yield Measure(
        "acknowledged in time", Text("按时受理率", "Acknowledged in time"),
        Text(
            "应在期间告知受理的案件中，按时告知的比例",
            "Of the cases to be acknowledged in the period, those acknowledged by then",
        ),
        cases, Share((AtLeast("acknowledged_at"), InTime(*_ACKNOWLEDGE))), "acknowledge_due",
        (Judged(*_ACKNOWLEDGE),),
    )  # fmt: skip
    yield Measure(
        "acknowledged late", Text("超时受理", "Acknowledged late"),
        Text(
            "应在期间告知受理而未按时的案件",
            "Cases to be acknowledged in the period and not acknowledged by then",
        ),
        cases, Count(), "acknowledge_due", (Judged(*_ACKNOWLEDGE), Late(*_ACKNOWLEDGE)),
    )  # fmt: skip
    yield Measure(
        "resolved late", Text("超时答复", "Resolved late"),
        Text(
            "约定在期间答复而未按时的案件",
            "Cases whose answer was agreed for the period and not given by then",
        ),
        cases, Count(), "answer_due", (Judged(*_ANSWER), Late(*_ANSWER)),
    )  # fmt: skip
    yield Measure(
        "resolved in time", Text("按时答复率", "Resolved in time"),
        Text(
            "约定在期间答复的案件中，按时答复的比例",
            "Of the cases whose answer was agreed for the period, those answered by then",
        ),
        cases, Share((InTime(*_ANSWER),)), "answer_due", (Judged(*_ANSWER),),
    )  # fmt: skip
    yield Measure(
        "resolved at first contact", Text("首问解决", "Resolved at first contact"),
        Text(
            "期间办结的案件中，由登记人当即答复、未转办、未重开的比例",
            "Of the cases closed in the period, those answered by who took them in, without a note, never reopened",
        ),
        cases, Share((AtLeast("at_first"),)), "closed_at", (AtLeast("closed_at"), Is("ended", ("closed",))),
    )  # fmt: skip
    yield Measure(
        "wrongly prioritised", Text("定级有误", "Wrongly prioritised"),
        Text(
            "期间登记的案件中，定级后又更正等级的",
            "Cases registered in the period whose severity was corrected after they were classified",
        ),
        cases, Count(), "registered_at", (AtLeast("corrected"),),
    )  # fmt: skip
    yield Measure(
        "repeat", Text("重复投诉", "Repeat complaints"),
        Text("期间登记的案件中，重复先前案件的", "Cases registered in the period that repeat an earlier one"),
        cases, Count(), "registered_at", (AtLeast("repeats"),),
    )  # fmt: skip
    yield Measure(
        "reopened", Text("重开", "Reopened"),
        Text(
            "期间登记的案件中，办结后又重新办理的",
            "Cases registered in the period that were taken up again after closing",
        ),
        cases, Count(), "registered_at", (AtLeast("reopened"),),
    )  # fmt: skip
    yield Measure(
        "postponed", Text("延期", "Postponed"),
        Text(
            "期间登记的案件中，变更过约定反馈时间的",
            "Cases registered in the period whose agreed time was changed",
        ),
        cases, Count(), "registered_at", (AtLeast("postponed"),),
    )  # fmt: skip
    yield Measure(
        "referred outside", Text("转外部解决", "Referred outside"),
        Text("期间转外部调解、申诉的案件", "Cases that went to an outside body in the period"),
        cases, Count(), "outside_at", (AtLeast("outside_at"),),
    )  # fmt: skip
    yield Measure(
        "returned items", Text("退货件数", "Items returned"),
        Text("期间登记的退货件数", "Items to be returned, of the cases registered in the period"),
        cases, Total("returned"), "registered_at",
    )  # fmt: skip
    yield Measure(
        "improvements", Text("因投诉而改进", "Improvements"),
        Text("期间采取的纠正和预防措施", "Corrective and preventive actions taken in the period"),
        owed, Count(), "done_at", (Is("act", ("take_action",)), AtLeast("done_at")),
    )  # fmt: skip
    yield Measure(
        "assessments", Text("考核执行", "Assessments carried out"),
        Text("期间执行的考核", "Assessments carried out in the period"),
        owed, Count(), "done_at", (Is("act", ("execute",)), AtLeast("done_at")),
    )  # fmt: skip
    people = IsPerson("post")
    yield Measure(
        "compliance", Text("按时率", "Kept in time"),
        Text(
            "应在期间完成的待办中，按时完成的比例",
            "Of the obligations due in the period, those kept by then",
        ),
        owed, Share((InTime(*_OWED),)), "due_at", (Judged(*_OWED), people),
    )  # fmt: skip
    yield Measure(
        "missed", Text("超时", "Missed"),
        Text("应在期间完成而未按时的待办", "Obligations due in the period and not kept by then"),
        owed, Count(), "due_at", (Judged(*_OWED), Late(*_OWED), people),
    )  # fmt: skip
    yield Measure(
        "done", Text("完成待办", "Obligations done"),
        Text("期间完成的待办", "Obligations done in the period"),
        owed, Count(), "done_at", (AtLeast("done_at"), people),
    )  # fmt: skip
    yield Measure(
        "load", Text("期末待办", "Owed at the end"),
        Text("期末未完成的待办", "Obligations open at the end of the period"),
        owed, Count(), "", (OpenAtEnd("since_at", "done_at"), people),
    )  # fmt: skip
    yield Measure(
        "overdue", Text("期末超时待办", "Overdue at the end"),
        Text("期末未完成且已超时的待办", "Obligations open and overdue at the end of the period"),
        owed, Count(), "", (OpenAtEnd("since_at", "done_at"), DueByEnd("due_at"), people),
    )  # fmt: skip
    yield Measure(
        "leg time", Text("环节用时(中位数)", "Time of a step (median)"),
        Text(
            "期间走完的环节，半数不超过的时长",
            "Of the steps that ended in the period: what half did not exceed",
        ),
        "legs", Within("seconds", 50), "until_at",
    )  # fmt: skip
    yield Measure(
        "late legs", Text("超时环节", "Steps that were late"),
        Text(
            "期间走完的环节中，有人超时的比例",
            "Of the steps that ended in the period, those somebody was late in",
        ),
        "legs", Share((AtLeast("late"),)), "until_at",
    )  # fmt: skip
    yield from _asked()
    yield from _calls()


def _asked() -> Iterator[Measure]:
    visited = Is("act", ("follow_up", "visit_shopper"))
    reached = Is("outcome", ("satisfied", "unsatisfied"))
    yield Measure(
        "satisfied", Text("满意率", "Satisfied"),
        Text("期间回访到的客户中，满意的比例", "Of those reached by a visit in the period, the satisfied"),
        "visits", Share((Is("outcome", ("satisfied",)),)), "at", (visited, reached),
    )  # fmt: skip
    yield Measure(
        "satisfaction", Text("满意度", "Satisfaction"),
        Text("期间回访和客户评分的平均分(1–5)", "Mean score of visits and ratings in the period (1–5)"),
        "visits", Mean("score"), "at", (AtLeast("score"),),
    )  # fmt: skip
    yield Measure(
        "response rate", Text("回访成功率", "Response rate"),
        Text(
            "期间办完的回访中，联系到客户的比例",
            "Of the visits over in the period, those that reached somebody",
        ),
        "visits", Share((reached,)), "at", (visited,),
    )  # fmt: skip


def _calls() -> Iterator[Measure]:
    yield Measure(
        "calls", Text("来电", "Calls"), Text("期间来电", "Calls in the period"), "calls", Count(), "rang_at",
        (DueByEnd("rang_at"),),
    )  # fmt: skip
    yield Measure(
        "answer rate", Text("接通率", "Answer rate"),
        Text("期间来电中，接通的比例", "Of the calls in the period, those somebody answered"),
        "calls", Share((AtLeast("answered_at"),)), "rang_at", (DueByEnd("rang_at"),),
    )  # fmt: skip
    yield Measure(
        "time to answer", Text("接通等待(90分位)", "Time to answer (90th per cent)"),
        Text(
            "期间接通的来电，九成不超过的等待时长",
            "Of the calls answered: what nine in ten did not wait longer than",
        ),
        "calls", Within("waited", 90), "rang_at", (AtLeast("answered_at"), DueByEnd("rang_at")),
    )  # fmt: skip


MEASURES: dict[str, Measure] = {measure.name: measure for measure in _made()}
# The indicators that ISO 10002 wants monitored continually.
ISO_10002 = (
    "received",
    "resolved at first contact",
    "wrongly prioritised",
    "acknowledged late",
    "resolved late",
    "referred outside",
    "repeat",
    "improvements",
)
