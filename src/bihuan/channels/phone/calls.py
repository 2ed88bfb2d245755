"""A call in the ledger of what was received: what it is, and how it reads."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bihuan.channels.channel import Content, plain_text
from bihuan.desk import calls, received
from bihuan.desk.received import Message, Verdict
from bihuan.engine.manner import machine_time

Json = Any
_ZONE = ZoneInfo("Asia/Shanghai")


def judge(message: Message, _now: int) -> Verdict:
    """The case that was registered from the call; without one a person has a look."""
    told = _told(received.raw_of(message.digest))
    number = calls.case_of(str(told.get("line", "")), str(told.get("call", "")))
    return Verdict("case", case=number) if number else Verdict("quarantined", "call")


def read(raw: bytes) -> Content:
    """Who called, whether somebody answered, how long they spoke."""
    told = _told(raw)
    if not told:
        return plain_text(raw)
    answered, ended = told.get("answered_at"), told.get("ended_at")
    about = {
        _("Rang"): _wall(told.get("rang_at")),
        _("Answered"): _wall(answered) or _("nobody answered"),
        _("Ended"): _wall(ended),
        _("Call taker"): str(told.get("agent") or ""),
        _("Recording"): str(told.get("recording") or ""),
    }
    number = str(told.get("number", ""))
    return Content(contact=number, about={label: value for label, value in about.items() if value})


def _told(raw: bytes) -> dict[str, Json]:
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _wall(instant: Json) -> str:
    if not isinstance(instant, int) or not 0 < instant < 10**11:
        return ""
    return machine_time(datetime.fromtimestamp(instant, _ZONE))
