"""The phone desk: a form built for typing while listening, and what will follow beside it."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bihuan.channels import registry
from bihuan.channels.channel import keep_enclosed
from bihuan.desk import calls, intake, received
from bihuan.desk.perform import Performed, perform
from bihuan.desk.received import Verdict
from bihuan.desk.stored import load
from bihuan.engine.case import Act, Debt
from bihuan.engine.fields import CONDITIONS_TOLD
from bihuan.engine.forms import LINKED_TO, OPENED_BY
from bihuan.engine.granting import tells_conditions
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.queries.cases import case_page
from bihuan.records.queries.received import ReceivedRow, received_page
from bihuan.web import forms
from bihuan.web.addresses import address
from bihuan.web.calls.views import call_of, now_ringing
from bihuan.web.cases.together import joining
from bihuan.web.register import beside
from bihuan.web.register.counter import (
    ATTACHED,
    Counter,
    asked_kind,
    counter,
    decide,
    latest,
    read,
    wanted,
)
from bihuan.web.register.offers import offers, severity_hint
from bihuan.web.shell import Reader, show, staff

Json = Any


@staff
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, reader: Reader) -> HttpResponse:
    """The empty form; posted, the complaint is registered and, where a time was agreed, acknowledged."""
    at = counter(reader, asked_kind(request))
    if request.method == "GET":
        return _page(request, at)
    typed, data = read(request, at)
    if typed.errors:
        return _page(request, at, errors=typed.errors, status=422)
    if refusal := _too_early(at, typed.data):
        return _page(request, at, errors={refusal.field: at.names.text(refusal.text)}, status=422)
    act_id = request.POST.get("act_id", "")[:70] or secrets.token_hex(16)
    done = _register(request, at, data, act_id)
    if done.refusal:
        text = at.names.text(done.refusal.text)
        field = done.refusal.field
        drawn = field in {name for name, _where in wanted(at)}
        return _page(
            request,
            at,
            errors={field: text} if drawn else {},
            refusal=None if drawn else done.refusal,
            anew=True,
            status=422,
        )
    call = call_of(reader, request.POST.get("call", ""))
    if call:
        calls.connect(call.id, done.number, now=reader.now)
    told = _acknowledge(at, done.number, typed.data, act_id)
    attached = _attach(at, done.number, typed.data, act_id)
    _remember(request, at, done, told=told, attached=attached)
    if case_page(done.number, reader.viewer) is None:  # taken down for those whose matter it is
        return HttpResponseRedirect(address("register"))
    return HttpResponseRedirect(_next_page(request, done.number))


def _register(
    request: HttpRequest, at: Counter, data: dict[str, Json], act_id: str
) -> intake.Registered:
    """Register it; a message it comes of is judged to be it, both or neither."""
    reader = at.reader
    call = call_of(reader, request.POST.get("call", ""))
    if call and call.ended_at:  # the clock starts when the call was over (HOME-7.3a)
        data = {"received": call.ended_at, **data}
    row = _message(request, reader)
    if row is None:
        return intake.register(
            data, by=reader.person, unit=at.unit, now=reader.now, policy=at.version, act_id=act_id
        )
    files = keep_enclosed(registry.read(row.channel, received.raw_of(row.digest)))
    facts = {"received": row.received_at, **data}
    verdict = Verdict("case", facts=facts, unit=at.unit, files=files)
    came = received.judge(row.id, verdict, by=reader.person, now=reader.now, act_id=act_id)
    return intake.Registered(Performed(came.number, refusal=came.refusal), came.query_code)


def _message(request: HttpRequest, reader: Reader) -> ReceivedRow | None:
    """The message that the complaint came by, where it came by one that the reader may see."""
    number = request.POST.get("message", "") or request.GET.get("message", "")
    return (
        received_page(reader.viewer, int(number))
        if number.isdecimal() and len(number) < 19
        else None
    )


def _next_page(request: HttpRequest, number: str) -> str:
    """The new case, with the form open that joins it with the case alike that was pressed."""
    how, _colon, other = request.POST.get("join", "").partition(":")
    if how not in beside.JOINS or not other:
        return address("case", args=[number])
    other, _colon, relation = other.partition(":")
    return address("case-act", args=[number, how]) + "?" + joining(other[:80], how, relation[:20])


def _too_early(at: Counter, data: Mapping[str, Json]) -> Refusal | None:
    """A time that can't be agreed is said before anything is registered."""
    agreed = data.get("agreed_time")
    if not isinstance(agreed, int):
        return None
    last = latest(at, decide(at, {}))
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


def _attach(at: Counter, number: str, data: Mapping[str, Json], act_id: str) -> bool:
    """Put what was sent along to the case, where the policy has no field of its own for it."""
    if not data.get(ATTACHED.name):
        return True
    act = Act("attach", at.reader.person, at.reader.now, {"files": data[ATTACHED.name]})
    done = perform(act, case_number=number, act_id=f"{act_id}-files", now=at.reader.now)
    return done.accepted


def _remember(
    request: HttpRequest, at: Counter, done: intake.Registered, *, told: bool, attached: bool
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
    if not attached:
        text += " " + _("The files could not be attached; add them on the case.")
    if done.query_code:
        text += " " + _("Query code for the customer: %(code)s") % {"code": done.query_code}
    request.session["done"] = {
        "text": text,
        "next": following,
        "draft": f"call-{call}" if (call := request.POST.get("call", "")[:20]) else "register",
    }


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
    anew: bool = False,
) -> HttpResponse:
    """The page with what was typed; `anew`: the act was judged, so the next try is another one."""
    names = at.names
    posted = request.POST.dict() if request.method == "POST" else request.GET.dict()
    errors = dict(errors or {})
    message = _message(request, at.reader)
    call = call_of(at.reader, posted.get("call", ""))
    boxed = (
        {"reason": names.text(refusal.text), "clause": names.clause(refusal.clauses)}
        if refusal
        else None
    )
    return show(
        request,
        at.reader,
        "register/register.jinja",
        {
            **_parts(request, at, posted, errors),
            "at": names.unit(at.unit),
            "policy": names.text(at.policy.title),
            "message": message.id if message else "",
            "call": call.id if call else "",
            "ringing": now_ringing(at.reader),
            "takes_calls": at.reader.takes_calls,
            "phone": posted.get("phone", "") or (call.number if call else ""),
            "phone_error": errors.get("phone", ""),
            "customer": posted.get("customer", ""),
            "lists": forms.offered({"unit", "person"}, names),
            "quick_value": posted.get("agreed_quick", ""),
            "tell_by": beside.tell_by(at),
            "errors": [
                {"text": text, "field": forms.control(name)} for name, text in errors.items()
            ],
            "refusal": boxed,
            "act_id": (not anew and posted.get("act_id")) or secrets.token_hex(16),
            "guidance": beside.guidance(at),
            "complaints_only": set(at.policy.kinds) == {"complaint"},
            "done": request.session.pop("done", None) if request.method == "GET" else None,
        },
        at="register",
        status=status,
    )


@staff
@require_POST
def follows(request: HttpRequest, reader: Reader) -> HttpResponse:
    """What would follow from what is typed so far, and what is known of the customer; nothing is done."""
    at = counter(reader, asked_kind(request))
    return show(
        request, reader, "register/follows.jinja", _parts(request, at, request.POST.dict(), {})
    )


def _parts(
    request: HttpRequest, at: Counter, posted: Mapping[str, str], errors: Mapping[str, str]
) -> dict[str, Json]:
    """The parts of the page that follow from what is typed."""
    reader = at.reader
    typed, data = read(request, at) if request.method == "POST" else (forms.Typed(), {})
    told = dict(data)
    if posted.get("kind") in at.policy.kinds:
        data.setdefault("kind", posted["kind"])
    decision = decide(at, data)
    found = beside.known(at, data)
    times = beside.quick(at, decision) if at.agrees_time else []
    hint = severity_hint(str(data.get("content", "")), at.names)
    return {
        "fields": _drawn(at, posted, errors),
        "quick": times,
        "odds": beside.odds(at, data, times) if times else "",
        "consequences": beside.consequences(at, decision) + ([hint] if hint else []),
        "missing": beside.missing(at, data),
        "history": beside.history(reader, found),
        "alike": beside.alike(at, data, found),
        "documents": beside.documents(at, data),
        "to_say": beside.to_say(at, data | typed.data),
        "offers": offers(str(data.get("content", "")), told, found, at.names),
    }


def _drawn(
    at: Counter, posted: Mapping[str, str], errors: Mapping[str, str]
) -> dict[str, dict[str, Json]]:
    """The fields that concern the chosen kind, as macros draw them, by name."""
    digits = {"content": "1", "name": "2", "about_unit": "3", "category": "4", "demand": "5",
              "media_exposed": "6"}  # fmt: skip
    first = {"kind": next(iter(at.policy.kinds), ""), "channel": next(iter(at.policy.channels), "")}
    opened = [name for name, channel in at.policy.channels.items() if channel.opened]
    drawn: dict[str, dict[str, Json]] = {}
    kind = posted.get("kind", first["kind"])
    for name, asked in wanted(at):
        fact = at.policy.facts.get(name)
        if fact is not None and not fact.concerns(kind):
            continue
        if name == LINKED_TO.name and kind not in at.policy.linked:
            continue
        if name == CONDITIONS_TOLD.name and not tells_conditions(at.policy, kind):
            continue
        value = posted.get(forms.control(name), first.get(name, ""))
        made = forms.draw(
            asked, at.names, at.reader.clock, value, errors.get(name, ""),
            digit=digits.get(name, ""), slot=True,
        )  # fmt: skip
        made["required"] = False
        if name == "content":
            made["kind"] = "textarea"
        if name == OPENED_BY.name:
            made["when"] = "channel=" + "|".join(opened)
        drawn[name] = made
    return drawn
