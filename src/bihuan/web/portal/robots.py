"""Whether a person sends a complaint: a small proof of work, or where no script runs a sum and fewer tries.

A challenge is signed and belongs to one act id, by which a complaint is registered once and no more;
a proof is therefore good for one complaint, in whatever process it arrives.
"""

import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from bihuan.web.rate import Limit

HARD = 15  # bits: half a second on a slow phone, while the last screen is filled in
GOOD_FOR = 7200  # seconds
QUICKEST = 3  # seconds nobody needs less than for the screens
PROVEN = Limit("portal complaints", 30, 3600)
UNPROVEN = Limit("portal complaints without proof", 6, 3600)
_SALT = "portal challenge"


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of it: the limit it counts against, or what is wrong and with which field ('' = all)."""

    limit: Limit
    wrong: str = ""
    field: str = ""


def challenge(act_id: str, at: int) -> dict[str, Any]:
    """What the last screen asks of a browser (`text`, `hard`), and of whoever has no script (`sum`)."""
    terms = [2 + secrets.randbelow(8), 2 + secrets.randbelow(8)]
    text = signing.dumps({"id": act_id, "at": at, "sum": terms}, salt=_SALT)
    return {"text": text, "hard": HARD, "sum": "{} + {}".format(*terms)}


def judge(request: HttpRequest, act_id: str, *, began: int, trapped: bool, at: int) -> Judged:
    """Judge what was sent; `trapped`: a field that nobody sees was filled in."""
    text = request.POST.get("challenge", "")[:2000]
    try:
        asked = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        asked = {}
    fresh = asked.get("id") == act_id and 0 <= at - int(asked.get("at", 0)) <= GOOD_FOR
    if fresh and not trapped and proves(text, request.POST.get("proof", "")):
        return Judged(PROVEN)
    if at - began < QUICKEST:
        words = _("That was quicker than anybody writes. If you are no robot, send it once more.")
        return Judged(UNPROVEN, words)
    typed = request.POST.get("sum", "").strip()
    if fresh and typed.isdecimal() and len(typed) < 4 and int(typed) == sum(asked["sum"]):
        return Judged(UNPROVEN)
    return Judged(UNPROVEN, _("Work out the sum, so that we know no robot sends this."), "sum")


def proves(text: str, proof: str) -> bool:
    """Whether the hash of both begins with as many zeros as it is hard."""
    if not proof.isascii() or not proof.isdecimal() or len(proof) > 12:
        return False
    found = sha256(f"{text}:{proof}".encode()).digest()
    return int.from_bytes(found) >> (256 - HARD) == 0
