"""The phone desk: a form built for typing while listening, and what will follow beside it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from bihuan.desk import intake, packs, permissions, worlds
from bihuan.desk.foresight import what_follows
from bihuan.desk.organisation import root
from bihuan.desk.perform import perform
from bihuan.desk.stored import load
from bihuan.engine.case import Act, Case, Debt
from bihuan.engine.dues import latest_promise
from bihuan.engine.forms import LINKED_TO, fact_field, registration_form
from bihuan.engine.granting import tells_conditions
from bihuan.engine.organisation import unit_of
from bihuan.engine.policy import Policy
from bihuan.engine.posts import resolve
from bihuan.engine.refusal import Refusal
from bihuan.engine.rules import facts_of
from bihuan.engine.step import Decision
from bihuan.engine.words import CONDITIONS_TOLD, Field, Text
from bihuan.engine.world import World
from bihuan.records.queries.cases import case_page, find_party_by_phone
from bihuan.records.queries.find import open_alike
from bihuan.web.cases import citing, forms, head
from bihuan.web.shell import Reader, show, staff
from bihuan.web.words import DAY, HOUR, Names

Json = Any
ABOUT_UNIT = Field("about_unit", "unit", Text("涉及单位", "Unit concerned"), required=False)
ABOUT_PERSON = Field("about_person", "person", Text("涉及人员", "Person concerned"), required=False)


@dataclass(frozen=True)
class Counter:
    """Where and under which policy a complaint is taken in now."""

    reader: Reader
    unit: str
    version: int
    world: World
    names: Names

    @property
    def policy(self) -> Policy:
        """The policy that will rule over the case."""
        return self.world.policy

    @property
    def agrees_time(self) -> bool:
        """Whether the policy's first step agrees a feedback time with the customer."""
        first = self.policy.steps[0] if self.policy.steps else None
        return bool(first and first.act == "acknowledge" and "feedback time agreed" in first.needs)

    @property
    def tells_channel(self) -> bool:
        """Whether the first step tells the customer on the channel they came by."""
        first = self.policy.steps[0] if self.policy.steps else None
        return bool(
            first
            and first.act == "acknowledge"
            and "customer told on the same channel" in first.needs
        )


def counter(reader: Reader, kind: str = "") -> Counter:
    """The counter this reader sits at; nobody's is a missing page."""
    if not reader.may_register:
        raise Http404
    own = [unit_of(seat) for seat in reader.organisation.own_seats(reader.person)]
    unit = next((code for code in own if code), "") or root(reader.organisation)
    versions = packs.policies_in_force(reader.now)
    version = packs.policy_for(unit, kind, reader.now) or packs.policy_for(unit, "", reader.now)
    if version is None:
        version = next(iter(versions.values()), None)
    if version is None:
        raise Http404
    world = worlds.ruling(version.pk, reader.now).world
    return Counter(
        reader, unit, version.pk, world, Names(world.policy, reader.organisation, reader.language)
    )


@staff
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The empty form; posted, the complaint is registered and, where a time was agreed, acknowledged."""
    at = counter(reader, _asked_kind(request))
    if request.method == "GET":
        return _page(request, at)
    typed, data = _read(request, at)
    if typed.errors:
        return _page(request, at, errors=typed.errors, status=422)
    if refusal := _too_early(at, typed.data):
        return _page(request, at, errors={refusal.field: at.names.text(refusal.text)}, status=422)
    act_id = request.POST.get("act_id", "")[:70] or secrets.token_hex(16)
    done = intake.register(
        data, by=reader.person, unit=at.unit, now=reader.now, policy=at.version, act_id=act_id
    )
    if done.refusal:
        text = at.names.text(done.refusal.text)
        field = done.refusal.field
        drawn = field in {name for name, _where in _wanted(at)}
        return _page(
            request,
            at,
            errors={field: text} if drawn else {},
            refusal=None if drawn else done.refusal,
            status=422,
        )
    told = _acknowledge(at, done.number, typed.data, act_id)
    _remember(request, at, done, told)
    if case_page(done.number, reader.viewer) is None:  # taken down for those whose matter it is
        return HttpResponseRedirect(reverse("register"))
    return HttpResponseRedirect(reverse("case", args=[done.number]))


def _asked_kind(request: HttpRequest) -> str:
    return request.POST.get("kind") or request.GET.get("kind", "")


def _wanted(at: Counter) -> list[tuple[str, Field]]:
    """The fields of the form by name: the engine's, with the categories offered, and the agreed time."""
    fields = {one.name: one for one in registration_form(at.policy).fields}
    fields["about_unit"], fields["about_person"] = ABOUT_UNIT, ABOUT_PERSON
    if at.agrees_time:
        fields["agreed_time"] = Field("agreed_time", "time", AGREED, required=False)
    return list(fields.items())


AGREED = Text("约定反馈时间", "Agreed feedback time")


def _read(request: HttpRequest, at: Counter) -> tuple[forms.Typed, dict[str, Json]]:
    fields = dict(_wanted(at))
    typed = forms.read(request, fields.values(), at.names, at.reader.clock)
    quick = request.POST.get("agreed_quick", "")
    if quick.isdecimal() and "agreed_time" not in typed.data:
        typed.data["agreed_time"] = int(quick)
    data = {name: value for name, value in typed.data.items() if name != "agreed_time"}
    known = {one.name for one in registration_form(at.policy).fields}
    data = {name: value for name, value in data.items() if name in known}
    if phone := request.POST.get("phone", "").strip()[:40]:
        data["phone"] = phone
    if address := request.POST.get("address", "").strip()[:500]:
        data["address"] = address
    data.setdefault("kind", next(iter(at.policy.kinds), ""))
    data.setdefault("channel", next(iter(at.policy.channels), ""))
    return typed, data


def _too_early(at: Counter, data: Mapping[str, Json]) -> Refusal | None:
    """A time that can't be agreed is said before anything is registered."""
    agreed = data.get("agreed_time")
    if not isinstance(agreed, int):
        return None
    last = _latest(at, _decide(at, {}))
    if agreed <= at.reader.now:
        text = Text("约定反馈时间须晚于现在", "the agreed feedback time must lie ahead")
    elif last and agreed > last:
        when = at.reader.clock.phrase(last)
        text = Text(f"约定反馈时间最远可约到 {when}",
                    f"the agreed feedback time may lie no farther than {when}")  # fmt: skip
    else:
        return None
    return Refusal("bad-time", text, field="agreed_time")


def _acknowledge(at: Counter, number: str, data: Mapping[str, Json], act_id: str) -> bool:
    """Tell the system that the customer heard the time: the first step, in one go."""
    reader = at.reader
    told: dict[str, Json] = {}
    if at.agrees_time:
        if not data.get("agreed_time"):
            return False
        told["agreed_time"] = data["agreed_time"]
    if at.tells_channel:
        told["told_by"] = "same channel"
    if not told or (at.tells_channel and not at.agrees_time):
        return False
    act = Act("acknowledge", reader.person, reader.now, told)
    return perform(act, case_number=number, act_id=f"{act_id}-told", now=reader.now).accepted


def _remember(
    request: HttpRequest,
    at: Counter,
    done: intake.Registered,
    told: bool,  # noqa: FBT001
) -> None:
    stored = load(done.number)
    following = ""
    if stored is not None:
        mine = sorted(
            (d for d in stored.case.debts.values() if d.seat in at.reader.viewer.seats),
            key=lambda debt: debt.due,
        )
        following = _next_text(at, mine[0]) if mine else ""
    text = _("Registered as %(number)s.") % {"number": done.number}
    if told:
        text += " " + _("The customer knows the time.")
    if done.query_code:
        text += " " + _("Query code for the customer: %(code)s") % {"code": done.query_code}
    request.session["done"] = {"text": text, "next": following, "draft": "register"}


def _next_text(at: Counter, debt: Debt) -> str:
    return _("You owe next: %(act)s, %(time)s.") % {
        "act": at.names.act(debt.act),
        "time": at.reader.clock.phrase(debt.due),
    }


# -- The page --------------------------------------------------------------------------------------


def _page(
    request: HttpRequest,
    at: Counter,
    *,
    errors: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    reader, names = at.reader, at.names
    posted = request.POST.dict() if request.method == "POST" else request.GET.dict()
    phone = posted.get("phone", "")
    data = _read(request, at)[1] if request.method == "POST" else {}
    if posted.get("kind") in at.policy.kinds:
        data.setdefault("kind", posted["kind"])
    decision = _decide(at, data)
    fields = _drawn(at, posted, dict(errors or {}))
    return show(
        request,
        reader,
        "register/register.jinja",
        {
            "at": at.names.unit(at.unit),
            "policy": names.text(at.policy.title),
            "fields": fields,
            "phone": phone,
            "lists": forms.offered({"unit", "person"}, names),
            "quick": _quick(at, decision) if at.agrees_time else [],
            "quick_value": posted.get("agreed_quick", ""),
            "tell_by": _tell_by(at),
            "errors": [
                {"text": text, "field": forms.control(name)}
                for name, text in (errors or {}).items()
            ],
            "refusal": {
                "reason": names.text(refusal.text),
                "clause": names.clause(refusal.clauses),
            }
            if refusal
            else None,
            "act_id": posted.get("act_id") or secrets.token_hex(16),
            "guidance": _guidance(at),
            "consequences": _consequences(at, decision),
            "missing": _missing(at, data),
            "history": _history(reader, phone),
            "alike": _alike(reader, data),
            "documents": _documents(at, data),
            "complaints_only": set(at.policy.kinds) == {"complaint"},
            "done": request.session.pop("done", None) if request.method == "GET" else None,
        },
        at="register",
        status=status,
    )


def _drawn(
    at: Counter, posted: Mapping[str, str], errors: Mapping[str, str]
) -> dict[str, dict[str, Json]]:
    """The fields that concern the chosen kind, as macros draw them, by name."""
    digits = {"content": "1", "name": "2", "about_unit": "3", "category": "4", "demand": "5"}
    first = {"kind": next(iter(at.policy.kinds), ""), "channel": next(iter(at.policy.channels), "")}
    drawn: dict[str, dict[str, Json]] = {}
    kind = posted.get("kind", first["kind"])
    for name, wanted in _wanted(at):
        fact = at.policy.facts.get(name)
        if fact is not None and not fact.concerns(kind):
            continue
        if name == LINKED_TO.name and kind not in at.policy.linked:
            continue
        if name == CONDITIONS_TOLD.name and not tells_conditions(at.policy, kind):
            continue
        value = posted.get(forms.control(name), first.get(name, ""))
        made = forms.draw(
            wanted, at.names, at.reader.clock, value, errors.get(name, ""),
            digit=digits.get(name, ""),
        )  # fmt: skip
        made["required"] = False
        if name == "content":
            made["kind"] = "textarea"
        drawn[name] = made
    return drawn


@staff
@require_POST
def follows(request: HttpRequest, reader: Reader) -> HttpResponse:
    """What would follow from what is typed so far, and what is known of the customer; nothing is done."""
    at = counter(reader, _asked_kind(request))
    _typed, data = _read(request, at)
    decision = _decide(at, data)
    return show(
        request,
        reader,
        "register/follows.jinja",
        {
            "fields": _drawn(at, request.POST.dict(), {}),
            "consequences": _consequences(at, decision),
            "missing": _missing(at, data),
            "history": _history(reader, request.POST.get("phone", "")),
            "alike": _alike(reader, data),
            "documents": _documents(at, data),
        },
    )


def _decide(at: Counter, data: Mapping[str, Json]) -> Decision:
    """What registering this now would lead to."""
    first = {"kind": next(iter(at.policy.kinds), ""), "channel": next(iter(at.policy.channels), "")}
    told = {name: value for name, value in data.items() if name not in ("phone", "address")}
    if data.get("phone") and "contact" in at.policy.facts:
        told.setdefault("contact", data["phone"])
    act = Act("register", at.reader.person, at.reader.now, {**first, **told, "unit": at.unit})
    return what_follows(act, policy=at.version, now=at.reader.now)


def _latest(at: Counter, decision: Decision) -> int:
    case = decision.case
    return latest_promise(case, at.world, facts_of(case), at.reader.now) if case else 0


def _quick(at: Counter, decision: Decision) -> list[dict[str, Json]]:
    """Times to offer at once: soon, this evening, tomorrow noon and evening, the last allowed one."""
    clock, now = at.reader.clock, at.reader.now
    last = _latest(at, decision) or now + 3 * DAY
    soon = -(-(now + 2 * HOUR) // HOUR) * HOUR
    offered = [soon, *(clock.midnight(day) + hour * HOUR for day, hour in
                       ((0, 18), (1, 12), (1, 18), (2, 12), (2, 18)))]  # fmt: skip
    fitting = sorted({at for at in offered if now + HOUR < at <= last})[:4]
    return [{"value": str(at), "label": clock.phrase(at)} for at in fitting]


def _tell_by(at: Counter) -> str:
    """By when the customer must have been told, if not now; and under which clause."""
    decision = _decide(at, {})
    first = at.policy.steps[0].act if at.policy.steps else ""
    if decision.case is None:
        return ""
    due = [debt.due for debt in decision.case.debts.values() if debt.act == first]
    return at.reader.clock.phrase(min(due)) if due else ""


def _guidance(at: Counter) -> list[dict[str, Json]]:
    """The policy's own words on how to talk with the customer."""
    cited = [element.clauses for what, element in at.policy.elements if what == "guidance"]
    return [
        {"text": at.names.text(text), "clause": at.names.clause(clauses)}
        for (where, text), clauses in zip(at.policy.guidance, cited, strict=False)
        if where in ("register", "")
    ]


def _consequences(at: Counter, decision: Decision) -> list[dict[str, Json]]:
    """Severity, owner, who is told, what the reader owes next."""
    case, names, clock = decision.case, at.names, at.reader.clock
    if case is None:
        return []
    made = []
    if severity := case.derived.get("severity", ""):
        made.append({"label": _("Severity"), "value": names.severity(severity)})
    owner = case.owner or _future_owner(at, case)
    if owner:
        made.append({"label": _("Goes to"), "value": names.seat(owner)})
    others = {
        debt.seat: debt for debt in case.debts.values() if debt.seat not in at.reader.viewer.seats
    }
    if others:
        seat, debt = next(iter(others.items()))
        made.append({"label": _("Also owes"),
                     "value": f"{names.seat(seat)} · {names.act(debt.act)}"})  # fmt: skip
    debts = sorted(case.debts.values(), key=lambda debt: debt.due)
    mine = [debt for debt in debts if debt.seat in at.reader.viewer.seats] or debts
    if mine:
        made.append({
            "label": _("You owe next"),
            "value": f"{names.act(mine[0].act)} · {clock.phrase(mine[0].due)}",
            "clause": names.clause(
                worlds.ruling(at.version, at.reader.now).clauses(
                    mine[0].row, str(case.facts.get("kind", ""))
                )
            ),
        })  # fmt: skip
    return made


def _future_owner(at: Counter, case: Case) -> str:
    """The owner the table would name, where it is named only later."""
    from bihuan.engine.policy import Who

    if "owner" not in at.policy.tables:
        return ""
    return resolve(Who("table", "owner"), case, at.world, facts_of(case))


def _missing(at: Counter, data: Mapping[str, Json]) -> list[str]:
    """What the policy asks for at registration and that is not typed yet; nothing of it blocks."""
    return [
        at.names.text(fact_field(fact).text)
        for fact in at.policy.facts.values()
        if fact.asked == "registration"
        and fact.concerns(data.get("kind"))
        and not data.get(fact.name)
        and not (fact.name == "contact" and data.get("phone"))
    ]


def _history(reader: Reader, phone: str) -> dict[str, Json] | None:
    """The customer behind a phone number, with their earlier cases; None where nobody is known."""
    digits = intake.normal_phone(phone)
    if len(digits) < 7 and len(digits) != 4:
        return None
    found = find_party_by_phone(digits, reader.viewer)
    if not found:
        return None
    cases = {case.id: case for party in found for case in party.cases}
    rows = []
    for case in sorted(cases.values(), key=lambda one: -one.registered_at)[:5]:
        names = Names(worlds.policy_of(case.policy_id), reader.organisation, reader.language)
        rows.append({
            "on_text": reader.clock.day(case.registered_at), "title": case.title or case.number,
            "state": names.stage(case.stage, case.ended), "tone": head.tone(case.stage, case.ended),
            "url": reverse("case", args=[case.number]),
        })  # fmt: skip
    return {
        "name": found[0].name or _("unnamed"),
        "phone": permissions.mask_phone(found[0].phone),
        "note": ngettext("%(num)s case", "%(num)s cases", len(cases)) % {"num": len(cases)},
        "cases": rows,
    }


def _documents(at: Counter, data: Mapping[str, Json]) -> list[dict[str, Json]]:
    """The documents in force about the chosen category, at hand while the customer is on the phone."""
    category = str(data.get("category") or "")
    if not category:
        return []
    found = citing.citable(at.world, {"category": category}, 0, at.reader.now)
    return citing.at_hand(found)


def _alike(reader: Reader, data: Mapping[str, Json]) -> list[dict[str, Json]]:
    """Open cases about the same unit."""
    found = []
    unit, category = str(data.get("about_unit", "")), str(data.get("category", ""))
    for case in open_alike(reader.viewer, unit, category):
        names = Names(worlds.policy_of(case.policy_id), reader.organisation, reader.language)
        due = reader.clock.phrase(case.next_due_at) if case.next_due_at else ""
        same = _("same unit, same category") if category and case.category == category else (
            _("same unit"))  # fmt: skip
        found.append({
            "title": case.title or case.number, "number": case.number,
            "url": reverse("case", args=[case.number]),
            "line": " · ".join(part for part in (
                reader.organisation.units[unit].name if unit in reader.organisation.units else "",
                names.seat(case.owner) if case.owner else "", due) if part),
            "reason": f"{same} · {reader.clock.day(case.registered_at)}",
        })  # fmt: skip
    return found
