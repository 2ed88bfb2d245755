"""The form of an act: which fields it has in a case, which must be there, and whether values fit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from bihuan.engine.acts import ACTS, Outcome
from bihuan.engine.calendar import instant_text
from bihuan.engine.case import Case, Json, Sheet
from bihuan.engine.clock import due
from bihuan.engine.dues import latest_promise
from bihuan.engine.fields import CONDITIONS_TOLD, OTHER_BODY, WAY, Field
from bihuan.engine.needs import NEEDS, SHEET_FIELDS
from bihuan.engine.policy import Fact, Policy, Question
from bihuan.engine.refusal import Refusal, refuse
from bihuan.engine.rules import Limit, questions_on
from bihuan.engine.words import SCORES, Text, both
from bihuan.engine.world import World

MOST_CHARACTERS = 200_000
ABOUT_FIELDS = (
    Field("about_unit", "unit", Text("涉及部门·商户", "Unit concerned"), required=False),
    Field("about_person", "person", Text("涉及人员", "Person concerned"), required=False),
)
# When a customer agreed to the use of what they told, and to which words: a file that is kept once.
CONSENT_FIELDS = (
    Field("consented_at", "time", Text("同意处理个人信息", "Consent given"), required=False),
    Field("consent_text", "text", Text("同意的说明", "Words agreed to"), required=False),
)
OPENED_BY = Field("opened_by", "person", Text("拆阅人", "Opened by"), required=False)
LINKED_TO = Field("linked_to", "case", Text("由此案引起", "Grew from case"), required=False)
_FACT_KINDS = {
    "one of": "choice",
    "yes/no": "yes/no",
    "count": "count",
    "money": "money",
    "text": "text",
    "files": "file",
    "time": "time",
    "place": "text",
    "score": "score",
}


@dataclass(frozen=True, slots=True)
class Form:
    """What an act asks for: plain fields, the outcomes to choose from, and the needs it stands on."""

    act: str
    fields: tuple[Field, ...]
    outcomes: tuple[Outcome, ...] = ()
    needs: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()  # questions to be answered by whoever is reached


def fact_field(fact: Fact, *, required: bool = False) -> Field:
    """A fact as a field of a form."""
    choices = (
        tuple((name, text) for name, text in fact.values.items()) if fact.type == "one of" else ()
    )
    return Field(fact.name, _FACT_KINDS[fact.type], fact.text, required, fact.personal, choices)


@lru_cache(maxsize=32)
def registration_form(policy: Policy) -> Form:
    """What is asked at registration; nothing but kind and channel can hold it up (GEN-3.2)."""
    kinds = Field("kind", "choice", Text("类型", "Kind"), choices=tuple(policy.kinds.items()))
    channels = Field(
        "channel",
        "choice",
        Text("渠道", "Channel"),
        choices=_channels(policy),
    )
    first = [fact for fact in policy.facts.values() if fact.asked == "registration"]
    others = [
        fact
        for fact in policy.facts.values()
        if fact.asked != "registration"
        and not fact.counted
        and not fact.by_calendar
        and not fact.left_behind
        and not fact.set_by
        and fact.name not in ("kind", "channel", "written")
        and (fact.values or fact.type != "one of")
    ]
    received = Field("received", "time", Text("收到时间", "Received"), required=False)
    facts = tuple(fact_field(fact) for fact in (*first, *others))
    grown = (LINKED_TO,) if policy.linked else ()
    told = any("return conditions told" in step.needs for step in policy.steps)
    shown = (replace(CONDITIONS_TOLD, required=False),) if told else ()
    opened = (OPENED_BY,) if any(one.opened for one in policy.channels.values()) else ()
    fields = (kinds, channels, *facts, *ABOUT_FIELDS, received, *opened, *grown, *shown)
    return Form("register", fields, clauses=())


def form_of(
    act: str,
    needs: tuple[str, ...],
    policy: Policy,
    sheet: Sheet | None,
    clauses: tuple[str, ...],
    known: Mapping[str, Json],
    on: str,
    limit: Limit,
) -> Form:
    """The fields of an act in this case: its own, its needs', the facts it settles, the sheet's.

    ``known`` is what is known of the case: its kind says which facts concern it, and what was told
    at registration is not asked for again. ``on`` is the form it is recorded on, with its questions:
    those whose condition, over numbers that ``limit`` tells, is met by what is known.
    """
    asked = tuple(question.name for question in questions_on(policy, on, known, limit))
    states = []
    if known.get("conditions_told") == "yes":
        states.append("conditions_told")
    if known.get("representative"):
        states.append("representative")
    if act == "classify":
        states += [name for name in policy.facts if name in known]
    kind = sheet.kind if sheet is not None else ""
    kept = frozenset(states)
    return _form(act, needs, policy, kind, clauses, known.get("kind"), kept, on, asked)


@lru_cache(maxsize=4096)
def _form(
    act: str,
    needs: tuple[str, ...],
    policy: Policy,
    sheet: str,
    clauses: tuple[str, ...],
    kind: str | None,
    told: frozenset[str],
    on: str,
    asks: tuple[str, ...],
) -> Form:
    asked = [fact for fact in policy.facts.values() if fact.concerns(kind)]
    word = ACTS[act]
    questions = [each for each in policy.questions.get(on, ()) if each.name in asks]
    own = tuple(
        field for field in word.fields if field.name != "answered_to" or "representative" in told
    )
    fields: dict[str, Field] = {}
    if questions:  # how they were called on, then what is asked, then the rest
        fields |= {field.name: field for field in own if field is WAY}
        fields |= {each.name: _question_field(each, act) for each in questions}
    if act in ("classify", "correct", "ask_missing"):
        for fact in asked:
            if _settled_by(fact, act):
                settles = act == "classify" and fact.set_by == "classify"
                fields[fact.name] = fact_field(fact, required=settles and fact.name not in told)
        for field in ABOUT_FIELDS:
            fields[field.name] = field
    for fact in asked:
        if fact.set_by == act and fact.name not in fields:
            good = ("outcome", word.outcomes[0].name) if word.outcomes else None
            fields[fact.name] = replace(fact_field(fact, required=True), when=good)
    if act == "propose":
        for name in policy.proposed:
            fields[name] = fact_field(policy.facts[name], required=True)
    for need in needs:
        if NEEDS[need].state == "conditions told" and "conditions_told" in told:
            continue  # told before the request, and kept
        for field in NEEDS[need].fields:
            only = NEEDS[need].only
            fields[field.name] = field if field.when == only else replace(field, when=only)
    if "all fields filled" in needs and sheet:
        for name in policy.sheets[sheet].filled:
            fields[name] = SHEET_FIELDS[name]
    for field in own:
        fields.setdefault(field.name, field)
    if act == "await_outside" and not any(row.when == "promised" for row in policy.owed):
        del fields["what"], fields["date"]  # nothing would come of them
    if "body" in fields:
        _offer_bodies(fields, policy)
    if act == "appeal_received":
        fields["channel"] = replace(fields["channel"], choices=_channels(policy))
    if act == "lower_severity":
        levels = tuple((level, _level_text(policy, level)) for level in policy.levels)
        fields["severity"] = Field("severity", "choice", Text("等级", "Severity"), choices=levels)
    required = frozenset(question.name for question in questions if question.required)
    return Form(act, tuple(fields.values()), word.outcomes, needs, clauses, required)


def _offer_bodies(fields: dict[str, Field], policy: Policy) -> None:
    """The outside bodies the policy names, and one field for any other; all in words where it names none."""
    allowed = policy.may.get("refer")
    named = [both(body) for body in allowed.to] if allowed else []
    if not named:
        fields.pop("other_body", None)
        return
    choices = (*((body.zh, body) for body in named), (OTHER_BODY, Text("其他", "Other")))
    fields["body"] = replace(fields["body"], kind="choice", choices=choices)


def _channels(policy: Policy) -> tuple[tuple[str, Text], ...]:
    return tuple((name, channel.text) for name, channel in policy.channels.items())


def _question_field(question: Question, act: str) -> Field:
    """A question as a field; where the act may end with nobody reached, only an answer can ask for it."""
    kind = "long" if question.type == "text" else _FACT_KINDS[question.type]
    choices = tuple(question.values.items()) if question.type == "one of" else ()
    personal = question.type == "text"
    missed = any(outcome.name == "unreachable" for outcome in ACTS[act].outcomes)
    required = question.required and not missed
    return Field(question.name, kind, question.text, required, personal, choices)


def _settled_by(fact: Fact, act: str) -> bool:
    if (
        fact.counted
        or fact.by_calendar
        or fact.left_behind
        or fact.name in ("kind", "channel", "written")
    ):
        return False
    if fact.type == "one of" and not fact.values:
        return False
    if act == "ask_missing":
        return fact.asked == "registration"
    return (
        act == "correct"
        or fact.asked == "classify"
        or fact.set_by == "classify"
        or not (fact.asked or fact.set_by)
    )


def _level_text(policy: Policy, level: str) -> Text:
    rows = policy.tables["severity"].rows if "severity" in policy.tables else ()
    return next((row.text for row in rows if row.then == level and row.text), Text(level, level))


def counts(field: Field, facts: Mapping[str, Json], data: Mapping[str, Json]) -> bool:
    """Whether a field is asked for here: it may count only under a condition (in person → signature)."""
    if field.when is None:
        return True
    asked, value = field.when
    if asked == "outcome":
        return bool(data.get("outcome") == value)
    known = bool(facts.get(field.name))  # told before, as the place of a rescue
    return bool(data.get(asked, facts.get(asked)) == value) and not known


def check_form(
    form: Form, data: Mapping[str, Json], facts: Mapping[str, Json], world: World
) -> Refusal | None:
    """The first thing wrong with the data of an act, field by field; None where all is well."""
    known = {field.name for field in form.fields} | {"outcome"}
    for name in data:
        if name not in known and not world.policy.is_counted(name):
            return refuse("unknown-field", at=name, clauses=form.clauses, field=name)
    if refusal := check_counts(data, world):
        return refusal
    if form.outcomes and data.get("outcome") not in [outcome.name for outcome in form.outcomes]:
        outcomes = _list([(outcome.name, outcome.text) for outcome in form.outcomes])
        return refuse("no-outcome", at="outcome", clauses=form.clauses, right=outcomes)
    for field in form.fields:
        value = data.get(field.name)
        if value in (None, "", []):
            if told_before(field, form, facts, world.policy):
                continue
            asked = field.name in form.asked and data.get("outcome") != "unreachable"
            if asked or (field.required and counts(field, facts, data)):
                return refuse(
                    "missing-field", at=field.name, clauses=form.clauses, field=field.text
                )
        elif right := what_is_right(field, value, world):
            return refuse(
                "bad-value", at=field.name, clauses=form.clauses, field=field.text, right=right
            )
    return None


def check_counts(data: Mapping[str, Json], world: World) -> Refusal | None:
    """The first count among the data of an act that is none; None where all are."""
    for name, value in data.items():
        if not world.policy.is_counted(name):
            continue
        fact = world.policy.facts[name]
        if right := what_is_right(fact_field(fact), value, world):
            return refuse("bad-value", at=name, field=fact.text, right=right)
    return None


def told_before(field: Field, form: Form, facts: Mapping[str, Json], policy: Policy) -> bool:
    """Whether a fact its act settles need not be told: it is known since registration."""
    fact = policy.facts.get(field.name)
    if fact is None or fact.set_by != form.act:
        return False
    return fact.asked == "registration" and facts.get(fact.name) is not None


def what_is_right(field: Field, value: Json, world: World) -> Text | None:
    """What a value of this field should be, where the one given does not fit; None where it does."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    match field.kind:
        case "choice" if value not in [name for name, _ in field.choices]:
            return _list(field.choices)
        case "yes/no" if value not in ("yes", "no"):
            return Text("是或否", "yes or no")
        case "time" if not whole or not 0 < value < 2**36:
            return Text("带时区的时刻", "an instant with its zone")
        case "count" | "money" if not whole or not 0 <= value < 2**53:
            return Text("不小于 0 的整数", "a whole number, not below 0")
        case "score" if not whole or value not in SCORES:
            return Text("1 至 5 的整数", "a whole number from 1 to 5")
        case "unit" if not isinstance(value, str) or value not in world.organisation.units:
            return Text(
                f"已有的部门或单位(没有“{value}”)", f"a unit there is (there is no '{value}')"
            )
        case "person" if not isinstance(value, str) or (
            value not in world.organisation.names and not world.organisation.own_seats(value)
        ):
            return Text(f"已有的人员(没有“{value}”)", f"a person there is (there is no '{value}')")
        case "people" if not isinstance(value, list) or not all(
            isinstance(who, str) and world.organisation.own_seats(who) for who in value
        ):
            return Text("已有的人员，每行一人", "people there are, one a line")
        case "text" | "long" | "signature" | "case" | "document" if (
            not isinstance(value, str) or len(value) > MOST_CHARACTERS or "\0" in value
        ):
            return Text("不超过 20 万字的文字", "a text of at most 200,000 characters")
        case "file" if not (
            isinstance(value, list) and all(isinstance(item, str) for item in value)
        ):
            return Text("文件列表", "a list of files")
    return None


def _list(choices: Iterable[tuple[str, Text]]) -> Text:
    pairs = tuple(choices)
    return Text("、".join(text.zh for _, text in pairs), ", ".join(name for name, _ in pairs))


def latest_of(
    field: str, act: str, case: Case, world: World, facts: dict[str, Json], now: int
) -> int:
    """The farthest instant a time field may name; 0 where the policy sets none."""
    if field in ("agreed_time", "new_time"):
        return latest_promise(case, world, facts, now)
    if act == "pause" and field == "until" and world.policy.may["pause"].until:
        return due(world.span(world.policy.may["pause"].until, case), now, world.calendars)
    return 0


_AHEAD = frozenset({"agreed_time", "new_time", "date", "until", "review"})


def check_times(
    form: Form, data: Mapping[str, Json], case: Case, world: World, facts: dict[str, Json], now: int
) -> Refusal | None:
    """Times agreed with a customer lie ahead, within the policy's bound, and a new one is later than the old."""
    calendar = world.calendars["usual"]
    for field in form.fields:
        value = data.get(field.name)
        if field.name == "paid_on" and isinstance(value, int) and value > now:
            return refuse("in-the-future", at=field.name, clauses=form.clauses)
        if field.name not in _AHEAD or not isinstance(value, int):
            continue
        if value <= now:
            return refuse("past-time", at=field.name, clauses=form.clauses, field=field.text)
        if field.name == "new_time" and case.agreed and value <= case.agreed:
            return refuse(
                "not-later",
                at=field.name,
                clauses=form.clauses,
                right=instant_text(case.agreed, calendar),
            )
        latest = latest_of(field.name, form.act, case, world, facts, now)
        if latest and value > latest:
            return refuse(
                "too-far",
                at=field.name,
                clauses=form.clauses,
                field=field.text,
                right=instant_text(latest, calendar),
            )
    return None
