"""Refusals: a code, the reason in both languages, the clause, the field, and who owes what is missing."""

from dataclasses import dataclass

from bihuan.engine.organisation import Seat
from bihuan.engine.words import Text


@dataclass(frozen=True, slots=True)
class Owing:
    """Something missing, and who owes it by when (an instant; 0 = not yet owed)."""

    act: str
    seat: Seat
    due: int
    sheet: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act is not possible; nothing but what the decision's events say has changed."""

    code: str
    text: Text
    clauses: tuple[str, ...] = ()
    field: str = ""
    owing: tuple[Owing, ...] = ()

    def say(self, lang: str) -> str:
        """The reason in the reader's language, with the clause."""
        clause = f" ({', '.join(self.clauses)})" if self.clauses else ""
        return self.text.in_(lang) + clause


_TEXTS: dict[str, tuple[str, str]] = {
    "unknown-act": ("没有名为“{act}”的动作", "there is no act called '{act}'"),
    "no-case": ("要先登记案件", "the case has to be registered first"),
    "in-the-future": ("发生时间不能晚于现在", "the act cannot have happened later than now"),
    "before-registration": (
        "发生时间不能早于登记时间",
        "the act cannot have happened before the registration",
    ),
    "walled": (
        "投诉涉及本人或其上级，不能经办、也不能查看",
        "the complaint is about you or someone above you; you cannot handle or read it",
    ),
    "not-yours": ("该由{who}办理", "this is for {who} to do"),
    "not-allowed": ("本制度没有规定此动作", "this policy has no such act"),
    "not-yet": ("现在还不能办：先要{step}", "not yet: first {step}"),
    "done-already": ("这一步已经办过", "this step is done already"),
    "no-such-sheet": (
        "没有第 {sheet} 张单据，或它已办结、作废",
        "there is no live sheet number {sheet}",
    ),
    "sheet-void": (
        "第 {sheet} 张单据已作废，不能再办；仍须办理的请另开一张",
        "sheet {sheet} is void and nothing more is done on it; draw up another if it is still needed",
    ),
    "sheet-done": (
        "第 {sheet} 张单据已办结，不能再办",
        "sheet {sheet} is done and nothing more is done on it",
    ),
    "unit-gone": (
        "“{unit}”已撤销或无人任职，单据发不到；“{field}”可改为 {right}",
        "'{unit}' is closed or has nobody in it, so no note reaches it; right for '{field}' would be {right}",
    ),
    "one-note": (
        "在外的单据不到两张，不必另定牵头",
        "fewer than two notes are out, so there is no lead to choose",
    ),
    "nobody-to-chase": (
        "眼下没有别人欠着什么，不必催办",
        "nobody else owes anything now, so there is nobody to chase",
    ),
    "wrong-sheet-step": ("单据现在等待：{step}", "the sheet now waits for: {step}"),
    "final": (
        "案件已终结({ending})，不能再办；如有新情况请另立新案并关联",
        "the case is over ({ending}); register a new one and link it",
    ),
    "closed": ("案件已办结，此动作不再适用；可重新办理", "the case is closed; reopen it first"),
    "judged-already": (
        "此来件已分拣，不再重分；只有不办理的来件可以重新分拣",
        "this message is judged; only one that was rejected can be taken up again",
    ),
    "not-closed": (
        "案件尚未办结，不需要重新办理",
        "the case is not closed, there is nothing to reopen",
    ),
    "missing-field": ("缺少“{field}”", "'{field}' is missing"),
    "unknown-field": ("此动作没有“{field}”一栏", "this act has no field '{field}'"),
    "bad-value": (
        "“{field}”的值不对，应为 {right}",
        "'{field}' has a wrong value; right would be {right}",
    ),
    "no-outcome": ("须选择结果：{right}", "an outcome is needed: {right}"),
    "past-time": ("“{field}”须晚于现在", "'{field}' must lie ahead"),
    "too-far": ("“{field}”最远可约到 {right}", "'{field}' may lie no farther than {right}"),
    "not-later": (
        "新的时间须晚于原约定时间 {right}",
        "the new time must be later than the agreed one, {right}",
    ),
    "no-consent": ("改期须征得客户同意", "moving the agreed time needs the customer's consent"),
    "changes-spent": (
        "已改期 {count} 次，不能再改；案件已上报{who}",
        "the time was moved {count} times already and cannot move again; the case has gone to {who}",
    ),
    "budget-spent": (
        "已办 {count} 次，不能再办",
        "this was done {count} times already and cannot be done again",
    ),
    "other-channel": (
        "须按客户来时的渠道告知",
        "the customer must be told on the channel they came by",
    ),
    "not-written": (
        "书面投诉须以公司名义书面答复",
        "a written complaint is answered in writing in the company's name",
    ),
    "path-not-told": (
        "须告知客户外部调解与申诉途径",
        "the customer must be told of the outside path",
    ),
    "undisclosed": (
        "回复须先核对，不得泄露非公开信息",
        "the reply must be checked first: it may give away nothing unpublished",
    ),
    "sheet-incomplete": (
        "处理单须完整填写，缺：{field}",
        "the note must be filled completely; missing: {field}",
    ),
    "sheets-out": ("还有单据未交回", "notes are still out"),
    "promises-open": ("还有承诺未兑现", "promises are still to be kept"),
    "open-duty": ("还有待办未办", "other duties are still open"),
    "unknown-kind": ("没有名为“{field}”的类型", "there is no kind called '{field}'"),
    "unknown-channel": ("没有名为“{field}”的渠道", "there is no channel called '{field}'"),
    "unknown-unit": ("没有代码为“{field}”的部门或单位", "there is no unit with the code '{field}'"),
    "not-staff": (
        "登记须由本单位员工、客户本人或系统进行",
        "registering is for staff, the customer or the system",
    ),
    "paused-already": ("计时已暂停", "the clock is paused already"),
    "not-paused": ("计时没有暂停", "the clock is not paused"),
    "same-person": (
        "编制、审核、审批须是三个不同的人",
        "author, reviewer and approver must be three different people",
    ),
    "kept-apart": (
        "同一案件中，已办过“{done}”的人不能再办“{act}”",
        "in one case whoever did '{done}' may not do '{act}'",
    ),
    "nobody-left": (
        "同一案件中，已办过“{done}”的人不能再办“{act}”，{who}中也没有别人可办：请管理员给该岗位增加人员",
        "whoever did '{done}' may not do '{act}', and nobody else is left: name another {who}",
    ),
    "conditions-not-told": (
        "须先向客户说明退货条件",
        "the customer must be told the conditions of a return first",
    ),
    "conditions-not-met": (
        "不符合规定的条件，不能同意",
        "the conditions are not met, so it cannot be granted",
    ),
    "after-limit": (
        "申请已过期限(最迟 {right})，不能同意",
        "the request came after the limit ({right}), so it cannot be granted",
    ),
    "above-bought": (
        "退货数量不能多于购买数量 {right}",
        "no more can be returned than the {right} bought",
    ),
    "nothing-received": ("没有收到货物", "no goods were received"),
    "nothing-accepted": (
        "合格数量为 0 的应记为不合格",
        "where nothing is accepted the inspection has failed",
    ),
    "item-failed": (
        "“{item}”答“{answer}”，不能记为“{outcome}”",
        "“{item}” is answered “{answer}”: it cannot be recorded as “{outcome}”",
    ),
    "above-received": (
        "合格数量最多为 {right}",
        "no more than {right} can be accepted of what was received and asked for",
    ),
    "not-inspected": (
        "本单验收合格之前不能{act}",
        "before this return has passed its inspection: no '{act}'",
    ),
    "settled-already": (
        "验收合格的商品已退款、换货或维修，每件只能办理一次",
        "what was accepted is refunded, exchanged or repaired already; each item is settled once",
    ),
    "paid-unknown": (
        "实付金额或购买数量不详，不能退款",
        "the amount paid or the quantity bought is not known, so nothing can be refunded",
    ),
    "above-paid": (
        "退款须大于 0,最多为 {right} 元(验收合格部分的实付金额)",
        "the refund must be above 0 and at most {right} yuan, what was paid for the accepted goods",
    ),
    "purchase-fixed": (
        "已按此退款、换货或维修，购买数量与实付金额不能再改",
        "quantity and amount paid cannot change after a settlement was reckoned from them",
    ),
    "goods-in-hand": (
        "货物在我方，须先验收并处置",
        "the goods are with us and must be inspected and disposed of first",
    ),
    "plan-too-long": ("措施最多 {right} 项", "a plan has at most {right} actions"),
    "bad-plan": (
        "措施第 {line} 行应为“措施；责任人；日期”：责任人为在岗人员的账号或姓名，日期如 2026-03-31",
        "line {line} of the actions should be 'what; who; day': somebody who holds a post, and a day like 2026-03-31",
    ),
    "plan-too-far": (
        "措施第 {line} 行的日期须晚于现在，最迟 {right}",
        "the day in line {line} of the actions must lie ahead, at the latest {right}",
    ),
    "too-early-to-judge": (
        "现在还看不出是否有效，最早 {right} 可判",
        "it is too early to say whether it worked; it can be judged from {right}",
    ),
    "not-counted": (
        "同类投诉的件数由系统统计，没有件数不能判为有效",
        "how often the problem came again is counted by the system; without that nothing is effective",
    ),
    "not-fallen": (
        "不能判为有效：措施前 {days} {before} 件，措施后 {since} {after} 件；须下降 {margin}%，即至多 {most} 件",
        "not effective: {before} cases in {days} before, {after} in {since} since; {most} would be {margin}% fewer",
    ),
    "not-authorised": (
        "没有核对代表人的授权，不能只答复代表人",
        "the representative's authorisation was not seen, so the complainant is answered",
    ),
    "with-itself": ("案件不能与自身关联或合并", "a case is not joined with itself"),
    "linked-already": (
        "两案已关联({how})；如要改变关系，先取消关联",
        "the two are linked already ({how}); unlink them first to change that",
    ),
    "not-linked": ("两案没有关联", "the two cases are not linked"),
    "merged-stays": (
        "并案不能撤销：并入后的待办可能已在存续案中办理；并错的，请另立新案并与原案关联",
        "a merge is not undone: what moved may be done there; register a new case and link it",
    ),
    "one-command": (
        "一件集体投诉只有一个指挥案，指挥案本身不能是成员",
        "a member has one command case, and a command case is no member itself",
    ),
    "command-undecided": (
        "先要由集体投诉的指挥案作出决定，本案时限照常计算",
        "the command case of the collective complaint has to decide first; the clock here runs on",
    ),
    "not-for-members": (
        "此动作要逐案办理，不能一次办到各成员案",
        "this act is done case by case, not on all members in one go",
    ),
    "has-members": (
        "指挥案还有成员，不能并入他案",
        "a command case that has members is not merged into another",
    ),
    "answered-already": (
        "已答复客户，不再合并，可作为重复登记关联",
        "the customer is answered already; link it as a duplicate instead",
    ),
    "other-policy": (
        "两案适用不同制度，不能合并，可关联",
        "the two run under different policies; link them instead of merging",
    ),
    "not-living": (
        "并入的案件须仍在办理(未办结、未终结)",
        "the case that goes on has to be in hand: neither closed nor over",
    ),
    "owes-merged": (
        "还欠并入案件的投诉人答复，不能终结",
        "it still owes an answer to somebody merged into it and cannot end",
    ),
    "no-library": (
        "文件库中还没有文件：请先由{who}在“文件库”公布现行文件，并登记抄送客服中心的时间",
        "the library is empty: first the {who} publishes what is in force and notes when it was copied",
    ),
    "unknown-document": (
        "文件库中没有代号为“{field}”的文件",
        "the library has no document '{field}'",
    ),
    "unknown-version": (
        "没有“{field}”这一版；已有的版本：{right}",
        "there is no version '{field}'; there are {right}",
    ),
    "not-yet-in-force": (
        "“{field}”自 {since} 起才生效，不能据以答复；{right}",
        "'{field}' comes into force only at {since} and cannot answer yet; {right}",
    ),
    "no-longer-in-force": (
        "“{field}”已于 {until} 失效，不能据以答复；{right}",
        "'{field}' ceased to be in force at {until} and can answer no more; {right}",
    ),
    "not-copied": (
        "“{field}”尚未抄送客服中心，不能据以答复；收到后请在“文件库”登记抄送时间",
        "'{field}' cannot answer before the service centre's copy of it is noted in the library",
    ),
    "not-to-be-told": (
        "“{field}”的公开程度为“{level}”，不能向客户透露",
        "'{field}' is for disclosure level '{level}' and must not be told to a customer",
    ),
    "other-topic": (
        "“{field}”不涉及本案的类别，不能据以答复",
        "'{field}' is not about the category of this case and cannot answer it",
    ),
    "purged": (
        "保存期已满，案件已销毁，不再接受任何动作",
        "its time of keeping is over and it was destroyed; nothing more can be done",
    ),
    "held-already": ("已在暂缓销毁", "it is on hold already"),
    "not-held": ("没有暂缓销毁", "it is not on hold"),
    "level-too-high": ("只能调低等级", "the severity can only be lowered"),
    "compensation-unpaid": (
        "经批准的补偿还有 {right} 元未付，须先支付或由客户放弃",
        "of the compensation approved {right} yuan are not paid; they are paid or waived first",
    ),
    "not-approved": (
        "补偿未经批准，不能支付",
        "the compensation is not approved, so nothing may be paid",
    ),
    "nothing-unpaid": (
        "没有经批准而未付的补偿",
        "no compensation is approved and unpaid",
    ),
    "above-approved": (
        "支付金额须大于 0，最多为 {right} 元(已批准而未付的部分)",
        "the payment must be above 0 and at most {right} yuan, what is approved and not yet paid",
    ),
    "below-paid": (
        "补偿金额不能少于已付的 {right} 元",
        "the compensation cannot be less than the {right} yuan already paid",
    ),
    "nothing-asked": (
        "现在没有等待审批的请示",
        "no request waits for approval now",
    ),
    "not-the-asker": (
        "请示只能由提出的人撤回",
        "only who asked for the approval may withdraw the request",
    ),
}


def refuse(
    code: str,
    *,
    clauses: tuple[str, ...] = (),
    at: str = "",
    owing: tuple[Owing, ...] = (),
    **words: Text | str | int,
) -> Refusal:
    """The refusal of that code at field `at`; `words` fill its sentence in each language."""
    zh, en = _TEXTS[code]
    chinese = {name: word.zh if isinstance(word, Text) else word for name, word in words.items()}
    english = {name: word.en if isinstance(word, Text) else word for name, word in words.items()}
    return Refusal(code, Text(zh.format(**chinese), en.format(**english)), clauses, at, owing)


def refuse_field(code: str, field: str, zh: str, en: str) -> Refusal:
    """The refusal of what stands in a field of a form, in words of its own."""
    return Refusal(code, Text(zh, en), field=field)


REFUSAL_CODES = frozenset(_TEXTS)
