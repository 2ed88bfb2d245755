"""What happened in a case and what is owed next, told as one story."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from bihuan.desk.shoppers import MOST_LISTS, Listing, listings, shopper_in
from bihuan.engine.acts import ACTS
from bihuan.engine.case import MESSAGE, Debt
from bihuan.engine.why_due import Else, what_else
from bihuan.records.queries.entries import Entry
from bihuan.records.queries.visibility import Reach
from bihuan.web.addresses import address
from bihuan.web.cases import marks
from bihuan.web.cases.details import details
from bihuan.web.cases.why import explained
from bihuan.web.desk import Desk
from bihuan.web.portal.words import Telling
from bihuan.web.words import length

Json = Any
ALL, CUSTOMER, ACTS_ONLY = "all", "customer", "acts"
VIEWS = (ALL, CUSTOMER, ACTS_ONLY, *marks.MARKS)


Sent = Mapping[str, list[dict[str, str]]]


def told(
    desk: Desk, sent: Sent, *, clear: bool, view: str = ALL, most: int = 0
) -> list[dict[str, Json]]:
    """The past entries of the story in that view, the last `most` events of it where that is not 0.

    `sent`: see sent.py. `clear`: contact data stand in it. CUSTOMER is word for word what the customer reads.
    """
    if view == CUSTOMER and customer_reads(desk):
        return list(_telling(desk).story(desk.page.history, _file_url(desk)))
    history = desk.page.history[-most:] if most else desk.page.history
    seen = _seen(desk)
    lines = [
        line | marks.marked(entry, sent) if place == 0 else line
        for entry in history
        for place, line in enumerate(_entry(desk, entry, seen, clear=clear))
    ]
    for line in lines:
        line["sent"] = sent.get(str(line.get("key")), [])
    if view == ACTS_ONLY:
        lines = [line for line in lines if line.get("acted")]
    elif view in marks.MARKS:
        lines = [line for line in lines if line.get("sort") == view]
    last = ""
    for line in lines:
        day, _space, clock = line["at_text"].rpartition(" ")
        if day and day == last:
            line["at_text"] = clock
        else:
            line["new_day"] = bool(last)
        last = day or last
    return lines


def customer_reads(desk: Desk) -> bool:
    """Whether there is a customer who reads a story of this case, and the reader may see all of it."""
    return desk.page.reach is Reach.WHOLE and not desk.page.state.ledger


def tabs(desk: Desk, sent: Sent, view: str, *, whole: bool = False) -> list[dict[str, Json]]:
    """The views of the story with how many entries each has; `whole`: the reader asked for all of it."""
    acted = sum(1 for entry in desk.page.history if _is_act(entry))
    found = [(ALL, _("All"), len(desk.page.history)), (ACTS_ONLY, _("Acts only"), acted)]
    if customer_reads(desk):
        found.insert(1, (CUSTOMER, _("Customer sees"), len(_seen(desk))))
    found += marks.views(desk.page.history, sent)
    return [
        {
            "id": f"story-{name}",
            "label": label,
            "count": count,
            "url": desk.url + _query(name, whole=whole),
            "current": name == view,
        }
        for name, label, count in found
    ]


def _query(view: str, *, whole: bool) -> str:
    asked = [f"view={view}"] if view != ALL else []
    asked += ["all=1"] if whole else []
    return f"?{'&'.join(asked)}" if asked else ""


def _telling(desk: Desk) -> Telling:
    return Telling(desk.page.state, desk.world, desk.reader.clock)


def _file_url(desk: Desk) -> Json:
    names = {
        value.partition(":")[0]: value.partition(":")[2]
        for entry in desk.page.history
        for item in entry.data.values()
        if isinstance(item, list)
        for value in map(str, item)
    }
    return lambda digest: address("case-file", args=[desk.page.number, digest, names[digest]])


def _seen(desk: Desk) -> frozenset[int]:
    """The entries of which the customer reads something."""
    if not customer_reads(desk):
        return frozenset()
    lines = _telling(desk).story(desk.page.history, _file_url(desk))
    return frozenset(line["sequence"] for line in lines)


def _is_act(entry: Entry) -> bool:
    """Whether somebody did something, in place of the system."""
    return entry.kind in ACTS and entry.by != "system"


def _entry(
    desk: Desk, entry: Entry, seen: frozenset[int], *, clear: bool
) -> Iterator[dict[str, Json]]:
    key = f"e{entry.sequence}"
    at = full(desk, entry.at)
    if entry.kind == "take over":
        number = {"number": entry.data.get("to", "")}
        what = _("Version %(number)s of the policy applies from here on") % number
        yield {"at_text": at, "who": "", "what": what}
    if entry.kind in ("resettle", "recompute", "recount", "take over"):
        yield from _decided(desk, entry, at, key)
        return
    if entry.kind == "lapsed":
        yield _lapse(desk, entry, at, key)
        yield from _decided(desk, entry, at, key)
        return
    if entry.kind == "opened":
        yield _opening(desk, entry, at, key)
        return
    names = desk.names
    act = ACTS.get(entry.kind)
    post = names.post(entry.seat) if entry.seat and entry.by not in ("system", "customer") else ""
    line: dict[str, Json] = {
        "at_text": at,
        "who": f"{names.person(entry.by)} {post}".strip(),
        "what": names.text(act.past) if act else entry.kind,
        "clause": names.clause(_clauses(desk, entry)),
        "seen": entry.sequence in seen,
        "acted": _is_act(entry),
        "erased": entry.erased,
        "key": key,
        **details(desk, entry, clear=clear),
        **_verdict(desk, entry),
    }
    line["what"] = _sentence(desk, entry, line["what"])
    if entry.kind == "refused":
        line["broken"] = True
    yield line
    yield from _decided(desk, entry, at, key)


def _opening(desk: Desk, entry: Entry, at: str, key: str) -> dict[str, Json]:
    """A routine duty whose time came, or the ledger itself."""
    row = next((one for one in desk.world.policy.rhythm if one.name == entry.data.get("row")), None)
    if row is None:
        what = _("kept the message") if entry.data.get(MESSAGE) else _("opened the ledger")
        return {"at_text": at, "who": _("The system"), "what": what, "key": key}
    kind = desk.world.policy.sheets.get(row.opens) if row.opens else None
    due = desk.names.act(row.act) if row.act else desk.names.text(kind.text) if kind else row.name
    return {
        "at_text": at,
        "what": _("due again: %(act)s") % {"act": due},
        "clause": desk.names.clause(row.at.clauses),
        "key": key,
    }


def full(desk: Desk, instant: int) -> str:
    """`11-20 14:32`: a day always stands before the time, so that lines may share it."""
    return desk.reader.clock.dated(instant)


def _sentence(desk: Desk, entry: Entry, past: str) -> str:
    clock, data = desk.reader.clock, entry.data
    if data.get("agreed_time"):
        return _("%(did)s, agreed %(time)s with the customer") % {
            "did": past, "time": clock.until(data["agreed_time"]),
        }  # fmt: skip
    if data.get("new_time"):
        return _("%(did)s to %(time)s, the customer agreed") % {
            "did": past, "time": clock.until(data["new_time"]),
        }  # fmt: skip
    if outcome := data.get("outcome"):
        word = desk.names.value("outcome", outcome, clock, entry.kind)
        return _("%(did)s: %(outcome)s") % {"did": past, "outcome": word}
    for kind, effect in entry.effects:
        if kind == "sheet opened" and effect.get("to"):
            number = desk.names.sheet(effect["kind"], desk.page.number, effect["number"])
            said = {"did": past, "note": number, "to": desk.names.seat(effect["to"])}
            if entry.kind == "dispatch":
                return _("%(did)s: %(note)s → %(to)s") % said
            return _("%(did)s, which opened %(note)s → %(to)s") % said
    if entry.kind == "refused":
        tried = str(data.get("act", ""))
        return _("was refused to %(act)s") % {"act": _lower(desk, tried)}
    return past


def _lower(desk: Desk, act: str) -> str:
    return desk.names.text(ACTS[act].phrase) if act in ACTS else act


def _clauses(desk: Desk, entry: Entry) -> tuple[str, ...]:
    kept = [data["id"] for kind, data in entry.effects if kind == "kept"]
    for owed in desk.page.obligations:
        if owed.number in kept and owed.clauses and owed.act == entry.kind:
            return owed.clauses
    allowed = desk.world.policy.may.get(str(entry.data.get("act") or entry.kind))
    kind = str(desk.page.state.facts.get("kind", ""))
    return allowed.at.cited(kind) if allowed else ()


def _verdict(desk: Desk, entry: Entry) -> dict[str, str]:
    kept = {data["id"] for kind, data in entry.effects if kind == "kept"}
    for owed in desk.page.obligations:
        if owed.number in kept and owed.act == entry.kind:
            if owed.state == "late":
                over = length(max(entry.at - owed.first_due_at, 0))
                return {"verdict": _("%(time)s late") % {"time": over}, "verdict_tone": "late"}
            return {"verdict": _("on time"), "verdict_tone": "done"}
    return {}


def _lapse(desk: Desk, entry: Entry, at: str, key: str) -> dict[str, Json]:
    names = desk.names
    data = next((inner for kind, inner in entry.effects if kind == "lapsed"), entry.data)
    number = data.get("id", entry.data.get("debt"))
    moved = [
        inner for kind, inner in entry.effects if kind == "moved" and inner.get("id") == number
    ]
    told_to = [inner["seat"] for kind, inner in entry.effects if kind == "told"]
    after = moved[-1] if moved else {}
    parts = []
    seat = after.get("seat", data.get("seat", ""))
    if seat and seat != data.get("seat"):
        parts.append(_("now owed by %(who)s") % {"who": names.seat(seat)})
    if after.get("due"):
        parts.append(_("by %(time)s") % {"time": desk.reader.clock.until(after["due"])})
    if told_to:
        parts.append(_("%(who)s was told") % {"who": names.seats(told_to)})
    owed = next((o for o in desk.page.obligations if o.number == number), None)
    return {
        "at_text": at,
        "who": names.seat(str(data.get("seat", ""))),
        "what": _("missed: %(act)s") % {"act": names.act(str(data.get("act", "")))},
        "detail": _(", ").join(parts),
        "clause": names.clause(owed.clauses if owed else ()),
        "verdict": _("overdue"),
        "verdict_tone": "late",
        "broken": True,
        "key": key,
    }


def _decided(desk: Desk, entry: Entry, at: str, key: str) -> Iterator[dict[str, Json]]:
    names, parts = desk.names, []
    clauses: tuple[str, ...] = ()
    for kind, data in entry.effects:
        if kind == "derived" and data.get("table") == "severity":
            parts.append(names.severity(data["answer"]))
        elif kind == "owner" and data.get("seat"):
            parts.append(_("goes to %(who)s") % {"who": names.seat(data["seat"])})
            clauses = _owner_clauses(desk, data["seat"])
    if parts:
        yield {
            "at_text": at,
            "who": _("The system"),
            "what": _("decided: %(what)s") % {"what": " → ".join(parts)},
            "clause": names.clause(clauses),
            "key": f"{key}d",
        }


def _owner_clauses(desk: Desk, seat: str) -> tuple[str, ...]:
    table = desk.world.policy.tables.get("owner")
    for row in table.rows if table else ():
        post = getattr(row.then, "post", "")
        if post and post == seat.partition("@")[0]:
            return row.at.clauses
    return ()


# -- What is owed ----------------------------------------------------------------------------------


def owed(desk: Desk) -> list[dict[str, Json]]:
    """What is owed now, nearest first, for "owed now" and for the story behind the line "now"."""
    case = desk.page.state
    seen = [
        debt
        for debt in case.debts.values()
        if debt.sheet in desk.page.sheets or not _limited(desk) or debt.seat in _seats(desk)
    ]
    lists = listings(desk.page.history, MOST_LISTS) if case.ledger else []
    return [_owed(desk, debt, lists) for debt in sorted(seen, key=lambda debt: debt.due)]


def _limited(desk: Desk) -> bool:
    return desk.page.sheets != frozenset(desk.page.state.sheets) or desk.page.reach < 2


def _seats(desk: Desk) -> frozenset[str]:
    return desk.reader.viewer.seats


def _owed(desk: Desk, debt: Debt, lists: Sequence[Listing]) -> dict[str, Json]:
    names, clock, world = desk.names, desk.reader.clock, desk.world
    clauses = clauses_of(desk, debt)
    follows = what_else(debt, desk.page.state, world)
    own = debt.seat in desk.reader.viewer.seats
    sheet = desk.page.state.sheets.get(debt.sheet)
    act = names.act(debt.act)
    if sheet:
        act = f"{act} · {names.sheet(sheet.kind, desk.page.number, sheet.number)}"
    if debt.item and (whom := shopper_in(lists, debt.item).name):
        act = f"{act} · {whom}"
    text = else_text(desk, debt, follows)
    return {
        "key": f"o{debt.id}",
        "id": debt.id,
        "due": debt.due,
        "due_text": clock.by(debt.due),
        "at_text": clock.phrase(debt.due),
        "act": act,
        "act_name": debt.act,
        "sheet": debt.sheet,
        "who": names.seat(debt.seat),
        "mine": own,
        "state": state_of(desk, debt),
        "near_from": near_from(desk, debt),
        "clause": names.clause(clauses),
        "else_text": text,
        "else_clause": names.clause(follows.clauses) if text else None,
    }


def clauses_of(desk: Desk, debt: Debt) -> tuple[str, ...]:
    """The clauses under which a debt is owed."""
    return next((o.clauses for o in desk.page.obligations if o.number == debt.id), ())


def state_of(desk: Desk, debt: Debt) -> str:
    """As `countdown` wants it."""
    if desk.page.state.paused:
        return "paused"
    return "provisional" if debt.provisional else "open"


def near_from(desk: Desk, debt: Debt) -> int:
    """The instant from which a due counts as near: the policy's share of its time."""
    warn = desk.world.policy.usual.warn
    return debt.since + (debt.due - debt.since) * warn // 100


def else_text(desk: Desk, debt: Debt, follows: Else) -> str:
    """What happens by itself when a debt is missed; nothing of what the system owes itself."""
    if debt.seat == "system@":
        return ""
    at = desk.reader.clock.phrase(debt.due)
    names = desk.names
    if follows.how in ("up", "hand to"):
        text = _("At %(time)s it goes to %(who)s.") % {
            "time": at, "who": names.seat(follows.seat),
        }  # fmt: skip
    elif follows.how == "remind":
        text = _("At %(time)s %(who)s is reminded, and again until it is done.") % {
            "time": at, "who": names.seat(follows.seat),
        }  # fmt: skip
    else:
        text = _("At %(time)s it is passed over and recorded as missed.") % {"time": at}
    if follows.told:
        text += " " + _("%(who)s is told.") % {"who": names.seats(follows.told)}
    return text


def why(desk: Desk, debt: Debt) -> dict[str, Json]:
    """Why a debt is due when it is, step by step, for the pane and the popover."""
    return explained(
        debt, desk.page.state, desk.world, desk.names, desk.reader.clock, clauses_of(desk, debt)
    )


def summary(desk: Desk) -> str:
    """What is owed next, in one sentence, for the note after an act."""
    case = desk.page.state
    nearest = min(case.debts.values(), key=lambda debt: debt.due, default=None)
    if nearest is None:
        return _("Nothing more is owed.")
    return _("Next: %(who)s owes %(act)s, %(time)s.") % {
        "who": desk.names.seat(nearest.seat),
        "act": desk.names.act(nearest.act),
        "time": desk.reader.clock.phrase(nearest.due),
    }
