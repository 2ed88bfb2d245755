"""What came of a posted act: done, to be put right, refused, or somebody else was quicker. No text is lost."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from bihuan.desk.perform import Performed, perform
from bihuan.engine.acts import ACTS, SAVES, WRITES
from bihuan.engine.case import Act
from bihuan.engine.refusal import Refusal
from bihuan.engine.step import Possible
from bihuan.records.queries.entries import Entry
from bihuan.web import forms, signing
from bihuan.web.cases.acting import BUTTONS, SPENT, form_of
from bihuan.web.desk import Desk

Json = Any
REMARK = "remark"
# What a form sends beside what somebody typed into it.
UNTYPED = frozenset(
    {
        "csrfmiddlewaretoken",
        "act_id",
        "version",
        "draft",
        "item",
        "all_the_same",
        "as_remark",
        "save",
    }
)


@dataclass
class Attempt:
    """What came of a posted act. `status` as it is answered: 200 done, else 409 or 422.

    `act` is what was done: the act, or in its place a remark, or the saving of a draft.
    """

    status: int
    performed: Performed | None = None
    form: dict[str, Json] | None = None
    act: str = ""


def attempt(request: HttpRequest, desk: Desk, offer: Possible) -> Attempt:
    """Do a posted act; what was typed comes back in a form where it was not accepted."""
    act_id = request.POST.get("act_id", "")[:80]
    if request.POST.get("as_remark"):
        return _remarked(request, desk, offer.act, act_id)
    quicker = conflict_of(request, desk, offer)
    if quicker and _is_over(offer):
        return overtaken(request, desk, offer.act, quicker)
    saves = desk.offer(SAVES, offer.sheet) if request.POST.get("save") else None
    done_by = saves if saves and offer.act == WRITES else offer
    typed = forms.read(request, done_by.fields, desk.names, desk.reader.clock)
    again: dict[str, Json] = {"posted": request.POST.dict(), "item": request.POST.get("item", "")}
    typed.errors.update(_reason_missing(offer, typed.data))
    if typed.errors:
        return Attempt(422, form=form_of(desk, offer, errors=typed.errors, act_id=act_id, **again))
    if quicker:
        return Attempt(409, form=form_of(desk, offer, conflict=quicker, **again))
    done = _perform(desk, Act(done_by.act, desk.reader.person, desk.reader.now, typed.data,
                              offer.sheet), act_id)  # fmt: skip
    if done.refusal:
        if _is_over(offer) and (kept := _as_remark(request, desk, offer.act, refusal=done.refusal)):
            return Attempt(422, done, kept)
        return Attempt(422, done, form_of(desk, offer, refusal=done.refusal, **again))
    return Attempt(200, done, act=done_by.act)


def _reason_missing(offer: Possible, data: dict[str, Json]) -> dict[str, str]:
    """Work is sent back with the reason: whoever did it has to do better."""
    if offer.act not in BUTTONS or data.get("outcome") not in {
        one.name for one in offer.outcomes[1:]
    }:
        return {}
    explains = [one.name for one in offer.fields if one.kind == "long"]
    if not explains or any(data.get(name) for name in explains):
        return {}
    return {explains[0]: _("Write why; whoever did the work reads it.")}


def _perform(desk: Desk, act: Act, act_id: str) -> Performed:
    return perform(act, case_number=desk.page.number, act_id=act_id or None, now=desk.reader.now)


def _is_over(offer: Possible) -> bool:
    """Whether the act cannot be done any more, so that its own form is no place for what was typed."""
    return offer.refusal is not None and offer.refusal.code != SPENT


# -- Somebody was quicker ----------------------------------------------------------------------------


def gone(request: HttpRequest, desk: Desk, act: str) -> Attempt:
    """The answer to an act that is there no more: what was typed kept as a remark, or offered as one."""
    if request.POST.get("as_remark"):
        return attempt(request, desk, Possible(act, 0, (), (), (), None))
    return overtaken(request, desk, act, conflict_of(request, desk))


def conflict_of(request: HttpRequest, desk: Desk, offer: Possible | None = None) -> str:
    """Who did what since the reader saw the case; empty where nobody did, or all the same is wanted."""
    if request.POST.get("all_the_same"):
        return ""
    return done_since(desk, request.POST.get("version", ""), offer)


def done_since(desk: Desk, seen: str, offer: Possible | None = None) -> str:
    """Who of the others did what last since the case was as `seen`, its number of events; empty: nobody.

    In a ledger of routine duties, which many people work in, only what concerns the act on offer counts.
    """
    if not seen.isdecimal() or len(seen) > 9:
        return ""
    others = [
        entry
        for entry in desk.page.history
        if entry.sequence > int(seen)
        and entry.by not in ("system", desk.reader.person)
        and entry.kind not in ("lapsed", REMARK)
        and (offer is None or not desk.page.state.is_routine or _concerns(entry, offer))
    ]
    if not others:
        return ""
    last = others[-1]
    kind = ACTS.get(last.kind)
    return _("%(who)s %(did)s at %(time)s.") % {
        "who": desk.names.person(last.by),
        "did": desk.names.text(kind.past) if kind else last.kind,
        "time": desk.reader.clock.at(last.at),
    }


def _concerns(entry: Entry, offer: Possible) -> bool:
    return entry.sheet == offer.sheet if offer.sheet else entry.kind == offer.act


def overtaken(request: HttpRequest, desk: Desk, act: str, quicker: str = "") -> Attempt:
    """The answer to an act that is no longer there to be done: what was typed, kept as a remark to be sent."""
    told = quicker or _("It has been done, or is no longer asked for: %(act)s.") % {
        "act": desk.names.act(act)
    }
    return Attempt(409, form=_as_remark(request, desk, act, conflict=told))


def _as_remark(
    request: HttpRequest,
    desk: Desk,
    act: str,
    *,
    conflict: str = "",
    refusal: Refusal | None = None,
) -> dict[str, Json] | None:
    offer = desk.offer(REMARK, 0)
    if offer is None or offer.refusal is not None:
        return None
    text = typed_text(request, desk, act)
    if not (text or conflict):
        return None
    form = form_of(desk, offer, posted={forms.control("text"): text}, conflict=conflict,
                   refusal=refusal)  # fmt: skip
    return {**form, "overtaken": True, "verb": _("Keep it as a remark")}


def _remarked(request: HttpRequest, desk: Desk, act: str, act_id: str) -> Attempt:
    text = typed_text(request, desk, act)
    told = Act(REMARK, desk.reader.person, desk.reader.now, {"text": text} if text else {})
    done = _perform(desk, told, act_id)
    if done.refusal:
        form = _as_remark(request, desk, act, conflict=desk.names.text(done.refusal.text))
        return Attempt(422, done, form)
    return Attempt(200, done, act=REMARK)


def typed_text(request: HttpRequest, desk: Desk, act: str) -> str:
    """What was typed into the form of an act, as one text: each field with its name, where there are several."""
    names, clock = desk.names, desk.reader.clock
    found: list[tuple[str, str]] = []
    for control, value in request.POST.items():
        if control in UNTYPED or signing.is_drawing(control) or not str(value).strip():
            continue
        name = control.removesuffix("_") if control.endswith("_") else control.replace("-", " ")
        label = names.fact(name, act)
        found.append((label, names.value(name, str(value).strip(), clock, act)))
    if len(found) == 1:
        return found[0][1]
    return "\n".join(
        _("%(label)s: %(value)s") % {"label": label, "value": value} for label, value in found
    )
