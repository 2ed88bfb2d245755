"""What sort of thing an entry of the story is: a message, a matter of time, or money; the rest are acts."""

from collections.abc import Collection, Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bihuan.engine.acts import ACTS
from bihuan.records.queries.entries import Entry

MESSAGE, TIME, MONEY = "messages", "clocks", "money"
MARKS = {MESSAGE: "messages", TIME: "clock", MONEY: "coin"}  # with their icons
_SAYING = frozenset(
    {
        "acknowledge", "answer", "appeal_received", "ask_missing", "chase", "confirm", "contact", "follow_up",
        "keep_promise", "make_appointment", "meet", "not_reached", "rate", "reach_otherwise", "remark", "remind",
        "respond", "trace_call", "visit_shopper",
    }
)  # fmt: skip
_TIMING = frozenset(
    {"lapsed", "opened", "postpone", "promise", "pause", "resume", "recompute", "escalate"}
)
_PAYING = frozenset({"propose", "waive", "compensate", "refund"})


def mark_of(entry: Entry, sent: Collection[str] = ()) -> str:
    """Of MARKS, or empty: what the customer did is a message, a refused act none of these.

    `sent`: the keys of the entries of which the customer was sent something; that is a message, too.
    """
    if entry.kind in _PAYING:
        return MONEY
    if entry.kind in _TIMING:
        return TIME
    told = entry.by == "customer" and entry.kind in ACTS
    if told or entry.kind in _SAYING or f"e{entry.sequence}" in sent:
        return MESSAGE
    return ""


def marked(entry: Entry, sent: Collection[str] = ()) -> dict[str, str]:
    """The mark of an entry as ui/case.jinja `happened` draws it: an icon, and the word beside it."""
    sort = mark_of(entry, sent)
    if not sort:
        return {}
    words = {
        MESSAGE: pgettext("mark in a story", "Message"),
        TIME: pgettext("mark in a story", "Clock"),
        MONEY: pgettext("mark in a story", "Money"),
    }
    return {"sort": sort, "icon": MARKS[sort], "word": words[sort]}


def views(history: Sequence[Entry], sent: Collection[str] = ()) -> Iterator[tuple[str, str, int]]:
    """The views of a story that show one sort alone: name, words, how many; none without any."""
    sorts = [mark_of(entry, sent) for entry in history]
    words = {MESSAGE: _("Messages"), TIME: _("Clocks"), MONEY: pgettext("view of a story", "Money")}
    for sort in MARKS:
        if sort in sorts:
            yield sort, words[sort], sorts.count(sort)
