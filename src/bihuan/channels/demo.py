"""What reached the organisation of a demo: mails, calls, posts and paper, in every fate and in none yet."""

import json
from collections.abc import Mapping
from email.message import EmailMessage
from importlib import resources
from typing import Any

from bihuan.channels.email.parse import parse
from bihuan.channels.email.taking import arrival, take
from bihuan.channels.letter import scans
from bihuan.channels.letter.scans import Cover, Scan
from bihuan.desk import calls, permissions, received, worlds
from bihuan.desk.calls import Told
from bihuan.desk.demo_house import HOUR, since_midnight
from bihuan.desk.mailboxes import Box
from bihuan.desk.policy_files import read_nodes
from bihuan.desk.received import Arrival, Message, Verdict
from bihuan.engine.nodes import plain
from bihuan.engine.refusal import Refusal
from bihuan.engine.words import Text
from bihuan.records.queries.cases import CasePage, Filters, case_list, case_page
from bihuan.records.queries.received import received_page
from bihuan.records.queries.visibility import Viewer

Json = Any
BOX = "service@demo.example"
LINE = "hotline"


def fill(now: int) -> int:
    """Let the messages of the demo come and be judged; how many came. Again, none does."""
    node, findings = read_nodes(
        resources.files("bihuan.channels").joinpath("demo.yaml").read_bytes()
    )
    if node is None:
        raise AssertionError(findings)
    viewer, cases, unit = _somebody(now)
    if calls.line(LINE) is not None or viewer is None:
        return 0
    came, case = _came_by(viewer), ""
    calls.open_line(LINE, Text("投诉热线", "Hotline").zh, unit, now=now)
    messages = plain(node)["messages"]
    for place, told in enumerate(messages):
        one = dict(told)
        at = _awake(now - int(one["hours"]) * HOUR)
        fate = one.get("fate")
        if fate == "case":
            if (page := came.get(one["by"])) is None:
                continue
            case, at = page.number, page.state.received - HOUR // 6
            one |= _as_told(page)
        elif fate == "addition":
            case = cases[min(place, len(cases) - 1)]
        if fate in ("addition", "merged") and (page := case_page(case, viewer)):
            one["from"] = f"{page.state.facts.get('name')} <yi@example.com>"
        message = _BY[one["by"]](one, unit, at)
        if message and one.get("fate"):
            # What is added to a case comes after all that is in it.
            when = now if one["fate"] == "addition" else min(at + HOUR // 3, now)
            joins = fate not in ("rejected", "quarantined")
            _judge(viewer, message, one, case if joins else "", when)
    return len(messages)


def _awake(at: int) -> int:
    """The instant, or the evening before where it lies in the night of China: nobody writes at four."""
    night = since_midnight(at)
    return at - night - 3 * HOUR + night // 3 if night < 8 * HOUR else at


def _came_by(viewer: Viewer) -> dict[str, CasePage]:
    """The newest case that came by each way, for the message it came of."""
    found: dict[str, CasePage] = {}
    for listed in reversed(case_list(viewer, Filters(), limit=100)[0]):
        way = _WAYS.get(listed.channel)
        if way and (page := case_page(listed.number, viewer)):
            found[way] = page
    return found


def _as_told(page: CasePage) -> dict[str, str]:
    """A message as the customer of a case would have sent it."""
    name, said = str(page.state.facts.get("name")), str(page.state.facts.get("content"))
    return {
        "from": f"{name} <jia@example.com>", "sender": name, "subject": said[:20], "text": said,
        "number": str(page.state.facts.get("contact", "")),
    }  # fmt: skip


def _somebody(now: int) -> tuple[Viewer | None, list[str], str]:
    """Somebody who sees open cases, the newest of these, and the unit the newest of all was taken in by."""
    for person in worlds.organisation(now).names:
        viewer = permissions.viewer(person, now)
        seen = case_list(viewer, Filters(open_only=True), limit=8)[0]
        if len(seen) > 1:
            return viewer, [one.number for one in seen], seen[0].unit
    return None, [], ""


def _judge(viewer: Viewer, message: Message, one: Mapping[str, Json], case: str, at: int) -> None:
    """Somebody who owes the look says what it is."""
    row = received_page(viewer, message.id)
    page = case_page(row.ledger, viewer) if row and row.ledger else None
    if page is None:
        return
    seats = [
        owed.seat
        for owed in page.obligations
        if owed.act == "triage" and one["fate"] != "quarantined"
    ]
    person = worlds.organisation(at).people(seats[-1])[0] if seats else "system"
    text = str(one.get("text", ""))
    verdict = Verdict(str(one["fate"]), str(one.get("reason", "")), case, text=text)
    received.judge(message.id, verdict, now=at, by=person)


def _mail(one: Mapping[str, Json], unit: str, at: int) -> Message:
    mail = EmailMessage()
    for name, value in {"From": one["from"], "To": BOX, "Subject": one["subject"],
                        "Message-ID": f"<{at}@demo.example>", **one.get("headers", {})}.items():  # fmt: skip
        mail[name] = value
    mail.set_content(one["text"])
    raw, box = mail.as_bytes(), Box(address=BOX, unit=unit)
    if one.get("fate"):
        return received.receive(arrival(parse(raw), raw, box), at)
    return take(raw, box, at)


def _call(one: Mapping[str, Json], _unit: str, at: int) -> Message | None:
    line = calls.line(LINE)
    if line is None:
        return None
    told = {"number": one["number"]}
    name, answered = f"demo-{at}", at + int(one["rang"])
    calls.note(line, Told(name, "started", at, **told), at)
    if one["spoke"]:
        calls.note(line, Told(name, "answered", answered, **told), answered)
    ended = answered + int(one["spoke"])
    calls.note(line, Told(name, "ended", ended, **told), ended)
    return next((each for each in received.waiting([calls.CHANNEL])
                 if each.received_at == ended), None)  # fmt: skip


def _post(one: Mapping[str, Json], unit: str, at: int) -> Message:
    told = {name: one[name] for name in ("author", "title", "text", "link")}
    return received.receive(
        Arrival(
            "social", json.dumps(told, ensure_ascii=False).encode(), external_id=one["link"],
            unit=unit, received_at=at, sender=one["author"], subject=one["title"],
            preview=one["text"],
        ),
        at,
    )  # fmt: skip


def _paper(one: Mapping[str, Json], unit: str, at: int) -> Message | None:
    cover = Cover(
        one["channel"], at - HOUR, at, one["opened_by"], one.get("sender", ""), "", one["subject"],
        one.get("reference", ""),
    )  # fmt: skip
    made = scans.take([Scan("page-1.png", _drawn(one["text"]))], cover, unit, at)
    return None if isinstance(made, Refusal) else made


def _drawn(text: str) -> bytes:
    """A page as a scanner would have it."""
    import typst

    page = b"""
        #set page(width: 105mm, height: 74mm, margin: 10mm)
        #set text(font: "Noto Serif SC", size: 11pt)
        #set par(leading: 0.9em)
        #sys.inputs.text
    """
    fonts = typst.Fonts(
        include_system_fonts=False, font_paths=[str(resources.files("bihuan").joinpath("fonts"))]
    )
    found = typst.compile(page, sys_inputs={"text": text}, font_paths=fonts, format="png", ppi=110)
    return found if isinstance(found, bytes) else bytes(found[0])


_WAYS = {"email": "mail", "phone": "call", "hotline": "call", "letter": "paper"}
_BY = {"mail": _mail, "call": _call, "post": _post, "paper": _paper}
